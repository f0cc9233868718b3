package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
)

// SaveShipped adds a round that comes with the program; the same again changes nothing.
func (db *DB) SaveShipped(ctx context.Context, s *consultation.ShippedRound) error {
	doc, err := text(s.Round)
	if err != nil {
		return err
	}
	return db.write(ctx, "the shipped consultation could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) {
		var version, writes int64
		var was string
		if err := tx.row(ctx, selectRound, []any{s.Round.Number}, &version, &writes, &was); !errors.Is(err, sql.ErrNoRows) {
			return nil, err // it is there, or could not be read
		}
		if err := tx.exec(ctx, insertRound, s.Round.Number, 1, 0, doc); err != nil {
			return nil, err
		}
		if err := tx.saveSubmission(ctx, s.Submission, nil, s.Comments, s.Amendments); err != nil {
			return nil, err
		}
		for i, d := range s.Dispositions {
			if err := tx.insertInRound(ctx, insertDisposition, s.Round.Number, i+1, d.ID, d); err != nil {
				return nil, err
			}
		}
		return tx.sealRound(ctx, s.Round.Number, 0, accounts.Consult, "shipped round")
	})
}

// SaveSubmission adds a submission with all that came in it.
func (db *DB) SaveSubmission(ctx context.Context, s consultation.Submission, original []byte, comments []consultation.Comment, amendments []consultation.Amendment) error {
	return db.inRound(ctx, s.Round, accounts.Comment, fmt.Sprintf("submission with %d comments and %d amendments", len(comments), len(amendments)), func(ctx context.Context, tx *Tx) error {
		var there string
		err := tx.row(ctx, selectSubmission, []any{s.Round, s.SHA256}, &there)
		if err == nil {
			return fault.New(fault.Conflict, "This file was taken in already.", "See the submission it became; a later state of the file is another file.").WithKey("error.file_taken", nil)
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		s.ReceivedAt = tx.now
		return tx.saveSubmission(ctx, s, original, comments, amendments)
	})
}

func (tx *Tx) nextNumber(ctx context.Context, statement string, round int) (n int, err error) {
	err = tx.row(ctx, statement, []any{round}, &n)
	return n + 1, err
}

// insertInRound adds a row without private columns.
func (tx *Tx) insertInRound(ctx context.Context, statement string, round, number int, id string, v any) error {
	doc, err := text(v)
	if err != nil {
		return err
	}
	return tx.exec(ctx, statement, id, round, number, doc)
}

func (tx *Tx) saveSubmission(ctx context.Context, s consultation.Submission, original []byte, comments []consultation.Comment, amendments []consultation.Amendment) error {
	number, err := tx.nextNumber(ctx, countSubmissions, s.Round)
	if err != nil {
		return err
	}
	doc, err := text(s)
	if err != nil {
		return err
	}
	var file any // none is NULL and not an empty file
	if original != nil {
		file = original
	}
	if err := tx.exec(ctx, insertSubmission, s.ID, s.Round, number, sql.NullString{String: s.SHA256, Valid: s.SHA256 != ""}, doc, s.Sender, file); err != nil {
		return err
	}
	if number, err = tx.nextNumber(ctx, countComments, s.Round); err != nil {
		return err
	}
	for i, c := range comments {
		c.Number = number + i
		if err := tx.insertSpoken(ctx, insertComment, s.Round, c.Number, c.ID, c.Voices, func() any { c.Voices = nil; return c }, c.Source.Author); err != nil {
			return err
		}
	}
	if number, err = tx.nextNumber(ctx, countAmendments, s.Round); err != nil {
		return err
	}
	return tx.insertAmendments(ctx, s.Round, number, amendments)
}

func (tx *Tx) insertAmendments(ctx context.Context, round, number int, amendments []consultation.Amendment) error {
	for i, a := range amendments {
		a.Number = number + i
		if err := tx.insertSpoken(ctx, insertAmendment, round, a.Number, a.ID, a.Voices, func() any { a.Voices = nil; return a }, a.Author); err != nil {
			return err
		}
	}
	return nil
}

// insertSpoken adds a comment or an amendment; its voices have rows of their own.
func (tx *Tx) insertSpoken(ctx context.Context, statement string, round, number int, id string, voices []consultation.Attribution, bare func() any, author string) error {
	doc, err := text(bare())
	if err != nil {
		return err
	}
	if err := checkText(author); err != nil {
		return err
	}
	if err := tx.exec(ctx, statement, id, round, number, doc, author); err != nil {
		return err
	}
	return tx.insertVoices(ctx, round, id, voices)
}

func (tx *Tx) insertVoices(ctx context.Context, round int, id string, voices []consultation.Attribution) error {
	for i, v := range voices {
		if v.ConfirmedBy != "" && v.ConfirmedAt == 0 {
			v.ConfirmedAt = tx.now
		}
		if err := checkText(v.Organisation, v.Label); err != nil {
			return err
		}
		if err := tx.exec(ctx, insertAttribution, round, id, i, v.Organisation, v.Label, string(v.How), v.ConfirmedBy, v.ConfirmedAt); err != nil {
			return err
		}
	}
	return nil
}

// SaveComment changes a comment that is there.
func (db *DB) SaveComment(ctx context.Context, c consultation.Comment, what string) error {
	return db.inRound(ctx, c.Round, accounts.Consult, what, func(ctx context.Context, tx *Tx) error { return tx.updateComment(ctx, c) })
}

func (tx *Tx) updateComment(ctx context.Context, c consultation.Comment) error {
	voices := c.Voices
	c.Voices = nil
	return tx.updateSpoken(ctx, selectCommentVersion, updateComment, "comment", c.Round, c.ID, c.RowVersion, voices, c)
}

// SaveAmendment changes an amendment that is there.
func (db *DB) SaveAmendment(ctx context.Context, a consultation.Amendment, what string) error {
	voices := a.Voices
	a.Voices = nil
	return db.inRound(ctx, a.Round, accounts.Consult, what, func(ctx context.Context, tx *Tx) error {
		return tx.updateSpoken(ctx, selectAmendmentVersion, updateAmendment, "amendment", a.Round, a.ID, a.RowVersion, voices, a)
	})
}

func (tx *Tx) updateSpoken(ctx context.Context, version, update, name string, round int, id string, row int, voices []consultation.Attribution, v any) error {
	if row == 0 {
		return staleRow(name)
	}
	if err := tx.expect(ctx, version, name, id, int64(row)); err != nil {
		return err
	}
	doc, err := text(v)
	if err != nil {
		return err
	}
	if err := tx.exec(ctx, update, id, row+1, doc); err != nil {
		return err
	}
	if err := tx.exec(ctx, deleteAttributions, round, id); err != nil {
		return err
	}
	return tx.insertVoices(ctx, round, id, voices)
}

// SaveAnswers adds answers, each superseding the one that stands, and the changes written for them.
func (db *DB) SaveAnswers(ctx context.Context, round int, drafts []consultation.Amendment, all []consultation.Disposition) error {
	return db.inRound(ctx, round, accounts.Consult, fmt.Sprintf("%d answers, %d changes drafted", len(all), len(drafts)), func(ctx context.Context, tx *Tx) error {
		rec, err := record(ctx, tx.each, round)
		if err != nil {
			return err
		}
		if rec.Round.State == consultation.Adopted {
			return fault.New(fault.Conflict, fmt.Sprintf("Round %d is adopted: nothing in it changes any more.", round), "Use the next round.")
		}
		number, err := tx.nextNumber(ctx, countAmendments, round)
		if err != nil {
			return err
		}
		if err := tx.insertAmendments(ctx, round, number, drafts); err != nil {
			return err
		}
		standing := consultation.Standing(rec.Dispositions)
		if number, err = tx.nextNumber(ctx, countDispositions, round); err != nil {
			return err
		}
		for i, d := range all {
			if standing[d.Comment].ID != d.Supersedes {
				return staleRow("answer")
			}
			d.DecidedBy, d.DecidedAt = tx.actor.Person, tx.now
			if err := tx.insertInRound(ctx, insertDisposition, round, number+i, d.ID, d); err != nil {
				return err
			}
			standing[d.Comment] = d
			if d.Reopens {
				delete(standing, d.Comment)
			}
		}
		return nil
	})
}

// SaveGroup adds a group of comments that say nearly the same.
func (db *DB) SaveGroup(ctx context.Context, round int, g consultation.DuplicateGroup) error {
	return db.inRound(ctx, round, accounts.Consult, "group", func(ctx context.Context, tx *Tx) error {
		number, err := tx.nextNumber(ctx, countGroups, round)
		if err != nil {
			return err
		}
		return tx.insertInRound(ctx, insertGroup, round, number, g.ID, g)
	})
}

// SaveResponse adds what a commenter says to an answer.
func (db *DB) SaveResponse(ctx context.Context, round int, r consultation.Response) error {
	return db.inRound(ctx, round, accounts.Comment, "response", func(ctx context.Context, tx *Tx) error {
		number, err := tx.nextNumber(ctx, countResponses, round)
		if err != nil {
			return err
		}
		r.At = tx.now
		return tx.insertInRound(ctx, insertResponse, round, number, r.ID, r)
	})
}

// ForgetPersons empties the columns that name persons in a round.
func (db *DB) ForgetPersons(ctx context.Context, round int) error {
	return db.inRound(ctx, round, accounts.Consult, "persons forgotten", func(ctx context.Context, tx *Tx) error {
		for _, statement := range []string{forgetSenders, forgetCommenters, forgetAmenders} {
			if err := tx.exec(ctx, statement, round); err != nil {
				return err
			}
		}
		return nil
	})
}

// SaveAdoption ends a round: versions, places and the round itself, each with its row in the trail.
func (db *DB) SaveAdoption(ctx context.Context, a consultation.Adoption) error {
	doc, err := text(a.Round)
	if err != nil {
		return err
	}
	return db.write(ctx, "the adoption could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) {
		var version, writes int64
		var was string
		err := tx.row(ctx, selectRound, []any{a.Round.Number}, &version, &writes, &was)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return nil, noRound(a.Round.Number)
		case err != nil:
			return nil, err
		case int64(a.Round.RowVersion) != version || a.Writes != writes:
			return nil, staleRow("round")
		}
		if a.Next != nil {
			if err := tx.adoptVersions(ctx, a); err != nil {
				return nil, err
			}
		}
		if err := tx.exec(ctx, updateRound, a.Round.Number, version+1, doc); err != nil {
			return nil, err
		}
		for _, c := range a.Comments {
			if err := tx.updateComment(ctx, c); err != nil {
				return nil, err
			}
		}
		for _, m := range a.Amendments {
			voices := m.Voices
			m.Voices = nil
			if err := tx.updateSpoken(ctx, selectAmendmentVersion, updateAmendment, "amendment", m.Round, m.ID, m.RowVersion, voices, m); err != nil {
				return nil, err
			}
		}
		return tx.sealRound(ctx, a.Round.Number, writes, accounts.Adopt, "adopted")
	})
}

// adoptVersions saves the next version, which must be new, and marks the one before as superseded.
func (tx *Tx) adoptVersions(ctx context.Context, a consultation.Adoption) error {
	var there string
	var version int64
	err := tx.row(ctx, selectStanding, []any{a.Next.Framework, a.Next.Number}, &there, &version)
	if err == nil {
		return fault.New(fault.Conflict, fmt.Sprintf("There is a version %s already.", a.Next.ID()), "Hold the round on the newest version.")
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	for _, v := range slices.Insert(nonNil(a.Ended), 0, a.Next) {
		e, err := tx.saveVersion(ctx, v)
		if err != nil {
			return err
		}
		if e != nil {
			if err := tx.auditMore(ctx, e); err != nil {
				return err
			}
		}
	}
	return nil
}

func nonNil[T any](p *T) []*T {
	if p == nil {
		return nil
	}
	return []*T{p}
}
