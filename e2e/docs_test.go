package e2e

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

var (
	helpCommand = regexp.MustCompile(`(?m)^  ([a-z][a-z-]*) +\S`)
	helpFlag    = regexp.MustCompile(`(?m)^  -([a-z][a-z-]*)`)
)

// Every command and every flag of the program stands in docs/operate.md.
func TestEveryCommandIsDocumented(t *testing.T) {
	bin := waymark(t)
	text, err := os.ReadFile("../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	seen := 0
	var visit func(path []string)
	visit = func(path []string) {
		out, err := exec.Command(bin, append(path, "--help")...).Output()
		if err != nil {
			t.Errorf("waymark %s --help: %v", strings.Join(path, " "), err)
			return
		}
		help := string(out)
		if _, list, ok := strings.Cut(help, "\nCommands:\n"); ok {
			for _, m := range helpCommand.FindAllStringSubmatch(list, -1) {
				visit(append(path[:len(path):len(path)], m[1]))
			}
			return
		}
		seen++
		name := "waymark " + strings.Join(path, " ")
		if !strings.Contains(doc, name) {
			t.Errorf("docs/operate.md does not tell of %q", name)
		}
		for _, m := range helpFlag.FindAllStringSubmatch(help, -1) {
			flag := "-" + m[1]
			if len(m[1]) > 1 {
				flag = "--" + m[1]
			}
			if !strings.Contains(doc, flag) {
				t.Errorf("docs/operate.md does not tell of %s of %q", flag, name)
			}
		}
	}
	visit(nil)
	if seen < 4 {
		t.Errorf("only %d commands were found in the help: this test reads it wrongly", seen)
	}
}
