package accounts

import (
	"context"
	"strings"
	"time"

	"waymark/internal/fault"
)

// Entry is what signing in, or going on with it, gives.
type Entry struct {
	Secret  string // for the cookie; it is nowhere else
	Session Session
	// NeedsSecond: the second factor is asked for next.
	NeedsSecond bool
}

var errSignIn = fault.New(fault.Refused, "This address and this password do not go together, or the account is not open.",
	"Check both. If you forgot the password, ask for a new one.").WithKey("error.sign_in", nil)

var errCode = fault.New(fault.Refused, "This code does not fit.",
	"Use the newest code of your app; each works once. A recovery code works once too.").WithKey("error.code", nil)

func tooFast(wait time.Duration) error {
	minutes := int(wait/time.Minute) + 1
	return fault.Newf(fault.TooMany, "Too many attempts; the next one is taken in about %d minutes.", minutes).
		WithFix("Wait, then try again. Other ways to sign in go on working.").WithKey("error.pace", map[string]any{"Minutes": minutes})
}

// take counts an attempt under several keys and refuses when one of them is too fast. The keys are
// hashed, so that what is counted names nobody at a glance.
func (s *Service) take(ctx context.Context, keys map[string]Pace) error {
	var longest time.Duration
	for key, pace := range keys {
		wait, err := s.Store.Take(ctx, HashSecret(key), pace)
		if err != nil {
			return err
		}
		longest = max(longest, wait)
	}
	if longest > 0 {
		return tooFast(longest)
	}
	return nil
}

// SignIn begins a session with address and password. network is the caller's network, not their
// address. An address that nobody has gets the same answer, after the same work.
func (s *Service) SignIn(ctx context.Context, email, password, network string) (Entry, error) {
	folded, err := FoldEmail(email)
	if err != nil {
		folded = strings.ToLower(email)
	}
	err = s.take(ctx, map[string]Pace{
		"network " + network:                        paceNetwork,
		"account " + folded:                         paceAccount,
		"account " + folded + " network " + network: paceAccountHere,
	})
	if err != nil {
		return Entry{}, err
	}
	p, err := s.Store.PersonByEmail(ctx, folded)
	known := err == nil && p.State == Active
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Entry{}, err
	}
	hash := p.Password
	if !known {
		hash = ""
	}
	ok, err := s.Hasher.Matches(ctx, hash, password)
	if err != nil {
		return Entry{}, err
	}
	if !ok {
		return Entry{}, errSignIn
	}
	e := Entry{NeedsSecond: p.HasSecond()}
	return e, s.begin(ctx, &e, p, Session{Half: e.NeedsSecond}, "")
}

// begin starts a session for p under a new secret, in place of old.
func (s *Service) begin(ctx context.Context, e *Entry, p Person, session Session, old string) error {
	var err error
	if e.Secret, err = NewSecret(s.Random); err != nil {
		return err
	}
	now := s.Now().UnixMicro()
	session.ID, session.Person, session.Seen = HashSecret(e.Secret), p.ID, now
	if session.Created == 0 {
		session.Created = now
	}
	e.Session = session
	return s.Store.StartSession(asPerson(ctx, p), session, old)
}

// asPerson is the context in which somebody acts who is about to be signed in.
func asPerson(ctx context.Context, p Person) context.Context {
	return Enter(ctx, Principal{Actor: Actor{Person: p.ID, Organisation: p.Organisation, Request: From(ctx).Request}, Strong: true})
}

// session reads a session by its secret, dead ones too.
func (s *Service) session(ctx context.Context, secret string) (Session, Person, error) {
	session, err := s.Store.Session(ctx, HashSecret(secret))
	if err != nil {
		return session, Person{}, err
	}
	p, err := s.Store.Person(ctx, session.Person)
	return session, p, err
}

// SecondFactor finishes signing in with a code of the app or a recovery code. The session gets a new secret.
func (s *Service) SecondFactor(ctx context.Context, secret, code string) (Entry, error) {
	session, p, err := s.session(ctx, secret)
	if err != nil || !session.Half || !session.isAlive(s.Now(), true) || p.State != Active {
		return Entry{}, errSession(err)
	}
	if err := s.checkCode(asPerson(ctx, p), &p, code); err != nil {
		return Entry{}, err
	}
	return s.strengthen(ctx, session, p)
}

