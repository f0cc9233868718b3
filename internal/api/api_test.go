package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"waymark/internal/accounts"
	"waymark/internal/api"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

var update = flag.Bool("update", false, "write openapi.json anew")

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// site is the interface over the shipped evidence, in memory.
type site struct {
	http.Handler
	imports *monitoring.Service
}

func serve(t testing.TB) site {
	t.Helper()
	ctx, db := storetest.Context(), storetest.Open(t, "memory", store.Options{}).DB
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
	imports := &monitoring.Service{Store: db, World: world, Framework: func(ctx context.Context) (*framework.Version, error) {
		return db.Version(ctx, publication.DefaultFramework, 0)
	}}
	must(t, imports.RegisterShipped(ctx))
	must(t, imports.LoadShipped(ctx))
	now := func() time.Time { return time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC) }
	return site{api.New(api.Config{Publication: publication.NewService(db, world, now), Log: slog.New(slog.NewTextHandler(io.Discard, nil))}), imports}
}

func (s site) ask(t testing.TB, method, address, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// get asks for an address that must answer and decodes what it answers.
func get[T any](t testing.TB, s site, address string) T {
	t.Helper()
	w := s.ask(t, http.MethodGet, address, "")
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", address, w.Code, w.Body)
	}
	var out T
	must(t, json.Unmarshal(w.Body.Bytes(), &out))
	return out
}

func TestOpenAPIIsTheCommittedOneAndChangesOnlyWithItsVersion(t *testing.T) {
	spec, err := api.Spec()
	must(t, err)
	var indented bytes.Buffer
	must(t, json.Indent(&indented, spec, "", " "))
	indented.WriteByte('\n')
	committed, err := os.ReadFile("openapi.json")
	if *update {
		var old struct{ Info struct{ Version string } }
		if err == nil && json.Unmarshal(committed, &old) == nil && old.Info.Version == api.Version && !bytes.Equal(committed, indented.Bytes()) {
			t.Fatalf("the description changed and its version is still %s: raise api.Version first", api.Version)
		}
		must(t, os.WriteFile("openapi.json", indented.Bytes(), 0o644))
		return
	}
	must(t, err)
	if !bytes.Equal(committed, indented.Bytes()) {
		t.Error("openapi.json is not what the server sends: raise api.Version and run this test with -update")
	}
}

// calls are one good call of every operation.
var calls = []struct {
	method, path, address, body string
	role                        accounts.Role // of the token it is sent with; empty: none
}{
	{"get", "/api/v1/figures", "/api/v1/figures?variant=all", "", ""},
	{"get", "/api/v1/figures", "/api/v1/figures?code=T1,T2&asOf=2022-12-31", "", ""},
	{"get", "/api/v1/countries", "/api/v1/countries", "", ""},
	{"get", "/api/v1/countries/{iso3}", "/api/v1/countries/AZE", "", ""},
	{"get", "/api/v1/countries/{iso3}", "/api/v1/countries/AIA", "", ""},
	{"get", "/api/v1/observations", "/api/v1/observations?area=KEN", "", ""},
	{"get", "/api/v1/observations", "/api/v1/observations?indicator=enforcement_criminal_convictions&limit=1000", "", ""},
	{"get", "/api/v1/sources", "/api/v1/sources", "", ""},
	{"get", "/api/v1/frameworks", "/api/v1/frameworks", "", ""},
	{"get", "/api/v1/frameworks/{version}", "/api/v1/frameworks/cop-2015@1", "", ""},
	{"get", "/api/v1/differences/{range}", "/api/v1/differences/cop-2015@1..cop-2015@1", "", ""},
	{"post", "/api/v1/impact", "/api/v1/impact", `[{"op":"set","thing":"variant","key":"T1x","field":"met","old":"lanzarote || budapest_as_listed || csec_meets","new":"lanzarote || budapest_as_listed"}]`, ""},
	{"post", "/api/v1/imports", "/api/v1/imports?source=treaties&as=observations&name=list.csv", list, accounts.Contributor},
	{"post", "/api/v1/imports", "/api/v1/imports?source=treaties&as=observations&dryRun=true", list, accounts.Contributor},
	{"post", "/api/v1/consultations/{n}/comments", comments, remark, accounts.Contributor},
	{"get", "/api/v1/consultations/{n}/comments", comments, "", accounts.Verifier},
}

