package accounts

import (
	"slices"
	"time"
)

// How long a session lasts (TRUST.md section 9).
const (
	idleWriter   = 30 * time.Minute // of whoever may change something
	idleReader   = 8 * time.Hour
	absoluteLife = 12 * time.Hour
	halfLife     = 10 * time.Minute // password given, second factor not yet
	stepUpLife   = 10 * time.Minute
	seenEvery    = time.Minute // how exactly the last use is noted
)

// Session is the time between signing in and out. Its id is the hash of the secret in the cookie; it
// holds no address and no browser. Sessions are bookkeeping, not acts: only their beginning and end
// are in the trail.
type Session struct {
	ID     string
	Person string
	// Half: the password was right and the second factor is still to come. Nothing else can be done.
	Half    bool
	Strong  bool
	Round   string // opened by a link for one round
	Created int64  // microseconds since 1970, UTC
	Seen    int64
	// SteppedUp is when the second factor was last shown.
	SteppedUp int64
	// Pending is what a ceremony under way has to remember: a new secret, or a challenge.
	Pending string
}

// isAlive tells whether the session still counts; writes tells that its person may change something.
func (s *Session) isAlive(now time.Time, writes bool) bool {
	age, idle := now.Sub(time.UnixMicro(s.Created)), now.Sub(time.UnixMicro(s.Seen))
	if s.Half {
		return age >= 0 && age < halfLife
	}
	limit := idleReader
	if writes {
		limit = idleWriter
	}
	return age >= 0 && age < absoluteLife && idle < limit
}

func (s *Session) isSteppedUp(now time.Time) bool {
	d := now.Sub(time.UnixMicro(s.SteppedUp))
	return s.Strong && s.SteppedUp > 0 && d >= 0 && d < stepUpLife
}

// writes tells whether grants let somebody change something.
func writes(grants []Grant) bool {
	return slices.ContainsFunc(grants, func(g Grant) bool { return g.Role != Reader })
}

// Pace is how often something may be tried: so many at once, then one every so often. It delays and
// never locks out.
type Pace struct {
	Burst int
	Every time.Duration
}

// The paces (TRUST.md section 9). What they count is named by a hash of account or network.
var (
	paceAccountHere = Pace{5, 12 * time.Minute}   // sign-in to one account from one network: 10 in any hour
	paceAccount     = Pace{100, 30 * time.Second} // to one account from anywhere
	paceNetwork     = Pace{60, time.Minute}       // from one network to any account
	paceReset       = Pace{3, 20 * time.Minute}   // letters to one address
	paceSecond      = Pace{10, 6 * time.Minute}   // second factors of one account
	paceToken       = Pace{600, 100 * time.Millisecond}
)

// Take asks for one more at now. free is when the next would be due, kept by the caller under the
// key; it gives the new free, or how long to wait. (The generic cell rate algorithm.)
func (p Pace) Take(free, now time.Time) (next time.Time, wait time.Duration) {
	if free.Before(now) {
		free = now
	}
	next = free.Add(p.Every)
	if ahead := next.Sub(now); ahead > time.Duration(p.Burst)*p.Every {
		return free, ahead - time.Duration(p.Burst)*p.Every
	}
	return next, 0
}
