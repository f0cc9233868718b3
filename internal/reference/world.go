package reference

import (
	"fmt"
	"io/fs"
	"sync"
)

// World is everything the shipped reference files say: countries, groups, children, Internet use and
// the places where abuse can be reported. It never changes once read, so all requests share one.
type World struct {
	countries  []Country
	byISO3     map[string]int
	universes  map[string]Universe
	areas      []Area
	population map[countryYear]Population
	first      int // year of the population file
	last       int
	internet   map[string][]InternetShare // ISO3 → by year, ascending
	contacts   map[string][]Contact       // ISO3 → in file order; "" is the international ones
	mechanisms map[string][]Mechanism     // likewise; "" has those without a code
	provenance map[string]Provenance
	index      *index
}

type countryYear struct {
	iso3 string
	year int
}

// Shipped gives the world of the data files in the program. They are read and checked on the first
// call; an error means that the program was built from damaged files.
var Shipped = sync.OnceValues(func() (*World, error) { return read(shipped) })

// read makes a World of the files of seed/ and names.csv, once their checksums are right.
func read(fsys fs.FS) (*World, error) {
	told := map[string]Provenance{}
	for _, name := range SeedFiles() {
		p, err := readProvenance(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("reference data: %w", err)
		}
		told[name] = p
	}
	w, err := parse(fsys)
	if err != nil {
		return nil, err
	}
	w.provenance = told
	return w, nil
}

// parse reads the files themselves; what comes first is needed by what follows.
func parse(fsys fs.FS) (*World, error) {
	w := &World{}
	for _, part := range []func(fs.FS) error{
		w.readCountries, w.readPopulation, w.readInternet, w.readContacts, w.readMechanisms, w.readNames,
	} {
		if err := part(fsys); err != nil {
			return nil, fmt.Errorf("reference data: %w", err)
		}
	}
	return w, nil
}

// Provenance tells where a shipped data file ("treaties.csv") comes from and under which licence.
func (w *World) Provenance(name string) (Provenance, bool) {
	p, ok := w.provenance[name]
	return p, ok
}
