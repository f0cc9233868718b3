package docx

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestInspectCountsWhatTheManifestCounts(t *testing.T) {
	for _, row := range manifest(t) {
		if strings.HasPrefix(row["file"], "hostile/") {
			continue
		}
		t.Run(row["file"], func(t *testing.T) {
			d := load(t, filepath.Join(corpus(t), row["file"]))
			r := d.Inspect()
			uncounted := 0 // the manifest leaves out two kinds of property changes
			for _, l := range r.Lines {
				if l.Element == "w:tblGridChange" || l.Element == "w:tblPrExChange" {
					uncounted += l.Count
				}
			}
			for _, c := range []struct {
				column string
				got    int
			}{
				{"comments", r.Comments}, {"replies", r.Replies}, {"resolved", r.Resolved}, {"point", r.PointAnchors},
				{"ins", r.Insertions}, {"dele", r.Deletions}, {"move", r.Moves}, {"pmark", r.ParagraphMarks},
				{"rowmark", r.Rows}, {"cellmark", r.Cells}, {"foot", r.Footnotes}, {"endn", r.Endnotes},
				{"tables", r.Tables}, {"fmt", r.Properties - uncounted}, {"ext", r.External},
			} {
				if want := number(t, row, c.column); c.got != want {
					t.Errorf("%s: %d, want %d", c.column, c.got, want)
				}
			}
			// and the authors of changes that are neither text nor paragraph marks
			if want := number(t, row, "authors"); len(r.Authors) < want || len(r.Authors) > want && r.Properties+r.ControlChanges == 0 {
				t.Errorf("authors: %q, want %d", r.Authors, want)
			}
			if r.Strict != (row["strict"] == "1") {
				t.Errorf("strict %v", r.Strict)
			}
			if pre := r.Threads == "preRelease"; pre != (row["preex"] == "1") {
				t.Errorf("threads %s", r.Threads)
			}
		})
	}
}

// Counting tags in the bytes is a second way to the same numbers, without trees or namespaces.
var accountedTag = regexp.MustCompile(`<(?:\w+:)?(comment|commentRangeStart|commentRangeEnd|commentReference|ins|del|moveFrom|moveTo|moveFromRangeStart|moveFromRangeEnd|moveToRangeStart|moveToRangeEnd|footnote|endnote|footnoteReference|endnoteReference|cellIns|cellDel|cellMerge|\w+PrChange|tblGridChange|numberingChange|commentEx|customXml\w+Range(?:Start|End))[ />]`)

func TestInspectGivesAccountOfEveryElement(t *testing.T) {
	for _, row := range manifest(t) {
		if strings.HasPrefix(row["file"], "hostile/") {
			continue
		}
		t.Run(row["file"], func(t *testing.T) {
			path := filepath.Join(corpus(t), row["file"])
			d := load(t, path)
			got := map[string]int{}
			for _, l := range d.Inspect().Lines {
				name := l.Element[strings.Index(l.Element, ":")+1:]
				if strings.HasPrefix(row["file"], "real/") && l.Action == NotRead && accountedTag.MatchString("<"+name+">") {
					t.Errorf("%s: %d %s not read, %v", l.Part, l.Count, l.Element, l.Places)
				}
				got[l.Part+" "+name] += l.Count
			}
			want := map[string]int{}
			for _, tr := range d.trees() {
				for _, m := range accountedTag.FindAllSubmatch(tr.part.data, -1) {
					want[tr.part.name+" "+string(m[1])]++
				}
			}
			for k, n := range want {
				if d.settings != nil && strings.HasPrefix(k, d.settings.part.name+" ") {
					continue // settings name the separators; they are no notes
				}
				if got[k] != n {
					t.Errorf("%s: %d in the file, %d in the report", k, n, got[k])
				}
			}
		})
	}
}

func TestInspectJSONHasTheFieldsOfTheContract(t *testing.T) {
	d := load(t, filepath.Join(corpus(t), "real", "superdoc__threaded-comment.docx"))
	data, err := json.Marshal(d.Inspect())
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"comments", "replies", "resolved", "insertions", "deletions", "moves", "footnotes", "tables"} {
		if _, ok := m[name].(float64); !ok {
			t.Errorf("%s is %T", name, m[name])
		}
	}
	for _, name := range []string{"authors", "notUnderstood", "commentList"} {
		if _, ok := m[name].([]any); !ok {
			t.Errorf("%s is %T", name, m[name])
		}
	}
	first := m["commentList"].([]any)[0].(map[string]any)
	if first["anchoredText"] == "" || first["author"] == "" || first["date"] == "" || len(first["body"].([]any)) != 1 {
		t.Errorf("first comment %v", first)
	}
}

func inflated(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		out[f.Name] = string(b)
	}
	return out
}

func TestBytesLeavesUntouchedPartsAsTheyCame(t *testing.T) {
	for _, row := range manifest(t) {
		if strings.HasPrefix(row["file"], "hostile/") {
			continue
		}
		t.Run(row["file"], func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(corpus(t), row["file"]))
			if err != nil {
				t.Fatal(err)
			}
			before := inflated(t, data)
			for _, decide := range []bool{false, true} {
				d, err := Open(data, Limits{})
				if err != nil {
					t.Fatal(err)
				}
				if decide {
					d.AcceptAll()
				}
				out, err := d.Bytes()
				if err != nil {
					t.Fatal(err)
				}
				again, _ := d.Bytes()
				if !bytes.Equal(out, again) {
					t.Error("writing twice gives other bytes")
				}
				changed := map[string]bool{}
				for _, tr := range d.trees() {
					changed[tr.part.name] = tr.changed
				}
				after := inflated(t, out)
				if len(before) != len(after) {
					t.Errorf("%d parts, had %d", len(after), len(before))
				}
				for name, text := range before {
					if !changed[name] && after[name] != text {
						t.Errorf("%s was not changed and is different", name)
					}
				}
			}
		})
	}
}
