package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/lang"
	"waymark/internal/publication"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// desk is a site with a workspace on a real database.
type desk struct {
	t       *testing.T
	site    *Server
	db      *store.DB
	people  *accounts.Service
	cookies map[string]string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	db := storetest.Open(t, "memory", store.Options{}).DB
	people := &accounts.Service{Store: db, Now: time.Now, Random: rand.Reader, Hasher: accounts.NewHasher(2), Name: "Waymark"}
	site := newSite(t, func(c *Config) {
		c.Origin = "" // the browser is on the machine itself
		c.Accounts = people
		c.Releases = &publication.Releases{Store: db}
	})
	storetest.People(t, db)
	return &desk{t, site, db, people, map[string]string{}}
}

// session signs somebody in, behind the forms, with the second factor just shown.
func (d *desk) session(person string) string {
	d.t.Helper()
	secret, err := accounts.NewSecret(rand.Reader)
	if err != nil {
		d.t.Fatal(err)
	}
	now := time.Now().UnixMicro()
	s := accounts.Session{ID: accounts.HashSecret(secret), Person: person, Strong: true, Created: now, Seen: now, SteppedUp: now}
	ctx := accounts.With(context.Background(), accounts.Actor{Person: person})
	if err := d.db.StartSession(ctx, s, ""); err != nil {
		d.t.Fatal(err)
	}
	return secret
}

// ask sends a request from the browser's own machine.
func (d *desk) ask(method, address, secret string, form url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
	d.t.Helper()
	r := httptest.NewRequest(method, address, strings.NewReader(form.Encode()))
	r.Host, r.RemoteAddr = "127.0.0.1:8080", "127.0.0.1:55555"
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if secret != "" {
		r.AddCookie(&http.Cookie{Name: cookieLocal, Value: secret})
	}
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	d.site.ServeHTTP(w, r)
	return w
}

// hold makes a person with one role in one scope and signs them in.
func (d *desk) hold(name string, role accounts.Role, scope accounts.Scope) string {
	d.t.Helper()
	change := accounts.Change{Act: accounts.ManagePeople, What: "tested"}
	p := accounts.Person{ID: "p-" + name, Name: name, Email: name + "@example.org", Organisation: "a", State: accounts.Active, TOTP: "JBSWY3DPEHPK3PXP"}
	if err := d.db.SavePerson(storetest.Context(), p, change); err != nil {
		d.t.Fatal(err)
	}
	if role != accounts.Nobody {
		g := accounts.Grant{ID: "g-" + name, Person: p.ID, Role: role, Scope: scope, From: "2020-01-01"}
		if err := d.db.SaveGrant(storetest.Context(), g, change); err != nil {
			d.t.Fatal(err)
		}
	}
	return d.session(p.ID)
}

// Promise 11: every address of the workspace for every role, given everywhere and for one country.
// What each may is read from the table of rights; a route that is registered and not in the table of
// routes fails, because routes come from that table alone.
func TestEveryRouteOpensForTheRolesThatHaveItsRight(t *testing.T) {
	d := newDesk(t)
	sessions := map[string]string{}
	for _, role := range append(accounts.Roles(), accounts.Nobody) {
		sessions[string(role)+" everywhere"] = d.hold("all"+string(role), role, accounts.Scope{})
		sessions[string(role)+" KEN"] = d.hold("ken"+string(role), role, accounts.Scope{Country: "KEN"})
	}
	for _, route := range d.site.workRoutes() {
		if route.act == "" && !route.open {
			t.Errorf("%s names no act", route.path)
		}
		address := "/en" + regexp.MustCompile(`\{\w+\}`).ReplaceAllString(route.path, "none")
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			if method == http.MethodPost && route.do == nil {
				if w := d.ask(method, address, sessions["administrator everywhere"], url.Values{}); w.Code != http.StatusMethodNotAllowed {
					t.Errorf("POST %s, which changes nothing, answers %d", address, w.Code)
				}
				continue
			}
			w := d.ask(method, address, "", url.Values{})
			half := method == http.MethodPost && route.path == "/work/second" // goes on with a session that is half begun
			if !half && route.open != (w.Header().Get("Location") != "/en/work/sign-in?next="+url.QueryEscape(address)) {
				t.Errorf("%s %s without signing in: %d, to %q", method, address, w.Code, w.Header().Get("Location"))
			}
			for who, secret := range sessions {
				role, where, _ := strings.Cut(who, " ")
				if route.open || route.path == "/work/account" && method == http.MethodPost {
					continue
				}
				// A page about everything is not opened by a role for one country.
				act, each := route.act, route.each
				if method == http.MethodPost && route.change != "" {
					act, each = route.change, false
				}
				may := accounts.MayRole(accounts.Role(role), act) && (where == "everywhere" || each) || act == accounts.OwnAccount
				w := d.ask(method, address, secret, url.Values{"what": {"none"}})
				if refused := w.Code == http.StatusForbidden; refused == may || w.Code >= 500 {
					t.Errorf("%s %s as %s answers %d, and may: %v", method, address, who, w.Code, may)
				}
			}
		}
	}
}

