package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"waymark/internal/fault"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
	"waymark/internal/store"
)

func batches(t *testing.T, db *store.DB) {
	Seed(t, db)
	start := version(t, db)
	b := monitoring.Batch{ID: "b1", Source: "list", Mapping: "m", File: "f.csv", SHA256: "00", Tally: monitoring.Tally{Read: 3, New: 2, Refused: 1},
		Problems: []monitoring.Problem{{Row: 3, What: "no", Fix: "mend"}}}
	rows := []monitoring.Observation{Row("I2", "TZA", 2020, "2"), Row("I1", "KEN", 2020, "1"), Row("I1", "TZA", 2020, "")}
	rows[2].Status, rows[2].Answer, rows[2].Note, rows[2].Citation = monitoring.Missing, "", "n", "p. 7"
	rows[0].Numerator, rows[0].Denominator = Value("1"), Value("3")
	ok(t, db.SaveBatch(Context(), b, rows, start))
	for _, o := range rows {
		if o.Batch != "b1" || o.RecordedAt == 0 || o.RowVersion != 1 {
			t.Errorf("%s in %s: batch %q, recorded at %d, version %d", o.Indicator, o.Area, o.Batch, o.RecordedAt, o.RowVersion)
		}
	}
	equal(t, all(t, db), []monitoring.Observation{rows[1], rows[2], rows[0]})
	got, err := db.Batch(Context(), "b1")
	ok(t, err)
	if got.At == 0 {
		t.Error("the batch has no time")
	}
	b.At, b.By, b.Indicators = got.At, "local", []string{"I1", "I2"}
	equal(t, got, b)
	since, err := db.BatchesSince(Context(), start)
	ok(t, err)
	equal(t, since, []monitoring.Batch{b})
	since, err = db.BatchesSince(Context(), version(t, db))
	ok(t, err)
	equal(t, since, nil)
	_, err = db.Batch(Context(), "none")
	refused(t, err, fault.NotFound)
}

func retries(t *testing.T, db *store.DB) {
	Seed(t, db)
	basis := version(t, db)
	b := monitoring.Batch{ID: "b1", Source: "list"}
	rows := func() []monitoring.Observation {
		return []monitoring.Observation{Row("I1", "KEN", 2020, "1"), Row("I1", "TZA", 2020, "2")}
	}
	ok(t, db.SaveBatch(Context(), b, rows(), basis))
	unchanged(t, db, func() {
		ok(t, db.SaveBatch(Context(), b, rows(), basis))
		turned := rows()
		slices.Reverse(turned)
		ok(t, db.SaveBatch(Context(), b, turned, basis))
		other := rows()
		other[0].Value = Value("9")
		refused(t, db.SaveBatch(Context(), b, other, version(t, db)), fault.Conflict)
	})
}

func stale(t *testing.T, db *store.DB) {
	Seed(t, db)
	basis := version(t, db)
	ok(t, db.SaveSource(Context(), monitoring.Source{Code: "third"}))
	unchanged(t, db, func() {
		refused(t, db.SaveBatch(Context(), monitoring.Batch{ID: "b1", Source: "list"}, []monitoring.Observation{Row("I1", "KEN", 2020, "1")}, basis), fault.Stale)
	})
	equal(t, all(t, db), nil)
}

func refusals(t *testing.T, db *store.DB) {
	Seed(t, db)
	one := Row("I1", "KEN", 2020, "1")
	with := func(change func(*monitoring.Observation)) []monitoring.Observation {
		o := Row("I1", "TZA", 2020, "1")
		change(&o)
		return []monitoring.Observation{one, o}
	}
	for name, c := range map[string]struct {
		batch monitoring.Batch
		rows  []monitoring.Observation
		says  string
	}{
		"no id":           {monitoring.Batch{Source: "list"}, nil, "id"},
		"unknown source":  {monitoring.Batch{ID: "b", Source: "nobody"}, nil, "nobody"},
		"unknown area":    {monitoring.Batch{ID: "b", Source: "list"}, with(func(o *monitoring.Observation) { o.Area = "XKX" }), "XKX"},
		"source of a row": {monitoring.Batch{ID: "b", Source: "list"}, with(func(o *monitoring.Observation) { o.Source = "nobody" }), "nobody"},
		"twice":           {monitoring.Batch{ID: "b", Source: "list"}, with(func(o *monitoring.Observation) { o.Area = "KEN" }), "two things"},
		"nul":             {monitoring.Batch{ID: "b", Source: "list"}, with(func(o *monitoring.Observation) { o.Note = "a\x00b" }), "bytes"},
		"not UTF-8":       {monitoring.Batch{ID: "b", Source: "list"}, with(func(o *monitoring.Observation) { o.Item = "\xff" }), "bytes"},
		"huge number":     {monitoring.Batch{ID: "b", Source: "list"}, with(func(o *monitoring.Observation) { d := decimal.New(1, 99999999); o.Value = &d }), "digits"},
		"tiny number":     {monitoring.Batch{ID: "b", Source: "list"}, with(func(o *monitoring.Observation) { d := decimal.New(1, -99999999); o.Numerator = &d }), "digits"},
		"period":          {monitoring.Batch{ID: "b", Source: "list"}, with(func(o *monitoring.Observation) { o.Period.End = o.Period.Start - 1 }), "ends before"},
	} {
		t.Run(name, func(t *testing.T) {
			unchanged(t, db, func() {
				err := db.SaveBatch(Context(), c.batch, c.rows, version(t, db))
				refused(t, err, fault.Refused)
				if text, _ := fault.Safe(err); !strings.Contains(text, c.says) {
					t.Errorf("it says %q, without %q", text, c.says)
				}
			})
			equal(t, all(t, db), nil)
		})
	}
}

