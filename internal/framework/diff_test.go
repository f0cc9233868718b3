package framework

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"waymark/internal/fault"
	"waymark/internal/reference"
)

func told(changes []Change) string {
	var b strings.Builder
	for _, c := range changes {
		b.WriteString(map[ChangeKind]string{Kept: "=", Deleted: "-", Inserted: "+"}[c.Kind] + "[" + c.Text + "]")
	}
	return b.String()
}

func TestDiffWordsKeepsWordsWhole(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"", "", ""},
		{"same", "same", "=[same]"},
		{"", "new", "+[new]"},
		{"old", "", "-[old]"},
		{"reporting illegal content online", "reporting child sexual abuse material online", "=[reporting ]-[illegal content]+[child sexual abuse material]=[ online]"},
		{"proceed to indictment.", "proceed to conviction.", "=[proceed to ]-[indictment]+[conviction]=[.]"},
		{"70% of countries", "80% of countries", "-[70]+[80]=[% of countries]"},
		{"0.7 or 0.75", "0.7 or 0.8", "=[0.7 or ]-[0.75]+[0.8]"},
		{"children’s right", "children's right", "-[children’s]+[children's]=[ right]"},
		{"a b c", "a c", "=[a ]-[b ]=[c]"},
		{"a c", "a b c", "=[a ]+[b ]=[c]"},
		{"儿童在线保护", "儿童网上保护", "=[儿童]-[在线]+[网上]=[保护]"},
		{"حماية الأطفال على الإنترنت", "حماية الأطفال في الإنترنت", "=[حماية الأطفال ]-[على]+[في]=[ الإنترنت]"},
		{"bad \xff bytes", "bad bytes", "-[bad \xff bytes]+[bad bytes]"},
	} {
		if got := told(DiffWords(c.before, c.after)); got != c.want {
			t.Errorf("%q to %q: %s, want %s", c.before, c.after, got, c.want)
		}
	}
}

func TestDiffWordsTakesALongTextForRewritten(t *testing.T) {
	long := strings.Repeat("word ", maxWords)
	if got := DiffWords(long, long+"more"); len(got) != 2 || got[0].Kind != Deleted || got[1].Kind != Inserted {
		t.Errorf("%d changes", len(got))
	}
	many := make([]string, 9_000) // more different words than there are runes below the surrogates would be too slow; this crosses 0x2000
	for i := range many {
		many[i] = fmt.Sprintf("w%d", i)
	}
	before := strings.Join(many, " ")
	if got := told(DiffWords(before, before+" end")); !strings.HasSuffix(got, "+[ end]") {
		t.Errorf("…%s", got[max(0, len(got)-40):])
	}
}

func TestWordNumbersSkipSurrogates(t *testing.T) {
	for i := range 70_000 {
		r := runeOf(i)
		if indexOf(r) != i || string(r) == "\uFFFD" && r != 0xFFFD || r >= 0xD800 && r < 0xE000 {
			t.Fatalf("word %d is rune %U", i, r)
		}
	}
}

func TestDiffWordsJoinsToBothTexts(t *testing.T) {
	word := rapid.SampledFrom([]string{"a", "b", "the", " ", " ", "  ", ",", "%", "70", "ж", "儿", "é", "e\u0301", "\n", "👩‍👧", "’"})
	line := rapid.Map(rapid.SliceOfN(word, 0, 20), func(w []string) string { return strings.Join(w, "") })
	rapid.Check(t, func(t *rapid.T) {
		before, after := line.Draw(t, "before"), line.Draw(t, "after")
		var old, now strings.Builder
		last := Kept
		for i, c := range DiffWords(before, after) {
			if c.Text == "" || i > 0 && c.Kind == last || last == Inserted && c.Kind == Deleted {
				t.Fatalf("not in one form: %s", told(DiffWords(before, after)))
			}
			last = c.Kind
			if c.Kind != Inserted {
				old.WriteString(c.Text)
			}
			if c.Kind != Deleted {
				now.WriteString(c.Text)
			}
		}
		if old.String() != before || now.String() != after {
			t.Fatalf("%q and %q, want %q and %q", old.String(), now.String(), before, after)
		}
	})
}