// StepUp shows the second factor again in a session that has one. The session gets a new secret.
func (s *Service) StepUp(ctx context.Context, secret, code string) (Entry, error) {
	session, p, err := s.session(ctx, secret)
	if err != nil || session.Half || !session.isAlive(s.Now(), true) || p.State != Active {
		return Entry{}, errSession(err)
	}
	if err := s.checkCode(asPerson(ctx, p), &p, code); err != nil {
		return Entry{}, err
	}
	return s.strengthen(ctx, session, p)
}

// strengthen makes a session whole and strong, under a new secret. A session that was whole keeps
// the time of its beginning: showing a code again does not make it last longer.
func (s *Service) strengthen(ctx context.Context, session Session, p Person) (Entry, error) {
	next := Session{Strong: true, SteppedUp: s.Now().UnixMicro()}
	if !session.Half {
		next.Created, next.Round = session.Created, session.Round
	}
	var e Entry
	return e, s.begin(ctx, &e, p, next, session.ID)
}

func errSession(err error) error {
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return fault.New(fault.SignIn, "You are not signed in any more.", "Sign in again.").WithKey("error.signIn", nil)
}

// checkCode spends a code of the app or a recovery code.
func (s *Service) checkCode(ctx context.Context, p *Person, code string) error {
	if err := s.take(ctx, map[string]Pace{"second " + p.ID: paceSecond}); err != nil {
		return err
	}
	if step, ok := TOTPStep(p.TOTP, code, s.Now()); ok && p.TOTP != "" {
		fresh, err := s.Store.SpendStep(ctx, "totp "+p.ID, step)
		if err != nil {
			return err
		}
		if fresh {
			return nil
		}
		return errCode
	}
	if p.spend(code) {
		err := s.Store.SavePerson(ctx, *p, Change{Act: OwnAccount, What: "a recovery code was used"})
		p.Version++
		return err
	}
	return errCode
}

// Present gives who comes with a session's secret, and notes that they were seen. Whoever is not
// signed in is the zero Principal; that is no error. A half session gives nobody.
func (s *Service) Present(ctx context.Context, secret string) (Principal, error) {
	if secret == "" {
		return Principal{}, nil
	}
	session, p, err := s.session(ctx, secret)
	if fault.Is(err, fault.NotFound) || err == nil && (session.Half || !p.MaySignIn()) {
		return Principal{}, nil
	}
	if err != nil {
		return Principal{}, err
	}
	grants, err := s.Store.Grants(ctx, p.ID)
	if err != nil {
		return Principal{}, err
	}
	now := s.Now()
	held := InForce(grants, DayOf(now))
	if !session.isAlive(now, writes(held)) {
		return Principal{}, s.Store.EndSessions(ctx, p.ID, session.ID)
	}
	if now.Sub(time.UnixMicro(session.Seen)) > seenEvery {
		session.Seen = now.UnixMicro()
		if err := s.Store.KeepSession(ctx, session); err != nil {
			return Principal{}, err
		}
	}
	if session.Round != "" { // the link gives this one right and none of the person's own
		held = []Grant{{Person: p.ID, Role: Contributor, Scope: Scope{Organisation: p.Organisation, Round: session.Round}}}
	}
	return Principal{
		Actor:  Actor{Person: p.ID, Organisation: p.Organisation, Role: roleNames(held), Request: From(ctx).Request},
		Grants: held, Strong: session.Strong, SteppedUp: session.isSteppedUp(now), Session: session.ID, Round: session.Round,
	}, nil
}

// IsHalf tells whether a secret belongs to somebody who still has to show the second factor.
func (s *Service) IsHalf(ctx context.Context, secret string) bool {
	session, p, err := s.session(ctx, secret)
	return err == nil && session.Half && session.isAlive(s.Now(), true) && p.State == Active
}

// SignOut ends the session of whoever is present; everywhere ends all of theirs.
func (s *Service) SignOut(ctx context.Context, everywhere bool) error {
	p := Present(ctx)
	if !p.IsSignedIn() {
		return nil
	}
	if everywhere {
		return s.Store.EndSessions(ctx, p.Person, "")
	}
	if p.Session == "" {
		return nil
	}
	return s.Store.EndSessions(ctx, p.Person, p.Session)
}

// OpenRound begins a session for whoever has a link to one round.
func (s *Service) OpenRound(ctx context.Context, secret string) (Entry, error) {
	l, err := s.Store.Link(ctx, HashSecret(secret))
	if fault.Is(err, fault.NotFound) {
		return Entry{}, errLink
	}
	if err != nil {
		return Entry{}, err
	}
	if err := l.check(RoundLink, s.Now()); err != nil {
		return Entry{}, err
	}
	p, err := s.Store.Person(ctx, l.Person)
	if err != nil || !p.MaySignIn() {
		return Entry{}, errLink
	}
	var e Entry
	return e, s.begin(ctx, &e, p, Session{Round: l.Round}, "")
}

