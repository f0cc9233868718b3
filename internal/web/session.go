package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

// The names of the session's cookie. The first is bound to the host and to https by its name; the
// second serves a browser on the machine itself, where there is no https.
const (
	cookieSecure = "__Host-waymark"
	cookieLocal  = "waymark"
)

// isSecure tells whether the site is reached over https, directly or through the proxy whose address
// the operator named as the origin.
func (s *Server) isSecure(r *http.Request) bool {
	return r.TLS != nil || strings.HasPrefix(s.config.Origin, "https://")
}

// isLoopback tells that browser and server are one machine, and that the browser says so too.
func isLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	caller, err := netip.ParseAddrPort(r.RemoteAddr)
	at, err2 := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && caller.Addr().Unmap().IsLoopback() && (host == "localhost" || err2 == nil && at.IsLoopback())
}

// maySignIn refuses to take a password over a line that others can read.
func (s *Server) maySignIn(r *http.Request) error {
	if s.isSecure(r) || isLoopback(r) {
		return nil
	}
	return fault.New(fault.Forbidden, "Signing in works over https only.", "Reach this site by its https address; whoever runs it names that with --origin.").WithKey("error.https", nil)
}

func (s *Server) cookieName(r *http.Request) string {
	if s.isSecure(r) {
		return cookieSecure
	}
	return cookieLocal
}

// secretOf is the secret of the session a request comes with; empty: none.
func (s *Server) secretOf(r *http.Request) string {
	c, err := r.Cookie(s.cookieName(r))
	if err != nil || len(c.Value) > 100 {
		return ""
	}
	return c.Value
}

// setSession gives the browser the secret of its session, or takes it away if it is empty. The
// cookie ends with the browser; the session has its own end.
func (s *Server) setSession(w http.ResponseWriter, r *http.Request, secret string) {
	c := &http.Cookie{Name: s.cookieName(r), Value: secret, Path: "/", HttpOnly: true, Secure: s.isSecure(r), SameSite: http.SameSiteLaxMode}
	if secret == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// entered gives the context of a request in which its person acts, with an id that ties its acts together.
func (s *Server) entered(r *http.Request) (context.Context, error) {
	id := make([]byte, 8)
	_, _ = rand.Read(id) // never fails (crypto/rand)
	request := accounts.Actor{Request: hex.EncodeToString(id)}
	ctx := accounts.With(r.Context(), request)
	p, err := s.config.Accounts.Present(ctx, s.secretOf(r))
	if err != nil {
		return ctx, err
	}
	p.Request = request.Request
	return accounts.Enter(ctx, p), nil
}

// network is what the attempts of a caller are counted by.
func (s *Server) network(r *http.Request) string {
	return accounts.Network(r.RemoteAddr, r.Header.Get("X-Forwarded-For"), strings.HasPrefix(s.config.Origin, "https://"))
}
