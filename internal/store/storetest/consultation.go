package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/reference"
	"waymark/internal/store"
)

// aRound is a closed round on f@1.
func aRound() consultation.Round {
	return consultation.Round{Number: 1, Version: "f@1", Title: "Première ronde", Kind: consultation.OpenRound, Period: reference.YearPeriod(2015), Zone: "UTC",
		Languages: []lang.Tag{"en", "ar"}, Policy: consultation.NamedOrganisations, State: consultation.Over}
}

// seedRound keeps aRound with one submission of two comments, one amendment and the words of its file.
func seedRound(t *testing.T, db *store.DB) *consultation.Record {
	t.Helper()
	ok(t, db.SaveVersion(Context(), &framework.Version{Framework: "f", Number: 1, Title: "First", State: framework.Adopted}))
	ok(t, db.SaveRound(Context(), aRound()))
	anchor := framework.Anchor{Version: "f@1", Element: "e1", Position: &framework.TextPositionSelector{Start: 1, End: 3}, Quote: &framework.TextQuoteSelector{Exact: "لا"}}
	comments := []consultation.Comment{
		{ID: "c1", Round: 1, Submission: "s1", Kind: consultation.Specific, Body: []string{"A, B: define", "second"}, Text: []string{"define", "second"}, Found: consultation.FoundOpen,
			Source:  consultation.SourceIDs{WID: "0", ParaID: "00000001", Author: "A Person", Date: "2015-08-01T00:00:00Z"},
			Voices:  []consultation.Attribution{{Organisation: "a", Label: "A", How: consultation.ByPrefix}, {Organisation: "b", Label: "B", How: consultation.ByPrefix}},
			Targets: []consultation.Target{{Anchor: anchor, Code: "E1", State: framework.Anchored, Said: "لا"}}},
		{ID: "c2", Round: 1, Submission: "s1", Kind: consultation.General, Body: []string{"General"}, Text: []string{"General"}, Found: consultation.FoundUnknown, Voices: []consultation.Attribution{}},
	}
	at := 1
	amendments := []consultation.Amendment{{ID: "a1", Round: 1, Submission: "s1", Kind: consultation.Substitution, Element: "E1", Old: "x", New: "y", State: consultation.Proposed,
		Author: "A Person", Voices: []consultation.Attribution{{Label: "C", How: consultation.ByHand}}, Edit: &framework.Edit{Op: framework.OpWords, Key: "e1", At: &at, Old: []byte(`"x"`), New: []byte(`"y"`)}}}
	sub := consultation.Submission{ID: "s1", Round: 1, Channel: consultation.ByWord, File: "f.docx", SHA256: "4f85ab790f08374b7408ce7463ee3fe0d20fc8f7ab2a5df649f4dc53386eabc4", Sender: "somebody", Report: []consultation.ReportRow{}}
	ok(t, db.SaveSubmission(Context(), sub, []byte("file bytes"), comments, amendments))
	unchanged(t, db, func() { refused(t, db.SaveSubmission(Context(), sub, []byte("file bytes"), nil, nil), fault.Conflict) })
	return kept(t, db)
}

func kept(t *testing.T, db *store.DB) *consultation.Record {
	t.Helper()
	r, err := db.Record(Context(), 1)
	ok(t, err)
	return r
}

