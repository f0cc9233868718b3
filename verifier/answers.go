package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// work holds what is looked up many times.
type work struct {
	*proof
	by    map[[2]string][]*statement // indicator and area: the most trusted first
	given map[[2]string]bool         // indicator and source: something was supplied
	kind  map[string]string          // of each source
	rules map[string]*rule
}

// moment is the day whose statements count; day 0 is all of them. With undated, so do those that name
// no day.
type moment struct {
	day     day
	undated bool
}

// said is what stands about one indicator of one country.
type said struct {
	what    byte // 0 nothing, 'y', 'p', 'n', '#'
	n       float64
	proven  day
	source  string
	implied bool // a complete list does not name the country
}

func newWork(p *proof) *work {
	w := &work{proof: p, by: map[[2]string][]*statement{}, given: map[[2]string]bool{}, kind: map[string]string{}, rules: map[string]*rule{}}
	for _, s := range p.Sources {
		w.kind[s.Code] = s.Kind
	}
	for i := range p.Observations {
		o := &p.Observations[i]
		w.by[[2]string{o.Indicator, o.Area}] = append(w.by[[2]string{o.Indicator, o.Area}], o)
		w.given[[2]string{o.Indicator, o.Source}] = true
	}
	for key, list := range w.by {
		trust := w.trust(key[0])
		slices.SortStableFunc(list, func(a, b *statement) int {
			return cmp.Or(
				cmp.Compare(trust(a.Source), trust(b.Source)), cmp.Compare(b.From, a.From), cmp.Compare(b.To, a.To),
				cmp.Compare(b.RecordedAt, a.RecordedAt), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Item, b.Item))
		})
	}
	return w
}

// trust gives the place of a source for one indicator: by the rule that names it, else by the one for all.
func (w *work) trust(indicator string) func(source string) int {
	var kinds []string
	for _, r := range slices.Backward(w.Framework.Rules) {
		if len(r.Indicators) == 0 && kinds == nil {
			kinds = r.Order
		}
	}
	for _, r := range w.Framework.Rules {
		if slices.Contains(r.Indicators, indicator) {
			kinds = r.Order
			break
		}
	}
	return func(source string) int {
		if at := slices.Index(kinds, w.kind[source]); at >= 0 {
			return at
		}
		return len(kinds)
	}
}

// word reduces a statement to what it says.
func (o *statement) word() byte {
	switch {
	case slices.Contains([]string{"O", "M", "L", "Q"}, o.Status): // no value, by SDMX
		return 0
	case o.Answer == "yes":
		return 'y'
	case o.Answer == "partly":
		return 'p'
	case o.Answer == "no":
		return 'n'
	case o.Value.Rat != nil:
		return '#'
	}
	return 0
}

// counts tells whether a statement has something to say at a moment.
func (w *work) counts(o *statement, at moment) bool {
	if o.word() == 0 {
		return false
	}
	if at.day == 0 || o.From <= at.day && at.day <= o.To {
		return true
	}
	if o.From == 0 && o.To == 0 {
		return at.undated
	}
	survey := false
	for _, i := range w.Framework.Indicators {
		if i.Code == o.Indicator {
			survey = i.Carry == "survey"
		}
	}
	return survey && o.To < at.day && at.day.months()-o.To.months() <= w.Framework.SurveyLife
}

// ask settles one indicator of one country. The most trusted source that speaks decides, by its latest
// statement; of several things it lists (two hotlines) the best one counts.
func (w *work) ask(indicator, area string, at moment) said {
	all := w.by[[2]string{indicator, area}]
	var speaking []*statement
	for _, o := range all {
		if w.counts(o, at) {
			speaking = append(speaking, o)
		}
	}
	if len(speaking) == 0 {
		return w.absent(indicator, all)
	}
	best := speaking[0]
	heard := map[string]bool{best.Item: true}
	rank := map[byte]int{'n': 1, 'p': 2, 'y': 3, '#': 4}
	for _, o := range speaking[1:] {
		if o.Source != best.Source || heard[o.Item] {
			continue
		}
		heard[o.Item] = true
		if o.word() != '#' && rank[o.word()] > rank[best.word()] {
			best = o
		}
	}
	out := said{what: best.word(), proven: best.ProvenOn, source: best.Source}
	if out.what == '#' {
		out.n, _ = best.Value.Float64()
	}
	return out
}

