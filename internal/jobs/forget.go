package jobs

import (
	"context"
	"fmt"
	"time"

	"waymark/internal/consultation"
	"waymark/internal/reference"
)

// namesKept is how many months after a round closed the names of persons in it stay (TRUST.md section 5).
const namesKept = 12

// Forgetting is what forgets.
type Forgetting interface {
	// Tidy deletes bookkeeping that is too old: sessions, counts of attempts, challenges, requests.
	Tidy(ctx context.Context) error
	// NamedRounds lists the rounds in which somebody is still named; ForgetPersons takes the names away.
	NamedRounds(ctx context.Context) ([]consultation.Round, error)
	ForgetPersons(ctx context.Context, round int) error
}

// Tidy is the job that deletes old bookkeeping.
func Tidy(f Forgetting) Job {
	return Job{Name: "tidy", Every: time.Hour, Do: func(ctx context.Context) (string, error) {
		return "old sessions and counts deleted", f.Tidy(ctx)
	}}
}

// Forget is the job that takes the names of persons out of rounds twelve months after they closed.
func Forget(f Forgetting, now func() time.Time) Job {
	return Job{Name: "forget", Every: 24 * time.Hour, Do: func(ctx context.Context) (string, error) {
		rounds, err := f.NamedRounds(ctx)
		if err != nil {
			return "", err
		}
		n := 0
		for _, r := range rounds {
			if !isDue(&r, now()) {
				continue
			}
			if err := f.ForgetPersons(ctx, r.Number); err != nil {
				return "", fmt.Errorf("round %d: %w", r.Number, err)
			}
			n++
		}
		return fmt.Sprintf("rounds whose names were taken away: %d", n), nil
	}}
}

// isDue tells whether the names in a round have stayed long enough. A round without a last day, or
// one that is not over, keeps them.
func isDue(r *consultation.Round, now time.Time) bool {
	if r.State != consultation.Over && r.State != consultation.Adopted || r.Period.End == reference.OpenEnd {
		return false
	}
	return reference.DateOf(now.UTC()) > r.Period.End.AddMonths(namesKept)
}
