package consultation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"waymark/internal/accounts"
)

// Queued is one text that waits for a moderator, with the comments that say nearly the same.
type Queued struct {
	Round    int
	Comments []Comment // the first is shown
	// Differing are words that the others have and the first has not, where there are any.
	Differing []string
	Changes   []Amendment // what the first asks for
}

// Queue lists what waits for a moderator in all rounds, oldest first: near-duplicates as one. What
// whoever looks has handed on is not in it.
func (s *Service) Queue(ctx context.Context) ([]Queued, error) {
	if err := accounts.Require(ctx, accounts.Moderate, accounts.Scope{}); err != nil {
		return nil, err
	}
	rounds, err := s.Rounds(ctx)
	if err != nil {
		return nil, err
	}
	me := accounts.From(ctx).Person
	var out []Queued
	for _, r := range rounds {
		rec, err := s.Record(ctx, r.Number)
		if err != nil {
			return nil, err
		}
		var held []Comment
		for _, c := range rec.Comments {
			if c.Held != "" && c.Removed == "" && !c.Withdrawn && !slices.Contains(c.Passed, me) {
				held = append(held, c)
			}
		}
		for _, group := range together(held) {
			q := Queued{Round: r.Number, Comments: group}
			for _, other := range group[1:] {
				for _, w := range strings.Fields(strings.Join(other.Text, " ")) {
					if !slices.Contains(strings.Fields(strings.Join(group[0].Text, " ")), w) && !slices.Contains(q.Differing, w) {
						q.Differing = append(q.Differing, w)
					}
				}
			}
			for _, a := range rec.Amendments {
				if a.Comment == group[0].ID {
					q.Changes = append(q.Changes, a)
				}
			}
			out = append(out, q)
		}
	}
	return out, nil
}

// together puts comments that say the same or nearly the same into one group each, in order.
func together(held []Comment) [][]Comment {
	of := map[string]int{}
	for i, g := range NearDuplicates(held) {
		for _, id := range g.Members {
			of[id] = i + 1
		}
	}
	var out [][]Comment
	at := map[string]int{}
	for _, c := range held {
		key := "t" + nameKey(strings.Join(c.Text, " ")) // short texts have no shingles
		if n := of[c.ID]; n > 0 {
			key = fmt.Sprint("g", n)
		}
		if i, ok := at[key]; ok {
			out[i] = append(out[i], c)
			continue
		}
		at[key] = len(out)
		out = append(out, []Comment{c})
	}
	return out
}

// moderate changes comments one by one, each with the changes it asks for.
func (s *Service) moderate(ctx context.Context, round int, ids []string, what string, do func(*Comment), change func(*Amendment)) error {
	if err := accounts.Require(ctx, accounts.Moderate, scope(round)); err != nil {
		return err
	}
	rec, err := s.Record(ctx, round)
	if err != nil {
		return err
	}
	if rec.Round.State == Adopted {
		return ended(round)
	}
	for _, id := range ids {
		c, ok := rec.Comment(id)
		if !ok {
			return noComment(id)
		}
		do(c)
		if err := s.Store.SaveBoth(ctx, *c, changesOf(rec, id, change), what); err != nil {
			return err
		}
	}
	return nil
}

// Show lets everybody read comments that were held.
func (s *Service) Show(ctx context.Context, round int, ids []string) error {
	return s.moderate(ctx, round, ids, "released", func(c *Comment) { c.Held, c.Passed = "", nil }, func(a *Amendment) { a.Held = "" })
}

// TakeAway removes comments on a ground of the closed list. That they were is counted in public.
func (s *Service) TakeAway(ctx context.Context, round int, ids []string, ground Removal) error {
	if !slices.Contains(Removals, ground) {
		return refuse("no_ground", "This is no ground for a removal.", "Choose one of the list.", nil)
	}
	return s.moderate(ctx, round, ids, "removed: "+string(ground), func(c *Comment) { c.Removed, c.Held, c.Passed = ground, "", nil },
		func(a *Amendment) { a.State = NotMeant })
}

// PassOn hands comments to a colleague: whoever does it is not shown them again.
func (s *Service) PassOn(ctx context.Context, round int, ids []string) error {
	me := accounts.From(ctx).Person
	return s.moderate(ctx, round, ids, "handed on", func(c *Comment) {
		if !slices.Contains(c.Passed, me) {
			c.Passed = append(c.Passed, me)
		}
	}, func(*Amendment) {})
}