func TestEveryAnswerIsAsDescribed(t *testing.T) {
	s := serve(t)
	spec, err := api.Spec()
	must(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(spec))
	must(t, err)
	compiler := jsonschema.NewCompiler()
	must(t, compiler.AddResource("openapi.json", doc))
	called := map[string]bool{}
	d := openDesk(t, storetest.Open(t, "memory", store.Options{}).DB)
	for i, c := range calls {
		called[c.method+" "+c.path] = true
		w := s.ask(t, strings.ToUpper(c.method), c.address, c.body, "Content-Type", "application/json")
		if c.role != "" {
			w = d.send(strings.ToUpper(c.method), c.address, c.body, "Content-Type", "application/json", "Idempotency-Key", fmt.Sprint(i), "Authorization", "Bearer "+d.token(c.role, accounts.Scope{}))
		}
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", c.address, w.Code, w.Body)
			continue
		}
		pointer := strings.NewReplacer("~", "~0", "/", "~1").Replace(c.path)
		schema, err := compiler.Compile(fmt.Sprintf("openapi.json#/paths/%s/%s/responses/200/content/application~1json/schema", pointer, c.method))
		must(t, err)
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
		must(t, err)
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s is not as described: %v", c.address, err)
		}
	}
	paths, _ := doc.(map[string]any)["paths"].(map[string]any)
	for path, operations := range paths {
		for method := range operations.(map[string]any) {
			if !called[method+" "+path] {
				t.Errorf("%s %s is described and never called by this test", method, path)
			}
		}
	}
}

func TestARefusalSaysWhatIsWrongAndHowToMendIt(t *testing.T) {
	s := serve(t)
	for _, c := range []struct {
		method, address, body string
		status                int
	}{
		{"GET", "/api/v1/figures?cod=T1", "", 422},
		{"GET", "/api/v1/figures?code=T9", "", 404},
		{"GET", "/api/v1/figures?variant=T1q", "", 404},
		{"GET", "/api/v1/figures?code=T1.1", "", 404},
		{"GET", "/api/v1/figures?asOf=", "", 422},
		{"GET", "/api/v1/figures?weights=0", "", 422},
		{"GET", "/api/v1/figures?asOf=2020-01-01&asOf=2021-01-01", "", 422},
		{"GET", "/api/v1/figures?asOf=r20260101-0123456789abcdef", "", 404},
		{"GET", "/api/v1/figures?release=nonsense", "", 404},
		{"GET", "/api/v1/figures?asOf=r20260101-0123456789abcdef&release=r20260101-0123456789abcde0", "", 422},
		{"GET", "/api/v1/observations?indicator=nothing", "", 404},
		{"GET", "/api/v1/observations?area=XXX", "", 404},
		{"GET", "/api/v1/observations?source=nobody", "", 404},
		{"GET", "/api/v1/observations?from=2021&to=2019", "", 422},
		{"GET", "/api/v1/observations?indicator=%zz", "", 422},
		{"GET", "/api/v1/sources?release=nonsense", "", 404},
		{"GET", "/api/v1/figures?asOf=2022-02-30", "", 422},
		{"GET", "/api/v1/figures?weights=1999", "", 422},
		{"GET", "/api/v1/figures?weights=many", "", 422},
		{"GET", "/api/v1/figures?universe=moon", "", 404},
		{"GET", "/api/v1/figures?v=cop-2015@9", "", 404},
		{"GET", "/api/v1/countries/XXX", "", 404},
		{"GET", "/api/v1/countries/KE", "", 422},
		{"GET", "/api/v1/observations?limit=0", "", 422},
		{"GET", "/api/v1/observations?limit=1001", "", 422},
		{"GET", "/api/v1/observations?cursor=nonsense", "", 422},
		{"GET", "/api/v1/observations?from=yesterday", "", 422},
		{"GET", "/api/v1/frameworks/other@1", "", 404},
		{"GET", "/api/v1/differences/cop-2015@1", "", 422},
		{"GET", "/api/v1/nothing", "", 404},
		{"POST", "/api/v1/figures", "", 405},
		{"DELETE", "/api/v1/countries/KEN", "", 405},
		{"POST", "/api/v1/impact", "not json", 400},
		{"POST", "/api/v1/impact", `[{"op":"explode"}]`, 422},
		{"POST", "/api/v1/impact", `[{"op":"set","thing":"variant","key":"T1x","field":"met","old":"something else","new":"lanzarote"}]`, 412},
		{"POST", "/api/v1/impact", strings.Repeat(" ", 2<<20), 413},
	} {
		w := s.ask(t, c.method, c.address, c.body, "Content-Type", "application/json")
		var p struct {
			Title, Detail, Fix string
			Status             int
		}
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Errorf("%s %s: %v in %s", c.method, c.address, err, w.Body)
			continue
		}
		if w.Code != c.status || p.Status != c.status || p.Detail == "" || p.Fix == "" || p.Title == "" || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d %q, want %d with detail and fix: %s", c.method, c.address, w.Code, w.Header().Get("Content-Type"), c.status, w.Body)
		}
		if w.Header().Get("ETag") != "" {
			t.Errorf("%s %s: an error has an ETag", c.method, c.address)
		}
	}
}

