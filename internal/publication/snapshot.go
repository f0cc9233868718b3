package publication

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// Snapshot is everything that can be seen as of one committed change. It never changes, so every
// page made from it agrees with every other.
type Snapshot struct {
	DataVersion int64
	World       *reference.World
	Versions    []framework.VersionInfo
	Version     *framework.Version // the newest adopted version of DefaultFramework
	Sources     []monitoring.Source
	Today       reference.Date

	disclosure Disclosure
	store      Store
	editions   map[string]*edition
	main       *edition

	mu      sync.Mutex
	impacts map[string]*Impact // worked out already, by what was asked
}

func (n *Snapshot) fresh(dataVersion int64, today reference.Date) bool {
	return n != nil && n.DataVersion == dataVersion && n.Today == today
}

// Source finds a source by its code.
func (n *Snapshot) Source(code string) (monitoring.Source, bool) {
	i := slices.IndexFunc(n.Sources, func(s monitoring.Source) bool { return s.Code == code })
	if i < 0 {
		return monitoring.Source{}, false
	}
	return n.Sources[i], true
}

// FigureQuery chooses figures. The zero query is the headline of each code, every row counted.
type FigureQuery struct {
	Version     string         // "cop-2015@1"; empty: the newest adopted one
	Codes       []string       // T1, T2, IM-1; empty: all
	Variant     string         // a variant's code, "all", or empty for the headline
	AsOf        reference.Date // zero: every row counts
	WeightsYear int            // 0: the year of AsOf, else the version's
	// Universe is a universe ("un-members") or a group of one ("un-members/ldc", "un-members/002");
	// empty: the version's. A group has bounds and no goal of its own.
	Universe string
}

// figureKey is what a figure depends on within one edition.
type figureKey struct {
	of, variant string
	asOf        reference.Date
	weights     int
	universe    string
}

// AllVariants asks for every variant, those without any data too.
const AllVariants = "all"

// lookUp finds a version that is loaded, by "cop-2015@1", a number of the default framework, or a
// framework's name for its newest version.
func (n *Snapshot) lookUp(id string) (*edition, error) {
	if id == "" {
		return n.main, nil
	}
	name, number, err := framework.ParseID(id, DefaultFramework)
	if err != nil {
		return nil, fault.New(fault.Refused, err.Error(), "Write it like cop-2015@1.")
	}
	var found *edition
	var known []string
	for key, e := range n.editions {
		known = append(known, key)
		if e.version.Framework == name && (number == e.version.Number || number == 0 && (found == nil || found.version.Number < e.version.Number)) {
			found = e
		}
	}
	if found == nil {
		slices.Sort(known)
		return nil, fault.Newf(fault.NotFound, "there is no framework version %q", id).WithFix("There are " + strings.Join(known, ", ") + ".")
	}
	return found, nil
}

// FrameworkVersion finds a version by "cop-2015@1", a number of the default framework, or a name for
// the newest version of that framework; empty is the one pages answer for.
func (n *Snapshot) FrameworkVersion(id string) (*framework.Version, error) {
	e, err := n.lookUp(id)
	if err != nil {
		return nil, err
	}
	return e.version, nil
}

// Difference tells what changed between two versions, "cop-2015@1..cop-2015@2" or "1..2".
func (n *Snapshot) Difference(pair string) (*framework.Difference, error) {
	from, to, ok := strings.Cut(pair, "..")
	if !ok || from == "" || to == "" {
		return nil, fault.Newf(fault.Refused, "%q names no two versions", pair).WithFix("Write them as cop-2015@1..cop-2015@2.")
	}
	a, err := n.lookUp(from)
	if err != nil {
		return nil, err
	}
	b, err := n.lookUp(to)
	if err != nil {
		return nil, err
	}
	return framework.Diff(a.version, b.version)
}

