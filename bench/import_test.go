package bench

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver, for the bare table

	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

const keyColumns = `area, indicator, period_start, period_end, sex, age, item, source`

// bareColumns are those of an observation.
var bareColumns = strings.Split(keyColumns+`, answer, value, value_number, numerator, denominator, status, conf, nature, proven_on, note, citation, batch, recorded_at, row_version, seq`, ", ")

func bareTable() string {
	types := make([]string, len(bareColumns))
	for i, c := range bareColumns {
		switch c {
		case "period_start", "period_end", "proven_on", "recorded_at", "row_version", "seq":
			types[i] = c + " BIGINT"
		case "value_number":
			types[i] = c + " DOUBLE PRECISION"
		default:
			types[i] = c + " TEXT"
		}
	}
	return "CREATE TABLE bare (" + strings.Join(types, ", ") + ", PRIMARY KEY (" + keyColumns + "))"
}

func bareValues(values []any, o *monitoring.Observation) []any {
	text := func(d interface{ String() string }, have bool) any {
		if !have {
			return nil
		}
		return d.String()
	}
	var double any
	if o.Value != nil {
		double = o.Value.InexactFloat64()
	}
	return append(values, o.Area, o.Indicator, int64(o.Period.Start), int64(o.Period.End), o.Sex, o.Age, o.Item, o.Source,
		string(o.Answer), text(o.Value, o.Value != nil), double, text(o.Numerator, o.Numerator != nil), text(o.Denominator, o.Denominator != nil),
		string(o.Status), string(o.Conf), string(o.Nature), int64(o.ProvenOn), o.Note, o.Citation, o.Batch, o.RecordedAt, int64(o.RowVersion), int64(1))
}

// bareSQLite inserts the rows in one transaction, a hundred to a statement, with the settings of the
// product's own file: a log written ahead, and every commit on the disk.
func bareSQLite(path string, rows []monitoring.Observation) error {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-65536)")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Exec(bareTable()); err != nil {
		return err
	}
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	const each = 100
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", len(bareColumns)), ",") + ")"
	insert := func(n int) string {
		return "INSERT INTO bare (" + strings.Join(bareColumns, ", ") + ") VALUES " + strings.TrimSuffix(strings.Repeat(row+",", n), ",")
	}
	statement, err := tx.Prepare(insert(each))
	if err != nil {
		return err
	}
	values := make([]any, 0, each*len(bareColumns))
	for i := 0; i+each <= len(rows); i += each {
		values = values[:0]
		for j := i; j < i+each; j++ {
			values = bareValues(values, &rows[j])
		}
		if _, err := statement.Exec(values...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// barePostgres sends the rows by the copy protocol in one transaction, the fastest way there is.
func barePostgres(dsn string, rows []monitoring.Observation) error {
	c := context.Background()
	conn, err := pgx.Connect(c, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(c)
	if _, err := conn.Exec(c, bareTable()); err != nil {
		return err
	}
	values := make([]any, 0, len(bareColumns))
	_, err = conn.CopyFrom(c, pgx.Identifier{"bare"}, bareColumns, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		values = bareValues(values[:0], &rows[i])
		return values, nil
	}))
	return err
}

// BenchmarkImport takes 228,000 observations in from the bytes of a CSV file, with every check: the
// reading under limits, the gate over every cell, the matching of countries, the comparison with what
// stands, conflicts, history, audit, one transaction. "bare" inserts the same rows into a table that has
// the same columns and key, and does nothing else. The bar is the ratio: at most 4.
func BenchmarkImport(b *testing.B) {
	w := world(b)
	u := universe(w)
	data := file(u)
	version := numbers()
	service := func(db *store.DB) *monitoring.Service {
		return &monitoring.Service{Store: db, World: w, Framework: func(context.Context) (*framework.Version, error) { return version, nil }}
	}
	take := func(b *testing.B, s *monitoring.Service, data []byte) *monitoring.Imported {
		out, err := s.Import(ctx(), monitoring.Import{Name: "list.csv", Data: data, Source: "list-0"})
		must(b, err)
		return out
	}
	changed := []byte(strings.ReplaceAll(string(data), ", row ", ", line "))
	for _, engine := range []string{"sqlite", "postgres"} {
		var rows []monitoring.Observation
		b.Run(engine+"/waymark", func(b *testing.B) {
			var s *monitoring.Service
			timed(b, func() {
				db := storetest.Open(b, engine, store.Options{}).DB
				ready(b, db, w)
				s = service(db)
				runtime.GC()
			}, func() {
				out := take(b, s, data)
				if out.Tally.New != imported {
					b.Fatalf("%+v", out.Tally)
				}
				rows = out.New
			})
			if rows != nil {
				stored, err := s.Store.Observations(ctx(), monitoring.ObservationQuery{})
				must(b, err)
				rows = stored
			}
		})
		b.Run(engine+"/bare", func(b *testing.B) {
			if rows == nil {
				b.Skip("needs the rows of the run before")
			}
			n := 0
			var dsn string
			timed(b, func() {
				n++
				dsn = filepath.Join(b.TempDir(), fmt.Sprintf("bare%d.db", n))
				if engine == "postgres" {
					dsn = storetest.DSN(b, engine)
				}
				runtime.GC()
			}, func() {
				if engine == "postgres" {
					must(b, barePostgres(dsn, rows))
				} else {
					must(b, bareSQLite(dsn, rows))
				}
			})
		})
		for name, second := range map[string][]byte{"the-same-again": data, "all-changed": changed} {
			b.Run(engine+"/"+name, func(b *testing.B) {
				var s *monitoring.Service
				timed(b, func() {
					db := storetest.Open(b, engine, store.Options{}).DB
					ready(b, db, w)
					s = service(db)
					take(b, s, data)
					runtime.GC()
				}, func() { take(b, s, second) })
			})
		}
	}
}
