package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"waymark/internal/fault"
)

// pragmas are set on every connection and read back, because a driver may ignore a spelling it does
// not know. The first value is set, the second is what SQLite answers. synchronous=FULL is what
// keeps acknowledged commits through a power cut (TRUST.md section 1).
var pragmas = []struct{ name, set, is string }{
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"busy_timeout", "5000", "5000"},
	{"foreign_keys", "1", "1"},
	{"trusted_schema", "0", "0"},
	{"secure_delete", "1", "1"},
	{"journal_size_limit", "67108864", "67108864"},
	{"cache_size", "-65536", "-65536"}, // 64 MB at most for each connection, taken as needed
}

const inMemory = ":memory:"

// sqliteDSN makes the address of one pool; path is escaped, so that no part of it is read as a setting.
func sqliteDSN(path string, more ...string) string {
	escaped := (&url.URL{Path: path}).EscapedPath()
	if path == inMemory {
		escaped = path
	}
	var parameters []string
	for _, p := range pragmas {
		if p.name == "journal_mode" && (path == inMemory || slices.Contains(more, asIs)) {
			continue // a database in memory keeps its journal there
		}
		parameters = append(parameters, fmt.Sprintf("_pragma=%s(%s)", p.name, p.set))
	}
	return "file:" + escaped + "?" + strings.Join(append(parameters, more...), "&")
}

// asIs opens a file without changing a byte of it.
const asIs = "mode=ro"

func (db *DB) openSQLite(ctx context.Context, path string) error {
	db.dialect = sqliteDialect
	if path == inMemory { // each connection in memory would be its own database
		pool, err := openPool(sqliteDSN(inMemory, "_txlock=immediate"), 1)
		if err != nil {
			return db.fault(err, "the database in memory could not be made")
		}
		db.w, db.r = pool, pool
		return db.checkPragmas(ctx, pool, path)
	}
	var err error
	if db.path, err = filepath.Abs(path); err != nil {
		return fmt.Errorf("the path %s: %w", path, err)
	}
	if err := prepareFile(db.path, !db.options.ReadOnly); err != nil {
		return err
	}
	doing := fmt.Sprintf("The database %s could not be opened", db.path)
	if !db.options.ReadOnly {
		if db.w, err = openPool(sqliteDSN(db.path, "_txlock=immediate"), 1); err != nil {
			return db.fault(err, doing)
		}
		if err := db.checkPragmas(ctx, db.w, path); err != nil {
			return err
		}
	}
	readers := []string{"_pragma=query_only(1)"}
	if db.options.ReadOnly {
		readers = append(readers, asIs)
	}
	if db.r, err = openPool(sqliteDSN(db.path, readers...), runtime.NumCPU()); err != nil {
		return db.fault(err, doing)
	}
	return db.checkPragmas(ctx, db.r, path)
}

func openPool(dsn string, size int) (*sql.DB, error) {
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	if size > 1 {
		pool.SetConnMaxIdleTime(10 * time.Minute) // gives its cache back
	}
	return pool, nil
}

// prepareFile refuses places where SQLite cannot keep its word, makes the folder (0700) and the file
// (0600), and closes a file that others could read.
func prepareFile(path string, write bool) error {
	if write {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fault.Newf(fault.Refused, "The folder of the database could not be made: %w", err).WithFix("Choose a folder you may write to with --db.")
		}
		if name := networkFileSystem(filepath.Dir(path)); name != "" {
			return fault.New(fault.Refused, fmt.Sprintf("%s lies on a network file system (%s), where a database file loses changes.", path, name),
				"Put it on a local disk, or use PostgreSQL: --db postgres://…")
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
		if err == nil {
			return f.Close()
		}
		if !errors.Is(err, fs.ErrExist) {
			return fault.Newf(fault.Refused, "The database could not be made: %w", err).WithFix("Choose a folder you may write to with --db.")
		}
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fault.Newf(fault.NotFound, "The database could not be found: %w", err).WithFix("Check the path given with --db.")
	case !info.Mode().IsRegular():
		return fault.New(fault.Refused, path+" is not a file.", "Give the path of a database file with --db.")
	case info.Size() > 0 && !hasSQLiteHeader(path): // before anything of it is changed
		return fault.New(fault.Refused, path+" is not a database.", "Give the path of a database file with --db.")
	case write && info.Mode().Perm()&0o077 != 0:
		if err := os.Chmod(path, 0o600); err != nil {
			return fault.Newf(fault.Refused, "Other users of this machine can read the database, and that could not be changed: %w", err).WithFix("chmod 600 " + path)
		}
	}
	return nil
}

