package reference

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"waymark/internal/lang"
)

// Country is a country or area of the United Nations standard M49. Not all are States: Member and
// Observer tell which are at the United Nations, and nothing here says more than that standard does.
type Country struct {
	ISO2     string
	ISO3     string // the code that is published
	M49      string // three digits
	Member   bool   // one of the 193 Member States
	Observer bool   // one of the two observer States
	// Region and Subregion are M49 codes of three digits; Antarctica has neither. Their names in the
	// reader's language are the messages "region." + code.
	Region    string
	Subregion string
	// RegionName, SubregionName and IntermediateRegion are in English, as in the standard.
	RegionName         string
	SubregionName      string
	IntermediateRegion string
	LDC                bool // least developed countries
	LLDC               bool // landlocked developing countries
	SIDS               bool // small island developing States
	names              *names
}

// names are a country's names in the order of nameTags.
type names struct{ short, m49 [6]string }

var nameTags = [6]lang.Tag{lang.English, lang.French, lang.Spanish, lang.Arabic, lang.Chinese, lang.Russian}

// Name is the name to show in a language: the United Nations short name without its article, else
// the M49 name. A language that is none of the six is answered in English.
func (c Country) Name(t lang.Tag) string {
	if c.names == nil {
		return c.ISO3
	}
	i := max(slices.Index(nameTags[:], t), 0)
	if c.names.short[i] != "" {
		return c.names.short[i]
	}
	return c.names.m49[i]
}

// M49Name is the name in the standard M49: sometimes longer than Name.
func (c Country) M49Name(t lang.Tag) string {
	if c.names == nil {
		return c.ISO3
	}
	return c.names.m49[max(slices.Index(nameTags[:], t), 0)]
}

// articles end a short name in the United Nations terminology: "Bahamas (the)", "Afghanistan (l')".
var articles = []string{" (the)", " (l')", " (l’)", " (le)", " (la)", " (les)", " (el)", " (los)", " (las)"}

func withoutArticle(name string) string {
	for _, a := range articles {
		if s, ok := strings.CutSuffix(name, a); ok {
			return s
		}
	}
	return name
}

// Countries lists all countries and areas of M49, in the order of their ISO alpha-3 codes.
func (w *World) Countries() []Country { return slices.Clone(w.countries) }

// Country finds a country by its ISO alpha-3 code, in capitals.
func (w *World) Country(iso3 string) (Country, bool) {
	i, ok := w.byISO3[iso3]
	if !ok {
		return Country{}, false
	}
	return w.countries[i], true
}

// UNMembers is the universe of the 193 Member States of the United Nations.
const UNMembers = "un-members"

// Universe is the countries that a figure counts: its denominator, named beside every figure.
type Universe struct {
	Code    string
	Title   string   // English
	Key     string   // message key of the title
	Members []string // ISO alpha-3, sorted; not to be changed
	index   map[string]int
}

// Index gives the place of a country among the Members, and -1 for one that does not count.
func (u Universe) Index(iso3 string) int {
	if i, ok := u.index[iso3]; ok {
		return i
	}
	return -1
}

// Has tells whether a country counts.
func (u Universe) Has(iso3 string) bool { return u.Index(iso3) >= 0 }

// NewUniverse makes a universe of ISO alpha-3 codes, each once.
func NewUniverse(code, title string, members []string) Universe {
	u := Universe{Code: code, Title: title, Key: "universe." + code, Members: slices.Clone(members)}
	slices.Sort(u.Members)
	u.Members = slices.Compact(u.Members)
	u.index = make(map[string]int, len(u.Members))
	for i, m := range u.Members {
		u.index[m] = i
	}
	return u
}

// Universe finds a shipped universe by its code (UNMembers).
func (w *World) Universe(code string) (Universe, bool) {
	u, ok := w.universes[code]
	return u, ok
}

func (w *World) readCountries(fsys fs.FS) error {
	columns := []string{"iso2", "iso3", "m49", "un_member", "un_observer", "m49_region_code", "m49_region",
		"m49_subregion_code", "m49_subregion", "m49_intermediate_region", "ldc", "lldc", "sids"}
	for _, t := range nameTags {
		columns = append(columns, "name_"+string(t), "unterm_short_"+string(t))
	}
	rows, err := readRows(fsys, "seed/countries.csv", columns...)
	if err != nil {
		return err
	}
	w.byISO3 = make(map[string]int, len(rows))
	var members []string
	for _, r := range rows {
		c, err := countryOf(r)
		if err != nil {
			return err
		}
		if _, twice := w.byISO3[c.ISO3]; twice {
			return r.fail("iso3", fmt.Errorf("%s stands twice", c.ISO3))
		}
		w.byISO3[c.ISO3] = len(w.countries)
		w.countries = append(w.countries, c)
		if c.Member {
			members = append(members, c.ISO3)
		}
	}
	w.universes = map[string]Universe{
		UNMembers: NewUniverse(UNMembers, "Member States of the United Nations", members),
	}
	w.areas = areasOf(w.countries)
	return nil
}

func countryOf(r row) (Country, error) {
	c := Country{
		ISO2: r.get("iso2"), ISO3: r.get("iso3"), M49: r.get("m49"),
		Region: m49(r.get("m49_region_code")), RegionName: r.get("m49_region"),
		Subregion: m49(r.get("m49_subregion_code")), SubregionName: r.get("m49_subregion"),
		IntermediateRegion: r.get("m49_intermediate_region"), names: new(names),
	}
	if len(c.ISO2) != 2 || len(c.ISO3) != 3 || len(c.M49) != 3 || !digits(c.M49) {
		return c, r.fail("iso3", fmt.Errorf("the codes %q, %q and %q are not of two letters, three letters and three digits", c.ISO2, c.ISO3, c.M49))
	}
	for _, f := range []struct {
		column string
		into   *bool
	}{{"un_member", &c.Member}, {"un_observer", &c.Observer}, {"ldc", &c.LDC}, {"lldc", &c.LLDC}, {"sids", &c.SIDS}} {
		v, err := r.flag(f.column)
		if err != nil {
			return c, err
		}
		*f.into = v
	}
	for i, t := range nameTags {
		c.names.m49[i] = r.get("name_" + string(t))
		c.names.short[i] = withoutArticle(r.get("unterm_short_" + string(t)))
		if c.names.m49[i] == "" {
			return c, r.fail("name_"+string(t), fmt.Errorf("%s has no name", c.ISO3))
		}
	}
	return c, nil
}

// m49 gives a code its three digits; the region columns of the file have lost their leading zeros.
func m49(code string) string {
	if code == "" || len(code) >= 3 {
		return code
	}
	return strings.Repeat("0", 3-len(code)) + code
}
