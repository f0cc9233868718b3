package monitoring

import (
	"cmp"
	"math/big"
	"slices"

	"waymark/internal/framework"
)

// Certificate is a smallest set of unknown countries whose turning out one way would settle a verdict
// that the bounds leave open. It is a statement about what is not known, never about those countries.
type Certificate struct {
	Verdict Verdict // Reached or Missed
	// Possible tells whether the verdict can come about at all; Areas is empty where it cannot, and
	// where it is certain already.
	Possible bool
	// Areas is one smallest set, the heaviest first. Where weights are equal, as when countries are
	// counted, others of the same size do as well.
	Areas []string
	// Bound is the bound that decides once all Areas have turned out so. OneLess is the same with the
	// heaviest set that has one country less: it falls short, which proves that no smaller set will
	// do. It is absent where Areas is empty.
	Bound, OneLess Share
}

// Certificates is both ways in which a figure could be settled.
type Certificates struct{ Reached, Missed Certificate }

// SmallestCertificates finds the fewest unknown countries that would have to turn out to meet the
// criterion for the goal to be reached, and not to meet it for the goal to be missed. It is false where
// there is no goal or where countries have no status (half credit). A country known to be partly can
// decide nothing, and one that may be met but never not met can decide only the first.
//
// Taking the heaviest first is right and not only near it: every country adds its own weight whatever
// else is chosen, so no set of k countries moves a bound further than the k heaviest.
func SmallestCertificates(f *Figure, w Weights) (Certificates, bool) {
	if !f.Goal.Value.Known() || len(f.Statuses) == 0 {
		return Certificates{}, false
	}
	weight := one
	if f.Goal.JudgedOn == "children" {
		weight = w.of
	}
	s := search{goal: f.Goal.Value.Rat, statuses: f.Statuses, weight: weight}
	for i, c := range f.Statuses {
		if n, ok := weight(i); ok {
			s.counts.add(c.Status, n)
		}
	}
	if s.counts.total == 0 {
		return Certificates{}, false
	}
	atLeast := func(share *big.Rat) bool { return share.Cmp(s.goal) >= 0 }
	below := func(share *big.Rat) bool { return share.Cmp(s.goal) < 0 }
	atMost := func(share *big.Rat) bool { return share.Cmp(s.goal) <= 0 }
	above := func(share *big.Rat) bool { return share.Cmp(s.goal) > 0 }
	if f.Goal.Operator == framework.AtMost {
		return Certificates{Reached: s.sink(Reached, atMost), Missed: s.raise(Missed, above)}, true
	}
	return Certificates{Reached: s.raise(Reached, atLeast), Missed: s.sink(Missed, below)}, true
}

type search struct {
	goal     *big.Rat
	statuses []CountryState
	weight   func(int) (int64, bool)
	counts   counts
}

// raise lets unknown countries turn out met until the lower bound satisfies enough.
func (s *search) raise(v Verdict, enough func(*big.Rat) bool) Certificate {
	return s.settle(v, s.counts.met, 1, enough, func(t framework.Status) bool { return t.High == framework.Met.High })
}

// sink lets unknown countries turn out not met until the upper bound satisfies enough.
func (s *search) sink(v Verdict, enough func(*big.Rat) bool) Certificate {
	return s.settle(v, s.counts.possible, -1, enough, func(t framework.Status) bool { return t.Low == framework.NotMet.Low })
}

func (s *search) settle(v Verdict, sum, sign int64, enough func(*big.Rat) bool, can func(framework.Status) bool) Certificate {
	type candidate struct {
		area   string
		weight int64
	}
	var open []candidate
	for i, c := range s.statuses {
		if n, ok := s.weight(i); ok && n > 0 && !c.Status.Known() && can(c.Status) {
			open = append(open, candidate{c.Area, n})
		}
	}
	slices.SortFunc(open, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.area, b.area))
	})
	out := Certificate{Verdict: v}
	for _, c := range open {
		bound := ShareOf(sum, s.counts.total)
		if enough(bound.Rat) {
			break
		}
		out.OneLess = bound
		out.Areas = append(out.Areas, c.area)
		sum += sign * c.weight
	}
	out.Bound = ShareOf(sum, s.counts.total)
	if out.Possible = enough(out.Bound.Rat); !out.Possible {
		out.Areas, out.OneLess = nil, Share{}
	}
	return out
}
