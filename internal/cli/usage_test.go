package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatIsMistypedIsRefusedAndNotIgnored(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	shipped, err := os.ReadFile("../monitoring/seed/mappings/observations.json")
	if err != nil {
		t.Fatal(err)
	}
	rows := file("rows.csv", "indicator,area,period,answer\nlanzarote,KEN,2020,yes\n")
	d := desk{t, filepath.Join(dir, "w.db")}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"progress", "--as-of", ""}, 2, "--as-of has no value"},
		{[]string{"progress", "--as-of="}, 2, "--as-of has no value"},
		{[]string{"progress", "--variant", ""}, 2, "--variant has no value"},
		{[]string{"progress", "--universe", ""}, 2, "--universe has no value"},
		{[]string{"progress", "--weights", "0"}, 2, "--weights 0 is no year"},
		{[]string{"progress", "--weights", "-1"}, 2, "no year"},
		{[]string{"serve", "--listen", "nonsense"}, 2, "no host and port"},
		{[]string{"serve", "--listen", "127.0.0.1:many"}, 2, "no host and port"},
		{[]string{"help", "nonsense"}, 2, "no command"},
		{[]string{"import", file("nul.csv", "indicator,area,per\x00iod,answer\nlanzarote,KEN,2020,yes\n"), "--source", "treaties"}, 1, "zero bytes"},
		{[]string{"import", rows, "--source", "treaties", "--as", file("twice.json", strings.Replace(string(shipped), "{", `{"title":"x",`, 1))}, 1, `"title" twice`},
		{[]string{"import", rows, "--source", "treaties", "--as", file("bom.json", "\ufeff"+string(shipped)), "--dry-run"}, 0, "observations new 1"},
		{[]string{"organisation", "add", "x", "--name", "Evil \u202e eman", "--kind", "ngo"}, 1, "invisible sign"},
	} {
		if said := d.run(c.code, c.args...); !strings.Contains(said, c.says) {
			t.Errorf("%q says %q, not %q", c.args, said, c.says)
		}
	}
}

func TestHelpAndVersionAreFoundHoweverTheyAreAsked(t *testing.T) {
	ask := func(args ...string) string {
		var out, errs strings.Builder
		if code := Run(t.Context(), args, Streams{Out: &out, Err: &errs}); code != 0 {
			t.Fatalf("%q: exit %d: %s", args, code, errs.String())
		}
		return out.String()
	}
	if a, b := ask("help", "progress"), ask("progress", "--help"); a != b || !strings.Contains(a, "--as-of") && !strings.Contains(a, "-as-of") {
		t.Errorf("help progress says %q", a)
	}
	if a, b := ask("help", "framework", "show"), ask("framework", "show", "--help"); a != b || !strings.Contains(a, "show") {
		t.Errorf("help framework show says %q", a)
	}
	if a, b := ask("--version"), ask("version"); a != b || !strings.HasPrefix(a, "waymark ") {
		t.Errorf("--version says %q", a)
	}
}
