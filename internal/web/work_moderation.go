package web

import (
	"strconv"
	"strings"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/lang"
	"waymark/internal/reference"
)

// showQueue lists what waits for a moderator: near-duplicates as one text with their number.
func showQueue(c *call) (WorkPage, error) {
	s := c.s.config.Consulting
	if s == nil {
		return WorkPage{}, noRound("")
	}
	p := c.page("mod.title")
	p.Lede = c.t("mod.lede")
	queue, err := s.Queue(c.r.Context())
	if err != nil {
		return p, err
	}
	grounds := []WorkOption{{"", "–"}}
	for _, g := range consultation.Removals {
		grounds = append(grounds, WorkOption{string(g), c.t("compile.removed_" + string(g))})
	}
	table := WorkTable{Title: c.t("mod.waiting"), Empty: c.t("mod.none"), Head: []string{c.t("mod.text"), c.t("mod.times"), c.t("mod.differing"), c.t("mod.why"), ""}}
	for _, q := range queue {
		first := &q.Comments[0]
		words := strings.Join(first.Text, "\n")
		for _, a := range q.Changes {
			words += " · " + a.Old + " → " + a.New
		}
		var ids []string
		for _, k := range q.Comments {
			ids = append(ids, k.ID)
		}
		id := strconv.Itoa(q.Round) + " " + strings.Join(ids, " ")
		row := WorkRow{Cells: []string{words, "× " + c.words.Int(int64(len(ids))), strings.Join(q.Differing, " "), c.t("mod.held_" + first.Held)}}
		show, pass := c.inRow("show", "mod.show", first.ID), c.inRow("pass", "mod.pass", first.ID)
		gone := c.inRow("remove", "mod.remove", first.ID, WorkField{Name: "ground", Label: "mod.ground", Kind: "select", Options: grounds})
		row.Forms = []WorkForm{show, gone, pass}
		for i := range row.Forms {
			for j := range row.Forms[i].Fields {
				if row.Forms[i].Fields[j].Name == "id" {
					row.Forms[i].Fields[j].Value = id
				}
			}
		}
		table.Rows = append(table.Rows, row)
	}
	p.Tables = []WorkTable{table}
	waiting, err := s.Unconfirmed(c.r.Context())
	if err != nil || len(waiting) == 0 {
		return p, err
	}
	links := WorkTable{Title: c.t("mod.unconfirmed"), Head: []string{c.t("work.email"), c.t("mod.link")}}
	for _, w := range waiting {
		links.Rows = append(links.Rows, WorkRow{Cells: []string{w.Email, c.site() + c.to("/work/link/confirm?token="+w.Link)}})
	}
	p.Tables = append(p.Tables, links)
	return p, nil
}

func doQueue(c *call) (outcome, error) {
	s := c.s.config.Consulting
	ids := strings.Fields(c.value("id"))
	if s == nil || len(ids) < 2 {
		return outcome{}, errNoAct
	}
	round, err := strconv.Atoi(ids[0])
	if err != nil {
		return outcome{}, errNoAct
	}
	ctx := c.r.Context()
	switch c.value("what") {
	case "show":
		err = s.Show(ctx, round, ids[1:])
	case "remove":
		err = s.TakeAway(ctx, round, ids[1:], consultation.Removal(c.value("ground")))
	case "pass":
		err = s.PassOn(ctx, round, ids[1:])
	default:
		err = errNoAct
	}
	return outcome{to: "/work/moderation"}, err
}

