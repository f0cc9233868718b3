package web

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"waymark/internal/lang"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// ReportPage leads to the places where abuse can be reported, by situation and country. It has no
// form that sends anything: the service takes no reports and never asks for an address or a picture.
type ReportPage struct {
	Page
	Country       string // name; empty: none chosen
	Code          string
	Asked         string // what was typed and not understood
	Candidates    []Link
	Situations    []ReportSituation
	Mechanisms    []ReportMechanism
	International []ReportSituation
	Known         bool // a contact of the country itself is known
	Areas         []Link
	Hidden        []Hidden
	Action        string
	Exit          string
	Options       []string
	Twins         Twins
	Profile       string // address of the country's page
}

// ReportSituation is what to turn to when something has happened.
type ReportSituation struct {
	Code  string
	Title string
	Kinds []ReportKind
}

// ReportKind is the places of one kind: those that listen apart from those that take reports.
type ReportKind struct {
	Code, Title, What string
	Places            []ReportPlace
}

// ReportPlace is one place to turn to. What is empty is not known and not said.
type ReportPlace struct {
	Name, Organisation string
	Phone, Dial        string
	URL, Host          string
	Languages          string
	Hours              text
	Free, Anonymous    string
	Note               text
	Source             Link
	Checked            string
	Stale              bool
}

// ReportMechanism is one that a list names, often without saying how to reach it.
type ReportMechanism struct {
	Name, Kind, Since string
	Unnamed           bool
	Checked           string
	Stale             bool
	Territory         string
}

func (s *Server) reportAbuse(q *request) (*answer, error) {
	w := q.snap.World
	asked := strings.TrimSpace(q.params.Get("c"))
	if q.ending != "" {
		return q.twin(contactTable(w.AllContacts(), asked), nil)
	}
	path := "/report-abuse"
	p := ReportPage{
		Page: q.page(path, "", q.words.T("report.title")), Action: q.to(path), Hidden: q.hidden(), Exit: "https://www.un.org/" + string(q.tag) + "/",
		Twins: q.twins(path), Options: q.countryNames(),
	}
	p.Summary = q.words.T("report.lede")
	p.Script = "exit.js"
	if asked != "" {
		match := w.Match(asked)
		switch match.Kind {
		case reference.Matched:
			places, _ := w.ReportingPlaces(match.Country.ISO3, q.today)
			if asked != match.Country.ISO3 { // one address per view
				return q.redirect(q.to(path, "c", match.Country.ISO3), 302), nil
			}
			p.Code, p.Country, p.Known = match.Country.ISO3, match.Country.Name(q.tag), places.ContactsKnown
			p.Title = q.words.T("report.title_in", "Country", lang.Isolate(p.Country))
			p.Situations = q.situations(places.Situations)
			for _, m := range places.Mechanisms {
				p.Mechanisms = append(p.Mechanisms, q.mechanism(m))
			}
			p.International = q.situations(places.International)
			p.Profile = q.to("/countries/" + p.Code)
			p.Crumbs = []Link{{Text: plain(q.words.T("report.title")), Href: q.to(path)}}
			return q.render("report", p)
		default:
			p.Asked = asked
			for _, c := range match.Candidates {
				p.Candidates = append(p.Candidates, Link{Text: plain(c.Name(q.tag)), Href: q.to(path, "c", c.ISO3)})
			}
		}
	}
	p.International = q.situations(w.International())
	for _, c := range q.countriesByName() {
		p.Areas = append(p.Areas, Link{Text: plain(c.Name(q.tag)), Href: q.to(path, "c", c.ISO3)})
	}
	return q.render("report", p)
}

// countriesByName lists all countries and areas in the alphabetical order of the reader's language.
func (q *request) countriesByName() []reference.Country {
	all := q.snap.World.Countries()
	lang.Sort(q.tag, all, func(c reference.Country) string { return c.Name(q.tag) })
	return all
}

func (q *request) countryNames() []string {
	var out []string
	for _, c := range q.countriesByName() {
		out = append(out, c.Name(q.tag))
	}
	return out
}

func (q *request) situations(list []reference.SituationContacts) []ReportSituation {
	var out []ReportSituation
	for _, s := range list {
		situation := ReportSituation{Code: string(s.Situation), Title: q.words.T("report.situation_" + string(s.Situation))}
		for _, k := range s.Kinds {
			kind := ReportKind{Code: string(k.Kind), Title: q.words.T("report.kind_" + string(k.Kind)), What: q.words.T("report.kind_" + string(k.Kind) + "_what")}
			for _, c := range k.Contacts {
				kind.Places = append(kind.Places, q.place(c))
			}
			situation.Kinds = append(situation.Kinds, kind)
		}
		out = append(out, situation)
	}
	return out
}

