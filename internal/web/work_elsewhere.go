package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/lang"
)

// Signing in with the provider of one's organisation: OpenID Connect, the code flow with PKCE, state and
// nonce. It stands for the password; it makes no account.

// The cookie that ties a sign-in elsewhere to the browser that began it. It lives ten minutes.
const (
	stateSecure = "__Host-waymark-state"
	stateLocal  = "waymark-state"
)

// away is what this site remembers while somebody is at their provider.
type away struct {
	Organisation string `json:"organisation"`
	Verifier     string `json:"verifier"`
	Nonce        string `json:"nonce"`
	Browser      string `json:"browser"` // hash of what the cookie holds
	Next         string `json:"next"`
	Tag          string `json:"tag"`
	Adult        bool   `json:"adult"`
}

var errProvider = fault.New(fault.Unavailable, "The sign-in of your organisation does not answer as it should.", "Try again later, or sign in another way.").WithKey("error.provider_answer", nil)

// providers lists the organisations whose sign-in is set up: by an administrator, and with a secret
// by the operator.
func (c *call) providers() ([]accounts.Organisation, error) {
	if c.s.config.ProviderSecret == nil {
		return nil, nil
	}
	list, err := c.people().Store.Organisations(c.r.Context())
	var out []accounts.Organisation
	for _, o := range list {
		if o.Provider.Issuer == "" {
			continue
		}
		if secret, _ := c.s.config.ProviderSecret(o.Code); secret != "" {
			out = append(out, o)
		}
	}
	return out, err
}

// client speaks to a provider: a few seconds, no redirect to elsewhere.
func (s *Server) providerContext(ctx context.Context) context.Context {
	client := s.config.ProviderClient
	if client == nil {
		client = &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return oidc.ClientContext(ctx, client)
}

// provider asks a provider for its addresses and keys.
func (c *call) provider(code string) (context.Context, *oidc.Provider, *oauth2.Config, error) {
	o, err := c.people().Store.Organisation(c.r.Context(), code)
	if err != nil {
		return nil, nil, nil, err
	}
	secret := ""
	if c.s.config.ProviderSecret != nil {
		if secret, err = c.s.config.ProviderSecret(code); err != nil {
			return nil, nil, nil, err
		}
	}
	if o.Provider.Issuer == "" || secret == "" {
		return nil, nil, nil, fault.New(fault.NotFound, "This organisation has no sign-in of its own here.", "Sign in another way.").WithKey("error.provider_answer", nil)
	}
	ctx := c.s.providerContext(c.r.Context())
	p, err := oidc.NewProvider(ctx, o.Provider.Issuer)
	if err != nil {
		return nil, nil, nil, because(err)
	}
	return ctx, p, &oauth2.Config{ClientID: o.Provider.Client, ClientSecret: secret, Endpoint: p.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "email"},
		RedirectURL: c.site() + "/" + string(lang.English) + "/work/elsewhere/back"}, nil
}

func because(err error) error {
	f := *errProvider
	f.Cause = err
	return &f
}

func showElsewhere(c *call) (WorkPage, error) {
	p := c.page("work.elsewhere")
	p.Lede = c.t("work.elsewhere_lede")
	list, err := c.providers()
	var options []WorkOption
	for _, o := range list {
		options = append(options, WorkOption{o.Code, o.Name})
	}
	if options == nil {
		p.Notice = c.t("work.elsewhere_none")
		return p, err
	}
	p.Forms = []WorkForm{c.form("go", "work.elsewhere_button", hiddenField("next", c.next()), WorkField{Name: "organisation", Label: "work.organisation", Kind: "select", Options: options},
		WorkField{Name: "adult", Label: "work.adult", Kind: "checkbox", Value: "yes"})}
	return p, err
}

