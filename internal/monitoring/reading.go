package monitoring

import (
	"slices"
	"strconv"

	"waymark/internal/framework"
	"waymark/internal/reference"
)

// Reading is what the evidence says about one indicator of one area on one day, and on whose word.
type Reading struct {
	Answer framework.Tri
	// Partly: the answer is "partly", which is neither yes nor no. A criterion then comes out as partly
	// where yes would meet it and no would not (see Assessor.Status).
	Partly   bool
	Number   float64
	IsNumber bool
	Source   string
	ProvenOn reference.Date
	// Implied: a complete list does not name the area, so the answer is "no".
	Implied bool
	// Against is a source of the same rank or below that answers otherwise about the same time;
	// empty: none.
	Against string
}

// Word is the answer as yes, partly or no; empty where it is not known or is a number.
func (r Reading) Word() string {
	switch {
	case r.Partly:
		return string(AnswerPartly)
	case r.Answer == framework.Yes:
		return string(AnswerYes)
	case r.Answer == framework.No:
		return string(AnswerNo)
	}
	return ""
}

// says is the answer or the number in words.
func (r Reading) says() string {
	if r.IsNumber {
		return strconv.FormatFloat(r.Number, 'f', -1, 64)
	}
	return r.Word()
}

// Known tells whether there is an answer.
func (r Reading) Known() bool { return r.Answer != framework.Unknown || r.Partly || r.IsNumber }

// Moment says which rows count: what held on Day, or every row where Day is zero. Undated adds, to
// what held on a day, the rows that name no day at all.
type Moment struct {
	Day     reference.Date
	Undated bool
}

// On is what held on a day, by dated evidence only; the zero Date is every row.
func On(day reference.Date) Moment { return Moment{Day: day} }

// speaks tells whether a fact has something to say at the moment. A survey or count still speaks
// after its period, up to the version's limit of months (DOMAIN.md section 7).
func (m Moment) speaks(f *fact, carry int) bool {
	switch p := f.period; {
	case f.says == nothing:
		return false
	case m.Day == 0, p.Covers(m.Day):
		return true
	case p == reference.Period{}:
		return m.Undated
	default:
		return carry >= 0 && p.End < m.Day && m.Day.Months()-p.End.Months() <= carry
	}
}

// none is no source.
const none = int32(-1)

// cell is a Reading without words, as views keep it for every area.
type cell struct {
	number  float64
	proven  reference.Date
	source  int32
	against int32
	says    said
	implied bool
}

// Read looks one indicator of one area up. Of what counts at the moment the first source of the
// column's order decides, by its latest period. A later row without an answer never hides an earlier
// one that has one: "not assessed this year" is no change of the law.
func (e *Evidence) Read(indicator, area string, at Moment) Reading {
	col := e.columns[indicator]
	if col == nil {
		return Reading{}
	}
	place, ok := e.areas[area]
	if !ok {
		place = none
	}
	return e.reading(col.read(place, at))
}

func (e *Evidence) reading(c cell) Reading {
	r := Reading{ProvenOn: c.proven, Implied: c.implied}
	switch c.says {
	case nothing:
		return Reading{}
	case saysNo:
		r.Answer = framework.No
	case saysPartly:
		r.Partly = true
	case saysYes:
		r.Answer = framework.Yes
	case saysNumber:
		r.Number, r.IsNumber = c.number, true
	}
	r.Source = e.sources[c.source].Code
	if c.against != none {
		r.Against = e.sources[c.against].Code
	}
	return r
}

// read settles what the facts of one area say.
func (c *column) read(place int32, at Moment) cell {
	facts := c.of(place)
	for i := range facts {
		if !at.speaks(&facts[i], c.carry) {
			continue
		}
		if c.plain {
			return facts[i].cell()
		}
		out, period := c.voice(facts, i, at)
		if !c.single {
			out.against = c.opponent(facts, out, period, at)
		}
		return out
	}
	for _, source := range c.complete {
		if !slices.ContainsFunc(facts, func(f fact) bool { return f.source == source }) {
			return cell{says: saysNo, source: source, against: none, implied: true}
		}
	}
	return cell{source: none, against: none}
}

func (f *fact) cell() cell {
	return cell{says: f.says, number: f.number, proven: f.proven, source: f.source, against: none}
}

// voice is what the source of the fact at place first says, which is the first of its facts that
// speaks. Of several items (two hotlines) one that exists is enough; an older period of an item that
// has spoken changes nothing. The period is that of the fact that decides.
func (c *column) voice(facts []fact, first int, at Moment) (cell, reference.Period) {
	f := &facts[first]
	out, period := f.cell(), f.period
	for i := first + 1; i < len(facts) && out.says < saysYes; i++ {
		if g := &facts[i]; g.source == f.source && g.says > out.says && g.says <= saysYes && at.speaks(g, c.carry) && !c.spoken(facts[:i], g, at) {
			out.says, out.proven, period = g.says, g.proven, g.period
		}
	}
	return out, period
}

// spoken tells whether an earlier fact of the list already speaks for the same source and item.
func (c *column) spoken(before []fact, f *fact, at Moment) bool {
	return slices.ContainsFunc(before, func(b fact) bool {
		return b.source == f.source && b.item == f.item && at.speaks(&b, c.carry)
	})
}

// opponent finds the first other source that answers otherwise about a time that the answer covers
// too; a statement without a date is about any time.
func (c *column) opponent(facts []fact, answer cell, period reference.Period, at Moment) int32 {
	heard := []int32{answer.source}
	for i := range facts {
		f := &facts[i]
		if slices.Contains(heard, f.source) || !at.speaks(f, c.carry) {
			continue
		}
		heard = append(heard, f.source)
		other, when := c.voice(facts, i, at)
		if (other.says != answer.says || other.number != answer.number) && sameTime(when, period) {
			return f.source
		}
	}
	return none
}

// sameTime tells whether two periods share a day, as far as is known.
func sameTime(a, b reference.Period) bool {
	return a == reference.Period{} || b == reference.Period{} || a.Overlaps(b)
}

// against is what an opponent says, in words.
func (e *Evidence) against(indicator, area, source string, at Moment) Reading {
	col := e.columns[indicator]
	place, ok := e.areas[area]
	if col == nil || !ok {
		return Reading{}
	}
	facts := col.of(place)
	for i := range facts {
		if e.sources[facts[i].source].Code == source && at.speaks(&facts[i], col.carry) {
			said, _ := col.voice(facts, i, at)
			return e.reading(said)
		}
	}
	return Reading{}
}
