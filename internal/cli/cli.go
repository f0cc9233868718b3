// Package cli is the command line: one file per command, and in app.go the wiring of all parts.
//
// A command prints what was asked for on standard output and, where it is refused, one plain
// sentence with how to mend it on standard error. It ends with 0 done, 1 refused or failed, 2 wrong
// usage.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

// Streams are where a command reads and writes.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// command is one word of the command line. A command with subcommands has no run of its own.
type command struct {
	name    string
	args    string // what follows the flags, for the usage line
	summary string
	// setup declares flags and returns what to do with the arguments once they are read.
	setup func(*flag.FlagSet) func(context.Context, *env, []string) error
	sub   []command
}

// env is what a command works with.
type env struct {
	Streams
	db string // --db
}

// commands is every command there is, in the order of the help.
func commands() []command {
	return []command{
		serveCommand(), progressCommand(), importCommand(), frameworkCommand(), consultationCommand(), tableCommand(), wordCommand(),
		migrateCommand(), backupCommand(), restoreCommand(), verifyCommand(), proofCommand(), verifyFigureCommand(), copyCommand(),
		personCommand(), organisationCommand(), tokenCommand(), approvalCommand(), auditCommand(), checkpointCommand(), releaseCommand(), versionCommand(),
	}
}

// usageError is a wrong call: exit 2.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// Main runs a command line and gives its exit code.
func Main(args []string, s Streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return Run(ctx, args, s)
}

// Run is Main in a context: a test can end a server by ending the context.
func Run(ctx context.Context, args []string, s Streams) int {
	if len(args) == 1 && args[0] == childCommand {
		if err := readAsChild(os.Stdin, s.Out); err != nil {
			return 1
		}
		return 0
	}
	ctx = accounts.With(ctx, accounts.Local())
	err := dispatch(ctx, commands(), nil, args, s)
	var wrong usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &wrong):
		fmt.Fprintln(s.Err, wrong.text)
		return 2
	}
	text, fix := fault.Safe(err)
	if fault.KindOf(err) == fault.Internal { // at the command line the operator needs the cause
		text = err.Error()
		fix = ""
	}
	fmt.Fprintln(s.Err, strings.TrimSpace(endSentence(text)+" "+fix))
	return 1
}

func endSentence(s string) string {
	if s != "" && !strings.ContainsAny(s[len(s)-1:], ".!?") {
		s += "."
	}
	return s
}

func dispatch(ctx context.Context, list []command, path, args []string, s Streams) error {
	if len(args) > 1 && args[0] == "help" { // help of a command
		args = append(slices.Clone(args[1:]), "--help")
	}
	if len(args) > 0 && path == nil && args[0] == "--version" {
		args = []string{"version"}
	}
	if len(args) == 0 || args[0] == "--help" || args[0] == "-h" || args[0] == "help" {
		printHelp(s, list, path)
		if len(args) == 0 {
			return usagef("Name a command.")
		}
		return nil
	}
	i := slices.IndexFunc(list, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		return usagef("There is no command %q. See: waymark %s--help", strings.Join(append(path, args[0]), " "), strings.Join(append(path, ""), " "))
	}
	c := list[i]
	path = append(path, c.name)
	if c.sub != nil {
		return dispatch(ctx, c.sub, path, args[1:], s)
	}
	return c.run(ctx, path, args[1:], s)
}

func (c command) run(ctx context.Context, path, args []string, s Streams) error {
	e := &env{Streams: s}
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&e.db, "db", defaultDB(), "the database: a file, or postgres://…")
	do := c.setup(flags)
	rest, err := parse(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(s.Out, "waymark %s\n\n%s\n", strings.TrimSpace(strings.Join(path, " ")+" [flags] "+c.args), c.summary)
		fmt.Fprintln(s.Out, "\nFlags:")
		flags.SetOutput(s.Out)
		flags.PrintDefaults()
		return nil
	}
	if err != nil {
		return usagef("%s. See: waymark %s --help", err, strings.Join(path, " "))
	}
	return do(ctx, e, rest)
}

// parse reads flags before, between and after arguments; the standard parser stops at the first
// argument.
func parse(flags *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		left := flags.Args()
		if len(left) == 0 {
			return rest, haveValues(flags)
		}
		if n := len(args) - len(left); n > 0 && args[n-1] == "--" {
			return append(rest, left...), haveValues(flags)
		}
		rest = append(rest, left[0])
		args = left[1:]
	}
}

// haveValues refuses a flag that is given without a value: ignoring it would answer another question than the
// one asked.
func haveValues(flags *flag.FlagSet) error {
	var err error
	flags.Visit(func(f *flag.Flag) {
		if err == nil && f.Value.String() == "" {
			err = fmt.Errorf("the flag --%s has no value: give it one, or leave it out", f.Name)
		}
	})
	return err
}

func printHelp(s Streams, list []command, path []string) {
	fmt.Fprintf(s.Out, "waymark %s\n\nCommands:\n", strings.Join(append(slices.Clone(path), "COMMAND [flags] [arguments]"), " "))
	for _, c := range list {
		fmt.Fprintf(s.Out, "  %-12s %s\n", c.name, c.summary)
	}
	fmt.Fprintln(s.Out, "\nEvery command explains itself with --help.")
}

func defaultDB() string {
	if db := os.Getenv("WAYMARK_DB"); db != "" {
		return db
	}
	return "waymark.db"
}

// exactly checks the number of arguments.
func exactly(args []string, n int, what string) error {
	if len(args) != n {
		return usagef("This command takes %s.", what)
	}
	return nil
}
