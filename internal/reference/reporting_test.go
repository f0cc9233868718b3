package reference

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// today is the day on which the tests look at the shipped contacts.
const today = Date(20261101)

func TestReportingPlacesAnswerForEveryCountryAndArea(t *testing.T) {
	w := world(t)
	unknown := 0
	for _, c := range w.Countries() {
		p, ok := w.ReportingPlaces(c.ISO3, today)
		if !ok || p.Country != c || len(p.Situations) != 4 || len(p.International) != 4 {
			t.Fatalf("%s: %v, %d situations", c.ISO3, ok, len(p.Situations))
		}
		for i, s := range Situations() {
			if p.Situations[i].Situation != s || p.International[i].Situation != s {
				t.Errorf("%s: situation %d is %s", c.ISO3, i, p.Situations[i].Situation)
			}
			if len(p.International[i].Kinds) == 0 {
				t.Errorf("no international place for %s", s)
			}
			for _, k := range p.Situations[i].Kinds {
				for _, contact := range k.Contacts {
					if contact.ISO3 != c.ISO3 || contact.Kind != k.Kind || !slices.Contains(contact.Situations, s) {
						t.Errorf("%s, %s, %s: %+v", c.ISO3, s, k.Kind, contact)
					}
				}
			}
		}
		if !p.ContactsKnown {
			unknown++
			for _, s := range p.Situations {
				if len(s.Kinds) != 0 {
					t.Errorf("%s has contacts and does not say so", c.ISO3)
				}
			}
		}
	}
	if unknown == 0 || unknown == 248 {
		t.Errorf("%d countries without a contact", unknown)
	}
	for _, s := range []string{"", "TWN", "XXX", "ken"} {
		if _, ok := w.ReportingPlaces(s, today); ok {
			t.Errorf("there are reporting places of %q", s)
		}
		if got := w.Mechanisms(s); s != "TWN" && got != nil {
			t.Errorf("%q has mechanisms: %v", s, got)
		}
	}
}

func TestHelplinesStandApartFromHotlines(t *testing.T) {
	for _, s := range world(t).Contacts("PRT") {
		var kinds []ContactKind
		for _, k := range s.Kinds {
			kinds = append(kinds, k.Kind)
		}
		want := map[Situation][]ContactKind{
			InDanger: {Emergency}, Blackmail: {Helpline}, ImageShared: {Helpline}, SawSomething: {Hotline},
		}[s.Situation]
		if !slices.Equal(kinds, want) {
			t.Errorf("%s: %v, want %v", s.Situation, kinds, want)
		}
	}
}

func TestATerritoryIsNotGivenTheNumbersOfItsState(t *testing.T) {
	w := world(t)
	for _, iso3 := range []string{"GLP", "MTQ", "REU", "GUF", "MYT", "PRI", "JEY", "FRO", "GRL", "ATA", "HKG"} {
		p, ok := w.ReportingPlaces(iso3, today)
		if !ok || p.ContactsKnown {
			t.Errorf("%s: contacts known %v", iso3, p.ContactsKnown)
		}
	}
	for _, iso3 := range []string{"AIA", "BMU", "VGB", "CYM", "GIB", "MSR", "PCN", "SHN", "TCA"} { // a portal of their own, nothing of the United Kingdom's
		all := w.contacts[iso3]
		if len(all) != 1 || all[0].Kind != Hotline || all[0].Phone != "" {
			t.Errorf("%s: %+v", iso3, all)
		}
	}
}

func TestAMechanismWithoutANameIsSaidToHaveNone(t *testing.T) {
	w := world(t)
	p, _ := w.ReportingPlaces("ITA", today)
	if len(p.Mechanisms) != 1 {
		t.Fatalf("%+v", p.Mechanisms)
	}
	m := p.Mechanisms[0]
	if m.IsNamed() || m.Contacts != nil || m.Freshness != NeverDated || m.Checked != 0 || m.Dated() != 20171231 {
		t.Errorf("Italy's one hotline contact was taken for the unnamed member of the list: %+v", m)
	}
}

