package web

import (
	"waymark/internal/accounts"
)

func workHome(c *call) (WorkPage, error) {
	p := c.page("work.home")
	p.Lede = c.t("work.home_lede")
	if me := c.me(); me.IsSignedIn() {
		out := c.form("", "work.sign_out")
		everywhere := c.form("", "work.sign_out_everywhere", hiddenField("everywhere", "yes"))
		out.Action, everywhere.Action = c.to("/work/sign-out"), c.to("/work/sign-out")
		p.Forms = []WorkForm{out, everywhere}
	}
	return p, nil
}

func showSignIn(c *call) (WorkPage, error) {
	if err := c.s.maySignIn(c.r); err != nil {
		return WorkPage{}, err
	}
	p := c.page("work.sign_in")
	in := c.form("in", "work.sign_in", hiddenField("next", c.next()),
		WorkField{Name: "email", Label: "work.email", Kind: "email", Fill: "username", Value: c.value("email"), Required: true},
		WorkField{Name: "password", Label: "work.password", Kind: "password", Fill: "current-password", Required: true})
	forgot := c.form("forgot", "work.forgot_button", WorkField{Name: "email", Label: "work.email", Kind: "email", Fill: "username", Required: true})
	forgot.Title, forgot.Lede = c.t("work.forgot"), c.t("work.forgot_lede")
	p.Forms = []WorkForm{in, forgot}
	if key, ok := c.passkeyForm(&p, "get", "key", "work.passkey", "work.passkey_button", hiddenField("next", c.next())); ok {
		in.Title = c.t("work.password")
		p.Forms = []WorkForm{key, in, forgot}
	}
	if list, err := c.providers(); err == nil && len(list) > 0 {
		p.Menu = append(p.Menu, Link{Text: plain(c.t("work.elsewhere")), Href: c.to("/work/elsewhere")})
	}
	return p, nil
}

func doSignIn(c *call) (outcome, error) {
	if err := c.s.maySignIn(c.r); err != nil {
		return outcome{}, err
	}
	if c.value("what") == "key" {
		return c.signInWithKey()
	}
	if c.value("what") == "forgot" {
		if err := c.people().AskReset(c.r.Context(), c.value("email"), c.s.network(c.r)); err != nil {
			return outcome{}, err
		}
		p := c.page("work.forgot")
		p.Notice = c.t("work.forgot_done")
		return outcome{page: &p}, nil
	}
	e, err := c.people().SignIn(c.r.Context(), c.value("email"), c.r.PostFormValue("password"), c.s.network(c.r))
	if err != nil {
		return outcome{}, err
	}
	c.s.setSession(c.w, c.r, e.Secret)
	if e.NeedsSecond {
		return outcome{to: "/work/second?next=" + c.next()}, nil
	}
	return outcome{to: c.next()}, nil
}

func showSecond(c *call) (WorkPage, error) {
	p := c.page("work.second")
	p.Lede = c.t("work.second_lede")
	p.Forms = []WorkForm{c.form("", "work.second_button", hiddenField("next", c.next()),
		WorkField{Name: "code", Label: "work.code", Fill: "one-time-code", Required: true})}
	if key, ok := c.passkeyForm(&p, "get", "key", "work.passkey", "work.passkey_button", hiddenField("next", c.next())); ok {
		p.Forms = []WorkForm{key, p.Forms[0]}
	}
	return p, nil
}

// doSecond takes the code of somebody who is signing in, or of somebody who is to show it again.
func doSecond(c *call) (outcome, error) {
	if c.value("what") == "key" {
		return c.signInWithKey()
	}
	secret := c.s.secretOf(c.r)
	again := c.people().SecondFactor
	if !c.people().IsHalf(c.r.Context(), secret) {
		again = c.people().StepUp
	}
	e, err := again(c.r.Context(), secret, c.value("code"))
	if err != nil {
		return outcome{}, err
	}
	c.s.setSession(c.w, c.r, e.Secret)
	return outcome{to: c.next()}, nil
}

func doSignOut(c *call) (outcome, error) {
	if err := c.people().SignOut(c.r.Context(), c.value("everywhere") == "yes"); err != nil {
		return outcome{}, err
	}
	c.s.setSession(c.w, c.r, "")
	c.w.Header().Set("Clear-Site-Data", `"cache", "cookies", "storage"`)
	return outcome{to: "/work/sign-in"}, nil
}