// showRounds lists the rounds for those who hold them, with the form of a new one.
func showRounds(c *call) (WorkPage, error) {
	s := c.s.config.Consulting
	if s == nil {
		return WorkPage{}, noRound("")
	}
	p := c.page("rounds.title")
	p.Lede = c.t("rounds.lede")
	rounds, err := s.Rounds(c.r.Context())
	if err != nil {
		return p, err
	}
	options := func(prefix string, values ...string) []WorkOption {
		var out []WorkOption
		for _, v := range values {
			out = append(out, WorkOption{v, c.t(prefix + v)})
		}
		return out
	}
	table := WorkTable{Title: c.t("rounds.list"), Empty: c.t("work.none"), Head: []string{"#", c.t("rounds.name"), c.t("consultation.kind"), c.t("consultation.period"), c.t("consultation.state"), ""}}
	next := 1
	for i := range rounds {
		r := &rounds[i]
		next = max(next, r.Number+1)
		row := WorkRow{Cells: []string{strconv.Itoa(r.Number), r.Title, c.t("consultation.kind_" + string(r.Kind)), r.Period.Start.String() + " – " + r.Period.End.String(), c.t("consultation.state_" + string(r.State))}}
		if r.State != consultation.Adopted {
			seen := hiddenField("seen", strconv.Itoa(r.RowVersion))
			change := c.inRow("state", "work.save", strconv.Itoa(r.Number), seen,
				WorkField{Name: "state", Label: "consultation.state", Kind: "select", Value: string(r.State), Options: options("consultation.state_", "draft", "open", "closed")},
				WorkField{Name: "end", Label: "rounds.end", Kind: "date", Value: r.Period.End.String()})
			if r.Kind == consultation.Children {
				change.Fields = append(change.Fields, WorkField{ID: "feedback-" + strconv.Itoa(r.Number), Name: "feedback", Label: c.t("rounds.feedback"), Kind: "textarea", Value: r.Feedback})
			}
			row.Forms = []WorkForm{change}
		}
		table.Rows = append(table.Rows, row)
	}
	p.Tables = []WorkTable{table}
	var languages []WorkField
	for _, tag := range lang.Tags() {
		languages = append(languages, WorkField{ID: "lang-" + string(tag), Name: "lang", Kind: "checkbox", Value: string(tag), Label: c.t("language." + string(tag)), Checked: c.r.Method != "POST" || contains(c.r.Form["lang"], string(tag))})
	}
	f := c.form("new", "rounds.make", hiddenField("number", strconv.Itoa(next)),
		WorkField{Name: "title", Label: "rounds.name", Value: c.value("title"), Fill: "off", Required: true},
		WorkField{Name: "version", Label: "compile.version", Value: firstOf(c.value("version"), c.s.newestVersion(c)), Fill: "off", Required: true},
		WorkField{Name: "kind", Label: "consultation.kind", Kind: "select", Value: c.value("kind"), Options: options("consultation.kind_", "open", "closed", "roundtable", "bilateral", "children")},
		WorkField{Name: "start", Label: "rounds.start", Kind: "date", Value: c.value("start"), Required: true},
		WorkField{Name: "end", Label: "rounds.end", Kind: "date", Value: c.value("end"), Required: true},
		WorkField{Name: "zone", Label: "rounds.zone", Value: firstOf(c.value("zone"), "Europe/Zurich"), Fill: "off", Required: true},
		WorkField{Name: "policy", Label: "consultation.policy", Kind: "select", Value: c.value("policy"), Options: options("consultation.policy_", "organisations", "people", "pseudonymous")},
		WorkField{Name: "contact", Label: "consultation.safeguarding", Hint: c.t("rounds.contact_hint"), Value: c.value("contact"), Fill: "off"})
	f.Title, f.Fields = c.t("rounds.new"), append(f.Fields, languages...)
	p.Forms = []WorkForm{f}
	var open []WorkOption
	for _, r := range rounds {
		if r.State == consultation.Open || r.State == consultation.Draft {
			open = append(open, WorkOption{strconv.Itoa(r.Number), strconv.Itoa(r.Number) + " · " + r.Title})
		}
	}
	if open != nil {
		invite := c.form("invite", "rounds.invite_button", WorkField{Name: "id", Label: "rounds.round", Kind: "select", Value: c.value("id"), Options: open},
			WorkField{Name: "name", Label: "work.name", Value: c.value("name"), Fill: "off", Required: true},
			WorkField{Name: "email", Label: "work.email", Kind: "email", Value: c.value("email"), Fill: "off", Required: true},
			WorkField{Name: "organisation", Label: "work.organisation", Value: c.value("organisation"), Fill: "off", Required: true})
		invite.Title, invite.Lede = c.t("rounds.invite"), c.t("rounds.invite_lede")
		p.Forms = append(p.Forms, invite)
	}
	return p, nil
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// newestVersion is the version that a new round most likely is about.
func (s *Server) newestVersion(c *call) string {
	snap, err := s.config.Publication.Snapshot(c.r.Context())
	if err != nil {
		return ""
	}
	v, err := snap.FrameworkVersion("")
	if err != nil {
		return ""
	}
	return v.ID()
}

func doRounds(c *call) (outcome, error) {
	s := c.s.config.Consulting
	if s == nil {
		return outcome{}, noRound("")
	}
	ctx := c.r.Context()
	day := func(name string) (reference.Date, error) {
		at, err := time.Parse(time.DateOnly, c.value(name))
		if err != nil {
			return 0, fault.New(fault.Refused, "A day is missing.", "Write it as 2026-03-01.").WithKey("error.day", nil)
		}
		return reference.Date(at.Year()*10000 + int(at.Month())*100 + at.Day()), nil
	}
	switch c.value("what") {
	case "invite":
		return c.inviteToRound(s)
	case "state":
		rounds, err := s.Rounds(ctx)
		if err != nil {
			return outcome{}, err
		}
		for _, r := range rounds {
			if strconv.Itoa(r.Number) != c.value("id") {
				continue
			}
			r.RowVersion, _ = strconv.Atoi(c.value("seen")) // a wrong one is stale
			r.State = consultation.State(c.value("state"))
			if r.Period.End, err = day("end"); err != nil {
				return outcome{}, err
			}
			if r.Kind == consultation.Children {
				if _, err := consultation.Sift(s.Hosts, c.value("feedback")); err != nil {
					return outcome{}, err
				}
				r.Feedback = strings.TrimSpace(c.value("feedback"))
			}
			return outcome{to: "/work/rounds"}, s.SaveRound(ctx, r)
		}
		return outcome{}, noRound(c.value("id"))
	case "new":
		r := consultation.Round{Version: strings.TrimSpace(c.value("version")), Title: strings.TrimSpace(c.value("title")), Kind: consultation.Kind(c.value("kind")), Zone: strings.TrimSpace(c.value("zone")),
			Policy: consultation.Policy(c.value("policy")), State: consultation.Draft, Safeguarding: strings.TrimSpace(c.value("contact"))}
		if r.Kind == consultation.Children {
			r.Policy = consultation.Pseudonymous
		}
		r.Number, _ = strconv.Atoi(c.value("number")) // Check says what is wrong
		var err error
		if r.Period.Start, err = day("start"); err != nil {
			return outcome{}, err
		}
		if r.Period.End, err = day("end"); err != nil {
			return outcome{}, err
		}
		if _, err := time.LoadLocation(r.Zone); err != nil {
			return outcome{}, fault.New(fault.Refused, "There is no such time zone.", "Write it as Europe/Zurich or UTC.").WithKey("error.zone", nil)
		}
		for _, v := range c.r.Form["lang"] {
			if tag, ok := lang.Parse(v); ok {
				r.Languages = append(r.Languages, tag)
			}
		}
		if _, err := consultation.Sift(s.Hosts, r.Title); err != nil {
			return outcome{}, err
		}
		return outcome{to: "/work/rounds"}, s.SaveRound(ctx, r)
	}
	return outcome{}, errNoAct
}

// inviteToRound makes a link for one round. With mail it is sent, else shown this once.
func (c *call) inviteToRound(s *consultation.Service) (outcome, error) {
	rounds, err := s.Rounds(c.r.Context())
	if err != nil {
		return outcome{}, err
	}
	for _, r := range rounds {
		if strconv.Itoa(r.Number) != c.value("id") {
			continue
		}
		person := accounts.Person{Name: c.value("name"), Email: c.value("email"), Organisation: strings.TrimSpace(c.value("organisation")), Language: string(c.tag)}
		_, secret, err := c.people().InviteToRound(c.r.Context(), person, c.value("id"), accounts.Day(r.Period.End.String()))
		if err != nil || secret == "" {
			return outcome{to: "/work/rounds"}, err
		}
		return c.keep("rounds.title", "work.link_keep", c.site()+c.to("/work/link/round?token="+secret)), nil
	}
	return outcome{}, noRound(c.value("id"))
}
