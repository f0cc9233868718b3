package store

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

const (
	sessionColumns = `id, person, half, strong, round, created_at, seen_at, stepped_at, pending`
	insertSession  = `INSERT INTO session (` + sessionColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	updateSession  = `UPDATE session SET seen_at = $2, pending = $3 WHERE id = $1`
	selectSession  = `SELECT ` + sessionColumns + ` FROM session WHERE id = $1`
	selectSessions = `SELECT ` + sessionColumns + ` FROM session WHERE person = $1 ORDER BY created_at, id`
	deleteSession  = `DELETE FROM session WHERE id = $1 AND person = $2`
	deleteSessions = `DELETE FROM session WHERE person = $1`
	deleteOld      = `DELETE FROM session WHERE created_at < $1`

	selectUse = `SELECT step FROM last_use WHERE id = $1`
	upsertUse = `INSERT INTO last_use (id, step) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET step = excluded.step`

	selectPace = `SELECT free_at FROM pace WHERE id = $1`
	upsertPace = `INSERT INTO pace (id, free_at) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET free_at = excluded.free_at`
	deletePace = `DELETE FROM pace WHERE free_at < $1`
)

// keptFor is how long bookkeeping outlives its use.
const keptFor = 24 * time.Hour

// bookkeep runs fn as one transaction without an audit row, again if the engine undid it: for what is
// no act and must not move the data version, or every sign-in would empty every cache.
func (db *DB) bookkeep(ctx context.Context, doing string, fn func(context.Context, *Tx) error) error {
	if db.w == nil {
		return fault.New(fault.Refused, "This database is open for reading only.", "Open it without the read-only option to change it.")
	}
	if p := db.broken.Load(); p != nil {
		return brokenFault(*p)
	}
	for n := 1; ; n++ {
		err := db.tryBookkeep(ctx, fn)
		switch {
		case err == nil:
			return nil
		case db.dialect.isBroken(err):
			db.breakOff(err)
			return brokenFault(err)
		case n == attempts || !db.dialect.isRetryable(err):
			return db.fault(err, doing)
		}
		select {
		case <-ctx.Done():
			return db.fault(ctx.Err(), doing)
		case <-time.After(time.Duration(1+rand.IntN(10<<n)) * time.Millisecond):
		}
	}
}

