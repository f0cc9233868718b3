package monitoring

import (
	"cmp"
	"maps"
	"slices"

	"waymark/internal/framework"
	"waymark/internal/reference"
)

// Evidence is the observations that criteria need, laid out for lookup: a column for each indicator,
// in it the facts of each area. It is built once per state of the data and read by many at a time.
type Evidence struct {
	columns    map[string]*column
	areas      map[string]int32 // code → place in every column
	sources    []Source         // facts name them by place
	placeOf    map[string]int32 // code → place in sources
	indicators map[string]framework.Indicator
	rules      []framework.SelectionRule
	carryOver  int // months for which a survey speaks after its period
	views      views
}

// column is everything known about one indicator.
type column struct {
	facts []fact  // by area, within it the deciding one first
	start []int32 // facts of the area at place i: facts[start[i]:start[i+1]]
	// complete lists the sources whose list of this indicator is complete and that supplied some of it:
	// an area such a source does not name at all is "no".
	complete []int32
	single   bool // all facts are of one source
	plain    bool // and none of them has an item: the first that speaks says it all
	carry    int  // months after its period that an answer still speaks; -1: only within it
}

// of gives the facts of an area, the deciding one first.
func (c *column) of(place int32) []fact {
	if place < 0 || int(place)+1 >= len(c.start) { // an area that became known after this column
		return nil
	}
	return c.facts[c.start[place]:c.start[place+1]]
}

// said is what a fact says. The zero said is that nothing is said.
type said uint8

const (
	nothing said = iota
	saysNo
	saysPartly
	saysYes
	saysNumber
)

// fact is one observation reduced to what a lookup compares.
type fact struct {
	number   float64
	recorded int64
	item     string
	period   reference.Period
	proven   reference.Date
	area     int32
	source   int32
	says     said
}

// NewEvidence lays out observations. The version's rules give the order of source kinds, for all
// indicators or for some; kinds not listed rank last. Observations of a breakdown (sex, age) are not
// statements about the country and are left out.
func NewEvidence(observations []Observation, sources []Source, version *framework.Version) *Evidence {
	e := &Evidence{
		columns: map[string]*column{}, areas: map[string]int32{}, sources: slices.Clone(sources),
		placeOf: make(map[string]int32, len(sources)), indicators: make(map[string]framework.Indicator, len(version.Indicators)),
		rules: version.Rules, carryOver: version.Parameters.SurveyUnknownAfterMonths,
	}
	for i, s := range sources {
		e.placeOf[s.Code] = int32(i)
	}
	for _, ind := range version.Indicators {
		e.indicators[ind.Code] = ind
	}
	e.lay(observations)
	return e
}

// Replacing gives the evidence with some indicators laid out anew, so that one changed list does not
// cost reading all the others again. The receiver stays as it is.
func (e *Evidence) Replacing(indicators []string, observations []Observation) *Evidence {
	next := &Evidence{
		columns: maps.Clone(e.columns), areas: maps.Clone(e.areas), sources: slices.Clone(e.sources),
		placeOf: maps.Clone(e.placeOf), indicators: e.indicators, rules: e.rules, carryOver: e.carryOver,
	}
	for _, code := range indicators {
		delete(next.columns, code)
	}
	next.lay(observations)
	return next
}

// lay adds the observations of indicators that are not laid out yet.
func (e *Evidence) lay(observations []Observation) {
	fresh := map[string]*column{}
	var col *column
	last := ""
	for i := range observations {
		o := &observations[i]
		if o.Sex != "" || o.Age != "" {
			continue
		}
		if col == nil || o.Indicator != last { // they come by indicator, mostly
			if last, col = o.Indicator, fresh[o.Indicator]; col == nil {
				col = &column{carry: -1}
				fresh[last] = col
			}
		}
		col.facts = append(col.facts, e.fact(o))
	}
	for code, col := range fresh {
		if e.indicators[code].Carry == "survey" {
			col.carry = e.carryOver
		}
		e.order(code, col)
		e.markComplete(code, col)
		e.columns[code] = col
	}
}

