package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/publication"
	"waymark/internal/reference"
	"waymark/internal/store/storetest"
)

// consultingDesk is a desk with a round 2 on the shipped framework: three comments of organisation a
// (two of them nearly the same, one without a known place), and one change read from a file.
func consultingDesk(t *testing.T) (*desk, *consultation.Service) {
	t.Helper()
	d := newDesk(t)
	versions, err := framework.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	ctx := storetest.Context()
	v := versions[0]
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(d.db.SaveVersion(ctx, v))
	s := &consultation.Service{Store: d.db, Approvals: d.people,
		Version: func(ctx context.Context, id string) (*framework.Version, error) {
			name, number, err := framework.ParseID(id, "cop-2015")
			if err != nil {
				return nil, err
			}
			return d.db.Version(ctx, name, number)
		},
		Organisations: func(context.Context) ([]consultation.Organisation, error) {
			return []consultation.Organisation{{Code: "a", Name: "Organisation a"}, {Code: "b", Name: "Organisation b"}}, nil
		},
	}
	d.site.config.Consulting, d.site.config.Consultations = s, s
	must(s.SaveRound(ctx, consultation.Round{Number: 2, Version: v.ID(), Title: "Next", Kind: consultation.OpenRound, Period: reference.YearPeriod(2026), Zone: "Asia/Tokyo", Policy: consultation.NamedOrganisations, State: consultation.Over}))
	anchor := func(code, words string) consultation.Target {
		e, ok := v.Element(code)
		if !ok || !strings.Contains(e.Text, words) {
			t.Fatal(code, words)
		}
		at := len([]rune(e.Text[:strings.Index(e.Text, words)]))
		a, err := framework.NewAnchor(v, e.ID, at, at+len([]rune(words)))
		must(err)
		return consultation.Target{Anchor: a, Code: code, Said: words, State: framework.Anchored, Method: "id"}
	}
	voice := []consultation.Attribution{{Organisation: "a", Label: "Organisation a", How: consultation.ByPrefix}}
	letter := "We ask that the countries report every year on what they did about the illegal content that is hosted in their own territory"
	lost := anchor("OP1.2", "Nations")
	lost.Choices, lost.State, lost.Anchor = []framework.Anchor{lost.Anchor}, framework.NeedsHuman, framework.Anchor{Version: v.ID()}
	comment := func(id, words string, g ...consultation.Target) consultation.Comment {
		c := consultation.Comment{ID: id, Round: 2, Submission: "s", Kind: consultation.General, Body: []string{words}, Text: []string{words}, Found: consultation.FoundUnknown, Voices: voice, Targets: g}
		if g != nil {
			c.Kind = consultation.Specific
		}
		return c
	}
	t2, _ := v.Element("T2")
	edit := framework.WordsAt(t2.ID, strings.Index(t2.Text, "countries"), "countries", "States")
	must(d.db.SaveSubmission(ctx, consultation.Submission{ID: "s", Round: 2, Channel: consultation.ByWord, Report: []consultation.ReportRow{}}, nil,
		[]consultation.Comment{comment("c1", "Say which countries.", anchor("T2", "countries")), comment("c2", letter+" and online"), comment("c3", letter+" and offline"), comment("c4", "Which nations?", lost)},
		[]consultation.Amendment{
			{ID: "a1", Round: 2, Submission: "s", Comment: "c1", Kind: consultation.Substitution, Element: "T2", Old: "countries", New: "States", Edit: &edit, State: consultation.ToConfirm, Voices: voice},
			{ID: "a2", Round: 2, Submission: "s", Kind: consultation.SplitUp, Element: "OP1.2", State: consultation.ToConfirm, Voices: voice},
		}))
	return d, s
}

func (d *desk) see(address, secret string, want ...string) string {
	d.t.Helper()
	w := d.ask(http.MethodGet, address, secret, nil)
	body := unescape(w.Body.String())
	if w.Code != http.StatusOK {
		d.t.Fatalf("%s answers %d: %s", address, w.Code, body)
	}
	for _, x := range want {
		if !strings.Contains(body, x) {
			d.t.Errorf("%s does not say %q", address, x)
		}
	}
	if m := hole.FindString(body); m != "" {
		d.t.Errorf("%s has the hole %s", address, m)
	}
	return body
}

