package accounts

import (
	"context"
	"slices"

	"github.com/go-webauthn/webauthn/webauthn"
)

// Held is everything that is held about one person, for themselves to read.
type Held struct {
	Person    Person
	Grants    []Grant
	Mandates  []Mandate
	Tokens    []Token
	Sessions  []Session
	Trail     []TrailRow // what they did; the newest 10,000 acts
	Approvals []Approval // what they proposed or decided
}

// Export gives what is held about a person: to themselves, or to an administrator, which is noted in
// the trail. Secrets are left out; that they exist is said.
func (s *Service) Export(ctx context.Context, person string) (*Held, error) {
	own := From(ctx).Person == person
	if own {
		if err := Require(ctx, OwnAccount, Scope{}); err != nil {
			return nil, err
		}
	}
	p, err := s.Store.Person(ctx, person)
	if err != nil {
		return nil, err
	}
	if !own {
		ctx, err = Acting(ctx, ExportPerson, Scope{Organisation: p.Organisation})
		if err != nil {
			return nil, err
		}
		if err := s.Store.SavePerson(ctx, p, Change{Act: ExportPerson, What: "what is held was taken out"}); err != nil {
			return nil, err
		}
	}
	h := &Held{Person: p}
	hide := func(s *string) {
		if *s != "" {
			*s = "set, not shown"
		}
	}
	hide(&h.Person.Password)
	hide(&h.Person.TOTP)
	h.Person.Recovery, h.Person.Passkeys = nil, slices.Clone(p.Passkeys)
	for i := range h.Person.Passkeys {
		h.Person.Passkeys[i].Credential = webauthn.Credential{}
	}
	if h.Grants, err = s.Store.Grants(ctx, person); err != nil {
		return nil, err
	}
	if h.Mandates, err = s.Store.Mandates(ctx, person); err != nil {
		return nil, err
	}
	if h.Tokens, err = s.Store.Tokens(ctx, person); err != nil {
		return nil, err
	}
	for i := range h.Tokens {
		h.Tokens[i].Hash = ""
	}
	if h.Sessions, err = s.Store.Sessions(ctx, person); err != nil {
		return nil, err
	}
	for i := range h.Sessions {
		h.Sessions[i].ID, h.Sessions[i].Pending = "", ""
	}
	if h.Trail, err = s.Store.Trail(ctx, TrailQuery{Person: person, Limit: 10_000}); err != nil {
		return nil, err
	}
	all, err := s.Store.Approvals(ctx, "")
	for _, a := range all {
		if a.Proposed.Person == person || a.Decided != nil && a.Decided.Person == person || a.Subject == person {
			h.Approvals = append(h.Approvals, a)
		}
	}
	return h, err
}

// Erase forgets a person: themselves, or an administrator at their request. What they did stays in
// the trail under an id that no longer leads anywhere.
func (s *Service) Erase(ctx context.Context, person, reason string) error {
	p, err := s.Store.Person(ctx, person)
	if err != nil {
		return err
	}
	act := ManagePeople
	if From(ctx).Person == person {
		act = OwnAccount
	}
	if ctx, err = Acting(ctx, act, Scope{Organisation: p.Organisation}); err != nil {
		return err
	}
	if p.State == Erased {
		return nil
	}
	if err := s.endRights(ctx, person, reason); err != nil {
		return err
	}
	return s.Store.ErasePerson(ctx, person, Change{act, "erased", reason})
}
