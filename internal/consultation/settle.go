package consultation

import (
	"context"
	"slices"
	"strings"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/framework"
)

// Place puts a place of a comment where a person says: by its number, counted from 0, on words of an
// element of the round's version. PlaceBack takes it back.
func (s *Service) Place(ctx context.Context, round int, comment string, row, number int, element string, start, end int) error {
	by := accounts.From(ctx).Person
	return s.change(ctx, accounts.Consult, round, comment, row, "place chosen", func(_ *Record, v *framework.Version, c *Comment) error {
		if number < 0 || number >= len(c.Targets) {
			return fault.Newf(fault.NotFound, "Comment %d has no place %d.", c.Number, number).WithFix("See its places.")
		}
		was := c.Targets[number]
		g, err := place(v, element, "", start, end)
		if err != nil {
			return err
		}
		g.Said, g.Choices = was.Said, was.Choices
		g.Moves = append(was.Moves, Move{Version: v.ID(), From: was.State, To: g.State, Was: was.Anchor, Before: was.Words(), After: g.Words(), Method: "manual", By: by})
		c.Targets[number] = g
		return nil
	})
}

// PlaceBack takes the newest move of a place back: it stands where it stood before, and the trail of
// its moves keeps both.
func (s *Service) PlaceBack(ctx context.Context, round int, comment string, row, number int) error {
	by := accounts.From(ctx).Person
	return s.change(ctx, accounts.Consult, round, comment, row, "place taken back", func(_ *Record, v *framework.Version, c *Comment) error {
		if number < 0 || number >= len(c.Targets) || len(c.Targets[number].Moves) == 0 {
			return fault.Newf(fault.NotFound, "Comment %d has no move of the place %d.", c.Number, number).WithFix("See its places.")
		}
		g := c.Targets[number]
		last := g.Moves[len(g.Moves)-1]
		m := Move{Version: v.ID(), From: g.State, To: last.From, Was: g.Anchor, Before: g.Words(), After: last.Before, Method: "manual", By: by}
		g.Anchor, g.State, g.Code = last.Was, last.From, codeOf(v, last.Was.Element)
		g.Moves = append(slices.Clone(g.Moves), m)
		c.Targets[number] = g
		return nil
	})
}

// Settle says of an amendment read out of a comment, or of an untracked change, whether it was meant.
// One whose words stand in the text already stays so: there is nothing left to change.
func (s *Service) Settle(ctx context.Context, round int, amendment string, row int, meant bool) error {
	return s.settle(ctx, round, amendment, row, "settled", func(_ *framework.Version, a *Amendment) error {
		switch {
		case !meant:
			a.State = NotMeant
		case a.NeedsStructure():
			return fault.New(fault.Refused, "The file shows this change of the structure, and not what it means for the codes.", "Say what it means, or that it was not meant.").WithKey("error.structure_needs", nil)
		case a.State != AlreadyInText:
			a.State = Proposed
		}
		return nil
	})
}

// Shape gives a change of the structure, read from a file, its edit.
func (s *Service) Shape(ctx context.Context, round int, amendment string, row int, how Structure) error {
	return s.settle(ctx, round, amendment, row, "structure said", func(v *framework.Version, a *Amendment) error {
		if !a.NeedsStructure() {
			return fault.New(fault.Conflict, "Nobody has to say what this change means for the structure.", "Look at it again.").WithKey("error.no_structure", nil)
		}
		edit, err := Restructure(v, a, how, newElementID)
		if err != nil {
			return err
		}
		a.Edit, a.State = edit, Proposed
		return nil
	})
}

// newElementID names an element that no version has.
func newElementID() string { return "e" + strings.ReplaceAll(newID(), "-", "") }

func (s *Service) settle(ctx context.Context, round int, amendment string, row int, what string, do func(*framework.Version, *Amendment) error) error {
	rec, v, err := s.answerable(ctx, round)
	if err != nil {
		return err
	}
	a, ok := rec.Amendment(amendment)
	if !ok {
		return fault.Newf(fault.NotFound, "There is no amendment %q in round %d.", amendment, round).WithFix("See the list of amendments.")
	}
	if err := do(v, a); err != nil {
		return err
	}
	if row != 0 {
		a.RowVersion = row
	}
	return s.Store.SaveAmendment(ctx, *a, what)
}
