package monitoring

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"waymark/internal/framework"
)

// view is the evidence at one moment, read for all areas at once: a vector of answers for each
// indicator and of statuses for each criterion, made when first asked for. All figures of a moment
// share it. The last element of every vector is an area of which nothing is said.
type view struct {
	evidence *Evidence
	at       Moment

	mu       sync.Mutex
	cells    map[string][]cell
	statuses map[*criterion][]framework.Status
}

// views are the moments looked at last.
type views struct {
	mu   sync.Mutex
	made map[Moment]*view
}

// maxViews bounds the moments kept: a reader may ask for any day. Each costs about 6 KB for each
// indicator asked for.
const maxViews = 48

func (e *Evidence) at(m Moment) *view {
	e.views.mu.Lock()
	defer e.views.mu.Unlock()
	v, ok := e.views.made[m]
	if ok {
		return v
	}
	if e.views.made == nil || len(e.views.made) >= maxViews {
		e.views.made = map[Moment]*view{}
	}
	v = &view{evidence: e, at: m, cells: map[string][]cell{}, statuses: map[*criterion][]framework.Status{}}
	e.views.made[m] = v
	return v
}

// places gives the place of each area in the vectors of the evidence's views.
func (e *Evidence) places(areas []string) []int32 {
	out := make([]int32, len(areas))
	for i, a := range areas {
		place, ok := e.areas[a]
		if !ok {
			place = int32(len(e.areas))
		}
		out[i] = place
	}
	return out
}

// read gives the answers to one indicator.
func (v *view) read(indicator string) []cell {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.readLocked(indicator)
}

func (v *view) readLocked(indicator string) []cell {
	cells, ok := v.cells[indicator]
	if ok {
		return cells
	}
	n := len(v.evidence.areas)
	cells = make([]cell, n+1)
	col := v.evidence.columns[indicator]
	for i := range cells {
		switch {
		case col == nil:
			cells[i] = cell{source: none, against: none}
		case i == n:
			cells[i] = col.read(none, v.at)
		default:
			cells[i] = col.read(int32(i), v.at)
		}
	}
	v.cells[indicator] = cells
	return cells
}

// status gives where every area stands on a criterion.
func (v *view) status(c *criterion) ([]framework.Status, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if out, ok := v.statuses[c]; ok {
		return out, nil
	}
	names := c.Indicators()
	vectors := make([][]cell, len(names))
	for i, name := range names {
		vectors[i] = v.readLocked(name)
	}
	out := make([]framework.Status, len(v.evidence.areas)+1)
	for i := range out {
		var err error
		if out[i], err = c.of(vectors, i); err != nil {
			return nil, err
		}
	}
	v.statuses[c] = out
	return out, nil
}

// criterion is a compiled criterion with the statuses of the combinations of answers met so far.
type criterion struct {
	*framework.Criterion
	// table has a place for each combination of answers, two bits an indicator: 0 where it was not met
	// yet, else the status plus one. It is nil where the criterion has too many indicators, and not
	// used where one of them is a number.
	table []atomic.Uint32
	// numbers has the statuses of numbers met so far, for a criterion that asks for one only: a number
	// is asked about again on every day that it holds.
	mu      sync.RWMutex
	numbers map[float64]framework.Status
}

// maxTable is the most indicators for which a table is kept: 4096 places. As many numbers are kept.
const (
	maxTable   = 6
	maxNumbers = 4096
)

func newCriterion(c *framework.Criterion) *criterion {
	out := &criterion{Criterion: c}
	if n := len(c.Indicators()); n <= maxTable {
		out.table = make([]atomic.Uint32, 1<<(2*n))
	}
	return out
}

