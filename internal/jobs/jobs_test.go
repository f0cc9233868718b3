package jobs

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/reference"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// server is a mail server that speaks enough of SMTP (RFC 5321, 3207, 4954) to be handed letters.
type server struct {
	t        *testing.T
	listener net.Listener
	tls      *tls.Config // nil: no STARTTLS is offered
	trust    *tls.Config
	refuse   bool

	mu       sync.Mutex
	letters  []string
	lines    []string // everything that came in the clear
	signedIn []string
}

func newServer(t *testing.T, withTLS bool) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, listener: l}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	plain := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, plain, plain, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	s.trust = &tls.Config{RootCAs: roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}
	if withTLS {
		s.tls = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.talk(c)
		}
	}()
	t.Cleanup(func() { l.Close() })
	return s
}

func (s *server) mail(mode TLSMode) *Mail {
	_, port, _ := net.SplitHostPort(s.listener.Addr().String())
	n, _ := strconv.Atoi(port)
	return &Mail{Host: "127.0.0.1", Port: n, TLS: mode, From: "waymark@example.org", Trust: s.trust}
}

func (s *server) talk(c net.Conn) {
	defer func() { c.Close() }()
	r := bufio.NewReader(c)
	secret := false
	say := func(line string) { io.WriteString(c, line+"\r\n") }
	say("220 mail ready")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		s.mu.Lock()
		if !secret {
			s.lines = append(s.lines, line)
		}
		s.mu.Unlock()
		switch verb := strings.ToUpper(strings.Fields(line + " x")[0]); verb {
		case "EHLO", "HELO":
			if s.tls != nil && !secret {
				say("250-mail\r\n250 STARTTLS")
			} else {
				say("250-mail\r\n250 AUTH PLAIN")
			}
		case "STARTTLS":
			say("220 go")
			t := tls.Server(c, s.tls)
			c, r, secret = t, bufio.NewReader(t), true
		case "AUTH":
			b, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(line, "AUTH PLAIN "))
			s.mu.Lock()
			s.signedIn = append(s.signedIn, string(b))
			s.mu.Unlock()
			say("235 ok")
		case "DATA":
			say("354 go")
			var letter strings.Builder
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				letter.WriteString(strings.TrimPrefix(line, "."))
			}
			s.mu.Lock()
			s.letters = append(s.letters, letter.String())
			s.mu.Unlock()
			say("250 taken")
		case "RCPT":
			if s.refuse {
				say("451 " + line + " later")
			} else {
				say("250 ok")
			}
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (s *server) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.letters
}

func read(t *testing.T, letter string) (header mail.Header, subject, body string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(letter))
	if err != nil {
		t.Fatal(err)
	}
	subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header, subject, string(b)
}

func TestALetterGoesOverAnEncryptedLineAndIsPlainText(t *testing.T) {
	s := newServer(t, true)
	m := s.mail(StartTLS)
	m.User, m.Password = "waymark", "a secret of the server"
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	if err := m.Send(t.Context(), "zoe@example.org", "Приглашение", "Hello\n.\nmore\n", time.Now()); err != nil {
		t.Fatal(err)
	}
	header, subject, body := read(t, s.got()[0])
	if subject != "Приглашение" || !strings.Contains(body, "Hello\r\n.\r\nmore") || header.Get("To") != "<zoe@example.org>" ||
		!strings.HasPrefix(header.Get("Content-Type"), "text/plain") || header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("%v %q %q", header, subject, body)
	}
	if len(s.signedIn) != 1 || s.signedIn[0] != "\x00waymark\x00a secret of the server" {
		t.Errorf("signed in as %q", s.signedIn)
	}
	for _, line := range s.lines {
		if strings.Contains(line, "zoe") || strings.HasPrefix(line, "AUTH") {
			t.Errorf("in the clear: %s", line)
		}
	}
}

// Somebody on the way who takes STARTTLS out of what the server offers gets no letter and no password.
func TestAServerWithoutEncryptionGetsNothing(t *testing.T) {
	s := newServer(t, false)
	m := s.mail(StartTLS)
	m.User, m.Password = "waymark", "a secret of the server"
	err := m.Send(t.Context(), "zoe@example.org", "x", "y", time.Now())
	if err == nil || reason(err) != "the mail server offers no encrypted line" {
		t.Errorf("%v: %s", err, reason(err))
	}
	for _, line := range s.lines {
		if strings.Contains(line, "zoe") || strings.HasPrefix(line, "AUTH") {
			t.Errorf("in the clear: %s", line)
		}
	}
	unknown := newServer(t, true).mail(StartTLS)
	unknown.Trust = nil // nobody the system knows vouches for it
	if err := unknown.Send(t.Context(), "zoe@example.org", "x", "y", time.Now()); err == nil {
		t.Error("a server nobody vouches for got a letter")
	}
}

