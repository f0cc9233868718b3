package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
)

var quarantineRows = account{"quarantine", "withheld object",
	`SELECT row_version FROM quarantine WHERE id = $1`,
	`INSERT INTO quarantine (id, row_version, doc, state, round, held) VALUES ($1, $2, $3, $4, 0, '')`,
	`UPDATE quarantine SET row_version = $2, doc = $3, state = $4 WHERE id = $1`}

const (
	selectWithheld  = `SELECT doc, row_version FROM quarantine ORDER BY id`
	selectWithheldI = `SELECT doc, row_version FROM quarantine WHERE id = $1`
	selectHeld      = `SELECT held, file FROM quarantine WHERE id = $1`
	holdObject      = `UPDATE quarantine SET round = $2, held = $3, file = $4 WHERE id = $1`

	lookComment    = `SELECT doc, private, NULL, NULL FROM consultation_comment WHERE id = $1 AND round = $2`
	lookAmendment  = `SELECT doc, private, NULL, NULL FROM consultation_amendment WHERE id = $1 AND round = $2`
	lookSubmission = `SELECT doc, private, sha256, original FROM consultation_submission WHERE id = $1 AND round = $2`
	swapComment    = `UPDATE consultation_comment SET doc = $2, private = $3, row_version = row_version + 1 WHERE id = $1`
	swapAmendment  = `UPDATE consultation_amendment SET doc = $2, private = $3, row_version = row_version + 1 WHERE id = $1`
	swapSubmission = `UPDATE consultation_submission SET doc = $2, private = $3, sha256 = $4, original = $5, row_version = row_version + 1 WHERE id = $1`

	stripHeld = `UPDATE quarantine SET held = '', file = NULL`
)

// heldContent is what was taken out of an object.
type heldContent struct {
	Doc     string `json:"doc"`
	Private string `json:"private"`
	SHA256  string `json:"sha256,omitempty"`
}

// withheldKinds says for each kind how it is read, swapped, and what stands in its place.
var withheldKinds = map[string]struct {
	look, swap string
	blank      func(doc string) (any, error)
}{
	"comment": {lookComment, swapComment, func(doc string) (any, error) {
		var c consultation.Comment
		err := json.Unmarshal([]byte(doc), &c)
		return consultation.Comment{ID: c.ID, Number: c.Number, Round: c.Round, Submission: c.Submission, Kind: c.Kind, Body: []string{}, Text: []string{},
			Found: c.Found, ReplyTo: c.ReplyTo, Voices: []consultation.Attribution{}, Removed: consultation.RemovedUnlawful}, err
	}},
	"amendment": {lookAmendment, swapAmendment, func(doc string) (any, error) {
		var a consultation.Amendment
		err := json.Unmarshal([]byte(doc), &a)
		return consultation.Amendment{ID: a.ID, Number: a.Number, Round: a.Round, Submission: a.Submission, Comment: a.Comment, Kind: a.Kind, Element: a.Element,
			State: a.State, Voices: []consultation.Attribution{}, Held: "withheld"}, err
	}},
	"submission": {lookSubmission, swapSubmission, func(doc string) (any, error) {
		var s consultation.Submission
		err := json.Unmarshal([]byte(doc), &s)
		return consultation.Submission{ID: s.ID, Round: s.Round, Organisation: s.Organisation, Channel: s.Channel, Language: s.Language, ReceivedAt: s.ReceivedAt}, err
	}},
}

// Withhold takes the content of an object out of where it stood, in one transaction with its letters.
func (db *DB) Withhold(ctx context.Context, w accounts.Withheld, c accounts.Change, letters ...accounts.Letter) error {
	kind, id, _ := strings.Cut(w.Object, "/")
	how, ok := withheldKinds[kind]
	if !ok {
		return none(kind, id)
	}
	err := db.inRound(ctx, w.Round, accounts.Quarantine, "something was withheld", func(ctx context.Context, tx *Tx) error {
		held := heldContent{}
		var sha sql.NullString
		var file []byte
		err := tx.row(ctx, how.look, []any{id, w.Round}, &held.Doc, &held.Private, &sha, &file)
		if errors.Is(err, sql.ErrNoRows) {
			return none(kind, id)
		}
		if err != nil {
			return err
		}
		held.SHA256 = sha.String
		old, err := document(ctx, tx.row, selectWithheldI, "withheld object", w.Object, withheldVersion)
		switch {
		case err == nil && old.State == accounts.WithheldNow:
			return fault.New(fault.Conflict, "This is withheld already.", "Look at the list of what is withheld.")
		case err == nil:
			w.Version = old.Version
		case !fault.Is(err, fault.NotFound):
			return err
		}
		blank, err := how.blank(held.Doc)
		if err != nil {
			return err
		}
		if err := tx.putWithheld(ctx, w, c, held, file); err != nil {
			return err
		}
		return errors.Join(tx.swap(ctx, kind, id, blank, heldContent{}, nil), tx.putLetters(ctx, letters))
	})
	if err != nil {
		return err
	}
	return db.fault(db.shred(ctx), "it was withheld, but the log of the database still holds the text")
}

