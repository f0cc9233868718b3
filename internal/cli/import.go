package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"waymark/internal/fault"
	"waymark/internal/format/table"
	"waymark/internal/monitoring"
)

func importCommand() command {
	return command{name: "import", args: "FILE --source CODE", summary: "Take a list in: rows read, new, changed, conflicting, refused; whole or not at all.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
		var in monitoring.Import
		var mapping string
		var list bool
		flags.StringVar(&in.Source, "source", "", "code of the source the list comes from (--list shows them)")
		flags.StringVar(&mapping, "as", "", "mapping that reads the columns: a code of --list, or a file ending in .json (default: the source's own)")
		flags.StringVar(&in.Sheet, "sheet", "", "sheet of a workbook")
		flags.BoolVar(&in.DryRun, "dry-run", false, "show what would happen and store nothing")
		flags.BoolVar(&in.AcceptGuesses, "accept-guesses", false, "take the file although something about it had to be guessed")
		flags.BoolVar(&list, "list", false, "list the sources and the mappings")
		return func(ctx context.Context, e *env, args []string) error {
			a, err := e.open(ctx)
			if err != nil {
				return err
			}
			defer a.close()
			if list {
				return a.listSources(ctx, e.Out)
			}
			if err := exactly(args, 1, "one file"); err != nil {
				return err
			}
			if in.Source == "" {
				return usagef("Name the source with --source; waymark import --list shows them.")
			}
			if in.Data, err = readFile(args[0]); err != nil {
				return err
			}
			in.Name = filepath.Base(args[0])
			if in.Mapping, err = mappingNamed(mapping); err != nil {
				return err
			}
			in.Limits = table.DefaultLimits().Raised() // a person at the machine, not an upload
			out, err := a.monitoring.Import(ctx, in)
			if out != nil {
				printImported(e.Out, out, in.DryRun)
			}
			return err
		}
	}}
}

// readFile reads a file a person names. It stops at the largest size any reader takes, and a device,
// which may have no end, is not opened: neither may fill the memory of the machine.
func readFile(path string) ([]byte, error) {
	data, err := readBounded(path, table.DefaultLimits().Raised().TextBytes)
	if err != nil {
		return nil, fault.Newf(fault.NotFound, "the file %s cannot be read: %v", path, err).WithFix("Check the name and that you may read it.")
	}
	return data, nil
}

func readBounded(path string, most int) (_ []byte, err error) {
	about, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if about.Mode()&os.ModeDevice != 0 {
		return nil, errors.New("it is a device, not a file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var data bytes.Buffer
	if about.Mode().IsRegular() && about.Size() <= int64(most) {
		data.Grow(int(about.Size()) + bytes.MinRead)
	}
	if n, err := data.ReadFrom(io.LimitReader(f, int64(most)+1)); err != nil {
		return nil, err
	} else if n > int64(most) {
		return nil, fmt.Errorf("it has more than %d MB", most>>20)
	}
	return data.Bytes(), nil
}

func mappingNamed(name string) (*monitoring.Mapping, error) {
	switch {
	case name == "":
		return nil, nil //nolint:nilnil // none named: the service chooses the source's own
	case strings.HasSuffix(name, ".json"):
		data, err := readFile(name)
		if err != nil {
			return nil, err
		}
		return monitoring.ParseMapping(data)
	}
	return monitoring.ShippedMapping(name)
}

// maxShown bounds how many rows of one kind are printed; the count says how many there are.
const maxShown = 200

func printImported(w io.Writer, out *monitoring.Imported, dry bool) {
	for _, r := range out.Table.Remarks {
		fmt.Fprintln(w, "file:", r.Text)
	}
	printProblems(w, "refused", out.Problems)
	printProblems(w, "note", out.Remarks)
	for i, c := range out.Conflicts {
		if i == maxShown {
			fmt.Fprintf(w, "conflict: … and %d more\n", len(out.Conflicts)-i)
			break
		}
		fmt.Fprintf(w, "conflict: %s %s: %s says %s, %s says %s; both are kept\n", c.Area, c.Of, c.A.Source, orNothing(c.A.Says), c.B.Source, orNothing(c.B.Says))
	}
	for i, c := range out.Changed {
		if i == maxShown {
			fmt.Fprintf(w, "changed: … and %d more\n", len(out.Changed)-i)
			break
		}
		fmt.Fprintf(w, "changed: %s %s %s: %s → %s\n", c.New.Area, c.New.Indicator, c.New.Period, c.Old.Says(), c.New.Says())
	}
	t := out.Tally
	fmt.Fprintf(w, "rows read %d, observations new %d, changed %d, same %d, conflicting %d, rows refused %d, rows outside the list of countries %d\n",
		t.Read, t.New, t.Changed, t.Same, t.Conflicting, t.Refused, t.Outside)
	switch {
	case t.Refused > 0:
		fmt.Fprintln(w, "nothing was stored")
	case dry:
		fmt.Fprintln(w, "dry run: nothing was stored")
	case out.Batch == "":
		fmt.Fprintln(w, "everything was known already: nothing changed")
	default:
		fmt.Fprintln(w, "stored as batch", out.Batch)
	}
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

func printProblems(w io.Writer, word string, problems []monitoring.Problem) {
	for i, p := range problems {
		if i == maxShown {
			fmt.Fprintf(w, "%s: … and %d more\n", word, len(problems)-i)
			return
		}
		var where []string
		if p.Sheet != "" {
			where = append(where, "sheet "+p.Sheet)
		}
		if p.Row > 0 {
			where = append(where, fmt.Sprintf("row %d", p.Row))
		}
		if p.Column != "" {
			where = append(where, "column "+p.Column)
		}
		line := word + ": " + strings.Join(where, ", ")
		if where != nil {
			line += ": "
		}
		line += p.What + "."
		if p.Fix != "" {
			line += " " + p.Fix
		}
		fmt.Fprintln(w, line)
	}
}

func (a *app) listSources(ctx context.Context, w io.Writer) error {
	sources, err := a.db.Sources(ctx)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "source\ttitle\tlicence")
	for _, s := range sources {
		fmt.Fprintf(t, "%s\t%s\t%s\n", s.Code, s.Title, s.Licence)
	}
	mappings, err := monitoring.ShippedMappings()
	if err != nil {
		return err
	}
	fmt.Fprintln(t, "\nmapping\treads\tcolumns")
	for _, m := range mappings {
		fmt.Fprintf(t, "%s\t%s\t%s\n", m.Code, m.Title, strings.Join(m.Columns, ", "))
	}
	return t.Flush()
}
