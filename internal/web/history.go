package web

import (
	"fmt"

	"waymark/internal/draw"
	"waymark/internal/fault"
	"waymark/internal/lang"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
)

// HistoryPage shows one number as it was and as it could be: by version, by year, by who is believed.
type HistoryPage struct {
	Page
	Code     string
	Name     text
	Chart    draw.SVG
	Years    []HistoryYear
	Versions []HistoryVersion
	Voices   []HistoryVoice
	Twins    Twins
}

// HistoryYear is the figure as of the end of a year.
type HistoryYear struct {
	Year, Range, Newest, Proof string
	Counts                     []StatusCount
	Verdict                    VerdictView
	NoData                     bool
}

// HistoryVersion is the headline of one framework version.
type HistoryVersion struct {
	ID, Href, Variant, Range string
	First, Comparable        bool
	Note                     text
}

// HistoryVoice is what one body alone would say.
type HistoryVoice struct {
	Variant string
	Name    text
	Range   string
	Counts  []StatusCount
}

// history answers /targets/{code}/history.
func (s *Server) history(q *request) (*answer, error) {
	code := q.http.PathValue("code")
	if _, ok := q.v.Element(code); !ok {
		return nil, noTarget(code)
	}
	h, err := q.snap.NumberHistory(code, q.figures(""))
	if fault.Is(err, fault.NotFound) {
		return nil, noTarget(code)
	}
	if err != nil {
		return nil, err
	}
	if q.ending != "" {
		return q.twin(historyTable(code, &h), nil)
	}
	path := "/targets/" + code + "/history"
	name := q.targetName(code)
	p := HistoryPage{
		Page: q.page(path, "shell.progress", q.words.T("history.title", "Code", lang.Isolate(code)), Link{Text: plain(code), Href: q.figureHref(code)}),
		Code: code, Name: name, Twins: q.twins(path),
	}
	p.Summary = q.words.T("history.lede")
	chart := draw.TrajectoryData{Title: p.Title, Desc: q.words.T("history.chart"), IDPrefix: "hy", RTL: q.rtl(), YTicks: q.shareTicks()}
	for i := range h.Years {
		f := &h.Years[i]
		v := q.figureView(f, "")
		row := HistoryYear{Year: strYear(*f.AsOf), Range: v.Range, Newest: q.date(f.Evidence.Newest), Counts: v.Counts, Verdict: v.Verdict, NoData: v.NoData,
			Proof: q.to("/targets/"+code+"/proof.json", "variant", f.Variant, "asof", f.AsOf.String())}
		p.Years = append(p.Years, row)
		b := f.Judged()
		point := draw.Point{X: decimalYear(*f.AsOf), Lower: b.Lower.Float(), Upper: b.Upper.Float()}
		if f.Goal.Date != 0 && *f.AsOf > f.Goal.Date {
			chart.Later = append(chart.Later, point)
		} else {
			chart.Observed = append(chart.Observed, point)
		}
		if i%2 == 0 || len(h.Years) < 8 {
			chart.XTicks = append(chart.XTicks, draw.Tick{At: point.X, Label: row.Year})
		}
		if i == 0 && f.Goal.Value.Known() && f.Goal.Date != 0 {
			chart.Required = []draw.Point{{X: decimalYear(f.Goal.Date), Y: f.Goal.Value.Float(), Label: q.goalLabel(q.words.Percent(f.Goal.Value.Rat, 0, lang.HalfEven))}}
		}
	}
	if len(p.Years) > 1 {
		if p.Chart, err = nothing(draw.Trajectory(chart)); err != nil {
			return nil, err
		}
	}
	for i := range h.Versions {
		v := &h.Versions[i]
		id := fmt.Sprintf("%s@%d", v.Version.Framework, v.Version.Number)
		row := HistoryVersion{ID: id, Href: q.to("/framework/" + id), First: v.First, Comparable: v.Comparable, Note: q.english(v.Note), Range: q.words.T("figure.no_data")}
		if v.Figure != nil {
			row.Variant, row.Range = v.Figure.Variant, q.bounds(v.Figure.Judged())
		}
		p.Versions = append(p.Versions, row)
	}
	for i := range h.Voices {
		v := &h.Voices[i]
		row := HistoryVoice{Variant: v.Variant, Name: plain(v.Voice.Title), Range: q.bounds(v.Bounds)}
		for j := range q.v.Variants {
			if q.v.Variants[j].Code == v.Variant {
				row.Name = q.voiceTitle(&q.v.Variants[j], v.Voice.Code)
			}
		}
		for j, n := range []int{v.Met, v.Partly, v.NotMet, v.Unknown} {
			row.Counts = append(row.Counts, StatusCount{Status: statusCodes[j], Word: q.words.T("status." + statusCodes[j]), Count: n})
		}
		p.Voices = append(p.Voices, row)
	}
	return q.render("history", p)
}

// historyTable has one row for each year, version and voice.
func historyTable(code string, h *publication.History) *publication.Table {
	t := &publication.Table{Name: "history-" + code, Columns: []publication.Column{
		{Name: "by"}, {Name: "key"}, {Name: "variant"}, {Name: "lower"}, {Name: "upper"}, {Name: "met"}, {Name: "partly"}, {Name: "not_met"}, {Name: "unknown"},
		{Name: "verdict"}, {Name: "comparable_with_before"}, {Name: "note"},
	}}
	row := func(by, key string, f *monitoring.Figure) publication.Row {
		b, c := f.Judged(), &f.Countries
		r := publication.Row{by, key, f.Variant, b.Lower, b.Upper, nil, nil, nil, nil, f.Verdict, nil, nil}
		for i, n := range []*int{c.Met, c.Partly, c.NotMet, c.Unknown} {
			if n != nil {
				r[5+i] = *n
			}
		}
		return r
	}
	for i := range h.Years {
		t.Rows = append(t.Rows, row("year", h.Years[i].AsOf.String(), &h.Years[i]))
	}
	for i := range h.Versions {
		v := &h.Versions[i]
		id := fmt.Sprintf("%s@%d", v.Version.Framework, v.Version.Number)
		r := publication.Row{"version", id, nil, nil, nil, nil, nil, nil, nil, nil, nil, orNothing(v.Note)}
		if v.Figure != nil {
			r = row("version", id, v.Figure)
			r[11] = orNothing(v.Note)
		}
		if !v.First {
			r[10] = v.Comparable
		}
		t.Rows = append(t.Rows, r)
	}
	for i := range h.Voices {
		v := &h.Voices[i]
		t.Rows = append(t.Rows, publication.Row{"voice", v.Voice.Code, v.Variant, v.Bounds.Lower, v.Bounds.Upper, v.Met, v.Partly, v.NotMet, v.Unknown, nil, nil, orNothing(v.Voice.Title)})
	}
	return t
}
