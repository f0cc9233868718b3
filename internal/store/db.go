// Package store keeps what Waymark knows: in one SQLite file, or in PostgreSQL once that is outgrown.
// It satisfies the Store interfaces of the domain packages and holds no rule of the domain.
//
// One SQL text serves both engines; what cannot be the same is the closed list in dialect.go. Every
// write is one transaction that carries its time and its actor and holds its own audit row (tx.go).
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
)

var (
	_ monitoring.Store = (*DB)(nil)
	_ framework.Store  = (*DB)(nil)
)

// Options says how a database is opened.
type Options struct {
	// Now is the clock every write takes its time from; nil: time.Now.
	Now func() time.Time
	// ReadOnly opens an existing database for reading: nothing is made, migrated or written.
	ReadOnly bool
	// Log hears of backups, migrations and retries; nil: nobody does.
	Log *slog.Logger
	// Fatal is called once when the disk reported an error while a change was being committed: what
	// is on it is then unknown and a retry proves nothing. The program should log and exit. Writes
	// are refused from then on either way.
	Fatal func(error)
	// Ballast, in bytes, is the size of a spare file kept beside a SQLite file and given up when the
	// disk is full, because even deleting needs room; 0: none.
	Ballast int64

	// older opens, read only, a database of an older program as it is: a backup made before an upgrade
	// is checked before the upgrade.
	older bool
}

// DB is one open database.
type DB struct {
	w, r    *sql.DB // w is nil when read only; on SQLite w has one connection
	dialect *dialect
	path    string // of the SQLite file; empty in memory and on PostgreSQL
	now     func() time.Time
	log     *slog.Logger
	options Options

	version  *sql.Stmt // reads the data version
	warnings []string
	broken   atomic.Pointer[error]
	full     atomic.Int64 // when a write last found the disk full, in microseconds since 1970; 0: never

	mu      sync.Mutex
	changed chan struct{}

	hook func(statement string) error // tests stop a write here
}

// Open opens a database and brings its tables up to date. dsn is the path of a SQLite file, which is
// made if it is missing; ":memory:", for tests; or a postgres:// address. It refuses a database whose
// settings would lose acknowledged writes and one written by a newer program.
func Open(ctx context.Context, dsn string, o Options) (*DB, error) {
	db := &DB{now: o.Now, log: o.Log, options: o, changed: make(chan struct{})}
	if db.now == nil {
		db.now = time.Now
	}
	if db.log == nil {
		db.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if IsPostgres(dsn) {
		err = db.openPostgres(ctx, dsn)
	} else {
		err = db.openSQLite(ctx, strings.TrimPrefix(dsn, "sqlite:"))
	}
	if err == nil && !o.older {
		err = db.migrate(ctx)
	}
	if err == nil {
		db.version, err = db.r.PrepareContext(ctx, db.dialect.rewrite(selectVersion))
		err = db.fault(err, "the database could not be read")
	}
	if err == nil && db.hasBallast() {
		err = db.keepBallast()
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// IsPostgres tells whether a --db value names a PostgreSQL server rather than a file.
func IsPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// Close waits for running statements and closes the database.
func (db *DB) Close() error {
	var err error
	if db.version != nil {
		err = db.version.Close()
	}
	if db.r != nil && db.r != db.w {
		err = errors.Join(err, db.r.Close())
	}
	if db.w != nil {
		err = errors.Join(err, db.w.Close())
	}
	return err
}

// Engine names the engine: "sqlite" or "postgres".
func (db *DB) Engine() string { return db.dialect.name }

// Path is the SQLite file, or empty in memory and on PostgreSQL.
func (db *DB) Path() string { return db.path }

// Warnings lists settings of the server that make promises weaker than stated, one sentence each,
// for /readyz and the log. The program runs nevertheless: they may be meant.
func (db *DB) Warnings() []string { return db.warnings }

const selectVersion = `SELECT seq FROM audit_head WHERE id = 1`

// DataVersion is the number of the newest audit row: it grows with every committed change, by
// whichever process. It costs microseconds on SQLite and one round trip on PostgreSQL.
func (db *DB) DataVersion(ctx context.Context) (int64, error) {
	var seq int64
	err := db.version.QueryRowContext(ctx).Scan(&seq)
	return seq, db.fault(err, "the data version could not be read")
}

// Changed gives a channel that is closed after the next change committed by this process, or, while
// Watch runs, by any process. Ask for it before reading, so that no change falls in between.
func (db *DB) Changed() <-chan struct{} {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.changed
}

func (db *DB) notify() {
	db.mu.Lock()
	defer db.mu.Unlock()
	close(db.changed)
	db.changed = make(chan struct{})
}

// Watch looks every so often whether another process changed the data and then wakes whoever waits
// on Changed. It returns when ctx ends.
func (db *DB) Watch(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	last, _ := db.DataVersion(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if v, err := db.DataVersion(ctx); err == nil && v != last {
				last = v
				db.notify()
			}
		}
	}
}

// Ready tells why the database cannot serve now: it does not answer, or it takes no writes. It is
// what /readyz shows.
func (db *DB) Ready(ctx context.Context) error {
	if _, err := db.DataVersion(ctx); err != nil {
		return err
	}
	if p := db.broken.Load(); p != nil {
		return brokenFault(*p)
	}
	if db.w == nil {
		return nil
	}
	if at := db.full.Load(); at != 0 && db.now().Sub(time.UnixMicro(at)) < time.Minute {
		return fault.New(fault.Unavailable, "The disk of the database is full: reading goes on, changes are refused.", "Free some room on it; nothing was lost.")
	}
	if db.hasBallast() {
		if err := db.keepBallast(); err != nil {
			return err
		}
	}
	// An empty write transaction: it takes the lock a real one needs and gives it back.
	tx, err := db.w.BeginTx(ctx, nil)
	if err != nil {
		return db.fault(err, "the database takes no changes")
	}
	return db.fault(tx.Rollback(), "the database takes no changes")
}

func brokenFault(cause error) error {
	return &fault.Error{Kind: fault.Unavailable, Cause: cause,
		Text: "The disk reported an error while a change was being saved, so no further change is taken.",
		Fix:  "Look at the disk, then start the program again; it opens with everything it had confirmed."}
}

// fault turns an error of a driver into one a person may see; doing says what did not work.
func (db *DB) fault(err error, doing string) error {
	var f *fault.Error
	var again *accounts.Repeated
	if err == nil || errors.As(err, &f) || errors.As(err, &again) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return db.dialect.fault(err, doing)
}
