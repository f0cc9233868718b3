package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// keyColumns are the columns of the primary key, in its order; observationColumns all of them.
const (
	keyColumns         = `area, indicator, period_start, period_end, sex, age, item, source`
	observationColumns = keyColumns + `, answer, value, value_number, numerator, denominator, status, conf, nature, proven_on, note, citation, batch, recorded_at, row_version, seq`
	historyColumns     = observationColumns + `, ended_at, ended_by, ended_seq, withdrawn`
	readColumns        = keyColumns + `, answer, value, numerator, denominator, status, conf, nature, proven_on, note, citation, batch, recorded_at, row_version, seq`
	sameKey            = `area = $1 AND indicator = $2 AND period_start = $3 AND period_end = $4 AND sex = $5 AND age = $6 AND item = $7 AND source = $8`
)

// selectHistory reads both tables in one statement, so that no change falls in between.
const selectHistory = `SELECT ` + readColumns + ` FROM observation WHERE ` + sameKey + `
	UNION ALL SELECT ` + readColumns + ` FROM observation_history WHERE ` + sameKey + ` ORDER BY row_version DESC`

// stored is an observation with the audit row that wrote it.
type stored struct {
	monitoring.Observation
	seq int64
}

// ended is a row of the history.
type ended struct {
	stored
	at        int64
	by        string
	seqEnd    int64
	withdrawn int64 // 1: taken back with its batch; 0: a later batch changed it
}

func keyArgs(k *monitoring.Key) []any {
	return []any{k.Area, k.Indicator, int64(k.Period.Start), int64(k.Period.End), k.Sex, k.Age, k.Item, k.Source}
}

// reader scans rows of observations. It keeps one copy of each code, because a quarter of a million
// rows hold a few hundred different ones.
type reader struct {
	codes                         map[string]string
	value, numerator, denominator sql.NullString
}

func newReader() *reader { return &reader{codes: map[string]string{}} }

func (r *reader) code(s *string) {
	if c, ok := r.codes[*s]; ok {
		*s = c
	} else {
		r.codes[*s] = *s
	}
}

// scan reads readColumns and whatever more the statement asks for.
func (r *reader) scan(rows *sql.Rows, o *stored, more ...any) error {
	dest := []any{&o.Area, &o.Indicator, &o.Period.Start, &o.Period.End, &o.Sex, &o.Age, &o.Item, &o.Source,
		(*string)(&o.Answer), &r.value, &r.numerator, &r.denominator, (*string)(&o.Status), (*string)(&o.Conf), (*string)(&o.Nature),
		&o.ProvenOn, &o.Note, &o.Citation, &o.Batch, &o.RecordedAt, &o.RowVersion, &o.seq}
	if err := rows.Scan(append(dest, more...)...); err != nil {
		return err
	}
	for _, s := range []*string{&o.Area, &o.Indicator, &o.Sex, &o.Age, &o.Item, &o.Source, (*string)(&o.Answer),
		(*string)(&o.Status), (*string)(&o.Conf), (*string)(&o.Nature), &o.Batch} {
		r.code(s)
	}
	var err error
	for _, n := range []struct {
		from *sql.NullString
		to   **decimal.Decimal
	}{{&r.value, &o.Value}, {&r.numerator, &o.Numerator}, {&r.denominator, &o.Denominator}} {
		if *n.to, err = exact(*n.from); err != nil {
			return fmt.Errorf("stored observation of %s in %s: %w", o.Indicator, o.Area, err)
		}
	}
	return nil
}

func exact(s sql.NullString) (*decimal.Decimal, error) {
	if !s.Valid {
		return nil, nil
	}
	d, err := decimal.NewFromString(s.String)
	return &d, err
}

// Observations gives the statements that stand now: by indicator, then area, period, sex, age, item
// and source.
func (db *DB) Observations(ctx context.Context, q monitoring.ObservationQuery) ([]monitoring.Observation, error) {
	return db.observationsAt(ctx, q, 0)
}

// observationsAt gives those that stood when the audit row with this number was the newest; 0: that
// stand now.
func (db *DB) observationsAt(ctx context.Context, q monitoring.ObservationQuery, seq int64) ([]monitoring.Observation, error) {
	statement, args := db.observationQuery(q, seq)
	var out []monitoring.Observation
	r := newReader()
	err := db.each(ctx, statement, args, func(rows *sql.Rows) error {
		var o stored
		if err := r.scan(rows, &o); err != nil {
			return err
		}
		out = append(out, o.Observation)
		return nil
	})
	if q.Limit == 0 {
		out = byIndicator(out)
	}
	return out, db.fault(err, "the observations could not be read")
}

const indicatorOrder = `indicator, area, period_start, period_end, sex, age, item, source`

// observationQuery makes the statement of a query. A page is read in the order of the index by
// indicator; everything at once is read in whatever order the table has and put in order after.
func (db *DB) observationQuery(q monitoring.ObservationQuery, seq int64) (string, []any) {
	var where []string
	var args []any
	from := "observation"
	if seq != 0 { // written by then, and not ended by then
		from = "(SELECT " + readColumns + " FROM observation WHERE seq <= $1 UNION ALL SELECT " + readColumns + " FROM observation_history WHERE seq <= $1 AND ended_seq > $1) AS stood"
		args = append(args, seq)
	}
	add := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(args)), 1)
		}
		where = append(where, condition)
	}
	for _, list := range []struct {
		column string
		values []string
	}{{"indicator", q.Indicators}, {"area", q.Areas}, {"source", q.Sources}} {
		if len(list.values) > 0 {
			add(list.column+" = ANY(?)", db.dialect.list(list.values))
		}
	}
	if q.Period != (reference.Period{}) {
		add("period_start <= ? AND period_end >= ?", int64(q.Period.End), int64(q.Period.Start))
	}
	if q.Free {
		add("conf = ?", string(monitoring.Free))
	}
	if k := q.After; k != nil {
		add("("+indicatorOrder+") > (?, ?, ?, ?, ?, ?, ?, ?)", k.Indicator, k.Area, int64(k.Period.Start), int64(k.Period.End), k.Sex, k.Age, k.Item, k.Source)
	}
	text := "SELECT " + readColumns + " FROM " + from
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	if q.Limit == 0 {
		return text, args
	}
	args = append(args, q.Limit)
	return fmt.Sprintf("%s ORDER BY %s LIMIT $%d", text, indicatorOrder, len(args)), args
}

// byIndicator sorts by indicator first.
func byIndicator(rows []monitoring.Observation) []monitoring.Observation {
	byKey := func(a, b monitoring.Observation) int {
		if a.Indicator != b.Indicator {
			return compare(a.Indicator, b.Indicator)
		}
		return compareKeys(&a.Key, &b.Key)
	}
	if !slices.IsSortedFunc(rows, byKey) {
		slices.SortFunc(rows, byKey)
	}
	return rows
}

// History gives every statement ever recorded under a key, the newest first.
func (db *DB) History(ctx context.Context, k monitoring.Key) ([]monitoring.Observation, error) {
	var out []monitoring.Observation
	r := newReader()
	err := db.each(ctx, selectHistory, keyArgs(&k), func(rows *sql.Rows) error {
		var o stored
		err := r.scan(rows, &o)
		out = append(out, o.Observation)
		return err
	})
	return out, db.fault(err, "the history could not be read")
}
