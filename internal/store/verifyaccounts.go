package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"waymark/internal/accounts"
	"waymark/internal/monitoring"
)

// selectAccounts reads every row of accounts with the columns its hash covers.
const selectAccounts = `SELECT 'organisation/' || code, doc, row_version, '', '', 0 FROM organisation
	UNION ALL SELECT 'grant/' || id, doc, row_version, '', person, 1 FROM role_grant
	UNION ALL SELECT 'mandate/' || id, doc, row_version, '', person, 1 FROM mandate
	UNION ALL SELECT 'link/' || id, doc, row_version, '', person, 1 FROM link
	UNION ALL SELECT 'token/' || id, doc, row_version, '', person, 1 FROM token
	UNION ALL SELECT 'person/' || id, doc, row_version, salt, COALESCE(email, ''), 1 FROM person
	UNION ALL SELECT 'quarantine/' || id, doc, row_version, '', state, 1 FROM quarantine
	UNION ALL SELECT 'setting/' || name || '@' || version, doc, 1, '', '', 0 FROM setting`

const selectApprovalRows = `SELECT 'approval/' || id, doc, row_version, state, COALESCE(open_key, '') FROM approval`

// selectWaitingRows reads what each open proposal says of itself, and the list that waits for it, if any.
const selectWaitingRows = `SELECT 'approval/' || a.id, a.doc, p.statements FROM approval a LEFT JOIN proposed_batch p ON p.approval = a.id
	WHERE a.state = 'open' OR p.approval IS NOT NULL`

const selectReleaseRows = `SELECT 'release/' || id, doc, row_version, state, created_at, opens_at, body FROM release`

// accounts compares organisations, people, roles, mandates, links, tokens, settings, approvals and
// releases with the hashes in the newest rows about them.
func (v *verifier) accounts(ctx context.Context) error {
	err := v.each(ctx, selectAccounts, func(rows *sql.Rows) error {
		var name, doc, salt, column string
		var version, columns int64
		if err := rows.Scan(&name, &doc, &version, &salt, &column, &columns); err != nil {
			return err
		}
		hash := rowHash(salt, doc)
		if columns == 1 {
			hash = rowHash(salt, doc, column)
		}
		v.match(name, version, hash)
		return nil
	})
	if err != nil {
		return err
	}
	err = v.each(ctx, selectApprovalRows, func(rows *sql.Rows) error {
		var name, doc, state, open string
		var version int64
		if err := rows.Scan(&name, &doc, &version, &state, &open); err != nil {
			return err
		}
		v.match(name, version, rowHash("", doc, state, open))
		return nil
	})
	if err != nil {
		return err
	}
	err = v.each(ctx, selectWaitingRows, func(rows *sql.Rows) error {
		var name, doc string
		var statements []byte
		if err := rows.Scan(&name, &doc, &statements); err != nil {
			return err
		}
		var a accounts.Approval
		if json.Unmarshal([]byte(doc), &a) != nil || a.Act != accounts.VerifyEvidence && statements == nil {
			return nil // what does not read is broken already
		}
		if rows, err := unpacked(statements); err != nil || a.State != accounts.Open || contentOf(rows) != a.Content {
			v.broken(v.seqOf(name), "the list that waits for %s is not as it was proposed", name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.each(ctx, selectReleaseRows, func(rows *sql.Rows) error {
		var name, doc, state, body string
		var version, created, opens int64
		if err := rows.Scan(&name, &doc, &version, &state, &created, &opens, &body); err != nil {
			return err
		}
		v.match(name, version, rowHash("", doc, state))
		var r struct {
			Content        string
			Created, Opens int64
		}
		if json.Unmarshal([]byte(doc), &r) != nil || r.Content != hashOf(body) || r.Created != created || r.Opens != opens {
			v.broken(v.seqOf(name), "the figures of %s are not as they were frozen", name)
		}
		return nil
	})
}

// match compares one stored row with the newest that the trail says of it.
func (v *verifier) match(name string, version int64, hash string) {
	o := v.objects[name]
	if o == nil {
		v.broken(0, "%s is there, and the trail does not know it", name)
		return
	}
	o.written = true
	if o.after != version || o.sha256 != hash {
		v.broken(o.seq, "%s is not as it was written", name)
	}
}

func (v *verifier) seqOf(name string) int64 {
	if o := v.objects[name]; o != nil {
		return o.seq
	}
	return 0
}

// contentOf is the hash of statements that an approval names.
func contentOf(rows []monitoring.Observation) string {
	h, err := accounts.ContentHash(rows)
	if err != nil {
		return ""
	}
	return h
}
