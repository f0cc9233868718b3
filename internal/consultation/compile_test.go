package consultation_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/internal/consultation"
	"waymark/internal/format/docx"
	"waymark/internal/framework"
	"waymark/internal/lang"
)

// record is the shipped round as it is kept.
func record(t testing.TB) *consultation.Record {
	t.Helper()
	s, err := consultation.Shipped(shipped(t))
	if err != nil {
		t.Fatal(err)
	}
	r := &consultation.Record{Round: s[0].Round, Submissions: []consultation.Submission{s[0].Submission}, Comments: s[0].Comments, Amendments: s[0].Amendments, Dispositions: s[0].Dispositions}
	for i := range r.Comments {
		r.Comments[i].RowVersion = 1
	}
	return r
}

func known(r *consultation.Record) consultation.Known {
	k := consultation.Known{Comments: r.Comments, Amendments: r.Amendments}
	for _, d := range r.Dispositions {
		k.Answers = append(k.Answers, d.ID)
	}
	return k
}

func word1(t testing.TB, c *consultation.Compilation) []byte {
	t.Helper()
	data, err := c.Word()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestTheShippedRoundHoldsEveryCommentAndDecidesNone(t *testing.T) {
	r := record(t)
	want := map[string]string{}
	for _, l := range outline(t) {
		if l.kind == "general_comment" || l.kind == "anchored_comment" {
			want[l.code] = l.text
		}
	}
	if len(r.Comments) != 27 || len(want) != 27 {
		t.Fatalf("%d comments, %d in the outline", len(r.Comments), len(want))
	}
	for _, c := range r.Comments {
		if c.Text[0] != want[c.Code] {
			t.Errorf("%s says %q, want %q", c.Code, c.Text[0], want[c.Code])
		}
	}
	s := consultation.Statistic(r)
	if s.Undecided != 27 || s.Answered != 0 || s.Proposed != 10 || s.Voices != 30 || s.Unattributed != 1 || s.Unconfirmed != 30 {
		t.Errorf("%+v", s)
	}
	if n := len(consultation.Standing(r.Dispositions)); n != 0 {
		t.Errorf("%d decisions stand, but the document records none", n)
	}
	blockers := consultation.Gate(r)
	if len(blockers) != 27+30 {
		t.Errorf("%d things in the way of adoption, want 27 answers and 30 confirmations", len(blockers))
	}
}

func TestTheFoundingDocumentIsTheShippedRoundAgain(t *testing.T) {
	taken := take(t, word(t, made{}), shipped(t), known(record(t)))
	if n := taken.Counts; n.New != 0 || n.Same != 29 || n.General != 9 || n.Anchored != 18 {
		t.Errorf("%+v", n)
	}
}

func TestACompilationThatComesBackAddsNothing(t *testing.T) {
	for _, l := range []lang.Tag{"en", "ar"} {
		r := record(t)
		c := consultation.Compile(shipped(t), r, l)
		taken := take(t, word1(t, c), shipped(t), known(r))
		if n := taken.Counts; n.New != 0 || !taken.Linked || taken.Version != "cop-2015@1" {
			t.Errorf("%s: %+v, linked %v to %s", l, n, taken.Linked, taken.Version)
		}
	}
}

func TestAnExportedDraftComesBackWithItsPlaces(t *testing.T) {
	v := shipped(t)
	data, err := consultation.ExportWord(v)
	if err != nil {
		t.Fatal(err)
	}
	taken := take(t, data, v, consultation.Known{})
	if n := taken.Counts; n.New+n.Same != 0 || !taken.Linked {
		t.Errorf("an untouched draft holds %+v", n)
	}
	d, err := docx.Open(data, docx.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	content := d.Content()
	marked := 0
	for _, b := range content.Blocks {
		for _, m := range b.Bookmarks {
			if strings.HasPrefix(m.Name, consultation.BlockBookmark) {
				marked++
			}
		}
	}
	if want := len(v.Elements) - 5; marked != want { // the five pillars stand in the words of the scope
		t.Errorf("%d elements are marked, want %d", marked, want)
	}
	for i := range content.Blocks { // a partner comments on each marked block
		b := &content.Blocks[i]
		if len(b.Bookmarks) == 0 {
			continue
		}
		end := len([]rune(b.Rejected))
		content.Comments = append(content.Comments, docx.Comment{ID: fmt.Sprint(i), Anchor: docx.AnchorRange, Quote: b.Rejected, Body: []string{"Why?"}, Author: "X",
			Places: []docx.Place{{Block: i, Accepted: docx.Span{End: end}, Rejected: docx.Span{End: end}}}})
	}
	taken = consultation.Take(consultation.Document{Content: &content, Version: v, Registry: registry(t)})
	for _, c := range taken.Comments {
		g := c.Targets[0]
		if g.State != framework.Anchored || g.Method != "id" {
			t.Errorf("%+v", g)
			continue
		}
		if e, _ := v.Element(g.Code); g.Quote.Exact != e.Text {
			t.Errorf("%s quotes %q, want %q", g.Code, g.Quote.Exact, e.Text)
		}
	}
}

func TestTheSameRoundGivesTheSameBytes(t *testing.T) {
	for _, l := range lang.Tags() {
		a, b := consultation.Compile(shipped(t), record(t), l), consultation.Compile(shipped(t), record(t), l)
		if !bytes.Equal(word1(t, a), word1(t, b)) || !bytes.Equal(a.HTML(), b.HTML()) {
			t.Errorf("%s: two compilations differ", l)
		}
		x, err := a.Workbook()
		if err != nil {
			t.Fatal(err)
		}
		y, err := b.Workbook()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(x, y) {
			t.Errorf("%s: two workbooks differ", l)
		}
	}
}

func TestTheCompilationHasNativeCommentsWithTheAnswersAsReplies(t *testing.T) {
	d, err := docx.Open(word1(t, consultation.Compile(shipped(t), record(t), "en")), docx.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	r := d.Inspect()
	if r.Comments != 18+8 || r.Replies != 8 || r.Resolved != 0 || r.PointAnchors != 0 {
		t.Errorf("%d comments, %d replies, %d resolved, %d points; want 26, 8, 0, 0", r.Comments, r.Replies, r.Resolved, r.PointAnchors)
	}
	text := ""
	for _, b := range d.Blocks() {
		text += b.Accepted + "\n"
	}
	for _, c := range record(t).Comments {
		if !strings.Contains(text, c.Code) || !strings.Contains(text, c.Text[0]) {
			t.Errorf("%s is not in the table", c.Code)
		}
	}
	if strings.Contains(text, "compile.") {
		t.Error("a word of the compilation is missing in the catalog")
	}
	if strings.Contains(text, "decided by") && !strings.Contains(text, "decided by nobody") {
		t.Error("a proposed answer is not marked as such")
	}
}

func TestOverlappingAmendmentsAreAllThere(t *testing.T) {
	v, r := shipped(t), record(t)
	e, _ := v.Element("T2")
	propose := func(id string, at int, before, after string) {
		edit := framework.WordsAt(e.ID, at, before, after)
		r.Amendments = append(r.Amendments, consultation.Amendment{ID: id, Number: len(r.Amendments) + 1, Round: 1, Kind: consultation.Substitution, Element: "T2", Old: before, New: after, Edit: &edit,
			State: consultation.Proposed, Voices: []consultation.Attribution{{Organisation: "usa", Label: "USA", ConfirmedBy: "a person"}}})
	}
	propose("a-1", 0, "70%", "80%")
	propose("a-2", 0, "70% of", "Half of")
	propose("a-3", 7, "countries", "States")
	data := word1(t, consultation.Compile(v, r, "en"))
	d, err := docx.Open(data, docx.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	c := d.Content()
	var changes []string
	for _, rev := range c.Revisions {
		changes = append(changes, rev.Old+" → "+rev.New)
	}
	slices.Sort(changes)
	if diff := cmp.Diff([]string{"70% → 80%", "countries → States"}, changes); diff != "" {
		t.Error(diff)
	}
	if !slices.ContainsFunc(c.Comments, func(k docx.Comment) bool {
		return strings.Contains(k.Body[0], "proposes:") && strings.Contains(k.Body[0], "Half of")
	}) {
		t.Error("the overlapping amendment is left out")
	}
	taken := take(t, data, v, known(r))
	if taken.Counts.New != 0 {
		t.Errorf("it comes back as %+v", taken.Counts)
	}
	blockers := consultation.Decide(v, &consultation.Record{Round: r.Round, Amendments: r.Amendments[2:], Dispositions: []consultation.Disposition{
		{ID: "1", Comment: "a-1", Code: consultation.Accepted, Changes: []string{"a-1"}}, {ID: "2", Comment: "a-2", Code: consultation.Accepted, Changes: []string{"a-2"}},
		{ID: "3", Comment: "a-3", Code: consultation.Accepted, Changes: []string{"a-3"}}}}).Blockers
	if len(blockers) != 1 || blockers[0].Why != "overlap" {
		t.Errorf("%+v", blockers)
	}
}

func TestPersonsAndHeldWordsAreInNoFormat(t *testing.T) {
	v, r := shipped(t), record(t)
	r.Comments[10].Source.Author = "Jane Private"
	r.Submissions[0].Sender = "sender@private.example"
	r.Comments[11].Held = "email"
	r.Comments[11].Text = []string{"held words of somebody"}
	r.Comments[12].Removed = consultation.RemovedSpam
	r.Comments[12].Text = []string{"removed words of somebody"}
	r.Comments[13].Withdrawn = true
	r.Comments[13].Text = []string{"withdrawn words of somebody"}
	c := consultation.Compile(v, r, "en")
	workbook, err := c.Workbook()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"word": unzip(t, word1(t, c)), "html": string(c.HTML()), "workbook": unzip(t, workbook)} {
		for _, secret := range []string{"Jane Private", "sender@private.example", "held words", "removed words", "withdrawn words"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %q", name, secret)
			}
		}
	}
	if !strings.Contains(string(c.HTML()), "Removed: advertising") || !strings.Contains(string(c.HTML()), "Held for a moderator") {
		t.Error("what is not shown is not counted")
	}
}

func unzip(t *testing.T, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&out, r); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func TestNearDuplicatesOfTheFoundingDocument(t *testing.T) {
	text := map[string]string{}
	for _, c := range record(t).Comments {
		text[c.Code] = strings.Join(c.Text, " ")
	}
	for _, c := range []struct {
		a, b                 string
		jaccard, containment float64
	}{{"GC-OXF-2", "CM-13", 0.92, 1}, {"GC-OXF-1", "CM-09", 0.43, 1}, {"GC-USA-1", "CM-01", 0.12, 0.87}} {
		s := consultation.Similar(text[c.a], text[c.b])
		if s.Jaccard < c.jaccard-0.01 || s.Jaccard > c.jaccard+0.01 || s.Containment < c.containment-0.01 {
			t.Errorf("%s and %s: %.2f and %.2f, want %.2f and %.2f", c.a, c.b, s.Jaccard, s.Containment, c.jaccard, c.containment)
		}
	}
	r := record(t)
	groups := consultation.NearDuplicates(r.Comments)
	var got []string
	for _, g := range groups {
		var codes []string
		for _, id := range g.Members {
			codes = append(codes, strings.ToUpper(strings.TrimPrefix(id, "cop-2015-r1-")))
		}
		got = append(got, strings.Join(codes, " "))
	}
	if d := cmp.Diff([]string{"GC-OXF-1 CM-09", "GC-OXF-2 CM-13", "GC-USA-1 CM-01"}, got); d != "" {
		t.Error(d)
	}
}

func TestAnAnnotationNamesEveryVoiceAndBothSelectors(t *testing.T) {
	c := consultation.Compile(shipped(t), record(t), "en")
	all := c.Annotations(func(v, code string) string { return v + "/" + code }, func(id string) string { return "urn:" + id })
	if len(all) != 27 {
		t.Fatalf("%d annotations, want 27: proposed answers are none", len(all))
	}
	for _, a := range all {
		if a.ID == "urn:cop-2015-r1-cm-05" && (len(a.Creator) != 3 || a.Target[0].Source != "cop-2015@1/IM-1" || len(a.Target[0].Selector) != 2) {
			t.Errorf("%+v", a)
		}
		if a.ID == "urn:cop-2015-r1-gc-oxf-1" && (len(a.Target) != 1 || a.Target[0].Source != "cop-2015@1/") {
			t.Errorf("%+v", a)
		}
	}
}