func (d *desk) post(address, secret string, status int, form ...string) string {
	d.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	w := d.ask(http.MethodPost, address, secret, values)
	if w.Code != status {
		d.t.Fatalf("POST %s %v answers %d, want %d: %s", address, form, w.Code, status, w.Body)
	}
	if status == http.StatusSeeOther {
		return w.Header().Get("Location")
	}
	return unescape(w.Body.String())
}

var seenField = regexp.MustCompile(`name="seen" value="([^"]*)"`)

// The whole way of the secretariat, by forms alone: every comment answered, every blocker mended, the
// adoption proposed by one organisation and agreed to by another.
func TestARoundIsAnsweredAndAdoptedByForms(t *testing.T) {
	d, s := consultingDesk(t)
	steward := d.hold("steward", accounts.Steward, accounts.Scope{})
	const base = "/en/work/consultations/2"
	table := d.see(base, steward, "Comment 1", "Differing words", "offline", "waits for its place", "a speaker is not confirmed")
	if strings.Count(table, `id="c-2"`) != 1 || !strings.Contains(table, "Confirm the group") {
		t.Error("the near-duplicates are not one card")
	}
	for _, by := range []string{"paragraph", "organisation"} {
		d.see(base+"?by="+by, steward, "<h2")
	}
	d.see(base+"?decision=undecided&element=T2", steward, "Shown: 1 of 4")
	d.see(base+"/adoption", steward, "has no answer", `href="/en/work/consultations/2/comments/1"`, "waits for its place")

	d.post(base, steward, http.StatusSeeOther, "what", "confirm", "members", "2 3")
	item := base + "/comments/1"
	d.see(item, steward, "<mark>countries</mark>", "Confirm who speaks", "Change 1", "Changes that wait for a person")
	d.post(base+"/changes", steward, http.StatusSeeOther, "what", "meant", "id", "a1", "row", "1")
	if m := d.post(base+"/changes", steward, http.StatusBadRequest, "what", "meant", "id", "a2", "row", "1"); !strings.Contains(m, "structure") {
		t.Error("a split without a word on its codes was taken as meant")
	}
	d.post(base+"/changes", steward, http.StatusSeeOther, "what", "shape", "id", "a2", "row", "1", "begins", "and allocate", "code", "OP1.9")
	for n := 1; n <= 4; n++ {
		d.post(fmt.Sprintf("%s/comments/%d", base, n), steward, http.StatusSeeOther, "what", "voices", "row", "1", "organisations", "a")
	}
	d.see(base+"/changes/2", steward, "Confirm who speaks")
	d.post(base+"/changes/2", steward, http.StatusSeeOther, "what", "voices", "row", "2", "organisations", "a")
	d.post(base+"/comments/4", steward, http.StatusSeeOther, "what", "place", "row", "2", "place", "0", "element", "OP1.2", "words", "Nations")
	d.see(base+"/comments/4", steward, "Take the last move back")
	d.post(base+"/comments/4", steward, http.StatusSeeOther, "what", "back", "row", "3", "place", "0")
	d.see(base+"/comments/4", steward, "It stands here")
	d.post(base+"/comments/4", steward, http.StatusSeeOther, "what", "place", "row", "4", "place", "0", "element", "OP1.2", "start", "0", "end", "7")

	if page := d.post(item, steward, http.StatusBadRequest, "what", "answer", "code", "not-accepted", "reason", "..."); !strings.Contains(page, "needs a reason") || !strings.Contains(page, `value="not-accepted" data-key="r" checked`) {
		t.Error("an answer without a reason comes back without what was chosen")
	}
	if to := d.post(item, steward, http.StatusSeeOther, "what", "answer", "code", "accepted", "change", "a1", "seen", ""); to != "/en/work/consultations/2/comments/2" {
		t.Errorf("after the first answer the next undecided is %s", to)
	}
	d.post(base+"/comments/2", steward, http.StatusSeeOther, "what", "answer", "code", "noted", "reason", "The yearly report is known to all.", "also", "c3", "seen", "")
	d.post(base+"/comments/4", steward, http.StatusSeeOther, "what", "answer", "code", "partially-accepted", "reason", "States are meant here too.", "element", "OP1.2", "old", "Nations", "new", "States", "seen", "")
	d.post(base+"/changes/2", steward, http.StatusSeeOther, "what", "answer", "code", "not-accepted", "reason", "One sentence keeps both together.", "seen", "")
	d.see(base+"/adoption", steward, "Nothing is in the way")

	first := d.hold("publisher", accounts.Publisher, accounts.Scope{})
	d.see(base+"/adoption", first, "Propose the adoption")
	d.post(base+"/adoption", first, http.StatusSeeOther, "what", "propose", "from", "2026-06-01", "reason", "Every comment is answered.")
	d.post(base+"/adoption", first, http.StatusConflict, "what", "adopt")
	waiting, err := d.db.Approvals(context.Background(), accounts.Open)
	if err != nil || len(waiting) != 1 {
		t.Fatal(waiting, err)
	}
	d.post(base+"/adoption", first, http.StatusForbidden, "what", "approve", "id", waiting[0].ID, "reason", "I think so too.")
	second := d.session("person-b")
	d.see(base+"/adoption", second, "Agree, and adopt it")
	d.post(base+"/adoption", second, http.StatusSeeOther, "what", "approve", "id", waiting[0].ID, "reason", "The answers are complete.")
	next, err := d.db.Version(context.Background(), "cop-2015", 2)
	if err != nil {
		t.Fatal(err)
	}
	op, _ := next.Element("OP1.2")
	if e, _ := next.Element("T2"); !strings.Contains(e.Text, "States") || !strings.HasPrefix(op.Text, "States") || next.Valid.Start != reference.Day(2026, 6, 1) {
		t.Errorf("%q, %q, from %v", e.Text, op.Text, next.Valid.Start)
	}
	rec, err := s.Record(context.Background(), 2)
	if err != nil || rec.Round.State != consultation.Adopted || rec.Round.Crosswalk == nil {
		t.Errorf("%+v %v", rec.Round.State, err)
	}
	d.see(base+"/adoption", second, "cop-2015@2")

	d.see("/en/consultations/2/comments", "", `href="/en/framework/cop-2015@2#T2"`) // from the answer to the changed words, and back
	q := &request{ctx: context.Background(), server: d.site, tag: "en", words: lang.For("en"), params: url.Values{}}
	if q.snap, err = d.site.config.Publication.Snapshot(q.ctx); err != nil {
		t.Fatal(err)
	}
	behind, err := q.behind(next)
	if err != nil || len(behind) != 2 {
		t.Fatal(behind, err)
	}
	for _, b := range behind {
		if len(b.Comments) != 1 || !strings.HasPrefix(b.Comments[0].Href, "/en/consultations/2/comments#c-") || b.Change.New.Text != "States" {
			t.Errorf("%+v", b)
		}
	}
	shipped, err := shippedStore()
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{version: shipped.version + 1, sources: shipped.sources, observations: shipped.observations, batches: shipped.batches, versions: append(slices.Clone(shipped.versions), next)}
	d.site.config.Publication = publication.NewService(m, q.snap.World, clock)
	reading := d.see("/fr/framework/cop-2015@2", "")
	for what, want := range map[string]string{
		"words changed in a paragraph":  `<a href="/fr/consultations/2/comments#c-1"><mark>States</mark></a>`,
		"what stands behind a cell":     `(<a href="/fr/consultations/2/comments#c-4"><bdi>Commentaire 4</bdi></a>)`,
		"a changed cell of the results": `lang="en" dir="ltr"><a href="/fr/consultations/2/comments#c-4"><mark>States</mark></a> signs`,
	} {
		if !strings.Contains(reading, want) {
			t.Errorf("%s: no %s", what, want)
		}
	}
	if n := len(zip([]byte(reading))); n > 25<<10 {
		t.Errorf("the next version weighs %d bytes", n)
	}
	if strings.Contains(d.see("/en/framework/cop-2015@1", ""), "<mark>") {
		t.Error("the version before shows words as changed")
	}
	calendar := d.ask(http.MethodGet, "/milestones.ics", "", nil).Body.String()
	if !strings.Contains(calendar, "SUMMARY:Consultation 2: Next") || !strings.Contains(calendar, "DTEND;VALUE=DATE:20270101") {
		t.Errorf("the round is not in the calendar: %s", calendar)
	}
}

