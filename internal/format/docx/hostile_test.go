package docx

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"waymark/internal/fault"
)

// refused opens a file that must be refused with a sentence that names the cause, and a cure.
func refused(t *testing.T, data []byte, limits Limits, kind fault.Kind, words string) {
	t.Helper()
	_, err := Open(data, limits)
	if err == nil {
		t.Fatalf("it was taken; want a refusal with %q", words)
	}
	text, fix := fault.Safe(err)
	if !fault.Is(err, kind) || !strings.Contains(text, words) || fix == "" {
		t.Errorf("%s: %q, fix %q; want %s with %q", fault.KindOf(err), text, fix, kind, words)
	}
}

func TestHostileCorpusIsRefusedByNameOrReadRight(t *testing.T) {
	for _, row := range manifest(t) {
		if !strings.HasPrefix(row["file"], "hostile/") {
			continue
		}
		t.Run(row["file"], func(t *testing.T) {
			data := must(os.ReadFile(filepath.Join(corpus(t), row["file"])))
			switch expected := row["expected"]; {
			case strings.Contains(expected, "password-protected"):
				refused(t, data, Limits{}, fault.Refused, "password-protected")
			case strings.Contains(expected, "incomplete or damaged"):
				refused(t, data, Limits{}, fault.Refused, "incomplete or damaged")
			default:
				d, err := Open(data, Limits{})
				if err != nil {
					t.Skipf("refused: %v", err)
				}
				if r := d.Inspect(); r.Comments+r.Insertions+r.Deletions > 0 {
					t.Errorf("read %+v", r)
				}
				d.AcceptAll()
				if _, err := d.Bytes(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// smallest is a document of one paragraph; parts replace or add to its own.
func smallest(t testing.TB, body string, more ...[2]string) []byte {
	t.Helper()
	return zipOf(t, append([][2]string{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="` + wordType + `document.main+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + relType + `officeDocument" Target="/word/document.xml"/></Relationships>`},
		{"word/document.xml", `<w:document xmlns:w="` + uriW + `" xmlns:mc="` + uriMC + `" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><w:body>` + body + `</w:body></w:document>`},
	}, more...))
}

func zipOf(t testing.TB, parts [][2]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, p := range parts {
		f, err := w.CreateHeader(&zip.FileHeader{Name: p[0], Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(p[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// lying adds an entry whose header claims a size of one byte.
func lying(t *testing.T, size int) []byte {
	var packed bytes.Buffer
	f, _ := flate.NewWriter(&packed, flate.BestCompression)
	content := bytes.Repeat([]byte("A"), size)
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	f.Close()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	r, err := w.CreateRaw(&zip.FileHeader{Name: "word/media/image1.png", Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(content), CompressedSize64: uint64(packed.Len()), UncompressedSize64: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Write(packed.Bytes()); err != nil {
		t.Fatal(err)
	}
	w.Close()
	return out.Bytes()
}

func TestOpenRefusesByNameWithACure(t *testing.T) {
	ok := smallest(t, "<w:p/>")
	if _, err := Open(ok, Limits{}); err != nil {
		t.Fatalf("the smallest document: %v", err)
	}
	deep := strings.Repeat("<w:customXml>", 70) + strings.Repeat("</w:customXml>", 70)
	many := make([][2]string, 501)
	for i := range many {
		many[i] = [2]string{fmt.Sprintf("customXml/a%d.txt", i), ""}
	}
	utf16doc := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(`<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>`)) {
		utf16doc = append(utf16doc, byte(u), byte(u>>8))
	}
	for name, c := range map[string]struct {
		data   []byte
		limits Limits
		kind   fault.Kind
		words  string
	}{
		"empty":              {nil, Limits{}, fault.Refused, "empty"},
		"text":               {[]byte("Dear secretariat"), Limits{}, fault.Refused, "not a Word document"},
		"old doc":            {append(append([]byte{}, oleMagic...), 0, 0), Limits{}, fault.Refused, "password-protected"},
		"zip of something":   {zipOf(t, [][2]string{{"a.txt", "a"}}), Limits{}, fault.Refused, "no Word document"},
		"cut off":            {ok[:len(ok)-30], Limits{}, fault.Refused, "incomplete or damaged"},
		"spreadsheet":        {bytesReplace(t, ok, "[Content_Types].xml", "wordprocessingml.document", "spreadsheetml.sheet"), Limits{}, fault.Refused, "not a Word document"},
		"packed over":        {ok, Limits{Packed: 100}, fault.TooLarge, "at most"},
		"parts over":         {smallest(t, "<w:p/>", many...), Limits{}, fault.TooLarge, "parts"},
		"bomb":               {smallest(t, "<w:p/>", [2]string{"word/media/a.png", strings.Repeat("A", 8<<20)}), Limits{}, fault.TooLarge, "times its size"},
		"bomb in xml":        {smallest(t, strings.Repeat(" ", 8<<20)), Limits{}, fault.TooLarge, "times its size"},
		"bomb that lies":     {lying(t, 8<<20), Limits{}, fault.TooLarge, "times its size"},
		"unpacked over":      {smallest(t, "<w:p/>", [2]string{"word/media/a.png", noise(3 << 20)}), Limits{Unpacked: 2 << 20}, fault.TooLarge, "unpacks to over"},
		"part over":          {smallest(t, "<w:p>"+noise(3<<20)+"</w:p>"), Limits{Part: 2 << 20}, fault.TooLarge, "over 2 MB"},
		"deep":               {smallest(t, deep), Limits{}, fault.TooLarge, "over 64 deep"},
		"nodes":              {smallest(t, strings.Repeat("<w:p/>", 1000)), Limits{Nodes: 900}, fault.TooLarge, "elements"},
		"attribute":          {smallest(t, `<w:p w:rsidR="`+noise(70<<10)+`"/>`), Limits{}, fault.TooLarge, "attribute"},
		"doctype":            {bytesReplace(t, ok, "word/document.xml", "<w:document", "<!DOCTYPE x [<!ENTITY a 'b'>]><w:document"), Limits{}, fault.Refused, "DOCTYPE"},
		"doctype elsewhere":  {smallest(t, "<w:p/>", [2]string{"customXml/item1.xml", "<!DOCTYPE a><a/>"}), Limits{}, fault.Refused, "DOCTYPE"},
		"doctype in utf-16":  {smallest(t, "<w:p/>", [2]string{"customXml/item1.xml", string(utf16doc)}), Limits{}, fault.Refused, "DOCTYPE"},
		"macros":             {smallest(t, "<w:p/>", [2]string{"word/vbaProject.bin", "x"}), Limits{}, fault.Refused, "macros"},
		"absolute":           {smallest(t, "<w:p/>", [2]string{"/etc/passwd", "x"}), Limits{}, fault.Refused, "absolute"},
		"drive":              {smallest(t, "<w:p/>", [2]string{"C:/x", "x"}), Limits{}, fault.Refused, "absolute"},
		"backslash":          {smallest(t, "<w:p/>", [2]string{`word\a.xml`, "<a/>"}), Limits{}, fault.Refused, `\`},
		"dots":               {smallest(t, "<w:p/>", [2]string{"word/../../a.xml", "<a/>"}), Limits{}, fault.Refused, "outside"},
		"twice":              {smallest(t, "<w:p/>", [2]string{"word/document.xml", "<a/>"}), Limits{}, fault.Refused, "twice"},
		"twice by case":      {smallest(t, "<w:p/>", [2]string{"WORD/Document.xml", "<a/>"}), Limits{}, fault.Refused, "twice"},
		"not well formed":    {smallest(t, "<w:p>"), Limits{}, fault.Refused, "damaged"},
		"unknown entity":     {smallest(t, "<w:p>&boom;</w:p>"), Limits{}, fault.Refused, "damaged"},
		"invalid utf-8":      {smallest(t, "<w:p>\xff\xfe</w:p>"), Limits{}, fault.Refused, "damaged"},
		"unclosed attribute": {smallest(t, `<w:p w:x="`), Limits{}, fault.Refused, "damaged"},
		"no document":        {bytesReplace(t, ok, "word/document.xml", "w:document", "w:other"), Limits{}, fault.Refused, "does not begin with"},
		"late":               {ok, Limits{Time: 1}, fault.TooLarge, "took over"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, c.data, c.limits, c.kind, c.words) })
	}
}

func bytesReplace(t *testing.T, data []byte, part, old, new string) []byte {
	return broken(t, data, part, func(s string) string { return strings.ReplaceAll(s, old, new) })
}

// noise is text that packs badly.
func noise(n int) string {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-"[x>>26]
	}
	return string(b)
}

func TestOpenRefusesMacrosByContentType(t *testing.T) {
	data := smallest(t, "<w:p/>", [2]string{"word/other.bin", "x"})
	data = broken(t, data, "[Content_Types].xml", func(s string) string {
		return strings.Replace(s, "</Types>", `<Override PartName="/word/other.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>`, 1)
	})
	refused(t, data, Limits{}, fault.Refused, "macros")
}

func TestOpenRefusesWrongChecksumOnlyInPartsItNeeds(t *testing.T) {
	data := smallest(t, "<w:p/>", [2]string{"word/media/a.png", "picture"})
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		var sum [4]byte
		for i := range sum {
			sum[i] = byte(f.CRC32 >> (8 * i))
		}
		bad := bytes.ReplaceAll(data, sum[:], []byte{1, 2, 3, 4})
		_, err := Open(bad, Limits{})
		if picture := strings.HasSuffix(f.Name, ".png"); (err == nil) != picture {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

// Shapes on which careless code takes quadratic time or memory: minutes instead of moments.
func TestHostileShapesStayLinear(t *testing.T) {
	const n = 20_000
	many := func(n int, f func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(f(i))
		}
		return b.String()
	}
	id := func(format string) func(int) string { return func(i int) string { return fmt.Sprintf(format, i) } }
	deletedParagraph := `<w:p><w:pPr><w:rPr><w:del w:id="1" w:author="A"/></w:rPr></w:pPr><w:del w:id="2" w:author="A"><w:r><w:delText>x</w:delText></w:r></w:del></w:p>`
	for name, c := range map[string]struct {
		body   string
		blocks int
	}{
		"joins":         {strings.Repeat(deletedParagraph, 2*n) + "<w:p/>", 1},
		"open ranges":   {`<w:p>` + many(n, id(`<w:commentRangeStart w:id="%d"/>`)) + `</w:p>` + strings.Repeat("<w:p/>", n) + `<w:p>` + many(n, id(`<w:commentRangeEnd w:id="%d"/>`)) + `</w:p>`, n + 2},
		"fields":        {`<w:p>` + strings.Repeat(begin, n/2) + strings.Repeat(run("a"), n/2) + strings.Repeat(end, n/2) + `</w:p>`, 1},
		"deleted cells": {`<w:tbl><w:tr><w:tc><w:p/></w:tc>` + strings.Repeat(`<w:tc><w:tcPr><w:cellDel w:id="1"/></w:tcPr><w:p/></w:tc>`, n) + `</w:tr></w:tbl><w:p/>`, 2},
		"marks":         {`<w:p><w:del w:id="1">` + many(n, id(`<w:bookmarkStart w:id="%d" w:name="a"/>`)) + `</w:del></w:p>`, 1},
		"one paragraph": {`<w:p>` + strings.Repeat(`<w:ins w:id="1" w:author="A">`+run("e\u0301")+`</w:ins>`+run("b"), n) + `</w:p>`, 1},
		"orphan codes":  {`<w:p><w:del w:id="1">` + begin + `</w:del>` + strings.Repeat(`<w:r><w:instrText>x</w:instrText></w:r>`, n) + `<w:del w:id="2">` + end + `</w:del></w:p>`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := Open(smallest(t, c.body), Limits{Ratio: 100_000})
			if err != nil {
				t.Fatal(err)
			}
			d.Inspect()
			d.AcceptAll()
			out, err := d.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			if again, err := Open(out, Limits{Ratio: 100_000}); err != nil || len(again.Blocks()) != c.blocks {
				t.Errorf("%v, want %d blocks", err, c.blocks)
			}
		})
	}
	up := map[int]int{}
	for i := range n {
		up[i] = i + 1
	}
	if len(circles(up)) != 0 {
		t.Error("a long chain of replies is taken for a circle")
	}
	up[n] = n / 2
	if len(circles(up)) != n+1 {
		t.Error("a circle is not seen")
	}
}

// Many comments, each over the whole of a long text, must not be quoted without bound; what is left
// out is said.
func TestQuotesAreBoundedAndSaySo(t *testing.T) {
	p := &Paragraph{Text: noise(100_000)}
	b := NewBuilder(Settings{})
	b.Paragraph(p)
	for i := range 60 {
		b.Comment(NewComment{Key: itoa(i), Author: "A", From: Spot{p, 0}, To: Spot{p, 100_000}})
	}
	r := opened(t, written(t, b)).Inspect()
	total := 0
	for _, c := range r.CommentList {
		total += len(c.Quote)
		if len(c.Places) != 1 {
			t.Errorf("comment %s has %d places", c.ID, len(c.Places))
		}
	}
	if total > maxQuoted || len(r.NotUnderstood) != 1 {
		t.Errorf("%d characters quoted, listed %v", total, r.NotUnderstood)
	}
}
