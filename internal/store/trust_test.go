package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// state is everything a reader can see.
func state(t *testing.T, db *store.DB) string {
	t.Helper()
	ctx := storetest.Context()
	rows, err := db.Observations(ctx, monitoring.ObservationQuery{})
	must(t, err)
	batches, err := db.BatchesSince(ctx, 0)
	must(t, err)
	versions, err := db.Versions(ctx)
	must(t, err)
	v, err := db.Verify(ctx)
	must(t, err)
	if len(v.Breaks) > 0 {
		t.Errorf("does not verify: %v", v.Breaks)
	}
	var b strings.Builder
	for _, o := range rows {
		h, err := db.History(ctx, o.Key)
		must(t, err)
		for _, o := range h {
			fmt.Fprintln(&b, o.Key, o.Value, o.Batch, o.RowVersion, o.RecordedAt)
		}
	}
	fmt.Fprintln(&b, batches, versions, v.Head, v.Observations)
	return b.String()
}

// Promise 2: stopped at its n-th statement, for every n, a write leaves the old state.
func TestAWriteStoppedAnywhereLeavesTheOldState(t *testing.T) {
	stopped := errors.New("stopped")
	many := func(value string) (rows []monitoring.Observation) {
		for i := range 130 {
			o := storetest.Row("I1", []string{"KEN", "TZA"}[i%2], 1900+i, value)
			rows = append(rows, o)
		}
		return rows
	}
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		ctx := storetest.Context()
		storetest.Seed(t, e.DB)
		storetest.Save(t, e.DB, "b1", many("1")[:100]...)
		for _, w := range []struct {
			name  string
			least int
			write func() error
		}{
			{"SaveBatch", 12, func() error {
				v, err := e.DB.DataVersion(ctx)
				must(t, err)
				return e.DB.SaveBatch(ctx, monitoring.Batch{ID: "b2", Source: "list"}, many("2"), v)
			}},
			{"WithdrawBatch", 12, func() error { return e.DB.WithdrawBatch(ctx, "b2", "") }},
			{"SaveVersion", 6, func() error {
				return e.DB.SaveVersion(ctx, &framework.Version{Framework: "f", Number: 1, State: framework.Draft})
			}},
			{"SaveSource", 6, func() error { return e.DB.SaveSource(ctx, monitoring.Source{Code: "new"}) }},
			{"SaveAreas", 6, func() error { return e.DB.SaveAreas(ctx, []store.Area{{Code: "UGA", Parent: "001", Kind: "country"}}) }},
		} {
			t.Run(w.name, func(t *testing.T) {
				old := state(t, e.DB)
				for n := 1; ; n++ {
					count := 0
					store.SetHook(e.DB, func(string) error {
						if count++; count == n {
							return stopped
						}
						return nil
					})
					err := w.write()
					store.SetHook(e.DB, nil)
					if err == nil {
						if n <= w.least {
							t.Errorf("done in %d statements", n-1)
						}
						if state(t, e.DB) == old {
							t.Error("done, and nothing changed")
						}
						return
					}
					if !errors.Is(err, stopped) {
						t.Fatal(err)
					}
					if now := state(t, e.DB); now != old {
						t.Fatalf("stopped at statement %d, it left\n%s\ninstead of\n%s", n, now, old)
					}
				}
			})
		}
	})
}