// Figures computes the figures asked for, in the order of the version's codes, the headline first.
func (n *Snapshot) Figures(q FigureQuery) ([]monitoring.Figure, error) {
	e, err := n.lookUp(q.Version)
	if err != nil {
		return nil, err
	}
	variants, err := chosen(e.version, q)
	if err != nil {
		return nil, err
	}
	out := make([]monitoring.Figure, 0, len(variants))
	for _, v := range variants {
		f, err := n.figure(e, v, q)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// Headline gives the headline figure of one code.
func (n *Snapshot) Headline(code string, q FigureQuery) (monitoring.Figure, error) {
	q.Codes, q.Variant = []string{code}, ""
	figures, err := n.Figures(q)
	if err != nil {
		return monitoring.Figure{}, err
	}
	if len(figures) == 0 {
		return monitoring.Figure{}, fault.Newf(fault.NotFound, "no figure is computed for %s yet", code)
	}
	return figures[0], nil
}

// chosen lists the variants a query asks for.
func chosen(v *framework.Version, q FigureQuery) ([]*framework.Variant, error) {
	var codes []string
	for i := range v.Variants {
		if of := v.Variants[i].Of; !slices.Contains(codes, of) {
			codes = append(codes, of)
		}
	}
	order := func(code string) int {
		return slices.IndexFunc(v.Elements, func(e framework.Element) bool { return e.Code == code })
	}
	slices.SortFunc(codes, func(a, b string) int { return cmp.Compare(order(a), order(b)) })
	for _, c := range q.Codes {
		if _, ok := v.Element(c); !ok {
			return nil, fault.Newf(fault.NotFound, "the framework %s has no element %q", v.ID(), c).WithFix("Figures are computed for " + strings.Join(codes, ", ") + ".")
		}
	}
	var out []*framework.Variant
	var known []string
	for _, code := range codes {
		if len(q.Codes) > 0 && !slices.Contains(q.Codes, code) {
			continue
		}
		for _, w := range v.VariantsOf(code) {
			known = append(known, w.Code)
			if q.Variant == AllVariants || q.Variant == w.Code || q.Variant == "" && w.Headline {
				out = append(out, w)
			}
		}
	}
	if len(out) == 0 && q.Variant != "" && q.Variant != AllVariants {
		return nil, fault.Newf(fault.NotFound, "there is no variant %q here", q.Variant).WithFix("Use all, or one of " + strings.Join(known, ", ") + ".")
	}
	return out, nil
}

func (n *Snapshot) figure(e *edition, v *framework.Variant, q FigureQuery) (monitoring.Figure, error) {
	question, err := n.question(e, v, q)
	if err != nil {
		return monitoring.Figure{}, err
	}
	key := figureKey{v.Of, v.Code, q.AsOf, question.Weights.Year, question.Universe.Code}
	e.mu.Lock()
	f, ok := e.figures[key]
	e.mu.Unlock()
	if ok {
		return f, nil
	}
	if f, err = e.assessor.Figure(e.evidence, question); err != nil {
		return f, err
	}
	e.mu.Lock()
	if len(e.figures) < maxFigures { // a reader may ask for any date: keep what fits
		e.figures[key] = f
	}
	e.mu.Unlock()
	return f, nil
}

// maxFigures bounds the figures kept by one edition, about 10 KB each.
const maxFigures = 2000

func (n *Snapshot) question(e *edition, v *framework.Variant, q FigureQuery) (monitoring.Question, error) {
	u, part, err := n.universe(cmp.Or(q.Universe, e.version.Universe))
	if err != nil {
		return monitoring.Question{}, err
	}
	year := q.WeightsYear
	if year == 0 {
		year = e.version.WeightsYear
		if q.AsOf != 0 {
			first, last := n.World.PopulationYears()
			year = max(first, min(last, q.AsOf.Year()))
		}
	}
	weigh := monitoring.ChildWeights
	if v.Compose != nil && v.Compose.Online {
		weigh = monitoring.OnlineWeights
	}
	w, err := weigh(n.World, u, year)
	if err != nil {
		return monitoring.Question{}, err
	}
	return monitoring.Question{Variant: v, Universe: u, Weights: w, Part: part, AsOf: q.AsOf, Today: n.Today}, nil
}

// Conflicts lists where sources contradict each other on the headline variants, queued ones first.
func (n *Snapshot) Conflicts(q FigureQuery) ([]monitoring.Conflict, error) {
	e, err := n.lookUp(q.Version)
	if err != nil {
		return nil, err
	}
	var out []monitoring.Conflict
	for i := range e.version.Variants {
		v := &e.version.Variants[i]
		if !v.Headline || v.Compose != nil || len(q.Codes) > 0 && !slices.Contains(q.Codes, v.Of) {
			continue
		}
		question, err := n.question(e, v, q)
		if err != nil {
			return nil, err
		}
		found, err := e.assessor.Conflicts(v.Code, e.evidence, question.Universe.Members, monitoring.On(q.AsOf))
		if err != nil {
			return nil, fmt.Errorf("conflicts of %s: %w", v.Code, err)
		}
		out = append(out, found...)
	}
	slices.SortStableFunc(out, func(a, b monitoring.Conflict) int {
		rank := func(c monitoring.Conflict) int {
			if c.InScale {
				return 1
			}
			return 0
		}
		return rank(a) - rank(b)
	})
	return out, nil
}

// AreKnown refuses the first indicator, area or source that there is none of: an empty answer would say
// that nothing is known of it.
func (n *Snapshot) AreKnown(indicators, areas, sources []string) error {
	for _, code := range indicators {
		known := false
		for _, e := range n.editions {
			_, here := e.indicator(code)
			known = known || here
		}
		if !known {
			return fault.Newf(fault.NotFound, "There is no indicator %q.", code).WithFix("The framework version lists its indicators: /api/v1/frameworks/" + n.Version.ID() + ".")
		}
	}
	for _, code := range areas {
		if _, ok := n.World.Country(code); !ok && !slices.ContainsFunc(n.World.Areas(), func(a reference.Area) bool { return a.Code == code }) {
			return fault.Newf(fault.NotFound, "There is no area %q.", code).WithFix("Use the ISO code of three letters, for example KEN, or the M49 code of a region; 001 is the world.")
		}
	}
	for _, code := range sources {
		if _, ok := n.Source(code); !ok {
			return fault.Newf(fault.NotFound, "There is no source %q.", code).WithFix("/api/v1/sources lists them.")
		}
	}
	return nil
}
