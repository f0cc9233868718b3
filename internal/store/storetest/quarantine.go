package storetest

import (
	"context"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/store"
)

func withholding(t *testing.T, db *store.DB) {
	before := seedRound(t, db)
	a, b := People(t, db)
	people := &accounts.Service{Store: db, Now: time.Now, Random: random{}, Hasher: accounts.NewHasher(1), Mail: true, Safeguarding: "contact@example.org"}
	as := func(p accounts.Principal) context.Context { return accounts.Enter(context.Background(), p) }
	objects := []string{"comment/c1", "amendment/a1", "submission/s1"}
	for _, object := range objects {
		ok(t, people.Withhold(as(a), object, 1, "looks illegal"))
		refused(t, people.Withhold(as(a), object, 1, "again"), fault.Conflict)
	}
	refused(t, people.Withhold(as(a), "comment/none", 1, "x"), fault.NotFound)
	refused(t, people.Withhold(as(a), "person/person-a", 1, "x"), fault.Refused)
	r := kept(t, db)
	if c := r.Comments[0]; len(c.Text)+len(c.Body)+len(c.Targets) != 0 || c.Source.Author != "" || c.IsShown() || c.Number != 1 {
		t.Errorf("of the comment is left: %+v", c)
	}
	if x := r.Amendments[0]; x.New != "" || x.Old != "" || x.Edit != nil || x.Author != "" {
		t.Errorf("of the amendment is left: %+v", x)
	}
	if s := r.Submissions[0]; s.File != "" || s.SHA256 != "" || s.Sender != "" {
		t.Errorf("of the submission is left: %+v", s)
	}
	_, err := db.Original(Context(), "s1")
	refused(t, err, fault.NotFound)
	waits, err := db.Letters(Context())
	ok(t, err)
	if len(waits) != len(objects) || waits[0].Address != "contact@example.org" || waits[0].Kind != accounts.QuarantineLetter {
		t.Errorf("the contact hears %+v", waits)
	}
	back, err := people.SettleWithheld(as(a), "comment/c1", true, "it was a quotation")
	ok(t, err)
	_, err = people.Decide(as(a), back.ID, true, "me again")
	refused(t, err, fault.Forbidden) // one person never decides alone
	_, err = people.Decide(as(b), back.ID, true, "agreed")
	ok(t, err)
	after := kept(t, db).Comments[0]
	after.RowVersion = before.Comments[0].RowVersion
	equal(t, after, before.Comments[0])
	for _, object := range objects[1:] {
		gone, err := people.SettleWithheld(as(b), object, false, "it is")
		ok(t, err)
		_, err = people.Decide(as(a), gone.ID, true, "agreed")
		ok(t, err)
		_, err = people.SettleWithheld(as(b), object, true, "after all")
		refused(t, err, fault.NotFound)
	}
	counts, err := people.WithheldCounts(context.Background())
	ok(t, err)
	if counts[accounts.PutBack] != 1 || counts[accounts.DeletedGood] != 2 || counts[accounts.WithheldNow] != 0 {
		t.Errorf("%v", counts)
	}
	if r = kept(t, db); r.Comments[0].Removed == consultation.RemovedUnlawful || r.Amendments[0].Held == "" {
		t.Errorf("%+v", r)
	}
	ok(t, people.Withhold(as(b), "comment/c1", 1, "after all")) // and again
}
