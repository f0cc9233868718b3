package publication_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

const template = "area,indicator,period,answer,value,status\n"

// observer is a source that may be published.
func (s *site) observer(t testing.TB) {
	t.Helper()
	must(t, s.db.SaveSource(storetest.Context(), monitoring.Source{Code: "observer", Kind: monitoring.CountryVerified, Redistributed: true}))
}

func (s *site) take(t testing.TB, source string, lines ...string) {
	t.Helper()
	_, err := s.imports.Import(storetest.Context(), monitoring.Import{Name: "list.csv", Data: []byte(template + strings.Join(lines, "\n") + "\n"), Source: source})
	must(t, err)
}

// Whoever asks after another process's commit sees it: the version is asked for each time.
func TestAnotherProcessesChangeIsSeenByTheNextReader(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			dsn := storetest.DSN(t, engine)
			here := fill(t, storetest.OpenDSN(t, engine, dsn, store.Options{}).DB)
			here.observer(t)
			other := storetest.OpenDSN(t, engine, dsn, store.Options{}).DB
			there := &site{db: other, world: here.world, imports: &monitoring.Service{Store: other, World: here.world, Framework: here.imports.Framework}}

			before := here.snapshot(t)
			if again := here.snapshot(t); again != before {
				t.Error("nothing changed, and a new snapshot was made")
			}
			there.take(t, "observer", "KEN,mechanism_exists,2015/2030,yes,,")
			version, err := there.db.DataVersion(context.Background())
			must(t, err)
			after := here.snapshot(t)
			check(t, "version", after.DataVersion, version)
			check(t, "met before", *figure(t, before, "T2", "T2a", publication.FigureQuery{}).Countries.Met, 73)
			check(t, "met after", *figure(t, after, "T2", "T2a", publication.FigureQuery{}).Countries.Met, 73+1-isMet(t, before, "KEN"))
			check(t, "the one before still", before.DataVersion < after.DataVersion, true)
		})
	}
}

func isMet(t *testing.T, n *publication.Snapshot, area string) int {
	for _, s := range figure(t, n, "T2", "T2a", publication.FigureQuery{}).Statuses {
		if s.Area == area && s.Status == framework.Met {
			return 1
		}
	}
	return 0
}

// Every page of one snapshot agrees with every other, whatever is imported meanwhile. Run with -race.
func TestASnapshotNeverChangesWhileOthersAreMade(t *testing.T) {
	s := fill(t, storetest.Open(t, "sqlite", store.Options{}).DB)
	s.observer(t)
	first := s.snapshot(t)
	text := func(n *publication.Snapshot) string {
		figures, err := n.Figures(publication.FigureQuery{Variant: publication.AllVariants})
		if err != nil {
			t.Error(err)
		}
		out, _ := json.Marshal(figures)
		return string(out)
	}
	want := text(first)
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for r := range 3 {
		readers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				n, err := s.service.Snapshot(context.Background())
				if err != nil {
					t.Error(err)
					return
				}
				text(n)
				if _, err := n.Profile(context.Background(), "KEN", publication.FigureQuery{AsOf: reference.Day(2000+(i+r)%25, 1, 1)}); err != nil {
					t.Error(err)
				}
				if got := text(first); got != want {
					t.Error("the first snapshot changed")
					return
				}
			}
		})
	}
	seen := map[string]bool{}
	for i := range 6 {
		answer := []string{"yes", "no"}[i%2]
		s.take(t, "observer", "KEN,mechanism_exists,2015/2030,"+answer+",,", fmt.Sprintf("TZA,budapest,%d/2030,%s,,", 2015+i, answer))
		seen[text(s.snapshot(t))] = true
	}
	close(stop)
	readers.Wait()
	if len(seen) < 2 {
		t.Error("the imports changed nothing: the test shows nothing")
	}
	// What was read again in part is what reading all of it gives.
	fresh := publication.NewService(s.db, s.world, after)
	n, err := fresh.Snapshot(context.Background())
	must(t, err)
	check(t, "kept up by parts equals read anew", text(s.snapshot(t)), text(n))
}

