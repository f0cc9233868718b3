package web

import (
	"slices"
	"strings"

	"waymark/internal/publication"
	"waymark/internal/reference"
)

// SortHead is the head of a column by which the rows of a table can be put in order.
type SortHead struct {
	Text  string
	Href  string // the page with its rows in this order; in the opposite one where they are so already
	Order string // aria-sort: ascending or descending; empty: the rows stand in another order
}

// sortHead makes the head of a column. A table stands in the order of its first column where no other
// is asked for, and that order has no name in the address: one view has one address.
func (q *request) sortHead(path, label, column string, first bool) SortHead {
	path, place, has := strings.Cut(path, "#")
	h := SortHead{Text: label}
	ascending := column
	if first {
		ascending = ""
	}
	switch asked := q.params.Get("sort"); {
	case asked == column, first && asked == "":
		h.Order, h.Href = "ascending", q.here(path, "sort", "-"+column)
	case asked == "-"+column:
		h.Order, h.Href = "descending", q.here(path, "sort", ascending)
	default:
		h.Href = q.here(path, "sort", ascending)
	}
	if has {
		h.Href += "#" + place
	}
	return h
}

// onlyCountries leaves in a table, whose first column is the area, the rows of the countries shown: a
// table that was narrowed on the page is narrowed as data too.
func onlyCountries(t *publication.Table, rows []CountryRow) {
	shown := map[any]bool{}
	for _, r := range rows {
		shown[r.ISO3] = true
	}
	t.Rows = slices.DeleteFunc(t.Rows, func(r publication.Row) bool { return !shown[r[0]] })
}

// narrowing is what a table was narrowed to, for whoever reads it as data.
func (q *request) narrowing(f Facets) map[string]any {
	out := map[string]any{}
	for _, s := range f.Selects {
		for _, o := range s.Options {
			if o.Selected && o.Value != "" && s.Name != "sort" {
				out[s.Name] = o.Value
			}
		}
	}
	return out
}

// groupTable is the figure of each group of countries as data. Groups overlap and are not to be added up.
func (q *request) groupTable(code string) (*publication.Table, error) {
	groups, err := q.snap.ByGroup(code, q.figures(""))
	if err != nil {
		return nil, err
	}
	t := &publication.Table{Name: "groups-" + code, Columns: []publication.Column{
		{Name: "group"}, {Name: "name"}, {Name: "code"}, {Name: "variant"}, {Name: "countries_met"}, {Name: "countries_partly"}, {Name: "countries_not_met"}, {Name: "countries_unknown"},
		{Name: "countries_total"}, {Name: "countries_lower"}, {Name: "countries_upper"}, {Name: "children_lower"}, {Name: "children_upper"},
	}}
	count := func(n *int) any {
		if n == nil {
			return nil
		}
		return *n
	}
	for _, g := range groups {
		f := &g.Figure
		t.Rows = append(t.Rows, publication.Row{
			g.Group.Code, g.Group.Name, f.Code, f.Variant, count(f.Countries.Met), count(f.Countries.Partly), count(f.Countries.NotMet), count(f.Countries.Unknown),
			f.Countries.Total, f.Countries.Lower, f.Countries.Upper, f.Children.Lower, f.Children.Upper,
		})
	}
	return t, nil
}

// seriesTable is the series printed beside a target as data.
func (q *request) seriesTable(code string) (*publication.Table, error) {
	list, err := q.snap.PublishedSeries(q.ctx, code, q.figures("", code))
	if err != nil {
		return nil, err
	}
	t := &publication.Table{Name: "series-" + code, Columns: []publication.Column{
		{Name: "series"}, {Name: "title"}, {Name: "universe"}, {Name: "source"}, {Name: "period"}, {Name: "edition"}, {Name: "value"}, {Name: "total"}, {Name: "share"}, {Name: "note"},
	}}
	for i := range list {
		s := &list[i]
		for _, p := range s.Points {
			var period any
			if p.Period != (reference.Period{}) {
				period = p.Period.String()
			}
			t.Rows = append(t.Rows, publication.Row{s.Code, s.Title, s.Universe, s.Source.Code, period, orNothing(p.Edition), p.Value, p.Denominator, p.Share, orNothing(p.Note)})
		}
	}
	return t, nil
}
