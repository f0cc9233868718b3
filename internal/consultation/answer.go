package consultation

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/reference"
)

// Dispose answers comments, or amendments that stand alone, by their ids: one disposition for each,
// also where many are answered at once. A later answer supersedes the one that stands.
func (s *Service) Dispose(ctx context.Context, round int, ids []string, d Disposition) error {
	if err := accounts.Require(ctx, accounts.Consult, scope(round)); err != nil {
		return err
	}
	rec, err := s.Store.Record(ctx, round)
	if err != nil {
		return err
	}
	if rec.Round.State == Adopted {
		return ended(round)
	}
	standing := Standing(rec.Dispositions)
	var all []Disposition
	for _, id := range ids {
		one := d
		one.ID, one.Comment, one.Proposed = newID(), id, false
		one.Supersedes = standing[id].ID
		a, alone := rec.Amendment(id)
		if _, ok := rec.Comment(id); !ok && (!alone || a.Comment != "") {
			return noComment(id)
		}
		if alone && (one.Code == Accepted) && len(one.Changes) == 0 {
			one.Changes = []string{id}
		}
		if one.Code == DuplicateOf {
			other, decided := standing[one.To]
			if !decided || other.Code == DuplicateOf {
				return fault.New(fault.Refused, "The other comment must be answered itself, and not as the same as a third.", "Answer that one first.").WithKey("error.disposition_chain", nil)
			}
		}
		for _, change := range one.Changes {
			if b, ok := rec.Amendment(change); !ok || b.Edit == nil {
				return fault.Newf(fault.Refused, "The change %q is no amendment of this round that says what it changes.", change).WithFix("Draft the change first, then link it.")
			}
		}
		if err := one.Check(); err != nil {
			return err
		}
		if finding := s.held(one.Reason); finding != "" {
			return fault.Newf(fault.Refused, "The reason holds what is never stored here (%s).", finding).WithFix("Take it out.")
		}
		all = append(all, one)
	}
	return s.Store.SaveDispositions(ctx, round, all)
}

// GroupByHand puts comments together that ask for the same; GroupConfirm says that a proposed group is
// one. A group is for reading only.
func (s *Service) GroupByHand(ctx context.Context, round int, members []string) (string, error) {
	return s.group(ctx, round, DuplicateGroup{Members: members, Method: "manual"})
}

// ConfirmGroup keeps a proposed group that a person looked at.
func (s *Service) ConfirmGroup(ctx context.Context, round int, g DuplicateGroup) (string, error) {
	return s.group(ctx, round, g)
}

func (s *Service) group(ctx context.Context, round int, g DuplicateGroup) (string, error) {
	if err := accounts.Require(ctx, accounts.Consult, scope(round)); err != nil {
		return "", err
	}
	rec, err := s.Store.Record(ctx, round)
	if err != nil {
		return "", err
	}
	if len(g.Members) < 2 {
		return "", fault.New(fault.Refused, "A group has at least two comments.", "Choose two or more.")
	}
	for _, id := range g.Members {
		if _, ok := rec.Comment(id); !ok {
			return "", noComment(id)
		}
	}
	slices.SortFunc(g.Members, func(a, b string) int { x, _ := rec.Comment(a); y, _ := rec.Comment(b); return x.Number - y.Number })
	g.ID, g.ConfirmedBy = newID(), accounts.From(ctx).Person
	return g.ID, s.Store.SaveGroup(ctx, round, g)
}

// Respond keeps what a commenter says to the answer.
func (s *Service) Respond(ctx context.Context, round int, r Response) error {
	if err := accounts.Require(ctx, accounts.Comment, accounts.Scope{Round: strconv.Itoa(round), Organisation: r.Organisation}); err != nil {
		return err
	}
	rec, err := s.Store.Record(ctx, round)
	if err != nil {
		return err
	}
	c, ok := rec.Comment(r.Comment)
	if !ok || !c.HasVoice(r.Organisation) {
		return fault.New(fault.Refused, "Only an organisation that speaks in a comment says whether its answer satisfies it.", "Respond to a comment of your own.")
	}
	d, decided := Standing(rec.Dispositions)[c.ID]
	if !decided {
		return fault.New(fault.Refused, fmt.Sprintf("Comment %d has no answer yet.", c.Number), "Wait for the answer.")
	}
	if finding := s.held(r.Text); finding != "" {
		return fault.Newf(fault.Refused, "The text holds what is never stored here (%s).", finding).WithFix("Take it out.")
	}
	r.ID, r.Disposition = newID(), d.ID
	return s.Store.SaveResponse(ctx, round, r)
}

// Blockers lists everything that keeps a round from being adopted.
func (s *Service) Blockers(ctx context.Context, round int) ([]Blocker, error) {
	rec, v, err := s.load(ctx, round)
	if err != nil {
		return nil, err
	}
	return Decide(v, rec).Blockers, nil
}

// Adopt ends a round: the accepted changes make the next version, which holds from a day on, and the
// comments follow it. It refuses with every blocker named; there is no override.
func (s *Service) Adopt(ctx context.Context, round int, on reference.Date) (*Decision, error) {
	if err := accounts.Require(ctx, accounts.Adopt, scope(round)); err != nil {
		return nil, err
	}
	if s.Approved != nil {
		if err := s.Approved(ctx, round); err != nil {
			return nil, err
		}
	}
	rec, v, err := s.load(ctx, round)
	if err != nil {
		return nil, err
	}
	if rec.Round.State != Over {
		return nil, fault.New(fault.Conflict, fmt.Sprintf("Round %d is %s; a round is adopted once it is closed.", round, rec.Round.State), "Close it first.")
	}
	d := Decide(v, rec)
	if len(d.Blockers) > 0 {
		return d, refusal(round, d.Blockers)
	}
	a := Adoption{Round: rec.Round}
	a.Round.State = Adopted
	if len(d.Edits) > 0 {
		next, cross, err := framework.Apply(v, d.Edits)
		if err != nil {
			return d, fmt.Errorf("round %d: %w", round, err)
		}
		d.Crosswalk = cross
		if a.Ended, a.Next, err = framework.Adopt(v, next, on); err != nil {
			return d, fmt.Errorf("round %d: %w", round, err)
		}
		a.Round.Result = a.Next.ID()
		carried, err := Carry(v, a.Next, rec.Comments)
		if err != nil {
			return d, err
		}
		a.Comments = carried
		a.Amendments = overtaken(rec, d)
		d.Next = a.Next
	}
	a.Round.Edits, a.Round.Crosswalk = d.Edits, d.Crosswalk
	return d, s.Store.SaveAdoption(ctx, a)
}

func refusal(round int, blockers []Blocker) error {
	var list []string
	for _, b := range blockers {
		list = append(list, b.String())
	}
	return fault.New(fault.Conflict, fmt.Sprintf("Round %d cannot be adopted, because of %d things: %s.", round, len(blockers), strings.Join(list, "; ")),
		"Answer, confirm or place each; deferred with a reason is the honest way out.")
}

// Compilation makes the compilation of a round. Everybody may read it: what is held, withdrawn or
// removed is not in it.
func (s *Service) Compilation(ctx context.Context, round int, language lang.Tag) (*Compilation, error) {
	rec, v, err := s.load(ctx, round)
	if err != nil {
		return nil, err
	}
	return Compile(v, rec, language), nil
}