func TestNothingInALetterBecomesAHeaderOrACommand(t *testing.T) {
	s := newServer(t, true)
	m := s.mail(StartTLS)
	for _, to := range []string{"a@example.org\r\nBcc: b@example.org", "a@example.org>\r\nRCPT TO:<b@example.org", "a@example.org,b@example.org", "", "@", "a b@example.org"} {
		if err := m.Send(t.Context(), to, "x", "y", time.Now()); err == nil {
			t.Errorf("sent to %q", to)
		}
	}
	for _, evil := range []string{"x\r\nBcc: b@example.org", "x\nX-Evil: 1", "x\r\n\r\nbody", "x\x00y", "x\u2028y", "=?utf-8?q?x=0D=0ABcc:_b@example.org?="} {
		if err := m.Send(t.Context(), "a@example.org", evil, evil, time.Now()); err != nil {
			t.Errorf("%q: %v", evil, err)
			continue
		}
		letters := s.got()
		header, _, _ := read(t, letters[len(letters)-1])
		if header.Get("Bcc") != "" || header.Get("X-Evil") != "" {
			t.Errorf("%q became a header: %v", evil, header)
		}
	}
}

func TestSettingsThatWouldLetALetterBeReadAreRefused(t *testing.T) {
	good := Mail{Host: "smtp.example.org", TLS: StartTLS, From: "w@example.org"}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Mail){
		"no host": func(m *Mail) { m.Host = "" }, "in the clear to another machine": func(m *Mail) { m.TLS = NoTLS }, "unknown mode": func(m *Mail) { m.TLS = "maybe" },
		"no sender": func(m *Mail) { m.From = "w" }, "a sender with a header": func(m *Mail) { m.From = "w@example.org\r\nBcc: x@example.org" }, "port": func(m *Mail) { m.Port = 70000 },
		"a password alone": func(m *Mail) { m.Password = "x" },
	} {
		m := good
		change(&m)
		if m.Check() == nil {
			t.Errorf("%s is taken", name)
		}
	}
	here := Mail{Host: "127.0.0.1", TLS: NoTLS, From: "w@example.org"}
	if err := here.Check(); err != nil {
		t.Error(err)
	}
}

// From an invitation to the letter in the hands of a server, in the language of who is invited; and
// nothing of it is left.
func TestAnInvitationIsSentOnceAndForgotten(t *testing.T) {
	db := storetest.Open(t, "memory", store.Options{}).DB
	storetest.People(t, db)
	people := &accounts.Service{Store: db, Now: time.Now, Random: rand.Reader, Hasher: accounts.NewHasher(2), Mail: true}
	_, secret, err := people.Invite(storetest.Context(), accounts.Person{Name: "Zoë\r\nBcc: x@example.org", Email: "zoe@example.org", Organisation: "a", Language: "fr"})
	if err != nil || secret != "" {
		t.Fatal("with mail nobody hands a link over", secret, err)
	}
	s := newServer(t, true)
	s.refuse = true
	now := time.Now()
	post := &Post{Outbox: db, Mail: s.mail(StartTLS), Origin: "https://cop.example.org", Now: func() time.Time { return now }}
	_, err = post.Job().Do(t.Context())
	if err == nil {
		t.Error("a letter that nobody took is no trouble")
	}
	if text, _ := fault.Safe(err); strings.Contains(text, "zoe") {
		t.Error("the outcome names somebody")
	}
	if waits, err := db.Letters(t.Context()); err != nil || len(waits) != 0 {
		t.Fatal("tried again at once", err)
	}
	s.refuse = false
	zoe, err := db.PersonByEmail(t.Context(), "zoe@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := people.InviteAgain(storetest.Context(), zoe.ID); err != nil {
		t.Fatal(err)
	}
	said, err := post.Job().Do(t.Context())
	if err != nil || said != "letters sent: 1 of 1" {
		t.Fatal(said, err)
	}
	header, subject, body := read(t, s.got()[0])
	link := "https://cop.example.org/fr/work/link/invite?token="
	if header.Get("To") != "<zoe@example.org>" || header.Get("Bcc") != "" || subject != "Vous êtes invité à rejoindre Waymark" || !strings.Contains(body, link) {
		t.Errorf("%v\n%s\n%s", header, subject, body)
	}
	token := strings.Fields(body[strings.Index(body, link)+len(link):])[0]
	if _, _, err := people.Invitation(t.Context(), accounts.InviteLink, token); err != nil {
		t.Error("the link in the letter does not open the account:", err)
	}
	if said, err := post.Job().Do(t.Context()); err != nil || said != "letters sent: 0 of 0" {
		t.Error("sent again:", said, err)
	}
}

