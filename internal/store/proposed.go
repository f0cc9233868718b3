package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/monitoring"
)

const (
	insertProposed = `INSERT INTO proposed_batch (approval, doc, statements) VALUES ($1, $2, $3)`
	selectProposed = `SELECT doc, statements FROM proposed_batch WHERE approval = $1`
	deleteProposed = `DELETE FROM proposed_batch WHERE approval = $1`
)

// ProposedBatch gives the list that waits for an approval.
func (db *DB) ProposedBatch(ctx context.Context, approval string) (monitoring.ProposedBatch, error) {
	p, err := proposed(ctx, db.row, approval)
	return p, db.fault(err, "the list that waits could not be read")
}

func proposed(ctx context.Context, row func(context.Context, string, []any, ...any) error, approval string) (p monitoring.ProposedBatch, err error) {
	var doc string
	var statements []byte
	err = row(ctx, selectProposed, []any{approval}, &doc, &statements)
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.New(fault.NotFound, fmt.Sprintf("No list waits under the proposal %s.", approval), "It was decided on already, or it is none of a list.")
	}
	if err != nil {
		return p, err
	}
	if p.Rows, err = unpacked(statements); err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(doc), &p.Batch)
}

func unpacked(statements []byte) (rows []monitoring.Observation, err error) {
	z, err := gzip.NewReader(bytes.NewReader(statements))
	if err != nil {
		return nil, err
	}
	return rows, json.NewDecoder(z).Decode(&rows)
}

// keepProposed keeps a list beside the approval it waits for.
func (tx *Tx) keepProposed(ctx context.Context, approval string, p *monitoring.ProposedBatch) error {
	if _, err := rowsInOrder(p); err != nil {
		return err
	}
	doc, err := json.Marshal(p.Batch)
	if err != nil {
		return err
	}
	if err := checkText(string(doc)); err != nil {
		return err
	}
	var statements bytes.Buffer
	z := gzip.NewWriter(&statements)
	if err := errors.Join(json.NewEncoder(z).Encode(p.Rows), z.Close()); err != nil {
		return err
	}
	return tx.exec(ctx, insertProposed, approval, string(doc), statements.Bytes())
}

// takeProposed takes an approved list in, in the transaction that approves it. What was said under
// the same keys since it was proposed is replaced and kept as history, as with any later list.
func (tx *Tx) takeProposed(ctx context.Context, a *accounts.Approval) (*entry, error) {
	p, err := proposed(ctx, tx.row, a.ID)
	if err != nil {
		return nil, err
	}
	if contentOf(p.Rows) != a.Content {
		return nil, fault.New(fault.Conflict, "The list that waits is not the one that was proposed.", "Have it proposed anew, and tell whoever runs this service.")
	}
	sorted, err := rowsInOrder(&p)
	if err != nil {
		return nil, err
	}
	p.Batch.By, p.Batch.Approval = a.Proposed.Person, a.ID
	e, err := tx.saveBatch(ctx, p.Batch, sorted, batchContent(&p.Batch, sorted))
	if err == nil {
		e.act, e.reason = accounts.VerifyEvidence, a.Proposed.Reason
	}
	return e, err
}

func rowsInOrder(p *monitoring.ProposedBatch) ([]*monitoring.Observation, error) {
	if p.Batch.ID == "" || p.Batch.Source == "" || len(p.Rows) == 0 {
		return nil, fault.New(fault.Refused, "A list that waits has an id, a source and rows.", "Hand the list over again.")
	}
	return inKeyOrder(p.Rows)
}
