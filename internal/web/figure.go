package web

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"waymark/internal/draw"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// FigureView is one figure as pages show it: bounds rounded outwards, counts, goal and verdict.
type FigureView struct {
	Code, Variant string
	Name          text
	Headline      bool
	NoData        bool // nothing is known of any country
	Lower, Upper  string
	Range         string // "at least 69.9%, at most 95.9%"
	KnownOnly     string // of those known; empty where nothing is
	ChildLower    string
	ChildUpper    string
	Counts        []StatusCount
	Known, Total  int
	Goal          string
	Verdict       VerdictView
	Href          string
	Proof         string // address of the file that proves it
	ID            string // prefix of ids
}

// StatusCount is how many countries, and how many children, have one status.
type StatusCount struct {
	Status   string // met, partly, notMet, unknown
	Word     string
	Count    int
	Text     string // "In place: 131"
	Children string
	Share    string
	Href     string
}

// VerdictView is a verdict in words, with why where it cannot be given.
type VerdictView struct {
	Code, Word string
	Because    string
}

// statusCodes are the four statuses in the order in which they are shown.
var statusCodes = []string{"met", "partly", "notMet", "unknown"}

func drawStatus(code string) draw.Status {
	switch code {
	case "met":
		return draw.Met
	case "partly":
		return draw.Partly
	case "notMet":
		return draw.NotMet
	}
	return draw.Unknown
}

// down and up round a bound so that the interval shown holds the one computed.
func (q *request) down(s monitoring.Share) string { return q.share(s, lang.Down) }
func (q *request) up(s monitoring.Share) string   { return q.share(s, lang.Up) }

// share writes a share with one decimal, and none where it is nothing or everything.
func (q *request) share(s monitoring.Share, r lang.Rounding) string {
	if s.Known() && s.IsInt() {
		return q.words.Percent(s.Rat, 0, r)
	}
	return q.words.Percent(s.Rat, 1, r)
}

// bounds says an interval in words; one of a single point is said plainly.
func (q *request) bounds(b monitoring.Bounds) string {
	if !b.Lower.Known() || !b.Upper.Known() {
		return q.words.T("status.unknown")
	}
	if b.Lower.Cmp(b.Upper.Rat) == 0 {
		return q.words.Percent(b.Lower.Rat, 1, lang.HalfEven)
	}
	return q.words.T("figure.range", "Low", q.down(b.Lower), "High", q.up(b.Upper))
}

func (q *request) verdict(code string, grade, reason *string) VerdictView {
	v := VerdictView{Code: code, Word: q.words.T("verdict." + code)}
	switch {
	case reason != nil:
		v.Because = q.words.T("reason." + *reason)
	case grade != nil:
		v.Because = q.words.T("grade." + *grade)
	}
	return v
}

// figureView makes the view of a figure. id is the prefix of ids of its drawings.
func (q *request) figureView(f *monitoring.Figure, id string) FigureView {
	v := FigureView{
		Code: f.Code, Variant: f.Variant, Headline: f.Headline, Total: f.Countries.Total, ID: id,
		Lower: q.down(f.Countries.Lower), Upper: q.up(f.Countries.Upper), Range: q.bounds(f.Countries.Bounds),
		ChildLower: q.down(f.Children.Lower), ChildUpper: q.up(f.Children.Upper),
		Verdict: q.verdict(f.Verdict, f.Grade, f.Reason), Proof: q.proofOf(f.Code, f.Variant),
	}
	if f.Goal.JudgedOn == "children" {
		v.Range, v.Lower, v.Upper = q.bounds(f.Children.Bounds), v.ChildLower, v.ChildUpper
	}
	if w, ok := q.v.Variant(f.Code, f.Variant); ok {
		v.Name = q.label(q.v, f.Code+"."+f.Variant, w.Title)
	}
	if f.Countries.KnownOnly.Known() {
		v.KnownOnly = q.words.Percent(f.Countries.KnownOnly.Rat, 1, lang.HalfEven)
	}
	v.Goal = q.goalNote(f.Goal)
	counts := []*int{f.Countries.Met, f.Countries.Partly, f.Countries.NotMet, f.Countries.Unknown}
	children := []*int64{f.Children.Met, f.Children.Partly, f.Children.NotMet, f.Children.Unknown}
	for i, code := range statusCodes {
		if counts[i] == nil {
			continue // half credit has no status of its own
		}
		c := StatusCount{Status: code, Word: q.words.T("status." + code), Count: *counts[i]}
		c.Text = q.words.T("figure.count", "Status", c.Word, "Count", q.words.Int(int64(c.Count)))
		if children[i] != nil && f.Children.Total > 0 {
			c.Children = q.words.Int(*children[i])
			c.Share = q.words.Percent(big.NewRat(*children[i], f.Children.Total), 1, lang.HalfEven)
		}
		v.Counts = append(v.Counts, c)
		if code == "unknown" {
			v.Known = v.Total - c.Count
			v.NoData = v.Known == 0
		}
	}
	return v
}

