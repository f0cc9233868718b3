package publication_test

import (
	"context"
	"math/big"
	"testing"
	"time"

	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// site is one filled database with the services over it.
type site struct {
	db      *store.DB
	world   *reference.World
	imports *monitoring.Service
	service *publication.Service
}

// after is a day on which every goal date of the framework has passed.
func after() time.Time { return time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC) }

// fill gives an empty database what ships, by the way any file goes.
func fill(t testing.TB, db *store.DB) *site {
	t.Helper()
	s := bare(t, db)
	must(t, s.imports.LoadShipped(storetest.Context()))
	return s
}

// bare gives an empty database areas, sources and the framework, and no evidence.
func bare(t testing.TB, db *store.DB) *site {
	t.Helper()
	ctx := storetest.Context()
	world, err := reference.Shipped()
	must(t, err)
	var areas []store.Area
	for _, a := range world.Areas() {
		areas = append(areas, store.Area{Code: a.Code, Parent: a.Parent, Kind: string(a.Level)})
	}
	must(t, db.SaveAreas(ctx, areas))
	s := &site{db: db, world: world, service: publication.NewService(db, world, after)}
	s.imports = &monitoring.Service{Store: db, World: world, Framework: func(ctx context.Context) (*framework.Version, error) {
		return db.Version(ctx, publication.DefaultFramework, 0)
	}}
	must(t, s.imports.RegisterShipped(ctx))
	versions, err := framework.Shipped()
	must(t, err)
	for _, v := range versions {
		must(t, db.SaveVersion(ctx, v))
	}
	return s
}

// open is a filled database in memory, for tests that do not depend on the engine.
func open(t testing.TB) *site {
	t.Helper()
	return fill(t, storetest.Open(t, "memory", store.Options{}).DB)
}

func (s *site) snapshot(t testing.TB) *publication.Snapshot {
	t.Helper()
	n, err := s.service.Snapshot(context.Background())
	must(t, err)
	return n
}

// figure is the one figure of a variant.
func figure(t testing.TB, n *publication.Snapshot, code, variant string, q publication.FigureQuery) monitoring.Figure {
	t.Helper()
	q.Codes, q.Variant = []string{code}, variant
	figures, err := n.Figures(q)
	must(t, err)
	if len(figures) != 1 {
		t.Fatalf("%s %s: %d figures", code, variant, len(figures))
	}
	return figures[0]
}

// percent is a share in hundredths with so many decimals, and "–" where there is none.
func percent(s monitoring.Share, decimals int) string {
	if !s.Known() {
		return "–"
	}
	return new(big.Rat).Mul(s.Rat, big.NewRat(100, 1)).FloatString(decimals)
}

// bounds is "lower-upper" in hundredths.
func bounds(b monitoring.Bounds, decimals int) string {
	return percent(b.Lower, decimals) + "-" + percent(b.Upper, decimals)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func check[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
