package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"waymark/internal/framework"
	"waymark/internal/monitoring"
)

const (
	selectVersionColumns = `SELECT framework, number, title, state, sha256, saved_at, doc FROM framework_version`
	selectBatchColumns   = `SELECT id, source, content, saved_at, withdrawn_at, changed_seq, doc FROM batch`
	selectOrphans        = `SELECT 'submission ' || id, round FROM consultation_submission UNION ALL SELECT 'comment ' || id, round FROM consultation_comment
	UNION ALL SELECT 'amendment ' || id, round FROM consultation_amendment UNION ALL SELECT 'attribution of ' || spoken, round FROM consultation_attribution
	UNION ALL SELECT 'answer ' || id, round FROM consultation_disposition UNION ALL SELECT 'group ' || id, round FROM consultation_group
	UNION ALL SELECT 'response ' || id, round FROM consultation_response`
)

// columns compares what stands beside documents with what they and the trail say, and looks for rows of
// consultations that there are none of.
func (v *verifier) columns(ctx context.Context) error {
	err := v.each(ctx, selectVersionColumns, func(rows *sql.Rows) error {
		var name, title, state, digest, doc string
		var number, saved int64
		if err := rows.Scan(&name, &number, &title, &state, &digest, &saved, &doc); err != nil {
			return err
		}
		var d framework.Version
		if json.Unmarshal([]byte(doc), &d) != nil {
			return nil // then it was changed, which is said already
		}
		o := v.objects["framework/"+d.ID()]
		if o == nil || d.Framework != name || int64(d.Number) != number || d.Title != title || string(d.State) != state || digest != hashOf(doc) || saved != o.at {
			v.broken(v.seqOf("framework/"+d.ID()), "framework/%s@%d is not as it was written: what stands beside it was changed", name, number)
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = v.each(ctx, selectBatchColumns, func(rows *sql.Rows) error {
		var id, source, content, doc string
		var saved, withdrawn, changed int64
		if err := rows.Scan(&id, &source, &content, &saved, &withdrawn, &changed, &doc); err != nil {
			return err
		}
		var d monitoring.Batch
		if json.Unmarshal([]byte(doc), &d) != nil {
			return nil
		}
		o, ended := v.objects["batch/"+id], int64(0)
		if o != nil && o.after > 1 {
			ended = o.at
		}
		if o == nil || d.ID != id || d.Source != source || o.content != content || d.At != saved || withdrawn != ended || o.seq != changed {
			v.broken(v.seqOf("batch/"+id), "batch/%s is not as it was written: what stands beside it was changed", id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	rounds := map[int64]bool{}
	err = v.each(ctx, selectSealedRounds, func(rows *sql.Rows) error {
		var n, writes int64
		err := rows.Scan(&n, &writes)
		rounds[n] = true
		return err
	})
	if err != nil {
		return err
	}
	return v.each(ctx, selectOrphans, func(rows *sql.Rows) error {
		var what string
		var round int64
		if err := rows.Scan(&what, &round); err != nil {
			return err
		}
		if !rounds[round] {
			v.broken(0, "the %s is of round/%d, which the trail does not know", what, round)
		}
		return nil
	})
}
