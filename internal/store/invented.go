package store

import (
	"context"
	"database/sql"
	"errors"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

// A database of invented data says so in the first row of its audit trail. Every later row rests on
// the hash of that one, so the mark cannot be taken away, nor put on a database that holds something
// else, and every copy, backup and restored file carries it.
const (
	inventedBegins = "invented-begins"
	inventedWhole  = "invented-whole"
)

// Invented is what a database is: of real data, or of invented ones.
type Invented int

// The states of a database.
const (
	NotInvented Invented = iota // real, or new and empty
	HalfMade                    // invented, and cut off while it was being made
	WholeSample                 // invented, and whole
)

const (
	selectFirst = `SELECT object FROM audit WHERE seq = 1`
	countObject = `SELECT COUNT(*) FROM audit WHERE object = $1`
)

// Invented tells whether the database holds invented data.
func (db *DB) Invented(ctx context.Context) (Invented, error) {
	var first string
	err := db.row(ctx, selectFirst, nil, &first)
	if errors.Is(err, sql.ErrNoRows) || err == nil && first != inventedBegins {
		return NotInvented, nil
	}
	if err != nil {
		return NotInvented, db.fault(err, "what kind of database this is could not be read")
	}
	var whole int
	err = db.row(ctx, countObject, []any{inventedWhole}, &whole)
	if whole == 0 {
		return HalfMade, db.fault(err, "what kind of database this is could not be read")
	}
	return WholeSample, nil
}

// BeginInvented marks a database, which must be empty, as one of invented data, for good.
func (db *DB) BeginInvented(ctx context.Context) error {
	return db.mark(ctx, inventedBegins, func(tx *Tx) bool { return tx.seq == 0 })
}

// EndInvented notes that the invented data are whole.
func (db *DB) EndInvented(ctx context.Context) error {
	return db.mark(ctx, inventedWhole, func(tx *Tx) bool { return tx.seq > 0 })
}

func (db *DB) mark(ctx context.Context, object string, may func(*Tx) bool) error {
	if err := accounts.Require(ctx, accounts.Invent, accounts.Scope{}); err != nil {
		return err
	}
	return db.write(ctx, "the database could not be marked as invented", func(_ context.Context, tx *Tx) (*entry, error) {
		if !may(tx) {
			return nil, fault.New(fault.Conflict, "This database holds data, so it cannot become one of invented data.", "Name a new file with --db.")
		}
		return &entry{act: accounts.Invent, object: object, reason: "everything in this database is invented"}, nil
	})
}
