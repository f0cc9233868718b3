package monitoring_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/google/go-cmp/cmp"

	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// little is a framework of three yes/no indicators with criteria of every shape: alone, with a partly,
// negated, and combined by and, or and half credit.
func little(t testing.TB) (*framework.Version, *monitoring.Assessor) {
	t.Helper()
	v := *shippedVersion(t)
	v.Framework = "little"
	v.Indicators = nil
	for _, code := range []string{"a", "b", "c"} {
		v.Indicators = append(v.Indicators, framework.Indicator{Code: code, Kind: framework.Answer, Carry: "until_changed"})
	}
	v.Variants = []framework.Variant{
		{Code: "one", Of: "T1", Met: "a"},
		{Code: "any", Of: "T1", Met: "a || b", Partly: "a || b || c"},
		{Code: "all", Of: "T2", Met: "a && b", Partly: "b"},
		{Code: "not", Of: "T2", Met: "!c && b"},
		{Code: "and", Of: "IM-1", Headline: true, Compose: &framework.Composition{Op: "and", Of: []string{"any", "all"}}},
		{Code: "or", Of: "IM-1", Compose: &framework.Composition{Op: "or", Of: []string{"any", "not"}}},
		{Code: "half", Of: "IM-1", Compose: &framework.Composition{Op: "half", Of: []string{"any", "all"}}},
	}
	a, err := monitoring.NewAssessor(&v)
	must(t, err)
	return &v, a
}

var littleAreas = []string{"AAA", "BBB", "CCC"}

// littleWorld is the answers of a few countries; "" is unknown.
type littleWorld map[string]map[string]monitoring.Answer // area → indicator

func (w littleWorld) observations() []monitoring.Observation {
	var out []monitoring.Observation
	for _, area := range littleAreas {
		for _, ind := range []string{"a", "b", "c"} {
			answer := w[area][ind]
			out = append(out, says("network", ind, "2020", answer, func(o *monitoring.Observation) { o.Area = area }))
		}
	}
	return out
}

// unknown lists what is not known.
func (w littleWorld) unknown() (out [][2]string) {
	for _, area := range littleAreas {
		for _, ind := range []string{"a", "b", "c"} {
			if w[area][ind] == "" {
				out = append(out, [2]string{area, ind})
			}
		}
	}
	return out
}

func (w littleWorld) clone() littleWorld {
	out := littleWorld{}
	for area, answers := range w {
		out[area] = map[string]monitoring.Answer{}
		for ind, a := range answers {
			out[area][ind] = a
		}
	}
	return out
}

func drawWorld(t *rapid.T) littleWorld {
	w := littleWorld{}
	for _, area := range littleAreas {
		w[area] = map[string]monitoring.Answer{}
		for _, ind := range []string{"a", "b", "c"} {
			w[area][ind] = rapid.SampledFrom([]monitoring.Answer{yes, no, partly, "", ""}).Draw(t, area+ind)
		}
	}
	return w
}

func drawWeights(t *rapid.T) monitoring.Weights {
	w := monitoring.Weights{Year: 2022, Scale: 1}
	for _, area := range littleAreas {
		w.Values = append(w.Values, rapid.Int64Range(-1, 20).Draw(t, "weight of "+area))
	}
	return w
}