// Invitation gives whom a link invites or whose password it resets, without using it up.
func (s *Service) Invitation(ctx context.Context, kind LinkKind, secret string) (Person, Link, error) {
	l, err := s.Store.Link(ctx, HashSecret(secret))
	if fault.Is(err, fault.NotFound) {
		return Person{}, l, errLink
	}
	if err != nil {
		return Person{}, l, err
	}
	if err := l.check(kind, s.Now()); err != nil {
		return Person{}, l, err
	}
	p, err := s.Store.Person(ctx, l.Person)
	if err != nil {
		return p, l, err
	}
	if kind == InviteLink && p.State != Invited || kind == ResetLink && p.State != Active {
		return p, l, errLink
	}
	return p, l, nil
}

// TakeUp opens an invited account with the password its person chose, and signs them in. They confirm
// to be 18 or older. Until they set up a second factor, they read and comment only.
func (s *Service) TakeUp(ctx context.Context, secret, name, password string, adult bool) (Entry, error) {
	p, l, err := s.Invitation(ctx, InviteLink, secret)
	if err != nil {
		return Entry{}, err
	}
	if err := s.opens(&p, name, adult); err != nil {
		return Entry{}, err
	}
	if err := CheckPassword(password, &p); err != nil {
		return Entry{}, err
	}
	if p.Password, err = s.Hasher.Hash(ctx, password, s.Random); err != nil {
		return Entry{}, err
	}
	l.Used = s.Now().UnixMicro()
	if err := s.Store.UseLink(asPerson(ctx, p), l, p, Change{Act: Accept, What: "taken up"}); err != nil {
		return Entry{}, err
	}
	var e Entry
	return e, s.begin(ctx, &e, p, Session{}, "")
}

// opens makes an invited account an open one.
func (s *Service) opens(p *Person, name string, adult bool) error {
	if !adult {
		return fault.New(fault.Refused, "Accounts are for people of 18 and older.", "Confirm your age, or ask your organisation how young people take part.").WithKey("error.adult", nil)
	}
	if name = strings.TrimSpace(name); name != "" {
		p.Name = name
	}
	p.State, p.Adult = Active, s.today()
	return p.Check()
}

// AskReset sends a letter with a link for a new password, if the address is known. Its answer is the
// same if it is not. Without mail nothing is sent; an administrator makes the link then.
func (s *Service) AskReset(ctx context.Context, email, network string) error {
	folded, err := FoldEmail(email)
	if err != nil {
		return err
	}
	if err := s.take(ctx, map[string]Pace{"reset " + folded: paceReset, "network " + network: paceNetwork}); err != nil {
		return err
	}
	// The answer is given before anything is looked up, so that it takes as long for any address.
	ctx = context.WithoutCancel(ctx)
	go func() {
		p, err := s.Store.PersonByEmail(ctx, folded)
		if fault.Is(err, fault.NotFound) || err == nil && (p.State != Active || !s.Mail) {
			err = nil
		} else if err == nil {
			_, err = s.link(asPerson(ctx, p), p, ResetLink, "", resetLife)
		}
		if err != nil && s.Failed != nil {
			s.Failed(err)
		}
	}()
	return nil
}

// ResetLink makes a link for a new password, for an administrator to hand over where there is no mail.
func (s *Service) ResetLink(ctx context.Context, person string) (secret string, err error) {
	ctx, p, err := s.managed(ctx, person)
	if err != nil {
		return "", err
	}
	if p.State != Active {
		return "", fault.New(fault.Refused, "This account is not open.", "Invite the person again, or enable the account.")
	}
	return s.link(ctx, p, ResetLink, "", resetLife)
}

// Reset sets the password a person chose after following a link, and ends all their sessions. The
// second factor stays: signing in asks for it as before.
func (s *Service) Reset(ctx context.Context, secret, password string) error {
	p, l, err := s.Invitation(ctx, ResetLink, secret)
	if err != nil {
		return err
	}
	if err := CheckPassword(password, &p); err != nil {
		return err
	}
	if p.Password, err = s.Hasher.Hash(ctx, password, s.Random); err != nil {
		return err
	}
	l.Used = s.Now().UnixMicro()
	ctx = asPerson(ctx, p)
	if err := s.Store.UseLink(ctx, l, p, Change{Act: OwnAccount, What: "password set anew with a link"}); err != nil {
		return err
	}
	return s.Store.EndSessions(ctx, p.ID, "")
}
