package publication_test

import (
	"context"
	"testing"

	"waymark/internal/fault"
	"waymark/internal/publication"
)

func TestWhatIsNotKnownDiffersFromNothing(t *testing.T) {
	known := func(word string) publication.ComparedCell { return publication.ComparedCell{Word: word} }
	number := func(n float64) publication.ComparedCell { return publication.ComparedCell{IsNumber: true, Number: n} }
	for _, c := range []struct {
		name    string
		cells   []publication.ComparedCell
		differs bool
		unknown int
	}{
		{"nothing", nil, false, 0},
		{"two alike", []publication.ComparedCell{known("yes"), known("yes")}, false, 0},
		{"yes and no", []publication.ComparedCell{known("yes"), known("no")}, true, 0},
		{"yes and not known", []publication.ComparedCell{known("yes"), known("")}, false, 1},
		{"no and an unknown status", []publication.ComparedCell{known("unknown"), known("notMet")}, false, 1},
		{"the difference stands behind what is not known", []publication.ComparedCell{known("met"), known("unknown"), known("partly")}, true, 1},
		{"two numbers", []publication.ComparedCell{number(0), number(1)}, true, 0},
		{"nought is a number", []publication.ComparedCell{number(0), known("")}, false, 1},
	} {
		r := publication.ComparedRow{Cells: c.cells}
		if r.Differs() != c.differs || r.Unknown() != c.unknown {
			t.Errorf("%s: differs %v and %d unknown, want %v and %d", c.name, r.Differs(), r.Unknown(), c.differs, c.unknown)
		}
	}
}

// A comparison says of each country what its own page says.
func TestAComparisonAgreesWithTheProfiles(t *testing.T) {
	n := open(t).snapshot(t)
	iso3 := []string{"KEN", "AZE", "TUV", "GRL"}
	got, err := n.Compare(context.Background(), iso3, []string{"T1", "T2", "T3"}, publication.FigureQuery{})
	must(t, err)
	for i, code := range iso3 {
		p, err := n.Profile(context.Background(), code, publication.FigureQuery{})
		must(t, err)
		check(t, code+" counts", got.Counted[i], p.Counts)
		for _, s := range p.Targets {
			for _, target := range got.Targets {
				if !s.Headline || s.Code != target.Code {
					continue
				}
				want := s.Status.Word()
				if !p.Counts {
					want = ""
				}
				check(t, code+" "+s.Code, target.Status.Cells[i].Word, want)
				for j, a := range s.Answers {
					check(t, code+" "+a.Indicator.Code, target.Answers[j].Cells[i].Word, a.Reading.Word())
				}
			}
		}
	}
	if got.Targets[2].Variant != nil || got.Targets[2].Status.Cells != nil {
		t.Error("a target without evidence has a status")
	}
	if _, err := n.Compare(context.Background(), make([]string, 7), nil, publication.FigureQuery{}); fault.KindOf(err) != fault.Refused {
		t.Errorf("seven countries: %v", err)
	}
}
