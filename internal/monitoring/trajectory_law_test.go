package monitoring

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"waymark/internal/framework"
	"waymark/internal/reference"
)

// anyCase draws a series, a goal and a day that Judge accepts: bounds, gaps and breaks included.
func anyCase(t *rapid.T) (series []Point, goal Goal, direction Direction, asOf reference.Date) {
	value := rapid.Custom(func(t *rapid.T) *big.Rat {
		return big.NewRat(rapid.Int64Range(0, 1000).Draw(t, "numerator"), rapid.SampledFrom([]int64{1, 10, 193, 196}).Draw(t, "denominator"))
	})
	months := rapid.SliceOfNDistinct(rapid.IntRange(0, 120), 0, 8, rapid.ID[int]).Draw(t, "months")
	for _, m := range months {
		p := Point{End: monthOf(m), Break: rapid.IntRange(0, 9).Draw(t, "break") == 0, Withheld: rapid.IntRange(0, 9).Draw(t, "withheld") == 0}
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0: // missing
		case 1:
			a, b := value.Draw(t, "lower"), value.Draw(t, "upper")
			if a.Cmp(b) > 0 {
				a, b = b, a
			}
			p.Lower, p.Upper = a, b
		default:
			v := value.Draw(t, "value")
			p.Lower, p.Upper = v, v
		}
		series = append(series, p)
	}
	direction, goal.Operator = Increase, framework.AtLeast
	if rapid.Bool().Draw(t, "decrease") {
		direction, goal.Operator = Decrease, framework.AtMost
	}
	goal.Value = value.Draw(t, "goal")
	goal.Date = monthOf(rapid.IntRange(0, 120).Draw(t, "goal month"))
	return series, goal, direction, monthOf(rapid.IntRange(0, 140).Draw(t, "as of"))
}

func monthOf(m int) reference.Date { return reference.Day(2010+m/12, m%12+1, 28) }

func mustJudge(t *rapid.T, series []Point, goal Goal, direction Direction, asOf reference.Date, o Options) Progress {
	p, err := Judge(series, goal, direction, asOf, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// mapped applies a change of scale to every value.
func mapped(series []Point, f func(*big.Rat) *big.Rat) []Point {
	out := slices.Clone(series)
	for i := range out {
		if out[i].Lower != nil {
			out[i].Lower, out[i].Upper = f(out[i].Lower), f(out[i].Upper)
			if out[i].Lower.Cmp(out[i].Upper) > 0 {
				out[i].Lower, out[i].Upper = out[i].Upper, out[i].Lower
			}
		}
	}
	return out
}

func agree(t *rapid.T, p, q Progress) {
	equal := func(a, b *big.Rat) bool { return a == nil && b == nil || a != nil && b != nil && a.Cmp(b) == 0 }
	if p.Verdict != q.Verdict || p.Grade != q.Grade || p.Reason != q.Reason || p.Rule != q.Rule || !equal(p.Pace, q.Pace) || !equal(p.GapClosed, q.GapClosed) {
		t.Fatalf("%s %s %s by rule %d, pace %v, becomes %s %s %s by rule %d, pace %v", p.Verdict, p.Grade, p.Reason, p.Rule, p.Pace, q.Verdict, q.Grade, q.Reason, q.Rule, q.Pace)
	}
}

// Certainty decides before any pace: reached if and only if the worse bound is at the goal.
func TestLawReachedIfAndOnlyIfCertain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		series, goal, direction, asOf := anyCase(t)
		p := mustJudge(t, series, goal, direction, asOf, Options{})
		certain := false
		if p.Latest != nil {
			certain = p.Latest.Lower.Cmp(goal.Value) >= 0
			if direction == Decrease {
				certain = p.Latest.Upper.Cmp(goal.Value) <= 0
			}
		}
		if (p.Verdict == Reached) != certain {
			t.Fatalf("%s, and certain is %v", p.Verdict, certain)
		}
		if p.Verdict == Missed && asOf < goal.Date {
			t.Fatal("missed before the date")
		}
		if (p.Verdict == CannotBeJudged) != (p.Reason != "") || (p.Verdict == Behind) != (p.Grade != "") {
			t.Fatalf("%s with grade %q and reason %q", p.Verdict, p.Grade, p.Reason)
		}
		if p.Verdict == OnTrack && asOf >= goal.Date || p.Verdict == Behind && asOf >= goal.Date {
			t.Fatalf("%s after the date", p.Verdict)
		}
	})
}

