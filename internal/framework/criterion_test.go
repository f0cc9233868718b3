package framework

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"waymark/internal/fault"
)

// country is the state of indicators in a test; what it does not name is unknown.
type country struct {
	answers map[string]Tri
	numbers map[string]float64
}

func (c country) Answer(name string) Tri { return c.answers[name] }
func (c country) Number(name string) (float64, bool) {
	n, ok := c.numbers[name]
	return n, ok
}

var letterIndicators = []Indicator{{Code: "a", Kind: Answer}, {Code: "b", Kind: Answer}, {Code: "c", Kind: Answer}, {Code: "n", Kind: Number}, {Code: "m", Kind: Number}}

func compileOne(t testing.TB, met, partly string) *Criterion {
	t.Helper()
	c, err := Compile(&Variant{Code: "V", Met: met, Partly: partly}, letterIndicators)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The two tables of the field guide, cell by cell: row, column, result as an interval.
func TestKleeneTables(t *testing.T) {
	words := map[string]Status{"met": Met, "partly": Partly, "not met": NotMet, "unknown": StatusUnknown, "0-1": {0, 1}, "1-2": {1, 2}}
	columns := []string{"met", "partly", "not met", "unknown"}
	for name, table := range map[string]struct {
		rows [][]string
		op   func(a, b Status) Status
	}{
		"AND": {[][]string{
			{"met", "met", "partly", "not met", "unknown"},
			{"partly", "partly", "partly", "not met", "0-1"},
			{"not met", "not met", "not met", "not met", "not met"},
			{"unknown", "unknown", "0-1", "not met", "unknown"},
		}, Status.And},
		"OR": {[][]string{
			{"met", "met", "met", "met", "met"},
			{"partly", "met", "partly", "partly", "1-2"},
			{"not met", "met", "partly", "not met", "unknown"},
			{"unknown", "met", "1-2", "unknown", "unknown"},
		}, Status.Or},
	} {
		for _, row := range table.rows {
			for i, column := range columns {
				got, want := table.op(words[row[0]], words[column]), words[row[i+1]]
				if got != want {
					t.Errorf("%s %s %s = %v, want %v", row[0], name, column, got, want)
				}
				if (got == Met || got == Partly || got == NotMet) != got.Known() || got.Known() == (got.Word() == "unknown") {
					t.Errorf("%v: known %v, word %s", got, got.Known(), got.Word())
				}
			}
		}
	}
}

func TestCriterionStatusIsAnInterval(t *testing.T) {
	c := compileOne(t, "a", "a || b")
	for _, test := range []struct {
		a, b Tri
		want Status
	}{
		{Yes, Yes, Met}, {Yes, No, Met}, {Yes, Unknown, Met},
		{No, Yes, Partly}, {No, No, NotMet}, {No, Unknown, Status{0, 1}},
		{Unknown, Yes, Status{1, 2}}, {Unknown, No, Status{0, 2}}, {Unknown, Unknown, Status{0, 2}},
	} {
		for range 2 { // the second time from the table
			got, err := c.Status(country{answers: map[string]Tri{"a": test.a, "b": test.b}})
			if err != nil || got != test.want {
				t.Errorf("a %v, b %v: %v (%v), want %v", test.a, test.b, got, err, test.want)
			}
		}
	}
	same := compileOne(t, "a && b", "")
	if got, err := same.Status(country{answers: map[string]Tri{"a": Yes}}); err != nil || got != StatusUnknown {
		t.Errorf("without a partly expression: %v (%v), want unknown", got, err)
	}
}

func TestCriterionDecidesWithWhatIsKnown(t *testing.T) {
	for _, test := range []struct {
		met  string
		in   country
		want Status
	}{
		{"a || b", country{answers: map[string]Tri{"a": Yes}}, Met},
		{"a || b", country{answers: map[string]Tri{"b": Yes}}, Met},
		{"a || b", country{answers: map[string]Tri{"a": No}}, StatusUnknown},
		{"a && b", country{answers: map[string]Tri{"b": No}}, NotMet},
		{"a || !a", country{}, StatusUnknown},
		{"a ? true : true", country{}, StatusUnknown},
		{"a ? b : c", country{answers: map[string]Tri{"a": Yes, "b": No}}, NotMet},
		{"n >= 0.5", country{}, StatusUnknown},
		{"n >= 0.5", country{numbers: map[string]float64{"n": 0}}, NotMet}, // nought is a number, not "no answer"
		{"n >= 0.5", country{numbers: map[string]float64{"n": 0.5}}, Met},
		{"n > 1", country{numbers: map[string]float64{"n": 1.5}}, Met},
		{"n == 2.0", country{numbers: map[string]float64{"n": 2}}, Met},
		{"a || n >= m", country{numbers: map[string]float64{"n": 1}}, StatusUnknown},
		{"a || n >= m", country{answers: map[string]Tri{"a": Yes}}, Met},
		{"n * 2.0 + m - 1.0 > -m", country{numbers: map[string]float64{"n": 1, "m": 0}}, Met},
	} {
		got, err := compileOne(t, test.met, "").Status(test.in)
		if err != nil || got != test.want {
			t.Errorf("%s of %+v: %v (%v), want %v", test.met, test.in, got, err, test.want)
		}
	}
}

func TestCompileRefusesAndSaysWhy(t *testing.T) {
	many := slices.Clone(letterIndicators)
	var all []string
	for i := range maxAnswers + 1 {
		code := fmt.Sprintf("x%d", i)
		many = append(many, Indicator{Code: code, Kind: Answer})
		all = append(all, code)
	}
	for _, test := range []struct{ met, partly, says string }{
		{"", "", "it is empty"},
		{"  ", "", "it is empty"},
		{"a ||", "", "met expression"},
		{"nobody", "", "undeclared reference to 'nobody'"},
		{"a || nobody", "", "undeclared reference to 'nobody'"},
		{"n", "", "it must answer yes or no"},
		{`"yes"`, "", "it must answer yes or no"},
		{"n / m > 1.0", "", "division is not allowed"},
		{"1.0/0.0 > 1.0", "", "division is not allowed"},
		{"a || 7 % 2 == 1", "", "division is not allowed"},
		{"a && n", "", "at character 6: expected type 'bool' but found 'double'"},
		{"n + 1 > 2", "", "no matching overload"},
		{"a || 9223372036854775807 + 1 > 0", "", "arithmetic without decimals"}, // it overflows
		{"a || -(-9223372036854775808) > 0", "", "arithmetic without decimals"},
		{`"x" + "y" == "xy"`, "", "arithmetic without decimals"},
		{"a && int == int", "", "int cannot be used"},
		{`size("a") > 0`, "", "cannot be used in a criterion"},
		{`"aa".matches("(a*)*b")`, "", "cannot be used in a criterion"},
		{"a in [true]", "", "cannot be used"},
		{`{"a": true}["a"]`, "", "cannot be used"},
		{"[a].exists(x, x)", "", "V"},
		{"a == true && timestamp('2020-01-01T00:00:00Z') > timestamp('2019-01-01T00:00:00Z')", "", "cannot be used"},
		{"a", "b", "without partly meeting it"},
		{"a || b", "a", "without partly meeting it"},
		{"a", "a && b", "without partly meeting it"},
		{strings.Join(all, " || "), "", "the most is 12"},
	} {
		_, err := Compile(&Variant{Code: "V", Met: test.met, Partly: test.partly}, many)
		if !errors.Is(err, ErrCriterion) || !fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%q, %q: %v, want a refusal that says %q", test.met, test.partly, err, test.says)
		}
	}
	if _, err := Compile(&Variant{Code: "V", Compose: &Composition{Op: "and"}}, letterIndicators); !errors.Is(err, ErrCriterion) {
		t.Errorf("a composition was compiled: %v", err)
	}
}

