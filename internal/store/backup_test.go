package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"waymark/internal/fault"
	"waymark/internal/monitoring"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

func TestABackupUnderLoadIsOneWholeState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		ctx := storetest.Context()
		storetest.Seed(t, e.DB)
		storetest.Save(t, e.DB, "b", storetest.Row("I1", "KEN", 2020, "1"))
		load, stop := context.WithCancel(ctx)
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := 0; load.Err() == nil; i++ {
				if err := e.DB.SaveSource(ctx, monitoring.Source{Code: "s", Edition: fmt.Sprint(i)}); err != nil {
					t.Error(err)
				}
			}
		})
		path := filepath.Join(t.TempDir(), "backup.db")
		err := e.DB.Backup(ctx, path)
		stop()
		wg.Wait()
		must(t, err)
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the backup: %v, %v", info, err)
		}
		copied := storetest.OpenDSN(t, "sqlite", path, store.Options{ReadOnly: true}).DB
		rows, err := copied.Observations(ctx, monitoring.ObservationQuery{})
		must(t, err)
		if len(rows) != 1 {
			t.Errorf("%d observations", len(rows))
		}
		state(t, copied)
		refused(t, e.DB.Backup(ctx, path), fault.Conflict, "already a file")
		left, err := filepath.Glob(path + "?*")
		must(t, err)
		left = slices.DeleteFunc(left, func(s string) bool { return s == path+"-wal" || s == path+"-shm" }) // of the open copy
		if len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestRestoreBringsBackTheStateOfTheBackupAndKeepsWhatWasThere(t *testing.T) {
	ctx := storetest.Context()
	folder := t.TempDir()
	path, backup := filepath.Join(folder, "waymark.db"), filepath.Join(folder, "backup.db")
	db, err := store.Open(ctx, path, store.Options{})
	must(t, err)
	storetest.Seed(t, db)
	storetest.Save(t, db, "b1", storetest.Row("I1", "KEN", 2020, "1"))
	then := state(t, db)
	must(t, db.Backup(ctx, backup))
	must(t, db.WithdrawBatch(ctx, "b1", "vandal"))
	later := state(t, db)
	must(t, db.Close())

	unlock, err := store.LockServer(path)
	must(t, err)
	_, err = store.Restore(ctx, backup, path)
	refused(t, err, fault.Conflict, "server")
	must(t, unlock())

	kept, err := store.Restore(ctx, backup, path)
	must(t, err)
	if got := state(t, storetest.OpenDSN(t, "sqlite", path, store.Options{}).DB); got != then {
		t.Errorf("restored:\n%s\nwant\n%s", got, then)
	}
	if got := state(t, storetest.OpenDSN(t, "sqlite", kept, store.Options{}).DB); got != later {
		t.Errorf("kept:\n%s\nwant\n%s", got, later)
	}
	// A plain copy of a live database has its newest changes beside it; they are restored too.
	live := filepath.Join(folder, "live.db")
	must(t, os.WriteFile(live, nil, 0o600))
	db = storetest.OpenDSN(t, "sqlite", live, store.Options{}).DB
	storetest.Seed(t, db)
	if info, err := os.Stat(live + "-wal"); err != nil || info.Size() == 0 {
		t.Fatalf("no log: %v", err)
	}
	elsewhere := filepath.Join(folder, "elsewhere.db")
	_, err = store.Restore(ctx, live, elsewhere)
	must(t, err)
	if got := state(t, storetest.OpenDSN(t, "sqlite", elsewhere, store.Options{}).DB); got != state(t, db) {
		t.Errorf("without its log: %s", got)
	}

	text := filepath.Join(folder, "text.db")
	must(t, os.WriteFile(text, []byte("no database, only a text that is long enough to be read as one"), 0o600))
	if _, err := store.Restore(ctx, text, path); err == nil {
		t.Error("a text was restored")
	}
	if got := state(t, storetest.OpenDSN(t, "sqlite", path, store.Options{}).DB); got != then {
		t.Error("a refused restore changed the database")
	}
}

func TestABackupOfTamperedDataIsKeptAndSaidToBeSo(t *testing.T) {
	db := storetest.Open(t, "sqlite", store.Options{}).DB
	storetest.Seed(t, db)
	must(t, store.Raw(context.Background(), db, "UPDATE source SET doc = '{}'"))
	path := filepath.Join(t.TempDir(), "backup.db")
	err := db.Backup(context.Background(), path)
	if !errors.Is(err, store.ErrUnverified) {
		t.Errorf("got %v", err)
	}
	refused(t, err, fault.Conflict, "not as they were written")
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// From file to server and back: the same rows, the same chain, the same head.
func TestCopyBetweenEnginesKeepsEverythingAndTheChain(t *testing.T) {
	ctx := storetest.Context()
	first := trail(t, "sqlite")
	many := []monitoring.Observation{}
	for i := range 3000 { // more than one piece of the copy
		o := storetest.Row("I7", "KEN", 1900, fmt.Sprintf("%d.%d", i, i))
		o.Item, o.Note = fmt.Sprint(i), "naïve لا 没有 '"
		many = append(many, o)
	}
	storetest.Save(t, first, "many", many...)
	for i := range many {
		many[i].Value = nil
		many[i].Status = monitoring.Missing
	}
	storetest.Save(t, first, "again", many...)
	want := state(t, first)
	from := first
	for _, engine := range []string{"postgres", "memory", "sqlite"} {
		to := storetest.Open(t, engine, store.Options{}).DB
		must(t, store.Copy(ctx, from, to))
		if d := cmp.Diff(want, state(t, to)); d != "" {
			t.Fatalf("%s: (-want +got)\n%s", engine, d)
		}
		refused(t, store.Copy(ctx, from, to), fault.Conflict, "not empty")
		storetest.Save(t, to, "goes on", storetest.Row("I8", "KEN", 2020, "1"))
		state(t, to)
		fresh := storetest.Open(t, engine, store.Options{}).DB
		must(t, store.Copy(ctx, from, fresh))
		from = fresh
	}
}

func TestEveryTableIsCopiedAndLaidOut(t *testing.T) {
	db := storetest.Open(t, "memory", store.Options{}).DB
	copied, laidOut := store.TableNames(), store.Layouts()
	n, err := store.RawInt(context.Background(), db, "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite_%'")
	must(t, err)
	if int64(len(copied))+1 != n || int64(len(laidOut)) != n { // the end of the chain is moved, not copied
		t.Errorf("%d tables; Copy knows %v and the end of the chain, Distribute lays out %v", n, copied, laidOut)
	}
}
