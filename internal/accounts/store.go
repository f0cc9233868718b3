package accounts

import (
	"context"
	"time"
)

// Change says what a saved object became, for the trail.
type Change struct {
	Act Act
	// What was done, in a few plain words without personal data: "invited", "password changed".
	What   string
	Reason string
}

// Store is what accounts needs kept. Every method that changes something is one transaction with its
// audit row, except those that say that they are bookkeeping. The actor comes from the context, the
// time from the store's clock. What is saved carries the Version it was read with, 0 if it is new;
// fault.Stale says that somebody changed it since.
type Store interface {
	Organisations(ctx context.Context) ([]Organisation, error)
	Organisation(ctx context.Context, code string) (Organisation, error)
	SaveOrganisation(ctx context.Context, o Organisation, c Change) error

	People(ctx context.Context) ([]Person, error)
	Person(ctx context.Context, id string) (Person, error)
	// PersonByEmail looks for a folded address. It gives fault.NotFound for one nobody has.
	PersonByEmail(ctx context.Context, email string) (Person, error)
	SavePerson(ctx context.Context, p Person, c Change) error
	// ErasePerson forgets everything about a person: what is held, the salt of what the trail holds, their
	// sessions, and the names of their tokens, which end.
	ErasePerson(ctx context.Context, id string, c Change) error

	// Grants lists the roles of a person, or of everybody if it is empty, ended ones too.
	Grants(ctx context.Context, person string) ([]Grant, error)
	SaveGrant(ctx context.Context, g Grant, c Change) error
	Mandates(ctx context.Context, person string) ([]Mandate, error)
	SaveMandate(ctx context.Context, m Mandate, c Change) error

	// SaveLink keeps the hash of a link and, in the same transaction, the letter that carries it.
	SaveLink(ctx context.Context, l Link, c Change, letters ...Letter) error
	Link(ctx context.Context, hash string) (Link, error)
	// UseLink saves a person and marks a link as used, both or neither. A link that was used meanwhile is fault.NotFound.
	UseLink(ctx context.Context, l Link, p Person, c Change) error

	SaveToken(ctx context.Context, t Token, c Change) error
	Token(ctx context.Context, id string) (Token, error)
	Tokens(ctx context.Context, person string) ([]Token, error)

	// StartSession keeps a session and takes another away, if old is one. A whole one leaves a row in the trail.
	StartSession(ctx context.Context, s Session, old string) error
	Session(ctx context.Context, id string) (Session, error)
	Sessions(ctx context.Context, person string) ([]Session, error)
	// KeepSession notes the last use and what is pending; EndSessions ends all of a person's, or the one
	// with the id. Both are bookkeeping.
	KeepSession(ctx context.Context, s Session) error
	EndSessions(ctx context.Context, person, id string) error
	// SaveChallenge keeps, until expires, what somebody is to answer once; TakeChallenge gives it and takes it away,
	// fault.NotFound if it is not there or too old. Both are bookkeeping.
	SaveChallenge(ctx context.Context, id, doc string, expires int64) error
	TakeChallenge(ctx context.Context, id string) (doc string, err error)
	// SpendStep notes the last step of a code, or the counter of a key; false if it is not later than
	// the one noted. Bookkeeping.
	SpendStep(ctx context.Context, of string, step int64) (bool, error)
	// NoteUse notes that a token was used. Bookkeeping.
	NoteUse(ctx context.Context, token string) error
	// Take counts one attempt under a key and gives how long to wait; 0: go on. Bookkeeping.
	Take(ctx context.Context, key string, p Pace) (time.Duration, error)

	Approvals(ctx context.Context, state ApprovalState) ([]Approval, error) // oldest first; empty: all
	Approval(ctx context.Context, id string) (Approval, error)
	// OpenApproval runs open on what is true inside the transaction and keeps the approval. There is one
	// open approval for an act and object: another is fault.Conflict.
	OpenApproval(ctx context.Context, a Approval, open func(*Approval, *Bench, Setting) error, letters ...Letter) error
	// CloseApproval runs decide likewise on the stored approval and keeps it. What an approved one
	// carries happens in the same transaction.
	CloseApproval(ctx context.Context, id string, c Change, decide func(*Approval, *Bench) error) (Approval, error)
	// Withhold takes the content of an object out of where it stood; what an approval of Settle decides
	// happens in its transaction. WithheldObjects lists them without their content.
	Withhold(ctx context.Context, w Withheld, c Change, letters ...Letter) error
	WithheldObjects(ctx context.Context) ([]Withheld, error)
	Setting(ctx context.Context, name string) (Setting, error)

	// Trail gives rows of the trail, newest first.
	Trail(ctx context.Context, q TrailQuery) ([]TrailRow, error)
}
