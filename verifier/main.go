// Command verifier computes the figure of a proof file again and says whether the file tells it
// rightly. It shares no line with the program that wrote the file, needs nothing but Go's standard
// library, and asks nobody: what it believes stands in the file (docs/data.md).
//
//	go run ./verifier FILE...
package main

import (
	"fmt"
	"io"
	"os"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(files []string, out, errs io.Writer) int {
	if len(files) == 0 {
		fmt.Fprintln(errs, "Name one proof file or more.")
		return 2
	}
	code := 0
	for _, name := range files {
		n, err := verifyFile(name)
		if err != nil {
			fmt.Fprintf(errs, "%s: %v\n", name, err)
			code = 1
			continue
		}
		fmt.Fprintf(out, "%s: %d numbers, words and hashes computed again: all the same\n", name, n)
	}
	return code
}

func verifyFile(name string) (int, error) {
	f, err := os.Open(name) //nolint:gosec // the file that was named
	if err != nil {
		return 0, fmt.Errorf("it cannot be opened: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return 0, fmt.Errorf("it cannot be read: %w", err)
	}
	return verify(data)
}

// verify computes the figure of a proof file anew and compares. It gives how much was compared.
func verify(data []byte) (int, error) {
	p, err := read(data)
	if err != nil {
		return 0, err
	}
	w := newWork(p)
	figure, statuses, err := w.figure()
	if err != nil {
		return 0, fmt.Errorf("its figure cannot be computed: %w", err)
	}
	c := &comparison{}
	c.same("figure", p.told, figure)
	c.same("status", p.statuses, statuses)
	c.same("hashes", p.hashes, p.computedHashes())
	return c.count, c.first
}

// comparison walks through two JSON values side by side and keeps the first difference.
type comparison struct {
	count int
	first error
}

func (c *comparison) same(path string, told, computed any) {
	switch want := computed.(type) {
	case object:
		have, _ := told.(map[string]any)
		for _, name := range names(want, have) {
			a, isTold := have[name]
			b, isComputed := want[name]
			if !isTold || !isComputed {
				c.differ(path+"."+name, text(a, isTold), text(b, isComputed))
				continue
			}
			c.same(path+"."+name, a, b)
		}
	case []any:
		have, _ := told.([]any)
		for i := range max(len(want), len(have)) {
			at := fmt.Sprintf("%s.%d", path, i)
			if i >= len(want) || i >= len(have) {
				c.differ(at, fmt.Sprintf("%d entries", len(have)), fmt.Sprintf("%d", len(want)))
				return
			}
			c.same(at, have[i], want[i])
		}
	default:
		c.count++
		if a, b := text(told, true), text(computed, true); a != b && !sameNumber(told, computed) {
			c.differ(path, a, b)
		}
	}
}

func (c *comparison) differ(path, told, computed string) {
	if c.first == nil {
		c.first = fmt.Errorf("it was changed: it tells %s for %s, and what it holds gives %s", told, path, computed)
	}
}
