package web

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/publication"
)

// Consultations gives the rounds in which a framework version is asked about. Whatever it gives was
// committed, and every commit changes the data version that pages are kept under.
type Consultations interface {
	Rounds(ctx context.Context) ([]consultation.Round, error)
	Record(ctx context.Context, round int) (*consultation.Record, error)
	Registry(ctx context.Context) (*consultation.Registry, error)
}

// ConsultationsPage lists the rounds: what each asks about, until when, and who acts next.
type ConsultationsPage struct {
	Page
	Rounds []RoundCard
	Twins  Twins
}

// RoundCard is one round in a few words.
type RoundCard struct {
	Title  text
	Href   string
	Kind   string
	Period string
	State  string
	Next   string // who acts next
	Counts string
}

// RoundPage is one round: where it stands, who acts next, and its figures with what they are of.
type RoundPage struct {
	Page
	Over      string // "Consultation 1"
	Name      text
	Lede      string
	Next      string
	Warn      string // said where answers were read from a document and decided by nobody
	Origin    text
	Facts     []RoundFact
	Steps     []RoundStep
	Figures   []RoundFigure
	Speakers  []RoundSpeaker
	Places    []RoundPlace
	Comments  string // addresses of the pages below
	Text      string
	Result    Link // the version that came of it
	Downloads []Link
	Twins     Twins
}

// RoundFact is one line of what holds for the round.
type RoundFact struct {
	Label string
	Value text
	Href  string
}

// RoundStep is one step of the framework's own process.
type RoundStep struct {
	Code string
	Text text
	Here bool // this round is that step
}

// RoundFigure is a count and what it is a part of.
type RoundFigure struct {
	Label string
	Part  string
	Of    string // empty: a count of its own
	Href  string
}

// RoundSpeaker is one organisation with its comments. A joint comment counts once for each.
type RoundSpeaker struct {
	Name     text
	Href     string
	Comments string
	Answered string
}

// RoundPlace is one element that comments stand on.
type RoundPlace struct {
	Code     string
	Text     text
	Href     string
	Comments string
}

// stateNext is the message that says who acts next in a state.
func stateNext(s consultation.State) string { return "consultation.next_" + string(s) }

// rounds gives the rounds everybody may see: drafts are the secretariat's.
func (q *request) rounds() ([]consultation.Round, error) {
	if q.server.config.Consultations == nil {
		return nil, noRound("")
	}
	all, err := q.server.config.Consultations.Rounds(q.ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(all), func(r consultation.Round) bool { return r.State == consultation.Draft }), nil
}

// roundsOn links to the consultations on a version; none where there are no consultations.
func (q *request) roundsOn(version string) ([]Link, error) {
	if q.server.config.Consultations == nil {
		return nil, nil
	}
	rounds, err := q.rounds()
	var out []Link
	for _, r := range rounds {
		if r.Version == version {
			out = append(out, Link{Text: plain(q.words.T("consultation.number", "Number", q.words.Int(int64(r.Number)))), Href: q.to("/consultations/" + strconv.Itoa(r.Number) + "/text")})
		}
	}
	return out, err
}

// consultationPaths lists the public pages of the rounds behind their language.
func (s *Server) consultationPaths(ctx context.Context) ([]string, error) {
	if s.config.Consultations == nil {
		return nil, nil
	}
	rounds, err := s.config.Consultations.Rounds(ctx)
	if err != nil {
		return nil, err
	}
	paths := []string{"/consultations"}
	for _, r := range rounds {
		if r.State != consultation.Draft {
			base := "/consultations/" + strconv.Itoa(r.Number)
			paths = append(paths, base, base+"/comments", base+"/text")
		}
	}
	return paths, nil
}

// noRound says that an address names a round that is not there.
func noRound(number string) error {
	return fault.Newf(fault.NotFound, "There is no consultation %q.", number).WithFix("Choose one of the list of consultations.").
		WithKey("error.no_round", map[string]any{"Number": lang.Isolate(number)})
}

