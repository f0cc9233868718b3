package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
	"waymark/internal/store"
)

// Suite is what every engine must do alike. It takes a fresh database.
func Suite(t *testing.T, open func(*testing.T) *store.DB) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *store.DB)
	}{
		{"ASourceIsKeptWholeAndSavingItAgainChangesNothing", sources},
		{"AreasComeAfterTheirParentsAndAgainChangeNothing", areas},
		{"AnAdoptedVersionNeverChangesExceptToSuperseded", versions},
		{"ABatchIsKeptWholeWithItsRows", batches},
		{"ARetriedBatchChangesNothingAndAnotherUnderItsIdIsRefused", retries},
		{"ABatchProposedOnOldDataIsStale", stale},
		{"ABatchIsRefusedWholeNamingWhatIsWrong", refusals},
		{"AChangedRowGoesToHistoryAndASameRowStays", history},
		{"AWithdrawnBatchLeavesWhatStoodBefore", withdrawal},
		{"ABatchBuriedUnderALaterOneIsNotWithdrawn", buried},
		{"QueriesNarrowAndPageInTheOrderOfTheKey", queries},
		{"ExactNumbersAndAwkwardTextComeBackAsTheyWere", exactness},
		{"AChangeWithoutAnAuthorIsRefused", authorless},
		{"ARoundIsKeptWholeAndItsRowsAreNumbered", rounds},
		{"WhatIsWrittenOnTheWebIsKeptUntilItIsSent", contributions},
		{"AChangedCommentKeepsItsAuthorApartAndAnOldReadingIsStale", commentChanges},
		{"AnswersAreOnlyAddedAndEachSupersedesTheStandingOne", answers},
		{"AnAdoptionIsWholeOrNothing", adoption},
		{"ChangedWakesAfterACommitAndOnlyThen", wakes},
		{"AnOrganisationIsKeptWholeAndNeverOverwrittenUnseen", organisations},
		{"APersonIsKeptOutOfTheTrailAndErasedWhole", people},
		{"ALinkIsUsedTogetherWithItsPersonOrNotAtAll", links},
		{"SessionsAreBookkeepingButForTheirBeginning", sessions},
		{"ACodeIsSpentOnceAndAPaceHoldsForAttemptsAtTheSameMoment", bookkeeping},
		{"ADecisionRestsOnWhatIsTrueInItsTransaction", approvals},
		{"ARepeatedRequestHappensOnce", requests},
		{"AProposedListEntersWhenASecondOrganisationApproves", proposedLists},
		{"ALetterWaitsWithItsActAndOnceItIsGoneNothingIsLeft", letters},
		{"AChallengeIsAnsweredOnceAndNotTooLate", challenges},
		{"AJobIsRunByOneServerAtATime", jobs},
		{"WhatIsWithheldIsOutOfSightUntilTwoOrganisationsDecide", withholding},
		{"AReleaseIsPublishedByTwoOrganisationsAndAnEmbargoHolds", releases},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := open(t)
			c.test(t, db)
			v, err := db.Verify(Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(v.Breaks) > 0 {
				t.Errorf("the audit trail does not verify: %v", v.Breaks)
			}
		})
	}
}

// Value makes an exact number.
func Value(s string) *decimal.Decimal {
	d := decimal.RequireFromString(s)
	return &d
}

// Row makes an observation of the source "list".
func Row(indicator, area string, year int, value string) monitoring.Observation {
	o := monitoring.Observation{
		Key:    monitoring.Key{Indicator: indicator, Area: area, Period: reference.YearPeriod(year), Source: "list"},
		Status: monitoring.Normal, Conf: monitoring.Free, Nature: monitoring.CountryData, ProvenOn: reference.Day(year, 12, 31),
	}
	if value != "" {
		o.Value = Value(value)
	}
	return o
}

