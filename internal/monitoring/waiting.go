package monitoring

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

// await opens the approval that a batch waits for.
func (s *Service) await(ctx context.Context, p ProposedBatch) (accounts.Approval, error) {
	a, err := approvalOf(&p)
	if err != nil {
		return a, err
	}
	if s.Propose == nil {
		return a, fault.New(fault.Forbidden, "Lists are taken in here only on the machine that runs the service.", "Send the list to whoever runs it.")
	}
	return s.Propose(ctx, a, fmt.Sprintf("The list %s, from %s.", p.Batch.File, p.Batch.Source))
}

// approvalOf says what is approved with a batch. The same rows of the same source are one object, so
// that they wait once.
func approvalOf(p *ProposedBatch) (accounts.Approval, error) {
	a := accounts.Approval{Act: accounts.VerifyEvidence, Attached: p}
	for i := range p.Rows {
		if area := p.Rows[i].Area; !slices.Contains(a.Countries, area) {
			a.Countries = append(a.Countries, area)
		}
	}
	slices.Sort(a.Countries)
	if len(a.Countries) == 1 {
		a.Scope.Country = a.Countries[0]
	}
	var err error
	a.Content, err = accounts.ContentHash(p.Rows)
	a.Object = "list/" + a.Content[:16]
	a.Summary = fmt.Sprintf("%d observations of %s for %d countries from the source %s enter the figures",
		len(p.Rows), strings.Join(p.Batch.Indicators, ", "), len(a.Countries), p.Batch.Source)
	return a, err
}

// Review is a list that waits, compared with what stands now.
type Review struct {
	Batch Batch
	*Proposal
}

// Waiting gives the list that waits for an approval, for whoever may decide on it and whoever handed
// it over.
func (s *Service) Waiting(ctx context.Context, approval string) (*Review, error) {
	who := accounts.Present(ctx)
	right := who.Somewhere(accounts.VerifyEvidence)
	if right != nil && who.Somewhere(accounts.ImportEvidence) != nil {
		return nil, right
	}
	p, err := s.Store.ProposedBatch(ctx, approval)
	if err != nil {
		return nil, err
	}
	if right != nil && p.Batch.By != who.Person {
		return nil, right
	}
	current, err := s.Store.Observations(ctx, ObservationQuery{Indicators: p.Batch.Indicators})
	if err != nil {
		return nil, err
	}
	return review(&p, current), nil
}

// review compares a list that waits with what stands now. It is pure.
func review(p *ProposedBatch, current []Observation) *Review {
	x := &proposer{
		known: Known{Mapping: &Mapping{}, Source: Source{Code: p.Batch.Source}, Current: current},
		out:   &Proposal{Remarks: p.Batch.Problems}, seen: map[Key]int{},
	}
	x.index()
	for i := range p.Rows {
		x.place(p.Rows[i], i+1)
	}
	t := &x.out.Tally
	t.Read, t.New, t.Changed, t.Conflicting = len(p.Rows), len(x.out.New), len(x.out.Changed), len(x.out.Conflicts)
	return &Review{p.Batch, x.out}
}
