package accounts

import (
	"context"
	"time"
)

// LetterKind is what a letter tells.
type LetterKind string

// The letters. Each is plain text in the language of whoever gets it.
const (
	InviteLetter     LetterKind = "invite"     // an account waits; has a link
	ResetLetter      LetterKind = "reset"      // a new password; has a link
	RoundLetter      LetterKind = "round"      // comment in a round; has a link
	ConfirmLetter    LetterKind = "confirm"    // is this your address? has a link
	WaitingLetter    LetterKind = "waiting"    // a proposal waits for a second organisation
	QuarantineLetter LetterKind = "quarantine" // something was withheld: to the safeguarding contact
)

// Letter is one that waits to be sent. It holds no text and, where somebody has an account, no
// address: both are looked up at the moment of sending, and the letter is deleted then.
type Letter struct {
	ID       string     `json:"id"`
	Kind     LetterKind `json:"kind"`
	Person   string     `json:"person,omitempty"`
	Address  string     `json:"address,omitempty"`  // where there is no account
	Language string     `json:"language,omitempty"` // likewise
	// Secret is that of the link in it.
	Secret string `json:"secret,omitempty"`
	// About names what it tells of: a round, or an object that was withheld. Never personal data.
	About string `json:"about,omitempty"`
	// Expires is when it would tell nothing any more, in microseconds since 1970, UTC.
	Expires int64 `json:"expires"`
	Tries   int   `json:"-"`
}

// newsLife is how long a letter without a link may wait before it tells nothing new.
const newsLife = 7 * 24 * time.Hour

// letter makes one for somebody; none where there is no mail.
func (s *Service) letter(kind LetterKind, person, about string) ([]Letter, error) {
	if !s.Mail {
		return nil, nil
	}
	id, err := newID(s.Now(), s.Random)
	return []Letter{{ID: id, Kind: kind, Person: person, About: about, Expires: s.Now().Add(newsLife).UnixMicro()}}, err
}

// LetterTo makes one for an address without an account, to be kept with the act it tells of; none
// where there is no mail.
func (s *Service) LetterTo(kind LetterKind, address, language, about string) ([]Letter, error) {
	letters, err := s.letter(kind, "", about)
	for i := range letters {
		letters[i].Address, letters[i].Language = address, language
	}
	return letters, err
}

// askSecond makes the letters that tell of a proposal: to everybody who may decide on it, in other
// organisations than the one that proposed it.
func (s *Service) askSecond(ctx context.Context, a *Approval) ([]Letter, error) {
	if !s.Mail {
		return nil, nil
	}
	grants, err := s.Store.Grants(ctx, "")
	if err != nil {
		return nil, err
	}
	list, err := s.Store.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	all, seen := index(list), map[string]bool{}
	var out []Letter
	for _, g := range InForce(grants, s.today()) {
		if seen[g.Person] || !MayRole(g.Role, a.Act) || !g.Scope.Covers(a.Scope) || g.Person == a.Subject {
			continue
		}
		p, err := s.Store.Person(ctx, g.Person)
		if err != nil {
			return nil, err
		}
		if p.State != Active || !Independent(all, p.Organisation, From(ctx).Organisation) {
			continue
		}
		seen[p.ID] = true
		letters, err := s.letter(WaitingLetter, p.ID, a.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, letters...)
	}
	return out, nil
}

// Run is what is known of a job that runs by the clock.
type Run struct {
	Name    string
	Next    int64 // microseconds since 1970, UTC, like the others; 0: never
	Started int64
	Ended   int64
	Outcome string // what the last run did
	Failed  string // why it did not; empty: it did
	Lease   int64  // somebody runs it until then at the latest
}
