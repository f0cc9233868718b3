package web

import (
	"slices"
	"strconv"
	"strings"

	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/publication"
	"waymark/internal/reference"
	"waymark/internal/safeguard"
)

// ComparePage answers: what differs? Up to six countries stand beside each other, by name, with what
// is known of each and on whose word. It ranks nobody.
type ComparePage struct {
	Page
	Answer     string
	More       []string // the answer for the other targets, and how many lines differ
	Problems   []CompareProblem
	Dated      string
	View       OtherView
	Countries  []CompareCountry
	Alone      bool // one country has nobody to differ from
	Full       bool // six are chosen
	Picker     Finder
	Groups     Facets
	Candidates []Link // of the chosen group, each adds one
	Group      string
	Targets    []CompareChoice
	Matrix     []CompareBlock
	Twins      Twins
	Example    Link
	List       string // address of all countries
}

// CompareProblem is a part of the address that was not understood, and what may be meant.
type CompareProblem struct {
	Text       string
	Candidates []Link
}

// CompareCountry is one country of the comparison.
type CompareCountry struct {
	ISO3, Name, Href string
	Remove           string // the same page without it
}

// CompareChoice is a target to show or to leave out.
type CompareChoice struct {
	Code   string
	Name   text
	Href   string // the page with it, or without it where it is chosen
	Chosen bool
}

// CompareBlock is the lines of one target.
type CompareBlock struct {
	Code string
	Name text
	Href string
	Span int  // columns of the table
	None bool // no evidence is gathered for it yet
	Rows []CompareRow
}

// CompareRow is a status or a question, with a cell for each country.
type CompareRow struct {
	Title   text
	Head    bool // the target's status
	Differs bool
	Cells   []CompareCell
}

// CompareCell is what is known of one country.
type CompareCell struct {
	Country    string
	Status     StatusCell
	Says       string // an answer; empty: Status says it
	NotCounted bool   // the country is in no figure
	Who        []CompareVoice
	More       string // "and 3 more"
	Evidence   string // address on the country's page
	Implied    bool
}

// CompareVoice is one body whose word it is.
type CompareVoice struct {
	Name text
	On   string
}

// comparison is what an address asks for, understood.
type comparison struct {
	iso3     []string // sorted
	targets  []string
	left     []string // beyond the sixth
	problems []CompareProblem
}

