package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

const (
	selectPeople        = `SELECT doc, row_version FROM person ORDER BY id`
	selectPerson        = `SELECT doc, row_version FROM person WHERE id = $1`
	selectPersonByEmail = `SELECT id FROM person WHERE email = $1`
	selectPersonVersion = `SELECT row_version FROM person WHERE id = $1`
	selectSalt          = `SELECT salt FROM person WHERE id = $1`
	insertPerson        = `INSERT INTO person (id, row_version, doc, email, salt) VALUES ($1, $2, $3, $4, $5)`
	updatePerson        = `UPDATE person SET row_version = $2, doc = $3, email = $4, salt = $5 WHERE id = $1`
	forgetUse           = `DELETE FROM last_use WHERE id = $1`
)

// People lists everybody with an account, erased ones too.
func (db *DB) People(ctx context.Context) ([]accounts.Person, error) {
	out, err := documents(ctx, db.each, selectPeople, nil, personVersion)
	return out, db.fault(err, "the people could not be read")
}

// Person gives one person.
func (db *DB) Person(ctx context.Context, id string) (accounts.Person, error) {
	p, err := document(ctx, db.row, selectPerson, "person", id, personVersion)
	return p, db.fault(err, "the person could not be read")
}

// PersonByEmail looks for a folded address.
func (db *DB) PersonByEmail(ctx context.Context, email string) (accounts.Person, error) {
	var id string
	err := db.row(ctx, selectPersonByEmail, []any{email}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return accounts.Person{}, fault.New(fault.NotFound, "Nobody has this address.", "Check how it is written.")
	}
	if err != nil {
		return accounts.Person{}, db.fault(err, "the person could not be read")
	}
	return db.Person(ctx, id)
}

// SavePerson keeps an account as it is now.
func (db *DB) SavePerson(ctx context.Context, p accounts.Person, c accounts.Change) error {
	return db.write(ctx, "the account could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) {
		return tx.putPerson(ctx, p, c)
	})
}

// putPerson is put for the table whose hash is made with a salt.
func (tx *Tx) putPerson(ctx context.Context, p accounts.Person, c accounts.Change) (*entry, error) {
	b, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	doc := string(b)
	if err := checkText(p.ID, doc, c.What, c.Reason); err != nil {
		return nil, err
	}
	if err := tx.expect(ctx, selectPersonVersion, "account", p.ID, p.Version); err != nil {
		return nil, err
	}
	salt, statement := newSalt(), insertPerson
	if p.Version > 0 {
		statement = updatePerson
		if err := tx.row(ctx, selectSalt, []any{p.ID}, &salt); err != nil {
			return nil, err
		}
	}
	if p.State == accounts.Erased {
		salt = ""
	}
	email := sql.NullString{String: p.Email, Valid: p.Email != ""}
	return &entry{act: c.Act, object: "person/" + p.ID, before: p.Version, after: p.Version + 1, reason: c.Reason,
		detail: map[string]any{"sha256": rowHash(salt, doc, p.Email), "what": c.What}}, tx.exec(ctx, statement, p.ID, p.Version+1, doc, email, salt)
}

// ErasePerson forgets everything about a person: what is held, the salt of what the trail holds,
// their sessions, and the names of their tokens, which end.
func (db *DB) ErasePerson(ctx context.Context, id string, c accounts.Change) error {
	err := db.write(ctx, "the person could not be erased", func(ctx context.Context, tx *Tx) (*entry, error) {
		p, err := document(ctx, tx.row, selectPerson, "person", id, personVersion)
		if err != nil || p.State == accounts.Erased {
			return nil, err
		}
		tokens, err := documents(ctx, tx.each, selectTokens, []any{id}, tokenVersion)
		if err != nil {
			return nil, err
		}
		for _, t := range tokens {
			if t.Name = ""; t.Revoked == 0 {
				t.Revoked = tx.now
			}
			e, err := tx.put(ctx, tokenRows, t.ID, t.Version, t, accounts.Change{Act: accounts.IssueToken, What: "ended with its person's account"}, t.Person)
			if err == nil {
				err = tx.auditMore(ctx, e)
			}
			if err != nil {
				return nil, err
			}
		}
		if err := errors.Join(tx.exec(ctx, deleteSessions, id), tx.exec(ctx, forgetUse, "totp "+id), tx.exec(ctx, deleteLettersTo, id), tx.forgetKeys(ctx, &p), tx.exec(ctx, deleteDrafts, id)); err != nil {
			return nil, err
		}
		return tx.putPerson(ctx, accounts.Person{ID: id, Organisation: p.Organisation, State: accounts.Erased, Version: p.Version}, c)
	})
	if err != nil {
		return err
	}
	return db.fault(db.shred(ctx), "the person was erased, but the log of the database still holds the text")
}

// forgetKeys takes away what was counted of somebody's passkeys.
func (tx *Tx) forgetKeys(ctx context.Context, p *accounts.Person) error {
	for _, k := range p.Passkeys {
		if err := tx.exec(ctx, forgetUse, "passkey "+k.ID); err != nil {
			return err
		}
	}
	return nil
}

// shred takes what was deleted out of SQLite's write-ahead log. Elsewhere the server does it in its
// own time (docs/operate.md).
func (db *DB) shred(ctx context.Context) error {
	if db.dialect != sqliteDialect || db.path == "" {
		return nil
	}
	var busy, size, moved int64
	for range 20 {
		if err := db.w.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &size, &moved); err != nil {
			return err
		}
		if busy == 0 {
			return nil
		}
		select { // a reader holds an older state for a moment
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fault.New(fault.Unavailable, "A long read kept the log of the database from being cleared.", "Nothing is lost; it is cleared with the next erasure or when the program ends.")
}
