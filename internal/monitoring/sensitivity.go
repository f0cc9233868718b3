package monitoring

import (
	"math"
	"math/big"
)

// The methods that other bodies use, shown beside LinearPace so that a reader sees what hangs on the
// choice (DOMAIN.md section 5).
const (
	CAGR     = "cagr"      // actual against required yearly growth rate (Open SDG, Eurostat)
	UN2023   = "un-2023"   // the value the growth rate so far leads to, against the goal
	ESCAPCSI = "escap-csi" // way made on a scale of 10 against time passed
	Destatis = "destatis"  // the mean change of the last five years, extended
)

// Why a method does not apply.
const (
	ValueNotPositive = "value_not_positive" // a growth rate needs values above 0
	NoGap            = "no_gap"             // baseline and goal are equal
	GoalReached      = "goal_reached"       // nothing left to miss
	TooFewPoints     = "too_few_points"     // destatis needs four plain values in five years
	OutOfRange       = "out_of_range"       // no sensible number can be shown
)

// MethodResult is what one method says. Verdict is its own scale mapped onto ours; where rules 1 to 5
// decided, they decide for every method.
type MethodResult struct {
	Method  string
	Value   *float64 // in the method's own scale, nil where not applicable; the verdict is from the unrounded value
	Against *float64 // what Value is compared with, where that is not a constant (escap-csi)
	Verdict Verdict
	// Band is the method's own word: accelerate, insufficient; fair; sun, lightCloud, cloud, storm.
	Band          string
	NotApplicable string
}

// sensitivity runs every method over the way that was judged.
func (j *judgement) sensitivity(w *way, p *Progress) []MethodResult {
	out := []MethodResult{w.cagr(j.options.ZeroSubstitute), w.un2023(j.options.ZeroSubstitute), w.escap(), j.destatis(p.Latest)}
	for i := range out {
		m := &out[i]
		switch {
		case m.NotApplicable != "":
			m.Value, m.Against, m.Verdict, m.Band = nil, nil, "", ""
		case p.Rule < 6:
			m.Verdict, m.Band = p.Verdict, ""
		}
	}
	return out
}

// positive gives the three values with zero replaced; false where a growth rate has no meaning.
func (w *way) positive(substitute *big.Rat) (from, to, goal *big.Rat, ok bool) {
	v := []*big.Rat{w.from, w.to, w.goal}
	for i := range v {
		if v[i].Sign() == 0 && substitute != nil {
			v[i] = substitute
		}
		if v[i].Sign() <= 0 {
			return nil, nil, nil, false
		}
	}
	return v[0], v[1], v[2], true
}

// cagr is R = d·A/|Q|: A the yearly growth so far, Q the one that leads from baseline to goal.
func (w *way) cagr(substitute *big.Rat) MethodResult {
	m := MethodResult{Method: CAGR}
	from, to, goal, ok := w.positive(substitute)
	if !ok {
		m.NotApplicable = ValueNotPositive
		return m
	}
	if from.Cmp(goal) == 0 {
		m.NotApplicable = NoGap
		return m
	}
	const monthsPerYear = 12
	a, okA := ratioPower(to, from, monthsPerYear, w.elapsed)
	q, okQ := ratioPower(goal, from, monthsPerYear, w.whole)
	if !okA || !okQ {
		m.NotApplicable = OutOfRange
		return m
	}
	one := float(big.NewRat(1, 1))
	a.Sub(a, one)
	q.Abs(q.Sub(q, one))
	r := a.Quo(a.Mul(a, float(big.NewRat(int64(w.sign), 1))), q)
	m.setValue(r)
	switch {
	case atLeast(r, paceOnTrack):
		m.Verdict = OnTrack
	case atLeast(r, paceAccelerate):
		m.Verdict, m.Band = Behind, string(Accelerate)
	case atLeast(r, new(big.Rat)):
		m.Verdict, m.Band = Behind, string(Insufficient)
	default:
		m.Verdict = MovingAway
	}
	return m
}

// un2023 is G = (e−v_b)/(v_T−v_b): e the value that the growth so far leads to at the goal date.
func (w *way) un2023(substitute *big.Rat) MethodResult {
	m := MethodResult{Method: UN2023}
	from, to, goal, ok := w.positive(substitute)
	if !ok {
		m.NotApplicable = ValueNotPositive
		return m
	}
	if from.Cmp(goal) == 0 {
		m.NotApplicable = NoGap
		return m
	}
	g, ok := ratioPower(to, from, w.whole-w.elapsed, w.elapsed)
	if !ok {
		m.NotApplicable = OutOfRange
		return m
	}
	g.Mul(g, float(to))
	g.Sub(g, float(from))
	g.Quo(g, float(new(big.Rat).Sub(goal, from)))
	m.setValue(g)
	switch {
	case atLeast(g, paceOnTrack):
		m.Verdict = OnTrack
	case atLeast(g, big.NewRat(1, 10)):
		m.Verdict, m.Band = Behind, "fair"
	case atLeast(g, new(big.Rat)):
		m.Verdict = Behind
	default:
		m.Verdict = MovingAway
	}
	return m
}