func (s *Server) compare(q *request) (*answer, error) {
	path := "/compare"
	c := q.readComparison()
	if add := strings.TrimSpace(q.params.Get("add")); add != "" && q.ending == "" && len(c.problems) == 0 && len(c.left) == 0 {
		return q.redirect(q.here(path, "add", "", "c", strings.Join(sortedCodes(c.iso3), ",")), 302), nil
	}
	slices.Sort(c.iso3)
	if q.ending == "" {
		lang.Sort(q.tag, c.iso3, q.countryName)
	}
	found, err := q.snap.Compare(q.ctx, c.iso3, c.targets, q.figures(""))
	if err != nil {
		return nil, err
	}
	if q.ending != "" {
		return q.twin(q.compareTable(&found), map[string]any{"countries": orEmpty(c.iso3), "targets": orEmpty(c.targets), "leftOut": orEmpty(c.left)})
	}
	names := make([]string, len(c.iso3))
	for i, iso3 := range c.iso3 {
		names[i] = q.countryName(iso3)
	}
	title := q.words.T("compare.title")
	if len(names) > 1 {
		title = q.words.T("compare.title_of", "Countries", q.words.Join(names))
	}
	chosen := strings.Join(sortedCodes(c.iso3), ",")
	for name, understood := range map[string]string{"add": "", "c": chosen, "t": strings.Join(c.targets, ",")} { // no link carries on what was not understood
		if q.params.Has(name) {
			q.params.Set(name, understood)
		}
		if understood == "" {
			q.params.Del(name)
		}
	}
	p := ComparePage{
		Page: q.page(path, "shell.countries", title, Link{Text: plain(q.words.T("shell.countries")), Href: q.to("/countries")}), Problems: c.problems,
		Alone: len(c.iso3) == 1, Full: len(c.iso3) == publication.MaxCompared, List: q.to("/countries"), View: q.otherView(path), Twins: q.twins(path),
	}
	p.Summary = q.words.T("compare.lede")
	if q.asked.asOf != 0 {
		p.Dated = q.words.T("figure.dated", "Date", q.date(q.asked.asOf))
	}
	for _, keep := range []Hidden{{"c", chosen}, {"t", q.params.Get("t")}, {"group", q.params.Get("group")}} {
		if keep.Value != "" {
			p.View.Hidden = append(p.View.Hidden, keep)
		}
	}
	if len(c.left) > 0 {
		var left []string
		for _, iso3 := range c.left {
			left = append(left, q.countryName(iso3))
		}
		p.Problems = append(p.Problems, CompareProblem{Text: q.words.T("compare.too_many", "Left", q.words.Join(left))})
	}
	for i, iso3 := range c.iso3 {
		p.Countries = append(p.Countries, CompareCountry{iso3, names[i], q.to("/countries/" + iso3), q.here(path, "c", strings.Join(without(c.iso3, iso3), ","))})
	}
	q.compareChoices(&p, &c)
	q.compareGroups(&p, &c)
	if len(c.iso3) == 0 {
		p.Example = Link{Text: plain(q.words.Join([]string{q.countryName("KEN"), q.countryName("TZA")})), Href: q.here(path, "c", "KEN,TZA")}
		return q.render("compare", p)
	}
	q.compareMatrix(&p, &found)
	return q.render("compare", p)
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func (q *request) countryName(iso3 string) string {
	c, ok := q.snap.World.Country(iso3)
	if !ok {
		return iso3
	}
	return c.Name(q.tag)
}

// countryLink leads to the page of a country.
func (q *request) countryLink(iso3 string) Link {
	return Link{Text: plain(q.countryName(iso3)), Href: q.to("/countries/" + iso3)}
}

// sortedCodes is a list in the order of an address, so that one view has one address.
func sortedCodes(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return out
}

func without(list []string, code string) []string {
	return slices.DeleteFunc(sortedCodes(list), func(s string) bool { return s == code })
}

// withAnother adds one in the order of an address.
func withAnother(list []string, code string) []string {
	return sortedCodes(append(slices.Clone(list), code))
}

// readComparison understands what it can of an address and says what it does not.
func (q *request) readComparison() comparison {
	var c comparison
	var asked []string
	for part := range strings.SplitSeq(q.params.Get("c"), ",") {
		asked = append(asked, part)
	}
	asked = append(asked, q.params.Get("add"))
	for _, name := range asked {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		m := q.snap.World.Match(name)
		switch {
		case m.Kind != reference.Matched:
			problem := CompareProblem{Text: q.words.T("compare.not_country", "Text", q.quoted(name))}
			for _, near := range q.nearest(name) {
				problem.Candidates = append(problem.Candidates, Link{Text: plain(near.Name(q.tag)), Href: near.ISO3})
			}
			c.problems = append(c.problems, problem)
		case slices.Contains(c.iso3, m.Country.ISO3), slices.Contains(c.left, m.Country.ISO3):
		case len(c.iso3) == publication.MaxCompared:
			c.left = append(c.left, m.Country.ISO3)
		default:
			c.iso3 = append(c.iso3, m.Country.ISO3)
		}
	}
	for i := range c.problems { // only now is it known to whom they would be added
		for j := range c.problems[i].Candidates {
			l := &c.problems[i].Candidates[j]
			l.Href = q.here("/compare", "add", "", "c", strings.Join(withAnother(c.iso3, l.Href), ","))
		}
		if len(c.iso3) == publication.MaxCompared {
			c.problems[i].Candidates = nil
		}
	}
	choices := q.comparable()
	for code := range strings.SplitSeq(q.params.Get("t"), ",") {
		code = strings.ToUpper(strings.TrimSpace(code))
		switch {
		case code == "", slices.Contains(c.targets, code):
		case slices.Contains(choices, code):
			c.targets = append(c.targets, code)
		default:
			c.problems = append(c.problems, CompareProblem{Text: q.words.T("compare.not_target", "Text", q.quoted(code), "Codes", q.words.JoinOr(choices))})
		}
	}
	slices.SortFunc(c.targets, func(a, b string) int { return slices.Index(choices, a) - slices.Index(choices, b) })
	if c.targets == nil {
		for _, code := range choices {
			if len(q.v.VariantsOf(code)) > 0 && q.impactLast(code) == 0 {
				c.targets = append(c.targets, code)
			}
		}
	}
	return c
}

// comparable are the codes that countries can be compared on, targets first.
func (q *request) comparable() []string {
	var out, last []string
	for i := range q.v.Elements {
		switch e := &q.v.Elements[i]; e.Kind {
		case framework.KindTarget, framework.KindTargetGroup:
			out = append(out, e.Code)
		case framework.KindImpactTarget:
			if len(q.v.VariantsOf(e.Code)) > 0 {
				last = append(last, e.Code)
			}
		}
	}
	return append(out, last...)
}

// quoted is what a reader typed, to be shown back: shortened, and not at all where it holds an address
// or something else that must not stand here.
func (q *request) quoted(s string) string {
	if safeguard.Text(s, safeguard.Registered()) != nil {
		return "…"
	}
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return lang.Isolate(s)
}

// compareChoices lists the targets to show and to leave out.
func (q *request) compareChoices(p *ComparePage, c *comparison) {
	for _, code := range q.comparable() {
		choice := CompareChoice{Code: code, Name: q.targetName(code), Chosen: slices.Contains(c.targets, code)}
		if choice.Chosen {
			rest := slices.DeleteFunc(slices.Clone(c.targets), func(s string) bool { return s == code })
			if len(rest) > 0 {
				choice.Href = q.here("/compare", "t", strings.Join(rest, ","))
			}
		} else {
			choice.Href = q.here("/compare", "t", strings.Join(append(slices.Clone(c.targets), code), ","))
		}
		p.Targets = append(p.Targets, choice)
	}
}

// compareGroups makes the picker and the list of a group's countries, each of which can be added.
func (q *request) compareGroups(p *ComparePage, c *comparison) {
	hidden := q.hidden()
	for _, name := range []string{"c", "t", "group"} {
		if v := q.params.Get(name); v != "" {
			hidden = append(hidden, Hidden{name, v})
		}
	}
	p.Picker = Finder{Action: "/" + string(q.tag) + "/compare", Options: q.countryNames(), Hidden: hidden}
	u, _ := q.snap.World.Universe(q.v.Universe)
	groups := q.groups(u)
	codes := make([]string, len(groups))
	for i, g := range groups {
		codes[i] = g.Code
	}
	group := q.option("group", codes...)
	facet := Facet{Name: "group", Label: q.words.T("countries.group"), Options: []FacetOption{{"", q.words.T("compare.no_group"), group == ""}}}
	for _, g := range groups {
		facet.Options = append(facet.Options, FacetOption{g.Code, q.words.T("countries.option", "Name", q.groupName(g), "Count", q.words.Int(int64(len(g.Members)))), group == g.Code})
		if g.Code != group {
			continue
		}
		p.Group = q.groupName(g)
		for _, iso3 := range g.Members {
			if !slices.Contains(c.iso3, iso3) && !p.Full {
				p.Candidates = append(p.Candidates, Link{Text: plain(q.countryName(iso3)), Href: q.here("/compare", "c", strings.Join(withAnother(c.iso3, iso3), ","))})
			}
		}
		lang.Sort(q.tag, p.Candidates, func(l Link) string { return l.Text.Text })
	}
	p.Groups = Facets{Action: p.Picker.Action, Apply: q.words.T("compare.list"), Hidden: slices.DeleteFunc(slices.Clone(hidden), func(h Hidden) bool { return h.Name == "group" }), Selects: []Facet{facet}}
}

// compareMatrix fills the table and the sentences above it.
func (q *request) compareMatrix(p *ComparePage, found *publication.Comparison) {
	rows, differ, open := 0, 0, 0
	for i := range found.Targets {
		t := &found.Targets[i]
		block := CompareBlock{Code: t.Code, Name: q.targetName(t.Code), Href: q.figureHref(t.Code), Span: 1 + len(found.Countries), None: t.Variant == nil}
		if said := q.compareAnswer(t, found); said != "" {
			if p.Answer == "" {
				p.Answer = said
			} else {
				p.More = append(p.More, said)
			}
		}
		if t.Variant != nil {
			block.Rows = append(block.Rows, q.compareRow(t, &t.Status, found))
			for j := range t.Answers {
				block.Rows = append(block.Rows, q.compareRow(t, &t.Answers[j], found))
				rows++
				if t.Answers[j].Differs() {
					differ++
				}
				if t.Answers[j].Unknown() > 0 {
					open++
				}
			}
		}
		p.Matrix = append(p.Matrix, block)
	}
	switch {
	case p.Alone: // there is nothing to count yet
		p.Answer, p.More = q.words.T("compare.alone"), nil
	case p.Answer == "":
		p.Answer = q.words.T("compare.nothing")
	}
	if rows > 0 && !p.Alone {
		p.More = append(p.More, q.words.T("compare.rows", "Differ", q.words.Int(int64(differ)), "Open", q.words.Int(int64(open)), "Total", q.words.Int(int64(rows))))
	}
	p.Summary = p.Answer
}

// compareAnswer says in words how the countries divide on a target. Countries that are in no figure are
// not among them.
func (q *request) compareAnswer(t *publication.ComparedTarget, found *publication.Comparison) string {
	if t.Variant == nil {
		return ""
	}
	counts, total := map[string]int{}, 0
	for i := range t.Status.Cells {
		if found.Counted[i] {
			counts[t.Status.Cells[i].Word]++
			total++
		}
	}
	if total == 0 {
		return ""
	}
	var parts []string
	for _, code := range statusCodes {
		if n := counts[code]; n > 0 {
			parts = append(parts, q.words.N("compare.part_"+code, n))
		}
	}
	return q.words.N("compare.answer", total, "Name", lang.Isolate(q.targetName(t.Code).Text), "Code", t.Code, "Parts", q.words.Join(parts))
}

// maxVoices is how many bodies a cell names.
const maxVoices = 2

func (q *request) compareRow(t *publication.ComparedTarget, r *publication.ComparedRow, found *publication.Comparison) CompareRow {
	row := CompareRow{Head: r.Indicator.Code == "", Differs: r.Differs()}
	if row.Head {
		row.Title = q.label(q.v, t.Code+"."+t.Variant.Code, t.Variant.Title)
	} else {
		row.Title = q.label(q.v, "indicator."+r.Indicator.Code, r.Indicator.Title)
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		cell := CompareCell{Country: found.Countries[i].Name(q.tag), Evidence: q.to("/countries/" + found.Countries[i].ISO3 + "#" + t.Code), Implied: c.Reading.Implied}
		if !found.Counted[i] {
			cell.NotCounted, cell.Evidence = row.Head, ""
		}
		switch {
		case c.IsNumber:
			cell.Says = q.words.Decimal(strconv.FormatFloat(c.Number, 'f', -1, 64))
		case c.Word == "":
			cell.Status = q.statusCell("unknown")
		case !row.Head:
			cell.Says = q.words.T("answer." + c.Word)
		default:
			cell.Status = q.statusCell(c.Word)
		}
		cell.Status.Disputed = c.Contested
		if row.Head {
			for _, v := range c.Voices {
				cell.Who = append(cell.Who, CompareVoice{q.label(q.v, "voice."+v.Voice.Code, v.Voice.Title), q.date(v.ProvenOn)})
			}
			if more := len(cell.Who) - maxVoices; more > 0 {
				cell.Who, cell.More = cell.Who[:maxVoices], q.words.T("compare.more", "Count", q.words.Int(int64(more)))
			}
		} else if c.Reading.Source != "" {
			name := q.english(c.Reading.Source)
			if src, ok := q.snap.Source(c.Reading.Source); ok && src.Publisher != "" {
				name = q.english(src.Publisher)
			}
			cell.Who = []CompareVoice{{name, q.date(c.Reading.ProvenOn)}}
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

// compareTable is the comparison as data: one row for each country and line. Answers of sources that
// may not be passed on are left out and marked.
func (q *request) compareTable(found *publication.Comparison) *publication.Table {
	t := &publication.Table{Name: "compare", Columns: []publication.Column{
		{Name: "area"}, {Name: "name"}, {Name: "counted"}, {Name: "code"}, {Name: "variant"}, {Name: "indicator"}, {Name: "status"}, {Name: "answer"}, {Name: "value"},
		{Name: "source"}, {Name: "proven_on"}, {Name: "implied"}, {Name: "contested"}, {Name: "withheld"},
	}}
	for i := range found.Targets {
		target := &found.Targets[i]
		for j, c := range found.Countries {
			base := publication.Row{c.ISO3, c.Name(lang.English), found.Counted[j], target.Code}
			if target.Variant == nil {
				t.Rows = append(t.Rows, append(base, nil, nil, "unknown", nil, nil, nil, nil, false, false, false))
				continue
			}
			s := &target.Status.Cells[j]
			t.Rows = append(t.Rows, append(slices.Clone(base), target.Variant.Code, nil, orNothing(s.Word), nil, nil, nil, nil, false, s.Contested, false))
			for k := range target.Answers {
				a := &target.Answers[k].Cells[j]
				row := append(slices.Clone(base), target.Variant.Code, target.Answers[k].Indicator.Code, nil)
				src, known := q.snap.Source(a.Reading.Source)
				if known && !src.Redistributed {
					t.Rows = append(t.Rows, append(row, nil, nil, a.Reading.Source, nil, false, false, true))
					continue
				}
				var value any
				if a.IsNumber {
					value = strconv.FormatFloat(a.Number, 'f', -1, 64)
				}
				t.Rows = append(t.Rows, append(row, orNothing(a.Word), value, orNothing(a.Reading.Source), a.Reading.ProvenOn, a.Reading.Implied, a.Contested, false))
			}
		}
	}
	return t
}
