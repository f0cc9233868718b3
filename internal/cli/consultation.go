package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/format/docx"
	"waymark/internal/lang"
	"waymark/internal/reference"
)

func consultationCommand() command {
	return command{name: "consultation", summary: "Take partners' Word files in, compile comments and answers, adopt a round.", sub: []command{
		{name: "list", summary: "List the rounds and what they hold.", setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 0, "no arguments"); err != nil {
					return err
				}
				return withApp(ctx, e, func(a *app) error { return a.listRounds(ctx, e.Out) })
			}
		}},
		{name: "take", args: "FILE --round N", summary: "Take a Word document in: its comments and tracked changes, with an account of everything it holds.", setup: takeSetup},
		{name: "compile", args: "--round N -o FILE(.docx|.html|.xlsx|.pdf)", summary: "Write the Inputs and Comments Compilation of a round.", setup: compileSetup},
		{name: "adopt", args: "--round N", summary: "Make the next version of a round's answers, or list everything in the way.", setup: adoptSetup},
	}}
}

func (a *app) listRounds(ctx context.Context, w io.Writer) error {
	rounds, err := a.consultation.Rounds(ctx)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "round\tversion\tstate\tfrom\tto\tcomments\tundecided\ttitle")
	for _, r := range rounds {
		rec, err := a.consultation.Record(ctx, r.Number)
		if err != nil {
			return err
		}
		s := consultation.Statistic(rec)
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%d\t%d\t%s\n", r.Number, r.Version, r.State, r.Period.Start, r.Period.End, s.Comments, s.Undecided, r.Title)
	}
	return t.Flush()
}

func takeSetup(flags *flag.FlagSet) func(context.Context, *env, []string) error {
	var f consultation.File
	var format string
	flags.IntVar(&f.Round, "round", 0, "number of the round (consultation list shows them)")
	flags.BoolVar(&f.DryRun, "dry-run", false, "show what would happen and store nothing")
	flags.StringVar(&format, "format", "text", "text or json")
	flags.StringVar(&f.Organisation, "organisation", "", "code of the organisation that sent it, where the comments name none")
	flags.StringVar(&f.Language, "language", "", "language of the comments (en, fr, …)")
	return func(ctx context.Context, e *env, args []string) error {
		if err := exactly(args, 1, "one file"); err != nil {
			return err
		}
		if f.Round < 1 {
			return usagef("Name the round with --round; waymark consultation list shows them.")
		}
		if format != "text" && format != "json" {
			return usagef("The format is text or json.")
		}
		data, err := readFile(args[0])
		if err != nil {
			return err
		}
		f.Name, f.Data, f.Limits = filepath.Base(args[0]), data, docx.DefaultLimits()
		return withApp(ctx, e, func(a *app) error {
			taken, id, err := a.consultation.Take(ctx, f)
			if err != nil {
				return err
			}
			if format == "json" {
				enc := json.NewEncoder(e.Out)
				enc.SetIndent("", "  ")
				return enc.Encode(struct {
					*consultation.Taken
					Submission string `json:"submission,omitempty"`
					DryRun     bool   `json:"dryRun"`
				}{taken, id, f.DryRun})
			}
			printTaken(e.Out, taken, id, f.DryRun)
			return nil
		})
	}
}