func TestDiffSaysWhatChanged(t *testing.T) {
	v := fixture(t)
	value := decimal.RequireFromString("0.95")
	next, _ := mustApply(t, v,
		Words("T1.2", "indictment", "conviction"),
		Revise("T1", v.Targets[0].Goal(), TargetRevision{Operator: AtLeast, Value: &value, GoalDate: 20301231, SetBy: "group", SetOn: 20260101, Reason: "agreed"}))
	d, err := Diff(v, next)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Edits) != 2 || d.Edits[0].Op != OpWords || d.Edits[1].Op != OpRevise {
		t.Errorf("edits %+v", d.Edits)
	}
	if len(d.Words) != 1 || d.Words[0].Code != "T1.2" || told(d.Words[0].Changes) != "=[Cases end in ]-[indictment]+[conviction]" {
		t.Errorf("words %+v", d.Words)
	}
	if row := rowOf(t, d.Crosswalk, "e6"); row.Kind != Revised {
		t.Errorf("crosswalk %+v", row)
	}
}

func TestDiffOfAVersionWithItselfIsEmpty(t *testing.T) {
	for _, v := range []*Version{fixture(t), shipped(t)} {
		d, err := Diff(v, v)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Edits) != 0 || len(d.Words) != 0 {
			t.Errorf("%s differs from itself: %+v", v.ID(), d.Edits)
		}
		for _, row := range d.Crosswalk.Rows {
			if row.Kind != Unchanged || !row.Comparable {
				t.Errorf("%+v", row)
			}
		}
	}
}

func TestDiffRefusesWhatIsNotOneFramework(t *testing.T) {
	a, b := fixture(t), fixture(t)
	b.Framework = "other"
	if _, err := Diff(a, b); !fault.Is(err, fault.Refused) {
		t.Errorf("two frameworks: %v", err)
	}
	b = fixture(t)
	b.Elements[8].Kind = KindAim // an id that means another kind of thing
	if _, err := Diff(a, b); !fault.Is(err, fault.Conflict) {
		t.Errorf("an id that changed its meaning: %v", err)
	}
}

func TestDiffShowsTheWayBack(t *testing.T) {
	v := fixture(t)
	next, _ := mustApply(t, v, Edit{Op: OpDelete, Key: "T1.1", Old: raw(element(t, v, "T1.1").Text)})
	d, err := Diff(next, v)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Edits) != 1 || d.Edits[0].Op != OpAdd || !strings.Contains(string(d.Edits[0].New), `"T1.1"`) {
		t.Errorf("edits %+v, want the step added again", d.Edits)
	}
	if _, _, err := Apply(next, d.Edits); !fault.Is(err, fault.Conflict) {
		t.Errorf("a retired id came back to life: %v", err)
	}
}

