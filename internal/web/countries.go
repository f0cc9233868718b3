package web

import (
	"slices"
	"strings"

	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// CountriesPage lists every country of the universe with where it stands, in alphabetical order or
// by region. Countries are never ordered by how they stand.
type CountriesPage struct {
	Page
	Lede       string
	Finder     Finder
	Asked      string // what was searched and not understood
	Candidates []Link
	Head       SortHead
	Columns    []CountryColumn
	Groups     []CountryGroup
	Facets     Facets
	Shown      string // "12 of 193"
	Twins      Twins
	Compare    string // address of the comparison
	Others     []Link // areas that are in no figure
}

// CountryColumn is one figure shown of each country.
type CountryColumn struct {
	Code string
	Name text
	Href string
}

// CountryGroup is the rows of one region, or all of them under no name.
type CountryGroup struct {
	Code, Name string
	Rows       []CountryRow
}

// CountryRow is one country.
type CountryRow struct {
	ISO3, Name, Href string
	Statuses         []StatusCell
}

// StatusCell is a status as code and word.
type StatusCell struct {
	Code, Word, Label string
	Disputed          bool // sources contradict each other
}

// Facets is a GET form that narrows a table, with counts, and what is narrowed now.
type Facets struct {
	Action  string
	Apply   string // of the button; empty: it speaks of countries
	Hidden  []Hidden
	Selects []Facet
	Active  []Link // links that take one restriction away
}

// Facet is one list to choose from.
type Facet struct {
	Name, Label string
	Options     []FacetOption
}

// FacetOption is one choice, with how many rows it leaves.
type FacetOption struct {
	Value, Text string
	Selected    bool
}

func (s *Server) countries(q *request) (*answer, error) {
	path := "/countries"
	if asked := strings.TrimSpace(q.params.Get("q")); asked != "" && q.ending == "" {
		if m := q.snap.World.Match(asked); m.Kind == reference.Matched {
			return q.redirect(q.to("/countries/"+m.Country.ISO3), 302), nil
		}
	}
	figures, err := q.snap.Figures(q.figures(""))
	if err != nil {
		return nil, err
	}
	if q.ending != "" {
		t := publication.StatusTable(q.snap.World, figures)
		f, err := q.narrowTable(t, path, figures)
		if err != nil {
			return nil, err
		}
		return q.twin(t, map[string]any{"narrowedTo": q.narrowing(f)})
	}
	p := CountriesPage{
		Page: q.page(path, "shell.countries", q.words.T("countries.title")), Twins: q.twins(path), Compare: q.to("/compare"),
		Finder: Finder{Action: q.to(path), Options: q.countryNames(), Hidden: q.hidden(), Value: q.params.Get("q")},
	}
	u, _ := q.snap.World.Universe(q.v.Universe)
	p.Lede = q.words.T("countries.lede", "Count", q.words.Int(int64(len(u.Members))))
	p.Summary = p.Lede
	if asked := strings.TrimSpace(q.params.Get("q")); asked != "" {
		p.Asked = asked
		for _, c := range q.nearest(asked) {
			p.Candidates = append(p.Candidates, Link{Text: plain(c.Name(q.tag)), Href: q.to("/countries/" + c.ISO3)})
		}
	}
	rows, err := q.countryRows(figures, &p.Columns)
	if err != nil {
		return nil, err
	}
	total := len(rows)
	rows, p.Facets = q.narrow(path, rows, p.Columns, u)
	p.Shown = q.words.T("countries.shown", "Part", q.words.Int(int64(len(rows))), "Total", q.words.Int(int64(total)))
	p.Groups, p.Head = q.grouped(rows, u), q.sortHead(path+"#list", q.words.T("countries.country"), "name", true)
	for _, c := range q.countriesByName() {
		if !u.Has(c.ISO3) {
			p.Others = append(p.Others, Link{Text: plain(c.Name(q.tag)), Href: q.to("/countries/" + c.ISO3)})
		}
	}
	return q.render("countries", p)
}

// nearest are the countries a text may mean: those whose name holds it, else the nearest names.
func (q *request) nearest(asked string) []reference.Country {
	folded := lang.Fold(asked)
	var out []reference.Country
	for _, c := range q.countriesByName() {
		for _, tag := range lang.Tags() {
			if folded != "" && strings.Contains(lang.Fold(c.Name(tag)), folded) {
				out = append(out, c)
				break
			}
		}
	}
	if len(out) == 0 {
		out = q.snap.World.Match(asked).Candidates
	}
	return out[:min(len(out), 20)]
}

// countryRows makes a row of each country of the figures, in alphabetical order. Targets come before
// their combination.
func (q *request) countryRows(figures []monitoring.Figure, columns *[]CountryColumn) ([]CountryRow, error) {
	conflicts, err := q.snap.Conflicts(q.figures(""))
	if err != nil {
		return nil, err
	}
	disputed := map[[2]string]bool{}
	for _, c := range conflicts {
		if !c.InScale {
			disputed[[2]string{c.Of, c.Area}] = true
		}
	}
	ordered := slices.Clone(figures)
	slices.SortStableFunc(ordered, func(a, b monitoring.Figure) int { return q.impactLast(a.Code) - q.impactLast(b.Code) })
	var rows []CountryRow
	byArea := map[string]int{}
	for i := range ordered {
		f := &ordered[i]
		if f.Statuses == nil {
			continue
		}
		name := q.targetName(f.Code)
		*columns = append(*columns, CountryColumn{Code: f.Code, Name: name, Href: q.figureHref(f.Code)})
		for _, s := range f.Statuses {
			at, ok := byArea[s.Area]
			if !ok {
				c, known := q.snap.World.Country(s.Area)
				if !known {
					continue
				}
				at = len(rows)
				byArea[s.Area] = at
				rows = append(rows, CountryRow{ISO3: s.Area, Name: c.Name(q.tag), Href: q.to("/countries/" + s.Area)})
			}
			word, label := s.Status.Word(), f.Code
			if len(figures) == 1 {
				label = "" // one column needs no name in each row
			}
			rows[at].Statuses = append(rows[at].Statuses, StatusCell{word, q.words.T("status." + word), label, disputed[[2]string{f.Variant, s.Area}]})
		}
	}
	lang.Sort(q.tag, rows, func(r CountryRow) string { return r.Name })
	return rows, nil
}

func (q *request) impactLast(code string) int {
	if e, ok := q.v.Element(code); ok && e.Kind == framework.KindImpactTarget {
		return 1
	}
	return 0
}

// figureHref is the page of a figure: a target's own, else its sheet.
func (q *request) figureHref(code string) string {
	if targetOf(q.v, code) == code {
		return q.to("/targets/" + code)
	}
	return q.to("/indicators/" + code)
}

// isRegion tells regions, whose codes are numbers, from groups of countries in special need.
func isRegion(code string) bool { return code != "" && code[0] >= '0' && code[0] <= '9' }

// groups are those a table can be narrowed to.
func (q *request) groups(u reference.Universe) []reference.Group { return q.snap.World.Groups(u) }

func (q *request) groupName(g reference.Group) string { return q.words.T(g.Key) }

// narrow leaves the rows of a group and a status, and makes the form that does so.
func (q *request) narrow(path string, rows []CountryRow, columns []CountryColumn, u reference.Universe) ([]CountryRow, Facets) {
	f := Facets{Action: "/" + string(q.tag) + path, Hidden: q.hidden()}
	groups := q.groups(u)
	codes := make([]string, len(groups))
	for i, g := range groups {
		codes[i] = g.Code
	}
	group := q.option("group", codes...)
	inGroup := func(r CountryRow) bool { return true }
	groupFacet := Facet{Name: "group", Label: q.words.T("countries.group"), Options: []FacetOption{{"", q.words.T("countries.all"), group == ""}}}
	for _, g := range groups {
		groupFacet.Options = append(groupFacet.Options, FacetOption{g.Code, q.words.T("countries.option", "Name", q.groupName(g), "Count", q.words.Int(int64(len(g.Members)))), group == g.Code})
		if g.Code == group {
			inGroup = func(r CountryRow) bool { return slices.Contains(g.Members, r.ISO3) }
			f.Active = append(f.Active, Link{Text: plain(q.groupName(g)), Href: q.here(path, "group", "")})
		}
	}
	f.Selects = append(f.Selects, groupFacet)
	rows = slices.DeleteFunc(slices.Clone(rows), func(r CountryRow) bool { return !inGroup(r) })
	left := rows
	for i, column := range columns {
		name := "status"
		if len(columns) > 1 {
			name = strings.ToLower(column.Code)
		}
		chosen := q.option(name, statusCodes...)
		facet := Facet{Name: name, Label: q.words.T("countries.status_of", "Code", column.Code), Options: []FacetOption{{"", q.words.T("countries.all"), chosen == ""}}}
		for _, code := range statusCodes {
			n := 0
			for _, r := range rows {
				if r.Statuses[i].Code == code {
					n++
				}
			}
			word := q.words.T("status." + code)
			facet.Options = append(facet.Options, FacetOption{code, q.words.T("countries.option", "Name", word, "Count", q.words.Int(int64(n))), chosen == code})
			if chosen == code {
				f.Active = append(f.Active, Link{Text: plain(column.Code + ": " + word), Href: q.here(path, name, "")})
			}
		}
		f.Selects = append(f.Selects, facet)
		if chosen != "" {
			left = slices.DeleteFunc(slices.Clone(left), func(r CountryRow) bool { return r.Statuses[i].Code != chosen })
		}
	}
	sort := q.option("sort", "region", "-name")
	f.Selects = append(f.Selects, Facet{Name: "sort", Label: q.words.T("countries.sort"), Options: []FacetOption{
		{"", q.words.T("countries.sort_name"), sort == ""}, {"-name", q.words.T("countries.sort_back"), sort == "-name"}, {"region", q.words.T("countries.sort_region"), sort == "region"},
	}})
	return left, f
}

// narrowTable leaves in a table of figures what the page of the same address shows.
func (q *request) narrowTable(t *publication.Table, path string, figures []monitoring.Figure) (Facets, error) {
	u, _ := q.snap.World.Universe(q.v.Universe)
	var columns []CountryColumn
	rows, err := q.countryRows(figures, &columns)
	if err != nil {
		return Facets{}, err
	}
	rows, f := q.narrow(path, rows, columns, u)
	onlyCountries(t, rows)
	return f, nil
}

// grouped puts rows under their regions, in the order of the standard, or leaves them as they are.
func (q *request) grouped(rows []CountryRow, u reference.Universe) []CountryGroup {
	switch q.params.Get("sort") {
	case "region":
	case "-name":
		rows = slices.Clone(rows)
		slices.Reverse(rows)
		fallthrough
	default:
		return []CountryGroup{{Rows: rows}}
	}
	var out []CountryGroup
	for _, g := range q.groups(u) {
		if !isRegion(g.Code) {
			continue // the groups of countries in special need overlap with the regions
		}
		group := CountryGroup{Code: g.Code, Name: q.groupName(g)}
		for _, r := range rows {
			if slices.Contains(g.Members, r.ISO3) {
				group.Rows = append(group.Rows, r)
			}
		}
		if len(group.Rows) > 0 {
			out = append(out, group)
		}
	}
	lang.Sort(q.tag, out, func(g CountryGroup) string { return g.Name })
	return out
}
