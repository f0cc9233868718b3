package cli

import (
	"context"
	"flag"
	"fmt"
	"os"
	"text/tabwriter"

	"waymark/internal/fault"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

func proofCommand() command {
	return command{name: "proof", args: "CODE -o FILE", summary: "Write one figure with everything it was computed from, to be computed again by anybody.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
		var q publication.FigureQuery
		var asOf, out string
		flags.StringVar(&q.Variant, "variant", "", "a variant's code (default: the headline)")
		flags.StringVar(&asOf, "as-of", "", "count only dated evidence that held on this day (2022-12-31)")
		flags.IntVar(&q.WeightsYear, "weights", 0, "year of the child population (default: the year of --as-of, else 2022)")
		flags.StringVar(&q.Version, "framework", "", "version of the framework (default: the newest adopted)")
		flags.StringVar(&out, "o", "", "the file to write")
		return func(ctx context.Context, e *env, args []string) error {
			if err := exactly(args, 1, "the code of a target, for example T1"); err != nil {
				return err
			}
			if out == "" {
				return usagef("Name the file to write with -o.")
			}
			if asOf != "" {
				day, err := reference.ParseDate(asOf)
				if err != nil {
					return usagef("--as-of: %s.", err)
				}
				q.AsOf = day
			}
			q.Codes = args
			return withApp(ctx, e, func(a *app) error {
				n, err := a.publication.Snapshot(ctx)
				if err != nil {
					return err
				}
				body, err := n.Proof(ctx, q)
				if err != nil {
					return err
				}
				return os.WriteFile(out, body, 0o644) //nolint:gosec // a public file, meant to be handed on
			})
		}
	}}
}

func verifyFigureCommand() command {
	return command{name: "verify-figure", args: "FILE", summary: "Compute the figure of a proof file again, from that file alone, and print each number checked.", setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
		return func(_ context.Context, e *env, args []string) error {
			if err := exactly(args, 1, "a proof file"); err != nil {
				return err
			}
			data, err := readBounded(args[0], monitoring.MaxCapsule)
			if err != nil {
				return fault.Newf(fault.Refused, "The file %s cannot be read: %v.", args[0], err).WithFix("Name a proof file: a small file ending in .json.")
			}
			c, err := monitoring.ReadCapsule(data)
			if err != nil {
				return err
			}
			checks, wrong := c.Verify()
			t := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
			for _, check := range checks {
				mark := "same"
				if !check.OK() {
					mark = "DIFFERS: " + check.Computed
				}
				fmt.Fprintf(t, "%s\t%s\t%s\n", check.What, check.Told, mark)
			}
			if err := t.Flush(); err != nil {
				return err
			}
			if wrong != nil {
				return wrong
			}
			fmt.Fprintf(e.Out, "%d numbers, words and hashes computed again: all the same\n", len(checks))
			return nil
		}
	}}
}
