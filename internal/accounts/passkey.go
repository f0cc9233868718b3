package accounts

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"waymark/internal/fault"
)

// Passkey is a key on a device of a person, which the device shows only after it made sure who holds
// it. It therefore counts as both factors at once (WebAuthn Level 3).
type Passkey struct {
	ID         string              `json:"id"` // of the credential, base64url
	Name       string              `json:"name"`
	Created    int64               `json:"created"` // microseconds since 1970, UTC
	Credential webauthn.Credential `json:"credential"`
}

// Site is where passkeys are asked for: a key made for one host never answers for another.
type Site struct {
	Host   string // cop.example.org
	Origin string // https://cop.example.org
}

// most passkeys of one person, and how long a ceremony may take.
const (
	mostPasskeys  = 20
	ceremonyLife  = 5 * time.Minute
	longestKey    = 32 << 10 // bytes of an answer
	longestKeyTag = 100      // bytes of a name
)

var errKey = fault.New(fault.Refused, "This passkey was not taken.", "Begin again, or sign in another way.").WithKey("error.passkey", nil)

// holder is a person as the protocol sees them.
type holder struct{ p *Person }

func (h holder) WebAuthnID() []byte          { return []byte(h.p.ID) }
func (h holder) WebAuthnName() string        { return h.p.Email }
func (h holder) WebAuthnDisplayName() string { return h.p.Name }
func (h holder) WebAuthnCredentials() []webauthn.Credential {
	out := make([]webauthn.Credential, len(h.p.Passkeys))
	for i, k := range h.p.Passkeys {
		out[i] = k.Credential
	}
	return out
}

func (s *Service) ceremony(site Site) (*webauthn.WebAuthn, error) {
	if site.Host == "" {
		return nil, fault.New(fault.Refused, "Passkeys need a host with a name.", "Reach this site by its name, not by a number.").WithKey("error.passkey_host", nil)
	}
	return webauthn.New(&webauthn.Config{
		RPID: site.Host, RPDisplayName: s.Name, RPOrigins: []string{site.Origin}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired,
		},
	})
}

// pending is a ceremony under way, kept under a hash of its challenge.
type pending struct {
	Person string               `json:"person,omitempty"` // whose key is being made
	Data   webauthn.SessionData `json:"data"`
}

func (s *Service) keepCeremony(ctx context.Context, p pending) error {
	doc, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return s.Store.SaveChallenge(ctx, HashSecret("passkey "+p.Data.Challenge), string(doc), s.Now().Add(ceremonyLife).UnixMicro())
}

// takeCeremony gives the ceremony that an answer is for. It works once.
func (s *Service) takeCeremony(ctx context.Context, challenge string) (p pending, err error) {
	doc, err := s.Store.TakeChallenge(ctx, HashSecret("passkey "+challenge))
	if fault.Is(err, fault.NotFound) {
		return p, errKey
	}
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(doc), &p)
}

// AskKey gives what a browser needs to show any passkey it has for this site.
func (s *Service) AskKey(ctx context.Context, site Site, network string) ([]byte, error) {
	if err := s.take(ctx, map[string]Pace{"passkey " + network: paceNetwork}); err != nil {
		return nil, err
	}
	w, err := s.ceremony(site)
	if err != nil {
		return nil, err
	}
	options, data, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, err
	}
	if err := s.keepCeremony(ctx, pending{Data: *data}); err != nil {
		return nil, err
	}
	return json.Marshal(options)
}

// OfferKey gives what a browser needs to make a passkey for whoever is signed in or, with the secret of
// an invitation, for whoever is invited.
func (s *Service) OfferKey(ctx context.Context, site Site, secret, invitation string) ([]byte, error) {
	p, err := s.keyOwner(ctx, secret, invitation)
	if err != nil {
		return nil, err
	}
	w, err := s.ceremony(site)
	if err != nil {
		return nil, err
	}
	exclude := webauthn.Credentials(holder{&p}.WebAuthnCredentials()).CredentialDescriptors()
	options, data, err := w.BeginRegistration(holder{&p}, webauthn.WithExclusions(exclude))
	if err != nil {
		return nil, err
	}
	if err := s.keepCeremony(ctx, pending{Person: p.ID, Data: *data}); err != nil {
		return nil, err
	}
	return json.Marshal(options)
}

