package arch

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// longest is the number of lines after which a file is two files.
const longest = 700

// written are the endings of files that people write and read.
var written = []string{".go", ".sh", ".css", ".js", ".mjs", ".html", ".sql", ".md"}

// made are files that are no work of ours, or that a program writes.
var made = []string{"e2e/axe.min.js", "internal/store/schema.sql"}

func TestNoFileIsTooLong(t *testing.T) {
	walk(t, func(name string) {
		if !slices.Contains(written, path.Ext(name)) || slices.Contains(made, name) {
			return
		}
		text := read(t, name)
		if head, _, _ := bytes.Cut(text, []byte("\n\n")); bytes.Contains(head, []byte("Code generated ")) {
			return
		}
		if n := bytes.Count(text, []byte("\n")); n > longest {
			t.Errorf("%s has %d lines: a file of more than %d lines is two files", name, n, longest)
		}
	})
}

// local are the traces of one person's machine or workplace that must not be committed. The
// brackets keep a pattern from finding itself.
var local = []struct {
	what    string
	pattern *regexp.Regexp
}{
	{"a path of one machine", regexp.MustCompile(`(?:^|[\s"'(=:\x60])/(?:r[o]ot|h[o]me|U[s]ers)/[A-Za-z0-9_.]`)},
	{"a path of one workplace", regexp.MustCompile(`/w[o]rk/(?:main|shared|\.)|/t[m]p/(?:team|bash_jobs|axe)`)},
	{"the host of a package registry", regexp.MustCompile(`registry[.]npmjs|proxy[.]golang|sum[.]golang|deb[.]debian|registry[.]yarnpkg`)},
	{"the name of a writing tool", regexp.MustCompile(`(?i)\bcl[a]ude[ -]code|\banthr[o]pic\b|\bchatg[p]t\b|\bcop[i]lot\b|co-auth[o]red-by`)},
}

func TestNoTraceOfOneMachine(t *testing.T) {
	walk(t, func(name string) {
		if slices.Contains(made, name) {
			return
		}
		text := read(t, name)
		if bytes.IndexByte(text, 0) >= 0 { // a picture or another binary file
			return
		}
		for i, line := range strings.Split(string(text), "\n") {
			for _, l := range local {
				if found := l.pattern.FindString(line); found != "" {
					t.Errorf("%s:%d: %s: %q", name, i+1, l.what, strings.TrimSpace(found))
				}
			}
		}
	})
}

func TestNoTraceOfOneMachineFindsThem(t *testing.T) {
	planted := []string{
		`open("/ho` + `me/ada/waymark.db")`, "see /ro" + "ot/.cache", "/wo" + "rk/shared/corpus",
		`"resolved": "https://registry.` + `npmjs.org/x"`, "Co-Auth" + "ored-By: x",
	}
	for _, line := range planted {
		if !slices.ContainsFunc(local, func(l struct {
			what    string
			pattern *regexp.Regexp
		}) bool {
			return l.pattern.MatchString(line)
		}) {
			t.Errorf("no pattern finds %q", line)
		}
	}
	for _, line := range []string{`"/en/work/queue"`, "/tmp/waymark.db", "the homepage /{lang}/home"} {
		for _, l := range local {
			if l.pattern.MatchString(line) {
				t.Errorf("%s is found in %q", l.what, line)
			}
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// A reader who follows a link in the documents arrives.
func TestDocumentLinksLead(t *testing.T) {
	walk(t, func(name string) {
		if path.Ext(name) != ".md" {
			return
		}
		for _, m := range link.FindAllStringSubmatch(string(read(t, name)), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, path.Dir(name), target)); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
	})
}

// NOTICE names every origin: the modules, and the data shipped in the binary.
func TestNoticeNamesEveryOrigin(t *testing.T) {
	notice := string(read(t, "NOTICE"))
	required := regexp.MustCompile(`(?m)^\s+([a-z0-9.]+\.[a-z]+/\S+) v`)
	mods := required.FindAllStringSubmatch(string(read(t, "go.mod")), -1)
	if len(mods) == 0 {
		t.Fatal("no module found in go.mod")
	}
	for _, m := range mods {
		if !strings.Contains(notice, m[1]+" ") {
			t.Errorf("NOTICE does not name the module %s: read its licence and enter it", m[1])
		}
	}
	seeds, err := filepath.Glob(filepath.Join(root, "internal/reference/seed/*.provenance.json"))
	if err != nil || len(seeds) == 0 {
		t.Fatalf("no provenance file of the shipped data found: %v", err)
	}
	for _, s := range seeds {
		if csv := strings.TrimSuffix(filepath.Base(s), ".provenance.json") + ".csv"; !strings.Contains(notice, csv) {
			t.Errorf("NOTICE does not name the shipped data %s", csv)
		}
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}
