package draw

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// own gives the shipped file as an operator's, changed by edit.
func own(t *testing.T, edit func(map[string]any)) []byte {
	t.Helper()
	var file map[string]any
	if err := json.Unmarshal(worldJSON, &file); err != nil {
		t.Fatal(err)
	}
	file["attribution"], file["licence"] = "Example Survey", "ODbL 1.0"
	edit(file)
	b, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// area gives one area of a geometry's file.
func area(file map[string]any, code string) map[string]any {
	for _, a := range file["areas"].([]any) {
		if m := a.(map[string]any); m["iso3"] == code {
			return m
		}
	}
	return nil
}

func TestAnOperatorsGeometryIsCheckedBeforeItIsServed(t *testing.T) {
	states := []string{"KEN", "TUV", "FRA"}
	without := func(code string) func(map[string]any) {
		return func(f map[string]any) {
			var rest []any
			for _, a := range f["areas"].([]any) {
				if a.(map[string]any)["iso3"] != code {
					rest = append(rest, a)
				}
			}
			f["areas"] = rest
		}
	}
	for name, tt := range map[string]struct {
		edit func(map[string]any)
		want string // empty: it is taken
	}{
		"whole":              {func(map[string]any) {}, ""},
		"no attribution":     {func(f map[string]any) { delete(f, "attribution") }, `lacks "attribution"`},
		"no licence":         {func(f map[string]any) { f["licence"] = " " }, `lacks "licence"`},
		"two lines":          {func(f map[string]any) { f["attribution"] = "a\nb" }, "one line"},
		"a State is missing": {without("TUV"), "1 States are missing: TUV"},
		"a script": {func(f map[string]any) { area(f, "KEN")["path"] = `m0 0z"/><script>alert(1)</script>` },
			"area KEN: its path must start with m"},
		"an address in a path": {func(f map[string]any) { area(f, "KEN")["path"] = `m0 0 url(https://x.example)` }, "area KEN"},
		"far off":              {func(f map[string]any) { area(f, "FRA")["path"] = "m10 10l9000 0 0 5z" }, "off the map"},
		"a label far off":      {func(f map[string]any) { area(f, "FRA")["label"] = []any{-5000, 10} }, "off the map"},
		"numbers missing":      {func(f map[string]any) { area(f, "FRA")["path"] = "m10 10l5z" }, "lacks a number"},
	} {
		t.Run(name, func(t *testing.T) {
			g, err := LoadOwnGeometry(bytes.NewReader(own(t, tt.edit)), states)
			switch {
			case tt.want == "" && err != nil:
				t.Fatal(err)
			case tt.want == "":
				if g.Attribution != "Example Survey" || g.Licence != "ODbL 1.0" {
					t.Errorf("whose it is was lost: %q, %q", g.Attribution, g.Licence)
				}
			case err == nil || !strings.Contains(err.Error(), tt.want):
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := LoadOwnGeometry(strings.NewReader(`{"areas":"`+strings.Repeat("x", maxGeometryBytes)+`"}`), nil); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("a file without end: %v", err)
	}
}

func TestExtentFollowsEveryCommand(t *testing.T) {
	for path, want := range map[string]frame{
		"m1 2 3 4":                         {1, 2, 4, 6, true},
		"m10 10h-5v20z":                    {5, 10, 10, 30, true},
		"M10 10L20 30H0V-5":                {0, -5, 20, 30, true},
		"m0 0l10 0z l-5-5":                 {-5, -5, 10, 0, true}, // z goes back to the beginning
		"m0 0c5-9 9 5 10 0":                {0, -9, 10, 5, true},  // what bends the curve counts
		"m0 0q5 20 10 0t10 0":              {0, 0, 20, 20, true},
		"m0 0s4 8 8 0":                     {0, 0, 8, 8, true},
		"m0 0a5 5 0 0110 0":                {0, 0, 10, 0, true}, // flags need no space after them
		"m.5.5 1.5-1.5":                    {.5, -1, 2, .5, true},
		"M0 0A5,5 0 1,0 10,20":             {0, 0, 10, 20, true},
		"m5 5h1z m1 1h1":                   {5, 5, 7, 6, true},
		"m1278 214 6 1 2 2 4-3 2 2v-3l4-1": {1278, 212, 1296, 217, true},
	} {
		got, err := extent(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		for _, d := range []float64{got.left - want.left, got.top - want.top, got.right - want.right, got.bottom - want.bottom} {
			if math.Abs(d) > 1e-9 {
				t.Errorf("%s reaches over %v, want %v", path, got, want)
				break
			}
		}
	}
}

func FuzzExtent(f *testing.F) {
	for _, seed := range []string{"m1 2 3 4", "m0 0a5 5 0 0110 0z", "m", "m1", "M1,1 z z m 2 2", "m1-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if !pathData.MatchString(path) {
			return
		}
		if b, err := extent(path); err == nil && (b.left > b.right || b.top > b.bottom) {
			t.Errorf("%q reaches over %v", path, b)
		}
	})
}

func TestTheShippedGeometryIsLightEnough(t *testing.T) {
	g := shipped(t)
	if weight, heavy := g.Heavy(); heavy || weight < 1000 {
		t.Errorf("its paths weigh %d bytes compressed", weight)
	}
}
