package framework

import (
	"testing"

	"github.com/shopspring/decimal"

	"waymark/internal/reference"
)

// fixture is a small whole framework, quick to check and so fit for thousands of edits.
func fixture(t testing.TB) *Version {
	t.Helper()
	sheet := func(code, notComputed string) Sheet {
		return Sheet{Code: code, Version: 1, Title: "Title " + code, Definition: "what " + code + " is", Numerator: "those with", Denominator: "all", Unit: "%",
			Measure: ShareOfCountries, Direction: "increase", Accumulation: "none", Disaggregation: []string{}, Method: "counting", Sources: []string{},
			Frequency: "yearly", Caveats: []string{}, ProgressRule: "linear-pace@1", OpenQuestions: []string{}, NotComputed: notComputed}
	}
	value := decimal.RequireFromString("0.9")
	v := &Version{
		Framework: "small", Number: 1, Title: "A small framework", Language: "en", State: Adopted,
		Valid: reference.Period{Start: 20150101, End: reference.OpenEnd}, Universe: "all", WeightsYear: 2020,
		Elements: []Element{
			{ID: "e1", Code: "TOP", Kind: KindTitle, Text: "Everybody is safe."},
			{ID: "e2", Code: "P1", Kind: KindPillar, Parent: "TOP", Text: "law"},
			{ID: "e3", Code: "O1", Kind: KindOutcome, Parent: "TOP", Text: "There is law everywhere."},
			{ID: "e4", Code: "T1", Kind: KindTarget, Parent: "O1", Text: "90% of countries with laws[1] against it", Pillars: []string{"P1"},
				Mentions: []Mention{{Quote: "laws", Marker: "[1]", To: "F1"}}, Translations: map[string]Translation{"fr": {Text: "90 % des pays", Reviewed: true}}},
			{ID: "e5", Code: "T1.1", Kind: KindStep, Parent: "T1", Text: "Cases are investigated and prosecuted quickly", MeasuredBy: []string{"m1"}},
			{ID: "e6", Code: "T1.2", Kind: KindStep, Parent: "T1", Text: "Cases end in indictment"},
			{ID: "e7", Code: "T2", Kind: KindTarget, Parent: "TOP", Text: "XX% of people know. They also act.", Open: []OpenQuestion{{Code: "Q1", Kind: "open_value", Text: "XX%", Note: "to be set"}}},
			{ID: "e8", Code: "F1", Kind: KindFootnote, Parent: "T1", Text: "Laws are written."},
			{ID: "e9", Code: "S1", Kind: KindProcessStep, Parent: "TOP", Text: "It was launched."},
		},
		Targets: []Target{
			{Code: "T1", Of: "T1", Unit: "share of countries", JudgedOn: "countries", Revisions: []TargetRevision{{Operator: AtLeast, Value: &value, GoalDate: 20201231, SetBy: "all", Reason: "printed"}}},
			{Code: "T2", Of: "T2", Unit: "share of people", Revisions: []TargetRevision{}, OpenCode: "Q1"},
			{Code: "T2/half", Of: "T2", Unit: "share of people", Revisions: []TargetRevision{}},
		},
		Sheets:      []Sheet{sheet("T1", ""), sheet("T2", "no data")},
		Indicators:  []Indicator{{Code: "law", Title: "Law", Question: "Is there a law?", Kind: Answer, Elements: []string{"T1"}, Carry: "until_changed"}, {Code: "good_law", Title: "Good law", Question: "Is it good?", Kind: Answer, Elements: []string{"T1"}, Carry: "until_changed"}, {Code: "total", Title: "Total", Question: "How many?", Kind: Number, Unit: "countries", Context: true, Carry: "survey"}},
		Variants:    []Variant{{Code: "T1a", Of: "T1", Title: "any", Headline: true, Met: "law"}, {Code: "T1b", Of: "T1", Title: "good", Met: "good_law", Partly: "law || good_law"}},
		Series:      []Series{{Code: "world", Of: "T1", Variant: "T1a", Title: "World", Numerator: "total", Universe: "reviewed"}},
		Rules:       []SelectionRule{{Code: "default", Order: []string{"country_verified"}}},
		Milestones:  []Milestone{{Element: "S1", Period: reference.YearPeriod(2015), Title: "Launch", Kind: "launch"}},
		Mechanisms:  []Mechanism{{Code: "m1", Name: "Review", Owner: "Somebody"}},
		Contradicts: []Contradiction{{Elements: []string{"T1.2", "F1"}, Note: "they differ"}},
		Parameters:  Parameters{MatchedPanelMinimum: "0.70", SurveyMarkedAfterMonths: 24, SurveyUnknownAfterMonths: 36, MechanismStaleMonths: 12},
	}
	if err := Validate(v); err != nil {
		t.Fatal(err)
	}
	return v
}

func mustDigest(t testing.TB, v *Version) string {
	t.Helper()
	d, err := Digest(v)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// content is the digest of what a version says, without how it stands.
func content(t testing.TB, v *Version) string {
	t.Helper()
	c, err := v.Clone()
	if err != nil {
		t.Fatal(err)
	}
	c.Number, c.State, c.Valid = 0, "", reference.Period{}
	return mustDigest(t, c)
}
