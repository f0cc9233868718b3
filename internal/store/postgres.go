package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"runtime"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"waymark/internal/fault"
)

// postgresSettings are set on every connection unless the address sets them itself.
var postgresSettings = map[string]string{
	"application_name":                    "waymark",
	"timezone":                            "UTC",
	"statement_timeout":                   "60s",
	"lock_timeout":                        "20s",
	"idle_in_transaction_session_timeout": "60s",
}

func (db *DB) openPostgres(ctx context.Context, dsn string) error {
	db.dialect = postgresDialect
	pool := func(readOnly string, size int) (*sql.DB, error) {
		c, err := pgx.ParseConfig(dsn)
		if err != nil {
			return nil, fault.New(fault.Refused, "The address of the PostgreSQL server could not be read.",
				"Write it as postgres://user@host/database; a password belongs in PGPASSWORD or a pgpass file.")
		}
		for k, v := range postgresSettings {
			if _, set := c.RuntimeParams[k]; !set {
				c.RuntimeParams[k] = v
			}
		}
		c.RuntimeParams["default_transaction_read_only"] = readOnly
		c.RuntimeParams["default_transaction_isolation"] = "read committed"
		p := stdlib.OpenDB(*c)
		p.SetMaxOpenConns(size)
		p.SetMaxIdleConns(size)
		return p, nil
	}
	var err error
	if !db.options.ReadOnly {
		if db.w, err = pool("off", 4); err != nil { // writers wait for one another anyway
			return err
		}
	}
	if db.r, err = pool("on", 4*runtime.NumCPU()); err != nil {
		return err
	}
	return db.checkSettings(ctx)
}

// checkSettings refuses a server that cannot keep every text and notes one that may lose
// acknowledged writes: whoever runs it may mean it so, for tests.
func (db *DB) checkSettings(ctx context.Context) error {
	for _, s := range []struct{ name, want, risk string }{
		{"server_encoding", "UTF8", ""},
		{"fsync", "on", "a power cut can lose or damage confirmed data"},
		{"full_page_writes", "on", "a power cut can damage confirmed data"},
		{"synchronous_commit", "on", "a crash can lose confirmed changes"},
		{"data_checksums", "on", "silent damage on the disk goes unnoticed"},
	} {
		var got string
		if err := db.r.QueryRowContext(ctx, "SHOW "+s.name).Scan(&got); err != nil {
			return db.fault(err, "The PostgreSQL server could not be opened")
		}
		switch {
		case got == s.want || s.name == "synchronous_commit" && got == "remote_apply":
		case s.risk == "":
			return fault.New(fault.Refused, fmt.Sprintf("The PostgreSQL database has %s=%s and cannot keep every name.", s.name, got),
				"Make the database with ENCODING 'UTF8'.")
		default:
			db.warnings = append(db.warnings, fmt.Sprintf("PostgreSQL runs with %s=%s: %s.", s.name, got, s.risk))
		}
	}
	for _, w := range db.warnings {
		db.log.Warn(w)
	}
	return nil
}

func postgresCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func postgresIsRetryable(err error) bool {
	code := postgresCode(err)
	return code == "40001" || code == "40P01" // serialization failure, deadlock
}

// postgresFault reads SQLSTATE codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
func postgresFault(err error, doing string) error {
	f := &fault.Error{Kind: fault.Internal, Text: sentence(doing, "the database failed"), Cause: err}
	var e *pgconn.PgError
	var dial *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.As(err, &e):
		switch {
		case e.Code[:2] == "40", e.Code == "55P03", e.Code == "57014":
			f.Kind, f.Text, f.Fix = fault.Unavailable, sentence(doing, "the database was too busy"), "Try again in a moment."
		case e.Code == "53100":
			f.Kind, f.Text, f.Fix = fault.Unavailable, sentence(doing, "the disk of the database is full"), "Free some room there and try again; nothing was lost."
		case e.Code == "25006":
			f.Kind, f.Text, f.Fix = fault.Unavailable, sentence(doing, "the server takes no changes, it is a replica"), "Give the address of the primary server with --db."
		case e.Code[:2] == "53", e.Code[:2] == "57", e.Code[:2] == "08", e.Code[:2] == "58":
			f.Kind, f.Text, f.Fix = fault.Unavailable, sentence(doing, "the server is stopping or overloaded"), "Try again in a moment."
		case e.Code[:2] == "28", e.Code[:2] == "3D", e.Code == "42501":
			f.Kind, f.Text, f.Fix = fault.Refused, sentence(doing, "the server refuses this user or database"), "Check user, password, database and rights with the administrator of the server."
		case e.Code[:2] == "23":
			f.Kind, f.Text, f.Fix = fault.Conflict, sentence(doing, "it contradicts what is stored"), "Read the data again and repeat the change."
		}
	case errors.As(err, &dial), errors.As(err, &network), errors.Is(err, sql.ErrConnDone), pgconn.SafeToRetry(err):
		f.Kind, f.Text, f.Fix = fault.Unavailable, sentence(doing, "the PostgreSQL server does not answer"), "Check that it runs, and try again: what was already saved is not saved twice."
	}
	return f
}
