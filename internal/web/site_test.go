package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// memory keeps what publication reads, filled by the real import from the shipped files. It stands
// for the database, which this package must not know.
type memory struct {
	mu           sync.Mutex
	version      int64
	sources      []monitoring.Source
	observations []monitoring.Observation
	batches      []monitoring.Batch
	versions     []*framework.Version
}

func (m *memory) DataVersion(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.version, nil
}

func (m *memory) Sources(context.Context) ([]monitoring.Source, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.sources), nil
}

func (m *memory) SaveSource(_ context.Context, s monitoring.Source) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sources = append(m.sources, s)
	m.version++
	return nil
}

func (m *memory) Observations(_ context.Context, q monitoring.ObservationQuery) ([]monitoring.Observation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	wanted := func(list []string, s string) bool { return len(list) == 0 || slices.Contains(list, s) }
	var out []monitoring.Observation
	for _, o := range m.observations {
		if wanted(q.Indicators, o.Indicator) && wanted(q.Areas, o.Area) && wanted(q.Sources, o.Source) {
			out = append(out, o)
		}
	}
	return out, nil
}

func (m *memory) History(context.Context, monitoring.Key) ([]monitoring.Observation, error) {
	return nil, fault.New(fault.NotFound, "the test keeps no history", "")
}

func (m *memory) SaveBatch(_ context.Context, b monitoring.Batch, rows []monitoring.Observation, _ int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.version++
	m.batches = append(m.batches, b)
	for _, o := range rows {
		o.Batch = b.ID
		if i := slices.IndexFunc(m.observations, func(p monitoring.Observation) bool { return p.Key == o.Key }); i >= 0 {
			m.observations[i] = o
		} else {
			m.observations = append(m.observations, o)
		}
	}
	return nil
}

func (m *memory) WithdrawBatch(context.Context, string, string) error {
	return fault.New(fault.Refused, "the test takes nothing back", "")
}

func (m *memory) ProposedBatch(context.Context, string) (monitoring.ProposedBatch, error) {
	return monitoring.ProposedBatch{}, fault.New(fault.NotFound, "Nothing waits.", "")
}

func (m *memory) Batch(context.Context, string) (monitoring.Batch, error) {
	return monitoring.Batch{}, fault.New(fault.NotFound, "the test keeps no batches", "")
}

func (m *memory) BatchesSince(context.Context, int64) ([]monitoring.Batch, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.batches), nil
}

func (m *memory) Versions(context.Context) ([]framework.VersionInfo, error) {
	out := make([]framework.VersionInfo, len(m.versions))
	for i, v := range m.versions {
		digest, err := framework.Digest(v)
		if err != nil {
			return nil, err
		}
		out[i] = framework.VersionInfo{Framework: v.Framework, Number: v.Number, Title: v.Title, State: v.State, SHA256: digest}
	}
	return out, nil
}

func (m *memory) Version(_ context.Context, name string, number int) (*framework.Version, error) {
	for _, v := range m.versions {
		if v.Framework == name && v.Number == number {
			return v, nil
		}
	}
	return nil, fault.New(fault.NotFound, "no such version", "")
}

// testDay is the day of all tests: after the goal date, and within a year of the newest check.
var testDay = time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return testDay }

// shippedStore is the store with everything the program ships, read once for all tests.
var shippedStore = sync.OnceValues(func() (*memory, error) {
	versions, err := framework.Shipped()
	if err != nil {
		return nil, err
	}
	world, err := reference.Shipped()
	if err != nil {
		return nil, err
	}
	m := &memory{versions: versions}
	service := monitoring.Service{Store: m, World: world, Framework: func(context.Context) (*framework.Version, error) { return versions[0], nil }}
	ctx := accounts.With(context.Background(), accounts.Local())
	if err := service.RegisterShipped(ctx); err != nil {
		return nil, err
	}
	return m, service.LoadShipped(ctx)
})

var shippedPublication = sync.OnceValues(func() (*publication.Service, error) {
	m, err := shippedStore()
	if err != nil {
		return nil, err
	}
	world, err := reference.Shipped()
	if err != nil {
		return nil, err
	}
	return publication.NewService(m, world, clock), nil
})

// newSite is the website over the shipped evidence; change may alter its configuration.
func newSite(t testing.TB, change ...func(*Config)) *Server {
	t.Helper()
	p, err := shippedPublication()
	if err != nil {
		t.Fatalf("the shipped evidence: %v", err)
	}
	c := Config{Publication: p, Now: clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ProgramVersion: "test", Origin: "https://waymark.example"}
	for _, do := range change {
		do(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func snapshot(t testing.TB) *publication.Snapshot {
	t.Helper()
	p, err := shippedPublication()
	if err != nil {
		t.Fatal(err)
	}
	snap, err := p.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

// get asks the site for an address without any header.
func get(t testing.TB, h http.Handler, url string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	return ask(t, h, http.MethodGet, url, header...)
}

func ask(t testing.TB, h http.Handler, method, url string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, url, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// page asks for a page and wants it to be there.
func page200(t testing.TB, h http.Handler, url string) string {
	t.Helper()
	w := get(t, h, url)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d\n%s", url, w.Code, firstLines(w.Body.String(), 12))
	}
	return w.Body.String()
}

func firstLines(s string, n int) string {
	lines := strings.SplitN(s, "\n", n+1)
	return strings.Join(lines[:min(n, len(lines))], "\n")
}
