package accounts_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

var site = accounts.Site{Host: "cop.example.org", Origin: "https://cop.example.org"}

// device is an authenticator in software with one key.
type device struct {
	t       *testing.T
	key     *ecdsa.PrivateKey
	id      []byte
	handle  []byte
	counter uint32
	flags   byte   // user present and verified
	origin  string // what the browser says
	host    string
}

func newDevice(t *testing.T) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 32)
	_, _ = rand.Read(id)
	return &device{t: t, key: key, id: id, flags: 0x05, origin: site.Origin, host: site.Host}
}

var b64 = base64.RawURLEncoding

// asked reads what the server asks for: the challenge and whose key it is.
func (d *device) asked(options []byte) (challenge string) {
	d.t.Helper()
	var o struct {
		PublicKey struct {
			Challenge string
			User      struct{ ID string }
		} `json:"publicKey"`
	}
	if err := json.Unmarshal(options, &o); err != nil || o.PublicKey.Challenge == "" {
		d.t.Fatalf("%s: %v", options, err)
	}
	if o.PublicKey.User.ID != "" {
		d.handle, _ = b64.DecodeString(o.PublicKey.User.ID)
	}
	return o.PublicKey.Challenge
}

func (d *device) client(kind, challenge string) []byte {
	b, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	return b
}

func (d *device) data(attested []byte) []byte {
	host := sha256.Sum256([]byte(d.host))
	flags := d.flags
	if attested != nil {
		flags |= 0x40
	}
	out := append(host[:], flags)
	out = binary.BigEndian.AppendUint32(out, d.counter)
	return append(out, attested...)
}

// make answers the request to make a key.
func (d *device) make(options []byte) string {
	d.t.Helper()
	pad := func(b []byte) []byte { return append(make([]byte, 32-len(b)), b...) }
	public, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: pad(d.key.X.Bytes()), -3: pad(d.key.Y.Bytes())})
	if err != nil {
		d.t.Fatal(err)
	}
	attested := append(make([]byte, 16), 0, byte(len(d.id)))
	attested = append(append(attested, d.id...), public...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": d.data(attested)})
	if err != nil {
		d.t.Fatal(err)
	}
	return d.answer(map[string]any{"clientDataJSON": b64.EncodeToString(d.client("webauthn.create", d.asked(options))), "attestationObject": b64.EncodeToString(object)})
}

