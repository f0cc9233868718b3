package cli

import (
	"context"
	"flag"
	"fmt"
	"text/tabwriter"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

func (a *app) releases() *publication.Releases {
	return &publication.Releases{Service: a.publication, Store: a.db, Program: programVersion()}
}

func releaseCommand() command {
	return command{name: "release", summary: "Freeze the figures, list what was frozen, and show one.", sub: []command{
		{name: "create", summary: "Freeze the figures as they are. It counts as published when publishers of two organisations approved.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			var q publication.ReleaseRequest
			var asOf, reason, opens string
			var propose bool
			flags.StringVar(&q.Title, "title", "", "what it is called")
			flags.StringVar(&q.Framework, "framework", "", "version of the framework (default: the newest adopted)")
			flags.StringVar(&asOf, "as-of", "", "only what held on this day")
			flags.StringVar(&reason, "reason", "", fmt.Sprintf("why figures differ from the release before: one of %v", publication.ReasonCodes()))
			flags.StringVar(&q.Note, "note", "", "the reason in words")
			flags.StringVar(&opens, "embargo", "", "closed until this moment, as 2026-12-01T09:00:00Z")
			flags.BoolVar(&propose, "propose", false, "also ask for the approval of a second organisation")
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 0, "no arguments"); err != nil {
					return err
				}
				q.Reason = publication.ReasonCode(reason)
				if asOf != "" {
					day, err := reference.ParseDate(asOf)
					if err != nil {
						return fault.Newf(fault.Refused, "the date %q cannot be read", asOf).WithFix("Write it as 2022-12-31.")
					}
					q.AsOf = day
				}
				if opens != "" {
					at, err := time.Parse(time.RFC3339, opens)
					if err != nil {
						return fault.Newf(fault.Refused, "the moment %q cannot be read", opens).WithFix("Write it as 2026-12-01T09:00:00Z.")
					}
					q.Opens = at.UnixMicro()
				}
				return withApp(ctx, e, func(a *app) error {
					r, err := a.releases().Create(ctx, q)
					if err != nil {
						return err
					}
					fmt.Fprintln(e.Out, r.ID)
					if !propose {
						return nil
					}
					p, err := a.releases().Propose(ctx, a.people(), r.ID, "proposed at the command line")
					if err == nil {
						fmt.Fprintln(e.Out, "waits for a publisher of a second organisation: proposal", p.ID)
					}
					return err
				})
			}
		}},
		{name: "list", summary: "List every release, the newest first.", setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 0, "no arguments"); err != nil {
					return err
				}
				return withApp(ctx, e, func(a *app) error {
					list, err := a.releases().List(ctx)
					if err != nil {
						return err
					}
					t := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
					fmt.Fprintln(t, "id\tstate\tframework\tdata up to\treason\ttitle")
					for _, r := range list {
						fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%s\t%s\n", r.ID, r.State, r.Framework, r.DataVersion, r.Reason, r.Title)
					}
					return t.Flush()
				})
			}
		}},
		{name: "show", args: "ID", summary: "Show a release, compute it again from the data of its time, and say in what it differs from the one before.", setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 1, "the id of a release"); err != nil {
					return err
				}
				return withApp(ctx, e, func(a *app) error { return showRelease(ctx, e, a, args[0]) })
			}
		}},
	}}
}

func showRelease(ctx context.Context, e *env, a *app, id string) error {
	r, f, err := a.releases().Read(ctx, id)
	if err != nil {
		return err
	}
	changes, err := a.releases().Differences(ctx, id)
	if err != nil {
		return err
	}
	same, err := a.releases().Recompute(ctx, id)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.Out, "%s\nstate %s\nframework %s sha256 %s\ndata up to change %d\nprogram %s\ncontent sha256 %s\n", r.Title, r.State, r.Framework, r.FrameworkSHA256, r.DataVersion, r.Code, r.Content)
	for i, s := range r.Approvers {
		fmt.Fprintf(e.Out, "%s by %s of %s, %s\n", []string{"proposed", "approved"}[i], s.Person, s.Organisation, time.UnixMicro(s.At).UTC().Format(time.DateTime))
	}
	if len(r.Approvers) == 0 {
		fmt.Fprintln(e.Out, "not approved by a second organisation")
	}
	for _, g := range f.Figures {
		c := g.Figure.Countries
		if c.Met != nil {
			fmt.Fprintf(e.Out, "%s %s: met %d, partly %d, not met %d, unknown %d of %d; %s\n", g.Code, g.Variant, *c.Met, *c.Partly, *c.NotMet, *c.Unknown, c.Total, g.Verdict)
		}
	}
	for _, d := range changes {
		fmt.Fprintf(e.Out, "changed %s %s %s: %s -> %s (%s)\n", d.Code, d.Variant, d.Country, d.Was, d.Is, d.Reason)
	}
	if !same {
		return fault.New(fault.Conflict, "Computed again from the data of that time, the release is not the same.", "See waymark verify; another version of the program may compute it otherwise.")
	}
	fmt.Fprintln(e.Out, "computed again: the same, byte for byte")
	return nil
}

func approvalCommand() command {
	var reason string
	decide := func(yes bool, name, summary string) command {
		return command{name: name, args: "ID --reason TEXT", summary: summary, setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			flags.StringVar(&reason, "reason", "", "why, in one sentence")
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 1, "the id of a proposal"); err != nil {
					return err
				}
				return withApp(ctx, e, func(a *app) error {
					p, err := a.people().Decide(ctx, args[0], yes, reason)
					if err == nil {
						fmt.Fprintln(e.Out, p.State)
					}
					return err
				})
			}
		}}
	}
	return command{name: "approval", summary: "What waits for a second organisation.", sub: []command{
		{name: "list", summary: "List what waits, the oldest first.", setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 0, "no arguments"); err != nil {
					return err
				}
				return withApp(ctx, e, func(a *app) error {
					list, err := a.db.Approvals(ctx, accounts.Open)
					if err != nil {
						return err
					}
					t := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
					fmt.Fprintln(t, "id\twaiting\tproposed by\twhat")
					for _, p := range list {
						fmt.Fprintf(t, "%s\t%d days\t%s\t%s\n", p.ID, int(p.Age(time.Now())/(24*time.Hour)), p.Proposed.Organisation, p.Summary)
					}
					return t.Flush()
				})
			}
		}},
		decide(true, "approve", "Approve a role or a setting as whoever runs the machine; what is published needs people."),
		decide(false, "decline", "Decline likewise."),
	}}
}
