package web

import (
	"cmp"
	"context"
	"slices"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/monitoring"
)

// Lists gives the lists that wait for an approval, to whoever may see them.
type Lists interface {
	Waiting(ctx context.Context, approval string) (*monitoring.Review, error)
}

// mostStatements is how many statements of a list a page shows; the file behind it holds all.
const mostStatements = 500

// showList is a list that waits, each statement beside what stands now, for whoever decides on it.
func showList(c *call) (WorkPage, error) {
	p := c.page("work.list")
	id := c.r.PathValue("id")
	if c.s.config.Lists == nil {
		return p, fault.New(fault.NotFound, "No lists wait here.", "Start from your work.").WithKey("error.notFound", nil)
	}
	a, err := c.people().Store.Approval(c.r.Context(), id)
	if err != nil {
		return p, err
	}
	list, err := c.s.config.Lists.Waiting(c.r.Context(), id)
	if err != nil {
		return p, err
	}
	p.Lede = a.Summary
	p.Tables = []WorkTable{
		{Title: c.t("work.list_facts"), Head: []string{c.t("work.what"), ""}, Rows: []WorkRow{
			{Cells: []string{c.t("work.list_source"), list.Batch.Source}},
			{Cells: []string{c.t("work.list_file"), list.Batch.File}},
			{Cells: []string{"SHA-256", list.Batch.SHA256}},
			{Cells: []string{c.t("work.proposed_by"), a.Proposed.Organisation}},
			{Cells: []string{c.t("work.reason"), a.Proposed.Reason}},
			{Cells: []string{c.t("work.list_new"), c.words.Int(int64(list.Tally.New))}},
			{Cells: []string{c.t("work.list_changed"), c.words.Int(int64(list.Tally.Changed))}},
			{Cells: []string{c.t("work.list_conflicting"), c.words.Int(int64(list.Tally.Conflicting))}},
		}},
		c.statements(list),
	}
	if len(list.Conflicts) > 0 {
		t := WorkTable{Title: c.t("work.list_conflicting"), Head: []string{c.t("work.country"), c.t("work.what"), c.t("work.list_source"), c.t("work.is"), c.t("work.list_source"), c.t("work.is")}}
		for _, x := range list.Conflicts[:min(len(list.Conflicts), mostStatements)] {
			t.Rows = append(t.Rows, WorkRow{Cells: []string{x.Area, x.Of, x.A.Source, x.A.Says, x.B.Source, x.B.Says}})
		}
		p.Tables = append(p.Tables, t)
	}
	// The same forms as in the list of proposals; they are sent there.
	p.Forms = c.decisions(&a)
	for i := range p.Forms {
		p.Forms[i].Alone, p.Forms[i].Action = true, c.to("/work/approvals")
	}
	return p, nil
}

// statements is what the list says, what changed first, then by country.
func (c *call) statements(list *monitoring.Review) WorkTable {
	t := WorkTable{
		Title: c.words.N("work.list_statements", list.Tally.Read), Empty: c.t("work.none"),
		Head: []string{c.t("work.country"), c.t("work.what"), c.t("work.when"), c.t("work.was"), c.t("work.is"), c.t("work.list_note"), c.t("work.list_citation")},
	}
	row := func(o *monitoring.Observation, was string) {
		if len(t.Rows) < mostStatements {
			t.Rows = append(t.Rows, WorkRow{Cells: []string{o.Area, o.Indicator, o.Period.String(), was, o.Says(), o.Note, o.Citation}})
		}
	}
	for i := range list.Changed {
		x := &list.Changed[i]
		row(&x.New, x.Old.Says())
	}
	fresh := slices.Clone(list.New)
	slices.SortFunc(fresh, func(a, b monitoring.Observation) int {
		return cmp.Or(cmp.Compare(a.Area, b.Area), cmp.Compare(a.Indicator, b.Indicator), cmp.Compare(a.Period.Start, b.Period.Start))
	})
	for i := range fresh {
		row(&fresh[i], "")
	}
	return t
}

// decisions are the forms of what whoever is present may do with a proposal.
func (c *call) decisions(a *accounts.Approval) []WorkForm {
	var forms []WorkForm
	me := c.me()
	reason := WorkField{Name: "reason", Label: "work.reason", Required: true}
	// Without the second factor just shown the form is there too: sending it asks for the code.
	sure := me
	sure.SteppedUp = true
	if _, err := sure.May(a.Act, a.Scope); err == nil && a.Proposed.Organisation != me.Organisation {
		forms = append(forms, c.inRow("approve", "work.approve", a.ID, reason), c.inRow("decline", "work.decline", a.ID, reason))
	}
	if a.Proposed.Person == me.Person {
		forms = append(forms, c.inRow("withdraw", "work.withdraw", a.ID, reason))
	}
	if _, err := me.May(accounts.Reply, accounts.Scope{Country: a.Scope.Country}); err == nil && a.Reply != nil {
		forms = append(forms, c.inRow("reply", "work.reply", a.ID, WorkField{Name: "text", Label: "work.reply_text", Kind: "textarea", Value: a.Reply.Text, Required: true}))
	}
	return forms
}
