package monitoring_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// says makes an observation of KEN.
func says(source, indicator, period string, answer monitoring.Answer, change ...func(*monitoring.Observation)) monitoring.Observation {
	o := monitoring.Observation{Answer: answer, Status: monitoring.Normal, Conf: monitoring.Free, Nature: monitoring.GlobalMonitoring, RecordedAt: 1}
	o.Key = monitoring.Key{Indicator: indicator, Area: "KEN", Source: source}
	if period != "" {
		p, err := reference.ParsePeriod(period)
		if err != nil {
			panic(err)
		}
		o.Period = p
	}
	if answer == "" {
		o.Status = monitoring.Missing
	}
	for _, c := range change {
		c(&o)
	}
	return o
}

func item(s string) func(*monitoring.Observation) {
	return func(o *monitoring.Observation) { o.Item = s }
}
func recorded(at int64) func(*monitoring.Observation) {
	return func(o *monitoring.Observation) { o.RecordedAt = at }
}

const (
	law    = "lanzarote"        // holds until changed
	survey = "mechanism_public" // a survey, carried for a while
	yes    = monitoring.AnswerYes
	no     = monitoring.AnswerNo
	partly = monitoring.AnswerPartly
)

func TestReadFollowsTheSelectionRule(t *testing.T) {
	version := shippedVersion(t)
	end := func(year int) monitoring.Moment { return monitoring.On(reference.Day(year, 12, 31)) }
	every := monitoring.Moment{}
	for name, c := range map[string]struct {
		rows    []monitoring.Observation
		of      string
		at      monitoring.Moment
		word    string
		source  string
		against string
	}{
		"the country before a list":             {[]monitoring.Observation{says("network", law, "2020", no), says("ministry", law, "2019/2020", yes)}, law, end(2020), "yes", "ministry", "network"},
		"a list before an assessment":           {[]monitoring.Observation{says("observer", law, "2020", no), says("network", law, "2020", yes)}, law, end(2020), "yes", "network", "observer"},
		"the country, however old its record":   {[]monitoring.Observation{says("network", law, "2020", no, recorded(9)), says("ministry", law, "2020", yes, recorded(1))}, law, end(2020), "yes", "ministry", "network"},
		"then the latest period":                {[]monitoring.Observation{says("network", law, "2018/2021", no, recorded(9)), says("rival", law, "2019/2021", yes)}, law, end(2020), "yes", "rival", "network"},
		"then the latest record":                {[]monitoring.Observation{says("network", law, "2020", no, recorded(1)), says("rival", law, "2020", yes, recorded(2))}, law, end(2020), "yes", "rival", "network"},
		"then always the same":                  {[]monitoring.Observation{says("rival", law, "2020", yes), says("network", law, "2020", no)}, law, end(2020), "no", "network", "rival"},
		"what held on the day only":             {[]monitoring.Observation{says("network", law, "2021", yes), says("network", law, "2020", no)}, law, end(2020), "no", "network", ""},
		"a later no of the same source":         {[]monitoring.Observation{says("network", law, "2020", yes), says("network", law, "2021", no)}, law, every, "no", "network", ""},
		"a later row without an answer":         {[]monitoring.Observation{says("network", law, "2015/2030", yes), says("network", law, "2020", "")}, law, end(2020), "yes", "network", ""},
		"a better source without an answer":     {[]monitoring.Observation{says("observer", law, "2020", yes), says("ministry", law, "2020", "")}, law, end(2020), "yes", "observer", ""},
		"one of two items is enough":            {[]monitoring.Observation{says("network", law, "2020", no, item("a")), says("network", law, "2020", yes, item("b"))}, law, end(2020), "yes", "network", ""},
		"but not an item that is gone":          {[]monitoring.Observation{says("network", law, "2021", no, item("a")), says("network", law, "2020", yes, item("a"))}, law, every, "no", "network", ""},
		"items are settled before a dispute":    {[]monitoring.Observation{says("network", law, "2020", no, item("a")), says("network", law, "2020", yes, item("b")), says("rival", law, "2019/2020", yes)}, law, end(2020), "yes", "network", ""},
		"and those of the opponent too":         {[]monitoring.Observation{says("network", law, "2020", yes), says("rival", law, "2020", no, item("a")), says("rival", law, "2020", yes, item("b"))}, law, end(2020), "yes", "network", ""},
		"apart in time is no dispute":           {[]monitoring.Observation{says("network", law, "2021", yes), says("observer", law, "2015", no)}, law, every, "yes", "network", ""},
		"undated is about any time":             {[]monitoring.Observation{says("network", law, "2021", yes), says("observer", law, "", no)}, law, every, "yes", "network", "observer"},
		"undated does not count on a day":       {[]monitoring.Observation{says("network", law, "", yes)}, law, end(2020), "", "", ""},
		"but where today decides":               {[]monitoring.Observation{says("network", law, "", yes)}, law, monitoring.Moment{Day: reference.Day(2020, 12, 31), Undated: true}, "yes", "network", ""},
		"a law does not outlive its period":     {[]monitoring.Observation{says("network", law, "2018", yes)}, law, end(2019), "", "", ""},
		"a survey 36 months old still speaks":   {[]monitoring.Observation{says("network", survey, "2018", yes)}, survey, end(2021), "yes", "network", ""},
		"a survey 37 months old is unknown":     {[]monitoring.Observation{says("network", survey, "2018", yes)}, survey, monitoring.On(reference.Day(2022, 1, 31)), "", "", ""},
		"a survey says nothing of before":       {[]monitoring.Observation{says("network", survey, "2018", yes)}, survey, end(2017), "", "", ""},
		"a newer no ends a survey carried":      {[]monitoring.Observation{says("network", survey, "2018", yes), says("network", survey, "2019", no)}, survey, end(2020), "no", "network", ""},
		"an undated survey is never carried":    {[]monitoring.Observation{says("network", survey, "", yes)}, survey, end(2020), "", "", ""},
		"partly is an answer":                   {[]monitoring.Observation{says("network", law, "2020", partly)}, law, end(2020), "partly", "network", ""},
		"a newer partly ends an older yes":      {[]monitoring.Observation{says("network", law, "2019/2020", yes), says("network", law, "2020", partly)}, law, end(2020), "partly", "network", ""},
		"partly of one item, no of another":     {[]monitoring.Observation{says("network", law, "2020", no, item("a")), says("network", law, "2020", partly, item("b"))}, law, end(2020), "partly", "network", ""},
		"a breakdown says nothing of a country": {[]monitoring.Observation{says("network", law, "2020", yes, func(o *monitoring.Observation) { o.Sex = "F" })}, law, end(2020), "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, turned := range []bool{false, true} {
				rows := append([]monitoring.Observation(nil), c.rows...)
				if turned {
					for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
						rows[i], rows[j] = rows[j], rows[i]
					}
				}
				r := monitoring.NewEvidence(rows, ownSources, version).Read(c.of, "KEN", c.at)
				check(t, "answer", r.Word(), c.word)
				check(t, "source", r.Source, c.source)
				check(t, "against", r.Against, c.against)
				check(t, "known", r.Known(), c.word != "")
			}
		})
	}
}

