package framework

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"waymark/internal/fault"
)

func TestValidateNamesWhatIsWrong(t *testing.T) {
	element := func(v *Version, code string) *Element {
		e, ok := v.Element(code)
		if !ok {
			t.Fatalf("no element %s", code)
		}
		return e
	}
	variant := func(v *Version, code string) *Variant { w, _ := v.Variant("", code); return w }
	for name, c := range map[string]struct {
		spoil func(v *Version)
		says  string
	}{
		"code twice":            {func(v *Version) { element(v, "T2.1").Code = "T2.2" }, "two elements have the code T2.2"},
		"id twice":              {func(v *Version) { element(v, "T2.1").ID = element(v, "T2.2").ID }, "retired or in use"},
		"id of the dead":        {func(v *Version) { v.Retired = []string{element(v, "T2.1").ID} }, "retired or in use"},
		"parent missing":        {func(v *Version) { element(v, "T2").Parent = "OC-9" }, `T2 stands below "OC-9"`},
		"parent in a circle":    {func(v *Version) { element(v, "OC-2").Parent = "T2" }, "below itself"},
		"no words":              {func(v *Version) { element(v, "T2").Text = " " }, "T2 has no words"},
		"kind":                  {func(v *Version) { element(v, "T2").Kind = "open_value" }, "unknown kind"},
		"quote not in the text": {func(v *Version) { element(v, "T1").Mentions[0].Quote = "legislative measures" }, `"legislative measures[3]" are not in its text`},
		"marker elsewhere":      {func(v *Version) { element(v, "T1").Mentions[0].Marker = "[1]" }, "are not in its text"},
		"mention leads nowhere": {func(v *Version) { element(v, "T1").Mentions[0].To = "FN-9" }, `leads to "FN-9"`},
		"pillar that is none":   {func(v *Version) { element(v, "T1").Pillars = []string{"T2"} }, "which is none"},
		"mechanism unknown":     {func(v *Version) { element(v, "T1").MeasuredBy = []string{"x"} }, "no mechanism listed"},
		"later without cause":   {func(v *Version) { element(v, "T3.1").ActivatedBy = "" }, "T3.1: what activates it"},
		"mandate without text":  {func(v *Version) { element(v, "RF").Mandate = &Mandate{Holder: "x"} }, "its holder and its source"},
		"open words gone":       {func(v *Version) { element(v, "T3.1").Text = "10% of countries" }, "OQ-01"},
		"share over one":        {func(v *Version) { d := decimal.NewFromInt(90); v.Targets[1].Revisions[0].Value = &d }, "a share of 90"},
		"operator":              {func(v *Version) { v.Targets[1].Revisions[0].Operator = "=" }, `compares by "="`},
		"nobody set it":         {func(v *Version) { v.Targets[1].Revisions[0].SetBy = "" }, "who set it"},
		"target without sheet":  {func(v *Version) { v.Sheets = v.Sheets[:19]; v.Targets[0].Of, v.Targets[0].Code = "T5.6", "T5.6" }, "has no sheet"},
		"direction":             {func(v *Version) { v.Sheets[0].Direction = "" }, "whether more is better"},
		"not computed and is":   {func(v *Version) { v.Sheets[0].NotComputed = "x" }, "either it has variants"},
		"indicator code":        {func(v *Version) { v.Indicators[0].Code = "in" }, "no code for an indicator"},
		"indicator carry":       {func(v *Version) { v.Indicators[0].Carry = "" }, "how long an answer holds"},
		"two headlines":         {func(v *Version) { variant(v, "T1a").Headline = true }, "T1 has 2 headlines"},
		"no headline":           {func(v *Version) { variant(v, "T2a").Headline = false }, "T2 has 0 headlines"},
		"expression":            {func(v *Version) { variant(v, "T1a").Met = "icmec_specific" }, "T1a"},
		"division":              {func(v *Version) { variant(v, "T2d").Met = "removed_within_3_days / 2.0 > 0.1" }, "division is not allowed"},
		"context in a figure":   {func(v *Version) { variant(v, "T1a").Met = "opsc" }, "asks for opsc, which is context"},
		"voice":                 {func(v *Version) { variant(v, "T1x").Voices[0].Met = "nonsense" }, "T1x/treaty"},
		"composes a composite":  {func(v *Version) { variant(v, "both").Compose.Of[0] = "either" }, `combines "either"`},
		"composes the wrong":    {func(v *Version) { variant(v, "both").Compose.Of[0] = "T2c" }, "takes T2c for a part of IM-1"},
		"series variant":        {func(v *Version) { v.Series[0].Variant = "T9" }, `variant "T9"`},
		"series of evidence":    {func(v *Version) { v.Series[0].Numerator = "lanzarote" }, "no number kept as context"},
		"no default rule":       {func(v *Version) { v.Rules = nil }, "0 selection rules"},
		"milestone":             {func(v *Version) { v.Milestones[0].Element = "T1" }, "no step of the process"},
		"contradiction":         {func(v *Version) { v.Contradicts[0].Elements[0] = "T9" }, `names "T9"`},
		"parameter":             {func(v *Version) { v.Parameters.MatchedPanelMinimum = "70%" }, "matched panel"},
		"survey months":         {func(v *Version) { v.Parameters.SurveyUnknownAfterMonths = 12 }, "the first must come first"},
		"translation of itself": {func(v *Version) { element(v, "T1").Translations = map[string]Translation{"en": {Text: "x"}} }, "in the language of the text"},
		"state":                 {func(v *Version) { v.State = "final" }, "none of draft"},
	} {
		t.Run(name, func(t *testing.T) {
			v := shipped(t)
			c.spoil(v)
			err := Validate(v)
			if err == nil || !fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want a refusal that says %q", err, c.says)
			}
		})
	}
}
