package web

import (
	"context"
	"net/http"

	"waymark/internal/fault"
)

// inventedHeader stands on every answer of a database of invented data, for programs to see.
const inventedHeader = "X-Waymark-Data"

// SamplePerson is somebody invented who can be signed in as, with the code that is asked for next.
type SamplePerson struct{ Name, Email, Role, Scope, Code string }

// Sample is what a database of invented data shows of its people. A real one has none.
type Sample struct {
	Password string
	People   func(ctx context.Context) ([]SamplePerson, error)
}

// invented marks an answer where the data are invented, and keeps it out of search engines.
func (s *Server) invented(h http.Header) {
	if s.config.Sample != nil {
		h[inventedHeader] = inventedValue
		h["X-Robots-Tag"] = noIndex
	}
}

var (
	inventedValue = []string{"invented"}
	noIndex       = []string{"noindex"}
)

// fileName is the name a file of the data is saved under: an invented one says so.
func (s *Server) fileName(name string) string {
	if s.config.Sample != nil {
		return "invented-" + name
	}
	return name
}

// inventedTitle is the title of something that readers meet outside the site.
func (s *Server) inventedTitle(title string) string {
	if s.config.Sample != nil {
		return "(invented) " + title
	}
	return title
}

// showSample lists whom one can sign in as. It answers the machine it runs on, and nobody else.
func showSample(c *call) (WorkPage, error) {
	if c.s.config.Sample == nil || !isLoopback(c.r) {
		return WorkPage{}, fault.New(fault.NotFound, "There is nothing at this address.", "Check the address, or start from the home page.").WithKey("error.notFound", nil)
	}
	p := c.page("sample.title")
	p.Lede = c.t("sample.lede")
	p.Notice = c.t("sample.password", "Password", c.s.config.Sample.Password)
	people, err := c.s.config.Sample.People(c.r.Context())
	table := WorkTable{Title: c.t("sample.people"), Head: []string{c.t("sample.role"), c.t("sample.code"), c.t("work.email"), c.t("sample.scope")}}
	for _, who := range people {
		table.Rows = append(table.Rows, WorkRow{Cells: []string{who.Role, who.Code, who.Email, who.Scope}})
	}
	p.Tables = []WorkTable{table}
	p.Menu = append([]Link{{Text: plain(c.t("work.sign_in")), Href: c.to("/work/sign-in")}}, p.Menu...)
	return p, err
}
