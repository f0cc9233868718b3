package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

const (
	selectRequest  = `SELECT content, object, answer FROM request WHERE id = $1`
	insertRequest  = `INSERT INTO request (id, content, object, answer, made_at) VALUES ($1, $2, $3, $4, $5)`
	deleteRequests = `DELETE FROM request WHERE made_at < $1`
)

// requestsKept is how long a repeated request is known again.
const requestsKept = 7 * 24 * time.Hour

func keptRequest(id string, row func(dest ...any) error) (accounts.Kept, error) {
	k := accounts.Kept{Once: accounts.Once{ID: id}}
	return k, row(&k.Content, &k.Object, &k.Answer)
}

// Request gives a request that was carried out; fault.NotFound: none was.
func (db *DB) Request(ctx context.Context, id string) (accounts.Kept, error) {
	k, err := keptRequest(id, func(dest ...any) error { return db.row(ctx, selectRequest, []any{id}, dest...) })
	if errors.Is(err, sql.ErrNoRows) {
		return k, fault.New(fault.NotFound, "No such request was carried out.", "Send it.")
	}
	return k, db.fault(err, "the request could not be looked up")
}

// KeepRequest notes a request that changed nothing with its answer. One that is kept already comes back
// as accounts.Repeated. Bookkeeping.
func (db *DB) KeepRequest(ctx context.Context, k accounts.Kept) error {
	return db.bookkeep(ctx, "the request could not be noted", func(ctx context.Context, tx *Tx) error {
		if err := tx.exec(ctx, lockHead); err != nil {
			return err
		}
		if err := tx.refuseRepeated(ctx, k.ID); err != nil {
			return err
		}
		return tx.keepRequest(ctx, k)
	})
}

// refuseRepeated tells that a request was carried out before. The end of the chain is locked, so that
// no other request can be carried out in between.
func (tx *Tx) refuseRepeated(ctx context.Context, id string) error {
	k, err := keptRequest(id, func(dest ...any) error { return tx.row(ctx, selectRequest, []any{id}, dest...) })
	switch {
	case err == nil:
		return &accounts.Repeated{Kept: k}
	case errors.Is(err, sql.ErrNoRows):
		return nil
	}
	return err
}

func (tx *Tx) keepRequest(ctx context.Context, k accounts.Kept) error {
	if err := tx.exec(ctx, deleteRequests, tx.now-requestsKept.Microseconds()); err != nil {
		return err
	}
	return tx.exec(ctx, insertRequest, k.ID, k.Content, k.Object, k.Answer, tx.now)
}
