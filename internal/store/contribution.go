package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
)

const (
	selectDrafts  = `SELECT id, saved_at, doc FROM consultation_draft WHERE round = $1 AND person = $2 ORDER BY saved_at, id`
	selectDraft   = `SELECT person FROM consultation_draft WHERE id = $1`
	upsertDraft   = `INSERT INTO consultation_draft (id, round, person, saved_at, doc) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET saved_at = excluded.saved_at, doc = excluded.doc`
	deleteDraft   = `DELETE FROM consultation_draft WHERE id = $1 AND person = $2`
	deleteSent    = `DELETE FROM consultation_draft WHERE id = $1`
	deleteDrafts  = `DELETE FROM consultation_draft WHERE person = $1`
	countDrafts   = `SELECT COUNT(*) FROM consultation_draft WHERE person = $1`
	selectWaiting = `SELECT saved_at, doc FROM consultation_waiting ORDER BY saved_at, id`
	selectWaiter  = `SELECT id FROM consultation_waiting WHERE id = $1 UNION ALL SELECT id FROM consultation_comment WHERE id = $1`
	insertWaiting = `INSERT INTO consultation_waiting (id, round, saved_at, doc) VALUES ($1, $2, $3, $4)`
	deleteWaiting = `DELETE FROM consultation_waiting WHERE id = $1`
	forgetWaiting = `DELETE FROM consultation_waiting WHERE saved_at < $1`
	selectFormKey = `SELECT value FROM form_key WHERE name = $1`
	insertFormKey = `INSERT INTO form_key (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`
)

// waitingFor is how long what a stranger wrote waits for a confirmation.
const waitingFor = 7 * 24 * time.Hour

// mostDrafts is how many drafts one person keeps.
const mostDrafts = 500

// SaveSent adds what was written on the web and takes its drafts away. A comment that is there
// already is not added again: sending twice is sending once.
func (db *DB) SaveSent(ctx context.Context, s consultation.Submission, comments []consultation.Comment, amendments []consultation.Amendment) error {
	return db.inRound(ctx, s.Round, accounts.Comment, fmt.Sprintf("submission with %d comments and %d amendments", len(comments), len(amendments)), func(ctx context.Context, tx *Tx) error {
		for _, c := range comments {
			var there int64
			switch err := tx.row(ctx, selectCommentVersion, []any{c.ID}, &there); {
			case err == nil:
				return fault.New(fault.Conflict, "This comment was sent already.", "See your comments.").WithKey("error.sent_already", nil)
			case !errors.Is(err, sql.ErrNoRows):
				return err
			}
			if err := errors.Join(tx.exec(ctx, deleteSent, c.ID), tx.exec(ctx, deleteWaiting, c.ID)); err != nil {
				return err
			}
		}
		s.ReceivedAt = tx.now
		return tx.saveSubmission(ctx, s, nil, comments, amendments)
	})
}

// SaveBoth changes a comment with the changes it asks for.
func (db *DB) SaveBoth(ctx context.Context, c consultation.Comment, amendments []consultation.Amendment, what string) error {
	return db.inRound(ctx, c.Round, accounts.Comment, what, func(ctx context.Context, tx *Tx) error {
		if err := tx.updateComment(ctx, c); err != nil {
			return err
		}
		for _, a := range amendments {
			voices := a.Voices
			a.Voices = nil
			if err := tx.updateSpoken(ctx, selectAmendmentVersion, updateAmendment, "amendment", a.Round, a.ID, a.RowVersion, voices, a); err != nil {
				return err
			}
		}
		return nil
	})
}

// Contributions gives what a person has not sent yet in a round.
func (db *DB) Contributions(ctx context.Context, round int, person string) ([]consultation.Contribution, error) {
	var out []consultation.Contribution
	err := db.each(ctx, selectDrafts, []any{round, person}, func(rows *sql.Rows) error {
		var id, doc string
		var at int64
		if err := rows.Scan(&id, &at, &doc); err != nil {
			return err
		}
		c := consultation.Contribution{}
		err := json.Unmarshal([]byte(doc), &c)
		c.Person, c.SavedAt = person, at
		out = append(out, c)
		return err
	})
	return out, db.fault(err, "the drafts could not be read")
}

