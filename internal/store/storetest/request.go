package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/store"
)

// requests: a write in a repeatable context is kept with what it made, and comes back as Repeated
// however often and from however many at once it is sent; one that failed is not kept.
func requests(t *testing.T, db *store.DB) {
	once := accounts.NewOnce("person-a", "key 1", []byte("make b1"))
	organisation := func(n int) accounts.Organisation {
		return accounts.Organisation{Code: fmt.Sprintf("org%d", n), Name: "Organisation", Kind: accounts.NGO}
	}
	_, err := db.Request(Context(), once.ID)
	refused(t, err, fault.NotFound)
	refused(t, db.SaveOrganisation(accounts.Repeatable(Context(), once), accounts.Organisation{Code: "nul\x00"}, change), fault.Refused)
	_, err = db.Request(Context(), once.ID)
	refused(t, err, fault.NotFound)

	const clients = 8
	var again [clients]*accounts.Repeated
	var done [clients]bool
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			err := db.SaveOrganisation(accounts.Repeatable(Context(), once), organisation(i), change)
			done[i] = err == nil
			if err != nil && !errors.As(err, &again[i]) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	list, err := db.Organisations(Context())
	ok(t, err)
	if len(list) != 1 {
		t.Fatalf("%d organisations were made by one request", len(list))
	}
	kept, err := db.Request(Context(), once.ID)
	ok(t, err)
	if kept.Object != "organisation/"+list[0].Code || kept.Content != once.Content {
		t.Errorf("kept as %+v", kept)
	}
	for i := range clients {
		if done[i] == (again[i] != nil) || again[i] != nil && again[i].Kept != kept {
			t.Errorf("client %d: done %v, repeated %+v", i, done[i], again[i])
		}
	}
	unchanged(t, db, func() {
		empty := accounts.Kept{Once: accounts.NewOnce("person-a", "key 2"), Answer: "nothing new"}
		ok(t, db.KeepRequest(Context(), empty))
		var r *accounts.Repeated
		if err := db.KeepRequest(Context(), empty); !errors.As(err, &r) || r.Kept != empty {
			t.Errorf("kept a second time: %v", err)
		}
	})
}