func (s *Server) consultations(q *request) (*answer, error) {
	rounds, err := q.rounds()
	if err != nil {
		return nil, err
	}
	if q.ending != "" {
		return q.twin(roundTable(rounds), nil)
	}
	p := ConsultationsPage{Page: q.page("/consultations", "shell.consultations", q.words.T("shell.consultations")), Twins: q.twins("/consultations")}
	p.Summary = q.words.T("consultation.lede")
	for i := range rounds {
		r := &rounds[i]
		rec, err := q.server.config.Consultations.Record(q.ctx, r.Number)
		if err != nil {
			return nil, err
		}
		st := consultation.Statistic(rec)
		p.Rounds = append(p.Rounds, RoundCard{
			Title: q.english(r.Title), Href: q.to("/consultations/" + strconv.Itoa(r.Number)), Kind: q.words.T("consultation.kind_" + string(r.Kind)),
			Period: q.period(r.Period), State: q.words.T("consultation.state_" + string(r.State)), Next: q.words.T(stateNext(r.State)),
			Counts: answeredLine(q.words, &st),
		})
	}
	return q.render("consultations", p)
}

// round is what a page below a round reads: the record, the version it is held on, and the names.
type round struct {
	q        *request
	rec      *consultation.Record
	v        *framework.Version
	registry *consultation.Registry
	standing map[string]consultation.Disposition
	proposed map[string]consultation.Disposition // read from a document; they never hold
	element  map[string]*framework.Element       // by code
	aliases  map[string]int                      // of a pseudonymous round: organisation to its number
}

// readRound reads the round an address names.
func (q *request) readRound() (*round, error) {
	name, _ := splitEnding(q.http.PathValue("n"))
	number, err := strconv.Atoi(name)
	if err != nil || q.server.config.Consultations == nil {
		return nil, noRound(name)
	}
	return q.roundNumber(number)
}

func (q *request) roundNumber(number int) (*round, error) {
	rec, err := q.server.config.Consultations.Record(q.ctx, number)
	if fault.KindOf(err) == fault.NotFound || err == nil && rec.Round.State == consultation.Draft {
		return nil, noRound(strconv.Itoa(number))
	}
	if err != nil {
		return nil, err
	}
	v, err := q.snap.FrameworkVersion(rec.Round.Version)
	if err != nil {
		return nil, fmt.Errorf("consultation %d: %w", number, err)
	}
	return q.roundOf(rec, v)
}

// roundOf prepares a record for its pages.
func (q *request) roundOf(rec *consultation.Record, v *framework.Version) (*round, error) {
	registry, err := q.server.config.Consultations.Registry(q.ctx)
	if err != nil {
		return nil, err
	}
	r := &round{q: q, rec: rec, v: v, registry: registry, standing: consultation.Standing(rec.Dispositions), proposed: map[string]consultation.Disposition{},
		element: map[string]*framework.Element{}, aliases: map[string]int{}}
	for _, d := range rec.Dispositions {
		if d.Proposed {
			r.proposed[d.Comment] = d
		}
	}
	for i := range v.Elements {
		r.element[v.Elements[i].Code] = &v.Elements[i]
	}
	if rec.Round.Policy == consultation.Pseudonymous {
		for i := range rec.Comments {
			for _, voice := range rec.Comments[i].Voices {
				if _, known := r.aliases[voice.Organisation]; !known {
					r.aliases[voice.Organisation] = len(r.aliases) + 1
				}
			}
		}
	}
	return r, nil
}

func (r *round) path(below string) string {
	return "/consultations/" + strconv.Itoa(r.rec.Round.Number) + below
}

func (r *round) crumbs(more ...Link) []Link {
	q := r.q
	out := []Link{{Text: plain(q.words.T("shell.consultations")), Href: q.to("/consultations")}}
	return append(out, more...)
}

func (r *round) name() string {
	return r.q.words.T("consultation.number", "Number", r.q.words.Int(int64(r.rec.Round.Number)))
}

