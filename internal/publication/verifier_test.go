package publication_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// second is the verifier that shares no code with the program (verifier/), built anew.
func second(t testing.TB) func(files ...[]byte) (right, wrong map[int]string) {
	t.Helper()
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command: the second verifier is not shown to agree")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "verifier")
	build := exec.Command(goTool, "build", "-o", program, "./verifier")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the second verifier: %v\n%s", err, out)
	}
	return func(files ...[]byte) (right, wrong map[int]string) {
		t.Helper()
		right, wrong = map[int]string{}, map[int]string{}
		var args []string
		for i, data := range files {
			name := filepath.Join(dir, fmt.Sprintf("%d.json", i))
			must(t, os.WriteFile(name, data, 0o600))
			args = append(args, name)
		}
		var out, errs bytes.Buffer
		c := exec.Command(program, args...)
		c.Stdout, c.Stderr = &out, &errs
		err := c.Run()
		for where, into := range map[*bytes.Buffer]map[int]string{&out: right, &errs: wrong} {
			for line := range strings.Lines(where.String()) {
				name, said, _ := strings.Cut(strings.TrimPrefix(line, dir+string(filepath.Separator)), ".json: ")
				var i int
				if _, err := fmt.Sscan(name, &i); err != nil {
					t.Fatalf("the second verifier says %q", line)
				}
				into[i] = strings.TrimSpace(said)
			}
		}
		if len(right)+len(wrong) != len(files) || (err == nil) != (len(wrong) == 0) {
			t.Fatalf("of %d files it finds %d right and %d wrong, and ends with %v", len(files), len(right), len(wrong), err)
		}
		return right, wrong
	}
}

func TestTheSecondVerifierComesToTheSameDigits(t *testing.T) {
	n, check := open(t).snapshot(t), second(t)
	var files [][]byte
	for _, day := range proofDays {
		figures, err := n.Figures(publication.FigureQuery{Variant: publication.AllVariants, AsOf: day})
		must(t, err)
		for _, f := range figures {
			files = append(files, proof(t, n, f.Code, f.Variant, day))
		}
	}
	right, wrong := check(files...)
	for i, said := range wrong {
		t.Errorf("file %d: %s", i, said)
	}
	if len(right) < 100 {
		t.Errorf("only %d figures", len(right))
	}
}

func TestTheSecondVerifierFindsOneChangedNumberOrWord(t *testing.T) {
	n, check := open(t).snapshot(t), second(t)
	chance := rand.New(rand.NewPCG(7, 11))
	sound := [][]byte{proof(t, n, "T1", "T1x", 20201231), proof(t, n, "IM-1", "half", 0), proof(t, n, "IM-1", "online", 20221231), proof(t, n, "T2", "T2c", 0)}
	var files [][]byte
	for i := range 400 {
		file := sound[i%len(sound)]
		if changed := tampered(file, chance.IntN); !bytes.Equal(changed, file) {
			files = append(files, changed)
		}
	}
	right, _ := check(files...)
	for i := range right {
		t.Errorf("file %d was changed and is called right", i)
	}
}

// TestBothVerifiersAgreeOnInventedWorlds takes what the shipped evidence does not show: progress before
// the goal date, goals to fall to, surveys that grow old, complete lists, several sources and answers
// in part.
func TestBothVerifiersAgreeOnInventedWorlds(t *testing.T) {
	check := second(t)
	chance := rand.New(rand.NewPCG(3, 5))
	verdicts := map[string]int{}
	methods := 0
	var files [][]byte
	for range 600 {
		f, body := invented(t, chance)
		verdicts[f.Verdict]++
		for _, m := range f.Sensitivity {
			if m.Value != "" {
				methods++
			}
		}
		if err := verify(body); err != nil {
			t.Fatalf("the first verifier: %v\n%s", err, body)
		}
		files = append(files, body)
	}
	_, wrong := check(files...)
	for i, said := range wrong {
		t.Errorf("%s\n%s", said, files[i])
	}
	for _, v := range []string{"reached", "onTrack", "behind", "movingAway", "missed", "cannotBeJudged"} {
		if verdicts[v] == 0 {
			t.Errorf("no world is %s: %v", v, verdicts)
		}
	}
	if methods < 50 {
		t.Errorf("other methods applied %d times only", methods)
	}
}

