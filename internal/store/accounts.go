package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

var _ accounts.Store = (*DB)(nil)

// account is one table of accounts: rows kept as one document, with a column beside it to find them by.
type account struct {
	kind   string // of the object in the trail: grant
	name   string // in a sentence
	one    string // SELECT row_version WHERE the key
	insert string // key, column, version, doc
	update string
}

var (
	organisationRows = account{"organisation", "organisation",
		`SELECT row_version FROM organisation WHERE code = $1`,
		`INSERT INTO organisation (code, row_version, doc) VALUES ($1, $2, $3)`,
		`UPDATE organisation SET row_version = $2, doc = $3 WHERE code = $1`}
	grantRows = account{"grant", "role",
		`SELECT row_version FROM role_grant WHERE id = $1`,
		`INSERT INTO role_grant (id, row_version, doc, person) VALUES ($1, $2, $3, $4)`,
		`UPDATE role_grant SET row_version = $2, doc = $3, person = $4 WHERE id = $1`}
	mandateRows = account{"mandate", "mandate",
		`SELECT row_version FROM mandate WHERE id = $1`,
		`INSERT INTO mandate (id, row_version, doc, person) VALUES ($1, $2, $3, $4)`,
		`UPDATE mandate SET row_version = $2, doc = $3, person = $4 WHERE id = $1`}
	linkRows = account{"link", "link",
		`SELECT row_version FROM link WHERE id = $1`,
		`INSERT INTO link (id, row_version, doc, person) VALUES ($1, $2, $3, $4)`,
		`UPDATE link SET row_version = $2, doc = $3, person = $4 WHERE id = $1`}
	tokenRows = account{"token", "token",
		`SELECT row_version FROM token WHERE id = $1`,
		`INSERT INTO token (id, row_version, doc, person) VALUES ($1, $2, $3, $4)`,
		`UPDATE token SET row_version = $2, doc = $3, person = $4 WHERE id = $1`}
	approvalRows = account{"approval", "proposal",
		`SELECT row_version FROM approval WHERE id = $1`,
		`INSERT INTO approval (id, row_version, doc, state, open_key) VALUES ($1, $2, $3, $4, $5)`,
		`UPDATE approval SET row_version = $2, doc = $3, state = $4, open_key = $5 WHERE id = $1`}
)

// rowHash is what the trail keeps of a row: of its document and the columns beside it, made with the
// salt where they are personal data.
func rowHash(salt, doc string, columns ...string) string {
	mac := hmac.New(sha256.New, []byte(salt))
	d := digest{h: mac}
	d.text(doc)
	d.text(columns...)
	return d.sum()
}

// put saves one row under the version it was read with and gives its entry for the trail. columns
// are texts; an empty open_key is kept as none.
func (tx *Tx) put(ctx context.Context, t account, id string, version int64, v any, c accounts.Change, columns ...string) (*entry, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	doc := string(b)
	if err := checkText(append([]string{id, doc, c.What, c.Reason}, columns...)...); err != nil {
		return nil, err
	}
	if err := tx.expect(ctx, t.one, t.name, id, version); err != nil {
		return nil, err
	}
	args := []any{id, version + 1, doc}
	for _, column := range columns {
		args = append(args, sql.NullString{String: column, Valid: column != ""})
	}
	statement := t.update
	if version == 0 {
		statement = t.insert
	}
	return &entry{act: c.Act, object: t.kind + "/" + id, before: version, after: version + 1, reason: c.Reason,
		detail: map[string]any{"sha256": rowHash("", doc, columns...), "what": c.What}}, tx.exec(ctx, statement, args...)
}

// expect refuses when the stored version is not the one that was read.
func (tx *Tx) expect(ctx context.Context, one, name, id string, version int64) error {
	var stored int64
	if err := tx.row(ctx, one, []any{id}, &stored); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	switch {
	case stored == version:
		return nil
	case version == 0:
		return fault.New(fault.Conflict, fmt.Sprintf("There is a %s %q already.", name, id), "Change that one, or choose another code.")
	}
	return fault.New(fault.Stale, fmt.Sprintf("Somebody changed the %s after you read it. Your change has not been saved.", name),
		"Read it again, then make your change.").WithKey("error.stale", nil)
}

