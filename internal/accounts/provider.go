package accounts

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"waymark/internal/fault"
)

// Provider is where the people of an organisation sign in instead of with a password: an OpenID
// Connect provider. Its secret is the operator's to give, so that nobody opens a way in alone. The zero
// value is none.
type Provider struct {
	Issuer string `json:"issuer,omitempty"` // https://login.example.org
	Client string `json:"client,omitempty"` // what the provider calls this site
}

// Check refuses an issuer that is no https address.
func (p *Provider) Check() error {
	if *p == (Provider{}) {
		return nil
	}
	u, err := url.Parse(p.Issuer)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || len(p.Issuer) > 300 ||
		p.Client == "" || len(p.Client) > 300 || strings.ContainsFunc(p.Client, func(r rune) bool { return r <= ' ' }) {
		return fault.New(fault.Refused, "A provider has an https address and the name it knows this site under.", "Write both as the provider gives them.").WithKey("error.provider", nil)
	}
	return nil
}

// SetProvider says where the people of an organisation sign in, or with the zero value that they do not.
func (s *Service) SetProvider(ctx context.Context, code string, p Provider, reason string) error {
	ctx, err := Acting(ctx, ManagePeople, Scope{Organisation: code})
	if err != nil {
		return err
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	if err := p.Check(); err != nil {
		return err
	}
	o, err := s.Store.Organisation(ctx, code)
	if err != nil {
		return err
	}
	o.Provider = p
	return s.Store.SaveOrganisation(ctx, o, Change{ManageOrgs, "where its people sign in was set", reason})
}

var errElsewhere = fault.New(fault.Refused, "Nobody of this organisation was invited with this address.", "Ask the administrator of this service for an invitation.").WithKey("error.elsewhere", nil)

// SignInElsewhere begins a session for somebody whom their organisation's provider vouched for. It stands for
// the password alone: a second factor is asked for as ever, and it makes no account. Whoever is
// invited takes the invitation up by it, if they are 18 or older.
func (s *Service) SignInElsewhere(ctx context.Context, organisation, email string, adult bool, network string) (Entry, error) {
	if err := s.take(ctx, map[string]Pace{"network " + network: paceNetwork}); err != nil {
		return Entry{}, err
	}
	folded, err := FoldEmail(email)
	if err != nil {
		return Entry{}, errElsewhere
	}
	p, err := s.Store.PersonByEmail(ctx, folded)
	switch {
	case fault.Is(err, fault.NotFound) || err == nil && (p.Organisation != organisation || p.State != Active && p.State != Invited):
		return Entry{}, errElsewhere
	case err != nil:
		return Entry{}, err
	}
	if p.State == Invited {
		if err := s.opens(&p, "", adult); err != nil {
			return Entry{}, err
		}
		if err := s.Store.SavePerson(asPerson(ctx, p), p, Change{Act: Accept, What: "taken up through the organisation's sign-in"}); err != nil {
			return Entry{}, err
		}
	}
	e := Entry{NeedsSecond: p.HasSecond()}
	return e, s.begin(ctx, &e, p, Session{Half: e.NeedsSecond}, "")
}

// Keep keeps what a browser is to bring back once; Brought gives it and takes it away.
func (s *Service) Keep(ctx context.Context, state, doc string) error {
	return s.Store.SaveChallenge(ctx, HashSecret("state "+state), doc, s.Now().Add(ceremonyLife).UnixMicro())
}

// Brought gives what was kept under a state, once.
func (s *Service) Brought(ctx context.Context, state string) (string, error) {
	return s.Store.TakeChallenge(ctx, HashSecret("state "+state))
}

// OwnSessions lists the sessions of whoever is present; EndSession ends one of them.
func (s *Service) OwnSessions(ctx context.Context) ([]Session, error) {
	if err := Require(ctx, OwnAccount, Scope{}); err != nil {
		return nil, err
	}
	return s.Store.Sessions(ctx, From(ctx).Person)
}

// EndSession ends one session of whoever is present.
func (s *Service) EndSession(ctx context.Context, id string) error {
	list, err := s.OwnSessions(ctx)
	if err != nil {
		return err
	}
	if id == "" || !slices.ContainsFunc(list, func(x Session) bool { return x.ID == id }) {
		return nil // it ended by itself
	}
	return s.Store.EndSessions(ctx, From(ctx).Person, id)
}