func showInvite(c *call) (WorkPage, error) {
	person, _, err := c.people().Invitation(c.r.Context(), accounts.InviteLink, c.value("token"))
	if err != nil {
		return WorkPage{}, err
	}
	p := c.page("work.invite")
	p.Lede = c.t("work.invite_lede", "Organisation", person.Organisation)
	p.Forms = []WorkForm{c.form("", "work.invite_button", hiddenField("token", c.value("token")),
		WorkField{Name: "name", Label: "work.name", Fill: "name", Value: person.Name, Required: true},
		WorkField{Name: "password", Label: "work.password_new", Hint: c.t("work.password_hint"), Kind: "password", Fill: "new-password", Required: true},
		WorkField{Name: "adult", Label: "work.adult", Kind: "checkbox", Value: "yes", Required: true})}
	if key, ok := c.passkeyForm(&p, "create", "key", "work.passkey_first", "work.passkey_make", hiddenField("token", c.value("token")),
		WorkField{Name: "name", Label: "work.name", Fill: "name", Value: person.Name, Required: true},
		WorkField{Name: "adult", Label: "work.adult", Kind: "checkbox", Value: "yes", Required: true}); ok {
		p.Forms[0].Title = c.t("work.password")
		p.Forms = []WorkForm{key, p.Forms[0]}
	}
	return p, nil
}

func doInvite(c *call) (outcome, error) {
	if err := c.s.maySignIn(c.r); err != nil {
		return outcome{}, err
	}
	if c.value("what") == "key" {
		e, codes, err := c.people().TakeUpWithKey(c.r.Context(), c.passkeySite(), c.value("token"), c.value("name"), c.r.PostFormValue("answer"), c.value("adult") == "yes")
		if err != nil {
			return outcome{}, err
		}
		c.s.setSession(c.w, c.r, e.Secret)
		return c.keep("work.codes", "work.codes_keep", codes...), nil
	}
	e, err := c.people().TakeUp(c.r.Context(), c.value("token"), c.value("name"), c.r.PostFormValue("password"), c.value("adult") == "yes")
	if err != nil {
		return outcome{}, err
	}
	c.s.setSession(c.w, c.r, e.Secret)
	return outcome{to: "/work/account"}, nil
}

func showReset(c *call) (WorkPage, error) {
	if _, _, err := c.people().Invitation(c.r.Context(), accounts.ResetLink, c.value("token")); err != nil {
		return WorkPage{}, err
	}
	p := c.page("work.reset")
	p.Forms = []WorkForm{c.form("", "work.save", hiddenField("token", c.value("token")),
		WorkField{Name: "password", Label: "work.password_new", Hint: c.t("work.password_hint"), Kind: "password", Fill: "new-password", Required: true})}
	return p, nil
}

func doReset(c *call) (outcome, error) {
	if err := c.s.maySignIn(c.r); err != nil {
		return outcome{}, err
	}
	return outcome{to: "/work/sign-in"}, c.people().Reset(c.r.Context(), c.value("token"), c.r.PostFormValue("password"))
}

func showRound(c *call) (WorkPage, error) {
	if _, _, err := c.people().Invitation(c.r.Context(), accounts.RoundLink, c.value("token")); err != nil {
		return WorkPage{}, err
	}
	p := c.page("work.round")
	p.Lede = c.t("work.round_lede")
	p.Forms = []WorkForm{c.form("", "work.round_button", hiddenField("token", c.value("token")))}
	return p, nil
}

func doRound(c *call) (outcome, error) {
	if err := c.s.maySignIn(c.r); err != nil {
		return outcome{}, err
	}
	e, err := c.people().OpenRound(c.r.Context(), c.value("token"))
	if err != nil {
		return outcome{}, err
	}
	c.s.setSession(c.w, c.r, e.Secret)
	if c.s.config.Consulting != nil && e.Session.Round != "" {
		return outcome{to: "/work/say/" + e.Session.Round}, nil
	}
	return outcome{to: "/consultations"}, nil
}