func history(t *testing.T, db *store.DB) {
	Seed(t, db)
	Save(t, db, "b1", Row("I1", "KEN", 2020, "1"), Row("I1", "TZA", 2020, "5"))
	Save(t, db, "b2", Row("I1", "KEN", 2020, "2"), Row("I1", "TZA", 2020, "5.0"))
	got := all(t, db)
	if len(got) != 2 || got[0].Batch != "b2" || got[0].RowVersion != 2 || got[1].Batch != "b1" || got[1].RowVersion != 1 {
		t.Errorf("what stands: %+v", got)
	}
	b, err := db.Batch(Context(), "b2")
	ok(t, err)
	equal(t, b.Indicators, []string{"I1"})
	says(t, db, got[0].Key, "2 b2 v2", "1 b1 v1")
	says(t, db, got[1].Key, "5 b1 v1")
	says(t, db, Row("I9", "KEN", 2020, "").Key)
}

// says compares the history of a key, the newest first.
func says(t *testing.T, db *store.DB, k monitoring.Key, want ...string) {
	t.Helper()
	var got []string
	for _, o := range past(t, db, k) {
		got = append(got, fmt.Sprintf("%s %s v%d", o.Value, o.Batch, o.RowVersion))
	}
	equal(t, got, want)
}

func withdrawal(t *testing.T, db *store.DB) {
	Seed(t, db)
	ctx := Context()
	ken, tza := Row("I1", "KEN", 2020, "1"), Row("I1", "TZA", 2020, "7")
	Save(t, db, "b1", ken)
	ken.Value = Value("2")
	Save(t, db, "b2", ken, tza)
	ken.Value = Value("3")
	Save(t, db, "b3", ken)
	before := version(t, db)
	ok(t, db.WithdrawBatch(ctx, "b3", "wrong column"))
	unchanged(t, db, func() { ok(t, db.WithdrawBatch(ctx, "b3", "wrong column")) })
	says(t, db, ken.Key, "2 b2 v4", "3 b3 v3", "2 b2 v2", "1 b1 v1")
	since, err := db.BatchesSince(ctx, before)
	ok(t, err)
	if len(since) != 1 || since[0].ID != "b3" || since[0].Withdrawn == 0 {
		t.Errorf("changed since: %+v", since)
	}
	ok(t, db.WithdrawBatch(ctx, "b2", ""))
	says(t, db, ken.Key, "1 b1 v5", "2 b2 v4", "3 b3 v3", "2 b2 v2", "1 b1 v1")
	says(t, db, tza.Key, "7 b2 v1")
	if got := all(t, db); len(got) != 1 || got[0].Batch != "b1" {
		t.Errorf("what stands: %+v", got)
	}
	// What was taken back can be said again, as a newer version.
	Save(t, db, "b4", tza)
	says(t, db, tza.Key, "7 b4 v2", "7 b2 v1")
	ok(t, db.WithdrawBatch(ctx, "b4", ""))
	if got := query(t, db, monitoring.ObservationQuery{Areas: []string{"TZA"}}); len(got) != 0 {
		t.Errorf("stands although withdrawn twice: %+v", got)
	}
	ok(t, db.WithdrawBatch(ctx, "b1", ""))
	equal(t, all(t, db), nil)
	refused(t, db.WithdrawBatch(ctx, "none", ""), fault.NotFound)
	rows, err := db.AuditRows(ctx, before, 1)
	ok(t, err)
	if len(rows) != 1 || rows[0].Reason != "wrong column" || rows[0].Object != "batch/b3" {
		t.Errorf("the audit row of the withdrawal: %+v", rows)
	}
}

