package reference

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"waymark/internal/fault"
	"waymark/internal/lang"
)

// codes gives the ISO alpha-3 codes of the candidates.
func codes(m Match) []string {
	var out []string
	for _, c := range m.Candidates {
		out = append(out, c.ISO3)
	}
	return out
}

func TestMatchFindsTheCountryThatAListMeans(t *testing.T) {
	w := world(t)
	for iso3, texts := range map[string][]string{
		"NAM": {"NA", "NAM", "516", "Namibia", "na"},
		"AFG": {"4", "04", "004", "AF", "afg", "٤"},
		"KEN": {"KEN", "KE", "404", "Kenya", "  kenya ", "KENYA", "Кения", "肯尼亚", "كينيا", "Republic of Kenya", "Kenya*", "ＫＥＮ"},
		"CIV": {"CIV", "Ivory Coast", "Côte d'Ivoire", "Côte d’Ivoire", "Cote d'Ivoire", "COTE DIVOIRE", "Costa de Marfil", "科特迪瓦", "ساحل العاج"},
		"RUS": {"Russia", "Russian Federation", "Russian Federation (the)", "Россия", "Fédération de Russie (la)"},
		"BOL": {"Bolivia", "Bolivia (Plurinational State of)", "Bolivia, Plurinational State of"},
		"MMR": {"Burma", "Myanmar"},
		"SWZ": {"Swaziland", "Eswatini", "Kingdom of Eswatini"},
		"TUR": {"Turkey", "Türkiye", "Turkiye", "Turquie", "Republic of Türkiye"},
		"CZE": {"Czech Republic", "Czechia", "CZECH REP."},
		"KOR": {"South Korea", "Republic of Korea", "Korea, Republic of", "Korea, Rep.", "Corée du Sud", "韩国"},
		"PRK": {"North Korea", "Korea (Democratic People's Republic of)", "Korea, Dem. People's Rep.", "DPRK"},
		"PSE": {"Palestine", "State of Palestine", "Palestine, State of", "West Bank and Gaza"},
		"GBR": {"UK", "GB", "United Kingdom", "United Kingdom of Great Britain and Northern Ireland (the)", "Royaume-Uni"},
		"USA": {"USA", "US", "United States", "United States of America", "U.S.A.", "EE.UU."},
		"COD": {"DR Congo", "Democratic Republic of the Congo", "Congo, Dem. Rep.", "Congo, Democratic Republic of the", "刚果民主共和国", "Congo (Kinshasa)"},
		"COG": {"Congo, Rep.", "Republic of the Congo", "COG", "Congo-Brazzaville", "刚果（布）"},
		"GIN": {"Guinea", "Guinée"},
		"GNB": {"Guinea-Bissau", "Guinea Bissau"},
		"TZA": {"Tanzania", "Tanzania, United Republic of", "United Republic of Tanzania (the)"},
		"BHS": {"Bahamas, The", "The Bahamas", "Bahamas"},
		"BIH": {"Bosnia & Herzegovina", "Bosnia and Herzegovina"},
		"KNA": {"St. Kitts and Nevis", "Saint Kitts & Nevis", "St Kitts and Nevis"},
		"VIR": {"Virgin Islands (U.S.)", "United States Virgin Islands"},
		"HKG": {"Hong Kong", "Hong Kong SAR, China", "China, Hong Kong SAR"},
		"GRC": {"EL", "GR", "Greece", "Hellenic Republic"},
		"ZAF": {"South Africa", "Южная Африка"}, // in Russian also a name of a region: the country wins
		"NOR": {"NO", "Norway"},
		"OMN": {"512", "OM", "Oman"},
		"MKD": {"TFYR Macedonia", "Macedonia, FYR", "North Macedonia"},
		"FSM": {"Micronesia, Federated States of", "FM"},
	} {
		for _, s := range texts {
			if m := w.Match(s); m.Kind != Matched || m.Country.ISO3 != iso3 || m.Candidates != nil || m.Fault(s) != nil {
				t.Errorf("Match(%q) = %s %s %s %v, want %s", s, m.Kind, m.Country.ISO3, m.Code, codes(m), iso3)
			}
		}
	}
}

