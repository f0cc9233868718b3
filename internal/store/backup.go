package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"waymark/internal/fault"
)

// ErrUnverified is the cause in the fault of a backup that is a true copy of data that do not verify:
// it is kept, and somebody should look.
var ErrUnverified = errors.New("the data do not verify")

// Backup writes everything to a new SQLite file while others read and write, checks the copy and
// verifies its audit chain. On PostgreSQL it is the same file, made by Copy; the tools of the server
// may serve better there. The file appears under its name only once it is whole.
func (db *DB) Backup(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Conflict, fmt.Sprintf("There is already a file %s.", path), "Choose another name for the backup.")
	}
	part := path + ".part"
	removeDatabase(part) // of a backup that was cut short
	if err := prepareFile(part, true); err != nil {
		return err
	}
	err := db.backupTo(ctx, part)
	if err != nil && !errors.Is(err, ErrUnverified) {
		removeDatabase(part)
		return err
	}
	return errors.Join(publish(part, path), err)
}

func (db *DB) backupTo(ctx context.Context, part string) error {
	if db.dialect == postgresDialect {
		to, err := Open(ctx, part, Options{Now: db.now})
		if err != nil {
			return err
		}
		if err := errors.Join(Copy(ctx, db, to), to.Close()); err != nil {
			return err
		}
		if err := errors.Join(leaveOut(ctx, part), closeLog(ctx, part)); err != nil {
			return db.fault(err, "the backup could not be made")
		}
		return checkFile(ctx, part)
	}
	var err error
	if db.path != "" {
		err = vacuum(ctx, db.path, part)
	} else { // in memory there is one connection
		_, err = db.w.ExecContext(ctx, vacuumInto, part)
	}
	if err == nil {
		err = errors.Join(leaveOut(ctx, part), closeLog(ctx, part))
	}
	if err != nil {
		return db.fault(err, "the backup could not be made")
	}
	return checkFile(ctx, part)
}

const vacuumInto = `VACUUM INTO ?`

// vacuum writes one state of a database, with what still lies in its log, to a new file. It changes
// no byte of the first and holds no lock that a writer needs.
func vacuum(ctx context.Context, from, to string) error {
	pool, err := openPool(sqliteDSN(from, asIs), 1)
	if err != nil {
		return err
	}
	_, err = pool.ExecContext(ctx, vacuumInto, to)
	return errors.Join(err, pool.Close())
}

// closeLog puts what lies in the log of a file at rest into the file, so that it can be moved alone.
func closeLog(ctx context.Context, path string) error {
	pool, err := openPool(sqliteDSN(path), 1)
	if err != nil {
		return err
	}
	var mode string
	if err = pool.QueryRowContext(ctx, "PRAGMA journal_mode = DELETE").Scan(&mode); err == nil && mode != "delete" {
		err = fmt.Errorf("the log of %s stays: journal_mode is %s", path, mode)
	}
	return errors.Join(err, pool.Close())
}

// checkFile tells whether a SQLite file at rest is whole and, unless its tables are of an older
// program, says what was written.
func checkFile(ctx context.Context, path string) error {
	db, err := Open(ctx, path, Options{ReadOnly: true, older: true})
	if err != nil {
		return err
	}
	err = db.checkIntegrity(ctx)
	upToDate, versionErr := db.upToDate(ctx)
	if err = errors.Join(err, versionErr); err == nil && upToDate {
		var v *Verification
		if v, err = db.Verify(ctx); err == nil && len(v.Breaks) > 0 {
			err = &fault.Error{Kind: fault.Conflict, Cause: ErrUnverified,
				Text: fmt.Sprintf("The copy %s is whole, but %d things in it are not as they were written; the first: %s.", path, len(v.Breaks), v.Breaks[0]),
				Fix:  "See all of them with: waymark verify"}
		}
	}
	return errors.Join(err, db.Close())
}

func (db *DB) checkIntegrity(ctx context.Context) error {
	damaged := func(what string) error {
		return fault.New(fault.Internal, fmt.Sprintf("The file %s is damaged: %s.", db.path, what), "Use another backup, and look at the disk.")
	}
	var report string
	if err := db.r.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&report); err != nil {
		return db.fault(err, "the file could not be checked")
	}
	if report != "ok" {
		return damaged(report)
	}
	err := db.each(ctx, "PRAGMA foreign_key_check", nil, func(rows *sql.Rows) error {
		var table, parent string
		var row sql.NullInt64
		var key int
		if err := rows.Scan(&table, &row, &parent, &key); err != nil {
			return err
		}
		return damaged("a row of " + table + " names something missing in " + parent)
	})
	return db.fault(err, "the file could not be checked")
}

// publish makes a finished file durable and gives it its name.
func publish(part, path string) error {
	f, err := os.OpenFile(part, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := os.Link(part, path); err != nil { // unlike a rename, it never replaces a file
		return fault.Newf(fault.Unavailable, "The backup could not get its name: %w", err).WithFix("Choose another place for it.")
	}
	return errors.Join(os.Remove(part), syncFolder(path))
}

func syncFolder(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("folder of %s: %w", path, err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// Restore puts a backup in the place of a database and gives the name under which what was there is
// kept (empty: nothing was). It refuses a backup that is damaged or newer than this program, and a
// database that a server holds. One whose trail does not verify is restored, and said to be so.
func Restore(ctx context.Context, backup, path string) (kept string, err error) {
	unlock, err := LockServer(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	unverified := checkFile(ctx, backup)
	if unverified != nil && !errors.Is(unverified, ErrUnverified) {
		return "", unverified
	}
	part := path + ".part"
	removeDatabase(part)
	if err := prepareFile(part, true); err != nil {
		return "", err
	}
	if err := vacuum(ctx, backup, part); err != nil {
		removeDatabase(part)
		return "", sqliteFault(err, "the backup could not be copied")
	}
	if _, err := os.Lstat(path); err == nil {
		kept = fmt.Sprintf("%s.replaced-%s.db", path, time.Now().UTC().Format("20060102-150405"))
		for _, tail := range []string{"", "-wal", "-shm"} { // what is in the log belongs to the file
			if err := os.Rename(path+tail, kept+tail); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", fmt.Errorf("keep the old database: %w", err)
			}
		}
	}
	return kept, errors.Join(publish(part, path), unverified)
}

func removeDatabase(path string) {
	for _, tail := range []string{"", "-wal", "-shm", "-journal"} {
		_ = os.Remove(path + tail) // best effort: it was never given out
	}
}
