package monitoring

import (
	"fmt"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/reference"
)

// Weights is how many children live in each country of a universe, in the universe's order.
type Weights struct {
	Year   int
	Online bool // only those who use the Internet
	// Values are children, or children times Scale; -1 where it is not known.
	Values []int64
	// Scale is 1, or what Values must be divided by to give children.
	Scale int64
}

// onlineScale keeps products of children and shares exact: the shipped shares have up to eight
// decimals, and all children times it stay below 2^63.
const onlineScale = 100_000_000

// ChildWeights weighs countries by their children under 18 in a year.
func ChildWeights(w *reference.World, u reference.Universe, year int) (Weights, error) {
	known, ok := w.Weights(u, year)
	if !ok {
		first, last := w.PopulationYears()
		return Weights{}, fault.Newf(fault.Refused, "there is no child population for %d", year).WithFix(fmt.Sprintf("Choose a weights year from %d to %d.", first, last))
	}
	out := Weights{Year: year, Scale: 1, Values: make([]int64, len(u.Members))}
	for i := range u.Members {
		out.Values[i] = unweighted
		if children, ok := known.At(i); ok {
			out.Values[i] = children
		}
	}
	return out, nil
}

// OnlineWeights weighs countries by their children times the share of all people who use the
// Internet, the latest at or before the year: a stand-in for children online, of whom there is no count.
func OnlineWeights(w *reference.World, u reference.Universe, year int) (Weights, error) {
	out, err := ChildWeights(w, u, year)
	if err != nil {
		return out, err
	}
	out.Online, out.Scale = true, onlineScale
	for i, iso3 := range u.Members {
		if out.Values[i] == unweighted {
			continue
		}
		share, ok := w.InternetShare(iso3, year)
		if !ok {
			out.Values[i] = unweighted
			continue
		}
		out.Values[i] *= share.Share.Shift(8).Round(0).IntPart()
	}
	return out, nil
}

// unweighted marks a country without a known weight.
const unweighted = -1

// total sums the known weights and counts the countries without one.
func (w Weights) total() (sum int64, without int) {
	for _, v := range w.Values {
		if v == unweighted {
			without++
			continue
		}
		sum += v
	}
	return sum, without
}

// Question is what a figure answers.
type Question struct {
	Variant  *framework.Variant
	Universe reference.Universe
	Weights  Weights
	// Part tells that the universe is a group of a larger one, for which the goal is set: the figure
	// then has bounds and no goal, because no group was ever asked to reach it by itself.
	Part bool
	// AsOf: only what held on that day, by dated evidence, counts. Zero: every row counts.
	AsOf reference.Date
	// Today decides whether the goal date has passed when AsOf is zero.
	Today reference.Date
}

// Figure computes one figure from the evidence.
func (a *Assessor) Figure(e *Evidence, q Question) (Figure, error) {
	v, places := e.at(On(q.AsOf)), e.places(q.Universe.Members)
	parts, err := a.parts(q.Variant, v, places)
	if err != nil {
		return Figure{}, fmt.Errorf("variant %s: %w", q.Variant.Code, err)
	}
	f := Figure{
		Code: q.Variant.Of, Variant: q.Variant.Code, Headline: q.Variant.Headline,
		Framework: a.Version.ID(), Universe: q.Universe.Code, Basis: "computed",
		Countries: countCountries(parts), Children: countChildren(parts, q.Weights),
	}
	if q.AsOf != 0 {
		f.AsOf = &q.AsOf
	}
	if !isHalf(q.Variant) {
		f.Statuses = make([]CountryState, len(q.Universe.Members))
		for i, area := range q.Universe.Members {
			f.Statuses[i] = CountryState{area, parts[0][i]}
		}
	}
	if f.Evidence, err = a.evidenceNote(q, v, places); err != nil {
		return Figure{}, err
	}
	if err := a.judge(&f, e, q, places); err != nil {
		return Figure{}, err
	}
	f.Inputs = a.inputs(q, v, places, parts)
	return f, nil
}

// isHalf tells half credit, which counts each of two variants half and gives a country no status.
func isHalf(v *framework.Variant) bool { return v.Compose != nil && v.Compose.Op == "half" }

// parts is the statuses a figure is counted from: one list, or two of which each counts half.
func (a *Assessor) parts(v *framework.Variant, at *view, places []int32) ([][]framework.Status, error) {
	of := []*framework.Variant{v}
	if isHalf(v) {
		of = a.bases(v)
	}
	out := make([][]framework.Status, len(of))
	for i, part := range of {
		var err error
		if out[i], err = a.statuses(part, at, places); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// counts are sums over one list of statuses: of 1 for each country, or of its weight.
type counts struct{ met, partly, notMet, unknown, possible, total int64 }

func (c *counts) add(s framework.Status, weight int64) {
	switch s {
	case framework.Met:
		c.met += weight
	case framework.Partly:
		c.partly += weight
	case framework.NotMet:
		c.notMet += weight
	default:
		c.unknown += weight
	}
	if s.High >= framework.Partly.High {
		c.possible += weight
	}
	c.total += weight
}

func (c counts) bounds() Bounds {
	return Bounds{
		Lower:     ShareOf(c.met, c.total),
		Upper:     ShareOf(c.possible, c.total),
		KnownOnly: ShareOf(c.met, c.total-c.unknown),
	}
}

// halfBounds averages the bounds of the parts; what is known only has no meaning there.
func halfBounds(parts []counts) Bounds {
	var certain, possible int64
	for _, p := range parts {
		certain += p.met
		possible += p.possible
	}
	whole := parts[0].total * int64(len(parts))
	return Bounds{Lower: ShareOf(certain, whole), Upper: ShareOf(possible, whole)}
}

func sum(statuses []framework.Status, weight func(i int) (int64, bool)) counts {
	var c counts
	for i, s := range statuses {
		if w, ok := weight(i); ok {
			c.add(s, w)
		}
	}
	return c
}

func one(int) (int64, bool) { return 1, true }

func (w Weights) of(i int) (int64, bool) { return w.Values[i], w.Values[i] != unweighted }

func countCountries(parts [][]framework.Status) CountryCounts {
	sums := make([]counts, len(parts))
	for i := range parts {
		sums[i] = sum(parts[i], one)
	}
	c := sums[0]
	out := CountryCounts{Total: int(c.total)}
	if len(parts) > 1 {
		out.Bounds = halfBounds(sums)
		return out
	}
	out.Bounds = c.bounds()
	met, partly, not, unknown := int(c.met), int(c.partly), int(c.notMet), int(c.unknown)
	out.Met, out.Partly, out.NotMet, out.Unknown = &met, &partly, &not, &unknown
	return out
}

func countChildren(parts [][]framework.Status, w Weights) ChildCounts {
	sums := make([]counts, len(parts))
	for i := range parts {
		sums[i] = sum(parts[i], w.of)
	}
	c := sums[0]
	_, without := w.total()
	out := ChildCounts{WeightsYear: w.Year, StatesWithoutWeight: without, Total: w.children(c.total)}
	if len(parts) > 1 {
		out.Bounds = halfBounds(sums)
		return out
	}
	out.Bounds = c.bounds()
	met, partly, not, unknown := w.children(c.met), w.children(c.partly), w.children(c.notMet), w.children(c.unknown)
	out.Met, out.Partly, out.NotMet, out.Unknown = &met, &partly, &not, &unknown
	return out
}

// children turns a weighted sum into whole children, rounded half up. Shares use the exact sums.
func (w Weights) children(sum int64) int64 {
	if w.Scale <= 1 {
		return sum
	}
	return (sum + w.Scale/2) / w.Scale
}
