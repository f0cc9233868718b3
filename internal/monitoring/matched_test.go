package monitoring

import (
	"testing"

	"waymark/internal/framework"
	"waymark/internal/reference"
)

const unknown, met, partly, notMet = '?', 'm', 'p', 'n'

// statuses reads one letter a country.
func statuses(s string) []framework.Status {
	var out []framework.Status
	for _, r := range s {
		out = append(out, map[rune]framework.Status{unknown: framework.StatusUnknown, met: framework.Met, partly: framework.Partly, notMet: framework.NotMet}[r])
	}
	return out
}

// Vector 16: A to E are known first, A to H later. Counting all that are known would show 35 points.
func TestChangeIsThatOfTheCountriesKnownAtBothDates(t *testing.T) {
	before, after := statuses("mmnnn?????"), statuses("mmmnnmmm??")
	panel, err := MatchedPanel(before, after, nil)
	if err != nil {
		t.Fatal(err)
	}
	if panel.Known != 5 || panel.Universe != 10 || !same(panel.From, "2/5") || !same(panel.To, "3/5") || !same(panel.Coverage, "1/2") {
		t.Fatalf("%+v", panel)
	}
	p := judge(t, []Point{between(2015, "0.2", "0.7"), between(2018, "0.6", "0.8")}, rise("0.9"), Increase, yearEnd(2018), Options{
		PanelMinimum: rat("0.70"),
		Panel: func(from, to reference.Date) (Panel, error) {
			if from != yearEnd(2015) || to != yearEnd(2018) {
				t.Errorf("asked for %s to %s", from, to)
			}
			return panel, nil
		},
	})
	if p.Verdict != CannotBeJudged || p.Reason != CoverageBelowMinimum || !same(p.Change(), "1/5") || p.Panel.Known != 5 {
		t.Errorf("%s %s, change %v", p.Verdict, p.Reason, p.Change())
	}
}

// Evidence that is merely found later is no change: 30 parties first, 60 later, the rest unknown.
func TestNewEvidenceIsNoProgress(t *testing.T) {
	panel, err := MatchedPanel(statuses("mmm?????"), statuses("mmmmmm??"), nil)
	if err != nil || !same(panel.From, "1") || !same(panel.To, "1") || !same(panel.Coverage, "3/8") {
		t.Errorf("%+v, %v", panel, err)
	}
}

func TestPanelWeighsChildrenAndLeavesOutCountriesWithoutWeight(t *testing.T) {
	weights := []int64{100, 50, 30, 20, -1}
	weight := func(i int) (int64, bool) { return weights[i], weights[i] >= 0 }
	panel, err := MatchedPanel(statuses("mpn?m"), statuses("mmnmn"), weight)
	if err != nil || panel.Known != 3 || panel.Universe != 5 || !same(panel.From, "100/180") || !same(panel.To, "150/180") || !same(panel.Coverage, "180/200") {
		t.Errorf("%+v, %v", panel, err)
	}
}

func TestPanelOfNothingHasNoShare(t *testing.T) {
	panel, err := MatchedPanel(statuses("??m"), statuses("mn?"), nil)
	if err != nil || panel.From != nil || panel.To != nil || !same(panel.Coverage, "0") {
		t.Errorf("%+v, %v", panel, err)
	}
	if panel, err := MatchedPanel(nil, nil, nil); err != nil || panel.Coverage != nil {
		t.Errorf("%+v, %v", panel, err)
	}
	if _, err := MatchedPanel(statuses("mm"), statuses("m"), nil); err == nil {
		t.Error("two universes were compared")
	}
}
