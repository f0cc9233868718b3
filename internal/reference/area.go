package reference

import (
	"maps"
	"slices"

	"waymark/internal/lang"
)

// Area is a node of the tree of places that figures are about: the world, its regions, their
// subregions, and countries. The model does not stop at countries; the shipped data do.
type Area struct {
	Code   string // M49 for the world and regions, ISO alpha-3 for countries
	Level  AreaLevel
	Parent string // Code of the area it lies in; empty for the world
	Name   string // English
	Key    string // message key of the name; empty for countries, which have names of their own
}

// AreaLevel is the depth of an area in the tree.
type AreaLevel string

// The levels of the shipped areas, from the top.
const (
	WorldLevel     AreaLevel = "world"
	RegionLevel    AreaLevel = "region"
	SubregionLevel AreaLevel = "subregion"
	CountryLevel   AreaLevel = "country"
)

// WorldCode is the M49 code of the world, the root of the tree.
const WorldCode = "001"

// Areas lists the tree, every parent before its children: the world, regions and subregions by code,
// countries by ISO alpha-3. Antarctica is in no region and hangs from the world.
func (w *World) Areas() []Area { return slices.Clone(w.areas) }

func areasOf(countries []Country) []Area {
	regions, subregions := map[string]Area{}, map[string]Area{}
	var leaves []Area
	for _, c := range countries {
		parent := WorldCode
		if c.Region != "" {
			regions[c.Region] = Area{c.Region, RegionLevel, WorldCode, c.RegionName, "region." + c.Region}
			parent = c.Region
		}
		if c.Subregion != "" {
			subregions[c.Subregion] = Area{c.Subregion, SubregionLevel, c.Region, c.SubregionName, "region." + c.Subregion}
			parent = c.Subregion
		}
		leaves = append(leaves, Area{Code: c.ISO3, Level: CountryLevel, Parent: parent, Name: c.Name(lang.English)})
	}
	tree := []Area{{WorldCode, WorldLevel, "", "World", "region." + WorldCode}}
	for _, level := range []map[string]Area{regions, subregions} {
		for _, code := range slices.Sorted(maps.Keys(level)) {
			tree = append(tree, level[code])
		}
	}
	return append(tree, leaves...)
}

// Group is a set of countries that figures are broken down by.
type Group struct {
	Code    string   // M49 code of a region, or ldc, lldc, sids
	Name    string   // English
	Key     string   // message key of the name
	Members []string // ISO alpha-3, sorted
}

// Groups gives the breakdowns of a universe: the five regions by code, then the three groups of
// countries in special need. Regions share no country; the three groups overlap with them and with
// each other, so their members must not be added up.
func (w *World) Groups(u Universe) []Group {
	regions := map[string]*Group{}
	ldc := &Group{Code: "ldc", Name: "Least developed countries", Key: "group.ldc"}
	lldc := &Group{Code: "lldc", Name: "Landlocked developing countries", Key: "group.lldc"}
	sids := &Group{Code: "sids", Name: "Small island developing States", Key: "group.sids"}
	for _, iso3 := range u.Members {
		c, ok := w.Country(iso3)
		if !ok {
			continue
		}
		if c.Region != "" {
			if regions[c.Region] == nil {
				regions[c.Region] = &Group{Code: c.Region, Name: c.RegionName, Key: "region." + c.Region}
			}
			regions[c.Region].Members = append(regions[c.Region].Members, iso3)
		}
		for _, g := range []struct {
			in    bool
			group *Group
		}{{c.LDC, ldc}, {c.LLDC, lldc}, {c.SIDS, sids}} {
			if g.in {
				g.group.Members = append(g.group.Members, iso3)
			}
		}
	}
	var all []Group
	for _, code := range slices.Sorted(maps.Keys(regions)) {
		all = append(all, *regions[code])
	}
	return append(all, *ldc, *lldc, *sids)
}
