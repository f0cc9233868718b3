package api_test

import (
	"strconv"
	"strings"
	"testing"

	"waymark/internal/monitoring"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// What a State hands in about few people is not shown as it is; what a publisher printed already is cited.
func TestASmallCountOfAStateIsShownAsFewAndAPrintedOneAsPrinted(t *testing.T) {
	d := openDesk(t, storetest.Open(t, "memory", store.Options{}).DB)
	must(t, d.db.SaveSource(storetest.Context(), monitoring.Source{Code: "kenya", Title: "Kenya's own numbers", Kind: monitoring.CountryVerified, Publisher: "Kenya", Licence: "CC BY 4.0", Redistributed: true}))
	m, err := monitoring.ShippedMapping(monitoring.Generic)
	must(t, err)
	take := func(source, rows string) {
		t.Helper()
		_, err := d.lists.Import(storetest.Context(), monitoring.Import{Name: "n.csv", Data: []byte("indicator,area,period,value,sex\n" + rows), Source: source, Mapping: m})
		must(t, err)
	}
	rows := func(query string) map[string]string {
		t.Helper()
		out := map[string]string{}
		for _, o := range get[struct {
			Items []struct {
				Area, Sex, Status, Note, Period string
				Value                           *float64
			}
		}](t, site{Handler: d}, "/api/v1/observations?indicator=enforcement_criminal_convictions&"+query).Items {
			said := o.Note
			if o.Value != nil {
				said = strings.TrimSpace(formatted(*o.Value) + " " + o.Note)
			}
			out[strings.TrimSpace(o.Area+" "+o.Period+" "+o.Sex)] = said
		}
		return out
	}
	take("kenya", "enforcement_criminal_convictions,KEN,2020,3,\nenforcement_criminal_convictions,TZA,2020,12,\nenforcement_criminal_convictions,UGA,2020,53,\nenforcement_criminal_convictions,UGA,2020,3,F\nenforcement_criminal_convictions,UGA,2020,50,M\n")
	take("enforcement_usdol", "enforcement_criminal_convictions,RWA,2020,3,\n")
	got := rows("limit=100")
	for where, want := range map[string]string{
		"KEN 2020": "fewer than 5", "TZA 2020": "10", "RWA 2020": "3", "UGA 2020": "55",
		"UGA 2020 F": "fewer than 10", "UGA 2020 M": "not shown, so that nobody can be recognised",
	} {
		if got[where] != want {
			t.Errorf("%s: %q, want %q", where, got[where], want)
		}
	}
	if one := rows("area=UGA&limit=1"); len(one) != 1 || one["UGA 2020"] != "55" {
		t.Errorf("a page that holds a part of the table: %v", one)
	}
	take("kenya", "enforcement_criminal_convictions,UGA,2020,12,F\nenforcement_criminal_convictions,UGA,2020,62,\n")
	if later := rows("area=UGA"); later["UGA 2020 F"] != "not shown, so that nobody can be recognised" || later["UGA 2020 M"] != "not shown, so that nobody can be recognised" {
		t.Errorf("a later edition gives the earlier one away: %v", later)
	}
}

func formatted(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