func (q *request) place(c reference.Contact) ReportPlace {
	p := ReportPlace{
		Name: c.Name, Organisation: c.Organisation, Phone: c.Phone, Dial: dialable(c.Phone), URL: c.URL, Hours: q.english(c.Hours), Note: q.english(c.Note),
		Source: Link{Text: q.english(c.SourceTitle), Href: c.SourceURL},
	}
	if p.Organisation == p.Name {
		p.Organisation = ""
	}
	if c.URL != "" {
		p.Host, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimPrefix(c.URL, "https://"), "www."), "/")
	}
	var names []string
	for _, code := range c.Languages {
		names = append(names, q.languageName(code))
	}
	p.Languages = q.words.Join(names)
	stated := map[reference.Stated]string{reference.StatedYes: "_yes", reference.StatedNo: "_no"}
	if s := stated[c.Free]; s != "" {
		p.Free = q.words.T("report.free" + s)
	}
	if s := stated[c.Anonymous]; s != "" {
		p.Anonymous = q.words.T("report.anonymous" + s)
	}
	p.Checked, p.Stale = q.checked(c.Checked)
	return p
}

// checked says when somebody last looked, and whether that is too long ago or not known.
func (q *request) checked(d reference.Date) (words string, stale bool) {
	switch reference.FreshnessOn(d, q.today) {
	case reference.Fresh:
		return q.words.T("report.checked", "Date", q.date(d)), false
	case reference.Old:
		return q.words.T("report.checked_old", "Date", q.date(d)), true
	}
	return q.words.T("report.checked_never"), true
}

func (q *request) mechanism(m reference.PlacedMechanism) ReportMechanism {
	out := ReportMechanism{Name: m.Organisation, Kind: q.words.T("report.mechanism_" + string(m.Kind)), Since: m.Since, Unnamed: !m.IsNamed(), Territory: m.Territory}
	out.Checked, out.Stale = q.checked(m.Checked)
	return out
}

// languageName is the name of a language in the reader's language.
func (q *request) languageName(code string) string {
	if tag, ok := lang.Parse(code); ok {
		return q.words.T("language." + string(tag))
	}
	tag, err := language.Parse(code)
	if err != nil {
		return code
	}
	if name := display.Languages(language.Make(string(q.tag))).Name(tag); name != "" {
		return name
	}
	return code
}

// dialable is a printed telephone number as a phone wants it; empty where it holds more than a number.
func dialable(phone string) string {
	var b strings.Builder
	for _, r := range phone {
		switch {
		case r >= '0' && r <= '9', r == '+' && b.Len() == 0, r == '#', r == '*':
			b.WriteRune(r)
		case strings.ContainsRune(" -–().\u00a0", r):
		default:
			return ""
		}
	}
	return b.String()
}

func contactTable(contacts []reference.Contact, iso3 string) *publication.Table {
	t := &publication.Table{Name: "report-abuse", Columns: []publication.Column{
		{Name: "area"}, {Name: "kind"}, {Name: "situations"}, {Name: "name"}, {Name: "organisation"}, {Name: "phone"}, {Name: "url"}, {Name: "languages"}, {Name: "hours"},
		{Name: "free"}, {Name: "anonymous"}, {Name: "source_title"}, {Name: "source_url"}, {Name: "source_date"}, {Name: "checked"}, {Name: "note"},
	}}
	for _, c := range contacts {
		if iso3 != "" && c.ISO3 != iso3 && c.ISO3 != "" {
			continue
		}
		situations := make([]string, len(c.Situations))
		for i, s := range c.Situations {
			situations[i] = string(s)
		}
		var checked any
		if c.Checked != 0 {
			checked = c.Checked
		}
		t.Rows = append(t.Rows, publication.Row{
			orNothing(c.ISO3), string(c.Kind), strings.Join(situations, "; "), c.Name, orNothing(c.Organisation), orNothing(c.Phone), orNothing(c.URL),
			orNothing(strings.Join(c.Languages, "; ")), orNothing(c.Hours), orNothing(string(c.Free)), orNothing(string(c.Anonymous)),
			c.SourceTitle, orNothing(c.SourceURL), orNothing(c.SourceDate), checked, orNothing(c.Note),
		})
	}
	return t
}