func invented(t testing.TB, r *rand.Rand) (monitoring.Figure, []byte) {
	t.Helper()
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	v := &framework.Version{
		Framework: "invented", Number: 1 + r.IntN(3), Valid: reference.YearPeriod(2015), Sheets: []framework.Sheet{{Code: "T1", Direction: "increase"}},
		Indicators: []framework.Indicator{
			{Code: "a", Kind: framework.Answer, Carry: "until_changed"}, {Code: "b", Kind: framework.Answer, Carry: "survey"},
			{Code: "c", Kind: framework.Answer, Carry: "until_changed"}, {Code: "n", Kind: framework.Number, Carry: "survey"},
		},
		Rules:      []framework.SelectionRule{{Order: []string{"country_verified", "international_list"}}, {Indicators: []string{"c"}, Order: []string{"other_assessment"}}},
		Parameters: framework.Parameters{MatchedPanelMinimum: pick("0.10", "0.5", "0.70"), SurveyUnknownAfterMonths: 12 * r.IntN(5)},
	}
	goal := framework.TargetRevision{Operator: framework.AtLeast, GoalDate: reference.Day(2020+r.IntN(3), 12, 31)}
	if r.IntN(3) == 0 {
		v.Sheets[0].Direction, goal.Operator = "decrease", framework.AtMost
	}
	if r.IntN(12) > 0 {
		value := decimal.New(int64(r.IntN(21)), 0).Div(decimal.New(20, 0))
		goal.Value = &value
	}
	v.Targets = []framework.Target{{Code: "T1", Of: "T1", JudgedOn: pick("countries", "children"), Revisions: []framework.TargetRevision{goal}}}
	voices := []framework.Voice{{Code: "first", Source: "s1", Met: "a"}, {Code: "second", Source: "s2", Met: "b && !c", NotMet: "c"}, {Code: "third", Source: "s3", Partly: "c"}}
	v.Variants = []framework.Variant{
		{Code: "one", Of: "T1", Met: pick("a", "a || b", "!a && (b || c)", "a ? b : !c", "a == b"), Voices: voices},
		{Code: "part", Of: "T1", Met: "a && b", Partly: pick("a", "a || b", "(a && b) || c"), Voices: voices},
		{Code: "count", Of: "T1", Met: pick("n >= 2.5 && a", "n * 2.0 - 1.0 > 3 || c", "-n < 0.0", "n == 3.0"), Voices: voices},
		{Code: "and", Of: "T1", Headline: true, Compose: &framework.Composition{Op: "and", Of: []string{"one", "part"}}},
		{Code: "or", Of: "T1", Compose: &framework.Composition{Op: "or", Of: []string{"one", "count"}}},
		{Code: "half", Of: "T1", Compose: &framework.Composition{Op: "half", Of: []string{"one", "part"}}},
	}
	var areas []string
	q := monitoring.Question{Variant: &v.Variants[r.IntN(len(v.Variants))], Today: reference.Day(2016+r.IntN(8), 1+r.IntN(12), 1+r.IntN(28))}
	for i := range 2 + r.IntN(6) {
		areas = append(areas, strings.Repeat(string(rune('A'+i)), 3))
		weight := int64(r.IntN(50))
		if r.IntN(6) == 0 {
			weight = -1
		}
		q.Weights.Values = append(q.Weights.Values, weight)
	}
	q.Weights.Year, q.Weights.Scale = 2020, int64(1+r.IntN(2)*9)
	q.Universe = reference.NewUniverse("few", "", areas)
	if r.IntN(3) > 0 {
		q.AsOf = reference.Day(2016+r.IntN(8), 1+r.IntN(12), 1+r.IntN(28))
	}
	var sources []monitoring.Source
	for i, kind := range []monitoring.SourceKind{monitoring.CountryVerified, monitoring.InternationalList, monitoring.OtherAssessment} {
		s := monitoring.Source{Code: fmt.Sprintf("s%d", i+1), Kind: kind, ValidatedByCountries: i == 0}
		for _, ind := range []string{"a", "b", "c"} {
			s.Feeds = append(s.Feeds, monitoring.Feed{Indicator: ind, Complete: r.IntN(5) == 0})
		}
		sources = append(sources, s)
	}
	var rows []monitoring.Observation
	row := func(area, indicator, answer string, p reference.Period) {
		o := monitoring.Observation{Key: monitoring.Key{Indicator: indicator, Area: area, Source: pick("s1", "s2", "s3"), Item: pick("", "", "x", "y"), Period: p},
			Answer: monitoring.Answer(answer), Status: monitoring.Normal, ProvenOn: reference.Day(2014+r.IntN(9), 6, 30), RecordedAt: int64(r.IntN(3))}
		if indicator == "n" {
			value := decimal.New(int64(r.IntN(60)), -1)
			o.Answer, o.Value = "", &value
		} else if answer == "" {
			o.Status = monitoring.Missing
		}
		if !slices.ContainsFunc(rows, func(p monitoring.Observation) bool { return p.Key == o.Key }) {
			rows = append(rows, o)
		}
	}
	for _, area := range append(areas, "ZZZ") {
		for _, ind := range []string{"a", "b", "c", "n"} {
			for range 1 + r.IntN(3) {
				p := pick("2015", "2015/2018", "2015/2025", "2017", "../..", "2018/..", "2014-06-01/2016-02-29")
				period, err := reference.ParsePeriod(p)
				must(t, err)
				if r.IntN(10) == 0 {
					period = reference.Period{}
				}
				row(area, ind, pick("yes", "yes", "no", "no", "partly", ""), period)
			}
		}
	}
	a, err := monitoring.NewAssessor(v)
	must(t, err)
	f, body, err := a.Prove(q, rows, sources, "")
	must(t, err)
	return f, body
}
