package monitoring

import (
	"cmp"
	"maps"
	"slices"

	"waymark/internal/framework"
	"waymark/internal/reference"
)

// Evidence is the observations that criteria need, laid out for lookup: indicator, then area. It is
// built once per state of the data and read by many at a time.
type Evidence struct {
	indicators map[string]*column
	sources    map[string]Source
	rank       map[SourceKind]int
	carry      map[string]string // indicator → how long an answer holds
	parameters framework.Parameters
}

// column is everything known about one indicator.
type column struct {
	areas map[string][]fact
	// complete lists the sources whose list of this indicator is complete and that supplied some of it:
	// an area such a source does not name at all is "no".
	complete []string
}

// fact is one observation reduced to what a lookup compares.
type fact struct {
	source   string
	item     string
	rank     int // of the source's kind, 0 is the most trusted
	period   reference.Period
	answer   framework.Tri
	number   float64
	isNumber bool
	proven   reference.Date
	recorded int64
}

// NewEvidence lays out observations. Rules give the order of source kinds; sources not listed rank
// last. Observations of a breakdown (sex, age) are not statements about the country and are left out.
func NewEvidence(observations []Observation, sources []Source, version *framework.Version) *Evidence {
	e := &Evidence{
		indicators: map[string]*column{},
		sources:    map[string]Source{},
		rank:       map[SourceKind]int{},
		carry:      map[string]string{},
		parameters: version.Parameters,
	}
	for _, s := range sources {
		e.sources[s.Code] = s
	}
	for _, rule := range version.Rules {
		if len(rule.Indicators) == 0 {
			for i, kind := range rule.Order {
				e.rank[SourceKind(kind)] = i
			}
		}
	}
	for _, ind := range version.Indicators {
		e.carry[ind.Code] = ind.Carry
	}
	e.lay(observations)
	return e
}

// Replacing gives the evidence with some indicators laid out anew, so that one changed list does not
// cost reading all the others again. The receiver stays as it is.
func (e *Evidence) Replacing(indicators []string, observations []Observation) *Evidence {
	next := *e
	next.indicators = maps.Clone(e.indicators)
	for _, code := range indicators {
		delete(next.indicators, code)
	}
	next.lay(observations)
	return &next
}

// lay adds the observations of indicators that are not laid out yet.
func (e *Evidence) lay(observations []Observation) {
	fresh := map[string]*column{}
	for i := range observations {
		o := &observations[i]
		if fresh[o.Indicator] == nil {
			fresh[o.Indicator] = &column{areas: map[string][]fact{}}
			e.indicators[o.Indicator] = fresh[o.Indicator]
		}
		e.add(fresh[o.Indicator], o)
	}
	for code, col := range fresh {
		for _, facts := range col.areas {
			slices.SortStableFunc(facts, newestFirst)
		}
		e.markComplete(code, col)
	}
}

func (e *Evidence) add(col *column, o *Observation) {
	if o.Sex != "" || o.Age != "" {
		return
	}
	rank, ranked := e.rank[e.sources[o.Source].Kind]
	if !ranked {
		rank = len(e.rank)
	}
	f := fact{source: o.Source, item: o.Item, rank: rank, period: o.Period, proven: o.ProvenOn, recorded: o.RecordedAt}
	switch {
	case o.Status.HasNoValue():
	case o.Answer == AnswerYes:
		f.answer = framework.Yes
	case o.Answer == AnswerNo:
		f.answer = framework.No
	case o.Value != nil:
		f.number, f.isNumber = o.Value.InexactFloat64(), true
	}
	col.areas[o.Area] = append(col.areas[o.Area], f)
}

// newestFirst puts the most trusted source first, within it the latest period, then the latest record.
func newestFirst(a, b fact) int {
	return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(b.period.Start, a.period.Start), cmp.Compare(b.recorded, a.recorded))
}

func (e *Evidence) markComplete(indicator string, col *column) {
	supplied := map[string]bool{}
	for _, facts := range col.areas {
		for _, f := range facts {
			supplied[f.source] = true
		}
	}
	for code := range supplied {
		for _, feed := range e.sources[code].Feeds {
			if feed.Indicator == indicator && feed.Complete {
				col.complete = append(col.complete, code)
			}
		}
	}
	slices.Sort(col.complete)
}