func printTaken(w io.Writer, t *consultation.Taken, id string, dry bool) {
	n := t.Counts
	fmt.Fprintf(w, "comments %d (general %d, anchored %d, replies %d), proposed changes %d, could not be placed %d, held for a moderator %d\n",
		n.General+n.Anchored, n.General, n.Anchored, n.Replies, n.Amendments, n.Unplaced, n.Held)
	fmt.Fprintf(w, "new %d, known already %d, no author stated %d, attributions %d, changes of looks %d\n", n.New, n.Same, n.Unattributed, n.Voices, n.Formatting)
	for _, org := range slices.Sorted(maps.Keys(n.ByVoice)) {
		c := n.ByVoice[org]
		fmt.Fprintf(w, "  %s: anchored %d, general %d\n", org, c.Anchored, c.General)
	}
	if t.Linked {
		fmt.Fprintf(w, "the file was made from %s\n", t.Version)
	} else {
		fmt.Fprintln(w, "the file has no link to a version: its places were found by their words")
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range t.Comments {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", c.Kind, placesOf(&c), speakers(c.Voices), oneLine(strings.Join(c.Body, " / "), c.Held))
	}
	for _, a := range t.Amendments {
		fmt.Fprintf(table, "change\t%s\t%s\t%s\n", a.Element+" "+string(a.State), speakers(a.Voices), oneLine(a.Old+" → "+a.New, a.Held))
	}
	_ = table.Flush() // the terminal's trouble shows with the next line
	for _, r := range t.Report {
		if r.Action != "" && r.Action != "read" {
			fmt.Fprintf(w, "%s: %d × %s in %s\n", r.Action, r.Count, r.Element, r.Part)
		}
	}
	for _, gone := range t.Gone {
		fmt.Fprintln(w, "no longer in the file, kept here:", gone)
	}
	switch {
	case t.Earlier != "":
		fmt.Fprintln(w, "this very file was taken in before: nothing changed")
	case dry:
		fmt.Fprintln(w, "dry run: nothing was stored")
	case id == "":
		fmt.Fprintln(w, "everything was known already: nothing changed")
	default:
		fmt.Fprintln(w, "stored as submission", id)
	}
}

func placesOf(c *consultation.Comment) string {
	var out []string
	for _, g := range c.Targets {
		place := g.Code
		if g.State != "anchored" {
			place = strings.TrimSpace(place + " " + string(g.State))
		}
		out = append(out, place)
	}
	return strings.Join(out, ", ")
}

func speakers(voices []consultation.Attribution) string {
	var out []string
	for _, v := range voices {
		out = append(out, v.Label)
	}
	if out == nil {
		return "no author stated"
	}
	return strings.Join(out, ", ")
}

// oneLine shortens a text for a table; what is held is not repeated.
func oneLine(s, held string) string {
	if held != "" {
		return "held (" + held + ")"
	}
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > 100 {
		return string(r[:99]) + "…"
	}
	return string(r)
}

func compileSetup(flags *flag.FlagSet) func(context.Context, *env, []string) error {
	var round int
	var out, language, printer string
	flags.IntVar(&round, "round", 0, "number of the round (consultation list shows them)")
	flags.StringVar(&out, "o", "", "file to write: .docx, .html, .xlsx or .pdf")
	flags.StringVar(&language, "lang", "en", "language of headings and answers: ar, en, es, fr, ru or zh")
	flags.StringVar(&printer, "printer", os.Getenv("WAYMARK_PRINTER"), "path of a Chromium that prints PDF (environment WAYMARK_PRINTER)")
	return func(ctx context.Context, e *env, args []string) error {
		if err := exactly(args, 0, "no arguments"); err != nil {
			return err
		}
		tag, ok := lang.Parse(language)
		switch {
		case round < 1:
			return usagef("Name the round with --round; waymark consultation list shows them.")
		case !ok:
			return usagef("The language is ar, en, es, fr, ru or zh.")
		case !slices.Contains([]string{".docx", ".html", ".xlsx", ".pdf"}, filepath.Ext(out)):
			return usagef("Name the file with -o; it ends in .docx, .html, .xlsx or .pdf.")
		}
		return withApp(ctx, e, func(a *app) error {
			c, err := a.consultation.Compilation(ctx, round, tag)
			if err != nil {
				return err
			}
			data, err := compiled(ctx, c, filepath.Ext(out), printer)
			if err != nil {
				return err
			}
			return writeFile(out, data)
		})
	}
}

func compiled(ctx context.Context, c *consultation.Compilation, kind, printer string) ([]byte, error) {
	switch kind {
	case ".docx":
		return c.Word()
	case ".xlsx":
		return c.Workbook()
	case ".pdf":
		return printPDF(ctx, c.HTML(), printer)
	}
	return c.HTML(), nil
}

// printTime bounds how long the printing program may take.
const printTime = 2 * time.Minute

// printPDF lets the configured Chromium print a page; without one it says what to do instead.
func printPDF(ctx context.Context, page []byte, printer string) ([]byte, error) {
	if printer == "" {
		return nil, fault.New(fault.Unavailable, "No program that prints PDF is configured.", "Name a Chromium with --printer or WAYMARK_PRINTER, or write .html and print it, or write .docx.")
	}
	dir, err := os.MkdirTemp("", "waymark-print")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // the system clears its own temporary folder
	in, out := filepath.Join(dir, "page.html"), filepath.Join(dir, "page.pdf")
	if err := os.WriteFile(in, page, 0o600); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, printTime)
	defer cancel()
	args := []string{"--headless", "--disable-gpu", "--no-pdf-header-footer", "--user-data-dir=" + filepath.Join(dir, "profile"), "--print-to-pdf=" + out}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // Chromium refuses to run as root otherwise; the page is our own
	}
	if message, err := exec.CommandContext(ctx, printer, append(args, "file://"+in)...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", printer, err, oneLine(string(message), ""))
	}
	return os.ReadFile(out)
}

