package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"waymark/internal/fault"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// country is what the list and the profile say of one country or territory.
type country struct {
	ISO3     string            `json:"iso3"`
	ISO2     string            `json:"iso2"`
	M49      string            `json:"m49"`
	Names    map[string]string `json:"names" doc:"United Nations names in ar, en, es, fr, ru and zh."`
	Region   string            `json:"region" doc:"M49 code of the region."`
	LDC      bool              `json:"ldc"`
	LLDC     bool              `json:"lldc"`
	SIDS     bool              `json:"sids"`
	Counts   bool              `json:"counts" doc:"Whether it is in the universe of the figures."`
	Children *int64            `json:"children" doc:"Under 18, in the weights year; null where it is not known."`
	Statuses []status          `json:"statuses"`
}

// status is where a country stands on one variant.
type status struct {
	Code     string   `json:"code"`
	Variant  string   `json:"variant"`
	Headline bool     `json:"headline"`
	Status   string   `json:"status" enum:"met,partly,notMet,unknown"`
	AtLeast  int      `json:"atLeast" doc:"0 not met, 1 partly, 2 met: the worst it can be."`
	AtMost   int      `json:"atMost" doc:"The best it can be."`
	Answers  []answer `json:"answers,omitempty" doc:"What is known of each indicator the criterion asks for."`
	Disputed bool     `json:"disputed" doc:"Whether two sources contradict each other."`
}

type answer struct {
	Indicator string         `json:"indicator"`
	Answer    *string        `json:"answer" doc:"yes or no; null where it is not known."`
	Value     *float64       `json:"value"`
	Source    string         `json:"source,omitempty"`
	ProvenOn  reference.Date `json:"provenOn,omitempty"`
	Implied   bool           `json:"implied,omitempty" doc:"A complete list does not name the country, so the answer is no."`
}

type countryInput struct {
	View
	ISO3 string `path:"iso3" minLength:"3" maxLength:"3" doc:"ISO 3166-1 alpha-3 in capitals or not, for example KEN."`
}

type countryOutput struct{ Body country }

