package cli

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"sync"
	"text/tabwriter"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

// hasher is one for the whole program: it bounds how many passwords are hashed at a time.
var hasher = sync.OnceValue(func() *accounts.Hasher { return accounts.NewHasher(2) })

// people are the accounts of this database.
func (a *app) people() *accounts.Service {
	return &accounts.Service{Store: a.db, Now: time.Now, Random: rand.Reader, Hasher: hasher(), Name: "Waymark", Mail: a.mail, Safeguarding: a.contact}
}

type run = func(context.Context, *env, []string) error

// withApp opens the database, filling a new one, runs do and closes it.
func withApp(ctx context.Context, e *env, do func(*app) error) error {
	a, err := e.open(ctx)
	if err != nil {
		return err
	}
	return closed(a, do(a))
}

func closed(a *app, err error) error {
	if err != nil {
		return closing(a.db, err)
	}
	return a.close()
}

// scopeFlags declare what a role or token is for.
func scopeFlags(flags *flag.FlagSet) *accounts.Scope {
	s := &accounts.Scope{}
	flags.StringVar(&s.Country, "country", "", "only for this country: its three letters")
	flags.StringVar(&s.Organisation, "for", "", "only for this organisation: its code")
	flags.StringVar(&s.Framework, "framework", "", "only for this framework: its name")
	return s
}

// whom finds a person by address or id.
func whom(ctx context.Context, a *app, s string) (accounts.Person, error) {
	if email, err := accounts.FoldEmail(s); err == nil {
		return a.db.PersonByEmail(ctx, email)
	}
	return a.db.Person(ctx, s)
}

