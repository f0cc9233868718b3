package web

import (
	"slices"
	"strings"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// CountryPage answers: where does this country stand, on whose word, and what is missing for basic
// protection?
type CountryPage struct {
	Page
	ISO3     string
	Name     string
	Region   string
	Groups   []string
	Counts   bool // it is in the universe of the figures
	Total    int
	Answer   string
	Overall  StatusCell
	View     OtherView
	Dated    string
	Missing  []CountryMissing
	Targets  []CountryTarget
	Open     []HomeTarget // targets without a value and without evidence
	Context  []CountryFact
	Liable   StatusCell // are children liable for images of themselves?
	Children string
	Year     int
	Contacts []ReportPlace
	Report   string
	Others   []Link // countries of the same subregion
	Area     string
	Twins    Twins
	Compare  string // address of the comparison with other countries
	Sources  string
}

// CountryMissing is one part of basic protection that is not shown to be in place.
type CountryMissing struct {
	Sentence string
	Href     string
}

// CountryTarget is one target for this country: the headline, who says so, and the evidence.
type CountryTarget struct {
	Code      string
	Name      text
	Href      string
	Status    StatusCell
	Variant   text
	Voices    []CountryVoice
	Contested bool // sources give opposite statuses
	Evidence  []CountryEvidence
	Others    []CountryVariant
}

// CountryVoice is what one body says.
type CountryVoice struct {
	Who  text
	Says StatusCell
	On   string
}

// CountryEvidence is what is known about one question, with every statement made.
type CountryEvidence struct {
	Title    text
	Question text
	Word     string // the answer that counts
	Said     []CountryStatement
	Implied  bool
}

// CountryStatement is one statement of one source.
type CountryStatement struct {
	Item     string // which of several
	Source   text
	Href     string
	Says     string
	Held     string
	ProvenOn string
	Note     text
	Citation text
}

// CountryVariant is the status by another way of counting.
type CountryVariant struct {
	Code   string
	Name   text
	Status StatusCell
}

// CountryFact is something shown and never counted.
type CountryFact struct {
	Title  text
	Says   string
	Held   string
	Source text
	Href   string
}

func (s *Server) country(q *request) (*answer, error) {
	iso3, _ := splitEnding(q.http.PathValue("iso3"))
	if up := strings.ToUpper(iso3); up != iso3 {
		if _, ok := q.snap.World.Country(up); ok && q.ending == "" {
			return q.redirect(q.to("/countries/"+up), 301), nil
		}
	}
	if _, ok := q.snap.World.Country(iso3); !ok {
		return nil, fault.Newf(fault.NotFound, "There is no country with the code %q.", iso3).WithFix("Use the list of countries.").
			WithKey("error.no_country", map[string]any{"Code": lang.Isolate(iso3)})
	}
	profile, err := q.snap.Profile(q.ctx, iso3, q.figures(""))
	if err != nil {
		return nil, err
	}
	if q.ending != "" {
		return q.countryTwin(iso3, &profile)
	}
	c := profile.Country
	name := c.Name(q.tag)
	path := "/countries/" + iso3
	p := CountryPage{
		Page: q.page(path, "shell.countries", name, Link{Text: plain(q.words.T("shell.countries")), Href: q.to("/countries")}), ISO3: iso3, Name: name,
		Counts: profile.Counts, Twins: q.twins(path), Report: q.to("/report-abuse", "c", iso3), Sources: q.to("/data") + "#sources", Compare: q.to("/compare", "c", iso3), Year: profile.Year,
	}
	p.where(q, c)
	p.View = q.otherView(path)
	if profile.HasAges {
		p.Children = q.words.Int(profile.Children)
	}
	if q.asked.asOf != 0 {
		p.Dated = q.words.T("figure.dated", "Date", q.date(q.asked.asOf))
	}
	u, _ := q.snap.World.Universe(q.v.Universe)
	p.Total = len(u.Members)
	if p.Counts {
		q.standings(&p, &profile)
	} else {
		p.Answer = q.words.T("country.not_counted", "Country", lang.Isolate(name), "Total", p.Total)
	}
	p.Summary = p.Answer
	q.contextFacts(&p, &profile)
	p.Contacts = q.countryContacts(iso3)
	return q.render("country", p)
}

// where fills region, groups and neighbours.
func (p *CountryPage) where(q *request, c reference.Country) {
	area := c.Subregion
	if area == "" {
		area = c.Region
	}
	if area != "" {
		p.Region = q.words.T("region." + area)
	}
	for _, g := range []struct {
		in  bool
		key string
	}{{c.LDC, "group.ldc"}, {c.LLDC, "group.lldc"}, {c.SIDS, "group.sids"}} {
		if g.in {
			p.Groups = append(p.Groups, q.words.T(g.key))
		}
	}
	for _, other := range q.countriesByName() {
		if other.ISO3 != c.ISO3 && other.Member && other.Region == c.Region && other.Subregion == c.Subregion && area != "" {
			p.Others = append(p.Others, Link{Text: plain(other.Name(q.tag)), Href: q.to("/countries/" + other.ISO3)})
		}
	}
	p.Area = p.Region
}

// standings fills one row per target that has evidence, the combination, and what is missing for it.
func (q *request) standings(p *CountryPage, profile *publication.Profile) {
	status := map[string]framework.Status{} // by variant
	for _, s := range profile.Targets {
		status[s.Variant.Code] = s.Status
	}
	computed := map[string]bool{}
	for _, s := range profile.Targets {
		computed[s.Code] = true
		if !s.Headline {
			continue
		}
		if s.Variant.Compose != nil {
			p.Overall = q.statusCell(s.Status.Word())
			p.Answer = q.words.T("country.answer_"+s.Status.Word(), "Country", lang.Isolate(p.Name))
			q.missing(p, s.Variant.Compose.Of, status)
			continue
		}
		p.Targets = append(p.Targets, q.countryTarget(&s, profile))
	}
	slices.SortStableFunc(p.Targets, func(a, b CountryTarget) int { return strings.Compare(a.Code, b.Code) })
	for _, t := range q.homeTargets(nil) {
		if !computed[t.Code] {
			p.Open = append(p.Open, t)
		}
	}
}

// missing says, for each part of the combination that is not known to be in place, what would help.
func (q *request) missing(p *CountryPage, of []string, status map[string]framework.Status) {
	for _, code := range of {
		s := status[code]
		if s == framework.Met {
			continue
		}
		for i := range q.v.Variants {
			v := &q.v.Variants[i]
			if v.Code != code {
				continue
			}
			p.Missing = append(p.Missing, CountryMissing{
				Sentence: q.words.T("country.missing_"+s.Word(), "Code", v.Of, "Name", lang.Isolate(q.targetName(v.Of).Text)), Href: "#" + v.Of,
			})
		}
	}
}

func (q *request) countryTarget(s *publication.Standing, profile *publication.Profile) CountryTarget {
	t := CountryTarget{
		Code: s.Code, Name: q.targetName(s.Code), Href: q.to("/targets/" + s.Code), Status: q.statusCell(s.Status.Word()),
		Variant: q.label(q.v, s.Code+"."+s.Variant.Code, s.Variant.Title),
	}
	for _, said := range s.Sayings {
		t.Voices = append(t.Voices, CountryVoice{q.label(q.v, "voice."+said.Voice.Code, said.Voice.Title), q.statusCell(said.Status.Word()), q.date(said.ProvenOn)})
	}
	for _, c := range s.Conflict {
		t.Contested = t.Contested || !c.InScale
	}
	for _, a := range s.Answers {
		t.Evidence = append(t.Evidence, q.countryEvidence(a))
	}
	for _, other := range profile.Targets {
		if other.Code == s.Code && other.Variant.Code != s.Variant.Code {
			t.Others = append(t.Others, CountryVariant{other.Variant.Code, q.label(q.v, other.Code+"."+other.Variant.Code, other.Variant.Title), q.statusCell(other.Status.Word())})
		}
	}
	return t
}

func (q *request) countryEvidence(a publication.Answer) CountryEvidence {
	e := CountryEvidence{
		Title: q.label(q.v, "indicator."+a.Indicator.Code, a.Indicator.Title), Question: q.english(a.Indicator.Question),
		Word: q.words.T("status.unknown"), Implied: a.Reading.Implied,
	}
	if word := a.Reading.Word(); word != "" {
		e.Word = q.words.T("answer." + word)
	}
	for _, o := range a.Said {
		e.Said = append(e.Said, q.statement(&o))
	}
	return e
}

func (q *request) statement(o *monitoring.Observation) CountryStatement {
	s := CountryStatement{Item: o.Item, Source: q.english(o.Source), Href: q.to("/data") + "#" + o.Source, Says: q.says(o), Held: q.held(o.Period), ProvenOn: q.date(o.ProvenOn), Note: q.english(o.Note), Citation: q.english(o.Citation)}
	if src, ok := q.snap.Source(o.Source); ok && src.Publisher != "" {
		s.Source = q.english(src.Publisher)
	}
	return s
}

// says is the answer or value of an observation in the reader's language.
func (q *request) says(o *monitoring.Observation) string {
	switch {
	case o.Value != nil:
		return q.words.Decimal(o.Value.String())
	case o.Answer != "":
		return q.words.T("answer." + string(o.Answer))
	}
	return q.words.T("answer.none_" + string(o.Status))
}

// held says since when, or when, a statement held.
func (q *request) held(p reference.Period) string {
	switch {
	case p == (reference.Period{}):
		return q.words.T("country.undated")
	case p.Start.IsOpen() && p.End.IsOpen():
		return ""
	case p.End.IsOpen():
		return q.words.T("country.since", "Date", q.date(p.Start))
	case p.Start.IsOpen():
		return q.words.T("country.until", "Date", q.date(p.End))
	}
	return q.period(p)
}

// contextFacts are shown and never counted: ratifications, context about enforcement.
func (q *request) contextFacts(p *CountryPage, profile *publication.Profile) {
	p.Liable = StatusCell{Code: "unknown", Word: q.words.T("status.unknown")}
	for _, o := range profile.Context {
		if o.Indicator == "children_liable_self_images" && o.Answer != "" {
			p.Liable = q.statusCell(string(o.Answer))
		}
		f := CountryFact{Title: plain(o.Indicator), Says: q.says(&o), Held: q.held(o.Period), Href: q.to("/data") + "#" + o.Source, Source: q.english(o.Source)}
		for _, ind := range q.v.Indicators {
			if ind.Code == o.Indicator {
				f.Title = q.label(q.v, "indicator."+ind.Code, ind.Title)
			}
		}
		if src, ok := q.snap.Source(o.Source); ok {
			f.Source = q.english(src.Title)
		}
		p.Context = append(p.Context, f)
	}
}

// countryContacts are the places of the country, each once.
func (q *request) countryContacts(iso3 string) []ReportPlace {
	var out []ReportPlace
	seen := map[string]bool{}
	for _, s := range q.snap.World.Contacts(iso3) {
		for _, k := range s.Kinds {
			for _, c := range k.Contacts {
				if key := string(c.Kind) + c.Name; !seen[key] {
					seen[key] = true
					place := q.place(c)
					place.Organisation = q.words.T("report.kind_" + string(c.Kind))
					out = append(out, place)
				}
			}
		}
	}
	return out
}

// countryTwin is every public statement about the country, and where it stands.
func (q *request) countryTwin(iso3 string, profile *publication.Profile) (*answer, error) {
	wanted := monitoring.ObservationQuery{Areas: []string{iso3}}
	if day := q.asked.asOf; day != 0 {
		wanted.Period = reference.Period{Start: day, End: day}
	}
	rows, err := q.snap.PublicObservations(q.ctx, wanted)
	if err != nil {
		return nil, err
	}
	t := publication.ObservationTable(rows)
	t.Name = "country-" + iso3
	type standing struct {
		Code     string `json:"code"`
		Variant  string `json:"variant"`
		Headline bool   `json:"headline"`
		Status   string `json:"status"`
	}
	stands := []standing{}
	for _, s := range profile.Targets {
		stands = append(stands, standing{s.Code, s.Variant.Code, s.Headline, s.Status.Word()})
	}
	beside := map[string]any{"area": iso3, "name": profile.Country.Name(lang.English), "counted": profile.Counts, "standings": stands, "children": nil, "weightsYear": profile.Year}
	if profile.HasAges {
		beside["children"] = profile.Children
	}
	return q.twin(t, beside)
}
