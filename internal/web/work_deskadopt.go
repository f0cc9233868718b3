package web

import (
	"cmp"
	"slices"
	"strconv"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/reference"
)

// DeskChanges is what was read out of comments and files and waits for a person's word.
type DeskChanges struct {
	Rows []DeskSettle
}

// DeskSettle is one such change with its forms.
type DeskSettle struct {
	ID      string
	Change  CardChange
	Comment Link // the comment it was read out of; empty: it stands alone
	Why     string
	Impact  *DeskImpact
	Forms   []WorkForm
}

// DeskAdoption is what stands in the way of the next version, and how it comes about.
type DeskAdoption struct {
	State    string
	Blockers []DeskBlocker
	Edits    []CardChange
	Impact   *DeskImpact
	Open     []DeskProposal
	Form     *WorkForm
	Carry    *WorkForm
	Result   Link
}

// DeskBlocker is one thing in the way, and where it is mended.
type DeskBlocker struct{ Label, Why, Detail, Href string }

// DeskProposal is an adoption that waits for a second organisation, or was approved.
type DeskProposal struct {
	Summary, By, On, Reason string
	Approved                bool
	Forms                   []WorkForm
}

// toSettle lists the changes that wait for a person's word.
func (r *round) toSettle() []*consultation.Amendment {
	var out []*consultation.Amendment
	for i := range r.rec.Amendments {
		a := &r.rec.Amendments[i]
		if a.Held == "" && (a.State == consultation.ToConfirm || a.State == consultation.Unplaced) {
			out = append(out, a)
		}
	}
	return out
}

func showChanges(c *call) (WorkPage, error) {
	r, err := c.deskRound()
	if err != nil {
		return WorkPage{}, err
	}
	p := c.deskPage(c.t("desk.changes_title"), r)
	p.Lede = c.t("desk.changes_lede")
	page := &DeskChanges{}
	for i := range r.rec.Amendments {
		a := &r.rec.Amendments[i]
		waits := a.State == consultation.ToConfirm || a.State == consultation.Unplaced
		if a.Held != "" || a.Drafted || !waits && a.State != consultation.AlreadyInText && a.State != consultation.NotMeant {
			continue
		}
		s := DeskSettle{ID: amendmentID(a), Change: r.change(a)}
		if m, ok := r.rec.Comment(a.Comment); ok {
			s.Comment = Link{Text: plain(r.numbered(m)), Href: c.to(r.deskPath("/comments/" + strconv.Itoa(m.Number)))}
		}
		if touchesFigures(a.Edit) {
			if s.Impact, err = r.impact(c, a); err != nil {
				return p, err
			}
		}
		if r.rec.Round.State != consultation.Adopted {
			s.Why, s.Forms = c.settleForms(a)
		}
		page.Rows = append(page.Rows, s)
	}
	p.Desk = &Desk{Changes: page}
	return p, nil
}

// settleForms says what a person is asked about a change, and makes the forms for it.
func (c *call) settleForms(a *consultation.Amendment) (why string, forms []WorkForm) {
	row := hiddenField("row", strconv.Itoa(a.RowVersion))
	yes := c.inRow("meant", "desk.meant", a.ID, row)
	no := c.inRow("not", "desk.not_meant", a.ID, row)
	field := func(name, label string) WorkField {
		return WorkField{Name: name, Label: label, Fill: "off", Required: true}
	}
	switch {
	case a.State == consultation.NotMeant && a.Edit != nil:
		return "", []WorkForm{yes}
	case a.State == consultation.NotMeant:
		return "", nil
	case a.State == consultation.AlreadyInText:
		return c.t("desk.why_in_text"), []WorkForm{no}
	case a.NeedsStructure():
		shape := c.inRow("shape", "desk.shape_button", a.ID, row)
		switch {
		case a.After:
			shape = c.inRow("shape", "desk.shape_button", a.ID, row, field("code", "desk.new_code"))
		case a.Kind == consultation.SplitUp:
			shape = c.inRow("shape", "desk.shape_button", a.ID, row, field("begins", "desk.begins"), field("code", "desk.new_code"))
		case a.Kind == consultation.Join:
			shape = c.inRow("shape", "desk.shape_button", a.ID, row, field("other", "desk.joins"))
		case a.Kind == consultation.MoveElement:
			shape = c.inRow("shape", "desk.shape_button", a.ID, row, field("other", "desk.comes_after"))
		}
		return c.t("desk.why_structure"), []WorkForm{shape, no}
	case a.Edit == nil: // nothing here can be made of it
		return c.t("desk.why_by_hand"), []WorkForm{no}
	}
	return c.t("desk.why_meant"), []WorkForm{yes, no}
}

