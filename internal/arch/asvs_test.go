package arch

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	testFunc    = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	requirement = regexp.MustCompile(`^V\d{1,2}\.\d{1,2}\.\d{1,2}$`)
)

// docs/asvs.tsv says of each requirement of ASVS 5.0.0 that is answered so far what answers it. Each
// stands once, and a test it names exists.
func TestEveryAnsweredRequirementNamesWhatProvesIt(t *testing.T) {
	tests := map[string]bool{}
	walk(t, func(name string) {
		if strings.HasSuffix(name, "_test.go") && path.Ext(name) == ".go" {
			for _, m := range testFunc.FindAllSubmatch(read(t, name), -1) {
				tests[string(m[1])] = true
			}
		}
	})
	seen := map[string]bool{}
	for i, line := range bytes.Split(bytes.TrimRight(read(t, "docs/asvs.tsv"), "\n"), []byte("\n")) {
		cells := strings.Split(string(line), "\t")
		if len(cells) != 6 {
			t.Errorf("line %d has %d cells", i+1, len(cells))
			continue
		}
		if i == 0 {
			continue
		}
		id, level, kind, where, because := cells[0], cells[1], cells[3], cells[4], cells[5]
		switch {
		case !requirement.MatchString(id) || seen[id]:
			t.Errorf("line %d: %q is no requirement, or stands twice", i+1, id)
		case !slices.Contains([]string{"1", "2", "3"}, level) || cells[2] == "":
			t.Errorf("%s has no level or no words", id)
		case kind == "test" && !tests[where]:
			t.Errorf("%s: there is no test %s", id, where)
		case kind == "n/a" && because == "":
			t.Errorf("%s gives no reason", id)
		case !slices.Contains([]string{"test", "config", "document", "n/a"}, kind):
			t.Errorf("%s is of the kind %q", id, kind)
		}
		seen[id] = true
	}
}
