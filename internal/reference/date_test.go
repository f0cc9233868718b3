package reference

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParsePeriodReadsEveryFormOfListsAndPartners(t *testing.T) {
	for _, c := range []struct {
		text       string
		start, end Date
		shortest   string
		sdmx       string
	}{
		{"2015", 20150101, 20151231, "2015", "2015"},
		{"2015-A1", 20150101, 20151231, "2015", "2015"},
		{"2015-S1", 20150101, 20150630, "2015-S1", "2015-S1"},
		{"2015-S2", 20150701, 20151231, "2015-S2", "2015-S2"},
		{"2015-T2", 20150501, 20150831, "2015-T2", "2015-T2"},
		{"2015-Q1", 20150101, 20150331, "2015-Q1", "2015-Q1"},
		{"2015Q4", 20151001, 20151231, "2015-Q4", "2015-Q4"},
		{"2015-06", 20150601, 20150630, "2015-06", "2015-06"},
		{"2015-M06", 20150601, 20150630, "2015-06", "2015-06"},
		{"2015M06", 20150601, 20150630, "2015-06", "2015-06"},
		{"2015M12", 20151201, 20151231, "2015-12", "2015-12"},
		{"2016-02", 20160201, 20160229, "2016-02", "2016-02"},
		{"2015-02", 20150201, 20150228, "2015-02", "2015-02"},
		{"2015-W07", 20150209, 20150215, "2015-W07", "2015-W07"},
		{"2020-W53", 20201228, 20210103, "2020-W53", "2020-W53"}, // a week of the year before
		{"2015-W01", 20141229, 20150104, "2015-W01", "2015-W01"},
		{"2015-D032", 20150201, 20150201, "2015-02-01", "2015-02-01"},
		{"2016-D366", 20161231, 20161231, "2016-12-31", "2016-12-31"},
		{"2015-01-31", 20150131, 20150131, "2015-01-31", "2015-01-31"},
		{"2015-01-31T23:30:00", 20150131, 20150131, "2015-01-31", "2015-01-31"},
		{"2015-01-31T23:30:00-05:00", 20150131, 20150131, "2015-01-31", "2015-01-31"}, // the day as written
		{"2015-01-31T23:30:00.125Z", 20150131, 20150131, "2015-01-31", "2015-01-31"},
		{"2015/2020", 20150101, 20201231, "2015/2020", "2015-01-01/P6Y"},
		{"2015-2020", 20150101, 20201231, "2015/2020", "2015-01-01/P6Y"},
		{"2015-01-01/P5Y", 20150101, 20191231, "2015/2019", "2015-01-01/P5Y"},
		{"2015-01-01/P1Y6M", 20150101, 20160630, "2015-01-01/2016-06-30", "2015-01-01/P18M"},
		{"2015-02-10/P2W", 20150210, 20150223, "2015-02-10/2015-02-23", "2015-02-10/P14D"},
		{"2015-02-10/P1D", 20150210, 20150210, "2015-02-10", "2015-02-10"},
		{"2015-04-01/2016-03-31", 20150401, 20160331, "2015-04-01/2016-03-31", "2015-04-01/P1Y"}, // a fiscal year
		{"2015-06/2015-07", 20150601, 20150731, "2015-06-01/2015-07-31", "2015-06-01/P2M"},
		{"2015-01-01/2015-12-31", 20150101, 20151231, "2015", "2015"},
		{"../2020", OpenStart, 20201231, "../2020-12-31", ""},
		{"2015/..", 20150101, OpenEnd, "2015-01-01/..", ""},
		{"../..", OpenStart, OpenEnd, "../..", ""},
		{" 2015 ", 20150101, 20151231, "2015", "2015"},
		{"0800", 8000101, 8001231, "0800", "0800"},
	} {
		got, err := ParsePeriod(c.text)
		if want := (Period{c.start, c.end}); err != nil || got != want {
			t.Errorf("ParsePeriod(%q) = %v..%v, %v; want %v..%v", c.text, got.Start, got.End, err, c.start, c.end)
			continue
		}
		if s := got.String(); s != c.shortest {
			t.Errorf("%q is written %q, want %q", c.text, s, c.shortest)
		}
		if s, ok := got.SDMX(); s != c.sdmx || ok != (c.sdmx != "") {
			t.Errorf("%q is written %q, %v in SDMX, want %q", c.text, s, ok, c.sdmx)
		}
	}
}

