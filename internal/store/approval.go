package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/monitoring"
)

const (
	selectAllApprovals = `SELECT doc, row_version FROM approval ORDER BY id`
	selectApprovals    = `SELECT doc, row_version FROM approval WHERE state = $1 ORDER BY id`
	selectApproval     = `SELECT doc, row_version FROM approval WHERE id = $1`
	selectOpen         = `SELECT id FROM approval WHERE open_key = $1`
	selectSetting      = `SELECT doc, version FROM setting WHERE name = $1 ORDER BY version DESC LIMIT 1`
	insertSetting      = `INSERT INTO setting (name, version, doc) VALUES ($1, $2, $3)`
)

// Approvals lists approvals in a state, or all if it is empty, the oldest first.
func (db *DB) Approvals(ctx context.Context, state accounts.ApprovalState) ([]accounts.Approval, error) {
	statement, args := selectApprovals, []any{string(state)}
	if state == "" {
		statement, args = selectAllApprovals, nil
	}
	out, err := documents(ctx, db.each, statement, args, approvalVersion)
	return out, db.fault(err, "the proposals could not be read")
}

// Approval gives one approval.
func (db *DB) Approval(ctx context.Context, id string) (accounts.Approval, error) {
	a, err := document(ctx, db.row, selectApproval, "proposal", id, approvalVersion)
	return a, db.fault(err, "the proposal could not be read")
}

func openKey(a *accounts.Approval) string {
	if a.State != accounts.Open {
		return ""
	}
	return string(a.Act) + " " + a.Object
}

// OpenApproval runs open on what is true inside the transaction and keeps the approval.
func (db *DB) OpenApproval(ctx context.Context, a accounts.Approval, open func(*accounts.Approval, *accounts.Bench, accounts.Setting) error, letters ...accounts.Letter) error {
	return db.write(ctx, "the proposal could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) {
		bench, err := tx.bench(ctx)
		if err != nil {
			return nil, err
		}
		days, err := setting(ctx, tx.row, accounts.ReplyDays)
		if err != nil {
			return nil, err
		}
		next := a // tried again, it begins anew
		if err := open(&next, bench, days); err != nil {
			return nil, err
		}
		var other string
		err = tx.row(ctx, selectOpen, []any{openKey(&next)}, &other)
		if err == nil {
			return nil, fault.New(fault.Conflict, fmt.Sprintf("This was proposed already and waits for a second organisation: proposal %s.", other), "Decide on that one, or have it taken back.")
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		if err := tx.putLetters(ctx, letters); err != nil {
			return nil, err
		}
		tx.actor.Role = next.Proposed.Role
		e, err := tx.put(ctx, approvalRows, next.ID, 0, next, accounts.Change{Act: accounts.Propose, What: next.Summary, Reason: next.Proposed.Reason},
			string(next.State), openKey(&next))
		if p, ok := next.Attached.(*monitoring.ProposedBatch); ok && err == nil {
			err = tx.keepProposed(ctx, next.ID, p)
		}
		return e, err
	})
}

// CloseApproval runs decide on the stored approval and what is true inside the transaction, and keeps
// the result. What an approved one carries happens in the same transaction, with its own audit row.
func (db *DB) CloseApproval(ctx context.Context, id string, c accounts.Change, decide func(*accounts.Approval, *accounts.Bench) error) (accounts.Approval, error) {
	var out accounts.Approval
	err := db.write(ctx, "the decision could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) {
		a, err := document(ctx, tx.row, selectApproval, "proposal", id, approvalVersion)
		if err != nil {
			return nil, err
		}
		bench, err := tx.bench(ctx)
		if err != nil {
			return nil, err
		}
		if err := decide(&a, bench); err != nil {
			return nil, err
		}
		if a.Decided != nil {
			tx.actor.Role = a.Decided.Role
		}
		if a.State == accounts.Approved {
			if err := tx.carryOut(ctx, &a); err != nil {
				return nil, err
			}
		}
		if a.State != accounts.Open {
			if err := tx.exec(ctx, deleteProposed, a.ID); err != nil {
				return nil, err
			}
		}
		e, err := tx.put(ctx, approvalRows, a.ID, a.Version, a, c, string(a.State), openKey(&a))
		a.Version++
		out = a
		return e, err
	})
	if err == nil && out.Act == accounts.Settle {
		err = db.fault(db.shred(ctx), "it was decided, but the log of the database still holds the text")
	}
	return out, err
}

// carryOut does what an approval carries.
func (tx *Tx) carryOut(ctx context.Context, a *accounts.Approval) error {
	var e *entry
	var err error
	switch {
	case a.Grant != nil:
		g := *a.Grant
		if content, err := accounts.ContentHash(g); err != nil || content != a.Content {
			return errors.Join(err, fault.New(fault.Conflict, "What was proposed is not what would be carried out.", "Have it proposed anew, and tell whoever runs this service."))
		}
		g.From, g.Approval = accounts.DayOf(time.UnixMicro(tx.now)), a.ID
		e, err = tx.put(ctx, grantRows, g.ID, 0, g, accounts.Change{Act: accounts.GrantRole, What: string(g.Role) + " for " + g.Scope.String(), Reason: a.Proposed.Reason}, g.Person)
	case a.Setting != nil:
		s := *a.Setting
		if content, err := accounts.ContentHash(s); err != nil || content != a.Content {
			return errors.Join(err, fault.New(fault.Conflict, "What was proposed is not what would be carried out.", "Have it proposed anew, and tell whoever runs this service."))
		}
		e, err = tx.putSetting(ctx, s, a)
	case a.Act == accounts.Settle:
		e, err = tx.settle(ctx, a)
	case a.Act == accounts.Publish && strings.HasPrefix(a.Object, "release/"):
		e, err = tx.publish(ctx, a)
	case a.Act == accounts.VerifyEvidence:
		e, err = tx.takeProposed(ctx, a)
	default:
		return nil // whoever asked carries it out, and asks IsApproved first
	}
	if err != nil {
		return err
	}
	return tx.auditMore(ctx, e)
}

