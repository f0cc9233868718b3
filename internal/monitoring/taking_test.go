package monitoring_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// taking is a service over a database in memory with areas, the shipped sources and three more, of
// which "ministry" is a country's own verified statement, "network" a list and "observer" an assessment.
type taking struct {
	*monitoring.Service
	db      *store.DB
	version *framework.Version
}

func newTaking(t testing.TB, engine string) *taking {
	t.Helper()
	db := storetest.Open(t, engine, store.Options{}).DB
	ctx := storetest.Context()
	world, err := reference.Shipped()
	must(t, err)
	var areas []store.Area
	for _, a := range world.Areas() {
		areas = append(areas, store.Area{Code: a.Code, Parent: a.Parent, Kind: string(a.Level)})
	}
	must(t, db.SaveAreas(ctx, areas))
	version := shippedVersion(t)
	s := &taking{db: db, version: version, Service: &monitoring.Service{Store: db, World: world,
		Framework: func(context.Context) (*framework.Version, error) { return version, nil }}}
	must(t, s.RegisterShipped(ctx))
	for _, src := range ownSources {
		must(t, db.SaveSource(ctx, src))
	}
	return s
}

var ownSources = []monitoring.Source{
	{Code: "ministry", Kind: monitoring.CountryVerified, Hosts: []string{"ministry.example"}},
	{Code: "network", Kind: monitoring.InternationalList},
	{Code: "rival", Kind: monitoring.InternationalList},
	{Code: "observer", Kind: monitoring.OtherAssessment},
}

func shippedVersion(t testing.TB) *framework.Version {
	t.Helper()
	versions, err := framework.Shipped()
	must(t, err)
	for _, v := range versions {
		if v.Framework == "cop-2015" {
			return v
		}
	}
	t.Fatal("the framework does not ship")
	return nil
}

// take imports lines of the templates' columns.
func (s *taking) take(source, header string, lines ...string) (*monitoring.Imported, error) {
	return s.Import(storetest.Context(), monitoring.Import{Name: "list.csv", Data: []byte(header + "\n" + strings.Join(lines, "\n") + "\n"), Source: source})
}

// stored counts what stands.
func (s *taking) stored(t testing.TB) int {
	t.Helper()
	return len(s.all(t))
}

func (s *taking) all(t testing.TB, indicators ...string) []monitoring.Observation {
	t.Helper()
	rows, err := s.db.Observations(storetest.Context(), monitoring.ObservationQuery{Indicators: indicators})
	must(t, err)
	return rows
}

// evidence lays out what stands.
func (s *taking) evidence(t testing.TB) *monitoring.Evidence {
	t.Helper()
	sources, err := s.db.Sources(storetest.Context())
	must(t, err)
	return monitoring.NewEvidence(s.all(t), sources, s.version)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused tells whether err is a refusal a person can act on.
func refused(t testing.TB, err error) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Text == "" || f.Fix == "" {
		t.Errorf("no refusal with a sentence and a fix: %v", err)
	}
}

func check[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func shared(t testing.TB, parts ...string) string {
	t.Helper()
	root := os.Getenv("WAYMARK_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED, not shown: %v (set WAYMARK_SHARED)", err)
	}
	return path
}