// Two secretaries open one comment; the second to save sees both texts, and nothing is lost.
func TestTwoSecretariesOnOneCommentSeeBothTexts(t *testing.T) {
	d, s := consultingDesk(t)
	one, other := d.hold("one", accounts.Steward, accounts.Scope{}), d.hold("other", accounts.Steward, accounts.Scope{Round: "2"})
	const item = "/en/work/consultations/2/comments/1"
	d.post(item, one, http.StatusSeeOther, "what", "answer", "code", "noted", "reason", "The first of the two reasons.", "seen", "")
	page := d.post(item, other, http.StatusPreconditionFailed, "what", "answer", "code", "not-accepted", "reason", "The second of the two reasons.", "seen", "")
	for _, want := range []string{"Somebody answered meanwhile", "The first of the two reasons.", "The second of the two reasons."} {
		if !strings.Contains(page, want) {
			t.Errorf("the conflict does not show %q", want)
		}
	}
	seen := seenField.FindStringSubmatch(page)
	if seen == nil || seen[1] == "" {
		t.Fatal("the form does not know the newer answer")
	}
	d.post(item, other, http.StatusSeeOther, "what", "answer", "code", "not-accepted", "reason", "The second of the two reasons.", "seen", seen[1])
	now := d.see(item, one, "The first of the two reasons.", "The second of the two reasons.", "this one holds")
	seen = seenField.FindStringSubmatch(now)
	d.post(item, one, http.StatusSeeOther, "what", "reopen", "seen", seen[1])
	d.see(item, one, "Taken back", "Undecided")
	rec, err := s.Record(context.Background(), 2)
	if err != nil || len(rec.Dispositions) != 3 || len(consultation.Standing(rec.Dispositions)) != 0 {
		t.Errorf("%d answers, %v", len(rec.Dispositions), err)
	}
	d.post("/en/work/consultations/2/comments/2", one, http.StatusSeeOther, "what", "voices", "row", "1", "organisations", "a")
	d.post("/en/work/consultations/2/comments/2", other, http.StatusPreconditionFailed, "what", "voices", "row", "1", "organisations", "b")
}

