package docx

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
)

// small limits keep each round of fuzzing short.
var small = Limits{Packed: 1 << 20, Unpacked: 4 << 20, Part: 1 << 20, Nodes: 20_000, Time: 5 * time.Second}

// stored makes a package without packing, so that the fuzzer's bytes reach the reader.
func stored(parts [][2]string) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, p := range parts {
		f, err := w.CreateHeader(&zip.FileHeader{Name: p[0], Method: zip.Store})
		if err == nil {
			_, err = f.Write([]byte(p[1]))
		}
		if err != nil {
			return nil
		}
	}
	w.Close()
	return out.Bytes()
}

// FuzzComments reads any document, comments and thread part: no panic, and every accounted element
// is read or listed.
func FuzzComments(f *testing.F) {
	data, err := sample(true).Bytes()
	if err != nil {
		f.Fatal(err)
	}
	d, err := Open(data, Limits{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(d.main.part.data), string(d.comments.part.data), string(d.extended.part.data))
	f.Add(`<document/>`, ``, `<x`)
	f.Fuzz(func(t *testing.T, document, comments, extended string) {
		parts := [][2]string{}
		for _, p := range d.pack.parts {
			text := string(p.data)
			switch p.name {
			case "word/document.xml":
				text = document
			case "word/comments.xml":
				text = comments
			case "word/commentsExtended.xml":
				text = extended
			}
			parts = append(parts, [2]string{p.name, text})
		}
		d, err := Open(stored(parts), small)
		if err != nil {
			return
		}
		checkReading(t, d)
	})
}

// FuzzRevisions decides all changes of any document: no panic, none left, and what is written opens.
func FuzzRevisions(f *testing.F) {
	f.Add(`<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:ins><w:del/></w:ins></w:p><w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:tcPr><w:cellDel/></w:tcPr></w:tc></w:tr></w:tbl>`, true)
	f.Add(`<w:sdt><w:sdtContent><w:p><w:moveFrom><w:commentRangeStart w:id="1"/></w:moveFrom></w:p></w:sdtContent></w:sdt>`, false)
	data, err := sample(false).Bytes()
	if err != nil {
		f.Fatal(err)
	}
	body := string(opened(f, data).main.part.data)
	f.Add(body[strings.Index(body, "<w:body>")+8:strings.Index(body, "</w:body>")], true)
	head := smallest(f, "")
	parts := [][2]string{}
	for _, p := range opened(f, head).pack.parts {
		parts = append(parts, [2]string{p.name, string(p.data)})
	}
	f.Fuzz(func(t *testing.T, body string, accept bool) {
		list := append([][2]string(nil), parts...)
		list[2][1] = strings.Replace(list[2][1], "<w:body>", "<w:body>"+body, 1)
		d, err := Open(stored(list), small)
		if err != nil {
			return
		}
		checkDeciding(t, d, accept)
	})
}

func countAccounted(tr *tree) int {
	n := 0
	descend(tr.doc.Root(), func(e *etree.Element) bool {
		if isAccounted(tr, e) {
			n++
		}
		return true
	})
	return n
}

// checkReading: every accounted element is read or listed, and every place lies in its block.
func checkReading(t problems, d *Document) {
	c, l := d.read()
	raw := 0
	for _, tr := range d.trees() {
		if tr != d.settings {
			raw += countAccounted(tr)
		}
	}
	lines := 0
	for _, line := range l.sorted() {
		if accountedTag.MatchString("<" + line.Element[strings.LastIndexAny(line.Element, ":}")+1:] + ">") {
			lines += line.Count
		}
	}
	if lines < raw {
		t.Errorf("%d elements in the file, %d in the report", raw, lines)
	}
	for _, x := range c.Comments {
		for _, p := range x.Places {
			if b := c.Blocks[p.Block]; p.Accepted.Start < 0 || p.Accepted.End > len([]rune(b.Accepted)) || p.Rejected.End > len([]rune(b.Rejected)) {
				t.Errorf("comment %s stands outside its block", x.ID)
			}
		}
	}
}

// checkDeciding: no change is left, and what is written opens and reads one way only.
func checkDeciding(t problems, d *Document, accept bool) {
	d.decide(accept)
	out, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Open(out, Limits{})
	if err != nil {
		t.Fatalf("what we wrote is refused: %v", err)
	}
	for _, tr := range again.stories {
		if hasRevisions(tr) {
			t.Errorf("changes are left")
		}
	}
	for _, b := range again.Blocks() {
		if b.Accepted != b.Rejected {
			t.Errorf("%q and %q after the decision", b.Accepted, b.Rejected)
		}
	}
}

// problems is what testing and rapid share.
type problems interface {
	Errorf(string, ...any)
	Fatalf(string, ...any)
	Fatal(...any)
}
