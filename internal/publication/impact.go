package publication

import (
	"context"
	"encoding/json"
	"slices"

	"waymark/internal/framework"
	"waymark/internal/monitoring"
)

// Impact is what a change of the framework would do to the figures, on the same evidence: what a
// definition costs, before it is decided.
type Impact struct {
	From      string               `json:"from"`
	To        string               `json:"to"`
	Crosswalk *framework.Crosswalk `json:"crosswalk"`
	Figures   []FigureImpact       `json:"figures"`
}

// FigureImpact is one code's headline before and after.
type FigureImpact struct {
	Code   string             `json:"code"`
	Before *monitoring.Figure `json:"before"` // nil: the code had no figure
	After  *monitoring.Figure `json:"after"`  // nil: it would have none
	// Comparable: the later figure may be held against the earlier one as a development.
	Comparable bool `json:"comparable"`
	// Changed are the countries that would stand elsewhere, in the order of their codes.
	Changed []CountryImpact `json:"changed"`
}

// CountryImpact is one country that would stand elsewhere, and the answers that decide it.
type CountryImpact struct {
	Area    string         `json:"area"`
	Before  string         `json:"before"` // met, partly, notMet, unknown
	After   string         `json:"after"`
	Because []AnswerImpact `json:"because"`
}

// AnswerImpact is one answer that the criterion after the change rests on.
type AnswerImpact struct {
	Indicator string `json:"indicator"`
	Answer    string `json:"answer"` // yes, no, or empty: not known
	Source    string `json:"source,omitempty"`
}

// Impact works out what edits to a version would do. Nothing is stored. q.Version names the version
// they are made to; empty is the one in force. A query may also ask for another universe or weights
// year after the change (after).
//
// The answer is kept as long as the snapshot, so that a page with many changes is not worked out each
// time it is opened. It is shared: nobody changes it.
func (n *Snapshot) Impact(ctx context.Context, edits []framework.Edit, q FigureQuery) (*Impact, error) {
	asked, err := json.Marshal(map[string]any{"edits": edits, "query": q})
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	known := n.impacts[string(asked)]
	n.mu.Unlock()
	if known != nil {
		return known, nil
	}
	out, err := n.impact(ctx, edits, q)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.impacts == nil || len(n.impacts) >= mostImpacts { // anybody may ask for anything
		n.impacts = map[string]*Impact{}
	}
	n.impacts[string(asked)] = out
	return out, nil
}

// mostImpacts is how many answers a snapshot keeps.
const mostImpacts = 100

func (n *Snapshot) impact(ctx context.Context, edits []framework.Edit, q FigureQuery) (*Impact, error) {
	before, err := n.lookUp(q.Version)
	if err != nil {
		return nil, err
	}
	next, cross, err := framework.Apply(before.version, edits)
	if err != nil {
		return nil, err
	}
	next.Valid = before.version.Valid // a draft holds from no day yet; the figures are asked for the same time
	after, err := n.trial(ctx, next)
	if err != nil {
		return nil, err
	}
	out := &Impact{From: before.version.ID(), To: next.ID(), Crosswalk: cross}
	for _, code := range measured(before.version, next) {
		f := FigureImpact{Code: code, Changed: []CountryImpact{}}
		if f.Before, err = n.headlineOf(before, code, q); err != nil {
			return nil, err
		}
		if f.After, err = n.headlineOf(after, code, q); err != nil {
			return nil, err
		}
		f.Comparable = comparable(before.version, cross, code) && f.Before != nil && f.After != nil && f.Before.Variant == f.After.Variant
		if f.Before != nil && f.After != nil {
			f.Changed = changed(before, after, f.Before, f.After, q)
		}
		out.Figures = append(out.Figures, f)
	}
	return out, nil
}

// trial is an edition of a version that is not stored.
func (n *Snapshot) trial(ctx context.Context, v *framework.Version) (*edition, error) {
	assessor, err := monitoring.NewAssessor(v)
	if err != nil {
		return nil, err
	}
	rows, err := n.store.Observations(ctx, monitoring.ObservationQuery{Indicators: assessor.Indicators()})
	if err != nil {
		return nil, err
	}
	return &edition{version: v, assessor: assessor, evidence: monitoring.NewEvidence(rows, n.Sources, v), figures: map[figureKey]monitoring.Figure{}}, nil
}

// measured lists the codes that have variants in either version, in the order of the earlier one.
func measured(a, b *framework.Version) []string {
	var out []string
	for _, v := range []*framework.Version{a, b} {
		for i := range v.Variants {
			if of := v.Variants[i].Of; !slices.Contains(out, of) {
				out = append(out, of)
			}
		}
	}
	return out
}

// headlineOf is the headline figure of a code in an edition; nil where it has none.
func (n *Snapshot) headlineOf(e *edition, code string, q FigureQuery) (*monitoring.Figure, error) {
	for _, v := range e.version.VariantsOf(code) {
		if !v.Headline {
			continue
		}
		f, err := n.figure(e, v, q)
		if err != nil {
			return nil, err
		}
		return &f, nil
	}
	return nil, nil //nolint:nilnil // no figure is an answer here
}

func comparable(v *framework.Version, cross *framework.Crosswalk, code string) bool {
	e, ok := v.Element(code)
	if !ok {
		return false
	}
	row, ok := cross.Of(e.ID)
	return ok && row.Comparable
}

// changed compares the statuses of two figures over the countries they share.
func changed(before, after *edition, was, is *monitoring.Figure, q FigureQuery) []CountryImpact {
	out := []CountryImpact{}
	earlier := map[string]framework.Status{}
	for _, s := range was.Statuses {
		earlier[s.Area] = s.Status
	}
	variant, ok := after.version.Variant(is.Code, is.Variant)
	if !ok {
		return out
	}
	for _, s := range is.Statuses {
		old, counted := earlier[s.Area]
		if counted && old == s.Status {
			continue
		}
		c := CountryImpact{Area: s.Area, Before: old.Word(), After: s.Status.Word(), Because: after.because(variant, s.Area, q)}
		if !counted {
			c.Before = ""
		}
		out = append(out, c)
	}
	return out
}

// because lists the answers a variant rests on in one country.
func (e *edition) because(v *framework.Variant, area string, q FigureQuery) []AnswerImpact {
	codes := []string{v.Code}
	if v.Compose != nil {
		codes = v.Compose.Of
	}
	var out []AnswerImpact
	for _, code := range codes {
		criterion, ok := e.assessor.Criterion(code)
		if !ok {
			continue
		}
		for _, ind := range criterion.Indicators() {
			r := e.evidence.Read(ind, area, monitoring.On(q.AsOf))
			out = append(out, AnswerImpact{ind, r.Word(), r.Source})
		}
	}
	return out
}