func (s *Server) consultation(q *request) (*answer, error) {
	r, err := q.readRound()
	if err != nil {
		return nil, err
	}
	c := consultation.Compile(r.v, r.rec, q.tag)
	if q.ending != "" {
		return q.twin(statisticsTable(c), map[string]any{"round": r.rec.Round.Number, "version": r.rec.Round.Version, "state": r.rec.Round.State})
	}
	rd := &r.rec.Round
	p := RoundPage{
		Page: q.page(r.path(""), "shell.consultations", r.name(), r.crumbs()...), Over: r.name(), Name: q.english(rd.Title), Twins: q.twins(r.path("")),
		Next: q.words.T(stateNext(rd.State)), Origin: q.english(rd.Origin), Comments: q.to(r.path("/comments")), Text: q.to(r.path("/text")), Downloads: r.downloads(),
	}
	p.Lede = answeredLine(q.words, &c.Statistics)
	p.Title, p.Summary = rd.Title, p.Lede
	if c.Statistics.Proposed > 0 {
		p.Warn = q.words.T("comments.proposed_note")
	}
	p.Facts = r.facts()
	p.Figures = r.figures(c)
	p.Speakers, p.Places = r.speakers(), r.places()
	for i := range r.v.Elements {
		if e := &r.v.Elements[i]; e.Kind == framework.KindProcessStep {
			p.Steps = append(p.Steps, RoundStep{Code: e.Code, Text: q.english(shown(e.Text)), Here: slices.Contains(rd.Steps, e.Code)})
		}
	}
	if rd.Result != "" {
		p.Result = Link{Text: plain(rd.Result), Href: q.to("/framework/" + rd.Result)}
	}
	return q.render("consultation", p)
}

// answeredLine is the answer of the round's pages: so many of so many comments have an answer.
func answeredLine(w *lang.Words, st *consultation.Statistics) string {
	return w.T("consultation.answer", "Part", w.Int(int64(st.Answered)), "Total", w.N("count.comments", st.Comments), "Organisations", w.N("count.organisations", len(st.ByVoice)))
}

func (r *round) facts() []RoundFact {
	q, rd := r.q, &r.rec.Round
	var languages []string
	for _, tag := range rd.Languages {
		languages = append(languages, q.words.T("language."+string(tag)))
	}
	out := []RoundFact{
		{Label: q.words.T("consultation.state"), Value: plain(q.words.T("consultation.state_" + string(rd.State)))},
		{Label: q.words.T("consultation.next"), Value: plain(q.words.T(stateNext(rd.State)))},
		{Label: q.words.T("consultation.period"), Value: plain(q.period(rd.Period))},
		{Label: q.words.T("consultation.kind"), Value: plain(q.words.T("consultation.kind_" + string(rd.Kind)))},
		{Label: q.words.T("compile.version"), Value: plain(rd.Version), Href: q.to("/framework/" + rd.Version)},
		{Label: q.words.T("consultation.languages"), Value: plain(q.words.Join(languages))},
		{Label: q.words.T("consultation.policy"), Value: plain(q.words.T("consultation.policy_" + string(rd.Policy)))},
	}
	if rd.Safeguarding != "" {
		out = append(out, RoundFact{Label: q.words.T("consultation.safeguarding"), Value: q.english(rd.Safeguarding)})
	}
	if rd.Kind == consultation.Children {
		f := RoundFact{Label: q.words.T("rounds.feedback"), Value: q.english(rd.Feedback)}
		if rd.Feedback == "" {
			f.Value = plain(q.words.T("rounds.feedback_owed"))
		}
		out = append(out, f)
	}
	return out
}

