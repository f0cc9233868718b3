package docx

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
)

func opened(t testing.TB, data []byte) *Document {
	t.Helper()
	d, err := Open(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// readings gives the blocks of a body as "accepted|rejected".
func readings(t testing.TB, body string) []string {
	t.Helper()
	var out []string
	for _, b := range opened(t, smallest(t, body)).Blocks() {
		out = append(out, b.Accepted+"|"+b.Rejected)
	}
	return out
}

const (
	begin    = `<w:r><w:fldChar w:fldCharType="begin"/></w:r>`
	separate = `<w:r><w:fldChar w:fldCharType="separate"/></w:r>`
	end      = `<w:r><w:fldChar w:fldCharType="end"/></w:r>`
)

func run(text string) string { return `<w:r><w:t xml:space="preserve">` + text + `</w:t></w:r>` }

func TestTextIsWhatAReaderSees(t *testing.T) {
	box := func(text string) string {
		return `<w:txbxContent><w:p>` + run(text) + `</w:p></w:txbxContent>`
	}
	for name, c := range map[string]struct {
		body string
		want []string
	}{
		"signs":            {`<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:noBreakHyphen/><w:softHyphen/><w:sym w:font="x" w:char="2022"/><w:cr/></w:r></w:p>`, []string{"a\tb\n\u2011\u00AD•\n|a\tb\n\u2011\u00AD•\n"}},
		"field result":     {`<w:p>` + begin + `<w:r><w:instrText>DATE</w:instrText></w:r>` + run("hidden code") + separate + run("today") + end + run(" on") + `</w:p>`, []string{"today on|today on"}},
		"field in a field": {`<w:p>` + begin + begin + separate + run("inner of code") + end + separate + run("x") + begin + separate + run("y") + end + end + `</w:p>`, []string{"xy|xy"}},
		"endless field":    {`<w:p>` + begin + run("still there") + `</w:p>`, []string{"still there|still there"}},
		"transparent":      {`<w:p><w:hyperlink><w:smartTag><w:customXml><w:dir><w:bdo><w:sdt><w:sdtContent>` + run("in") + `</w:sdtContent></w:sdt></w:bdo></w:dir></w:customXml></w:smartTag></w:hyperlink><w:fldSimple>` + run("!") + `</w:fldSimple></w:p>`, []string{"in!|in!"}},
		"hidden":           {`<w:p>` + run("a") + `<w:r><w:rPr><w:vanish/></w:rPr><w:t>b</w:t></w:r><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>c</w:t></w:r></w:p>`, []string{"ac|ac"}},
		"changes":          {`<w:p>` + run("a") + `<w:ins>` + run("b") + `<w:del><w:r><w:delText>c</w:delText></w:r></w:del></w:ins><w:del><w:r><w:delText>d</w:delText></w:r></w:del><w:moveFrom>` + run("e") + `</w:moveFrom><w:moveTo>` + run("f") + `</w:moveTo></w:p>`, []string{"abf|ade"}},
		"composed":         {`<w:p>` + run("cafe") + run("\u0301") + `</w:p>`, []string{"café|café"}},
		"text box once": {`<w:p>` + run("out") + `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>` + box("in") + `</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>` + box("in") + `</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p><w:p>` + run("after") + `</w:p>`,
			[]string{"out|out", "in|in", "after|after"}},
		"unknown choice": {`<w:p><w:r><mc:AlternateContent><mc:Choice xmlns:zz="urn:unknown" Requires="zz"><w:t>new</w:t></mc:Choice><mc:Fallback><w:t>old</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>`, []string{"old|old"}},
		"cells":          {`<w:tbl><w:tr><w:tc><w:p>` + run("1") + `</w:p><w:tbl><w:tr><w:tc><w:p>` + run("2") + `</w:p></w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>`, []string{"1|1", "2|2", "|"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, readings(t, c.body)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsNotReadIsListed(t *testing.T) {
	d := opened(t, smallest(t, `<w:altChunk/><w:p><m:oMath><m:r><m:t>x</m:t></m:r></m:oMath><w:r><w:rPr><w:vanish/></w:rPr><w:t>b</w:t></w:r><u:odd xmlns:u="urn:odd"><w:commentReference w:id="9"/></u:odd></w:p><w:ins w:id="1"><w:r><w:t>loose</w:t></w:r></w:ins>`))
	got := map[string]int{}
	for _, l := range d.Inspect().NotUnderstood {
		got[l.Element] = l.Count
		if len(l.Places) == 0 {
			t.Errorf("%s has no place", l.Element)
		}
	}
	if diff := cmp.Diff(map[string]int{"w:altChunk": 1, "m:oMath": 1, "w:vanish": 1, "{urn:odd}odd": 1, "w:commentReference": 1, "w:r": 1}, got); diff != "" {
		t.Error(diff)
	}
}

// decided gives the readings after accepting or rejecting.
func decided(t *testing.T, body string, accept bool) []string {
	t.Helper()
	d := opened(t, smallest(t, body))
	d.decide(accept)
	var out []string
	for _, b := range opened(t, must(d.Bytes())).Blocks() {
		if b.Accepted != b.Rejected {
			t.Errorf("still changed: %+v", b)
		}
		out = append(out, b.Accepted)
	}
	return out
}

func TestDecideCases(t *testing.T) {
	mark := func(kind string) string {
		return `<w:pPr><w:rPr><w:` + kind + ` w:id="1" w:author="A"/></w:rPr></w:pPr>`
	}
	gone := func(text string) string {
		return `<w:del w:id="2" w:author="A"><w:r><w:delText>` + text + `</w:delText></w:r></w:del>`
	}
	added := func(text string) string { return `<w:ins w:id="3" w:author="A">` + run(text) + `</w:ins>` }
	tr := func(pr, text string) string {
		return `<w:tr>` + pr + `<w:tc><w:p>` + run(text) + `</w:p></w:tc></w:tr>`
	}
	box := func(inner string) string { return `<w:txbxContent><w:p>` + inner + `</w:p></w:txbxContent>` }
	for name, c := range map[string]struct {
		body               string
		accepted, rejected []string
	}{
		"mark":               {`<w:p>` + mark("del") + run("a") + `</w:p><w:p>` + run("b") + `</w:p>`, []string{"ab"}, []string{"a", "b"}},
		"inserted mark":      {`<w:p>` + mark("ins") + run("a") + `</w:p><w:p>` + run("b") + `</w:p>`, []string{"a", "b"}, []string{"ab"}},
		"paragraph":          {`<w:p>` + mark("del") + gone("a") + `</w:p><w:p>` + run("b") + `</w:p>`, []string{"b"}, []string{"a", "b"}},
		"everything":         {`<w:p>` + mark("del") + gone("a") + `</w:p>`, []string{""}, []string{"a"}},
		"before a table":     {`<w:p>` + mark("del") + run("a") + `</w:p><w:tbl>` + tr("", "x") + `</w:tbl><w:p/>`, []string{"a", "x", ""}, []string{"a", "x", ""}},
		"through a control":  {`<w:p>` + mark("del") + run("a") + `</w:p><w:sdt><w:sdtContent><w:p>` + run("b") + `</w:p></w:sdtContent></w:sdt>`, []string{"ab"}, []string{"a", "b"}},
		"row":                {`<w:tbl>` + tr(`<w:trPr><w:del w:id="1"/></w:trPr>`, "a") + tr(`<w:trPr><w:ins w:id="1"/></w:trPr>`, "b") + `</w:tbl><w:p/>`, []string{"b", ""}, []string{"a", ""}},
		"all rows":           {`<w:p>` + run("x") + `</w:p><w:tbl>` + tr(`<w:trPr><w:del w:id="1"/></w:trPr>`, "a") + `</w:tbl><w:p/>`, []string{"x", ""}, []string{"x", "a", ""}},
		"cell":               {`<w:tbl><w:tr><w:tc><w:p>` + run("a") + `</w:p></w:tc><w:tc><w:tcPr><w:cellDel w:id="1"/></w:tcPr><w:p>` + run("b") + `</w:p></w:tc><w:tc><w:tcPr><w:cellIns w:id="1"/></w:tcPr><w:p>` + run("c") + `</w:p></w:tc></w:tr></w:tbl><w:p/>`, []string{"a", "c", ""}, []string{"a", "b", ""}},
		"empty cell stays":   {`<w:tbl><w:tr><w:tc><w:p>` + mark("del") + gone("a") + `</w:p></w:tc></w:tr></w:tbl><w:p/>`, []string{"", ""}, []string{"a", ""}},
		"both branches":      {`<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>` + box(gone("a")+added("b")) + `</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>` + box(gone("a")+added("b")) + `</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>`, []string{"", "b"}, []string{"", "a"}},
		"in a link":          {`<w:p><w:hyperlink>` + gone("a") + added("b") + `</w:hyperlink></w:p>`, []string{"b"}, []string{"a"}},
		"moved":              {`<w:p>` + mark("moveFrom") + `<w:moveFromRangeStart w:id="5" w:name="m"/><w:moveFrom w:id="6">` + run("a") + `</w:moveFrom></w:p><w:moveFromRangeEnd w:id="5"/><w:p>` + run("b") + `</w:p><w:p>` + mark("moveTo") + `<w:moveToRangeStart w:id="7" w:name="m"/><w:moveTo w:id="8">` + run("a") + `</w:moveTo></w:p><w:moveToRangeEnd w:id="7"/><w:p>` + run("c") + `</w:p>`, []string{"b", "a", "c"}, []string{"a", "b", "c"}},
		"deleted field":      {`<w:p><w:del w:id="1">` + begin + `</w:del><w:r><w:instrText>\* MERGEFORMAT</w:instrText></w:r><w:del w:id="2">` + separate + `<w:r><w:delText>x</w:delText></w:r>` + end + `</w:del>` + run("y") + `</w:p>`, []string{"y"}, []string{"xy"}},
		"inserted then gone": {`<w:p>` + run("a") + `<w:ins w:id="1"><w:del w:id="2"><w:r><w:delText>b</w:delText></w:r></w:del></w:ins></w:p>`, []string{"a"}, []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.accepted, decided(t, c.body, true)); diff != "" {
				t.Errorf("accepted: %s", diff)
			}
			if diff := cmp.Diff(c.rejected, decided(t, c.body, false)); diff != "" {
				t.Errorf("rejected: %s", diff)
			}
		})
	}
}

func TestDecideReachesTheBranchNobodyReads(t *testing.T) {
	body := `<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:t>a</w:t></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p><w:ins w:id="1" w:author="A">` + run("b") + `</w:ins></w:p></w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>`
	d := opened(t, smallest(t, body))
	i := slices.IndexFunc(d.Inspect().Lines, func(l Line) bool { return l.Element == "w:ins" })
	if i < 0 || d.Inspect().Lines[i].Action != Kept {
		t.Error("the insertion in the other branch is not listed as kept")
	}
	d.RejectAll()
	if out := inflated(t, must(d.Bytes()))["word/document.xml"]; strings.Contains(out, "w:ins") || strings.Contains(out, ">b<") {
		t.Error(out)
	}
}

func TestRejectKeepsWhatARecordOfPropertiesCannotHold(t *testing.T) {
	body := `<w:p><w:pPr><w:jc w:val="center"/><w:rPr><w:b/></w:rPr><w:sectPr><w:headerReference w:id="x"/><w:pgSz w:w="1"/><w:sectPrChange w:id="1"><w:sectPr><w:pgSz w:w="2"/></w:sectPr></w:sectPrChange></w:sectPr><w:pPrChange w:id="2"><w:pPr><w:jc w:val="left"/></w:pPr></w:pPrChange></w:pPr>` + run("a") + `</w:p>`
	d := opened(t, smallest(t, body))
	d.RejectAll()
	want := `<w:pPr><w:jc w:val="left"/><w:rPr><w:b/></w:rPr><w:sectPr><w:headerReference w:id="x"/><w:pgSz w:w="2"/></w:sectPr></w:pPr>`
	if out := inflated(t, must(d.Bytes()))["word/document.xml"]; !strings.Contains(out, want) {
		t.Error(out)
	}
}

func TestDecideNeverLosesAComment(t *testing.T) {
	p := &Paragraph{Text: "one two three", Changes: []Change{{Span: Span{4, 8}}}}
	whole := &Paragraph{Text: "gone", Deleted: &By{"A", ""}}
	cell := &Paragraph{Text: "cell"}
	b := NewBuilder(Settings{})
	b.Paragraph(p, whole, &Paragraph{Text: "after"})
	b.Table(&Table{Widths: []int{1}, Rows: []Row{{Cells: []TableCell{{}}}, {Deleted: &By{"A", ""}, Cells: []TableCell{{Paragraphs: []*Paragraph{cell}}}}}})
	for i, at := range []struct{ from, to Spot }{{Spot{p, 4}, Spot{p, 7}}, {Spot{p, 2}, Spot{p, 6}}, {Spot{whole, 0}, Spot{whole, 4}}, {Spot{cell, 0}, Spot{cell, 4}}, {Spot{p, 13}, Spot{whole, 2}}} {
		b.Comment(NewComment{Key: itoa(i), Author: "A", Body: []string{"x"}, From: at.from, To: at.to})
	}
	for _, accept := range []bool{true, false} {
		d := opened(t, written(t, b))
		d.decide(accept)
		back := checkInvariants(t, must(d.Bytes()))
		for _, c := range back.Content().Comments {
			if c.Anchor == AnchorNone || len(c.Places) == 0 {
				t.Errorf("accept %v: comment %s lost its place", accept, c.ID)
			}
		}
	}
}

// With accept and reject swapped most answers must differ, or the comparison proves nothing.
func TestAnswersTellAcceptFromReject(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpus(t), "trios", "*-Accepted.docx"))
	differ := 0
	for _, file := range files {
		d := load(t, strings.TrimSuffix(file, "-Accepted.docx")+".docx")
		d.RejectAll()
		if !slices.Equal(structure(d), structure(load(t, file))) {
			differ++
		}
	}
	if differ < len(files)-1 {
		t.Errorf("only %d of %d answers differ from the other way", differ, len(files))
	}
}

func TestStrictStaysStrict(t *testing.T) {
	d := load(t, filepath.Join(corpus(t), "real", "oxsdk__CommentRangeStart.docx"))
	if !d.IsStrict() || len(d.Content().Comments) != 1 || d.Content().Comments[0].Anchor != AnchorRange {
		t.Fatalf("strict %v, %+v", d.IsStrict(), d.Content().Comments)
	}
	strict := strings.ReplaceAll(`<w:p><w:ins w:id="1" w:author="A">`+run("a")+`</w:ins></w:p>`, "\n", "")
	data := broken(t, smallest(t, strict), "word/document.xml", func(s string) string { return strings.ReplaceAll(s, uriW, uriStrict) })
	e := opened(t, data)
	e.AcceptAll()
	out := inflated(t, must(e.Bytes()))["word/document.xml"]
	if !e.IsStrict() || !strings.Contains(out, uriStrict) || strings.Contains(out, uriW) || strings.Contains(out, "w:ins") {
		t.Error(out)
	}
}

func TestPartsMayBeUTF16(t *testing.T) {
	for _, big := range []bool{false, true} {
		data := broken(t, smallest(t, `<w:p><w:ins w:id="1" w:author="A">`+run("aé中𝄞")+`</w:ins></w:p>`), "word/document.xml", func(s string) string {
			var out bytes.Buffer
			for _, u := range utf16.Encode([]rune("\uFEFF" + `<?xml version="1.0" encoding="UTF-16"?>` + s)) {
				if big {
					out.Write([]byte{byte(u >> 8), byte(u)})
				} else {
					out.Write([]byte{byte(u), byte(u >> 8)})
				}
			}
			return out.String()
		})
		d := opened(t, data)
		if got := d.Blocks()[0].Accepted; got != "aé中𝄞" {
			t.Errorf("read %q", got)
		}
		d.RejectAll()
		if got := opened(t, must(d.Bytes())).Blocks()[0].Accepted; got != "" {
			t.Errorf("after rejecting %q", got)
		}
	}
}

func TestPrefixesAreOnlyNames(t *testing.T) {
	rename := func(s string) string {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "w:", "ns0:"), "xmlns:w=", "xmlns:ns0=")
		return strings.Replace(s, "<ns0:body>", `<ns0:body xmlns:ns1="`+uriW+`">`, 1)
	}
	plain := smallest(t, `<w:p><w:del w:id="1" w:author="A"><w:r><w:delText>a</w:delText></w:r></w:del>`+run("b")+`</w:p>`)
	d := opened(t, broken(t, plain, "word/document.xml", rename))
	if b := d.Blocks(); len(b) != 1 || b[0].Accepted != "b" || b[0].Rejected != "ab" {
		t.Errorf("%+v", b)
	}
}

