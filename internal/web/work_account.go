package web

import (
	"encoding/json"
	"net/http"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
)

func (c *call) moment(us int64) string {
	if us == 0 {
		return "–"
	}
	t := time.UnixMicro(us).UTC()
	return t.Format("2006-01-02 15:04") + " UTC"
}

func showAccount(c *call) (WorkPage, error) {
	ctx, me := c.r.Context(), c.me()
	p := c.page("work.account")
	held, err := c.people().Export(ctx, me.Person)
	if err != nil {
		return p, err
	}
	if !held.Person.HasSecond() {
		p.Notice = c.t("work.second_missing")
	}
	key := func(name, label, kind, fill string) WorkField {
		return WorkField{Name: name, Label: label, Kind: kind, Fill: fill, Required: true}
	}
	app := c.form("begin", "work.app_button")
	app.Title, app.Lede = c.t("work.app"), c.t("work.app_lede")
	pass := c.form("password", "work.save", key("old", "work.password_old", "password", "current-password"), key("password", "work.password_new", "password", "new-password"))
	pass.Title = c.t("work.password")
	codes := c.form("codes", "work.codes_button")
	codes.Title, codes.Lede = c.t("work.codes"), c.t("work.codes_lede")
	token := c.form("token", "work.token_button", key("name", "work.token_name", "text", "off"),
		WorkField{Name: "role", Label: "work.role", Kind: "select", Options: c.roles()},
		scopeFields()[0], scopeFields()[1], scopeFields()[2], WorkField{Name: "until", Label: "work.until", Kind: "date"})
	token.Title, token.Lede = c.t("work.tokens"), c.t("work.token_lede")
	erase := c.form("erase", "work.erase_button", key("sure", "work.erase_sure", "checkbox", ""))
	erase.Fields[len(erase.Fields)-1].Value = "yes"
	erase.Title, erase.Lede = c.t("work.erase"), c.t("work.erase_lede")
	everywhere := c.form("", "work.sign_out_everywhere", hiddenField("everywhere", "yes"))
	everywhere.Action = c.to("/work/sign-out")
	p.Forms = []WorkForm{app, pass, codes, token, everywhere, erase}
	if add, ok := c.passkeyForm(&p, "create", "add-key", "work.passkey_first", "work.passkey_make", key("name", "work.passkey_name", "text", "off")); ok {
		p.Forms = append([]WorkForm{add}, p.Forms...)
	}

	roles := WorkTable{Title: c.t("work.roles"), Empty: c.t("work.none"), Head: []string{c.t("work.role"), c.t("work.scope"), c.t("work.until")}}
	for _, g := range held.Grants {
		roles.Rows = append(roles.Rows, WorkRow{Cells: []string{string(g.Role), g.Scope.String(), string(g.To)}})
	}
	sessions, err := c.sessionTable()
	if err != nil {
		return p, err
	}
	tokens := WorkTable{Title: c.t("work.tokens"), Empty: c.t("work.none"), Head: []string{c.t("work.token_name"), c.t("work.role"), c.t("work.scope"), c.t("work.until"), c.t("work.seen"), ""}}
	for _, t := range held.Tokens {
		row := WorkRow{Cells: []string{t.Name, string(t.Role), t.Scope.String(), c.moment(t.Expires), c.moment(t.Used)}}
		if t.Revoked == 0 {
			row.Forms = []WorkForm{c.inRow("revoke", "work.end", t.ID)}
		}
		tokens.Rows = append(tokens.Rows, row)
	}
	p.Tables = []WorkTable{roles, c.passkeyTable(held), sessions, tokens}
	p.Menu = append(p.Menu, Link{Text: plain(c.t("work.own_data")), Href: c.to("/work/account/data.json")})
	return p, nil
}

func (c *call) roles() []WorkOption {
	var out []WorkOption
	for _, r := range accounts.Roles() {
		out = append(out, WorkOption{string(r), string(r)})
	}
	return out
}