func personCommand() command {
	var name, organisation, language, role, reason, origin string
	reasonFlag := func(flags *flag.FlagSet) {
		flags.StringVar(&reason, "reason", "", "why, in one sentence; it stays in the audit trail")
	}
	originFlag := func(flags *flag.FlagSet) {
		flags.StringVar(&origin, "origin", "http://127.0.0.1:8080", "scheme and host the site is reached at, for the link")
	}
	one := func(do func(context.Context, *env, *app, *accounts.Service, accounts.Person) error) run {
		return func(ctx context.Context, e *env, args []string) error {
			if err := exactly(args, 1, "one person: the e-mail address or the id"); err != nil {
				return err
			}
			return withApp(ctx, e, func(a *app) error {
				p, err := whom(ctx, a, args[0])
				if err != nil {
					return err
				}
				return do(ctx, e, a, a.people(), p)
			})
		}
	}
	return command{name: "person", summary: "Add people, give them roles, and close their accounts.", sub: []command{
		{name: "add", args: "EMAIL", summary: "Invite somebody; the link to hand over is printed. --role gives a role at once where nobody could approve it yet.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			flags.StringVar(&name, "name", "", "the name they are known by at work")
			flags.StringVar(&organisation, "organisation", "", "code of the organisation they act for")
			flags.StringVar(&organisation, "org", "", "the same, shorter")
			flags.StringVar(&language, "lang", "en", "language of what is sent to them")
			flags.StringVar(&role, "role", "", "a role to give or propose")
			scope := scopeFlags(flags)
			originFlag(flags)
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 1, "one e-mail address"); err != nil {
					return err
				}
				return withApp(ctx, e, func(a *app) error {
					s := a.people()
					var wanted accounts.Role
					if role != "" {
						var err error
						if wanted, err = accounts.ParseRole(role); err != nil {
							return err
						}
					}
					p, secret, err := s.Invite(ctx, accounts.Person{Name: name, Email: args[0], Organisation: organisation, Language: language})
					if err != nil {
						return err
					}
					fmt.Fprintf(e.Out, "person %s\nlink, good for 7 days and once: %s\n", p.ID, linkAddress(origin, language, accounts.InviteLink, secret))
					if wanted == "" {
						return nil
					}
					return giveRole(ctx, e, s, accounts.Grant{Person: p.ID, Role: wanted, Scope: *scope}, "given when the account was made")
				})
			}
		}},
		{name: "role", args: "PERSON ROLE", summary: "Propose a role for somebody; a person of a second organisation approves. The first roles count at once.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			scope := scopeFlags(flags)
			var end bool
			flags.BoolVar(&end, "end", false, "take the role away instead, at once")
			reasonFlag(flags)
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 2, "a person and a role"); err != nil {
					return err
				}
				wanted, err := accounts.ParseRole(args[1])
				if err != nil {
					return err
				}
				return withApp(ctx, e, func(a *app) error {
					p, err := whom(ctx, a, args[0])
					if err != nil {
						return err
					}
					if reason == "" {
						reason = "given at the command line"
					}
					if !end {
						return giveRole(ctx, e, a.people(), accounts.Grant{Person: p.ID, Role: wanted, Scope: *scope}, reason)
					}
					grants, err := a.db.Grants(ctx, p.ID)
					if err != nil {
						return err
					}
					for _, g := range accounts.InForce(grants, accounts.DayOf(time.Now())) {
						if g.Role == wanted && g.Scope == *scope {
							return a.people().EndGrant(ctx, g.ID, reason)
						}
					}
					return fault.Newf(fault.NotFound, "The person does not have the role %s there.", wanted).WithFix("See waymark person list.")
				})
			}
		}},
		{name: "list", summary: "List everybody with an account and their roles.", setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 0, "no arguments"); err != nil {
					return err
				}
				return withApp(ctx, e, func(a *app) error { return listPeople(ctx, e, a) })
			}
		}},
		{name: "invite", args: "PERSON", summary: "Make a new link for somebody who has not taken the invitation up, or a link for a new password.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			originFlag(flags)
			return one(func(ctx context.Context, e *env, _ *app, s *accounts.Service, p accounts.Person) error {
				kind, make := accounts.InviteLink, s.InviteAgain
				if p.State == accounts.Active {
					kind, make = accounts.ResetLink, s.ResetLink
				}
				secret, err := make(ctx, p.ID)
				if err == nil {
					fmt.Fprintln(e.Out, linkAddress(origin, p.Language, kind, secret))
				}
				return err
			})
		}},
		{name: "disable", args: "PERSON --reason TEXT", summary: "Close an account at once; its sessions end.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			reasonFlag(flags)
			return one(func(ctx context.Context, _ *env, _ *app, s *accounts.Service, p accounts.Person) error {
				return s.Disable(ctx, p.ID, reason)
			})
		}},
		{name: "enable", args: "PERSON --reason TEXT", summary: "Open a disabled account again.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			reasonFlag(flags)
			return one(func(ctx context.Context, _ *env, _ *app, s *accounts.Service, p accounts.Person) error {
				return s.Enable(ctx, p.ID, reason)
			})
		}},
		{name: "restart", args: "PERSON --reason TEXT", summary: "For somebody who lost every way to sign in: takes all of them and every role away, so that they can be invited again.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			reasonFlag(flags)
			return one(func(ctx context.Context, _ *env, _ *app, s *accounts.Service, p accounts.Person) error {
				return s.Restart(ctx, p.ID, reason)
			})
		}},
		{name: "erase", args: "PERSON --reason TEXT", summary: "Forget a person for good; the audit trail stays whole.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			reasonFlag(flags)
			return one(func(ctx context.Context, _ *env, _ *app, s *accounts.Service, p accounts.Person) error {
				return s.Erase(ctx, p.ID, reason)
			})
		}},
		{name: "export", args: "PERSON", summary: "Print everything that is held about a person, as JSON; that is noted in the audit trail.", setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
			return one(func(ctx context.Context, e *env, _ *app, s *accounts.Service, p accounts.Person) error {
				held, err := s.Export(ctx, p.ID)
				if err != nil {
					return err
				}
				out := json.NewEncoder(e.Out)
				out.SetIndent("", "  ")
				return out.Encode(held)
			})
		}},
	}}
}

func linkAddress(origin, language string, kind accounts.LinkKind, secret string) string {
	if language == "" {
		language = "en"
	}
	return fmt.Sprintf("%s/%s/work/link/%s?token=%s", origin, language, kind, secret)
}

func giveRole(ctx context.Context, e *env, s *accounts.Service, g accounts.Grant, reason string) error {
	given, waiting, err := s.GiveRole(ctx, g, reason)
	switch {
	case err != nil:
		return err
	case given != nil:
		fmt.Fprintf(e.Out, "role %s for %s, from now on\n", given.Role, given.Scope)
	default:
		fmt.Fprintf(e.Out, "proposed; it begins when a person of a second organisation approves: proposal %s\n", waiting.ID)
	}
	return nil
}

func listPeople(ctx context.Context, e *env, a *app) error {
	people, err := a.db.People(ctx)
	if err != nil {
		return err
	}
	grants, err := a.db.Grants(ctx, "")
	if err != nil {
		return err
	}
	held := map[string][]accounts.Grant{}
	for _, g := range accounts.InForce(grants, accounts.DayOf(time.Now())) {
		held[g.Person] = append(held[g.Person], g)
	}
	t := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "id\tstate\torganisation\temail\tname\troles")
	for _, p := range people {
		roles := ""
		for _, g := range held[p.ID] {
			roles += fmt.Sprintf("%s (%s) ", g.Role, g.Scope)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", p.ID, p.State, p.Organisation, p.Email, p.Name, roles)
	}
	return t.Flush()
}
