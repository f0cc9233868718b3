package store

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"

	"waymark/internal/fault"
)

// migrations are numbered and only go forward. One that is merged never changes. NNNN_x.sql is for
// both engines; NNNN_x.sqlite.sql and NNNN_x.postgres.sql are for one.
//
//go:embed migrations/*.sql
var migrations embed.FS

// schemaVersion is the number of the newest migration this program knows.
func schemaVersion(files fs.FS) (int64, error) {
	entries, err := fs.ReadDir(files, ".")
	var newest int64
	for _, e := range entries {
		number, _, _ := strings.Cut(e.Name(), "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("migration %s has no number: %w", e.Name(), err)
		}
		newest = max(newest, n)
	}
	return newest, err
}

// migrate brings the tables up to date, once whoever asks, after a backup of a file that holds data.
func (db *DB) migrate(ctx context.Context) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	return db.migrateTo(ctx, engineFS{sub, db.dialect})
}

// upToDate tells whether the tables are those of this program.
func (db *DB) upToDate(ctx context.Context) (bool, error) {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return false, err
	}
	newest, err := schemaVersion(engineFS{sub, db.dialect})
	if err != nil {
		return false, err
	}
	current, err := db.checkVersion(ctx, newest)
	return current == newest, err
}

func (db *DB) migrateTo(ctx context.Context, files fs.FS) error {
	newest, err := schemaVersion(files)
	if err != nil {
		return err
	}
	current, err := db.checkVersion(ctx, newest)
	if err != nil || current == newest {
		return err
	}
	if db.w == nil {
		return fault.New(fault.Refused, fmt.Sprintf("The tables of this database are version %d; this program reads version %d.", current, newest),
			"Bring it up to date first: waymark migrate")
	}
	unlock, err := db.lockMigration(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if current, err = db.checkVersion(ctx, newest); err != nil || current == newest { // another process was faster
		return err
	}
	if current > 0 && db.path != "" {
		to, err := db.backupBefore(ctx, newest)
		if err != nil {
			return fmt.Errorf("backup before the upgrade: %w", err)
		}
		db.log.Info("backup before the upgrade", "file", to)
	}
	p, err := goose.NewProvider(db.dialect.goose, db.w, files,
		goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return db.fault(err, "the tables could not be brought up to date")
	}
	db.log.Info("tables brought up to date", "from", current, "to", newest)
	return nil
}

// backupBefore makes the automatic backup; one from an earlier try stays, under its own name.
func (db *DB) backupBefore(ctx context.Context, newest int64) (string, error) {
	for n := 1; ; n++ {
		to := fmt.Sprintf("%s.before-%04d.db", db.path, newest)
		if n > 1 {
			to = fmt.Sprintf("%s.before-%04d-%d.db", db.path, newest, n)
		}
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		err := db.Backup(ctx, to)
		if errors.Is(err, ErrUnverified) { // the upgrade does not make it worse; verify tells
			db.log.Warn("the data do not verify", "cause", err)
			err = nil
		}
		return to, err
	}
}

// lockMigration keeps other processes from migrating at the same moment.
func (db *DB) lockMigration(ctx context.Context) (unlock func(), err error) {
	switch {
	case db.path != "":
		return lockFolder(filepath.Dir(db.path))
	case db.dialect != postgresDialect:
		return func() {}, nil // a database in memory has one process
	}
	conn, err := db.w.Conn(ctx)
	if err != nil {
		return nil, db.fault(err, "the tables could not be locked for the upgrade")
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(hashtext('waymark ' || current_schema()))`); err != nil {
		return nil, errors.Join(db.fault(err, "the tables could not be locked for the upgrade"), conn.Close())
	}
	return func() {
		// The lock goes with its session, should this not reach the server.
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock_all()`)
		_ = conn.Close()
	}, nil
}

const selectVersionOfTables = `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied`

// checkVersion reads how far the tables are; 0: there are none. It refuses those of a newer program.
func (db *DB) checkVersion(ctx context.Context, newest int64) (int64, error) {
	var tables, current int64
	if err := db.row(ctx, db.dialect.countTables, nil, &tables); err != nil {
		return 0, db.fault(err, "the database could not be read")
	}
	if tables == 0 {
		return 0, nil
	}
	err := db.row(ctx, selectVersionOfTables, nil, &current)
	if err != nil {
		return 0, db.fault(err, "the version of the tables could not be read")
	}
	if current > newest {
		return 0, fault.New(fault.Refused, fmt.Sprintf("This database was written by a newer Waymark: its tables are version %d, this program knows %d.", current, newest),
			fmt.Sprintf("Use the newer program, or go back to the backup made before the upgrade: waymark restore %s.before-%04d.db", orName(db.path), current))
	}
	return current, nil
}

func orName(path string) string {
	if path == "" {
		return "DATABASE"
	}
	return path
}

// engineFS shows an engine its own migrations with its own types in them.
type engineFS struct {
	fs.FS
	dialect *dialect
}

// ReadDir leaves out what is for another engine only.
func (e engineFS) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(e.FS, name)
	var out []fs.DirEntry
	for _, f := range all {
		// 0002_search.sqlite.sql: the engine stands between the name and the ending
		engine := strings.TrimPrefix(path.Ext(strings.TrimSuffix(f.Name(), ".sql")), ".")
		if engine == "" || engine == e.dialect.name {
			out = append(out, f)
		}
	}
	return out, err
}

// Open gives the text of a migration with the engine's types.
func (e engineFS) Open(name string) (fs.File, error) {
	f, err := e.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return &expanded{File: f, Reader: strings.NewReader(e.dialect.tokens.Replace(string(text)))}, nil
}

// Glob and ReadFile go through ReadDir and Open, so that nothing reads past them.
func (e engineFS) Glob(pattern string) ([]string, error) {
	entries, err := e.ReadDir(".")
	var out []string
	for _, f := range entries {
		if ok, err := path.Match(pattern, f.Name()); err != nil {
			return nil, err
		} else if ok {
			out = append(out, f.Name())
		}
	}
	return out, err
}

// ReadFile gives the text of a migration with the engine's types.
func (e engineFS) ReadFile(name string) ([]byte, error) {
	f, err := e.Open(name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = b.ReadFrom(f)
	return b.Bytes(), err
}

type expanded struct {
	fs.File
	*strings.Reader
}

func (e *expanded) Read(b []byte) (int, error) { return e.Reader.Read(b) }