// KeepContribution keeps a draft of its person; nobody else's is changed by it.
func (db *DB) KeepContribution(ctx context.Context, c consultation.Contribution) error {
	doc, err := text(c)
	if err != nil {
		return err
	}
	return db.bookkeep(ctx, "the draft could not be kept", func(ctx context.Context, tx *Tx) error {
		var person string
		err := tx.row(ctx, selectDraft, []any{c.ID}, &person)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err == nil && person != c.Person {
			return fault.New(fault.Forbidden, "This draft is somebody else's.", "Open the page again.")
		}
		var n int
		if err := tx.row(ctx, countDrafts, []any{c.Person}, &n); err != nil {
			return err
		}
		if n >= mostDrafts && person == "" {
			return fault.New(fault.TooLarge, fmt.Sprintf("You keep %d drafts already.", n), "Send or delete some of them.")
		}
		return tx.exec(ctx, upsertDraft, c.ID, c.Round, c.Person, tx.now, doc)
	})
}

// DropContribution deletes a draft of a person.
func (db *DB) DropContribution(ctx context.Context, person, id string) error {
	return db.bookkeep(ctx, "the draft could not be deleted", func(ctx context.Context, tx *Tx) error { return tx.exec(ctx, deleteDraft, id, person) })
}

// Waiting gives what waits for the confirmation of an address, and nothing that is too old.
func (db *DB) Waiting(ctx context.Context) ([]consultation.Waiting, error) {
	var out []consultation.Waiting
	oldest := db.now().Add(-waitingFor).UnixMicro()
	err := db.each(ctx, selectWaiting, nil, func(rows *sql.Rows) error {
		var at int64
		var doc string
		if err := rows.Scan(&at, &doc); err != nil || at < oldest {
			return err
		}
		var w consultation.Waiting
		err := json.Unmarshal([]byte(doc), &w)
		w.SavedAt = at
		out = append(out, w)
		return err
	})
	return out, db.fault(err, "what waits for a confirmation could not be read")
}

// KeepWaiting keeps what a stranger wrote, once, with the letters it needs, and forgets what is too old.
func (db *DB) KeepWaiting(ctx context.Context, w consultation.Waiting, letters ...accounts.Letter) error {
	doc, err := text(w)
	if err != nil {
		return err
	}
	return db.bookkeep(ctx, "the comment could not be kept", func(ctx context.Context, tx *Tx) error {
		if err := tx.exec(ctx, forgetWaiting, tx.now-waitingFor.Microseconds()); err != nil {
			return err
		}
		var there string
		switch err := tx.row(ctx, selectWaiter, []any{w.ID}, &there); {
		case err == nil:
			return fault.New(fault.Conflict, "This comment was sent already.", "Follow the link in the letter you got.").WithKey("error.sent_already", nil)
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		if err := tx.exec(ctx, insertWaiting, w.ID, w.Round, tx.now, doc); err != nil {
			return err
		}
		return tx.putLetters(ctx, letters)
	})
}

// FormKey gives the secret that forms are signed with; the first call makes it.
func (db *DB) FormKey(ctx context.Context) ([]byte, error) {
	const name = "stranger"
	var value string
	err := db.row(ctx, selectFormKey, []any{name}, &value)
	if errors.Is(err, sql.ErrNoRows) {
		err = db.bookkeep(ctx, "the key of the forms could not be made", func(ctx context.Context, tx *Tx) error {
			key := make([]byte, 32)
			_, _ = rand.Read(key) // never fails (crypto/rand)
			if err := tx.exec(ctx, insertFormKey, name, hex.EncodeToString(key)); err != nil {
				return err
			}
			return tx.row(ctx, selectFormKey, []any{name}, &value)
		})
	}
	if err != nil {
		return nil, db.fault(err, "the key of the forms could not be read")
	}
	return hex.DecodeString(value)
}
