package framework

import "testing"

func TestUmbrellaLeadsFromAnElementToAnElement(t *testing.T) {
	versions, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]*Version{}
	for _, v := range versions {
		by[v.Framework] = v
	}
	rows, err := Umbrella()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 30 {
		t.Fatalf("%d rows: the crosswalk is not whole", len(rows))
	}
	seen := map[Answering]bool{}
	for _, r := range rows {
		other := by[r.Framework]
		if other == nil || r.Framework == "cop-2015" {
			t.Errorf("%+v: there is no such other framework", r)
			continue
		}
		if _, ok := other.Element(r.Element); !ok {
			t.Errorf("%s has no element %s", r.Framework, r.Element)
		}
		if _, ok := by["cop-2015"].Element(r.Ours); !ok {
			t.Errorf("cop-2015 has no element %s", r.Ours)
		}
		switch r.Relation {
		case Same, Wider, Narrower, Related:
		default:
			t.Errorf("%+v: an unknown relation", r)
		}
		r.Note, r.Relation = "", ""
		if seen[r] {
			t.Errorf("%s %s to %s stands twice", r.Framework, r.Element, r.Ours)
		}
		seen[r] = true
	}
}

// Every set a reference sheet names is a framework that is shipped, and the crosswalk holds it.
func TestSheetsNameSetsThatAreShipped(t *testing.T) {
	versions, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	shipped := map[string]bool{}
	for _, v := range versions {
		shipped[v.Framework] = true
	}
	for _, v := range versions {
		for i := range v.Sheets {
			for _, set := range v.Sheets[i].Sets {
				if !shipped[set] {
					t.Errorf("sheet %s names the set %s, which is not shipped", v.Sheets[i].Code, set)
				}
			}
		}
	}
}

// What could not be confirmed or obtained says so.
func TestUnconfirmedNamesAreMarked(t *testing.T) {
	versions, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	marked := 0
	for _, v := range versions {
		if v.Framework == "itu-cop-2010" && len(v.Elements) != 1 {
			t.Errorf("itu-cop-2010 holds %d elements: its list was not obtainable", len(v.Elements)-1)
		}
		if v.Framework != "mnr-21" {
			continue
		}
		if len(v.Elements) != 22 {
			t.Errorf("mnr-21 has %d capabilities, want 21", len(v.Elements)-1)
		}
		for i := range v.Elements {
			marked += len(v.Elements[i].Open)
		}
	}
	if marked != 7 {
		t.Errorf("%d names are marked as not confirmed, want 7 (15 to 21)", marked)
	}
}