// absent is "no" where a complete list never names the country, else nothing.
func (w *work) absent(indicator string, about []*statement) said {
	found := ""
	for _, s := range w.Sources {
		for _, f := range s.Feeds {
			if f.Indicator != indicator || !f.Complete || !w.given[[2]string{indicator, s.Code}] {
				continue
			}
			names := slices.ContainsFunc(about, func(o *statement) bool { return o.Source == s.Code })
			if !names && (found == "" || s.Code < found) {
				found = s.Code
			}
		}
	}
	if found == "" {
		return said{}
	}
	return said{what: 'n', source: found, implied: true}
}

// status is the lowest and the highest a country may stand: 0 not met, 1 partly, 2 met.
type status struct{ low, high int }

func (s status) known() bool { return s.low == s.high }

func (s status) word() string {
	if !s.known() {
		return "unknown"
	}
	return []string{"notMet", "partly", "met"}[s.low]
}

func (w *work) rule(expression string) (*rule, error) {
	if r, ok := w.rules[expression]; ok {
		return r, nil
	}
	r, err := parseRule(expression)
	if err != nil {
		return nil, err
	}
	for _, name := range r.uses {
		if !slices.ContainsFunc(w.Framework.Indicators, func(i struct{ Code, Carry string }) bool { return i.Code == name }) {
			return nil, fmt.Errorf("a criterion asks for %q, which the file does not describe", name)
		}
	}
	w.rules[expression] = r
	return r, nil
}

// criterion is the two expressions of one variant.
type criterion struct {
	met, partly *rule // partly nil: the same
	uses        []string
}

func (w *work) criterion(met, partly string) (*criterion, error) {
	c := &criterion{}
	var err error
	if c.met, err = w.rule(met); err != nil {
		return nil, err
	}
	c.uses = slices.Clone(c.met.uses)
	if partly != "" {
		if c.partly, err = w.rule(partly); err != nil {
			return nil, err
		}
		c.uses = append(c.uses, c.partly.uses...)
	}
	slices.Sort(c.uses)
	c.uses = slices.Compact(c.uses)
	if len(c.uses) > 12 {
		return nil, fmt.Errorf("a criterion asks for %d indicators", len(c.uses))
	}
	return c, nil
}

// of gives where one country stands. An answer in part is neither yes nor no: each way of taking
// it is tried.
func (c *criterion) of(answers map[string]said) (status, error) {
	var open []string
	given := map[string]value{}
	for _, name := range c.uses {
		switch a := answers[name]; a.what {
		case 'y', 'n':
			given[name] = truth(a.what == 'y')
		case '#':
			given[name] = value{kind: 'n', n: a.n}
		case 'p':
			open = append(open, name)
		}
	}
	minLow, maxLow, minHigh, maxHigh := 2, 0, 2, 0
	for way := range 1 << len(open) {
		for i, name := range open {
			given[name] = truth(way>>i&1 == 1)
		}
		s, err := c.plain(given)
		if err != nil {
			return s, err
		}
		minLow, maxLow = min(minLow, s.low), max(maxLow, s.low)
		minHigh, maxHigh = min(minHigh, s.high), max(maxHigh, s.high)
	}
	out := status{minLow, maxHigh}
	if minHigh < 2 { // some way cannot meet it: at best partly
		out.high = min(maxHigh, 1)
	} else {
		out.high = 2
	}
	if maxLow == 2 && minLow < 2 { // some way certainly meets it, not all do: at least partly
		out.low = max(minLow, 1)
	}
	return out, nil
}

func (c *criterion) plain(given map[string]value) (status, error) {
	met, err := c.met.ask(given)
	if err != nil {
		return status{}, err
	}
	partly := met
	if c.partly != nil {
		if partly, err = c.partly.ask(given); err != nil {
			return status{}, err
		}
	}
	if met.kind == 'n' || partly.kind == 'n' {
		return status{}, fmt.Errorf("a criterion comes to a number")
	}
	s := status{}
	switch {
	case met.kind == 'b' && met.yes:
		return status{2, 2}, nil
	case met.kind == 0:
		s.high = 2
	case partly.kind == 0 || partly.yes:
		s.high = 1
	}
	if partly.kind == 'b' && partly.yes {
		s.low = 1
	}
	return s, nil
}

func bits(f float64) uint64 { return math.Float64bits(f) }
