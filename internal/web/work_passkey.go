package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"

	"waymark/internal/accounts"
)

// passkeySite is where passkeys of this site belong; without a host of a name there are none.
func (c *call) passkeySite() accounts.Site {
	origin := c.site()
	u, err := url.Parse(origin)
	if err != nil {
		return accounts.Site{}
	}
	host := u.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || net.ParseIP(host) != nil {
		return accounts.Site{}
	}
	return accounts.Site{Host: host, Origin: origin}
}

// passkeyForm is a form that a script sends with a passkey; ok tells that this site can have them.
func (c *call) passkeyForm(p *WorkPage, kind, what, title, button string, fields ...WorkField) (WorkForm, bool) {
	f := c.form(what, button, fields...)
	f.Title, f.Passkey, f.Ask = c.t(title), kind, c.to("/work/passkey")
	if c.passkeySite().Host == "" {
		return f, false
	}
	p.Script = "passkey.js"
	return f, true
}

// sendPasskey answers the script: what the browser needs to show or make a passkey.
func sendPasskey(c *call) (outcome, error) {
	if err := c.s.maySignIn(c.r); err != nil {
		return outcome{}, err
	}
	var body []byte
	var err error
	switch c.value("what") {
	case "get":
		body, err = c.people().AskKey(c.r.Context(), c.passkeySite(), c.s.network(c.r))
	case "create":
		body, err = c.people().OfferKey(c.r.Context(), c.passkeySite(), c.s.secretOf(c.r), c.value("token"))
	default:
		err = errForm
	}
	return outcome{json: body}, err
}

// signInWithKey takes the answer of a passkey, on the page where one signs in or shows it again.
func (c *call) signInWithKey() (outcome, error) {
	if err := c.s.maySignIn(c.r); err != nil {
		return outcome{}, err
	}
	e, err := c.people().SignInWithKey(c.r.Context(), c.passkeySite(), c.s.secretOf(c.r), c.r.PostFormValue("answer"), c.s.network(c.r))
	if err != nil {
		return outcome{}, err
	}
	c.s.setSession(c.w, c.r, e.Secret)
	return outcome{to: c.next()}, nil
}

// showPasskeyAsk is what somebody sees who opens the script's address: there is nothing to read.
func showPasskeyAsk(c *call) (WorkPage, error) { return showSignIn(c) }

func (c *call) passkeyTable(held *accounts.Held) WorkTable {
	t := WorkTable{Title: c.t("work.passkeys"), Empty: c.t("work.none"), Head: []string{c.t("work.name"), c.t("work.since"), ""}}
	for _, k := range held.Person.Passkeys {
		t.Rows = append(t.Rows, WorkRow{Cells: []string{k.Name, c.moment(k.Created)}, Forms: []WorkForm{
			c.inRow("rename-key", "work.save", k.ID, WorkField{Name: "name", Label: "work.name", Fill: "off", Value: k.Name, Required: true}),
			c.inRow("remove-key", "work.remove", k.ID),
		}})
	}
	return t
}

// doPasskey does what the forms about passkeys of the account page ask; false: it is another form.
func (c *call) doPasskey() (outcome, bool, error) {
	ctx, s, secret := c.r.Context(), c.people(), c.s.secretOf(c.r)
	home := outcome{to: "/work/account"}
	switch c.value("what") {
	case "add-key":
		e, codes, err := s.AddKey(ctx, c.passkeySite(), secret, c.value("name"), c.r.PostFormValue("answer"))
		if err != nil {
			return outcome{}, true, err
		}
		c.s.setSession(c.w, c.r, e.Secret)
		if codes != nil {
			return c.keep("work.codes", "work.codes_keep", codes...), true, nil
		}
		return home, true, nil
	case "rename-key":
		return home, true, s.NameKey(ctx, secret, c.value("id"), c.value("name"))
	case "remove-key":
		return home, true, s.RemoveKey(ctx, secret, c.value("id"))
	}
	return outcome{}, false, nil
}

func writeJSON(w http.ResponseWriter, r *http.Request, body []byte) {
	a := &answer{contentType: "application/json", body: body, control: noStore}
	a.seal("").send(w, r)
}
