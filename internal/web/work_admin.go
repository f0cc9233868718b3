package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/publication"
)

// names gives the names of people, for those who may see who has an account; to others ids.
func (c *call) names() accounts.Names {
	names := map[string]string{}
	if list, err := c.people().Store.People(c.r.Context()); err == nil {
		for _, p := range list {
			if p.Name != "" {
				names[p.ID] = p.Name
			}
		}
	}
	return func(id string) (string, bool) { n, ok := names[id]; return n, ok }
}

func showApprovals(c *call) (WorkPage, error) {
	p := c.page("work.approvals")
	p.Lede = c.t("work.approvals_lede")
	list, err := c.people().Store.Approvals(c.r.Context(), accounts.Open)
	if err != nil {
		return p, err
	}
	table := WorkTable{Title: c.t("work.waiting"), Empty: c.t("work.none"), Head: []string{c.t("work.what"), c.t("work.proposed_by"), c.t("work.age"), c.t("work.reason"), ""}}
	for _, a := range list {
		row := WorkRow{Cells: []string{a.Summary, a.Proposed.Organisation, c.days(&a), a.Proposed.Reason}, Forms: c.decisions(&a)}
		if a.Act == accounts.VerifyEvidence && c.s.config.Lists != nil {
			row.Link = &Link{Text: plain(c.t("work.list_open")), Href: c.to("/work/lists/" + a.ID)}
		}
		table.Rows = append(table.Rows, row)
	}
	p.Tables = []WorkTable{table}
	return p, nil
}

func (c *call) days(a *accounts.Approval) string {
	return c.words.Int(int64(a.Age(c.s.config.Now()) / (24 * time.Hour)))
}

func doApproval(c *call) (outcome, error) {
	ctx, s, id, reason := c.r.Context(), c.people(), c.value("id"), c.value("reason")
	var err error
	switch c.value("what") {
	case "approve":
		_, err = s.Decide(ctx, id, true, reason)
	case "decline":
		_, err = s.Decide(ctx, id, false, reason)
	case "withdraw":
		err = s.Withdraw(ctx, id, reason)
	case "reply":
		err = s.ReplyTo(ctx, id, c.value("text"), string(c.tag))
	default:
		err = errForm
	}
	return outcome{to: "/work/approvals"}, err
}

// showWaiting is public: what waits for a second organisation, by age, without a person's name.
func showWaiting(c *call) (WorkPage, error) {
	p := c.page("work.waiting")
	p.Lede = c.t("work.waiting_lede")
	list, err := c.people().Waiting(c.r.Context())
	table := WorkTable{Title: c.t("work.waiting"), Empty: c.t("work.none"), Head: []string{c.t("work.what"), c.t("work.proposed_by"), c.t("work.age"), c.t("work.reply_text")}}
	for _, a := range list {
		said := ""
		if a.Reply != nil {
			said = a.Reply.Text
		}
		table.Rows = append(table.Rows, WorkRow{Cells: []string{a.Summary, a.Proposed.Organisation, c.days(&a), said}})
	}
	p.Tables = []WorkTable{table}
	return p, err
}

func showPeople(c *call) (WorkPage, error) {
	ctx := c.r.Context()
	p := c.page("work.people")
	list, err := c.people().Store.People(ctx)
	if err != nil {
		return p, err
	}
	grants, err := c.people().Store.Grants(ctx, "")
	if err != nil {
		return p, err
	}
	roles := map[string][]string{}
	for _, g := range accounts.InForce(grants, accounts.DayOf(c.s.config.Now())) {
		roles[g.Person] = append(roles[g.Person], fmt.Sprintf("%s (%s)", g.Role, g.Scope))
	}
	table := WorkTable{Title: c.t("work.people"), Empty: c.t("work.none"), Head: []string{c.t("work.name"), c.t("work.email"), c.t("work.organisation"), c.t("work.state"), c.t("work.roles"), ""}}
	reason := WorkField{Name: "reason", Label: "work.reason", Required: true}
	for _, x := range list {
		row := WorkRow{Cells: []string{x.Name, x.Email, x.Organisation, string(x.State), strings.Join(roles[x.ID], ", ")}}
		if x.State == accounts.Active || x.State == accounts.Invited {
			row.Forms = []WorkForm{
				c.inRow("role", "work.role_button", x.ID, WorkField{Name: "role", Label: "work.role", Kind: "select", Options: c.roles()},
					WorkField{Name: "country", Label: "work.country"}, reason),
				c.inRow("link", "work.link_button", x.ID),
				c.inRow("disable", "work.disable", x.ID, reason),
			}
		}
		table.Rows = append(table.Rows, row)
	}
	p.Tables = []WorkTable{table}
	invite := c.form("invite", "work.invite_somebody", WorkField{Name: "name", Label: "work.name", Required: true},
		WorkField{Name: "email", Label: "work.email", Kind: "email", Required: true}, WorkField{Name: "organisation", Label: "work.organisation", Required: true})
	invite.Title = c.t("work.invite_somebody")
	p.Forms = []WorkForm{invite}
	return p, nil
}

