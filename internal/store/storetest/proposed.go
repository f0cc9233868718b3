package storetest

import (
	"context"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/monitoring"
	"waymark/internal/store"
)

func proposedLists(t *testing.T, db *store.DB) {
	Seed(t, db)
	a, b := People(t, db)
	people := &accounts.Service{Store: db, Now: time.Now, Random: random{}, Hasher: accounts.NewHasher(1)}
	as := func(p accounts.Principal) context.Context { return accounts.Enter(context.Background(), p) }
	propose := func(id string, countries []string, rows ...monitoring.Observation) accounts.Approval {
		t.Helper()
		content, err := accounts.ContentHash(rows)
		ok(t, err)
		w, err := people.Propose(as(a), accounts.Approval{
			Act: accounts.VerifyEvidence, Object: "list/" + id, Content: content, Summary: "a list", Countries: countries,
			Attached: &monitoring.ProposedBatch{Batch: monitoring.Batch{ID: id, Source: "list", File: "f", SHA256: sha(id), By: a.Person}, Rows: rows},
		}, "handed over")
		ok(t, err)
		return w
	}
	first, second := Row("I1", "KEN", 2020, "1"), Row("I1", "TZA", 2020, "0")
	one := propose("one", nil, first, second)
	equal(t, len(query(t, db, monitoring.ObservationQuery{})), 0) // nothing counts before the decision
	kept, err := db.ProposedBatch(Context(), one.ID)
	ok(t, err)
	equal(t, kept.Rows, []monitoring.Observation{first, second})

	_, err = people.Decide(as(a), one.ID, true, "mine")
	refused(t, err, fault.Forbidden)
	before := version(t, db)
	_, err = people.Decide(as(b), one.ID, true, "read and compared")
	ok(t, err)
	equal(t, version(t, db), before+2) // the decision and the list
	equal(t, len(query(t, db, monitoring.ObservationQuery{})), 2)
	batch, err := db.Batch(Context(), "one")
	ok(t, err)
	equal(t, batch.Approval, one.ID)
	equal(t, batch.By, a.Person)
	_, err = db.ProposedBatch(Context(), one.ID)
	refused(t, err, fault.NotFound)

	two := propose("two", nil, Row("I1", "UGA", 2020, "1"))
	_, err = people.Decide(as(b), two.ID, false, "the source does not say so")
	ok(t, err)
	equal(t, len(query(t, db, monitoring.ObservationQuery{})), 2)
	_, err = db.ProposedBatch(Context(), two.ID)
	refused(t, err, fault.NotFound)

	// Nobody decides on a list that speaks about their own country.
	own, err := db.Organisation(Context(), "b")
	ok(t, err)
	own.Kind, own.Countries = accounts.State, []string{"UGA"}
	ok(t, db.SaveOrganisation(Context(), own, change))
	three := propose("three", []string{"KEN", "UGA"}, Row("I1", "UGA", 2021, "1"))
	_, err = people.Decide(as(b), three.ID, true, "fine")
	refused(t, err, fault.Forbidden)
	ok(t, people.Withdraw(as(a), three.ID, "a mistake"))
	four := propose("four", nil, Row("I1", "KEN", 2020, "0")) // says something else than what stands
	_, err = people.Decide(as(b), four.ID, true, "newer edition")
	ok(t, err)
	past, err := db.History(Context(), first.Key)
	ok(t, err)
	equal(t, len(past), 2)
	propose("five", nil, Row("I1", "KEN", 2022, "1")) // left waiting: the whole verifies with it
}
