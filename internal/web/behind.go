package web

import (
	"slices"
	"strconv"

	"waymark/internal/consultation"
	"waymark/internal/framework"
)

// BehindChange is a change that made a version, with the comments behind it.
type BehindChange struct {
	Code     string
	Change   CardChange
	Comments []Link
}

// behind lists what a consultation changed to make this version, each with the comments behind it;
// nothing where no consultation made it.
func (q *request) behind(v *framework.Version) ([]BehindChange, error) {
	if q.server.config.Consultations == nil {
		return nil, nil
	}
	rounds, err := q.server.config.Consultations.Rounds(q.ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(rounds, func(r consultation.Round) bool { return r.Result == v.ID() && r.State == consultation.Adopted })
	if i < 0 {
		return nil, nil
	}
	rec, err := q.server.config.Consultations.Record(q.ctx, rounds[i].Number)
	if err != nil {
		return nil, err
	}
	before, err := q.snap.FrameworkVersion(rec.Round.Version)
	if err != nil {
		return nil, err
	}
	r, err := q.roundOf(rec, before)
	if err != nil {
		return nil, err
	}
	var out []BehindChange
	for _, e := range rec.Round.Edits {
		var b BehindChange
		for _, id := range e.Behind {
			if a, ok := rec.Amendment(id); ok && b.Code == "" {
				b.Code, b.Change = a.Element, r.change(a)
				for j := range v.Elements {
					if v.Elements[j].ID == e.Key {
						b.Code = v.Elements[j].Code // it may have been renumbered
					}
				}
				b.Change.Code, b.Change.Href = b.Code, "#"+b.Code
			}
			if c, ok := rec.Comment(id); ok {
				b.Comments = append(b.Comments, Link{Text: plain(r.numbered(c)), Href: q.to(r.path("/comments") + "#" + cardID(c))})
			} else if a, ok := rec.Amendment(id); ok && a.Comment == "" && !a.Drafted {
				b.Comments = append(b.Comments, Link{Text: plain(r.change(a).Label), Href: q.to(r.path("/comments") + "#" + amendmentID(a))})
			}
		}
		out = append(out, b)
	}
	return out, nil
}

// changed links an answer to the words it changed in the version that came of the round.
func (r *round) changed(d *consultation.Disposition) []Link {
	if r.rec.Round.Result == "" {
		return nil
	}
	var out []Link
	for _, id := range d.Changes {
		if a, ok := r.rec.Amendment(id); ok && a.Element != "" {
			out = append(out, Link{Text: plain(a.Element + " · " + r.rec.Round.Result), Href: r.q.to("/framework/" + r.rec.Round.Result + "#" + a.Element)})
		}
	}
	return out
}

// roundDays are the first and last days of the rounds everybody may see, as events of the calendar.
func (s *Server) roundDays(rounds []consultation.Round, line func(string)) {
	for i := range rounds {
		r := &rounds[i]
		if r.State == consultation.Draft || r.Period.Start.IsOpen() || r.Period.End.IsOpen() || r.Period.End == 0 {
			continue
		}
		n := strconv.Itoa(r.Number)
		line("BEGIN:VEVENT")
		line("UID:consultation-" + n + "@waymark")
		line("DTSTAMP:" + calendarDay(r.Period.Start) + "T000000Z")
		line("SEQUENCE:" + strconv.Itoa(max(0, r.RowVersion-1)))
		line("DTSTART;VALUE=DATE:" + calendarDay(r.Period.Start))
		line("DTEND;VALUE=DATE:" + calendarDay(r.Period.End.AddDays(1)))
		line("SUMMARY:" + calendarText("Consultation "+n+": "+r.Title))
		line("DESCRIPTION:" + calendarText("On "+r.Version+". Zone of its days: "+r.Location().String()+"."))
		line("URL:" + s.base() + "/en/consultations/" + n)
		line("END:VEVENT")
	}
}

// ledTo links the words of an element to every comment behind a change of them.
func (r *frameworkReader) ledTo(code string) []Link {
	var out []Link
	for _, b := range r.behind {
		if b.Code != code {
			continue
		}
		for _, l := range b.Comments {
			if !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	return out
}