// auditMore writes the row of a part of this write, so that another may follow.
func (tx *Tx) auditMore(ctx context.Context, e *entry) error {
	if err := tx.audit(ctx, e); err != nil {
		return err
	}
	return tx.row(ctx, lockHead, nil, &tx.seq, &tx.head)
}

func none(name, id string) error {
	return fault.New(fault.NotFound, fmt.Sprintf("There is no %s %q.", name, id), "Look at the list and check the code.")
}

// document reads one document and its version with a statement that selects both.
func document[T any](ctx context.Context, row func(context.Context, string, []any, ...any) error, statement, name, id string, version func(*T) *int64) (T, error) {
	var v T
	var doc string
	var n int64
	err := row(ctx, statement, []any{id}, &doc, &n)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return v, none(name, id)
	case err != nil:
		return v, err
	}
	if err := json.Unmarshal([]byte(doc), &v); err != nil {
		return v, fmt.Errorf("stored %s %s: %w", name, id, err)
	}
	*version(&v) = n
	return v, nil
}

// documents reads many.
func documents[T any](ctx context.Context, each func(context.Context, string, []any, func(*sql.Rows) error) error, statement string, args []any, version func(*T) *int64) ([]T, error) {
	var out []T
	err := each(ctx, statement, args, func(rows *sql.Rows) error {
		var v T
		var doc string
		if err := rows.Scan(&doc, version(&v)); err != nil {
			return err
		}
		n := *version(&v)
		if err := json.Unmarshal([]byte(doc), &v); err != nil {
			return err
		}
		*version(&v) = n
		out = append(out, v)
		return nil
	})
	return out, err
}

func organisationVersion(o *accounts.Organisation) *int64 { return &o.Version }
func grantVersion(g *accounts.Grant) *int64               { return &g.Version }
func mandateVersion(m *accounts.Mandate) *int64           { return &m.Version }
func linkVersion(l *accounts.Link) *int64                 { return &l.Version }
func tokenVersion(t *accounts.Token) *int64               { return &t.Version }
func personVersion(p *accounts.Person) *int64             { return &p.Version }
func approvalVersion(a *accounts.Approval) *int64         { return &a.Version }

const (
	selectOrganisations = `SELECT doc, row_version FROM organisation ORDER BY code`
	selectOrganisation  = `SELECT doc, row_version FROM organisation WHERE code = $1`
	selectAllGrants     = `SELECT doc, row_version FROM role_grant ORDER BY id`
	selectGrants        = `SELECT doc, row_version FROM role_grant WHERE person = $1 ORDER BY id`
	selectAllMandates   = `SELECT doc, row_version FROM mandate ORDER BY id`
	selectMandates      = `SELECT doc, row_version FROM mandate WHERE person = $1 ORDER BY id`
	selectLink          = `SELECT doc, row_version FROM link WHERE id = $1`
	selectToken         = `SELECT doc, row_version FROM token WHERE id = $1`
	selectTokens        = `SELECT doc, row_version FROM token WHERE person = $1 ORDER BY id`
)

// Organisations lists every organisation by its code.
func (db *DB) Organisations(ctx context.Context) ([]accounts.Organisation, error) {
	out, err := documents(ctx, db.each, selectOrganisations, nil, organisationVersion)
	return out, db.fault(err, "the organisations could not be read")
}

// Organisation gives one organisation.
func (db *DB) Organisation(ctx context.Context, code string) (accounts.Organisation, error) {
	o, err := document(ctx, db.row, selectOrganisation, "organisation", code, organisationVersion)
	return o, db.fault(err, "the organisation could not be read")
}

// SaveOrganisation registers an organisation or changes what is known of it.
func (db *DB) SaveOrganisation(ctx context.Context, o accounts.Organisation, c accounts.Change) error {
	return db.write(ctx, "the organisation "+o.Code+" could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) {
		return tx.put(ctx, organisationRows, o.Code, o.Version, o, c)
	})
}

