package docx

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// letters leaves what two programs that lay out text differently must share.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// Pandoc accepts and rejects by its own code: its reading of the original must be its reading of what
// we decided.
func TestPandocAgreesOnWhatWeDecided(t *testing.T) {
	pandoc := tool(t, "pandoc")
	read := func(track, file string) string {
		out, err := exec.Command(pandoc, "--track-changes="+track, "-f", "docx", "-t", "plain", file).Output()
		if err != nil {
			return "" // it reads no Strict files
		}
		return letters(string(out))
	}
	dir, compared := t.TempDir(), 0
	files, _ := filepath.Glob(filepath.Join(corpus(t), "*", "*.docx"))
	for _, file := range files {
		if strings.Contains(file, "hostile") || strings.HasSuffix(file, "ted.docx") {
			continue
		}
		for _, way := range []string{"accept", "reject"} {
			d := load(t, file)
			if r := d.Inspect(); r.Moves+r.Properties > 0 {
				continue // it takes no move or change of numbering back, so it cannot judge them
			}
			d.decide(way == "accept")
			ours := filepath.Join(dir, "ours.docx")
			if err := os.WriteFile(ours, must(d.Bytes()), 0o600); err != nil {
				t.Fatal(err)
			}
			want := read(way, file)
			if want == "" {
				continue
			}
			compared++
			other := map[string]string{"accept": "reject", "reject": "accept"}[way] // nothing is left to decide
			if got := read(other, ours); got != want {
				t.Errorf("%s %s: pandoc reads %d letters in the original and %d in ours", filepath.Base(file), way, len(want), len(got))
			}
		}
	}
	if compared < 50 {
		t.Errorf("only %d readings compared", compared)
	}
}

// LibreOffice lays out what we decided with the same text as the given answers.
func TestLibreOfficeReadsOurDecisionsAsTheAnswers(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for _, name := range []string{"RP001-Tracked-Revisions-01", "RP047-Inserted-and-Deleted-Paragraph-Mark", "RP051-Arabic", "RP018-MoveFrom-MoveTo-CC"} {
		answer := filepath.Join(corpus(t), "trios", name+"-Accepted.docx")
		d := load(t, filepath.Join(corpus(t), "trios", name+".docx"))
		d.AcceptAll()
		ours := filepath.Join(dir, name+".docx")
		if err := os.WriteFile(ours, must(d.Bytes()), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, ours, answer)
	}
	out := soffice(t, "txt:Text (encoded):UTF8", files...)
	for i := 0; i < len(files); i += 2 {
		read := func(file string) string {
			name := strings.TrimSuffix(filepath.Base(file), ".docx") + ".txt"
			return letters(string(must(os.ReadFile(filepath.Join(out, name)))))
		}
		ours, answer := read(files[i]), read(files[i+1])
		if len(answer) == 0 || ours != answer {
			t.Errorf("%s: %d letters, the answer has %d", filepath.Base(files[i]), len(ours), len(answer))
		}
	}
}