func TestANamedMechanismFindsItsContact(t *testing.T) {
	w := world(t)
	for _, c := range []struct {
		iso3 string
		kind MechanismKind
		want string // names of the contacts
	}{
		{"AUT", InhopeHotline, "Stopline"},
		{"BEL", InhopeHotline, "Child Focus civil reporting point"}, // not its helpline
		{"USA", InhopeHotline, "CyberTipline"},
		{"POL", InhopeHotline, "Dyżurnet.pl"},
		{"TZA", IWFPortal, "IWF reporting portal"},
		{"TZA", ChildHelpline, "National Child Helpline"},
		{"ISR", NationalLine, "105"},
		{"GBR", IWFHotline, "IWF report"},
		{"UKR", IWFPortal, "IWF reporting portal"}, // not StopCrime
		{"UKR", InhopeHotline, ""},
		{"MUS", IWFPortal, "IWF reporting portal"},
		{"MAR", IWFPortal, ""},
	} {
		p, _ := w.ReportingPlaces(c.iso3, today)
		var got []string
		found := false
		for _, m := range p.Mechanisms {
			if m.Kind == c.kind {
				found = true
				for _, contact := range m.Contacts {
					got = append(got, contact.Name)
				}
			}
		}
		if !found || strings.Join(got, ";") != c.want {
			t.Errorf("%s %s: %v, want %q", c.iso3, c.kind, got, c.want)
		}
	}
}

func TestMechanismsOutsideTheUniverseAreKeptAndCountNowhere(t *testing.T) {
	w := world(t)
	var got []string
	for _, m := range w.Unplaced() {
		got = append(got, m.ISO3+m.Territory)
	}
	want := []string{"TWN", "Akrotiri and Dhekelia", "any country without a reporting solution"}
	if !slices.Equal(got, want) {
		t.Errorf("unplaced: %q", got)
	}
	total := len(got)
	for _, c := range w.Countries() {
		total += len(w.Mechanisms(c.ISO3))
	}
	if p, _ := w.Provenance("reporting_mechanisms.csv"); total != p.Rows {
		t.Errorf("%d of %d mechanisms are somewhere", total, p.Rows)
	}
}

func TestCountingMechanismsAreThoseOfTheExpectedFigure(t *testing.T) {
	w := world(t)
	inPlace, recent, quality := 0, 0, 0 // T2a, T2a-recent and T2c of DOMAIN.md section 10
	for _, iso3 := range members(t).Members {
		var any, late, member bool
		for _, m := range w.Mechanisms(iso3) {
			if m.InPlace() && m.TakesReports() {
				any = true
				late = late || m.Status != "listed_c2015_2017"
				member = member || m.Kind == InhopeHotline
			}
		}
		for _, c := range []struct {
			is bool
			n  *int
		}{{any, &inPlace}, {late, &recent}, {member, &quality}} {
			if c.is {
				*c.n++
			}
		}
	}
	if inPlace != 73 || recent != 30 || quality != 50 {
		t.Errorf("in place %d, by newer lists %d, INHOPE %d; want 73, 30, 50", inPlace, recent, quality)
	}
}

func TestWhatListensOrServesAllTakesNoReportsInACountry(t *testing.T) {
	for _, c := range []struct {
		kind MechanismKind
		want bool
	}{{InhopeHotline, true}, {IWFPortal, true}, {IWFHotline, true}, {NationalLine, true}, {ChildHelpline, false}, {GlobalPortal, false}} {
		if got := (Mechanism{Kind: c.kind}).TakesReports(); got != c.want {
			t.Errorf("%s: %v", c.kind, got)
		}
	}
	unnamed := Mechanism{Kind: IWFPortal}
	if got := unnamed.contacts([]Contact{{Kind: Hotline, Organisation: "Internet Watch Foundation (IWF)"}}); got != nil {
		t.Errorf("a mechanism without a name found %v", got)
	}
}