func doAccount(c *call) (outcome, error) {
	ctx, s, secret := c.r.Context(), c.people(), c.s.secretOf(c.r)
	if out, ok, err := c.doPasskey(); ok {
		return out, err
	}
	switch c.value("what") {
	case "begin":
		key, address, err := s.BeginTOTP(ctx, secret)
		if err != nil {
			return outcome{}, err
		}
		p := c.page("work.app")
		p.Lede, p.Keep = c.t("work.app_enter"), []string{key, address}
		p.Forms = []WorkForm{c.form("confirm", "work.second_button", WorkField{Name: "code", Label: "work.code", Fill: "one-time-code", Required: true})}
		return outcome{page: &p}, nil
	case "confirm":
		e, codes, err := s.ConfirmTOTP(ctx, secret, c.value("code"))
		if err != nil {
			return outcome{}, err
		}
		c.s.setSession(c.w, c.r, e.Secret)
		return c.keep("work.codes", "work.codes_keep", codes...), nil
	case "codes":
		codes, err := s.NewRecoveryCodes(ctx, secret)
		if err != nil {
			return outcome{}, err
		}
		return c.keep("work.codes", "work.codes_keep", codes...), nil
	case "password":
		e, err := s.ChangePassword(ctx, secret, c.r.PostFormValue("old"), c.r.PostFormValue("password"))
		if err != nil {
			return outcome{}, err
		}
		c.s.setSession(c.w, c.r, e.Secret)
		return outcome{to: "/work/account"}, nil
	case "token":
		role, err := accounts.ParseRole(c.value("role"))
		if err != nil {
			return outcome{}, err
		}
		until, err := accounts.ParseDay(c.value("until"))
		if err != nil {
			return outcome{}, err
		}
		_, text, err := s.IssueToken(ctx, c.value("name"), role, c.scope(), until)
		if err != nil {
			return outcome{}, err
		}
		return c.keep("work.tokens", "work.token_keep", text), nil
	case "end-session":
		return outcome{to: "/work/account"}, s.EndSession(ctx, c.value("id"))
	case "revoke":
		return outcome{to: "/work/account"}, s.RevokeToken(ctx, c.value("id"), "")
	case "erase":
		if c.value("sure") != "yes" {
			return outcome{to: "/work/account"}, nil
		}
		if err := s.Erase(ctx, c.me().Person, "asked for by the person"); err != nil {
			return outcome{}, err
		}
		c.s.setSession(c.w, c.r, "")
		return outcome{to: "/work/sign-in"}, nil
	}
	return outcome{}, errForm
}

var errForm = fault.New(fault.Refused, "The form is not one of this page.", "Open the page again and send it from there.").WithKey("error.refused", nil)

// keep is a page that shows something this once.
func (c *call) keep(title, notice string, what ...string) outcome {
	p := c.page(title)
	p.Notice, p.Keep = c.t(notice), what
	return outcome{page: &p}
}

func sendOwnData(c *call, w http.ResponseWriter) error {
	held, err := c.people().Export(c.r.Context(), c.me().Person)
	if err != nil {
		return err
	}
	own := struct {
		*accounts.Held
		Drafts []consultation.Contribution `json:",omitempty"` // comments not sent yet
	}{Held: held}
	if s := c.consulting(); s != nil {
		rounds, err := s.Store.Rounds(c.r.Context())
		if err != nil {
			return err
		}
		for _, r := range rounds {
			drafts, err := s.Store.Contributions(c.r.Context(), r.Number, c.me().Person)
			if err != nil {
				return err
			}
			own.Drafts = append(own.Drafts, drafts...)
		}
	}
	body, err := json.MarshalIndent(own, "", "  ")
	if err != nil {
		return err
	}
	a := &answer{contentType: "application/json", body: body, control: noStore, filename: c.s.fileName("waymark-my-data.json")}
	a.seal("").send(w, c.r)
	return nil
}
