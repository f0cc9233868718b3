package table

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func columnTable(cells ...string) *Table {
	t := &Table{Name: "n.csv", HeaderRow: 1, Header: []string{"n"}}
	for i, c := range cells {
		cell := Cell{Text: c, Kind: Text}
		if c == "" {
			cell.Kind = Empty
		}
		t.Rows = append(t.Rows, Row{i + 2, []Cell{cell}})
	}
	return t
}

func TestNumbersAreReadByColumn(t *testing.T) {
	for _, c := range []struct{ cells, want, notation string }{
		{"1|2.5|-3", "1|2.5|-3", "decimal point"},
		{"0,611553068|81,2", "0.611553068|81.2", "decimal comma"},
		{"1.234,56|2", "1234.56|2", "decimal comma, thousands by point"},
		{"1,234|1,234.5", "1234|1234.5", "decimal point, thousands by comma"},
		{"1,234,567|1,234", "1234567|1234", "decimal point"},
		{"1.234|0,5", "1234|0.5", "decimal comma"},
		{"1.234|12.3456", "1.234|12.3456", "decimal point"},
		{"0,123|1,234", "0.123|1.234", "decimal comma"},
		{"12 345|12\u00a0345,5|1\u202f000", "12345|12345.5|1000", "thousands by space"},
		{"12'345.5|1’000", "12345.5|1000", "thousands by apostrophe"},
		{"1.01087e+006|-2.00E-02", "1010870|-0.0200", "decimal point"},
		{"٣٤٫٥|۱۲", "34.5|12", "decimal comma"},
		{"−5|–|..|n/a|NA|:|…", "-5|||||", "decimal point"},
		{"5.00|-0|+3|.5", "5.00|0|3|0.5", "decimal point"},
	} {
		n, err := columnTable(strings.Split(c.cells, "|")...).NumberColumn(0, nil)
		if err != nil {
			t.Errorf("%s: %v", c.cells, err)
			continue
		}
		var got []string
		for _, v := range n.Values {
			got = append(got, v.Number)
		}
		if strings.TrimRight(strings.Join(got, "|"), "|") != strings.TrimRight(c.want, "|") || !strings.Contains(n.Notation.String(), c.notation) {
			t.Errorf("%s: %v with %s", c.cells, got, n.Notation)
		}
	}
}

func TestMissingBoundsAndPercent(t *testing.T) {
	n, err := columnTable("5 %", "", "–", "< 5%", "≥90%", "~3٪").NumberColumn(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Value{{Number: "5", Percent: true}, {Missing: true}, {Missing: true, Mark: "–"}, {Number: "5", Percent: true, Bound: "<"},
		{Number: "90", Percent: true, Bound: "≥"}, {Number: "3", Percent: true, Bound: "~"}} {
		if n.Values[i] != want {
			t.Errorf("%d: %+v, want %+v", i, n.Values[i], want)
		}
	}
	sheet := &Table{Rows: []Row{{2, []Cell{{"0.125", Number, true}}}, {3, []Cell{{"#N/A", Error, false}}}, {4, []Cell{{"-0.07", Number, true}}}}}
	if n, err = sheet.NumberColumn(0, nil); err != nil || n.Values[0] != (Value{Number: "12.5", Percent: true}) || n.Values[1] != (Value{Missing: true, Mark: "#N/A"}) || n.Values[2].Number != "-7" {
		t.Errorf("%+v %v", n, err)
	}
}

func TestNumbersOfTwoReadingsAreAsked(t *testing.T) {
	for cells, says := range map[string]string{
		"1,234|5":             "1234 or 1.234",
		"1.234|999|2.345":     "two ways",
		"1.234|1,234":         "each may be read in two ways",
		"1.5|1,5":             "mixed",
		"1,234.5|1.234,5":     "mixed",
		"007":                 "code",
		"$4.00":               "no number",
		"(5)":                 "no number",
		"5-":                  "no number",
		"NaN":                 "no number",
		"1,23,456.5|1,234.25": "groups of three",
		"5|12%":               "with % and without",
		"1e999":               "no number",
		"five":                "no number",
		"%":                   "no number",
		"<":                   "no number",
		"2020-01-01":          "no number",
	} {
		n, err := columnTable(strings.Split(cells, "|")...).NumberColumn(0, nil)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "column A") {
			t.Errorf("%s: %+v, %v", cells, n, err)
		}
	}
	for notation, want := range map[Notation]string{PointDecimal: "1234", CommaDecimal: "1.234"} {
		n, err := columnTable("1,234").NumberColumn(0, &notation)
		if err != nil || n.Values[0].Number != want {
			t.Errorf("%v: %+v %v", notation, n, err)
		}
	}
}