// Grants lists the roles of a person, or of everybody if it is empty, ended ones too.
func (db *DB) Grants(ctx context.Context, person string) ([]accounts.Grant, error) {
	statement, args := selectGrants, []any{person}
	if person == "" {
		statement, args = selectAllGrants, nil
	}
	out, err := documents(ctx, db.each, statement, args, grantVersion)
	return out, db.fault(err, "the roles could not be read")
}

// SaveGrant keeps a role somebody was given, or its end.
func (db *DB) SaveGrant(ctx context.Context, g accounts.Grant, c accounts.Change) error {
	return db.write(ctx, "the role could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) {
		return tx.put(ctx, grantRows, g.ID, g.Version, g, c, g.Person)
	})
}

// Mandates lists the mandates of a person, or of everybody if it is empty, ended ones too.
func (db *DB) Mandates(ctx context.Context, person string) ([]accounts.Mandate, error) {
	statement, args := selectMandates, []any{person}
	if person == "" {
		statement, args = selectAllMandates, nil
	}
	out, err := documents(ctx, db.each, statement, args, mandateVersion)
	return out, db.fault(err, "the mandates could not be read")
}

// SaveMandate keeps a mandate, or its end.
func (db *DB) SaveMandate(ctx context.Context, m accounts.Mandate, c accounts.Change) error {
	return db.write(ctx, "the mandate could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) {
		return tx.put(ctx, mandateRows, m.ID, m.Version, m, c, m.Person)
	})
}

// SaveLink keeps the hash of a link sent to somebody, and the letter that carries it.
func (db *DB) SaveLink(ctx context.Context, l accounts.Link, c accounts.Change, letters ...accounts.Letter) error {
	return db.write(ctx, "the link could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) {
		if err := tx.putLetters(ctx, letters); err != nil {
			return nil, err
		}
		return tx.put(ctx, linkRows, l.Hash, l.Version, l, c, l.Person)
	})
}

// Link gives a link by the hash of its secret.
func (db *DB) Link(ctx context.Context, hash string) (accounts.Link, error) {
	l, err := document(ctx, db.row, selectLink, "link", hash, linkVersion)
	return l, db.fault(err, "the link could not be read")
}

// UseLink saves a person and marks a link as used, both or neither. A link used meanwhile is
// fault.NotFound.
func (db *DB) UseLink(ctx context.Context, l accounts.Link, p accounts.Person, c accounts.Change) error {
	return db.write(ctx, "the link could not be used", func(ctx context.Context, tx *Tx) (*entry, error) {
		e, err := tx.put(ctx, linkRows, l.Hash, l.Version, l, accounts.Change{Act: c.Act, What: "used"}, l.Person)
		if fault.Is(err, fault.Stale) {
			return nil, none("link", "sent to you, or it was used")
		}
		if err == nil {
			err = tx.auditMore(ctx, e)
		}
		if err != nil {
			return nil, err
		}
		return tx.putPerson(ctx, p, c)
	})
}

// SaveToken keeps an API token, or its end.
func (db *DB) SaveToken(ctx context.Context, t accounts.Token, c accounts.Change) error {
	return db.write(ctx, "the token could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) {
		return tx.put(ctx, tokenRows, t.ID, t.Version, t, c, t.Person)
	})
}

// Token gives an API token by its public part.
func (db *DB) Token(ctx context.Context, id string) (accounts.Token, error) {
	t, err := document(ctx, db.row, selectToken, "token", id, tokenVersion)
	if err == nil {
		t.Used, err = db.lastUse(ctx, "token "+id)
	}
	return t, db.fault(err, "the token could not be read")
}

// Tokens lists the API tokens of a person, ended ones too.
func (db *DB) Tokens(ctx context.Context, person string) ([]accounts.Token, error) {
	out, err := documents(ctx, db.each, selectTokens, []any{person}, tokenVersion)
	for i := range out {
		if err == nil {
			out[i].Used, err = db.lastUse(ctx, "token "+out[i].ID)
		}
	}
	return out, db.fault(err, "the tokens could not be read")
}

// newSalt makes 256 random bits, in hex.
func newSalt() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}