func TestMatchFindsEveryCountryByEachOfItsCodesAndNames(t *testing.T) {
	w := world(t)
	for _, c := range w.Countries() {
		texts := []string{c.ISO2, c.ISO3, c.M49, strings.TrimLeft(c.M49, "0"), strings.ToLower(c.ISO3), " " + c.ISO3 + "\t"}
		for _, tag := range lang.Tags() {
			texts = append(texts, c.Name(tag), c.M49Name(tag))
		}
		for _, s := range texts {
			m := w.Match(s)
			if m.Kind == Ambiguous && slices.Contains([]string{"Congo", "Конго", "刚果", "الكونغو"}, s) {
				continue
			}
			if m.Kind != Matched || m.Country != c {
				t.Errorf("Match(%q) = %s %s %v, want %s", s, m.Kind, m.Country.ISO3, codes(m), c.ISO3)
			}
		}
	}
}

func TestMatchNamesWhatIsNoCountryAndNeverAssignsIt(t *testing.T) {
	w := world(t)
	for _, c := range []struct {
		kind  MatchKind
		code  string
		texts []string
	}{
		{Former, "ANT", []string{"ANT", "Netherlands Antilles", "530"}},
		{Former, "SCG", []string{"SCG", "Serbia and Montenegro", "891", "Serbia & Montenegro"}},
		{Former, "YUG", []string{"YUG", "Yugoslavia", "former Yugoslavia"}},
		{Former, "SUN", []string{"SUN", "USSR", "Soviet Union"}},
		{Former, "CSK", []string{"CSK", "Czechoslovakia"}},
		{Outside, "TWN", []string{"TWN", "TW", "158", "Taiwan", "Taiwan, Province of China", "Chinese Taipei"}},
		{Outside, "XKX", []string{"XKX", "XK", "Kosovo", "Kosovo*", "OWID_KOS"}},
		{NotACountry, "WLD", []string{"WLD", "1W"}},
		{NotACountry, "001", []string{"001", "1"}},
		{NotACountry, "002", []string{"002", "2", "Africa", "Afrique", "非洲"}},
		{NotACountry, "419", []string{"419", "Latin America and the Caribbean", "Latin America & the Caribbean"}},
		{NotACountry, "SSF", []string{"SSF", "ZG"}},
		{NotACountry, "AFR", []string{"AFR", "WHO African Region"}},
		{NotACountry, "HIC", []string{"HIC", "High income"}},
		{NotACountry, "LMY", []string{"Low & middle income"}},
		{NotACountry, "EUU", []string{"European Union", "EU", "EUU"}},
		{NotACountry, "199", []string{"199", "LDC"}},
		{NotACountry, "UNICEF_WCA", []string{"UNICEF_WCA", " UNICEF_WCA "}},
		{NotACountry, "OWID_WRL", []string{"OWID_WRL"}},
	} {
		for _, s := range c.texts {
			m := w.Match(s)
			if m.Kind != c.kind || m.Code != c.code || m.Country != (Country{}) || m.Name == "" {
				t.Errorf("Match(%q) = %s %q %q %s, want %s %s", s, m.Kind, m.Code, m.Name, m.Country.ISO3, c.kind, c.code)
			}
			if err := m.Fault(s); !fault.Is(err, fault.Refused) {
				t.Errorf("%q: %v", s, err)
			}
		}
	}
	for _, s := range []string{"World", "Sub-Saharan Africa", "Least developed countries", "Oceania", "Caribbean", "Global", "Total", "Middle East & North Africa"} {
		if m := w.Match(s); m.Kind != NotACountry {
			t.Errorf("Match(%q) = %s %s", s, m.Kind, m.Country.ISO3)
		}
	}
}

