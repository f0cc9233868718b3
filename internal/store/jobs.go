package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
)

const (
	insertLetter    = `INSERT INTO letter (id, person, next_at, tries, failed, doc) VALUES ($1, $2, $3, 0, '', $4)`
	selectLetters   = `SELECT doc, tries FROM letter WHERE next_at <= $1 ORDER BY next_at LIMIT 50`
	delayLetter     = `UPDATE letter SET next_at = $2, tries = tries + 1, failed = $3 WHERE id = $1`
	deleteLetter    = `DELETE FROM letter WHERE id = $1`
	deleteLettersTo = `DELETE FROM letter WHERE person = $1`

	insertChallenge  = `INSERT INTO challenge (id, expires_at, doc) VALUES ($1, $2, $3)`
	takeChallenge    = `DELETE FROM challenge WHERE id = $1 AND expires_at > $2 RETURNING doc`
	deleteChallenges = `DELETE FROM challenge WHERE expires_at <= $1`

	insertJob  = `INSERT INTO job (name, next_at, lease_until, owner, started_at, ended_at, outcome, failed) VALUES ($1, 0, 0, '', 0, 0, '', '') ON CONFLICT (name) DO NOTHING`
	claimJob   = `UPDATE job SET lease_until = $3, owner = $4, started_at = $2 WHERE name = $1 AND next_at <= $2 AND lease_until <= $2 RETURNING name`
	finishJob  = `UPDATE job SET lease_until = 0, ended_at = $3, next_at = $4, outcome = $5, failed = $6 WHERE name = $1 AND owner = $2`
	selectJobs = `SELECT name, next_at, started_at, ended_at, outcome, failed, lease_until FROM job ORDER BY name`
	selectJob  = `SELECT next_at, lease_until FROM job WHERE name = $1`

	selectNamed = `SELECT DISTINCT round FROM consultation_submission WHERE private <> ''
		UNION SELECT DISTINCT round FROM consultation_comment WHERE private <> ''
		UNION SELECT DISTINCT round FROM consultation_amendment WHERE private <> ''`
)