// Seed registers the areas 001, KEN and TZA and the sources "list" and "other".
func Seed(t testing.TB, db *store.DB) {
	t.Helper()
	ok(t, db.SaveAreas(Context(), []store.Area{{Code: "KEN", Parent: "001", Kind: "country"}, {Code: "TZA", Parent: "001", Kind: "country"}, {Code: "001", Kind: "world"}}))
	ok(t, db.SaveSource(Context(), monitoring.Source{Code: "list", Title: "A list"}))
	ok(t, db.SaveSource(Context(), monitoring.Source{Code: "other", Title: "Another"}))
}

// Save saves rows as the batch id, on the newest data.
func Save(t testing.TB, db *store.DB, id string, rows ...monitoring.Observation) {
	t.Helper()
	ok(t, db.SaveBatch(Context(), monitoring.Batch{ID: id, Source: "list"}, rows, version(t, db)))
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t testing.TB, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("got %v, want a fault of the kind %s", err, kind)
	}
	if text, fix := fault.Safe(err); text == "" || fix == "" {
		t.Errorf("the fault says %q, and how to mend it: %q", text, fix)
	}
}

func version(t testing.TB, db *store.DB) int64 {
	t.Helper()
	v, err := db.DataVersion(Context())
	ok(t, err)
	return v
}

func all(t testing.TB, db *store.DB) []monitoring.Observation {
	t.Helper()
	return query(t, db, monitoring.ObservationQuery{})
}

func query(t testing.TB, db *store.DB, q monitoring.ObservationQuery) []monitoring.Observation {
	t.Helper()
	rows, err := db.Observations(Context(), q)
	ok(t, err)
	return rows
}

func past(t testing.TB, db *store.DB, k monitoring.Key) []monitoring.Observation {
	t.Helper()
	rows, err := db.History(Context(), k)
	ok(t, err)
	return rows
}

