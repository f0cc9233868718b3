// Package jobs is what runs by the clock: letters that wait, and what is to be forgotten.
//
// Several servers may share one database. Whoever holds the lease of a job runs it; a lease that runs out
// frees the job, so that a server that died holds nobody up. A job may therefore run twice, and each
// is made so that this does no harm.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

// Store keeps what is known of jobs.
type Store interface {
	// ClaimJob tells whether the caller is to run a job now, and keeps others from it until the lease ends.
	ClaimJob(ctx context.Context, name, owner string, lease time.Duration) (bool, error)
	// FinishJob says what a run did, or why it did not, and when the next is due.
	FinishJob(ctx context.Context, name, owner string, next time.Time, outcome, failed string) error
}

// Job is one thing that runs by the clock.
type Job struct {
	Name  string
	Every time.Duration
	// Do does it once and says what it did, in a few plain words without personal data.
	Do func(ctx context.Context) (outcome string, err error)
}

// lease is how long a run may take before another server takes the job over.
const lease = 5 * time.Minute

// Runner runs jobs when they are due.
type Runner struct {
	Store Store
	Now   func() time.Time
	Log   *slog.Logger
	// Owner names this server among those that share the database.
	Owner string
	Jobs  []Job
}

// Keep looks every so often for jobs that are due, until ctx ends.
func (r *Runner) Keep(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		r.Due(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Due runs every job that is due, one after the other. One that does not work holds no other up.
func (r *Runner) Due(ctx context.Context) {
	for _, job := range r.Jobs {
		if ctx.Err() != nil {
			return
		}
		mine, err := r.Store.ClaimJob(ctx, job.Name, r.Owner, lease)
		if err == nil && mine {
			err = r.once(ctx, job)
		}
		if err != nil && ctx.Err() == nil {
			r.Log.Error("job", "name", job.Name, "cause", err)
		}
	}
}

func (r *Runner) once(ctx context.Context, job Job) error {
	run, cancel := context.WithTimeout(accounts.With(ctx, accounts.Local()), lease-time.Minute)
	defer cancel()
	outcome, err := guarded(run, job.Do)
	failed := ""
	if err != nil {
		failed, _ = fault.Safe(err)
		r.Log.Error("job", "name", job.Name, "cause", err)
	}
	return r.Store.FinishJob(context.WithoutCancel(ctx), job.Name, r.Owner, r.Now().Add(job.Every), outcome, failed)
}

// guarded makes an error of a panic: one job must not end the server.
func guarded(ctx context.Context, do func(context.Context) (string, error)) (outcome string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do(ctx)
}
