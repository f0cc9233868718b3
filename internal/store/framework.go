package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/framework"
)

const (
	selectVersions = `SELECT framework, number, title, state, sha256, saved_at FROM framework_version ORDER BY framework, number`
	selectDocument = `SELECT doc FROM framework_version WHERE framework = $1 AND number = $2`
	selectNewest   = `SELECT doc FROM framework_version WHERE framework = $1 AND state = 'adopted' ORDER BY number DESC LIMIT 1`
	selectStanding = `SELECT doc, row_version FROM framework_version WHERE framework = $1 AND number = $2`
	upsertVersion  = `INSERT INTO framework_version (framework, number, title, state, sha256, saved_at, row_version, doc)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (framework, number) DO UPDATE SET title = excluded.title, state = excluded.state, sha256 = excluded.sha256,
			saved_at = excluded.saved_at, row_version = excluded.row_version, doc = excluded.doc`
)

// Versions lists every version of every framework by name and number, without its document.
func (db *DB) Versions(ctx context.Context) ([]framework.VersionInfo, error) {
	var out []framework.VersionInfo
	err := db.each(ctx, selectVersions, nil, func(rows *sql.Rows) error {
		var v framework.VersionInfo
		err := rows.Scan(&v.Framework, &v.Number, &v.Title, &v.State, &v.SHA256, &v.SavedAt)
		out = append(out, v)
		return err
	})
	return out, db.fault(err, "the versions of the frameworks could not be read")
}

// Version gives one version; number 0 is the newest adopted one.
func (db *DB) Version(ctx context.Context, name string, number int) (*framework.Version, error) {
	statement, args, what := selectDocument, []any{name, number}, fmt.Sprintf("version %d of the framework %q", number, name)
	if number == 0 {
		statement, args, what = selectNewest, args[:1], fmt.Sprintf("adopted version of the framework %q", name)
	}
	var doc string
	err := db.row(ctx, statement, args, &doc)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "There is no "+what+".", "See the list of versions: waymark framework list")
	}
	if err != nil {
		return nil, db.fault(err, "the framework could not be read")
	}
	var v framework.Version
	if err := json.Unmarshal([]byte(doc), &v); err != nil {
		return nil, fmt.Errorf("stored version %s@%d: %w", name, number, err)
	}
	return &v, nil
}

// SaveVersion stores a new version or the new state of a draft; the same again changes nothing.
func (db *DB) SaveVersion(ctx context.Context, v *framework.Version) error {
	if v.Framework == "" || v.Number < 1 {
		return fault.New(fault.Refused, "A version of a framework needs a name and a number from 1.", "Give it both.")
	}
	return db.write(ctx, "the version "+v.ID()+" could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) { return tx.saveVersion(ctx, v) })
}

// saveVersion stores a version and gives its entry for the trail; none if nothing changed.
func (tx *Tx) saveVersion(ctx context.Context, v *framework.Version) (*entry, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("version %s: %w", v.ID(), err)
	}
	doc := string(b)
	if err := checkText(doc, v.Framework, v.Title); err != nil {
		return nil, err
	}
	var was string
	var version int64
	err = tx.row(ctx, selectStanding, []any{v.Framework, v.Number}, &was, &version)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	if was == doc {
		return nil, nil
	}
	if was != "" {
		if err := mayReplace(was, doc); err != nil {
			return nil, err
		}
	}
	sum := hashOf(doc)
	err = tx.exec(ctx, upsertVersion, v.Framework, v.Number, v.Title, string(v.State), sum, tx.now, version+1, doc)
	return &entry{act: accounts.SaveFramework, object: "framework/" + v.ID(), before: version, after: version + 1,
		detail: map[string]any{"sha256": sum, "state": v.State}}, err
}

// mayReplace refuses to change an adopted version, except to mark it superseded.
func mayReplace(was, doc string) error {
	var old framework.Version
	if err := json.Unmarshal([]byte(was), &old); err != nil {
		return fmt.Errorf("stored version: %w", err)
	}
	switch old.State {
	case framework.Draft, framework.Consultation:
		return nil
	case framework.Adopted:
		old.State = framework.Superseded
		var now framework.Version
		if err := json.Unmarshal([]byte(doc), &now); err == nil {
			old.Valid.End = now.Valid.End // the day before its successor begins
		}
		if b, err := json.Marshal(&old); err == nil && string(b) == doc {
			return nil
		}
	}
	return fault.New(fault.Conflict, fmt.Sprintf("Version %s is %s and never changes again.", old.ID(), old.State),
		fmt.Sprintf("Save the change as version %d.", old.Number+1))
}
