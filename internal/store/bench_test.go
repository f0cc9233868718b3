package store_test

import (
	"fmt"
	"testing"

	"waymark/internal/monitoring"
	"waymark/internal/reference"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// evidence makes 228,000 observations: 30 indicators × 190 areas × 10 years × 4 breakdowns, in the
// order a list has them, which is not that of the key.
func evidence() ([]store.Area, []monitoring.Observation) {
	areas := []store.Area{{Code: "001", Kind: "world"}}
	for i := range 190 {
		areas = append(areas, store.Area{Code: fmt.Sprintf("%c%c%c", 'A'+i/26%26, 'A'+i%26, 'A'+i*7%26), Parent: "001", Kind: "country"})
	}
	var rows []monitoring.Observation
	for i := range 30 {
		for year := 2015; year < 2025; year++ {
			for n, a := range areas[1:] {
				for _, b := range [][2]string{{"", ""}, {"F", "Y0T17"}, {"M", "Y0T17"}, {"", "Y0T17"}} {
					o := storetest.Row(fmt.Sprintf("T%d.%d-share", i/6+1, i%6), a.Code, year, fmt.Sprintf("%d.%d", n%100, (i*year)%1000))
					o.Sex, o.Age, o.Citation = b[0], b[1], fmt.Sprintf("table 3, p. %d", n)
					rows = append(rows, o)
				}
			}
		}
	}
	return areas, rows
}

func prepared(b *testing.B, engine string) (*store.DB, []monitoring.Observation, int64) {
	b.Helper()
	db := storetest.Open(b, engine, store.Options{}).DB
	areas, rows := evidence()
	must(b, db.SaveAreas(storetest.Context(), areas))
	must(b, db.SaveSource(storetest.Context(), monitoring.Source{Code: "list"}))
	v, err := db.DataVersion(storetest.Context())
	must(b, err)
	return db, rows, v
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// BenchmarkSaveBatch sets the whole write, with its checks, history and audit, beside a bare batched
// insert of the same rows into a table without any of it. The bar is the ratio: at most 4.
func BenchmarkSaveBatch(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine+"/bare", func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				db, rows, _ := prepared(b, engine)
				b.StartTimer()
				must(b, store.BareInsert(storetest.Context(), db, rows))
			}
		})
		b.Run(engine+"/new", func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				db, rows, v := prepared(b, engine)
				b.StartTimer()
				must(b, db.SaveBatch(storetest.Context(), monitoring.Batch{ID: "b1", Source: "list"}, rows, v))
			}
		})
		b.Run(engine+"/changed", func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				db, rows, v := prepared(b, engine)
				must(b, db.SaveBatch(storetest.Context(), monitoring.Batch{ID: "b1", Source: "list"}, rows, v))
				for i := range rows {
					rows[i].Value = storetest.Value("1.5")
					rows[i].Note = "second edition"
				}
				b.StartTimer()
				must(b, db.SaveBatch(storetest.Context(), monitoring.Batch{ID: "b2", Source: "list"}, rows, v+1))
			}
		})
	}
}

// BenchmarkObservations reads what the figures are computed from.
func BenchmarkObservations(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		db, rows, v := prepared(b, engine)
		must(b, db.SaveBatch(storetest.Context(), monitoring.Batch{ID: "b1", Source: "list"}, rows, v))
		after := rows[len(rows)/2].Key
		for _, c := range []struct {
			name string
			q    monitoring.ObservationQuery
			rows int
		}{
			{"everything", monitoring.ObservationQuery{}, 228000},
			{"10indicators", monitoring.ObservationQuery{Indicators: indicators(10)}, 76000},
			{"1indicator", monitoring.ObservationQuery{Indicators: indicators(1)}, 7600},
			{"1area", monitoring.ObservationQuery{Areas: []string{rows[0].Area}}, 1200},
			{"1area1indicator", monitoring.ObservationQuery{Areas: []string{rows[0].Area}, Indicators: indicators(1)}, 40},
			{"page", monitoring.ObservationQuery{After: &after, Limit: 1000}, 1000},
			{"year", monitoring.ObservationQuery{Period: reference.YearPeriod(2020)}, 22800},
		} {
			b.Run(engine+"/"+c.name, func(b *testing.B) {
				for range b.N {
					got, err := db.Observations(storetest.Context(), c.q)
					must(b, err)
					if len(got) != c.rows {
						b.Fatalf("%d rows, want %d", len(got), c.rows)
					}
				}
			})
		}
		b.Run(engine+"/dataVersion", func(b *testing.B) {
			for range b.N {
				_, err := db.DataVersion(storetest.Context())
				must(b, err)
			}
		})
		b.Run(engine+"/verify", func(b *testing.B) {
			for range b.N {
				v, err := db.Verify(storetest.Context())
				must(b, err)
				if len(v.Breaks) > 0 {
					b.Fatal(v.Breaks)
				}
			}
		})
	}
}

func indicators(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("T%d.%d-share", i/6+1, i%6))
	}
	return out
}
