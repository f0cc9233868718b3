package monitoring

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/reference"
)

// rat reads a decimal or a fraction.
func rat(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic("not a number: " + s)
	}
	return r
}

func plain(year int, v string) Point { return between(year, v, v) }

func between(year int, lower, upper string) Point {
	return Point{End: reference.Day(year, 12, 31), Lower: rat(lower), Upper: rat(upper)}
}

func rise(to string) Goal {
	return Goal{Operator: framework.AtLeast, Value: rat(to), Date: reference.Day(2020, 12, 31)}
}

func fall(to string) Goal {
	return Goal{Operator: framework.AtMost, Value: rat(to), Date: reference.Day(2020, 12, 31)}
}

func yearEnd(year int) reference.Date { return reference.Day(year, 12, 31) }

func judge(t *testing.T, series []Point, g Goal, d Direction, asOf reference.Date, o Options) Progress {
	t.Helper()
	p, err := Judge(series, g, d, asOf, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// same compares an exact value with a fraction; "" is nil.
func same(got *big.Rat, want string) bool {
	if want == "" || got == nil {
		return want == "" && got == nil
	}
	return got.Cmp(rat(want)) == 0
}

func method(t *testing.T, p Progress, name string) MethodResult {
	t.Helper()
	for _, m := range p.Sensitivity {
		if m.Method == name {
			return m
		}
	}
	t.Fatalf("no result of %s", name)
	return MethodResult{}
}

// near compares a shown value with one printed to some decimals; NaN stands for not applicable.
func near(got *float64, want, within float64) bool {
	if math.IsNaN(want) || got == nil {
		return math.IsNaN(want) && got == nil
	}
	return math.Abs(*got-want) <= within
}

var na = math.NaN()

// The vectors 1 to 14 of DOMAIN.md section 5: baseline 2015, value 2018, goal 2020, judged as of 2018.
func TestJudgeGivesTheWorkedExamples(t *testing.T) {
	for _, tt := range []struct {
		name           string
		from, to, goal string
		direction      Direction
		expected, pace string
		verdict        Verdict
		grade          Grade
		rule           int
		cagr           float64
		cagrSays       Verdict
		un             float64
		unSays         Verdict
		dependent      bool
	}{
		{"1 growth rates flatter shares", "45", "68", "90", Increase, "72", "23/27", Behind, Accelerate, 6, 0.992168, OnTrack, 0.989882, OnTrack, true},
		{"2 a baseline of zero", "0", "35", "70", Increase, "42", "5/6", Behind, Accelerate, 6, na, "", na, "", false},
		{"3 not value over goal", "85", "86", "90", Increase, "88", "1/3", Behind, Insufficient, 6, 0.339758, Behind, 0.334639, Behind, false},
		{"4 not clamped at nought", "30", "27", "40", Increase, "36", "-1/2", MovingAway, "", 6, -0.582715, MovingAway, -0.483142, MovingAway, false},
		{"5 falling is better", "40", "30", "20", Decrease, "28", "5/6", Behind, Accelerate, 6, 0.706374, Behind, 0.761777, Behind, false},
		{"6 rising is worse", "40", "45", "20", Decrease, "28", "-5/12", MovingAway, "", 6, -0.309325, MovingAway, -0.433796, MovingAway, false},
		{"7 not capped", "60", "92", "90", Increase, "78", "16/9", Reached, "", 3, 1.812813, Reached, 2.077785, Reached, false},
		{"8 on the upper cut-off", "50", "72.8", "90", Increase, "74", "19/20", OnTrack, "", 6, 1.069454, OnTrack, 1.088006, OnTrack, true}, // escap-csi says behind
		{"9 on the lower cut-off", "50", "64.4", "90", Increase, "74", "3/5", Behind, Accelerate, 6, 0.705628, Behind, 0.655913, Behind, false},
		{"10 no change is a value", "50", "50", "90", Increase, "74", "0", Behind, Insufficient, 6, 0, Behind, 0, Behind, false},
		{"11 beyond the goal and back", "95", "88", "90", Increase, "", "", MovingAway, "", 5, -2.342185, MovingAway, 2.275542, MovingAway, false},
		{"12 at the goal and back", "90", "88", "90", Increase, "", "", MovingAway, "", 5, na, "", na, "", false},
		{"13 T1b, editions 8 and 9", "8200/196", "11800/196", "90", Increase, "3466/49", "75/118", Behind, Accelerate, 6, 0.779073, Behind, 0.724624, Behind, false},
		{"14 T1a, the definition flips it", "16100/196", "18000/196", "90", Increase, "608/7", "475/231", Reached, "", 3, 2.054692, Reached, 2.136145, Reached, false}, // R is 2.05469162…; the guide prints it cut off
	} {
		t.Run(tt.name, func(t *testing.T) {
			goal := rise(tt.goal)
			if tt.direction == Decrease {
				goal = fall(tt.goal)
			}
			p := judge(t, []Point{plain(2015, tt.from), plain(2018, tt.to)}, goal, tt.direction, yearEnd(2018), Options{})
			if p.Verdict != tt.verdict || p.Grade != tt.grade || p.Rule != tt.rule || p.Reason != "" {
				t.Errorf("judged %s %s by rule %d (%s), want %s %s by rule %d", p.Verdict, p.Grade, p.Rule, p.Reason, tt.verdict, tt.grade, tt.rule)
			}
			if !same(p.Pace, tt.pace) {
				t.Errorf("pace %v, want %s", p.Pace, tt.pace)
			}
			if !same(p.Expected, tt.expected) {
				t.Errorf("expected %v, want %s", p.Expected, tt.expected)
			}
			if m := method(t, p, CAGR); !near(m.Value, tt.cagr, 5e-7) || m.Verdict != tt.cagrSays {
				t.Errorf("cagr %v %s %s, want %v %s", deref(m.Value), m.Verdict, m.NotApplicable, tt.cagr, tt.cagrSays)
			}
			if m := method(t, p, UN2023); !near(m.Value, tt.un, 5e-7) || m.Verdict != tt.unSays {
				t.Errorf("un-2023 %v %s %s, want %v %s", deref(m.Value), m.Verdict, m.NotApplicable, tt.un, tt.unSays)
			}
			if p.MethodDependent != tt.dependent {
				t.Errorf("method-dependent is %v: %+v", p.MethodDependent, p.Sensitivity)
			}
		})
	}
}

func deref(f *float64) float64 {
	if f == nil {
		return math.NaN()
	}
	return *f
}

// Vector 15: what is certain decides after the date, and nothing else does.
func TestJudgeDecidesByTheBoundsOfTheWholeUniverse(t *testing.T) {
	half := between(2020, "12000/196", "17600/196")
	for _, tt := range []struct {
		goal    string
		verdict Verdict
		reason  Reason
	}{{"90", Missed, ""}, {"70", CannotBeJudged, BoundsStraddleGoal}, {"61", Reached, ""}} {
		p := judge(t, []Point{half}, rise(tt.goal), Increase, yearEnd(2022), Options{})
		if p.Verdict != tt.verdict || p.Reason != tt.reason || p.Rule != 3 || p.Pace != nil {
			t.Errorf("goal %s: %s %s by rule %d, pace %v", tt.goal, p.Verdict, p.Reason, p.Rule, p.Pace)
		}
	}
	// Mirrored: a share that must fall is judged by its upper bound.
	for _, tt := range []struct {
		goal    string
		verdict Verdict
	}{{"60", Missed}, {"70", CannotBeJudged}, {"90", Reached}} {
		if p := judge(t, []Point{half}, fall(tt.goal), Decrease, yearEnd(2022), Options{}); p.Verdict != tt.verdict {
			t.Errorf("falling to %s: %s, want %s", tt.goal, p.Verdict, tt.verdict)
		}
	}
}

// Vector 17.
func TestDestatisExtendsTheLastFiveYears(t *testing.T) {
	for _, tt := range []struct {
		values  []string
		miss    float64
		band    string
		verdict Verdict
	}{
		{[]string{"40", "44", "48", "52", "56", "60"}, 20, "lightCloud", Behind},
		{[]string{"40", "43", "46", "49", "52", "55"}, 60, "cloud", Behind},
		{[]string{"60", "59", "58", "57", "56", "55"}, 340.0 / 3, "storm", MovingAway},
		{[]string{"30", "36", "42", "48", "54", "60"}, -20, "sun", OnTrack},
		{[]string{"35", "44", "48", "52", "56", "60"}, 0, "sun", OnTrack},    // the fifth year back counts
		{[]string{"", "", "48", "52", "56", "60"}, 20, "lightCloud", Behind}, // four points will do
		{[]string{"", "", "", "52", "56", "60"}, na, "", ""},                 // three will not
	} {
		var series []Point
		for i, v := range tt.values {
			if v != "" {
				series = append(series, plain(2013+i, v))
			}
		}
		p := judge(t, append(series, plain(2003, "1")), rise("70"), Increase, yearEnd(2018), Options{})
		if m := method(t, p, Destatis); !near(m.Value, tt.miss, 1e-9) || m.Band != tt.band || m.Verdict != tt.verdict {
			t.Errorf("%v: miss %v %s %s %s, want %v %s %s", tt.values, deref(m.Value), m.Band, m.Verdict, m.NotApplicable, tt.miss, tt.band, tt.verdict)
		}
	}
	broken := []Point{plain(2013, "40"), plain(2014, "44"), plain(2015, "48"), plain(2016, "52"), plain(2017, "56"), plain(2018, "60")}
	broken[3].Break = true
	goal := rise("70")
	goal.Baseline = yearEnd(2016)
	if m := method(t, judge(t, broken, goal, Increase, yearEnd(2018), Options{}), Destatis); m.NotApplicable != TooFewPoints {
		t.Errorf("a break within the window: %+v", m)
	}
}

func TestEscapComparesWayWithTime(t *testing.T) {
	for _, tt := range []struct {
		from, to, goal string
		direction      Direction
		value          float64
		verdict        Verdict
	}{
		{"45", "68", "90", Increase, 46.0 / 9, Behind},
		{"85", "86", "90", Increase, 2, Behind},
		{"30", "27", "40", Increase, -3, MovingAway},
		{"40", "30", "20", Decrease, 5, Behind},
		{"40", "28", "20", Decrease, 6, OnTrack},
	} {
		goal := rise(tt.goal)
		if tt.direction == Decrease {
			goal = fall(tt.goal)
		}
		m := method(t, judge(t, []Point{plain(2015, tt.from), plain(2018, tt.to)}, goal, tt.direction, yearEnd(2018), Options{}), ESCAPCSI)
		if !near(m.Value, tt.value, 1e-12) || !near(m.Against, 6, 0) || m.Verdict != tt.verdict {
			t.Errorf("%s to %s: %v against %v, %s", tt.from, tt.to, deref(m.Value), deref(m.Against), m.Verdict)
		}
	}
}

// The option reproduces a published dashboard; it never reaches the verdict.
func TestZeroIsSubstitutedOnlyWhereAsked(t *testing.T) {
	series := []Point{plain(2015, "0"), plain(2018, "35")}
	p := judge(t, series, rise("70"), Increase, yearEnd(2018), Options{ZeroSubstitute: rat("0.001")})
	if m := method(t, p, CAGR); !near(m.Value, 3.815276, 5e-7) || m.Verdict != OnTrack {
		t.Errorf("cagr %v %s", deref(m.Value), m.Verdict)
	}
	if m := method(t, p, UN2023); !near(m.Value, 535.0014, 5e-5) || m.Verdict != OnTrack {
		t.Errorf("un-2023 %v %s", deref(m.Value), m.Verdict)
	}
	if p.Verdict != Behind || !same(p.Pace, "5/6") || !p.MethodDependent {
		t.Errorf("%s, pace %v, dependent %v", p.Verdict, p.Pace, p.MethodDependent)
	}
	p = judge(t, []Point{plain(2015, "-1"), plain(2018, "35")}, rise("70"), Increase, yearEnd(2018), Options{ZeroSubstitute: rat("0.001")})
	if m := method(t, p, CAGR); m.NotApplicable != ValueNotPositive || m.Value != nil {
		t.Errorf("a value below zero: %+v", m)
	}
}

// Growth rates that are exactly on a cut-off count as on it, although roots are not exact: goal 1.2
// a year against 1.19 a year is R = 19/20, 1.12 is 3/5.
func TestGrowthRatesOnACutOffAreOnIt(t *testing.T) {
	power := func(s string, n int) string {
		v := rat("1")
		for range n {
			v.Mul(v, rat(s))
		}
		return v.RatString()
	}
	for _, tt := range []struct {
		rate    string
		verdict Verdict
		band    string
	}{
		{"1.19", OnTrack, ""},
		{"1.18999999999999999999", Behind, "accelerate"},
		{"1.12", Behind, "accelerate"},
		{"1.11999999999999999999", Behind, "insufficient"},
	} {
		m := method(t, judge(t, []Point{plain(2015, "1"), plain(2018, power(tt.rate, 3))}, rise(power("1.2", 5)), Increase, yearEnd(2018), Options{}), CAGR)
		if m.Verdict != tt.verdict || m.Band != tt.band {
			t.Errorf("%s a year: R %v, %s %s", tt.rate, deref(m.Value), m.Verdict, m.Band)
		}
	}
}

func TestUN2023CallsATenthOfTheWayFair(t *testing.T) {
	for _, tt := range []struct{ value, band string }{{"64", "fair"}, {"52", ""}} { // G 0.65 and 0.08
		m := method(t, judge(t, []Point{plain(2015, "50"), plain(2018, tt.value)}, rise("90"), Increase, yearEnd(2018), Options{}), UN2023)
		if m.Verdict != Behind || m.Band != tt.band {
			t.Errorf("%s: G %v, %s %q", tt.value, deref(m.Value), m.Verdict, m.Band)
		}
	}
}

func TestTimeIsCountedInWholeMonths(t *testing.T) {
	goal := rise("90")
	goal.Date = reference.Day(2020, 3, 1)
	series := []Point{
		{End: reference.Day(2018, 6, 30), Lower: rat("50"), Upper: rat("50")},
		{End: reference.Day(2019, 1, 31), Lower: rat("60"), Upper: rat("60")},
	}
	p := judge(t, series, goal, Increase, yearEnd(2019), Options{})
	if !same(p.Expected, "190/3") || !same(p.Pace, "3/4") || !same(p.GapClosed, "1/4") { // 7 of 21 months
		t.Errorf("expected %v, pace %v, gap closed %v", p.Expected, p.Pace, p.GapClosed)
	}
}

func TestJudgeSaysWhyItCannot(t *testing.T) {
	two := func(change func(from, to *Point)) []Point {
		s := []Point{plain(2015, "45"), plain(2018, "68")}
		change(&s[0], &s[1])
		return s
	}
	open, dateless, elsewhere := rise("90"), rise("90"), rise("90")
	open.Value, open.Operator = nil, ""
	dateless.Date = 0
	elsewhere.Baseline = yearEnd(2014)
	panel := func(p Panel) Options {
		return Options{PanelMinimum: rat("0.7"), Panel: func(from, to reference.Date) (Panel, error) { return p, nil }}
	}
	for _, tt := range []struct {
		name   string
		series []Point
		goal   Goal
		o      Options
		rule   int
		want   Reason
	}{
		{"the value is to be set", two(func(*Point, *Point) {}), open, Options{}, 1, NoTargetValue},
		{"nothing", nil, rise("90"), Options{}, 1, NoData},
		{"only missing values", two(func(a, b *Point) { a.Lower, a.Upper, b.Lower, b.Upper = nil, nil, nil, nil }), rise("90"), Options{}, 1, NoData},
		{"only after the day", []Point{plain(2019, "68")}, rise("90"), Options{}, 1, NoData},
		{"withheld", two(func(a, b *Point) { *a = Point{End: a.End}; *b = Point{End: b.End, Withheld: true} }), rise("90"), Options{}, 1, Confidential},
		{"withheld, although given", two(func(a, b *Point) { a.Withheld, b.Withheld = true, true }), rise("90"), Options{}, 1, Confidential},
		{"no value on the baseline day", two(func(*Point, *Point) {}), elsewhere, Options{}, 4, NoBaseline},
		{"one value", []Point{plain(2018, "68")}, rise("90"), Options{}, 4, OnePoint},
		{"two in one month", []Point{plain(2018, "68"), {End: reference.Day(2018, 12, 1), Lower: rat("60"), Upper: rat("60")}}, rise("90"), Options{}, 4, OnePoint},
		{"a break at the value", two(func(_, b *Point) { b.Break = true }), rise("90"), Options{}, 4, SeriesBreak},
		{"a break between", append(two(func(*Point, *Point) {}), Point{End: yearEnd(2016), Break: true}), rise("90"), Options{}, 4, SeriesBreak},
		{"another definition", two(func(a, b *Point) { a.Definition, b.Definition = "T1.2@1", "T1.2@2" }), rise("90"), Options{}, 4, DefinitionChanged},
		{"another definition, judged not comparable", two(func(a, b *Point) { a.Definition, b.Definition = "T1.2@1", "T1.2@2" }), rise("90"), Options{Comparable: func(a, b string) bool { return false }}, 4, DefinitionChanged},
		{"bounds apart and no panel", two(func(a, b *Point) { b.Upper = rat("80") }), rise("90"), Options{}, 4, CoverageBelowMinimum},
		{"a thin panel", two(func(*Point, *Point) {}), rise("90"), panel(Panel{From: rat("0.1"), To: rat("0.2"), Coverage: rat("69/100")}), 4, CoverageBelowMinimum},
		{"a panel just thick enough, and no date", two(func(*Point, *Point) {}), dateless, panel(Panel{From: rat("0.1"), To: rat("0.2"), Coverage: rat("70/100")}), 4, NoGoalDate},
		{"an empty panel", two(func(*Point, *Point) {}), rise("90"), panel(Panel{Coverage: rat("0")}), 4, CoverageBelowMinimum},
		{"no date", two(func(*Point, *Point) {}), dateless, Options{}, 4, NoGoalDate},
	} {
		p := judge(t, tt.series, tt.goal, Increase, yearEnd(2018), tt.o)
		if p.Verdict != CannotBeJudged || p.Reason != tt.want || p.Rule != tt.rule {
			t.Errorf("%s: %s %s by rule %d, want %s by rule %d", tt.name, p.Verdict, p.Reason, p.Rule, tt.want, tt.rule)
		}
		if p.Pace != nil || p.Expected != nil || p.GapClosed != nil || p.Grade != "" || p.Sensitivity != nil || p.MethodDependent {
			t.Errorf("%s: a verdict that cannot be given has numbers: %+v", tt.name, p)
		}
	}
}

// What would stop a pace does not stop what is certain.
func TestReachedNeedsNoBaseline(t *testing.T) {
	dateless := rise("90")
	dateless.Date = 0
	for _, g := range []Goal{rise("90"), dateless} {
		p := judge(t, []Point{between(2018, "91", "99")}, g, Increase, yearEnd(2018), Options{})
		if p.Verdict != Reached || p.Pace != nil {
			t.Errorf("%s, pace %v", p.Verdict, p.Pace)
		}
	}
}

func TestComparableDefinitionsAndBreaksOutsideDoNotStopAPace(t *testing.T) {
	series := []Point{plain(2010, "20"), plain(2015, "45"), plain(2018, "68")}
	series[1].Break = true
	series[1].Definition, series[2].Definition = "T1@1", "T1@2"
	goal := rise("90")
	goal.Baseline = yearEnd(2015)
	p := judge(t, series, goal, Increase, yearEnd(2018), Options{Comparable: func(a, b string) bool { return a == "T1@1" && b == "T1@2" }})
	if !same(p.Pace, "23/27") {
		t.Errorf("%s %s, pace %v", p.Verdict, p.Reason, p.Pace)
	}
}

func TestValuesAfterTheGoalDateAreShownAndNotJudged(t *testing.T) {
	series := []Point{plain(2015, "45"), plain(2019, "80"), plain(2021, "92"), plain(2022, "95"), {End: yearEnd(2023)}}
	p := judge(t, series, rise("90"), Increase, yearEnd(2022), Options{})
	if p.Verdict != Missed || p.LaterValue == nil || !same(p.LaterValue.Lower, "95") || p.Latest.End != yearEnd(2019) {
		t.Errorf("%s, latest %v, later %v", p.Verdict, p.Latest, p.LaterValue)
	}
	if !same(p.Pace, "35/36") || !same(p.GapClosed, "7/9") { // 35 of the 36 expected by 2019
		t.Errorf("pace %v, gap closed %v", p.Pace, p.GapClosed)
	}
	if p := judge(t, series, rise("90"), Increase, yearEnd(2020), Options{}); p.LaterValue != nil || p.Verdict != Missed {
		t.Errorf("on the goal date: %s, later %v", p.Verdict, p.LaterValue)
	}
	if p := judge(t, series, rise("90"), Increase, yearEnd(2020)-1, Options{}); p.Verdict != OnTrack {
		t.Errorf("the day before: %s", p.Verdict)
	}
}

// The panel at the goal on both dates shows no movement, so rule 5 must not call it one.
func TestAPanelAtItsGoalDoesNotMoveAway(t *testing.T) {
	o := func(from, to string) Options {
		return Options{PanelMinimum: rat("0.7"), Panel: func(reference.Date, reference.Date) (Panel, error) {
			return Panel{From: rat(from), To: rat(to), Coverage: rat("0.8")}, nil
		}}
	}
	for _, tt := range []struct {
		name         string
		lower, upper string
		from, to     string
		verdict      Verdict
		reason       Reason
	}{
		{"rising beyond it", "0.77", "0.97", "0.95", "0.97", CannotBeJudged, BoundsStraddleGoal},
		{"certainly below it as a whole", "0.72", "0.8", "0.95", "0.97", CannotBeJudged, NoBaseline},
		{"falling below it", "0.6", "0.97", "0.95", "0.8", MovingAway, ""},
		{"on its way", "0.6", "0.9", "0.5", "0.8", OnTrack, ""},
	} {
		p := judge(t, []Point{between(2015, "0.5", "1"), between(2018, tt.lower, tt.upper)}, rise("0.9"), Increase, yearEnd(2018), o(tt.from, tt.to))
		if p.Verdict != tt.verdict || p.Reason != tt.reason {
			t.Errorf("%s: %s %s, want %s %s", tt.name, p.Verdict, p.Reason, tt.verdict, tt.reason)
		}
	}
}

func TestJudgeRefusesWhatItWouldHaveToGuess(t *testing.T) {
	good := []Point{plain(2015, "45"), plain(2018, "68")}
	for _, tt := range []struct {
		name      string
		series    []Point
		goal      Goal
		direction Direction
		asOf      reference.Date
		o         Options
		want      string
	}{
		{"no direction", good, rise("90"), "", yearEnd(2018), Options{}, "direction"},
		{"an unknown direction", good, rise("90"), "up", yearEnd(2018), Options{}, "direction"},
		{"a goal against the direction", good, rise("90"), Decrease, yearEnd(2018), Options{}, "operator"},
		{"no operator", good, Goal{Value: rat("90")}, Increase, yearEnd(2018), Options{}, "operator"},
		{"no day", good, rise("90"), Increase, 0, Options{}, "no day"},
		{"two values of one day", append(good, plain(2018, "70")), rise("90"), Increase, yearEnd(2018), Options{}, "two values"},
		{"half bounds", []Point{{End: yearEnd(2018), Lower: rat("1")}}, rise("90"), Increase, yearEnd(2018), Options{}, "bound"},
		{"bounds upside down", []Point{between(2018, "2", "1")}, rise("90"), Increase, yearEnd(2018), Options{}, "bound"},
		{"no end of period", []Point{{Lower: rat("1"), Upper: rat("1")}}, rise("90"), Increase, yearEnd(2018), Options{}, "end of period"},
		{"no minimum for the panel", good, rise("90"), Increase, yearEnd(2018), Options{Panel: func(a, b reference.Date) (Panel, error) { return Panel{}, nil }}, "known at both dates"},
	} {
		_, err := Judge(tt.series, tt.goal, tt.direction, tt.asOf, tt.o)
		if !fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		} else if _, fix := fault.Safe(err); fix == "" {
			t.Errorf("%s: no way to mend it", tt.name)
		}
	}
	broken := errors.New("broken")
	_, err := Judge(good, rise("90"), Increase, yearEnd(2018), Options{PanelMinimum: rat("0.7"), Panel: func(a, b reference.Date) (Panel, error) { return Panel{}, broken }})
	if !errors.Is(err, broken) {
		t.Errorf("the panel's own error is lost: %v", err)
	}
}

func TestExtremeValuesGiveNoNumberRatherThanANonsense(t *testing.T) {
	huge := "1" + strings.Repeat("0", 2000)
	p := judge(t, []Point{plain(2015, "0.001"), plain(2018, huge)}, Goal{Operator: framework.AtLeast, Value: rat(huge + "0"), Date: yearEnd(2040)}, Increase, yearEnd(2018), Options{})
	for _, m := range []MethodResult{method(t, p, CAGR), method(t, p, UN2023)} {
		if m.NotApplicable != OutOfRange || m.Value != nil || m.Verdict != "" {
			t.Errorf("%+v", m)
		}
	}
	p = judge(t, []Point{plain(2017, "0.001"), plain(2018, "1e90")}, Goal{Operator: framework.AtLeast, Value: rat("1e91"), Date: yearEnd(2040)}, Increase, yearEnd(2018), Options{})
	if m := method(t, p, UN2023); m.NotApplicable != OutOfRange {
		t.Errorf("%+v", m)
	}
}

func TestRootsAreRightToSixtyDigits(t *testing.T) {
	for _, n := range []int{2, 3, 5, 7, 12, 59, 240} {
		for _, x := range []string{"2", "10/7", "0.999999999999999999", "1e-40", "1e200", "1"} {
			r := power(root(float(rat(x)), n), n)
			r.Sub(r, float(rat(x)))
			r.Quo(r, float(rat(x)))
			if r.Abs(r).Cmp(big.NewFloat(1e-60)) > 0 {
				t.Errorf("root %d of %s is off by %v", n, x, r)
			}
		}
	}
}
