package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/publication"
)

var languages = lang.Tags()

type versionInput struct {
	Version string `path:"version" doc:"For example cop-2015@1, or 1 for the first version of the default framework."`
}

type versionOutput struct{ Body *framework.Version }

type differenceInput struct {
	Range string `path:"range" doc:"Two versions, for example cop-2015@1..cop-2015@2."`
}

type differenceOutput struct{ Body *framework.Difference }

// impactPath answers what a change would do; maxEdits bounds the body.
const (
	impactPath = "/api/v1/impact"
	maxEdits   = 1 << 20
)

type impactInput struct {
	View
	Body json.RawMessage `doc:"An array of edits, as /api/v1/differences prints them."`
}

type impactOutput struct{ Body *publication.Impact }

func (s *service) registerFramework(api huma.API) {
	huma.Register(api, huma.Operation{OperationID: "frameworks", Method: http.MethodGet, Path: "/api/v1/frameworks", Tags: []string{"Framework"},
		Summary: "The frameworks and their versions"}, func(ctx context.Context, _ *struct{}) (*page[framework.VersionInfo], error) {
		n, err := s.publication.Snapshot(ctx)
		if err != nil {
			return nil, s.refuse(ctx, err)
		}
		return onePage(n.Versions), nil
	})
	huma.Register(api, huma.Operation{OperationID: "framework", Method: http.MethodGet, Path: "/api/v1/frameworks/{version}", Tags: []string{"Framework"},
		Summary: "One version of a framework, whole: elements, targets, reference sheets, indicators and criteria"}, func(ctx context.Context, in *versionInput) (*versionOutput, error) {
		n, err := s.publication.Snapshot(ctx)
		if err != nil {
			return nil, s.refuse(ctx, err)
		}
		v, err := n.FrameworkVersion(in.Version)
		if err != nil {
			return nil, s.refuse(ctx, err)
		}
		return &versionOutput{v}, nil
	})
	huma.Register(api, huma.Operation{OperationID: "difference", Method: http.MethodGet, Path: "/api/v1/differences/{range}", Tags: []string{"Framework"},
		Summary: "What changed between two versions: edits, words and the crosswalk"}, func(ctx context.Context, in *differenceInput) (*differenceOutput, error) {
		n, err := s.publication.Snapshot(ctx)
		if err != nil {
			return nil, s.refuse(ctx, err)
		}
		d, err := n.Difference(in.Range)
		if err != nil {
			return nil, s.refuse(ctx, err)
		}
		return &differenceOutput{d}, nil
	})
	huma.Register(api, huma.Operation{OperationID: "impact", Method: http.MethodPost, Path: impactPath, MaxBodyBytes: maxEdits, Tags: []string{"Framework"},
		Summary: "What edits to a version would do to the figures: bounds and verdicts before and after, and every country that would stand elsewhere, with the reason. Nothing is stored."}, func(ctx context.Context, in *impactInput) (*impactOutput, error) {
		n, q, err := s.look(ctx, &in.View)
		if err != nil {
			return nil, s.refuse(ctx, err)
		}
		edits, err := framework.ParseEdits(in.Body)
		if err != nil {
			return nil, s.refuse(ctx, err)
		}
		impact, err := n.Impact(ctx, edits, q)
		if err != nil {
			return nil, s.refuse(ctx, err)
		}
		return &impactOutput{impact}, nil
	})
}
