package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"waymark/internal/fault"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// page is one page of a list.
type page[T any] struct {
	Body struct {
		Items []T     `json:"items"`
		Next  *string `json:"next" doc:"Cursor of the next page; null on the last one."`
	}
}

func onePage[T any](items []T) *page[T] {
	p := &page[T]{}
	p.Body.Items = items
	if items == nil {
		p.Body.Items = []T{}
	}
	return p
}

// View is the parameters that choose what is looked at, the same on every call and page.
type View struct {
	AsOf     string `query:"asOf" doc:"Count only dated evidence that held on this day, for example 2022-12-31. Without it every row counts. Or the id of a release: the same as release."`
	Release  string `query:"release" doc:"Id of a release: everything as it was known when it was frozen, the figures as of the day they were frozen for."`
	Weights  int    `query:"weights" minimum:"1" doc:"Year of the child population; default the year of asOf, else 2022."`
	Universe string `query:"universe" doc:"Countries counted over; default un-members."`
	Version  string `query:"v" doc:"Framework version, for example cop-2015@1; default the newest adopted one."`
}

// look gives the data and the question that a view chooses.
func (s *service) look(ctx context.Context, v *View) (*publication.Snapshot, publication.FigureQuery, error) {
	q := publication.FigureQuery{Version: v.Version, WeightsYear: v.Weights, Universe: v.Universe}
	n, day, frozenFor, err := s.seen(ctx, v.AsOf, v.Release)
	if err != nil {
		return nil, q, err
	}
	if q.AsOf = frozenFor; day != "" {
		if q.AsOf, err = reference.ParseDate(day); err != nil {
			return nil, q, fault.New(fault.Refused, "asOf: "+err.Error()+".", "Write it like 2022-12-31, or name a release.")
		}
	}
	return n, q, nil
}

// seen gives the data that hold now, or those of a release, which asOf may name as well; the day asOf names
// otherwise; and the day the figures of the release were frozen for.
func (s *service) seen(ctx context.Context, asOf, release string) (n *publication.Snapshot, day string, frozenFor reference.Date, err error) {
	if publication.IsReleaseID(asOf) {
		if release != "" && release != asOf {
			return nil, "", 0, fault.New(fault.Refused, "asOf and release name two releases.", "Name one of them.")
		}
		asOf, release = "", asOf
	}
	if release == "" {
		n, err = s.publication.Snapshot(ctx)
		return n, asOf, 0, err
	}
	if s.config.Releases == nil {
		return nil, "", 0, fault.Newf(fault.NotFound, "There is no release %q.", release).WithFix("Look at the list of releases.")
	}
	n, frozenFor, err = s.config.Releases.Snapshot(ctx, release)
	return n, asOf, frozenFor, err
}

type figuresInput struct {
	View
	Code    []string `query:"code" doc:"Elements of the framework, in one list: T1 or T1,T2; default all that have figures."`
	Variant string   `query:"variant" doc:"A variant, or all; default the headline of each code."`
}

func (s *service) registerFigures(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "figures", Method: http.MethodGet, Path: "/api/v1/figures", Tags: []string{"Figures"},
		Summary:     "The figures: how many countries, and children in them, stand where",
		Description: "Each figure is met, partly, not met, unknown and total, with bounds for what is unknown, for countries and weighted by children, against the goal.",
	}, func(ctx context.Context, in *figuresInput) (*page[monitoring.Figure], error) {
		n, q, err := s.look(ctx, &in.View)
		if err != nil {
			return nil, s.refuse(ctx, err)
		}
		q.Codes, q.Variant = in.Code, in.Variant
		figures, err := n.Figures(q)
		if err != nil {
			return nil, s.refuse(ctx, err)
		}
		if err := haveFigures(in.Code, in.Variant, figures); err != nil {
			return nil, s.refuse(ctx, err)
		}
		return onePage(figures), nil
	})
}

// haveFigures refuses a code of the framework that no figure is computed for, where no variant narrows the answer.
func haveFigures(codes []string, variant string, figures []monitoring.Figure) error {
	if variant != "" && variant != publication.AllVariants {
		return nil
	}
	for _, c := range codes {
		if !slices.ContainsFunc(figures, func(f monitoring.Figure) bool { return f.Code == c }) {
			return fault.Newf(fault.NotFound, "No figure is computed for %s yet.", c).WithFix("Leave code out to see every code that has one.")
		}
	}
	return nil
}