func rounds(t *testing.T, db *store.DB) {
	rec := seedRound(t, db)
	want := aRound()
	want.RowVersion = 1
	equal(t, rec.Round, want)
	if len(rec.Comments) != 2 || rec.Comments[0].Number != 1 || rec.Comments[1].Number != 2 || rec.Amendments[0].Number != 1 {
		t.Errorf("%d comments, %+v", len(rec.Comments), rec.Comments)
	}
	c := rec.Comments[0]
	if c.Source.Author != "A Person" || len(c.Voices) != 2 || c.Voices[1].Organisation != "b" || c.Targets[0].Quote.Exact != "لا" || *rec.Amendments[0].Edit.At != 1 {
		t.Errorf("%+v", c)
	}
	if rec.Submissions[0].Sender != "somebody" || rec.Submissions[0].ReceivedAt == 0 {
		t.Errorf("%+v", rec.Submissions[0])
	}
	data, err := db.Original(Context(), "s1")
	ok(t, err)
	equal(t, string(data), "file bytes")
	_, err = db.Original(Context(), "nothing")
	refused(t, err, fault.NotFound)
	_, err = db.Record(Context(), 2)
	refused(t, err, fault.NotFound)
	unchanged(t, db, func() {
		other := aRound()
		other.Title = "Another"
		refused(t, db.SaveRound(Context(), other), fault.Conflict)
		changed := want
		changed.RowVersion, changed.Title = 7, "x"
		refused(t, db.SaveRound(Context(), changed), fault.Stale)
		ok(t, db.SaveRound(Context(), want))
	})
	want.Title = "Renamed"
	ok(t, db.SaveRound(Context(), want))
	list, err := db.Rounds(Context())
	ok(t, err)
	if len(list) != 1 || list[0].Title != "Renamed" || list[0].RowVersion != 2 {
		t.Errorf("%+v", list)
	}
	ok(t, db.SaveGroup(Context(), 1, consultation.DuplicateGroup{ID: "g1", Members: []string{"c1", "c2"}, Method: "manual"}))
	ok(t, db.SaveResponse(Context(), 1, consultation.Response{ID: "p1", Comment: "c1", Organisation: "a", Text: "no"}))
	rec = kept(t, db)
	if len(rec.Groups) != 1 || len(rec.Responses) != 1 || rec.Responses[0].At == 0 {
		t.Errorf("%+v %+v", rec.Groups, rec.Responses)
	}
}

func commentChanges(t *testing.T, db *store.DB) {
	rec := seedRound(t, db)
	c := rec.Comments[0]
	c.EditorFrom = 2
	c.Voices[0].ConfirmedBy = "local"
	ok(t, db.SaveComment(Context(), c, "confirmed"))
	unchanged(t, db, func() { refused(t, db.SaveComment(Context(), c, "again"), fault.Stale) })
	got := kept(t, db).Comments[0]
	if got.RowVersion != 2 || got.EditorFrom != 2 || got.Voices[0].ConfirmedAt == 0 || got.Voices[1].ConfirmedAt != 0 || got.Source.Author != "A Person" {
		t.Errorf("%+v", got)
	}
	a := rec.Amendments[0]
	a.State = consultation.NotMeant
	ok(t, db.SaveAmendment(Context(), a, "settled"))
	refused(t, db.SaveAmendment(Context(), a, "settled"), fault.Stale)
	defer func() {
		ok(t, db.ForgetPersons(Context(), 1))
		rec := kept(t, db)
		if rec.Comments[0].Source.Author != "" || rec.Amendments[0].Author != "" || rec.Submissions[0].Sender != "" || len(rec.Comments[0].Body) != 2 {
			t.Errorf("%+v", rec)
		}
	}()
	if got := kept(t, db).Amendments[0]; got.State != consultation.NotMeant || got.Author != "A Person" || len(got.Voices) != 1 {
		t.Errorf("%+v", got)
	}
}

