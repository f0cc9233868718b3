package web

import (
	"net/http"
	"slices"
	"strings"

	"waymark/internal/fault"
	"waymark/internal/lang"
)

// page is a public address: its path behind the language, the view that makes it, and the parameters
// it understands beside the standing ones. A page with twins answers at the same path with the
// endings .csv and .json too.
type page struct {
	path   string
	view   view
	twins  bool
	params []string
}

// pages lists every page of the site. The languages are registered literally, and endings are read
// by the view, because ServeMux refuses a wildcard beside a literal and knows no endings.
func (s *Server) pages() []page {
	return []page{
		{path: "/", view: s.home},
		{path: "/targets", view: s.targets, twins: true},
		{path: "/targets/{code}", view: s.target, twins: true, params: []string{"group", "status", "sort", "table"}},
		{path: "/targets/{code}/history", view: s.history, twins: true},
		{path: "/targets/{code}/proof.json", view: s.proof, params: []string{"variant"}},
		{path: "/countries", view: s.countries, twins: true, params: []string{"q", "group", "t1", "t2", "im-1", "sort"}},
		{path: "/countries/{iso3}", view: s.country, twins: true},
		{path: "/compare", view: s.compare, twins: true, params: []string{"c", "t", "add", "group"}},
		{path: "/search", view: s.searchPage, twins: true, params: []string{"q", "kind", "p"}},
		{path: "/framework", view: s.framework, twins: true},
		{path: "/framework/impact", view: s.impact, twins: true, params: []string{"code", "variant", "of", "met", "goal", "year", "edits"}},
		{path: "/framework/{version}", view: s.framework, twins: true, params: []string{"view"}},
		{path: "/aims", view: s.aims, twins: true},
		{path: "/assessment", view: s.assessment, twins: true},
		{path: "/outcomes/{code}", view: s.outcome, twins: true},
		{path: "/umbrella", view: s.umbrella, twins: true},
		{path: "/indicators/{code}", view: s.indicator, twins: true},
		{path: "/consultations", view: s.consultations, twins: true},
		{path: "/consultations/{n}", view: s.consultation, twins: true},
		{path: "/consultations/{n}/comments", view: s.comments, twins: true, params: []string{"org", "element", "decision", "sort"}},
		{path: "/consultations/{n}/text", view: s.consultationText, params: []string{"view"}},
		{path: "/consultations/{n}/compilation.docx", view: s.compilation},
		{path: "/consultations/{n}/compilation.html", view: s.compilation},
		{path: "/consultations/{n}/compilation.xlsx", view: s.compilation},
		{path: "/consultations/{n}/compilation.pdf", view: s.compilation},
		{path: "/report-abuse", view: s.reportAbuse, twins: true, params: []string{"c"}},
		{path: "/corrections", view: s.correctionsPage, twins: true},
		{path: "/accountability", view: s.accountability, twins: true},
		{path: "/young", view: s.youngPage},
		{path: "/young/{code}", view: s.youngPage},
		{path: "/method", view: s.method},
		{path: "/accessibility", view: s.accessibility},
		{path: "/privacy", view: s.privacy},
		{path: "/data", view: s.data, twins: true},
	}
}

// routes makes the router. A pattern that conflicts panics here, at the start, and in every test.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, tag := range lang.Tags() {
		for _, p := range s.pages() {
			pattern := "GET /" + string(tag) + p.path
			params := p.params
			if p.twins {
				params = append(slices.Clone(params), "bom")
			}
			h := s.handle(s.view(tag, p.view, params))
			mux.Handle(strings.TrimSuffix(pattern, "/")+exact(p.path), h)
			if p.twins && !strings.HasSuffix(p.path, "}") {
				pattern = strings.TrimSuffix(pattern, "/")
				mux.Handle(pattern+".csv", h)
				mux.Handle(pattern+".json", h)
			}
		}
	}
	s.work(mux)
	mux.Handle("GET /{$}", s.handle(s.root))
	mux.Handle("GET /static/{file}", s.handle(s.static))
	mux.Handle("GET /healthz", s.handle(s.healthz))
	mux.Handle("GET /readyz", s.handle(s.readyz))
	mux.Handle("GET /robots.txt", s.handle(s.robots))
	mux.Handle("GET /sitemap.xml", s.handle(s.sitemap))
	mux.Handle("GET /feed.atom", s.handle(s.feed))
	mux.Handle("GET /milestones.ics", s.handle(s.milestones))
	if s.config.Metrics != nil {
		mux.Handle("GET /metrics", s.config.Metrics)
	}
	mux.Handle("/", s.handle(s.elsewhere))
	return mux
}

// exact ends the pattern of the home page, which would take every address below it otherwise.
func exact(path string) string {
	if strings.HasSuffix(path, "/") {
		return "/{$}"
	}
	return ""
}

// root sends a reader to the home page of the language their browser asks for.
func (s *Server) root(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Vary", "Accept-Language")
	w.Header().Set("Cache-Control", revalidate)
	http.Redirect(w, r, "/"+string(lang.Match(r.Header.Get("Accept-Language")))+"/", http.StatusFound)
	return nil
}

// elsewhere answers for every address that is none of ours: with the right address where one slash
// or none makes the difference, with 405 where only the method is wrong, and else with 404.
func (s *Server) elsewhere(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		read := r.Clone(r.Context())
		read.Method = http.MethodGet
		if _, pattern := s.mux.Handler(read); pattern != "/" && pattern != "" {
			return errMethod
		}
	} else if other := otherSlash(r.URL.Path); other != "" {
		moved := r.Clone(r.Context())
		moved.URL.Path = other
		if _, pattern := s.mux.Handler(moved); pattern != "/" && pattern != "" {
			if r.URL.RawQuery != "" {
				other += "?" + r.URL.RawQuery
			}
			w.Header().Set("Cache-Control", revalidate)
			http.Redirect(w, r, other, http.StatusMovedPermanently)
			return nil
		}
	}
	return fault.New(fault.NotFound, "There is nothing at this address.", "Check the address, or start from the home page.").WithKey("error.notFound", nil)
}

// otherSlash is the path with its last slash taken away or, for a language, put there.
func otherSlash(path string) string {
	if rest, ok := strings.CutSuffix(path, "/"); ok && len(rest) > 1 && !strings.HasPrefix(rest, "//") {
		return rest
	}
	if _, ok := lang.Parse(strings.TrimPrefix(path, "/")); ok {
		return path + "/"
	}
	return ""
}
