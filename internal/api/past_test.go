package api_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/api"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// withReleases is the interface over evidence that this test makes, with releases.
func withReleases(t *testing.T, db *store.DB) (*desk, *publication.Releases) {
	var releases *publication.Releases
	d := openDesk(t, db, func(c *api.Config) {
		releases = &publication.Releases{Service: c.Publication, Store: db, Program: "test"}
		c.Releases = releases
		c.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	})
	return d, releases
}

// take takes rows in on the machine itself.
func (d *desk) take(rows string) {
	d.t.Helper()
	m, err := monitoring.ShippedMapping(monitoring.Generic)
	must(d.t, err)
	_, err = d.lists.Import(storetest.Context(), monitoring.Import{Name: "list.csv", Data: []byte("indicator,area,period,answer\n" + rows), Source: "treaties", Mapping: m})
	must(d.t, err)
}

func (d *desk) body(address string) string {
	d.t.Helper()
	w := d.send("GET", address, "")
	if w.Code != http.StatusOK {
		d.t.Fatalf("%s: %d %s", address, w.Code, w.Body)
	}
	return w.Body.String()
}

// everywhere is each call that serves a figure or what it rests on.
var everywhere = []string{"/api/v1/figures?variant=all", "/api/v1/countries?", "/api/v1/countries/KEN?", "/api/v1/observations?", "/api/v1/sources?"}

func TestEveryCallAnswersForAReleaseAsItDidWhenItWasFrozen(t *testing.T) {
	for _, e := range storetest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			d, releases := withReleases(t, e.DB)
			d.take("lanzarote,KEN,2020/..,yes\nlanzarote,TZA,2020/..,no\n")
			before := map[string]string{}
			for _, address := range everywhere {
				before[address] = d.body(address)
			}
			r, err := releases.Create(storetest.Context(), publication.ReleaseRequest{Title: "First"})
			must(t, err)
			d.take("lanzarote,KEN,2020/..,no\nlanzarote,UGA,2020/..,yes\n")
			for _, address := range everywhere {
				if address != "/api/v1/sources?" && d.body(address) == before[address] {
					t.Errorf("%s: the later change does not show today", address)
				}
				for _, name := range []string{"asOf", "release"} {
					if name == "asOf" && address == "/api/v1/sources?" {
						continue
					}
					if got := d.body(address + "&" + name + "=" + r.ID); got != before[address] {
						t.Errorf("%s as of the release by %s:\n%s\nwant\n%s", address, name, got, before[address])
					}
				}
			}
			if got := d.body("/api/v1/countries/ken?release=" + r.ID); got != before["/api/v1/countries/KEN?"] {
				t.Error("small letters answer otherwise")
			}
		})
	}
}

func TestAReleaseUnderEmbargoAnswersAsOneThatNeverWas(t *testing.T) {
	d, releases := withReleases(t, storetest.Open(t, "memory", store.Options{Now: func() time.Time { return time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC) }}).DB)
	d.take("lanzarote,KEN,2020/..,yes\n")
	r, err := releases.Create(storetest.Context(), publication.ReleaseRequest{Title: "Secret", Opens: d.now.Add(time.Hour).UnixMicro()})
	must(t, err)
	never := "r20260115-0123456789abcdef"
	told := func(id string, address string) (int, string, http.Header) {
		w := d.send("GET", strings.ReplaceAll(address, "ID", id), "")
		return w.Code, strings.ReplaceAll(w.Body.String(), id, "ID"), w.Header()
	}
	for _, address := range everywhere {
		for _, name := range []string{"asOf", "release"} {
			if name == "asOf" && address == "/api/v1/sources?" {
				continue
			}
			code, body, head := told(r.ID, address+"&"+name+"=ID")
			otherCode, otherBody, otherHead := told(never, address+"&"+name+"=ID")
			if code != http.StatusNotFound || code != otherCode || body != otherBody || len(head) != len(otherHead) || head.Get("ETag") != "" {
				t.Errorf("%s by %s: %d %s, one that never was: %d %s", address, name, code, body, otherCode, otherBody)
			}
		}
	}
	early := "Bearer " + d.token(accounts.Publisher, accounts.Scope{})
	if w := d.send("GET", "/api/v1/figures?release="+r.ID, "", "Authorization", early); w.Code != http.StatusOK {
		t.Errorf("those who work on it: %d %s", w.Code, w.Body)
	}
}

func TestEvidenceIsNeverNewerThanTheDayAskedAbout(t *testing.T) {
	s := serve(t)
	for _, day := range []reference.Date{reference.Day(2005, 6, 1), reference.Day(2012, 12, 31), reference.Day(2020, 6, 30), reference.Day(2022, 12, 31), reference.Day(2030, 1, 1)} {
		figures := get[struct{ Items []monitoring.Figure }](t, s, "/api/v1/figures?variant=all&asOf="+day.String()).Items
		seen := 0
		for i := range figures {
			e := &figures[i].Evidence
			if e.Newest > day || e.Oldest > e.Newest {
				t.Errorf("%s of %s: evidence from %s to %s", figures[i].Variant, day, e.Oldest, e.Newest)
			}
			for _, a := range e.Alone {
				if a.Newest > day {
					t.Errorf("%s of %s: the voice %s is of %s", figures[i].Variant, day, a.Voice, a.Newest)
				}
			}
			if e.Newest != 0 {
				seen++
			}
		}
		if seen == 0 && day > reference.Day(2010, 1, 1) {
			t.Errorf("no dated evidence at all as of %s", day)
		}
	}
}

func TestARepeatedParameterIsOneList(t *testing.T) {
	s := serve(t)
	codes := func(address string) (out []string) {
		for _, f := range get[struct{ Items []monitoring.Figure }](t, s, address).Items {
			out = append(out, f.Code)
		}
		return out
	}
	want := []string{"T1", "T2"}
	for _, address := range []string{"/api/v1/figures?code=T1&code=T2", "/api/v1/figures?code=T1,T2"} {
		if got := codes(address); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
	areas := map[string]bool{}
	for _, o := range get[struct{ Items []struct{ Area string } }](t, s, "/api/v1/observations?area=ken&area=TZA&limit=1000").Items {
		areas[o.Area] = true
	}
	if len(areas) != 2 || !areas["KEN"] || !areas["TZA"] {
		t.Errorf("areas %v", areas)
	}
}

func TestTwoFrameworkVersionsLeadToWhatChangedBetweenThem(t *testing.T) {
	s := serve(t)
	w := s.ask(t, "GET", "/api/v1/frameworks/cop-2015@1..cop-2015@1", "")
	if w.Code != http.StatusPermanentRedirect {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	get[json.RawMessage](t, s, w.Header().Get("Location"))
}