// randomExpression writes an expression over a, b and c.
func randomExpression(depth int) *rapid.Generator[string] {
	leaf := rapid.SampledFrom([]string{"a", "b", "c", "true", "false"})
	if depth == 0 {
		return leaf
	}
	below := rapid.Deferred(func() *rapid.Generator[string] { return randomExpression(depth - 1) })
	return rapid.OneOf(
		leaf,
		rapid.Custom(func(t *rapid.T) string { return "!(" + below.Draw(t, "x") + ")" }),
		rapid.Custom(func(t *rapid.T) string {
			return "(" + below.Draw(t, "l") + rapid.SampledFrom([]string{" && ", " || ", " == "}).Draw(t, "op") + below.Draw(t, "r") + ")"
		}),
	)
}

func TestLearningAnAnswerNeverWidensAStatus(t *testing.T) {
	tri := rapid.SampledFrom([]Tri{Unknown, No, Yes})
	rapid.Check(t, func(t *rapid.T) {
		met := randomExpression(3).Draw(t, "met")
		partly := "(" + met + ") || (" + randomExpression(2).Draw(t, "enough") + ")"
		c, err := Compile(&Variant{Code: "V", Met: met, Partly: partly}, letterIndicators)
		if err != nil {
			t.Fatal(err)
		}
		answers := map[string]Tri{"a": tri.Draw(t, "a"), "b": tri.Draw(t, "b"), "c": tri.Draw(t, "c")}
		before, err := c.Status(country{answers: answers})
		if err != nil {
			t.Fatal(err)
		}
		if before.Low > before.High {
			t.Fatalf("%v is no interval", before)
		}
		for name, a := range answers {
			if a != Unknown {
				continue
			}
			for _, learnt := range []Tri{No, Yes} {
				answers[name] = learnt
				after, err := c.Status(country{answers: answers})
				if err != nil {
					t.Fatal(err)
				}
				if after.Low < before.Low || after.High > before.High {
					t.Fatalf("met %s: %v before and %v after learning %s", met, before, after, name)
				}
			}
			answers[name] = Unknown
		}
	})
}

