package consultation

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/reference"
)

// Approvals is how an act gets the second organisation it needs: accounts.Service.
type Approvals interface {
	Propose(ctx context.Context, a accounts.Approval, reason string) (accounts.Approval, error)
	Approved(ctx context.Context, act accounts.Act, object string) ([]accounts.Approval, error)
}

// Blockers lists everything that keeps a round from being adopted.
func (s *Service) Blockers(ctx context.Context, round int) ([]Blocker, error) {
	rec, v, err := s.load(ctx, round)
	if err != nil {
		return nil, err
	}
	return Decide(v, rec).Blockers, nil
}

// AdoptionObject names the adoption of a round to the approvals.
func AdoptionObject(round int) string { return "round/" + strconv.Itoa(round) }

// adoptionContent is what an approval of an adoption counts for: the version, every answer that
// stands, the changes and the day. Any later answer makes it void.
func adoptionContent(r *Record, d *Decision, on reference.Date) (string, error) {
	var answers []string
	standing := Standing(r.Dispositions)
	for _, id := range slices.Sorted(maps.Keys(standing)) {
		answers = append(answers, standing[id].ID)
	}
	return accounts.ContentHash(map[string]any{"round": r.Round.Number, "version": r.Round.Version, "answers": answers, "edits": d.Edits, "from": on})
}

// adoptable decides a round that is closed, or says why it cannot be adopted.
func (s *Service) adoptable(ctx context.Context, round int) (*Record, *framework.Version, *Decision, error) {
	rec, v, err := s.load(ctx, round)
	if err != nil {
		return nil, nil, nil, err
	}
	if rec.Round.State != Over {
		return nil, nil, nil, fault.New(fault.Conflict, fmt.Sprintf("Round %d is %s; a round is adopted once it is closed.", round, rec.Round.State), "Close it first.").
			WithKey("error.round_not_closed", map[string]any{"Number": round})
	}
	d := Decide(v, rec)
	if len(d.Blockers) > 0 {
		return rec, v, d, refusal(round, d.Blockers)
	}
	return rec, v, d, nil
}

// ProposeAdoption asks a second organisation to agree to the adoption of a round as it is decided now.
func (s *Service) ProposeAdoption(ctx context.Context, round int, on reference.Date, reason string) (accounts.Approval, *Decision, error) {
	if err := accounts.Require(ctx, accounts.Adopt, scope(round)); err != nil {
		return accounts.Approval{}, nil, err
	}
	rec, _, d, err := s.adoptable(ctx, round)
	if err != nil {
		return accounts.Approval{}, d, err
	}
	if s.Approvals == nil {
		return accounts.Approval{}, d, fault.New(fault.Internal, "There is nobody to approve an adoption.", "")
	}
	content, err := adoptionContent(rec, d, on)
	if err != nil {
		return accounts.Approval{}, d, err
	}
	a, err := s.Approvals.Propose(ctx, accounts.Approval{
		Act: accounts.Adopt, Object: AdoptionObject(round), Scope: scope(round), Content: content, From: accounts.Day(on.String()),
		Summary: fmt.Sprintf("consultation %d on %s is adopted from %s, with %d changes of the text", round, rec.Round.Version, on, len(d.Edits)),
	}, reason)
	return a, d, err
}

// approvedDay gives the day from which the adoption of a round as it is decided now was approved.
func (s *Service) approvedDay(ctx context.Context, rec *Record, d *Decision) (reference.Date, error) {
	list, err := s.Approvals.Approved(ctx, accounts.Adopt, AdoptionObject(rec.Round.Number))
	if err != nil {
		return 0, err
	}
	for _, a := range slices.Backward(list) {
		on, err := reference.ParseDate(string(a.From))
		if err != nil {
			continue
		}
		if content, err := adoptionContent(rec, d, on); err != nil || content == a.Content {
			return on, err
		}
	}
	return 0, nil
}

// Adopt ends a round: the accepted changes make the next version, which holds from a day on, and the
// comments follow it. It refuses with every blocker named; there is no override. Where approvals are
// kept, it does exactly what a second organisation approved, from the day that was approved.
func (s *Service) Adopt(ctx context.Context, round int, on reference.Date) (*Decision, error) {
	if err := accounts.Require(ctx, accounts.Adopt, scope(round)); err != nil {
		return nil, err
	}
	rec, v, d, err := s.adoptable(ctx, round)
	if err != nil {
		return d, err
	}
	if s.Approvals != nil {
		if on, err = s.approvedDay(ctx, rec, d); err != nil {
			return d, err
		}
		if on == 0 {
			return d, fault.New(fault.Conflict, fmt.Sprintf("No second organisation has approved the adoption of round %d as it is now decided.", round),
				"Propose it; a publisher of another organisation approves it.").WithKey("error.adoption_not_approved", nil)
		}
	}
	a := Adoption{Round: rec.Round, Writes: rec.Writes}
	a.Round.State = Adopted
	if len(d.Edits) > 0 || isDraft(v) {
		before, next, cross, err := s.next(ctx, v, d.Edits)
		if err != nil {
			return d, fmt.Errorf("round %d: %w", round, err)
		}
		d.Crosswalk = cross
		if a.Ended, a.Next, err = framework.Adopt(before, next, on); err != nil {
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
	d.From = on
	a.Round.Edits, a.Round.Crosswalk = d.Edits, d.Crosswalk
	return d, s.Store.SaveAdoption(ctx, a)
}

func isDraft(v *framework.Version) bool {
	return v.State == framework.Draft || v.State == framework.Consultation
}

// next makes the version that follows a round, and gives the one in force that it takes the place of;
// nil: there is none. A draft that was consulted on stays as it was read, so that every comment keeps
// its words: what is adopted has the number after it.
func (s *Service) next(ctx context.Context, v *framework.Version, edits []framework.Edit) (before, next *framework.Version, cross *framework.Crosswalk, err error) {
	next, cross, err = framework.Apply(v, edits)
	if err != nil || !isDraft(v) {
		return v, next, cross, err
	}
	next.Number = v.Number + 1
	cross.To = next.ID()
	before, err = s.Version(ctx, v.Framework)
	if fault.Is(err, fault.NotFound) {
		return nil, next, cross, nil
	}
	return before, next, cross, err
}