func (s *Service) keyOwner(ctx context.Context, secret, invitation string) (Person, error) {
	if invitation != "" {
		p, _, err := s.Invitation(ctx, InviteLink, invitation)
		return p, err
	}
	ctx, _, p, err := s.own(ctx, secret)
	if err == nil {
		err = mayChangeFactors(ctx, &p)
	}
	return p, err
}

// made checks the answer of a browser that made a passkey and adds it to its person.
func (s *Service) made(ctx context.Context, site Site, p *Person, name, answer string) error {
	if name = strings.TrimSpace(name); name == "" || len(name) > longestKeyTag {
		return fault.New(fault.Refused, "A passkey has a name of at most 100 characters.", "Say where it is, for example: work laptop.").WithKey("error.passkey_name", nil)
	}
	if err := s.gate("The name of the passkey", name); err != nil {
		return err
	}
	if len(p.Passkeys) >= mostPasskeys || len(answer) > longestKey {
		return errKey
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return errKey
	}
	begun, err := s.takeCeremony(ctx, parsed.Response.CollectedClientData.Challenge)
	if err != nil {
		return err
	}
	if begun.Person != p.ID {
		return errKey
	}
	w, err := s.ceremony(site)
	if err != nil {
		return err
	}
	credential, err := w.CreateCredential(holder{p}, begun.Data, parsed)
	if err != nil {
		return errKey
	}
	credential.Attestation = webauthn.CredentialAttestation{} // which make of device it is, is nobody's business
	id := base64.RawURLEncoding.EncodeToString(credential.ID)
	if slices.ContainsFunc(p.Passkeys, func(k Passkey) bool { return k.ID == id }) {
		return errKey
	}
	p.Passkeys = append(slices.Clone(p.Passkeys), Passkey{ID: id, Name: name, Created: s.Now().UnixMicro(), Credential: *credential})
	return nil
}

// AddKey adds a passkey to the account of whoever is present, and makes the session a strong one
// under a new secret. With the first second factor come recovery codes, which are shown this once.
func (s *Service) AddKey(ctx context.Context, site Site, secret, name, answer string) (Entry, []string, error) {
	ctx, session, p, err := s.own(ctx, secret)
	if err == nil {
		err = mayChangeFactors(ctx, &p)
	}
	if err != nil {
		return Entry{}, nil, err
	}
	if err := s.made(ctx, site, &p, name, answer); err != nil {
		return Entry{}, nil, err
	}
	codes, err := s.firstCodes(&p)
	if err != nil {
		return Entry{}, nil, err
	}
	if err := s.Store.SavePerson(ctx, p, Change{Act: OwnAccount, What: "passkey added"}); err != nil {
		return Entry{}, nil, err
	}
	session.Strong, session.SteppedUp = true, s.Now().UnixMicro()
	e, err := s.renew(ctx, session, p)
	return e, codes, err
}

// firstCodes makes recovery codes for somebody who has none.
func (s *Service) firstCodes(p *Person) (codes []string, err error) {
	if len(p.Recovery) > 0 {
		return nil, nil
	}
	codes, p.Recovery, err = NewRecovery(s.Random)
	return codes, err
}

// TakeUpWithKey opens an invited account with a passkey instead of a password.
func (s *Service) TakeUpWithKey(ctx context.Context, site Site, secret, name, answer string, adult bool) (Entry, []string, error) {
	p, l, err := s.Invitation(ctx, InviteLink, secret)
	if err != nil {
		return Entry{}, nil, err
	}
	if err := s.opens(&p, name, adult); err != nil {
		return Entry{}, nil, err
	}
	if err := s.made(ctx, site, &p, "1", answer); err != nil {
		return Entry{}, nil, err
	}
	codes, err := s.firstCodes(&p)
	if err != nil {
		return Entry{}, nil, err
	}
	l.Used = s.Now().UnixMicro()
	if err := s.Store.UseLink(asPerson(ctx, p), l, p, Change{Act: Accept, What: "taken up with a passkey"}); err != nil {
		return Entry{}, nil, err
	}
	var e Entry
	return e, codes, s.begin(ctx, &e, p, Session{Strong: true, SteppedUp: s.Now().UnixMicro()}, "")
}