// Reading is what the evidence says about one indicator of one area on one day, and on whose word.
type Reading struct {
	Answer   framework.Tri
	Number   float64
	IsNumber bool
	Source   string
	ProvenOn reference.Date
	// Implied: a complete list does not name the area, so the answer is "no".
	Implied bool
	// Against is a source of the same rank or below that says the opposite; empty: none.
	Against string
}

// Word is the answer as yes or no; empty where it is not known or is a number.
func (r Reading) Word() string {
	switch r.Answer {
	case framework.Yes:
		return string(AnswerYes)
	case framework.No:
		return string(AnswerNo)
	}
	return ""
}

// Known tells whether there is an answer.
func (r Reading) Known() bool { return r.Answer != framework.Unknown || r.IsNumber }

// Moment says which rows count: what held on Day, or every row where Day is zero. Undated adds, to
// what held on a day, the rows that name no day at all.
type Moment struct {
	Day     reference.Date
	Undated bool
}

// On is what held on a day, by dated evidence only; the zero Date is every row.
func On(day reference.Date) Moment { return Moment{Day: day} }

func (m Moment) counts(p reference.Period) bool {
	return m.Day == 0 || p.Covers(m.Day) || m.Undated && p == reference.Period{}
}

// Read looks one indicator of one area up. Of what counts at the moment the latest decides. A later
// row without an answer never hides an earlier one that has one: "not assessed this year" is no
// change of the law.
func (e *Evidence) Read(indicator, area string, at Moment) Reading {
	col := e.indicators[indicator]
	if col == nil {
		return Reading{}
	}
	facts := col.areas[area]
	var r Reading
	for i := range facts {
		f := &facts[i]
		if f.answer == framework.Unknown && !f.isNumber {
			continue
		}
		if !at.counts(f.period) && !e.carried(indicator, f, at.Day) {
			continue
		}
		switch {
		case !r.Known():
			r = Reading{Answer: f.answer, Number: f.number, IsNumber: f.isNumber, Source: f.source, ProvenOn: f.proven}
		case f.source == r.Source:
			// Several items of one source (two hotlines): one that exists is enough. An older period
			// of the same item changes nothing.
			if f.answer == framework.Yes && r.Answer == framework.No && !olderOf(facts[:i], f, at) {
				r.Answer, r.ProvenOn = framework.Yes, f.proven
			}
		case f.answer != r.Answer && !f.isNumber && r.Against == "" && !olderOf(facts[:i], f, at):
			r.Against = f.source
		}
	}
	if r.Known() {
		return r
	}
	for _, source := range col.complete {
		if !slices.ContainsFunc(facts, func(f fact) bool { return f.source == source }) {
			return Reading{Answer: framework.No, Source: source, Implied: true}
		}
	}
	return r
}

// olderOf tells whether an earlier fact in the list already speaks for the same source and item.
func olderOf(before []fact, f *fact, at Moment) bool {
	return slices.ContainsFunc(before, func(b fact) bool {
		return b.source == f.source && b.item == f.item && (b.answer != framework.Unknown || b.isNumber) &&
			at.counts(b.period)
	})
}

// carried tells whether a survey or count still speaks after its period: up to the version's limit
// of months (DOMAIN.md section 7).
func (e *Evidence) carried(indicator string, f *fact, asOf reference.Date) bool {
	if e.carry[indicator] != "survey" || f.period.Start > asOf {
		return false
	}
	return asOf.Months()-f.period.End.Months() <= e.parameters.SurveyUnknownAfterMonths
}

// Source gives a source by its code.
func (e *Evidence) Source(code string) (Source, bool) {
	s, ok := e.sources[code]
	return s, ok
}

// country binds a criterion to one area and day.
type country struct {
	evidence *Evidence
	area     string
	at       Moment
}

func (c country) Answer(indicator string) framework.Tri {
	return c.evidence.Read(indicator, c.area, c.at).Answer
}

func (c country) Number(indicator string) (float64, bool) {
	r := c.evidence.Read(indicator, c.area, c.at)
	return r.Number, r.IsNumber
}
