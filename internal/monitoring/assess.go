package monitoring

import (
	"fmt"
	"slices"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/reference"
)

// Assessor applies one framework version's criteria. It is safe for concurrent use.
type Assessor struct {
	Version  *framework.Version
	criteria map[string]*criterion
	voices   map[string][]voice
}

// voice is a compiled framework.Voice: up to three one-expression criteria, the first that is met is
// what the voice says.
type voice struct {
	framework.Voice
	says []saying
}

type saying struct {
	status    framework.Status
	criterion *criterion
}

// NewAssessor compiles every variant of a version and refuses it whole if one cannot be.
func NewAssessor(v *framework.Version) (*Assessor, error) {
	a := &Assessor{Version: v, criteria: map[string]*criterion{}, voices: map[string][]voice{}}
	for i := range v.Variants {
		w := &v.Variants[i]
		if w.Compose != nil {
			continue
		}
		c, err := compile(w, v)
		if err != nil {
			return nil, err
		}
		a.criteria[w.Code] = c
		for _, fv := range w.Voices {
			compiled := voice{Voice: fv}
			for _, s := range []struct {
				status     framework.Status
				expression string
			}{{framework.Met, fv.Met}, {framework.Partly, fv.Partly}, {framework.NotMet, fv.NotMet}} {
				if s.expression == "" {
					continue
				}
				c, err := compile(&framework.Variant{Code: w.Code + "/" + fv.Code, Met: s.expression}, v)
				if err != nil {
					return nil, err
				}
				compiled.says = append(compiled.says, saying{s.status, c})
			}
			a.voices[w.Code] = append(a.voices[w.Code], compiled)
		}
	}
	for i := range v.Variants {
		if c := v.Variants[i].Compose; c != nil {
			for _, code := range c.Of {
				if _, ok := a.criteria[code]; !ok {
					return nil, fault.Newf(fault.Refused, "framework %s: variant %s combines %q, which is not a variant with a criterion", v.ID(), v.Variants[i].Code, code)
				}
			}
		}
	}
	return a, nil
}

// Indicators lists what the version's criteria ask about a country, sorted.
func (a *Assessor) Indicators() []string {
	seen := map[string]bool{}
	for _, c := range a.criteria {
		for _, name := range c.Indicators() {
			seen[name] = true
		}
	}
	for _, voices := range a.voices {
		for _, v := range voices {
			for _, s := range v.says {
				for _, name := range s.criterion.Indicators() {
					seen[name] = true
				}
			}
		}
	}
	out := make([]string, 0, len(seen))
	for name := range seen {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Criterion gives the compiled criterion of a variant.
func (a *Assessor) Criterion(variant string) (*framework.Criterion, bool) {
	c, ok := a.criteria[variant]
	if !ok {
		return nil, false
	}
	return c.Criterion, true
}

// Status is where one area stands on a variant on a day.
func (a *Assessor) Status(variant *framework.Variant, e *Evidence, area string, at Moment) (framework.Status, error) {
	var out framework.Status
	for i, base := range a.bases(variant) {
		s, err := a.criteria[base.Code].area(e, area, at)
		if err != nil {
			return s, fmt.Errorf("country %s: %w", area, err)
		}
		out = combine(variant, i, out, s)
	}
	return out, nil
}

// combine adds the i-th part's status to what the parts before it gave.
func combine(v *framework.Variant, i int, sofar, s framework.Status) framework.Status {
	switch {
	case i == 0:
		return s
	case v.Compose.Op == "or":
		return sofar.Or(s)
	}
	return sofar.And(s) // half has no status of its own; its country view is that of "and"
}

// Statuses gives the status of every area, in their order.
func (a *Assessor) Statuses(variant *framework.Variant, e *Evidence, areas []string, at Moment) ([]framework.Status, error) {
	return a.statuses(variant, e.at(at), e.places(areas))
}

func (a *Assessor) statuses(variant *framework.Variant, v *view, places []int32) ([]framework.Status, error) {
	out := make([]framework.Status, len(places))
	for i, base := range a.bases(variant) {
		all, err := v.status(a.criteria[base.Code])
		if err != nil {
			return nil, err
		}
		for j, place := range places {
			out[j] = combine(variant, i, out[j], all[place])
		}
	}
	return out, nil
}

// Saying is what one voice says about one area.
type Saying struct {
	Voice    framework.Voice
	Status   framework.Status
	ProvenOn reference.Date
}

// Sayings lists what each voice of a variant says about an area; a silent voice is left out.
func (a *Assessor) Sayings(variant string, e *Evidence, area string, at Moment) ([]Saying, error) {
	var out []Saying
	for _, v := range a.voices[variant] {
		for _, s := range v.says {
			status, err := s.criterion.area(e, area, at)
			if err != nil {
				return nil, err
			}
			if status != framework.Met { // the expression is not true
				continue
			}
			said := Saying{Voice: v.Voice, Status: s.status}
			for _, ind := range s.criterion.Indicators() {
				if r := e.Read(ind, area, at); r.Known() && !r.Implied && r.ProvenOn > said.ProvenOn {
					said.ProvenOn = r.ProvenOn
				}
			}
			out = append(out, said)
			break
		}
	}
	return out, nil
}

// Conflicts lists, for one variant, where voices give one area different statuses, and where two
// sources give one indicator different answers. Only met against not met is queued; a difference in
// degree is marked InScale and shown.
func (a *Assessor) Conflicts(variant string, e *Evidence, areas []string, at Moment) ([]Conflict, error) {
	var out []Conflict
	for _, area := range areas {
		sayings, err := a.Sayings(variant, e, area, at)
		if err != nil {
			return nil, fmt.Errorf("country %s: %w", area, err)
		}
		for i := 1; i < len(sayings); i++ {
			x, y := sayings[0], sayings[i]
			if x.Status == y.Status {
				continue
			}
			out = append(out, Conflict{
				Area: area, Of: variant,
				A:       Claim{x.Voice.Source, x.Voice.Code, x.Status.Word(), x.ProvenOn},
				B:       Claim{y.Voice.Source, y.Voice.Code, y.Status.Word(), y.ProvenOn},
				InScale: x.Status == framework.Partly || y.Status == framework.Partly,
			})
		}
		for _, ind := range a.criteria[variant].Indicators() {
			if r := e.Read(ind, area, at); r.Against != "" {
				other := e.against(ind, area, r.Against, at)
				out = append(out, Conflict{
					Area: area, Of: ind, InScale: r.Partly || other.Partly,
					A: Claim{Source: r.Source, Says: r.says(), On: r.ProvenOn},
					B: Claim{Source: r.Against, Says: other.says(), On: other.ProvenOn},
				})
			}
		}
	}
	return out, nil
}