// figures are the round's statistics in words. What is a share always names its whole.
func (r *round) figures(c *consultation.Compilation) []RoundFigure {
	q, st := r.q, &c.Statistics
	var out []RoundFigure
	add := func(key string, part, of int, params ...string) {
		f := RoundFigure{Label: q.words.T("compile." + key), Part: q.words.Int(int64(part))}
		if of >= 0 {
			f.Of = q.words.Int(int64(of))
		}
		if len(params) > 0 && part > 0 {
			f.Href = q.to(r.path("/comments"), params...)
		}
		out = append(out, f)
	}
	add("submissions", st.Submissions, -1)
	add("comments", st.Comments, -1)
	for _, kind := range []consultation.CommentKind{consultation.General, consultation.Specific} {
		add("kind_"+string(kind), numberOf(st.ByKind, string(kind)), st.Comments)
	}
	for _, k := range st.ByType {
		if k.Value != "" {
			out = append(out, RoundFigure{Label: q.words.T("say.type_" + k.Value), Part: q.words.Int(int64(k.N)), Of: q.words.Int(int64(st.Comments))})
		}
	}
	if st.Replies > 0 {
		add("replies", st.Replies, -1)
	}
	add("voices", st.Voices, -1)
	if r.rec.Round.Policy != consultation.Pseudonymous {
		for _, k := range st.ByStakeholder {
			out = append(out, RoundFigure{Label: q.words.T("compile.by_stakeholder") + ": " + q.words.T("compile.stakeholder_"+k.Value), Part: q.words.Int(int64(k.N)), Of: q.words.Int(int64(st.Speakers))})
		}
		for _, k := range st.ByRegion {
			out = append(out, RoundFigure{Label: q.words.T("compile.by_region") + ": " + q.words.T("region."+k.Value), Part: q.words.Int(int64(k.N)), Of: q.words.Int(int64(st.Speakers))})
		}
	}
	add("unattributed_count", st.Unattributed, st.Comments, "org", nobody)
	add("unconfirmed_count", st.Unconfirmed, st.Voices)
	if st.Distinct != st.Comments {
		add("distinct", st.Distinct, st.Comments)
	}
	add("answered", st.Answered, st.Comments)
	for _, code := range st.ByCode {
		out = append(out, RoundFigure{Label: q.codeWord(consultation.Code(code.Value)), Part: q.words.Int(int64(code.N)), Of: q.words.Int(int64(st.Comments)), Href: q.to(r.path("/comments"), "decision", code.Value)})
	}
	add("undecided_count", st.Undecided, st.Comments, "decision", undecided)
	if st.Proposed > 0 {
		add("read_count", st.Proposed, st.Undecided, "decision", readOnly)
	}
	add("traceable", st.Traceable, st.Answered)
	add("amendments", st.Amendments, -1)
	if st.MedianDays >= 0 {
		add("median", st.MedianDays, -1)
	}
	if n := st.Satisfied + st.Objecting; n > 0 {
		add("satisfied_count", st.Satisfied, n)
	}
	if c.Held > 0 {
		add("held", c.Held, -1)
	}
	if n := len(c.Withdrawn); n > 0 {
		add("withdrawn", n, -1)
	}
	for _, ground := range c.Removed {
		add("removed_"+ground.Value, ground.N, -1)
	}
	return out
}

func numberOf(list []consultation.Count, value string) int {
	for _, c := range list {
		if c.Value == value {
			return c.N
		}
	}
	return 0
}

// statisticsTable is the statistics as data, each count with what it is a part of.
func statisticsTable(c *consultation.Compilation) *publication.Table {
	st := &c.Statistics
	t := &publication.Table{Name: "consultation-statistics", Columns: []publication.Column{{Name: "statistic"}, {Name: "value"}, {Name: "count"}, {Name: "of"}, {Name: "of_what"}}}
	add := func(name, value string, n int, of any, what string) {
		t.Rows = append(t.Rows, publication.Row{name, orNothing(value), n, of, orNothing(what)})
	}
	each := func(name string, list []consultation.Count) {
		for _, k := range list {
			if k.Value != "" {
				add(name, k.Value, k.N, st.Comments, "comments")
			}
		}
	}
	add("submissions", "", st.Submissions, nil, "")
	add("comments", "", st.Comments, nil, "")
	add("replies", "", st.Replies, nil, "")
	add("distinct", "", st.Distinct, st.Comments, "comments")
	each("kind", st.ByKind)
	each("type", st.ByType)
	each("element", st.ByElement)
	if c.Round.Policy != consultation.Pseudonymous {
		each("organisation", st.ByVoice)
		for _, part := range []struct {
			name string
			list []consultation.Count
		}{{"stakeholder", st.ByStakeholder}, {"region", st.ByRegion}} {
			for _, k := range part.list {
				add(part.name, k.Value, k.N, st.Speakers, "organisations")
			}
		}
	}
	add("attributions", "", st.Voices, nil, "")
	add("attributions_confirmed", "", st.Voices-st.Unconfirmed, st.Voices, "attributions")
	add("unattributed", "", st.Unattributed, st.Comments, "comments")
	add("answered", "", st.Answered, st.Comments, "comments")
	each("answer", st.ByCode)
	add("undecided", "", st.Undecided, st.Comments, "comments")
	add("undecided_but_read_from_document", "", st.Proposed, st.Undecided, "undecided")
	add("answered_with_change_of_text", "", st.Traceable, st.Answered, "answered")
	add("amendments", "", st.Amendments, nil, "")
	add("satisfied", "", st.Satisfied, st.Satisfied+st.Objecting, "responses")
	if st.MedianDays >= 0 {
		add("median_days_to_answer", "", st.MedianDays, nil, "")
	}
	add("held_for_moderation", "", c.Held, nil, "")
	add("withdrawn", "", len(c.Withdrawn), nil, "")
	for _, ground := range c.Removed {
		add("removed", ground.Value, ground.N, nil, "")
	}
	return t
}

