package jobs

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"waymark/internal/fault"
)

// TLSMode is how the line to the mail server is kept private.
type TLSMode string

// The modes.
const (
	StartTLS TLSMode = "starttls" // asked for on an open line; a server that does not offer it gets nothing
	FullTLS  TLSMode = "tls"      // from the first byte
	NoTLS    TLSMode = "none"     // only to a server on this machine
)

// Mail is the server that letters go through. User and Password may be empty.
type Mail struct {
	Host     string
	Port     int // 0: 587, 465 with FullTLS, 25 with NoTLS
	TLS      TLSMode
	User     string
	Password string
	From     string
	// Trust are the authorities that vouch for the server; nil: those of the system.
	Trust *tls.Config
}

// Check refuses settings with which a letter could be read on its way.
func (m *Mail) Check() error {
	wrong := func(text, fix string) error { return fault.New(fault.Refused, text, fix) }
	switch {
	case m.Host == "" || strings.ContainsAny(m.Host, " /\r\n"):
		return wrong("The mail server has no name.", "Name the host alone: --mail-host smtp.example.org.")
	case !isAddress(m.From):
		return wrong("The letters have no sender.", "Name the address they come from: --mail-from waymark@example.org.")
	case m.TLS != StartTLS && m.TLS != FullTLS && m.TLS != NoTLS:
		return wrong("The mode "+string(m.TLS)+" of the line to the mail server is unknown.", "Use --mail-tls starttls, tls or none.")
	case m.TLS == NoTLS && !isHere(m.Host):
		return wrong("Letters to another machine go over an encrypted line only.", "Use --mail-tls starttls or tls.")
	case m.Port < 0 || m.Port > 65535:
		return wrong("The mail server has no such port.", "Use --mail-port with a number up to 65535.")
	case m.Password != "" && m.User == "":
		return wrong("A password for the mail server comes with a name.", "Name it with --mail-user.")
	}
	return nil
}

func isAddress(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && len(s) < 255 && !strings.ContainsAny(s, " \t\r\n\"<>,;")
}

func isHere(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// Send hands one letter to the server: plain text to one address.
func (m *Mail) Send(ctx context.Context, to, subject, text string, at time.Time) error {
	if !isAddress(to) {
		return fault.New(fault.Refused, "A letter goes to one address.", "Mend the address of the person.")
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := msg.From(m.From); err != nil {
		return err
	}
	if err := msg.To(to); err != nil {
		return err
	}
	msg.Subject(oneLine(subject))
	msg.SetDateWithValue(at)
	msg.SetMessageID()
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(mail.TypeTextPlain, text)
	options := []mail.Option{mail.WithTimeout(30 * time.Second)}
	port := m.Port
	switch m.TLS {
	case StartTLS:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory)) // never in the clear, whatever the server says
		port = or(port, 587)
	case FullTLS:
		options = append(options, mail.WithSSL())
		port = or(port, 465)
	default:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
		port = or(port, 25)
	}
	options = append(options, mail.WithPort(port))
	if m.Trust != nil {
		options = append(options, mail.WithTLSConfig(m.Trust))
	}
	if m.User != "" {
		auth := mail.SMTPAuthAutoDiscover
		options = append(options, mail.WithSMTPAuth(auth), mail.WithUsername(m.User), mail.WithPassword(m.Password))
	}
	client, err := mail.NewClient(m.Host, options...)
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, msg)
}

func or(a, b int) int {
	if a == 0 {
		return b
	}
	return a
}

// oneLine keeps a text from ending a header.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}

// reason says why a letter could not be sent, without an address: what a server answers may repeat one.
func reason(err error) string {
	var op *net.OpError
	switch {
	case err == nil:
		return ""
	case strings.Contains(err.Error(), "STARTTLS"):
		return "the mail server offers no encrypted line"
	case asNet(err, &op):
		return "the mail server cannot be reached"
	}
	return "the mail server did not take the letter"
}
