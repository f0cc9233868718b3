package publication

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"waymark/internal/accounts"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// Disclosure says below which number a count of people or proceedings could tell of somebody (TRUST.md
// section 11). It never concerns countries or laws.
type Disclosure struct {
	People      int64 // children, victims, suspects, users, and proceedings by sex or age
	Proceedings int64 // national counts of cases and proceedings
	Version     int64 // of the settings it comes from; 0: the program's own
}

// What holds beside the settings.
const (
	roundedTo        = 5  // every count that is shown
	leastDenominator = 50 // of a rate
)

// Counted is one cell of a table of counts before it is published.
type Counted struct {
	Value int64
	// Empty tells that it is zero for everybody to know: nobody of that age can be counted there.
	Empty bool
	// Hidden tells that an earlier edition did not show it: then no later one does, because the difference
	// would.
	Hidden bool
}

// Showing is how a cell is published.
type Showing int

// The ways. Few says that it is below the limit, zero included; Withheld says nothing but that it is not.
const (
	Rounded Showing = iota
	Zero
	Few
	Withheld
)

// Shown is a cell as published; Value counts for Rounded and Zero only.
type Shown struct {
	How   Showing
	Value int64
}

// Counts is a table of counts over some breakdowns: Sizes gives how many values each has, Cells is in their
// order, the last breakdown first.
type Counts struct {
	Sizes []int
	Cells []Counted
}

// Protected is a table as published. Total tells of every total: over which breakdowns it sums, and of
// what cell of the others.
type Protected struct {
	table *Counts
	k     int64
	// Level is how much is shown: 0 cells and every total, 1 the grand total alone, with no cell.
	Level int
	Cells []Shown
}

func rounded(v int64) int64 { return (v + roundedTo/2) / roundedTo * roundedTo }

// Protect decides what of a table is shown. A cell below k is Few. So that no total gives it away, cells of its own
// lines are withheld: with one other value in every breakdown they form a box, whose corners may go up and
// down in turn without changing any total, far enough for k different values. Where the table has no such box, only
// its grand total is shown. level is what earlier editions came to: a later one shows no more.
func Protect(t *Counts, k int64, level int) *Protected {
	p := &Protected{table: t, k: k, Level: level, Cells: make([]Shown, len(t.Cells))}
	for i, c := range t.Cells {
		switch {
		case c.Empty:
			p.Cells[i] = Shown{Zero, 0}
		case c.Value < k:
			p.Cells[i] = Shown{Few, 0}
		case c.Hidden:
			p.Cells[i] = Shown{Withheld, 0}
		default:
			p.Cells[i] = Shown{Rounded, rounded(c.Value)}
		}
	}
	counted := 0
	for _, c := range t.Cells {
		if !c.Empty {
			counted++
		}
	}
	if counted < 2 { // it is its own total: nothing else could tell of it
		for i, c := range p.Cells {
			if c.How == Withheld {
				p.Cells[i] = Shown{Rounded, rounded(t.Cells[i].Value)}
			}
		}
		return p
	}
	for i := range t.Cells {
		if p.Level == 0 && (p.Cells[i].How == Few || t.Cells[i].Hidden && !t.Cells[i].Empty) && !p.box(i) {
			p.Level = 1
		}
	}
	if p.Level > 0 {
		for i := range p.Cells {
			if p.Cells[i].How != Zero {
				p.Cells[i] = Shown{Withheld, 0}
			}
		}
	}
	return p
}

// box withholds the other corners of the box that needs the fewest cells more; false: there is none.
func (p *Protected) box(at int) bool {
	here := p.table.place(at)
	dims := len(p.table.Sizes)
	best, fewest := []int(nil), -1
	other := make([]int, dims)
	var try func(d int)
	try = func(d int) {
		if d < dims {
			for v := range p.table.Sizes[d] {
				if v != here[d] {
					other[d] = v
					try(d + 1)
				}
			}
			return
		}
		var corners []int
		more := 0
		for mask := 1; mask < 1<<dims; mask++ {
			spot := make([]int, dims)
			for d := range dims {
				if spot[d] = here[d]; mask&(1<<d) != 0 {
					spot[d] = other[d]
				}
			}
			i := p.table.index(spot)
			if c := p.table.Cells[i]; c.Empty || c.Value < 2*p.k-1 { // it must be able to go down by k-1 and stay at k
				return
			}
			if corners = append(corners, i); p.Cells[i].How == Rounded {
				more++
			}
		}
		if fewest < 0 || more < fewest {
			best, fewest = corners, more
		}
	}
	try(0)
	for _, i := range best {
		p.Cells[i] = Shown{Withheld, 0}
	}
	return best != nil
}

