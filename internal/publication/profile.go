package publication

import (
	"context"
	"slices"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// Profile is where one country stands, on whose word, and what is not known.
type Profile struct {
	Country reference.Country
	// Counts tells whether the country is in the universe of the figures.
	Counts   bool
	Universe string
	Children int64 // under 18, in WeightsYear
	HasAges  bool  // false: the number of children is not known, which is not zero
	Year     int
	Targets  []Standing
	// Context are the standing observations that are shown and never counted.
	Context []monitoring.Observation
}

// Standing is where the country stands on one target's headline variant, and on the others.
type Standing struct {
	Code     string
	Variant  *framework.Variant
	Headline bool
	Status   framework.Status
	Sayings  []monitoring.Saying
	Answers  []Answer
	Conflict []monitoring.Conflict
}

// Answer is what is known of one indicator that a criterion asks for, with every statement made.
type Answer struct {
	Indicator framework.Indicator
	Reading   monitoring.Reading
	Said      []monitoring.Observation // by all sources, the published one first
}

// Profile tells where a country or territory stands. A code that is none is fault.NotFound.
func (n *Snapshot) Profile(ctx context.Context, iso3 string, q FigureQuery) (Profile, error) {
	c, ok := n.World.Country(iso3)
	if !ok {
		return Profile{}, fault.Newf(fault.NotFound, "there is no country with the code %q", iso3).WithFix("Use the ISO code of three letters, for example KEN.")
	}
	e, err := n.lookUp(q.Version)
	if err != nil {
		return Profile{}, err
	}
	p := Profile{Country: c}
	observations, err := n.store.Observations(ctx, monitoring.ObservationQuery{Areas: []string{iso3}})
	if err != nil {
		return p, err
	}
	if observations, err = n.disclosed(ctx, begunBy(observations, q.AsOf)); err != nil {
		return p, err
	}
	at := monitoring.On(q.AsOf)
	for i := range e.version.Variants {
		v := &e.version.Variants[i]
		question, err := n.question(e, v, q)
		if err != nil {
			return p, err
		}
		if v.Headline {
			p.Universe, p.Counts, p.Year = question.Universe.Code, question.Universe.Has(iso3), question.Weights.Year
		}
		if v.Compose != nil && v.Compose.Op == "half" {
			continue // has no status of its own
		}
		s := Standing{Code: v.Of, Variant: v, Headline: v.Headline}
		if s.Status, err = e.assessor.Status(v, e.evidence, iso3, at); err != nil {
			return p, err
		}
		if criterion, ok := e.assessor.Criterion(v.Code); ok {
			if s.Sayings, err = e.assessor.Sayings(v.Code, e.evidence, iso3, at); err != nil {
				return p, err
			}
			if s.Conflict, err = e.assessor.Conflicts(v.Code, e.evidence, []string{iso3}, at); err != nil {
				return p, err
			}
			for _, code := range criterion.Indicators() {
				s.Answers = append(s.Answers, n.answer(e, code, iso3, at, observations))
			}
		}
		p.Targets = append(p.Targets, s)
	}
	p.Children, p.HasAges = n.World.Weight(iso3, p.Year)
	for _, o := range observations {
		if ind, ok := e.indicator(o.Indicator); ok && ind.Context {
			p.Context = append(p.Context, o)
		}
	}
	return p, nil
}

// begunBy keeps what is dated and had begun to hold by a day; the zero day keeps everything. What only
// began later would stand beside figures that do not know of it.
func begunBy(rows []monitoring.Observation, day reference.Date) []monitoring.Observation {
	if day == 0 {
		return rows
	}
	return slices.DeleteFunc(rows, func(o monitoring.Observation) bool {
		return o.Period == (reference.Period{}) || o.Period.Start > day
	})
}

func (e *edition) indicator(code string) (framework.Indicator, bool) {
	i := slices.IndexFunc(e.version.Indicators, func(ind framework.Indicator) bool { return ind.Code == code })
	if i < 0 {
		return framework.Indicator{}, false
	}
	return e.version.Indicators[i], true
}

func (n *Snapshot) answer(e *edition, indicator, iso3 string, at monitoring.Moment, observations []monitoring.Observation) Answer {
	ind, _ := e.indicator(indicator)
	a := Answer{Indicator: ind, Reading: e.evidence.Read(indicator, iso3, at)}
	for _, o := range observations {
		if o.Indicator == indicator {
			a.Said = append(a.Said, o)
		}
	}
	slices.SortStableFunc(a.Said, func(x, y monitoring.Observation) int {
		published := func(o monitoring.Observation) int {
			if o.Source == a.Reading.Source {
				return 0
			}
			return 1
		}
		return published(x) - published(y)
	})
	return a
}

// PublicObservations reads the standing statements that may leave the program: free ones, of sources
// whose licence allows it.
func (n *Snapshot) PublicObservations(ctx context.Context, q monitoring.ObservationQuery) ([]monitoring.Observation, error) {
	var open []string
	for _, s := range n.Sources {
		if s.Redistributed && (len(q.Sources) == 0 || slices.Contains(q.Sources, s.Code)) {
			open = append(open, s.Code)
		}
	}
	if len(open) == 0 {
		return nil, nil
	}
	q.Sources, q.Free = open, true // asked of the store, so that a page of so many rows has so many
	rows, err := n.store.Observations(ctx, q)
	if err != nil {
		return nil, err
	}
	return n.disclosed(ctx, rows)
}

// History gives every statement ever recorded under a key.
func (n *Snapshot) History(ctx context.Context, k monitoring.Key) ([]monitoring.Observation, error) {
	return n.store.History(ctx, k)
}