func TestReadTakesAbsenceForNoOnlyFromACompleteList(t *testing.T) {
	complete := append([]monitoring.Source{{Code: "chart", Kind: monitoring.InternationalList, Feeds: []monitoring.Feed{{Indicator: law, Complete: true}}}}, ownSources...)
	rows := []monitoring.Observation{says("chart", law, "2020", yes), says("chart", law, "2020", "", func(o *monitoring.Observation) { o.Area = "TZA" })}
	e := monitoring.NewEvidence(rows, complete, shippedVersion(t))
	for area, want := range map[string]string{"KEN": "yes", "TZA": "", "UGA": "no"} {
		r := e.Read(law, area, monitoring.Moment{})
		check(t, area, r.Word(), want)
		check(t, area+" implied", r.Implied, area == "UGA")
	}
	check(t, "a list that supplied nothing", e.Read("budapest", "UGA", monitoring.Moment{}).Known(), false)
}

func TestARuleOfAnIndicatorComesBeforeTheRuleForAll(t *testing.T) {
	version := *shippedVersion(t)
	version.Rules = append([]framework.SelectionRule{}, version.Rules...)
	version.Rules = append(version.Rules, framework.SelectionRule{Code: "law", Indicators: []string{law}, Order: []string{"other_assessment", "international_list"}})
	rows := []monitoring.Observation{says("network", law, "2020", no), says("observer", law, "2020", yes), says("network", survey, "2020", no), says("observer", survey, "2020", yes)}
	e := monitoring.NewEvidence(rows, ownSources, &version)
	check(t, "by its own rule", e.Read(law, "KEN", monitoring.Moment{}).Source, "observer")
	check(t, "by the rule for all", e.Read(survey, "KEN", monitoring.Moment{}).Source, "network")
}

