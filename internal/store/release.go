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
	"waymark/internal/publication"
)

var _ publication.ReleaseStore = (*DB)(nil)

const (
	selectReleases       = `SELECT doc, row_version FROM release ORDER BY created_at DESC, id`
	selectRelease        = `SELECT doc, row_version FROM release WHERE id = $1`
	selectReleaseBody    = `SELECT body FROM release WHERE id = $1`
	selectReleaseVersion = `SELECT row_version FROM release WHERE id = $1`
	selectReleasesDue    = `SELECT doc, row_version FROM release WHERE state = 'embargoed' AND opens_at <= $1 ORDER BY opens_at, id`
	insertRelease        = `INSERT INTO release (id, state, created_at, opens_at, row_version, doc, body) VALUES ($1, $2, $3, $4, 1, $5, $6)`
	updateRelease        = `UPDATE release SET state = $2, row_version = $3, doc = $4 WHERE id = $1`
)

func releaseVersion(r *publication.Release) *int64 { return &r.Version }

// SaveRelease keeps a new release. Its content never changes.
func (db *DB) SaveRelease(ctx context.Context, r publication.Release, body []byte) error {
	return db.write(ctx, "the release could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) {
		if err := tx.expect(ctx, selectReleaseVersion, "release", r.ID, 0); err != nil {
			return nil, err
		}
		b, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		doc := string(b)
		if err := checkText(doc, string(body)); err != nil {
			return nil, err
		}
		return &entry{act: accounts.CreateRelease, object: "release/" + r.ID, before: 0, after: 1, reason: r.Note, detail: map[string]any{
			"sha256": rowHash("", doc, string(r.State)), "content": r.Content, "what": fmt.Sprintf("%s, data up to change %d", r.Framework, r.DataVersion),
		}}, tx.exec(ctx, insertRelease, r.ID, string(r.State), r.Created, r.Opens, doc, string(body))
	})
}

// Releases lists every release, the newest first.
func (db *DB) Releases(ctx context.Context) ([]publication.Release, error) {
	out, err := documents(ctx, db.each, selectReleases, nil, releaseVersion)
	return out, db.fault(err, "the releases could not be read")
}

// Release gives one release without its content.
func (db *DB) Release(ctx context.Context, id string) (publication.Release, error) {
	r, err := document(ctx, db.row, selectRelease, "release", id, releaseVersion)
	return r, db.fault(err, "the release could not be read")
}

// ReleaseBody gives the content of a release as it was frozen.
func (db *DB) ReleaseBody(ctx context.Context, id string) ([]byte, error) {
	var body string
	err := db.row(ctx, selectReleaseBody, []any{id}, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, none("release", id)
	}
	return []byte(body), db.fault(err, "the release could not be read")
}

// ObservationsAt gives what stood when the audit row with this number was the newest, as Observations does.
func (db *DB) ObservationsAt(ctx context.Context, seq int64, q monitoring.ObservationQuery) ([]monitoring.Observation, error) {
	return db.observationsAt(ctx, q, seq)
}

// putRelease saves what people did with a release.
func (tx *Tx) putRelease(ctx context.Context, r publication.Release, what, reason string) (*entry, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	doc := string(b)
	return &entry{act: accounts.Publish, object: "release/" + r.ID, before: r.Version, after: r.Version + 1, reason: reason,
		detail: map[string]any{"sha256": rowHash("", doc, string(r.State)), "content": r.Content, "what": what},
	}, tx.exec(ctx, updateRelease, r.ID, string(r.State), r.Version+1, doc)
}

// publish makes a release public, or puts it under embargo, in the transaction that approves it.
func (tx *Tx) publish(ctx context.Context, a *accounts.Approval) (*entry, error) {
	r, err := document(ctx, tx.row, selectRelease, "release", a.Object[len("release/"):], releaseVersion)
	if err != nil {
		return nil, err
	}
	if r.State != publication.Frozen || r.Content != a.Content {
		return nil, fault.New(fault.Conflict, fmt.Sprintf("The release %s is %s, or not what was proposed.", r.ID, r.State), "Look at the release, and propose what is to be published.")
	}
	r.Approval, r.Approvers = a.ID, []accounts.Signature{a.Proposed, *a.Decided}
	what := "public from now on"
	if r.State, r.Opened = publication.Published, tx.now; r.Opens > tx.now {
		r.State, r.Opened, what = publication.Embargoed, 0, "under embargo"
	}
	return tx.putRelease(ctx, r, what, a.Proposed.Reason)
}

// OpenReleases ends the embargo of every release whose moment has come by the database's clock, and
// gives how many. Pages read the state alone: they compare no clocks.
func (db *DB) OpenReleases(ctx context.Context) (opened int, err error) {
	// Looked at first without a lock: it is asked every second.
	waiting, err := documents(ctx, db.each, selectReleasesDue, []any{db.now().UnixMicro()}, releaseVersion)
	if err != nil || len(waiting) == 0 {
		return 0, db.fault(err, "the releases could not be read")
	}
	err = db.write(ctx, "the embargo could not be ended", func(ctx context.Context, tx *Tx) (*entry, error) {
		opened = 0
		due, err := documents(ctx, tx.each, selectReleasesDue, []any{tx.now}, releaseVersion)
		var last *entry
		for _, r := range due {
			if last != nil {
				err = tx.auditMore(ctx, last)
			}
			if err != nil {
				return nil, err
			}
			r.State, r.Opened = publication.Published, tx.now
			if last, err = tx.putRelease(ctx, r, "the embargo ended", ""); err == nil {
				opened++
			}
		}
		return last, err
	})
	return opened, err
}
