package monitoring

import (
	"math/big"

	"waymark/internal/fault"
	"waymark/internal/framework"
)

// Panel is how a share of countries moved among those known at both of two dates. Comparing all
// countries known at each would take newly found evidence for progress.
type Panel struct {
	Known    int // countries known at both dates
	Universe int
	// From and To are the shares of those countries, or of the children in them, that met the
	// criterion at each date; nil where no country is known at both.
	From, To *big.Rat
	// Coverage is the share of the universe, by the same weights, that is known at both dates; nil
	// where the universe weighs nothing.
	Coverage *big.Rat
}

// MatchedPanel compares the statuses of one universe at two dates, given in the same order. Partly is
// known and does not count as met. Weight gives the weight of a country by its place, false for one
// without a weight, which is left out; nil weighs each as 1. Both dates share the weights, so that a
// change is a change of statuses only.
func MatchedPanel(before, after []framework.Status, weight func(i int) (int64, bool)) (Panel, error) {
	if len(before) != len(after) {
		return Panel{}, fault.Newf(fault.Internal, "the two dates have %d and %d countries; a panel needs one universe", len(before), len(after))
	}
	p := Panel{Universe: len(before)}
	var total, known, metBefore, metAfter int64
	for i := range before {
		w := int64(1)
		if weight != nil {
			var ok bool
			if w, ok = weight(i); !ok {
				continue
			}
		}
		total += w
		if !before[i].Known() || !after[i].Known() {
			continue
		}
		p.Known++
		known += w
		if before[i] == framework.Met {
			metBefore += w
		}
		if after[i] == framework.Met {
			metAfter += w
		}
	}
	if total > 0 {
		p.Coverage = big.NewRat(known, total)
	}
	if known > 0 {
		p.From, p.To = big.NewRat(metBefore, known), big.NewRat(metAfter, known)
	}
	return p, nil
}