func figureOf(t rapid.TB, a *monitoring.Assessor, e *monitoring.Evidence, v *framework.Variant, w monitoring.Weights) monitoring.Figure {
	f, err := a.Figure(e, monitoring.Question{Variant: v, Universe: reference.NewUniverse("little", "", littleAreas), Weights: w, Today: reference.Day(2026, 1, 1)})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The truth lies within the bounds, however the unknown turn out.
func TestBoundsHoldForEveryWayTheUnknownTurnOut(t *testing.T) {
	version, assessor := little(t)
	rapid.Check(t, func(t *rapid.T) {
		w, weights := drawWorld(t), drawWeights(t)
		open := w.unknown()
		open = open[:min(len(open), 6)] // the rest stays unknown in both
		before := monitoring.NewEvidence(w.observations(), ownSources, version)
		v := &version.Variants[rapid.IntRange(0, len(version.Variants)-1).Draw(t, "variant")]
		bounds := figureOf(t, assessor, before, v, weights)
		for way := range 1 << len(open) {
			turned := w.clone()
			for i, at := range open {
				turned[at[0]][at[1]] = no
				if way>>i&1 == 1 {
					turned[at[0]][at[1]] = yes
				}
			}
			truth := figureOf(t, assessor, monitoring.NewEvidence(turned.observations(), ownSources, version), v, weights)
			inside(t, "countries", bounds.Countries.Bounds, truth.Countries.Bounds)
			inside(t, "children", bounds.Children.Bounds, truth.Children.Bounds)
			for i, s := range truth.Statuses {
				if was := bounds.Statuses[i].Status; s.Status.Low < was.Low || s.Status.High > was.High {
					t.Fatalf("%s of %s was %v and turned out %v", v.Code, s.Area, was, s.Status)
				}
			}
		}
	})
}

// Learning one answer more never makes a bound wider.
func TestLearningNeverWidens(t *testing.T) {
	version, assessor := little(t)
	rapid.Check(t, func(t *rapid.T) {
		w, weights := drawWorld(t), drawWeights(t)
		open := w.unknown()
		if len(open) == 0 {
			return
		}
		learnt := w.clone()
		at := rapid.SampledFrom(open).Draw(t, "learnt")
		learnt[at[0]][at[1]] = rapid.SampledFrom([]monitoring.Answer{yes, no, partly}).Draw(t, "answer")
		for i := range version.Variants {
			v := &version.Variants[i]
			before := figureOf(t, assessor, monitoring.NewEvidence(w.observations(), ownSources, version), v, weights)
			after := figureOf(t, assessor, monitoring.NewEvidence(learnt.observations(), ownSources, version), v, weights)
			inside(t, v.Code, before.Countries.Bounds, after.Countries.Bounds)
			inside(t, v.Code, before.Children.Bounds, after.Children.Bounds)
			if before.Inputs == after.Inputs && !cmp.Equal(before.Statuses, after.Statuses, cmp.Comparer(func(a, b framework.Status) bool { return a == b })) {
				t.Fatalf("%s: other statuses, the same hash of inputs", v.Code)
			}
		}
	})
}

func inside(t *rapid.T, what string, outer, inner monitoring.Bounds) {
	if !outer.Lower.Known() {
		return // nothing weighs anything
	}
	if inner.Lower.Cmp(outer.Lower.Rat) < 0 || inner.Upper.Cmp(outer.Upper.Rat) > 0 || inner.Lower.Cmp(inner.Upper.Rat) > 0 {
		t.Fatalf("%s: %s to %s is not within %s to %s", what, inner.Lower, inner.Upper, outer.Lower, outer.Upper)
	}
}

func TestCountsAddUp(t *testing.T) {
	version, assessor := little(t)
	rapid.Check(t, func(t *rapid.T) {
		e, weights := monitoring.NewEvidence(drawWorld(t).observations(), ownSources, version), drawWeights(t)
		var children int64
		without := 0
		for _, w := range weights.Values {
			if w < 0 {
				without++
				continue
			}
			children += w
		}
		for i := range version.Variants {
			f := figureOf(t, assessor, e, &version.Variants[i], weights)
			c, k := f.Countries, f.Children
			if c.Total != len(littleAreas) || k.Total != children || k.StatesWithoutWeight != without {
				t.Fatalf("%+v %+v", c, k)
			}
			for _, s := range f.Evidence.Sources {
				if s.Countries > c.Total || s.ChildrenShare.Known() && s.ChildrenShare.Cmp(big.NewRat(1, 1)) > 0 {
					t.Fatalf("%s: a source carries more than there is: %+v", f.Variant, s)
				}
			}
			if f.Variant == "half" {
				if c.Met != nil || k.Met != nil {
					t.Fatalf("half credit has counts: %+v %+v", c, k)
				}
				continue
			}
			if *c.Met+*c.Partly+*c.NotMet+*c.Unknown != c.Total || *k.Met+*k.Partly+*k.NotMet+*k.Unknown != k.Total {
				t.Fatalf("%+v %+v", c, k)
			}
			if known := c.Total - *c.Unknown; known > 0 && c.KnownOnly.Cmp(big.NewRat(int64(*c.Met), int64(known))) != 0 || known == 0 && c.KnownOnly.Known() {
				t.Fatalf("known only %s of %+v", c.KnownOnly, c)
			}
		}
	})
}

// drawRows are statements of several sources, periods and items about a few countries.
func drawRows(t *rapid.T) []monitoring.Observation {
	byKey := map[monitoring.Key]bool{}
	var out []monitoring.Observation
	for range rapid.IntRange(0, 25).Draw(t, "rows") {
		o := says(rapid.SampledFrom([]string{"ministry", "network", "rival", "observer"}).Draw(t, "source"),
			rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "indicator"),
			rapid.SampledFrom([]string{"", "2015", "2018", "2018/2020", "2020", "2020/2022"}).Draw(t, "period"),
			rapid.SampledFrom([]monitoring.Answer{yes, no, partly, ""}).Draw(t, "answer"),
			item(rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "item")), recorded(rapid.Int64Range(1, 2).Draw(t, "recorded")))
		o.Area = rapid.SampledFrom(littleAreas).Draw(t, "area")
		if !byKey[o.Key] {
			byKey[o.Key] = true
			out = append(out, o)
		}
	}
	return out
}

