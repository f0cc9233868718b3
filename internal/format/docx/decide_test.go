package docx

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecideAllEqualsTheGivenAnswers(t *testing.T) {
	dir := filepath.Join(corpus(t), "trios")
	files, err := filepath.Glob(filepath.Join(dir, "*.docx"))
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	compared := 0
	for _, file := range files {
		for _, way := range []string{"Accepted", "Rejected"} {
			answer := strings.TrimSuffix(file, ".docx") + "-" + way + ".docx"
			if _, err := os.Stat(answer); err != nil {
				continue
			}
			compared++
			t.Run(filepath.Base(file)+" "+way, func(t *testing.T) {
				d, want := load(t, file), load(t, answer)
				if way == "Accepted" {
					d.AcceptAll()
				} else {
					d.RejectAll()
				}
				for _, tr := range d.trees() {
					if hasRevisions(tr) {
						t.Errorf("%s still has changes", tr.part.name)
					}
				}
				data, err := d.Bytes()
				if err != nil {
					t.Fatal(err)
				}
				again, err := Open(data, Limits{})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(structure(want), structure(again)); diff != "" {
					if len(diff) > 6000 {
						diff = diff[:6000]
					}
					t.Errorf("(-answer +ours)\n%s", diff)
				}
			})
		}
	}
	if compared < 39 {
		t.Errorf("only %d answers compared", compared)
	}
}
