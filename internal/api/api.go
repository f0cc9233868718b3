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
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// Version is the version of the interface: it changes whenever openapi.json does.
const Version = "1.2.0"

// Config is what the interface needs from outside.
type Config struct {
	Publication *publication.Service
	// Accounts know the tokens that writes need; nil: none is taken, and this interface only reads.
	Accounts *accounts.Service
	// Imports takes lists in, Consultations comments; Requests keeps what was asked, so that it happens once.
	Imports       *monitoring.Service
	Consultations *consultation.Service
	Requests      Requests
	// Releases are the frozen figures; nil: there are none.
	Releases *publication.Releases
	// Origin is scheme and host the service is reached at; with https, a proxy that the operator named stands
	// before it.
	Origin string
	// Pace is how often one network may ask without a token; zero is the usual one.
	Pace accounts.Pace
	// Now is the clock of that; nil is the system's.
	Now func() time.Time
	// Log takes the causes of failures; nil is slog.Default(). Nothing of a reader is logged.
	Log *slog.Logger
}

// service answers the calls.
type service struct {
	config      Config
	publication *publication.Service
	log         *slog.Logger
	paces       paces
	reading     chan struct{} // a place for each list that is being read
}

// New makes the handler of everything under /api/.
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Pace == (accounts.Pace{}) {
		c.Pace = usualPace
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	mux := http.NewServeMux()
	s := &service{config: c, publication: c.Publication, log: c.Log, paces: paces{free: map[string]time.Time{}}, reading: make(chan struct{}, filesAtOnce)}
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
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer",
		Description: "A token of one of your roles, made under My account or with waymark token add. Writes need one; reads need none. Cookies count for nothing here."}}
	api := humago.New(mux, config)
	s.registerFigures(api)
	s.registerEvidence(api)
	s.registerFramework(api)
	s.registerImports(api)
	s.registerComments(api)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, http.StatusNotFound, "There is nothing at this address.", "See /api/v1/openapi.json for what there is.")
	})
	return api
}

// byToken marks a call that needs a token.
var byToken = []map[string][]string{{"token": {}}}

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
	if p := (*problem)(nil); errors.As(err, &p) {
		return p
	}
	kind := fault.KindOf(err)
	if kind == fault.Internal {
		s.log.ErrorContext(ctx, "api", "error", err)
	}
	text, fix := fault.Safe(err)
	status := kinds[kind]
	return &problem{ErrorModel: huma.ErrorModel{Status: status, Title: http.StatusText(status), Detail: text}, Fix: fix}
}
