package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/api"
	"waymark/internal/consultation"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// desk is the interface over a database with two people, a round that is open and no evidence.
type desk struct {
	http.Handler
	t      *testing.T
	db     *store.DB
	people *accounts.Service
	who    accounts.Principal
	other  accounts.Principal // of another organisation
	lists  *monitoring.Service
	now    time.Time
}

func openDesk(t *testing.T, db *store.DB, change ...func(*api.Config)) *desk {
	t.Helper()
	ctx := storetest.Context()
	world, err := reference.Shipped()
	must(t, err)
	var areas []store.Area
	for _, a := range world.Areas() {
		areas = append(areas, store.Area{Code: a.Code, Parent: a.Parent, Kind: string(a.Level)})
	}
	must(t, db.SaveAreas(ctx, areas))
	versions, err := framework.Shipped()
	must(t, err)
	for _, v := range versions {
		must(t, db.SaveVersion(ctx, v))
	}
	version := func(ctx context.Context, id string) (*framework.Version, error) {
		name, number, err := framework.ParseID(id, publication.DefaultFramework)
		if err != nil {
			return nil, err
		}
		return db.Version(ctx, name, number)
	}
	d := &desk{t: t, db: db, now: time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return d.now }
	d.people = &accounts.Service{Store: db, Now: now, Random: rand.Reader, Name: "Waymark"}
	d.who, d.other = storetest.People(t, db)
	imports := &monitoring.Service{Store: db, World: world, Propose: d.people.Propose, Framework: func(ctx context.Context) (*framework.Version, error) { return version(ctx, "1") }}
	d.lists = imports
	must(t, imports.RegisterShipped(ctx))
	rounds := &consultation.Service{Store: db, Version: version, Organisations: func(context.Context) ([]consultation.Organisation, error) {
		return []consultation.Organisation{{Code: "a", Name: "Organisation a", Type: "ngo"}}, nil
	}}
	must(t, rounds.SaveRound(ctx, consultation.Round{Number: 5, Version: "cop-2015@1", Title: "A round", Kind: consultation.OpenRound, Policy: consultation.NamedOrganisations, State: consultation.Open,
		Period: reference.Period{Start: reference.Day(2026, 1, 1), End: reference.Day(2026, 2, 1)}}))
	c := api.Config{Publication: publication.NewService(db, world, now), Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: now,
		Accounts: d.people, Imports: imports, Consultations: rounds, Requests: db}
	for _, f := range change {
		f(&c)
	}
	d.Handler = api.New(c)
	return d
}

// token makes a token of the person in one role.
func (d *desk) token(role accounts.Role, scope accounts.Scope) string {
	d.t.Helper()
	_, text, err := d.people.IssueToken(accounts.Enter(d.t.Context(), d.who), "for a test", role, scope, "")
	must(d.t, err)
	return text
}

