package store

import (
	"errors"
	"os"

	"waymark/internal/fault"
)

// The ballast is a file of zeros beside the database. On a full disk even deleting needs room, so it
// is given up then, and made again once there is room (TRUST.md section 1).

func (db *DB) hasBallast() bool { return db.options.Ballast > 0 && db.path != "" && db.w != nil }

func (db *DB) ballastPath() string { return db.path + ".ballast" }

// keepBallast makes the ballast if it is not there whole.
func (db *DB) keepBallast() error {
	info, err := os.Stat(db.ballastPath())
	if err == nil && info.Size() == db.options.Ballast {
		return nil
	}
	f, err := os.OpenFile(db.ballastPath(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fault.Newf(fault.Unavailable, "The spare file of the database could not be made: %w", err).WithFix("Check who owns the folder of the database.")
	}
	zeros := make([]byte, 1<<20)
	for left := db.options.Ballast; left > 0 && err == nil; left -= int64(len(zeros)) { // written, not sparse
		_, err = f.Write(zeros[:min(left, int64(len(zeros)))])
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		db.dropBallast()
		db.log.Warn("no room for the spare file of the database", "cause", err)
	}
	return nil // too little room for it is no reason not to start
}

func (db *DB) dropBallast() {
	if err := os.Remove(db.ballastPath()); err == nil {
		db.log.Warn("the disk is full: the spare file of the database was given up", "file", db.ballastPath())
	}
}