// A new day is a new snapshot: it may be past a goal date.
func TestANewDayIsANewSnapshot(t *testing.T) {
	s := open(t)
	now := time.Date(2020, 6, 1, 0, 0, 0, 0, time.UTC)
	service := publication.NewService(s.db, s.world, func() time.Time { return now })
	reason := func() string {
		n, err := service.Snapshot(context.Background())
		must(t, err)
		f := figure(t, n, "T1", "T1a", publication.FigureQuery{})
		return n.Today.String() + " " + f.Verdict
	}
	check(t, "before", reason(), "2020-06-01 cannotBeJudged")
	now = now.AddDate(1, 0, 0)
	check(t, "after", reason(), "2021-06-01 cannotBeJudged")
}

// A reader may ask for any day; what is kept has a bound, and an answer beyond it is the same.
func TestAnyNumberOfDaysCanBeAskedFor(t *testing.T) {
	n := open(t).snapshot(t)
	day := reference.Day(2013, 1, 1)
	first := figure(t, n, "T2", "T2c", publication.FigureQuery{AsOf: day}).Inputs
	kept := 0
	for range 2100 {
		day = day.AddDays(1)
		figure(t, n, "T2", "T2c", publication.FigureQuery{AsOf: day})
		kept++
	}
	check(t, "asked again", figure(t, n, "T2", "T2c", publication.FigureQuery{AsOf: reference.Day(2013, 1, 1)}).Inputs, first)
	if got := n.Kept(); got > publication.MaxFigures || got < publication.MaxFigures/2 {
		t.Errorf("%d of %d figures are kept", got, kept)
	}
}

// Rows that may not be published are left out by the store, so that no page is short for them and none
// is lost behind them.
func TestPagesOfOpenObservationsLoseNothing(t *testing.T) {
	for _, e := range storetest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			s := bare(t, e.DB)
			ctx := storetest.Context()
			s.observer(t)
			must(t, s.db.SaveSource(ctx, monitoring.Source{Code: "closed", Kind: monitoring.InternationalList}))
			version, err := s.db.DataVersion(ctx)
			must(t, err)
			var rows []monitoring.Observation
			for year := 2001; year <= 2040; year++ {
				for _, source := range []string{"observer", "closed"} {
					o := monitoring.Observation{Answer: monitoring.AnswerYes, Status: monitoring.Normal, Conf: monitoring.Free, Nature: monitoring.CountryData}
					o.Key = monitoring.Key{Indicator: "lanzarote", Area: "KEN", Period: reference.YearPeriod(year), Source: source}
					if year%4 != 0 {
						o.Conf = []monitoring.Confidentiality{monitoring.AggregateOnly, monitoring.NotPublished}[year%2]
					}
					rows = append(rows, o)
				}
			}
			must(t, s.db.SaveBatch(ctx, monitoring.Batch{ID: "b", Source: "observer"}, rows, version))
			n := s.snapshot(t)
			var got []string
			q := monitoring.ObservationQuery{Limit: 3}
			for {
				page, err := n.PublicObservations(ctx, q)
				must(t, err)
				for _, o := range page {
					got = append(got, o.Source+" "+o.Period.String())
				}
				if len(page) < q.Limit {
					break
				}
				q.After = &page[len(page)-1].Key
			}
			check(t, "pages", strings.Join(got, ", "), "observer 2004, observer 2008, observer 2012, observer 2016, observer 2020, observer 2024, observer 2028, observer 2032, observer 2036, observer 2040")
			none, err := n.PublicObservations(ctx, monitoring.ObservationQuery{Sources: []string{"closed"}})
			must(t, err)
			check(t, "of a closed source", len(none), 0)
		})
	}
}

func TestQuestionsThatHaveNoAnswerSayHowToAsk(t *testing.T) {
	n := open(t).snapshot(t)
	for name, q := range map[string]publication.FigureQuery{
		"code":     {Codes: []string{"T9"}},
		"variant":  {Variant: "T1z"},
		"version":  {Version: "cop-2015@9"},
		"text":     {Version: "cop-2015@x"},
		"universe": {Universe: "g20"},
		"group":    {Universe: "un-members/g77"},
		"year":     {WeightsYear: 1900},
	} {
		_, err := n.Figures(q)
		if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Refused) {
			t.Errorf("%s: %v", name, err)
		}
		if _, fix := fault.Safe(err); fix == "" {
			t.Errorf("%s: no fix: %v", name, err)
		}
	}
	_, err := n.ByGroup("T1", publication.FigureQuery{Universe: "un-members/ldc"})
	check(t, "groups of a group", fault.Is(err, fault.Refused), true)
	_, err = n.Profile(context.Background(), "XXX", publication.FigureQuery{})
	check(t, "no such country", fault.Is(err, fault.NotFound), true)
}
