package monitoring

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/reference"
)

// CapsuleForm names the form of a proof capsule. A changed form is a new name.
const CapsuleForm = "waymark-proof@1"

// capsuleSections are the parts of a capsule in the order in which they are written. Each has its
// hash, and one hash stands for all of them.
var capsuleSections = []string{"question", "framework", "countries", "sources", "observations", "figure", "statuses"}

// Capsule is one figure with everything it was computed from: small, and enough to compute it again
// without Waymark (docs/data.md). It is made by Assessor.Prove and read by ReadCapsule.
type Capsule struct {
	Question     CapsuleQuestion    `json:"question"`
	Framework    CapsuleFramework   `json:"framework"`
	Countries    CapsuleCountries   `json:"countries"`
	Sources      []CapsuleSource    `json:"sources"`
	Observations []CapsuleStatement `json:"observations"`

	figure   json.RawMessage
	statuses json.RawMessage
	hashes   map[string]string
	raw      map[string]json.RawMessage
}

// CapsuleQuestion is what the figure answers.
type CapsuleQuestion struct {
	Code    string          `json:"code"`
	Variant string          `json:"variant"`
	AsOf    *reference.Date `json:"asOf"`   // null: every row counts
	Judged  reference.Date  `json:"judged"` // the day whose date decides where asOf is null
}

// CapsuleFramework is the part of the version that decides the figure.
type CapsuleFramework struct {
	ID         string                    `json:"id"`
	SHA256     string                    `json:"sha256"` // of the whole version, which is not in here
	Baseline   reference.Date            `json:"baseline"`
	Definition string                    `json:"definition"`
	Direction  string                    `json:"direction"`
	Target     framework.Target          `json:"target"`
	Variants   []framework.Variant       `json:"variants"` // the one asked for first, then what it combines
	Indicators []framework.Indicator     `json:"indicators"`
	Rules      []framework.SelectionRule `json:"rules"`
	PanelLeast string                    `json:"panelMinimum"`
	SurveyLife int                       `json:"surveyUnknownAfterMonths"`
	Method     string                    `json:"method"`
}

// CapsuleCountries is the universe with the children of each country. A weight is children, times
// scale; null where it is not known.
type CapsuleCountries struct {
	Universe string          `json:"universe"`
	Year     int             `json:"weightsYear"`
	Online   bool            `json:"online"`
	Scale    int64           `json:"scale"`
	Members  []CapsuleMember `json:"members"`
}

// CapsuleMember is one country of the universe.
type CapsuleMember struct {
	ISO3   string `json:"iso3"`
	Weight *int64 `json:"weight"`
}

// CapsuleSource is what must be known of a source to weigh and rank it.
type CapsuleSource struct {
	Code      string     `json:"code"`
	Title     string     `json:"title"`
	Kind      SourceKind `json:"kind"`
	Publisher string     `json:"publisher"`
	Edition   string     `json:"edition"`
	Licence   string     `json:"licence"`
	Viewpoint string     `json:"viewpoint,omitempty"`
	Feeds     []Feed     `json:"feeds"` // of the indicators asked for
	Validated bool       `json:"validatedByCountries"`
}

// CapsuleStatement is an observation without what decides nothing.
type CapsuleStatement struct {
	Indicator string           `json:"indicator"`
	Area      string           `json:"area"`
	Source    string           `json:"source"`
	Item      string           `json:"item,omitempty"`
	Answer    Answer           `json:"answer,omitempty"`
	Value     *decimal.Decimal `json:"value,omitempty"`
	Status    Status           `json:"status"`
	From      reference.Date   `json:"from"`
	To        reference.Date   `json:"to"`
	ProvenOn  reference.Date   `json:"provenOn"`
	Recorded  int64            `json:"recordedAt"`
	Citation  string           `json:"citation,omitempty"`
}

// Needs lists the indicators that the figure of a variant is computed from, sorted.
func (a *Assessor) Needs(v *framework.Variant) []string {
	only := &Assessor{criteria: map[string]*criterion{}, voices: map[string][]voice{}}
	for _, base := range a.bases(v) {
		only.criteria[base.Code], only.voices[base.Code] = a.criteria[base.Code], a.voices[base.Code]
	}
	return only.Indicators()
}

