package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"waymark/internal/fault"
)

// ContentHash is what an approval counts for: the SHA-256, in hex, of a value as JSON.
func ContentHash(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Propose opens an approval of an act that needs a second organisation. a names the act, its object,
// scope, summary and content; the rest is set here.
func (s *Service) Propose(ctx context.Context, a Approval, reason string) (Approval, error) {
	act, scope := proposing(a.Act, a.Scope, From(ctx).Organisation)
	ctx, err := Acting(ctx, act, scope)
	if err != nil {
		return a, err
	}
	if a.Object == "" || a.Content == "" || a.Summary == "" {
		return a, fault.New(fault.Internal, "A proposal names its object, what would happen, and the hash of it.", "")
	}
	if err := s.gate("The reason", reason); err != nil {
		return a, err
	}
	if a.ID, err = newID(s.Now(), s.Random); err != nil {
		return a, err
	}
	letters, err := s.askSecond(ctx, &a)
	if err != nil {
		return a, err
	}
	err = s.Store.OpenApproval(ctx, a, func(a *Approval, b *Bench, days Setting) error { return a.open(b, days, reason) }, letters...)
	if err != nil {
		return a, err
	}
	return s.Store.Approval(ctx, a.ID)
}

// Decide approves or declines. The right of whoever decides, and that they are of another
// organisation, is looked at inside the transaction that closes the approval.
func (s *Service) Decide(ctx context.Context, id string, yes bool, reason string) (Approval, error) {
	a, err := s.Store.Approval(ctx, id)
	if err != nil {
		return a, err
	}
	if ctx, err = Acting(ctx, a.Act, a.Scope); err != nil {
		return a, err
	}
	if Present(ctx).Token != "" {
		return a, fault.New(fault.Forbidden, "A token decides on nothing.", "Sign in, and decide yourself.").WithKey("error.forbidden", nil)
	}
	if err := s.gate("The reason", reason); err != nil {
		return a, err
	}
	what := "declined"
	if yes {
		what = "approved"
	}
	return s.Store.CloseApproval(ctx, id, Change{Decide, what + ": " + a.Summary, reason},
		func(a *Approval, b *Bench) error { return a.decide(b, yes, reason) })
}

// Withdraw takes one's own proposal back.
func (s *Service) Withdraw(ctx context.Context, id, reason string) error {
	ctx, err := Acting(ctx, Propose, Scope{})
	if err != nil {
		return err
	}
	_, err = s.Store.CloseApproval(ctx, id, Change{Propose, "taken back", reason},
		func(a *Approval, b *Bench) error { return a.withdraw(b, reason) })
	return err
}

// ReplyTo keeps what a State says to a rating of it, by somebody with a mandate to speak for it.
func (s *Service) ReplyTo(ctx context.Context, id, text, lang string) error {
	a, err := s.Store.Approval(ctx, id)
	if err != nil {
		return err
	}
	if ctx, err = Acting(ctx, Reply, Scope{Country: a.Scope.Country}); err != nil {
		return err
	}
	if err := s.gate("The reply", text); err != nil {
		return err
	}
	_, err = s.Store.CloseApproval(ctx, id, Change{Reply, "the State of " + a.Scope.Country + " replied", ""},
		func(a *Approval, b *Bench) error { return a.reply(b, text, lang) })
	return err
}

// Waiting lists what waits for a second organisation, the oldest first. Everybody may see it: who
// proposed is told by organisation, never by person.
func (s *Service) Waiting(ctx context.Context) ([]Approval, error) {
	list, err := s.Store.Approvals(ctx, Open)
	for i := range list {
		a := &list[i]
		a.Proposed.Person, a.Proposed.Reason, a.Subject, a.Grant = "", "", "", nil
		if a.Reply != nil && a.Reply.By != nil {
			reply, by := *a.Reply, *a.Reply.By
			by.Person, reply.By = "", &by
			a.Reply = &reply
		}
		switch a.Act {
		case GrantRole: // whom it is about is nobody else's business
			a.Object, a.Summary = "grant", "A role is to be given."
		case CountryStatus: // what one organisation alone says of a country is not published, nor a hash to guess it by
			a.Summary, a.Content = "A status of "+a.Scope.Country+" is to be decided.", ""
		}
	}
	return list, err
}

// Approved lists the approvals of an act on an object, oldest first.
func (s *Service) Approved(ctx context.Context, act Act, object string) ([]Approval, error) {
	list, err := s.Store.Approvals(ctx, Approved)
	return slices.DeleteFunc(list, func(a Approval) bool { return a.Act != act || a.Object != object }), err
}

// IsApproved tells whether an act with exactly this content was approved, and by which approval. It
// is what a service asks before it carries out what Decide does not.
func (s *Service) IsApproved(ctx context.Context, act Act, object, content string) (Approval, bool, error) {
	list, err := s.Approved(ctx, act, object)
	i := slices.IndexFunc(list, func(a Approval) bool { return a.Content == content })
	if err != nil || i < 0 {
		return Approval{}, false, err
	}
	return list[i], true, nil
}

// GiveRole proposes a role for somebody; it begins when a person of a second organisation approves.
//
// The first roles of a new database are different: until two organisations each have an active
// administrator, nobody could approve, and what the operator gives counts at once. The trail says so.
func (s *Service) GiveRole(ctx context.Context, g Grant, reason string) (grant *Grant, waiting *Approval, err error) {
	ctx, err = Acting(ctx, GrantRole, g.Scope)
	if err != nil {
		return nil, nil, err
	}
	p, err := s.Store.Person(ctx, g.Person)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case !slices.Contains(Roles(), g.Role):
		_, err := ParseRole(string(g.Role))
		return nil, nil, err
	case p.State != Active && p.State != Invited:
		return nil, nil, fault.New(fault.Refused, "A role is given to somebody whose account is open.", "Enable or invite the person first.")
	case g.Role == FocalPoint && g.Scope.Country == "":
		return nil, nil, fault.New(fault.Refused, "A focal point is one of a country.", "Name the country.")
	}
	held, err := s.Store.Grants(ctx, p.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, h := range InForce(held, s.today()) {
		if h.Role == g.Role && h.Scope == g.Scope {
			return nil, nil, fault.Newf(fault.Conflict, "The person has the role %s there already.", g.Role).WithFix("Nothing is left to do.")
		}
	}
	if g.ID, err = newID(s.Now(), s.Random); err != nil {
		return nil, nil, err
	}
	g.From, g.Approval, g.Version = s.today(), "", 0
	if Present(ctx).Role == Operator {
		open, err := s.isFirst(ctx)
		if err != nil {
			return nil, nil, err
		}
		if open {
			what := fmt.Sprintf("%s for %s; among the first roles, when nobody could approve yet", g.Role, g.Scope)
			return &g, nil, s.Store.SaveGrant(ctx, g, Change{GrantRole, what, reason})
		}
	}
	content, err := ContentHash(g)
	if err != nil {
		return nil, nil, err
	}
	a, err := s.Propose(ctx, Approval{
		Act: GrantRole, Object: "grant/" + g.ID, Scope: g.Scope, Subject: g.Person, Content: content, Grant: &g,
		Summary: fmt.Sprintf("the role %s for %s to the person %s", g.Role, g.Scope, g.Person),
	}, reason)
	if err != nil {
		return nil, nil, err
	}
	return nil, &a, nil
}

// isFirst tells that fewer than two organisations have an active administrator of everything.
func (s *Service) isFirst(ctx context.Context) (bool, error) {
	grants, err := s.Store.Grants(ctx, "")
	if err != nil {
		return false, err
	}
	list, err := s.Store.Organisations(ctx)
	if err != nil {
		return false, err
	}
	all := index(list)
	var seen []string
	for _, g := range InForce(grants, s.today()) {
		if g.Role != Administrator || g.Scope != (Scope{}) {
			continue
		}
		p, err := s.Store.Person(ctx, g.Person)
		if err != nil {
			return false, err
		}
		if r := root(all, p.Organisation); p.State == Active && !slices.Contains(seen, r) {
			seen = append(seen, r)
		}
	}
	return len(seen) < 2, nil
}

// Change proposes another value of a setting.
func (s *Service) Change(ctx context.Context, name, value, reason string) (Approval, error) {
	ctx, err := Acting(ctx, ChangeSetting, Scope{})
	if err != nil {
		return Approval{}, err
	}
	now, err := s.Store.Setting(ctx, name)
	if err != nil {
		return Approval{}, err
	}
	next := Setting{Name: name, Value: value, Version: now.Version + 1}
	if err := next.Check(); err != nil {
		return Approval{}, err
	}
	if next.Value == now.Value {
		return Approval{}, fault.Newf(fault.Conflict, "The setting %s is %s already.", name, value).WithFix("Nothing is left to do.")
	}
	content, err := ContentHash(next)
	if err != nil {
		return Approval{}, err
	}
	return s.Propose(ctx, Approval{
		Act: ChangeSetting, Object: "setting/" + name, Content: content, Setting: &next,
		Summary: fmt.Sprintf("the setting %s from %s to %s", name, now.Value, value),
	}, reason)
}

// Trail gives what was done, newest first, to those who may read it. Everybody may read what they
// did themselves.
func (s *Service) Trail(ctx context.Context, q TrailQuery) ([]TrailRow, error) {
	if err := Require(ctx, ReadAudit, Scope{Organisation: q.Organisation}); err != nil {
		if p := Present(ctx); !p.IsSignedIn() || q.Person != p.Person {
			return nil, err
		}
	}
	return s.Store.Trail(ctx, q)
}