// TestWrittenNumbersComeBackExactly writes numbers in a notation and reads them as a column: the
// column is right or asked, never wrong.
func TestWrittenNumbersComeBackExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		notation := rapid.SampledFrom([]Notation{{'.', ','}, {',', '.'}, {'.', ' '}, {',', ' '}, {'.', '\''}, {'.', 0}, {',', 0}}).Draw(t, "notation")
		numbers := rapid.SliceOfN(rapid.StringMatching(`-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?`), 1, 8).Draw(t, "numbers")
		var cells []string
		for _, n := range numbers {
			cells = append(cells, notation.write(n))
		}
		n, err := columnTable(cells...).NumberColumn(0, nil)
		chosen, chosenErr := columnTable(cells...).NumberColumn(0, &notation)
		if chosenErr != nil {
			t.Fatalf("%q in %v: %v", cells, notation, chosenErr)
		}
		for i, want := range numbers {
			if got := chosen.Values[i].Number; got != canonical(want) {
				t.Fatalf("chosen: %q is %q, want %q", cells[i], got, want)
			}
			if err == nil && n.Values[i].Number != canonical(want) {
				t.Fatalf("guessed: %q is %q, want %q in %q", cells[i], n.Values[i].Number, want, cells)
			}
		}
	})
}

func (n Notation) write(number string) string {
	number, negative := strings.CutPrefix(number, "-")
	whole, part, decimal := strings.Cut(number, ".")
	if n.Thousands != 0 {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + string(n.Thousands) + whole[i:]
		}
	}
	if decimal {
		whole += string(n.Decimal) + part
	}
	if negative {
		whole = "-" + whole
	}
	return whole
}

// FuzzNumber: whatever a cell holds, it is a plain decimal, missing or refused, and reading what was
// read gives the same.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"1,234.5", "−5", "5%", "<5", "1e-3", "٣٫٥", "–", "007", "0x1", "1e300", "-.5", "+", "1'000"} {
		f.Add(s, byte(0))
	}
	f.Fuzz(func(t *testing.T, s string, which byte) {
		notation := []Notation{PointDecimal, CommaDecimal, {'.', ' '}, {',', '\''}}[which%4]
		v, why := notation.Value(Cell{Text: s, Kind: Text})
		if why != "" {
			if v != (Value{}) {
				t.Fatalf("%q refused (%s) with a value %+v", s, why, v)
			}
			return
		}
		if v.Missing == (v.Number != "") {
			t.Fatalf("%q: %+v", s, v)
		}
		if v.Missing {
			return
		}
		if _, ok := new(big.Rat).SetString(v.Number); !ok || strings.Trim(v.Number, "-0123456789.") != "" {
			t.Fatalf("%q gives %q", s, v.Number)
		}
		if again, why := PointDecimal.Value(Cell{Text: v.Number, Kind: Text}); why != "" || again.Number != v.Number {
			t.Fatalf("%q gives %q, which gives %q %s", s, v.Number, again.Number, why)
		}
		_, _ = columnTable(s, "1", "2").NumberColumn(0, nil)
	})
}
