package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/monitoring"
)

const (
	closeBatch     = `UPDATE batch SET withdrawn_at = $2, changed_seq = $3 WHERE id = $1`
	selectWithin   = `SELECT ` + readColumns + ` FROM observation WHERE indicator = ANY($2) AND batch = $1 ORDER BY ` + keyColumns
	selectEnded    = `SELECT ` + keyColumns + `, MIN(row_version) FROM observation_history WHERE batch = $1 GROUP BY ` + keyColumns + ` ORDER BY ` + keyColumns
	selectReplaced = `SELECT ` + readColumns + ` FROM observation_history WHERE ended_by = $1 AND withdrawn = 0 ORDER BY ` + keyColumns
	deleteRest     = `DELETE FROM observation WHERE indicator = ANY($2) AND batch = $1`
)

// WithdrawBatch takes a batch back: what it added is withdrawn; what it changed stands again as it
// was, as a newer version under the batch that first said it. History keeps both. Taking it back
// again changes nothing. It refuses with fault.Conflict where a later batch changed the same keys.
func (db *DB) WithdrawBatch(ctx context.Context, id, reason string) error {
	return db.write(ctx, "the batch could not be taken back", func(ctx context.Context, tx *Tx) (*entry, error) {
		b, err := tx.batch(ctx, id)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return nil, noBatch(id)
		case err != nil:
			return nil, err
		case b.Withdrawn != 0:
			return nil, nil
		}
		list := tx.db.dialect.list(b.Indicators)
		standing, err := tx.statements(ctx, selectWithin, id, list)
		if err != nil {
			return nil, err
		}
		if err := tx.refuseBuried(ctx, id, standing); err != nil {
			return nil, err
		}
		// What this batch replaced, also where it has itself stood again since.
		replaced, err := tx.statements(ctx, selectReplaced, id)
		if err != nil {
			return nil, err
		}
		again := standAgain(standing, replaced)
		gone := tx.end(standing, id, 1)
		if err := tx.insertHistory(ctx, gone); err != nil {
			return nil, err
		}
		written := newDigest()
		for _, o := range again {
			o.RecordedAt = tx.now
			written.statement(o, true)
		}
		if err := tx.insertObservations(ctx, again, onKeyConflict); err != nil {
			return nil, err
		}
		// What stands again now names the batch that first said it, so that only the rest is deleted.
		if err := tx.exec(ctx, deleteRest, id, list); err != nil {
			return nil, err
		}
		if err := tx.exec(ctx, closeBatch, id, tx.now, tx.next()); err != nil {
			return nil, err
		}
		return &entry{act: accounts.WithdrawBatch, object: "batch/" + id, before: 1, after: 2, reason: reason, detail: map[string]any{
			"source": b.Source, "written": tally(written), "ended": tally(endings(gone)),
		}}, nil
	})
}

func (tx *Tx) statements(ctx context.Context, statement string, args ...any) ([]stored, error) {
	var out []stored
	r := newReader()
	err := tx.each(ctx, statement, args, func(rows *sql.Rows) error {
		var o stored
		err := r.scan(rows, &o)
		out = append(out, o)
		return err
	})
	return out, err
}

// refuseBuried refuses when something the batch said no longer stands: a later batch changed it.
func (tx *Tx) refuseBuried(ctx context.Context, id string, standing []stored) error {
	stands := make(map[monitoring.Key]bool, len(standing))
	for i := range standing {
		stands[standing[i].Key] = true
	}
	var first monitoring.Key
	buried := 0
	err := tx.each(ctx, selectEnded, []any{id}, func(rows *sql.Rows) error {
		var k monitoring.Key
		var version int
		err := rows.Scan(&k.Area, &k.Indicator, &k.Period.Start, &k.Period.End, &k.Sex, &k.Age, &k.Item, &k.Source, &version)
		if !stands[k] {
			if buried == 0 {
				first = k
			}
			buried++
		}
		return err
	})
	if err != nil || buried == 0 {
		return err
	}
	return fault.New(fault.Conflict, fmt.Sprintf("A later batch changed %d observations of this one, the first of %s in %s.", buried, first.Indicator, first.Area),
		"Take the later batch back first.")
}

// standAgain gives what stood before the batch under each of its keys, as the next version.
func standAgain(standing, replaced []stored) []*monitoring.Observation {
	var again []*monitoring.Observation
	i := 0
	for j := range replaced {
		for i < len(standing) && compareKeys(&standing[i].Key, &replaced[j].Key) < 0 {
			i++
		}
		if i < len(standing) && standing[i].Key == replaced[j].Key {
			o := replaced[j].Observation
			o.RowVersion = standing[i].RowVersion + 1
			again = append(again, &o)
		}
	}
	return again
}
