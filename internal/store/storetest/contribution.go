package storetest

import (
	"testing"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/store"
)

// contributions: drafts are their author's alone and go when they are sent; what strangers wrote is
// kept once; the key of their forms is made once.
func contributions(t *testing.T, db *store.DB) {
	seedRound(t, db)
	a, b := People(t, db)
	before := version(t, db)
	draft := consultation.Contribution{ID: "d1", Round: 1, Person: a.Person, Organisations: []string{"a"}, Text: "كلمات", Element: "E1", Quote: "لا"}
	ok(t, db.KeepContribution(Context(), draft))
	theirs := draft
	theirs.Person = b.Person
	refused(t, db.KeepContribution(Context(), theirs), fault.Forbidden)
	draft.Text = "words"
	ok(t, db.KeepContribution(Context(), draft))
	got, err := db.Contributions(Context(), 1, a.Person)
	ok(t, err)
	if len(got) != 1 || got[0].Text != "words" || got[0].SavedAt == 0 {
		t.Errorf("the drafts are %+v", got)
	}
	ok(t, db.DropContribution(Context(), b.Person, "d1"))
	if got, err = db.Contributions(Context(), 1, a.Person); err != nil || len(got) != 1 {
		t.Error("somebody else deleted the draft", err)
	}
	w := consultation.Waiting{Contribution: consultation.Contribution{ID: "w1", Round: 1, Text: "x"}, Email: "x@example.org"}
	ok(t, db.KeepWaiting(Context(), w))
	refused(t, db.KeepWaiting(Context(), w), fault.Conflict)
	waiting, err := db.Waiting(Context())
	ok(t, err)
	if len(waiting) != 1 || waiting[0].Email != "x@example.org" {
		t.Errorf("%+v waits", waiting)
	}
	key, err := db.FormKey(Context())
	ok(t, err)
	again, err := db.FormKey(Context())
	ok(t, err)
	if len(key) != 32 || string(key) != string(again) {
		t.Errorf("the keys are %x and %x", key, again)
	}
	if now := version(t, db); now != before {
		t.Error("what is not sent moves the data version")
	}
	comment := func(id string) []consultation.Comment {
		return []consultation.Comment{{ID: id, Round: 1, Submission: "s-" + id, Kind: consultation.General, Body: []string{"x"}, Text: []string{"x"}, Voices: []consultation.Attribution{}}}
	}
	sub := func(id string) consultation.Submission {
		return consultation.Submission{ID: "s-" + id, Round: 1, Channel: consultation.ByWeb, Sender: a.Person}
	}
	amendment := []consultation.Amendment{{ID: "d1-change", Round: 1, Submission: "s-d1", Comment: "d1", State: consultation.Proposed, Voices: []consultation.Attribution{}}}
	ok(t, db.SaveSent(Context(), sub("d1"), comment("d1"), amendment))
	ok(t, db.SaveSent(Context(), sub("w1"), comment("w1"), nil))
	unchanged(t, db, func() { refused(t, db.SaveSent(Context(), sub("d1"), comment("d1"), nil), fault.Conflict) })
	refused(t, db.KeepWaiting(Context(), w), fault.Conflict)
	got, err = db.Contributions(Context(), 1, a.Person)
	ok(t, err)
	if waiting, err = db.Waiting(Context()); err != nil || len(waiting) != 0 || len(got) != 0 {
		t.Errorf("%d drafts and %d waiting are left, %v", len(got), len(waiting), err)
	}
	rec := kept(t, db)
	c, _ := rec.Comment("d1")
	c.Withdrawn = true
	change, _ := rec.Amendment("d1-change")
	change.State = consultation.NotMeant
	stale := *change
	stale.RowVersion = 9
	unchanged(t, db, func() {
		refused(t, db.SaveBoth(Context(), *c, []consultation.Amendment{stale}, "withdrawn"), fault.Stale)
	})
	ok(t, db.SaveBoth(Context(), *c, []consultation.Amendment{*change}, "withdrawn"))
	draft.ID = "d2"
	ok(t, db.KeepContribution(Context(), draft))
	ok(t, db.ErasePerson(Context(), a.Person, accounts.Change{Act: accounts.OwnAccount, What: "erased"}))
	if got, err = db.Contributions(Context(), 1, a.Person); err != nil || len(got) != 0 {
		t.Error("the drafts of somebody who was erased are kept", err)
	}
}