func TestLettersThatTellNothingAnyMoreAreDropped(t *testing.T) {
	db := storetest.Open(t, "memory", store.Options{}).DB
	a, _ := storetest.People(t, db)
	c := accounts.Change{Act: accounts.ManagePeople, What: "tested"}
	s := newServer(t, true)
	post := &Post{Outbox: db, Mail: s.mail(StartTLS), Origin: "http://127.0.0.1", Now: time.Now}
	late := accounts.Letter{ID: "1", Kind: accounts.ResetLetter, Person: a.Person, Expires: time.Now().Add(-time.Minute).UnixMicro()}
	gone := accounts.Letter{ID: "2", Kind: accounts.ResetLetter, Person: "nobody", Expires: time.Now().Add(time.Hour).UnixMicro()}
	if err := db.SaveLink(storetest.Context(), accounts.Link{Hash: "h", Person: a.Person}, c, late, gone); err != nil {
		t.Fatal(err)
	}
	if _, err := post.Job().Do(t.Context()); err != nil || len(s.got()) != 0 {
		t.Fatal(err, s.got())
	}
	if waits, err := db.Letters(t.Context()); err != nil || len(waits) != 0 {
		t.Error(waits, err)
	}
}

// Whoever may decide on a proposal hears of it; whoever proposed it, and their organisation, does not.
func TestAProposalIsToldToTheOtherOrganisation(t *testing.T) {
	db := storetest.Open(t, "memory", store.Options{}).DB
	a, b := storetest.People(t, db)
	people := &accounts.Service{Store: db, Now: time.Now, Random: rand.Reader, Hasher: accounts.NewHasher(2), Mail: true}
	a.Strong, a.SteppedUp = true, true
	if _, err := people.Propose(accounts.Enter(context.Background(), a), accounts.Approval{Act: accounts.Publish, Object: "x/1", Summary: "tested", Content: "c"}, "because"); err != nil {
		t.Fatal(err)
	}
	waits, err := db.Letters(t.Context())
	if err != nil || len(waits) != 1 || waits[0].Person != b.Person || waits[0].Kind != accounts.WaitingLetter || waits[0].Secret != "" {
		t.Fatalf("%+v %v", waits, err)
	}
}

func TestOneJobThatFailsHoldsNoOtherUp(t *testing.T) {
	db := storetest.Open(t, "memory", store.Options{}).DB
	ran := 0
	r := Runner{Store: db, Now: time.Now, Log: slog.New(slog.DiscardHandler), Owner: "me", Jobs: []Job{
		{"a", time.Hour, func(context.Context) (string, error) { panic("oh") }},
		{"b", time.Hour, func(context.Context) (string, error) { return "", errors.New("secret detail") }},
		{"c", time.Hour, func(ctx context.Context) (string, error) {
			ran++
			return "did it", accounts.Require(ctx, accounts.Consult, accounts.Scope{})
		}},
	}}
	r.Due(t.Context())
	r.Due(t.Context())
	list, err := db.Jobs(t.Context())
	if err != nil || len(list) != 3 || ran != 1 || list[2].Outcome != "did it" || list[0].Failed == "" || list[1].Failed == "" || strings.Contains(list[1].Failed, "secret") {
		t.Errorf("%+v %v, ran %d times", list, err, ran)
	}
}

func TestNamesStayTwelveMonthsAfterARoundClosedAndNoLonger(t *testing.T) {
	day := func(s string) time.Time { d, _ := time.Parse(time.DateOnly, s); return d }
	period := reference.Period{Start: 20250101, End: 20250331}
	for _, c := range []struct {
		state consultation.State
		end   reference.Date
		now   string
		due   bool
	}{
		{consultation.Over, period.End, "2026-03-31", false}, {consultation.Over, period.End, "2026-04-01", true}, {consultation.Adopted, period.End, "2027-01-01", true},
		{consultation.Open, period.End, "2030-01-01", false}, {consultation.Over, reference.OpenEnd, "2030-01-01", false},
	} {
		r := consultation.Round{State: c.state, Period: reference.Period{Start: period.Start, End: c.end}}
		if got := isDue(&r, day(c.now)); got != c.due {
			t.Errorf("%s until %v on %s: %v", c.state, c.end, c.now, got)
		}
	}
}