// speakers lists who spoke, by name, never by number.
func (r *round) speakers() []RoundSpeaker {
	type tally struct{ said, answered int }
	tallies := map[string]*tally{}
	for i := range r.rec.Comments {
		c := &r.rec.Comments[i]
		if !c.IsShown() {
			continue
		}
		seen := map[string]bool{}
		for _, v := range c.Voices {
			if seen[v.Organisation] {
				continue
			}
			seen[v.Organisation] = true
			if tallies[v.Organisation] == nil {
				tallies[v.Organisation] = &tally{}
			}
			tallies[v.Organisation].said++
			if _, ok := r.standing[c.ID]; ok {
				tallies[v.Organisation].answered++
			}
		}
	}
	var out []RoundSpeaker
	for code, t := range tallies {
		out = append(out, RoundSpeaker{Name: r.organisation(code, ""), Href: r.q.to(r.path("/comments"), "org", r.publicCode(code)), Comments: r.q.words.Int(int64(t.said)), Answered: r.q.words.Int(int64(t.answered))})
	}
	lang.Sort(r.q.tag, out, func(s RoundSpeaker) string { return s.Name.Text })
	return out
}

// places lists the elements that comments stand on, in the order of the text.
func (r *round) places() []RoundPlace {
	n := map[string]int{}
	for i := range r.rec.Comments {
		c := &r.rec.Comments[i]
		if !c.IsShown() {
			continue
		}
		seen := map[string]bool{}
		for _, t := range c.Targets {
			if !seen[t.Code] {
				n[t.Code]++
			}
			seen[t.Code] = true
		}
	}
	var out []RoundPlace
	for i := range r.v.Elements {
		e := &r.v.Elements[i]
		if n[e.Code] > 0 {
			out = append(out, RoundPlace{Code: e.Code, Text: r.q.english(opening(shown(e.Text))), Href: r.q.to(r.path("/text") + "#" + e.Code), Comments: r.q.words.Int(int64(n[e.Code]))})
		}
	}
	return out
}

// opening is the first words of a text, cut at a word.
func opening(s string) string {
	runes := []rune(s)
	if len(runes) <= 90 {
		return s
	}
	cut := 90
	for cut > 60 && runes[cut] != ' ' {
		cut--
	}
	return string(runes[:cut]) + " …"
}

// day is a moment of the database as a date where the round is held.
func (r *round) day(microseconds int64) string {
	if microseconds == 0 {
		return ""
	}
	return r.q.date(r.rec.Round.Day(microseconds))
}

// isoDay is such a moment for a table.
func (r *round) isoDay(microseconds int64) string {
	if microseconds == 0 {
		return ""
	}
	return r.rec.Round.Day(microseconds).String()
}

// roundTable is the list of rounds as data.
func roundTable(rounds []consultation.Round) *publication.Table {
	t := &publication.Table{Name: "consultations", Columns: []publication.Column{
		{Name: "number"}, {Name: "title"}, {Name: "kind"}, {Name: "framework_version"}, {Name: "opens"}, {Name: "closes"}, {Name: "state"}, {Name: "publication_policy"}, {Name: "result"}, {Name: "origin"},
	}}
	for _, r := range rounds {
		t.Rows = append(t.Rows, publication.Row{r.Number, r.Title, string(r.Kind), r.Version, r.Period.Start, r.Period.End, string(r.State), string(r.Policy), orNothing(r.Result), orNothing(r.Origin)})
	}
	return t
}