func (db *DB) tryBookkeep(ctx context.Context, fn func(context.Context, *Tx) error) error {
	conn, err := db.w.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	t, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback() // after a commit it does nothing
	if err := fn(ctx, &Tx{db: db, conn: conn, tx: t, now: db.now().UnixMicro(), actor: accounts.From(ctx)}); err != nil {
		return err
	}
	return t.Commit()
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// StartSession keeps a session and takes another away, if old is one. A whole one leaves a row in
// the trail; what is too old goes.
func (db *DB) StartSession(ctx context.Context, s accounts.Session, old string) error {
	start := func(ctx context.Context, tx *Tx) error {
		err := errors.Join(tx.exec(ctx, deleteOld, tx.now-keptFor.Microseconds()), tx.exec(ctx, deleteSession, old, s.Person))
		if err != nil {
			return err
		}
		return tx.exec(ctx, insertSession, s.ID, s.Person, flag(s.Half), flag(s.Strong), s.Round, s.Created, s.Seen, s.SteppedUp, s.Pending)
	}
	if s.Half {
		return db.bookkeep(ctx, "the session could not be begun", start)
	}
	return db.write(ctx, "the session could not be begun", func(ctx context.Context, tx *Tx) (*entry, error) {
		how := "without a second factor"
		switch {
		case s.Strong:
			how = "with a second factor"
		case s.Round != "":
			how = "with a link for the round " + s.Round
		}
		return &entry{act: accounts.SignIn, object: "session", detail: map[string]any{"what": how}}, start(ctx, tx)
	})
}

func scanSession(scan func(...any) error) (s accounts.Session, err error) {
	var half, strong int64
	err = scan(&s.ID, &s.Person, &half, &strong, &s.Round, &s.Created, &s.Seen, &s.SteppedUp, &s.Pending)
	s.Half, s.Strong = half == 1, strong == 1
	return s, err
}

// Session gives a session by the hash of its secret.
func (db *DB) Session(ctx context.Context, id string) (accounts.Session, error) {
	s, err := scanSession(func(dest ...any) error { return db.row(ctx, selectSession, []any{id}, dest...) })
	if errors.Is(err, sql.ErrNoRows) {
		return s, fault.New(fault.NotFound, "There is no such session.", "Sign in again.")
	}
	return s, db.fault(err, "the session could not be read")
}

// Sessions lists the sessions of a person, the oldest first.
func (db *DB) Sessions(ctx context.Context, person string) ([]accounts.Session, error) {
	var out []accounts.Session
	err := db.each(ctx, selectSessions, []any{person}, func(rows *sql.Rows) error {
		s, err := scanSession(rows.Scan)
		out = append(out, s)
		return err
	})
	return out, db.fault(err, "the sessions could not be read")
}

// KeepSession notes the last use and what is pending.
func (db *DB) KeepSession(ctx context.Context, s accounts.Session) error {
	return db.bookkeep(ctx, "the session could not be kept", func(ctx context.Context, tx *Tx) error {
		return tx.exec(ctx, updateSession, s.ID, s.Seen, s.Pending)
	})
}

// EndSessions ends all sessions of a person, or the one with the id.
func (db *DB) EndSessions(ctx context.Context, person, id string) error {
	return db.bookkeep(ctx, "the session could not be ended", func(ctx context.Context, tx *Tx) error {
		if id == "" {
			return tx.exec(ctx, deleteSessions, person)
		}
		return tx.exec(ctx, deleteSession, id, person)
	})
}

func (db *DB) lastUse(ctx context.Context, of string) (int64, error) {
	var step int64
	err := db.row(ctx, selectUse, []any{of}, &step)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return step, err
}

// SpendStep notes the last step of a code; false if it is not later than the one noted.
func (db *DB) SpendStep(ctx context.Context, of string, step int64) (fresh bool, err error) {
	err = db.bookkeep(ctx, "the code could not be noted", func(ctx context.Context, tx *Tx) error {
		last, err := tx.lockUse(ctx, of)
		if fresh = err == nil && step > last; !fresh {
			return err
		}
		return tx.exec(ctx, upsertUse, of, step)
	})
	return fresh, err
}

// lockUse reads a step so that nobody else changes it before this transaction ends.
func (tx *Tx) lockUse(ctx context.Context, of string) (last int64, err error) {
	if err := tx.exec(ctx, lockStep, of); err != nil {
		return 0, err
	}
	return last, tx.row(ctx, selectUse, []any{of}, &last)
}

// NoteUse notes that a token was used, to the minute.
func (db *DB) NoteUse(ctx context.Context, token string) error {
	last, err := db.lastUse(ctx, "token "+token)
	if err != nil {
		return db.fault(err, "the token could not be read")
	}
	now := db.now().UnixMicro()
	if now-last < time.Minute.Microseconds() {
		return nil
	}
	return db.bookkeep(ctx, "the use of the token could not be noted", func(ctx context.Context, tx *Tx) error {
		return tx.exec(ctx, upsertUse, "token "+token, tx.now)
	})
}

// Take counts one attempt under a key and gives how long to wait; 0: go on.
func (db *DB) Take(ctx context.Context, key string, p accounts.Pace) (wait time.Duration, err error) {
	err = db.bookkeep(ctx, "the attempt could not be counted", func(ctx context.Context, tx *Tx) error {
		if err := tx.exec(ctx, deletePace, tx.now-keptFor.Microseconds()); err != nil {
			return err
		}
		if err := tx.exec(ctx, lockPace, key); err != nil {
			return err
		}
		var free int64
		if err := tx.row(ctx, selectPace, []any{key}, &free); err != nil {
			return err
		}
		// The time is read again: whoever waited for the row began before the one it waited for took.
		var next time.Time
		next, wait = p.Take(time.UnixMicro(free), tx.db.now())
		if wait > 0 {
			return nil
		}
		return tx.exec(ctx, upsertPace, key, next.UnixMicro())
	})
	return wait, err
}

// lockPace and lockStep make the row that two attempts at the same moment wait for: writing the same
// value locks it on PostgreSQL, and SQLite has one writer.
const (
	lockPace = `INSERT INTO pace (id, free_at) VALUES ($1, 0) ON CONFLICT (id) DO UPDATE SET free_at = pace.free_at`
	lockStep = `INSERT INTO last_use (id, step) VALUES ($1, 0) ON CONFLICT (id) DO UPDATE SET step = last_use.step`
)