// hasSQLiteHeader tells whether a file begins as every SQLite database does.
func hasSQLiteHeader(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return true // whoever may not read it is told so when it is opened
	}
	defer f.Close()
	const header = "SQLite format 3\x00"
	begin := make([]byte, len(header))
	n, _ := io.ReadFull(f, begin)
	return string(begin[:n]) == header
}

// How often and how patiently a new database that others open too is asked again: five seconds in all.
const (
	openTries = 100
	openPause = 50 * time.Millisecond
)

// checkPragmas reads the settings back and refuses to run with another.
func (db *DB) checkPragmas(ctx context.Context, pool *sql.DB, path string) error {
	for _, p := range pragmas {
		var got string
		err := pool.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got)
		// While another process turns a new file to WAL, SQLite answers at once, whatever busy_timeout says.
		for n := 0; sqliteIsBusy(err) && n < openTries && ctx.Err() == nil; n++ {
			time.Sleep(openPause)
			err = pool.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got)
		}
		if err != nil {
			return db.fault(err, fmt.Sprintf("The database %s could not be opened", path))
		}
		if got != p.is && (p.name != "journal_mode" || path != inMemory && !db.options.ReadOnly) {
			return fault.New(fault.Internal, fmt.Sprintf("The database %s runs with %s=%s instead of %s, which could lose changes.", path, p.name, got, p.is),
				"Make sure that no other program has the file open, and tell the makers of Waymark.")
		}
	}
	return nil
}

func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

func sqliteIsBusy(err error) bool {
	c := sqliteCode(err) & 0xff
	return c == sqlite3.SQLITE_BUSY || c == sqlite3.SQLITE_LOCKED
}

func sqliteIsBroken(err error) bool { return sqliteCode(err)&0xff == sqlite3.SQLITE_IOERR }

func sqliteFault(err error, doing string) error {
	f := &fault.Error{Kind: fault.Internal, Text: sentence(doing, "the database failed"), Cause: err}
	switch sqliteCode(err) & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		f.Kind, f.Text, f.Fix = fault.Unavailable, sentence(doing, "another program is writing to the database"), "Wait for it to finish and try again."
	case sqlite3.SQLITE_FULL:
		f.Kind, f.Text, f.Fix = fault.Unavailable, sentence(doing, "the disk is full"), "Free some room on the disk of the database and try again; nothing was lost."
	case sqlite3.SQLITE_IOERR:
		f.Kind, f.Text, f.Fix = fault.Unavailable, sentence(doing, "the disk reported an error"), "Look at the disk of the database before trying again."
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		f.Kind, f.Text, f.Fix = fault.Unavailable, sentence(doing, "the file may not be opened or written"), "Check who owns the database file and its folder."
	case sqlite3.SQLITE_NOTADB:
		f.Kind, f.Text, f.Fix = fault.Refused, sentence(doing, "the file is not a database of Waymark"), "Check the path given with --db."
	case sqlite3.SQLITE_CORRUPT:
		f.Text, f.Fix = sentence(doing, "the file is damaged"), "Stop the program, keep the file, and restore the newest backup: waymark restore FILE"
	case sqlite3.SQLITE_CONSTRAINT:
		f.Kind, f.Text, f.Fix = fault.Conflict, sentence(doing, "it contradicts what is stored"), "Read the data again and repeat the change."
	}
	return f
}

// sentence joins what did not work with why, in plain words.
func sentence(doing, why string) string {
	return strings.ToUpper(doing[:1]) + doing[1:] + ": " + why + "."
}