// of gives the status that the answers at one place of the vectors lead to, one vector for each of the
// criterion's indicators in their order.
func (c *criterion) of(vectors [][]cell, place int) (framework.Status, error) {
	key := 0
	for _, cells := range vectors {
		if cells[place].says == saysNumber && len(vectors) == 1 {
			return c.number(vectors, place)
		}
		if cells[place].says == saysNumber || c.table == nil {
			return c.evaluate(vectors, place)
		}
		key = key<<2 | int(cells[place].says)
	}
	if s := c.table[key].Load(); s != 0 {
		s--
		return framework.Status{Low: uint8(s >> 2), High: uint8(s & 3)}, nil
	}
	s, err := c.evaluate(vectors, place)
	if err == nil {
		c.table[key].Store(uint32(s.Low)<<2 | uint32(s.High) + 1)
	}
	return s, err
}

func (c *criterion) number(vectors [][]cell, place int) (framework.Status, error) {
	n := vectors[0][place].number
	c.mu.RLock()
	s, ok := c.numbers[n]
	c.mu.RUnlock()
	if ok {
		return s, nil
	}
	s, err := c.evaluate(vectors, place)
	if err != nil {
		return s, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.numbers == nil || len(c.numbers) >= maxNumbers {
		c.numbers = map[float64]framework.Status{}
	}
	c.numbers[n] = s
	return s, nil
}

// evaluate asks the criterion. An answer that is "partly" is neither yes nor no, so every way of taking
// such answers for one or the other is tried. The country meets the criterion only where all ways do;
// where some do it is partly. (By our judgement; bounds are the same as if the answer were not known.)
func (c *criterion) evaluate(vectors [][]cell, place int) (framework.Status, error) {
	a := answers{c.Indicators(), make([]cell, len(vectors))}
	var open []int
	for i := range vectors {
		if a.row[i] = vectors[i][place]; a.row[i].says == saysPartly {
			open = append(open, i)
		}
	}
	lowest, highest := framework.Status{Low: 2, High: 2}, framework.Status{}
	for way := range 1 << len(open) {
		for bit, i := range open {
			a.row[i].says = saysNo
			if way>>bit&1 == 1 {
				a.row[i].says = saysYes
			}
		}
		s, err := c.Status(a)
		if err != nil {
			return s, err
		}
		lowest, highest = lowest.And(s), highest.Or(s)
	}
	out := framework.Status{Low: lowest.Low, High: lowest.High}
	if lowest.Low < highest.Low && highest.Low == framework.Met.Low { // some way is certain to meet it
		out.Low = max(out.Low, framework.Partly.Low)
	}
	if lowest.High < framework.Met.High { // and some way cannot
		out.High = min(highest.High, framework.Partly.High)
	}
	return out, nil
}

// answers gives a criterion one row.
type answers struct {
	names []string
	row   []cell
}

func (a answers) cell(indicator string) cell {
	if i := slices.Index(a.names, indicator); i >= 0 {
		return a.row[i]
	}
	return cell{}
}

func (a answers) Answer(indicator string) framework.Tri {
	switch a.cell(indicator).says {
	case saysYes:
		return framework.Yes
	case saysNo:
		return framework.No
	}
	return framework.Unknown
}

func (a answers) Number(indicator string) (float64, bool) {
	c := a.cell(indicator)
	return c.number, c.says == saysNumber
}

// area gives the status of one area without reading the others.
func (c *criterion) area(e *Evidence, area string, at Moment) (framework.Status, error) {
	place, ok := e.areas[area]
	if !ok {
		place = none
	}
	row := make([][]cell, len(c.Indicators()))
	for i, name := range c.Indicators() {
		said := cell{source: none, against: none}
		if col := e.columns[name]; col != nil {
			said = col.read(place, at)
		}
		row[i] = []cell{said}
	}
	return c.of(row, 0)
}

// compile checks a variant's expressions and makes a criterion of them.
func compile(v *framework.Variant, version *framework.Version) (*criterion, error) {
	c, err := framework.Compile(v, version.Indicators)
	if err != nil {
		return nil, fmt.Errorf("framework %s: %w", version.ID(), err)
	}
	return newCriterion(c), nil
}
