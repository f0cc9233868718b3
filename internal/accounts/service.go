package accounts

import (
	"context"
	"io"
	"strings"
	"time"

	"waymark/internal/fault"
	"waymark/internal/safeguard"
)

// Service is what people do with organisations, people, roles and their own accounts.
type Service struct {
	Store Store
	// Now is the clock, Random a source of secrets nobody can guess.
	Now    func() time.Time
	Random io.Reader
	// Hasher hashes passwords, a few at a time.
	Hasher *Hasher
	// Hosts are those of registered sources, for the gate every text passes; nil: none is registered.
	Hosts safeguard.Hosts
	// Mail tells that letters are sent; else whoever makes a link shows it.
	Mail bool
	// Safeguarding is the address that hears when something is withheld; empty: nobody was named.
	Safeguarding string
	// Failed hears of what went wrong after the answer was given; nil: nobody does.
	Failed func(error)
	// Name is that of the service, as an authenticator app shows it.
	Name string
}

func (s *Service) today() Day { return DayOf(s.Now()) }

// gate refuses text that must never be stored (TRUST.md section 4).
func (s *Service) gate(what, text string) error {
	hosts := s.Hosts
	if hosts == nil {
		hosts = func(string) bool { return false }
	}
	if f := safeguard.Text(text, hosts); f != nil {
		return fault.New(fault.Refused, what+": "+f.What()+".", f.Fix())
	}
	return nil
}

// SaveOrganisation registers an organisation or changes what is known of it. The verified mark is
// set by VerifyOrganisation alone.
func (s *Service) SaveOrganisation(ctx context.Context, o Organisation, reason string) error {
	ctx, err := Acting(ctx, ManageOrgs, Scope{Organisation: o.Code})
	if err != nil {
		return err
	}
	o.Name = strings.TrimSpace(o.Name)
	if err := o.Check(); err != nil {
		return err
	}
	if err := s.gate("The name of the organisation", strings.Join(append([]string{o.Name}, o.Aliases...), "\n")); err != nil {
		return err
	}
	if o.Parent != "" {
		list, err := s.Store.Organisations(ctx)
		if err != nil {
			return err
		}
		all := index(list)
		if _, ok := all[o.Parent]; !ok {
			return fault.Newf(fault.Refused, "There is no organisation %q that %s could be a part of.", o.Parent, o.Code).WithFix("Register it first.")
		}
		all[o.Code] = o
		for at, n := o.Parent, 0; at != ""; at, n = all[at].Parent, n+1 {
			if at == o.Code || n > len(all) {
				return fault.Newf(fault.Refused, "%s would be a part of itself.", o.Code).WithFix("Choose another organisation that it is a part of.")
			}
		}
	}
	what, verified := "registered", Day("")
	o.Provider = Provider{} // SetProvider alone sets it
	if o.Version > 0 {
		old, err := s.Store.Organisation(ctx, o.Code)
		if err != nil {
			return err
		}
		what, verified, o.Provider = "described anew", old.Verified, old.Provider
		if old.Name != o.Name || old.Kind != o.Kind || old.Parent != o.Parent {
			what, verified = "described anew; the mark of verification fell away", ""
			if old.Verified == "" {
				what = "described anew"
			}
		}
	}
	o.Verified = verified
	return s.Store.SaveOrganisation(ctx, o, Change{ManageOrgs, what, reason})
}

// VerifyOrganisation sets the mark that an organisation is what it says. A change of its name, kind or
// parent takes the mark away again.
func (s *Service) VerifyOrganisation(ctx context.Context, code, reason string) error {
	ctx, err := Acting(ctx, ManageOrgs, Scope{Organisation: code})
	if err != nil {
		return err
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	o, err := s.Store.Organisation(ctx, code)
	if err != nil {
		return err
	}
	o.Verified = s.today()
	return s.Store.SaveOrganisation(ctx, o, Change{ManageOrgs, "checked that it is what it says", reason})
}

// index makes organisations findable by code.
func index(list []Organisation) map[string]Organisation {
	all := make(map[string]Organisation, len(list))
	for _, o := range list {
		all[o.Code] = o
	}
	return all
}

// Give records a mandate: who may speak for whom, from when to when.
func (s *Service) Give(ctx context.Context, m Mandate) (Mandate, error) {
	ctx, err := Acting(ctx, GiveMandate, Scope{Country: m.Country, Organisation: m.Organisation})
	if err != nil {
		return m, err
	}
	if err := m.Check(); err != nil {
		return m, err
	}
	if err := s.gate("The basis of the mandate", m.Basis); err != nil {
		return m, err
	}
	p, err := s.Store.Person(ctx, m.Person)
	if err != nil {
		return m, err
	}
	org, err := s.Store.Organisation(ctx, p.Organisation)
	if err != nil {
		return m, err
	}
	switch {
	case p.State != Active && p.State != Invited:
		return m, fault.New(fault.Refused, "A mandate is given to somebody whose account is open.", "Enable the account first.")
	case m.Country != "" && !org.IsOf(m.Country):
		return m, fault.Newf(fault.Refused, "%s is no body of the State %s, so nobody of it speaks for that State.", org.Code, m.Country).
			WithFix("Give the mandate to somebody of a body of that State.")
	case m.Organisation != "":
		if _, err := s.Store.Organisation(ctx, m.Organisation); err != nil {
			return m, err
		}
	}
	if m.ID, err = newID(s.Now(), s.Random); err != nil {
		return m, err
	}
	m.Version = 0
	return m, s.Store.SaveMandate(ctx, m, Change{GiveMandate, "given for " + m.Country + m.Organisation, m.Basis})
}

// EndMandate ends a mandate with a day; what was done under it stays valid.
func (s *Service) EndMandate(ctx context.Context, id string, last Day, reason string) error {
	all, err := s.Store.Mandates(ctx, "")
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.ID != id {
			continue
		}
		ctx, err := Acting(ctx, GiveMandate, Scope{Country: m.Country, Organisation: m.Organisation})
		if err != nil {
			return err
		}
		if m.To = last; m.To < m.From {
			m.To = m.From
		}
		return s.Store.SaveMandate(ctx, m, Change{GiveMandate, "ended on " + string(m.To), reason})
	}
	return fault.Newf(fault.NotFound, "There is no mandate %q.", id).WithFix("Look at the list of mandates.")
}