func (q *request) goalNote(g monitoring.GoalNote) string {
	if !g.Value.Known() {
		return q.words.T("target.to_be_set")
	}
	value := q.words.Percent(g.Value.Rat, 0, lang.HalfEven)
	if g.Date == 0 {
		return value
	}
	return q.words.T("target.goal_by", "Value", value, "Date", q.date(g.Date))
}

// knownBar draws how children, or countries, divide by status, with the goal as a tick.
func (q *request) knownBar(f *monitoring.Figure, v *FigureView, title, desc string, ofChildren bool) (draw.SVG, error) {
	var parts draw.Parts
	label := func(i int, amount string) string {
		return q.words.T("figure.count", "Status", q.words.T("status."+statusCodes[i]), "Count", amount)
	}
	labels := draw.BarLabels{Goal: q.goalLabel(v.Goal)}
	switch {
	case ofChildren && f.Children.Met != nil:
		parts = draw.Parts{Met: float64(*f.Children.Met), Partly: float64(*f.Children.Partly), NotMet: float64(*f.Children.NotMet), Unknown: float64(*f.Children.Unknown)}
		labels.Met, labels.Partly, labels.NotMet, labels.Unknown = label(0, v.Counts[0].Share), label(1, v.Counts[1].Share), label(2, v.Counts[2].Share), label(3, v.Counts[3].Share)
	case !ofChildren && f.Countries.Met != nil:
		parts = draw.Parts{Met: float64(*f.Countries.Met), Partly: float64(*f.Countries.Partly), NotMet: float64(*f.Countries.NotMet), Unknown: float64(*f.Countries.Unknown)}
		labels.Met, labels.Partly, labels.NotMet, labels.Unknown = v.Counts[0].Text, v.Counts[1].Text, v.Counts[2].Text, v.Counts[3].Text
	}
	svg, err := draw.KnownBar(draw.KnownBarData{
		Title: title, Desc: desc, IDPrefix: v.ID, RTL: q.rtl(), Parts: parts, Goal: f.Goal.Value.Float(), Labels: labels,
	})
	return nothing(svg, err)
}

// interval draws a figure between its bounds against the goal.
func (q *request) interval(b monitoring.Bounds, g monitoring.GoalNote, id, title, desc string) (draw.SVG, error) {
	if !b.Lower.Known() || !b.Upper.Known() {
		return "", nil
	}
	d := draw.IntervalData{
		Title: title, Desc: desc, IDPrefix: id, RTL: q.rtl(), Lower: *b.Lower.Float(), Upper: *b.Upper.Float(), Goal: g.Value.Float(),
		LowerLabel: q.words.T("number.at_least", "Value", q.down(b.Lower)), UpperLabel: q.words.T("number.at_most", "Value", q.up(b.Upper)), Ticks: q.shareTicks(),
	}
	if g.Value.Known() {
		d.GoalLabel = q.goalLabel(q.words.Percent(g.Value.Rat, 0, lang.HalfEven))
	}
	return nothing(draw.Interval(d))
}

// goalLabel is the goal as a label of a drawing: no sentence, so no full stop.
func (q *request) goalLabel(goal string) string {
	return strings.TrimRight(q.words.T("figure.goal", "Goal", goal), ".。")
}

func (q *request) shareTicks() []draw.Tick {
	var out []draw.Tick
	for _, at := range []float64{0, 0.25, 0.5, 0.75, 1} {
		out = append(out, draw.Tick{At: at, Label: q.words.PercentFloat(at, 0, lang.HalfEven)})
	}
	return out
}

func (q *request) rtl() bool { return q.tag.Dir() == "rtl" }