func TestMatchRefusesANameThatSeveralPlacesBear(t *testing.T) {
	w := world(t)
	for _, c := range []struct {
		text string
		want string
	}{
		{"Korea", "PRK KOR"}, {"Corée", "PRK KOR"}, {"Congo", "COG COD"}, {"Congo (the)", "COG COD"}, {"刚果", "COG COD"},
		{"Virgin Islands", "VGB VIR"}, {"Saint Martin", "MAF SXM"}, {"Micronesia", "FSM"},
	} {
		m := w.Match(c.text)
		if got := strings.Join(codes(m), " "); m.Kind != Ambiguous || got != c.want || m.Country != (Country{}) {
			t.Errorf("Match(%q) = %s %s", c.text, m.Kind, got)
		}
		_, fix := fault.Safe(m.Fault(c.text))
		for _, iso3 := range strings.Fields(c.want) {
			if !strings.Contains(fix, iso3) {
				t.Errorf("%q: the fix does not name %s: %s", c.text, iso3, fix)
			}
		}
	}
}

func TestMatchSuggestsTheNearestAndNeverTakesIt(t *testing.T) {
	w := world(t)
	for _, c := range []struct {
		text string
		want string // the candidates, the nearest first
	}{
		{"Keyna", "KEN"}, {"Untied States", "USA"}, {"Brazill", "BRA"}, {"Ukrayine", "UKR"}, {"Фанция", "FRA"},
		{"Britain", "GBR"}, {"Nigerr", "NER"}, {"Austrlia", "AUS AUT"}, {"Slovnia", "SVN"}, {"Kenya (rural)", ""},
		{"Wakanda", ""}, {"999", ""}, {"N/A", ""}, {"n.a.", ""}, {"", ""}, {" ", ""}, {"-", ""}, {"Z", ""}, {"12,5", ""}, {"0004", ""}, {"4.0", ""},
		{strings.Repeat("Kenya", 100), ""}, {"\xff\xfe", ""},
	} {
		m := w.Match(c.text)
		if got := strings.Join(codes(m), " "); m.Kind != Unknown || got != c.want || m.Country != (Country{}) {
			t.Errorf("Match(%q) = %s %s %q, want %q", c.text, m.Kind, m.Country.ISO3, got, c.want)
		}
		if err := m.Fault(c.text); !fault.Is(err, fault.Refused) || len(err.Error()) > 200 {
			t.Errorf("%.20q: %v", c.text, err)
		}
	}
}

func TestNoNameOfAPlaceIsForgottenByTheIndex(t *testing.T) {
	w := world(t)
	rows, err := readRows(shipped, "names.csv", "meaning", "code", "name")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]MatchKind{meansAlias: Matched, meansAmbiguous: Ambiguous, meansFormer: Former, meansOutside: Outside, meansGroup: NotACountry}
	seen := map[string]bool{}
	for _, r := range rows {
		m := w.Match(r.get("name"))
		if m.Kind != kinds[r.get("meaning")] || m.Kind == Matched && m.Country.ISO3 != r.get("code") {
			t.Errorf("line %d: %q is %s %s %s", r.line, r.get("name"), m.Kind, m.Country.ISO3, m.Code)
		}
		if key := strings.Join(r.cells, ","); seen[key] {
			t.Errorf("line %d stands twice: %s", r.line, key)
		} else {
			seen[key] = true
		}
	}
}

// writings draws another way to write a name: case, accents, spaces, signs.
func writings(name string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		if rapid.Bool().Draw(t, "without accents") {
			name = strings.Map(func(r rune) rune {
				if unicode.Is(unicode.Mn, r) {
					return -1
				}
				return r
			}, norm.NFD.String(name))
		}
		if rapid.Bool().Draw(t, "decomposed") {
			name = norm.NFD.String(name)
		}
		switch rapid.IntRange(0, 2).Draw(t, "case") {
		case 1:
			name = strings.ToUpper(name)
		case 2:
			name = strings.ToLower(name)
		}
		space := rapid.SampledFrom([]string{" ", "  ", "\u00a0", " - ", ", "}).Draw(t, "space")
		name = strings.ReplaceAll(name, " ", space)
		apostrophe := rapid.SampledFrom([]string{"'", "’", "ʼ", "`"}).Draw(t, "apostrophe")
		name = strings.NewReplacer("'", apostrophe, "’", apostrophe).Replace(name)
		return rapid.SampledFrom([]string{"", " ", "\t", "\u200f"}).Draw(t, "before") + name + rapid.SampledFrom([]string{"", " ", "*", "."}).Draw(t, "after")
	})
}

