package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
)

var _ consultation.Store = (*DB)(nil)

const (
	selectRounds     = `SELECT row_version, doc FROM consultation_round ORDER BY number`
	selectRound      = `SELECT row_version, writes, doc FROM consultation_round WHERE number = $1`
	insertRound      = `INSERT INTO consultation_round (number, row_version, writes, doc) VALUES ($1, $2, $3, $4)`
	updateRound      = `UPDATE consultation_round SET row_version = $2, doc = $3 WHERE number = $1`
	countRoundWrite  = `UPDATE consultation_round SET writes = $2 WHERE number = $1`
	selectOriginal   = `SELECT original FROM consultation_submission WHERE id = $1`
	selectSubmission = `SELECT id FROM consultation_submission WHERE round = $1 AND sha256 = $2`

	selectSubmissions  = `SELECT id, number, row_version, doc, private FROM consultation_submission WHERE round = $1 ORDER BY number`
	selectComments     = `SELECT id, number, row_version, doc, private FROM consultation_comment WHERE round = $1 ORDER BY number`
	selectAmendments   = `SELECT id, number, row_version, doc, private FROM consultation_amendment WHERE round = $1 ORDER BY number`
	selectDispositions = `SELECT id, number, 0, doc, '' FROM consultation_disposition WHERE round = $1 ORDER BY number`
	selectGroups       = `SELECT id, number, 0, doc, '' FROM consultation_group WHERE round = $1 ORDER BY number`
	selectResponses    = `SELECT id, number, 0, doc, '' FROM consultation_response WHERE round = $1 ORDER BY number`
	selectAttributions = `SELECT spoken, organisation, label, how, confirmed_by, confirmed_at FROM consultation_attribution WHERE round = $1 ORDER BY spoken, position`

	insertSubmission  = `INSERT INTO consultation_submission (id, round, number, row_version, sha256, doc, private, original) VALUES ($1, $2, $3, 1, $4, $5, $6, $7)`
	insertComment     = `INSERT INTO consultation_comment (id, round, number, row_version, doc, private) VALUES ($1, $2, $3, 1, $4, $5)`
	insertAmendment   = `INSERT INTO consultation_amendment (id, round, number, row_version, doc, private) VALUES ($1, $2, $3, 1, $4, $5)`
	insertAttribution = `INSERT INTO consultation_attribution (round, spoken, position, organisation, label, how, confirmed_by, confirmed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	insertDisposition = `INSERT INTO consultation_disposition (id, round, number, doc) VALUES ($1, $2, $3, $4)`
	insertGroup       = `INSERT INTO consultation_group (id, round, number, doc) VALUES ($1, $2, $3, $4)`
	insertResponse    = `INSERT INTO consultation_response (id, round, number, doc) VALUES ($1, $2, $3, $4)`

	countSubmissions  = `SELECT COALESCE(MAX(number), 0) FROM consultation_submission WHERE round = $1`
	countComments     = `SELECT COALESCE(MAX(number), 0) FROM consultation_comment WHERE round = $1`
	countAmendments   = `SELECT COALESCE(MAX(number), 0) FROM consultation_amendment WHERE round = $1`
	countDispositions = `SELECT COALESCE(MAX(number), 0) FROM consultation_disposition WHERE round = $1`
	countGroups       = `SELECT COALESCE(MAX(number), 0) FROM consultation_group WHERE round = $1`
	countResponses    = `SELECT COALESCE(MAX(number), 0) FROM consultation_response WHERE round = $1`

	selectCommentVersion   = `SELECT row_version FROM consultation_comment WHERE id = $1`
	selectAmendmentVersion = `SELECT row_version FROM consultation_amendment WHERE id = $1`
	updateComment          = `UPDATE consultation_comment SET row_version = $2, doc = $3 WHERE id = $1`
	updateAmendment        = `UPDATE consultation_amendment SET row_version = $2, doc = $3 WHERE id = $1`
	forgetSenders          = `UPDATE consultation_submission SET private = '' WHERE round = $1`
	forgetCommenters       = `UPDATE consultation_comment SET private = '' WHERE round = $1`
	forgetAmenders         = `UPDATE consultation_amendment SET private = '' WHERE round = $1`
	deleteAttributions     = `DELETE FROM consultation_attribution WHERE round = $1 AND spoken = $2`
)

// roundRow is what is stored of something in a round.
type roundRow struct {
	id      string
	number  int
	version int
	doc     string
	private string
}

// each reading of a round goes over a transaction or over the readers.
type reading func(ctx context.Context, statement string, args []any, scan func(*sql.Rows) error) error

func roundRows(ctx context.Context, read reading, statement string, round int, do func(roundRow) error) error {
	return read(ctx, statement, []any{round}, func(rows *sql.Rows) error {
		var r roundRow
		if err := rows.Scan(&r.id, &r.number, &r.version, &r.doc, &r.private); err != nil {
			return err
		}
		if err := do(r); err != nil {
			return fmt.Errorf("stored %s: %w", r.id, err)
		}
		return nil
	})
}

// Rounds lists the rounds by number.
func (db *DB) Rounds(ctx context.Context) ([]consultation.Round, error) {
	var out []consultation.Round
	err := db.each(ctx, selectRounds, nil, func(rows *sql.Rows) error {
		var r consultation.Round
		var doc string
		var version int
		if err := rows.Scan(&version, &doc); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(doc), &r)
		r.RowVersion = version
		out = append(out, r)
		return err
	})
	return out, db.fault(err, "the consultations could not be read")
}

// Original gives the file of a submission as it came.
func (db *DB) Original(ctx context.Context, submission string) ([]byte, error) {
	var data []byte
	err := db.row(ctx, selectOriginal, []any{submission}, &data)
	if errors.Is(err, sql.ErrNoRows) || err == nil && data == nil {
		return nil, fault.New(fault.NotFound, fmt.Sprintf("There is no file of the submission %q.", submission), "See the list of submissions.")
	}
	return data, db.fault(err, "the file could not be read")
}

// Record gives a round with all it holds, as one state of it.
func (db *DB) Record(ctx context.Context, round int) (*consultation.Record, error) {
	tx, err := db.r.BeginTx(ctx, &sql.TxOptions{Isolation: db.dialect.snapshot})
	if err != nil {
		return nil, db.fault(err, "the consultation could not be read")
	}
	read := func(ctx context.Context, statement string, args []any, scan func(*sql.Rows) error) error {
		rows, err := tx.QueryContext(ctx, db.dialect.rewrite(statement), args...)
		return drain(rows, err, scan)
	}
	r, err := record(ctx, read, round)
	err = errors.Join(err, tx.Rollback())
	if fault.Is(err, fault.NotFound) {
		return nil, err
	}
	return r, db.fault(err, "the consultation could not be read")
}

func noRound(round int) error {
	return fault.New(fault.NotFound, fmt.Sprintf("There is no consultation round %d.", round), "See the list: waymark consultation list")
}

func record(ctx context.Context, read reading, round int) (*consultation.Record, error) {
	out := &consultation.Record{}
	err := read(ctx, selectRound, []any{round}, func(rows *sql.Rows) error {
		var doc string
		var version int
		var writes int64
		if err := rows.Scan(&version, &writes, &doc); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(doc), &out.Round)
		out.Round.RowVersion, out.Writes = version, writes
		return err
	})
	if err != nil {
		return nil, err
	}
	if out.Round.Number == 0 {
		return nil, noRound(round)
	}
	voices := map[string][]consultation.Attribution{}
	err = read(ctx, selectAttributions, []any{round}, func(rows *sql.Rows) error {
		var spoken string
		var a consultation.Attribution
		err := rows.Scan(&spoken, &a.Organisation, &a.Label, &a.How, &a.ConfirmedBy, &a.ConfirmedAt)
		voices[spoken] = append(voices[spoken], a)
		return err
	})
	if err != nil {
		return nil, err
	}
	speakers := func(id string) []consultation.Attribution {
		if v := voices[id]; v != nil {
			return v
		}
		return []consultation.Attribution{}
	}
	for _, part := range []struct {
		statement string
		do        func(roundRow) error
	}{
		{selectSubmissions, func(r roundRow) error {
			var s consultation.Submission
			err := json.Unmarshal([]byte(r.doc), &s)
			s.Sender = r.private
			out.Submissions = append(out.Submissions, s)
			return err
		}},
		{selectComments, func(r roundRow) error {
			var c consultation.Comment
			err := json.Unmarshal([]byte(r.doc), &c)
			c.RowVersion, c.Source.Author, c.Voices = r.version, r.private, speakers(r.id)
			out.Comments = append(out.Comments, c)
			return err
		}},
		{selectAmendments, func(r roundRow) error {
			var a consultation.Amendment
			err := json.Unmarshal([]byte(r.doc), &a)
			a.RowVersion, a.Author, a.Voices = r.version, r.private, speakers(r.id)
			out.Amendments = append(out.Amendments, a)
			return err
		}},
		{selectDispositions, func(r roundRow) error {
			var d consultation.Disposition
			err := json.Unmarshal([]byte(r.doc), &d)
			out.Dispositions = append(out.Dispositions, d)
			return err
		}},
		{selectGroups, func(r roundRow) error {
			var g consultation.DuplicateGroup
			err := json.Unmarshal([]byte(r.doc), &g)
			out.Groups = append(out.Groups, g)
			return err
		}},
		{selectResponses, func(r roundRow) error {
			var p consultation.Response
			err := json.Unmarshal([]byte(r.doc), &p)
			out.Responses = append(out.Responses, p)
			return err
		}},
	} {
		if err := roundRows(ctx, read, part.statement, round, part.do); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sealed are the statements of what a round's seal covers.
var sealed = []string{selectSubmissions, selectComments, selectAmendments, selectDispositions, selectGroups, selectResponses}

// seal is the hash of everything in a round but what names persons and the original files, whose own
// hashes are in it.
func seal(ctx context.Context, read reading, round int) (string, error) {
	d := newDigest()
	err := read(ctx, selectRound, []any{round}, func(rows *sql.Rows) error {
		var doc string
		var version, writes int64
		err := rows.Scan(&version, &writes, &doc)
		d.text(doc)
		d.numbers(version)
		return err
	})
	for _, statement := range sealed {
		if err == nil {
			err = roundRows(ctx, read, statement, round, func(r roundRow) error {
				d.text(r.id, r.doc)
				d.numbers(int64(r.number), int64(r.version))
				return nil
			})
		}
	}
	if err == nil {
		err = read(ctx, selectAttributions, []any{round}, func(rows *sql.Rows) error {
			var spoken, organisation, label, how, by string
			var at int64
			err := rows.Scan(&spoken, &organisation, &label, &how, &by, &at)
			d.text(spoken, organisation, label, how, by)
			d.numbers(at)
			return err
		})
	}
	return d.sum(), err
}

// inRound changes something in a round that is there, and seals it anew.
func (db *DB) inRound(ctx context.Context, round int, act accounts.Act, what string, do func(context.Context, *Tx) error) error {
	return db.write(ctx, "the consultation could not be changed", func(ctx context.Context, tx *Tx) (*entry, error) {
		var version, writes int64
		var doc string
		err := tx.row(ctx, selectRound, []any{round}, &version, &writes, &doc)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, noRound(round)
		}
		if err != nil {
			return nil, err
		}
		if err := do(ctx, tx); err != nil {
			return nil, err
		}
		return tx.sealRound(ctx, round, writes, act, what)
	})
}

func (tx *Tx) sealRound(ctx context.Context, round int, writes int64, act accounts.Act, what string) (*entry, error) {
	if err := tx.exec(ctx, countRoundWrite, round, writes+1); err != nil {
		return nil, err
	}
	sum, err := seal(ctx, tx.each, round)
	return &entry{act: act, object: "round/" + strconv.Itoa(round), before: writes, after: writes + 1,
		detail: map[string]any{"sha256": sum, "what": what}}, err
}

// SaveRound adds a round or changes it.
func (db *DB) SaveRound(ctx context.Context, r consultation.Round) error {
	doc, err := text(r)
	if err != nil {
		return err
	}
	return db.write(ctx, "the consultation could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) {
		var version, writes int64
		var was string
		err := tx.row(ctx, selectRound, []any{r.Number}, &version, &writes, &was)
		switch {
		case err != nil && !errors.Is(err, sql.ErrNoRows):
			return nil, err
		case was == doc:
			return nil, nil
		case int64(r.RowVersion) != version && r.RowVersion == 0:
			return nil, fault.New(fault.Conflict, fmt.Sprintf("There is a round %d already.", r.Number), "Change that one, or take the next number.")
		case int64(r.RowVersion) != version:
			return nil, staleRow("round")
		case version == 0:
			err = tx.exec(ctx, insertRound, r.Number, 1, 0, doc)
		default:
			err = tx.exec(ctx, updateRound, r.Number, version+1, doc)
		}
		if err != nil {
			return nil, err
		}
		return tx.sealRound(ctx, r.Number, writes, accounts.Consult, "round "+string(r.State))
	})
}

func staleRow(name string) error {
	return fault.New(fault.Stale, fmt.Sprintf("Somebody changed the %s after you read it. Your change has not been saved.", name),
		"Read it again, then make your change.").WithKey("error.stale", nil)
}

// text makes the document of a value.
func text(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return string(b), checkText(string(b))
}

const selectSealedRounds = `SELECT number, writes FROM consultation_round ORDER BY number`

// rounds compares every consultation with the hash in the newest row about it, and the original files
// with theirs.
func (v *verifier) rounds(ctx context.Context) error {
	read := func(ctx context.Context, statement string, args []any, scan func(*sql.Rows) error) error {
		rows, err := v.tx.QueryContext(ctx, v.db.dialect.rewrite(statement), args...)
		return drain(rows, err, scan)
	}
	writes := map[int]int64{}
	var numbers []int
	err := v.each(ctx, selectSealedRounds, func(rows *sql.Rows) error {
		var n int
		var w int64
		err := rows.Scan(&n, &w)
		writes[n] = w
		numbers = append(numbers, n)
		return err
	})
	if err != nil {
		return err
	}
	for _, n := range numbers {
		sum, err := seal(ctx, read, n)
		if err != nil {
			return err
		}
		v.match("round/"+strconv.Itoa(n), writes[n], sum)
	}
	return v.each(ctx, selectOriginals, func(rows *sql.Rows) error {
		var id string
		var sha sql.NullString
		var data []byte
		err := rows.Scan(&id, &sha, &data)
		if err == nil && hashOf(string(data)) != sha.String {
			v.broken(0, "the original file of the submission %s is not as it came", id)
		}
		return err
	})
}

const selectOriginals = `SELECT id, sha256, original FROM consultation_submission WHERE original IS NOT NULL ORDER BY id`
