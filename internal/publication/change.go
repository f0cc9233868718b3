package publication

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Change is something that happened and that readers of the feed are told of.
type Change struct {
	ID      string // stable
	At      int64  // microseconds since 1970, UTC
	Title   string // English
	Summary string
	Page    string // address behind the language
}

// Changes lists what happened, the newest first: versions of frameworks, and lists taken in or taken
// back. most bounds how many.
func (n *Snapshot) Changes(ctx context.Context, most int) ([]Change, error) {
	batches, err := n.store.BatchesSince(ctx, 0)
	if err != nil {
		return nil, err
	}
	var out []Change
	for _, b := range batches {
		source, _ := n.Source(b.Source)
		title := cmp.Or(source.Title, b.Source)
		out = append(out, Change{
			ID: "batch/" + b.ID, At: b.At, Title: "Evidence taken in: " + title, Page: "/data#" + b.Source,
			Summary: fmt.Sprintf("%d new and %d changed statements from %s; %d contradict another source.", b.Tally.New, b.Tally.Changed, title, b.Tally.Conflicting),
		})
		if b.Withdrawn != 0 {
			out = append(out, Change{ID: "withdrawal/" + b.ID, At: b.Withdrawn, Title: "Evidence taken back: " + title, Page: "/data#" + b.Source,
				Summary: "The statements of this list no longer count; what stood before stands again."})
		}
	}
	for _, v := range n.Versions {
		id := fmt.Sprintf("%s@%d", v.Framework, v.Number)
		out = append(out, Change{ID: "framework/" + id, At: v.SavedAt, Title: fmt.Sprintf("Framework: %s, version %d (%s)", v.Title, v.Number, v.State), Page: "/framework/" + id,
			Summary: "The text, its targets and how they are counted."})
	}
	slices.SortStableFunc(out, func(a, b Change) int { return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(a.ID, b.ID)) })
	return out[:min(most, len(out))], nil
}