func (d *desk) send(method, address, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(d.t.Context(), method, address, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:4711"
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

const (
	list     = "indicator,area,period,answer\nlanzarote,KEN,2020,yes\nlanzarote,TZA,2020,no\n"
	imports  = "/api/v1/imports?source=%s&as=observations&name=list.csv"
	comments = "/api/v1/consultations/5/comments"
	remark   = `{"text":["Please say who reports."],"element":"T1","language":"en"}`
)

// writes are one good call of every operation that changes something, and the role it needs.
var writes = []struct {
	name, address, body string
	role                accounts.Role
}{
	{"import", fmt.Sprintf(imports, "treaties"), list, accounts.Contributor},
	{"comment", comments, remark, accounts.Contributor},
}

func (d *desk) version() int64 {
	d.t.Helper()
	v, err := d.db.DataVersion(d.t.Context())
	must(d.t, err)
	return v
}

func TestAWriteSentThreeTimesUnderOneKeyHappensOnceAndAnswersTheSame(t *testing.T) {
	for _, e := range storetest.Engines(t) {
		for _, c := range writes {
			t.Run(e.Name+" "+c.name, func(t *testing.T) {
				d := openDesk(t, storetest.Open(t, e.Name, store.Options{}).DB)
				auth := "Bearer " + d.token(c.role, accounts.Scope{})
				before := d.version()
				var first []byte
				for n := range 3 {
					w := d.send("POST", c.address, c.body, "Authorization", auth, "Idempotency-Key", "one", "Content-Type", "application/json")
					if w.Code != http.StatusOK {
						t.Fatalf("time %d: %d %s", n+1, w.Code, w.Body)
					}
					if first == nil {
						first = w.Body.Bytes()
					}
					if !bytes.Equal(first, w.Body.Bytes()) {
						t.Errorf("time %d answers %s, the first time %s", n+1, w.Body, first)
					}
				}
				if v := d.version(); v != before+1 {
					t.Errorf("%d acts in the trail, want 1", v-before)
				}
				w := d.send("POST", c.address, c.body+" ", "Authorization", auth, "Idempotency-Key", "one", "Content-Type", "application/json")
				if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "another request") {
					t.Errorf("the key with another body: %d %s", w.Code, w.Body)
				}
			})
		}
	}
}

func TestTwoRequestsAtOnceUnderOneKeyHaveOneEffect(t *testing.T) {
	for _, e := range storetest.Engines(t) {
		for _, c := range writes {
			t.Run(e.Name+" "+c.name, func(t *testing.T) {
				d := openDesk(t, storetest.Open(t, e.Name, store.Options{}).DB)
				auth := "Bearer " + d.token(c.role, accounts.Scope{})
				before := d.version()
				var bodies [4]string
				var all sync.WaitGroup
				for i := range bodies {
					all.Go(func() {
						w := d.send("POST", c.address, c.body, "Authorization", auth, "Idempotency-Key", "race", "Content-Type", "application/json")
						bodies[i] = fmt.Sprint(w.Code, w.Body)
					})
				}
				all.Wait()
				for _, b := range bodies {
					if b != bodies[0] || !strings.HasPrefix(b, "200") {
						t.Errorf("answers differ: %s and %s", b, bodies[0])
					}
				}
				if v := d.version(); v != before+1 {
					t.Errorf("%d acts in the trail, want 1", v-before)
				}
			})
		}
	}
}

func TestAnImportThatChangesNothingAnswersTheSameLater(t *testing.T) {
	d := openDesk(t, storetest.Open(t, "memory", store.Options{}).DB)
	auth := "Bearer " + d.token(accounts.Contributor, accounts.Scope{})
	address := fmt.Sprintf(imports, "treaties")
	send := func(key, body string) string {
		w := d.send("POST", address, body, "Authorization", auth, "Idempotency-Key", key)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", key, w.Code, w.Body)
		}
		return w.Body.String()
	}
	var first struct{ Batch, Waiting *string }
	must(t, json.Unmarshal([]byte(send("a", list)), &first))
	if first.Batch != nil || first.Waiting == nil {
		t.Fatalf("a list of one organisation does not wait: %+v", first)
	}
	seen := func() int {
		rows, err := d.db.Observations(t.Context(), monitoring.ObservationQuery{})
		must(t, err)
		return len(rows)
	}
	if n := seen(); n != 0 {
		t.Errorf("%d observations count before the approval", n)
	}
	_, err := d.people.Decide(accounts.Enter(t.Context(), d.other), *first.Waiting, true, "compared with the source")
	must(t, err)
	if n := seen(); n != 2 {
		t.Errorf("%d observations count after the approval, want 2", n)
	}
	nothing := send("b", list)
	if !strings.Contains(nothing, `"batch":null`) {
		t.Errorf("the same list again stored something: %s", nothing)
	}
	send("c", strings.Replace(list, "yes", "no", 1))
	before := d.version()
	if again := send("b", list); again != nothing || d.version() != before {
		t.Errorf("repeated later it says %s, at first %s; acts %d", again, nothing, d.version()-before)
	}
}