func allFigures(t *rapid.T, version *framework.Version, a *monitoring.Assessor, e *monitoring.Evidence) string {
	var out []monitoring.Figure
	for i := range version.Variants {
		for _, asOf := range []reference.Date{0, reference.Day(2019, 6, 1), reference.Day(2021, 12, 31)} {
			f, err := a.Figure(e, monitoring.Question{Variant: &version.Variants[i], Universe: reference.NewUniverse("little", "", littleAreas), Weights: monitoring.Weights{Year: 2022, Scale: 1, Values: []int64{3, 5, -1}}, AsOf: asOf, Today: reference.Day(2026, 1, 1)})
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, f)
		}
	}
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// differ shows the place where two texts part.
func differ(t *rapid.T, want, got string) {
	i := 0
	for i < len(want) && i < len(got) && want[i] == got[i] {
		i++
	}
	from := max(0, i-200)
	t.Fatalf("they part at the end of\n…%s\n…%s", want[from:min(len(want), i+60)], got[from:min(len(got), i+60)])
}

func TestTheOrderOfObservationsChangesNoFigure(t *testing.T) {
	version, assessor := little(t)
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t)
		want := allFigures(t, version, assessor, monitoring.NewEvidence(rows, ownSources, version))
		shuffled := rapid.Permutation(rows).Draw(t, "order")
		sources := rapid.Permutation(ownSources).Draw(t, "order of sources")
		if got := allFigures(t, version, assessor, monitoring.NewEvidence(shuffled, sources, version)); got != want {
			differ(t, want, got)
		}
	})
}

func TestReplacingIsBuildingAnew(t *testing.T) {
	version, assessor := little(t)
	rapid.Check(t, func(t *rapid.T) {
		first, second := drawRows(t), drawRows(t)
		changed := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 3, rapid.ID[string]).Draw(t, "changed")
		fresh := func(o monitoring.Observation) bool { return slices.Contains(changed, o.Indicator) }
		replacing := slices.DeleteFunc(slices.Clone(second), func(o monitoring.Observation) bool { return !fresh(o) })
		whole := append(slices.DeleteFunc(slices.Clone(first), fresh), replacing...)
		old := monitoring.NewEvidence(first, ownSources, version)
		before := allFigures(t, version, assessor, old)
		got := allFigures(t, version, assessor, old.Replacing(changed, replacing))
		if want := allFigures(t, version, assessor, monitoring.NewEvidence(whole, ownSources, version)); got != want {
			differ(t, want, got)
		}
		if after := allFigures(t, version, assessor, old); after != before {
			t.Fatal("the evidence that was replaced changed")
		}
	})
}

