package web

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"crypto"

	"waymark/internal/accounts"
	"waymark/internal/store/storetest"
)

// idp is a provider that speaks OpenID Connect: discovery, the code flow with PKCE, tokens signed with RS256,
// and its keys.
type idp struct {
	*httptest.Server
	t      *testing.T
	key    *rsa.PrivateKey
	codes  map[string]url.Values // what the browser brought, by code
	change func(claims map[string]any)
	alg    string
	signer *rsa.PrivateKey
}

func newIDP(t *testing.T) *idp {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &idp{t: t, key: key, signer: key, codes: map[string]url.Values{}, alg: "RS256", change: func(map[string]any) {}}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256", "none"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		id, secret, _ := r.BasicAuth()
		asked, ok := p.codes[r.PostForm.Get("code")]
		delete(p.codes, r.PostForm.Get("code"))
		sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
		if !ok || id != "waymark" || secret != "the-secret" || base64.RawURLEncoding.EncodeToString(sum[:]) != asked.Get("code_challenge") ||
			r.PostForm.Get("redirect_uri") != asked.Get("redirect_uri") {
			http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
			return
		}
		claims := map[string]any{"iss": p.URL, "aud": "waymark", "sub": "1", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
			"nonce": asked.Get("nonce"), "email": "zoe@example.org", "email_verified": true}
		p.change(claims)
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": p.sign(claims)})
	})
	p.Server = httptest.NewTLSServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *idp) sign(claims map[string]any) string {
	part := func(v any) string { b, _ := json.Marshal(v); return base64.RawURLEncoding.EncodeToString(b) }
	text := part(map[string]string{"alg": p.alg, "kid": "1", "typ": "JWT"}) + "." + part(claims)
	if p.alg == "none" {
		return text + "."
	}
	sum := sha256.Sum256([]byte(text))
	s, err := rsa.SignPKCS1v15(rand.Reader, p.signer, crypto.SHA256, sum[:])
	if err != nil {
		p.t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(s)
}

// elsewhere is a desk whose organisation a signs in with a provider, and zoe, who is invited there.
func elsewhere(t *testing.T) (*desk, *idp) {
	d, p := newDesk(t), newIDP(t)
	d.site.config.ProviderSecret = func(code string) (string, error) { return map[string]string{"a": "the-secret"}[code], nil }
	d.site.config.ProviderClient = p.Client()
	if err := d.people.SetProvider(storetest.Context(), "a", accounts.Provider{Issuer: p.URL, Client: "waymark"}, "tested"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.people.Invite(storetest.Context(), accounts.Person{Name: "Zoë", Email: "zoe@example.org", Organisation: "a"}); err != nil {
		t.Fatal(err)
	}
	return d, p
}

var goOn = regexp.MustCompile(`class="button" href="([^"]+)"`)

// begin chooses the organisation and gives what the browser brings to the provider, and its cookie.
func (d *desk) begin() (url.Values, *http.Cookie) {
	d.t.Helper()
	w := d.ask(http.MethodPost, "/fr/work/elsewhere", "", url.Values{"what": {"go"}, "organisation": {"a"}, "adult": {"yes"}, "next": {"/work/account"}})
	m := goOn.FindStringSubmatch(w.Body.String())
	if m == nil || len(w.Result().Cookies()) != 1 {
		d.t.Fatalf("%d %s", w.Code, w.Body)
	}
	u, err := url.Parse(html.UnescapeString(m[1]))
	if err != nil || u.Query().Get("state") == "" {
		d.t.Fatal(err)
	}
	return u.Query(), w.Result().Cookies()[0]
}

// back is what the provider sends the browser back with.
func (d *desk) back(p *idp, asked url.Values, cookie *http.Cookie) *httptest.ResponseRecorder {
	p.codes["code"] = asked
	return d.ask(http.MethodGet, "/en/work/elsewhere/back?code=code&state="+url.QueryEscape(asked.Get("state")), "", nil, func(r *http.Request) {
		if cookie != nil {
			r.AddCookie(cookie)
		}
	})
}

func TestSomebodyInvitedSignsInWithTheirOrganisation(t *testing.T) {
	d, p := elsewhere(t)
	asked, cookie := d.begin()
	if asked.Get("code_challenge_method") != "S256" || asked.Get("nonce") == "" || asked.Get("client_id") != "waymark" || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode {
		t.Errorf("%v %v", asked, cookie)
	}
	w := d.back(p, asked, cookie)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/fr/work/account" {
		t.Fatalf("%d %q %s", w.Code, w.Header().Get("Location"), w.Body)
	}
	var secret string
	for _, c := range w.Result().Cookies() {
		if c.Name == cookieLocal {
			secret = c.Value
		}
	}
	if w := d.ask(http.MethodGet, "/en/work/account", secret, nil); w.Code != http.StatusOK {
		t.Errorf("signed in, and the account answers %d", w.Code)
	}
	who, err := d.people.Present(t.Context(), secret)
	if err != nil || who.Strong {
		t.Errorf("a provider stands for the password alone: %+v %v", who, err)
	}
	if w := d.back(p, asked, cookie); w.Code != http.StatusNotFound {
		t.Errorf("a state is taken twice: %d", w.Code)
	}
}

func TestAProviderIsNotBelievedWhereAnythingIsNotAsItShouldBe(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	set := func(name string, v any) func(*idp) {
		return func(p *idp) { p.change = func(c map[string]any) { c[name] = v } }
	}
	for name, change := range map[string]func(*idp){
		"another issuer": set("iss", "https://evil.example"), "for another site": set("aud", "other"), "too old": set("exp", time.Now().Add(-time.Hour).Unix()),
		"another sign-in": set("nonce", "other"), "an address nobody checked": set("email_verified", false), "no address": set("email", ""),
		"somebody who was not invited": set("email", "eve@example.org"), "somebody of another organisation": set("email", "b@example.org"),
		"signed by another": func(p *idp) { p.signer = other }, "not signed": func(p *idp) { p.alg = "none" }, "another algorithm": func(p *idp) { p.alg = "RS512" },
	} {
		t.Run(name, func(t *testing.T) {
			d, p := elsewhere(t)
			change(p)
			asked, cookie := d.begin()
			w := d.back(p, asked, cookie)
			if w.Code < 400 {
				t.Errorf("signed in: %d", w.Code)
			}
			for _, c := range w.Result().Cookies() {
				if c.Name == cookieLocal {
					t.Error("a session was begun")
				}
			}
		})
	}
	d, p := elsewhere(t)
	asked, _ := d.begin()
	if w := d.back(p, asked, nil); w.Code < 400 {
		t.Errorf("another browser goes on with it: %d", w.Code)
	}
	asked, cookie := d.begin()
	asked.Set("code_challenge", "other")
	if w := d.back(p, asked, cookie); w.Code < 400 {
		t.Errorf("a code taken on its way is worth something: %d", w.Code)
	}
	for _, issuer := range []string{"http://login.example.org", "https://", "https://u:p@login.example.org", "javascript:alert(1)", "https://login.example.org?x=1"} {
		if err := d.people.SetProvider(storetest.Context(), "a", accounts.Provider{Issuer: issuer, Client: "x"}, "tested"); err == nil {
			t.Errorf("the issuer %q is taken", issuer)
		}
	}
}

func TestWithoutTheOperatorsSecretThereIsNoSignInElsewhere(t *testing.T) {
	d, _ := elsewhere(t)
	d.site.config.ProviderSecret = func(string) (string, error) { return "", nil }
	if w := d.ask(http.MethodPost, "/en/work/elsewhere", "", url.Values{"organisation": {"a"}}); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
	if w := d.ask(http.MethodGet, "/en/work/elsewhere", "", nil); strings.Contains(w.Body.String(), "<option") {
		t.Error("it is offered")
	}
}

// A provider cannot pass itself off as another: what it says of itself names the address it was asked at.
func TestAProviderThatSaysItIsAnotherIsRefused(t *testing.T) {
	d, p := elsewhere(t)
	if err := d.people.SetProvider(storetest.Context(), "a", accounts.Provider{Issuer: p.URL + "/", Client: "waymark"}, "tested"); err != nil {
		t.Fatal(err)
	}
	w := d.ask(http.MethodPost, "/en/work/elsewhere", "", url.Values{"what": {"go"}, "organisation": {"a"}, "adult": {"yes"}})
	if w.Code < 400 || goOn.MatchString(w.Body.String()) {
		t.Errorf("somebody is sent to it: %d", w.Code)
	}
}

// What the provider gives this site stays on this site.
func TestTokensOfAProviderNeverReachTheBrowser(t *testing.T) {
	d, p := elsewhere(t)
	asked, cookie := d.begin()
	w := d.back(p, asked, cookie)
	if w.Code != http.StatusSeeOther {
		t.Fatal(w.Code, w.Body)
	}
	var all strings.Builder
	_ = w.Result().Header.Write(&all) // into memory
	all.WriteString(w.Body.String())
	if said := all.String(); strings.Contains(said, "eyJ") || strings.Contains(said, "zoe@example.org") || strings.Contains(said, "the-secret") {
		t.Errorf("the browser is told %s", said)
	}
}