func TestCommentsReadAlikeFromTreesAndFiles(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpus(t), "real", "*.doc?"))
	for _, file := range files {
		data := must(os.ReadFile(file))
		d := opened(t, data)
		for _, tr := range d.trees() {
			tr.changed = true // written from the tree
		}
		again := opened(t, must(d.Bytes()))
		if diff := cmp.Diff(d.Content(), again.Content()); diff != "" {
			t.Errorf("%s: %s", filepath.Base(file), diff[:min(len(diff), 500)])
		}
		for _, c := range d.Content().Comments {
			if c.Anchor != AnchorNone && len(c.Places) == 0 {
				t.Errorf("%s: comment %s has no place", filepath.Base(file), c.ID)
			}
		}
	}
}

func TestFileWrittenFromTreesIsTheSameXML(t *testing.T) {
	xmllint := tool(t, "xmllint")
	files, _ := filepath.Glob(filepath.Join(corpus(t), "real", "*.docx"))
	dir := t.TempDir()
	for _, file := range files[:8] {
		d := load(t, file)
		for i, tr := range d.trees() {
			out, err := tr.bytes()
			if err != nil {
				t.Fatal(err)
			}
			a, b := filepath.Join(dir, itoa(i)+"a.xml"), filepath.Join(dir, itoa(i)+"b.xml")
			if os.WriteFile(a, tr.part.data, 0o600) != nil || os.WriteFile(b, out, 0o600) != nil {
				t.Fatal("cannot write")
			}
			if !bytes.Equal(canonicalXML(t, xmllint, a), canonicalXML(t, xmllint, b)) {
				t.Errorf("%s: %s is not the same", filepath.Base(file), tr.part.name)
			}
		}
	}
}

