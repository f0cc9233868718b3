package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"

	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

func impactCommand() command {
	return command{name: "impact", args: "EDITS.json", summary: "Work out what edits would do to the figures, country by country; nothing is stored.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
		var q publication.FigureQuery
		var asOf, format string
		flags.StringVar(&q.Version, "of", "", "version the edits are made to (default: the one in force)")
		flags.StringVar(&asOf, "as-of", "", "count only dated evidence that held on this day")
		flags.StringVar(&format, "format", "text", "text or json")
		return func(ctx context.Context, e *env, args []string) error {
			if err := exactly(args, 1, "one file of edits"); err != nil {
				return err
			}
			if asOf != "" {
				day, err := reference.ParseDate(asOf)
				if err != nil {
					return usagef("--as-of: %s.", err)
				}
				q.AsOf = day
			}
			data, err := readFile(args[0])
			if err != nil {
				return err
			}
			edits, err := framework.ParseEdits(data)
			if err != nil {
				return err
			}
			return withSnapshot(ctx, e, func(n *publication.Snapshot) error {
				impact, err := n.Impact(ctx, edits, q)
				if err != nil {
					return err
				}
				if format == "json" {
					enc := json.NewEncoder(e.Out)
					enc.SetIndent("", " ")
					return enc.Encode(impact)
				}
				printImpact(e, n, impact)
				return nil
			})
		}
	}}
}

func printImpact(e *env, n *publication.Snapshot, impact *publication.Impact) {
	words := lang.For(lang.English)
	bounds := func(f *monitoring.Figure) string {
		if f == nil {
			return "no figure"
		}
		return fmt.Sprintf("%s: countries %s to %s, children %s to %s, %s", f.Variant, f.Countries.Lower, f.Countries.Upper, f.Children.Lower, f.Children.Upper, words.T("verdict."+f.Verdict))
	}
	fmt.Fprintf(e.Out, "from %s to %s\n", impact.From, impact.To)
	for _, f := range impact.Figures {
		fmt.Fprintf(e.Out, "%s\n  before  %s\n  after   %s\n", f.Code, bounds(f.Before), bounds(f.After))
		if !f.Comparable {
			fmt.Fprintln(e.Out, "  the two are not comparable: a change between them is no progress")
		}
		for _, c := range f.Changed {
			country, _ := n.World.Country(c.Area)
			fmt.Fprintf(e.Out, "  %s %s: %s → %s (", c.Area, country.Name(lang.English), orNothing(c.Before), c.After)
			for i, a := range c.Because {
				if i > 0 {
					fmt.Fprint(e.Out, ", ")
				}
				fmt.Fprintf(e.Out, "%s %s", a.Indicator, orUnknown(a.Answer))
			}
			fmt.Fprintln(e.Out, ")")
		}
	}
}

func orUnknown(s string) string {
	if s == "" {
		return "not known"
	}
	return s
}
