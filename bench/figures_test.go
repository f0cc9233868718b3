package bench

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/big"
	"runtime"
	"testing"

	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// The figures recomputed are 60 variants at the end of each of 10 years: 600, each with its counts and
// bounds over countries and children, its sources, its verdict and the hash of what went in. Each needs
// the statuses of 195 countries at up to four days.

// tally is the sums of one figure over plain columns.
type tally struct{ met, partly, notMet, unknown, possible, total int64 }

func (t *tally) add(low, high uint8, w int64) {
	switch {
	case low == 2:
		t.met += w
	case low != high:
		t.unknown += w
	case low == 1:
		t.partly += w
	default:
		t.notMet += w
	}
	if high > 0 {
		t.possible += w
	}
	t.total += w
}

// plain is the same work without evidence, criteria or moments: every rule written out over columns.
type plain struct {
	*columns
	weights []int64
}

// status is the low and the high end of country k on variant i in year y, with what is carried: the
// latest of this year and the three before that has an answer.
func (p *plain) status(i, y, k int) (uint8, uint8) {
	own := p.latest(i, y, k)
	if own < 0 {
		if isPair(i) { // own && other, partly own
			if o := p.latest(second(i), y, k); o >= 0 && p.says[second(i)][o][k] == 1 {
				return 0, 1
			}
		}
		return 0, 2
	}
	switch {
	case isNumber(i):
		if p.numbers[i][own][k] >= 50 {
			return 2, 2
		}
		return 0, 0
	case p.says[i][own][k] == 1:
		return 0, 0
	case !isPair(i):
		return 2, 2
	}
	other := p.latest(second(i), y, k)
	switch {
	case other < 0:
		return 1, 2
	case p.says[second(i)][other][k] == 1:
		return 1, 1
	}
	return 2, 2
}

func (p *plain) latest(i, y, k int) int {
	for o := y; o >= 0 && o >= y-3; o-- {
		if p.says[i][o][k] != 0 {
			return o
		}
	}
	return -1
}

// sums adds up one variant in one year, by countries and by children.
func (p *plain) sums(i, y int, low, high []uint8) (c, k tally) {
	for n, w := range p.weights {
		low[n], high[n] = p.status(i, y, n)
		c.add(low[n], high[n], 1)
		if w >= 0 {
			k.add(low[n], high[n], w)
		}
	}
	return c, k
}

// result is what a Figure holds, by the plain way.
type result struct {
	countries, children tally
	progress            monitoring.Progress
	hash                [32]byte
}

// figure does what a Figure holds: the sums of the day; for the verdict those of the baseline, of the
// judged day and of the countries known at both; the verdict itself, which is the same arithmetic; and
// the hash. Without full it stops at the sums.
func (p *plain) figure(i, y int, buffers *[6][]uint8, full bool) result {
	days := [3]int{0, min(y, 2020-firstYear), y} // the baseline, the day judged, the day
	var sums [3][2]tally
	for n, day := range days {
		if n > 0 && day == days[n-1] {
			sums[n] = sums[n-1]
			copy(buffers[2*n], buffers[2*n-2])
			copy(buffers[2*n+1], buffers[2*n-1])
			continue
		}
		sums[n][0], sums[n][1] = p.sums(i, day, buffers[2*n], buffers[2*n+1])
	}
	low0, high0, low1, high1, low, high := buffers[0], buffers[1], buffers[2], buffers[3], buffers[4], buffers[5]
	weight := func(n int) int64 { return 1 }
	basis := 0
	if i%4 == 0 {
		weight, basis = func(n int) int64 { return p.weights[n] }, 1
	}
	var known, before, after int64
	for n := range p.weights {
		if w := weight(n); w >= 0 && low1[n] == high1[n] && low0[n] == high0[n] {
			known += w
			if low0[n] == 2 {
				before += w
			}
			if low1[n] == 2 {
				after += w
			}
		}
	}
	out := result{countries: sums[2][0], children: sums[2][1]}
	if !full {
		return out
	}
	var points []monitoring.Point
	for n, day := range days {
		if t := sums[n][basis]; n == 0 || day > days[n-1] {
			points = append(points, monitoring.Point{End: reference.Day(firstYear+day, 12, 31), Definition: "V", Lower: big.NewRat(t.met, t.total), Upper: big.NewRat(t.possible, t.total)})
		}
	}
	var err error
	out.progress, err = monitoring.Judge(points, monitoring.Goal{Operator: framework.AtLeast, Value: big.NewRat(4, 5), Date: reference.Day(2020, 12, 31), Baseline: reference.Day(firstYear, 12, 31)},
		monitoring.Increase, reference.Day(firstYear+y, 12, 31), monitoring.Options{PanelMinimum: big.NewRat(7, 10), Panel: func(from, to reference.Date) (monitoring.Panel, error) {
			total := sums[0][basis].total
			q := monitoring.Panel{Universe: len(p.weights), Known: 1, Coverage: big.NewRat(known, total)}
			if known > 0 {
				q.From, q.To = big.NewRat(before, known), big.NewRat(after, known)
			}
			return q, nil
		}})
	if err != nil {
		panic(err)
	}
	c, k := out.countries, out.children
	for _, t := range []tally{c, k} {
		for _, part := range [][2]int64{{t.met, t.total}, {t.possible, t.total}, {t.met, t.total - t.unknown}} {
			if part[1] > 0 {
				big.NewRat(part[0], part[1])
			}
		}
	}
	b := make([]byte, 0, 8192)
	for n, w := range p.weights {
		b = append(b, "XYZ\x00"...)
		b = binary.AppendVarint(b, w)
		b = append(b, low[n]<<4|high[n])
	}
	asked := []int{i}
	if isPair(i) {
		asked = append(asked, second(i))
	}
	for _, j := range asked {
		for n := range p.weights {
			o := p.latest(j, y, n)
			if o < 0 {
				b = append(b, 0)
				continue
			}
			b = append(b, p.says[j][o][n])
			if isNumber(j) {
				b = binary.BigEndian.AppendUint64(b, math.Float64bits(p.numbers[j][o][n]))
			}
			b = binary.AppendVarint(b, int64(reference.Day(firstYear+o, 12, 31)))
			b = append(b, p.source[j])
		}
	}
	out.hash = sha256.Sum256(b)
	return out
}