// An answer that is partly is neither yes nor no: it settles what does not depend on it, and else makes
// the country partly where a yes would have met the criterion.
func TestPartlyMakesACountryPartly(t *testing.T) {
	version := shippedVersion(t)
	a, err := monitoring.NewAssessor(version)
	must(t, err)
	for name, c := range map[string]struct {
		rows    []monitoring.Observation
		variant string
		want    framework.Status
	}{
		"alone":                 {[]monitoring.Observation{says("network", "mechanism_exists", "2020", partly)}, "T2a", framework.Partly},
		"beside what meets":     {[]monitoring.Observation{says("network", "lanzarote", "2020", partly), says("network", "budapest", "2020", yes)}, "T1t", framework.Met},
		"beside what is no":     {[]monitoring.Observation{says("network", "lanzarote", "2020", partly), says("network", "budapest", "2020", no)}, "T1t", framework.Partly},
		"beside what is open":   {[]monitoring.Observation{says("network", "lanzarote", "2020", partly)}, "T1t", framework.Status{Low: 1, High: 2}},
		"one of four asked for": {[]monitoring.Observation{says("network", "mechanism_public", "2020", partly)}, "T2b", framework.Status{Low: 0, High: 1}},
		"one no of four":        {[]monitoring.Observation{says("network", "mechanism_public", "2020", partly), says("network", "mechanism_free", "2020", no)}, "T2b", framework.NotMet},
	} {
		t.Run(name, func(t *testing.T) {
			v, ok := version.Variant("", c.variant)
			if !ok {
				t.Fatal(c.variant)
			}
			e := monitoring.NewEvidence(c.rows, ownSources, version)
			one, err := a.Status(v, e, "KEN", monitoring.On(reference.Day(2020, 12, 31)))
			must(t, err)
			all, err := a.Statuses(v, e, []string{"TZA", "KEN"}, monitoring.On(reference.Day(2020, 12, 31)))
			must(t, err)
			check(t, "status", one, c.want)
			check(t, "among all", all[1], c.want)
			check(t, "of another", all[0], framework.StatusUnknown)
		})
	}
}

func TestConflictsSayWhatEachSideSays(t *testing.T) {
	version := shippedVersion(t)
	a, err := monitoring.NewAssessor(version)
	must(t, err)
	half, one := decimal.RequireFromString("0.25"), decimal.RequireFromString("1")
	with := func(d *decimal.Decimal) func(*monitoring.Observation) {
		return func(o *monitoring.Observation) { o.Value, o.Status = d, monitoring.Normal }
	}
	for name, c := range map[string]struct {
		rows    []monitoring.Observation
		variant string
		says    string
		degree  bool
	}{
		"yes and no":      {[]monitoring.Observation{says("network", "mechanism_exists", "2020", yes), says("observer", "mechanism_exists", "2020", no)}, "T2a", "yes no", false},
		"no and yes":      {[]monitoring.Observation{says("network", "mechanism_exists", "2020", no), says("observer", "mechanism_exists", "2020", yes)}, "T2a", "no yes", false},
		"yes and partly":  {[]monitoring.Observation{says("network", "mechanism_exists", "2020", yes), says("observer", "mechanism_exists", "2020", partly)}, "T2a", "yes partly", true},
		"numbers":         {[]monitoring.Observation{says("network", "removed_within_3_days", "2020", "", with(&half)), says("observer", "removed_within_3_days", "2020", "", with(&one))}, "T2d", "0.25 1", false},
		"the same number": {[]monitoring.Observation{says("network", "removed_within_3_days", "2020", "", with(&half)), says("observer", "removed_within_3_days", "2020", "", with(&half))}, "T2d", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := a.Conflicts(c.variant, monitoring.NewEvidence(c.rows, ownSources, version), []string{"KEN", "TZA"}, monitoring.On(reference.Day(2020, 12, 31)))
			must(t, err)
			if c.says == "" {
				check(t, "conflicts", len(got), 0)
				return
			}
			if len(got) != 1 {
				t.Fatalf("%+v", got)
			}
			check(t, "says", got[0].A.Says+" "+got[0].B.Says, c.says)
			check(t, "in degree", got[0].InScale, c.degree)
		})
	}
}
