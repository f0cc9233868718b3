package table

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"waymark/internal/fault"
)

// FuzzSniff: no file makes a panic; what is accepted is valid UTF-8 of one width with its rows in
// order; what is refused is refused with a sentence and a fix; and the cells, written as plain CSV,
// read back the same.
func FuzzSniff(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "sep=;\na;b\n1;2", "\xff\xfea\x00,\x00b\x00\n\x001\x00,\x002\x00", "a\tb\r1\t2\r", "'a','b'\n'1','2'\n", "\"a\",\"b\"\n\"x\\\"\",1\n", "n\xe9,b\n1,2\n", "# t\n\na,b\n1,2\n#c\n", "a, b\n1, 2\n", ",", "0000000\n,0\n0,"} {
		f.Add([]byte(s))
	}
	seedCorpus(f, "csv")
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := Read("f.csv", data, Options{})
		if err != nil {
			checkRefusal(t, err)
			return
		}
		width, last := table.Width(), 0
		for _, r := range table.Rows {
			if r.Number <= last || len(r.Cells) != width {
				t.Fatalf("row %d after %d has %d of %d cells", r.Number, last, len(r.Cells), width)
			}
			last = r.Number
			for _, c := range r.Cells {
				if !utf8.ValidString(c.Text) || (c.Kind == Empty) != (c.Text == "") {
					t.Fatalf("cell %+v", c)
				}
			}
		}
		var b bytes.Buffer
		if err := table.WriteCells(&b); err != nil {
			t.Fatal(err)
		}
		head := NoHeader
		if table.HeaderRow > 0 {
			head = 1
		}
		if b.Len() > 5 && strings.HasPrefix(b.String(), "sep=") || head == 1 && strings.TrimSpace(strings.Join(table.Header, "")) == "" {
			return
		}
		again, err := Read("f.csv", b.Bytes(), Options{Encoding: "utf-8", Delimiter: ",", Quote: `"`, HeaderRow: head})
		if err != nil {
			if strings.Contains(err.Error(), "JSON") || strings.Contains(err.Error(), "this is a") || strings.Contains(err.Error(), "old .xls") {
				return // the cells happen to look like another format
			}
			t.Fatalf("%q: %v", b.String(), err)
		}
		if d := firstDifference(records(again), records(table)); d != "" {
			t.Fatalf("%q: %s", b.String(), d)
		}
	})
}

func checkRefusal(t *testing.T, err error) {
	t.Helper()
	text, fix := fault.Safe(err)
	if k := fault.KindOf(err); k != fault.Refused && k != fault.TooLarge || text == "" || fix == "" || !utf8.ValidString(text) {
		t.Fatalf("%s %q %q", k, text, fix)
	}
}

func seedCorpus(f *testing.F, folder string) {
	shared := os.Getenv("WAYMARK_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "..", "shared")
	}
	files, err := filepath.Glob(filepath.Join(shared, "corpus", "tables", folder, "*.*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		if data, err := os.ReadFile(name); err == nil && len(data) < 8<<10 {
			f.Add(data)
		}
	}
}

// FuzzXLSXCell: whatever stands in a cell of a workbook, reading it makes no panic, and gives a cell
// whose text fits its kind or a refusal.
func FuzzXLSXCell(f *testing.F) {
	for _, s := range []string{`<v>1</v>`, `<f>A1</f>`, `<is><t>x</t></is>`, `<is><r><t>a</t></r><rPh><t>b</t></rPh></is>`, `<v>60</v>`, `<v>_x0041_</v>`, `<v>2021-01-01T00:00:00</v>`, `<v>1E-300</v>`, `<![CDATA[x]]>`, `<!DOCTYPE x>`, `</c></row>`} {
		for kind := range byte(8) {
			f.Add(kind, kind, s)
		}
	}
	kinds := []string{"", "n", "s", "str", "inlineStr", "b", "e", "d"}
	f.Fuzz(func(t *testing.T, kind, style byte, inner string) {
		row := fmt.Sprintf(`<row r="2"><c r="A2" t="%s" s="%d">%s</c></row>`, kinds[kind%8], style%8, inner)
		table, err := Read("b.xlsx", pack(t, one(headRow+row)...), Options{})
		if err != nil {
			checkRefusal(t, err)
			return
		}
		for _, r := range table.Rows {
			for _, c := range r.Cells {
				if c.Kind == Number {
					if _, err := decimal(c.Text); err != nil {
						t.Fatalf("%+v: %v", c, err)
					}
				}
				if (c.Kind == Empty) != (c.Text == "") && c.Kind != Error {
					t.Fatalf("%+v", c)
				}
			}
		}
		if _, err := table.NumberColumn(0, nil); err != nil {
			checkRefusal(t, err)
		}
	})
}
