//go:build unix

package store

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"waymark/internal/fault"
)

// LockServer claims a SQLite file for one server until unlock is called or the process ends, however
// it ends. A second server refuses to start and is told who holds it; other commands do not ask. The
// lock is a file beside the database, FILE.lock, whose text names its owner.
func LockServer(path string) (unlock func() error, err error) {
	name := path + ".lock"
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.Newf(fault.Refused, "The lock of the database could not be made: %w", err).WithFix("Check who owns the folder of the database.")
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		owner := make([]byte, 200)
		n, _ := f.ReadAt(owner, 0)
		closed := f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(fault.Newf(fault.Internal, "The database could not be locked for this server: %w", err), closed)
		}
		return nil, fault.New(fault.Conflict, fmt.Sprintf("Another server already serves %s (%s).", path, strings.TrimSpace(string(owner[:n]))),
			"Stop that one first, or give this one another database with --db; PostgreSQL lets several serve the same data.")
	}
	host, _ := os.Hostname()
	owner := fmt.Sprintf("process %d on %s since %s\n", os.Getpid(), host, time.Now().UTC().Format(time.RFC3339))
	if err := errors.Join(f.Truncate(0), writeAt(f, owner)); err != nil {
		return nil, errors.Join(fault.Newf(fault.Unavailable, "The lock of the database could not be written: %w", err), f.Close())
	}
	return f.Close, nil // the file stays: removing it would let two servers lock two files of one name
}

func writeAt(f *os.File, text string) error {
	_, err := f.WriteAt([]byte(text), 0)
	return err
}

// lockFolder lets one process at a time migrate the files of a folder. It locks the folder, not the
// file: opening and closing the database file besides SQLite would drop SQLite's own locks.
func lockFolder(folder string) (unlock func(), err error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, fmt.Errorf("lock for the upgrade: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock for the upgrade: %w", err), f.Close())
	}
	return func() { _ = f.Close() }, nil // closing a folder opened for reading loses nothing
}
