// Package storetest runs tests of what is stored on every engine: SQLite in a file and in memory,
// and PostgreSQL, for which it starts a throwaway server once per test program, or uses the one that
// WAYMARK_TEST_DSN names. Where there is neither, it says so and the subtest is skipped.
package storetest

import (
	"context"
	"path/filepath"
	"testing"

	"waymark/internal/accounts"
	"waymark/internal/store"
)

// Engine is one fresh, empty, open database.
type Engine struct {
	Name string // sqlite, memory, postgres
	DSN  string
	DB   *store.DB
}

// Names lists every engine.
var Names = []string{"sqlite", "memory", "postgres"}

// Each runs f as one subtest on every engine, each with a fresh database. An engine that cannot be
// had here is a skipped subtest.
func Each(t *testing.T, f func(*testing.T, Engine)) {
	t.Helper()
	for _, name := range Names {
		t.Run(name, func(t *testing.T) { f(t, Open(t, name, store.Options{})) })
	}
}

// Engines gives a fresh database on every engine that can be had here and logs which cannot.
func Engines(t testing.TB) []Engine {
	t.Helper()
	var out []Engine
	for _, name := range Names {
		if _, err := serverDSN(); name == "postgres" && err != nil {
			t.Logf("SKIPPED, not shown on PostgreSQL: %v", err)
			continue
		}
		out = append(out, Open(t, name, store.Options{}))
	}
	return out
}

// Open gives a fresh database of one engine, closed after the test. It skips the test, saying why,
// if the engine cannot be had here.
func Open(t testing.TB, name string, o store.Options) Engine {
	t.Helper()
	return OpenDSN(t, name, DSN(t, name), o)
}

// DSN names a place for a fresh database.
func DSN(t testing.TB, name string) string {
	t.Helper()
	switch name {
	case "memory":
		return ":memory:"
	case "sqlite":
		return filepath.Join(t.TempDir(), "waymark.db")
	}
	return freshSchema(t)
}

// OpenDSN opens a database and closes it after the test.
func OpenDSN(t testing.TB, name, dsn string, o store.Options) Engine {
	t.Helper()
	db, err := store.Open(context.Background(), dsn, o)
	if err != nil {
		t.Fatalf("open %s: %v", name, err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close %s: %v", name, err)
		}
	})
	return Engine{Name: name, DSN: dsn, DB: db}
}

// Context is one in which the local operator acts.
func Context() context.Context {
	return accounts.With(context.Background(), accounts.Local())
}
