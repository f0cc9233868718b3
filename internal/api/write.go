package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

// Requests keeps what was asked under an Idempotency-Key.
type Requests interface {
	Request(ctx context.Context, id string) (accounts.Kept, error)
	KeepRequest(ctx context.Context, k accounts.Kept) error
}

const (
	withoutToken = "Writes need a token, and cookies count for nothing here."
	makeToken    = "Send Authorization: Bearer and a token; make one under My account, or with waymark token add."
)

// entered gives the context in which whoever sent the token acts; without a token nobody does. Cookies
// are not looked at, so that no page of another site can write through a reader's browser.
func (s *service) entered(r *http.Request) (context.Context, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return accounts.Enter(r.Context(), accounts.Principal{}), nil
	}
	scheme, token, _ := strings.Cut(header, " ")
	switch {
	case !strings.EqualFold(scheme, "Bearer") || s.config.Accounts == nil:
		return nil, fault.New(fault.SignIn, "This way to sign in is not taken here.", makeToken)
	case !s.isPrivate(r):
		return nil, fault.New(fault.Forbidden, "Tokens are taken over https only; this one was sent in the clear.", "Revoke it, make another, and use the https address of this service.")
	}
	id := make([]byte, 8)
	_, _ = rand.Read(id) // never fails (crypto/rand)
	ctx := accounts.With(r.Context(), accounts.Actor{Request: hex.EncodeToString(id)})
	p, err := s.config.Accounts.PresentToken(ctx, strings.TrimSpace(token))
	if err != nil {
		return nil, err
	}
	return accounts.Enter(ctx, p), nil
}

// isPrivate tells that nobody between can read along: https, here or at the proxy that the operator named, or
// one machine.
func (s *service) isPrivate(r *http.Request) bool {
	caller, err := netip.ParseAddrPort(r.RemoteAddr)
	return r.TLS != nil || strings.HasPrefix(s.config.Origin, "https://") || err == nil && caller.Addr().Unmap().IsLoopback()
}

// usualPace is how often one network may ask without a token: a thousand calls at once, then 120 a second.
var usualPace = accounts.Pace{Burst: 1000, Every: time.Second / 120}

// What a call counts as: working out what edits would do costs more than reading, and so does guessing.
const (
	oneCall    = 1
	dearCall   = 20
	wrongToken = 60
)

// paces counts the calls of networks in memory, for as long as they are near their limit.
type paces struct {
	mu   sync.Mutex
	free map[string]time.Time
}

const mostPaces = 100_000

// take counts a call and gives how long to wait; 0: go on.
func (p *paces) take(network string, pace accounts.Pace, cost int, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) >= mostPaces {
		for k, free := range p.free {
			if free.Before(now) {
				delete(p.free, k)
			}
		}
		if len(p.free) >= mostPaces { // a flood from everywhere: begin to count anew
			clear(p.free)
		}
	}
	free := p.free[network]
	for range cost {
		next, wait := pace.Take(free, now)
		if wait > 0 {
			return wait
		}
		free = next
	}
	p.free[network] = free
	return 0
}

// network is what the calls of a caller are counted by.
func (s *service) network(r *http.Request) string {
	return accounts.Network(r.RemoteAddr, r.Header.Get("X-Forwarded-For"), strings.HasPrefix(s.config.Origin, "https://"))
}

// isWelcome lets a call in, as whoever sent it, or answers it.
func (s *service) isWelcome(w http.ResponseWriter, r *http.Request) (context.Context, bool) {
	now, network, cost := s.config.Now(), s.network(r), oneCall
	if r.Method == http.MethodPost {
		cost = dearCall
	}
	ctx, err := s.entered(r)
	switch {
	case fault.Is(err, fault.TooMany):
		tooMany(w, time.Second, "This token was used too often in a short time.")
		return nil, false
	case err != nil && fault.KindOf(err) != fault.Internal && fault.KindOf(err) != fault.Unavailable:
		if wait := s.paces.take(network, s.config.Pace, wrongToken, now); wait > 0 {
			tooMany(w, wait, "Too many calls came from your network.")
			return nil, false
		}
		fallthrough
	case err != nil:
		s.writeRefusal(w, r, err)
		return nil, false
	}
	if accounts.Present(ctx).Token == "" {
		if wait := s.paces.take(network, s.config.Pace, cost, now); wait > 0 {
			tooMany(w, wait, "Too many calls came from your network.")
			return nil, false
		}
	}
	return ctx, true
}