func TestMissingIsNullAndNoughtIsNought(t *testing.T) {
	s := serve(t)
	type list struct {
		Items []struct {
			Area   string
			Value  json.RawMessage
			Status string
			Note   string
		}
	}
	rows := get[list](t, s, "/api/v1/observations?indicator=enforcement_criminal_convictions&limit=1000").Items
	zeros, missing := 0, 0
	for _, r := range rows {
		switch {
		case string(r.Value) == "0" && r.Status == "A":
			zeros++
		case string(r.Value) == "null" && r.Status != "A":
			missing++
		case string(r.Value) == "null" || string(r.Value) == "0":
			t.Errorf("%s: value %s with status %s", r.Area, r.Value, r.Status)
		}
	}
	if zeros != 23 { // as the source prints them
		t.Errorf("%d true zeros, want 23", zeros)
	}
	if missing == 0 {
		t.Error("no missing value at all")
	}
	figure := get[struct {
		Items []map[string]json.RawMessage
	}](t, s, "/api/v1/figures?code=IM-1&variant=half").Items[0]
	var countries map[string]json.RawMessage
	must(t, json.Unmarshal(figure["countries"], &countries))
	for _, count := range []string{"met", "partly", "notMet", "unknown"} {
		if string(countries[count]) != "null" {
			t.Errorf("half credit has no status of its own, and %s is %s", count, countries[count])
		}
	}
	if string(figure["asOf"]) != "null" || string(figure["pace"]) != "null" {
		t.Errorf("asOf %s and pace %s, want null", figure["asOf"], figure["pace"])
	}
}

func TestPagesHoldEveryRowOnce(t *testing.T) {
	s := serve(t)
	type list struct {
		Items []struct{ Indicator, Area, Period, Item, Source string }
		Next  *string
	}
	seen := map[string]bool{}
	address := "/api/v1/observations?source=treaties&limit=97"
	for next, pages := "", 0; ; pages++ {
		if pages > 20 {
			t.Fatal("the pages do not end")
		}
		p := get[list](t, s, address+next)
		for _, r := range p.Items {
			key := fmt.Sprint(r)
			if seen[key] {
				t.Errorf("%s comes twice", key)
			}
			seen[key] = true
		}
		if p.Next == nil {
			break
		}
		next = "&cursor=" + *p.Next
	}
	if len(seen) != 708 {
		t.Errorf("%d rows, want the 708 that the shipped treaty list makes", len(seen))
	}
}

func TestACursorOfOlderDataIsGone(t *testing.T) {
	s := serve(t)
	p := get[struct{ Next *string }](t, s, "/api/v1/observations?limit=1")
	_, err := s.imports.Import(storetest.Context(), monitoring.Import{Name: "one.csv", Source: "csam_legislation", Mapping: generic(t),
		Data: []byte("area,indicator,period,answer\nKEN,mechanism_free,2020/..,yes\n")})
	must(t, err)
	w := s.ask(t, http.MethodGet, "/api/v1/observations?limit=1&cursor="+*p.Next, "")
	if w.Code != http.StatusGone || !strings.Contains(w.Body.String(), `"fix"`) {
		t.Errorf("%d %s, want 410 with how to go on", w.Code, w.Body)
	}
}

func generic(t testing.TB) *monitoring.Mapping {
	t.Helper()
	m, err := monitoring.ShippedMapping(monitoring.Generic)
	must(t, err)
	return m
}

func TestWhatAReaderHasIsNotSentAgainUntilTheDataChange(t *testing.T) {
	s := serve(t)
	first := s.ask(t, http.MethodGet, "/api/v1/figures", "")
	tag := first.Header().Get("ETag")
	if again := s.ask(t, http.MethodGet, "/api/v1/figures", "", "If-None-Match", tag); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("%d with %d bytes, want 304 without any", again.Code, again.Body.Len())
	}
	if other := s.ask(t, http.MethodGet, "/api/v1/countries", "", "If-None-Match", tag); other.Code != http.StatusOK {
		t.Errorf("another address answers %d to the tag of the first", other.Code)
	}
	_, err := s.imports.Import(storetest.Context(), monitoring.Import{Name: "one.csv", Source: "csam_legislation", Mapping: generic(t),
		Data: []byte("area,indicator,period,answer\nCHN,mechanism_exists,2020/..,yes\n")})
	must(t, err)
	changed := s.ask(t, http.MethodGet, "/api/v1/figures", "", "If-None-Match", tag)
	if changed.Code != http.StatusOK || !strings.Contains(changed.Body.String(), `"met":74`) {
		t.Errorf("after one more country has a mechanism: %d, and T2 is not 74", changed.Code)
	}
}

func TestAnswersAreCompressedWhenAsked(t *testing.T) {
	s := serve(t)
	plain := s.ask(t, http.MethodGet, "/api/v1/countries", "")
	packed := s.ask(t, http.MethodGet, "/api/v1/countries", "", "Accept-Encoding", "gzip, br")
	z, err := gzip.NewReader(packed.Body)
	must(t, err)
	body, err := io.ReadAll(z)
	must(t, err)
	if !bytes.Equal(body, plain.Body.Bytes()) || packed.Header().Get("ETag") == plain.Header().Get("ETag") {
		t.Error("the compressed answer is another one, or has the tag of the plain one")
	}
}