// escap is the way made and the time passed, both on a scale of 10.
func (w *way) escap() MethodResult {
	m := MethodResult{Method: ESCAPCSI}
	gap := w.gap()
	if gap.Sign() == 0 {
		m.NotApplicable = NoGap
		return m
	}
	made := w.made()
	csi := made.Quo(made.Mul(made, big.NewRat(int64(10*w.sign), 1)), gap.Abs(gap))
	due := new(big.Rat).Mul(big.NewRat(10, 1), w.timeShare())
	m.setValue(float(csi))
	against, _ := due.Float64()
	m.Against = &against
	switch {
	case csi.Cmp(due) >= 0:
		m.Verdict = OnTrack
	case csi.Sign() >= 0:
		m.Verdict = Behind
	default:
		m.Verdict = MovingAway
	}
	return m
}

// destatis extends the mean yearly change of the last five years to the goal date and tells by how
// much of the remaining way, in per cent, that misses the goal. It uses plain values only, back to
// the last break or change of definition.
func (j *judgement) destatis(latest *Point) MethodResult {
	const window, minimum = 60, 4 // months, points
	m := MethodResult{Method: Destatis}
	first, points := latest, 0
	for i := range j.before {
		q := &j.before[i]
		if q.End > latest.End || q.plain() == nil || latest.End.Months()-q.End.Months() > window || j.broken(q, latest) || !j.comparable(q, latest) {
			continue
		}
		if points == 0 {
			first = q
		}
		points++
	}
	months := latest.End.Months() - first.End.Months()
	if points < minimum || months == 0 || latest.plain() == nil {
		m.NotApplicable = TooFewPoints
		return m
	}
	now := latest.plain()
	left := new(big.Rat).Sub(j.goal.Value, now)
	if left.Sign()*j.sign <= 0 {
		m.NotApplicable = GoalReached
		return m
	}
	change := new(big.Rat).Sub(now, first.plain())
	extended := new(big.Rat).Mul(change, big.NewRat(int64(j.goal.Date.Months()-latest.End.Months()), int64(months)))
	extended.Add(extended, now)
	miss := new(big.Rat).Sub(j.goal.Value, extended)
	miss.Quo(miss.Mul(miss, big.NewRat(100, 1)), left)
	m.setValue(float(miss))
	switch {
	case change.Sign()*j.sign < 0:
		m.Verdict, m.Band = MovingAway, "storm"
	case miss.Cmp(big.NewRat(5, 1)) < 0:
		m.Verdict, m.Band = OnTrack, "sun"
	case miss.Cmp(big.NewRat(20, 1)) <= 0:
		m.Verdict, m.Band = Behind, "lightCloud"
	default:
		m.Verdict, m.Band = Behind, "cloud"
	}
	return m
}

// setValue rounds the value for showing.
func (m *MethodResult) setValue(v *big.Float) {
	f, _ := v.Float64()
	if math.IsInf(f, 0) {
		m.NotApplicable = OutOfRange
		return
	}
	m.Value = &f
}

// Growth rates are roots, which no fraction holds. They are worked out to 256 bits, about 77 digits.
const precision = 256

// tie is how near to a cut-off a root counts as being on it: an exact tie (a rate of exactly 5 %)
// would otherwise fall to either side by the last bit.
var tie = new(big.Float).SetPrec(precision).SetMantExp(big.NewFloat(1), -160)

// atLeast compares with a cut-off.
func atLeast(v *big.Float, cut *big.Rat) bool {
	d := new(big.Float).SetPrec(precision).Sub(v, float(cut))
	return d.Add(d, tie).Sign() >= 0
}

func float(r *big.Rat) *big.Float { return new(big.Float).SetPrec(precision).SetRat(r) }

// ratioPower gives (a/b)^(p/q) for a, b, q above 0 and p from 0; false where it is too large or too
// small to work with.
func ratioPower(a, b *big.Rat, p, q int) (*big.Float, bool) {
	ratio := float(new(big.Rat).Quo(a, b))
	if e := ratio.MantExp(nil); e > 4096 || e < -4096 {
		return nil, false
	}
	g := int(new(big.Int).GCD(nil, nil, big.NewInt(int64(p)), big.NewInt(int64(q))).Int64())
	return power(root(ratio, q/g), p/g), true
}

// power multiplies x by itself n times.
func power(x *big.Float, n int) *big.Float {
	out := float(big.NewRat(1, 1))
	for square := new(big.Float).Set(x); n > 0; n >>= 1 {
		if n&1 == 1 {
			out.Mul(out, square)
		}
		square.Mul(square, square)
	}
	return out
}

// root gives the n-th root of x above 0 by Newton's method. The first guess is right to some twelve
// digits and each step doubles them.
func root(x *big.Float, n int) *big.Float {
	if n == 1 {
		return x
	}
	mantissa := new(big.Float)
	exponent := x.MantExp(mantissa)
	m, _ := mantissa.Float64()
	logarithm := (math.Log2(m) + float64(exponent)) / float64(n)
	whole := math.Floor(logarithm)
	y := new(big.Float).SetPrec(precision).SetMantExp(big.NewFloat(math.Exp2(logarithm-whole)), int(whole))
	const steps = 6
	for range steps {
		next := new(big.Float).SetPrec(precision).Quo(x, power(y, n-1))
		next.Add(next, new(big.Float).Mul(y, float(big.NewRat(int64(n-1), 1))))
		y = next.Quo(next, float(big.NewRat(int64(n), 1)))
	}
	return y
}
