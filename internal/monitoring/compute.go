package monitoring

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"

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
	statuses, err := a.statusesOf(q.Variant, e, q.Universe.Members, On(q.AsOf))
	if err != nil {
		return Figure{}, fmt.Errorf("variant %s: %w", q.Variant.Code, err)
	}
	f := Figure{
		Code: q.Variant.Of, Variant: q.Variant.Code, Headline: q.Variant.Headline,
		Framework: a.Version.ID(), Universe: q.Universe.Code, Basis: "computed",
		Countries: countCountries(statuses.parts), Children: countChildren(statuses.parts, q.Weights),
	}
	if q.AsOf != 0 {
		f.AsOf = &q.AsOf
	}
	if q.Variant.Compose == nil || q.Variant.Compose.Op != "half" {
		f.Statuses = make([]CountryState, len(q.Universe.Members))
		for i, area := range q.Universe.Members {
			f.Statuses[i] = CountryState{area, statuses.parts[0][i]}
		}
	}
	if f.Evidence, err = a.evidenceNote(e, q, On(q.AsOf)); err != nil {
		return Figure{}, err
	}
	if err := a.judge(&f, e, q); err != nil {
		return Figure{}, err
	}
	f.Inputs = a.inputs(e, q, statuses.parts)
	return f, nil
}

// divided is the statuses a figure is counted from: one list, or two of which each counts half.
type divided struct{ parts [][]framework.Status }

func (a *Assessor) statusesOf(v *framework.Variant, e *Evidence, areas []string, at Moment) (divided, error) {
	if v.Compose == nil || v.Compose.Op != "half" {
		s, err := a.Statuses(v, e, areas, at)
		return divided{[][]framework.Status{s}}, err
	}
	var out divided
	for _, code := range v.Compose.Of {
		part, _ := a.Version.Variant("", code)
		s, err := a.Statuses(part, e, areas, at)
		if err != nil {
			return out, err
		}
		out.parts = append(out.parts, s)
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

// bases lists the variants with a criterion that a variant is made of: itself, or what it combines.
func (a *Assessor) bases(v *framework.Variant) []*framework.Variant {
	if v.Compose == nil {
		return []*framework.Variant{v}
	}
	out := make([]*framework.Variant, 0, len(v.Compose.Of))
	for _, code := range v.Compose.Of {
		if b, ok := a.Version.Variant("", code); ok {
			out = append(out, b)
		}
	}
	return out
}

// evidenceNote gathers whose word the known statuses rest on, how old it is, and which countries
// counted as met have only one voice behind them.
func (a *Assessor) evidenceNote(e *Evidence, q Question, at Moment) (EvidenceNote, error) {
	total, _ := q.Weights.total()
	note := EvidenceNote{Sources: []SourceWeight{}, Alone: []VoiceWeight{}}
	type weight struct {
		countries int
		children  int64
	}
	sources := map[string]*weight{}
	validated := map[string]bool{}
	for _, base := range a.bases(q.Variant) {
		alone := map[string]*VoiceWeight{}
		aloneChildren := map[string]int64{}
		for i, area := range q.Universe.Members {
			status, err := a.Status(base, e, area, at)
			if err != nil {
				return note, err
			}
			if !status.Known() {
				continue
			}
			w, _ := q.Weights.of(i)
			w = max(w, 0)
			for _, code := range a.support(base, e, area, at, status, &note) {
				if sources[code] == nil {
					sources[code] = &weight{}
				}
				sources[code].countries++
				sources[code].children += w
				if s, ok := e.Source(code); ok && s.ValidatedByCountries {
					validated[area] = true
				}
			}
			if status != framework.Met {
				continue
			}
			said, err := a.Sayings(base.Code, e, area, at)
			if err != nil {
				return note, err
			}
			said = slices.DeleteFunc(said, func(s Saying) bool { return s.Status != framework.Met })
			if len(said) != 1 {
				continue
			}
			voice := said[0].Voice
			if alone[voice.Code] == nil {
				alone[voice.Code] = &VoiceWeight{Variant: base.Code, Voice: voice.Code, Source: voice.Source}
			}
			v := alone[voice.Code]
			v.Countries++
			v.Newest = max(v.Newest, said[0].ProvenOn)
			aloneChildren[voice.Code] += w
		}
		for code, v := range alone {
			v.ChildrenShare = ShareOf(aloneChildren[code], total)
			note.Alone = append(note.Alone, *v)
		}
	}
	for code, w := range sources {
		note.Sources = append(note.Sources, SourceWeight{code, w.countries, ShareOf(w.children, total)})
	}
	slices.SortFunc(note.Sources, func(x, y SourceWeight) int {
		return cmp.Or(cmp.Compare(y.Countries, x.Countries), cmp.Compare(x.Code, y.Code))
	})
	slices.SortFunc(note.Alone, func(x, y VoiceWeight) int {
		return cmp.Or(cmp.Compare(y.Countries, x.Countries), cmp.Compare(x.Variant, y.Variant), cmp.Compare(x.Voice, y.Voice))
	})
	note.ValidatedByCountries = len(validated)
	return note, nil
}

// support lists the sources whose answers carry a known status: where it is met those that say yes,
// else all that answer. It widens the note's span of dates.
func (a *Assessor) support(base *framework.Variant, e *Evidence, area string, at Moment, status framework.Status, note *EvidenceNote) []string {
	var out []string
	for _, ind := range a.criteria[base.Code].Indicators() {
		r := e.Read(ind, area, at)
		if !r.Known() || r.Implied || status == framework.Met && r.Answer == framework.No {
			continue
		}
		if !slices.Contains(out, r.Source) {
			out = append(out, r.Source)
		}
		if r.ProvenOn != 0 {
			note.Newest = max(note.Newest, r.ProvenOn)
			if note.Oldest == 0 || r.ProvenOn < note.Oldest {
				note.Oldest = r.ProvenOn
			}
		}
	}
	return out
}

// inputs hashes everything the figure was computed from, so that two figures can be told to rest on
// the same facts: the version, the variant, each country's weight, status and answers with source.
func (a *Assessor) inputs(e *Evidence, q Question, parts [][]framework.Status) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s %s %s %d/%d\n", a.Version.ID(), q.Variant.Code, q.Universe.Code, q.AsOf, q.Weights.Year, q.Weights.Scale)
	bases := a.bases(q.Variant)
	for i, area := range q.Universe.Members {
		fmt.Fprintf(h, "%s %d", area, q.Weights.Values[i])
		for _, p := range parts {
			fmt.Fprintf(h, " %d%d", p[i].Low, p[i].High)
		}
		for _, base := range bases {
			for _, ind := range a.criteria[base.Code].Indicators() {
				writeReading(h, ind, e.Read(ind, area, On(q.AsOf)))
			}
		}
		h.Write([]byte{'\n'})
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

func writeReading(h hash.Hash, indicator string, r Reading) {
	if r.Known() {
		fmt.Fprintf(h, " %s=%d/%v/%v/%s/%s", indicator, r.Answer, r.Number, r.Implied, r.Source, r.ProvenOn)
	}
}
