package reference

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/shopspring/decimal"

	"waymark/internal/lang"
)

func world(t testing.TB) *World {
	t.Helper()
	w, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func members(t testing.TB) Universe {
	t.Helper()
	u, ok := world(t).Universe(UNMembers)
	if !ok {
		t.Fatal("no universe of members")
	}
	return u
}

func TestEveryShippedFileIsTheOneItsProvenanceDescribes(t *testing.T) {
	w := world(t)
	files := SeedFiles()
	if len(files) < 14 || !slices.IsSorted(files) {
		t.Fatalf("shipped: %v", files)
	}
	for _, name := range files {
		data, ok := SeedFile(name)
		p, told := w.Provenance(name)
		if !ok || !told {
			t.Errorf("%s: file %v, provenance %v", name, ok, told)
			continue
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != p.SHA256 || p.File != name {
			t.Errorf("%s: the provenance is of another file", name)
		}
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll() // refuses lines of unequal length
		if err != nil || len(rows)-1 != p.Rows {
			t.Errorf("%s has %d rows, the provenance says %d: %v", name, len(rows)-1, p.Rows, err)
		}
		for what, text := range map[string]string{"title": p.Title, "publisher": p.Publisher, "licence": p.Licence, "attribution": p.Attribution, "completeness": p.Completeness} {
			if text == "" {
				t.Errorf("%s: no %s", name, what)
			}
		}
		if strings.Contains(p.Use, "tests") {
			t.Errorf("%s is for tests only (%s) and must not be shipped", name, p.Use)
		}
	}
	if _, ok := SeedFile("../world.go"); ok {
		t.Error("a file outside seed/ was given")
	}
}

func TestOnlyProductAndContextMayLeaveTheProgram(t *testing.T) {
	w := world(t)
	for _, c := range []struct {
		file                string
		exportable, context bool
	}{
		{"treaties.csv", true, false},
		{"reporting_contacts.csv", true, false},
		{"initiatives.csv", true, false},
		{"enforcement_usdol.csv", true, true},
		{"network_sizes.csv", true, true},
		{"reports_volume.csv", true, true},
		{"csam_legislation.csv", false, false},
	} {
		p, ok := w.Provenance(c.file)
		if !ok || p.Exportable() != c.exportable || p.Context() != c.context {
			t.Errorf("%s (%s): exportable %v, context %v", c.file, p.Use, p.Exportable(), p.Context())
		}
	}
}

func TestReportVolumesAreOfTheOneOrganisationWhoseLicenceAllowsIt(t *testing.T) {
	rows, err := readRows(shipped, "seed/reports_volume.csv", "organisation")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.get("organisation") != "NCMEC CyberTipline" {
			t.Errorf("line %d is of %s", r.line, r.get("organisation"))
		}
	}
}

func TestMembershipIs193WithTwoObservers(t *testing.T) {
	w, u := world(t), members(t)
	if got := len(w.Countries()); got != 248 {
		t.Errorf("%d countries", got)
	}
	observers := 0
	for _, c := range w.Countries() {
		if c.Observer {
			observers++
		}
		if c.Member != u.Has(c.ISO3) {
			t.Errorf("%s: member %v, in the universe %v", c.ISO3, c.Member, u.Has(c.ISO3))
		}
		if got, ok := w.Country(c.ISO3); !ok || got != c {
			t.Errorf("Country(%s) = %v", c.ISO3, got)
		}
	}
	if len(u.Members) != 193 || observers != 2 || !slices.IsSorted(u.Members) {
		t.Errorf("%d members, %d observers", len(u.Members), observers)
	}
	for i, iso3 := range u.Members {
		if u.Index(iso3) != i {
			t.Errorf("%s stands at %d, not %d", iso3, u.Index(iso3), i)
		}
	}
	for _, other := range []string{"TWN", "XKX", "ANT", "PSE", "", "ken"} {
		if u.Index(other) != -1 {
			t.Errorf("%q counts", other)
		}
	}
	if _, ok := w.Universe("itu-members"); ok {
		t.Error("a universe that is not shipped was found")
	}
}

func TestNamesAreShortUNNamesWithoutTheirArticle(t *testing.T) {
	w := world(t)
	for _, c := range []struct {
		iso3 string
		tag  lang.Tag
		want string
	}{
		{"BHS", lang.English, "Bahamas"},
		{"AFG", lang.French, "Afghanistan"},
		{"NLD", lang.English, "Netherlands"},
		{"NLD", lang.Arabic, "هولندا"},
		{"USA", lang.Spanish, "Estados Unidos de América"},
		{"BOL", lang.English, "Bolivia (Plurinational State of)"},
		{"IRN", lang.French, "Iran (République islamique d')"},
		{"CIV", lang.English, "Côte d’Ivoire"}, // no short name: the M49 name
		{"TUR", lang.Russian, "Турция"},
		{"COG", lang.Chinese, "刚果（布）"},
		{"ABW", lang.Arabic, "أروبا"},
		{"KEN", "de", "Kenya"},
	} {
		country, _ := w.Country(c.iso3)
		if got := country.Name(c.tag); got != c.want {
			t.Errorf("%s in %s: %q, want %q", c.iso3, c.tag, got, c.want)
		}
	}
	if c, _ := w.Country("NLD"); c.M49Name(lang.English) != "Netherlands (Kingdom of the)" {
		t.Errorf("M49 name of NLD: %q", c.M49Name(lang.English))
	}
	for _, c := range w.Countries() {
		for _, tag := range lang.Tags() {
			name := c.Name(tag)
			if name == "" || name != withoutArticle(name) || strings.TrimSpace(name) != name {
				t.Errorf("%s in %s: %q", c.ISO3, tag, name)
			}
		}
	}
	if got := (Country{ISO3: "KEN"}).Name(lang.English); got != "KEN" {
		t.Errorf("a country without names is called %q", got)
	}
}

func TestChildrenAreThoseOfTheExpectedFigures(t *testing.T) {
	w, u := world(t), members(t)
	for _, c := range []struct {
		year       int
		total      int64
		projection bool
		online     int // states with children and a share of Internet users
	}{
		{2015, 2_283_908_490, false, 182},
		{2020, 2_344_484_240, false, 183},
		{2022, 2_366_445_322, true, 183},
	} {
		got, ok := w.Weights(u, c.year)
		if !ok || got.Total != c.total || got.Unknown != 10 || got.Projection != c.projection || got.Year != c.year {
			t.Errorf("%d: %d children, %d unknown, projection %v", c.year, got.Total, got.Unknown, got.Projection)
		}
		var sum int64
		online := 0
		for i, iso3 := range u.Members {
			n, known := got.At(i)
			if m, k := w.Weight(iso3, c.year); m != n || k != known {
				t.Errorf("%s %d: %d, %v and %d, %v", iso3, c.year, n, known, m, k)
			}
			if known {
				sum += n
				if s, ok := w.InternetShare(iso3, c.year); ok {
					online++
					if s.Year > c.year || s.Share.IsNegative() || s.Share.GreaterThan(decimal.NewFromInt(1)) {
						t.Errorf("%s %d: %v of %d", iso3, c.year, s.Share, s.Year)
					}
				}
			}
		}
		if sum != c.total || online != c.online {
			t.Errorf("%d: the parts add up to %d, %d states online", c.year, sum, online)
		}
	}
}

func TestStatesWithoutAgesDoNotWeighZero(t *testing.T) {
	w, u := world(t), members(t)
	weights, _ := w.Weights(u, 2020)
	for _, iso3 := range strings.Fields("AND DMA KNA LIE MCO MHL NRU PLW SMR TUV") {
		if n, known := w.Weight(iso3, 2020); known {
			t.Errorf("%s weighs %d", iso3, n)
		}
		if _, known := weights.At(u.Index(iso3)); known {
			t.Errorf("%s weighs", iso3)
		}
		if p, ok := w.Population(iso3, 2020); !ok || p.Total == 0 || p.HasAges {
			t.Errorf("%s: %+v, %v", iso3, p, ok)
		}
	}
	first, last := w.PopulationYears()
	if first != 2010 || last != 2024 {
		t.Errorf("years %d-%d", first, last)
	}
	for _, year := range []int{first - 1, last + 1} {
		if _, ok := w.Weights(u, year); ok {
			t.Errorf("there are weights of %d", year)
		}
		if _, known := w.Weight("KEN", year); known {
			t.Errorf("Kenya weighs in %d", year)
		}
	}
	for _, i := range []int{-1, 193} {
		if _, known := weights.At(i); known {
			t.Errorf("place %d weighs", i)
		}
	}
}

func TestInternetShareIsTheLatestUpToTheYearAndExact(t *testing.T) {
	w := world(t)
	s, ok := w.InternetShare("ABW", 2012)
	if !ok || s.Share.String() != "0.74" || s.Year != 2012 {
		t.Errorf("ABW 2012: %v of %d", s.Share, s.Year)
	}
	if s, ok := w.InternetShare("SDN", 2015); ok {
		t.Errorf("Sudan up to 2015: %v of %d", s.Share, s.Year)
	}
	if s, ok := w.InternetShare("SDN", 2020); !ok || s.Year > 2020 || s.Year <= 2015 {
		t.Errorf("Sudan up to 2020: %v of %d, %v", s.Share, s.Year, ok)
	}
	if _, ok := w.InternetShare("KEN", 2009); ok {
		t.Error("there is a share before the first year")
	}
}

func TestGroupsHaveTheMembersOfTheExpectedFigures(t *testing.T) {
	w, u := world(t), members(t)
	want := []struct {
		code, name string
		n          int
	}{
		{"002", "Africa", 54}, {"009", "Oceania", 14}, {"019", "Americas", 35}, {"142", "Asia", 47}, {"150", "Europe", 43},
		{"ldc", "Least developed countries", 44}, {"lldc", "Landlocked developing countries", 32}, {"sids", "Small island developing States", 37},
	}
	got := w.Groups(u)
	if len(got) != len(want) {
		t.Fatalf("%d groups", len(got))
	}
	inRegions := 0
	for i, g := range got {
		if g.Code != want[i].code || g.Name != want[i].name || len(g.Members) != want[i].n || !slices.IsSorted(g.Members) {
			t.Errorf("%s %s: %d members", g.Code, g.Name, len(g.Members))
		}
		if i < 5 {
			inRegions += len(g.Members)
		}
		for _, tag := range lang.Tags() {
			if !lang.For(tag).Has(g.Key) {
				t.Errorf("no %s in %s", g.Key, tag)
			}
		}
	}
	if inRegions != 193 {
		t.Errorf("the regions hold %d members", inRegions)
	}
}

func TestAreasAreOneTreeFromTheWorldToTheCountries(t *testing.T) {
	seen := map[string]AreaLevel{}
	levels := map[AreaLevel]int{}
	for i, a := range world(t).Areas() {
		parent, known := seen[a.Parent]
		switch {
		case i == 0 && (a.Code != WorldCode || a.Parent != "" || a.Level != WorldLevel):
			t.Errorf("the tree begins with %+v", a)
		case i > 0 && !known:
			t.Errorf("%s comes before its parent %s", a.Code, a.Parent)
		case a.Level == RegionLevel && parent != WorldLevel, a.Level == SubregionLevel && parent != RegionLevel:
			t.Errorf("%s hangs from a %s", a.Code, parent)
		case a.Level == CountryLevel && parent != SubregionLevel && a.Code != "ATA":
			t.Errorf("%s hangs from a %s", a.Code, parent)
		}
		if _, twice := seen[a.Code]; twice || len(a.Code) != 3 || a.Name == "" {
			t.Errorf("%+v", a)
		}
		if a.Key != "" && !lang.For(lang.French).Has(a.Key) {
			t.Errorf("no message %s", a.Key)
		}
		seen[a.Code] = a.Level
		levels[a.Level]++
	}
	if levels[RegionLevel] != 5 || levels[SubregionLevel] != 17 || levels[CountryLevel] != 248 {
		t.Errorf("%v", levels)
	}
}

func TestTheWorldIsReadOnlyByItsReaders(t *testing.T) {
	w := world(t)
	w.Countries()[0].ISO3 = "XXX"
	w.Areas()[0].Code = "XXX"
	w.Match("Korea").Candidates[0].ISO3 = "XXX"
	if w.Countries()[0].ISO3 == "XXX" || w.Areas()[0].Code == "XXX" || w.Match("Korea").Candidates[0].ISO3 == "XXX" {
		t.Error("a reader changed the world")
	}
}

func TestDamagedFilesAreRefusedWithTheirPlace(t *testing.T) {
	for _, c := range []struct{ file, old, new, want string }{
		{"seed/countries.csv", "AW,ABW,533", "AW,ABW,33", "countries.csv, line 2"},
		{"seed/countries.csv", "AF,AFG,004", "AF,ABW,004", "ABW stands twice"},
		{"seed/countries.csv", ",un_member,", ",member,", "has no column un_member"},
		{"seed/child_population.csv", "ABW,2010,6661,", "ABW,2010,6662,", "the four bands do not add up"},
		{"seed/child_population.csv", "ABW,2010,6661,", "ABW,2010,,", "all together or not at all"},
		{"seed/child_population.csv", "ABW,2011,6563", "ABW,2010,6563", "line 3, column iso3: ABW stands twice"},
		{"seed/internet_use.csv", "ABW,2010,62", "ABW,2010,162", "not a percentage"},
		{"seed/internet_use.csv", "ABW,2010,62", "ABW,2010,", "not a percentage"},
		{"seed/reporting_contacts.csv", "ALB,ALO 116 111,helpline", "ALX,ALO 116 111,helpline", "no country of countries.csv"},
		{"seed/reporting_contacts.csv", "ALB,ALO 116 111,helpline", "ALB,ALO 116 111,chat", "no kind of contact"},
		{"seed/reporting_contacts.csv", "https://www.isigurt.al/", "http://www.isigurt.al/", "not an https address"},
		{"seed/reporting_mechanisms.csv", "AUS,,,inhope_hotline", "AUS,,,inhope", "no kind of mechanism"},
		{"names.csv", "alias,CIV,Ivory Coast", "alias,GHA,Ivory Coast\nalias,CIV,Ivory Coast", "means both GHA and CIV"},
		{"names.csv", "alias,CIV,Ivory Coast", "alias,XXX,Ivory Coast", "no country of countries.csv"},
		{"names.csv", "alias,CIV,Ivory Coast", "alias,CIV,***", "an empty name"},
	} {
		files := fstest.MapFS{}
		err := fs.WalkDir(shipped, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(shipped, path)
			if path == c.file {
				if !bytes.Contains(data, []byte(c.old)) {
					t.Errorf("%s does not hold %q", path, c.old)
				}
				data = bytes.Replace(data, []byte(c.old), []byte(c.new), 1)
			}
			files[path] = &fstest.MapFile{Data: data}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := read(files); c.file != "names.csv" && (err == nil || !strings.Contains(err.Error(), "checksums differ")) {
			t.Errorf("%s with %q: %v, want the checksum to tell", c.file, c.new, err)
		}
		_, err = parse(files)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q: %v, want %q", c.file, c.new, err, c.want)
		}
	}
}

func BenchmarkShipped(b *testing.B) {
	for b.Loop() {
		if _, err := read(shipped); err != nil {
			b.Fatal(err)
		}
	}
}
