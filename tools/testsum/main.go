// Command testsum reads the output of `go test -json` and says in few lines what happened:
// the output of every test that failed, the reason of every test that was skipped, the slowest
// tests, and one closing line of counts. It exits 1 when something failed or when no test ran.
//
//	go test -json ./... | testsum [-counts FILE]
//
// Subtests are counted like tests. A package that does not build, or that fails outside a test,
// counts as one failure.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// event is one line of `go test -json` (see `go doc test2json`).
type event struct {
	Action     string
	Package    string
	ImportPath string // set instead of Package on the lines of a failed build
	Test       string
	Output     string
	Elapsed    float64 // seconds
}

type test struct {
	pkg, name string
}

func (t test) String() string {
	pkg := strings.TrimPrefix(t.pkg, "waymark/")
	if t.name == "" {
		return pkg
	}
	return pkg + " " + t.name
}

// summary is what a run amounts to.
type summary struct {
	passed, failed, skipped int
	failures                []failure
	skips                   []string // one line a test: name and reason
	slow                    []timed
	stray                   []string // lines that are no JSON: go's own complaints
}

type failure struct {
	what   string
	output string
}

type timed struct {
	what    string
	seconds float64
}

func main() {
	counts := flag.String("counts", "", "append the three counts (passed failed skipped) to this `file`")
	flag.Parse()
	s, err := read(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testsum:", err)
		os.Exit(1)
	}
	s.print(os.Stdout)
	if *counts != "" {
		if err := appendCounts(*counts, s); err != nil {
			fmt.Fprintln(os.Stderr, "testsum:", err)
			os.Exit(1)
		}
	}
	if s.failed > 0 || s.passed == 0 {
		os.Exit(1)
	}
}

func read(r io.Reader) (*summary, error) {
	s := new(summary)
	output := map[test][]string{}
	builds := map[string][]string{}
	failedInside := map[string]bool{} // packages with a failed test of their own
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("read the test output: %w", err)
		}
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				s.stray = append(s.stray, strings.TrimRight(string(line), "\n"))
			} else {
				s.take(e, output, builds, failedInside)
			}
		}
		if err == io.EOF {
			break
		}
	}
	slices.SortFunc(s.slow, func(a, b timed) int {
		switch {
		case a.seconds > b.seconds:
			return -1
		case a.seconds < b.seconds:
			return 1
		}
		return 0
	})
	slices.Sort(s.skips)
	return s, nil
}

func (s *summary) take(e event, output map[test][]string, builds map[string][]string, failedInside map[string]bool) {
	t := test{e.Package, e.Test}
	switch e.Action {
	case "output":
		output[t] = append(output[t], e.Output)
	case "build-output":
		builds[e.ImportPath] = append(builds[e.ImportPath], e.Output)
	case "build-fail":
		s.failed++
		s.failures = append(s.failures, failure{"build of " + e.ImportPath, strings.Join(builds[e.ImportPath], "")})
		failedInside[strings.Fields(e.ImportPath + " ?")[0]] = true
	case "pass":
		if t.name != "" {
			s.passed++
			s.slow = append(s.slow, timed{t.String(), e.Elapsed})
		}
		delete(output, t)
	case "skip":
		if t.name != "" { // a package without tests is skipped too: that says nothing
			s.skipped++
			s.skips = append(s.skips, t.String()+": "+reason(output[t]))
		}
		delete(output, t)
	case "fail":
		if t.name != "" {
			s.failed++
			failedInside[t.pkg] = true
			s.failures = append(s.failures, failure{t.String(), strings.Join(output[t], "")})
		} else if !failedInside[t.pkg] { // no test of it failed: a panic, an exit, a time-out
			s.failed++
			s.failures = append(s.failures, failure{t.String(), strings.Join(output[t], "")})
		}
	}
}

// reason gives what a skipped test said, without go's own lines around it.
func reason(lines []string) string {
	var said []string
	for _, l := range lines {
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "===") || strings.HasPrefix(l, "---") {
			continue
		}
		said = append(said, l)
	}
	if len(said) == 0 {
		return "no reason given"
	}
	return strings.Join(said, " ")
}

func (s *summary) print(w io.Writer) {
	for _, l := range s.stray {
		fmt.Fprintln(w, l)
	}
	for _, f := range s.failures {
		fmt.Fprintf(w, "FAILED %s\n%s\n", f.what, shortened(f.output))
	}
	for _, l := range s.skips {
		fmt.Fprintf(w, "SKIPPED %s\n", l)
	}
	for i, t := range s.slow {
		if i == 3 || t.seconds < 5 {
			break
		}
		fmt.Fprintf(w, "slow %5.1f s %s\n", t.seconds, t.what)
	}
	if s.passed+s.failed == 0 {
		fmt.Fprintln(w, "no test ran")
	}
	fmt.Fprintf(w, "%d passed, %d failed, %d skipped\n", s.passed, s.failed, s.skipped)
}

// most is how many lines of one failure are printed: its beginning and its end say most.
const most = 80

func shortened(output string) string {
	lines := strings.Split(strings.TrimRight(output, "\n"), "\n")
	if n := len(lines) - most; n > 0 {
		rest := lines[len(lines)-most/4:]
		lines = append(lines[:most-most/4:most-most/4], fmt.Sprintf("    ... %d lines left out: run this test alone to see them ...", n))
		lines = append(lines, rest...)
	}
	return strings.Join(lines, "\n")
}

func appendCounts(name string, s *summary) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("keep the counts: %w", err)
	}
	_, err = fmt.Fprintln(f, s.passed, s.failed, s.skipped)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
