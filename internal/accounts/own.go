package accounts

import (
	"context"
	"strings"

	"waymark/internal/fault"
)

// own gives the person who is present and their session, for changes of their own account.
func (s *Service) own(ctx context.Context, secret string) (context.Context, Session, Person, error) {
	ctx, err := Acting(ctx, OwnAccount, Scope{})
	if err != nil {
		return ctx, Session{}, Person{}, err
	}
	session, p, err := s.session(ctx, secret)
	if err != nil || session.Half || session.Round != "" || session.Person != From(ctx).Person {
		return ctx, session, p, errSession(err)
	}
	return ctx, session, p, nil
}

// mayChangeFactors asks that whoever has a second factor has just shown it, before ways to sign in
// are added or taken away.
func mayChangeFactors(ctx context.Context, p *Person) error {
	if present := Present(ctx); p.HasSecond() && !present.SteppedUp {
		return &fault.Error{Kind: fault.SignIn, Text: "This needs your second factor once more.", Cause: ErrStepUp,
			Fix: "Show it again, then repeat what you did; nothing was changed.", Key: "error.step_up"}
	}
	return nil
}

// ChangePassword sets another password. The old one is asked for, and all other sessions end.
func (s *Service) ChangePassword(ctx context.Context, secret, old, password string) (Entry, error) {
	ctx, session, p, err := s.own(ctx, secret)
	if err != nil {
		return Entry{}, err
	}
	if err := mayChangeFactors(ctx, &p); err != nil {
		return Entry{}, err
	}
	if err := s.take(ctx, map[string]Pace{"second " + p.ID: paceSecond}); err != nil {
		return Entry{}, err
	}
	if p.Password != "" {
		ok, err := s.Hasher.Matches(ctx, p.Password, old)
		if err != nil {
			return Entry{}, err
		}
		if !ok {
			return Entry{}, fault.New(fault.Refused, "The old password is another one.", "Type it again.").WithKey("error.password_old", nil)
		}
	}
	if err := CheckPassword(password, &p); err != nil {
		return Entry{}, err
	}
	if p.Password, err = s.Hasher.Hash(ctx, password, s.Random); err != nil {
		return Entry{}, err
	}
	if err := s.Store.SavePerson(ctx, p, Change{Act: OwnAccount, What: "password changed"}); err != nil {
		return Entry{}, err
	}
	return s.renew(ctx, session, p)
}

// renew ends all sessions of a person and gives the present one a new secret.
func (s *Service) renew(ctx context.Context, session Session, p Person) (Entry, error) {
	if err := s.Store.EndSessions(ctx, p.ID, ""); err != nil {
		return Entry{}, err
	}
	session.Pending = ""
	var e Entry
	return e, s.begin(ctx, &e, p, session, "")
}

// BeginTOTP makes the secret of an authenticator app and gives the address an app reads. It counts
// when ConfirmTOTP has seen a code of it.
func (s *Service) BeginTOTP(ctx context.Context, secret string) (key, address string, err error) {
	ctx, session, p, err := s.own(ctx, secret)
	if err != nil {
		return "", "", err
	}
	if err := mayChangeFactors(ctx, &p); err != nil {
		return "", "", err
	}
	if key, found := strings.CutPrefix(session.Pending, "totp "); found { // a page read again shows the same
		return key, TOTPAddress(key, p.Email, s.Name), nil
	}
	if key, err = NewTOTP(s.Random); err != nil {
		return "", "", err
	}
	session.Pending = "totp " + key
	return key, TOTPAddress(key, p.Email, s.Name), s.Store.KeepSession(ctx, session)
}

// ConfirmTOTP sets the app up, gives the recovery codes, which are shown this once, and makes the
// session a strong one under a new secret.
func (s *Service) ConfirmTOTP(ctx context.Context, secret, code string) (Entry, []string, error) {
	ctx, session, p, err := s.own(ctx, secret)
	if err != nil {
		return Entry{}, nil, err
	}
	if err := mayChangeFactors(ctx, &p); err != nil {
		return Entry{}, nil, err
	}
	key, found := strings.CutPrefix(session.Pending, "totp ")
	if !found {
		return Entry{}, nil, fault.New(fault.Refused, "No authenticator app is being set up.", "Begin again under My account.").WithKey("error.link", nil)
	}
	if err := s.take(ctx, map[string]Pace{"second " + p.ID: paceSecond}); err != nil {
		return Entry{}, nil, err
	}
	step, ok := TOTPStep(key, code, s.Now())
	if !ok {
		return Entry{}, nil, errCode
	}
	if _, err := s.Store.SpendStep(ctx, "totp "+p.ID, step); err != nil {
		return Entry{}, nil, err
	}
	codes, stored, err := NewRecovery(s.Random)
	if err != nil {
		return Entry{}, nil, err
	}
	p.TOTP, p.Recovery = key, stored
	if err := s.Store.SavePerson(ctx, p, Change{Act: OwnAccount, What: "authenticator app set up"}); err != nil {
		return Entry{}, nil, err
	}
	session.Strong, session.SteppedUp = true, s.Now().UnixMicro()
	e, err := s.renew(ctx, session, p)
	return e, codes, err
}

// NewRecoveryCodes gives new codes in place of those there were.
func (s *Service) NewRecoveryCodes(ctx context.Context, secret string) ([]string, error) {
	ctx, _, p, err := s.own(ctx, secret)
	if err != nil {
		return nil, err
	}
	if !p.HasSecond() {
		return nil, &fault.Error{Kind: fault.Refused, Text: "Recovery codes stand in for a second factor, and none is set up.", Cause: ErrSecondFactor,
			Fix: "Set up an authenticator app first.", Key: "error.second_factor"}
	}
	if err := mayChangeFactors(ctx, &p); err != nil {
		return nil, err
	}
	codes, stored, err := NewRecovery(s.Random)
	if err != nil {
		return nil, err
	}
	p.Recovery = stored
	return codes, s.Store.SavePerson(ctx, p, Change{Act: OwnAccount, What: "new recovery codes made"})
}