func doChanges(c *call) (outcome, error) {
	what := c.value("what")
	if !slices.Contains([]string{"meant", "not", "shape"}, what) {
		return outcome{}, errForm
	}
	r, err := c.deskRound()
	if err != nil {
		return outcome{}, err
	}
	row, _ := strconv.Atoi(c.value("row")) // what is no number is no row a person saw
	ctx, n, id := c.r.Context(), r.rec.Round.Number, c.value("id")
	if what == "shape" {
		err = c.consulting().Shape(ctx, n, id, row, consultation.Structure{Begins: c.value("begins"), Code: c.value("code"), Other: c.value("other")})
	} else {
		err = c.consulting().Settle(ctx, n, id, row, what == "meant")
	}
	return outcome{to: r.deskPath("/changes")}, err
}

func showAdoption(c *call) (WorkPage, error) {
	r, err := c.deskRound()
	if err != nil {
		return WorkPage{}, err
	}
	p := c.deskPage(c.t("desk.adoption_title"), r)
	p.Lede = c.t("desk.adoption_lede")
	page := &DeskAdoption{State: c.t("consultation.state_" + string(r.rec.Round.State))}
	p.Desk = &Desk{Adoption: page}
	if r.rec.Round.State == consultation.Adopted {
		if id := r.rec.Round.Result; id != "" {
			page.Result = Link{Text: plain(id), Href: r.q.to("/framework/" + id)}
		}
		return p, nil
	}
	d := consultation.Decide(r.v, r.rec)
	for _, b := range d.Blockers {
		page.Blockers = append(page.Blockers, r.blocker(c, b))
	}
	if r.rec.Round.State != consultation.Over {
		page.Blockers = append(page.Blockers, DeskBlocker{Label: r.name(), Why: c.t("desk.why_not_closed"), Href: c.to("/consultations/" + strconv.Itoa(r.rec.Round.Number))})
	}
	for _, e := range d.Edits {
		if a, ok := r.rec.Amendment(e.Behind[0]); ok {
			page.Edits = append(page.Edits, r.change(a))
		}
	}
	return p, c.fillProposals(r, page)
}

// blocker says what is in the way and where it is mended.
func (r *round) blocker(c *call, b consultation.Blocker) DeskBlocker {
	out := DeskBlocker{Label: r.name(), Why: c.t("desk.why_" + b.Why), Detail: b.Detail, Href: c.to(r.deskPath(""))}
	if b.Why == "incomplete" || b.Why == "duplicate_chain" {
		out.Detail = "" // in English, or an id: the link leads to it
	}
	if m, ok := r.rec.Comment(b.Comment); ok {
		out.Label, out.Href = r.numbered(m), c.to(r.deskPath("/comments/"+strconv.Itoa(m.Number)))
	} else if a, ok := r.rec.Amendment(b.Comment); ok {
		out.Label, out.Href = r.change(a).Label, c.to(r.deskPath("/changes"))
		if a.Comment == "" && !a.Drafted {
			out.Href += "/" + strconv.Itoa(a.Number)
		} else {
			for id, d := range r.standing {
				if m, ok := r.rec.Comment(id); ok && slices.Contains(d.Changes, a.ID) {
					out.Href = c.to(r.deskPath("/comments/" + strconv.Itoa(m.Number)))
				}
			}
		}
	}
	return out
}

// fillProposals shows what waits for a second organisation, and the forms for whoever may act.
func (c *call) fillProposals(r *round, page *DeskAdoption) error {
	ctx, me, object := c.r.Context(), c.me(), consultation.AdoptionObject(r.rec.Round.Number)
	me.SteppedUp = true // sending a form asks for the code where it was not just shown
	_, refused := me.May(accounts.Adopt, accounts.Scope{Round: strconv.Itoa(r.rec.Round.Number)})
	may := refused == nil
	open, err := c.people().Store.Approvals(ctx, accounts.Open)
	if err != nil {
		return err
	}
	approved, err := c.people().Approved(ctx, accounts.Adopt, object)
	if err != nil {
		return err
	}
	waits := false
	for _, a := range open {
		if a.Act != accounts.Adopt || a.Object != object {
			continue
		}
		waits = true
		p := DeskProposal{Summary: a.Summary, By: a.Proposed.Organisation, On: c.moment(a.Proposed.At), Reason: a.Proposed.Reason}
		if may && a.Proposed.Organisation != me.Organisation {
			reason := WorkField{Name: "reason", Label: "work.reason", Required: true}
			p.Forms = []WorkForm{c.inRow("approve", "desk.approve", a.ID, reason), c.inRow("decline", "work.decline", a.ID, reason)}
		}
		if a.Proposed.Person == me.Person {
			p.Forms = append(p.Forms, c.inRow("withdraw", "work.withdraw", a.ID))
		}
		page.Open = append(page.Open, p)
	}
	for _, a := range approved {
		p := DeskProposal{Summary: a.Summary, By: a.Proposed.Organisation, On: c.moment(a.Proposed.At), Reason: a.Proposed.Reason, Approved: true}
		if a.Decided != nil {
			p.By += ", " + a.Decided.Organisation
		}
		page.Open = append(page.Open, p)
	}
	if !may || len(page.Blockers) > 0 {
		return nil
	}
	if len(approved) > 0 {
		f := c.form("adopt", "desk.adopt_button")
		f.Lede = c.t("desk.adopt_lede")
		page.Carry = &f
	}
	if !waits {
		f := c.form("propose", "desk.propose_button", WorkField{Name: "from", Label: "desk.from", Kind: "date", Value: r.rec.Round.Day(c.s.config.Now().UnixMicro()).String(), Required: true},
			WorkField{Name: "reason", Label: "work.reason", Required: true})
		f.Lede = c.t("desk.propose_lede")
		page.Form = &f
	}
	return nil
}

