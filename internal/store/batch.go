package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/monitoring"
)

const (
	insertBatch   = `INSERT INTO batch (id, source, doc, content, saved_at, withdrawn_at, changed_seq) VALUES ($1, $2, $3, $4, $5, 0, $6)`
	selectCodes   = `SELECT code FROM source`
	selectPlaces  = `SELECT code FROM area`
	selectThere   = `SELECT ` + readColumns + ` FROM observation WHERE area = ANY($1) AND indicator = ANY($2) ORDER BY ` + keyColumns
	selectLast    = `SELECT ` + keyColumns + `, MAX(row_version) FROM observation_history WHERE area = ANY($1) AND indicator = ANY($2) GROUP BY ` + keyColumns + ` ORDER BY ` + keyColumns
	onKeyConflict = ` ON CONFLICT (` + keyColumns + `) DO UPDATE SET answer = excluded.answer, value = excluded.value, value_number = excluded.value_number,
		numerator = excluded.numerator, denominator = excluded.denominator, status = excluded.status, conf = excluded.conf, nature = excluded.nature,
		proven_on = excluded.proven_on, note = excluded.note, citation = excluded.citation, batch = excluded.batch, recorded_at = excluded.recorded_at,
		row_version = excluded.row_version, seq = excluded.seq`
)

// SaveBatch stores a batch and its new and changed observations, or nothing at all. It sets Batch,
// RecordedAt and RowVersion of rows; rows that say what stands already are left out. The same batch
// again, known by its id, changes nothing; another one under its id is fault.Conflict. It refuses
// with fault.Stale when the data have changed since basis.
func (db *DB) SaveBatch(ctx context.Context, b monitoring.Batch, rows []monitoring.Observation, basis int64) error {
	sorted, err := inKeyOrder(rows)
	if err != nil {
		return err
	}
	if b.ID == "" || b.Source == "" {
		return fault.New(fault.Refused, "A batch needs an id and a source.", "Give it both; the client makes the id once, so that a retry is the same batch.")
	}
	sum := batchContent(&b, sorted)
	return db.write(ctx, "the batch could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) {
		old, err := tx.batch(ctx, b.ID)
		switch {
		case err == nil && old.content == sum:
			return nil, nil
		case err == nil:
			return nil, fault.New(fault.Conflict, fmt.Sprintf("Another batch has the id %s already.", b.ID), "Give the new one an id of its own.")
		case !errors.Is(err, sql.ErrNoRows):
			return nil, err
		}
		if tx.seq != basis {
			return nil, fault.New(fault.Stale, "The data changed while this file was looked at.", "Look at the file again and confirm what it would change now.")
		}
		b.By = tx.actor.Person
		return tx.saveBatch(ctx, b, sorted, sum)
	})
}

// saveBatch stores a batch that is new, with the rows of it that say something new.
func (tx *Tx) saveBatch(ctx context.Context, b monitoring.Batch, sorted []*monitoring.Observation, sum string) (*entry, error) {
	if err := tx.checkCodes(ctx, b.Source, sorted); err != nil {
		return nil, err
	}
	plan, err := tx.compareAll(ctx, sorted)
	if err != nil {
		return nil, err
	}
	b.At, b.Withdrawn, b.Indicators = tx.now, 0, plan.indicators
	written := newDigest()
	for _, o := range plan.written {
		o.Batch, o.RecordedAt = b.ID, tx.now
		written.statement(o, true)
	}
	doc, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	if err := checkText(string(doc)); err != nil {
		return nil, err
	}
	if err := tx.exec(ctx, insertBatch, b.ID, b.Source, string(doc), sum, tx.now, tx.next()); err != nil {
		return nil, err
	}
	ended := tx.end(plan.replaced, b.ID, 0)
	if err := tx.insertHistory(ctx, ended); err != nil {
		return nil, err
	}
	if err := tx.insertObservations(ctx, plan.changed, onKeyConflict); err != nil {
		return nil, err
	}
	if err := tx.insertObservations(ctx, plan.fresh, ""); err != nil {
		return nil, err
	}
	return &entry{act: accounts.ImportEvidence, object: "batch/" + b.ID, before: 0, after: 1, detail: map[string]any{
		"source": b.Source, "sha256": hashOf(string(doc)), "content": sum,
		"written": tally(written), "ended": tally(endings(ended)),
	}}, nil
}

