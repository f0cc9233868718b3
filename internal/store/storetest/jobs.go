package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/store"
)

func letters(t *testing.T, db *store.DB) {
	a, _ := People(t, db)
	l := accounts.Letter{ID: "l1", Kind: accounts.InviteLetter, Person: a.Person, Secret: "s", Expires: time.Now().Add(time.Hour).UnixMicro()}
	link := accounts.Link{Hash: "h", Kind: accounts.InviteLink, Person: a.Person}
	change := accounts.Change{Act: accounts.ManagePeople, What: "tested"}
	ok(t, db.SaveLink(Context(), link, change, l))
	refused(t, db.SaveLink(Context(), link, change, accounts.Letter{ID: "l2", Person: a.Person}), fault.Conflict) // the act is refused, and so is its letter
	due, err := db.Letters(Context())
	ok(t, err)
	if len(due) != 1 || due[0] != l {
		t.Fatalf("%+v wait", due)
	}
	unchanged(t, db, func() { ok(t, db.LetterLater(Context(), "l1", time.Now().Add(time.Hour), "tested")) })
	if due, err = db.Letters(Context()); err != nil || len(due) != 0 {
		t.Fatal("a letter that was put off is due", due, err)
	}
	ok(t, db.LetterLater(Context(), "l1", time.Now().Add(-time.Hour), "tested"))
	if due, err = db.Letters(Context()); err != nil || len(due) != 1 || due[0].Tries != 2 {
		t.Fatal(due, err)
	}
	ok(t, db.LetterGone(Context(), "l1"))
	if due, err = db.Letters(Context()); err != nil || len(due) != 0 {
		t.Fatal(due, err)
	}
	link.Hash, l.ID = "h2", "l3"
	ok(t, db.SaveLink(Context(), link, change, l))
	ok(t, db.ErasePerson(Context(), a.Person, change))
	if due, err = db.Letters(Context()); err != nil || len(due) != 0 {
		t.Fatal("a letter to somebody who was erased waits", due, err)
	}
}

func challenges(t *testing.T, db *store.DB) {
	unchanged(t, db, func() {
		ok(t, db.SaveChallenge(Context(), "old", "x", time.Now().Add(-time.Second).UnixMicro()))
		ok(t, db.SaveChallenge(Context(), "new", "doc", time.Now().Add(time.Hour).UnixMicro()))
		_, err := db.TakeChallenge(Context(), "old")
		refused(t, err, fault.NotFound)
		var taken atomic.Int32
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				if doc, err := db.TakeChallenge(Context(), "new"); err == nil && doc == "doc" {
					taken.Add(1)
				}
			})
		}
		group.Wait()
		if taken.Load() != 1 {
			t.Errorf("answered %d times", taken.Load())
		}
	})
}

func jobs(t *testing.T, db *store.DB) {
	unchanged(t, db, func() {
		var claimed atomic.Int32
		var group sync.WaitGroup
		for n := range 8 {
			group.Go(func() {
				mine, err := db.ClaimJob(Context(), "post", fmt.Sprint("server ", n), time.Hour)
				if err != nil {
					t.Error(err)
				}
				if mine {
					claimed.Add(1)
					ok(t, db.FinishJob(Context(), "post", "another", time.Now(), "not mine to say", ""))
				}
			})
		}
		group.Wait()
		if claimed.Load() != 1 {
			t.Fatalf("claimed %d times", claimed.Load())
		}
		list, err := db.Jobs(Context())
		if err != nil || len(list) != 1 || list[0].Outcome != "" || list[0].Lease == 0 {
			t.Fatalf("%+v %v", list, err)
		}
		mine, err := db.ClaimJob(Context(), "forget", "a", 0) // a lease that ran out frees it
		if err != nil || !mine {
			t.Fatal(mine, err)
		}
		if mine, err = db.ClaimJob(Context(), "forget", "b", time.Hour); err != nil || !mine {
			t.Fatal("a server that died holds the job up", err)
		}
		ok(t, db.FinishJob(Context(), "forget", "a", time.Now(), "too late", ""))
		ok(t, db.FinishJob(Context(), "forget", "b", time.Now().Add(time.Hour), "done", "but"))
		if mine, err = db.ClaimJob(Context(), "forget", "a", time.Hour); err != nil || mine {
			t.Fatal("run before it is due", err)
		}
		list, err = db.Jobs(Context())
		if err != nil || list[0].Name != "forget" || list[0].Outcome != "done" || list[0].Failed != "but" || list[0].Ended == 0 {
			t.Fatalf("%+v %v", list, err)
		}
		ok(t, db.Tidy(Context()))
	})
}
