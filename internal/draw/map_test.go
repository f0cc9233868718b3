package draw

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sharedFile opens a file of the folder beside the repository, or of WAYMARK_SHARED where that is
// set, or skips the test.
func sharedFile(t *testing.T, name string) *os.File {
	t.Helper()
	shared := os.Getenv("WAYMARK_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(shared, filepath.FromSlash(name)))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("SKIPPED: ../shared/%s is not beside the repository, so this was not checked", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// universe gives the 193 members and 2 observers: ISO3 and M49 to the row of countries.csv.
func universe(t *testing.T) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(sharedFile(t, "data/countries.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = row[i]
		}
		if m["un_member"] == "1" || m["un_observer"] == "1" {
			out = append(out, m)
		}
	}
	if len(out) != 195 {
		t.Fatalf("%d members and observers, want 195", len(out))
	}
	return out
}

func shipped(t *testing.T) *Geometry {
	t.Helper()
	g, err := ShippedGeometry()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// worldMap is a map of the whole universe with the statuses mixed.
func worldMap(t *testing.T, nameField, suffix string) MapData {
	m := MapData{Title: "Laws, by country", Desc: "64 in place", IDPrefix: "map", Areas: map[string]AreaMark{}}
	for i, c := range universe(t) {
		m.Areas[c["iso3"]] = AreaMark{Status: statuses[(i*7+i/3)%4], Href: "/en/countries/" + c["iso3"], Label: c[nameField] + suffix}
	}
	return m
}

func TestWholeMapKeepsItsSize(t *testing.T) {
	for _, tt := range []struct{ name, suffix string }{{"name_en", ": Partly in place"}, {"name_fr", " : En place en partie"}, {"name_ar", ": قائم جزئيا"}, {"name_ru", ": Частично есть"}} {
		svg := must(t)(Map(worldMap(t, tt.name, tt.suffix)))
		var z bytes.Buffer
		w, _ := gzip.NewWriterLevel(&z, gzip.DefaultCompression)
		_, _ = io.WriteString(w, string(svg))
		_ = w.Close()
		t.Logf("%s: %d bytes, %d gzip", tt.name, len(svg), z.Len())
		if tt.name == "name_en" && len(svg) > 66<<10 {
			t.Errorf("%d bytes, above 66 KB", len(svg))
		}
		if limit := 23 << 10; z.Len() > limit || tt.name == "name_en" && z.Len() > 21<<10 {
			t.Errorf("%s: %d bytes gzip is too much for a page of 40 KB", tt.name, z.Len())
		}
	}
}

func TestMapLinksEveryStateOutsideTheTabOrder(t *testing.T) {
	svg := string(must(t)(Map(worldMap(t, "name_en", ""))))
	if n := strings.Count(svg, `tabindex="-1"><`); n != 195 {
		t.Errorf("%d links, want 195", n)
	}
	if strings.Count(svg, "<a ") != strings.Count(svg, `<a href="/en/countries/`) {
		t.Error("a link leads elsewhere")
	}
	if n := strings.Count(svg, `patternTransform="rotate(45)"`); n != 1 {
		t.Errorf("%d patterns for not known, want 1", n)
	}
	if strings.Contains(svg, `role="img"`) {
		t.Error("an img may not hold links")
	}
}

func TestMapGroupsByStatus(t *testing.T) {
	svg := string(must(t)(Map(MapData{Title: "t", IDPrefix: "m", Areas: map[string]AreaMark{
		"KEN": {Status: Met, Label: "Kenya"}, "TUV": {Status: Unknown, Label: "Tuvalu"}, "FRA": {Label: "France"}, "QQQ": {Status: Met},
	}})))
	for _, want := range []string{`<g class="st-met" fill="#00465a"`, `<g class="st-unknown" fill="url(#m-hatch)"`, `<g fill="#dde3e8"`, `<title>France</title>`, `r="9"><title>Tuvalu</title></circle>`} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s", want)
		}
	}
	if !strings.Contains(svg, `role="img"`) {
		t.Error("a map without links is an img")
	}
	if got := shipped(t).Lacks("KEN", "QQQ", "TUV"); !slices.Equal(got, []string{"QQQ"}) {
		t.Errorf("lacks %v", got)
	}
}

func TestPolicyAreasNeverTakeAStatusOrALink(t *testing.T) {
	svg := string(must(t)(Map(MapData{Title: "t", IDPrefix: "m", Areas: map[string]AreaMark{
		"ESH": {Status: Met, Href: "/x", Label: "W"}, "KAS": {Status: NotMet, Href: "/y", Label: "S"}, "GRL": {Href: "/z", Label: "G"},
	}})))
	if strings.Contains(svg, "st-") || strings.Contains(svg, "href") {
		t.Error("a neutral or disputed area, or one without a status, was marked")
	}
	p, err := ShippedPolicy()
	if err != nil {
		t.Fatal(err)
	}
	for code, rule := range p.rules {
		if merged := rule.Draw == drawMerge; merged != (len(shipped(t).Lacks(code)) == 1) {
			t.Errorf("%s: the geometry does not follow the policy", code)
		}
	}
	if len(p.Notes()) == 0 {
		t.Error("no notes")
	}
}

// must gives the drawing of a call, or fails the test.
func must(t *testing.T) func(SVG, error) SVG {
	return func(s SVG, err error) SVG {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		checkXML(t, s)
		return s
	}
}

// checkXML checks what holds for every drawing: well-formed, ids once, references that lead
// somewhere, no style, no more than one decimal.
func checkXML(t *testing.T, s SVG) {
	t.Helper()
	ids, refs := map[string]bool{}, map[string]bool{}
	decimals := regexp.MustCompile(`\.\d{2}|NaN|Inf|\de[+-]?\d`)
	d := xml.NewDecoder(strings.NewReader(string(s)))
	d.Strict = true
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v in %.300s", err, s)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Local == "style" || e.Name.Local == "script" {
			t.Errorf("there is a <%s>", e.Name.Local)
		}
		for _, a := range e.Attr {
			switch name := a.Name.Local; {
			case name == "style" || strings.HasPrefix(name, "on"):
				t.Errorf("attribute %s=%q on %s", name, a.Value, e.Name.Local)
			case name == "id":
				if ids[a.Value] {
					t.Errorf("the id %q is there twice", a.Value)
				}
				ids[a.Value] = true
			case name == "aria-labelledby":
				for _, id := range strings.Fields(a.Value) {
					refs[id] = true
				}
			case strings.HasPrefix(a.Value, "url(#"):
				refs[strings.TrimSuffix(a.Value[5:], ")")] = true
			case slices.Contains([]string{"x", "y", "width", "height", "cx", "cy", "d", "viewBox"}, name) && decimals.MatchString(a.Value):
				t.Errorf("%s=%q on %s", name, a.Value, e.Name.Local)
			}
			if e.Name.Local == "svg" && (a.Name.Local == "width" || a.Name.Local == "height") {
				t.Error("the drawing has a fixed size")
			}
		}
	}
	for id := range refs {
		if !ids[id] {
			t.Errorf("nothing has the id %q", id)
		}
	}
}