func adoptSetup(flags *flag.FlagSet) func(context.Context, *env, []string) error {
	var round int
	var from, reason string
	var propose bool
	flags.IntVar(&round, "round", 0, "number of the round (consultation list shows them)")
	flags.BoolVar(&propose, "propose", false, "ask a second organisation to approve the adoption as it is decided now")
	flags.StringVar(&from, "from", "", "with --propose: the day from which the next version holds, as 2026-01-31 (default: today)")
	flags.StringVar(&reason, "reason", "proposed at the command line", "with --propose: why, in one sentence")
	return func(ctx context.Context, e *env, args []string) error {
		if err := exactly(args, 0, "no arguments"); err != nil {
			return err
		}
		if round < 1 {
			return usagef("Name the round with --round; waymark consultation list shows them.")
		}
		now := time.Now()
		on := reference.Day(now.Year(), int(now.Month()), now.Day())
		if from != "" {
			day, err := reference.ParseDate(from)
			if err != nil {
				return usagef("The day %q is no date such as 2026-01-31.", from)
			}
			on = day
		}
		return withApp(ctx, e, func(a *app) error {
			if propose {
				p, d, err := a.consultation.ProposeAdoption(ctx, round, on, reason)
				if err != nil {
					return inTheWay(e.Out, round, d, err)
				}
				fmt.Fprintf(e.Out, "proposed as %s: %s\na publisher of another organisation approves it on the site under My work, Proposals; then run this command without --propose\n", p.ID, p.Summary)
				return nil
			}
			d, err := a.consultation.Adopt(ctx, round, on)
			if err != nil {
				return inTheWay(e.Out, round, d, err)
			}
			if d.Next == nil {
				fmt.Fprintf(e.Out, "round %d is adopted; no answer changes the text\n", round)
				return nil
			}
			fmt.Fprintf(e.Out, "round %d is adopted: %s holds from %s, with %d changes\n", round, d.Next.ID(), d.From, len(d.Edits))
			return nil
		})
	}
}

// inTheWay lists everything that keeps a round from being adopted.
func inTheWay(w io.Writer, round int, d *consultation.Decision, err error) error {
	if d == nil || len(d.Blockers) == 0 {
		return err
	}
	for _, b := range d.Blockers {
		fmt.Fprintln(w, b)
	}
	return fault.New(fault.Conflict, fmt.Sprintf("Round %d cannot be adopted: %d things are in the way.", round, len(d.Blockers)), "Mend each; deferred with a reason is the honest way out.")
}