// site is where this site is reached, for a link to hand over.
func (c *call) site() string {
	if c.s.config.Origin != "" {
		return c.s.config.Origin
	}
	return "http://" + c.r.Host // without an origin people sign in on the machine itself only
}

func doPeople(c *call) (outcome, error) {
	ctx, s, id := c.r.Context(), c.people(), c.value("id")
	link := func(kind accounts.LinkKind, secret string, err error) (outcome, error) {
		if err != nil || secret == "" {
			return outcome{to: "/work/people"}, err
		}
		return c.keep("work.people", "work.link_keep", c.site()+c.to("/work/link/"+string(kind)+"?token="+secret)), nil
	}
	switch c.value("what") {
	case "invite":
		_, secret, err := s.Invite(ctx, accounts.Person{Name: c.value("name"), Email: c.value("email"), Organisation: c.value("organisation"), Language: string(c.tag)})
		return link(accounts.InviteLink, secret, err)
	case "link":
		p, err := s.Store.Person(ctx, id)
		if err != nil {
			return outcome{}, err
		}
		if p.State == accounts.Active {
			secret, err := s.ResetLink(ctx, id)
			return link(accounts.ResetLink, secret, err)
		}
		secret, err := s.InviteAgain(ctx, id)
		return link(accounts.InviteLink, secret, err)
	case "role":
		role, err := accounts.ParseRole(c.value("role"))
		if err != nil {
			return outcome{}, err
		}
		_, _, err = s.GiveRole(ctx, accounts.Grant{Person: id, Role: role, Scope: accounts.Scope{Country: c.value("country")}}, c.value("reason"))
		return outcome{to: "/work/approvals"}, err
	case "disable":
		return outcome{to: "/work/people"}, s.Disable(ctx, id, c.value("reason"))
	}
	return outcome{}, errForm
}

func showOrganisations(c *call) (WorkPage, error) {
	p := c.page("work.organisations")
	me := c.me()
	_, refused := me.May(accounts.ManageOrgs, accounts.Scope{})
	list, err := c.people().Store.Organisations(c.r.Context())
	table := WorkTable{Title: c.t("work.organisations"), Empty: c.t("work.none"), Head: []string{c.t("work.code_of"), c.t("work.name"), c.t("work.kind"), c.t("work.countries"), c.t("work.memberships"), c.t("work.verified"), ""}}
	for _, o := range list {
		row := WorkRow{Cells: []string{o.Code, o.Name, string(o.Kind), strings.Join(o.Countries, ", "), memberships(&o), string(o.Verified)}}
		if refused == nil {
			row.Forms = c.organisationForms(&o)
		}
		table.Rows = append(table.Rows, row)
	}
	p.Tables = []WorkTable{table}
	if refused == nil {
		var kinds []WorkOption
		for _, k := range accounts.OrganisationKinds() {
			kinds = append(kinds, WorkOption{string(k), string(k)})
		}
		add := c.form("add", "work.save", WorkField{Name: "code", Label: "work.code_of", Required: true}, WorkField{Name: "name", Label: "work.name", Required: true},
			WorkField{Name: "kind", Label: "work.kind", Kind: "select", Options: kinds}, WorkField{Name: "countries", Label: "work.countries"}, WorkField{Name: "parent", Label: "work.parent"})
		p.Forms = []WorkForm{add}
	}
	return p, err
}

func doOrganisation(c *call) (outcome, error) {
	if out, ok, err := c.doOrganisationRow(); ok {
		return out, err
	}
	o := accounts.Organisation{Code: c.value("code"), Name: c.value("name"), Kind: accounts.OrganisationKind(c.value("kind")), Parent: c.value("parent")}
	for part := range strings.SplitSeq(c.value("countries"), ",") {
		if part = strings.ToUpper(strings.TrimSpace(part)); part != "" {
			o.Countries = append(o.Countries, part)
		}
	}
	return outcome{to: "/work/organisations"}, c.people().SaveOrganisation(c.r.Context(), o, "")
}