// No smaller set of countries settles a verdict than the certificate names: every subset is tried.
func TestCertificatesAreSmallest(t *testing.T) {
	areas := []string{"A", "B", "C", "D", "E", "F"}
	kinds := []framework.Status{framework.Met, framework.Partly, framework.NotMet, framework.StatusUnknown, {Low: 0, High: 1}, {Low: 1, High: 2}}
	rapid.Check(t, func(t *rapid.T) {
		w := monitoring.Weights{Scale: 1}
		f := monitoring.Figure{Goal: monitoring.GoalNote{Value: monitoring.Share{Rat: big.NewRat(rapid.Int64Range(0, 10).Draw(t, "goal"), 10)},
			Operator: rapid.SampledFrom([]framework.Operator{framework.AtLeast, framework.AtMost}).Draw(t, "operator"), JudgedOn: rapid.SampledFrom([]string{"children", "countries"}).Draw(t, "judged on")}}
		for _, area := range areas {
			f.Statuses = append(f.Statuses, monitoring.CountryState{Area: area, Status: rapid.SampledFrom(kinds).Draw(t, area)})
			w.Values = append(w.Values, rapid.Int64Range(-1, 9).Draw(t, "weight"))
		}
		c, ok := monitoring.SmallestCertificates(&f, w)
		if !ok {
			return
		}
		for _, side := range []struct {
			got  monitoring.Certificate
			best int
		}{{c.Reached, smallest(f, w, true)}, {c.Missed, smallest(f, w, false)}} {
			if side.got.Possible != (side.best >= 0) || side.got.Possible && len(side.got.Areas) != side.best {
				t.Fatalf("%+v, by trying all: %d", side.got, side.best)
			}
		}
	})
}

// smallest tries every subset of countries: turned out fully met or not met as the side needs.
func smallest(f monitoring.Figure, w monitoring.Weights, reached bool) int {
	raise := reached == (f.Goal.Operator == framework.AtLeast)
	best := -1
	for subset := range 1 << len(f.Statuses) {
		var sum, total int64
		size, legal := 0, true
		for i, s := range f.Statuses {
			weight, status := w.Values[i], s.Status
			if f.Goal.JudgedOn == "countries" {
				weight = 1
			}
			if subset>>i&1 == 1 {
				size++
				can := status.High == 2
				status = framework.Met
				if !raise {
					can = s.Status.Low == 0
					status = framework.NotMet
				}
				legal = legal && can && !s.Status.Known()
			}
			if weight < 0 {
				continue
			}
			total += weight
			if raise && status.Low == 2 || !raise && status.High > 0 {
				sum += weight
			}
		}
		if !legal || total == 0 || best >= 0 && size >= best {
			continue
		}
		order := big.NewRat(sum, total).Cmp(f.Goal.Value.Rat)
		if f.Goal.Operator == framework.AtMost {
			order = -order
		}
		if reached && order >= 0 || !reached && order < 0 {
			best = size
		}
	}
	return best
}

func TestProposeIsDeterministic(t *testing.T) {
	version := shippedVersion(t)
	mapping, err := monitoring.ShippedMapping(monitoring.Generic)
	must(t, err)
	indicators := map[string]framework.Indicator{}
	for _, ind := range version.Indicators {
		indicators[ind.Code] = ind
	}
	rapid.Check(t, func(t *rapid.T) {
		list := monitoring.List{File: "f", Header: []string{"area", "indicator", "period", "answer", "value", "extra"}}
		cell := rapid.SampledFrom([]string{"", "KEN", "TZA", "Nowhere", "lanzarote", "removed_within_3_days", "2020", "2020-13", "yes", "no", "0", "1,5", "x"})
		for i := range rapid.IntRange(0, 8).Draw(t, "rows") {
			list.Rows = append(list.Rows, monitoring.ListRow{Number: i + 2, Cells: rapid.SliceOfN(cell, 6, 6).Draw(t, "cells")})
		}
		known := monitoring.Known{Mapping: mapping, Source: ownSources[1], Indicators: indicators,
			Match: func(s string) monitoring.AreaMatch {
				if len(s) == 3 {
					return monitoring.AreaMatch{Area: s}
				}
				return monitoring.AreaMatch{}
			},
			Check:   func(string) (string, string) { return "", "" },
			Current: []monitoring.Observation{says("rival", "lanzarote", "2020", no), says("network", "lanzarote", "2020", no)},
		}
		first, second := monitoring.Propose(list, known), monitoring.Propose(list, known)
		if a, b := fmt.Sprintf("%+v", flat(first)), fmt.Sprintf("%+v", flat(second)); a != b {
			differ(t, a, b)
		}
	})
}

// flat is a proposal as text, with what pointers point to.
func flat(p *monitoring.Proposal) string {
	text, _ := json.Marshal([]any{p.New, p.Changed, p.Conflicts, p.Problems, p.Remarks, p.Tally})
	return string(text)
}
