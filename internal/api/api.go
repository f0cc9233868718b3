// Package api is the JSON interface for machines under /api/v1: the figures, what they rest on, and
// the framework. It reads the same snapshots as the pages, so that both always agree.
//
// /api/v1/openapi.json describes all of it. Errors are RFC 9457 problems with a field fix that says
// how to mend the call. Every answer carries an ETag made of the version of the data.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"waymark/internal/fault"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// Version is the version of the interface: it changes whenever openapi.json does.
const Version = "1.0.0"

// Config is what the interface needs from outside.
type Config struct {
	Publication *publication.Service
	// Log takes the causes of failures; nil is slog.Default(). Nothing of a reader is logged.
	Log *slog.Logger
}

// service answers the calls.
type service struct {
	publication *publication.Service
	log         *slog.Logger
}

// New makes the handler of everything under /api/.
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	mux := http.NewServeMux()
	s := &service{publication: c.Publication, log: c.Log}
	s.register(mux)
	return s.cached(mux)
}

// Spec gives the OpenAPI description as the server sends it.
func Spec() ([]byte, error) {
	api := (&service{}).register(http.NewServeMux())
	return api.OpenAPI().MarshalJSON()
}

func (s *service) register(mux *http.ServeMux) huma.API {
	problems()
	config := huma.DefaultConfig("Waymark", Version)
	// The defaults add a $schema field and a Link built from the request's Host to every answer, and
	// serve a page that loads a third party's script.
	config.CreateHooks, config.DocsPath, config.SchemasPath = nil, "", ""
	config.OpenAPIPath = "/api/v1/openapi"
	config.RejectUnknownQueryParameters = true // a misspelt filter must not look like an answer
	config.Info.Description = "Child online protection: what is known about each country, from whom, and the figures it adds up to. " +
		"Shares are numbers from 0 to 1 with six decimals. A value that is missing is null, never 0."
	config.Info.License = &huma.License{Name: "Data: CC BY 4.0 unless a source says otherwise; see /api/v1/sources", Identifier: "CC-BY-4.0"}
	registry := config.Components.Schemas
	registry.RegisterTypeAlias(reflect.TypeFor[monitoring.Share](), reflect.TypeFor[shareSchema]())
	registry.RegisterTypeAlias(reflect.TypeFor[json.Number](), reflect.TypeFor[numberSchema]())
	registry.RegisterTypeAlias(reflect.TypeFor[reference.Date](), reflect.TypeFor[dateSchema]())
	api := humago.New(mux, config)
	s.registerFigures(api)
	s.registerEvidence(api)
	s.registerFramework(api)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, http.StatusNotFound, "There is nothing at this address.", "See /api/v1/openapi.json for what there is.")
	})
	return api
}

// shareSchema describes monitoring.Share: a number or null.
type shareSchema struct{}

// Schema is read by huma.
func (shareSchema) Schema(huma.Registry) *huma.Schema {
	low, high := 0.0, 1.0
	return &huma.Schema{Type: huma.TypeNumber, Nullable: true, Minimum: &low, Maximum: &high, Description: "A share from 0 to 1, six decimals; null where there is none."}
}

// numberSchema describes json.Number: an exact decimal, or null.
type numberSchema struct{}

// Schema is read by huma.
func (numberSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Nullable: true, Description: "Exact as the source gives it; null where there is none."}
}

// dateSchema describes reference.Date: a day, empty where there is none.
type dateSchema struct{}

// Schema is read by huma.
func (dateSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Nullable: true, Description: "A day as 2020-12-31; empty or null where there is none."}
}

// problem is an RFC 9457 problem with how to mend the call.
type problem struct {
	huma.ErrorModel
	Fix string `json:"fix" doc:"How to mend the call, in one sentence."`
}

// kinds maps the kinds of failure to HTTP.
var kinds = map[fault.Kind]int{
	fault.Refused: http.StatusUnprocessableEntity, fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict,
	fault.Stale: http.StatusPreconditionFailed, fault.Forbidden: http.StatusForbidden, fault.SignIn: http.StatusUnauthorized,
	fault.TooLarge: http.StatusRequestEntityTooLarge, fault.TooMany: http.StatusTooManyRequests,
	fault.Unavailable: http.StatusServiceUnavailable, fault.Internal: http.StatusInternalServerError,
}

// problems makes huma report every error as a problem with a fix, and never echo a value sent.
var problems = sync.OnceFunc(func() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		p := &problem{ErrorModel: huma.ErrorModel{Status: status, Title: http.StatusText(status), Detail: message}, Fix: "See /api/v1/openapi.json for what the call takes."}
		for _, err := range errs {
			var detail huma.ErrorDetailer
			if errors.As(err, &detail) {
				d := *detail.ErrorDetail()
				d.Value = nil
				p.Errors = append(p.Errors, &d)
				p.Fix = fmt.Sprintf("Mend %s: %s.", d.Location, d.Message)
			}
		}
		return p
	}
})

// refuse turns an error into a problem; the cause of an internal one is logged and not shown.
func (s *service) refuse(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	kind := fault.KindOf(err)
	if kind == fault.Internal {
		s.log.ErrorContext(ctx, "api", "error", err)
	}
	text, fix := fault.Safe(err)
	status := kinds[kind]
	return &problem{ErrorModel: huma.ErrorModel{Status: status, Title: http.StatusText(status), Detail: text}, Fix: fix}
}
