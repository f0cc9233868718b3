package framework

import (
	"strings"
	"testing"
)

// The counts of countries that DOMAIN.md section 10 gives for the shipped evidence, reached here
// without the import: straight from the rows to the indicators to the shipped criteria.
func TestShippedCriteriaCountTheShippedEvidence(t *testing.T) {
	v := shipped(t)
	states := map[string]map[string]Tri{}
	for _, r := range readTable(t, "data/countries.csv") {
		if r["un_member"] == "1" {
			// Lists read as complete: what they do not name is "no".
			states[r["iso3"]] = map[string]Tri{"lanzarote": No, "budapest_as_listed": No}
		}
	}
	set := func(iso3, indicator string, answer Tri) {
		if s := states[iso3]; s != nil {
			s[indicator] = answer
		}
	}
	for _, r := range readTable(t, "data/treaties.csv") {
		party := r["status"] == "party"
		switch {
		case r["instrument"] == "Lanzarote" && party:
			set(r["iso3"], "lanzarote", Yes)
		case r["instrument"] == "Budapest" && party:
			set(r["iso3"], "budapest", Yes)
			set(r["iso3"], "budapest_as_listed", Yes)
		case r["instrument"] == "Budapest" && r["status"] == "signatory":
			set(r["iso3"], "budapest", No)
		case r["instrument"] == "Budapest" && r["status"] == "unknown":
			set(r["iso3"], "budapest_as_listed", Unknown)
		}
	}
	for _, r := range readTable(t, "data/csec_legislation_usdol.csv") {
		switch gap := r["gap_touches_csam"]; r["csec_prohibition_meets_international_standards"] {
		case "meets":
			set(r["iso3"], "csec_meets", Yes)
			set(r["iso3"], "csec_partly", No)
		case "does_not_meet":
			set(r["iso3"], "csec_meets", No)
			set(r["iso3"], "csec_partly", No)
			if gap == "performances_only" || gap == "other_csec_only" || gap == "age_gap_only" {
				set(r["iso3"], "csec_partly", Yes)
			}
		}
	}
	for _, r := range readTable(t, "data/reporting_mechanisms.csv") {
		counts := r["kind"] == "inhope_hotline" || r["kind"] == "iwf_portal" || r["kind"] == "iwf_hotline" || r["kind"] == "national_line"
		if !counts || strings.HasPrefix(r["status"], "prospective") || strings.HasPrefix(r["status"], "announced") {
			continue
		}
		set(r["iso3"], "mechanism_exists", Yes)
		if r["status"] == "listed_c2015_2017" {
			set(r["iso3"], "mechanism_listed_2015_2017", Yes)
		} else {
			set(r["iso3"], "mechanism_recent", Yes)
		}
		if r["kind"] == "inhope_hotline" {
			set(r["iso3"], "inhope_hotline", Yes)
		}
	}
	status := map[string]map[string]Status{} // variant, country
	for i := range v.Variants {
		w := &v.Variants[i]
		status[w.Code] = map[string]Status{}
		for iso3, answers := range states {
			if w.Compose == nil {
				c, err := Compile(w, v.Indicators)
				if err != nil {
					t.Fatal(err)
				}
				s, err := c.Status(country{answers: answers})
				if err != nil {
					t.Fatal(err)
				}
				status[w.Code][iso3] = s
				continue
			}
			a, b := status[w.Compose.Of[0]][iso3], status[w.Compose.Of[1]][iso3]
			status[w.Code][iso3] = a.And(b)
			if w.Compose.Op == "or" {
				status[w.Code][iso3] = a.Or(b)
			}
		}
	}
	for code, want := range map[string][4]int{ // met, partly, not met, unknown
		"T1x": {135, 15, 8, 35}, "T1x-strict": {135, 0, 0, 58}, "T1t": {75, 0, 1, 117}, "T1a": {0, 0, 0, 193}, "T1c": {0, 0, 0, 193},
		"T2a": {73, 0, 0, 120}, "T2a-recent": {30, 0, 0, 163}, "T2c": {50, 0, 0, 143}, "T2b": {0, 0, 0, 193}, "T2d": {0, 0, 0, 193},
		"both": {70, 2, 8, 113}, "both-T1t": {48, 0, 1, 144}, "both-T2c": {48, 1, 8, 136}, "both-T2a-recent": {29, 1, 8, 155}, "either": {138, 0, 0, 55},
	} {
		var got [4]int
		for _, s := range status[code] {
			got[map[string]int{"met": 0, "partly": 1, "notMet": 2, "unknown": 3}[s.Word()]]++
		}
		if got != want {
			t.Errorf("%s: met, partly, not met, unknown = %v, want %v", code, got, want)
		}
	}

	// Concentration: what rests on one voice alone, and where two voices contradict each other.
	alone, conflicts := map[string]int{}, 0
	for _, code := range []string{"T1x", "T2a"} {
		w, _ := v.Variant("", code)
		for iso3, answers := range states {
			said := map[string]Status{}
			for _, voice := range w.Voices {
				for _, s := range []struct {
					text   string
					status Status
				}{{voice.Met, Met}, {voice.Partly, Partly}, {voice.NotMet, NotMet}} {
					if s.text == "" {
						continue
					}
					c, err := Compile(&Variant{Code: voice.Code, Met: s.text}, v.Indicators)
					if err != nil {
						t.Fatal(err)
					}
					if got, err := c.Status(country{answers: answers}); err != nil {
						t.Fatal(err)
					} else if got == Met {
						said[voice.Code] = s.status
						break
					}
				}
			}
			if usdol, speaks := said["usdol"]; speaks && usdol == NotMet && said["treaty"] == Met {
				conflicts++
			}
			if status[code][iso3] != Met {
				continue
			}
			met := ""
			for voice, s := range said {
				if s == Met {
					met += voice
				}
			}
			alone[met]++
		}
	}
	if alone["usdol"] != 60 || alone["listed-2015-2017"] != 43 || conflicts != 4 {
		t.Errorf("%d rest on one government's report, %d on the list of 2015-2017, %d conflicts; want 60, 43, 4", alone["usdol"], alone["listed-2015-2017"], conflicts)
	}
}
