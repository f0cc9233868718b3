package reference

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"
)

// Population is the people of a country on 1 July of a year.
type Population struct {
	Total int64
	// Under18 and the bands 0-4, 5-9, 10-14 and 15-17 are known only where HasAges; otherwise they
	// are not zero but missing.
	HasAges    bool
	Under18    int64
	Bands      [4]int64
	Projection bool // a projection, not an estimate
}

// Population gives the people of a country in a year; false where the file has none.
func (w *World) Population(iso3 string, year int) (Population, bool) {
	p, ok := w.population[countryYear{iso3, year}]
	return p, ok
}

// PopulationYears gives the first and the last year of the population file.
func (w *World) PopulationYears() (first, last int) { return w.first, w.last }

// Weights is the children of each country of a universe in one year: what turns a share of countries
// into a share of children. A country whose children are not known weighs nothing and is counted
// apart; it does not weigh 0.
type Weights struct {
	Year       int
	Projection bool  // some of the numbers are projections
	Total      int64 // children under 18 of the countries that are known
	Unknown    int   // countries of the universe without a number
	children   []int64
	known      []bool
}

// At gives the children of the country at a place of the universe (Universe.Index); false where they
// are not known, and for a place outside it.
func (w Weights) At(i int) (children int64, known bool) {
	if i < 0 || i >= len(w.children) {
		return 0, false
	}
	return w.children[i], w.known[i]
}

// Weight gives the children under 18 of a country in a year; false where they are not known.
func (w *World) Weight(iso3 string, year int) (children int64, known bool) {
	p := w.population[countryYear{iso3, year}]
	return p.Under18, p.HasAges
}

// Weights gives the children of all countries of a universe in a year; false for a year outside
// PopulationYears.
func (w *World) Weights(u Universe, year int) (Weights, bool) {
	if year < w.first || year > w.last {
		return Weights{}, false
	}
	out := Weights{Year: year, children: make([]int64, len(u.Members)), known: make([]bool, len(u.Members))}
	for i, iso3 := range u.Members {
		p := w.population[countryYear{iso3, year}]
		out.children[i], out.known[i] = p.Under18, p.HasAges
		if !p.HasAges {
			out.Unknown++
			continue
		}
		out.Total += p.Under18
		out.Projection = out.Projection || p.Projection
	}
	return out, true
}

// InternetShare is the share of all people of a country, of every age, who use the Internet.
type InternetShare struct {
	Share decimal.Decimal // 0 to 1, exact
	Year  int             // the year it is of
}

// InternetShare gives the latest share at or before a year; false where there is none. It says nothing
// of how old the share is: compare Year.
func (w *World) InternetShare(iso3 string, year int) (InternetShare, bool) {
	uses := w.internet[iso3]
	for i := len(uses) - 1; i >= 0; i-- {
		if uses[i].Year <= year {
			return uses[i], true
		}
	}
	return InternetShare{}, false
}

func (w *World) readPopulation(fsys fs.FS) error {
	columns := []string{"pop_total", "pop_under_18", "pop_0_4", "pop_5_9", "pop_10_14", "pop_15_17"}
	rows, err := readRows(fsys, "seed/child_population.csv", append(columns, "iso3", "year", "kind")...)
	if err != nil {
		return err
	}
	w.population = make(map[countryYear]Population, len(rows))
	for _, r := range rows {
		year, err := strconv.Atoi(r.get("year"))
		if err != nil {
			return r.fail("year", err)
		}
		var n [6]int64
		empty := 0
		for i, c := range columns {
			if r.get(c) == "" {
				empty++
				continue
			}
			if n[i], err = strconv.ParseInt(r.get(c), 10, 64); err != nil || n[i] < 0 {
				return r.fail(c, fmt.Errorf("%q is not a number of people", r.get(c)))
			}
		}
		p := Population{Total: n[0], Under18: n[1], Bands: [4]int64(n[2:]), HasAges: empty == 0}
		switch {
		case r.get("pop_total") == "" || empty != 0 && empty != 5:
			return r.fail("pop_total", fmt.Errorf("ages are given all together or not at all, and the total always"))
		case p.HasAges && p.Bands[0]+p.Bands[1]+p.Bands[2]+p.Bands[3] != p.Under18:
			return r.fail("pop_under_18", fmt.Errorf("the four bands do not add up to %d", p.Under18))
		}
		switch kind := r.get("kind"); kind {
		case "estimate":
		case "projection_medium_variant":
			p.Projection = true
		default:
			return r.fail("kind", fmt.Errorf("%q is neither an estimate nor a projection", kind))
		}
		key := countryYear{r.get("iso3"), year}
		if _, twice := w.population[key]; twice {
			return r.fail("iso3", fmt.Errorf("%s stands twice for %d", key.iso3, year))
		}
		w.population[key] = p
		if w.first == 0 || year < w.first {
			w.first = year
		}
		w.last = max(w.last, year)
	}
	return nil
}

func (w *World) readInternet(fsys fs.FS) error {
	const share = "pct_individuals_using_internet"
	rows, err := readRows(fsys, "seed/internet_use.csv", "iso3", "year", share)
	if err != nil {
		return err
	}
	w.internet = map[string][]InternetShare{}
	hundred := decimal.NewFromInt(100)
	for _, r := range rows {
		year, err := strconv.Atoi(r.get("year"))
		if err != nil {
			return r.fail("year", err)
		}
		percent, err := decimal.NewFromString(r.get(share))
		if err != nil || percent.IsNegative() || percent.GreaterThan(hundred) {
			return r.fail(share, fmt.Errorf("%q is not a percentage", r.get(share)))
		}
		iso3 := r.get("iso3")
		w.internet[iso3] = append(w.internet[iso3], InternetShare{percent.Shift(-2), year})
	}
	for _, uses := range w.internet {
		slices.SortFunc(uses, func(a, b InternetShare) int { return a.Year - b.Year })
	}
	return nil
}
