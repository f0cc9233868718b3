package web

import (
	"waymark/internal/consultation"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
)

// DeskImpact is what a change would do to the figures on the same evidence.
type DeskImpact struct {
	Nothing string // said where no figure and no country would stand elsewhere
	Wrong   text   // why it could not be worked out
	Figures []DeskFigureImpact
}

// DeskFigureImpact is one figure before and after.
type DeskFigureImpact struct {
	Code          string
	Before, After string // bounds, goal and verdict in words
	Changed       []string
	More          string // how many countries are not named
}

// mostNamed is how many countries are named beside a change.
const mostNamed = 12

// touchesFigures tells whether an edit changes more than words.
func touchesFigures(e *framework.Edit) bool {
	return e != nil && (e.Op == framework.OpRevise || e.Op == framework.OpSet && e.Thing != framework.OneElement || e.Op == framework.OpAdd && e.Thing != framework.OneElement && e.Thing != "" || e.Op == framework.OpDelete && e.Thing != framework.OneElement && e.Thing != "")
}

// fillImpacts works out what each typed change would do.
func (r *round) fillImpacts(c *call, changes []DeskChange) error {
	for i := range changes {
		a, ok := r.rec.Amendment(changes[i].ID)
		if !ok || !touchesFigures(a.Edit) {
			continue
		}
		impact, err := r.impact(c, a)
		if err != nil {
			return err
		}
		changes[i].Impact = impact
	}
	return nil
}

func (r *round) impact(c *call, a *consultation.Amendment) (*DeskImpact, error) {
	q := r.q
	im, err := q.snap.Impact(q.ctx, []framework.Edit{*a.Edit}, publication.FigureQuery{Version: r.rec.Round.Version})
	if err != nil { // a change that no longer fits is shown as such, and the page stands
		message, _ := faultTexts(c.words, "", err)
		return &DeskImpact{Wrong: message}, nil //nolint:nilerr // said on the page
	}
	out := &DeskImpact{}
	for i := range im.Figures {
		f := &im.Figures[i]
		before, after := r.figureLine(f.Before), r.figureLine(f.After)
		if before == after && len(f.Changed) == 0 {
			continue
		}
		line := DeskFigureImpact{Code: f.Code, Before: before, After: after}
		for j, x := range f.Changed {
			if j == mostNamed {
				line.More = c.words.N("desk.more_countries", len(f.Changed)-mostNamed)
				break
			}
			country, _ := q.snap.World.Country(x.Area)
			was := c.t("desk.not_counted")
			if x.Before != "" {
				was = c.t("status." + x.Before)
			}
			line.Changed = append(line.Changed, c.t("desk.country_changes", "Country", lang.Isolate(country.Name(c.tag)), "Before", was, "After", c.t("status."+x.After)))
		}
		out.Figures = append(out.Figures, line)
	}
	if out.Figures == nil {
		out.Nothing = c.t("desk.impact_nothing")
	}
	return out, nil
}

func (r *round) figureLine(f *monitoring.Figure) string {
	if f == nil {
		return r.q.words.T("status.unknown")
	}
	line := r.q.bounds(f.Judged())
	if goal := r.q.goalNote(f.Goal); goal != "" {
		line += " · " + goal
	}
	return line + " · " + r.q.words.T("verdict."+f.Verdict)
}
