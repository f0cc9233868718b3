package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"waymark/internal/framework"
	"waymark/internal/lang"
)

var languages = lang.Tags()

type versionInput struct {
	Version string `path:"version" doc:"For example cop-2015@1, or 1 for the first version of the default framework."`
}

type versionOutput struct{ Body *framework.Version }

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
}
