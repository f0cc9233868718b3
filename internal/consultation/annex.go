package consultation

import (
	"strings"

	"waymark/internal/format/docx"
	"waymark/internal/framework"
)

// lost lists the comments whose place is gone or waits for a person.
func (p *printer) lost() {
	p.heading(1, p.t("lost"))
	list := p.c.Lost()
	if len(list) == 0 {
		p.line(p.t("none"))
	}
	for _, e := range list {
		if e.Amendment != nil {
			p.add(labelled(e.Code()+", "+p.who(e), p.proposes(e.Amendment)+" ("+p.t("state_"+string(e.Amendment.State))+")"))
			continue
		}
		for _, g := range e.Comment.Targets {
			if g.State == framework.Orphaned || g.State == framework.NeedsHuman {
				p.add(labelled(e.Code()+", "+p.who(e), p.t("state_"+string(g.State), "Element", orDash(g.Code), "Quote", orNothing(g.Words(), p.t("nothing")))))
			}
		}
		p.add(verbatim(e.Comment, "")...)
	}
}

func (p *printer) duplicates() {
	p.heading(1, p.t("duplicates"))
	p.small(p.t("duplicates_note"))
	if len(p.c.Groups) == 0 {
		p.line(p.t("none"))
	}
	for _, g := range p.c.Groups {
		var names []string
		for _, m := range g.Members {
			names = append(names, m.Code())
		}
		state := p.t("group_proposed")
		if g.Group.ConfirmedBy != "" {
			state = p.t("group_confirmed")
		}
		p.add(labelled(strings.Join(names, ", "), state))
		for i, changes := range g.Differences {
			d := &docx.Paragraph{Text: g.Members[0].Code() + " → " + g.Members[i+1].Code() + ": ", Lang: g.Members[i+1].Comment.Language, Direction: directionOf(g.Members[i+1].Comment.Language)}
			for _, c := range changes {
				start := len([]rune(d.Text))
				d.Text += c.Text
				look := docx.Look{Span: docx.Span{Start: start, End: len([]rune(d.Text))}}
				switch c.Kind {
				case framework.Inserted:
					look.Bold = true
				case framework.Deleted:
					look.Strike = true
				default:
					continue
				}
				d.Looks = append(d.Looks, look)
			}
			p.add(d)
		}
	}
}

func (p *printer) statistics() {
	s := p.c.Statistics
	p.heading(1, p.t("statistics"))
	p.small(p.t("statistics_note"))
	of := func(n, all int) string { return p.t("of", "N", p.w.Int(int64(n)), "All", p.w.Int(int64(all))) }
	for _, l := range []struct{ key, text string }{
		{"submissions", p.w.Int(int64(s.Submissions))}, {"comments", p.w.Int(int64(s.Comments))}, {"replies", p.w.Int(int64(s.Replies))},
		{"distinct", of(s.Distinct, s.Comments)}, {"voices", p.w.Int(int64(s.Voices))}, {"unattributed_count", of(s.Unattributed, s.Comments)},
		{"unconfirmed_count", of(s.Unconfirmed, s.Voices)}, {"amendments", p.w.Int(int64(s.Amendments))},
		{"answered", of(s.Answered, s.Comments)}, {"undecided_count", of(s.Undecided, s.Comments)}, {"read_count", of(s.Proposed, s.Undecided)},
		{"traceable", of(s.Traceable, s.Answered)}, {"satisfied_count", of(s.Satisfied, s.Satisfied+s.Objecting)},
	} {
		p.add(labelled(p.t(l.key), l.text))
	}
	if s.MedianDays >= 0 {
		p.add(labelled(p.t("median"), p.w.Int(int64(s.MedianDays))))
	}
	p.counts("by_disposition", s.ByCode, s.Comments, func(v string) string { return p.code(Code(v)) })
	p.counts("by_organisation", s.ByVoice, s.Voices, func(v string) string { return v })
	p.counts("by_stakeholder", s.ByStakeholder, s.Speakers, func(v string) string { return p.t("stakeholder_" + v) })
	p.counts("by_region", s.ByRegion, s.Speakers, func(v string) string { return p.w.T("region." + v) })
	p.counts("by_element", s.ByElement, s.Comments, func(v string) string { return orDash(v) })
	p.counts("by_kind", s.ByKind, s.Comments, func(v string) string { return p.t("kind_" + v) })
}

func (p *printer) counts(key string, list []Count, all int, name func(string) string) {
	if len(list) == 0 {
		return
	}
	p.heading(2, p.t(key))
	t := &docx.Table{Widths: []int{4, 2}, RTL: p.settings.RTL}
	for _, c := range list {
		t.Rows = append(t.Rows, docx.Row{Cells: []docx.TableCell{p.cell(name(c.Value)), p.cell(p.t("of", "N", p.w.Int(int64(c.N)), "All", p.w.Int(int64(all))))}})
	}
	p.blocks = append(p.blocks, t)
}

// gone names what is not shown: withdrawn comments by number, removed and held ones as counts.
func (p *printer) gone() {
	p.heading(1, p.t("gone"))
	for i := range p.c.Withdrawn {
		e := &p.c.Withdrawn[i]
		p.add(labelled(p.t("withdrawn"), e.Code()+", "+p.who(e)))
	}
	for _, r := range p.c.Removed {
		p.add(labelled(p.t("removed_"+r.Value), p.w.Int(int64(r.N))))
	}
	if p.c.Held > 0 {
		p.add(labelled(p.t("held"), p.w.Int(int64(p.c.Held))))
	}
	if len(p.c.Withdrawn)+len(p.c.Removed)+p.c.Held == 0 {
		p.line(p.t("none"))
	}
}