func TestADryRunShowsWhatAnImportWouldDoAndStoresNothing(t *testing.T) {
	d := openDesk(t, storetest.Open(t, "memory", store.Options{}).DB)
	before := d.version()
	w := d.send("POST", fmt.Sprintf(imports, "treaties")+"&dryRun=true", list, "Authorization", "Bearer "+d.token(accounts.Contributor, accounts.Scope{}))
	var out struct {
		Batch  *string
		DryRun bool
		Counts monitoring.Tally
	}
	must(t, json.Unmarshal(w.Body.Bytes(), &out))
	if w.Code != http.StatusOK || !out.DryRun || out.Batch != nil || out.Counts.New != 2 || d.version() != before+1 { // the token
		t.Errorf("%d %s, %d acts", w.Code, w.Body, d.version()-before)
	}
}

func TestARefusedWriteSaysWhyAndHowToMendIt(t *testing.T) {
	d := openDesk(t, storetest.Open(t, "memory", store.Options{}).DB)
	good := "Bearer " + d.token(accounts.Contributor, accounts.Scope{})
	kenya := "Bearer " + d.token(accounts.Contributor, accounts.Scope{Country: "KEN"})
	verifier := "Bearer " + d.token(accounts.Verifier, accounts.Scope{})
	id, revoked, err := d.people.IssueToken(accounts.Enter(t.Context(), d.who), "to be revoked", accounts.Contributor, accounts.Scope{}, "")
	must(t, err)
	must(t, d.people.RevokeToken(storetest.Context(), id.ID, "tested"))
	before := d.version()
	address := fmt.Sprintf(imports, "treaties")
	for _, c := range []struct {
		name, method, address, body string
		headers                     []string
		status                      int
		says                        string
	}{
		{"no token", "POST", address, list, []string{"Idempotency-Key", "k"}, 401, "token"},
		{"a cookie instead", "POST", address, list, []string{"Idempotency-Key", "k", "Cookie", "waymark=" + strings.Repeat("x", 43)}, 401, "cookies count for nothing"},
		{"mistyped", "POST", address, list, []string{"Idempotency-Key", "k", "Authorization", good[:len(good)-1] + "!"}, 401, "not valid"},
		{"revoked", "POST", address, list, []string{"Idempotency-Key", "k", "Authorization", "Bearer " + revoked}, 401, "not valid"},
		{"another way to sign in", "GET", "/api/v1/figures", "", []string{"Authorization", "Basic YTpi"}, 401, "Bearer"},
		{"no key", "POST", address, list, []string{"Authorization", good}, 422, "Idempotency-Key"},
		{"a key with a blank", "POST", address, list, []string{"Authorization", good, "Idempotency-Key", "a b"}, 422, "Idempotency-Key"},
		{"another role", "POST", address, list, []string{"Authorization", verifier, "Idempotency-Key", "k"}, 403, "none of your roles"},
		{"a narrower scope", "POST", address, list, []string{"Authorization", kenya, "Idempotency-Key", "k"}, 403, "none of your roles"},
		{"no source", "POST", "/api/v1/imports", list, []string{"Authorization", good, "Idempotency-Key", "k"}, 422, "source"},
		{"an unknown source", "POST", fmt.Sprintf(imports, "nobody"), list, []string{"Authorization", good, "Idempotency-Key", "k"}, 404, "no source"},
		{"an unknown mapping", "POST", "/api/v1/imports?source=treaties&as=nothing", list, []string{"Authorization", good, "Idempotency-Key", "k"}, 404, "nothing"},
		{"a bad row", "POST", address, list + "lanzarote,Atlantis,2020,yes\n", []string{"Authorization", good, "Idempotency-Key", "k"}, 422, "row 4, column area"},
		{"no file", "POST", address, "", []string{"Authorization", good, "Idempotency-Key", "k"}, 400, "required"},
		{"no words", "POST", comments, `{"text":[" "]}`, []string{"Authorization", good, "Idempotency-Key", "k", "Content-Type", "application/json"}, 422, "no words"},
		{"no such element", "POST", comments, `{"text":["Yes."],"element":"T99"}`, []string{"Authorization", good, "Idempotency-Key", "k", "Content-Type", "application/json"}, 412, "T99"},
		{"no such round", "POST", "/api/v1/consultations/77/comments", remark, []string{"Authorization", good, "Idempotency-Key", "k", "Content-Type", "application/json"}, 404, "consultation 77"},
		{"for somebody else", "POST", comments, strings.Replace(remark, "{", `{"organisation":"b",`, 1), []string{"Authorization", "Bearer " + d.token(accounts.Contributor, accounts.Scope{Organisation: "a"}), "Idempotency-Key", "k", "Content-Type", "application/json"}, 403, "none of your roles"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := d.send(c.method, c.address, c.body, c.headers...)
			var p struct{ Title, Detail, Fix string }
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
				t.Fatalf("%v in %s", err, w.Body)
			}
			if w.Code != c.status || p.Title == "" || p.Detail == "" || p.Fix == "" || !strings.Contains(w.Body.String(), c.says) {
				t.Errorf("%d, want %d with detail and fix that say %q: %s", w.Code, c.status, c.says, w.Body)
			}
			if (w.Code == 401) != (w.Header().Get("WWW-Authenticate") != "") {
				t.Errorf("%d with WWW-Authenticate %q", w.Code, w.Header().Get("WWW-Authenticate"))
			}
		})
	}
	if v := d.version(); v != before+1 { // the one token made in the table
		t.Errorf("refused writes left %d acts", v-before-1)
	}
}

