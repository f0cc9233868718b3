package web

import (
	"strconv"

	"waymark/internal/accounts"
)

// showQuarantine lists what is withheld, without a word of it, and takes something more out of sight.
func showQuarantine(c *call) (WorkPage, error) {
	p := c.page("work.quarantine")
	p.Lede = c.t("work.quarantine_lede")
	list, err := c.people().Withheld(c.r.Context())
	table := WorkTable{Title: c.t("work.quarantine"), Empty: c.t("work.none"), Head: []string{c.t("work.what"), c.t("work.state"), c.t("work.proposed_by"), c.t("work.since"), ""}}
	for _, w := range list {
		row := WorkRow{Cells: []string{w.Object, string(w.State), w.By.Organisation, c.moment(w.By.At)}}
		if w.State == accounts.WithheldNow {
			row.Forms = []WorkForm{c.inRow("back", "work.put_back", w.Object, reasonField()), c.inRow("delete", "work.delete_good", w.Object, reasonField())}
		}
		table.Rows = append(table.Rows, row)
	}
	p.Tables = []WorkTable{table}
	var kinds []WorkOption
	for _, k := range accounts.WithheldKinds() {
		kinds = append(kinds, WorkOption{k, k})
	}
	hold := c.form("hold", "work.withhold", WorkField{Name: "kind", Label: "work.kind", Kind: "select", Options: kinds},
		WorkField{Name: "object", Label: "work.code_of", Fill: "off", Required: true}, WorkField{Name: "round", Label: "work.round", Kind: "number", Required: true}, reasonField())
	hold.Title = c.t("work.withhold")
	p.Forms = []WorkForm{hold}
	return p, err
}

func doQuarantine(c *call) (outcome, error) {
	ctx, s, home := c.r.Context(), c.people(), outcome{to: "/work/quarantine"}
	switch c.value("what") {
	case "hold":
		round, err := strconv.Atoi(c.value("round"))
		if err != nil {
			return outcome{}, errForm
		}
		return home, s.Withhold(ctx, c.value("kind")+"/"+c.value("object"), round, c.value("reason"))
	case "back", "delete":
		_, err := s.SettleWithheld(ctx, c.value("id"), c.value("what") == "back", c.value("reason"))
		return outcome{to: "/work/approvals"}, err
	}
	return outcome{}, errForm
}
