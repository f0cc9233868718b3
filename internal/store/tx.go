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

// Tx is one write: it knows its time, who acts, and the end of the audit chain, which it has locked,
// so that no other write can come between what it reads and what it saves.
type Tx struct {
	db    *DB
	conn  *sql.Conn
	tx    *sql.Tx
	now   int64 // microseconds since 1970, UTC
	actor accounts.Actor
	seq   int64  // of the newest audit row before this write
	head  string // its hash
}

// next is the sequence number of the audit row this write will leave.
func (tx *Tx) next() int64 { return tx.seq + 1 }

// entry is what a write tells the audit trail.
type entry struct {
	act    accounts.Act
	object string // kind and code: batch/0190…
	before int64  // version before, 0: it was not there
	after  int64
	reason string
	detail map[string]any // counts and hashes; never personal data
}

// lockHead locks the end of the chain on PostgreSQL, where writers would otherwise run side by side,
// and reads it. SQLite has one writer already; there it changes nothing.
const lockHead = `UPDATE audit_head SET id = 1 WHERE id = 1 RETURNING seq, hash`

// attempts is how often a write is tried when the engine undid it (TRUST.md section 6).
const attempts = 1 + 5

// write runs fn as one transaction with its audit row, again if the engine undid it. fn returns what
// to note, or nil when there is nothing to change: then nothing is. doing says what failed.
func (db *DB) write(ctx context.Context, doing string, fn func(context.Context, *Tx) (*entry, error)) error {
	if db.w == nil {
		return fault.New(fault.Refused, "This database is open for reading only.", "Open it without the read-only option to change it.")
	}
	if p := db.broken.Load(); p != nil {
		return brokenFault(*p)
	}
	actor := accounts.From(ctx)
	if actor == (accounts.Actor{}) {
		return fault.New(fault.SignIn, "Nobody is named as the author of this change, and no change goes unattributed.", "Sign in, or run the command on the machine of the service.")
	}
	for n := 1; ; n++ {
		changed, err := db.try(ctx, actor, fn)
		if err == nil {
			if changed {
				db.full.Store(0)
				db.notify()
			}
			return nil
		}
		if db.dialect.isFull(err) {
			db.full.Store(db.now().UnixMicro())
			if db.hasBallast() {
				db.dropBallast()
			}
		}
		if db.dialect.isBroken(err) {
			db.breakOff(err)
			return brokenFault(err)
		}
		if n == attempts || !db.dialect.isRetryable(err) {
			return db.fault(err, doing)
		}
		db.log.Info("write tried again", "doing", doing, "attempt", n, "cause", err)
		select {
		case <-ctx.Done():
			return db.fault(ctx.Err(), doing)
		case <-time.After(time.Duration(1+rand.IntN(10<<n)) * time.Millisecond):
		}
	}
}

// breakOff stops all further writes after the disk failed a commit.
func (db *DB) breakOff(err error) {
	if db.broken.CompareAndSwap(nil, &err) && db.options.Fatal != nil {
		db.options.Fatal(err)
	}
}

func (db *DB) try(ctx context.Context, actor accounts.Actor, fn func(context.Context, *Tx) (*entry, error)) (changed bool, err error) {
	conn, err := db.w.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	t, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	tx := &Tx{db: db, conn: conn, tx: t, now: db.now().UnixMicro(), actor: actor}
	defer func() {
		if !changed { // also on panic; after a failed commit it does nothing
			if e := t.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) && err == nil {
				err = e
			}
		}
	}()
	if err = tx.row(ctx, lockHead, nil, &tx.seq, &tx.head); err != nil {
		return false, err
	}
	once, repeatable := accounts.OnceOf(ctx)
	if repeatable {
		if err = tx.refuseRepeated(ctx, once.ID); err != nil {
			return false, err
		}
	}
	e, err := fn(ctx, tx)
	if err != nil || e == nil {
		return false, err
	}
	if err = tx.audit(ctx, e); err != nil {
		return false, err
	}
	if repeatable {
		if err = tx.keepRequest(ctx, accounts.Kept{Once: once, Object: e.object}); err != nil {
			return false, err
		}
	}
	if err = tx.halt("COMMIT"); err != nil {
		return false, err
	}
	if err = t.Commit(); err != nil {
		return false, err
	}
	return true, nil
}

func (tx *Tx) halt(statement string) error {
	if tx.db.hook == nil {
		return nil
	}
	return tx.db.hook(statement)
}

func (tx *Tx) exec(ctx context.Context, statement string, args ...any) error {
	if err := tx.halt(statement); err != nil {
		return err
	}
	_, err := tx.tx.ExecContext(ctx, tx.db.dialect.rewrite(statement), args...)
	return err
}

// row reads one row; sql.ErrNoRows if there is none.
func (tx *Tx) row(ctx context.Context, statement string, args []any, dest ...any) error {
	if err := tx.halt(statement); err != nil {
		return err
	}
	return tx.tx.QueryRowContext(ctx, tx.db.dialect.rewrite(statement), args...).Scan(dest...)
}

// each reads rows to their end, so that none stay open on the one connection of the writer.
func (tx *Tx) each(ctx context.Context, statement string, args []any, scan func(*sql.Rows) error) error {
	if err := tx.halt(statement); err != nil {
		return err
	}
	rows, err := tx.tx.QueryContext(ctx, tx.db.dialect.rewrite(statement), args...)
	return drain(rows, err, scan)
}

func (db *DB) each(ctx context.Context, statement string, args []any, scan func(*sql.Rows) error) error {
	rows, err := db.r.QueryContext(ctx, db.dialect.rewrite(statement), args...)
	return drain(rows, err, scan)
}

func (db *DB) row(ctx context.Context, statement string, args []any, dest ...any) error {
	return db.r.QueryRowContext(ctx, db.dialect.rewrite(statement), args...).Scan(dest...)
}

func drain(rows *sql.Rows, err error, scan func(*sql.Rows) error) error {
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := scan(rows); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}