// batchContent is what makes a batch the same one when it is sent again.
func batchContent(b *monitoring.Batch, sorted []*monitoring.Observation) string {
	content := newDigest()
	content.text(b.ID, b.Source, b.Mapping, b.File, b.SHA256)
	for _, o := range sorted {
		content.statement(o, false)
	}
	return content.sum()
}

// tally is a digest as the audit trail keeps it.
func tally(d *digest) map[string]any { return map[string]any{"rows": d.count, "sha256": d.sum()} }

func endings(rows []ended) *digest {
	d := newDigest()
	for i := range rows {
		d.ending(&rows[i])
	}
	return d
}

func (tx *Tx) batch(ctx context.Context, id string) (storedBatch, error) {
	return scanBatch(func(dest ...any) error { return tx.row(ctx, selectBatch, []any{id}, dest...) })
}

// longestNumber is how many characters an exact decimal may have.
const longestNumber = 64

// inKeyOrder gives the rows in the order of their key, checked: each key once, every text and number
// one that both engines keep.
func inKeyOrder(rows []monitoring.Observation) ([]*monitoring.Observation, error) {
	sorted := make([]*monitoring.Observation, len(rows))
	for i := range rows {
		o := &rows[i]
		if err := checkText(o.Area, o.Indicator, o.Sex, o.Age, o.Item, o.Source, string(o.Answer), string(o.Status), string(o.Conf), string(o.Nature), o.Note, o.Citation); err != nil {
			return nil, err
		}
		if o.Period.Start > o.Period.End {
			return nil, fault.New(fault.Refused, fmt.Sprintf("The observation of %s in %s ends before it begins.", o.Indicator, o.Area), "Mend its period.")
		}
		for _, n := range []*decimal.Decimal{o.Value, o.Numerator, o.Denominator} {
			// The exponent is looked at first: writing 1e999999999 out would take a gigabyte.
			if n != nil && (n.Exponent() > longestNumber || n.Exponent() < -longestNumber || n.NumDigits() > longestNumber || len(n.String()) > longestNumber) {
				return nil, fault.New(fault.Refused, fmt.Sprintf("A number of the observation of %s in %s has more than %d digits.", o.Indicator, o.Area, longestNumber), "Mend the number.")
			}
		}
		sorted[i] = o
	}
	byKey := func(a, b *monitoring.Observation) int { return compareKeys(&a.Key, &b.Key) }
	if !slices.IsSortedFunc(sorted, byKey) {
		slices.SortFunc(sorted, byKey)
	}
	for i := 1; i < len(sorted); i++ {
		if sorted[i].Key == sorted[i-1].Key {
			return nil, fault.New(fault.Refused, fmt.Sprintf("The source %s says two things about %s in %s for %s.", sorted[i].Source, sorted[i].Indicator, sorted[i].Area, sorted[i].Period),
				"Keep one of the two rows.")
		}
	}
	return sorted, nil
}

// checkCodes refuses sources and areas that are not registered, naming the first.
func (tx *Tx) checkCodes(ctx context.Context, source string, rows []*monitoring.Observation) error {
	read := func(statement string) (map[string]bool, error) {
		known := map[string]bool{}
		err := tx.each(ctx, statement, nil, func(rows *sql.Rows) error {
			var code string
			err := rows.Scan(&code)
			known[code] = true
			return err
		})
		return known, err
	}
	sources, err := read(selectCodes)
	if err != nil {
		return err
	}
	areas, err := read(selectPlaces)
	if err != nil {
		return err
	}
	unknown := func(code string) error {
		return fault.New(fault.Refused, fmt.Sprintf("There is no source %q.", code), "Register it first, or mend the code.")
	}
	if !sources[source] {
		return unknown(source)
	}
	for _, o := range rows {
		if !sources[o.Source] {
			return unknown(o.Source)
		}
		if !areas[o.Area] {
			return fault.New(fault.Refused, fmt.Sprintf("There is no area %q.", o.Area), "Use the ISO 3166-1 alpha-3 code of a country or the M49 code of a region.")
		}
	}
	return nil
}

// plan is what a batch does to what stands; every list is in the order of the key.
type plan struct {
	written    []*monitoring.Observation // fresh and changed
	fresh      []*monitoring.Observation // nothing stands under their key
	changed    []*monitoring.Observation // something else stands
	replaced   []stored                  // that, one for each of changed
	indicators []string                  // those of written, sorted
}