func (t *Counts) place(i int) []int {
	out := make([]int, len(t.Sizes))
	for d := len(out) - 1; d >= 0; d-- {
		out[d] = i % t.Sizes[d]
		i /= t.Sizes[d]
	}
	return out
}

func (t *Counts) index(place []int) int {
	i := 0
	for d, v := range place {
		i = i*t.Sizes[d] + v
	}
	return i
}

// sum adds up the cells of a total: -1 in its place stands for every value of a breakdown.
func (t *Counts) sum(place []int) int64 {
	sum := int64(0)
	for i := range t.Cells {
		if within(t.place(i), place) {
			sum += t.Cells[i].Value
		}
	}
	return sum
}

// Total gives a total as published, over every breakdown whose place is -1. A place without -1 is a cell.
func (p *Protected) Total(place []int) Shown {
	if !slices.Contains(place, -1) {
		return p.Cells[p.table.index(place)]
	}
	empty := true
	for i, c := range p.table.Cells {
		empty = empty && (c.Empty || !within(p.table.place(i), place))
	}
	sum := p.table.sum(place)
	switch {
	case empty:
		return Shown{Zero, 0}
	case p.Level > 0 && slices.ContainsFunc(place, func(v int) bool { return v >= 0 }):
		return Shown{Withheld, 0}
	case sum < p.k:
		return Shown{Few, 0}
	}
	return Shown{Rounded, rounded(sum)}
}

// within tells whether a cell is one of those that a total sums.
func within(at, place []int) bool {
	for d, v := range place {
		if v >= 0 && at[d] != v {
			return false
		}
	}
	return true
}

// RateShown tells whether a rate of people may be shown.
func RateShown(numerator, denominator, k int64) bool {
	return denominator >= leastDenominator && numerator >= k
}

// limit gives the k of an observation; 0: what it counts tells of nobody, or its source published it already: then it
// is cited and not hidden, and Disclosed says so.
func (d Disclosure) limit(ind *framework.Indicator, source *monitoring.Source, broken bool) int64 {
	if source.Kind != monitoring.CountryVerified {
		return 0
	}
	switch ind.CountsOf() {
	case framework.People:
		return d.People
	case framework.Proceedings:
		if broken {
			return max(d.People, d.Proceedings)
		}
		return d.Proceedings
	}
	return 0
}

// table is what makes observations one table of counts.
type tableKey struct {
	indicator, area, source string
	period                  reference.Period
}

func tableOf(o *monitoring.Observation) tableKey {
	return tableKey{o.Indicator, o.Area, o.Source, o.Period}
}

// disclosed gives observations as everybody may see them. It is the one place where counts of people are protected:
// page, API, CSV, map and profile read through it.
func (n *Snapshot) disclosed(ctx context.Context, rows []monitoring.Observation) ([]monitoring.Observation, error) {
	out := slices.Clone(rows)
	done := map[tableKey]map[monitoring.Key]monitoring.Observation{}
	for i := range out {
		o := &out[i]
		ind, known := n.main.indicator(o.Indicator)
		source, _ := n.Source(o.Source)
		if !known || n.disclosure.limit(&ind, &source, true) == 0 || o.Value == nil && o.Numerator == nil {
			continue
		}
		key := tableOf(o)
		if done[key] == nil {
			shown, err := n.protectTable(ctx, key, &ind, &source)
			if err != nil {
				return nil, err
			}
			done[key] = shown
		}
		if as, ok := done[key][o.Key]; ok {
			*o = as
		}
	}
	return out, nil
}

// protectTable gives the rows of one table as published: every edition is protected in turn, and what one of them did
// not show the later ones do not either.
func (n *Snapshot) protectTable(ctx context.Context, key tableKey, ind *framework.Indicator, source *monitoring.Source) (map[monitoring.Key]monitoring.Observation, error) {
	all, err := n.store.Observations(ctx, monitoring.ObservationQuery{Indicators: []string{key.indicator}, Areas: []string{key.area}, Sources: []string{key.source}})
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(o monitoring.Observation) bool { return tableOf(&o) != key })
	var editions []int64
	history := make([][]monitoring.Observation, len(all))
	for i := range all {
		if history[i], err = n.store.History(ctx, all[i].Key); err != nil {
			return nil, err
		}
		if len(history[i]) == 0 {
			history[i] = []monitoring.Observation{all[i]}
		}
		for _, h := range history[i] {
			editions = append(editions, h.RecordedAt)
		}
	}
	slices.Sort(editions)
	shown, level, hidden := map[monitoring.Key]monitoring.Observation{}, 0, map[monitoring.Key]bool{}
	for _, at := range slices.Compact(editions) {
		var edition []monitoring.Observation
		for _, h := range history {
			slices.SortFunc(h, func(a, b monitoring.Observation) int { return cmp.Compare(b.RowVersion, a.RowVersion) })
			if i := slices.IndexFunc(h, func(o monitoring.Observation) bool { return o.RecordedAt <= at }); i >= 0 {
				edition = append(edition, h[i])
			}
		}
		shown, level = n.disclosure.publish(edition, ind, source, level, hidden)
	}
	return shown, nil
}

