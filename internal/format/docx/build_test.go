package docx

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var (
	ana  = By{"Partner One, Partner Two", "2015-03-02T10:00:00Z"}
	omar = By{"شريك", ""}
)

// sample is a document with everything the Builder can write.
func sample(rtl bool) *Builder {
	lang, title := "en-GB", "Inputs and Comments"
	if rtl {
		lang, title = "ar", "المدخلات والتعليقات"
	}
	b := NewBuilder(Settings{Title: title, Creator: "Waymark", Lang: lang, RTL: rtl, Track: true, PageWord: "Page",
		Properties: []Property{{"waymark.version", "cop-2015@1"}, {"odd <name>", "a & b"}}})
	b.Paragraph(&Paragraph{Style: StyleTitle, Text: title}, &Paragraph{Style: StyleSubtitle, Text: "Version of 2 March 2015"})
	b.Heading(1, "Targets")
	p1 := &Paragraph{Bookmark: "_wm_T1_1", Text: "At least 70 % of countries report illegal content" + string(NoteMark) + " by 2020.",
		Looks:   []Look{{Span: Span{0, 13}, Bold: true}, {Span: Span{3, 20}, Italic: true}},
		Notes:   []FootnoteText{{{Text: "Content that is illegal under national law.", Lang: "en-GB", Direction: LeftToRight}}},
		Changes: []Change{{Span{9, 11}, "80", ana}, {Span{34, 49}, "child sexual abuse material online", omar}, {Span{58, 58}, " at the latest", ana}}}
	p2 := &Paragraph{Bookmark: "_wm_T1_2", Lang: "ar", Direction: RightToLeft,
		Text:    "يجب على الدول أن تجرّم مواد الاعتداء الجنسي على الأطفال (CSAM) بحلول عام 2020.",
		Changes: []Change{{Span{8, 13}, "البلدان", omar}}}
	p3 := &Paragraph{Text: "Second\ttabbed\nbroken  line ", Bullet: 1}
	b.Paragraph(p1, p2, p3,
		&Paragraph{Text: "An inserted paragraph.", Inserted: &ana},
		&Paragraph{Text: "A deleted paragraph.", Deleted: &omar},
		&Paragraph{Text: "中文：目标的定义。", Lang: "zh-CN", Style: StyleQuote, Direction: LeftToRight})
	cell := &Paragraph{Text: "20 %"}
	b.Table(&Table{Widths: []int{3, 1, 1}, Rows: []Row{
		{Header: true, Cells: []TableCell{{Paragraphs: []*Paragraph{{Text: "Output"}}}, {Paragraphs: []*Paragraph{{Text: "Value"}}, Span: 2}}},
		{Cells: []TableCell{{Paragraphs: []*Paragraph{{Text: "Two rows"}}, Down: 2}, {Paragraphs: []*Paragraph{cell}}, {}}},
		{Cells: []TableCell{{Paragraphs: []*Paragraph{{Text: "a"}}}, {Paragraphs: []*Paragraph{{Text: "b"}}, Shade: "FFF2CC"}}},
		{Inserted: &ana, Cells: []TableCell{{Paragraphs: []*Paragraph{{Text: "new row"}}}, {}, {}}},
	}})
	b.EndSection(false)
	b.Paragraph(&Paragraph{Text: "A wide page.", Level: 2})
	b.EndSection(true)
	b.Comment(NewComment{Key: "c-1", Author: "Partner One", Initials: "PO", Date: "2015-03-02T10:00:00Z", DateUTC: "2015-03-02T09:00:00Z",
		Body: []string{"Define reporting.", "A second paragraph."}, From: Spot{p1, 27}, To: Spot{p1, 33}, Done: true,
		Replies: []NewComment{{Key: "c-2", Author: "Secretariat", Body: []string{"Defined in the footnote."},
			Replies: []NewComment{{Key: "c-3", Author: "Partner One", Body: []string{"Thank you."}}}}}})
	b.Comment(NewComment{Key: "c-4", Author: "شريك", Body: []string{"تعليق على فقرتين"}, Lang: "ar", RTL: true, From: Spot{p1, 58}, To: Spot{p2, 3}})
	b.Comment(NewComment{Key: "c-5", Author: "Partner Two", Body: []string{"A place without words."}, From: Spot{p3, 6}, To: Spot{p3, 6}})
	b.Comment(NewComment{Key: "c-6", Author: "Partner Two", Body: []string{"In a cell."}, From: Spot{cell, 0}, To: Spot{cell, 4}})
	return b
}

