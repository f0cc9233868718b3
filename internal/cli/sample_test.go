package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/lang"
	"waymark/internal/publication"
	"waymark/internal/sample"
	"waymark/internal/store"
)

var sampleTime = time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)

var sampleMade bool // somebody asked for madeOnce

// madeOnce is the file of a sample that the tests copy: making one hashes a dozen passwords.
var madeOnce = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "waymark-sample-")
	if err != nil {
		return "", err
	}
	sampleMade = true
	file := filepath.Join(dir, "sample.db")
	return file, makeSample(operator(context.Background()), file, sampleTime)
})

func operator(ctx context.Context) context.Context { return accounts.With(ctx, accounts.Local()) }

// sampleFileOf gives a test a sample of its own.
func sampleFileOf(t *testing.T) string {
	t.Helper()
	made, err := madeOnce()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "sample.db")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func opened(t *testing.T, file string) (context.Context, *app) {
	t.Helper()
	ctx := operator(t.Context())
	a, err := open(ctx, file, false, store.Options{Now: func() time.Time { return sampleTime }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.close() })
	return ctx, a
}

func TestSampleFillsEveryCapability(t *testing.T) {
	ctx, a := opened(t, sampleFileOf(t))
	n, err := a.publication.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	figures, err := n.Figures(publication.FigureQuery{Variant: publication.AllVariants})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range figures {
		if c := f.Countries; f.Headline && f.Code != "IM-1" && (*c.Met == 0 || *c.NotMet == 0 || *c.Unknown == 0) {
			t.Errorf("%s %s shows not every status: %d %d %d", f.Code, f.Variant, *c.Met, *c.NotMet, *c.Unknown)
		}
	}
	if len(n.Sources) < 5 {
		t.Errorf("%d sources", len(n.Sources))
	}
	releases, err := a.releases().List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	published := 0
	for _, r := range releases {
		if r.State != publication.Published {
			continue
		}
		published++
		changes, err := a.releases().Differences(ctx, r.ID)
		if err != nil || r.Previous != "" && len(changes) < 20 {
			t.Errorf("release %s differs in %d things: %v", r.ID, len(changes), err)
		}
		if same, err := a.releases().Recompute(ctx, r.ID); err != nil || !same {
			t.Errorf("release %s computed again is not the same: %v", r.ID, err)
		}
	}
	if published != 2 || len(releases) != 3 {
		t.Errorf("%d releases of which %d are published", len(releases), published)
	}
	rec, err := a.consultation.Record(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	st := consultation.Statistic(rec)
	held := slices.ContainsFunc(rec.Comments, func(c consultation.Comment) bool { return c.Held != "" })
	if rec.Round.State != consultation.Open || st.Undecided == 0 || len(rec.Dispositions) < 5 || len(rec.Amendments) < 3 || len(rec.Responses) == 0 || !held {
		t.Errorf("the round is %s with %d undecided, %d answers, %d amendments, %d responses, held %v", rec.Round.State, st.Undecided, len(rec.Dispositions), len(rec.Amendments), len(rec.Responses), held)
	}
	waiting, err := a.people().Waiting(ctx)
	if err != nil || len(waiting) < 4 {
		t.Errorf("%d things wait: %v", len(waiting), err)
	}
	for _, role := range accounts.Roles() {
		if !slices.ContainsFunc(sample.People(), func(p sample.Person) bool { return p.Role == role }) {
			t.Errorf("nobody has the role %s", role)
		}
	}
	v, err := a.db.Verify(ctx)
	if err != nil || len(v.Breaks) > 0 {
		t.Errorf("verify: %v %v", v.Breaks, err)
	}
	if conflicts, err := n.Conflicts(publication.FigureQuery{}); err != nil || len(conflicts) < 5 {
		t.Errorf("sources contradict each other %d times: %v", len(conflicts), err)
	}
}

func TestTheSameClockInventsTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED two samples: -short")
	}
	told := func(file string) string {
		ctx, a := opened(t, file)
		n, err := a.publication.Snapshot(ctx)
		if err != nil {
			t.Fatal(err)
		}
		figures, err := n.Figures(publication.FigureQuery{Variant: publication.AllVariants})
		if err != nil {
			t.Fatal(err)
		}
		rec, err := a.consultation.Record(ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, c := range rec.Comments {
			texts = append(texts, fmt.Sprint(c.Number, c.Text, c.Kind))
		}
		people, err := a.db.People(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range people {
			texts = append(texts, p.Email+p.TOTP)
		}
		slices.Sort(texts)
		b, err := json.Marshal([]any{figures, texts})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	again := filepath.Join(t.TempDir(), "again.db")
	if err := makeSample(operator(t.Context()), again, sampleTime); err != nil {
		t.Fatal(err)
	}
	if told(sampleFileOf(t)) != told(again) {
		t.Error("made twice at one time, the invented data differ")
	}
}

// A plain database, filled with everything that ships, has no row of the sample.
func TestAPlainDatabaseHoldsNothingInvented(t *testing.T) {
	ctx, a := opened(t, filepath.Join(t.TempDir(), "plain.db"))
	if a.sample {
		t.Error("it counts as invented")
	}
	sources, err := a.db.Sources(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		if strings.HasPrefix(s.Code, "sample-") || strings.Contains(strings.ToLower(s.Title), "invented") {
			t.Errorf("it holds the source %s", s.Code)
		}
	}
	organisations, err := a.db.Organisations(ctx)
	if err != nil || len(organisations) > 0 {
		t.Errorf("it holds %d organisations: %v", len(organisations), err)
	}
	people, err := a.db.People(ctx)
	if err != nil || len(people) > 0 {
		t.Errorf("it holds %d people: %v", len(people), err)
	}
	rows, err := a.db.AuditRows(ctx, 0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Act == string(accounts.Invent) || strings.Contains(r.Object, "sample-") || strings.Contains(r.Reason, "nvented") {
			t.Errorf("its trail says %s of %s", r.Act, r.Object)
		}
	}
	versions, err := a.db.Versions(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range versions {
		full, err := a.db.Version(ctx, v.Framework, v.Number)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := json.Marshal(full); strings.Contains(string(b), "sample-") || strings.Contains(string(b), "(invented)") {
			t.Errorf("%s names what is invented", full.ID())
		}
	}
}

func TestRealAndInventedDataNeverTakeEachOthersPlace(t *testing.T) {
	invented, plain := desk{t, sampleFileOf(t)}, desk{t, filepath.Join(t.TempDir(), "plain.db")}
	plain.run(0, "organisation", "list")
	plain.says(plain.run(1, "serve", "--sample", "--listen", "127.0.0.1:0"), "holds real data, so it is never opened with --sample")
	invented.says(invented.run(1, "serve", "--listen", "127.0.0.1:0"), "holds invented data, so it is never served as if they were real")
	invented.says(invented.run(1, "serve", "--sample", "--listen", "0.0.0.0:0"), "to this machine alone")
	invented.says(invented.run(1, "serve", "--sample", "--listen", ":0"), "to this machine alone")
	invented.run(2, "serve", "--sample", "--empty")

	dir := t.TempDir()
	list := filepath.Join(dir, "list.csv")
	if err := os.WriteFile(list, []byte("area,indicator,period,answer\nNOR,mechanism_free,2020/..,yes\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	invented.says(invented.run(0, "import", list, "--source", "sample-survey"), "invented data; nothing in it is real")
	invented.says(invented.run(0, "progress"), "invented data; nothing in it is real")
	backup := filepath.Join(dir, "backup.db")
	invented.run(0, "backup", backup)
	plain.says(plain.run(1, "restore", backup), "neither takes the other's place")
	restored := desk{t, filepath.Join(dir, "restored.db")}
	restored.run(0, "restore", backup)
	copied := desk{t, filepath.Join(dir, "copied.db")}
	copied.run(0, "copy", backup, copied.db)
	for _, d := range []desk{restored, copied, {t, backup}} {
		d.says(d.run(1, "serve", "--listen", "127.0.0.1:0"), "holds invented data")
		d.says(d.run(0, "verify"), "everything is as it was written")
	}
	plainBackup := filepath.Join(dir, "plain-backup.db")
	plain.run(0, "backup", plainBackup)
	invented.says(invented.run(1, "restore", plainBackup), "neither takes the other's place")
}

func TestASampleThatWasCutOffIsNotUsed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "half.db")
	ctx := operator(t.Context())
	db, err := store.Open(ctx, file, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.BeginInvented(ctx); err != nil {
		t.Fatal(err)
	}
	if err := db.BeginInvented(ctx); err == nil {
		t.Error("a database that holds something was marked")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	d := desk{t, file}
	d.says(d.run(1, "serve", "--sample", "--listen", "127.0.0.1:0"), "not whole")
	d.says(d.run(1, "progress"), "not whole")
}

// Every answer of a sample says that it is invented: the pages in every language, and what leaves them.
func TestEveryAnswerOfTheSampleSaysThatItIsInvented(t *testing.T) {
	ctx, a := opened(t, sampleFileOf(t))
	handler, err := a.handler(ctx, serveConfig{}, "http://127.0.0.1:8080", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) (*httptest.ResponseRecorder, string) {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.RemoteAddr, r.Host = "127.0.0.1:9", "127.0.0.1:8080"
		handler.ServeHTTP(w, r)
		if w.Header().Get("X-Waymark-Data") != "invented" {
			t.Errorf("%s does not say so in its header", path)
		}
		return w, w.Body.String()
	}
	pages := []string{"/", "/targets/T1", "/countries", "/countries/KEN", "/framework", "/framework/1..2", "/consultations/1", "/consultations/1/comments",
		"/report-abuse", "/data", "/method", "/no-such-page", "/reports", "/work/sign-in", "/work/waiting", "/sample"}
	for _, tag := range lang.Tags() {
		banner := lang.For(tag).T("shell.invented_data")
		for _, page := range pages {
			if _, body := get("/" + string(tag) + page); !strings.Contains(body, banner) {
				t.Errorf("/%s%s has no banner", tag, page)
			}
		}
	}
	for _, table := range []string{"/en/countries.csv", "/en/targets/T1.csv", "/en/consultations/1/comments.csv", "/en/data.csv"} {
		w, body := get(table)
		rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Errorf("%s: %d rows, %v", table, len(rows), err)
		}
		for i, row := range rows {
			if want := []string{"invented_data", "invented"}[min(i, 1)]; row[0] != want {
				t.Errorf("%s, row %d begins with %q, want %q", table, i+1, row[0], want)
			}
		}
		if !strings.Contains(w.Header().Get("Content-Disposition"), "invented-waymark") {
			t.Errorf("%s is saved as %s", table, w.Header().Get("Content-Disposition"))
		}
	}
	if _, body := get("/en/countries.json"); !strings.Contains(body, `"invented":true`) {
		t.Errorf("the JSON does not say so: %.100s", body)
	}
	if _, body := get("/feed.atom"); strings.Count(body, "invented") < 3 {
		t.Errorf("the feed does not say so: %.300s", body)
	}
	if _, body := get("/robots.txt"); !strings.Contains(body, "Disallow: /\n") {
		t.Errorf("search engines may read it: %s", body)
	}
	get("/api/v1/figures")
	get("/en/consultations/1/compilation.docx")
	_, body := get("/en/sample")
	for _, p := range sample.People() {
		if !strings.Contains(body, p.Email) {
			t.Errorf("the page does not show %s", p.Email)
		}
	}
	other := httptest.NewRecorder()
	handler.ServeHTTP(other, httptest.NewRequest(http.MethodGet, "/en/sample", nil)) // from 192.0.2.1
	if other.Code != http.StatusNotFound {
		t.Errorf("another machine is answered with %d", other.Code)
	}
}

var tourAddress = regexp.MustCompile("`(/[^`]+)`|http://127\\.0\\.0\\.1:8080(/[^)\\s]*)")

// The tour of the README: every address it names answers on the sample.
func TestTheTourOfTheReadmeWalksOnTheSample(t *testing.T) {
	ctx, a := opened(t, sampleFileOf(t))
	handler, err := a.handler(ctx, serveConfig{}, "http://127.0.0.1:8080", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tour, _ := strings.Cut(string(readme), "## Ten minutes")
	tour, _, _ = strings.Cut(tour, "\n## ")
	walked := 0
	for _, m := range tourAddress.FindAllStringSubmatch(tour, -1) {
		path := m[1] + m[2]
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.RemoteAddr, r.Host = "127.0.0.1:9", "127.0.0.1:8080"
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK || w.Header().Get("X-Waymark-Data") != "invented" {
			t.Errorf("the tour's %s answers %d", path, w.Code)
		}
		walked++
	}
	if walked < 12 {
		t.Errorf("only %d addresses found in the tour", walked)
	}
	for line := range strings.SplitSeq(tour, "\n") {
		if args, ok := strings.CutPrefix(strings.TrimSpace(line), "go run ./cmd/waymark "); ok && !strings.HasPrefix(args, "serve") {
			words := strings.Fields(args)
			if i := slices.Index(words, "waymark-sample.db"); i > 0 {
				words = words[:i-1]
			} else {
				t.Errorf("the tour's command %q names no database of invented data", args)
			}
			desk{t, sampleFileOf(t)}.run(0, words...)
		}
	}
}

func TestMain(m *testing.M) {
	code := m.Run()
	if sampleMade {
		made, _ := madeOnce()
		_ = os.RemoveAll(filepath.Dir(made))
	}
	os.Exit(code)
}

func TestARealSiteHasNoPageOfInventedPeople(t *testing.T) {
	ctx, a := opened(t, filepath.Join(t.TempDir(), "plain.db"))
	handler, err := a.handler(ctx, serveConfig{}, "http://127.0.0.1:8080", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/en/sample", "/en/", "/en/countries.csv"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.RemoteAddr, r.Host = "127.0.0.1:9", "127.0.0.1:8080"
		handler.ServeHTTP(w, r)
		if path == "/en/sample" && w.Code != http.StatusNotFound || w.Header().Get("X-Waymark-Data") != "" || strings.Contains(w.Body.String(), "invented") {
			t.Errorf("%s: %d, header %q", path, w.Code, w.Header().Get("X-Waymark-Data"))
		}
	}
}

// Somebody signs in as an invented person with what the page shows.
func TestThePageOfInventedPeopleLetsOneSignIn(t *testing.T) {
	ctx, a := opened(t, sampleFileOf(t))
	people, err := a.samplePeople(time.Now).People(ctx)
	if err != nil || len(people) != len(sample.People()) {
		t.Fatalf("%d people: %v", len(people), err)
	}
	code, _, _ := strings.Cut(people[0].Code, ",")
	s := a.people()
	e, err := s.SignIn(ctx, people[0].Email, sample.Password, "127.0.0.0/24")
	if err != nil || !e.NeedsSecond {
		t.Fatalf("sign in: %+v %v", e.NeedsSecond, err)
	}
	if _, err := s.SecondFactor(ctx, e.Secret, code); err != nil {
		t.Errorf("the code that was shown: %v", err)
	}
}
