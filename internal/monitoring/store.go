package monitoring

import (
	"context"

	"waymark/internal/reference"
)

// Store is what monitoring needs kept. Every writing method is one transaction with its audit row;
// the actor comes from the context, the time from the store's clock.
type Store interface {
	// DataVersion grows with every committed change, by whichever process: the number of the newest
	// audit row. Two equal versions mean that nothing changed in between.
	DataVersion(ctx context.Context) (int64, error)

	Sources(ctx context.Context) ([]Source, error)
	// SaveSource registers a source or changes what is known of it; the same again changes nothing.
	SaveSource(ctx context.Context, s Source) error

	// Observations gives the statements that stand now, in the order of their key.
	Observations(ctx context.Context, q ObservationQuery) ([]Observation, error)
	// History gives every statement ever recorded under a key, the newest first; the first one stands
	// unless it was withdrawn.
	History(ctx context.Context, k Key) ([]Observation, error)

	// SaveBatch stores a batch and its new and changed observations, or nothing at all. It sets their
	// Batch, RecordedAt and RowVersion. It refuses with fault.Stale when the data have changed since
	// basis, the DataVersion the batch was proposed on: propose again.
	SaveBatch(ctx context.Context, b Batch, rows []Observation, basis int64) error
	// WithdrawBatch takes a batch back: what it added is withdrawn, what it changed stands again as it
	// was; history keeps both. It refuses with fault.Conflict where a later batch changed the same keys.
	WithdrawBatch(ctx context.Context, id, reason string) error
	Batch(ctx context.Context, id string) (Batch, error)
	// ProposedBatch gives the list that waits for an approval; fault.NotFound once it was decided.
	ProposedBatch(ctx context.Context, approval string) (ProposedBatch, error)
	// BatchesSince lists batches saved or withdrawn after a data version, oldest first; 0 lists all.
	BatchesSince(ctx context.Context, version int64) ([]Batch, error)
}

// ObservationQuery narrows what is read; an empty field narrows nothing.
type ObservationQuery struct {
	Indicators []string
	Areas      []string
	Sources    []string
	Period     reference.Period // statements whose period overlaps it; the zero Period is any
	Free       bool             // only those that may be published
	After      *Key             // those behind this key, for reading in pages
	Limit      int              // 0: all
}
