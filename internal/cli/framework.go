package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/publication"
)

func frameworkCommand() command {
	return command{name: "framework", summary: "List, show and export the frameworks and their versions.", sub: []command{
		impactCommand(),
		{name: "list", summary: "List every version of every framework.", setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 0, "no arguments"); err != nil {
					return err
				}
				return withSnapshot(ctx, e, func(n *publication.Snapshot) error {
					t := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
					fmt.Fprintln(t, "version\tstate\ttitle\tsha256")
					for _, v := range n.Versions {
						fmt.Fprintf(t, "%s@%d\t%s\t%s\t%s\n", v.Framework, v.Number, v.State, v.Title, v.SHA256)
					}
					return t.Flush()
				})
			}
		}},
		{name: "show", args: "[VERSION]", summary: "Print the text of a version, each line with its code.", setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
			return func(ctx context.Context, e *env, args []string) error {
				if len(args) > 1 {
					return usagef("This command takes at most one version.")
				}
				return withSnapshot(ctx, e, func(n *publication.Snapshot) error {
					v, err := n.FrameworkVersion(strings.Join(args, ""))
					if err != nil {
						return err
					}
					return printVersion(e, v)
				})
			}
		}},
		{name: "export", args: "VERSION -o FILE(.docx|.json|.html)", summary: "Write a version: as a draft to comment on, as one page, or as data.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			var out string
			flags.StringVar(&out, "o", "", "file to write, ending in .docx, .json or .html")
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 1, "one version"); err != nil {
					return err
				}
				if !slices.Contains([]string{".docx", ".json", ".html"}, filepath.Ext(out)) {
					return usagef("Name the file with -o; it ends in .docx, .json or .html.")
				}
				return withSnapshot(ctx, e, func(n *publication.Snapshot) error {
					v, err := n.FrameworkVersion(args[0])
					if err != nil {
						return err
					}
					data, err := exported(v, filepath.Ext(out))
					if err != nil {
						return fmt.Errorf("writing %s: %w", v.ID(), err)
					}
					return writeFile(out, data)
				})
			}
		}},
		{name: "diff", args: "A B", summary: "Print what changes from one version to another, element by element.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			var format string
			flags.StringVar(&format, "format", "text", "text or json")
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 2, "two versions"); err != nil {
					return err
				}
				return withSnapshot(ctx, e, func(n *publication.Snapshot) error {
					a, err := n.FrameworkVersion(args[0])
					if err != nil {
						return err
					}
					b, err := n.FrameworkVersion(args[1])
					if err != nil {
						return err
					}
					d, err := framework.Diff(a, b)
					if err != nil {
						return err
					}
					if format == "json" {
						enc := json.NewEncoder(e.Out)
						enc.SetIndent("", "  ")
						return enc.Encode(d)
					}
					printDifference(e, a, b, d)
					return nil
				})
			}
		}},
		{name: "succeed", args: "VERSION", summary: "Draft the version after an adopted one: the same words, goals and open values.", setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 1, "one version"); err != nil {
					return err
				}
				return withApp(ctx, e, func(a *app) error { return a.succeed(ctx, e, args[0]) })
			}
		}},
	}}
}

// exported writes a version in one of the formats of export.
func exported(v *framework.Version, kind string) ([]byte, error) {
	switch kind {
	case ".docx":
		return consultation.ExportWord(v)
	case ".html":
		return consultation.ExportHTML(v), nil
	}
	data, err := json.MarshalIndent(v, "", " ")
	return append(data, '\n'), err
}

// succeed drafts the successor of a version. There is one: an existing draft is left as it is.
func (a *app) succeed(ctx context.Context, e *env, id string) error {
	if err := accounts.Require(ctx, accounts.SaveFramework, accounts.Scope{}); err != nil {
		return err
	}
	v, err := a.version(ctx, id)
	if err != nil {
		return err
	}
	next, err := framework.Succeed(v)
	if err != nil {
		return err
	}
	if there, err := a.db.Version(ctx, next.Framework, next.Number); err == nil {
		return fault.New(fault.Conflict, fmt.Sprintf("%s is there already, as %s.", there.ID(), there.State), "Go on with that version.")
	} else if !fault.Is(err, fault.NotFound) {
		return err
	}
	if err := a.db.SaveVersion(ctx, next); err != nil {
		return err
	}
	fmt.Fprintf(e.Out, "%s is drafted from %s\n", next.ID(), v.ID())
	return nil
}

// printDifference prints every change with the old value and the new one.
func printDifference(e *env, a, b *framework.Version, d *framework.Difference) {
	if len(d.Edits) == 0 {
		fmt.Fprintf(e.Out, "%s and %s are the same\n", a.ID(), b.ID())
		return
	}
	code := map[string]string{}
	for _, v := range []*framework.Version{a, b} {
		for i := range v.Elements {
			code[v.Elements[i].ID] = v.Elements[i].Code
		}
	}
	for _, edit := range d.Edits {
		name := edit.Key
		if c := code[edit.Key]; c != "" {
			name = c
		}
		what := strings.TrimSpace(string(edit.Op) + " " + string(edit.Thing) + " " + name + " " + edit.Field)
		fmt.Fprintf(e.Out, "%s: %s → %s\n", what, orNothing(oneLine(string(edit.Old), "")), orNothing(oneLine(string(edit.New), "")))
	}
}

func withSnapshot(ctx context.Context, e *env, do func(*publication.Snapshot) error) error {
	a, err := e.open(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	n, err := a.publication.Snapshot(ctx)
	if err != nil {
		return err
	}
	return do(n)
}

func printVersion(e *env, v *framework.Version) error {
	t := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s\t%s\t%s\n", v.ID(), v.State, v.Title)
	for _, el := range v.Elements {
		fmt.Fprintf(t, "%s\t%s\t%s\n", el.Code, el.Kind, el.Text)
	}
	for _, target := range v.Targets {
		value := "to be set"
		if g := target.Goal(); g != nil {
			value = fmt.Sprintf("%s %s by %s", g.Operator, g.Value, g.GoalDate)
		}
		fmt.Fprintf(t, "%s\ttarget value\t%s (%s)\n", target.Code, value, target.Unit)
	}
	return t.Flush()
}

func writeFile(path string, data []byte) error {
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return fault.Newf(fault.Refused, "the file %s cannot be written: %v", path, err).WithFix("Check the folder and that you may write there.")
	}
	return nil
}
