package consultation

import (
	"fmt"
	"slices"

	"waymark/internal/framework"
)

// Carry takes the places of comments from a version to the next one. Nothing moves silently: each
// change of state or place is written into the comment, and a place that is gone keeps its old
// version and its old words. It is pure; the comments given stay as they are.
func Carry(old, now *framework.Version, comments []Comment) ([]Comment, error) {
	out := slices.Clone(comments)
	codes := make(map[string]string, len(now.Elements))
	for i := range now.Elements {
		codes[now.Elements[i].ID] = now.Elements[i].Code
	}
	for i := range out {
		c := &out[i]
		var targets []Target
		for _, g := range c.Targets {
			if g.Version != old.ID() || g.Element == "" || g.State == framework.NeedsHuman || g.State == framework.Orphaned {
				targets = append(targets, g)
				continue
			}
			carried, err := carryTarget(old, now, g, codes)
			if err != nil {
				return nil, fmt.Errorf("comment %d: %w", c.Number, err)
			}
			targets = append(targets, carried...)
		}
		c.Targets = targets
	}
	return out, nil
}

func carryTarget(old, now *framework.Version, g Target, codes map[string]string) ([]Target, error) {
	f, err := framework.FindAnchor(old, now, g.Anchor)
	if err != nil {
		return nil, err
	}
	m := Move{Version: now.ID(), From: g.State, To: f.State, Was: g.Anchor, Before: f.Before, After: f.After, Method: f.Method, Score: f.Score}
	if len(f.Places) == 0 || f.State == framework.NeedsHuman {
		g.State, g.Choices = f.State, f.Places
		g.Moves = append(slices.Clone(g.Moves), m)
		return []Target{g}, nil
	}
	var out []Target
	for _, place := range f.Places {
		to := g
		to.Anchor, to.State, to.Method, to.Code = place, f.State, f.Method, codes[place.Element]
		if to.State == framework.Anchored && g.State == framework.TextChanged {
			to.State = framework.TextChanged // it changed once; only a person says that it is whole again
		}
		to.Moves = append(slices.Clone(g.Moves), m)
		out = append(out, to)
	}
	return out, nil
}

// IsLost tells whether a place of the comment is gone or waits for a person.
func (c *Comment) IsLost() bool {
	return slices.ContainsFunc(c.Targets, func(g Target) bool { return g.State == framework.Orphaned || g.State == framework.NeedsHuman })
}