// show answers the request to show the key.
func (d *device) show(options []byte) string {
	d.t.Helper()
	client := d.client("webauthn.get", d.asked(options))
	hash := sha256.Sum256(client)
	data := d.data(nil)
	sum := sha256.Sum256(append(bytes.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	if err != nil {
		d.t.Fatal(err)
	}
	return d.answer(map[string]any{"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data),
		"signature": b64.EncodeToString(signature), "userHandle": b64.EncodeToString(d.handle)})
}

func (d *device) answer(response map[string]any) string {
	id := b64.EncodeToString(d.id)
	b, _ := json.Marshal(map[string]any{"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	return string(b)
}

// add gives somebody the device's key.
func (s *somebody) add(d *device) {
	s.h.t.Helper()
	options, err := s.h.OfferKey(s.fresh(), site, s.secret, "")
	s.h.ok(err)
	e, _, err := s.h.AddKey(s.ctx(), site, s.secret, "work laptop", d.make(options))
	s.h.ok(err)
	s.secret = e.Secret
}

func TestAPasskeySignsInAloneAndCountsAsTheSecondFactor(t *testing.T) {
	h := open(t)
	s := h.join("itu", "a@itu.example", accounts.Verifier)
	_, err := h.OfferKey(func() context.Context { h.pass(11 * 60e9); return s.ctx() }(), site, s.secret, "")
	h.refused(err, fault.SignIn) // the second factor is shown again before another is added
	d := newDevice(t)
	s.add(d)
	ctx := context.Background()
	options, err := h.AskKey(ctx, site, "net")
	h.ok(err)
	if bytes.Contains(options, []byte(s.id)) || bytes.Contains(options, d.id) {
		t.Error("who has a key is told before anybody showed one")
	}
	answer := d.show(options)
	e, err := h.SignInWithKey(ctx, site, "", answer, "net")
	h.ok(err)
	p, err := h.Present(ctx, e.Secret)
	h.ok(err)
	if p.Person != s.id || !p.Strong || !p.SteppedUp || e.NeedsSecond {
		t.Errorf("signed in as %+v", p)
	}
	_, err = h.SignInWithKey(ctx, site, "", answer, "net")
	h.refused(err, fault.Refused) // an answer seen is an answer spent

	half, err := h.SignIn(ctx, s.email, password, "net")
	h.ok(err)
	options, err = h.AskKey(ctx, site, "net")
	h.ok(err)
	whole, err := h.SignInWithKey(ctx, site, half.Secret, d.show(options), "net")
	h.ok(err)
	if h.IsHalf(ctx, half.Secret) || whole.Secret == half.Secret {
		t.Error("the half session goes on, or keeps its secret")
	}
}

func TestAPasskeyIsRefusedWhereAnythingIsNotAsItShouldBe(t *testing.T) {
	h := open(t)
	s := h.join("itu", "a@itu.example", accounts.Verifier)
	ctx := context.Background()
	for name, change := range map[string]func(*device){
		"another site":           func(d *device) { d.origin = "https://evil.example" },
		"another host":           func(d *device) { d.host = "evil.example" },
		"a line not private":     func(d *device) { d.origin = "http://cop.example.org" },
		"nobody was made sure":   func(d *device) { d.flags = 0x01 },
		"another key":            func(d *device) { d.key = newDevice(t).key },
		"another person":         func(d *device) { d.handle = []byte("p-other") },
		"nobody":                 func(d *device) { d.handle = nil },
		"a handle that is bytes": func(d *device) { d.handle = []byte{0xff, 0xfe} },
		"another id":             func(d *device) { d.id = []byte("other") },
	} {
		d := newDevice(t)
		s.add(d)
		options, err := h.AskKey(ctx, site, name)
		h.ok(err)
		change(d)
		if _, err := h.SignInWithKey(ctx, site, "", d.show(options), name); !fault.Is(err, fault.Refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, answer := range []string{"", "{}", "null", strings.Repeat("x", 1<<16), `{"id":"x"}`} {
		_, err := h.SignInWithKey(ctx, site, "", answer, "garbage")
		h.refused(err, fault.Refused)
	}
	old := newDevice(t)
	s.add(old)
	options, err := h.AskKey(ctx, site, "old")
	h.ok(err)
	h.pass(6 * 60e9)
	_, err = h.SignInWithKey(ctx, site, "", old.show(options), "old")
	h.refused(err, fault.Refused)
	_, err = h.AskKey(ctx, accounts.Site{}, "none")
	h.refused(err, fault.Refused)
}

func TestADeviceThatWasCopiedIsNoticed(t *testing.T) {
	h := open(t)
	s := h.join("itu", "a@itu.example", accounts.Verifier)
	d := newDevice(t)
	s.add(d)
	show := func(counter uint32) error {
		options, err := h.AskKey(context.Background(), site, "net")
		h.ok(err)
		d.counter = counter
		_, err = h.SignInWithKey(context.Background(), site, "", d.show(options), "net")
		return err
	}
	h.ok(show(7))
	h.refused(show(7), fault.Refused)
	h.refused(show(3), fault.Refused)
	h.ok(show(8))
}

// A challenge made for one person adds no key to another's account.
func TestAKeyIsAddedOnlyToWhomItWasOfferedTo(t *testing.T) {
	h := open(t)
	a, b := h.join("itu", "a@itu.example"), h.join("itu", "b@itu.example")
	options, err := h.OfferKey(a.fresh(), site, a.secret, "")
	h.ok(err)
	_, _, err = h.AddKey(b.fresh(), site, b.secret, "mine", newDevice(t).make(options))
	h.refused(err, fault.Refused)
	options, err = h.OfferKey(a.fresh(), site, a.secret, "")
	h.ok(err)
	_, _, err = h.AddKey(a.ctx(), site, a.secret, "see http://evil.example", newDevice(t).make(options))
	h.refused(err, fault.Refused)
}

func TestSomebodyTakesAnInvitationUpWithAPasskeyAndNoPassword(t *testing.T) {
	h := open(t)
	_, link, err := h.Invite(operator(), accounts.Person{Name: "C", Email: "c@itu.example", Organisation: "itu"})
	h.ok(err)
	ctx, d := context.Background(), newDevice(t)
	options, err := h.OfferKey(ctx, site, "", link)
	h.ok(err)
	answer := d.make(options)
	_, _, err = h.TakeUpWithKey(ctx, site, link, "C", answer, false)
	h.refused(err, fault.Refused) // not 18
	e, codes, err := h.TakeUpWithKey(ctx, site, link, "C", answer, true)
	h.ok(err)
	p, err := h.Present(ctx, e.Secret)
	h.ok(err)
	if !p.Strong || len(codes) != 10 {
		t.Errorf("%+v, %d codes", p, len(codes))
	}
	_, err = h.OfferKey(ctx, site, "", link)
	h.refused(err, fault.NotFound) // used up
	_, err = h.SignIn(ctx, "c@itu.example", "", "net")
	h.refused(err, fault.Refused) // no password is no password
	person, err := h.db.Person(ctx, p.Person)
	h.ok(err)
	in := accounts.Enter(ctx, p)
	h.refused(h.RemoveKey(in, e.Secret, person.Passkeys[0].ID), fault.Refused) // the only way in
	h.ok(h.NameKey(in, e.Secret, person.Passkeys[0].ID, "phone"))
	held, err := h.Export(in, p.Person)
	h.ok(err)
	if k := held.Person.Passkeys; len(k) != 1 || k[0].Name != "phone" || k[0].Credential.PublicKey != nil {
		t.Errorf("what is held: %+v", k)
	}
	h.ok(h.Erase(in, p.Person, "asked"))
	options, err = h.AskKey(ctx, site, "net")
	h.ok(err)
	_, err = h.SignInWithKey(ctx, site, "", d.show(options), "net")
	h.refused(err, fault.Refused)
}
