package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strings"

	"waymark/internal/format/docx"
)

func wordCommand() command {
	return command{name: "word", summary: "Look into any Word file, or decide all its tracked changes.", sub: []command{
		{name: "inspect", args: "FILE", summary: "Print what the file holds: comments, replies, changes, notes, and what was not understood.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			var format string
			flags.StringVar(&format, "format", "text", "text or json")
			return func(_ context.Context, e *env, args []string) error {
				d, err := openWord(args)
				if err != nil {
					return err
				}
				report := d.Inspect()
				switch format {
				case "json":
					enc := json.NewEncoder(e.Out)
					enc.SetIndent("", " ")
					enc.SetEscapeHTML(false)
					return enc.Encode(report)
				case "text":
					printWord(e, &report)
					return nil
				}
				return usagef("--format %s is none of text, json.", format)
			}
		}},
		decideWord("accept", "Write the file with all tracked changes accepted.", (*docx.Document).AcceptAll),
		decideWord("reject", "Write the file with all tracked changes rejected.", (*docx.Document).RejectAll),
	}}
}

func decideWord(name, summary string, decide func(*docx.Document)) command {
	return command{name: name, args: "FILE -o FILE.docx", summary: summary, setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
		var out string
		flags.StringVar(&out, "o", "", "file to write")
		return func(_ context.Context, _ *env, args []string) error {
			if out == "" {
				return usagef("Name the file to write with -o.")
			}
			d, err := openWord(args)
			if err != nil {
				return err
			}
			decide(d)
			data, err := d.Bytes()
			if err != nil {
				return err
			}
			return writeFile(out, data)
		}
	}}
}

func openWord(args []string) (*docx.Document, error) {
	if err := exactly(args, 1, "one file"); err != nil {
		return nil, err
	}
	data, err := readFile(args[0])
	if err != nil {
		return nil, err
	}
	return docx.Open(data, docx.DefaultLimits())
}

func printWord(e *env, r *docx.Report) {
	fmt.Fprintf(e.Out, "%d comments, %d of them replies, %d resolved; %d insertions, %d deletions, %d moves; %d footnotes, %d tables\n",
		r.Comments, r.Replies, r.Resolved, r.Insertions, r.Deletions, r.Moves, r.Footnotes, r.Tables)
	for _, c := range r.CommentList {
		fmt.Fprintf(e.Out, "comment %s by %s on %q: %s\n", c.ID, c.Author, c.Quote, strings.Join(c.Body, " / "))
	}
	for _, l := range r.NotUnderstood {
		fmt.Fprintf(e.Out, "not understood: %s in %s, %d times\n", l.Element, l.Part, l.Count)
	}
}