func buried(t *testing.T, db *store.DB) {
	Seed(t, db)
	Save(t, db, "b1", Row("I1", "KEN", 2020, "1"), Row("I1", "TZA", 2020, "1"))
	Save(t, db, "b2", Row("I1", "KEN", 2020, "2"))
	unchanged(t, db, func() { refused(t, db.WithdrawBatch(Context(), "b1", ""), fault.Conflict) })
	ok(t, db.WithdrawBatch(Context(), "b2", ""))
	ok(t, db.WithdrawBatch(Context(), "b1", ""))
	equal(t, all(t, db), nil)
}

func queries(t *testing.T, db *store.DB) {
	Seed(t, db)
	var rows []monitoring.Observation
	for _, indicator := range []string{"I2", "I1", "a", "Z"} {
		for _, area := range []string{"TZA", "KEN"} {
			for year := 2018; year < 2021; year++ {
				for _, sex := range []string{"", "F", "M"} {
					o := Row(indicator, area, year, "1")
					o.Sex = sex
					rows = append(rows, o)
				}
			}
		}
	}
	other := Row("I1", "KEN", 2019, "1")
	other.Source, other.Period = "other", reference.Always
	rows = append(rows, other)
	Save(t, db, "b1", rows...)
	everything := all(t, db)
	if len(everything) != len(rows) {
		t.Fatalf("%d rows, want %d", len(everything), len(rows))
	}
	var order []string
	for _, o := range everything {
		order = append(order, fmt.Sprintf("%s %s %08d %08d %s %s %s %s", o.Indicator, o.Area, o.Period.Start, o.Period.End, o.Sex, o.Age, o.Item, o.Source))
	}
	if !slices.IsSorted(order) {
		t.Errorf("not in the order of the key: %v", order)
	}
	for name, q := range map[string]monitoring.ObservationQuery{
		"all":       {},
		"indicator": {Indicators: []string{"I1", "Z", "none"}},
		"area":      {Areas: []string{"KEN"}},
		"source":    {Sources: []string{"other"}},
		"period":    {Period: reference.YearPeriod(2019)},
		"several":   {Indicators: []string{"I1"}, Areas: []string{"KEN", "TZA"}, Sources: []string{"list"}, Period: reference.Period{Start: reference.Day(2018, 12, 31), End: reference.Day(2019, 1, 1)}},
	} {
		t.Run(name, func(t *testing.T) {
			var want []monitoring.Observation
			for _, o := range everything {
				if within(q.Indicators, o.Indicator) && within(q.Areas, o.Area) && within(q.Sources, o.Source) && (q.Period == reference.Period{} || o.Period.Overlaps(q.Period)) {
					want = append(want, o)
				}
			}
			equal(t, query(t, db, q), want)
			var paged []monitoring.Observation
			for q.Limit = 4; ; {
				page := query(t, db, q)
				paged = append(paged, page...)
				if len(page) < q.Limit {
					break
				}
				q.After = &page[len(page)-1].Key
			}
			equal(t, paged, want)
		})
	}
}

func within(list []string, s string) bool { return len(list) == 0 || slices.Contains(list, s) }

func exactness(t *testing.T, db *store.DB) {
	Seed(t, db)
	texts := []string{"", " ", "'; DROP TABLE observation; --", `"$1" ?1 {int64}`, "لا توجد بيانات", "没有数据", "é\u0301 \u202e \U0001F5FA", "line\nbreak\ttab", `\x00`, strings.Repeat("x", 40000)}
	numbers := []string{"0", "-1", "0.1", "123456789012345678901234567890.123456789", "0.000000000000000000000000000001", "9007199254740993", "-0.5"}
	var rows []monitoring.Observation
	for i, s := range texts {
		o := Row("T", "KEN", 2000+i, "")
		o.Note, o.Citation, o.Item = s, s, s
		o.ProvenOn = 0
		rows = append(rows, o)
	}
	for i, n := range numbers {
		o := Row("U", "KEN", 2000+i, n)
		o.Numerator, o.Denominator = Value(n), Value(n)
		rows = append(rows, o)
	}
	Save(t, db, "b1", rows...)
	equal(t, all(t, db), rows)
}
