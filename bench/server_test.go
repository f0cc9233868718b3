package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// served is a database with 345,000 observations: the 60 indicators that figures need, and the 228,000
// of the import. A server over it is what the last two benchmarks measure.
func served(t testing.TB, engine, dsn string) (*store.DB, *reference.World) {
	t.Helper()
	w := world(t)
	db := storetest.OpenDSN(t, engine, dsn, store.Options{}).DB
	ready(t, db, w)
	v := numbers()
	v.Framework, v.Universe = publication.DefaultFramework, reference.UNMembers
	must(t, db.SaveVersion(ctx(), v))
	u := universe(w)
	rows := answers(len(u.Members)).observations(u)
	basis, err := db.DataVersion(ctx())
	must(t, err)
	must(t, db.SaveBatch(ctx(), monitoring.Batch{ID: "answers", Source: "list-0"}, rows, basis))
	s := &monitoring.Service{Store: db, World: w, Framework: func(context.Context) (*framework.Version, error) { return v, nil }}
	_, err = s.Import(ctx(), monitoring.Import{Name: "list.csv", Data: file(u), Source: "list-0"})
	must(t, err)
	return db, w
}

func today() time.Time { return time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC) }

// BenchmarkOneChange is the time from the commit of one observation to the changed figure in a reader's
// hands, by the snapshot that pages and interface take; the bar is 100 ms.
func BenchmarkOneChange(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			db, w := served(b, engine, storetest.DSN(b, engine))
			service := publication.NewService(db, w, today)
			q := publication.FigureQuery{Codes: []string{"B00"}}
			n, err := service.Snapshot(ctx())
			must(b, err)
			before, err := n.Figures(q)
			must(b, err)
			i := 0
			timed(b, func() {
				i++
				o := monitoring.Observation{Answer: []monitoring.Answer{monitoring.AnswerYes, monitoring.AnswerNo}[i%2], Status: monitoring.Normal, Conf: monitoring.Free, Nature: monitoring.CountryData}
				o.Key = monitoring.Key{Indicator: code(0), Area: "KEN", Period: reference.YearPeriod(2040), Source: "list-1"}
				basis, err := db.DataVersion(ctx())
				must(b, err)
				must(b, db.SaveBatch(ctx(), monitoring.Batch{ID: "change " + strconv.Itoa(i), Source: "list-1"}, []monitoring.Observation{o}, basis))
			}, func() {
				n, err := service.Snapshot(ctx())
				must(b, err)
				after, err := n.Figures(q)
				must(b, err)
				if after[0].Inputs == before[0].Inputs {
					b.Fatal("the change is not seen")
				}
				before = after
			})
		})
	}
}

// BenchmarkMemory uses a server over that data for a day, in a process of its own that did not take the
// data in: every figure at the end of every year, a headline on each of 730 days, every country's
// profile, all observations by pages. It reports what is in use afterwards; the bar is 300 MB.
func BenchmarkMemory(b *testing.B) {
	path := filepath.Join(b.TempDir(), "waymark.db")
	served(b, "sqlite", path)
	for range b.N {
		day := exec.Command(os.Args[0], "-test.run=^TestADayOfUse$", "-test.v")
		day.Env = append(os.Environ(), aDay+"="+path)
		out, err := day.CombinedOutput()
		if err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		_, told, _ := strings.Cut(string(out), "in use: ")
		var heap, resident float64
		if _, err := fmt.Sscanf(told, "%f MB of heap, %f MB resident", &heap, &resident); err != nil {
			b.Fatalf("%v in %s", err, out)
		}
		b.ReportMetric(heap, "heap-MB")
		b.ReportMetric(resident, "resident-MB")
		b.ReportMetric(0, "ns/op")
	}
}

// aDay names the variable that holds the database of TestADayOfUse.
const aDay = "WAYMARK_BENCH_DAY"

func TestADayOfUse(t *testing.T) {
	path := os.Getenv(aDay)
	if path == "" {
		t.Skip("SKIPPED: it is the second process of BenchmarkMemory")
	}
	db, err := store.Open(ctx(), path, store.Options{})
	must(t, err)
	service := publication.NewService(db, world(t), today)
	n, err := service.Snapshot(ctx())
	must(t, err)
	for y := range years {
		_, err := n.Figures(publication.FigureQuery{Variant: publication.AllVariants, AsOf: reference.Day(firstYear+y, 12, 31)})
		must(t, err)
	}
	day := reference.Day(2020, 1, 1)
	for range 730 {
		_, err := n.Headline("B01", publication.FigureQuery{AsOf: day})
		must(t, err)
		day = day.AddDays(1)
	}
	for _, c := range n.World.Countries() {
		_, err := n.Profile(ctx(), c.ISO3, publication.FigureQuery{})
		must(t, err)
	}
	q := monitoring.ObservationQuery{Limit: 1000}
	for {
		page, err := n.PublicObservations(ctx(), q)
		must(t, err)
		if len(page) < q.Limit {
			break
		}
		q.After = &page[len(page)-1].Key
	}
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("in use: %.1f MB of heap, %.1f MB resident", float64(m.HeapAlloc)/(1<<20), resident(t))
	runtime.KeepAlive(n)
	must(t, db.Close())
}

// resident is the memory this process holds now, in MB; 0 where the system does not tell.
func resident(t testing.TB) float64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kb); n == 1 {
			return kb / 1024
		}
	}
	return 0
}
