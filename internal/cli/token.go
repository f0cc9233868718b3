package cli

import (
	"context"
	"flag"
	"fmt"
	"text/tabwriter"
	"time"

	"waymark/internal/accounts"
)

func tokenCommand() command {
	var name, role, until, reason string
	return command{name: "token", summary: "Make API tokens for people and end them.", sub: []command{
		{name: "add", args: "PERSON", summary: "Make a token that acts in one role of a person; its text is printed this once.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			flags.StringVar(&name, "name", "", "what it is for")
			flags.StringVar(&role, "role", "", "the role it acts in; the person has it")
			flags.StringVar(&until, "until", "", "its last day, at most a year from now (default: in three months)")
			scope := scopeFlags(flags)
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 1, "one person: the e-mail address or the id"); err != nil {
					return err
				}
				wanted, err := accounts.ParseRole(role)
				if err != nil {
					return err
				}
				day, err := accounts.ParseDay(until)
				if err != nil {
					return err
				}
				return withApp(ctx, e, func(a *app) error {
					p, err := whom(ctx, a, args[0])
					if err != nil {
						return err
					}
					t, text, err := a.people().IssueTokenFor(ctx, p.ID, name, wanted, *scope, day)
					if err == nil {
						fmt.Fprintf(e.Out, "id %s\n%s\n", t.ID, text)
					}
					return err
				})
			}
		}},
		{name: "list", args: "PERSON", summary: "List the tokens of a person.", setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 1, "one person: the e-mail address or the id"); err != nil {
					return err
				}
				return withApp(ctx, e, func(a *app) error {
					p, err := whom(ctx, a, args[0])
					if err != nil {
						return err
					}
					list, err := a.db.Tokens(ctx, p.ID)
					if err != nil {
						return err
					}
					w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
					fmt.Fprintln(w, "id\trole\tscope\tends\tlast used\tname")
					for _, t := range list {
						ends, used := time.UnixMicro(t.Expires).UTC().Format(time.DateOnly), "never"
						if t.Revoked != 0 {
							ends = "revoked"
						}
						if t.Used != 0 {
							used = time.UnixMicro(t.Used).UTC().Format(time.DateOnly)
						}
						fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Role, t.Scope, ends, used, t.Name)
					}
					return w.Flush()
				})
			}
		}},
		{name: "revoke", args: "ID", summary: "End a token at once.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			flags.StringVar(&reason, "reason", "", "why, for the audit trail")
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 1, "the id of the token"); err != nil {
					return err
				}
				return withApp(ctx, e, func(a *app) error { return a.people().RevokeToken(ctx, args[0], reason) })
			}
		}},
	}}
}
