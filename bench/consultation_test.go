package bench

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"waymark/internal/consultation"
	"waymark/internal/format/docx"
	"waymark/internal/framework"
)

// A draft of about 100 pages: 900 paragraphs of some 55 words; and 2,000 comments and 200 changes on it.
const (
	draftParagraphs = 900
	draftComments   = 2000
	draftChanges    = 200
)

func wordAt(n int) string {
	return []string{"countries", "shall", "report", "illegal", "content", "children", "online", "protection", "measures", "within", "legal", "framework", "hotlines", "providers", "safety", "national", "data", "every", "year", "standards"}[n%20]
}

// longDraft is a version with as many paragraphs, each with words of its own.
func longDraft(paragraphs int) *framework.Version {
	v := &framework.Version{Framework: "long", Number: 1, Title: "A long draft", Language: "en", State: framework.Draft}
	for i := range paragraphs {
		var words []string
		for j := range 55 {
			words = append(words, wordAt(i*7+j*j+j/3))
		}
		v.Elements = append(v.Elements, framework.Element{ID: fmt.Sprintf("long_%04d", i), Code: fmt.Sprintf("P%d", i), Kind: framework.KindBackground, Text: fmt.Sprintf("Paragraph %d: %s.", i, strings.Join(words, " "))})
	}
	return v
}

// partnersFile is a copy of the draft with comments and changes. Linked, it is our own export returned.
func partnersFile(b *testing.B, v *framework.Version, linked bool) []byte {
	b.Helper()
	w := docx.NewBuilder(docx.Settings{Title: v.Title, Lang: "en"})
	var at []*docx.Paragraph
	for i := range v.Elements {
		p := &docx.Paragraph{Text: v.Elements[i].Text}
		if linked {
			p.Bookmark = consultation.BookmarkName(v.Elements[i].ID)
		}
		at = append(at, p)
		w.Paragraph(p)
	}
	for i := range draftChanges {
		p := at[i*4%len(at)]
		p.Changes = []docx.Change{{Span: docx.Span{Start: 0, End: 9}, New: "Section", By: docx.By{Author: "USA", Date: "2026-01-10T10:00:00Z"}}}
	}
	for i := range draftComments {
		p := at[i%len(at)]
		start := 15 + i%100
		w.Comment(docx.NewComment{Key: fmt.Sprint(i), Author: "Author", Date: "2026-01-10T10:00:00Z", Body: []string{fmt.Sprintf("USA, Disney: Comment %d asks what is meant by these words, because the %s of the %s is not defined.", i, wordAt(i), wordAt(i/20))},
			From: docx.Spot{Paragraph: p, Offset: start}, To: docx.Spot{Paragraph: p, Offset: start + 40}})
	}
	data, err := w.Bytes()
	if err != nil {
		b.Fatal(err)
	}
	return data
}

func speakers() *consultation.Registry {
	return consultation.NewRegistry([]consultation.Organisation{{Code: "usa", Name: "USA"}, {Code: "disney", Name: "Disney"}})
}

func takeFile(b *testing.B, v *framework.Version, data []byte) *consultation.Taken {
	b.Helper()
	d, err := docx.Open(data, docx.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	c := d.Content()
	return consultation.Take(consultation.Document{Content: &c, Version: v, Registry: speakers()})
}

// BenchmarkTakeLongDraft takes 2,000 comments on 100 pages in: bar 2 s and 300 MB.
func BenchmarkTakeLongDraft(b *testing.B) {
	for _, linked := range []bool{true, false} {
		b.Run(map[bool]string{true: "returned", false: "own copy"}[linked], func(b *testing.B) {
			v := longDraft(draftParagraphs)
			data := partnersFile(b, v, linked)
			for b.Loop() {
				t := takeFile(b, v, data)
				if n := t.Counts; n.Anchored != draftComments || n.Amendments != draftChanges || n.Unplaced != 0 {
					b.Fatalf("%+v", n)
				}
			}
			heap(b)
		})
	}
}

// BenchmarkCompileLongDraft compiles them: bar 2 s and 300 MB.
func BenchmarkCompileLongDraft(b *testing.B) {
	v := longDraft(draftParagraphs)
	t := takeFile(b, v, partnersFile(b, v, true))
	r := &consultation.Record{Round: consultation.Round{Number: 1, Version: v.ID()}, Comments: t.Comments, Amendments: t.Amendments}
	for i := range r.Comments {
		r.Comments[i].ID, r.Comments[i].Number = fmt.Sprintf("c%d", i), i+1
	}
	for i := range r.Amendments {
		r.Amendments[i].ID, r.Amendments[i].Number = fmt.Sprintf("a%d", i), i+1
	}
	for b.Loop() {
		if _, err := consultation.Compile(v, r, "en").Word(); err != nil {
			b.Fatal(err)
		}
	}
	heap(b)
}

// BenchmarkCarryAnchors carries 10,000 places to a next version in which every tenth paragraph changed:
// bar 1 s.
func BenchmarkCarryAnchors(b *testing.B) {
	v := longDraft(draftParagraphs)
	var comments []consultation.Comment
	for i := range 10_000 {
		e := &v.Elements[i%len(v.Elements)]
		a, err := framework.NewAnchor(v, e.ID, 15+i%100, 55+i%100)
		if err != nil {
			b.Fatal(err)
		}
		comments = append(comments, consultation.Comment{ID: fmt.Sprint(i), Number: i, Targets: []consultation.Target{{Anchor: a, Code: e.Code, State: framework.Anchored}}})
	}
	next := *v
	next.Number = 2
	next.Elements = append([]framework.Element(nil), v.Elements...)
	for i := 0; i < len(next.Elements); i += 10 {
		next.Elements[i].Text = strings.ReplaceAll(next.Elements[i].Text, "countries", "all States")
	}
	for b.Loop() {
		moved, err := consultation.Carry(v, &next, comments)
		if err != nil || len(moved) != len(comments) {
			b.Fatal(err)
		}
	}
}

// heap reports what the process held from the system at most.
func heap(b *testing.B) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "MB-held")
}