func TestLawNegationMirrorsTheVerdict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		series, goal, direction, asOf := anyCase(t)
		negate := func(v *big.Rat) *big.Rat { return new(big.Rat).Neg(v) }
		mirrored, other := goal, Decrease
		mirrored.Value, mirrored.Operator = negate(goal.Value), framework.AtMost
		if direction == Decrease {
			other, mirrored.Operator = Increase, framework.AtLeast
		}
		agree(t, mustJudge(t, series, goal, direction, asOf, Options{}), mustJudge(t, mapped(series, negate), mirrored, other, asOf, Options{}))
	})
}

func TestLawScaleAndShiftDoNotChangeTheLinearPace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		series, goal, direction, asOf := anyCase(t)
		factor := big.NewRat(rapid.Int64Range(1, 1000).Draw(t, "factor"), 7)
		shift := big.NewRat(rapid.Int64Range(-1000, 1000).Draw(t, "shift"), 3)
		scale := func(v *big.Rat) *big.Rat { v = new(big.Rat).Mul(v, factor); return v.Add(v, shift) }
		scaled := goal
		scaled.Value = scale(goal.Value)
		agree(t, mustJudge(t, series, goal, direction, asOf, Options{}), mustJudge(t, mapped(series, scale), scaled, direction, asOf, Options{}))
	})
}

func TestLawValuesAfterTheGoalDateOrTheDayNeverChangeTheVerdict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		series, goal, direction, asOf := anyCase(t)
		var kept []Point
		for _, p := range series {
			if p.End <= min(asOf, goal.Date) {
				kept = append(kept, p)
			}
		}
		p, q := mustJudge(t, series, goal, direction, asOf, Options{}), mustJudge(t, kept, goal, direction, asOf, Options{})
		agree(t, p, q)
		if q.LaterValue != nil || p.LaterValue != nil && (p.LaterValue.End <= goal.Date || p.LaterValue.End > asOf) {
			t.Fatalf("later value %v", p.LaterValue)
		}
	})
}

// Learning what was unknown may settle a verdict that bounds left open, never overturn one they gave.
func TestLawNarrowerBoundsNeverOverturnACertainVerdict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		series, goal, direction, asOf := anyCase(t)
		p := mustJudge(t, series, goal, direction, asOf, Options{})
		if p.Rule != 3 || p.Verdict == CannotBeJudged {
			t.Skip("no bounds decided")
		}
		narrowed := slices.Clone(series)
		for i := range narrowed {
			if narrowed[i].End == p.Latest.End {
				v := new(big.Rat).Add(narrowed[i].Lower, narrowed[i].Upper)
				v.Quo(v, big.NewRat(2, 1))
				narrowed[i].Lower, narrowed[i].Upper = v, v
			}
		}
		if q := mustJudge(t, narrowed, goal, direction, asOf, Options{}); q.Verdict != p.Verdict {
			t.Fatalf("%s became %s", p.Verdict, q.Verdict)
		}
	})
}

// The order of the points is free, and the input is left as it was.
func TestLawOrderIsFree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		series, goal, direction, asOf := anyCase(t)
		shuffled := rapid.Permutation(series).Draw(t, "shuffled")
		before := slices.Clone(shuffled)
		agree(t, mustJudge(t, series, goal, direction, asOf, Options{}), mustJudge(t, shuffled, goal, direction, asOf, Options{}))
		if !slices.Equal(before, shuffled) {
			t.Fatal("the input was reordered")
		}
	})
}

// The methods with roots agree with plain arithmetic wherever both say something, and never panic.
func TestLawEveryMethodSaysAVerdictOrWhyNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		series, goal, direction, asOf := anyCase(t)
		p := mustJudge(t, series, goal, direction, asOf, Options{ZeroSubstitute: big.NewRat(1, 1000)})
		differs := false
		for _, m := range p.Sensitivity {
			if (m.NotApplicable == "") != (m.Value != nil) || (m.NotApplicable == "") != (m.Verdict != "") {
				t.Fatalf("%+v", m)
			}
			if m.NotApplicable == "" && p.Rule < 6 && m.Verdict != p.Verdict {
				t.Fatalf("%s overrules rule %d", m.Method, p.Rule)
			}
			differs = differs || m.NotApplicable == "" && m.Verdict != p.Verdict
			// A method may disagree on how fast, and not on which way the value moved.
			if p.Rule == 6 && m.NotApplicable == "" && m.Method != Destatis && (m.Verdict == MovingAway) != (p.Verdict == MovingAway) {
				t.Fatalf("%s says %s of a pace of %v", m.Method, m.Verdict, p.Pace)
			}
		}
		if differs != p.MethodDependent {
			t.Fatalf("method-dependent is %v: %+v", p.MethodDependent, p.Sensitivity)
		}
	})
}
