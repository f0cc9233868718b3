package store

import (
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
	selectSources = `SELECT doc FROM source ORDER BY code`
	selectSource  = `SELECT doc, row_version FROM source WHERE code = $1`
	upsertSource  = `INSERT INTO source (code, row_version, doc) VALUES ($1, $2, $3)
		ON CONFLICT (code) DO UPDATE SET row_version = excluded.row_version, doc = excluded.doc`
)

// Sources lists every registered source by its code.
func (db *DB) Sources(ctx context.Context) ([]monitoring.Source, error) {
	var out []monitoring.Source
	err := db.each(ctx, selectSources, nil, func(rows *sql.Rows) error {
		var doc string
		var s monitoring.Source
		if err := rows.Scan(&doc); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(doc), &s)
		out = append(out, s)
		return err
	})
	return out, db.fault(err, "the sources could not be read")
}

// SaveSource registers a source or changes what is known of it; the same again changes nothing.
func (db *DB) SaveSource(ctx context.Context, s monitoring.Source) error {
	if s.Code == "" {
		return fault.New(fault.Refused, "A source needs a code.", "Give it a short name in lower case, for example inhope-members.")
	}
	b, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("source %q: %w", s.Code, err)
	}
	doc := string(b)
	if err := checkText(doc, s.Code); err != nil {
		return err
	}
	return db.write(ctx, "the source "+s.Code+" could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) {
		var was string
		var version int64
		err := tx.row(ctx, selectSource, []any{s.Code}, &was, &version)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		if was == doc {
			return nil, nil
		}
		err = tx.exec(ctx, upsertSource, s.Code, version+1, doc)
		return &entry{act: accounts.RegisterSource, object: "source/" + s.Code, before: version, after: version + 1,
			detail: map[string]any{"sha256": hashOf(doc)}}, err
	})
}

const (
	batchColumns  = `id, doc, content, withdrawn_at, changed_seq`
	selectBatch   = `SELECT ` + batchColumns + ` FROM batch WHERE id = $1`
	selectBatches = `SELECT ` + batchColumns + ` FROM batch WHERE changed_seq > $1 ORDER BY changed_seq`
)

// storedBatch is a row of the table batch.
type storedBatch struct {
	monitoring.Batch
	doc, content string
	changed      int64
}

func scanBatch(scan func(...any) error) (storedBatch, error) {
	var b storedBatch
	var id string
	var withdrawn int64
	if err := scan(&id, &b.doc, &b.content, &withdrawn, &b.changed); err != nil {
		return b, err
	}
	if err := json.Unmarshal([]byte(b.doc), &b.Batch); err != nil {
		return b, fmt.Errorf("stored batch %s: %w", id, err)
	}
	b.Withdrawn = withdrawn
	return b, nil
}

// Batch gives one batch.
func (db *DB) Batch(ctx context.Context, id string) (monitoring.Batch, error) {
	b, err := scanBatch(db.r.QueryRowContext(ctx, db.dialect.rewrite(selectBatch), id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return b.Batch, noBatch(id)
	}
	return b.Batch, db.fault(err, "the batch could not be read")
}

func noBatch(id string) error {
	return fault.New(fault.NotFound, fmt.Sprintf("There is no batch %q.", id), "See the list of batches for its id.")
}

// BatchesSince lists batches saved or withdrawn after a data version, oldest change first; 0 lists all.
func (db *DB) BatchesSince(ctx context.Context, version int64) ([]monitoring.Batch, error) {
	var out []monitoring.Batch
	err := db.each(ctx, selectBatches, []any{version}, func(rows *sql.Rows) error {
		b, err := scanBatch(rows.Scan)
		out = append(out, b.Batch)
		return err
	})
	return out, db.fault(err, "the batches could not be read")
}
