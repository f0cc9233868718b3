package arch

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var testFunc = regexp.MustCompile(`(?m)^func (Test\w+)\(`)

// docs/asvs.tsv says of each requirement of ASVS 5.0.0 that is meant to be met what answers it, or what is
// missing. testdata/asvs.tsv lists them with their levels: levels 1 and 2 without WebRTC and self-contained
// tokens, of OAuth what concerns a client, and ten of level 3. Each stands once; a test or heading that is
// named exists.
func TestEveryRequirementIsAnsweredOrOpen(t *testing.T) {
	tests := map[string]bool{}
	walk(t, func(name string) {
		if strings.HasSuffix(name, "_test.go") && path.Ext(name) == ".go" {
			for _, m := range testFunc.FindAllSubmatch(read(t, name), -1) {
				tests[string(m[1])] = true
			}
		}
	})
	levels := map[string]string{}
	for line := range strings.Lines(string(read(t, "internal/arch/testdata/asvs.tsv"))) {
		id, level, _ := strings.Cut(strings.TrimSpace(line), "\t")
		levels[id] = level
	}
	seen, kinds := map[string]bool{}, map[string]int{}
	for i, line := range strings.Split(strings.TrimRight(string(read(t, "docs/asvs.tsv")), "\n"), "\n") {
		cells := strings.Split(line, "\t")
		if len(cells) != 6 {
			t.Errorf("line %d has %d cells", i+1, len(cells))
			continue
		}
		if i == 0 {
			continue
		}
		id, level, kind, where, because := cells[0], cells[1], cells[3], cells[4], cells[5]
		switch {
		case levels[id] == "" || seen[id]:
			t.Errorf("line %d: %q is none of the list, or stands twice", i+1, id)
		case level != levels[id] || cells[2] == "":
			t.Errorf("%s is of level %s and not %q, or has no words", id, levels[id], level)
		case kind == "test" && !tests[where]:
			t.Errorf("%s: there is no test %s", id, where)
		case kind == "document" && !isHeading(t, where), kind == "config" && !strings.Contains(string(read(t, "docs/operate.md")), "`"+where+"`"):
			t.Errorf("%s: there is no %s %s", id, kind, where)
		case (kind == "n/a" || kind == "open") && (because == "" || where != ""):
			t.Errorf("%s gives no reason, or does not say what is missing", id)
		case !slices.Contains([]string{"test", "config", "document", "n/a", "open"}, kind):
			t.Errorf("%s is of the kind %q", id, kind)
		}
		seen[id] = true
		kinds[kind]++
	}
	for id := range levels {
		if !seen[id] {
			t.Errorf("%s has no row", id)
		}
	}
	t.Logf("%d requirements: %v", len(seen), kinds)
}

// isHeading tells whether a place such as docs/operate.md#Signing in is there.
func isHeading(t *testing.T, where string) bool {
	file, heading, ok := strings.Cut(where, "#")
	return ok && slices.Contains(strings.Split(string(read(t, file)), "\n"), "## "+heading)
}
