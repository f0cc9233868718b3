package lang

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"golang.org/x/text/unicode/bidi"
	"pgregory.net/rapid"
)

func TestWholeNumbersAreGroupedAsEachLanguageDoes(t *testing.T) {
	for _, c := range []struct {
		tag  Tag
		n    int64
		want string
	}{
		{English, 0, "0"},
		{English, 999, "999"},
		{English, 1234, "1,234"},
		{English, 2366445322, "2,366,445,322"},
		{English, -1234, "−1,234"},
		{English, math.MinInt64, "−9,223,372,036,854,775,808"},
		{French, 1234567, "1\u202f234\u202f567"},
		{Spanish, 1234, "1234"},
		{Spanish, 12345, "12\u202f345"},
		{Russian, 1234567, "1\u00a0234\u00a0567"},
		{Arabic, 1234567, "1,234,567"},
		{Chinese, 1234567, "1,234,567"},
	} {
		if got := For(c.tag).Int(c.n); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.tag, c.n, got, c.want)
		}
	}
}

func TestExactDecimalsKeepEveryDigit(t *testing.T) {
	for _, c := range []struct {
		tag        Tag
		text, want string
	}{
		{English, "0.100000000000000000000000000001", "0.100000000000000000000000000001"},
		{French, "-1234.50", "−1\u202f234,50"},
		{Spanish, "1234.5", "1234,5"},
		{Russian, "12345678901234567890.1", "12\u00a0345\u00a0678\u00a0901\u00a0234\u00a0567\u00a0890,1"},
		{Arabic, "1234.5", "1,234.5"},
		{English, "-0.00", "0.00"},
		{English, "-0.01", "−0.01"},
		// What is no plain decimal is somebody's words and stays as it is.
		{French, "XX%", "XX%"},
		{French, "", ""},
		{French, "1e5", "1e5"},
		{French, "12,5", "12,5"},
		{French, "1.", "1."},
		{French, ".5", ".5"},
		{French, "--1", "--1"},
		{French, "1.2.3", "1.2.3"},
	} {
		if got := For(c.tag).Decimal(c.text); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.tag, c.text, got, c.want)
		}
	}
}

func TestPercentagesOfEachLanguage(t *testing.T) {
	share := big.NewRat(515189, 1_000_000)
	for tag, want := range map[Tag]string{
		English: "51.5%", Chinese: "51.5%",
		French: "51,5\u00a0%", Spanish: "51,5\u00a0%", Russian: "51,5\u00a0%",
		Arabic: "51.5\u200e%\u200e",
	} {
		if got := For(tag).Percent(share, 1, HalfEven); got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
}

func TestRoundingNeverStatesMoreThanIsKnown(t *testing.T) {
	w := For(English)
	for _, c := range []struct {
		num, den      int64
		decimals      int
		down, up, mid string
	}{
		{515189, 1_000_000, 0, "51%", "52%", "52%"},
		{515189, 1_000_000, 1, "51.5%", "51.6%", "51.5%"},
		{981839, 1_000_000, 1, "98.1%", "98.2%", "98.2%"},
		{135, 193, 0, "69%", "70%", "70%"}, // T1x: rounding up would say the 70 % goal is reached
		{1, 1, 1, "100.0%", "100.0%", "100.0%"},
		{0, 1, 1, "0.0%", "0.0%", "0.0%"},
		{1, 1000, 0, "0%", "1%", "0%"},
		{9999, 10000, 0, "99%", "100%", "100%"},
		{125, 1000, 0, "12%", "13%", "12%"}, // ties go to the even digit
		{135, 1000, 0, "13%", "14%", "14%"},
		{-1, 3, 1, "−33.4%", "−33.3%", "−33.3%"},
		{-1, 100000, 1, "−0.1%", "0.0%", "0.0%"},
		{16, 9, 1, "177.7%", "177.8%", "177.8%"}, // no cap
	} {
		share := big.NewRat(c.num, c.den)
		for r, want := range map[Rounding]string{Down: c.down, Up: c.up, HalfEven: c.mid} {
			if got := w.Percent(share, c.decimals, r); got != want {
				t.Errorf("%s, %d decimals, rounding %d: %s, want %s", share, c.decimals, r, got, want)
			}
		}
	}
}

func TestRoundedValuesEncloseTheExactOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := big.NewRat(rapid.Int64Range(-1e12, 1e12).Draw(t, "numerator"), rapid.Int64Range(1, 1e9).Draw(t, "denominator"))
		decimals := rapid.IntRange(0, 8).Draw(t, "decimals")
		read := func(r Rounding) *big.Rat {
			v, ok := new(big.Rat).SetString(round(value, decimals, r))
			if !ok {
				t.Fatalf("%q is no number", round(value, decimals, r))
			}
			return v
		}
		down, up, near := read(Down), read(Up), read(HalfEven)
		if down.Cmp(value) > 0 || up.Cmp(value) < 0 {
			t.Fatalf("%s lies outside %s to %s", value, down, up)
		}
		if near.Cmp(down) != 0 && near.Cmp(up) != 0 {
			t.Fatalf("nearest %s is neither %s nor %s", near, down, up)
		}
		step := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil))
		if new(big.Rat).Sub(up, down).Cmp(step) > 0 {
			t.Fatalf("%s to %s is wider than one step", down, up)
		}
	})
}

