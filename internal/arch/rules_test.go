package arch

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// layers is the order of dependence: a package may import packages of earlier lines only, never of
// its own line. A name that ends in /* stands for every package directly below it. A package that
// is entered neither here nor in parts or testOnly fails the test: entering one is a decision
// (docs/decisions).
var layers = [][]string{
	{"fault"},
	{"lang", "format/*", "draw", "safeguard"},
	{"reference", "accounts"},
	{"framework"},
	{"consultation", "monitoring", "initiatives", "practices"},
	{"publication"},
	{"store", "web", "api", "jobs", "sample"},
	{"cli"},
}

// parts are packages that belong to the package they lie under: only that package and its other
// parts import them. They import what it may import, but not the package itself.
var parts = []string{}

// testOnly are packages that only test files import, with the last layer they may import from
// (empty: none) and what else they may import.
var testOnly = map[string]struct {
	upTo string
	also []string
}{
	"arch":            {},
	"store/storetest": {upTo: "publication", also: []string{"store", "sample"}},
	"web/webcheck":    {upTo: "fault"},
}

// onlyIn says which packages may import a package from outside, however deep below them.
var onlyIn = []struct {
	imported string
	in       []string
	why      string
}{
	{"database/sql", []string{"store"}, "SQL stays in store"},
	{"modernc.org/sqlite", []string{"store"}, "a database driver stays in store"},
	{"github.com/jackc/pgx/v5", []string{"store"}, "a database driver stays in store"},
	{"github.com/pressly/goose/v3", []string{"store"}, "migrations stay in store"},
	{"net/http", []string{"web", "api", "cli", "jobs"}, "HTTP stays at the edge"},
	{"html/template", []string{"web"}, "HTML stays in web"},
	{"github.com/danielgtaylor/huma/v2", []string{"api"}, "the JSON API stays in api"},
	{"cel.dev/cel-go", []string{"framework"}, "criteria are read in one place"},
	{"github.com/wneessen/go-mail", []string{"jobs"}, "letters are sent in one place"},
	{"github.com/coreos/go-oidc/v3", []string{"web"}, "signing in elsewhere is asked for in one place"},
	{"github.com/go-webauthn/webauthn", []string{"accounts"}, "who somebody is, is decided in one place"},
	{"github.com/beevik/etree", []string{"format"}, "formats read their own bytes"},
	{"github.com/xuri/excelize/v2", []string{"format"}, "formats read their own bytes"},
}

// pure packages are the domain: no clock and no randomness of their own, so that a figure is the
// same whenever and wherever it is worked out.
var pure = []string{"reference", "accounts", "framework", "consultation", "monitoring", "initiatives", "practices", "publication"}

// pureForbids are imports and calls a pure package must not have.
var (
	pureForbidsImport = []string{"os", "math/rand", "math/rand/v2", "crypto/rand"}
	pureForbidsCall   = []string{"time.Now", "time.Since", "time.Until"}
)

// vague are package names that say nothing about what is inside.
var vague = []string{"util", "utils", "common", "helper", "helpers", "model", "models", "types", "interfaces", "mock", "mocks", "misc", "shared", "base"}

// layer gives the line of layers a package stands in, or -1.
func layer(pkg string) int {
	return slices.IndexFunc(layers, func(line []string) bool {
		return slices.ContainsFunc(line, func(p string) bool {
			if p == pkg {
				return true
			}
			below, ok := strings.CutSuffix(p, "/*")
			return ok && path.Dir(pkg) == below
		})
	})
}

// owner gives the package that a part belongs to, or "".
func owner(pkg string) string {
	if slices.Contains(parts, pkg) {
		return path.Dir(pkg)
	}
	return ""
}

// known says whether a package below internal/ has a place.
func known(pkg string) bool {
	_, test := testOnly[pkg]
	return test || layer(pkg) >= 0 || owner(pkg) != ""
}

// mayImport says what is wrong with from importing to, both named below internal/, or "". In a test
// file everything may also use sample values and the real store.
func mayImport(from, to string, inTest bool) string {
	if from == to {
		return ""
	}
	if !known(to) {
		return to + " has no place in internal/arch"
	}
	if t, ok := testOnly[from]; ok {
		if slices.Contains(t.also, to) || owner(to) == "" && layer(to) >= 0 && layer(to) <= layer(t.upTo) {
			return ""
		}
		return from + " is not entered as one that may import " + to
	}
	if _, ok := testOnly[to]; ok {
		if inTest {
			return ""
		}
		return to + " is for tests only"
	}
	place := cmp.Or(owner(from), from)
	if o := owner(to); o != "" {
		if place == o {
			return ""
		}
		return to + " belongs to " + o + " alone"
	}
	switch {
	case to == place:
		return from + " is a part of " + to + " and does not import it"
	case layer(to) < layer(place):
		return ""
	case inTest && (to == "store" || to == "sample") && layer(place) <= layer("store"):
		return "" // a real database instead of a mock, and ready-made values
	case layer(to) == layer(place):
		return place + " and " + to + " stand side by side: what needs both stands above them"
	}
	return to + " stands above " + place + ": arrows never turn back"
}