func TestATokenIsTakenOverAPrivateLineOnlyAndLeavesNothingInACache(t *testing.T) {
	d := openDesk(t, storetest.Open(t, "memory", store.Options{}).DB)
	token := "Bearer " + d.token(accounts.Contributor, accounts.Scope{})
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/api/v1/sources", http.NoBody)
	r.RemoteAddr = "203.0.113.9:4711"
	r.Header.Set("Authorization", token)
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "https") {
		t.Errorf("over a public line in the clear: %d %s", w.Code, w.Body)
	}
	w = d.send("GET", "/api/v1/sources", "", "Authorization", token)
	if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("ETag") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestTooManyCallsAreToldHowLongToWait(t *testing.T) {
	d := openDesk(t, storetest.Open(t, "memory", store.Options{}).DB, func(c *api.Config) { c.Pace = accounts.Pace{Burst: 3, Every: 10 * time.Second} })
	token := "Bearer " + d.token(accounts.Contributor, accounts.Scope{})
	for n := range 3 {
		if w := d.send("GET", "/api/v1/sources", ""); w.Code != http.StatusOK {
			t.Fatalf("call %d: %d", n, w.Code)
		}
	}
	w := d.send("GET", "/api/v1/sources", "")
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "10" || !strings.Contains(w.Body.String(), `"fix"`) {
		t.Errorf("the fourth: %d, Retry-After %q, %s", w.Code, w.Header().Get("Retry-After"), w.Body)
	}
	if w := d.send("GET", "/api/v1/sources", "", "Authorization", token); w.Code != http.StatusOK {
		t.Errorf("with a token of its own pace: %d", w.Code)
	}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/api/v1/sources", http.NoBody)
	r.RemoteAddr = "198.51.100.7:1"
	other := httptest.NewRecorder()
	d.ServeHTTP(other, r)
	if other.Code != http.StatusOK {
		t.Errorf("from another network: %d", other.Code)
	}
	d.now = d.now.Add(10 * time.Second)
	if w := d.send("GET", "/api/v1/sources", ""); w.Code != http.StatusOK {
		t.Errorf("after waiting: %d", w.Code)
	}
	for range 700 { // beyond the burst of a token
		w = d.send("GET", "/api/v1/sources", "", "Authorization", token)
	}
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
		t.Errorf("a token used 700 times at once: %d", w.Code)
	}
}

func TestAHeldCommentIsNotListedAndItsWordsAreNowhere(t *testing.T) {
	d := openDesk(t, storetest.Open(t, "memory", store.Options{}).DB)
	auth := "Bearer " + d.token(accounts.Contributor, accounts.Scope{})
	for i, text := range []string{"Plain words.", "See canary-address.example.net for more."} {
		w := d.send("POST", comments, fmt.Sprintf(`{"text":[%q]}`, text), "Authorization", auth, "Idempotency-Key", fmt.Sprint("c", i), "Content-Type", "application/json")
		if w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	w := d.send("GET", comments, "")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Plain words") || strings.Contains(w.Body.String(), "canary") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