// publish protects one edition of a table. hidden are the cells that an edition did not show; it is added to.
func (d Disclosure) publish(rows []monitoring.Observation, ind *framework.Indicator, source *monitoring.Source, level int, hidden map[monitoring.Key]bool) (map[monitoring.Key]monitoring.Observation, int) {
	parts := func(o *monitoring.Observation) [3]string { return [3]string{o.Sex, o.Age, o.Item} }
	var values [3][]string
	for i := range rows {
		for j, v := range parts(&rows[i]) {
			if v != "" && !slices.Contains(values[j], v) {
				values[j] = append(values[j], v)
			}
		}
	}
	t := &Counts{}
	var dims []int
	size := 1
	for j := range values {
		if slices.Sort(values[j]); len(values[j]) > 0 {
			dims, t.Sizes = append(dims, j), append(t.Sizes, len(values[j]))
			size *= len(values[j])
		}
	}
	k := d.limit(ind, source, len(dims) > 0)
	placeOf := func(o *monitoring.Observation) []int {
		place := make([]int, len(dims))
		for n, j := range dims {
			place[n] = slices.Index(values[j], parts(o)[j])
		}
		return place
	}
	t.Cells = make([]Counted, size)
	have := make([]bool, size)
	for i := range rows {
		o := &rows[i]
		if place := placeOf(o); !slices.Contains(place, -1) && o.Value != nil && o.Value.IsInteger() && !o.Value.IsNegative() {
			at := t.index(place)
			t.Cells[at], have[at] = Counted{Value: o.Value.IntPart(), Empty: o.Status == monitoring.NotApplicable, Hidden: hidden[o.Key]}, true
		}
	}
	whole := !slices.Contains(have, false)
	if !whole { // what is missing could be worked out of the totals
		level = 1
	}
	for i := range rows { // totals that are not the sums of their cells tell of them too
		if o := &rows[i]; o.Value != nil {
			if sum := t.sum(placeOf(o)); len(dims) > 0 && !decimal.NewFromInt(sum).Equal(*o.Value) {
				level = 1
			}
		}
	}
	p := Protect(t, k, level)
	out := map[monitoring.Key]monitoring.Observation{}
	for i := range rows {
		o := rows[i]
		if o.Value == nil {
			out[o.Key] = o
			continue
		}
		place := placeOf(&o)
		how := p.Total(place)
		if !slices.ContainsFunc(place, func(v int) bool { return v >= 0 }) { // the grand total as it was given
			how = Shown{Rounded, rounded(o.Value.IntPart())}
			if o.Value.LessThan(decimal.NewFromInt(k)) {
				how = Shown{Few, 0}
			}
		}
		if o.Numerator != nil || o.Denominator != nil {
			if o.Numerator == nil || o.Denominator == nil || !RateShown(o.Numerator.IntPart(), o.Denominator.IntPart(), k) {
				how = Shown{Withheld, 0}
			}
			o.Numerator, o.Denominator = nil, nil
		}
		o.Value, o.Note = nil, ""
		switch how.How {
		case Rounded, Zero:
			v := decimal.NewFromInt(how.Value)
			o.Value = &v
		case Few:
			o.Status, o.Note = monitoring.Suppressed, fmt.Sprintf("fewer than %d", k)
			hidden[o.Key] = true
		case Withheld:
			o.Status, o.Note = monitoring.Suppressed, "not shown, so that nobody can be recognised"
			hidden[o.Key] = true
		}
		out[o.Key] = o
	}
	return out, p.Level
}

// settings is a store that knows the settings of the service.
type settings interface {
	Setting(ctx context.Context, name string) (accounts.Setting, error)
}

// disclosureOf reads the limits in force; a store without settings has the program's own.
func disclosureOf(ctx context.Context, store Store) (Disclosure, error) {
	d := Disclosure{}
	for name, k := range map[string]*int64{accounts.DisclosePeople: &d.People, accounts.DiscloseProceedings: &d.Proceedings} {
		s, err := accounts.DefaultSetting(name)
		if kept, ok := store.(settings); ok && err == nil {
			s, err = kept.Setting(ctx, name)
		}
		if err != nil {
			return d, err
		}
		n, err := strconv.ParseInt(s.Value, 10, 64)
		if err != nil {
			return d, fmt.Errorf("setting %s: %w", name, err)
		}
		*k, d.Version = n, max(d.Version, s.Version)
	}
	return d, nil
}
