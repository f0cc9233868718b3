package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"

	"github.com/go-json-experiment/json/jsontext"
)

// AuditRow is one row of the trail: who did what to which object, and why.
type AuditRow struct {
	Seq          int64  `json:"seq"`
	Prev         string `json:"prev"` // hash of the row before, in hex; empty for the first
	At           int64  `json:"at"`   // microseconds since 1970, UTC
	Person       string `json:"person"`
	Organisation string `json:"organisation"`
	Role         string `json:"role"`
	Act          string `json:"act"`
	Object       string `json:"object"`
	Before       int64  `json:"before"` // version; 0: it was not there
	After        int64  `json:"after"`
	Reason       string `json:"reason"`
	Request      string `json:"request"`
	Detail       string `json:"detail"` // canonical JSON
	Hash         string `json:"-"`
}

// Sum is the SHA-256, in hex, of the row as canonical JSON (RFC 8785) without its own hash. Anybody
// can recompute it from an export of the trail.
func (a *AuditRow) Sum() (string, error) {
	b, err := canonical(a)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

func canonical(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	j := jsontext.Value(b)
	err = j.Canonicalize()
	return j, err
}

const (
	auditColumns = `seq, prev, at, person, organisation, role, act, object, version_before, version_after, reason, request, detail, hash`
	insertAudit  = `INSERT INTO audit (` + auditColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`
	moveHead     = `UPDATE audit_head SET seq = $1, hash = $2 WHERE id = 1`
	selectAudit  = `SELECT ` + auditColumns + ` FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2`
)

// audit writes the row of this write and moves the end of the chain to it.
func (tx *Tx) audit(ctx context.Context, e *entry) error {
	detail := []byte("{}")
	if e.detail != nil {
		var err error
		if detail, err = canonical(e.detail); err != nil {
			return err
		}
	}
	a := AuditRow{
		Seq: tx.next(), Prev: tx.head, At: tx.now,
		Person: tx.actor.Person, Organisation: tx.actor.Organisation, Role: string(tx.actor.Role), Request: tx.actor.Request,
		Act: string(e.act), Object: e.object, Before: e.before, After: e.after, Reason: e.reason, Detail: string(detail),
	}
	if err := checkText(a.Person, a.Organisation, a.Role, a.Request, a.Object, a.Reason); err != nil {
		return err
	}
	var err error
	if a.Hash, err = a.Sum(); err != nil {
		return err
	}
	err = tx.exec(ctx, insertAudit, a.Seq, a.Prev, a.At, a.Person, a.Organisation, a.Role, a.Act, a.Object, a.Before, a.After, a.Reason, a.Request, a.Detail, a.Hash)
	if err != nil {
		return err
	}
	return tx.exec(ctx, moveHead, a.Seq, a.Hash)
}

// AuditRows gives the trail behind a sequence number, in order, at most limit rows of it.
func (db *DB) AuditRows(ctx context.Context, after int64, limit int) ([]AuditRow, error) {
	var out []AuditRow
	err := db.each(ctx, selectAudit, []any{after, limit}, func(rows *sql.Rows) error {
		a, err := scanAudit(rows)
		out = append(out, a)
		return err
	})
	return out, db.fault(err, "the audit trail could not be read")
}

func scanAudit(rows *sql.Rows) (a AuditRow, err error) {
	err = rows.Scan(&a.Seq, &a.Prev, &a.At, &a.Person, &a.Organisation, &a.Role, &a.Act, &a.Object, &a.Before, &a.After, &a.Reason, &a.Request, &a.Detail, &a.Hash)
	return a, err
}