func written(t testing.TB, b *Builder) []byte {
	t.Helper()
	data, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestBuilderWritesTheSameBytesTwice(t *testing.T) {
	for _, rtl := range []bool{false, true} {
		b := sample(rtl)
		first := written(t, b)
		if !bytes.Equal(first, written(t, b)) || !bytes.Equal(first, written(t, sample(rtl))) {
			t.Error("the same values give other bytes")
		}
	}
}

func TestBuilderKeepsTheInvariantsAndTheSchema(t *testing.T) {
	for _, rtl := range []bool{false, true} {
		data := written(t, sample(rtl))
		checkInvariants(t, data)
		checkSchema(t, data)
	}
	empty := written(t, NewBuilder(Settings{}))
	checkInvariants(t, empty)
	checkSchema(t, empty)
}

// The invariants must be able to fail.
func TestInvariantsSeeWhatIsBroken(t *testing.T) {
	data := written(t, sample(false))
	for _, c := range []struct{ part, old, new string }{
		{"word/document.xml", `<w:commentRangeEnd w:id="1"/>`, ``},
		{"word/document.xml", `<w:commentReference w:id="2"/>`, ``},
		{"word/document.xml", `<w:commentReference w:id="2"/>`, `<w:commentReference w:id="77"/>`},
		{"word/commentsExtended.xml", `w15:paraIdParent="`, `w15:paraIdParent="1`},
		{"word/comments.xml", `w14:paraId="`, `w14:paraId="F`},
		{"word/comments.xml", `<w:annotationRef/>`, ``},
		{"word/_rels/document.xml.rels", `people.xml`, `nobody.xml`},
		{"word/document.xml", `<w:delText>70</w:delText>`, `<w:t>70</w:t>`},
		{"word/document.xml", ` xml:space="preserve"`, ``},
		{"word/document.xml", `w:footnoteReference w:id="1"`, `w:footnoteReference w:id="2"`},
		{"word/comments.xml", `mc:Ignorable="w14"`, ``},
	} {
		bad := broken(t, data, c.part, func(s string) string { return strings.Replace(s, c.old, c.new, 1) })
		d, err := Open(bad, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if len(invariants(d)) == 0 {
			t.Errorf("%s: %s for %s is not seen", c.part, c.new, c.old)
		}
	}
}

func TestReadingGivesBackWhatWasBuilt(t *testing.T) {
	d := checkInvariants(t, written(t, sample(false)))
	c := d.Content()
	at := func(bookmark string) Block {
		for _, b := range c.Blocks {
			if len(b.Bookmarks) == 1 && b.Bookmarks[0].Name == bookmark {
				return b
			}
		}
		t.Fatalf("no block %s", bookmark)
		return Block{}
	}
	b := at("_wm_T1_1")
	if b.Rejected != "At least 70 % of countries report illegal content\uFFFC by 2020." {
		t.Errorf("rejected %q", b.Rejected)
	}
	if b.Accepted != "At least 80 % of countries report child sexual abuse material online\uFFFC by 2020 at the latest." {
		t.Errorf("accepted %q", b.Accepted)
	}
	want := []CommentSpan{{"0", Span{27, 33}, Span{27, 33}}, {"1", Span{27, 33}, Span{27, 33}}, {"2", Span{27, 33}, Span{27, 33}}}
	if got := b.Comments[:3]; !cmp.Equal(got, want) {
		t.Errorf("comments %v", got)
	}
	if diff := cmp.Diff([]NoteRef{{ID: "1", Accepted: 68, Rejected: 49}}, b.Notes); diff != "" {
		t.Error(diff)
	}
	var kinds []string
	for _, r := range c.Revisions {
		kinds = append(kinds, string(r.Kind)+":"+r.Old+">"+r.New+"|"+r.Author+"|"+r.Date)
	}
	if diff := cmp.Diff([]string{
		"substitution:70>80|Partner One, Partner Two|2015-03-02T10:00:00Z",
		"substitution:illegal content>child sexual abuse material online|شريك|",
		"insertion:> at the latest|Partner One, Partner Two|2015-03-02T10:00:00Z",
		"substitution:الدول>البلدان|شريك|",
		"paragraphMarkInserted:>|Partner One, Partner Two|2015-03-02T10:00:00Z",
		"insertion:>An inserted paragraph.|Partner One, Partner Two|2015-03-02T10:00:00Z",
		"paragraphMarkDeleted:>|شريك|",
		"deletion:A deleted paragraph.>|شريك|",
		"rowInserted:>|Partner One, Partner Two|2015-03-02T10:00:00Z",
		"paragraphMarkInserted:>|Partner One, Partner Two|2015-03-02T10:00:00Z",
		"insertion:>new row|Partner One, Partner Two|2015-03-02T10:00:00Z",
		"paragraphMarkInserted:>|Partner One, Partner Two|2015-03-02T10:00:00Z",
		"paragraphMarkInserted:>|Partner One, Partner Two|2015-03-02T10:00:00Z",
	}, kinds); diff != "" {
		t.Error(diff)
	}
	var threads []string
	for _, x := range c.Comments {
		threads = append(threads, x.ID+"<"+x.Parent+" "+string(x.Anchor)+" "+x.Quote+" = "+strings.Join(x.Body, "/")+" "+map[bool]string{true: "done", false: "open"}[*x.Done]+" "+x.Date+" "+x.DateUTC)
	}
	if diff := cmp.Diff([]string{
		"0< range report = Define reporting./A second paragraph. done 2015-03-02T10:00:00Z 2015-03-02T09:00:00Z",
		"1<0 range report = Defined in the footnote. done  ",
		"2<0 range report = Thank you. done  ",
		"3< range .\nيجب = تعليق على فقرتين open  ",
		"4< point  = A place without words. open  ",
		"5< range 20 % = In a cell. open  ",
	}, threads); diff != "" {
		t.Error(diff)
	}
	var cells []string
	for _, b := range c.Blocks {
		if b.Cell != nil {
			cells = append(cells, strings.Join([]string{b.Accepted, itoa(b.Cell.Row), itoa(b.Cell.Col), itoa(b.Cell.Span), map[bool]string{true: "continues"}[b.Cell.Continues], string(b.Cell.RowMark)}, " "))
		}
	}
	if diff := cmp.Diff([]string{
		"Output 0 0 1  ", "Value 0 1 2  ", "Two rows 1 0 1  ", "20 % 1 1 1  ", " 1 2 1  ", " 2 0 1 continues ", "a 2 1 1  ", "b 2 2 1  ",
		"new row 3 0 1  rowInserted", " 3 1 1  rowInserted", " 3 2 1  rowInserted",
	}, cells); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Property{{"waymark.version", "cop-2015@1"}, {"odd <name>", "a & b"}}, c.Properties); diff != "" {
		t.Error(diff)
	}
	i := slices.IndexFunc(c.Blocks, func(b Block) bool { return b.Story == Footnote })
	if i < 0 || c.Blocks[i].Accepted != "Content that is illegal under national law." || c.Blocks[i].Note != "1" {
		t.Errorf("footnote block %d %+v", i, c.Blocks[max(i, 0)])
	}
	if c.Blocks[2].Level != 1 || c.Blocks[2].StyleName != "heading 1" {
		t.Errorf("heading %+v", c.Blocks[2])
	}
	if j := slices.IndexFunc(c.Blocks, func(b Block) bool { return b.Accepted == "Second\ttabbed\nbroken  line " }); j < 0 || c.Blocks[j].List != "1" {
		t.Error("tab, break and spaces are lost, or the list")
	}
	if n := d.Inspect().NotUnderstood; len(n) > 0 {
		t.Errorf("not understood in our own file: %v", n)
	}
}

// Whatever the text and the changes: accepting or rejecting the file gives the reading that was
// promised, and the offsets of a comment cut the words it was put on.
func TestBuiltChangesAndCommentsReadBack(t *testing.T) {
	letters := rapid.RuneFrom([]rune("ab cé\tن ي0٣%.\n中&<>\"'"))
	rapid.Check(t, func(t *rapid.T) {
		text := []rune(rapid.StringOfN(letters, 0, 40, -1).Draw(t, "text"))
		var changes []Change
		at := 0
		for range rapid.IntRange(0, 4).Draw(t, "changes") {
			from := rapid.IntRange(at, len(text)).Draw(t, "from")
			to := rapid.IntRange(from, len(text)).Draw(t, "to")
			if n := len(changes); n > 0 && changes[n-1].Span == (Span{from, to}) {
				continue
			}
			changes = append(changes, Change{Span{from, to}, rapid.StringOfN(letters, 0, 8, -1).Draw(t, "new"), By{rapid.SampledFrom([]string{"A", "B"}).Draw(t, "author"), ""}})
			at = to
		}
		from := rapid.IntRange(0, len(text)).Draw(t, "comment from")
		to := rapid.IntRange(from, len(text)).Draw(t, "comment to")
		p := &Paragraph{Text: string(text), Changes: changes}
		b := NewBuilder(Settings{RTL: rapid.Bool().Draw(t, "rtl")})
		b.Paragraph(p)
		b.Comment(NewComment{Key: "k", Author: "A", Body: []string{string(text)}, From: Spot{p, from}, To: Spot{p, to}})
		var want strings.Builder
		last := 0
		for _, c := range changes {
			want.WriteString(string(text[last:c.Start]) + c.New)
			last = c.End
		}
		want.WriteString(string(text[last:]))
		data, err := b.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		d, err := Open(data, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range invariants(d) {
			t.Error(problem)
		}
		got := d.Content()
		if got.Blocks[0].Rejected != string(text) || got.Blocks[0].Accepted != want.String() {
			t.Fatalf("read %q / %q, want %q / %q", got.Blocks[0].Rejected, got.Blocks[0].Accepted, string(text), want.String())
		}
		if c := got.Comments[0]; len(c.Places) != 1 || c.Places[0].Rejected != (Span{from, to}) || c.Body[0] != string(text) {
			t.Fatalf("comment %+v, want %d to %d", c, from, to)
		}
		for _, r := range got.Revisions {
			if cut(got.Blocks[0].Accepted, r.Accepted) != r.New || cut(got.Blocks[0].Rejected, r.Rejected) != r.Old {
				t.Fatalf("revision %+v", r)
			}
		}
		for _, accept := range []bool{true, false} {
			d, _ := Open(data, Limits{})
			reading := string(text)
			if accept {
				reading = want.String()
			}
			d.decide(accept)
			if b := d.Blocks()[0]; b.Accepted != reading || b.Rejected != reading {
				t.Fatalf("decided %v: %q, want %q", accept, b.Accepted, reading)
			}
			if n := len(d.Content().Comments[0].Places); n != 1 {
				t.Fatalf("the comment has %d places after the decision", n)
			}
		}
	})
}

func TestBuilderRefusesWhatCannotStandInADocument(t *testing.T) {
	p := func(p Paragraph) *Builder { b := NewBuilder(Settings{}); b.Paragraph(&p); return b }
	in := &Paragraph{Text: "abc"}
	comment := func(c NewComment) *Builder {
		b := NewBuilder(Settings{})
		b.Paragraph(in)
		b.Comment(c)
		return b
	}
	twice := NewBuilder(Settings{})
	twice.Paragraph(in, in)
	narrow := NewBuilder(Settings{})
	narrow.Table(&Table{Widths: []int{1}, Rows: []Row{{Cells: []TableCell{{}, {}}}}})
	deep := NewBuilder(Settings{})
	deep.Table(&Table{Widths: []int{1}, Rows: []Row{{Cells: []TableCell{{Down: 2}}}}})
	for name, b := range map[string]*Builder{
		"overlap":           p(Paragraph{Text: "abcdef", Changes: []Change{{Span: Span{0, 3}}, {Span: Span{2, 4}}}}),
		"outside":           p(Paragraph{Text: "abc", Changes: []Change{{Span: Span{2, 4}}}}),
		"note without mark": p(Paragraph{Text: "abc", Notes: []FootnoteText{{}}}),
		"mark without note": p(Paragraph{Text: "a" + string(NoteMark)}),
		"bookmark":          p(Paragraph{Bookmark: "has space"}),
		"long bookmark":     p(Paragraph{Bookmark: "_" + strings.Repeat("a", 40)}),
		"date":              p(Paragraph{Inserted: &By{"A", "yesterday"}}),
		"comment nowhere":   comment(NewComment{Key: "k", From: Spot{&Paragraph{}, 0}, To: Spot{in, 1}}),
		"comment backwards": comment(NewComment{Key: "k", From: Spot{in, 2}, To: Spot{in, 1}}),
		"comment no key":    comment(NewComment{From: Spot{in, 0}, To: Spot{in, 1}}),
		"paragraph twice":   twice, "too many cells": narrow, "cell below the table": deep,
	} {
		if _, err := b.Bytes(); err == nil {
			t.Errorf("%s is written", name)
		}
	}
}

func TestBuilderDropsWhatXMLCannotHoldAndSaysSo(t *testing.T) {
	b := NewBuilder(Settings{})
	b.Paragraph(&Paragraph{Text: "a\x00b\x0Bc\uFFFEd"})
	d := checkInvariants(t, written(t, b))
	if got := d.Blocks()[0].Accepted; got != "abcd" || b.Dropped() != 3 {
		t.Errorf("%q, %d dropped", got, b.Dropped())
	}
}

// soffice runs LibreOffice with a profile of its own and gives the folder it wrote to.
func soffice(t *testing.T, format string, files ...string) string {
	t.Helper()
	path := tool(t, "soffice")
	out, profile := t.TempDir(), t.TempDir()
	args := append([]string{"--headless", "--norestore", "-env:UserInstallation=file://" + profile, "--convert-to", format, "--outdir", out}, files...)
	if msg, err := exec.Command(path, args...).CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, msg)
	}
	return out
}

func TestLibreOfficeReadsWhatWeWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ours.docx")
	if err := os.WriteFile(file, written(t, sample(false)), 0o600); err != nil {
		t.Fatal(err)
	}
	back := load(t, filepath.Join(soffice(t, "docx:MS Word 2007 XML", file), "ours.docx"))
	var texts []string
	for _, b := range back.Blocks() {
		texts = append(texts, b.Accepted)
	}
	all := strings.Join(texts, "\n")
	for _, want := range []string{"At least 80 % of countries", "child sexual abuse material online", "البلدان", "中文", "new row", "Content that is illegal"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q did not come back", want)
		}
	}
	r := back.Inspect()
	if r.Comments != 6 || r.Footnotes != 1 || r.Tables != 1 {
		t.Errorf("%d comments, %d footnotes, %d tables came back", r.Comments, r.Footnotes, r.Tables)
	}
	odt := inflated(t, must(os.ReadFile(filepath.Join(soffice(t, "odt", file), "ours.odt"))))["content.xml"]
	if n := len(regexp.MustCompile(`loext:resolved="true"`).FindAllString(odt, -1)); n < 1 {
		t.Errorf("%d resolved comments seen by LibreOffice", n)
	}
}

func must(data []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return data
}

func TestPandocReadsWhatWeWrite(t *testing.T) {
	pandoc := tool(t, "pandoc")
	file := filepath.Join(t.TempDir(), "ours.docx")
	if err := os.WriteFile(file, written(t, sample(false)), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		out, err := exec.Command(pandoc, append(args, file)...).CombinedOutput()
		if err != nil {
			t.Fatalf("pandoc: %v\n%s", err, out)
		}
		return strings.Join(strings.Fields(string(out)), " ")
	}
	accepted, rejected := run("--track-changes=accept", "-f", "docx", "-t", "plain"), run("--track-changes=reject", "-f", "docx", "-t", "plain")
	if !strings.Contains(accepted, "At least 80 % of countries report child sexual abuse material online") || !strings.Contains(accepted, "by 2020 at the latest.") {
		t.Errorf("accepted: %s", accepted)
	}
	if !strings.Contains(rejected, "At least 70 % of countries report illegal content") || strings.Contains(rejected, "An inserted paragraph") {
		t.Errorf("rejected: %s", rejected)
	}
	all := run("--track-changes=all", "-f", "docx", "-t", "json")
	for class, atLeast := range map[string]int{`"comment-start"`: 6, `"insertion"`: 4, `"deletion"`: 3} {
		if n := strings.Count(all, class); n < atLeast {
			t.Errorf("%d %s, want at least %d", n, class, atLeast)
		}
	}
}