func answers(t *testing.T, db *store.DB) {
	seedRound(t, db)
	first := consultation.Disposition{ID: "d1", Comment: "c1", Code: consultation.Noted, Reason: "It is known and stays so."}
	ok(t, db.SaveAnswers(Context(), 1, nil, []consultation.Disposition{first}))
	second := consultation.Disposition{ID: "d2", Comment: "c1", Code: consultation.NotAccepted, Reason: "It was thought over again."}
	unchanged(t, db, func() {
		refused(t, db.SaveAnswers(Context(), 1, nil, []consultation.Disposition{{ID: "d3", Comment: "c2", Code: consultation.Noted}, second}), fault.Stale)
	})
	second.Supersedes = "d1"
	ok(t, db.SaveAnswers(Context(), 1, nil, []consultation.Disposition{second}))
	drafted := consultation.Amendment{ID: "a9", Round: 1, Kind: consultation.Substitution, Element: "E1", Old: "x", New: "z", State: consultation.Proposed, Drafted: true, Voices: []consultation.Attribution{}}
	unchanged(t, db, func() { // the change is not kept without its answer
		refused(t, db.SaveAnswers(Context(), 1, []consultation.Amendment{drafted}, []consultation.Disposition{{ID: "d4", Comment: "c1", Code: consultation.Noted}}), fault.Stale)
	})
	ok(t, db.SaveAnswers(Context(), 1, []consultation.Amendment{drafted}, []consultation.Disposition{{ID: "d5", Comment: "c2", Code: consultation.Accepted, Changes: []string{"a9"}}}))
	if got, ok := kept(t, db).Amendment("a9"); !ok || got.Number != 2 || !got.Drafted {
		t.Errorf("%+v", got)
	}
	ok(t, db.SaveAnswers(Context(), 1, nil, []consultation.Disposition{{ID: "d6", Comment: "c2", Supersedes: "d5", Reopens: true}, {ID: "d7", Comment: "c2", Code: consultation.Noted}}))
	all := kept(t, db).Dispositions
	if len(consultation.Standing(all)) != 2 || consultation.Standing(all)["c2"].ID != "d7" {
		t.Errorf("%+v", all)
	}
	all = slices.DeleteFunc(all, func(d consultation.Disposition) bool { return d.Comment == "c2" })
	if len(all) != 2 || all[0].ID != "d1" || all[1].DecidedBy != "local" || all[1].DecidedAt == 0 || consultation.Standing(all)["c1"].ID != "d2" {
		t.Errorf("%+v", all)
	}
}

func adoption(t *testing.T, db *store.DB) {
	rec := seedRound(t, db)
	before, err := db.Version(Context(), "f", 1)
	ok(t, err)
	ended, next := *before, framework.Version{Framework: "f", Number: 2, Title: "Second", State: framework.Adopted, Valid: reference.YearPeriod(2016)}
	ended.State, ended.Valid.End = framework.Superseded, reference.Day(2015, 12, 31)
	a := consultation.Adoption{Round: rec.Round, Writes: rec.Writes, Ended: &ended, Next: &next, Comments: rec.Comments}
	a.Round.State, a.Round.Result = consultation.Adopted, "f@2"
	broken := a
	broken.Comments = append([]consultation.Comment{}, rec.Comments...)
	broken.Comments[1].RowVersion = 9
	unchanged(t, db, func() {
		refused(t, db.SaveAdoption(Context(), broken), fault.Stale)
		_, err := db.Version(Context(), "f", 2)
		refused(t, err, fault.NotFound)
	})
	unchanged(t, db, func() {
		late := a
		late.Writes-- // something in the round changed after it was decided on
		refused(t, db.SaveAdoption(Context(), late), fault.Stale)
	})
	ok(t, db.SaveAdoption(Context(), a))
	got, err := db.Version(Context(), "f", 0)
	ok(t, err)
	if got.Number != 2 {
		t.Errorf("version %d holds", got.Number)
	}
	if r := kept(t, db); r.Round.State != consultation.Adopted || r.Round.Result != "f@2" || r.Comments[0].RowVersion != 2 {
		t.Errorf("%+v", r.Round)
	}
	refused(t, db.SaveAnswers(Context(), 1, nil, []consultation.Disposition{{ID: "d9", Comment: "c1", Code: consultation.Noted}}), fault.Conflict)
	refused(t, db.SaveAdoption(Context(), a), fault.Stale)
	if d := cmp.Diff(fmt.Sprint(rec.Comments[0].Voices), fmt.Sprint(kept(t, db).Comments[0].Voices), cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
}

// Round keeps a round with a comment, an amendment, answers and what else a round can hold.
func Round(t *testing.T, db *store.DB) {
	t.Helper()
	seedRound(t, db)
	ok(t, db.SaveAnswers(Context(), 1, nil, []consultation.Disposition{{ID: "d1", Comment: "c1", Code: consultation.Noted, Reason: "Read and noted."}, {ID: "d2", Comment: "c2", Code: consultation.OutOfScope, Reason: "Of another text."}}))
	ok(t, db.SaveGroup(Context(), 1, consultation.DuplicateGroup{ID: "g1", Members: []string{"c1", "c2"}}))
	ok(t, db.SaveResponse(Context(), 1, consultation.Response{ID: "r1", Comment: "c1", Disposition: "d1", Organisation: "a", Satisfied: true}))
}