// What the forms ask for is asked again behind them: a page that shows a form gives no right.
func TestAFormGivesNoRight(t *testing.T) {
	d := newDesk(t)
	reader := d.hold("reader", accounts.Reader, accounts.Scope{})
	before, _ := d.db.DataVersion(context.Background())
	for address, form := range map[string]url.Values{
		"/en/work/organisations": {"code": {"evil"}, "name": {"Evil"}, "kind": {"ngo"}},
		"/en/work/approvals":     {"what": {"approve"}, "id": {"x"}, "reason": {"y"}},
		"/en/work/people":        {"what": {"role"}, "id": {"p-reader"}, "role": {"administrator"}, "reason": {"me"}},
	} {
		if w := d.ask(http.MethodPost, address, reader, form); w.Code < 400 {
			t.Errorf("%s: %d", address, w.Code)
		}
	}
	if after, _ := d.db.DataVersion(context.Background()); after != before {
		t.Error("something was changed")
	}
}

// Promise 16, forged requests: cross-site, same-site, a foreign and a null origin change nothing.
func TestForgedRequestsAreRefused(t *testing.T) {
	d := newDesk(t)
	admin := d.hold("admin", accounts.Administrator, accounts.Scope{})
	form := url.Values{"code": {"forged"}, "name": {"Forged"}, "kind": {"ngo"}}
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, change := range map[string]func(*http.Request){
		"cross-site": set("Sec-Fetch-Site", "cross-site"), "same-site": set("Sec-Fetch-Site", "same-site"),
		"another origin": set("Origin", "https://evil.example"), "null origin": set("Origin", "null"),
	} {
		if w := d.ask(http.MethodPost, "/en/work/organisations", admin, form, change); w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if _, err := d.db.Organisation(context.Background(), "forged"); err == nil {
		t.Fatal("a forged request was carried out")
	}
	if w := d.ask(http.MethodPost, "/en/work/organisations", admin, form, set("Sec-Fetch-Site", "same-origin")); w.Code != http.StatusSeeOther {
		t.Errorf("the page's own form: %d %s", w.Code, w.Body)
	}
}

// From an invitation to a code, and out again: as a browser without JavaScript does it.
func TestSomebodyTakesAnInvitationUpAndSignsInAgain(t *testing.T) {
	d := newDesk(t)
	_, link, err := d.people.Invite(storetest.Context(), accounts.Person{Name: "Zoë <script>alert(1)</script>", Email: "zoe@example.org", Organisation: "a"})
	if err != nil {
		t.Fatal(err)
	}
	page := d.ask(http.MethodGet, "/en/work/link/invite?token="+link, "", nil)
	if page.Code != 200 || strings.Contains(page.Body.String(), "<script>alert") {
		t.Fatal(page.Code, page.Body)
	}
	const password = "a boat on the quiet lake"
	fixed := strings.Repeat("x", 43) // a session somebody else chose for the browser
	w := d.ask(http.MethodPost, "/en/work/link/invite", fixed, url.Values{"token": {link}, "name": {"Zoë"}, "password": {password}, "adult": {"yes"}})
	secret := cookieOf(t, w)
	if w.Code != http.StatusSeeOther || secret == fixed || secret == "" {
		t.Fatalf("%d, the session is %q", w.Code, secret)
	}
	w = d.ask(http.MethodPost, "/en/work/account", secret, url.Values{"what": {"begin"}})
	key := regexp.MustCompile(`<bdi dir="ltr">([A-Z2-7]{32})<`).FindStringSubmatch(w.Body.String())
	if key == nil {
		t.Fatalf("no key is shown: %d %s", w.Code, w.Body)
	}
	again := d.ask(http.MethodPost, "/en/work/account", secret, url.Values{"what": {"confirm"}, "code": {"000000"}})
	if again.Code != http.StatusBadRequest || !strings.Contains(again.Body.String(), `role="alert"`) {
		t.Errorf("a wrong code: %d", again.Code)
	}
	p, err := d.people.Store.PersonByEmail(context.Background(), "zoe@example.org")
	if err != nil || p.HasSecond() {
		t.Fatal(p, err)
	}
	p.TOTP = key[1]
	if err := d.db.SavePerson(storetest.Context(), p, accounts.Change{Act: accounts.OwnAccount, What: "tested"}); err != nil {
		t.Fatal(err)
	}
	w = d.ask(http.MethodPost, "/fr/work/sign-in", "", url.Values{"email": {"zoe@example.org"}, "password": {password}, "next": {"/fr/work/audit"}})
	half := cookieOf(t, w)
	if to := w.Header().Get("Location"); to != "/fr/work/second?next=/work/audit" {
		t.Errorf("sent to %q", to)
	}
	if w := d.ask(http.MethodGet, "/fr/work/account", half, nil); w.Code != http.StatusSeeOther {
		t.Errorf("the password alone opens the account: %d", w.Code)
	}
	w = d.ask(http.MethodPost, "/en/work/sign-out", secret, url.Values{"everywhere": {"yes"}})
	if w.Header().Get("Clear-Site-Data") == "" || cookieOf(t, w) != "" {
		t.Errorf("signed out: %v", w.Header())
	}
	if w := d.ask(http.MethodGet, "/en/work/account", secret, nil); w.Code != http.StatusSeeOther {
		t.Errorf("signed out, and the account opens: %d", w.Code)
	}
}

func cookieOf(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	cookies := w.Result().Cookies()
	if len(cookies) == 0 {
		return ""
	}
	c := cookies[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure != strings.HasPrefix(c.Name, "__Host-") {
		t.Errorf("the cookie is %+v", c)
	}
	return c.Value
}

func TestAPasswordIsTakenOverHTTPSOrOnTheMachineItselfOnly(t *testing.T) {
	d := newDesk(t)
	far := func(r *http.Request) { r.Host, r.RemoteAddr = "cop.example.org", "203.0.113.9:1234" }
	rebound := func(r *http.Request) { r.Host = "evil.example" } // DNS rebinding: our machine, another name
	form := url.Values{"email": {"a@example.org"}, "password": {"x"}}
	for name, change := range map[string]func(*http.Request){"from far": far, "under another name": rebound} {
		if w := d.ask(http.MethodPost, "/en/work/sign-in", "", form, change); w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	d.site.config.Origin = "https://cop.example.org"
	_, link, err := d.people.Invite(storetest.Context(), accounts.Person{Name: "B", Email: "bb@example.org", Organisation: "a"})
	if err != nil {
		t.Fatal(err)
	}
	w := d.ask(http.MethodPost, "/en/work/link/invite", "", url.Values{"token": {link}, "name": {"B"}, "password": {"a boat on the quiet lake"}, "adult": {"yes"}}, far)
	if c := w.Result().Cookies(); len(c) != 1 || c[0].Name != cookieSecure || !c[0].Secure {
		t.Errorf("over https: %d %v", w.Code, c)
	}
}

func TestAfterSigningInNobodyIsSentElsewhere(t *testing.T) {
	d := newDesk(t)
	for next, want := range map[string]string{
		"/en/work/audit": "/work/audit", "/work/account": "/work/account", "": "/work", "https://evil.example/work": "/work", "//evil.example/work": "/work",
		"/en//evil.example": "/work", `/work/\evil.example`: "/work", "/work" + "/../../x": "/work", "/workshop": "/work", "/work?x=1": "/work", "javascript:alert(1)": "/work",
	} {
		r := httptest.NewRequest(http.MethodGet, "/en/work/sign-in?next="+url.QueryEscape(next), nil)
		c := &call{s: d.site, r: r, tag: lang.English}
		if got := c.next(); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
}

// Promise 17: the same answer for an address somebody has and one nobody has, and no cookie before
// signing in.
func TestAddressesCannotBeFoundOutAndReadersGetNoCookie(t *testing.T) {
	d := newDesk(t)
	var bodies []string
	for _, email := range []string{"a@example.org", "nobody@example.org"} {
		w := d.ask(http.MethodPost, "/en/work/sign-in", "", url.Values{"email": {email}, "password": {"wrong password here"}})
		f := d.ask(http.MethodPost, "/en/work/sign-in", "", url.Values{"what": {"forgot"}, "email": {email}})
		bodies = append(bodies, http.StatusText(w.Code)+http.StatusText(f.Code)+strings.ReplaceAll(w.Body.String()+f.Body.String(), email, "ADDRESS"))
	}
	if bodies[0] != bodies[1] {
		t.Error("the answers differ")
	}
	for _, address := range []string{"/en/work/sign-in", "/checkpoint.txt", "/en/", "/en/reports", "/en/work/waiting", "/en/work"} {
		if c := d.ask(http.MethodGet, address, "", nil).Result().Cookies(); len(c) > 0 {
			t.Errorf("%s sets %v", address, c)
		}
	}
}

func TestEveryPageOfTheWorkspaceHasTheHeadersAndIsNeverKept(t *testing.T) {
	d := newDesk(t)
	admin := d.hold("admin", accounts.Administrator, accounts.Scope{})
	for _, route := range d.site.workRoutes() {
		for _, tag := range []string{"en", "ar"} {
			w := d.ask(http.MethodGet, "/"+tag+strings.Replace(route.path, "{release}", "none", 1), admin, nil)
			for name := range securityHeaders {
				if !slices.Equal(w.Header()[name], securityHeaders[name]) {
					t.Errorf("%s: %s is %q", route.path, name, w.Header()[name])
				}
			}
			if w.Header().Get("Cache-Control") != noStore || strings.Contains(w.Body.String(), "style=") || strings.Contains(strings.ReplaceAll(w.Body.String(), `<script src="/static/`, ""), "<script") {
				t.Errorf("%s: %q, or a style or script of its own", route.path, w.Header().Get("Cache-Control"))
			}
			if w.Code == 200 && tag == "ar" && strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") && !strings.Contains(w.Body.String(), `dir="rtl"`) {
				t.Errorf("%s is not laid out from the right", route.path)
			}
		}
	}
}

// freezeOne keeps a release with one figure.
func (d *desk) freezeOne(id string, opens int64) publication.Release {
	d.t.Helper()
	const body = `{"framework":"f@1","figures":[]}`
	sum := sha256.Sum256([]byte(body))
	r := publication.Release{ID: id, Title: "Yearly " + id, State: publication.Frozen, Opens: opens, Created: 1, Content: hex.EncodeToString(sum[:])}
	if err := d.db.SaveRelease(storetest.Context(), r, []byte(body)); err != nil {
		d.t.Fatal(err)
	}
	return r
}

// Promises 12 and 13 through the forms: two people of one organisation cannot publish, two of two
// can; and under embargo the address answers as one that nobody ever gave.
func TestAReleaseIsPublishedByTwoOrganisationsAndNeverEarly(t *testing.T) {
	d := newDesk(t)
	first := d.hold("first", accounts.Publisher, accounts.Scope{})
	second := d.hold("second", accounts.Publisher, accounts.Scope{}) // of the same organisation
	reader := d.hold("reader", accounts.Reader, accounts.Scope{})
	other := d.session("person-b")
	opens := time.Now().Add(time.Hour).UnixMicro()
	d.freezeOne("r1", opens)
	address := "/en/reports/r1"
	hidden := func(secret string) bool {
		w, none := d.ask(http.MethodGet, address, secret, nil), d.ask(http.MethodGet, "/en/reports/r9", secret, nil)
		list := d.ask(http.MethodGet, "/en/reports", secret, nil)
		same := w.Code == none.Code && strings.ReplaceAll(w.Body.String(), "r1", "r9") == none.Body.String() && w.Header().Get("Content-Length") == none.Header().Get("Content-Length")
		return same && !strings.Contains(list.Body.String(), "r1")
	}
	if !hidden("") || !hidden(reader) || hidden(first) {
		t.Error("what waits for its day is not seen by those who work on it alone")
	}
	if w := d.ask(http.MethodPost, address, reader, url.Values{"reason": {"me"}}); w.Code != http.StatusNotFound {
		t.Errorf("proposed by a reader: %d", w.Code)
	}
	if w := d.ask(http.MethodPost, address, first, url.Values{"reason": {"the yearly report"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("proposed: %d %s", w.Code, w.Body)
	}
	waiting, err := d.db.Approvals(context.Background(), accounts.Open)
	if err != nil || len(waiting) != 1 {
		t.Fatal(waiting, err)
	}
	yes := url.Values{"what": {"approve"}, "id": {waiting[0].ID}, "reason": {"agreed"}}
	for _, secret := range []string{first, second} {
		if w := d.ask(http.MethodPost, "/en/work/approvals", secret, yes); w.Code != http.StatusForbidden {
			t.Errorf("approved within one organisation: %d", w.Code)
		}
	}
	if w := d.ask(http.MethodPost, "/en/work/approvals", other, yes); w.Code != http.StatusSeeOther {
		t.Fatalf("approved: %d %s", w.Code, w.Body)
	}
	r, err := d.db.Release(context.Background(), "r1")
	if err != nil || r.State != publication.Embargoed || !hidden("") || !hidden(reader) {
		t.Errorf("approved and under embargo: %s, hidden: %v, %v", r.State, hidden(""), err)
	}
	d.freezeOne("r2", 0)
	w := d.ask(http.MethodGet, "/en/reports/r2", "", nil)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "not approved by a second organisation") {
		t.Errorf("a frozen set that nobody approved is shown as %d %s", w.Code, w.Body)
	}
}
