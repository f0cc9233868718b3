package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// trail makes a database with a change of every kind and 60 audit rows.
func trail(t *testing.T, engine string) *store.DB {
	t.Helper()
	db := storetest.Open(t, engine, store.Options{}).DB
	storetest.Seed(t, db)
	ctx := storetest.Context()
	must(t, db.SaveVersion(ctx, &framework.Version{Framework: "f", Number: 1, State: framework.Draft}))
	for i := range 26 {
		storetest.Save(t, db, fmt.Sprintf("b%d", i), storetest.Row("I1", "KEN", 2000+i, "1"), storetest.Row("I1", "TZA", 2000, fmt.Sprint(i)))
		must(t, db.SaveSource(ctx, monitoring.Source{Code: "list", Edition: fmt.Sprint(i)}))
	}
	for i := 25; i > 21; i-- {
		must(t, db.WithdrawBatch(ctx, fmt.Sprintf("b%d", i), "wrong"))
	}
	v, err := db.Verify(ctx)
	must(t, err)
	if len(v.Breaks) > 0 || v.Head.Seq != 60 {
		t.Fatalf("%+v", v)
	}
	return db
}

// names tells whether a break is at a row, or at the one after it, which no longer follows.
func names(v *store.Verification, seq int64) bool {
	for _, b := range v.Breaks {
		if b.Seq == seq {
			return true
		}
	}
	return false
}

// Promise 8: random audit rows changed, deleted, inserted and moved by SQL, each located.
func TestEveryTamperedAuditRowIsLocated(t *testing.T) {
	columns := []string{"at", "person", "organisation", "role", "act", "object", "version_before", "version_after", "reason", "request", "detail", "prev", "hash"}
	for _, engine := range []string{"memory", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			db := trail(t, engine)
			ctx := context.Background()
			raw := func(statement string, args ...any) { t.Helper(); must(t, store.Raw(ctx, db, statement, args...)) }
			random := rand.New(rand.NewPCG(1, 2))
			raw("CREATE TABLE kept AS SELECT * FROM audit")
			for n := range tamperings() {
				seq := 2 + random.Int64N(58) // the ends have their own test
				at := []int64{seq}
				var did string
				switch n % 4 {
				case 0:
					c := columns[random.IntN(len(columns))]
					did = "changed " + c
					if c == "at" || strings.HasPrefix(c, "version") {
						raw("UPDATE audit SET "+c+" = "+c+" + 1 WHERE seq = $1", seq)
					} else {
						raw("UPDATE audit SET "+c+" = "+c+" || ' ' WHERE seq = $1", seq)
					}
				case 1:
					did = "deleted"
					raw("DELETE FROM audit WHERE seq = $1", seq)
					at = []int64{seq + 1} // the row that has lost the one before it
				case 2:
					did = "inserted"
					raw("UPDATE audit SET seq = seq + 1000 WHERE seq >= $1", seq)
					raw("UPDATE audit SET seq = seq - 999 WHERE seq > 1000")
					raw("INSERT INTO audit SELECT $1, prev, at, person, organisation, role, act, object, version_before, version_after, 'forged', request, detail, hash FROM kept WHERE seq = $2", seq, seq)
					at = []int64{seq, seq + 1}
				case 3:
					did = "swapped with the next"
					raw("UPDATE audit SET seq = 1000 WHERE seq = $1", seq)
					raw("UPDATE audit SET seq = seq - 1 WHERE seq = $1", seq+1)
					raw("UPDATE audit SET seq = $1 WHERE seq = 1000", seq+1)
					at = []int64{seq, seq + 1}
				}
				v, err := db.Verify(ctx)
				must(t, err)
				for _, seq := range at {
					if !names(v, seq) {
						t.Errorf("row %d %s: not located in %v", seq, did, v.Breaks)
					}
				}
				raw("DELETE FROM audit")
				raw("INSERT INTO audit SELECT * FROM kept")
			}
			if v, err := db.Verify(ctx); err != nil || len(v.Breaks) > 0 {
				t.Errorf("put back as it was: %v, %v", v.Breaks, err)
			}
		})
	}
}

func TestACutTailIsFoundAndWithTheDataCutTooAgainstACheckpoint(t *testing.T) {
	db := storetest.Open(t, "memory", store.Options{}).DB
	ctx := storetest.Context()
	storetest.Seed(t, db)
	hash, err := store.RawText(ctx, db, "SELECT hash FROM audit_head")
	must(t, err)
	must(t, db.SaveSource(ctx, monitoring.Source{Code: "late"}))
	v, err := db.Verify(ctx)
	must(t, err)
	noted := v.Head
	must(t, store.Raw(ctx, db, "DELETE FROM audit WHERE seq = 4"))
	v, err = db.Verify(ctx)
	must(t, err)
	if !names(v, 4) {
		t.Errorf("the cut tail is not found: %v", v.Breaks)
	}
	must(t, store.Raw(ctx, db, "DELETE FROM source WHERE code = 'late'"))
	must(t, store.Raw(ctx, db, "UPDATE audit_head SET seq = 3, hash = $1", hash))
	v, err = db.Verify(ctx)
	must(t, err)
	if len(v.Breaks) > 0 {
		t.Errorf("a database cut back whole is one that was never written further: %v", v.Breaks)
	}
	v, err = db.Verify(ctx, noted)
	must(t, err)
	if !names(v, 4) {
		t.Errorf("the cut is not found against the checkpoint: %v", v.Breaks)
	}
	must(t, db.SaveSource(ctx, monitoring.Source{Code: "forged"}))
	v, err = db.Verify(ctx, noted)
	must(t, err)
	if !names(v, 4) {
		t.Errorf("another row in its place passes the checkpoint: %v", v.Breaks)
	}
}