func TestEvidenceIsDatedByItsBeginningOrItsList(t *testing.T) {
	for _, c := range []struct {
		since, status string
		want          Date
	}{
		{"2020", "launched", 20201231},
		{"2016-09", "launched", 20160930},
		{"2016-06-01", "launched", 20160601},
		{"", "listed_c2015_2017", 20171231},
		{"", "listed_by_class_c2024", 20241231},
		{"", "launched before 2016-06-01", 20160601},
		{"2021", "listed_c2015_2017", 20211231},
		{"", "launched", 0},
		{"", "operating", 0},
		{"", "prospective_2023_not_member", 0},
	} {
		if got := EvidenceDate(c.since, c.status); got != c.want {
			t.Errorf("%q, %q: %v, want %v", c.since, c.status, got, c.want)
		}
	}
}

func TestACheckHoldsTwelveMonths(t *testing.T) {
	for _, c := range []struct {
		checked, today Date
		want           Freshness
	}{
		{0, 20261101, NeverDated},
		{20251101, 20261101, Fresh},
		{20251031, 20261101, Old},
		{20240229, 20250228, Fresh},
		{20240229, 20250301, Old},
		{20261101, 20261101, Fresh},
	} {
		if got := FreshnessOn(c.checked, c.today); got != c.want {
			t.Errorf("checked %v, seen on %v: %s, want %s", c.checked, c.today, got, c.want)
		}
	}
}

func TestShippedContactsKeepTheirOwnRules(t *testing.T) {
	w := world(t)
	all := w.AllContacts()
	if p, _ := w.Provenance("reporting_contacts.csv"); len(all) != p.Rows {
		t.Errorf("%d of %d contacts are somewhere", len(all), p.Rows)
	}
	seen := map[string]bool{}
	for _, c := range all {
		where := c.ISO3 + " " + c.Name + " (" + string(c.Kind) + ")"
		if seen[where] {
			t.Errorf("%s stands twice", where)
		}
		seen[where] = true
		if c.SourceURL == "" || !strings.HasPrefix(c.SourceURL, "https://") {
			t.Errorf("%s: no source (%q)", where, c.SourceURL)
		}
		if c.Phone == "" && c.URL == "" && !strings.Contains(c.Note, "address not read") {
			t.Errorf("%s: no way to reach it, and the note does not say so", where)
		}
		if i := strings.IndexFunc(c.Phone, func(r rune) bool { return !unicode.IsDigit(r) && r != ' ' && r != '-' }); i >= 0 {
			t.Errorf("%s: %q is not a number to dial", where, c.Phone)
		}
		if strings.Contains(c.URL, ".onion") || strings.Contains(c.URL, "@") || strings.Contains(c.Phone, "@") {
			t.Errorf("%s: an address that is not to be shown", where)
		}
		for _, l := range c.Languages {
			if len(l) != 2 || strings.ToLower(l) != l {
				t.Errorf("%s: language %q", where, l)
			}
		}
		switch c.Kind {
		case Emergency:
			if !slices.Equal(c.Situations, []Situation{InDanger}) || c.Phone == "" {
				t.Errorf("%s: an emergency number for %v, number %q", where, c.Situations, c.Phone)
			}
			if c.URL != "" && c.Name != "114 Emergenza Infanzia" {
				t.Errorf("%s: the address beside an emergency number is another service's: %s", where, c.URL)
			}
		case Hotline:
			if !slices.Contains(c.Situations, SawSomething) || slices.Contains(c.Situations, InDanger) {
				t.Errorf("%s: a hotline for %v", where, c.Situations)
			}
		case Police:
			if !slices.Contains(c.Situations, SawSomething) {
				t.Errorf("%s: police for %v", where, c.Situations)
			}
		case Directory:
			if c.ISO3 != "" {
				t.Errorf("%s: a directory within a country", where)
			}
		}
	}
}

func TestTheSingleEuropeanNumberStandsInAllStatesOfTheUnionOnce(t *testing.T) {
	w := world(t)
	union := strings.Fields("AUT BEL BGR HRV CYP CZE DNK EST FIN FRA DEU GRC HUN IRL ITA LVA LTU LUX MLT NLD POL PRT ROU SVK SVN ESP SWE")
	if len(union) != 27 {
		t.Fatalf("%d states", len(union))
	}
	for _, iso3 := range union {
		n := 0
		for _, c := range w.contacts[iso3] {
			if c.Kind == Emergency && c.Phone == "112" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s: 112 stands %d times", iso3, n)
		}
	}
}
