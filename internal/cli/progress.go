package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"waymark/internal/lang"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

func progressCommand() command {
	return command{name: "progress", summary: "Print the figures: met, partly, not met, unknown, with bounds, goal and verdict.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
		var q publication.FigureQuery
		var asOf, language, format string
		flags.StringVar(&asOf, "as-of", "", "count only dated evidence that held on this day (2022-12-31); without it every row counts")
		flags.IntVar(&q.WeightsYear, "weights", 0, "year of the child population (default: the year of --as-of, else 2022)")
		flags.StringVar(&q.Universe, "universe", "", "countries counted over (default: un-members)")
		flags.StringVar(&q.Variant, "variant", "", "a variant's code, or all (default: the headline of each target)")
		flags.StringVar(&language, "lang", "en", "language of the table: ar, en, es, fr, ru or zh")
		flags.StringVar(&format, "format", "table", "table, json or csv")
		return func(ctx context.Context, e *env, args []string) error {
			if err := exactly(args, 0, "no arguments"); err != nil {
				return err
			}
			tag, ok := lang.Parse(language)
			if !ok {
				return usagef("--lang %s is none of ar, en, es, fr, ru, zh.", language)
			}
			given := map[string]bool{}
			flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
			if given["weights"] && q.WeightsYear <= 0 {
				return usagef("--weights %d is no year.", q.WeightsYear)
			}
			if asOf != "" {
				day, err := reference.ParseDate(asOf)
				if err != nil {
					return usagef("--as-of: %s.", err)
				}
				q.AsOf = day
			}
			figures, err := figures(ctx, e, q)
			if err != nil {
				return err
			}
			switch format {
			case "json":
				return printJSON(e.Out, figures)
			case "csv":
				return printFigureCSV(e.Out, figures)
			case "table":
				return printFigures(e.Out, lang.For(tag), figures)
			}
			return usagef("--format %s is none of table, json, csv.", format)
		}
	}}
}

func figures(ctx context.Context, e *env, q publication.FigureQuery) ([]monitoring.Figure, error) {
	a, err := e.open(ctx)
	if err != nil {
		return nil, err
	}
	defer a.close()
	n, err := a.publication.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return n.Figures(q)
}

// printJSON writes the answer of /api/v1/figures: one page with everything.
func printJSON(w io.Writer, figures []monitoring.Figure) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		Items []monitoring.Figure `json:"items"`
		Next  *string             `json:"next"`
	}{Items: figures})
}

func printFigureCSV(w io.Writer, figures []monitoring.Figure) error {
	data, err := publication.FigureTable(figures).CSV()
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

func printFigures(w io.Writer, words *lang.Words, figures []monitoring.Figure) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	count := func(n *int) string {
		if n == nil {
			return "–"
		}
		return strconv.Itoa(*n)
	}
	share := func(s monitoring.Share) string {
		if !s.Known() {
			return "–"
		}
		return words.Percent(s.Rat, 4, lang.HalfEven)
	}
	for _, column := range []string{"", "", "status.met", "status.partly", "status.notMet", "status.unknown", "progress.countries_at_least", "progress.at_most", "progress.children_at_least", "progress.at_most", "progress.goal", "progress.verdict"} {
		if column != "" {
			column = words.T(column)
		}
		fmt.Fprint(t, column, "\t")
	}
	fmt.Fprintln(t)
	for _, f := range figures {
		goal := words.T("progress.to_be_set")
		if f.Goal.Value.Known() {
			goal = string(f.Goal.Operator) + " " + words.Percent(f.Goal.Value.Rat, 0, lang.HalfEven)
		}
		variant := f.Variant
		if f.Headline {
			variant += " *"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Code, variant,
			count(f.Countries.Met), count(f.Countries.Partly), count(f.Countries.NotMet), count(f.Countries.Unknown),
			share(f.Countries.Lower), share(f.Countries.Upper), share(f.Children.Lower), share(f.Children.Upper),
			goal, words.T("verdict."+f.Verdict))
	}
	return t.Flush()
}
