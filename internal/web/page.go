package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"waymark/internal/lang"
	"waymark/internal/reference"
)

// Page is what all templates share. Every page struct embeds it.
type Page struct {
	Lang    lang.Tag
	Dir     string // rtl or ltr
	Title   string // of the tab: the page's own words, the name of the site is added
	Summary string // one sentence for search engines; may be empty
	Section string // message key of the section the page belongs to; empty: none
	Crumbs  []Link // the way here from the home page, without the page itself

	Home      string
	Help      string // where to report, in the page's language
	Search    string
	Sections  []Link
	Languages []Language
	Canonical string // absolute; empty where the origin is not known: links for search engines are whole addresses
	Default   string // address of the English page, for readers of no language here

	AsOf        string // the day of the data in words; empty: everything recorded counts
	Release     string // id of the release whose data these are; empty: those that hold now
	DataVersion int64
	Framework   string // id of the framework version
	Program     string // version of the program
	Contact     string // address; empty: none is given
	Sample      bool
	Reviewed    bool   // a person has read this language's words
	Reading     bool   // the page needs the second style sheet: texts with a margin, comments
	Script      string // name of a static file; empty: the page has no script
	Method      string // addresses of the pages the footer names
	ForYoung    string
	Access      string
	Work        string // before the addresses of the workspace; empty: there is none
	Data        string
	Corrections string
	Privacy     string

	link func(path string, params ...string) string
}

// Link is words that lead somewhere.
type Link struct {
	Text    text
	Href    string
	Current bool
}

// Language is one of the languages a page can be read in.
type Language struct {
	Tag     lang.Tag
	Dir     string
	Name    string
	Href    string
	URL     string // absolute where the origin is known, for hreflang
	Current bool
}

// text is words in a known language. Foreign words carry their own lang and dir, so that they are
// read out and laid out rightly.
type text struct {
	Text    string
	Foreign bool // English, shown because the page's language has no text of its own
}

func plain(s string) text { return text{Text: s} }

// english marks words that exist in English only.
func (q *request) english(s string) text {
	return text{Text: s, Foreign: q.tag != lang.English && s != ""}
}

func (q *request) englishAll(list []string) []text {
	out := make([]text, len(list))
	for i, s := range list {
		out[i] = q.english(s)
	}
	return out
}

// message is catalog text, marked where it falls back to English.
func (q *request) message(key string, args ...any) text {
	return text{Text: q.words.T(key, args...), Foreign: q.words.Fallback(key)}
}

// page fills what all pages share. path is the address without the language, "/targets/T1".
func (q *request) page(path, section, title string, crumbs ...Link) Page {
	p := q.server.barePage(q.http, q.tag)
	p.Title, p.Crumbs, p.Section = title, crumbs, section
	p.Reading = section == "shell.framework" || section == "shell.consultations"
	p.link = q.to
	p.Home, p.Help, p.Search = q.to("/"), q.to("/report-abuse"), q.to("/search")
	p.Work = q.server.workBase(q.tag)
	p.Method, p.Access, p.Data = q.to("/method"), q.to("/accessibility"), q.to("/data")
	p.ForYoung = q.to("/young")
	p.Corrections, p.Privacy = q.to("/corrections"), q.to("/privacy")
	p.Sections = q.server.sections(q.to, q.words, section)
	p.DataVersion, p.Framework = q.snap.DataVersion, q.snap.Version.ID()
	p.Release = q.asked.release
	if q.asked.asOf != 0 {
		p.AsOf = q.date(q.asked.asOf)
	}
	p.Languages = nil
	query := q.params.Encode()
	for _, tag := range lang.Tags() {
		href := "/" + string(tag) + path
		if query != "" {
			href += "?" + query
		}
		p.Languages = append(p.Languages, Language{
			Tag: tag, Dir: tag.Dir(), Name: tag.Name(), Href: href, URL: q.server.config.Origin + href, Current: tag == q.tag,
		})
		if q.server.config.Origin == "" {
			continue // search engines take whole addresses only
		}
		if tag == q.tag {
			p.Canonical = q.server.config.Origin + href
		}
		if tag == lang.English {
			p.Default = q.server.config.Origin + href
		}
	}
	return p
}

// barePage is a page that needs no data: problems use it too.
func (s *Server) barePage(r *http.Request, tag lang.Tag) Page {
	words := lang.For(tag)
	to := func(path string, _ ...string) string { return "/" + string(tag) + path }
	p := Page{
		Lang: tag, Dir: tag.Dir(), Home: to("/"), Help: to("/report-abuse"), Search: to("/search"), Method: to("/method"), ForYoung: to("/young"), Access: to("/accessibility"), Data: to("/data"), Corrections: to("/corrections"), Privacy: to("/privacy"),
		Sections: s.sections(to, words, ""), Program: s.config.ProgramVersion, Contact: s.config.Contact, Sample: s.config.Sample != nil,
		Reviewed: lang.Reviewed(tag), Reading: true, link: to, Work: s.workBase(tag),
	}
	for _, t := range lang.Tags() {
		p.Languages = append(p.Languages, Language{Tag: t, Dir: t.Dir(), Name: t.Name(), Href: "/" + string(t) + "/", Current: t == tag})
	}
	return p
}

