package publication

import (
	"context"

	"waymark/internal/monitoring"
)

// Correction is what a published release changed in the figures of the one before it: each difference with
// its reason, who answers for it, and the lists that came in or were taken back in between.
type Correction struct {
	Release     Release
	Differences []Difference
	Was, Is     map[string]*monitoring.Figure // by "code variant"
	Lists       []monitoring.Batch
}

// Corrections lists what each published release changed, the newest first. The first release of a framework
// corrects nothing and is listed without differences. What is frozen or under embargo is not there.
func (r *Releases) Corrections(ctx context.Context) ([]Correction, error) {
	all, err := r.Store.Releases(ctx)
	if err != nil {
		return nil, err
	}
	var out []Correction
	for _, release := range all {
		if release.State != Published {
			continue
		}
		c := Correction{Release: release}
		if release.Previous != "" {
			if err := r.correct(ctx, &c); err != nil {
				return nil, err
			}
		}
		out = append(out, c)
	}
	return out, nil
}

func (r *Releases) correct(ctx context.Context, c *Correction) error {
	next, err := r.frozen(ctx, c.Release.ID)
	if err != nil {
		return err
	}
	old, err := r.frozen(ctx, c.Release.Previous)
	if err != nil {
		return err
	}
	c.Differences = differences(old, next, c.Release.Reason)
	c.Was, c.Is = byVariant(old), byVariant(next)
	batches, err := r.Service.store.BatchesSince(ctx, old.DataVersion)
	for _, b := range batches {
		if b.At <= c.Release.Created || b.Withdrawn != 0 && b.Withdrawn <= c.Release.Created {
			c.Lists = append(c.Lists, b)
		}
	}
	return err
}

func byVariant(f *FrozenFigures) map[string]*monitoring.Figure {
	out := map[string]*monitoring.Figure{}
	for i := range f.Figures {
		g := &f.Figures[i].Figure
		out[g.Code+" "+g.Variant] = g
	}
	return out
}