// draw makes a random edit of a version; many are refused, and that is as it should be.
func draw(t *rapid.T, v *Version, n int) Edit {
	pick := func(label string) *Element {
		return &v.Elements[rapid.IntRange(0, len(v.Elements)-1).Draw(t, label)]
	}
	fresh := fmt.Sprintf("n%d", n)
	word := rapid.SampledFrom([]string{"law ", "children ", "XX% ", "laws[1] ", "90% ", "儿 ", ""}).Draw(t, "word")
	e := pick("element")
	points := []rune(e.Text)
	switch rapid.SampledFrom([]string{"words", "words", "insert", "field", "sheet", "variant", "headline", "revise", "add", "delete", "move", "parent", "renumber", "swap", "split", "merge", "replace", "list", "head", "translate"}).Draw(t, "op") {
	case "words":
		from := rapid.IntRange(0, len(points)).Draw(t, "from")
		to := rapid.IntRange(from, len(points)).Draw(t, "to")
		return WordsAt(e.ID, from, string(points[from:to]), word)
	case "insert":
		return WordsAt(e.ID, rapid.IntRange(0, len(points)).Draw(t, "at"), "", word)
	case "field":
		if rapid.Bool().Draw(t, "known") {
			return Set(OneElement, e.ID, "measuredBy", nilIfNone(e.MeasuredBy), rapid.SampledFrom([][]string{nil, {}, {"m1"}}).Draw(t, "by"))
		}
		return Set(OneElement, e.ID, "feasibility", e.Feasibility, word)
	case "translate":
		return Set(OneElement, e.ID, "translations", nilIfEmpty(e.Translations), map[string]Translation{"es": {Text: "texto", Reviewed: rapid.Bool().Draw(t, "reviewed")}})
	case "sheet":
		s := v.Sheets[rapid.IntRange(0, len(v.Sheets)-1).Draw(t, "sheet")]
		return Set(OneSheet, s.Code, "definition", s.Definition, "definition "+fresh)
	case "variant":
		w := v.Variants[rapid.IntRange(0, len(v.Variants)-1).Draw(t, "variant")]
		return Set(OneVariant, w.Code, "met", w.Met, rapid.SampledFrom([]string{"law", "good_law", "law && good_law"}).Draw(t, "met"))
	case "headline":
		if edits, err := MoveHeadline(v, "T1", "T1b"); err == nil && len(edits) == 2 {
			return edits[1] // alone it makes two headlines: refused
		}
	case "revise":
		target := v.Targets[rapid.IntRange(0, len(v.Targets)-1).Draw(t, "target")]
		var last *TargetRevision
		if k := len(target.Revisions); k > 0 {
			last = &target.Revisions[k-1]
		}
		value := decimal.New(rapid.Int64Range(0, 100).Draw(t, "value"), -2)
		r := TargetRevision{Operator: AtLeast, Value: &value, GoalDate: 20301231, SetBy: "group", SetOn: reference.Date(20260101 + n%28), Reason: "agreed"}
		if rapid.Bool().Draw(t, "open again") {
			r.Value = nil
		}
		return Revise(target.Code, last, r)
	case "add":
		return Edit{Op: OpAdd, After: e.ID, New: raw(Element{ID: fresh, Code: strings.ToUpper(fresh), Kind: KindAim, Parent: e.Code, Text: "New " + word})}
	case "delete":
		leaf := pick("leaf")
		for i := range v.Elements { // rather one nothing hangs on
			if x := &v.Elements[i]; x.ID == "e5" || x.ID[0] == 'n' && rapid.Bool().Draw(t, "this one") {
				leaf = x
			}
		}
		return Edit{Op: OpDelete, Key: leaf.ID, Old: raw(leaf.Text)}
	case "move":
		return Edit{Op: OpMove, Key: e.ID, After: pick("after").ID}
	case "parent":
		return Set(OneElement, e.ID, "parent", e.Parent, pick("parent").Code)
	case "renumber":
		return Edit{Op: OpRenumber, Old: raw(map[string]string{e.ID: e.Code}), New: raw(map[string]string{e.ID: "R" + fresh})}
	case "swap":
		f := pick("other")
		return Edit{Op: OpRenumber, Old: raw(map[string]string{e.ID: e.Code, f.ID: f.Code}), New: raw(map[string]string{e.ID: f.Code, f.ID: e.Code})}
	case "split":
		at := rapid.IntRange(0, len(points)).Draw(t, "cut")
		return Edit{Op: OpSplit, Key: e.ID, Old: raw(e.Text), New: raw([]Part{{fresh + "a", e.Code, string(points[:at])}, {fresh + "b", "B" + fresh, string(points[at:])}})}
	case "merge":
		f := pick("other")
		for i := range v.Elements { // rather two sisters
			x := &v.Elements[i]
			for k := range v.Elements[:i] {
				if y := &v.Elements[k]; x.Kind == y.Kind && x.Parent == y.Parent {
					e, f = y, x
				}
			}
		}
		return Edit{Op: OpMerge, Old: raw([]Part{{e.ID, "", e.Text}, {f.ID, "", f.Text}}), New: raw(Part{fresh, e.Code, e.Text + " " + f.Text})}
	case "replace":
		if len(v.Retired) > 0 {
			return Edit{Op: OpAdd, New: raw(Element{ID: fresh, Code: strings.ToUpper(fresh), Kind: KindAim, Text: "In its place", Origins: v.Retired[:1]})}
		}
	case "list":
		if rapid.Bool().Draw(t, "add") {
			return Edit{Op: OpAdd, Thing: OneMechanism, After: v.Mechanisms[len(v.Mechanisms)-1].Code, New: raw(Mechanism{Code: "m" + fresh, Name: "M", Owner: "O"})}
		}
		return Edit{Op: OpMove, Thing: OneIndicator, Key: v.Indicators[0].Code, After: v.Indicators[rapid.IntRange(0, len(v.Indicators)-1).Draw(t, "after")].Code}
	}
	return Set(TheVersion, "", "title", v.Title, "Title "+fresh)
}

