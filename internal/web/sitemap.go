package web

import (
	"encoding/xml"
	"net/http"
	"strings"

	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/publication"
)

// robots lets everybody read everything that is public.
func (s *Server) robots(w http.ResponseWriter, r *http.Request) error {
	var b strings.Builder
	b.WriteString("User-agent: *\n")
	if s.config.Sample != nil { // nobody shall find invented data
		b.WriteString("Disallow: /\n")
	}
	for _, tag := range lang.Tags() {
		b.WriteString("Disallow: /" + string(tag) + "/work/\nDisallow: /" + string(tag) + "/search?\n")
	}
	if s.config.Origin != "" {
		b.WriteString("\nSitemap: " + s.config.Origin + "/sitemap.xml\n")
	}
	(&answer{contentType: "text/plain; charset=utf-8", body: []byte(b.String())}).seal("").send(w, r)
	return nil
}

type sitemapURL struct {
	Loc   string           `xml:"loc"`
	Links []sitemapVersion `xml:"xhtml:link"`
}

type sitemapVersion struct {
	Rel      string `xml:"rel,attr"`
	Hreflang string `xml:"hreflang,attr"`
	Href     string `xml:"href,attr"`
}

// sitemap lists every page once, with its six languages. Search engines want absolute addresses; they
// are told of it (robots) only where the origin is known.
func (s *Server) sitemap(w http.ResponseWriter, r *http.Request) error {
	snap, err := s.config.Publication.Snapshot(r.Context())
	if err != nil {
		return err
	}
	var list struct {
		XMLName xml.Name     `xml:"urlset"`
		NS      string       `xml:"xmlns,attr"`
		XHTML   string       `xml:"xmlns:xhtml,attr"`
		URLs    []sitemapURL `xml:"url"`
	}
	list.NS, list.XHTML = "http://www.sitemaps.org/schemas/sitemap/0.9", "http://www.w3.org/1999/xhtml"
	paths := publicPaths(snap)
	more, err := s.consultationPaths(r.Context())
	if err != nil {
		return err
	}
	for _, path := range append(paths, more...) {
		u := sitemapURL{Loc: s.base() + "/en" + path}
		for _, tag := range lang.Tags() {
			u.Links = append(u.Links, sitemapVersion{"alternate", string(tag), s.base() + "/" + string(tag) + path})
		}
		list.URLs = append(list.URLs, u)
	}
	body, err := xml.Marshal(list)
	if err != nil {
		return err
	}
	(&answer{contentType: "application/xml", body: append([]byte(xml.Header), body...)}).seal("").send(w, r)
	return nil
}

// publicPaths lists every public page behind its language: what the sitemap names, and what the
// tests of headers and weights visit.
func publicPaths(snap *publication.Snapshot) []string {
	paths := []string{"/", "/countries", "/framework", "/method", "/data", "/accessibility", "/privacy", "/report-abuse", "/aims", "/assessment", "/framework/impact", "/umbrella", "/compare", "/search"}
	paths = append(paths, "/framework/"+snap.Version.ID())
	for i := range snap.Version.Sheets {
		paths = append(paths, "/indicators/"+snap.Version.Sheets[i].Code)
	}
	for i := range snap.Version.Elements {
		if e := &snap.Version.Elements[i]; e.Kind == framework.KindOutcome {
			paths = append(paths, "/outcomes/"+e.Code)
		} else if e.Kind == framework.KindTarget || e.Kind == framework.KindTargetGroup {
			paths = append(paths, "/targets/"+e.Code)
			if len(snap.Version.VariantsOf(e.Code)) > 0 {
				paths = append(paths, "/targets/"+e.Code+"/history")
			}
		}
	}
	paths = append(paths, youngPaths(snap)...)
	for _, c := range snap.World.Countries() {
		paths = append(paths, "/countries/"+c.ISO3)
	}
	return paths
}