// Invite makes an account that waits for its person, and the link that opens it. Where there is no
// mail, secret is to be handed over by whoever invites; else it is empty, because it was sent.
func (s *Service) Invite(ctx context.Context, p Person) (_ Person, secret string, err error) {
	ctx, err = Acting(ctx, ManagePeople, Scope{Organisation: p.Organisation})
	if err != nil {
		return p, "", err
	}
	if p, err = s.newPerson(ctx, p, Invited); err != nil {
		return p, "", err
	}
	if err := s.Store.SavePerson(ctx, p, Change{Act: ManagePeople, What: "invited"}); err != nil {
		return p, "", err
	}
	secret, err = s.link(ctx, p, InviteLink, "", inviteLife)
	return p, secret, err
}

// InviteToRound lets somebody comment in one round without an account of their own, for an
// organisation that invited them: until the round ends the link opens that round and nothing else.
func (s *Service) InviteToRound(ctx context.Context, p Person, round string, until Day) (_ Person, secret string, err error) {
	ctx, err = Acting(ctx, Consult, Scope{})
	if err != nil {
		return p, "", err
	}
	end, err := time.Parse(time.DateOnly, string(until))
	life := end.AddDate(0, 0, 1).Sub(s.Now())
	if err != nil || round == "" || life <= 0 || life > 400*24*time.Hour {
		return p, "", fault.New(fault.Refused, "A link for a round names the round and its last day, at most 400 days from now.", "Name both.")
	}
	email, err := FoldEmail(p.Email)
	if err != nil {
		return p, "", err
	}
	known, err := s.Store.PersonByEmail(ctx, email)
	switch {
	case err == nil && known.MaySignIn():
		p = known
	case err == nil:
		return p, "", errTaken
	case !fault.Is(err, fault.NotFound):
		return p, "", err
	default:
		if p, err = s.newPerson(ctx, p, Guest); err != nil {
			return p, "", err
		}
		if err := s.Store.SavePerson(ctx, p, Change{Act: Consult, What: "invited to a round"}); err != nil {
			return p, "", err
		}
	}
	secret, err = s.link(ctx, p, RoundLink, round, life)
	return p, secret, err
}

var errTaken = fault.New(fault.Conflict, "There is an account with this e-mail address.", "Look for it in the list of people.")

func (s *Service) newPerson(ctx context.Context, p Person, state PersonState) (Person, error) {
	var err error
	if p.Email, err = FoldEmail(p.Email); err != nil {
		return p, err
	}
	id, err := newID(s.Now(), s.Random)
	if err != nil {
		return p, err
	}
	p = Person{ID: id, Name: strings.TrimSpace(p.Name), Email: p.Email, Language: p.Language, Organisation: p.Organisation, State: state, Created: s.Now().UnixMicro()}
	if err := p.Check(); err != nil {
		return p, err
	}
	if p.Organisation != Local().Organisation {
		if _, err := s.Store.Organisation(ctx, p.Organisation); err != nil {
			return p, err
		}
	}
	switch _, err := s.Store.PersonByEmail(ctx, p.Email); {
	case err == nil:
		return p, errTaken
	case !fault.Is(err, fault.NotFound):
		return p, err
	}
	return p, nil
}

// link makes a link, keeps its hash, and sends it where there is mail.
func (s *Service) link(ctx context.Context, p Person, kind LinkKind, round string, life time.Duration) (secret string, err error) {
	if secret, err = NewSecret(s.Random); err != nil {
		return "", err
	}
	l := Link{Hash: HashSecret(secret), Kind: kind, Person: p.ID, Round: round, Expires: s.Now().Add(life).UnixMicro()}
	act := ManagePeople
	switch kind {
	case RoundLink:
		act = Consult
	case ResetLink:
		act = OwnAccount
	}
	letters, err := s.letter(LetterKind(kind), p.ID, round)
	if err != nil {
		return "", err
	}
	for i := range letters {
		letters[i].Secret, letters[i].Expires = secret, l.Expires
	}
	err = s.Store.SaveLink(ctx, l, Change{Act: act, What: "a link of the kind " + string(kind) + " was made"}, letters...)
	if err != nil || len(letters) > 0 {
		return "", err
	}
	return secret, nil
}