// compareAll sets rows beside what stands and beside what once stood under their keys, reading both
// in the order of the key, and sets the version each new row will have.
func (tx *Tx) compareAll(ctx context.Context, rows []*monitoring.Observation) (*plan, error) {
	p := &plan{}
	if len(rows) == 0 {
		return p, nil
	}
	areas, indicators := distinct(rows, func(o *monitoring.Observation) string { return o.Area }), distinct(rows, func(o *monitoring.Observation) string { return o.Indicator })
	args := []any{tx.db.dialect.list(areas), tx.db.dialect.list(indicators)}
	for _, o := range rows {
		o.RowVersion = 0
	}
	at := 0 // the first row not yet behind us
	find := func(k *monitoring.Key) *monitoring.Observation {
		for ; at < len(rows); at++ {
			if c := compareKeys(&rows[at].Key, k); c == 0 {
				return rows[at]
			} else if c > 0 {
				return nil
			}
		}
		return nil
	}
	same := map[*monitoring.Observation]bool{}
	r := newReader()
	err := tx.each(ctx, selectThere, args, func(row *sql.Rows) error {
		var old stored
		if err := r.scan(row, &old); err != nil {
			return err
		}
		o := find(&old.Key)
		if o == nil {
			return nil
		}
		if o.Same(&old.Observation) {
			o.Batch, o.RecordedAt, o.RowVersion = old.Batch, old.RecordedAt, old.RowVersion
			same[o] = true
			return nil
		}
		o.RowVersion = old.RowVersion + 1
		p.changed, p.replaced = append(p.changed, o), append(p.replaced, old)
		return nil
	})
	if err != nil {
		return nil, err
	}
	at = 0
	err = tx.each(ctx, selectLast, args, func(row *sql.Rows) error {
		var k monitoring.Key
		var last int
		if err := row.Scan(&k.Area, &k.Indicator, &k.Period.Start, &k.Period.End, &k.Sex, &k.Age, &k.Item, &k.Source, &last); err != nil {
			return err
		}
		if o := find(&k); o != nil && o.RowVersion == 0 {
			o.RowVersion = last + 1
			p.fresh = append(p.fresh, o)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	returning := len(p.fresh) > 0
	for _, o := range rows {
		if o.RowVersion == 0 {
			o.RowVersion = 1
			p.fresh = append(p.fresh, o)
		}
		if !same[o] {
			p.written = append(p.written, o)
		}
	}
	if returning {
		slices.SortFunc(p.fresh, func(a, b *monitoring.Observation) int { return compareKeys(&a.Key, &b.Key) })
	}
	p.indicators = distinct(p.written, func(o *monitoring.Observation) string { return o.Indicator })
	return p, nil
}

func distinct(rows []*monitoring.Observation, of func(*monitoring.Observation) string) []string {
	seen := map[string]bool{}
	out := []string{}
	for _, o := range rows {
		if c := of(o); !seen[c] {
			seen[c] = true
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return out
}

// end makes history rows of statements that cease to stand in this write.
func (tx *Tx) end(rows []stored, by string, withdrawn int64) []ended {
	out := make([]ended, len(rows))
	for i := range rows {
		out[i] = ended{stored: rows[i], at: tx.now, by: by, seqEnd: tx.next(), withdrawn: withdrawn}
	}
	return out
}

func (tx *Tx) insertHistory(ctx context.Context, rows []ended) error {
	return tx.insert(ctx, "observation_history", historyColumns, "", len(rows), func(i int, values []any) []any {
		e := &rows[i]
		return append(observationValues(values, &e.Observation, e.seq), e.at, e.by, e.seqEnd, e.withdrawn)
	})
}

func (tx *Tx) insertObservations(ctx context.Context, rows []*monitoring.Observation, tail string) error {
	seq := tx.next()
	return tx.insert(ctx, "observation", observationColumns, tail, len(rows), func(i int, values []any) []any {
		return observationValues(values, rows[i], seq)
	})
}

// observationValues appends the values of observationColumns.
func observationValues(values []any, o *monitoring.Observation, seq int64) []any {
	var double any
	if o.Value != nil {
		double = o.Value.InexactFloat64()
	}
	return append(values, o.Area, o.Indicator, int64(o.Period.Start), int64(o.Period.End), o.Sex, o.Age, o.Item, o.Source,
		string(o.Answer), orNull(o.Value), double, orNull(o.Numerator), orNull(o.Denominator), string(o.Status), string(o.Conf), string(o.Nature),
		int64(o.ProvenOn), o.Note, o.Citation, o.Batch, o.RecordedAt, int64(o.RowVersion), seq)
}

func orNull(d *decimal.Decimal) any {
	if d == nil {
		return nil
	}
	return d.String()
}