func withheldVersion(w *accounts.Withheld) *int64 { return &w.Version }

// putWithheld keeps what is known of something withheld, with its row in the trail, and its content.
func (tx *Tx) putWithheld(ctx context.Context, w accounts.Withheld, c accounts.Change, held heldContent, file []byte) error {
	e, err := tx.put(ctx, quarantineRows, w.Object, w.Version, w, c, string(w.State))
	if err != nil {
		return err
	}
	text := ""
	if held.Doc != "" {
		b, err := json.Marshal(held)
		if err != nil {
			return err
		}
		text = string(b)
	}
	if err := tx.exec(ctx, holdObject, w.Object, w.Round, text, file); err != nil {
		return err
	}
	return tx.auditMore(ctx, e)
}

// swap puts a document where another stood.
func (tx *Tx) swap(ctx context.Context, kind, id string, v any, with heldContent, file []byte) error {
	doc := with.Doc
	if doc == "" {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		doc = string(b)
	}
	args := []any{id, doc, with.Private}
	if kind == "submission" {
		args = append(args, sql.NullString{String: with.SHA256, Valid: with.SHA256 != ""}, file)
	}
	return tx.exec(ctx, withheldKinds[kind].swap, args...)
}

// settle does what two organisations decided about something withheld.
func (tx *Tx) settle(ctx context.Context, a *accounts.Approval) (*entry, error) {
	object := strings.TrimPrefix(a.Object, "quarantine/")
	state, ok := a.Outcome()
	w, err := document(ctx, tx.row, selectWithheldI, "withheld object", object, withheldVersion)
	if err != nil {
		return nil, err
	}
	if !ok || w.State != accounts.WithheldNow {
		return nil, fault.New(fault.Conflict, "This is not withheld any more.", "Nothing is left to decide.")
	}
	var text string
	var file []byte
	if err := tx.row(ctx, selectHeld, []any{object}, &text, &file); err != nil {
		return nil, err
	}
	w.State, w.Decided = state, a.Decided
	change := accounts.Change{Act: accounts.Settle, What: a.Summary, Reason: a.Proposed.Reason}
	if err := tx.putWithheld(ctx, w, change, heldContent{}, nil); err != nil {
		return nil, err
	}
	if state == accounts.PutBack {
		var held heldContent
		if text == "" {
			return nil, fault.New(fault.Refused, "This database was restored from a backup, which never holds what was withheld.", "Delete it for good, or have it handed in again.")
		}
		if err := json.Unmarshal([]byte(text), &held); err != nil {
			return nil, fmt.Errorf("withheld %s: %w", object, err)
		}
		kind, id, _ := strings.Cut(object, "/")
		if err := tx.swap(ctx, kind, id, nil, held, file); err != nil {
			return nil, err
		}
	}
	var version, writes int64
	var doc string
	if err := tx.row(ctx, selectRound, []any{w.Round}, &version, &writes, &doc); err != nil {
		return nil, err
	}
	return tx.sealRound(ctx, w.Round, writes, accounts.Settle, string(state))
}

// WithheldObjects lists everything that was ever withheld, without its content.
func (db *DB) WithheldObjects(ctx context.Context) ([]accounts.Withheld, error) {
	out, err := documents(ctx, db.each, selectWithheld, nil, withheldVersion)
	return out, db.fault(err, "what is withheld could not be read")
}

// leaveOut takes what is withheld out of a backup at rest.
func leaveOut(ctx context.Context, path string) error {
	pool, err := openPool(sqliteDSN(path), 1)
	if err != nil {
		return err
	}
	var there int
	err = pool.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'quarantine'").Scan(&there)
	if err == nil && there > 0 {
		if _, err = pool.ExecContext(ctx, stripHeld); err == nil {
			_, err = pool.ExecContext(ctx, `VACUUM`)
		}
	}
	return errors.Join(err, pool.Close())
}
