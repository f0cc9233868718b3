package web

import (
	"context"
	"encoding/csv"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
)

// records stands for the store of consultations.
type records struct {
	all           map[int]*consultation.Record
	organisations []consultation.Organisation
}

func (r records) Rounds(context.Context) ([]consultation.Round, error) {
	var out []consultation.Round
	for n := 1; n <= len(r.all); n++ {
		out = append(out, r.all[n].Round)
	}
	return out, nil
}

func (r records) Record(_ context.Context, round int) (*consultation.Record, error) {
	if rec, ok := r.all[round]; ok {
		return rec, nil
	}
	return nil, fault.New(fault.NotFound, "no such round", "")
}

func (r records) Registry(context.Context) (*consultation.Registry, error) {
	return consultation.NewRegistry(r.organisations), nil
}

// shippedRecord is the round that comes with the program, as the store would give it.
func shippedRecord(t testing.TB) (*consultation.Record, []consultation.Organisation) {
	t.Helper()
	versions, err := framework.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	shipped, err := consultation.Shipped(versions[0])
	if err != nil {
		t.Fatal(err)
	}
	s := shipped[0]
	return &consultation.Record{Round: s.Round, Submissions: []consultation.Submission{s.Submission}, Comments: s.Comments, Amendments: s.Amendments, Dispositions: s.Dispositions}, s.Organisations
}

// consultationSite is the site with the shipped round; change may alter the record first.
func consultationSite(t testing.TB, change ...func(*consultation.Record)) *Server {
	t.Helper()
	rec, organisations := shippedRecord(t)
	for _, do := range change {
		do(rec)
	}
	return newSite(t, func(c *Config) {
		c.CacheBytes = -1
		c.Consultations = records{map[int]*consultation.Record{1: rec}, organisations}
	})
}

var consultationPaths = []string{"/consultations", "/consultations/1", "/consultations/1/comments", "/consultations/1/text", "/consultations/1/text?view=clean", "/consultations/1/text?view=original"}

func TestConsultationPagesAnswerInEveryLanguage(t *testing.T) {
	site := consultationSite(t)
	bare := regexp.MustCompile(`\b(consultation|comments|compile|amendment|anchor|count)\.[a-z]+_?[a-z_]*\b`)
	for _, tag := range lang.Tags() {
		for _, path := range consultationPaths {
			url := "/" + string(tag) + path
			body := page200(t, site, url)
			text := textOf(t, parse(t, site, url), "main")
			if m := hole.FindString(text); m != "" {
				t.Errorf("%s: a sentence has the hole %s", url, m)
			}
			if m := bare.FindString(text); m != "" && lang.For(lang.English).Has(m) {
				t.Errorf("%s: the key %s stands in place of its words", url, m)
			}
			if n := len(zip([]byte(body))); n > 18<<10 {
				t.Errorf("%s: %d bytes zipped leave too little for the style sheet", url, n)
			}
		}
	}
}

func TestCommentsPageHoldsEveryCommentOfTheDocumentWithItsVoices(t *testing.T) {
	rec, _ := shippedRecord(t)
	body := page200(t, consultationSite(t), "/en/consultations/1/comments")
	for i := range rec.Comments {
		c := &rec.Comments[i]
		if !strings.Contains(body, ` id="`+c.Code+`"`) || !strings.Contains(body, ` id="`+cardID(c)+`"`) {
			t.Errorf("%s has no place of its own", c.Code)
		}
		for _, p := range c.Text {
			if !strings.Contains(unescape(body), p) {
				t.Errorf("%s: the words %q are not on the page", c.Code, p)
			}
		}
	}
	for _, a := range rec.Amendments {
		if !strings.Contains(body, "<del>"+a.Old+"</del>") || !strings.Contains(body, "<ins>"+a.New+"</ins>") {
			t.Errorf("%s is not shown as old and new words", a.Code)
		}
	}
}

func unescape(s string) string {
	return strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&", "&lt;", "<", "&gt;", ">", "&#43;", "+").Replace(s)
}

// What a document shows as an answer was decided by nobody: every comment of the shipped round is
// undecided, and the pages say where an answer was only read.
func TestAnswersReadFromTheDocumentAreNeverShownAsDecisions(t *testing.T) {
	rec, _ := shippedRecord(t)
	body := page200(t, consultationSite(t), "/en/consultations/1/comments")
	if n := strings.Count(body, `<span class="chip unknown">Undecided</span>`); n != len(rec.Comments) {
		t.Errorf("%d of %d comments are undecided on the page", n, len(rec.Comments))
	}
	if n := strings.Count(body, `<span class="tag open">Read from the document, decided by nobody: `); n != len(rec.Dispositions) {
		t.Errorf("%d answers are marked as read from the document, want %d", n, len(rec.Dispositions))
	}
	for _, class := range []string{"met", "partly", "notMet", "answered"} {
		if strings.Contains(body, `chip `+class+`"`) {
			t.Errorf("an undecided comment has the chip of an answer (%s)", class)
		}
	}
	if !strings.Contains(page200(t, consultationSite(t), "/en/consultations/1"), "27 comments from 5 organisations. Answered: 0.") {
		t.Error("the round does not say that none of its comments is answered")
	}
}