type observationsInput struct {
	Indicator []string `query:"indicator" doc:"Indicator codes."`
	Area      []string `query:"area" doc:"ISO 3166-1 alpha-3 codes, or 001 for the world."`
	Source    []string `query:"source"`
	From      string   `query:"from" doc:"Only what held on or after this day or period."`
	To        string   `query:"to" doc:"Only what held on or before this day or period."`
	AsOf      string   `query:"asOf" doc:"Only what held on this day. Or the id of a release: the same as release."`
	Release   string   `query:"release" doc:"Id of a release: what stood when it was frozen."`
	Limit     int      `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Cursor    string   `query:"cursor" doc:"From next of the page before."`
}

// observation is monitoring.Observation as the interface shows it: numbers as exact decimal text
// become JSON numbers, what is missing is null.
type observation struct {
	Indicator   string         `json:"indicator"`
	Area        string         `json:"area"`
	Period      *string        `json:"period" doc:"When it held: 2020, 2020-06, start/end or start/.. for until further notice; null: undated."`
	Sex         string         `json:"sex,omitempty"`
	Age         string         `json:"age,omitempty"`
	Item        string         `json:"item,omitempty" doc:"Which of several in one area."`
	Source      string         `json:"source"`
	Answer      *string        `json:"answer" doc:"yes, partly or no; null where there is none."`
	Value       *json.Number   `json:"value"`
	Numerator   *json.Number   `json:"numerator,omitempty"`
	Denominator *json.Number   `json:"denominator,omitempty"`
	Status      string         `json:"status" doc:"SDMX OBS_STATUS."`
	Nature      string         `json:"nature"`
	ProvenOn    reference.Date `json:"provenOn"`
	Note        string         `json:"note,omitempty" doc:"The source's own words."`
	Citation    string         `json:"citation,omitempty"`
	Version     int            `json:"version"`
}

func (s *service) registerEvidence(api huma.API) {
	huma.Register(api, huma.Operation{OperationID: "countries", Method: http.MethodGet, Path: "/api/v1/countries", Tags: []string{"Countries"},
		Summary: "Every country counted, and where it stands on each headline"}, s.countries)
	huma.Register(api, huma.Operation{OperationID: "country", Method: http.MethodGet, Path: "/api/v1/countries/{iso3}", Tags: []string{"Countries"},
		Summary: "One country or territory: where it stands on every variant, and on whose word"}, s.country)
	huma.Register(api, huma.Operation{OperationID: "observations", Method: http.MethodGet, Path: "/api/v1/observations", Tags: []string{"Evidence"},
		Summary: "The statements of the sources, as they stand now"}, s.observations)
	huma.Register(api, huma.Operation{OperationID: "sources", Method: http.MethodGet, Path: "/api/v1/sources", Tags: []string{"Evidence"},
		Summary: "The sources: publisher, licence, viewpoint, whether complete and whether countries validated them"}, s.sources)
}

func describe(c reference.Country) country {
	out := country{ISO3: c.ISO3, ISO2: c.ISO2, M49: c.M49, Names: map[string]string{}, Region: c.Region, LDC: c.LDC, LLDC: c.LLDC, SIDS: c.SIDS, Statuses: []status{}}
	for _, t := range languages {
		out.Names[string(t)] = c.Name(t)
	}
	return out
}

func (s *service) countries(ctx context.Context, in *View) (*page[country], error) {
	n, q, err := s.look(ctx, in)
	if err != nil {
		return nil, s.refuse(ctx, err)
	}
	figures, err := n.Figures(q)
	if err != nil {
		return nil, s.refuse(ctx, err)
	}
	var out []country
	for i := range figures {
		for j, st := range figures[i].Statuses {
			if i == 0 {
				c, _ := n.World.Country(st.Area)
				d := describe(c)
				d.Counts = true
				if children, ok := n.World.Weight(st.Area, figures[i].Children.WeightsYear); ok {
					d.Children = &children
				}
				out = append(out, d)
			}
			out[j].Statuses = append(out[j].Statuses, status{Code: figures[i].Code, Variant: figures[i].Variant, Headline: true, Status: st.Status.Word(), AtLeast: int(st.Status.Low), AtMost: int(st.Status.High)})
		}
	}
	return onePage(out), nil
}

func (s *service) country(ctx context.Context, in *countryInput) (*countryOutput, error) {
	n, q, err := s.look(ctx, &in.View)
	if err != nil {
		return nil, s.refuse(ctx, err)
	}
	p, err := n.Profile(ctx, strings.ToUpper(in.ISO3), q)
	if err != nil {
		return nil, s.refuse(ctx, err)
	}
	out := &countryOutput{Body: describe(p.Country)}
	out.Body.Counts = p.Counts
	if p.HasAges {
		out.Body.Children = &p.Children
	}
	for _, t := range p.Targets {
		st := status{Code: t.Code, Variant: t.Variant.Code, Headline: t.Headline, Status: t.Status.Word(), AtLeast: int(t.Status.Low), AtMost: int(t.Status.High), Disputed: len(t.Conflict) > 0}
		for _, a := range t.Answers {
			st.Answers = append(st.Answers, answerOf(a))
		}
		out.Body.Statuses = append(out.Body.Statuses, st)
	}
	return out, nil
}

func answerOf(a publication.Answer) answer {
	out := answer{Indicator: a.Indicator.Code, Source: a.Reading.Source, ProvenOn: a.Reading.ProvenOn, Implied: a.Reading.Implied}
	if word := a.Reading.Word(); word != "" {
		out.Answer = &word
	}
	if a.Reading.IsNumber {
		out.Value = &a.Reading.Number
	}
	return out
}

// cursor says where the next page begins and on which data it was made.
type cursor struct {
	Data  int64          `json:"d"`
	After monitoring.Key `json:"a"`
}

func (s *service) observations(ctx context.Context, in *observationsInput) (*page[observation], error) {
	n, day, _, err := s.seen(ctx, in.AsOf, in.Release)
	if err != nil {
		return nil, s.refuse(ctx, err)
	}
	in.AsOf = day
	for i, code := range in.Area {
		in.Area[i] = strings.ToUpper(code)
	}
	if err := n.AreKnown(in.Indicator, in.Area, in.Source); err != nil {
		return nil, s.refuse(ctx, err)
	}
	q := monitoring.ObservationQuery{Indicators: in.Indicator, Areas: in.Area, Sources: in.Source, Limit: in.Limit + 1}
	if q.Period, err = window(in); err != nil {
		return nil, s.refuse(ctx, err)
	}
	if in.Cursor != "" {
		var c cursor
		data, err := base64.RawURLEncoding.DecodeString(in.Cursor)
		if err != nil || json.Unmarshal(data, &c) != nil {
			return nil, s.refuse(ctx, fault.New(fault.Refused, "The cursor cannot be read.", "Use the value of next unchanged, or leave it out to begin again."))
		}
		if c.Data != n.DataVersion {
			return nil, &problem{ErrorModel: huma.ErrorModel{Status: http.StatusGone, Title: http.StatusText(http.StatusGone), Detail: "The data changed since the page before."}, Fix: "Begin again without a cursor, so that no row is missed or read twice."}
		}
		q.After = &c.After
	}
	rows, err := n.PublicObservations(ctx, q)
	if err != nil {
		return nil, s.refuse(ctx, err)
	}
	var next *string
	if len(rows) > in.Limit {
		rows = rows[:in.Limit]
		data, err := json.Marshal(cursor{n.DataVersion, rows[in.Limit-1].Key})
		if err != nil {
			return nil, s.refuse(ctx, err)
		}
		text := base64.RawURLEncoding.EncodeToString(data)
		next = &text
	}
	out := make([]observation, len(rows))
	for i := range rows {
		out[i] = observationOf(&rows[i])
	}
	p := onePage(out)
	p.Body.Next = next
	return p, nil
}

// window is the period asked for; the zero period is any.
func window(in *observationsInput) (reference.Period, error) {
	if in.AsOf == "" && in.From == "" && in.To == "" {
		return reference.Period{}, nil
	}
	p := reference.Always
	for _, f := range []struct {
		name, text string
		start, end bool
	}{{"from", in.From, true, false}, {"to", in.To, false, true}, {"asOf", in.AsOf, true, true}} {
		if f.text == "" {
			continue
		}
		given, err := reference.ParsePeriod(f.text)
		if err != nil {
			return p, fault.New(fault.Refused, f.name+": "+err.Error()+".", "Write it in one of those forms.")
		}
		if f.start {
			p.Start = max(p.Start, given.Start)
		}
		if f.end {
			p.End = min(p.End, given.End)
		}
	}
	if p.Start > p.End {
		return p, fault.New(fault.Refused, "No day is in the time asked for: it ends before it begins.", "Let from be no later than to, and asOf between them.")
	}
	return p, nil
}

func observationOf(o *monitoring.Observation) observation {
	out := observation{
		Indicator: o.Indicator, Area: o.Area, Sex: o.Sex, Age: o.Age, Item: o.Item, Source: o.Source,
		Status: string(o.Status), Nature: string(o.Nature), ProvenOn: o.ProvenOn, Note: o.Note, Citation: o.Citation, Version: o.RowVersion,
	}
	if o.Period != (reference.Period{}) {
		text := o.Period.String()
		out.Period = &text
	}
	if o.Answer != "" {
		text := string(o.Answer)
		out.Answer = &text
	}
	if o.Value != nil {
		v := json.Number(o.Value.String())
		out.Value = &v
	}
	if o.Numerator != nil {
		v := json.Number(o.Numerator.String())
		out.Numerator = &v
	}
	if o.Denominator != nil {
		v := json.Number(o.Denominator.String())
		out.Denominator = &v
	}
	return out
}

type sourcesInput struct {
	Release string `query:"release" doc:"Id of a release: the sources of that time."`
}

func (s *service) sources(ctx context.Context, in *sourcesInput) (*page[monitoring.Source], error) {
	n, _, _, err := s.seen(ctx, "", in.Release)
	if err != nil {
		return nil, s.refuse(ctx, err)
	}
	return onePage(n.Sources), nil
}