// nothing turns "there is nothing to draw" into no drawing: the page says it in words.
func nothing(svg draw.SVG, err error) (draw.SVG, error) {
	if errors.Is(err, draw.ErrNothing) {
		return "", nil
	}
	return svg, err
}

// MapView is a map with everything that must stand around it.
type MapView struct {
	Drawing draw.SVG
	Legend  []StatusCount
	Tiles   []MapTile // small States, for phones
	Notes   []string
	By      string // whose drawing it is, and its licence; empty for the shipped one
	Table   string // address of the same data as a table
	Twins   Twins
}

// MapTile is a small State that a finger cannot hit on the map.
type MapTile struct {
	Name, Status, Word, Href string
}

// statusMap draws where every country of a figure stands.
func (q *request) statusMap(f *monitoring.Figure, v *FigureView, title, desc, table string) (MapView, error) {
	m := MapView{Legend: v.Counts, Table: table}
	data := draw.MapData{Title: title, Desc: desc, IDPrefix: v.ID + "-map", RTL: q.rtl(), Areas: map[string]draw.AreaMark{}}
	small, codes := map[string]bool{}, draw.SmallStates()
	if own := q.server.config.Geometry; own != nil {
		data.Geometry, codes = own, own.SmallStates()
		m.By = q.words.T("map.by", "Attribution", lang.Isolate(own.Attribution), "Licence", lang.Isolate(own.Licence))
	}
	for _, code := range codes {
		small[code] = true
	}
	for _, s := range f.Statuses {
		c, ok := q.snap.World.Country(s.Area)
		if !ok {
			continue
		}
		word, name := q.words.T("status."+s.Status.Word()), c.Name(q.tag)
		href := q.to("/countries/" + s.Area)
		data.Areas[s.Area] = draw.AreaMark{Status: drawStatus(s.Status.Word()), Href: href, Label: q.words.T("figure.count", "Status", name, "Count", word)}
		if small[s.Area] {
			m.Tiles = append(m.Tiles, MapTile{name, s.Status.Word(), word, href})
		}
	}
	lang.Sort(q.tag, m.Tiles, func(t MapTile) string { return t.Name })
	var err error
	if m.Drawing, err = draw.Map(data); err != nil {
		return m, fmt.Errorf("map of %s: %w", f.Code, err)
	}
	policy, err := draw.ShippedPolicy()
	if err != nil {
		return m, err
	}
	for _, key := range policy.Notes() {
		m.Notes = append(m.Notes, q.words.T(key))
	}
	return m, nil
}

// evidence says how old the evidence is and how much of it the countries have confirmed.
func (q *request) evidence(f *monitoring.Figure) []string {
	var out []string
	e := f.Evidence
	if e.Oldest != 0 && e.Newest != 0 {
		out = append(out, q.words.T("figure.age", "Oldest", strYear(e.Oldest), "Newest", strYear(e.Newest)))
	}
	return append(out, q.words.T("figure.validated", "Count", q.words.Int(int64(e.ValidatedByCountries)), "Total", q.words.Int(int64(f.Countries.Total))))
}

// aloneOf says how many of the countries counted as met rest on one voice only: the i-th heaviest.
// Empty where there is none.
func (q *request) aloneOf(f *monitoring.Figure, i int) string {
	if i >= len(f.Evidence.Alone) || f.Countries.Met == nil {
		return ""
	}
	alone := f.Evidence.Alone[i]
	variant, ok := q.v.Variant(f.Code, alone.Variant)
	if !ok || alone.Countries == 0 {
		return ""
	}
	return q.words.N("figure.alone", alone.Countries, "Code", f.Code, "Met", q.words.Int(int64(*f.Countries.Met)),
		"Voice", lang.Isolate(q.voiceTitle(variant, alone.Voice).Text), "Share", q.words.Percent(alone.ChildrenShare.Rat, 1, lang.HalfEven))
}

// voiceTitle is the name of a body whose own view a variant knows.
func (q *request) voiceTitle(v *framework.Variant, code string) text {
	for _, voice := range v.Voices {
		if voice.Code == code {
			return q.label(q.v, "voice."+voice.Code, voice.Title)
		}
	}
	return plain(code)
}

func strYear(d reference.Date) string {
	if d == 0 || d.IsOpen() {
		return "?"
	}
	return fmt.Sprint(d.Year())
}