// doElsewhere remembers what is to come back, and shows where to go on. It is a link and no redirect: a
// form of this site sends nowhere else (form-action 'self').
func doElsewhere(c *call) (outcome, error) {
	if err := c.s.maySignIn(c.r); err != nil {
		return outcome{}, err
	}
	_, provider, config, err := c.provider(c.value("organisation"))
	if err != nil {
		return outcome{}, err
	}
	var secrets [3]string
	for i := range secrets {
		if secrets[i], err = accounts.NewSecret(rand.Reader); err != nil {
			return outcome{}, err
		}
	}
	state, nonce, browser := secrets[0], secrets[1], secrets[2]
	a := away{Organisation: c.value("organisation"), Verifier: oauth2.GenerateVerifier(), Nonce: nonce, Browser: accounts.HashSecret(browser), Next: c.next(), Tag: string(c.tag), Adult: c.value("adult") == "yes"}
	doc, err := json.Marshal(a)
	if err != nil {
		return outcome{}, err
	}
	if err := c.people().Keep(c.r.Context(), state, string(doc)); err != nil {
		return outcome{}, err
	}
	c.setState(browser)
	address := config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(a.Verifier))
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" {
		return outcome{}, because(fmt.Errorf("the provider %s sends to %q", provider.Endpoint().AuthURL, address))
	}
	p := c.page("work.elsewhere")
	p.Go = Link{Text: plain(c.t("work.elsewhere_go", "Host", u.Host)), Href: address}
	return outcome{page: &p}, nil
}

func (c *call) stateName() string {
	if c.s.isSecure(c.r) {
		return stateSecure
	}
	return stateLocal
}

func (c *call) setState(value string) {
	k := &http.Cookie{Name: c.stateName(), Value: value, Path: "/", HttpOnly: true, Secure: c.s.isSecure(c.r), SameSite: http.SameSiteLaxMode, MaxAge: 600}
	if value == "" {
		k.MaxAge = -1
	}
	http.SetCookie(c.w, k)
}

// backFromElsewhere takes what the provider sends back: the same browser, a state that was given once, a code
// that only this site can turn into a token, and a token that was made for this sign-in.
func backFromElsewhere(c *call, w http.ResponseWriter) error {
	if err := c.s.maySignIn(c.r); err != nil {
		return err
	}
	doc, err := c.people().Brought(c.r.Context(), c.value("state"))
	if err != nil {
		return err
	}
	var a away
	if err := json.Unmarshal([]byte(doc), &a); err != nil {
		return err
	}
	cookie, err := c.r.Cookie(c.stateName())
	if err != nil || subtle.ConstantTimeCompare([]byte(accounts.HashSecret(cookie.Value)), []byte(a.Browser)) != 1 {
		return fault.New(fault.Forbidden, "This sign-in was begun in another browser.", "Begin again here.").WithKey("error.ceremony", nil)
	}
	c.setState("")
	ctx, provider, config, err := c.provider(a.Organisation)
	if err != nil {
		return err
	}
	email, err := vouched(ctx, provider, config, c.value("code"), &a)
	if err != nil {
		return because(err)
	}
	e, err := c.people().SignInElsewhere(c.r.Context(), a.Organisation, email, a.Adult, c.s.network(c.r))
	if err != nil {
		return err
	}
	c.s.setSession(w, c.r, e.Secret)
	c.tag = lang.Tag(a.Tag)
	if e.NeedsSecond {
		c.leave("/work/second?next=" + url.QueryEscape(a.Next))
		return nil
	}
	c.leave(a.Next)
	return nil
}

// vouched gives the address that a provider vouches for.
func vouched(ctx context.Context, provider *oidc.Provider, config *oauth2.Config, code string, a *away) (string, error) {
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return "", err
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return "", fmt.Errorf("the provider gave no id_token")
	}
	id, err := provider.Verifier(&oidc.Config{ClientID: config.ClientID, SupportedSigningAlgs: []string{oidc.RS256, oidc.ES256}}).Verify(ctx, raw)
	if err != nil {
		return "", err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.Nonce)) != 1 {
		return "", fmt.Errorf("the token was made for another sign-in")
	}
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := id.Claims(&claims); err != nil {
		return "", err
	}
	if !claims.Verified || claims.Email == "" {
		return "", fmt.Errorf("the provider does not vouch for an e-mail address")
	}
	return claims.Email, nil
}