func (tx *Tx) putSetting(ctx context.Context, s accounts.Setting, a *accounts.Approval) (*entry, error) {
	now, err := setting(ctx, tx.row, s.Name)
	if err != nil {
		return nil, err
	}
	if now.Version+1 != s.Version {
		return nil, fault.New(fault.Stale, "The setting was changed after this was proposed.", "Have it proposed anew.")
	}
	s.Since = tx.now
	b, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	id := fmt.Sprintf("setting/%s@%d", s.Name, s.Version)
	return &entry{act: accounts.ChangeSetting, object: id, before: 0, after: 1, reason: a.Proposed.Reason,
		detail: map[string]any{"sha256": rowHash("", string(b)), "what": a.Summary}}, tx.exec(ctx, insertSetting, s.Name, s.Version, string(b))
}

// Setting gives the version of a setting that holds; version 0 is what the program comes with.
func (db *DB) Setting(ctx context.Context, name string) (accounts.Setting, error) {
	s, err := setting(ctx, db.row, name)
	return s, db.fault(err, "the setting could not be read")
}

func setting(ctx context.Context, row func(context.Context, string, []any, ...any) error, name string) (accounts.Setting, error) {
	s, err := document(ctx, row, selectSetting, "setting", name, func(s *accounts.Setting) *int64 { return &s.Version })
	if fault.Is(err, fault.NotFound) {
		return accounts.DefaultSetting(name)
	}
	return s, err
}

// bench reads what a decision rests on, inside the transaction: another write cannot come between.
func (tx *Tx) bench(ctx context.Context) (*accounts.Bench, error) {
	b := &accounts.Bench{Principal: accounts.Present(ctx), Organisations: map[string]accounts.Organisation{}, Now: time.UnixMicro(tx.now)}
	list, err := documents(ctx, tx.each, selectOrganisations, nil, organisationVersion)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		b.Organisations[o.Code] = o
	}
	id := b.Principal.Person
	if b.Principal.Role == accounts.Operator && id == accounts.Local().Person {
		return b, nil
	}
	p, err := document(ctx, tx.row, selectPerson, "person", id, personVersion)
	if err != nil {
		return nil, err
	}
	held, err := documents(ctx, tx.each, selectGrants, []any{id}, grantVersion)
	if err != nil {
		return nil, err
	}
	if b.Mandates, err = documents(ctx, tx.each, selectMandates, []any{id}, mandateVersion); err != nil {
		return nil, err
	}
	var token *accounts.Token
	if b.Principal.Token != "" {
		t, err := document(ctx, tx.row, selectToken, "token", b.Principal.Token, tokenVersion)
		if err != nil {
			return nil, err
		}
		if token = &t; t.Revoked != 0 {
			held = nil
		}
	}
	b.Principal = b.Principal.Again(p, held, token, accounts.DayOf(b.Now))
	return b, nil
}

const selectTrail = `SELECT ` + auditColumns + ` FROM audit WHERE seq < $1 AND at >= $2 AND at < $3
	AND ($4 = '' OR person = $4) AND ($5 = '' OR organisation = $5) AND ($6 = '' OR act = $6)
	AND ($7 = '' OR object = $7) AND ($8 = '' OR substr(object, 1, length($8)) = $8) ORDER BY seq DESC LIMIT $9`

// Trail gives rows of the trail, newest first.
func (db *DB) Trail(ctx context.Context, q accounts.TrailQuery) ([]accounts.TrailRow, error) {
	before, from, to, limit := int64(math.MaxInt64), int64(0), int64(math.MaxInt64), q.Limit
	if q.Before > 0 {
		before = q.Before
	}
	if limit <= 0 {
		limit = 100
	}
	for _, d := range []struct {
		day  accounts.Day
		into *int64
		add  int
	}{{q.From, &from, 0}, {q.To, &to, 1}} {
		if d.day == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, string(d.day))
		if err != nil {
			return nil, fault.Newf(fault.Refused, "The date %q cannot be read.", string(d.day)).WithFix("Write it as 2026-03-01.")
		}
		*d.into = t.AddDate(0, 0, d.add).UnixMicro()
	}
	object, prefix := q.Object, ""
	if strings.HasSuffix(object, "/") {
		object, prefix = "", object
	}
	if err := checkText(q.Person, q.Organisation, string(q.Act), q.Object); err != nil {
		return nil, err
	}
	var out []accounts.TrailRow
	args := []any{before, from, to, q.Person, q.Organisation, string(q.Act), object, prefix, limit}
	err := db.each(ctx, selectTrail, args, func(rows *sql.Rows) error {
		a, err := scanAudit(rows)
		out = append(out, accounts.TrailRow{
			Seq: a.Seq, At: a.At, Person: a.Person, Organisation: a.Organisation, Role: accounts.Role(a.Role), Act: accounts.Act(a.Act),
			Object: a.Object, Before: a.Before, After: a.After, Reason: a.Reason, Request: a.Request, Detail: json.RawMessage(a.Detail), Hash: a.Hash,
		})
		return err
	})
	return out, db.fault(err, "the audit trail could not be read")
}
