package publication_test

import (
	"math"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"waymark/internal/publication"
)

// program is a linear program: most of c·x where a·x <= b for every line, x not negative.
type program struct {
	n     int
	lines [][]float64
	most  []float64
}

func (p *program) atMost(cells []int, limit float64) {
	line := make([]float64, p.n)
	for _, c := range cells {
		line[c] = 1
	}
	p.lines, p.most = append(p.lines, line), append(p.most, limit)
}

func (p *program) atLeast(cells []int, limit float64) {
	line := make([]float64, p.n)
	for _, c := range cells {
		line[c] = -1
	}
	p.lines, p.most = append(p.lines, line), append(p.most, -limit)
}

const tiny = 1e-7

// reach gives the most that sign·x of a cell can be, by the simplex method with Bland's rule in two
// phases; false: there is no solution at all.
func (p *program) reach(cell int, sign float64) (float64, bool) {
	m, n := len(p.lines), p.n
	width := n + m + 1 + 1 // cells, slacks, the one artificial variable, the right side
	t := make([][]float64, m+2)
	for i := range t {
		t[i] = make([]float64, width)
	}
	basis := make([]int, m)
	for i := range p.lines {
		copy(t[i], p.lines[i])
		t[i][n+i], t[i][n+m], t[i][width-1], basis[i] = 1, -1, p.most[i], n+i
	}
	t[m][cell] = -sign // the aim
	t[m+1][n+m] = 1    // the first phase: no artificial part
	pivot := func(row, col int) {
		by := t[row][col]
		for j := range t[row] {
			t[row][j] /= by
		}
		for i := range t {
			if f := t[i][col]; i != row && f != 0 {
				for j := range t[i] {
					t[i][j] -= f * t[row][j]
				}
			}
		}
		basis[row] = col
	}
	solve := func(aim, columns int) bool {
		for {
			col := -1
			for j := range columns {
				if t[aim][j] < -tiny {
					col = j
					break
				}
			}
			if col < 0 {
				return true
			}
			row, best := -1, math.Inf(1)
			for i := range m {
				if t[i][col] > tiny {
					if r := t[i][width-1] / t[i][col]; r < best-tiny || r < best+tiny && row >= 0 && basis[i] < basis[row] {
						row, best = i, r
					}
				}
			}
			if row < 0 {
				return false // without end
			}
			pivot(row, col)
		}
	}
	lowest := 0
	for i := range m {
		if t[i][width-1] < t[lowest][width-1] {
			lowest = i
		}
	}
	if t[lowest][width-1] < -tiny {
		pivot(lowest, n+m)
		if !solve(m+1, n+m+1) || t[m+1][width-1] < -1e-5 {
			return 0, false
		}
		for i := range m {
			if basis[i] == n+m {
				for j := range n + m {
					if math.Abs(t[i][j]) > tiny {
						pivot(i, j)
						break
					}
				}
			}
		}
	}
	for i := range t {
		t[i][n+m] = 0
	}
	if !solve(m, n+m) {
		return math.Inf(1), true
	}
	return t[m][width-1], true
}

// places lists the places of every cell and of every total.
func places(sizes []int) [][]int {
	out := [][]int{{}}
	for _, size := range sizes {
		var next [][]int
		for _, p := range out {
			for v := -1; v < size; v++ {
				next = append(next, append(append([]int{}, p...), v))
			}
		}
		out = next
	}
	return out
}

// known is everything a reader can work with: what is shown of every cell and total.
func known(p *publication.Protected, t *publication.Counts, k int64) *program {
	lp := &program{n: len(t.Cells)}
	for _, place := range places(t.Sizes) {
		var cells []int
		for i := range t.Cells {
			rest, in := i, true
			for d := len(t.Sizes) - 1; d >= 0; d-- {
				if v := rest % t.Sizes[d]; place[d] >= 0 && place[d] != v {
					in = false
				}
				rest /= t.Sizes[d]
			}
			if in {
				cells = append(cells, i)
			}
		}
		switch how := p.Total(place); how.How {
		case publication.Rounded:
			lp.atMost(cells, float64(how.Value+2))
			lp.atLeast(cells, float64(max(how.Value-2, k)))
		case publication.Zero:
			lp.atMost(cells, 0)
		case publication.Few:
			lp.atMost(cells, float64(k-1))
		case publication.Withheld:
			if p.Level == 0 {
				lp.atLeast(cells, float64(k))
			}
		}
	}
	return lp
}

