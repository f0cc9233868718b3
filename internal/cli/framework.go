package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/publication"
	"waymark/internal/store"
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
		{name: "export", args: "VERSION -o FILE.json", summary: "Write a version as one JSON document.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
			var out string
			flags.StringVar(&out, "o", "", "file to write, ending in .json")
			return func(ctx context.Context, e *env, args []string) error {
				if err := exactly(args, 1, "one version"); err != nil {
					return err
				}
				if !strings.HasSuffix(out, ".json") {
					return usagef("Name the file with -o; it ends in .json.")
				}
				return withSnapshot(ctx, e, func(n *publication.Snapshot) error {
					v, err := n.FrameworkVersion(args[0])
					if err != nil {
						return err
					}
					data, err := json.MarshalIndent(v, "", " ")
					if err != nil {
						return fmt.Errorf("writing %s: %w", v.ID(), err)
					}
					return writeFile(out, append(data, '\n'))
				})
			}
		}},
	}}
}

func withSnapshot(ctx context.Context, e *env, do func(*publication.Snapshot) error) error {
	a, err := open(ctx, e.db, false, store.Options{})
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