// putLetters keeps letters with the act they tell of.
func (tx *Tx) putLetters(ctx context.Context, letters []accounts.Letter) error {
	for _, l := range letters {
		doc, err := json.Marshal(l)
		if err == nil {
			err = errors.Join(checkText(string(doc)),
				tx.exec(ctx, insertLetter, l.ID, sql.NullString{String: l.Person, Valid: l.Person != ""}, tx.now, string(doc)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Letters gives letters that are due, the longest waiting first, at most 50.
func (db *DB) Letters(ctx context.Context) ([]accounts.Letter, error) {
	var out []accounts.Letter
	err := db.each(ctx, selectLetters, []any{db.now().UnixMicro()}, func(rows *sql.Rows) error {
		var l accounts.Letter
		var doc string
		if err := rows.Scan(&doc, &l.Tries); err != nil {
			return err
		}
		tries := l.Tries
		err := json.Unmarshal([]byte(doc), &l)
		l.Tries = tries
		out = append(out, l)
		return err
	})
	return out, db.fault(err, "the letters could not be read")
}

// LetterGone forgets a letter: it was sent, or there is nobody to send it to.
func (db *DB) LetterGone(ctx context.Context, id string) error {
	return db.bookkeep(ctx, "the letter could not be deleted", func(ctx context.Context, tx *Tx) error { return tx.exec(ctx, deleteLetter, id) })
}

// LetterLater puts a letter off after it could not be sent; why holds no address.
func (db *DB) LetterLater(ctx context.Context, id string, at time.Time, why string) error {
	return db.bookkeep(ctx, "the letter could not be put off", func(ctx context.Context, tx *Tx) error {
		return tx.exec(ctx, delayLetter, id, at.UnixMicro(), why)
	})
}

// SaveChallenge keeps, until expires, what somebody is to answer once.
func (db *DB) SaveChallenge(ctx context.Context, id, doc string, expires int64) error {
	return db.bookkeep(ctx, "the challenge could not be kept", func(ctx context.Context, tx *Tx) error {
		return errors.Join(tx.exec(ctx, deleteChallenges, tx.now), tx.exec(ctx, insertChallenge, id, expires, doc))
	})
}

// TakeChallenge gives what was kept and takes it away: one answer, one time.
func (db *DB) TakeChallenge(ctx context.Context, id string) (doc string, err error) {
	missing := false
	err = db.bookkeep(ctx, "the challenge could not be taken", func(ctx context.Context, tx *Tx) error {
		err := tx.row(ctx, takeChallenge, []any{id, tx.now}, &doc)
		if missing = errors.Is(err, sql.ErrNoRows); missing {
			return nil
		}
		return err
	})
	if missing {
		return "", fault.New(fault.NotFound, "There is no such challenge, or its time is over.", "Begin again.").WithKey("error.ceremony", nil)
	}
	return doc, err
}

// ClaimJob tells whether the caller is to run a job now, and keeps others from it until the lease ends.
func (db *DB) ClaimJob(ctx context.Context, name, owner string, lease time.Duration) (mine bool, err error) {
	var next, until int64
	err = db.row(ctx, selectJob, []any{name}, &next, &until)
	now := db.now().UnixMicro()
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return false, db.fault(err, "the job could not be looked up")
	case err == nil && (next > now || until > now):
		return false, nil // most often: without a write
	}
	err = db.bookkeep(ctx, "the job could not be claimed", func(ctx context.Context, tx *Tx) error {
		if err := tx.exec(ctx, insertJob, name); err != nil {
			return err
		}
		var claimed string
		err := tx.row(ctx, claimJob, []any{name, tx.now, tx.now + lease.Microseconds(), owner}, &claimed)
		if mine = err == nil; errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return mine, err
}

// FinishJob says what a run did, or why it did not, and when the next is due. A run whose lease went to
// somebody else says nothing.
func (db *DB) FinishJob(ctx context.Context, name, owner string, next time.Time, outcome, failed string) error {
	return db.bookkeep(ctx, "the outcome of the job could not be kept", func(ctx context.Context, tx *Tx) error {
		return tx.exec(ctx, finishJob, name, owner, tx.now, next.UnixMicro(), outcome, failed)
	})
}

// Jobs lists what runs by the clock.
func (db *DB) Jobs(ctx context.Context) ([]accounts.Run, error) {
	var out []accounts.Run
	err := db.each(ctx, selectJobs, nil, func(rows *sql.Rows) error {
		var r accounts.Run
		err := rows.Scan(&r.Name, &r.Next, &r.Started, &r.Ended, &r.Outcome, &r.Failed, &r.Lease)
		out = append(out, r)
		return err
	})
	return out, db.fault(err, "the jobs could not be read")
}

// networksKept is how long what counts attempts of networks is kept (TRUST.md section 4): at most.
const networksKept = 7 * 24 * time.Hour

// Tidy deletes bookkeeping that is too old: sessions, counts of attempts, challenges and requests.
func (db *DB) Tidy(ctx context.Context) error {
	err := db.bookkeep(ctx, "old bookkeeping could not be deleted", func(ctx context.Context, tx *Tx) error {
		return errors.Join(
			tx.exec(ctx, deleteOld, tx.now-keptFor.Microseconds()), tx.exec(ctx, deletePace, tx.now-networksKept.Microseconds()),
			tx.exec(ctx, deleteChallenges, tx.now), tx.exec(ctx, deleteRequests, tx.now-requestsKept.Microseconds()))
	})
	if err != nil {
		return err
	}
	return db.fault(db.shred(ctx), "old bookkeeping was deleted, but the log of the database still holds it")
}

// NamedRounds lists the rounds in which somebody is still named.
func (db *DB) NamedRounds(ctx context.Context) ([]consultation.Round, error) {
	var numbers []int
	err := db.each(ctx, selectNamed, nil, func(rows *sql.Rows) error {
		var n int
		err := rows.Scan(&n)
		numbers = append(numbers, n)
		return err
	})
	if err != nil {
		return nil, db.fault(err, "the rounds could not be read")
	}
	all, err := db.Rounds(ctx)
	return slices.DeleteFunc(all, func(r consultation.Round) bool { return !slices.Contains(numbers, r.Number) }), err
}