func TestFiltersOfCommentsLeaveWhatTheyName(t *testing.T) {
	site := consultationSite(t)
	for _, c := range []struct {
		query string
		want  int
	}{
		{"org=usa", 11}, {"org=disney", 8}, {"org=srsg-vac", 6}, {"org=oxford", 4}, {"org=hp", 1}, {"org=nobody", 1},
		{"element=general", 9}, {"element=OC-1", 2}, {"decision=undecided", 27}, {"decision=read", 10}, {"org=usa&element=general", 3}, {"org=unheard", 27}, {"", 27},
	} {
		w := get(t, site, "/en/consultations/1/comments.csv?"+c.query)
		rows, err := csv.NewReader(w.Body).ReadAll()
		if err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s: %d, %v", c.query, w.Code, err)
		}
		if len(rows)-1 != c.want {
			t.Errorf("?%s leaves %d comments, want %d", c.query, len(rows)-1, c.want)
		}
		if n := strings.Count(page200(t, site, "/en/consultations/1/comments?"+c.query), "<tr id="); n != c.want {
			t.Errorf("?%s shows %d comments, want %d", c.query, n, c.want)
		}
	}
}

// The words of a comment that was withdrawn, removed or is held are on no page and in no table.
func TestWhatIsHiddenShowsItsNumberOnly(t *testing.T) {
	const secret = "a sentence that nobody may read"
	for name, hide := range map[string]func(*consultation.Comment){
		"held":      func(c *consultation.Comment) { c.Held = "address" },
		"withdrawn": func(c *consultation.Comment) { c.Withdrawn = true },
		"removed":   func(c *consultation.Comment) { c.Removed = consultation.RemovedPersonal },
	} {
		site := consultationSite(t, func(r *consultation.Record) {
			c := &r.Comments[12]
			c.Text, c.Body = []string{secret}, []string{secret}
			hide(c)
			reply := consultation.Comment{ID: "reply", Number: 40, ReplyTo: r.Comments[0].ID, Kind: consultation.General, Text: []string{secret}, Body: []string{secret}}
			hide(&reply)
			r.Comments = append(r.Comments, reply)
		})
		for _, path := range append(consultationPaths, "/consultations/1/comments.csv", "/consultations/1/comments.json") {
			if body := page200(t, site, "/en"+path); strings.Contains(body, secret) {
				t.Errorf("%s: %s shows the words", name, path)
			}
		}
		shown := strings.Contains(page200(t, site, "/en/consultations/1/comments"), `id="c-13"`)
		if shown != (name != "held") {
			t.Errorf("%s: that there is a comment is shown: %v", name, shown)
		}
	}
}

func TestPseudonymousRoundNamesNobody(t *testing.T) {
	site := consultationSite(t, func(r *consultation.Record) { r.Round.Policy = consultation.Pseudonymous })
	for _, path := range append(consultationPaths, "/consultations/1.csv", "/consultations/1/comments.csv", "/consultations/1/comments.json") {
		body := page200(t, site, "/en"+path)
		for _, name := range []string{"Disney", "disney", "Oxford", "oxford", "srsg-vac", ">USA<", "usa;"} {
			if i := strings.Index(body, name); i >= 0 {
				t.Errorf("%s names %s: %q", path, name, body[max(0, i-60):min(len(body), i+40)])
			}
		}
	}
}

func TestTextShowsChangesCleanAndOriginal(t *testing.T) {
	site := consultationSite(t)
	changes := page200(t, site, "/en/consultations/1/text")
	clean := page200(t, site, "/en/consultations/1/text?view=clean")
	original := page200(t, site, "/en/consultations/1/text?view=original")
	block := func(body, code string) string {
		_, rest, _ := strings.Cut(body, `id="`+code+`"`)
		before, _, _ := strings.Cut(rest, "</p>")
		return before
	}
	for _, c := range []struct{ body, code, has, lacks string }{
		{changes, "T2", "<del>illegal content</del>\u200b<ins>child sexual abuse material</ins>", ""},
		{clean, "T2", "child sexual abuse material", "illegal content"},
		{original, "T2", "illegal content", "child sexual abuse material"},
		{clean, "T1.2", "conviction", "indictment"},
		{original, "T1.2", "indictment", "conviction"},
	} {
		got := block(c.body, c.code)
		if !strings.Contains(got, strings.ReplaceAll(c.has, "\u200b", "")) || c.lacks != "" && strings.Contains(got, c.lacks) {
			t.Errorf("%s is %q, want %q and not %q", c.code, got, c.has, c.lacks)
		}
	}
	for _, body := range []string{clean, original} {
		if main := body[strings.Index(body, `class="reading"`):]; strings.Contains(block(main, "T2"), "<ins>") {
			t.Error("a view without marks has marks")
		}
	}
}