// InviteAgain makes a new link for an account that still waits for its person, or where Restart
// took away what opened it.
func (s *Service) InviteAgain(ctx context.Context, person string) (secret string, err error) {
	ctx, p, err := s.managed(ctx, person)
	if err != nil {
		return "", err
	}
	if p.State != Invited {
		return "", fault.New(fault.Refused, "This account has been taken up already.", "Its person can ask for a new password on the sign-in page.")
	}
	return s.link(ctx, p, InviteLink, "", inviteLife)
}

func (s *Service) managed(ctx context.Context, person string) (context.Context, Person, error) {
	p, err := s.Store.Person(ctx, person)
	if err != nil {
		return ctx, p, err
	}
	ctx, err = Acting(ctx, ManagePeople, Scope{Organisation: p.Organisation})
	return ctx, p, err
}

// Disable closes an account at once and ends its sessions; Enable opens it again.
func (s *Service) Disable(ctx context.Context, person, reason string) error {
	ctx, p, err := s.managed(ctx, person)
	if err != nil {
		return err
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	if p.State == Erased || p.State == Disabled {
		return nil
	}
	p.State = Disabled
	if err := s.Store.SavePerson(ctx, p, Change{ManagePeople, "disabled", reason}); err != nil {
		return err
	}
	return s.Store.EndSessions(ctx, p.ID, "")
}

// Enable opens a disabled account again.
func (s *Service) Enable(ctx context.Context, person, reason string) error {
	ctx, p, err := s.managed(ctx, person)
	if err != nil {
		return err
	}
	if p.State != Disabled {
		return fault.New(fault.Refused, "This account is not disabled.", "Look at its state in the list of people.")
	}
	p.State = Invited
	if p.Password != "" || p.HasSecond() {
		p.State = Active
	}
	return s.Store.SavePerson(ctx, p, Change{ManagePeople, "enabled", reason})
}

// Restart is for somebody who lost every way to sign in. It takes all of them away, ends their
// sessions and every role and mandate, and lets them be invited again. The roles need a second
// organisation as they did the first time: so nobody takes an account over by this.
func (s *Service) Restart(ctx context.Context, person, reason string) error {
	ctx, p, err := s.managed(ctx, person)
	if err != nil {
		return err
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	if p.State == Erased || p.State == Guest {
		return fault.New(fault.Refused, "This account cannot be started again.", "Invite the person anew.")
	}
	if err := s.endRights(ctx, p.ID, reason); err != nil {
		return err
	}
	p.State, p.Password, p.TOTP, p.Recovery, p.Passkeys = Invited, "", "", nil, nil
	if err := s.Store.SavePerson(ctx, p, Change{ManagePeople, "started again without any way to sign in", reason}); err != nil {
		return err
	}
	return s.Store.EndSessions(ctx, p.ID, "")
}

// endRights ends every role and mandate of a person today.
func (s *Service) endRights(ctx context.Context, person, reason string) error {
	grants, err := s.Store.Grants(ctx, person)
	if err != nil {
		return err
	}
	for _, g := range grants {
		if err := s.endGrant(ctx, g, reason); err != nil {
			return err
		}
	}
	mandates, err := s.Store.Mandates(ctx, person)
	if err != nil {
		return err
	}
	for _, m := range mandates {
		if m.To != "" && m.To < s.today() {
			continue
		}
		m.To = max(m.From, s.today().before())
		if err := s.Store.SaveMandate(ctx, m, Change{GiveMandate, "ended", reason}); err != nil {
			return err
		}
	}
	return nil
}

// EndGrant takes a role away at once. Taking away needs no second organisation.
func (s *Service) EndGrant(ctx context.Context, id, reason string) error {
	grants, err := s.Store.Grants(ctx, "")
	if err != nil {
		return err
	}
	for _, g := range grants {
		if g.ID != id {
			continue
		}
		ctx, err := Acting(ctx, EndRole, g.Scope)
		if err != nil {
			return err
		}
		if err := checkReason(reason); err != nil {
			return err
		}
		return s.endGrant(ctx, g, reason)
	}
	return fault.Newf(fault.NotFound, "There is no role with the id %q.", id).WithFix("Look at the roles of the person.")
}

func (s *Service) endGrant(ctx context.Context, g Grant, reason string) error {
	if g.To != "" && g.To < s.today() {
		return nil
	}
	// The day before: a role that was taken away gives nothing from this moment on.
	g.To = s.today().before()
	return s.Store.SaveGrant(ctx, g, Change{EndRole, "ended: " + string(g.Role) + " for " + g.Scope.String(), reason})
}
