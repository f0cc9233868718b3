package docx

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/beevik/etree"
)

// corpus gives the folder of real Word files, or skips the test, loudly, where it is absent.
func corpus(t testing.TB) string {
	t.Helper()
	shared := os.Getenv("WAYMARK_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "..", "shared")
	}
	dir := filepath.Join(shared, "corpus", "docx")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: the Word corpus is absent (%v)", err)
	}
	return dir
}

// manifest reads manifest.tsv: one map by column name per file.
func manifest(t testing.TB) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(corpus(t), "manifest.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, v := range row {
			m[rows[0][i]] = v
		}
		out = append(out, m)
	}
	if len(out) < 90 {
		t.Fatalf("manifest has only %d rows", len(out))
	}
	return out
}

func number(t testing.TB, row map[string]string, column string) int {
	t.Helper()
	n, err := strconv.Atoi(row[column])
	if err != nil {
		t.Fatalf("%s: column %s: %v", row["file"], column, err)
	}
	return n
}

func load(t testing.TB, path string) *Document {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Open(data, Limits{})
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return d
}

// structure writes what two documents of the same meaning share: blocks, rows, cells, properties and
// runs of one look, without ids, revision save marks, bookmarks, empty property elements and the last
// section, which the tool that wrote the answers lost.
func structure(d *Document) []string {
	var out []string
	for _, t := range d.trees() {
		if t == d.settings || t == d.core || t == d.custom || t == d.people {
			continue
		}
		root := t.doc.Root()
		blocks := children(root)
		if t == d.main {
			blocks = children(t.find(root, "body"))
		}
		for _, e := range blocks {
			if t.w(e) == "sectPr" {
				continue
			}
			out = append(out, canonical(t, e, 0)...)
		}
	}
	return out
}

func canonical(t *tree, e *etree.Element, depth int) []string {
	switch t.w(e) {
	case "bookmarkStart", "bookmarkEnd", "proofErr", "lastRenderedPageBreak", "rsid":
		return nil
	case "tbl": // the tool left two tables without any row, which no table may be
		if t.find(e, "tr") == nil {
			return nil
		}
	}
	indent := strings.Repeat(" ", depth)
	line := indent + e.Tag
	var attrs []string
	for _, a := range e.Attr {
		if strings.HasPrefix(a.Key, "rsid") || a.Space == "xmlns" || a.Key == "xmlns" || a.Key == "paraId" || a.Key == "textId" || a.Space == "xml" || a.Space == "mc" {
			continue
		}
		attrs = append(attrs, a.Key+"="+a.Value)
	}
	sort.Strings(attrs)
	line += " " + strings.Join(attrs, " ")
	var inside []string
	last := ""
	for _, tok := range e.Child {
		c, ok := tok.(*etree.Element)
		if !ok {
			if cd, ok := tok.(*etree.CharData); ok && (t.w(e) == "t" || t.w(e) == "instrText") {
				inside = append(inside, indent+" "+strconv.Quote(cd.Data))
			}
			continue
		}
		lines := canonical(t, c, depth+1)
		if t.w(c) == "r" && len(lines) > 0 { // runs of one look count as one
			look := strings.Join(canonicalOf(t, t.find(c, "rPr"), depth+2), "|")
			if look == last {
				lines = lines[1+len(canonicalOf(t, t.find(c, "rPr"), depth+2)):]
			}
			last = look
			if len(lines) == 0 {
				continue
			}
		} else if len(lines) > 0 {
			last = "\x00"
		}
		inside = append(inside, lines...)
	}
	if len(inside) == 0 && len(attrs) == 0 && strings.HasSuffix(e.Tag, "Pr") {
		return nil
	}
	return append([]string{line}, inside...)
}

func canonicalOf(t *tree, e *etree.Element, depth int) []string {
	if e == nil {
		return nil
	}
	return canonical(t, e, depth)
}