func TestParsePeriodRefusesWhatIsNoPeriod(t *testing.T) {
	for _, s := range []string{
		"", "x", "15", "201506", "20150131", "2015-13", "2015-00", "2015-1", "2015-W54", "2014-W53", "2015-W00", "2015-Q5", "2015-Q0",
		"2015-S3", "2015-T4", "2015-A2", "2015-D366", "2015-D000", "2015-X1", "2015-02-29", "2015-01-32", "2015-01-31T", "2015-01-31Tnoon",
		"2015-01-31 10:00", "0000", "0000-01-01", "2020/2015", "2020-2015", "2015/2016/2017", "2015/", "/2015", "../", "2015/P", "2015/P0Y",
		"../P5Y", "2015/P5", "2015/PY", "2015/P1D1Y", "2015/P99999Y", "2015/P9000Y", "2015/PT5H", "2018.0", "2015-Q00000000000000000001", "9999-W52", "12,5", "XX%",
	} {
		if p, err := ParsePeriod(s); err == nil {
			t.Errorf("ParsePeriod(%q) = %v..%v, want it refused", s, p.Start, p.End)
		}
	}
}

func TestOnlyADHIS2FileMeansAMonthBySixDigits(t *testing.T) {
	p, err := ParseDHIS2Period("201506")
	if err != nil || p != (Period{20150601, 20150630}) {
		t.Errorf("201506 = %v, %v", p, err)
	}
	for _, s := range []string{"2015", "2015Q1"} {
		a, errA := ParseDHIS2Period(s)
		b, errB := ParsePeriod(s)
		if a != b || errA != nil || errB != nil {
			t.Errorf("%s: %v, %v; %v, %v", s, a, errA, b, errB)
		}
	}
	for _, s := range []string{"201513", "2015067", "20150"} {
		if p, err := ParseDHIS2Period(s); err == nil {
			t.Errorf("ParseDHIS2Period(%q) = %v, want it refused", s, p)
		}
	}
}

