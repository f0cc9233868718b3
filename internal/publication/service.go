// Package publication is what everybody may see: the pages' content and the open data, made of the
// framework, what is known about each country, and the reference data. It only reads.
package publication

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// Store is what publication reads.
type Store interface {
	DataVersion(ctx context.Context) (int64, error)
	Sources(ctx context.Context) ([]monitoring.Source, error)
	Observations(ctx context.Context, q monitoring.ObservationQuery) ([]monitoring.Observation, error)
	History(ctx context.Context, k monitoring.Key) ([]monitoring.Observation, error)
	BatchesSince(ctx context.Context, version int64) ([]monitoring.Batch, error)
	Versions(ctx context.Context) ([]framework.VersionInfo, error)
	Version(ctx context.Context, framework string, number int) (*framework.Version, error)
}

// DefaultFramework is the framework that pages and the API answer for where none is named.
const DefaultFramework = "cop-2015"

// Service answers for the data as they stand. It is safe for concurrent use.
type Service struct {
	store Store
	world *reference.World
	now   func() time.Time

	mu      sync.Mutex // one snapshot is made at a time
	current atomic.Pointer[Snapshot]
}

// NewService makes a service; now gives the day that decides whether a goal date has passed.
func NewService(store Store, world *reference.World, now func() time.Time) *Service {
	return &Service{store: store, world: world, now: now}
}

// Snapshot gives everything pages need as of the newest committed change. It is made anew only when
// something changed since, and then only for what changed.
func (s *Service) Snapshot(ctx context.Context) (*Snapshot, error) {
	version, err := s.store.DataVersion(ctx)
	if err != nil {
		return nil, err
	}
	today := reference.DateOf(s.now().UTC())
	if c := s.current.Load(); c.fresh(version, today) {
		return c, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.current.Load()
	if last.fresh(version, today) {
		return last, nil
	}
	next, err := s.load(ctx, last, version, today)
	if err != nil {
		return nil, fmt.Errorf("reading what is published: %w", err)
	}
	s.current.Store(next)
	return next, nil
}

func (s *Service) load(ctx context.Context, last *Snapshot, dataVersion int64, today reference.Date) (*Snapshot, error) {
	versions, err := s.store.Versions(ctx)
	if err != nil {
		return nil, err
	}
	sources, err := s.store.Sources(ctx)
	if err != nil {
		return nil, err
	}
	n := &Snapshot{DataVersion: dataVersion, World: s.world, Versions: versions, Sources: sources, Today: today, store: s.store, editions: map[string]*edition{}}
	if n.disclosure, err = disclosureOf(ctx, s.store); err != nil {
		return nil, err
	}
	changed, err := s.changedSince(ctx, last)
	if err != nil {
		return nil, err
	}
	for _, info := range versions {
		id := fmt.Sprintf("%s@%d", info.Framework, info.Number)
		e, err := n.edition(ctx, last, info, changed)
		if err != nil {
			return nil, fmt.Errorf("framework %s: %w", id, err)
		}
		n.editions[id] = e
		if info.Framework == DefaultFramework && info.State == framework.Adopted {
			n.Version, n.main = e.version, e
		}
	}
	if n.Version == nil {
		return nil, fault.Newf(fault.NotFound, "the database holds no adopted version of the framework %s", DefaultFramework).
			WithFix("Start the service once without --empty, or load a framework.")
	}
	return n, nil
}

// change is what has to be read again; all where that is not known.
type change struct {
	all        bool
	indicators []string
}

func (s *Service) changedSince(ctx context.Context, last *Snapshot) (change, error) {
	if last == nil {
		return change{all: true}, nil
	}
	batches, err := s.store.BatchesSince(ctx, last.DataVersion)
	if err != nil {
		return change{}, err
	}
	var c change
	for _, b := range batches {
		c.indicators = append(c.indicators, b.Indicators...)
	}
	slices.Sort(c.indicators)
	c.indicators = slices.Compact(c.indicators)
	return c, nil
}

// edition is one version of a framework with its compiled criteria and the evidence they ask for.
type edition struct {
	info     framework.VersionInfo
	version  *framework.Version
	assessor *monitoring.Assessor
	evidence *monitoring.Evidence

	mu      sync.Mutex
	figures map[figureKey]monitoring.Figure
}

func (n *Snapshot) edition(ctx context.Context, last *Snapshot, info framework.VersionInfo, c change) (*edition, error) {
	id := fmt.Sprintf("%s@%d", info.Framework, info.Number)
	e := &edition{info: info, figures: map[figureKey]monitoring.Figure{}}
	var old *edition
	if last != nil && !c.all && slices.EqualFunc(last.Sources, n.Sources, sameSource) {
		old = last.editions[id]
	}
	if old != nil && old.info.SHA256 == info.SHA256 {
		e.version, e.assessor = old.version, old.assessor
	} else {
		old = nil
		var err error
		if e.version, err = n.store.Version(ctx, info.Framework, info.Number); err != nil {
			return nil, err
		}
		if e.assessor, err = monitoring.NewAssessor(e.version); err != nil {
			return nil, err
		}
	}
	wanted := e.assessor.Indicators()
	if old != nil {
		wanted = slices.DeleteFunc(wanted, func(code string) bool { return !slices.Contains(c.indicators, code) })
		if len(wanted) == 0 {
			e.evidence = old.evidence
			return e, nil
		}
	}
	var observations []monitoring.Observation
	if len(wanted) > 0 {
		var err error
		if observations, err = n.store.Observations(ctx, monitoring.ObservationQuery{Indicators: wanted}); err != nil {
			return nil, err
		}
	}
	if old != nil {
		e.evidence = old.evidence.Replacing(wanted, observations)
	} else {
		e.evidence = monitoring.NewEvidence(observations, n.Sources, e.version)
	}
	return e, nil
}

func sameSource(a, b monitoring.Source) bool {
	return a.Code == b.Code && a.Kind == b.Kind && a.Title == b.Title && a.ValidatedByCountries == b.ValidatedByCountries && slices.Equal(a.Feeds, b.Feeds)
}