func showAudit(c *call) (WorkPage, error) {
	p := c.page("work.audit")
	p.Lede = c.t("work.audit_lede")
	q := accounts.TrailQuery{Person: c.value("person"), Organisation: c.value("organisation"), Act: accounts.Act(c.value("act")), Object: c.value("object")}
	var err error
	if q.From, err = accounts.ParseDay(c.value("from")); err != nil {
		return p, err
	}
	if q.To, err = accounts.ParseDay(c.value("to")); err != nil {
		return p, err
	}
	q.Before, _ = strconv.ParseInt(c.value("before"), 10, 64) // anything else is the first page
	rows, err := c.people().Trail(c.r.Context(), q)
	if err != nil {
		return p, err
	}
	names := c.names()
	table := WorkTable{Title: c.t("work.audit"), Empty: c.t("work.none"), Head: []string{"#", c.t("work.when"), c.t("work.what")}}
	for i := range rows {
		table.Rows = append(table.Rows, WorkRow{Cells: []string{strconv.FormatInt(rows[i].Seq, 10), c.moment(rows[i].At), rows[i].Sentence(names)}})
	}
	p.Tables = []WorkTable{table}
	return p, nil
}

func showReleases(c *call) (WorkPage, error) {
	p := c.page("work.releases")
	p.Lede = c.t("work.releases_lede")
	list, err := c.s.config.Releases.List(c.r.Context())
	for _, r := range list {
		p.Menu = append(p.Menu, Link{Text: plain(r.ID + " · " + r.Title + " · " + c.state(&r)), Href: c.to("/reports/" + r.ID)})
	}
	return p, err
}

func (c *call) state(r *publication.Release) string { return c.t("work.release_" + string(r.State)) }

func showRelease(c *call) (WorkPage, error) {
	p := c.page("work.releases")
	r, f, err := c.s.config.Releases.Read(c.r.Context(), c.r.PathValue("release"))
	if err != nil {
		return p, err
	}
	changes, err := c.s.config.Releases.Differences(c.r.Context(), r.ID)
	if err != nil {
		return p, err
	}
	p.Title, p.Lede = r.Title, c.state(&r)
	facts := WorkTable{Title: c.t("work.release_facts"), Head: []string{c.t("work.what"), ""}}
	for _, x := range [][2]string{{"id", r.ID}, {"framework", r.Framework + " sha256:" + r.FrameworkSHA256}, {"data", strconv.FormatInt(r.DataVersion, 10)}, {"program", r.Code}, {"content", "sha256:" + r.Content}, {"reason", string(r.Reason)}, {"previous", r.Previous}} {
		facts.Rows = append(facts.Rows, WorkRow{Cells: []string{x[0], x[1]}})
	}
	for _, s := range r.Approvers {
		facts.Rows = append(facts.Rows, WorkRow{Cells: []string{c.t("work.approve"), s.Organisation + ", " + c.moment(s.At)}})
	}
	figures := WorkTable{Title: c.t("work.figures"), Head: []string{"", c.t("work.met"), c.t("work.partly"), c.t("work.not_met"), c.t("work.unknown"), c.t("work.total")}}
	for _, g := range f.Figures {
		n := g.Figure.Countries
		if n.Met == nil {
			continue
		}
		row := WorkRow{Cells: []string{g.Code + " " + g.Variant}}
		for _, v := range []int{*n.Met, *n.Partly, *n.NotMet, *n.Unknown, n.Total} {
			row.Cells = append(row.Cells, c.words.Int(int64(v)))
		}
		figures.Rows = append(figures.Rows, row)
	}
	diff := WorkTable{Title: c.t("work.differences"), Empty: c.t("work.none"), Head: []string{"", c.t("work.country"), c.t("work.was"), c.t("work.is"), c.t("work.reason")}}
	for _, d := range changes {
		diff.Rows = append(diff.Rows, WorkRow{Cells: []string{d.Code + " " + d.Variant, d.Country, d.Was, d.Is, string(d.Reason)}})
	}
	p.Tables = []WorkTable{facts, figures, diff}
	if me := c.me(); me.Somewhere(accounts.CreateRelease) == nil && r.State == publication.Frozen {
		propose := c.form("propose", "work.publish", WorkField{Name: "reason", Label: "work.reason", Required: true})
		propose.Lede = c.t("work.publish_lede")
		p.Forms = []WorkForm{propose}
	}
	return p, nil
}

func doRelease(c *call) (outcome, error) {
	r, _, err := c.s.config.Releases.Read(c.r.Context(), c.r.PathValue("release"))
	if err != nil {
		return outcome{}, err
	}
	_, err = c.s.config.Releases.Propose(c.r.Context(), c.people(), r.ID, c.value("reason"))
	return outcome{to: "/work/approvals"}, err
}