// A criterion decides before its last unknown only what holds whatever the unknown turns out to be.
func TestCriterionAgreesWithEveryCompletion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		met := randomExpression(3).Draw(t, "met")
		c, err := Compile(&Variant{Code: "V", Met: met}, letterIndicators)
		if err != nil {
			t.Fatal(err)
		}
		known := map[string]Tri{}
		for _, name := range []string{"a", "b", "c"} {
			known[name] = rapid.SampledFrom([]Tri{Unknown, No, Yes}).Draw(t, name)
		}
		s, err := c.Status(country{answers: known})
		if err != nil {
			t.Fatal(err)
		}
		for bits := range 8 {
			full := map[string]Tri{}
			for i, name := range []string{"a", "b", "c"} {
				full[name] = known[name]
				if full[name] == Unknown {
					full[name] = No
					if bits>>i&1 == 1 {
						full[name] = Yes
					}
				}
			}
			end, err := c.Status(country{answers: full})
			if err != nil {
				t.Fatal(err)
			}
			if !end.Known() || end.Low < s.Low || end.High > s.High {
				t.Fatalf("%s: %v while unknown, %v when %v", met, s, end, full)
			}
		}
	})
}

func FuzzCriterion(f *testing.F) {
	for _, seed := range []string{"a", "a || b", "a && !b", "n >= 0.5", "n/m > 1.0", "a ? b : c", "[a]", `"x".matches("y")`, "a in {}", "((((", "a == a", "nobody"} {
		f.Add(seed, "")
	}
	f.Add("a", "a || b")
	f.Fuzz(func(t *testing.T, met, partly string) {
		c, err := Compile(&Variant{Code: "V", Met: met, Partly: partly}, letterIndicators)
		if err != nil {
			if !errors.Is(err, ErrCriterion) {
				t.Fatalf("refused without saying that the criterion is wrong: %v", err)
			}
			return
		}
		for _, name := range c.Indicators() {
			if !slices.ContainsFunc(letterIndicators, func(i Indicator) bool { return i.Code == name }) {
				t.Fatalf("%q asks for %q, which is not declared", met, name)
			}
		}
		for _, in := range []country{{}, {answers: map[string]Tri{"a": Yes, "b": No, "c": Unknown}, numbers: map[string]float64{"n": 0, "m": 1}}} {
			s, err := c.Status(in)
			if err == nil && s.Low > s.High {
				t.Fatalf("%q, %q: %v is no interval", met, partly, s)
			}
		}
	})
}
