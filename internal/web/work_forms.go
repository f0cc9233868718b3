package web

import (
	"fmt"
	"strings"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// scopeFields ask what a role or a token is for; empty fields mean everything.
func scopeFields() []WorkField {
	return []WorkField{{Name: "country", Label: "work.country", Fill: "off"}, {Name: "organisation", Label: "work.organisation", Fill: "off"}, {Name: "framework", Label: "work.framework", Fill: "off"}}
}

func (c *call) scope() accounts.Scope {
	return accounts.Scope{Country: strings.ToUpper(strings.TrimSpace(c.value("country"))), Organisation: strings.TrimSpace(c.value("organisation")), Framework: strings.TrimSpace(c.value("framework"))}
}

func (c *call) day(name string) (accounts.Day, error) { return accounts.ParseDay(c.value(name)) }

func reasonField() WorkField { return WorkField{Name: "reason", Label: "work.reason", Required: true} }

// personOptions are those whose account is open or waits, by name.
func (c *call) personOptions() ([]WorkOption, error) {
	list, err := c.people().Store.People(c.r.Context())
	var out []WorkOption
	for _, p := range list {
		if p.State == accounts.Active || p.State == accounts.Invited {
			out = append(out, WorkOption{p.ID, p.Name + " (" + p.Organisation + ")"})
		}
	}
	return out, err
}

func (c *call) organisationOptions() ([]WorkOption, error) {
	list, err := c.people().Store.Organisations(c.r.Context())
	out := []WorkOption{{"", "–"}}
	for _, o := range list {
		out = append(out, WorkOption{o.Code, o.Name})
	}
	return out, err
}

// showMandates lists who may speak for whom, ended mandates too.
func showMandates(c *call) (WorkPage, error) {
	p := c.page("work.mandates")
	p.Lede = c.t("work.mandates_lede")
	all, err := c.people().Store.Mandates(c.r.Context(), "")
	if err != nil {
		return p, err
	}
	names, today := c.names(), accounts.DayOf(c.s.config.Now())
	table := WorkTable{Title: c.t("work.mandates"), Empty: c.t("work.none"), Head: []string{c.t("work.name"), c.t("work.speaks_for"), c.t("work.from"), c.t("work.until"), c.t("work.basis"), ""}}
	for _, m := range all {
		who, _ := names(m.Person)
		row := WorkRow{Cells: []string{who, m.Country + m.Organisation, string(m.From), string(m.To), m.Basis}}
		if m.To == "" || m.To >= today {
			row.Forms = []WorkForm{c.inRow("end", "work.end", m.ID, WorkField{Name: "to", Label: "work.until", Kind: "date", Value: string(today), Required: true}, reasonField())}
		}
		table.Rows = append(table.Rows, row)
	}
	p.Tables = []WorkTable{table}
	people, err := c.personOptions()
	if err != nil {
		return p, err
	}
	organisations, err := c.organisationOptions()
	give := c.form("give", "work.save", WorkField{Name: "person", Label: "work.name", Kind: "select", Options: people},
		WorkField{Name: "country", Label: "work.country", Fill: "off"}, WorkField{Name: "organisation", Label: "work.organisation", Kind: "select", Options: organisations},
		WorkField{Name: "from", Label: "work.from", Kind: "date", Value: string(today), Required: true}, WorkField{Name: "to", Label: "work.until", Kind: "date"},
		WorkField{Name: "basis", Label: "work.basis", Required: true})
	give.Title = c.t("work.mandate_give")
	p.Forms = []WorkForm{give}
	return p, err
}

func doMandate(c *call) (outcome, error) {
	home := outcome{to: "/work/mandates"}
	to, err := c.day("to")
	if err != nil {
		return outcome{}, err
	}
	switch c.value("what") {
	case "give":
		from, err := c.day("from")
		if err != nil {
			return outcome{}, err
		}
		scope := c.scope()
		_, err = c.people().Give(c.r.Context(), accounts.Mandate{Person: c.value("person"), Country: scope.Country, Organisation: scope.Organisation, From: from, To: to, Basis: c.value("basis")})
		return home, err
	case "end":
		return home, c.people().EndMandate(c.r.Context(), c.value("id"), to, c.value("reason"))
	}
	return outcome{}, errForm
}

// showRoles lists the roles in force. A new one begins when a second organisation approved; taking one
// away needs nobody else.
func showRoles(c *call) (WorkPage, error) {
	p := c.page("work.roles")
	p.Lede = c.t("work.roles_lede")
	all, err := c.people().Store.Grants(c.r.Context(), "")
	if err != nil {
		return p, err
	}
	names := c.names()
	table := WorkTable{Title: c.t("work.roles"), Empty: c.t("work.none"), Head: []string{c.t("work.name"), c.t("work.role"), c.t("work.scope"), c.t("work.from"), ""}}
	for _, g := range accounts.InForce(all, accounts.DayOf(c.s.config.Now())) {
		who, _ := names(g.Person)
		table.Rows = append(table.Rows, WorkRow{Cells: []string{who, string(g.Role), g.Scope.String(), string(g.From)}, Forms: []WorkForm{c.inRow("end", "work.end", g.ID, reasonField())}})
	}
	p.Tables = []WorkTable{table}
	people, err := c.personOptions()
	give := c.form("give", "work.role_button", append([]WorkField{{Name: "person", Label: "work.name", Kind: "select", Options: people}, {Name: "role", Label: "work.role", Kind: "select", Options: c.roles()}},
		append(scopeFields(), reasonField())...)...)
	give.Title = c.t("work.role_button")
	p.Forms = []WorkForm{give}
	return p, err
}

func doRole(c *call) (outcome, error) {
	switch c.value("what") {
	case "give":
		role, err := accounts.ParseRole(c.value("role"))
		if err != nil {
			return outcome{}, err
		}
		_, _, err = c.people().GiveRole(c.r.Context(), accounts.Grant{Person: c.value("person"), Role: role, Scope: c.scope()}, c.value("reason"))
		return outcome{to: "/work/approvals"}, err
	case "end":
		return outcome{to: "/work/roles"}, c.people().EndGrant(c.r.Context(), c.value("id"), c.value("reason"))
	}
	return outcome{}, errForm
}

// showSettings lists the rules people agreed on, with their version. Another value is proposed.
func showSettings(c *call) (WorkPage, error) {
	p := c.page("work.settings")
	p.Lede = c.t("work.settings_lede")
	table := WorkTable{Title: c.t("work.settings"), Head: []string{c.t("work.what"), c.t("work.is"), c.t("work.version"), c.t("work.since"), ""}}
	me := c.me()
	_, refused := me.May(accounts.ChangeSetting, accounts.Scope{})
	sure := me
	sure.SteppedUp = true
	if refused != nil {
		_, refused = sure.May(accounts.ChangeSetting, accounts.Scope{})
	}
	for _, name := range accounts.SettingNames() {
		s, err := c.people().Store.Setting(c.r.Context(), name)
		if err != nil {
			return p, err
		}
		row := WorkRow{Cells: []string{name, s.Value, c.words.Int(s.Version), c.moment(s.Since)}}
		if refused == nil {
			row.Forms = []WorkForm{c.inRow("change", "work.propose", name, WorkField{Name: "value", Label: "work.is", Value: s.Value, Required: true}, reasonField())}
		}
		table.Rows = append(table.Rows, row)
	}
	p.Tables = []WorkTable{table}
	return p, nil
}

func doSetting(c *call) (outcome, error) {
	if c.value("what") != "change" {
		return outcome{}, errForm
	}
	_, err := c.people().Change(c.r.Context(), c.value("id"), strings.TrimSpace(c.value("value")), c.value("reason"))
	return outcome{to: "/work/approvals"}, err
}

// showFreeze asks what a new release is to hold.
func showFreeze(c *call) (WorkPage, error) {
	p := c.page("work.freeze")
	p.Lede = c.t("work.freeze_lede")
	reasons := []WorkOption{{"", "–"}}
	for _, r := range publication.ReasonCodes() {
		reasons = append(reasons, WorkOption{string(r), string(r)})
	}
	p.Forms = []WorkForm{c.form("freeze", "work.freeze", WorkField{Name: "title", Label: "work.title", Required: true},
		WorkField{Name: "framework", Label: "work.framework", Fill: "off"}, WorkField{Name: "as-of", Label: "work.as_of", Kind: "date"},
		WorkField{Name: "code", Label: "work.reason", Kind: "select", Options: reasons}, WorkField{Name: "note", Label: "work.note"},
		WorkField{Name: "opens", Label: "work.embargo", Kind: "datetime-local", Hint: c.t("work.embargo_hint")},
		WorkField{Name: "early", Label: "work.early", Fill: "off"},
		WorkField{Name: "propose", Label: "work.propose", Kind: "checkbox", Value: "yes"})}
	return p, nil
}

func doFreeze(c *call) (outcome, error) {
	if c.value("what") != "freeze" {
		return outcome{}, errForm
	}
	ctx := c.r.Context()
	q := publication.ReleaseRequest{Title: strings.TrimSpace(c.value("title")), Framework: strings.TrimSpace(c.value("framework")), Reason: publication.ReasonCode(c.value("code")), Note: c.value("note")}
	if day := c.value("as-of"); day != "" {
		d, err := reference.ParseDate(day)
		if err != nil {
			return outcome{}, fault.Newf(fault.Refused, "The date %q cannot be read.", day).WithFix("Write it as 2022-12-31.")
		}
		q.AsOf = d
	}
	if opens := c.value("opens"); opens != "" {
		at, err := time.Parse("2006-01-02T15:04", opens)
		if err != nil {
			return outcome{}, fault.Newf(fault.Refused, "The moment %q cannot be read.", opens).WithFix("Write it as 2026-12-01T09:00, in UTC.")
		}
		q.Opens = at.UnixMicro()
	}
	for part := range strings.SplitSeq(c.value("early"), ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		email, err := accounts.FoldEmail(part)
		if err != nil {
			return outcome{}, err
		}
		p, err := c.people().Store.PersonByEmail(ctx, email)
		if err != nil {
			return outcome{}, err
		}
		q.Early = append(q.Early, p.ID)
	}
	r, err := c.s.config.Releases.Create(ctx, q)
	if err != nil {
		return outcome{}, err
	}
	if c.value("propose") == "yes" {
		if _, err := c.s.config.Releases.Propose(ctx, c.people(), r.ID, r.Title); err != nil {
			return outcome{}, err
		}
	}
	return outcome{to: "/reports/" + r.ID}, nil
}

// organisationForms are what may be changed of one organisation in its row.
func (c *call) organisationForms(o *accounts.Organisation) []WorkForm {
	today := string(accounts.DayOf(c.s.config.Now()))
	member := c.inRow("join", "work.member_add", o.Code, WorkField{Name: "coalition", Label: "work.coalition", Fill: "off", Required: true},
		WorkField{Name: "from", Label: "work.from", Kind: "date", Value: today}, WorkField{Name: "to", Label: "work.until", Kind: "date"})
	forms := []WorkForm{member, c.inRow("check", "work.verify", o.Code, reasonField())}
	for i, m := range o.Memberships {
		if m.To == "" {
			f := c.inRow("leave", "work.member_end", o.Code, hiddenField("coalition", m.Coalition), WorkField{Name: "to", Label: "work.until", Kind: "date", Value: today, Required: true})
			for n := range f.Fields {
				if f.Fields[n].ID != "" {
					f.Fields[n].ID += fmt.Sprint("-", i)
				}
			}
			f.Lede = m.Coalition
			forms = append(forms, f)
		}
	}
	return append(forms, c.inRow("provider", "work.provider_save", o.Code, WorkField{Name: "issuer", Label: "work.issuer", Fill: "off", Value: o.Provider.Issuer},
		WorkField{Name: "client", Label: "work.client", Fill: "off", Value: o.Provider.Client}, reasonField()))
}

func memberships(o *accounts.Organisation) string {
	var out []string
	for _, m := range o.Memberships {
		out = append(out, fmt.Sprintf("%s (%s – %s)", m.Coalition, m.From, m.To))
	}
	return strings.Join(out, ", ")
}

// doOrganisationRow does what the forms of one organisation ask; false: it is the form for a new one.
func (c *call) doOrganisationRow() (outcome, bool, error) {
	ctx, s, home := c.r.Context(), c.people(), outcome{to: "/work/organisations"}
	what := c.value("what")
	if what == "check" {
		return home, true, s.VerifyOrganisation(ctx, c.value("id"), c.value("reason"))
	}
	if what == "provider" {
		return home, true, s.SetProvider(ctx, c.value("id"), accounts.Provider{Issuer: strings.TrimSpace(c.value("issuer")), Client: strings.TrimSpace(c.value("client"))}, c.value("reason"))
	}
	if what != "join" && what != "leave" {
		return outcome{}, false, nil
	}
	o, err := s.Store.Organisation(ctx, c.value("id"))
	if err != nil {
		return outcome{}, true, err
	}
	from, err := c.day("from")
	if err != nil {
		return outcome{}, true, err
	}
	to, err := c.day("to")
	if err != nil {
		return outcome{}, true, err
	}
	coalition := strings.TrimSpace(c.value("coalition"))
	if what == "join" {
		o.Memberships = append(o.Memberships, accounts.Membership{Coalition: coalition, From: from, To: to})
	}
	for i := range o.Memberships {
		if m := &o.Memberships[i]; what == "leave" && m.Coalition == coalition && m.To == "" {
			m.To = to
		}
	}
	return home, true, s.SaveOrganisation(ctx, o, "")
}

// sessionTable lists one's sessions, each with a button that ends it.
func (c *call) sessionTable() (WorkTable, error) {
	t := WorkTable{Title: c.t("work.sessions"), Empty: c.t("work.none"), Head: []string{c.t("work.since"), c.t("work.seen"), ""}}
	list, err := c.people().OwnSessions(c.r.Context())
	for _, s := range list {
		row := WorkRow{Cells: []string{c.moment(s.Created), c.moment(s.Seen)}, Forms: []WorkForm{c.inRow("end-session", "work.end", s.ID)}}
		if s.ID == c.me().Session {
			row.Cells[1] += " · " + c.t("work.this_one")
			row.Forms = []WorkForm{}
		}
		t.Rows = append(t.Rows, row)
	}
	return t, err
}