func tooMany(w http.ResponseWriter, wait time.Duration, text string) {
	seconds := strconv.Itoa(int((wait + time.Second - 1) / time.Second))
	w.Header().Set("Retry-After", seconds)
	writeProblem(w, http.StatusTooManyRequests, text, "Wait "+seconds+" seconds, then go on more slowly; the data sets hold everything in one file.")
}

// writeRefusal answers with an error before any call was reached.
func (s *service) writeRefusal(w http.ResponseWriter, r *http.Request, err error) {
	kind := fault.KindOf(err)
	if kind == fault.Internal {
		s.log.ErrorContext(r.Context(), "api", "error", err)
	}
	if kind == fault.SignIn {
		w.Header().Set("WWW-Authenticate", `Bearer realm="waymark"`)
	}
	text, fix := fault.Safe(err)
	writeProblem(w, kinds[kind], text, fix)
}

// Key is the header that lets a program send a write again without doing it twice.
type Key struct {
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"Chosen by you, new for each thing you want done, for example a UUID. The same key with the same request within seven days does it once and gives the same answer."`
}

func (k *Key) check() error {
	if k.Key == "" || strings.ContainsFunc(k.Key, func(r rune) bool { return r < '!' || r > '~' }) {
		return fault.New(fault.Refused, "A write needs an Idempotency-Key, so that sending it again does not do it twice.", "Send the header with 1 to 200 letters, digits or signs, new for each thing you want done.")
	}
	return nil
}

// once does what is asked one time, however often it comes under one key. act does it and tells whether
// anything was stored; told makes the answer of what was stored, the first time as well as later, so that all are the same.
func once[T any](ctx context.Context, s *service, k Key, asked [][]byte, act func(context.Context, accounts.Once) (T, bool, error), told func(context.Context, accounts.Kept) (T, error)) (out T, err error) {
	if err := k.check(); err != nil {
		return out, err
	}
	o := accounts.NewOnce(accounts.From(ctx).Person, k.Key, asked...)
	kept, err := s.config.Requests.Request(ctx, o.ID)
	if fault.Is(err, fault.NotFound) {
		kept, err = carryOut(accounts.Repeatable(ctx, o), s, o, act)
	}
	switch {
	case err != nil:
		return out, err
	case kept.Content != o.Content:
		return out, fault.New(fault.Refused, "This Idempotency-Key was used for another request.", "Choose a new key for each thing you want done; repeat a request unchanged.")
	case kept.Object == "":
		return out, json.Unmarshal([]byte(kept.Answer), &out)
	}
	return told(ctx, kept)
}

// carryOut does what is asked and gives what was kept of it, by this request or by another that was faster.
func carryOut[T any](ctx context.Context, s *service, o accounts.Once, act func(context.Context, accounts.Once) (T, bool, error)) (accounts.Kept, error) {
	out, stored, err := act(ctx, o)
	if err == nil && stored {
		return s.config.Requests.Request(ctx, o.ID)
	}
	kept := accounts.Kept{Once: o}
	if err == nil {
		var body []byte
		if body, err = json.Marshal(out); err == nil {
			kept.Answer = string(body)
			err = s.config.Requests.KeepRequest(ctx, kept)
		}
	}
	if again := (*accounts.Repeated)(nil); errors.As(err, &again) {
		return again.Kept, nil
	}
	return kept, err
}