// Each comment on the text has one card; its words lead to the card and the card leads to the words.
func TestMarksAndCardsLeadToEachOther(t *testing.T) {
	rec, _ := shippedRecord(t)
	body := page200(t, consultationSite(t), "/en/consultations/1/text")
	for i := range rec.Comments {
		c := &rec.Comments[i]
		if c.Kind == consultation.General {
			continue
		}
		n := cardID(c)[2:]
		for _, want := range []string{` id="c-` + n + `"`, ` href="#c-` + n + `"`, ` id="m-` + n + `"`, ` href="#m-` + n + `"`} {
			if !strings.Contains(body, want) {
				t.Errorf("comment %s: the page lacks %s", n, want)
			}
		}
	}
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(body, -1) {
		if seen[m[1]] {
			t.Errorf("the id %s stands twice", m[1])
		}
		seen[m[1]] = true
	}
}

func TestMarkedWordsJoinToTheText(t *testing.T) {
	text := []rune("70% of countries child sexual abuse material online effectively")
	m := marked{view: viewChanges, text: text}
	m.change(&consultation.Amendment{State: consultation.AlreadyInText, Old: "illegal content", New: "child sexual abuse material"}, false)
	m.marks = []markedSpan{{7, 16, RoundMark{Text: "1"}}, {44, 50, RoundMark{Text: "2"}}, {10, 30, RoundMark{Text: "3"}}}
	var now, before strings.Builder
	var ends []string
	for _, w := range m.words() {
		if w.Change != "del" {
			now.WriteString(w.Text)
		}
		if w.Change != "ins" {
			before.WriteString(w.Text)
		}
		for _, e := range w.Ends {
			ends = append(ends, e.Text)
		}
	}
	if now.String() != string(text) {
		t.Errorf("the words with the change are %q, want %q", now.String(), string(text))
	}
	if want := "70% of countries illegal content online effectively"; before.String() != want {
		t.Errorf("the words before the change are %q, want %q", before.String(), want)
	}
	if slices.Sort(ends); !slices.Equal(ends, []string{"1", "2", "3"}) {
		t.Errorf("the marks that end are %v", ends)
	}
}

func TestNoRoundNoPage(t *testing.T) {
	site := consultationSite(t)
	for _, path := range []string{"/consultations/2", "/consultations/x", "/consultations/0/comments", "/consultations/2/text", "/consultations/1/compilation.docx"} {
		if w := get(t, site, "/en"+path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := get(t, newSite(t), "/en/consultations"); w.Code != http.StatusNotFound {
		t.Errorf("without consultations the list answers %d", w.Code)
	}
	draft := consultationSite(t, func(r *consultation.Record) { r.Round.State = consultation.Draft })
	if w := get(t, draft, "/en/consultations/1"); w.Code != http.StatusNotFound {
		t.Errorf("a draft is the secretariat's, and answers %d", w.Code)
	}
}

func TestCompilationIsOfferedInTheFormsThatCanBeMade(t *testing.T) {
	rec, organisations := shippedRecord(t)
	site := newSite(t, func(c *Config) {
		c.Consultations = records{map[int]*consultation.Record{1: rec}, organisations}
		c.CompileFormats = []string{"docx", "xlsx"}
		c.Compile = func(_ context.Context, round int, format string, language lang.Tag) ([]byte, error) {
			return []byte(format + " in " + string(language)), nil
		}
	})
	w := get(t, site, "/fr/consultations/1/compilation.docx")
	if w.Code != http.StatusOK || w.Body.String() != "docx in fr" || !strings.Contains(w.Header().Get("Content-Disposition"), ".docx") {
		t.Errorf("%d %q %v", w.Code, w.Body.String(), w.Header())
	}
	if w := get(t, site, "/fr/consultations/1/compilation.pdf"); w.Code != http.StatusNotFound {
		t.Errorf("a form that cannot be made answers %d", w.Code)
	}
	if body := page200(t, site, "/en/consultations/1"); !strings.Contains(body, "compilation.xlsx") || strings.Contains(body, "compilation.pdf") {
		t.Error("the page offers other forms than those that can be made")
	}
}
