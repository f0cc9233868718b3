package store_test

import (
	"context"
	"testing"

	"waymark/internal/accounts"
	"waymark/internal/monitoring"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// Whoever swaps the rows of a list between its proposal and its approval is found, and the approval
// does not take them.
func TestASwappedListThatWaitsIsNamedAndNotTaken(t *testing.T) {
	for _, engine := range []string{"memory", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			db := storetest.Open(t, engine, store.Options{}).DB
			storetest.Seed(t, db)
			ctx := storetest.Context()
			for id, value := range map[string]string{"ours": "1", "theirs": "0"} {
				rows := []monitoring.Observation{storetest.Row("I1", "KEN", 2020, value)}
				content, err := accounts.ContentHash(rows)
				must(t, err)
				must(t, db.OpenApproval(ctx, accounts.Approval{
					ID: id, Act: accounts.VerifyEvidence, Object: "list/" + id, Content: content,
					Attached: &monitoring.ProposedBatch{Batch: monitoring.Batch{ID: id, Source: "list"}, Rows: rows},
				}, func(a *accounts.Approval, _ *accounts.Bench, _ accounts.Setting) error {
					a.State = accounts.Open
					return nil
				}))
			}
			if v, err := db.Verify(ctx); err != nil || len(v.Breaks) > 0 {
				t.Fatal(v.Breaks, err)
			}
			must(t, store.Raw(ctx, db, "UPDATE proposed_batch SET statements = (SELECT statements FROM proposed_batch WHERE approval = 'theirs') WHERE approval = 'ours'"))
			named(t, db, "approval/ours", "swapped rows")
			_, err := db.CloseApproval(ctx, "ours", accounts.Change{Act: accounts.Decide, What: "approved", Reason: "tested"},
				func(a *accounts.Approval, _ *accounts.Bench) error {
					a.State, a.Decided = accounts.Approved, &accounts.Signature{Person: "x"}
					return nil
				})
			if err == nil {
				t.Error("the swapped list was taken")
			}
			if got, err := db.Observations(context.Background(), monitoring.ObservationQuery{}); err != nil || len(got) > 0 {
				t.Errorf("%d observations, %v", len(got), err)
			}
			must(t, store.Raw(ctx, db, "DELETE FROM proposed_batch WHERE approval = 'theirs'"))
			named(t, db, "approval/theirs", "a list taken away")
		})
	}
}
