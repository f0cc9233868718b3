package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/format/docx"
	"waymark/internal/framework"
	"waymark/internal/reference"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// waymark runs a command line on a database and gives what it printed.
func waymark(t *testing.T, db string, want int, args ...string) (out, errs string) {
	t.Helper()
	var o, e strings.Builder
	if got := Run(context.Background(), append(args, "--db", db), Streams{Out: &o, Err: &e}); got != want {
		t.Fatalf("waymark %s: exit %d, want %d\n%s\n%s", strings.Join(args, " "), got, want, o.String(), e.String())
	}
	return o.String(), e.String()
}

// returned is our exported draft as a partner sends it back: two comments and one change on it.
func returned(t *testing.T, v *framework.Version, author, words string) []byte {
	t.Helper()
	b := docx.NewBuilder(docx.Settings{Title: v.Title, Lang: "en", Properties: []docx.Property{{Name: consultation.VersionProperty, Value: v.ID()}}})
	at := map[string]*docx.Paragraph{}
	for _, code := range []string{"BG-2", "T2", "OP1.2"} {
		e, ok := v.Element(code)
		if !ok {
			t.Fatal(code)
		}
		at[code] = &docx.Paragraph{Text: e.Text, Bookmark: consultation.BookmarkName(e.ID)}
		b.Paragraph(at[code])
	}
	at["T2"].Changes = []docx.Change{{Span: docx.Span{Start: 0, End: 3}, New: "80%", By: docx.By{Author: author, Date: "2026-01-10T10:00:00Z"}}}
	for i, code := range []string{"BG-2", "OP1.2"} {
		b.Comment(docx.NewComment{Key: words + code, Author: author, Date: "2026-01-10T10:00:00Z", Body: []string{words + " " + code}, From: docx.Spot{Paragraph: at[code], Offset: i}, To: docx.Spot{Paragraph: at[code], Offset: 9}})
	}
	data, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAPartnersWordFileBecomesTheNextVersion(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "waymark.db")
	ctx := accounts.With(context.Background(), accounts.Local())
	a, err := open(ctx, db, true, store.Options{})
	must(t, err)
	s := a.consultation
	v, err := a.version(ctx, "cop-2015@1")
	must(t, err)
	round := consultation.Round{Number: 2, Version: v.ID(), Title: "Next", Kind: consultation.OpenRound, Period: reference.YearPeriod(2026), Zone: "UTC", Policy: consultation.NamedOrganisations, State: consultation.Open}
	must(t, s.SaveRound(ctx, round))
	file := filepath.Join(dir, "partner.docx")
	must(t, os.WriteFile(file, returned(t, v, "A Person", "USA: Say more on"), 0o600))
	must(t, a.close())

	out, _ := waymark(t, db, 0, "consultation", "take", file, "--round", "2", "--dry-run", "--format", "json")
	var dry struct {
		Counts consultation.Counts `json:"counts"`
		Linked bool                `json:"linked"`
		DryRun bool                `json:"dryRun"`
	}
	must(t, json.Unmarshal([]byte(out), &dry))
	if n := dry.Counts; n.Anchored != 2 || n.Amendments != 1 || n.New != 3 || n.ByVoice["usa"].Anchored != 2 || !dry.Linked || !dry.DryRun || strings.Contains(out, "A Person") {
		t.Fatalf("%s", out)
	}
	waymark(t, db, 0, "consultation", "take", file, "--round", "2")
	for _, again := range []string{"this very file was taken in before", "nothing changed"} {
		if out, _ := waymark(t, db, 0, "consultation", "take", file, "--round", "2"); !strings.Contains(out, again) {
			t.Errorf("the same file again: %s", out)
		}
	}
	later := filepath.Join(dir, "later.docx")
	must(t, os.WriteFile(later, append(returned(t, v, "A Person", "USA: Say more on"), 0), 0o600)) // the same content, other bytes
	if out, _ := waymark(t, db, 0, "consultation", "take", later, "--round", "2"); !strings.Contains(out, "everything was known already") {
		t.Errorf("a later state with nothing new: %s", out)
	}
	if _, text := waymark(t, db, 1, "consultation", "adopt", "--round", "2"); !strings.Contains(text, "Close") {
		t.Errorf("an open round is adopted: %s", text)
	}

	a, err = open(ctx, db, true, store.Options{})
	must(t, err)
	s = a.consultation
	rec, err := s.Record(ctx, 2)
	must(t, err)
	round = rec.Round
	round.State = consultation.Over
	must(t, s.SaveRound(ctx, round))
	blockers, err := s.Blockers(ctx, 2)
	must(t, err)
	why := map[string]int{}
	for _, b := range blockers {
		why[b.Why]++
	}
	if why["undecided"] != 3 || why["attribution"] != 2 || len(blockers) != 5 {
		t.Errorf("in the way: %v", blockers)
	}
	must(t, a.close())
	list, text := waymark(t, db, 1, "consultation", "adopt", "--round", "2")
	if strings.Count(list, "\n") != 5 || !strings.Contains(text, "5 things are in the way") {
		t.Errorf("%s%s", list, text)
	}

	a, err = open(ctx, db, true, store.Options{})
	must(t, err)
	s = a.consultation
	for _, c := range rec.Comments {
		must(t, s.Attribute(ctx, 2, c.ID, c.RowVersion, []string{"USA"}))
	}
	if err := s.Attribute(ctx, 2, rec.Comments[0].ID, rec.Comments[0].RowVersion, []string{"USA"}); !fault.Is(err, fault.Stale) {
		t.Errorf("a second person's old view was saved: %v", err)
	}
	if err := s.Dispose(ctx, 2, []string{rec.Comments[0].ID}, consultation.Disposition{Code: consultation.NotAccepted, Reason: "..."}); !fault.Is(err, fault.Refused) {
		t.Errorf("an answer without reason: %v", err)
	}
	ids := []string{rec.Comments[0].ID, rec.Comments[1].ID}
	must(t, s.Dispose(ctx, 2, ids, consultation.Disposition{Code: consultation.Noted, Reason: "The text says enough about this already."}))
	edit := framework.WordsAt(rec.Amendments[0].Edit.Key, 7, "countries", "States")
	drafted, err := s.Amend(ctx, consultation.Amendment{Round: 2, Kind: consultation.Substitution, Element: "T2", Old: "countries", New: "States", Edit: &edit}, "")
	must(t, err)
	must(t, s.Dispose(ctx, 2, ids[1:], consultation.Disposition{Code: consultation.AcceptedInPrinciple, Reason: "States are meant, not countries.", Changes: []string{drafted}}))
	must(t, s.Dispose(ctx, 2, []string{rec.Amendments[0].ID}, consultation.Disposition{Code: consultation.Accepted}))
	must(t, a.close())
	if _, text := waymark(t, db, 1, "consultation", "adopt", "--round", "2"); !strings.Contains(text, "No second organisation has approved") {
		t.Errorf("adopted by one organisation alone: %s", text)
	}
	out, _ = waymark(t, db, 0, "consultation", "adopt", "--round", "2", "--propose", "--from", "2026-06-01")
	proposal := regexp.MustCompile(`proposed as (\S+):`).FindStringSubmatch(out)
	if proposal == nil {
		t.Fatal(out)
	}
	waymark(t, db, 1, "consultation", "adopt", "--round", "2")
	approve(t, db, proposal[1])
	if out, _ := waymark(t, db, 0, "consultation", "adopt", "--round", "2"); !strings.Contains(out, "cop-2015@2 holds from 2026-06-01, with 2 changes") {
		t.Errorf("%s", out)
	}

	a, err = open(ctx, db, true, store.Options{})
	must(t, err)
	next, err := a.version(ctx, "cop-2015@2")
	must(t, err)
	before, err := a.version(ctx, "cop-2015@1")
	must(t, err)
	if e, _ := next.Element("T2"); !strings.HasPrefix(e.Text, "80% of States that") || next.State != framework.Adopted || before.State != framework.Superseded {
		t.Errorf("%q, %s after %s", e.Text, next.State, before.State)
	}
	rec, err = a.consultation.Record(ctx, 2)
	must(t, err)
	if rec.Round.State != consultation.Adopted || rec.Round.Result != "cop-2015@2" || len(rec.Round.Edits) != 2 {
		t.Errorf("%+v", rec.Round)
	}
	if behind := rec.Round.Edits[0].Behind; !slices.Contains(behind, drafted) || !slices.Contains(behind, ids[1]) {
		t.Errorf("behind the change stands %v", behind)
	}
	if g := rec.Comments[0].Targets[0]; g.Version != "cop-2015@2" || g.State != framework.Anchored || len(g.Moves) != 1 {
		t.Errorf("%+v", g)
	}
	if _, err := a.consultation.Adopt(ctx, 2, reference.Day(2027, 1, 1)); !fault.Is(err, fault.Conflict) {
		t.Errorf("adopted twice: %v", err)
	}
	verified, err := a.db.Verify(ctx)
	must(t, err)
	if len(verified.Breaks) > 0 {
		t.Error(verified.Breaks)
	}
	must(t, a.close())
	compiled := filepath.Join(dir, "compiled.docx")
	waymark(t, db, 0, "consultation", "compile", "--round", "2", "-o", compiled)
	data, err := os.ReadFile(compiled)
	must(t, err)
	d, err := docx.Open(data, docx.DefaultLimits())
	must(t, err)
	if r := d.Inspect(); r.Comments != 4 || r.Replies != 2 || r.Resolved != 4 || r.Insertions != 1 || r.Deletions != 1 {
		t.Errorf("the compilation of the adopted round holds %d comments, %d replies, %d resolved, %d insertions, %d deletions", r.Comments, r.Replies, r.Resolved, r.Insertions, r.Deletions)
	}
	if out, _ := waymark(t, db, 0, "framework", "diff", "cop-2015@1", "cop-2015@2"); !strings.Contains(out, "T2") {
		t.Errorf("%s", out)
	}
}

