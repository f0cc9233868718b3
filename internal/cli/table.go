package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"path/filepath"

	"waymark/internal/format/table"
)

func tableCommand() command {
	return command{name: "table", summary: "Look at any CSV file or workbook as this program reads it.", sub: []command{
		{name: "inspect", args: "FILE", summary: "Print what was detected and every cell as read.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			var o table.Options
			var format string
			flags.StringVar(&o.Sheet, "sheet", "", "sheet of a workbook")
			flags.StringVar(&o.Encoding, "encoding", "", "encoding of a text file, where the guess is wrong (windows-1256)")
			flags.StringVar(&o.Delimiter, "delimiter", "", "delimiter of a text file, where the guess is wrong")
			flags.IntVar(&o.HeaderRow, "header", 0, "number of the header row, where the guess is wrong; -1: there is none")
			flags.StringVar(&format, "format", "json", "json (everything) or csv (the cells as plain RFC 4180)")
			return func(_ context.Context, e *env, args []string) error {
				if err := exactly(args, 1, "one file"); err != nil {
					return err
				}
				data, err := readFile(args[0])
				if err != nil {
					return err
				}
				o.Limits = table.DefaultLimits().Raised()
				t, err := table.Read(filepath.Base(args[0]), data, o)
				if err != nil {
					return err
				}
				switch format {
				case "json":
					enc := json.NewEncoder(e.Out)
					enc.SetIndent("", " ")
					enc.SetEscapeHTML(false)
					return enc.Encode(t)
				case "csv":
					return printCells(e, t)
				}
				return usagef("--format %s is none of json, csv.", format)
			}
		}},
	}}
}

// printCells writes the header and the rows as read; title lines and comments are no part of them
// and are named on standard error.
func printCells(e *env, t *table.Table) error {
	for _, r := range t.Remarks {
		fmt.Fprintln(e.Err, r.Text)
	}
	w := csv.NewWriter(e.Out)
	w.UseCRLF = true
	if t.HeaderRow > 0 {
		if err := w.Write(t.Header); err != nil {
			return err
		}
	}
	width := t.Width()
	for _, row := range t.Rows {
		cells := make([]string, width)
		for i := range cells {
			cells[i] = row.At(i).Text
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
