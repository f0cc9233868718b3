package framework

import (
	"testing"

	"waymark/internal/fault"
)

func TestParseID(t *testing.T) {
	for _, c := range []struct {
		id, framework string
		number        int
		refused       bool
	}{
		{"cop-2015@1", "cop-2015", 1, false},
		{"other@12", "other", 12, false},
		{"2", "cop-2015", 2, false},
		{"other", "other", 0, false}, // its newest version
		{"cop-2015@0", "", 0, true},
		{"cop-2015@-1", "", 0, true},
		{"cop-2015@x", "", 0, true},
		{"@1", "", 0, true},
	} {
		name, number, err := ParseID(c.id, "cop-2015")
		if name != c.framework || number != c.number || fault.Is(err, fault.Refused) != c.refused || (err != nil) != c.refused {
			t.Errorf("%q: %q %d (%v)", c.id, name, number, err)
		}
	}
	v := fixture(t)
	if name, number, err := ParseID(v.ID(), ""); err != nil || name != v.Framework || number != v.Number {
		t.Errorf("%s does not come back: %q %d (%v)", v.ID(), name, number, err)
	}
}

func TestChildrenStandInTheOrderOfTheDocument(t *testing.T) {
	var got []string
	for _, e := range shipped(t).Children("T3") {
		got = append(got, e.Code)
	}
	if len(got) != 8 || got[0] != "T3.1" || got[3] != "T3.4" || got[4] != "OP3.1" {
		t.Errorf("below T3 stand %v", got)
	}
}
