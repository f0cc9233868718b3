package publication

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// idPattern is how the id of a release is written.
var idPattern = regexp.MustCompile(`^r[0-9]{8}-[0-9a-f]{16}$`)

// IsReleaseID tells whether a text is written like the id of a release: an address may name one where it
// may name a day.
func IsReleaseID(text string) bool { return idPattern.MatchString(text) }

// past keeps the snapshots of the releases last asked for. They never change.
type past struct {
	mu   sync.Mutex
	list []pastOne // the last used first
}

type pastOne struct {
	id   string
	snap *Snapshot
}

const mostPast = 4

// Snapshot gives everything as it was known when a release was frozen, with the day its figures are as of, to whoever may
// see the release now. A release that may not be seen is, to the letter, one that nobody ever made.
func (r *Releases) Snapshot(ctx context.Context, id string) (*Snapshot, reference.Date, error) {
	release, f, err := r.Read(ctx, id)
	if err != nil {
		return nil, 0, err
	}
	r.past.mu.Lock()
	defer r.past.mu.Unlock()
	if i := slices.IndexFunc(r.past.list, func(o pastOne) bool { return o.id == id }); i >= 0 {
		one := r.past.list[i]
		r.past.list = slices.Insert(slices.Delete(r.past.list, i, i+1), 0, one)
		return one.snap, f.AsOf, nil
	}
	n, err := r.snapshotOf(ctx, &release, f)
	if err != nil {
		return nil, 0, err
	}
	if same, err := r.isSame(ctx, &release, n, f); err != nil {
		return nil, 0, err
	} else if !same {
		return nil, 0, fault.Newf(fault.Conflict, "This program computes the release %s otherwise than it was frozen.", id).
			WithFix("Read the frozen figures themselves, with waymark release show.").WithKey("error.conflict", nil)
	}
	r.past.list = slices.Insert(r.past.list, 0, pastOne{id, n})
	r.past.list = r.past.list[:min(mostPast, len(r.past.list))]
	return n, f.AsOf, nil
}

// snapshotOf makes the snapshot a release was frozen from: the framework versions and the statements of that time.
func (r *Releases) snapshotOf(ctx context.Context, release *Release, f *FrozenFigures) (*Snapshot, error) {
	all, err := r.Service.store.Versions(ctx)
	if err != nil {
		return nil, err
	}
	n := &Snapshot{DataVersion: f.DataVersion, World: r.Service.world, Sources: f.Sources, Today: f.Judged, editions: map[string]*edition{}}
	if n.disclosure, err = disclosureOf(ctx, r.Service.store); err != nil { // those of today: a limit that was raised holds for the past too
		return nil, err
	}
	store := pastStore{Store: r.Service.store, releases: r.Store, seq: f.DataVersion}
	for _, info := range all {
		id := fmt.Sprintf("%s@%d", info.Framework, info.Number)
		if info.SavedAt > release.Created && id != f.Framework {
			continue
		}
		if id == f.Framework {
			info.SHA256, info.State = f.FrameworkSHA256, framework.Adopted // what became of it later is not of that time
		}
		v, err := r.Store.Version(ctx, info.Framework, info.Number)
		if err != nil {
			return nil, err
		}
		for i := range v.Indicators {
			if code := v.Indicators[i].Code; !slices.Contains(store.indicators, code) {
				store.indicators = append(store.indicators, code)
			}
		}
		e := &edition{info: info, version: v, figures: map[figureKey]monitoring.Figure{}}
		if e.assessor, err = monitoring.NewAssessor(v); err != nil {
			return nil, err
		}
		var rows []monitoring.Observation
		if wanted := e.assessor.Indicators(); len(wanted) > 0 {
			if rows, err = store.Observations(ctx, monitoring.ObservationQuery{Indicators: wanted}); err != nil {
				return nil, err
			}
		}
		e.evidence = monitoring.NewEvidence(rows, f.Sources, v)
		n.Versions, n.editions[id] = append(n.Versions, info), e
		if id == f.Framework {
			n.Version, n.main = v, e
		}
	}
	if n.main == nil {
		return nil, fault.Newf(fault.NotFound, "The framework version %s of the release %s is gone.", f.Framework, release.ID).WithFix("Restore it from a backup.")
	}
	n.store = store
	return n, nil
}

// isSame tells whether a snapshot gives the frozen figures again, byte for byte.
func (r *Releases) isSame(ctx context.Context, release *Release, n *Snapshot, f *FrozenFigures) (bool, error) {
	again, err := freeze(n, FigureQuery{Version: f.Framework, AsOf: f.AsOf})
	if err != nil {
		return false, err
	}
	body, err := again.body()
	if err != nil {
		return false, err
	}
	stored, err := r.Store.ReleaseBody(ctx, release.ID)
	return bytes.Equal(body, stored), err
}

// Recompute makes a release's content again from the data as they stood, and tells whether it is the
// same, byte for byte.
func (r *Releases) Recompute(ctx context.Context, id string) (same bool, err error) {
	release, err := r.Store.Release(ctx, id)
	if err != nil {
		return false, err
	}
	f, err := r.frozen(ctx, id)
	if err != nil {
		return false, err
	}
	n, err := r.snapshotOf(ctx, &release, f)
	if err != nil {
		return false, err
	}
	return r.isSame(ctx, &release, n, f)
}

// pastStore is a store as it stood when one audit row was the newest.
type pastStore struct {
	Store
	releases   ReleaseStore
	seq        int64
	indicators []string // every one of that time
}

func (p pastStore) Observations(ctx context.Context, q monitoring.ObservationQuery) ([]monitoring.Observation, error) {
	if len(q.Indicators) == 0 {
		q.Indicators = p.indicators
	}
	return p.releases.ObservationsAt(ctx, p.seq, q)
}

// History gives what had been said by then.
func (p pastStore) History(ctx context.Context, k monitoring.Key) ([]monitoring.Observation, error) {
	stood, err := p.Observations(ctx, monitoring.ObservationQuery{Indicators: []string{k.Indicator}, Areas: []string{k.Area}, Sources: []string{k.Source}})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(stood, func(o monitoring.Observation) bool { return o.Key == k })
	if i < 0 {
		return nil, nil
	}
	all, err := p.Store.History(ctx, k)
	return slices.DeleteFunc(all, func(o monitoring.Observation) bool {
		return cmp.Compare(o.RowVersion, stood[i].RowVersion) > 0
	}), err
}
