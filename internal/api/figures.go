package api

import (
	"context"
	"net/http"

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
	AsOf     string `query:"asOf" doc:"Count only dated evidence that held on this day, for example 2022-12-31. Without it every row counts."`
	Weights  int    `query:"weights" doc:"Year of the child population; default the year of asOf, else 2022."`
	Universe string `query:"universe" doc:"Countries counted over; default un-members."`
	Version  string `query:"v" doc:"Framework version, for example cop-2015@1; default the newest adopted one."`
}

func (v View) query() (publication.FigureQuery, error) {
	q := publication.FigureQuery{Version: v.Version, WeightsYear: v.Weights, Universe: v.Universe}
	if v.AsOf != "" {
		day, err := reference.ParseDate(v.AsOf)
		if err != nil {
			return q, fault.New(fault.Refused, "asOf: "+err.Error()+".", "Write it like 2022-12-31.")
		}
		q.AsOf = day
	}
	return q, nil
}

type figuresInput struct {
	View
	Code    []string `query:"code" doc:"Elements of the framework, for example T1 or T1,T2; default all that have figures."`
	Variant string   `query:"variant" doc:"A variant, or all; default the headline of each code."`
}

func (s *service) registerFigures(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "figures", Method: http.MethodGet, Path: "/api/v1/figures", Tags: []string{"Figures"},
		Summary:     "The figures: how many countries, and children in them, stand where",
		Description: "Each figure is met, partly, not met, unknown and total, with bounds for what is unknown, for countries and weighted by children, against the goal.",
	}, func(ctx context.Context, in *figuresInput) (*page[monitoring.Figure], error) {
		q, err := in.query()
		if err != nil {
			return nil, s.refuse(ctx, err)
		}
		q.Codes, q.Variant = in.Code, in.Variant
		n, err := s.publication.Snapshot(ctx)
		if err != nil {
			return nil, s.refuse(ctx, err)
		}
		figures, err := n.Figures(q)
		if err != nil {
			return nil, s.refuse(ctx, err)
		}
		return onePage(figures), nil
	})
}
