package store

import (
	"context"

	"waymark/internal/fault"
)

func (db *DB) Backup(ctx context.Context, path string) error {
	return fault.New(fault.Internal, "no backup yet", "")
}

func (db *DB) keepBallast() error { return nil }
