package web

import (
	"strconv"

	"waymark/internal/draw"
	"waymark/internal/lang"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// SeriesView is a series of world totals as their publisher printed them, beside a computed figure.
type SeriesView struct {
	Title    text
	Note     text
	Universe text
	Source   text
	Chart    draw.SVG // empty for counts
	Points   []SeriesPoint
	Verdict  *VerdictView // as of its last point
	LastYear string
	Goal     string
	Methods  []TargetMethod
	Depends  bool
}

// SeriesPoint is one edition.
type SeriesPoint struct {
	When, Edition, Value, Of, Share string
	Note                            text
}

// series makes the published series beside a target.
func (q *request) series(code string) ([]SeriesView, error) {
	list, err := q.snap.PublishedSeries(q.ctx, code, q.figures("", code))
	if err != nil {
		return nil, err
	}
	var out []SeriesView
	for i := range list {
		s := &list[i]
		v := SeriesView{
			Title: q.label(q.v, "series."+s.Code, s.Title), Note: q.english(s.Note), Universe: q.english(s.Universe), Source: q.english(s.Source.Publisher),
		}
		for _, p := range s.Points {
			point := SeriesPoint{When: q.period(p.Period), Edition: p.Edition, Value: q.words.Number(p.Value.Rat, 0, lang.HalfEven), Note: q.english(p.Note)}
			if p.Denominator.Known() {
				point.Of = q.words.Number(p.Denominator.Rat, 0, lang.HalfEven)
			}
			if p.Share.Known() {
				point.Share = q.words.Percent(p.Share.Rat, 1, lang.HalfEven)
			}
			v.Points = append(v.Points, point)
		}
		if s.Progress != nil {
			q.judged(&v, s)
		}
		var err error
		if v.Chart, err = q.trajectory(s, "s"+s.Code, v.Title.Text); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (q *request) judged(v *SeriesView, s *publication.PublishedSeries) {
	p := s.Progress
	var grade, reason *string
	if p.Grade != "" {
		g := string(p.Grade)
		grade = &g
	}
	if p.Reason != "" {
		r := string(p.Reason)
		reason = &r
	}
	verdict := q.verdict(string(p.Verdict), grade, reason)
	v.Verdict, v.Depends = &verdict, p.MethodDependent
	if p.Latest != nil {
		v.LastYear = strYear(p.Latest.End)
	}
	if s.Goal != nil && s.Goal.Value != nil {
		v.Goal = q.words.Percent(s.Goal.Value.Rat(), 0, lang.HalfEven)
	}
	for _, m := range p.Sensitivity {
		method := TargetMethod{Name: m.Method}
		if m.NotApplicable != "" {
			method.Why = q.words.T("method.na_" + m.NotApplicable)
		} else {
			method.Verdict = q.verdict(string(m.Verdict), nil, nil)
		}
		if m.Value != nil {
			method.Value = q.words.Decimal(strconv.FormatFloat(*m.Value, 'f', 3, 64))
		}
		v.Methods = append(v.Methods, method)
	}
}

// decimalYear is the place of a day on a time axis.
func decimalYear(d reference.Date) float64 { return float64(d.Months()+1) / 12 }

// trajectory draws a series of shares against the path to its goal. Counts have no such path.
func (q *request) trajectory(s *publication.PublishedSeries, id, title string) (draw.SVG, error) {
	d := draw.TrajectoryData{Title: title, Desc: q.words.T("series.desc"), IDPrefix: id, RTL: q.rtl(), YTicks: q.shareTicks()}
	var baseline *draw.Point
	var shares []monitoring.Share
	for i, p := range s.Points {
		if !p.Share.Known() {
			continue
		}
		shares = append(shares, p.Share)
		point := draw.Point{X: decimalYear(p.Period.End), Y: p.Share.Float()}
		if i == 0 || i == len(s.Points)-1 {
			point.Label = q.words.T("series.point", "Year", strYear(p.Period.End), "Share", q.words.Percent(p.Share.Rat, 0, lang.HalfEven))
		}
		if s.Goal != nil && s.Goal.GoalDate != 0 && p.Period.End > s.Goal.GoalDate {
			d.Later = append(d.Later, point)
		} else {
			d.Observed = append(d.Observed, point)
		}
		d.XTicks = append(d.XTicks, draw.Tick{At: point.X, Label: strYear(p.Period.End)})
		if s.Progress != nil && s.Progress.Baseline != nil && p.Period.End == s.Progress.Baseline.End {
			copied := point
			copied.Label = ""
			baseline = &copied
		}
	}
	if len(shares) < 2 {
		return "", nil
	}
	if baseline != nil && s.Goal != nil && s.Goal.Value != nil && s.Goal.GoalDate != 0 {
		goal, _ := s.Goal.Value.Rat().Float64()
		at := decimalYear(s.Goal.GoalDate)
		d.Required = []draw.Point{*baseline, {X: at, Y: &goal, Label: q.goalLabel(q.words.Percent(s.Goal.Value.Rat(), 0, lang.HalfEven))}}
		d.XTicks = append(d.XTicks, draw.Tick{At: at, Label: strYear(s.Goal.GoalDate)})
	}
	return nothing(draw.Trajectory(d))
}
