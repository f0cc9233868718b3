package cli

import (
	"context"
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
				tables, err := readTables(filepath.Base(args[0]), data, o)
				if err != nil {
					return err
				}
				first := tables[0]
				for _, t := range tables[1:] {
					fmt.Fprintf(e.Err, "the sheet %s holds data too: name it with --sheet\n", t.Sheet)
				}
				switch format {
				case "json":
					enc := json.NewEncoder(e.Out)
					enc.SetIndent("", " ")
					enc.SetEscapeHTML(false)
					return enc.Encode(first)
				case "csv":
					return printCells(e, first)
				}
				return usagef("--format %s is none of json, csv.", format)
			}
		}},
	}}
}

// readTables reads the sheet that is named, or every visible one that holds data, the first first.
func readTables(name string, data []byte, o table.Options) ([]*table.Table, error) {
	if o.Sheet == "" {
		return table.ReadAll(name, data, o)
	}
	t, err := table.Read(name, data, o)
	return []*table.Table{t}, err
}

// printCells writes every row as read, the header too. Title lines and comments are no part of them
// and are named on standard error with what else was seen.
func printCells(e *env, t *table.Table) error {
	for _, r := range t.Remarks {
		fmt.Fprintln(e.Err, r.Text)
	}
	return t.WriteCells(e.Out)
}