func TestMatchDoesNotCareHowANameIsWritten(t *testing.T) {
	w := world(t)
	all := w.Countries()
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(all).Draw(t, "country")
		tag := rapid.SampledFrom(lang.Tags()).Draw(t, "language")
		name := c.Name(tag)
		plain := w.Match(name)
		text := writings(name).Draw(t, "text")
		if m := w.Match(text); m.Kind != plain.Kind || m.Country != plain.Country {
			t.Fatalf("%q is %s %s, but %q is %s %s", name, plain.Kind, plain.Country.ISO3, text, m.Kind, m.Country.ISO3)
		}
	})
}

func TestMatchDoesNotCareForTheOrderOfWords(t *testing.T) {
	w := world(t)
	all := w.Countries()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(all).Draw(t, "country").Name(lang.English)
		words := strings.Fields(name)
		mixed := rapid.Permutation(words).Draw(t, "words")
		plain, m := w.Match(name), w.Match(strings.Join(mixed, " "))
		if m.Kind != plain.Kind || m.Country != plain.Country {
			t.Fatalf("%q is %s %s, mixed %q is %s %s", name, plain.Kind, plain.Country.ISO3, mixed, m.Kind, m.Country.ISO3)
		}
	})
}

func TestDistanceIsThatOfTheWholeTable(t *testing.T) {
	letters := rapid.SliceOfN(rapid.SampledFrom([]rune("abcдж")), 0, 9)
	rapid.Check(t, func(t *rapid.T) {
		a, b := letters.Draw(t, "a"), letters.Draw(t, "b")
		limit := rapid.IntRange(0, 9).Draw(t, "limit")
		var m ruler
		full := m.distance(a, b, 20)
		if back := m.distance(b, a, 20); back != full {
			t.Fatalf("%d one way, %d the other", full, back)
		}
		if (full == 0) != slices.Equal(a, b) || full > max(len(a), len(b)) || full < max(len(a)-len(b), len(b)-len(a)) {
			t.Fatalf("distance %d", full)
		}
		if short := m.distance(a, b, limit); short != min(full, limit+1) {
			t.Fatalf("within %d: %d, whole %d", limit, short, full)
		}
	})
}

func FuzzMatch(f *testing.F) {
	w, err := Shipped()
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"NA", "004", "Korea", "Côte d’Ivoire", "Keyna", "UNICEF_X", "\xff", "العالم", "刚果", " the ", "&"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := w.Match(s)
		if (m.Kind == Matched) != (m.Country != Country{}) || (m.Kind == Matched) != (m.Fault(s) == nil) {
			t.Fatalf("%q: %s with country %q", s, m.Kind, m.Country.ISO3)
		}
		if len(m.Candidates) > 3 || len(m.Candidates) > 0 && m.Kind != Ambiguous && m.Kind != Unknown {
			t.Fatalf("%q: %s with %d candidates", s, m.Kind, len(m.Candidates))
		}
		if again := w.Match(" " + s + " "); len(s) < maxName-2 && (again.Kind != m.Kind || again.Country != m.Country) && m.Kind != NotACountry {
			t.Fatalf("%q is %s, with spaces %s", s, m.Kind, again.Kind)
		}
		if m.Kind == Matched { // only what is known to mean it
			if folded := lang.Fold(s); w.index.exact[strings.ToUpper(folded)] == 0 && w.index.bags[bag(s)] == 0 && m.Country.ISO3 != w.countries[0].ISO3 {
				t.Fatalf("%q became %s", s, m.Country.ISO3)
			}
		}
	})
}

func BenchmarkMatchCodes(b *testing.B) {
	w := world(b)
	all := w.Countries()
	for b.Loop() { // as many as in an import of 228,000 rows
		for i := range 228_000 {
			if w.Match(all[i%len(all)].ISO3).Kind != Matched {
				b.Fatal("not matched")
			}
		}
	}
}

func BenchmarkMatchName(b *testing.B) {
	w := world(b)
	for b.Loop() {
		w.Match("TANZANIA, United Rep. of")
	}
}

func BenchmarkMatchUnknown(b *testing.B) {
	w := world(b)
	for b.Loop() {
		w.Match("Untied Sttes of Amrica")
	}
}
