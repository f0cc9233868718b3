package web

import (
	"strings"

	"waymark/internal/publication"
	"waymark/internal/reference"
)

// DataPage says what data there are, from whom, under which licence, and where to take them.
type DataPage struct {
	Page
	Tables  []DataTable
	Sources []DataSource
	Files   []DataFile
	Curl    string
	Calls   []string // one runnable call of the interface each
	Twins   Twins    // of the table of sources
}

// DataTable is one table of the site as data.
type DataTable struct {
	Title string
	Page  string
	Twins Twins
}

// DataSource is one source of evidence and what must be known to weigh it.
type DataSource struct {
	Code         string
	Title        text
	Publisher    text
	Edition      text
	Licence      text
	Attribution  text
	Viewpoint    text
	Completeness text
	Caveats      []text
	Context      bool
	Validated    bool
}

// DataFile is one shipped reference file.
type DataFile struct {
	Name, Rows           string
	Title, Publisher     text
	Licence, Attribution text
	Completeness         text
	Context              bool
}

func (s *Server) data(q *request) (*answer, error) {
	if q.ending != "" {
		return q.twin(publication.SourceTable(q.snap.Sources), nil)
	}
	p := DataPage{Page: q.page("/data", "shell.data", q.words.T("data.title")), Twins: q.twins("/data")}
	p.Summary = q.words.T("data.lede")
	table := func(key, page, twin string) {
		p.Tables = append(p.Tables, DataTable{q.words.T(key), q.to(page), q.twins(twin)})
	}
	table("data.table_figures", "/", "/targets")
	table("data.table_countries", "/countries", "/countries")
	table("data.table_framework", "/framework", "/framework")
	table("data.table_contacts", "/report-abuse", "/report-abuse")
	table("data.table_sources", "/data", "/data")
	base := s.base()
	p.Curl = "curl -O " + base + "/" + string(q.tag) + "/targets.csv"
	for _, call := range []string{"/api/v1/figures?code=T1", "/api/v1/countries/KEN", "/api/v1/observations?indicator=lanzarote"} {
		p.Calls = append(p.Calls, "curl '"+base+call+"'")
	}
	for _, src := range q.snap.Sources {
		p.Sources = append(p.Sources, DataSource{
			Code: src.Code, Title: q.english(src.Title), Publisher: q.english(src.Publisher), Edition: q.english(src.Edition), Licence: q.english(src.Licence),
			Attribution: q.english(src.Attribution), Viewpoint: q.english(src.Viewpoint), Completeness: q.english(src.Completeness),
			Caveats: q.englishAll(src.Caveats), Context: src.Context, Validated: src.ValidatedByCountries,
		})
	}
	used := map[string]bool{}
	for _, src := range q.snap.Sources {
		used[src.Code] = true
	}
	for _, name := range reference.SeedFiles() {
		prov, ok := q.snap.World.Provenance(name)
		if !ok || !prov.Exportable() || used[strings.TrimSuffix(name, ".csv")] {
			continue
		}
		p.Files = append(p.Files, DataFile{
			Name: name, Rows: q.words.Int(int64(prov.Rows)), Title: q.english(prov.Title), Publisher: q.english(prov.Publisher), Licence: q.english(prov.Licence),
			Attribution: q.english(prov.Attribution), Completeness: q.english(prov.Completeness), Context: prov.Context(),
		})
	}
	return q.render("data", p)
}
