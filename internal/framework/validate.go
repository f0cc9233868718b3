package framework

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"
	"golang.org/x/text/unicode/norm"

	"waymark/internal/fault"
)

// Validate checks that a version is whole: the tree is sound, codes and ids are unique, every name
// leads somewhere, quoted words stand in the text they are quoted from, every criterion compiles and
// every counted element has one headline. The refusal names up to ten problems, each with its place.
func Validate(v *Version) error {
	c := check{v: v, elements: map[string]*Element{}, indicators: map[string]*Indicator{}, mechanisms: map[string]bool{}, questions: map[string]string{}}
	c.version()
	c.tree()
	c.details()
	c.targets()
	c.sheets()
	c.indicatorList()
	c.variants()
	c.series()
	c.rest()
	if len(c.problems) == 0 {
		return nil
	}
	shown := c.problems
	more := ""
	if len(shown) > 10 {
		more = fmt.Sprintf("; and %d more", len(shown)-10)
		shown = shown[:10]
	}
	return fault.New(fault.Refused, fmt.Sprintf("framework %s is not whole: %s%s", v.ID(), strings.Join(shown, "; "), more),
		"mend the places named and read it again")
}

// check collects what is wrong with a version.
type check struct {
	v          *Version
	problems   []string
	elements   map[string]*Element // by code
	indicators map[string]*Indicator
	mechanisms map[string]bool
	questions  map[string]string // open question → its element
}

