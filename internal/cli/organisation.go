package cli

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"

	"waymark/internal/accounts"
)

func organisationCommand() command {
	var name, kind, countries, aliases, parent, reason string
	return command{name: "organisation", summary: "Register organisations and list them.", sub: []command{
		{name: "add", args: "CODE", summary: "Register an organisation under a short code.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			flags.StringVar(&name, "name", "", "its full name")
			flags.StringVar(&kind, "kind", "", fmt.Sprintf("one of %v", accounts.OrganisationKinds()))
			flags.StringVar(&countries, "countries", "", "where it works, as three-letter codes with commas; for a body of a State the one it belongs to")
			flags.StringVar(&countries, "country", "", "the same")
			flags.StringVar(&aliases, "aliases", "", "other names, with semicolons")
			flags.StringVar(&parent, "parent", "", "code of the organisation it is a part of")
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 1, "one code"); err != nil {
					return err
				}
				return withApp(ctx, e, func(a *app) error {
					o := accounts.Organisation{Code: args[0], Name: name, Kind: accounts.OrganisationKind(kind), Parent: parent,
						Countries: split(strings.ToUpper(countries), ","), Aliases: split(aliases, ";")}
					if err := a.people().SaveOrganisation(ctx, o, "registered at the command line"); err != nil {
						return err
					}
					fmt.Fprintln(e.Out, "registered", o.Code)
					return nil
				})
			}
		}},
		{name: "verify", args: "CODE --reason TEXT", summary: "Mark that somebody checked that an organisation is what it says.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			flags.StringVar(&reason, "reason", "", "how it was checked")
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 1, "one code"); err != nil {
					return err
				}
				return withApp(ctx, e, func(a *app) error { return a.people().VerifyOrganisation(ctx, args[0], reason) })
			}
		}},
		{name: "list", summary: "List every organisation.", setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 0, "no arguments"); err != nil {
					return err
				}
				return withApp(ctx, e, func(a *app) error {
					list, err := a.db.Organisations(ctx)
					if err != nil {
						return err
					}
					t := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
					fmt.Fprintln(t, "code\tkind\tcountries\tpart of\tverified\tname")
					for _, o := range list {
						fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", o.Code, o.Kind, strings.Join(o.Countries, ","), o.Parent, o.Verified, o.Name)
					}
					return t.Flush()
				})
			}
		}},
	}}
}

// split cuts a list apart and leaves empty parts out.
func split(s, at string) []string {
	var out []string
	for part := range strings.SplitSeq(s, at) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
