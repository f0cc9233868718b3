package draw

import (
	"encoding/xml"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestShippedGeometryHoldsEveryMemberAndObserver(t *testing.T) {
	g := shipped(t)
	for _, c := range universe(t) {
		i, ok := g.index[c["iso3"]]
		if !ok {
			t.Errorf("%s is not on the map", c["iso3"])
		} else if g.areas[i].M49 != c["m49"] {
			t.Errorf("%s has M49 %q, want %q", c["iso3"], g.areas[i].M49, c["m49"])
		}
	}
}

// The same without the file beside the repository, by number.
func TestShippedGeometryHasShapesAndCircles(t *testing.T) {
	small := SmallStates()
	if len(small) != 32 {
		t.Errorf("%d circles, want 32", len(small))
	}
	for _, code := range []string{"TUV", "VAT", "MCO", "KIR", "MDV", "VUT", "BHS"} {
		if !slices.Contains(small, code) {
			t.Errorf("%s is no circle", code)
		}
	}
	if !slices.IsSorted(small) {
		t.Error("the small States are not in order")
	}
	for _, a := range shipped(t).Shapes() {
		largest := 0.0
		for _, r := range rings(a.Path) {
			largest = max(largest, ringArea(r))
		}
		// Rounding to whole units takes a little of the 14 px² that a State has at least.
		if !a.Circle && largest < 10 && !slices.Contains(smallTerritories, a.ISO3) {
			t.Errorf("the largest land of %s is %v px², which nobody sees", a.ISO3, largest)
		}
	}
}

// smallTerritories are no States and never marked, so nobody has to see them.
var smallTerritories = []string{"ATF", "FRO", "KAS", "PYF", "SGS"}

// ringArea is the area inside one ring.
func ringArea(r [][2]float64) float64 {
	sum := 0.0
	for i, j := 0, len(r)-1; i < len(r); j, i = i, i+1 {
		sum += r[j][0]*r[i][1] - r[i][0]*r[j][1]
	}
	return math.Abs(sum) / 2
}

// A circle stands for a State too small to see; it must not make another one so.
func TestCirclesHideLessThanAThirdOfAnyState(t *testing.T) {
	g := shipped(t)
	for _, a := range g.areas {
		if a.Circle || a.Area > 2000 { // a few circles cannot hide a third of more
			continue
		}
		points, hidden := 0, 0
		land := rings(a.Path)
		low, high := corners(land)
		for x := low[0] + 0.5; x < high[0]; x++ {
			for y := low[1] + 0.5; y < high[1]; y++ {
				if !contains(land, x, y) {
					continue
				}
				points++
				if slices.ContainsFunc(g.areas, func(c Shape) bool {
					return c.Circle && math.Hypot(x-c.Label[0], y-c.Label[1]) < g.radius+mapStroke/2
				}) {
					hidden++
				}
			}
		}
		if hidden*3 > points {
			t.Errorf("circles hide %d of %d parts of %s", hidden, points, a.ISO3)
		}
	}
}

// corners gives the box around some rings.
func corners(rings [][][2]float64) (low, high [2]float64) {
	low, high = [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, r := range rings {
		for _, p := range r {
			for i := range p {
				low[i], high[i] = min(low[i], p[i]), max(high[i], p[i])
			}
		}
	}
	return low, high
}

func TestCirclesDoNotHideEachOther(t *testing.T) {
	g := shipped(t)
	var circles []Shape
	for _, a := range g.areas {
		if a.Circle {
			circles = append(circles, a)
		}
	}
	for i, a := range circles {
		if a.Label[0] < g.radius || a.Label[0] > g.Width-g.radius {
			t.Errorf("%s is cut by the edge", a.ISO3)
		}
		for _, b := range circles[i+1:] {
			if d := math.Hypot(a.Label[0]-b.Label[0], a.Label[1]-b.Label[1]); d < 2*g.radius {
				t.Errorf("%s and %s are %.1f apart, less than two radii", a.ISO3, b.ISO3, d)
			}
		}
	}
}

// project places a longitude and latitude on the shipped map: Equal Earth (Šavrič, Patterson and
// Jenny 2018), rotated by 11 degrees.
func project(g *Geometry, lon, lat float64) (x, y float64) {
	const a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
	raw := func(lambda, phi float64) (float64, float64) {
		l := math.Asin(math.Sqrt(3) / 2 * math.Sin(phi))
		l2 := l * l
		l6 := l2 * l2 * l2
		return lambda * math.Cos(l) / (math.Sqrt(3) / 2 * (a1 + 3*a2*l2 + l6*(7*a3+9*a4*l2))), l * (a1 + a2*l2 + l6*(a3+a4*l2))
	}
	rad := math.Pi / 180
	half, _ := raw(math.Pi, 0)
	_, top := raw(0, 84*rad)
	scale := g.Width / 2 / half
	px, py := raw((lon-11)*rad, lat*rad)
	return g.Width/2 + px*scale, (top - py) * scale
}

// rings reads path data of the commands m, l, h, v and z.
func rings(path string) [][][2]float64 {
	var out [][][2]float64
	var at [2]float64
	tokens := regexp.MustCompile(`[a-zA-Z]|-?\d+(\.\d+)?`).FindAllString(path, -1)
	command := ""
	for i := 0; i < len(tokens); {
		if c := tokens[i][0]; c >= 'A' {
			if command = tokens[i]; command == "z" {
				at = out[len(out)-1][0]
			}
			i++
			continue
		}
		n, _ := strconv.ParseFloat(tokens[i], 64)
		i++
		switch command {
		case "h":
			at[0] += n
		case "v":
			at[1] += n
		default:
			m, _ := strconv.ParseFloat(tokens[i], 64)
			i++
			at = [2]float64{at[0] + n, at[1] + m}
			if command == "m" {
				out, command = append(out, nil), "l"
			}
		}
		out[len(out)-1] = append(out[len(out)-1], at)
	}
	return out
}

func contains(rings [][][2]float64, x, y float64) bool {
	in := false
	for _, r := range rings {
		for i, j := 0, len(r)-1; i < len(r); j, i = i, i+1 {
			if (r[i][1] > y) != (r[j][1] > y) && x < (r[j][0]-r[i][0])*(y-r[i][1])/(r[j][1]-r[i][1])+r[i][0] {
				in = !in
			}
		}
	}
	return in
}

// Places whose drawing differs between atlases, and some anywhere, so that a new atlas that thinks
// differently is noticed.
func TestPlacesLieInTheAreaThatTheUnitedNationsMapsShow(t *testing.T) {
	g := shipped(t)
	for _, tt := range []struct {
		place    string
		lon, lat float64
		want     string
	}{
		{"Dzhankoi, Crimea", 34.4, 45.7, "UKR"},
		{"Laayoune region", -12.6, 25.6, "ESH"},
		{"Hargeisa", 44.07, 9.56, "SOM"},
		{"Marrakesh", -8, 31.6, "MAR"},
		{"Nairobi", 36.8, -1.3, "KEN"},
		{"Paris", 2.35, 48.85, "FRA"},
		{"Cayenne region", -53, 4, "FRA"},
		{"Brasilia", -47.9, -15.8, "BRA"},
		{"Anchorage region", -150, 63, "USA"},
		{"Anadyr region", 172, 66, "RUS"},
		{"Nuuk region", -45, 68, "GRL"},
		{"Maseru region", 28.2, -29.6, "LSO"},
		{"Mid Atlantic", -35, 30, ""},
	} {
		x, y := project(g, tt.lon, tt.lat)
		got := ""
		for _, a := range g.areas {
			if !a.Circle && contains(rings(a.Path), x, y) {
				got += a.ISO3
			}
		}
		if got != tt.want {
			t.Errorf("%s lies in %q, want %q", tt.place, got, tt.want)
		}
	}
}

func TestPathsAreWholeNumbersInsideTheMap(t *testing.T) {
	g := shipped(t)
	for _, a := range g.areas {
		if strings.Contains(a.Path, ".") {
			t.Errorf("%s has decimals", a.ISO3)
		}
		for _, r := range rings(a.Path) {
			if len(r) < 3 {
				t.Errorf("%s has a ring of %d points", a.ISO3, len(r))
			}
			for _, p := range r {
				if p[0] < -1 || p[0] > g.Width+1 || p[1] < -20 || p[1] > g.Height+20 {
					t.Errorf("%s leaves the map at %v", a.ISO3, p)
				}
			}
		}
	}
}

const tinyWorld = `{"source":"x","width":100,"height":50,"radius":4,"areas":[
	{"iso3":"AAA","label":[5,5],"path":"m0 0h10v10z"},{"iso3":"BBB","label":[25,5],"path":"m20 0h10v10z"},{"iso3":"CCC","label":[45,5],"circle":true}]}`

func TestOperatorGeometryAndPolicyAreFollowed(t *testing.T) {
	g, err := LoadGeometry(strings.NewReader(tinyWorld))
	if err != nil {
		t.Fatal(err)
	}
	p, err := LoadPolicy(strings.NewReader(`{"areas":{"BBB":{"draw":"merge","into":"AAA","note":"map.note.b"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	svg := string(must(t)(Map(MapData{Title: "t", IDPrefix: "m", Geometry: g, Policy: p, Areas: map[string]AreaMark{"AAA": {Status: Met}, "BBB": {Status: NotMet}, "CCC": {Status: Partly}}})))
	if !strings.Contains(svg, `<path d="m0 0h10v10zM0 0m20 0h10v10z"/>`) || strings.Contains(svg, "st-not") {
		t.Errorf("the merged area is not drawn with its own: %s", svg)
	}
	if got := p.Notes(); !slices.Equal(got, []string{"map.note.b"}) {
		t.Errorf("notes %v", got)
	}
	if !strings.Contains(svg, `<circle cx="45" cy="5" r="4"/>`) {
		t.Error("no circle")
	}
}

func TestBadGeometryIsRefusedWithTheReason(t *testing.T) {
	for _, tt := range []struct{ from, to, want string }{
		{`"width":100`, `"width":0`, "width"},
		{`"AAA"`, `"aaa"`, "three capital letters"},
		{`"BBB"`, `"AAA"`, "twice"},
		{`m0 0h10v10z`, `m0 0\"/><script>`, "path commands"},
		{`"circle":true`, `"circle":false`, "either a path or"},
		{`"label":[5,5]`, `"label":[5,5e9]`, "off the map"},
		{`{"source"`, `["source"`, "JSON"},
		{`"label":[45,5]`, `"m49":"4","label":[45,5]`, "M49"},
	} {
		_, err := LoadGeometry(strings.NewReader(strings.Replace(tinyWorld, tt.from, tt.to, 1)))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.to, err, tt.want)
		}
	}
	if _, err := LoadGeometry(io.LimitReader(zeros{}, maxGeometryBytes+10)); err == nil || !strings.Contains(err.Error(), "larger") {
		t.Errorf("a huge file: %v", err)
	}
	for _, bad := range []string{`{"areas":{"AAA":{"draw":"erase"}}}`, `{"areas":{"AAA":{"draw":"merge"}}}`, `{"areas":{"AAA":{"draw":"neutral","into":"BBB"}}}`, `{"areas":{"a":{"draw":"neutral"}}}`, `{"areas":{"AAA":{"draw":"merge","into":"BBB"},"BBB":{"draw":"merge","into":"CCC"}}}`} {
		if _, err := LoadPolicy(strings.NewReader(bad)); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func FuzzLoadGeometryDrawsOnlyWellFormedXML(f *testing.F) {
	f.Add(tinyWorld)
	f.Add(`{"width":1,"height":1,"radius":1,"areas":[{"iso3":"AAA","path":"m0 0z"}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		g, err := LoadGeometry(strings.NewReader(s))
		if err != nil {
			return
		}
		marks := map[string]AreaMark{}
		for _, a := range g.areas {
			marks[a.ISO3] = AreaMark{Status: Met, Href: "/x?a=1&b=2", Label: s}
		}
		svg, err := Map(MapData{Title: "t", Desc: s, IDPrefix: "m", Geometry: g, Areas: marks})
		if err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(strings.NewReader(string(svg))); ; {
			if _, err := d.Token(); err == io.EOF {
				return
			} else if err != nil {
				t.Fatalf("not well-formed: %v", err)
			}
		}
	})
}
