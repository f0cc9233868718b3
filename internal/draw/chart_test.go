package draw

import (
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the drawings of testdata anew; look at them before committing")

func share(v float64) *float64 { return &v }

// samples is one drawing of each kind, left to right and right to left, with words that try to
// break out. The numbers are invented.
func samples(t *testing.T, rtl bool) map[string]SVG {
	ticks := []Tick{{0, "0"}, {0.5, "50"}, {1, "100 %"}}
	line := []Point{{X: 2006, Y: share(0.15), Label: "15 %"}, {X: 2010, Y: share(0.23)}, {X: 2012}, {X: 2015, Y: share(0.42), Lower: share(0.37), Upper: share(0.55)}, {X: 2018, Y: share(0.6), Lower: share(0.5), Upper: share(0.7), Label: "60 %"}}
	path := []Point{{X: 2015, Y: share(0.42)}, {X: 2020, Y: share(0.9), Label: `Goal <90 %>`}}
	years := []Tick{{2006, "2006"}, {2020, "2020"}}
	title, desc := `Laws & "rules" <script>`, "At least 68 %\x00"
	ok := must(t)
	return map[string]SVG{
		"bar":        ok(KnownBar(KnownBarData{Title: title, Desc: desc, IDPrefix: "a", RTL: rtl, Parts: Parts{131, 15, 9, 38}, Goal: share(0.9), Labels: BarLabels{"In place: 131", "b", "c", "Not known: 38", "Goal"}})),
		"interval":   ok(Interval(IntervalData{Title: title, Desc: desc, IDPrefix: "b", RTL: rtl, Lower: 0.678756, Upper: 0.953368, Goal: share(0.9), LowerLabel: "at least 67.9 %", UpperLabel: "at most 95.3 %", GoalLabel: "Goal for 2020: 90 %", Ticks: ticks})),
		"trajectory": ok(Trajectory(TrajectoryData{Title: title, Desc: desc, IDPrefix: "c", RTL: rtl, Observed: line, Later: []Point{{X: 2022, Y: share(0.68), Lower: share(0.68), Upper: share(0.95), Label: "later value: 68 %"}}, Required: path, XTicks: years, YTicks: ticks})),
		"columns": ok(Trajectory(TrajectoryData{Title: title, Desc: desc, IDPrefix: "f", RTL: rtl, Required: path[1:], XTicks: []Tick{{2015, "2015"}, {2020, "2020"}}, YTicks: ticks,
			Observed: []Point{{X: 2015, Lower: share(0.155), Upper: share(1), Label: "at least 16 %"}, {X: 2020, Lower: share(0.311), Upper: share(1), Label: "at least 31 %, at most 100 %"}},
			Later:    []Point{{X: 2022, Lower: share(0.679), Upper: share(0.953), Label: "2022: at least 68 %"}}})),
		"strip": ok(DotStrip(DotStripData{Title: title, Desc: desc, IDPrefix: "d", RTL: rtl, Goal: share(0.9), GoalLabel: "Goal", Ticks: ticks, Rows: []StripRow{
			{Label: "Africa", Value: share(0.6), Lower: share(0.4), Upper: share(0.9), ValueLabel: "60 %"}, {Label: "Oceania", ValueLabel: "no data"}, {Label: "Asia", Value: share(0), ValueLabel: "0 %"}}})),
		"multiples": ok(SmallMultiples(SmallMultiplesData{Title: title, Desc: desc, IDPrefix: "e", RTL: rtl, XTicks: years, YTicks: ticks, NoData: "no data", Panels: []Panel{{"Kenya", line, nil, path}, {"United Republic of Tanzania", line[3:], nil, path}, {"Uganda", nil, nil, path}}})),
	}
}

func TestEveryDrawingIsWellFormedNamedAndEscaped(t *testing.T) {
	for _, rtl := range []bool{false, true} {
		for name, svg := range samples(t, rtl) {
			s := string(svg)
			for _, want := range []string{`role="img"`, `aria-labelledby="`, `<title id="`, `<desc id="`, `viewBox="0 0 `, `direction="` + direction(rtl) + `"`, "Laws &amp; &#34;rules&#34; &lt;script&gt;", "\ufffd"} {
				if !strings.Contains(s, want) {
					t.Errorf("%s: no %s", name, want)
				}
			}
			if len(s) > 12<<10 {
				t.Errorf("%s: %d bytes", name, len(s))
			}
		}
	}
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	first := samples(t, true)
	for range 5 {
		for name, svg := range samples(t, true) {
			if svg != first[name] {
				t.Fatalf("%s differs from run to run", name)
			}
		}
	}
	m := worldMap(t, "name_en", "")
	once := must(t)(Map(m))
	if again := must(t)(Map(m)); again != once {
		t.Error("the map differs from run to run")
	}
}

func TestTextHasTwelvePixelsOnANarrowPhone(t *testing.T) {
	sizes := regexp.MustCompile(`font-size="([\d.]+)"`)
	for name, svg := range samples(t, false) {
		if !strings.Contains(string(svg), "<text") {
			continue
		}
		if !strings.Contains(string(svg), `viewBox="0 0 360 `) {
			t.Errorf("%s holds text and is not 360 units wide", name)
		}
		for _, m := range sizes.FindAllStringSubmatch(string(svg), -1) {
			if v, _ := strconv.ParseFloat(m[1], 64); v < 12 {
				t.Errorf("%s: text of %v units", name, v)
			}
		}
	}
}

// The drawings of testdata are there to be looked at in review.
func TestDrawingsAreTheReviewedOnes(t *testing.T) {
	for _, dir := range []string{"ltr", "rtl"} {
		for name, svg := range samples(t, dir == "rtl") {
			file := filepath.Join("testdata", name+"-"+dir+".svg")
			if *update {
				if err := os.MkdirAll("testdata", 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(svg), 0o644); err != nil {
					t.Fatal(err)
				}
				continue
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if string(want) != string(svg) {
				t.Errorf("%s has changed; run go test with -update and look at it", file)
			}
		}
	}
}

var barRect = regexp.MustCompile(`<rect x="([\d.]+)" y="5" width="([\d.]+)" height="26" class="(st-\w+)"`)

// The parts fill the bar without gap or overlap, from the side where reading starts, each within
// half a unit of its proportion; counts and shares draw alike.
func TestPartsOfTheBarAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SliceOfN(rapid.IntRange(0, 300), 4, 4).Draw(t, "counts")
		rtl := rapid.Bool().Draw(t, "rtl")
		total := float64(n[0] + n[1] + n[2] + n[3])
		d := KnownBarData{Title: "t", IDPrefix: "a", RTL: rtl, Parts: Parts{float64(n[0]), float64(n[1]), float64(n[2]), float64(n[3])}}
		svg, err := KnownBar(d)
		if total == 0 {
			if !errors.Is(err, ErrNothing) {
				t.Fatalf("nothing known of nothing: %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		d.Parts = Parts{float64(n[0]) / total, float64(n[1]) / total, float64(n[2]) / total, float64(n[3]) / total}
		if shares, err := KnownBar(d); err != nil || len(shares) != len(svg) && math.Abs(float64(len(shares)-len(svg))) > 12 {
			t.Fatalf("shares draw otherwise than counts: %v", err)
		}
		at := 1.0
		if rtl {
			at = 719
		}
		byClass := map[string]float64{}
		for _, m := range barRect.FindAllStringSubmatch(string(svg), -1) {
			x, _ := strconv.ParseFloat(m[1], 64)
			w, _ := strconv.ParseFloat(m[2], 64)
			start, end := x, x+w
			if rtl {
				start, end = end, start
			}
			if math.Abs(start-at) > 0.01 {
				t.Fatalf("%s starts at %v, the part before ends at %v", m[3], start, at)
			}
			at, byClass[m[3]] = end, w
		}
		if end := map[bool]float64{false: 719, true: 1}[rtl]; math.Abs(at-end) > 0.01 {
			t.Fatalf("the bar ends at %v, want %v", at, end)
		}
		for i, class := range []string{"st-met", "st-partly", "st-not", "st-unknown"} {
			if want := float64(n[i]) / total * 718; math.Abs(byClass[class]-want) > 0.5 {
				t.Fatalf("%s is %v wide, want %v", class, byClass[class], want)
			}
		}
	})
}

func TestNumbersThatCannotBeDrawnAreRefused(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	one := []Point{{X: 2010, Y: share(0.5)}}
	for name, err := range map[string]error{
		"bar NaN":           second(KnownBar(KnownBarData{Title: "t", IDPrefix: "a", Parts: Parts{Met: nan}})),
		"bar infinite":      second(KnownBar(KnownBarData{Title: "t", IDPrefix: "a", Parts: Parts{Unknown: inf}})),
		"bar overflow":      second(KnownBar(KnownBarData{Title: "t", IDPrefix: "a", Parts: Parts{math.MaxFloat64, math.MaxFloat64, 0, 0}})),
		"bar negative":      second(KnownBar(KnownBarData{Title: "t", IDPrefix: "a", Parts: Parts{3, -1, 0, 0}})),
		"bar goal":          second(KnownBar(KnownBarData{Title: "t", IDPrefix: "a", Parts: Parts{Met: 1}, Goal: share(90)})),
		"interval reversed": second(Interval(IntervalData{Title: "t", IDPrefix: "a", Lower: 0.8, Upper: 0.2})),
		"interval NaN":      second(Interval(IntervalData{Title: "t", IDPrefix: "a", Lower: nan, Upper: 1})),
		"interval percent":  second(Interval(IntervalData{Title: "t", IDPrefix: "a", Lower: 0, Upper: 41})),
		"interval tick":     second(Interval(IntervalData{Title: "t", IDPrefix: "a", Upper: 1, Ticks: []Tick{{nan, "x"}}})),
		"line NaN":          second(Trajectory(TrajectoryData{Title: "t", IDPrefix: "a", Observed: []Point{{X: 2010, Y: share(nan)}}})),
		"line time NaN":     second(Trajectory(TrajectoryData{Title: "t", IDPrefix: "a", Observed: []Point{{X: nan, Y: share(0.1)}}})),
		"line backwards":    second(Trajectory(TrajectoryData{Title: "t", IDPrefix: "a", Observed: []Point{{X: 2010, Y: share(0.1)}, {X: 2009, Y: share(0.1)}}})),
		"line one bound":    second(Trajectory(TrajectoryData{Title: "t", IDPrefix: "a", Observed: []Point{{X: 2010, Lower: share(0.1)}}})),
		"line outside":      second(Trajectory(TrajectoryData{Title: "t", IDPrefix: "a", Observed: one, From: 2011, To: 2020})),
		"line tick outside": second(Trajectory(TrajectoryData{Title: "t", IDPrefix: "a", Observed: one, XTicks: []Tick{{2030, "x"}}})),
		"line gap":          second(Trajectory(TrajectoryData{Title: "t", IDPrefix: "a", Observed: one, MaxGap: nan})),
		"strip":             second(DotStrip(DotStripData{Title: "t", IDPrefix: "a", Rows: []StripRow{{Label: "x", Value: share(nan)}}})),
		"multiples":         second(SmallMultiples(SmallMultiplesData{Title: "t", IDPrefix: "a", Panels: []Panel{{Label: "x", Observed: []Point{{X: 1, Y: share(-0.1)}}}}})),
		"no title":          second(KnownBar(KnownBarData{IDPrefix: "a", Parts: Parts{Met: 1}})),
		"id":                second(KnownBar(KnownBarData{Title: "t", IDPrefix: `a"b`, Parts: Parts{Met: 1}})),
		"no id":             second(Map(MapData{Title: "t"})),
		"status":            second(Map(MapData{Title: "t", IDPrefix: "a", Areas: map[string]AreaMark{"KEN": {Status: "good"}}})),
		"script address":    second(Map(MapData{Title: "t", IDPrefix: "a", Areas: map[string]AreaMark{"KEN": {Status: Met, Href: "javascript:alert(1)"}}})),
		"swatch":            second(Swatch("good")),
	} {
		if err == nil {
			t.Errorf("%s was drawn", name)
		} else if errors.Is(err, ErrNothing) {
			t.Errorf("%s is taken for nothing to draw", name)
		}
	}
}

func TestNothingToDrawIsItsOwnError(t *testing.T) {
	for name, err := range map[string]error{
		"bar":       second(KnownBar(KnownBarData{Title: "t", IDPrefix: "a"})),
		"line":      second(Trajectory(TrajectoryData{Title: "t", IDPrefix: "a", Observed: []Point{{X: 2010}}})),
		"strip":     second(DotStrip(DotStripData{Title: "t", IDPrefix: "a"})),
		"multiples": second(SmallMultiples(SmallMultiplesData{Title: "t", IDPrefix: "a", Panels: []Panel{{Label: "x"}}})),
	} {
		if !errors.Is(err, ErrNothing) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second(_ SVG, err error) error { return err }

func TestGapsAreNeverBridged(t *testing.T) {
	known := func(x float64) Point { return Point{X: x, Y: share(0.5)} }
	for _, tt := range []struct {
		name   string
		points []Point
		maxGap float64
		want   []int // lengths of the runs
	}{
		{"neighbours join", []Point{known(1), known(2), known(3)}, 0, []int{3}},
		{"a missing value breaks", []Point{known(1), {X: 2}, known(3), known(4)}, 0, []int{1, 2}},
		{"a long time breaks", []Point{known(1), known(2), known(9)}, 3, []int{2, 1}},
		{"missing ends", []Point{{X: 1}, known(2), {X: 3}}, 0, []int{1}},
	} {
		var got []int
		for _, run := range unbroken(tt.points, tt.maxGap) {
			got = append(got, len(run))
		}
		if len(got) != len(tt.want) {
			t.Errorf("%s: runs %v, want %v", tt.name, got, tt.want)
			continue
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%s: runs %v, want %v", tt.name, got, tt.want)
			}
		}
	}
	svg := string(must(t)(Trajectory(TrajectoryData{Title: "t", IDPrefix: "a", Observed: []Point{known(1), {X: 2, Lower: share(0), Upper: share(1)}, known(3)}})))
	if strings.Contains(svg, `stroke-width="2.5"`) {
		t.Error("a line bridges a time of which only bounds are known")
	}
}

// Most figures are bounds without a value: they must be seen, labelled, and never joined.
func TestBoundsWithoutAValueAreLabelledColumns(t *testing.T) {
	column := regexp.MustCompile(`<rect x="([\d.]+)" y="([\d.]+)" width="10" height="([\d.]+)" (?:fill="#00465a"|fill="#fff"|class="st-unknown")`)
	draw := func(observed, later []Point) string {
		return string(must(t)(Trajectory(TrajectoryData{Title: "t", IDPrefix: "a", From: 2015, To: 2022, Observed: observed, Later: later})))
	}
	svg := draw([]Point{{X: 2015, Lower: share(0.25), Upper: share(1), Label: "first"}, {X: 2020, Lower: share(0.5), Upper: share(0.5), Label: "second"}}, []Point{{X: 2022, Lower: share(0), Upper: share(0.5), Label: "later"}})
	got := column.FindAllStringSubmatch(svg, -1)
	if len(got) != 4 { // two parts, one part, one part
		t.Fatalf("%d parts of columns in %s", len(got), svg)
	}
	heights := []string{"44", "132", "88", "88"} // the frame is 176 high
	for i, m := range got {
		if m[3] != heights[i] {
			t.Errorf("part %d is %s high, want %s", i, m[3], heights[i])
		}
	}
	for _, want := range []string{">first<", ">second<", ">later<", `id="a-hatch"`} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(svg, `stroke-width="2.5"`) || strings.Contains(svg, "<circle") {
		t.Error("bounds are joined, or have a dot as if there were a value")
	}
	if strings.Contains(draw([]Point{{X: 2015, Y: share(0.5)}}, nil), "hatch") {
		t.Error("a pattern that nothing uses")
	}
}

func TestTheGoalHasAMarkWithoutAPath(t *testing.T) {
	const mark = `stroke="#14232e" stroke-width="3"`
	for n, required := range [][]Point{nil, {{X: 2020, Y: share(0.9)}}, {{X: 2015, Y: share(0.5)}, {X: 2020, Y: share(0.9)}}} {
		svg := string(must(t)(Trajectory(TrajectoryData{Title: "t", IDPrefix: "a", Observed: []Point{{X: 2015, Y: share(0.5)}, {X: 2018, Y: share(0.6)}}, Required: required})))
		if marks := strings.Count(svg, mark); marks != min(n, 1) {
			t.Errorf("a path of %d points has %d marks", n, marks)
		}
		if dashes := strings.Count(svg, "stroke-dasharray"); dashes != max(n-1, 0) {
			t.Errorf("a path of %d points has %d lines", n, dashes)
		}
	}
}

func TestTimeAxesAndMapsDoNotMirror(t *testing.T) {
	circle := regexp.MustCompile(`<circle cx="[\d.]+"`)
	ltr, rtl := samples(t, false)["trajectory"], samples(t, true)["trajectory"]
	a, b := circle.FindAllString(string(ltr), -1), circle.FindAllString(string(rtl), -1)
	if strings.Join(a, "") != strings.Join(b, "") {
		t.Error("the points of the line stand elsewhere in right-to-left languages")
	}
}

func TestLongWordsAreWrappedInside(t *testing.T) {
	for _, s := range []string{"United Kingdom of Great Britain and Northern Ireland", "大不列颠及北爱尔兰联合王国大不列颠及北爱尔兰联合王国", strings.Repeat("Ж", 80)} {
		lines := wrap(s, 170)
		for _, l := range lines {
			if textWidth(l) > 170 {
				t.Errorf("the line %q is %v wide", l, textWidth(l))
			}
		}
		if strings.ReplaceAll(strings.Join(lines, ""), " ", "") != strings.ReplaceAll(s, " ", "") {
			t.Errorf("%q lost letters: %q", s, lines)
		}
	}
}

func TestSwatchIsDecorationAndStandsAlone(t *testing.T) {
	for _, status := range statuses {
		svg := must(t)(Swatch(status)) // which checks that every reference is answered
		if !strings.Contains(string(svg), `aria-hidden="true"`) || !strings.Contains(string(svg), `class="st-`+string(status)+`"`) {
			t.Errorf("%s: %s", status, svg)
		}
		if strings.Contains(string(svg), "id=") || strings.Contains(string(svg), "url(") {
			t.Errorf("%s: used twice on a page it would clash: %s", status, svg)
		}
	}
}

func TestNumbersHaveOneDecimalAtMost(t *testing.T) {
	for v, want := range map[float64]string{0: "0", -0.04: "0", 1.25: "1.3", 2: "2", -3.14: "-3.1"} {
		if got := num(v); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
}