// siteSections are the sections of the top bar that exist. A section is added here with its pages.
var siteSections = []struct{ key, path string }{
	{"shell.progress", "/"},
	{"shell.countries", "/countries"},
	{"shell.framework", "/framework"},
	{"shell.data", "/data"},
	{"shell.consultations", "/consultations"},
}

func (s *Server) sections(to func(string, ...string) string, words *lang.Words, current string) []Link {
	var out []Link
	for _, section := range siteSections {
		if section.key == "shell.consultations" && s.config.Consultations == nil {
			continue
		}
		out = append(out, Link{Text: plain(words.T(section.key)), Href: to(section.path), Current: section.key == current})
	}
	return out
}

// to gives the address of another page in the reader's language, keeping what follows the reader:
// version, date and weights. params are names and values in turn; an empty value leaves its name out.
func (q *request) to(path string, params ...string) string {
	values := url.Values{}
	for _, name := range standing {
		if v := q.params.Get(name); v != "" {
			values.Set(name, v)
		}
	}
	for i := 0; i+1 < len(params); i += 2 {
		if params[i+1] != "" {
			values.Set(params[i], params[i+1])
		} else {
			values.Del(params[i])
		}
	}
	path, fragment, _ := strings.Cut(path, "#")
	out := "/" + string(q.tag) + path
	if len(values) > 0 {
		out += "?" + values.Encode()
	}
	if fragment != "" {
		out += "#" + fragment
	}
	return out
}

// here gives this page's own address with some parameters changed, for filters and twins.
func (q *request) here(path string, params ...string) string {
	values := url.Values{}
	for name := range q.params {
		values.Set(name, q.params.Get(name))
	}
	for i := 0; i+1 < len(params); i += 2 {
		values.Del(params[i])
		if params[i+1] != "" {
			values.Set(params[i], params[i+1])
		}
	}
	out := "/" + string(q.tag) + path
	if len(values) > 0 {
		out += "?" + values.Encode()
	}
	return out
}

// twins are the addresses of a table's CSV and JSON.
func (q *request) twins(path string, params ...string) Twins {
	return Twins{CSV: q.here(path+".csv", params...), JSON: q.here(path+".json", params...)}
}

// Twins are where the data of a table can be had.
type Twins struct{ CSV, JSON string }

// hidden lists the standing parameters of a GET form, which would be lost otherwise.
func (q *request) hidden() []Hidden {
	var out []Hidden
	for _, name := range standing {
		if v := q.params.Get(name); v != "" {
			out = append(out, Hidden{name, v})
		}
	}
	return out
}

// OtherView is the form that shows the same page as of another date or with another year's children.
type OtherView struct {
	Action      string
	Hidden      []Hidden
	AsOf        string // as chosen, 2022-12-31
	Weights     int    // as chosen; 0: the version's own
	First, Last int    // years of the child population
	Clear       string // the page without date and year; empty where none is chosen
}

func (q *request) otherView(path string) OtherView {
	v := OtherView{Action: "/" + string(q.tag) + path, AsOf: q.asked.asOf.String(), Weights: q.asked.weights}
	v.First, v.Last = q.snap.World.PopulationYears()
	if q.asked.version != "" {
		v.Hidden = []Hidden{{"v", q.asked.version}}
	}
	if q.asked.release != "" {
		v.Hidden = append(v.Hidden, Hidden{"release", q.asked.release})
	}
	if q.asked.asOf != 0 || q.asked.weights != 0 || q.asked.release != "" {
		v.Clear = q.here(path, "asof", "", "release", "", "weights", "")
	}
	return v
}

// Hidden is a form field that keeps a part of the address.
type Hidden struct{ Name, Value string }

func (q *request) date(d reference.Date) string {
	if d == 0 || d.IsOpen() {
		return ""
	}
	return q.words.Date(d.Year(), d.Month(), d.DayOfMonth())
}

// render makes the answer of a page.
func (q *request) render(name string, page any) (*answer, error) {
	body, err := q.server.templates.render(q.tag, name, page)
	if err != nil {
		return nil, err
	}
	return &answer{contentType: "text/html; charset=utf-8", body: body, language: string(q.tag)}, nil
}

// redirect sends the reader to another address of the site.
func (q *request) redirect(to string, status int) *answer {
	return &answer{status: status, contentType: "text/plain; charset=utf-8", location: to}
}

// option reads a parameter that must be one of a list; anything else counts as not given.
func (q *request) option(name string, options ...string) string {
	if v := q.params.Get(name); slices.Contains(options, v) {
		return v
	}
	return ""
}

// workBase stands before the addresses of the workspace; empty where there are no accounts.
func (s *Server) workBase(tag lang.Tag) string {
	if s.config.Accounts == nil {
		return ""
	}
	return "/" + string(tag)
}
