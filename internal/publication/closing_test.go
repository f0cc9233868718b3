package publication_test

import (
	"context"
	"testing"
	"time"

	"waymark/internal/fault"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

func TestTheClosingAssessmentJudgesOnlyWhatHadAValue(t *testing.T) {
	s := fill(t, storetest.Open(t, "memory", store.Options{}).DB)
	n, err := s.service.Snapshot(context.Background())
	must(t, err)
	c, err := n.Closing("")
	must(t, err)
	if c.On != reference.Day(2020, 12, 31) || len(c.Goals) != 3 {
		t.Fatalf("on %s, %d goals", c.On, len(c.Goals))
	}
	for _, g := range c.Goals {
		then, err := n.Figures(publication.FigureQuery{Codes: []string{g.Target.Of}, AsOf: c.On})
		must(t, err)
		if *g.Then.Countries.Unknown != *then[0].Countries.Unknown || g.Then.AsOf == nil {
			t.Errorf("%s: then is not the figure of that day", g.Target.Of)
		}
		if g.Now.AsOf != nil || g.Now.Children.WeightsYear != 2020 {
			t.Errorf("%s: now is as of %v with the children of %d", g.Target.Of, g.Now.AsOf, g.Now.Children.WeightsYear)
		}
		if g.Now.Verdict == string(monitoring.OnTrack) || g.Now.Verdict == string(monitoring.Behind) {
			t.Errorf("%s: %s after its date", g.Target.Of, g.Now.Verdict)
		}
	}
	sum := 0
	for _, count := range c.Verdicts() {
		sum += count
	}
	if sum != len(c.Goals) {
		t.Errorf("%d verdicts of %d goals", sum, len(c.Goals))
	}
	if len(c.Unset) == 0 || len(c.Unmeasured) == 0 {
		t.Error("nothing is open, which the document says it is")
	}
	for _, x := range c.Unmeasured {
		if x.NotComputed == "" {
			t.Errorf("%s has no figure and does not say why", x.Code)
		}
	}
}

func TestThereIsNoClosingAssessmentBeforeTheGoalDate(t *testing.T) {
	s := bare(t, storetest.Open(t, "memory", store.Options{}).DB)
	early := publication.NewService(s.db, s.world, func() time.Time { return time.Date(2020, 12, 31, 12, 0, 0, 0, time.UTC) })
	n, err := early.Snapshot(context.Background())
	must(t, err)
	if _, err := n.Closing(""); !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
}