func (p *plain) all(full bool, each func(i, y int, r result)) {
	var buffers [6][]uint8
	for i := range buffers {
		buffers[i] = make([]uint8, len(p.weights))
	}
	for i := range indicators {
		for y := range years {
			each(i, y, p.figure(i, y, &buffers, full))
		}
	}
}

// laid is the data set in both forms.
func laid(t testing.TB) (*plain, []monitoring.Observation, reference.Universe, monitoring.Weights) {
	t.Helper()
	w := world(t)
	u := universe(w)
	weights, err := monitoring.ChildWeights(w, u, 2022)
	must(t, err)
	c := answers(len(u.Members))
	return &plain{c, weights.Values}, c.observations(u), u, weights
}

func recompute(t testing.TB, a *monitoring.Assessor, e *monitoring.Evidence, v *framework.Version, u reference.Universe, w monitoring.Weights, each func(i, y int, f monitoring.Figure)) {
	t.Helper()
	for i := range v.Variants {
		for y := range years {
			f, err := a.Figure(e, monitoring.Question{Variant: &v.Variants[i], Universe: u, Weights: w, AsOf: reference.Day(firstYear+y, 12, 31), Today: reference.Day(2026, 1, 1)})
			must(t, err)
			each(i, y, f)
		}
	}
}

// TestFiguresEqualThePlainSums is what makes the comparison fair: both give the same numbers.
func TestFiguresEqualThePlainSums(t *testing.T) {
	p, observations, u, w := laid(t)
	v := made()
	a, err := monitoring.NewAssessor(v)
	must(t, err)
	type sums struct{ countries, children tally }
	want := map[[2]int]result{}
	verdicts := map[string]int{}
	p.all(true, func(i, y int, r result) { want[[2]int{i, y}] = r })
	recompute(t, a, monitoring.NewEvidence(observations, sources(), v), v, u, w, func(i, y int, f monitoring.Figure) {
		s := want[[2]int{i, y}]
		got := sums{
			tally{int64(*f.Countries.Met), int64(*f.Countries.Partly), int64(*f.Countries.NotMet), int64(*f.Countries.Unknown), s.countries.possible, int64(f.Countries.Total)},
			tally{*f.Children.Met, *f.Children.Partly, *f.Children.NotMet, *f.Children.Unknown, s.children.possible, f.Children.Total},
		}
		upper := monitoring.ShareOf(s.children.possible, s.children.total)
		if got != (sums{s.countries, s.children}) || f.Children.Upper.Cmp(upper.Rat) != 0 {
			t.Fatalf("variant %d in %d: %+v, plainly %+v", i, firstYear+y, got, s)
		}
		verdicts[f.Verdict]++
		pace := monitoring.Share{Rat: s.progress.Pace}
		if f.Verdict != string(s.progress.Verdict) || f.Pace.String() != pace.String() {
			t.Fatalf("variant %d in %d: %s at a pace of %s, plainly %s at %s", i, firstYear+y, f.Verdict, f.Pace, s.progress.Verdict, pace)
		}
	})
	if len(verdicts) < 4 {
		t.Errorf("the made data lead to few kinds of verdict: %v", verdicts)
	}
}

// BenchmarkFigures: "waymark" starts from evidence that was just laid out and has answered nothing yet;
// "plain" starts from columns. The "-sums" stop at statuses and sums: no verdict, sources, hash.
func BenchmarkFigures(b *testing.B) {
	p, observations, u, w := laid(b)
	v := made()
	a, err := monitoring.NewAssessor(v)
	must(b, err)
	nothing := func() {}
	var e *monitoring.Evidence
	layOut := func() {
		a, err = monitoring.NewAssessor(v) // and criteria that were never asked
		must(b, err)
		e = monitoring.NewEvidence(observations, sources(), v)
		runtime.GC()
	}
	b.Run("waymark", func(b *testing.B) {
		timed(b, layOut, func() { recompute(b, a, e, v, u, w, func(int, int, monitoring.Figure) {}) })
	})
	b.Run("plain", func(b *testing.B) {
		timed(b, runtime.GC, func() { p.all(true, func(int, int, result) {}) })
	})
	b.Run("waymark-sums", func(b *testing.B) {
		timed(b, layOut, func() {
			for i := range v.Variants {
				for y := range years {
					for n, day := range [3]int{0, min(y, 2020-firstYear), y} {
						if n == 1 && day == 0 || n == 2 && day <= 2020-firstYear {
							continue
						}
						statuses, err := a.Statuses(&v.Variants[i], e, u.Members, monitoring.On(reference.Day(firstYear+day, 12, 31)))
						must(b, err)
						var c, k tally
						for n, s := range statuses {
							c.add(s.Low, s.High, 1)
							if w.Values[n] >= 0 {
								k.add(s.Low, s.High, w.Values[n])
							}
						}
					}
				}
			}
		})
	})
	b.Run("plain-sums", func(b *testing.B) {
		timed(b, runtime.GC, func() { p.all(false, func(int, int, result) {}) })
	})
	b.Run("compiling-and-laying-out", func(b *testing.B) { timed(b, nothing, layOut) })
}
