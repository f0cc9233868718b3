package cli

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"waymark/internal/framework"
	"waymark/internal/publication"
	"waymark/internal/store"
)

// An older program shipped fewer frameworks and an older text: its database gets those that are missing, and
// keeps the version of the default framework that it has.
func TestAnOlderDatabaseGetsTheFrameworksItLacks(t *testing.T) {
	ctx := operator(context.Background())
	shipped, err := framework.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	if len(shipped) < 3 {
		t.Fatalf("%d frameworks ship", len(shipped))
	}

	// The older database: the default framework, in words of its own, and nothing beside it.
	older := filepath.Join(t.TempDir(), "older.db")
	db, err := store.Open(ctx, older, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var own framework.Version
	for _, v := range shipped {
		if v.Framework == publication.DefaultFramework {
			own = *v
		}
	}
	own.Origin = "The text as an older program shipped it."
	if err := db.SaveVersion(ctx, &own); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	for range 2 { // the second start finds nothing left to do
		a, err := open(ctx, older, true, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		there, err := a.db.Versions(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(there) != len(shipped) {
			t.Errorf("it holds %d versions, want %d", len(there), len(shipped))
		}
		for _, v := range shipped {
			if !slices.ContainsFunc(there, func(i framework.VersionInfo) bool { return i.Framework == v.Framework && i.Number == v.Number }) {
				t.Errorf("%s was not filled in", v.ID())
			}
		}
		kept, err := a.db.Version(ctx, own.Framework, own.Number)
		if err != nil || kept.Origin != own.Origin {
			t.Errorf("the version it had was replaced: %v", err)
		}
		handler, err := a.handler(ctx, serveConfig{}, "http://127.0.0.1:8080", slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/en/framework/mnr-21@1", nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "MNR-1") {
			t.Errorf("the page of a framework filled in: %d", w.Code)
		}
		if err := a.close(); err != nil {
			t.Fatal(err)
		}
	}
}