// SignInWithKey begins a strong session with a passkey. secret is that of a session that is there
// already: one that waits for the second factor, or one in which it is shown again.
func (s *Service) SignInWithKey(ctx context.Context, site Site, secret, answer, network string) (Entry, error) {
	if err := s.take(ctx, map[string]Pace{"network " + network: paceNetwork}); err != nil {
		return Entry{}, err
	}
	if len(answer) > longestKey {
		return Entry{}, errKey
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return Entry{}, errKey
	}
	begun, err := s.takeCeremony(ctx, parsed.Response.CollectedClientData.Challenge)
	if err != nil {
		return Entry{}, err
	}
	w, err := s.ceremony(site)
	if err != nil {
		return Entry{}, err
	}
	var p Person
	_, credential, err := w.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		found, err := s.Store.Person(ctx, string(bytes.ToValidUTF8(handle, nil)))
		p = found
		return holder{&p}, err
	}, begun.Data, parsed)
	if err != nil || begun.Person != "" || p.State != Active {
		return Entry{}, errKey
	}
	if n := parsed.Response.AuthenticatorData.Counter; n > 0 { // a device that counts never counts back
		fresh, err := s.Store.SpendStep(asPerson(ctx, p), "passkey "+base64.RawURLEncoding.EncodeToString(credential.ID), int64(n))
		if err != nil {
			return Entry{}, err
		}
		if !fresh {
			return Entry{}, errKey
		}
	}
	session, owner, err := s.session(ctx, secret)
	switch {
	case err == nil && owner.ID == p.ID && session.isAlive(s.Now(), true):
		return s.strengthen(ctx, session, p)
	case err != nil && !fault.Is(err, fault.NotFound):
		return Entry{}, err
	}
	var e Entry
	return e, s.begin(ctx, &e, p, Session{Strong: true, SteppedUp: s.Now().UnixMicro()}, "")
}

// NameKey gives one's passkey another name; RemoveKey takes it away.
func (s *Service) NameKey(ctx context.Context, secret, id, name string) error {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > longestKeyTag {
		return fault.New(fault.Refused, "A passkey has a name of at most 100 characters.", "Say where it is, for example: work laptop.").WithKey("error.passkey_name", nil)
	}
	if err := s.gate("The name of the passkey", name); err != nil {
		return err
	}
	return s.changeKey(ctx, secret, id, "passkey named", func(keys []Passkey, i int) []Passkey {
		keys[i].Name = name
		return keys
	})
}

// RemoveKey takes one's passkey away. With the last second factor the recovery codes go too.
func (s *Service) RemoveKey(ctx context.Context, secret, id string) error {
	return s.changeKey(ctx, secret, id, "passkey taken away", func(keys []Passkey, i int) []Passkey { return slices.Delete(keys, i, i+1) })
}

func (s *Service) changeKey(ctx context.Context, secret, id, what string, change func([]Passkey, int) []Passkey) error {
	ctx, _, p, err := s.own(ctx, secret)
	if err == nil {
		err = mayChangeFactors(ctx, &p)
	}
	if err != nil {
		return err
	}
	i := slices.IndexFunc(p.Passkeys, func(k Passkey) bool { return k.ID == id })
	if i < 0 {
		return fault.New(fault.NotFound, "There is no such passkey.", "Look at the list under My account.")
	}
	p.Passkeys = change(slices.Clone(p.Passkeys), i)
	if !p.HasSecond() {
		if p.Password == "" {
			return fault.New(fault.Refused, "This is the only way you sign in.", "Set a password or add another passkey first.").WithKey("error.passkey_last", nil)
		}
		p.Recovery = nil
	}
	return s.Store.SavePerson(ctx, p, Change{Act: OwnAccount, What: what})
}