// Whoever has the file cannot change a figure's grounds, or take one away, without being found.
func TestWhatWasChangedBehindTheProgramIsNamed(t *testing.T) {
	for _, c := range []struct{ statement, says string }{
		{"UPDATE observation SET value = '99', value_number = 99 WHERE area = 'KEN' AND period_start = 20000101", "observations it wrote were changed"},
		{"UPDATE observation SET value_number = 99 WHERE area = 'KEN' AND period_start = 20000101", "rounded value"},
		{"UPDATE observation SET value = NULL, value_number = NULL WHERE area = 'TZA'", "observations it wrote were changed"},
		{"UPDATE observation SET proven_on = 20010101 WHERE area = 'KEN' AND period_start = 20000101", "observations it wrote were changed"},
		{"UPDATE observation SET status = 'E' WHERE area = 'KEN' AND period_start = 20000101", "observations it wrote were changed"},
		{"UPDATE observation SET recorded_at = recorded_at + 1 WHERE area = 'KEN' AND period_start = 20000101", "observations it wrote were changed"},
		{"UPDATE observation SET seq = seq + 2 WHERE area = 'KEN' AND period_start = 20000101", "it wrote 2 observations, and 1 are there"},
		{"DELETE FROM observation WHERE area = 'KEN' AND period_start = 20000101", "it wrote 2 observations, and 1 are there"},
		{"DELETE FROM observation_history WHERE row_version = 3", "it wrote 2 observations, and 1 are there"},
		{"UPDATE observation_history SET value = '5', value_number = 5 WHERE row_version = 3", "observations it wrote were changed"},
		{"UPDATE observation_history SET ended_at = ended_at - 1 WHERE row_version = 3", "observations it ended were changed"},
		{"UPDATE observation_history SET withdrawn = 1 WHERE row_version = 3", "observations it ended were changed"},
		{"INSERT INTO observation SELECT area, 'I2', period_start, period_end, sex, age, item, source, answer, value, value_number, numerator, denominator, status, conf, nature, proven_on, note, citation, batch, recorded_at, row_version, 1 FROM observation WHERE area = 'TZA'", "never wrote"},
		{"UPDATE source SET doc = '{}' WHERE code = 'other'", "source/other is not as it was written"},
		{"DELETE FROM source WHERE code = 'other'", "source/other is gone"},
		{"INSERT INTO source (code, row_version, doc) VALUES ('forged', 1, '{}')", "the trail does not know it"},
		{"UPDATE batch SET doc = '{}' WHERE id = 'b3'", "batch/b3 is not as it was written"},
		{"UPDATE batch SET withdrawn_at = 0 WHERE id = 'b25'", "batch/b25 is not as it was written"},
		{"DELETE FROM batch WHERE id = 'b3'", "batch/b3 is gone"},
		{"UPDATE framework_version SET doc = '{}'", "framework/f@1 is not as it was written"},
		{"UPDATE area SET parent = NULL WHERE code = 'KEN'", "areas are not as they were written"},
		{"DELETE FROM area WHERE code = 'KEN'", "which is gone"},
	} {
		t.Run(c.says+"/"+c.statement[:20], func(t *testing.T) {
			db := trail(t, "memory")
			must(t, store.Raw(context.Background(), db, c.statement))
			v, err := db.Verify(context.Background())
			must(t, err)
			if !strings.Contains(fmt.Sprint(v.Breaks), c.says) {
				t.Errorf("%s\nfound %v, without %q", c.statement, v.Breaks, c.says)
			}
		})
	}
}

// Moving a standing observation into the history makes it vanish from every figure.
func TestAStandingObservationHiddenInTheHistoryIsFound(t *testing.T) {
	for _, by := range []int{21, 22, 99} { // a row of a batch, of a source, and none
		db := trail(t, "memory")
		ctx := context.Background()
		must(t, store.Raw(ctx, db, "INSERT INTO observation_history SELECT *, recorded_at, 'b9', $1, 1 FROM observation WHERE area = 'KEN' AND period_start = 20000101", by))
		must(t, store.Raw(ctx, db, "DELETE FROM observation WHERE area = 'KEN' AND period_start = 20000101"))
		v, err := db.Verify(ctx)
		must(t, err)
		if !names(v, int64(by)) {
			t.Errorf("ended by row %d: not found: %v", by, v.Breaks)
		}
	}
}