// Prove makes the capsule of a figure from the statements it needs (Needs). What it says is computed
// from what is in it, so a capsule never disagrees with itself.
func (a *Assessor) Prove(q Question, observations []Observation, sources []Source, frameworkSHA256 string) (Figure, []byte, error) {
	needs := a.Needs(q.Variant)
	c := Capsule{Question: CapsuleQuestion{Code: q.Variant.Of, Variant: q.Variant.Code, Judged: q.Today}, Sources: []CapsuleSource{}, Observations: []CapsuleStatement{}}
	if q.AsOf != 0 {
		c.Question.AsOf = &q.AsOf
	}
	if err := a.proveFramework(&c, q, needs, frameworkSHA256); err != nil {
		return Figure{}, nil, err
	}
	c.Countries = CapsuleCountries{Universe: q.Universe.Code, Year: q.Weights.Year, Online: q.Weights.Online, Scale: max(q.Weights.Scale, 1)}
	for i, iso3 := range q.Universe.Members {
		m := CapsuleMember{ISO3: iso3}
		if w, ok := q.Weights.of(i); ok {
			m.Weight = &w
		}
		c.Countries.Members = append(c.Countries.Members, m)
	}
	used := map[string]bool{}
	for i := range observations {
		o := &observations[i]
		if o.Sex != "" || o.Age != "" || !slices.Contains(needs, o.Indicator) {
			continue
		}
		used[o.Source] = true
		c.Observations = append(c.Observations, CapsuleStatement{
			Indicator: o.Indicator, Area: o.Area, Source: o.Source, Item: o.Item, Answer: o.Answer, Value: o.Value, Status: o.Status,
			From: o.Period.Start, To: o.Period.End, ProvenOn: o.ProvenOn, Recorded: o.RecordedAt, Citation: o.Citation,
		})
	}
	for i := range sources {
		s := &sources[i]
		if !used[s.Code] {
			continue
		}
		out := CapsuleSource{Code: s.Code, Title: s.Title, Kind: s.Kind, Publisher: s.Publisher, Edition: s.Edition, Licence: s.Licence, Viewpoint: s.Viewpoint, Validated: s.ValidatedByCountries, Feeds: []Feed{}}
		for _, f := range s.Feeds {
			if slices.Contains(needs, f.Indicator) {
				out.Feeds = append(out.Feeds, Feed{Indicator: f.Indicator, Complete: f.Complete})
			}
		}
		c.Sources = append(c.Sources, out)
	}
	f, err := c.compute()
	if err != nil {
		return Figure{}, nil, err
	}
	body, err := c.write(&f)
	return f, body, err
}

func (a *Assessor) proveFramework(c *Capsule, q Question, needs []string, sum string) error {
	v := a.Version
	target, ok := v.Target(q.Variant.Of)
	sheet, hasSheet := v.Sheet(q.Variant.Of)
	if !ok || !hasSheet {
		return fault.Newf(fault.NotFound, "framework %s has no target and sheet for %s", v.ID(), q.Variant.Of)
	}
	f := CapsuleFramework{
		ID: v.ID(), SHA256: sum, Baseline: a.baseline(), Definition: sheet.Definition, Direction: sheet.Direction, Target: *target,
		Rules: v.Rules, PanelLeast: v.Parameters.MatchedPanelMinimum, SurveyLife: v.Parameters.SurveyUnknownAfterMonths, Method: LinearPace,
	}
	f.Variants = []framework.Variant{*q.Variant}
	if q.Variant.Compose != nil {
		for _, base := range a.bases(q.Variant) {
			f.Variants = append(f.Variants, *base)
		}
	}
	for _, ind := range v.Indicators {
		if slices.Contains(needs, ind.Code) {
			f.Indicators = append(f.Indicators, ind)
		}
	}
	c.Framework = f
	return nil
}