// A typed change shows what it would do to the figures; a new goal is a number and not words.
func TestATypedChangeShowsItsImpact(t *testing.T) {
	d, s := consultingDesk(t)
	steward := d.hold("steward", accounts.Steward, accounts.Scope{})
	const item = "/en/work/consultations/2/comments/1"
	d.post(item, steward, http.StatusBadRequest, "what", "answer", "code", "accepted-in-principle", "reason", "A higher goal is asked for.", "goal", "T1", "percent", "lots", "seen", "")
	d.post(item, steward, http.StatusSeeOther, "what", "answer", "code", "accepted-in-principle", "reason", "A higher goal is asked for.", "goal", "T1", "percent", "95 %", "seen", "")
	rec, err := s.Record(context.Background(), 2)
	if err != nil {
		t.Fatal(err)
	}
	a := rec.Amendments[len(rec.Amendments)-1]
	if a.Kind != consultation.Typed || !a.Drafted || a.New != "95 %" || a.Edit.Op != framework.OpRevise {
		t.Errorf("%+v", a)
	}
	d.see(item, steward, "What this would do to the figures", "95%")
	snap, err := d.site.config.Publication.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	at := publication.FigureQuery{Version: rec.Round.Version}
	first, err := snap.Impact(context.Background(), []framework.Edit{*a.Edit}, at)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := snap.Impact(context.Background(), []framework.Edit{*a.Edit}, at); err != nil || again != first {
		t.Errorf("the same change is worked out twice: %v", err)
	}
	if other, err := snap.Impact(context.Background(), []framework.Edit{*a.Edit}, publication.FigureQuery{Version: rec.Round.Version, AsOf: reference.Day(2025, 1, 1)}); err != nil || other == first {
		t.Errorf("another question gets the same answer: %v", err)
	}
}