// place gives an area its place, the next free one where it is new.
func (e *Evidence) place(area string) int32 {
	i, ok := e.areas[area]
	if !ok {
		i = int32(len(e.areas))
		e.areas[area] = i
	}
	return i
}

func (e *Evidence) fact(o *Observation) fact {
	source, ok := e.placeOf[o.Source]
	if !ok {
		source = int32(len(e.sources))
		e.placeOf[o.Source] = source
		e.sources = append(e.sources, Source{Code: o.Source})
	}
	f := fact{source: source, area: e.place(o.Area), item: o.Item, period: o.Period, proven: o.ProvenOn, recorded: o.RecordedAt}
	switch {
	case o.Status.HasNoValue():
	case o.Answer == AnswerYes:
		f.says = saysYes
	case o.Answer == AnswerPartly:
		f.says = saysPartly
	case o.Answer == AnswerNo:
		f.says = saysNo
	case o.Value != nil:
		f.number, f.says = o.Value.InexactFloat64(), saysNumber
	}
	return f
}

// order sorts the facts by area, and within it puts the most trusted kind of source first, then the
// latest period, then the latest record. The rest of the key settles what is alike in all of these, so
// that the order in which observations were read decides nothing.
func (e *Evidence) order(indicator string, col *column) {
	ranks := e.ranks(indicator)
	slices.SortFunc(col.facts, func(a, b fact) int {
		if a.area != b.area {
			return int(a.area - b.area)
		}
		return cmp.Or(
			cmp.Compare(ranks[a.source], ranks[b.source]),
			cmp.Compare(b.period.Start, a.period.Start), cmp.Compare(b.period.End, a.period.End),
			cmp.Compare(b.recorded, a.recorded),
			cmp.Compare(e.sources[a.source].Code, e.sources[b.source].Code), cmp.Compare(a.item, b.item))
	})
	col.start = make([]int32, len(e.areas)+1)
	col.single, col.plain = true, true
	for i := range col.facts {
		col.start[col.facts[i].area+1]++
		col.single = col.single && col.facts[i].source == col.facts[0].source
		col.plain = col.plain && col.facts[i].item == ""
	}
	col.plain = col.plain && col.single
	for i := 1; i < len(col.start); i++ {
		col.start[i] += col.start[i-1]
	}
}

// ranks gives the rank of every source for one indicator, 0 the most trusted: by the rule that names
// the indicator, else by the rule for all.
func (e *Evidence) ranks(indicator string) []int {
	var order []string
	for _, rule := range e.rules {
		if slices.Contains(rule.Indicators, indicator) {
			order = rule.Order
			break
		}
		if len(rule.Indicators) == 0 {
			order = rule.Order
		}
	}
	out := make([]int, len(e.sources))
	for i, s := range e.sources {
		if out[i] = slices.Index(order, string(s.Kind)); out[i] < 0 {
			out[i] = len(order)
		}
	}
	return out
}

func (e *Evidence) markComplete(indicator string, col *column) {
	supplied := make([]bool, len(e.sources))
	for i := range col.facts {
		supplied[col.facts[i].source] = true
	}
	for i, s := range e.sources {
		if supplied[i] && slices.ContainsFunc(s.Feeds, func(f Feed) bool { return f.Indicator == indicator && f.Complete }) {
			col.complete = append(col.complete, int32(i))
		}
	}
	slices.SortFunc(col.complete, func(a, b int32) int { return cmp.Compare(e.sources[a].Code, e.sources[b].Code) })
}

// Source gives a source by its code.
func (e *Evidence) Source(code string) (Source, bool) {
	i, ok := e.placeOf[code]
	if !ok {
		return Source{}, false
	}
	return e.sources[i], true
}