func doAdoption(c *call) (outcome, error) {
	what := c.value("what")
	if !slices.Contains([]string{"propose", "approve", "decline", "withdraw", "adopt"}, what) {
		return outcome{}, errForm
	}
	r, err := c.deskRound()
	if err != nil {
		return outcome{}, err
	}
	ctx, n, people, here := c.r.Context(), r.rec.Round.Number, c.people(), outcome{to: r.deskPath("/adoption")}
	switch what {
	case "propose":
		on, err := reference.ParseDate(c.value("from"))
		if err != nil {
			return here, fault.Newf(fault.Refused, "The date %q cannot be read.", c.value("from")).WithFix("Write it as 2026-01-31.").WithKey("error.date", map[string]any{"Value": c.value("from")})
		}
		_, _, err = c.consulting().ProposeAdoption(ctx, n, on, c.value("reason"))
		return here, err
	case "withdraw":
		return here, people.Withdraw(ctx, c.value("id"), c.value("reason"))
	case "decline":
		_, err := people.Decide(ctx, c.value("id"), false, c.value("reason"))
		return here, err
	case "approve":
		if _, err := people.Decide(ctx, c.value("id"), true, c.value("reason")); err != nil {
			return here, err
		}
	}
	_, err = c.consulting().Adopt(ctx, n, 0)
	return here, err
}

// showResponses is the comments of an organisation with their answers, for it to say whether they
// satisfy it.
func showResponses(c *call) (WorkPage, error) {
	r, err := c.deskRound()
	if err != nil {
		return WorkPage{}, err
	}
	if r.rec.Round.State == consultation.Draft {
		return WorkPage{}, noRound(strconv.Itoa(r.rec.Round.Number))
	}
	p := c.deskPage(c.t("desk.responses_title"), nil)
	p.Crumbs = []Link{{Text: plain(c.t("shell.consultations")), Href: c.to("/consultations")}, {Text: plain(r.name()), Href: c.to(r.path(""))}}
	p.Script, p.Lede = "", c.t("desk.responses_lede")
	mine := c.me().Organisation
	table := WorkTable{Title: r.rec.Round.Title, Empty: c.t("desk.responses_none"), Head: []string{c.t("compile.number"), c.t("compile.comment"), c.t("compile.answer"), c.t("desk.response"), ""}}
	last := map[string]*consultation.Response{}
	for i := range r.rec.Responses {
		if x := &r.rec.Responses[i]; x.Organisation == mine {
			last[x.Comment] = x
		}
	}
	for _, m := range r.shownTo() {
		d, decided := r.standing[m.ID]
		if !m.HasVoice(mine) || !decided || !m.IsShown() {
			continue
		}
		said := "–"
		var before consultation.Response
		if x := last[m.ID]; x != nil {
			before, said = *x, c.t("compile.objects")
			if x.Satisfied {
				said = c.t("compile.satisfied")
			}
		}
		row := WorkRow{Cells: []string{strconv.Itoa(m.Number), plainWords(m.Text), c.codeWord(d.Code) + ". " + d.Reason, cmp.Or(said, "–")}}
		row.Forms = []WorkForm{
			c.inRow("satisfied", "desk.satisfied_button", m.ID, hiddenField("seen", d.ID)),
			c.inRow("objects", "desk.objects_button", m.ID, hiddenField("seen", d.ID), WorkField{Name: "text", Label: "desk.objects_text", Kind: "textarea", Value: before.Text, Required: true}),
		}
		table.Rows = append(table.Rows, row)
	}
	p.Tables = []WorkTable{table}
	return p, nil
}

func doResponse(c *call) (outcome, error) {
	what := c.value("what")
	if what != "satisfied" && what != "objects" {
		return outcome{}, errForm
	}
	r, err := c.deskRound()
	if err != nil {
		return outcome{}, err
	}
	id := c.value("id")
	if r.standing[id].ID != c.value("seen") {
		return outcome{}, fault.New(fault.Stale, "The answer was changed after you read it.", "Read the newer answer first.").WithKey("error.stale", nil)
	}
	err = c.consulting().Respond(c.r.Context(), r.rec.Round.Number, consultation.Response{Comment: id, Organisation: c.me().Organisation, Satisfied: what == "satisfied", Text: c.value("text")})
	return outcome{to: r.deskPath("/responses")}, err
}