func drawn(t *rapid.T) (*publication.Counts, int64) {
	k := rapid.SampledFrom([]int64{5, 10}).Draw(t, "k")
	c := &publication.Counts{Sizes: rapid.SampledFrom([][]int{{1}, {2}, {4}, {2, 2}, {2, 3}, {3, 4}, {4, 4}, {2, 2, 2}, {2, 3, 2}}).Draw(t, "sizes")}
	n := 1
	for _, s := range c.Sizes {
		n *= s
	}
	most := rapid.SampledFrom([]int64{12, 40, 200, 5000}).Draw(t, "most")
	for range n {
		v := publication.Counted{Value: rapid.Int64Range(0, most).Draw(t, "value")}
		if rapid.IntRange(0, 4).Draw(t, "small") == 0 {
			v.Value = rapid.Int64Range(0, k).Draw(t, "few")
		}
		if rapid.IntRange(0, 9).Draw(t, "empty") == 0 {
			v = publication.Counted{Empty: true}
		}
		v.Hidden = !v.Empty && rapid.IntRange(0, 9).Draw(t, "hidden") == 0
		c.Cells = append(c.Cells, v)
	}
	return c, k
}

// Promise 18: whoever solves every equation that the totals give finds no cell that is not shown, and at least k values remain
// possible for each. WAYMARK_TABLES says on how many tables; 10,000 in the battery.
func TestNoCountThatIsNotShownCanBeWorkedOutOfTheTotals(t *testing.T) {
	tables, _ := strconv.Atoi(os.Getenv("WAYMARK_TABLES"))
	tables = max(tables, 200)
	seen, protected, whole := 0, 0, 0
	for round := 0; seen < tables; round++ {
		rapid.Check(t, func(t *rapid.T) {
			c, k := drawn(t)
			seen++
			p := publication.Protect(c, k, 0)
			lp := known(p, c, k)
			if p.Level == 0 {
				whole++
			}
			for i, shown := range p.Cells {
				if c.Cells[i].Value < k && !c.Cells[i].Empty && shown.How == publication.Rounded {
					t.Fatalf("the cell %d of %d is shown as %v", i, c.Cells[i].Value, shown)
				}
				if shown.How == publication.Rounded && shown.Value%5 != 0 {
					t.Fatalf("%d is not rounded", shown.Value)
				}
				if shown.How != publication.Few && shown.How != publication.Withheld {
					continue
				}
				high, ok := lp.reach(i, 1)
				low, ok2 := lp.reach(i, -1)
				if !ok || !ok2 {
					t.Fatalf("what is shown contradicts itself: %+v level %d", p.Cells, p.Level)
				}
				protected++
				if possible := math.Floor(high+1e-4) - math.Ceil(-low-1e-4) + 1; possible < float64(k) {
					t.Fatalf("cell %d is between %.2f and %.2f: %.0f values, want %d; %+v of %+v, level %d", i, -low, high, possible, k, p.Cells, c, p.Level)
				}
			}
		})
		if t.Failed() {
			return
		}
	}
	if protected == 0 || whole == 0 {
		t.Fatalf("of %d tables none was protected, or none kept its cells: nothing was shown", seen)
	}
	t.Logf("%d tables, %d cells not shown, %d tables with cells: none worked out", seen, protected, whole)
}

func TestWhatAnEarlierEditionDidNotShowALaterOneDoesNotEither(t *testing.T) {
	c := &publication.Counts{Sizes: []int{2, 2}, Cells: []publication.Counted{{Value: 3}, {Value: 100}, {Value: 100}, {Value: 100}}}
	p := publication.Protect(c, 10, 0)
	if p.Level != 0 || p.Cells[0].How != publication.Few || p.Cells[1].How != publication.Withheld || p.Cells[2].How != publication.Withheld || p.Cells[3].How != publication.Withheld {
		t.Fatalf("%+v", p)
	}
	c.Cells[0] = publication.Counted{Value: 14, Hidden: true}
	if p = publication.Protect(c, 10, 0); p.Cells[0].How != publication.Withheld || p.Cells[1].How != publication.Withheld {
		t.Errorf("the later edition shows %+v", p.Cells)
	}
	if p = publication.Protect(&publication.Counts{Sizes: []int{2}, Cells: []publication.Counted{{Value: 50}, {Value: 60}}}, 10, 1); p.Cells[0].How != publication.Withheld {
		t.Errorf("after a grand total alone: %+v", p.Cells)
	}
}

func TestARateOfFewPeopleIsNotShown(t *testing.T) {
	for _, c := range []struct {
		numerator, denominator int64
		want                   bool
	}{{10, 50, true}, {9, 500, false}, {40, 49, false}, {0, 1000, false}} {
		if got := publication.RateShown(c.numerator, c.denominator, 10); got != c.want {
			t.Errorf("%d of %d: shown %v, want %v", c.numerator, c.denominator, got, c.want)
		}
	}
}
