package reference

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"waymark/internal/lang"
)

// The meanings of a line of names.csv, our own list of what lists write for a place beside its codes
// and its names in countries.csv.
const (
	meansAlias     = "alias"     // another name or code of a country
	meansAmbiguous = "ambiguous" // a name that several places bear: the code column has the candidates
	meansFormer    = "former"    // a State that is no more
	meansOutside   = "outside"   // an area that M49 does not list
	meansGroup     = "group"     // a region, an income group, the world
)

// index finds what a text means.
type index struct {
	exact   map[string]int32 // codes in capitals and names to the letter → place in answers
	bags    map[string]int32 // folded words in alphabetical order → place in answers
	answers []Match
	names   []foldedName // for the nearest names
}

// readNames builds the index of codes and names from the countries, names.csv and the names of
// regions and groups in the catalogs. A name that two lines give different meanings is an error,
// unless names.csv says that it is ambiguous.
func (w *World) readNames(fsys fs.FS) error {
	w.index = &index{exact: map[string]int32{}, bags: map[string]int32{}}
	rows, err := readRows(fsys, "names.csv", "meaning", "code", "name")
	if err != nil {
		return err
	}
	for _, r := range rows { // first, so that they win over the one country whose official name it is
		if r.get("meaning") == meansAmbiguous {
			if err := w.addAmbiguous(r); err != nil {
				return err
			}
		}
	}
	for i := range w.countries {
		if err := w.addCountry(i); err != nil {
			return err
		}
	}
	if err := w.addGroups(); err != nil {
		return err
	}
	for _, r := range rows {
		if r.get("meaning") != meansAmbiguous {
			if err := w.addOther(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *World) addAmbiguous(r row) error {
	m := Match{Kind: Ambiguous, Name: r.get("name")}
	for _, iso3 := range splitList(r.get("code")) {
		c, ok := w.Country(iso3)
		if !ok {
			return r.fail("code", fmt.Errorf("%q is no country of countries.csv", iso3))
		}
		m.Candidates = append(m.Candidates, c)
	}
	w.index.bags[bag(r.get("name"))] = w.index.take(m)
	return nil
}

// addCountry enters the codes of a country and its official names in six languages.
func (w *World) addCountry(i int) error {
	c := w.countries[i]
	at := w.index.take(Match{Kind: Matched, Country: c})
	short := strings.TrimLeft(c.M49, "0")
	for _, code := range []string{c.ISO3, c.ISO2, c.M49, short, "0" + short} {
		if len(code) > 3 {
			continue
		}
		if err := w.index.enter(w.index.exact, code, at); err != nil {
			return err
		}
	}
	for _, t := range nameTags {
		for _, name := range []string{c.Name(t), c.M49Name(t)} {
			if err := w.addName(name, at, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// addOther enters a line of names.csv.
func (w *World) addOther(r row) error {
	code, name := r.get("code"), r.get("name")
	if r.get("meaning") == meansAlias {
		i, ok := w.byISO3[code]
		if !ok {
			return r.fail("code", fmt.Errorf("%q is no country of countries.csv", code))
		}
		return w.addName(name, w.index.exact[code], i)
	}
	m := Match{Code: code, Name: name}
	switch r.get("meaning") {
	case meansFormer:
		m.Kind = Former
	case meansOutside:
		m.Kind = Outside
	case meansGroup:
		m.Kind = NotACountry
	default:
		return r.fail("meaning", fmt.Errorf("%q is no meaning", r.get("meaning")))
	}
	at, seen := w.index.exact[code]
	if !seen { // the first line of a code gives its name
		at = w.index.take(m)
		if err := w.index.enter(w.index.exact, code, at); err != nil {
			return err
		}
	}
	return w.index.enter(w.index.bags, bag(name), at)
}

// addGroups enters the M49 regions and the groups of countries, by code and in six languages.
func (w *World) addGroups() error {
	for _, key := range lang.Keys() {
		code, isRegion := strings.CutPrefix(key, "region.")
		isRegion = isRegion && len(code) == 3 && digits(code)
		if !isRegion && key != "group.ldc" && key != "group.lldc" && key != "group.sids" {
			continue
		}
		code = strings.TrimPrefix(code, "group.")
		at := w.index.take(Match{Kind: NotACountry, Code: code, Name: lang.For(lang.English).T(key)})
		if isRegion {
			for _, c := range []string{code, strings.TrimLeft(code, "0"), strings.TrimPrefix(code, "0")} {
				if err := w.index.enter(w.index.exact, c, at); err != nil {
					return err
				}
			}
		}
		for _, t := range nameTags {
			name := bag(lang.For(t).T(key))
			if _, taken := w.index.bags[name]; !taken { // a country of the same name wins
				w.index.bags[name] = at
			}
		}
	}
	return nil
}

// addName enters a name of a country: folded, and for the nearest names.
func (w *World) addName(name string, at int32, country int) error {
	if err := w.index.enter(w.index.bags, bag(name), at); err != nil {
		return err
	}
	if i, ok := w.index.bags[bag(name)]; ok && i == at {
		if _, taken := w.index.exact[name]; !taken {
			w.index.exact[name] = at
		}
	}
	n := newFoldedName(lang.Fold(name), country)
	if !slices.ContainsFunc(w.index.names, func(o foldedName) bool { return o.country == country && o.joined == n.joined }) {
		w.index.names = append(w.index.names, n)
	}
	return nil
}

// take keeps an answer and gives its place.
func (x *index) take(m Match) int32 {
	x.answers = append(x.answers, m)
	return int32(len(x.answers) - 1)
}

// enter gives a key its meaning. What has the same meaning already is no trouble, nor is a name that
// is known to be ambiguous or that two groups share; a second meaning is.
func (x *index) enter(into map[string]int32, key string, at int32) error {
	old, taken := into[key]
	if key == "" {
		return fmt.Errorf("names.csv: an empty name for %s", x.answers[at].meaning())
	}
	if !taken {
		into[key] = at
		return nil
	}
	was, is := x.answers[old], x.answers[at]
	if old == at || was.Kind == Ambiguous || was.Kind == NotACountry && is.Kind == NotACountry {
		return nil
	}
	return fmt.Errorf("names.csv: %q means both %s and %s", key, was.meaning(), is.meaning())
}

func (m Match) meaning() string {
	if m.Kind == Matched {
		return m.Country.ISO3
	}
	return string(m.Kind) + " " + m.Code
}