func (c *check) wrong(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// want notes a problem unless ok.
func (c *check) want(ok bool, format string, args ...any) {
	if !ok {
		c.wrong(format, args...)
	}
}

var (
	namePattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	// idPattern keeps "_wm_" + id within the 40 letters, digits and underscores of a Word bookmark.
	idPattern        = regexp.MustCompile(`^[a-z][a-z0-9_]{0,35}$`)
	codePattern      = regexp.MustCompile(`^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$`)
	indicatorPattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// reserved are the words of CEL that no indicator can be called.
var reserved = []string{"true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while"}

func (c *check) version() {
	v := c.v
	c.want(namePattern.MatchString(v.Framework), "the name %q is not made of small letters, digits and single hyphens", v.Framework)
	c.want(v.Number >= 1, "the number %d is not 1 or more", v.Number)
	c.want(v.Title != "", "it has no title")
	c.want(v.Language != "", "it does not say in which language it is written")
	c.want(v.Universe != "", "it does not say over which countries it counts")
	c.want(v.WeightsYear > 0, "it does not say which year's child population weighs")
	c.want(slices.Contains([]State{Draft, Consultation, Adopted, Superseded}, v.State), "the state %q is none of draft, consultation, adopted, superseded", v.State)
	inForce := v.State == Adopted || v.State == Superseded
	c.want(!inForce || v.Valid.Start != 0, "it is adopted and does not say from when it is valid")
	c.want(v.Valid.Start <= v.Valid.End, "its validity ends before it begins")
}

var kinds = []Kind{KindTitle, KindHeading, KindHeaderField, KindBackground, KindAim, KindScope, KindPillar, KindProcessStep,
	KindImpactVision, KindImpactTarget, KindNote, KindOutcome, KindOutcomeContinuation, KindTarget, KindTargetGroup, KindStepHeading,
	KindStep, KindTargetStatement, KindOutput, KindOutputSubitem, KindFootnote, KindReference, KindReferenceDesc}

// tree checks names, texts and parents.
func (c *check) tree() {
	c.want(len(c.v.Elements) > 0, "it has no elements")
	ids := map[string]bool{}
	for _, id := range c.v.Retired {
		c.want(!ids[id], "the retired id %q is listed twice", id)
		ids[id] = true
	}
	c.want(slices.IsSorted(c.v.Retired), "the retired ids are not in order")
	for i := range c.v.Elements {
		e := &c.v.Elements[i]
		c.want(codePattern.MatchString(e.Code), "%q is no code for an element", e.Code)
		c.want(idPattern.MatchString(e.ID), "element %s has the id %q: write small letters, digits and underscores, at most 36", e.Code, e.ID)
		c.want(!ids[e.ID], "element %s has the id %q, which is retired or in use", e.Code, e.ID)
		ids[e.ID] = true
		c.want(c.elements[e.Code] == nil, "two elements have the code %s", e.Code)
		c.elements[e.Code] = e
		c.want(slices.Contains(kinds, e.Kind), "element %s is of an unknown kind %q", e.Code, e.Kind)
		c.want(strings.TrimSpace(e.Text) != "", "element %s has no words", e.Code)
		c.want(utf8.ValidString(e.Text) && norm.NFC.IsNormalString(e.Text), "element %s holds broken characters, or characters not in the composed form (NFC)", e.Code)
	}
	for i := range c.v.Elements {
		e := &c.v.Elements[i]
		for _, id := range e.Origins {
			c.want(slices.Contains(c.v.Retired, id), "element %s comes from %q, which is not retired", e.Code, id)
		}
		seen := map[string]bool{e.Code: true}
		for up := e.Parent; up != ""; {
			parent := c.elements[up]
			if parent == nil {
				c.want(up != e.Parent, "element %s stands below %q, which is not there", e.Code, up)
				break
			}
			if seen[up] {
				c.wrong("element %s stands below itself", e.Code)
				break
			}
			seen[up] = true
			up = parent.Parent
		}
	}
}

// details checks what hangs on the elements.
func (c *check) details() {
	for _, m := range c.v.Mechanisms {
		c.want(m.Code != "" && !c.mechanisms[m.Code], "the mechanism code %q is empty or there twice", m.Code)
		c.want(m.Name != "" && m.Owner != "", "mechanism %s has no name or no owner", m.Code)
		c.mechanisms[m.Code] = true
	}
	for i := range c.v.Elements {
		e := &c.v.Elements[i]
		for _, m := range e.Mentions {
			c.want(m.Quote != "" && strings.Contains(e.Text, m.Quote+m.Marker), "element %s: the words %q are not in its text", e.Code, m.Quote+m.Marker)
			c.want(c.elements[m.To] != nil && m.To != e.Code, "element %s: %q leads to %q, which is not another element", e.Code, m.Quote, m.To)
		}
		for _, to := range e.Feeds {
			c.want(c.elements[to] != nil, "element %s informs %q, which is not there", e.Code, to)
		}
		for _, code := range e.Pillars {
			p := c.elements[code]
			c.want(p != nil && p.Kind == KindPillar, "element %s names the pillar %q, which is none", e.Code, code)
		}
		for _, m := range e.MeasuredBy {
			c.want(c.mechanisms[m], "element %s is measured by %q, which is no mechanism listed", e.Code, m)
		}
		c.want(slices.Contains([]Phase{"", PhaseActive, PhaseLater}, e.Phase), "element %s is in an unknown phase %q", e.Code, e.Phase)
		c.want((e.Phase == PhaseLater) == (e.ActivatedBy != ""), "element %s: what activates it belongs to a later phase and to no other", e.Code)
		c.want(e.Mandate == nil || e.Mandate.Holder != "" && e.Mandate.Source != "", "element %s: a mandate needs its holder and its source", e.Code)
		for language, t := range e.Translations {
			c.want(language != "" && language != c.v.Language && strings.TrimSpace(t.Text) != "", "element %s: its translation %q is empty or in the language of the text", e.Code, language)
		}
		for _, q := range e.Open {
			c.want(q.Code != "" && c.questions[q.Code] == "", "the open question %q of element %s has no code or is there twice", q.Code, e.Code)
			c.questions[q.Code] = e.Code
			c.want(slices.Contains([]string{"open_value", "bare_percent", "orphan_mark", "question"}, q.Kind), "the open question %s is of an unknown kind %q", q.Code, q.Kind)
			c.want(q.Kind == "question" || q.Text != "" && strings.Contains(e.Text, q.Text), "the open question %s: the words %q are not in element %s", q.Code, q.Text, e.Code)
			c.want(q.Note != "", "the open question %s does not say what is open", q.Code)
		}
	}
}

func (c *check) targets() {
	codes := map[string]bool{}
	for i := range c.v.Targets {
		codes[c.v.Targets[i].Code] = true
	}
	seen := map[string]bool{}
	answered := map[string]bool{}
	for i := range c.v.Targets {
		t := &c.v.Targets[i]
		c.want(!seen[t.Code], "two targets have the code %s", t.Code)
		seen[t.Code] = true
		c.want(c.elements[t.Of] != nil, "target %s belongs to %q, which is not there", t.Code, t.Of)
		c.want(t.Code == t.Of || strings.HasPrefix(t.Code, t.Of+"/"), "target %s of %s is called neither %s nor %s/something", t.Code, t.Of, t.Of, t.Of)
		c.want(t.Unit != "", "target %s does not say what is counted", t.Code)
		c.want(slices.Contains([]string{"", "countries", "children"}, t.JudgedOn), "target %s is judged on %q, not on countries or children", t.Code, t.JudgedOn)
		c.want(t.OpenCode == "" || c.questions[t.OpenCode] == t.Of, "target %s answers the open question %q, which is none of %s", t.Code, t.OpenCode, t.Of)
		c.want(t.OpenCode == "" || !answered[t.OpenCode], "two targets answer the open question %s", t.OpenCode)
		answered[t.OpenCode] = true
		for _, part := range t.Composite {
			c.want(codes[part] && part != t.Code, "target %s combines %q, which is not another target", t.Code, part)
		}
		for n, r := range t.Revisions {
			where := fmt.Sprintf("revision %d of target %s", n+1, t.Code)
			c.want(r.Value == nil || r.Operator == AtLeast || r.Operator == AtMost, "%s compares by %q, not by >= or <=", where, r.Operator)
			c.want(r.SetBy != "" && r.Reason != "", "%s does not say who set it and why", where)
			c.want(n == 0 || r.SetOn >= t.Revisions[n-1].SetOn, "%s was set before the one it follows", where)
			if r.Value != nil && strings.HasPrefix(t.Unit, "share") {
				c.want(!r.Value.IsNegative() && r.Value.LessThanOrEqual(decimal.NewFromInt(1)), "%s: a share of %s is not between 0 and 1", where, r.Value)
			}
		}
	}
}

func (c *check) sheets() {
	seen := map[string]bool{}
	counted := map[string]bool{}
	for i := range c.v.Variants {
		counted[c.v.Variants[i].Of] = true
	}
	for i := range c.v.Sheets {
		s := &c.v.Sheets[i]
		c.want(c.elements[s.Code] != nil, "there is a sheet for %q, which is no element", s.Code)
		c.want(!seen[s.Code], "there are two sheets for %s", s.Code)
		seen[s.Code] = true
		c.want(s.Version >= 1, "sheet %s has no version", s.Code)
		for _, field := range []struct{ name, text string }{{"title", s.Title}, {"definition", s.Definition}, {"numerator", s.Numerator}, {"denominator", s.Denominator},
			{"unit", s.Unit}, {"method", s.Method}, {"frequency", s.Frequency}, {"progress rule", s.ProgressRule}} {
			c.want(field.text != "", "sheet %s has no %s", s.Code, field.name)
		}
		c.want(s.Direction == "increase" || s.Direction == "decrease", "sheet %s does not say whether more is better (direction increase or decrease)", s.Code)
		c.want(slices.Contains([]string{"none", "within_year", "cumulative"}, s.Accumulation), "sheet %s: the accumulation %q is none of none, within_year, cumulative", s.Code, s.Accumulation)
		c.want(slices.Contains([]Measure{ShareOfCountries, ShareOfChildren, Count, ShareOfCases}, s.Measure), "sheet %s: %q is no measure", s.Code, s.Measure)
		c.want(counted[s.Code] == (s.NotComputed == ""), "sheet %s: either it has variants, or it says why no figure is computed", s.Code)
	}
	for i := range c.v.Targets {
		c.want(seen[c.v.Targets[i].Of], "target %s has no sheet", c.v.Targets[i].Code)
	}
	for code := range counted {
		c.want(seen[code], "%s has variants and no sheet", code)
	}
}

func (c *check) indicatorList() {
	for i := range c.v.Indicators {
		ind := &c.v.Indicators[i]
		c.want(indicatorPattern.MatchString(ind.Code) && !slices.Contains(reserved, ind.Code), "%q is no code for an indicator: write small letters, digits and underscores", ind.Code)
		c.want(c.indicators[ind.Code] == nil, "two indicators have the code %s", ind.Code)
		c.indicators[ind.Code] = ind
		c.want(ind.Title != "" && ind.Question != "", "indicator %s has no title or no question", ind.Code)
		c.want(ind.Kind == Answer || ind.Kind == Number, "indicator %s is of an unknown kind %q", ind.Code, ind.Kind)
		c.want((ind.Kind == Number) == (ind.Unit != ""), "indicator %s: a number has a unit, an answer has none", ind.Code)
		c.want(ind.Carry == "until_changed" || ind.Carry == "survey", "indicator %s does not say how long an answer holds (until_changed or survey)", ind.Code)
		c.want(ind.Context || len(ind.Elements) > 0, "indicator %s speaks to no element and is not context either", ind.Code)
		for _, code := range ind.Elements {
			c.want(c.elements[code] != nil, "indicator %s speaks to %q, which is not there", ind.Code, code)
		}
	}
}
