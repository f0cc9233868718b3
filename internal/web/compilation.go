package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"waymark/internal/fault"
)

// compilationFormats are the forms the compiled document is offered in, with their content types.
var compilationFormats = []struct{ ending, contentType string }{
	{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"html", "text/html; charset=utf-8"},
	{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"pdf", "application/pdf"},
}

// compilation gives the compiled document of a round: inputs, comments and answers in one file.
func (s *Server) compilation(q *request) (*answer, error) {
	r, err := q.readRound()
	if err != nil {
		return nil, err
	}
	if q.http.URL.RawQuery != "" { // one address for one file, so that it is made once
		return q.redirect(q.http.URL.Path, http.StatusMovedPermanently), nil
	}
	for _, f := range compilationFormats {
		if !strings.HasSuffix(q.http.URL.Path, "."+f.ending) || !s.compiles(f.ending) {
			continue
		}
		body, err := s.config.Compile(q.ctx, r.rec.Round.Number, f.ending, q.tag)
		if err != nil {
			return nil, err
		}
		a := &answer{contentType: f.contentType, body: body, open: true, language: string(q.tag), filename: s.fileName(fmt.Sprintf("waymark-consultation-%d-%s.%s", r.rec.Round.Number, q.tag, f.ending))}
		return a, nil
	}
	return nil, fault.New(fault.NotFound, "The compiled document cannot be had in this form here.", "Choose one of the forms the consultation's page offers.").WithKey("error.no_compilation", nil)
}

func (s *Server) compiles(ending string) bool {
	return s.config.Compile != nil && slices.Contains(s.config.CompileFormats, ending)
}

// downloads are the addresses of the compiled document in the forms that can be made here.
func (r *round) downloads() []Link {
	var out []Link
	for _, f := range compilationFormats {
		if r.q.server.compiles(f.ending) {
			out = append(out, Link{Text: plain(strings.ToUpper(f.ending)), Href: "/" + string(r.q.tag) + r.path("/compilation."+f.ending)})
		}
	}
	return out
}
