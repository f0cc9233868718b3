package publication

import (
	"slices"
	"strings"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
)

// Aim is one thing the framework wants to reach, an aim, an outcome or the vision, with every measure
// that speaks to it. There is no score of an aim: measures stand side by side and are never summed up.
type Aim struct {
	Element   *framework.Element
	Continued []*framework.Element // the rest of its words
	Measures  []AimMeasure
	Outputs   []*framework.Element
	// Judged tells that which measures speak to it is our reading and not the results table's.
	Judged bool
}

// AimMeasure is one measurable statement with its headline figure; nil is an honest gap.
type AimMeasure struct {
	Sheet  *framework.Sheet
	Figure *monitoring.Figure
}

// aimMeasures says which measures speak to the aims of the 2015 document and to the vision's children
// who are empowered. The document draws no such line: by our judgement. An empty list is a gap.
var aimMeasures = map[string][]string{
	"AIM-1": {"T5.2", "T5.3"},
	"AIM-2": {"IM-1", "T1", "T2"},
	"AIM-3": {},
	"AIM-4": {"T5.5"},
	"AIM-5": {"T1.1", "T1.2", "T5.6"},
	"AIM-6": {},
	"IM-V":  {"T4.1", "T4.2", "T5.1"},
}

// Aims lists the aims, outcomes and the vision of a version in the order of the document.
func (n *Snapshot) Aims(q FigureQuery) ([]Aim, error) {
	e, err := n.lookUp(q.Version)
	if err != nil {
		return nil, err
	}
	var out []Aim
	for i := range e.version.Elements {
		switch el := &e.version.Elements[i]; el.Kind {
		case framework.KindAim, framework.KindOutcome, framework.KindImpactVision:
			a, err := n.aim(e, el, q)
			if err != nil {
				return nil, err
			}
			out = append(out, a)
		}
	}
	return out, nil
}

// Aim gives one of them. A code that is none is fault.NotFound.
func (n *Snapshot) Aim(code string, q FigureQuery) (Aim, error) {
	aims, err := n.Aims(q)
	if err != nil {
		return Aim{}, err
	}
	i := slices.IndexFunc(aims, func(a Aim) bool { return a.Element.Code == code })
	if i < 0 {
		return Aim{}, fault.Newf(fault.NotFound, "there is no aim or outcome %q", code).WithFix("There are AIM-1 to AIM-6, OC-1 to OC-5 and IM-V.")
	}
	return aims[i], nil
}

func (n *Snapshot) aim(e *edition, el *framework.Element, q FigureQuery) (Aim, error) {
	a := Aim{Element: el, Judged: el.Kind != framework.KindOutcome}
	var sheets []*framework.Sheet
	if el.Kind == framework.KindOutcome {
		var below func(code string)
		below = func(code string) {
			for _, child := range e.version.Children(code) {
				if child.Kind == framework.KindOutcomeContinuation {
					a.Continued = append(a.Continued, child)
				}
				if child.Kind == framework.KindOutput {
					a.Outputs = append(a.Outputs, child)
				}
				if s, ok := e.version.Sheet(child.Code); ok {
					sheets = append(sheets, s)
				}
				below(child.Code)
			}
		}
		below(el.Code)
		slices.SortFunc(sheets, func(x, y *framework.Sheet) int { return strings.Compare(x.Code, y.Code) })
	}
	for _, code := range aimMeasures[el.Code] {
		if s, ok := e.version.Sheet(code); ok {
			sheets = append(sheets, s)
		}
	}
	for _, s := range sheets {
		f, err := n.headlineOf(e, s.Code, q)
		if err != nil {
			return a, err
		}
		a.Measures = append(a.Measures, AimMeasure{s, f})
	}
	return a, nil
}