func nilIfNone(list []string) any {
	if list == nil {
		return nil
	}
	return list
}

func nilIfEmpty(m map[string]Translation) any {
	if len(m) == 0 {
		return nil
	}
	return m
}

// The laws of the living document: a version never changes, apply(diff(a,b)) leads from a to b, an id
// never comes to mean another thing, and the crosswalk has every element of both versions once.
func TestLawsOfVersions(t *testing.T) {
	applied := map[Op]int{}
	rapid.Check(t, func(rt *rapid.T) {
		a := fixture(t)
		untouched := mustDigest(t, a)
		b := a
		for n := range rapid.IntRange(1, 12).Draw(rt, "edits") {
			e := draw(rt, b, n)
			next, _, err := Apply(b, []Edit{e})
			if err != nil {
				if fault.KindOf(err) == fault.Internal {
					rt.Fatalf("%+v: an error without a kind: %v", e, err)
				}
				continue
			}
			applied[e.Op]++
			b = next
		}
		if mustDigest(t, a) != untouched {
			rt.Fatal("the adopted version changed")
		}
		d, err := Diff(a, b)
		if err != nil {
			rt.Fatal(err)
		}
		again, cross, err := Apply(a, d.Edits)
		if err != nil {
			rt.Fatalf("the difference cannot be applied: %v", err)
		}
		if content(t, again) != content(t, b) {
			x, _ := Canonical(again)
			y, _ := Canonical(b)
			rt.Fatalf("apply(diff(a,b)) is not b:\n%s\n%s", x, y)
		}
		for i := range b.Elements {
			e := &b.Elements[i]
			if before, ok := a.byID(e.ID); ok && before.Kind != e.Kind {
				rt.Fatalf("%s was a %s and is a %s", e.ID, before.Kind, e.Kind)
			}
		}
		for i := range a.Elements {
			if _, alive := b.byID(a.Elements[i].ID); !alive && !slices.Contains(b.Retired, a.Elements[i].ID) {
				rt.Fatalf("%s is gone and its id is free again", a.Elements[i].ID)
			}
		}
		from, to := map[string]int{}, map[string]int{}
		for _, row := range cross.Rows {
			for _, id := range row.From {
				from[id]++
			}
			for _, id := range row.To {
				to[id]++
			}
		}
		for i := range a.Elements {
			if n := from[a.Elements[i].ID]; n != 1 {
				rt.Fatalf("%s stands in %d rows of the crosswalk", a.Elements[i].ID, n)
			}
		}
		for i := range b.Elements {
			if n := to[b.Elements[i].ID]; n != 1 {
				rt.Fatalf("%s stands in %d rows of the crosswalk", b.Elements[i].ID, n)
			}
		}
	})
	for _, op := range []Op{OpWords, OpSet, OpAdd, OpDelete, OpMove, OpRenumber, OpSplit, OpMerge, OpRevise} {
		if applied[op] == 0 {
			t.Errorf("no edit %q ever held: the law was not tried on it", op)
		}
	}
	t.Logf("edits that held: %v", applied)
}