func TestEveryElementIsReadOnceInOrder(t *testing.T) { // the walker must not visit a text twice
	files, _ := filepath.Glob(filepath.Join(corpus(t), "*", "*.doc?"))
	for _, file := range files {
		data := must(os.ReadFile(file))
		d, err := Open(data, Limits{})
		if err != nil || strings.Contains(file, "hostile") {
			continue
		}
		paragraphs := 0
		for _, tr := range d.stories {
			descend(tr.doc.Root(), func(e *etree.Element) bool {
				if tr.is(e, nsMC, "Fallback") {
					return false
				}
				if kind, _ := tr.attr(e, nsW, "type"); tr.w(e) == "footnote" && kind != "" || tr.w(e) == "endnote" && kind != "" {
					return false
				}
				if tr.w(e) == "p" {
					paragraphs++
				}
				return true
			})
		}
		if n := len(d.Blocks()); n != paragraphs {
			t.Errorf("%s: %d blocks of %d paragraphs", filepath.Base(file), n, paragraphs)
		}
	}
}

func TestDecideActsInEveryStory(t *testing.T) {
	change := `<w:p><w:del w:id="1" w:author="A"><w:r><w:delText>old</w:delText></w:r></w:del><w:ins w:id="2" w:author="A">` + run("new") + `</w:ins></w:p>`
	root := func(name, inside string) string {
		return `<w:` + name + ` xmlns:w="` + uriW + `">` + inside + `</w:` + name + `>`
	}
	stories := []struct{ part, kind, text string }{
		{"word/a.xml", "header", root("hdr", change)},
		{"word/b.xml", "footer", root("ftr", change)},
		{"word/c.xml", "footnotes", root("footnotes", `<w:footnote w:id="1">`+change+`</w:footnote>`)},
		{"word/d.xml", "endnotes", root("endnotes", `<w:endnote w:id="1">`+change+`</w:endnote>`)},
		{"word/e.xml", "comments", root("comments", `<w:comment w:id="1" w:author="A">`+change+`</w:comment>`)},
		{"word/f.xml", "styles", root("styles", `<w:style w:type="paragraph" w:styleId="x"><w:name w:val="x"/><w:pPr><w:jc w:val="new"/><w:pPrChange w:id="3" w:author="A"><w:pPr><w:jc w:val="old"/></w:pPr></w:pPrChange></w:pPr></w:style>`)},
	}
	rels := `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	var parts [][2]string
	for i, s := range stories {
		rels += `<Relationship Id="r` + itoa(i) + `" Type="` + relType + s.kind + `" Target="` + strings.TrimPrefix(s.part, "word/") + `"/>`
		parts = append(parts, [2]string{s.part, s.text})
	}
	data := smallest(t, change, append(parts, [2]string{"word/_rels/document.xml.rels", rels + `</Relationships>`})...)
	for _, accept := range []bool{true, false} {
		d := opened(t, data)
		if r := d.Inspect(); r.Insertions != 5 || r.Deletions != 5 || r.StyleChanges != 1 {
			t.Fatalf("%+v", r)
		}
		d.decide(accept)
		want, never := "new", "old"
		if !accept {
			want, never = never, want
		}
		for name, text := range inflated(t, must(d.Bytes())) {
			if strings.HasPrefix(name, "word/") && !strings.Contains(name, "_rels") && (!strings.Contains(text, want) || strings.Contains(text, never) || strings.Contains(text, "Change")) {
				t.Errorf("accept %v: %s: %s", accept, name, text)
			}
		}
	}
}
