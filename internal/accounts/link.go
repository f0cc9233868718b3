package accounts

import (
	"time"

	"waymark/internal/fault"
)

// LinkKind is what a link sent to somebody is for.
type LinkKind string

// The kinds of links, and how often each works.
const (
	InviteLink LinkKind = "invite" // once
	ResetLink  LinkKind = "reset"  // once
	RoundLink  LinkKind = "round"  // until it ends: to comment in one round without a password
)

// How long links last; one for a round ends with the round.
const (
	inviteLife = 7 * 24 * time.Hour
	resetLife  = time.Hour
)

// Link is a secret sent to somebody. Only its hash is stored, and no personal data: it names a person
// by id. Reading the page behind it uses nothing up, because mail programs open links on their own.
type Link struct {
	Hash    string   `json:"hash"`
	Kind    LinkKind `json:"kind"`
	Person  string   `json:"person"`
	Round   string   `json:"round,omitempty"`
	Expires int64    `json:"expires"` // microseconds since 1970, UTC
	Used    int64    `json:"used,omitempty"`
	Version int64    `json:"-"`
}

// check refuses a link that is of another kind, used up or too old. All look alike from outside.
func (l *Link) check(kind LinkKind, now time.Time) error {
	if l.Kind != kind || l.Used != 0 && kind != RoundLink || now.UnixMicro() >= l.Expires {
		return errLink
	}
	return nil
}

var errLink = fault.New(fault.NotFound, "This link does not work any more.", "Ask whoever sent it for a new one.").WithKey("error.link", nil)

// Token is an API token. It acts for its person, within its scope, and never where a second factor is
// asked for again.
type Token struct {
	ID      string `json:"id"` // the public part of the token
	Person  string `json:"person"`
	Name    string `json:"name"` // what it is for
	Hash    string `json:"hash"`
	Role    Role   `json:"role"` // one of the person's
	Scope   Scope  `json:"scope"`
	Created int64  `json:"created"`
	Expires int64  `json:"expires"` // at most a year later
	Revoked int64  `json:"revoked,omitempty"`
	Used    int64  `json:"-"` // when it was last used, about; 0: never
	Version int64  `json:"-"`
}

// longestToken is how long a token may last.
const longestToken = 366 * 24 * time.Hour

func (t *Token) isAlive(now time.Time) bool {
	return t.Revoked == 0 && now.UnixMicro() < t.Expires
}

// Narrow gives what a token gives of what its person holds: only its role, and only where both scopes
// meet.
func (t *Token) Narrow(held []Grant) []Grant {
	var out []Grant
	for _, g := range held {
		if scope, ok := meet(g.Scope, t.Scope); ok && g.Role == t.Role {
			g.Scope = scope
			out = append(out, g)
		}
	}
	return out
}

// meet narrows one scope by another; false where nothing is in both.
func meet(a, b Scope) (Scope, bool) {
	ok := true
	one := func(x, y string) string {
		if x != "" && y != "" && x != y {
			ok = false
		}
		if x == "" {
			return y
		}
		return x
	}
	out := Scope{one(a.Country, b.Country), one(a.Organisation, b.Organisation), one(a.Framework, b.Framework), one(a.Round, b.Round)}
	return out, ok
}