func equal[T any](t testing.TB, got, want T) {
	t.Helper()
	numbers := cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Equal(b) })
	if d := cmp.Diff(want, got, numbers, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func unchanged(t testing.TB, db *store.DB, f func()) {
	t.Helper()
	before := version(t, db)
	f()
	if after := version(t, db); after != before {
		t.Errorf("the data version went from %d to %d", before, after)
	}
}

func sources(t *testing.T, db *store.DB) {
	s := monitoring.Source{Code: "b", Title: "Ünïcode لائحة 名单", Caveats: []string{"one", "two"}, Feeds: []monitoring.Feed{{Indicator: "I", Complete: true}}, Shipped: true}
	ok(t, db.SaveSource(Context(), s))
	ok(t, db.SaveSource(Context(), monitoring.Source{Code: "a"}))
	unchanged(t, db, func() { ok(t, db.SaveSource(Context(), s)) })
	s.Edition = "second"
	ok(t, db.SaveSource(Context(), s))
	got, err := db.Sources(Context())
	ok(t, err)
	equal(t, got, []monitoring.Source{{Code: "a"}, s})
	refused(t, db.SaveSource(Context(), monitoring.Source{}), fault.Refused)
	refused(t, db.SaveSource(Context(), monitoring.Source{Code: "nul\x00"}), fault.Refused)
}

func areas(t *testing.T, db *store.DB) {
	tree := []store.Area{{Code: "KEN", Parent: "014", Kind: "country"}, {Code: "001", Kind: "world"}, {Code: "014", Parent: "001", Kind: "region"}}
	ok(t, db.SaveAreas(Context(), tree))
	unchanged(t, db, func() { ok(t, db.SaveAreas(Context(), tree)) })
	ok(t, db.SaveAreas(Context(), []store.Area{{Code: "KEN", Parent: "001", Kind: "country"}}))
	got, err := db.Areas(Context())
	ok(t, err)
	equal(t, got, []store.Area{{Code: "001", Kind: "world"}, {Code: "014", Parent: "001", Kind: "region"}, {Code: "KEN", Parent: "001", Kind: "country"}})
	unchanged(t, db, func() {
		refused(t, db.SaveAreas(Context(), []store.Area{{Code: "X", Parent: "nowhere"}}), fault.Refused)
		refused(t, db.SaveAreas(Context(), []store.Area{{Code: "001", Parent: "014"}}), fault.Refused)
		refused(t, db.SaveAreas(Context(), []store.Area{{Code: ""}}), fault.Refused)
	})
}

func versions(t *testing.T, db *store.DB) {
	ctx := Context()
	v := &framework.Version{Framework: "f", Number: 1, Title: "First", State: framework.Draft}
	ok(t, db.SaveVersion(ctx, v))
	_, err := db.Version(ctx, "f", 0)
	refused(t, err, fault.NotFound)
	v.Title, v.State = "First, mended", framework.Adopted
	ok(t, db.SaveVersion(ctx, v))
	unchanged(t, db, func() { ok(t, db.SaveVersion(ctx, v)) })
	changed := *v
	changed.Title = "Changed after adoption"
	unchanged(t, db, func() { refused(t, db.SaveVersion(ctx, &changed), fault.Conflict) })
	changed.State = framework.Superseded
	unchanged(t, db, func() { refused(t, db.SaveVersion(ctx, &changed), fault.Conflict) })
	second := &framework.Version{Framework: "f", Number: 2, Title: "Second", State: framework.Adopted}
	ok(t, db.SaveVersion(ctx, second))
	v.State = framework.Superseded
	ok(t, db.SaveVersion(ctx, v))
	v.State = framework.Adopted
	unchanged(t, db, func() { refused(t, db.SaveVersion(ctx, v), fault.Conflict) })
	got, err := db.Version(ctx, "f", 0)
	ok(t, err)
	equal(t, got, second)
	got, err = db.Version(ctx, "f", 1)
	ok(t, err)
	if got.Title != "First, mended" || got.State != framework.Superseded {
		t.Errorf("version 1 is %q, %s", got.Title, got.State)
	}
	_, err = db.Version(ctx, "f", 3)
	refused(t, err, fault.NotFound)
	list, err := db.Versions(ctx)
	ok(t, err)
	for i := range list {
		if len(list[i].SHA256) != 64 || list[i].SavedAt == 0 {
			t.Errorf("version %d has the hash %q and was saved at %d", list[i].Number, list[i].SHA256, list[i].SavedAt)
		}
		list[i].SHA256, list[i].SavedAt = "", 0
	}
	equal(t, list, []framework.VersionInfo{
		{Framework: "f", Number: 1, Title: "First, mended", State: framework.Superseded},
		{Framework: "f", Number: 2, Title: "Second", State: framework.Adopted},
	})
}

func authorless(t *testing.T, db *store.DB) {
	refused(t, db.SaveSource(context.Background(), monitoring.Source{Code: "a"}), fault.SignIn)
	ok(t, db.SaveSource(accounts.With(context.Background(), accounts.Actor{Person: "p7", Organisation: "itu", Role: "verifier", Request: "r1"}), monitoring.Source{Code: "a"}))
	rows, err := db.AuditRows(Context(), 0, 10)
	ok(t, err)
	if len(rows) != 1 {
		t.Fatalf("%d audit rows, want 1", len(rows))
	}
	a := rows[0]
	got := fmt.Sprint(a.Seq, a.Prev, a.Person, a.Organisation, a.Role, a.Request, a.Act, a.Object, a.Before, a.After)
	if want := fmt.Sprint(1, "", "p7", "itu", "verifier", "r1", "source", "source/a", 0, 1); got != want {
		t.Errorf("the audit row says %s, want %s", got, want)
	}
}

func wakes(t *testing.T, db *store.DB) {
	c := db.Changed()
	refused(t, db.SaveSource(Context(), monitoring.Source{}), fault.Refused)
	select {
	case <-c:
		t.Error("woken by a refused change")
	default:
	}
	ok(t, db.SaveSource(Context(), monitoring.Source{Code: "a"}))
	<-c
	c = db.Changed()
	ok(t, db.SaveSource(Context(), monitoring.Source{Code: "a"}))
	select {
	case <-c:
		t.Error("woken although nothing changed")
	default:
	}
}
