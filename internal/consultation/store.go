package consultation

import (
	"context"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/framework"
)

// Store is what consultations need kept. Every writing method is one transaction with its audit row;
// who acts comes from the context, the time from the store's clock. What is saved carries the
// RowVersion it was read with, 0 if it is new; fault.Stale says that somebody changed it since.
type Store interface {
	Rounds(ctx context.Context) ([]Round, error)
	// SaveRound adds a round or changes it.
	SaveRound(ctx context.Context, r Round) error
	// Record gives a round with all it holds; fault.NotFound if there is none.
	Record(ctx context.Context, round int) (*Record, error)
	// Original gives the file of a submission: private, never to be published.
	Original(ctx context.Context, submission string) ([]byte, error)

	// SaveShipped adds a whole round that comes with the program, once.
	SaveShipped(ctx context.Context, r *ShippedRound) error
	// SaveSubmission adds a submission with all that came in it and numbers it. A file the round has
	// already is fault.Conflict.
	SaveSubmission(ctx context.Context, s Submission, original []byte, comments []Comment, amendments []Amendment) error
	// SaveComment and SaveAmendment change one that is there, naming what was done in a few plain words
	// without personal data. New confirmations get the time.
	SaveComment(ctx context.Context, c Comment, what string) error
	SaveAmendment(ctx context.Context, a Amendment, what string) error
	// SaveSent is SaveSubmission for what was written on the web: its drafts, and what waited for a
	// confirmation, go with it. What the round has already is not added again.
	SaveSent(ctx context.Context, s Submission, comments []Comment, amendments []Amendment) error
	// SaveBoth changes a comment and the changes it asks for, all or nothing.
	SaveBoth(ctx context.Context, c Comment, amendments []Amendment, what string) error
	// Contributions gives what a person has not sent yet in a round, oldest first. KeepContribution and
	// DropContribution keep and delete one of theirs; bookkeeping, without a row in the trail.
	Contributions(ctx context.Context, round int, person string) ([]Contribution, error)
	KeepContribution(ctx context.Context, c Contribution) error
	DropContribution(ctx context.Context, person, id string) error
	// Waiting gives what waits for its author to confirm an address, and KeepWaiting keeps it, once for
	// each id: again is fault.Conflict. Old ones are forgotten. Bookkeeping.
	Waiting(ctx context.Context) ([]Waiting, error)
	KeepWaiting(ctx context.Context, w Waiting, letters ...accounts.Letter) error
	// Take counts one more under a key and gives how long to wait; 0: go on. Bookkeeping.
	Take(ctx context.Context, key string, p accounts.Pace) (time.Duration, error)
	// FormKey is the secret that forms of strangers are signed with. It is made once.
	FormKey(ctx context.Context) ([]byte, error)
	// SaveAnswers adds answers, and the changes that the secretariat wrote for them; they never change
	// one. Each must supersede the one that stands, else it is fault.Stale. They get who decided and when.
	SaveAnswers(ctx context.Context, round int, drafts []Amendment, all []Disposition) error
	SaveGroup(ctx context.Context, round int, g DuplicateGroup) error
	SaveResponse(ctx context.Context, round int, r Response) error
	// ForgetPersons takes away every name of a person and every sender in a round; words and
	// organisations stay, and so does the trail.
	ForgetPersons(ctx context.Context, round int) error
	// SaveAdoption ends a round: the version before, the next one, the places of the comments in it
	// and the round's new state, all or nothing.
	SaveAdoption(ctx context.Context, a Adoption) error
}

// Record is a round with all it holds, in the order of the numbers.
type Record struct {
	Round        Round
	Submissions  []Submission
	Comments     []Comment
	Amendments   []Amendment
	Dispositions []Disposition // in the order in which they were made
	Groups       []DuplicateGroup
	Responses    []Response
	// Writes counts everything that was ever changed in the round.
	Writes int64
	// Organisations are those that can speak; the service fills them in.
	Organisations []Organisation
}

// Response is what a commenter says to an answer: apart from it (W3C practice).
type Response struct {
	ID           string `json:"id"`
	Comment      string `json:"comment"`
	Disposition  string `json:"disposition"`
	Organisation string `json:"organisation"`
	Satisfied    bool   `json:"satisfied"` // else: objects
	Text         string `json:"text,omitempty"`
	At           int64  `json:"at"`
}

// Adoption is how a round ended.
type Adoption struct {
	Round    Round              // as it will stand
	Writes   int64              // of the round when it was decided on; another is fault.Stale
	Ended    *framework.Version // the version the round was held on, now superseded; nil: no next version
	Next     *framework.Version
	Comments []Comment // those whose places moved
	// Amendments are those that an adopted one made stale.
	Amendments []Amendment
}

// Comment finds a comment by its id.
func (r *Record) Comment(id string) (*Comment, bool) {
	for i := range r.Comments {
		if r.Comments[i].ID == id {
			return &r.Comments[i], true
		}
	}
	return nil, false
}

// Amendment finds an amendment by its id.
func (r *Record) Amendment(id string) (*Amendment, bool) {
	for i := range r.Amendments {
		if r.Amendments[i].ID == id {
			return &r.Amendments[i], true
		}
	}
	return nil, false
}

// known is what a new file is compared with.
func (r *Record) known() Known {
	k := Known{Comments: r.Comments, Amendments: r.Amendments}
	for _, d := range r.Dispositions {
		k.Answers = append(k.Answers, d.ID)
	}
	for _, p := range r.Responses {
		k.Answers = append(k.Answers, p.ID)
	}
	return k
}