// A partner says whether the answer satisfies; only of comments in which their organisation speaks.
func TestACommenterSaysWhetherTheAnswerSatisfies(t *testing.T) {
	d, s := consultingDesk(t)
	steward, partner := d.hold("steward", accounts.Steward, accounts.Scope{}), d.hold("partner", accounts.Contributor, accounts.Scope{})
	const page = "/en/work/consultations/2/responses"
	d.see(page, partner, "no answered comment")
	d.post("/en/work/consultations/2/comments/1", steward, http.StatusSeeOther, "what", "answer", "code", "noted", "reason", "The text says enough about this.", "seen", "")
	seen := seenField.FindStringSubmatch(d.see(page, partner, "We object", "The text says enough about this."))
	d.post(page, partner, http.StatusPreconditionFailed, "what", "satisfied", "id", "c1", "seen", "older")
	d.post(page, partner, http.StatusSeeOther, "what", "objects", "id", "c1", "seen", seen[1], "text", "It does not say enough.")
	d.see(page, partner, "Objects to the answer")
	d.see("/en/consultations/2/comments", "", "It does not say enough.")
	rec, err := s.Record(context.Background(), 2)
	if err != nil || len(rec.Responses) != 1 || rec.Responses[0].Organisation != "a" || rec.Responses[0].Satisfied {
		t.Errorf("%+v %v", rec.Responses, err)
	}
}

// Every page of the desk speaks all six languages, without holes and without keys in place of words.
func TestTheDeskSpeaksEveryLanguage(t *testing.T) {
	d, _ := consultingDesk(t)
	steward := d.hold("steward", accounts.Steward, accounts.Scope{})
	bare := regexp.MustCompile(`\bdesk\.[a-z_]+\b`)
	for _, tag := range []string{"ar", "en", "es", "fr", "ru", "zh"} {
		for _, path := range []string{"", "/2", "/2/comments/1", "/2/comments/4", "/2/changes", "/2/changes/2", "/2/adoption"} {
			body := d.see("/"+tag+"/work/consultations"+path, steward)
			if m := bare.FindString(body); m != "" {
				t.Errorf("%s %s says %s", tag, path, m)
			}
			if n := len(zip([]byte(body))); n > 60<<10 {
				t.Errorf("%s %s weighs %d bytes", tag, path, n)
			}
		}
	}
}

// An answer cannot lead to a change that nobody said was meant, and one that was not meant never
// reaches the text, even where it was chosen before.
func TestAChangeNobodySettledDoesNotReachTheText(t *testing.T) {
	d, s := consultingDesk(t)
	steward := d.hold("steward", accounts.Steward, accounts.Scope{})
	const base = "/en/work/consultations/2"
	if page := d.see(base+"/comments/1", steward); strings.Contains(page, `name="change" value="a1"`) {
		t.Error("a change that waits for a word is offered as an answer")
	}
	page := d.post(base+"/comments/1", steward, http.StatusBadRequest, "what", "answer", "code", "accepted", "change", "a1", "seen", "")
	if !strings.Contains(page, "waits for somebody to say") {
		t.Error("the refusal does not say why")
	}
	d.post(base+"/changes", steward, http.StatusSeeOther, "what", "meant", "id", "a1", "row", "1")
	d.post(base+"/comments/1", steward, http.StatusSeeOther, "what", "answer", "code", "accepted", "change", "a1", "seen", "")
	d.post(base+"/changes", steward, http.StatusSeeOther, "what", "not", "id", "a1", "row", "2")
	d.see(base+"/adoption", steward, "nobody has said was meant", "No answer changes the text.")
	rec, err := s.Record(context.Background(), 2)
	if err != nil {
		t.Fatal(err)
	}
	v, err := d.db.Version(context.Background(), "cop-2015", 1)
	if err != nil || len(consultation.Decide(v, rec).Edits) != 0 {
		t.Error("what was not meant would change the text", err)
	}
}