// compute works the figure out from nothing but the capsule.
func (c *Capsule) compute() (Figure, error) {
	v := &framework.Version{
		Variants: c.Framework.Variants, Targets: []framework.Target{c.Framework.Target}, Indicators: c.Framework.Indicators, Rules: c.Framework.Rules,
		Sheets:     []framework.Sheet{{Code: c.Question.Code, Direction: c.Framework.Direction}},
		Parameters: framework.Parameters{MatchedPanelMinimum: c.Framework.PanelLeast, SurveyUnknownAfterMonths: c.Framework.SurveyLife},
		Valid:      reference.Period{Start: c.Framework.Baseline, End: c.Framework.Baseline},
	}
	var err error
	if v.Framework, v.Number, err = framework.ParseID(c.Framework.ID, ""); err != nil {
		return Figure{}, err
	}
	a, err := NewAssessor(v)
	if err != nil {
		return Figure{}, err
	}
	variant, ok := v.Variant(c.Question.Code, c.Question.Variant)
	if !ok {
		return Figure{}, fault.Newf(fault.Refused, "the capsule has no criterion of %s %s", c.Question.Code, c.Question.Variant)
	}
	if variant.Compose != nil && len(a.bases(variant)) != len(variant.Compose.Of) || len(a.bases(variant)) == 0 {
		return Figure{}, fault.Newf(fault.Refused, "the capsule lacks a part of the variant %s", variant.Code)
	}
	q := Question{Variant: variant, Today: c.Question.Judged, Weights: Weights{Year: c.Countries.Year, Online: c.Countries.Online, Scale: c.Countries.Scale}}
	if c.Question.AsOf != nil {
		q.AsOf = *c.Question.AsOf
	}
	var members []string
	for _, m := range c.Countries.Members {
		members = append(members, m.ISO3)
		w := int64(unweighted)
		if m.Weight != nil {
			w = *m.Weight
		}
		q.Weights.Values = append(q.Weights.Values, w)
	}
	q.Universe = reference.NewUniverse(c.Countries.Universe, "", members)
	if !slices.Equal(q.Universe.Members, members) {
		return Figure{}, fault.New(fault.Refused, "the countries of the capsule are not in order, or one stands twice", "")
	}
	sources := make([]Source, len(c.Sources))
	for i, s := range c.Sources {
		sources[i] = Source{Code: s.Code, Kind: s.Kind, Feeds: s.Feeds, ValidatedByCountries: s.Validated}
	}
	observations := make([]Observation, len(c.Observations))
	for i, o := range c.Observations {
		observations[i] = Observation{
			Key:    Key{Indicator: o.Indicator, Area: o.Area, Source: o.Source, Item: o.Item, Period: reference.Period{Start: o.From, End: o.To}},
			Answer: o.Answer, Value: o.Value, Status: o.Status, ProvenOn: o.ProvenOn, RecordedAt: o.Recorded,
		}
	}
	return a.Figure(NewEvidence(observations, sources, v), q)
}

// statusWords says where each country stands; half credit gives none a status.
func (f *Figure) statusWords() map[string]string {
	out := map[string]string{}
	for _, s := range f.Statuses {
		out[s.Area] = s.Status.Word()
	}
	return out
}

// write makes the file: the sections, one below the other, and their hashes.
func (c *Capsule) write(f *Figure) ([]byte, error) {
	sections := map[string]any{
		"question": c.Question, "framework": c.Framework, "countries": c.Countries, "sources": c.Sources, "observations": c.Observations,
		"figure": f, "statuses": f.statusWords(),
	}
	c.raw = map[string]json.RawMessage{}
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n%q: %q", "capsule", CapsuleForm)
	for _, name := range capsuleSections {
		body, err := plainJSON(sections[name])
		if err != nil {
			return nil, fmt.Errorf("section %s of a capsule: %w", name, err)
		}
		c.raw[name] = body
		fmt.Fprintf(&out, ",\n%q: ", name)
		rows := bytes.ReplaceAll(body, []byte("},{"), []byte("},\n {")) // a row on a line, unless some text holds these signs
		if !json.Valid(rows) {
			rows = body
		}
		out.Write(rows)
	}
	hashes, err := plainJSON(capsuleHashes(c.raw))
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&out, ",\n%q: %s\n}\n", "hashes", hashes)
	return out.Bytes(), nil
}

func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return compact(b.Bytes()), nil
}

// compact is JSON without the white space between its signs. What is no JSON stays as it is.
func compact(b []byte) []byte {
	var out bytes.Buffer
	if err := json.Compact(&out, b); err != nil {
		return b
	}
	return out.Bytes()
}

// capsuleHashes are the SHA-256 of each section without white space, and of all of them: the lines
// "name hash" in the order of the sections.
func capsuleHashes(raw map[string]json.RawMessage) map[string]string {
	out := map[string]string{}
	all := sha256.New()
	for _, name := range capsuleSections {
		sum := sha256.Sum256(compact(raw[name]))
		out[name] = "sha256:" + hex.EncodeToString(sum[:])
		fmt.Fprintf(all, "%s %s\n", name, out[name])
	}
	out["all"] = "sha256:" + hex.EncodeToString(all.Sum(nil))
	return out
}
