// Package web is the public website: pages in six languages, made on the server, that answer without
// JavaScript, and the CSV and JSON twins of their tables.
//
// A request goes one way: the cache of finished answers (cache.go), else the router (routes.go), the
// one place where an error becomes a page (handle.go), a view that fills a page struct (one file per
// page), and its template (templates/<page>). A view reads one immutable snapshot of what is
// published, so that all parts of a page agree.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/sync/singleflight"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/draw"
	"waymark/internal/fault"
	"waymark/internal/format/docx"
	"waymark/internal/lang"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// Publication gives what everybody may see, as of the newest committed change.
type Publication interface {
	Snapshot(ctx context.Context) (*publication.Snapshot, error)
}

// Config is everything the website needs from outside. Publication is required; the rest has
// defaults that suit a test and a first start.
type Config struct {
	Publication Publication
	// DataVersion tells which version of the data holds now. It is asked for on every request, before
	// the cache is looked into, so it must cost no more than an atomic read. Nil asks Publication,
	// which is right but slower.
	DataVersion func() int64
	// Now is the clock; nil is the system's. Pages depend on its day only.
	Now func() time.Time
	// Log takes causes of failures; nil is slog.Default(). Nothing of a reader is ever logged.
	Log *slog.Logger
	// ProgramVersion stands in the footer and is part of every ETag; empty is "dev".
	ProgramVersion string
	// Origin is scheme and host the site is reached at, without a slash at the end; with it the
	// sitemap and hreflang links are absolute. Empty: the sitemap is not offered to search engines.
	Origin string
	// Address is scheme, host and port the program listens on: the example calls of the data page use it
	// where no Origin is given.
	Address string
	// Contact is where readers reach whoever runs this service, as an https or mailto address. Empty:
	// the page says that none is given.
	Contact string
	// CacheBytes bounds the finished pages kept in memory; 0 is 48 MB, negative keeps none.
	CacheBytes int64
	// Sample marks a database of invented data: a banner stands on every page. Nil: the data are real.
	Sample *Sample
	// Geometry is the operator's own world map; nil: the shipped one.
	Geometry *draw.Geometry
	// Ready says why the service cannot answer for its data now, nil where it can. Nil: always ready.
	Ready func(ctx context.Context) error
	// Accounts are the people who sign in, and Releases the frozen figures; nil: there is no workspace.
	Accounts *accounts.Service
	Releases *publication.Releases
	// Lists are the lists that wait for an approval; with Accounts.
	Lists Lists
	// ProviderSecret gives the secret of an organisation's sign-in provider, empty if there is none; nil: there
	// are none. ProviderClient speaks to providers; nil: one of our own.
	ProviderSecret func(organisation string) (string, error)
	ProviderClient *http.Client
	// Jobs lists what runs by the clock; nil: nothing does.
	Jobs func(ctx context.Context) ([]accounts.Run, error)
	// Checkpoint gives the newest signed checkpoint of the audit trail; nil: there is none to be had.
	Checkpoint func(ctx context.Context) (string, error)
	// Consultations gives the rounds; nil: there are no pages of consultations.
	Consultations Consultations
	// Consulting is what the secretariat and the partners do in rounds; nil: they are only read.
	Consulting *consultation.Service
	// ReadWord reads a partner's Word file apart from this process; nil: files are not taken.
	ReadWord func(ctx context.Context, data []byte) (*docx.Content, []consultation.ReportRow, error)
	// Compile makes the compiled document of a round in one of CompileFormats (docx, html, xlsx, pdf); nil:
	// it is not offered.
	Compile        func(ctx context.Context, round int, format string, language lang.Tag) ([]byte, error)
	CompileFormats []string
	// Metrics answers /metrics; nil: there is nothing at that address.
	Metrics http.Handler
}

const defaultCacheBytes = 48 << 20

// Server is the website. It is safe for concurrent use and holds no connection and no goroutine.
type Server struct {
	config    Config
	templates *templates
	assets    *assets
	cache     *cache
	flight    singleflight.Group // one rendering of a page at a time
	search    searchCache
	young     *publication.Young
	mux       *http.ServeMux
	uploads   uploads
}

// New makes the website. An error means that the program was built from damaged templates or files.
func New(c Config) (*Server, error) {
	if c.Publication == nil {
		return nil, fault.New(fault.Internal, "The website was started without anything to publish.", "Give web.Config a Publication.")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.ProgramVersion == "" {
		c.ProgramVersion = "dev"
	}
	if c.CacheBytes == 0 {
		c.CacheBytes = defaultCacheBytes
	}
	s := &Server{config: c, cache: newCache(c.CacheBytes)}
	var err error
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if s.templates, err = loadTemplates(s.assets); err != nil {
		return nil, err
	}
	if s.young, err = publication.ShippedYoung(); err != nil {
		return nil, err
	}
	s.mux = s.routes()
	return s, nil
}

// ServeHTTP answers from the cache where it can, and else through the router.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	s.invented(w.Header())
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if version, ok := s.dataVersion(r.Context()); ok {
			if a := s.cache.get(cacheKey{addressOf(r), version, s.today()}); a != nil {
				a.send(w, r)
				return
			}
		}
	}
	s.mux.ServeHTTP(w, r)
}

// dataVersion is the version of the data that holds now; false where it cannot be told.
func (s *Server) dataVersion(ctx context.Context) (int64, bool) {
	if s.config.DataVersion != nil {
		return s.config.DataVersion(), true
	}
	snap, err := s.config.Publication.Snapshot(ctx)
	if err != nil {
		return 0, false
	}
	return snap.DataVersion, true
}

// today is the day by the server's clock in UTC. Goal dates and the age of evidence are judged on it.
func (s *Server) today() reference.Date { return reference.DateOf(s.config.Now().UTC()) }

// addressOf is what the reader asked for, as it was written. A request that came over no connection
// has only its parsed form.
func addressOf(r *http.Request) string {
	if r.RequestURI != "" {
		return r.RequestURI
	}
	return r.URL.RequestURI()
}
