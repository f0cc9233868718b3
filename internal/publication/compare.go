package publication

import (
	"context"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// MaxCompared is how many countries stand beside each other at most: more cannot be read at once.
const MaxCompared = 6

// Comparison is countries beside each other. It has no score and no order of its own: the countries
// stand as they were asked for.
type Comparison struct {
	Countries []reference.Country
	Counted   []bool // which of them are in the universe of the figures
	Targets   []ComparedTarget
}

// ComparedTarget is one target: where each country stands on it, and what is known of each question
// that its criterion asks. Without evidence it has neither.
type ComparedTarget struct {
	Code    string
	Variant *framework.Variant // nil: nothing is computed for this target yet
	Status  ComparedRow
	Answers []ComparedRow
}

// ComparedRow is one line: a status, or an answer to Indicator.
type ComparedRow struct {
	Indicator framework.Indicator // without a code in the line of the status
	Cells     []ComparedCell      // one for each country
}

// ComparedCell is what is known of one country, and on whose word.
type ComparedCell struct {
	// Word is a status (met, partly, notMet, unknown; empty: the country is in no figure) or an answer (yes, partly, no; empty: not known).
	Word      string
	Number    float64
	IsNumber  bool
	Voices    []monitoring.Saying // who says so, in the line of a status
	Reading   monitoring.Reading  // who says so, in the line of an answer
	Contested bool                // sources contradict each other
}

// IsKnown tells whether the cell has an answer.
func (c *ComparedCell) IsKnown() bool { return c.IsNumber || c.Word != "" && c.Word != "unknown" }

func (c *ComparedCell) isAs(o *ComparedCell) bool {
	return c.Word == o.Word && c.IsNumber == o.IsNumber && c.Number == o.Number
}

// Differs tells whether two known cells say different things. What is not known differs from nothing.
func (r *ComparedRow) Differs() bool {
	var first *ComparedCell
	for i := range r.Cells {
		c := &r.Cells[i]
		switch {
		case !c.IsKnown():
		case first == nil:
			first = c
		case !c.isAs(first):
			return true
		}
	}
	return false
}

// Unknown counts the cells without an answer.
func (r *ComparedRow) Unknown() int {
	n := 0
	for i := range r.Cells {
		if !r.Cells[i].IsKnown() {
			n++
		}
	}
	return n
}

// Compare puts countries beside each other on the headline variants of some targets. A country or
// target that is none is fault.NotFound; more than MaxCompared countries are refused.
func (n *Snapshot) Compare(ctx context.Context, iso3, codes []string, q FigureQuery) (Comparison, error) {
	var out Comparison
	if len(iso3) > MaxCompared {
		return out, fault.Newf(fault.Refused, "%d countries are too many to compare", len(iso3)).WithFix("Name six at most.")
	}
	e, err := n.lookUp(q.Version)
	if err != nil {
		return out, err
	}
	for _, code := range codes {
		if _, ok := e.version.Element(code); !ok {
			return out, fault.Newf(fault.NotFound, "the framework %s has no element %q", e.version.ID(), code)
		}
		t := ComparedTarget{Code: code}
		for _, v := range e.version.VariantsOf(code) {
			if v.Headline && (v.Compose == nil || v.Compose.Op != "half") {
				t.Variant = v
			}
		}
		out.Targets = append(out.Targets, t)
	}
	for _, code := range iso3 {
		p, err := n.Profile(ctx, code, q)
		if err != nil {
			return out, err
		}
		out.Countries, out.Counted = append(out.Countries, p.Country), append(out.Counted, p.Counts)
		for i := range out.Targets {
			if t := &out.Targets[i]; t.Variant != nil {
				t.add(&p)
			}
		}
	}
	return out, nil
}

// add takes what a profile says about the target into its lines.
func (t *ComparedTarget) add(p *Profile) {
	for i := range p.Targets {
		s := &p.Targets[i]
		if s.Code != t.Code || s.Variant.Code != t.Variant.Code {
			continue
		}
		var cell ComparedCell
		if p.Counts {
			cell.Word, cell.Voices = s.Status.Word(), s.Sayings
			for _, c := range s.Conflict {
				cell.Contested = cell.Contested || !c.InScale
			}
		}
		t.Status.Cells = append(t.Status.Cells, cell)
		if t.Answers == nil {
			for _, a := range s.Answers {
				t.Answers = append(t.Answers, ComparedRow{Indicator: a.Indicator})
			}
		}
		for j, a := range s.Answers {
			t.Answers[j].Cells = append(t.Answers[j].Cells, ComparedCell{
				Word: a.Reading.Word(), Number: a.Reading.Number, IsNumber: a.Reading.IsNumber, Reading: a.Reading, Contested: a.Reading.Against != "",
			})
		}
	}
}