func TestDaysMoveAsTheCalendarDoes(t *testing.T) {
	for _, c := range []struct{ got, want Date }{
		{Date(20150131).AddMonths(1), 20150228},
		{Date(20160131).AddMonths(1), 20160229},
		{Date(20151231).AddMonths(2), 20160229},
		{Date(20150331).AddMonths(-1), 20150228},
		{Date(20150115).AddMonths(-13), 20131215},
		{Date(20160229).AddMonths(12), 20170228},
		{Date(20151231).AddDays(1), 20160101},
		{Date(20160301).AddDays(-1), 20160229},
		{Date(99991230).AddDays(5), OpenEnd},
		{Date(99991201).AddMonths(1), OpenEnd},
		{Date(10102).AddDays(-5), OpenStart},
		{OpenEnd.AddDays(-1), OpenEnd},
		{OpenStart.AddMonths(5), OpenStart},
		{Date(0).AddDays(3), 0},
		{DateOf(time.Date(2020, 3, 1, 1, 0, 0, 0, time.FixedZone("", 7200))), 20200301},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}

func TestADayIsTextInJSONAndNoDateIsEmpty(t *testing.T) {
	type record struct {
		Day  Date
		None Date
		Span Period
	}
	in := record{20200229, 0, Period{20200101, OpenEnd}}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"Day":"2020-02-29","None":"","Span":{"start":"2020-01-01","end":"9999-12-31"}}`; string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
	var out record
	if err := json.Unmarshal(text, &out); err != nil || out != in {
		t.Errorf("read back %+v, %v", out, err)
	}
	for _, bad := range []string{`"2020-02-30"`, `"2020"`, `"0000-01-01"`, `20200101`} {
		var d Date
		if err := json.Unmarshal([]byte(bad), &d); err == nil {
			t.Errorf("%s was read as %v", bad, d)
		}
	}
}

func TestPeriodsCoverAndOverlapByBoundaries(t *testing.T) {
	y := YearPeriod(2020)
	for _, c := range []struct {
		day  Date
		want bool
	}{{20191231, false}, {20200101, true}, {20201231, true}, {20210101, false}} {
		if y.Covers(c.day) != c.want || Always.Covers(c.day) == false {
			t.Errorf("%v", c.day)
		}
	}
	for _, c := range []struct {
		p    Period
		want bool
	}{
		{Period{20190101, 20191231}, false},
		{Period{20190101, 20200101}, true},
		{Period{20201231, OpenEnd}, true},
		{Period{20210101, OpenEnd}, false},
	} {
		if y.Overlaps(c.p) != c.want || c.p.Overlaps(y) != c.want {
			t.Errorf("2020 and %v", c.p)
		}
	}
}

// days draws a day between the open ends, now and then one of them.
func days() *rapid.Generator[Date] {
	return rapid.Custom(func(t *rapid.T) Date {
		n := rapid.IntRange(0, 3652058).Draw(t, "days since 0001-01-01")
		return DateOf(time.Date(1, 1, 1+n, 0, 0, 0, 0, time.UTC))
	})
}

func TestEveryPeriodIsReadBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := days().Draw(t, "a"), days().Draw(t, "b")
		if rapid.Bool().Draw(t, "short") {
			b = a.AddDays(rapid.IntRange(0, 800).Draw(t, "length"))
		}
		p := Period{min(a, b), max(a, b)}
		got, err := ParsePeriod(p.String())
		if err != nil || got != p {
			t.Fatalf("%v..%v is written %q and read as %v..%v, %v", p.Start, p.End, p.String(), got.Start, got.End, err)
		}
		if s, ok := p.SDMX(); ok {
			if got, err := ParsePeriod(s); err != nil || got != p {
				t.Fatalf("%v..%v is %q in SDMX and read as %v..%v, %v", p.Start, p.End, s, got.Start, got.End, err)
			}
		}
	})
}

func TestAddDaysIsUndoneByItsOpposite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := days().Draw(t, "day")
		n := rapid.IntRange(-1000, 1000).Draw(t, "n")
		moved := d.AddDays(n)
		if d.IsOpen() || moved.IsOpen() {
			return
		}
		if back := moved.AddDays(-n); back != d {
			t.Fatalf("%v %+d = %v, and back %v", d, n, moved, back)
		}
		if (moved > d) != (n > 0) {
			t.Fatalf("%v %+d = %v", d, n, moved)
		}
	})
}

func FuzzPeriod(f *testing.F) {
	for _, s := range []string{"2015", "2015-06", "2015Q1", "2015-W53", "2015/2020", "../..", "2015-01-01/P5Y", "2015-01-31T10:00:00Z", "0001/P1D", "9999-W52"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := ParseDate(s); err == nil && d.String() != s {
			t.Fatalf("the day %q is written %q", s, d)
		}
		p, err := ParsePeriod(s)
		if err != nil {
			if p != (Period{}) {
				t.Fatalf("%q was refused and gave %v", s, p)
			}
			return
		}
		if p.Start < OpenStart || p.Start > p.End || p.End > OpenEnd {
			t.Fatalf("%q = %d..%d", s, p.Start, p.End)
		}
		for _, d := range []Date{p.Start, p.End} {
			if back, err := ParseDate(d.String()); err != nil || back != d {
				t.Fatalf("%q holds the day %d: %v", s, d, err)
			}
		}
		if again, err := ParsePeriod(p.String()); err != nil || again != p {
			t.Fatalf("%q = %v, written %q, read back %v, %v", s, p, p.String(), again, err)
		}
	})
}