func TestSharesKeptAsDoublesAreReadAsTheirDecimal(t *testing.T) {
	w := For(English)
	if got := w.PercentFloat(0.29, 0, Down); got != "29%" {
		t.Errorf("0.29 rounded down is %s", got)
	}
	if got := w.PercentFloat(0.57, 0, Down); got != "57%" {
		t.Errorf("0.57 rounded down is %s", got)
	}
	if got := w.PercentFloat(1e-9, 1, Up); got != "0.1%" {
		t.Errorf("a very small share rounded up is %s", got)
	}
}

func TestAMissingFigureIsNeverZero(t *testing.T) {
	w := For(English)
	for _, got := range []string{
		w.Percent(nil, 1, Down), w.Number(nil, 1, Down),
		w.PercentFloat(math.NaN(), 1, Up), w.PercentFloat(math.Inf(1), 1, Up), w.PercentFloat(math.Inf(-1), 1, Up),
	} {
		if got != "Not known" {
			t.Errorf("got %q", got)
		}
	}
}

func TestNumbersHaveTheDecimalsAskedFor(t *testing.T) {
	pace := big.NewRat(75, 118)
	for tag, want := range map[Tag]string{English: "0.64", French: "0,64"} {
		if got := For(tag).Number(pace, 2, HalfEven); got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
	if got := For(English).Number(big.NewRat(-7, 2), -3, Up); got != "−3" {
		t.Errorf("negative decimals count as none: %q", got)
	}
}

func TestAnIntervalShownHoldsTheOneComputed(t *testing.T) {
	lower, upper := big.NewRat(515189, 1_000_000), big.NewRat(981839, 1_000_000)
	for tag, want := range map[Tag]string{
		English: "51.5% to 98.2%",
		French:  "51,5\u00a0% à 98,2\u00a0%",
		Russian: "от 51,5\u00a0% до 98,2\u00a0%",
		Chinese: "51.5%至98.2%",
		Arabic:  "من 51.5\u200e%\u200e إلى 98.2\u200e%\u200e",
	} {
		if got := For(tag).PercentRange(lower, upper, 1); got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
}

// Behind an Arabic word the plain text "51.5%" is laid out as "%51.5". With the marks the reader
// sees the number and its sign in one order everywhere.
func TestArabicPercentAndMinusKeepTheirSide(t *testing.T) {
	w := For(Arabic)
	for _, c := range []struct{ shown, want string }{
		{w.Percent(big.NewRat(515, 1000), 1, Down), "51.5%"},
		{w.Decimal("-3.5"), "−3.5"},
		{w.Int(-1234), "−1,234"},
		{w.Percent(big.NewRat(-1, 8), 1, Down), "−12.5%"},
	} {
		for _, sentence := range []string{c.shown, "بلغ " + c.shown, "بلغ " + c.shown + " من الأطفال", c.shown + "، ثم"} {
			if got := visual(t, sentence); !strings.Contains(got, c.want) {
				t.Errorf("%q is laid out as %q, which does not show %q", sentence, got, c.want)
			}
		}
	}
	if got := visual(t, "بلغ 51.5% من"); strings.Contains(got, "51.5%") {
		t.Errorf("the marks would not be needed: %q", got)
	}
}

// visual lays a right-to-left paragraph out and drops the invisible marks.
func visual(t *testing.T, s string) string {
	t.Helper()
	var p bidi.Paragraph
	if _, err := p.SetString(s, bidi.DefaultDirection(bidi.RightToLeft)); err != nil {
		t.Fatal(err)
	}
	order, err := p.Order()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for i := range order.NumRuns() {
		run := order.Run(i)
		if run.Direction() == bidi.RightToLeft {
			out.WriteString(bidi.ReverseString(run.String()))
		} else {
			out.WriteString(run.String())
		}
	}
	return strings.ReplaceAll(out.String(), leftToRightMark, "")
}