// approve agrees to a proposal as a publisher of another organisation.
func approve(t *testing.T, file, proposal string) {
	t.Helper()
	ctx := accounts.With(context.Background(), accounts.Local())
	a, err := open(ctx, file, true, store.Options{})
	must(t, err)
	_, publisher := storetest.People(t, a.db)
	_, err = a.people().Decide(ctx, proposal, true, "I run the machine.")
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("whoever runs the machine approved: %v", err)
	}
	_, err = a.people().Decide(accounts.Enter(ctx, publisher), proposal, true, "The answers are complete.")
	must(t, err)
	must(t, a.close())
}

func TestWordsThatAreNeverStoredAreHeldForAModerator(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "waymark.db")
	ctx := accounts.With(context.Background(), accounts.Local())
	a, err := open(ctx, db, true, store.Options{})
	must(t, err)
	v, err := a.version(ctx, "cop-2015@1")
	must(t, err)
	file := filepath.Join(dir, "partner.docx")
	must(t, os.WriteFile(file, returned(t, v, "A Person", "See http://unknown.example/x about"), 0o600))
	must(t, a.close())
	out, _ := waymark(t, db, 0, "consultation", "take", file, "--round", "1")
	if !strings.Contains(out, "held for a moderator 2") || strings.Contains(out, "unknown.example") {
		t.Errorf("%s", out)
	}
	html := filepath.Join(dir, "c.html")
	waymark(t, db, 0, "consultation", "compile", "--round", "1", "-o", html)
	data, err := os.ReadFile(html)
	must(t, err)
	if strings.Contains(string(data), "unknown.example") {
		t.Error("held words are published")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