// ChangeName changes the name a person is shown under.
func (s *Service) ChangeName(ctx context.Context, secret, name string) error {
	ctx, _, p, err := s.own(ctx, secret)
	if err != nil {
		return err
	}
	if p.Name = strings.TrimSpace(name); p.Name == "" {
		return fault.New(fault.Refused, "A person has a name of at most 200 characters.", "Write the name they are known by at work.")
	}
	if err := p.Check(); err != nil {
		return err
	}
	return s.Store.SavePerson(ctx, p, Change{Act: OwnAccount, What: "name changed"})
}

// IssueToken makes an API token for whoever is present: one of their roles, narrowed by scope, for
// at most a year. Its text is shown this once.
func (s *Service) IssueToken(ctx context.Context, name string, role Role, scope Scope, until Day) (Token, string, error) {
	ctx, err := Acting(ctx, IssueToken, scope)
	if err != nil {
		return Token{}, "", err
	}
	if Present(ctx).Token != "" {
		return Token{}, "", fault.New(fault.Forbidden, "A token makes no other tokens.", "Sign in to make one.")
	}
	return s.issue(ctx, From(ctx).Person, name, role, scope, until)
}

// IssueTokenFor makes one for somebody else, for the operator at the command line.
func (s *Service) IssueTokenFor(ctx context.Context, person, name string, role Role, scope Scope, until Day) (Token, string, error) {
	ctx, p, err := s.managed(ctx, person)
	if err != nil {
		return Token{}, "", err
	}
	if Present(ctx).Role != Operator {
		return Token{}, "", fault.New(fault.Forbidden, "Nobody makes tokens for others.", "The person makes it under My account.")
	}
	return s.issue(ctx, p.ID, name, role, scope, until)
}

func (s *Service) issue(ctx context.Context, person, name string, role Role, scope Scope, until Day) (Token, string, error) {
	now := s.Now()
	name = strings.TrimSpace(name)
	t := Token{Person: person, Name: name, Role: role, Scope: scope, Created: now.UnixMicro()}
	if until == "" {
		until = DayOf(now.AddDate(0, 3, 0))
	}
	end, err := until.end()
	switch {
	case err != nil:
		return t, "", err
	case !end.After(now) || end.Sub(now) > longestToken:
		return t, "", fault.New(fault.Refused, "A token ends on a day from today to a year from now.", "Choose another last day.")
	case name == "" || len(name) > 100:
		return t, "", fault.New(fault.Refused, "A token has a name of at most 100 characters.", "Say what it is for.")
	}
	if err := s.gate("The name of the token", name); err != nil {
		return t, "", err
	}
	grants, err := s.Store.Grants(ctx, person)
	if err != nil {
		return t, "", err
	}
	if len(t.Narrow(InForce(grants, s.today()))) == 0 {
		return t, "", fault.Newf(fault.Refused, "The person does not have the role %s there.", role).WithFix("Choose a role they have, and a scope within it.")
	}
	id, secret, text, err := newToken(s.Random)
	if err != nil {
		return t, "", err
	}
	t.ID, t.Hash, t.Expires = id, HashSecret(secret), end.UnixMicro()
	return t, text, s.Store.SaveToken(ctx, t, Change{Act: IssueToken, What: "made, for " + string(role) + " in " + scope.String() + ", until " + string(until)})
}

// RevokeToken ends a token at once: one's own, or as an administrator anybody's.
func (s *Service) RevokeToken(ctx context.Context, id, reason string) error {
	t, err := s.Store.Token(ctx, id)
	if err != nil {
		return err
	}
	if From(ctx).Person == t.Person {
		ctx, err = Acting(ctx, OwnAccount, Scope{})
	} else {
		ctx, _, err = s.managed(ctx, t.Person)
	}
	if err != nil || t.Revoked != 0 {
		return err
	}
	t.Revoked = s.Now().UnixMicro()
	return s.Store.SaveToken(ctx, t, Change{IssueToken, "revoked", reason})
}

var errToken = fault.New(fault.SignIn, "This token is not valid: mistyped, revoked, or past its last day.", "Make a new one under My account.").WithKey("error.token", nil)

// PresentToken gives who comes with an API token. It counts as strong, because a second factor was
// shown to make it, and never as stepped up.
func (s *Service) PresentToken(ctx context.Context, text string) (Principal, error) {
	id, secret, ok := parseToken(text)
	if !ok {
		return Principal{}, errToken
	}
	t, err := s.Store.Token(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return Principal{}, errToken
	}
	if err != nil {
		return Principal{}, err
	}
	if !sameSecret(t.Hash, secret) || !t.isAlive(s.Now()) {
		return Principal{}, errToken
	}
	if err := s.take(ctx, map[string]Pace{"token " + id: paceToken}); err != nil {
		return Principal{}, err
	}
	p, err := s.Store.Person(ctx, t.Person)
	if err != nil {
		return Principal{}, err
	}
	if p.State != Active {
		return Principal{}, errToken
	}
	grants, err := s.Store.Grants(ctx, p.ID)
	if err != nil {
		return Principal{}, err
	}
	held := t.Narrow(InForce(grants, s.today()))
	return Principal{
		Actor:  Actor{Person: p.ID, Organisation: p.Organisation, Role: roleNames(held), Request: From(ctx).Request},
		Grants: held, Strong: true, Token: id,
	}, s.Store.NoteUse(ctx, id)
}
