package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// desk runs commands on one database, as somebody at the machine does.
type desk struct {
	t  *testing.T
	db string
}

func (d desk) run(want int, args ...string) string {
	d.t.Helper()
	var out, errs bytes.Buffer
	if code := Run(context.Background(), append(args, "--db", d.db), Streams{Out: &out, Err: &errs}); code != want {
		d.t.Fatalf("%v: exit %d, want %d\n%s%s", args, code, want, &out, &errs)
	}
	return out.String() + errs.String()
}

func (d desk) says(text string, patterns ...string) {
	d.t.Helper()
	for _, p := range patterns {
		if !regexp.MustCompile(p).MatchString(text) {
			d.t.Errorf("nothing like %q in\n%s", p, text)
		}
	}
}

func TestFromTheFirstOrganisationToACheckpoint(t *testing.T) {
	d := desk{t, filepath.Join(t.TempDir(), "w.db")}
	d.run(0, "organisation", "add", "itu", "--name", "ITU", "--kind", "international")
	d.says(d.run(1, "organisation", "add", "itu", "--name", "ITU", "--kind", "international"), "already")
	d.run(1, "organisation", "add", "ict", "--name", "Ministry", "--kind", "state")
	d.run(0, "organisation", "add", "ict", "--name", "Ministry", "--kind", "state", "--country", "ken")
	d.says(d.run(0, "organisation", "list"), `ict +state +KEN`)
	d.says(d.run(0, "person", "add", "a@itu.example", "--name", "Amina", "--org", "itu", "--role", "administrator"), `(?s)/en/work/link/invite\?token=\S{43}\n.*from now on`)
	d.says(d.run(1, "person", "add", "A@itu.example", "--name", "Amina", "--org", "itu"), "account with this")
	d.says(d.run(1, "person", "role", "a@itu.example", "king"), "no role")
	d.run(0, "person", "role", "a@itu.example", "focal-point", "--country", "KEN")
	d.says(d.run(0, "person", "list"), `invited +itu +a@itu.example +Amina +administrator \(everything\) focalPoint \(country KEN\)`)
	token := d.run(0, "token", "add", "a@itu.example", "--role", "focalPoint", "--country", "KEN", "--name", "yearly form")
	d.says(token, `waymark_\S+_\S+_[0-9a-f]{8}`)
	id := strings.Fields(token)[1]
	d.run(0, "token", "revoke", id, "--reason", "lost")
	d.says(d.run(0, "token", "list", "a@itu.example"), id+` +focalPoint +country KEN +revoked +never`)
	d.says(d.run(0, "audit"), "Whoever runs the service gave a role: .*administrator for everything")
	d.says(d.run(0, "audit", "--act", "organisation", "--limit", "1"), "described the organisation ict")

	note := filepath.Join(t.TempDir(), "checkpoint")
	d.run(0, "checkpoint", "-o", note)
	d.run(0, "person", "disable", "a@itu.example", "--reason", "left")
	d.says(d.run(0, "verify", "--checkpoint", note), "everything is as it was written")
	other := desk{t, filepath.Join(t.TempDir(), "other.db")}
	other.run(0, "organisation", "add", "x", "--name", "X", "--kind", "ngo")
	d.says(other.run(1, "verify", "--checkpoint", note, "--key", d.db+".key.pub"), "not as they were written")
	text, err := os.ReadFile(note)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(note, bytes.Replace(text, []byte("audit\n"), []byte("audit\n1"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	d.says(d.run(1, "verify", "--checkpoint", note), "not signed with this key")
	d.run(0, "person", "erase", "a@itu.example", "--reason", "asked for it")
	d.says(d.run(0, "verify"), "everything is as it was written")
}

// Promise 7: what was frozen is computed again bit for bit after the data moved on, and a change is
// never silent.
func TestAReleaseStaysTheSameWhateverComesAfter(t *testing.T) {
	d := desk{t, filepath.Join(t.TempDir(), "w.db")}
	id := strings.TrimSpace(d.run(0, "release", "create", "--title", "First"))
	if again := strings.TrimSpace(d.run(0, "release", "create")); again != id {
		t.Errorf("frozen again without a change: %s, not %s", again, id)
	}
	before := d.run(0, "release", "show", id)
	d.says(before, "computed again: the same, byte for byte", "not approved by a second organisation")
	shipped, err := os.ReadFile(filepath.Join("..", "reference", "seed", "csec_legislation_usdol.csv"))
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(list, bytes.Replace(shipped, []byte(",does_not_meet,"), []byte(",meets,"), 40), 0o600); err != nil {
		t.Fatal(err)
	}
	d.says(d.run(0, "import", list, "--source", "csec_legislation_usdol"), "changed [1-9]|[1-9][0-9]* changed")
	if after := d.run(0, "release", "show", id); after != before {
		t.Errorf("the release changed:\n%s\nbefore:\n%s", after, before)
	}
	if next := strings.TrimSpace(d.run(0, "release", "create")); next == id {
		t.Error("new data, and the same release")
	}
	d.run(1, "release", "show", "r20200101-0000000000000000")
}
