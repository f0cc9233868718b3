package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"waymark/internal/fault"
)

// tables lists everything kept, what is named before what names it; audit_head moves last.
var tables = []struct{ name, columns, order string }{
	{"area", "code, parent, kind", ""}, // by copyAreas, parents first
	{"source", "code, row_version, doc", "code"},
	{"framework_version", "framework, number, title, state, sha256, saved_at, row_version, doc", "framework, number"},
	{"batch", "id, source, doc, content, saved_at, withdrawn_at, changed_seq", "id"},
	{"observation", observationColumns, keyColumns},
	{"observation_history", historyColumns, keyColumns + ", row_version"},
	{"organisation", "code, row_version, doc", "code"},
	{"person", "id, row_version, email, salt, doc", "id"},
	{"role_grant", "id, person, row_version, doc", "id"},
	{"mandate", "id, person, row_version, doc", "id"},
	{"link", "id, person, row_version, doc", "id"},
	{"token", "id, person, row_version, doc", "id"},
	{"approval", "id, state, open_key, row_version, doc", "id"},
	{"proposed_batch", "approval, doc, statements", "approval"},
	{"setting", "name, version, doc", "name, version"},
	{"release", "id, state, created_at, opens_at, row_version, doc, body", "id"},
	{"consultation_round", "number, row_version, writes, doc", "number"},
	{"consultation_submission", "id, round, number, row_version, sha256, doc, private, original", "id"},
	{"consultation_comment", "id, round, number, row_version, doc, private", "id"},
	{"consultation_amendment", "id, round, number, row_version, doc, private", "id"},
	{"consultation_attribution", "round, spoken, position, organisation, label, how, confirmed_by, confirmed_at", "round, spoken, position"},
	{"consultation_disposition", "id, round, number, doc", "id"},
	{"consultation_group", "id, round, number, doc", "id"},
	{"consultation_response", "id, round, number, doc", "id"},
	{"consultation_draft", "id, round, person, saved_at, doc", "id"},
	{"consultation_waiting", "id, round, saved_at, doc", "id"},
	{"form_key", "name, value", "name"},
	{"session", sessionColumns, "id"},
	{"last_use", "id, step", "id"},
	{"pace", "id, free_at", "id"},
	{"request", "id, content, object, answer, made_at", "id"},
	{"letter", "id, person, next_at, tries, failed, doc", "id"},
	{"challenge", "id, expires_at, doc", "id"},
	{"job", "name, next_at, lease_until, owner, started_at, ended_at, outcome, failed", "name"},
	{"quarantine", "id, round, state, row_version, doc, held, file", "id"},
	{"checkpoint", "seq, made_at, note", "seq"},
	{"audit", auditColumns, "seq"},
}

// Copy puts everything of one database into another, empty one, of whichever engine, with the audit
// chain as it is, and verifies the result. It reads one state while others go on writing, and it is
// one transaction: to stays empty if it fails.
func Copy(ctx context.Context, from, to *DB) error {
	if to.w == nil {
		return fault.New(fault.Refused, "The database to copy to is open for reading only.", "Open it for writing.")
	}
	if err := to.copyFrom(ctx, from); err != nil {
		return to.fault(err, "the data could not be copied")
	}
	to.notify()
	v, err := to.Verify(ctx)
	if err != nil {
		return err
	}
	if len(v.Breaks) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Conflict, Cause: ErrUnverified,
		Text: fmt.Sprintf("The copy was made, but %d things in it are not as they were written; the first: %s.", len(v.Breaks), v.Breaks[0]),
		Fix:  "See with waymark verify whether the original has the same breaks."}
}

func (db *DB) copyFrom(ctx context.Context, from *DB) (err error) {
	source, err := from.r.BeginTx(ctx, &sql.TxOptions{Isolation: from.dialect.snapshot})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Rollback()) }()
	conn, err := db.w.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	t, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	tx := &Tx{db: db, conn: conn, tx: t}
	if err = tx.copyFrom(ctx, source, from.dialect); err != nil {
		return errors.Join(err, t.Rollback())
	}
	return t.Commit()
}

func (tx *Tx) copyFrom(ctx context.Context, source *sql.Tx, dialect *dialect) error {
	if err := tx.row(ctx, lockHead, nil, &tx.seq, &tx.head); err != nil {
		return err
	}
	if tx.seq != 0 {
		return fault.New(fault.Conflict, "The database to copy to is not empty.", "Copy to a new one.")
	}
	var head Checkpoint
	if err := source.QueryRowContext(ctx, dialect.rewrite(selectHead)).Scan(&head.Seq, &head.Hash); err != nil {
		return err
	}
	for _, table := range tables {
		var err error
		if table.order == "" {
			err = tx.copyAreas(ctx, source, dialect)
		} else {
			err = tx.copyTable(ctx, source, table.name, table.columns, table.order)
		}
		if err != nil {
			return fmt.Errorf("table %s: %w", table.name, err)
		}
	}
	return tx.exec(ctx, moveHead, head.Seq, head.Hash)
}

func (tx *Tx) copyAreas(ctx context.Context, source *sql.Tx, dialect *dialect) error {
	var all []Area
	rows, err := source.QueryContext(ctx, dialect.rewrite(selectAreas))
	if err := drain(rows, err, scanAreas(&all)); err != nil {
		return err
	}
	known := make(map[string]Area, len(all))
	for _, a := range all {
		known[a.Code] = a
	}
	if all, err = parentsFirst(all, known); err != nil {
		return err
	}
	for _, a := range all {
		if err := tx.exec(ctx, upsertArea, a.Code, sql.NullString{String: a.Parent, Valid: a.Parent != ""}, a.Kind); err != nil {
			return err
		}
	}
	return nil
}

func copyText(table, columns, order string) string {
	return "SELECT " + columns + " FROM " + table + " ORDER BY " + order
}

// copyTable reads and writes some thousand rows at a time.
func (tx *Tx) copyTable(ctx context.Context, source *sql.Tx, table, columns, order string) error {
	const some = 5000
	var buffer [][]any
	flush := func() error {
		err := tx.insert(ctx, table, columns, "", len(buffer), func(i int, values []any) []any { return append(values, buffer[i]...) })
		buffer = buffer[:0]
		return err
	}
	rows, err := source.QueryContext(ctx, copyText(table, columns, order))
	err = drain(rows, err, func(rows *sql.Rows) error {
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		row := make([]any, len(names))
		dest := make([]any, len(names))
		for i := range row {
			dest[i] = &row[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if buffer = append(buffer, row); len(buffer) == some {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}