// A group made wrongly is dissolved by a later record; one the program proposes can be declined. Both
// records stay.
func TestAGroupIsDissolvedByALaterRecord(t *testing.T) {
	d, s := consultingDesk(t)
	steward := d.hold("steward", accounts.Steward, accounts.Scope{})
	const base = "/en/work/consultations/2"
	grouped := func(want int) *consultation.Record {
		t.Helper()
		rec, err := s.Record(context.Background(), 2)
		if err != nil {
			t.Fatal(err)
		}
		if st := consultation.Statistic(rec); st.Distinct != want {
			t.Errorf("%d distinct comments, want %d", st.Distinct, want)
		}
		return rec
	}
	d.post(base, steward, http.StatusSeeOther, "what", "group", "members", "1 4")
	grouped(3)
	d.see(base, steward, "These are no group")
	d.post(base, steward, http.StatusSeeOther, "what", "dissolve", "members", "4 1")
	rec := grouped(4)
	if len(rec.Groups) != 2 || rec.Groups[1].ConfirmedBy == "" || len(consultation.StandingGroups(rec.Groups)) != 0 {
		t.Errorf("%+v", rec.Groups)
	}
	d.post(base, steward, http.StatusSeeOther, "what", "dissolve", "members", "2 3") // only proposed
	if page := d.see(base, steward); strings.Contains(page, "These are no group") {
		t.Error("a declined group is proposed again")
	}
	d.post(base, steward, http.StatusSeeOther, "what", "group", "members", "3 2") // and made after all
	grouped(3)
	d.post(base, steward, http.StatusBadRequest, "what", "group", "members", "2")
}

// Who speaks in a reply is confirmed on the page of its thread, and leaves the thread's speakers alone;
// the changes of a comment follow its speakers.
func TestSpeakersOfRepliesAndChangesAreConfirmed(t *testing.T) {
	d, s := consultingDesk(t)
	steward := d.hold("steward", accounts.Steward, accounts.Scope{})
	reply := consultation.Comment{ID: "c5", Round: 2, Submission: "s2", Kind: consultation.General, Body: []string{"So say we."}, Text: []string{"So say we."}, ReplyTo: "c2", Found: consultation.FoundUnknown,
		Voices: []consultation.Attribution{{Organisation: "b", Label: "b", How: consultation.ByAccount}}}
	if err := d.db.SaveSubmission(storetest.Context(), consultation.Submission{ID: "s2", Round: 2, Channel: consultation.ByWeb, SHA256: "2", Report: []consultation.ReportRow{}}, nil, []consultation.Comment{reply}, nil); err != nil {
		t.Fatal(err)
	}
	const base = "/en/work/consultations/2"
	d.see(base+"/comments/5", steward, "Comment 5: ", "Organisation b") // under its name, not its code
	d.post(base+"/comments/5", steward, http.StatusSeeOther, "what", "voices", "id", "c5", "row", "1", "organisations", "b")
	d.post(base+"/comments/1", steward, http.StatusSeeOther, "what", "voices", "row", "1", "organisations", "a")
	rec, err := s.Record(context.Background(), 2)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := rec.Comment("c2")
	five, _ := rec.Comment("c5")
	change, _ := rec.Amendment("a1")
	if two.Voices[0].ConfirmedBy != "" || five.Voices[0].ConfirmedBy == "" || change.Voices[0].ConfirmedBy == "" {
		t.Errorf("%+v %+v %+v", two.Voices, five.Voices, change.Voices)
	}
}

// Whoever answers several comments at once has seen what stands for each: an answer that came
// meanwhile to one of them is not passed over.
func TestAnAnswerToSeveralDoesNotPassOverANewerOne(t *testing.T) {
	d, s := consultingDesk(t)
	steward := d.hold("steward", accounts.Steward, accounts.Scope{})
	const base = "/en/work/consultations/2/comments/"
	d.see(base+"2", steward, `name="seen-c3" value=""`)
	d.post(base+"3", steward, http.StatusSeeOther, "what", "answer", "code", "noted", "reason", "The text covers what is offline.", "seen", "")
	d.post(base+"2", steward, http.StatusPreconditionFailed, "what", "answer", "code", "noted", "reason", "The yearly report is known to all.", "also", "c3", "seen", "", "seen-c3", "")
	rec, err := s.Record(context.Background(), 2)
	if err != nil || len(rec.Dispositions) != 1 {
		t.Errorf("%d answers, %v", len(rec.Dispositions), err)
	}
}