// Promise 5: 50 writers of one key; each one either wins or is told that the data changed.
func TestConflictingBatchesLoseNoUpdate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		ctx := storetest.Context()
		storetest.Seed(t, e.DB)
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := map[string]bool{}
		for i := range 50 {
			wg.Go(func() {
				id := fmt.Sprintf("batch-%d", i)
				for {
					v, err := e.DB.DataVersion(ctx)
					if err != nil {
						t.Error(err)
						return
					}
					err = e.DB.SaveBatch(ctx, monitoring.Batch{ID: id, Source: "list"}, []monitoring.Observation{storetest.Row("I1", "KEN", 2020, fmt.Sprint(i))}, v)
					if err == nil {
						mu.Lock()
						won[id] = true
						mu.Unlock()
						return
					}
					if !fault.Is(err, fault.Stale) {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		h, err := e.DB.History(ctx, storetest.Row("I1", "KEN", 2020, "").Key)
		must(t, err)
		if len(won) != 50 || len(h) != 50 {
			t.Fatalf("%d batches were confirmed, the history has %d statements; want 50 and 50", len(won), len(h))
		}
		for i, o := range h {
			if o.RowVersion != 50-i || !won[o.Batch] || o.Batch != "batch-"+o.Value.String() {
				t.Errorf("statement %d: version %d of %s says %s", i, o.RowVersion, o.Batch, o.Value)
			}
			delete(won, o.Batch)
		}
		state(t, e.DB)
	})
}

// Promise 1, the part a kill can show: a process that saves batches is killed at any moment; every
// batch it had reported as saved is there whole, and nothing is there in part.
func TestKilledWritersLoseNothingTheyConfirmed(t *testing.T) {
	if path := os.Getenv("WAYMARK_KILLED_WRITER"); path != "" {
		writeUntilKilled(path)
		return
	}
	program, err := os.Executable()
	must(t, err)
	path := filepath.Join(t.TempDir(), "waymark.db")
	db, err := store.Open(context.Background(), path, store.Options{})
	must(t, err)
	storetest.Seed(t, db)
	must(t, db.Close())
	confirmed := map[string]bool{}
	for kill := range 10 {
		child := exec.Command(program, "-test.run=^TestKilledWritersLoseNothingTheyConfirmed$")
		child.Env = append(os.Environ(), "WAYMARK_KILLED_WRITER="+path)
		out, err := child.StdoutPipe()
		must(t, err)
		must(t, child.Start())
		var timer *time.Timer
		seen := 0
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if id, ok := strings.CutPrefix(lines.Text(), "saved "); ok {
				confirmed[id] = true
				if seen++; seen == 1 { // another moment of a write each time
					timer = time.AfterFunc(time.Duration(20+7*kill)*time.Millisecond, func() { _ = child.Process.Kill() })
				}
			} else {
				t.Log(lines.Text())
			}
		}
		if child.Wait() == nil || timer == nil {
			t.Fatal("the writer ended by itself")
		}
		db, err := store.Open(context.Background(), path, store.Options{})
		must(t, err)
		batches, err := db.BatchesSince(context.Background(), 0)
		must(t, err)
		there := map[string]bool{}
		for _, b := range batches {
			there[b.ID] = true
		}
		for id := range confirmed {
			if !there[id] {
				t.Errorf("after kill %d the confirmed batch %s is lost", kill, id)
			}
		}
		if len(there) > len(confirmed)+kill+1 { // one more for each kill between the commit and its report
			t.Errorf("%d batches are there, %d were confirmed", len(there), len(confirmed))
		}
		rows, err := db.Observations(context.Background(), monitoring.ObservationQuery{})
		must(t, err)
		if len(rows) != len(there)*rowsOfKilled {
			t.Errorf("%d rows for %d batches of %d", len(rows), len(there), rowsOfKilled)
		}
		v, err := db.Verify(context.Background())
		must(t, err)
		if len(v.Breaks) > 0 {
			t.Error(v.Breaks)
		}
		must(t, db.Close())
		t.Logf("kill %d: %d confirmed, %d there", kill, len(confirmed), len(there))
	}
}

const rowsOfKilled = 60

func writeUntilKilled(path string) {
	ctx := storetest.Context()
	db, err := store.Open(ctx, path, store.Options{})
	for err == nil {
		var v int64
		v, err = db.DataVersion(ctx)
		var rows []monitoring.Observation
		for i := range rowsOfKilled {
			o := storetest.Row(fmt.Sprintf("I%d", v), "KEN", 1900+i, "1")
			rows = append(rows, o)
		}
		id := fmt.Sprintf("batch-%d", v)
		if err == nil {
			err = db.SaveBatch(ctx, monitoring.Batch{ID: id, Source: "list"}, rows, v)
		}
		if err == nil {
			fmt.Println("saved " + id)
		}
	}
	fmt.Println(err)
	os.Exit(3)
}
