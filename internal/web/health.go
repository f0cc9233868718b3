package web

import (
	"fmt"
	"net/http"

	"waymark/internal/fault"
)

// healthz tells that the process answers.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) error {
	(&answer{contentType: "text/plain; charset=utf-8", body: []byte("ok\n"), control: noStore}).seal("").send(w, r)
	return nil
}

// readyz tells whether the site can answer for its data, and which version of the data that is.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) error {
	if s.config.Ready != nil {
		if err := s.config.Ready(r.Context()); err != nil {
			return notReady(err)
		}
	}
	snap, err := s.config.Publication.Snapshot(r.Context())
	if err != nil {
		return notReady(err)
	}
	body := fmt.Appendf(nil, "ready, data version %d\n", snap.DataVersion)
	(&answer{contentType: "text/plain; charset=utf-8", body: body, control: noStore}).seal("").send(w, r)
	return nil
}

// notReady makes any cause a passing one: whoever watches asks again.
func notReady(cause error) error {
	return &fault.Error{Kind: fault.Unavailable, Key: "error.unavailable", Text: "The data cannot be read right now.", Fix: "Try again in a few minutes.", Cause: cause}
}
