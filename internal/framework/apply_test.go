package framework

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"waymark/internal/fault"
)

func mustApply(t testing.TB, v *Version, edits ...Edit) (*Version, *Crosswalk) {
	t.Helper()
	before := mustDigest(t, v)
	next, cross, err := Apply(v, edits)
	if err != nil {
		t.Fatal(err)
	}
	if mustDigest(t, v) != before {
		t.Fatal("Apply changed the version it was given")
	}
	return next, cross
}

func element(t testing.TB, v *Version, code string) *Element {
	t.Helper()
	e, ok := v.Element(code)
	if !ok {
		t.Fatalf("%s has no element %s", v.ID(), code)
	}
	return e
}

func rowOf(t testing.TB, c *Crosswalk, id string) *Crossing {
	t.Helper()
	row, ok := c.Of(id)
	if !ok {
		t.Fatalf("the crosswalk has no row for %s", id)
	}
	return row
}

func TestApplyDraftsTheNextNumberFromAnAdoptedVersion(t *testing.T) {
	v := fixture(t)
	next, cross := mustApply(t, v, Words("T1.2", "indictment", "conviction"))
	if next.ID() != "small@2" || next.State != Draft || next.Valid.Start != 0 || cross.From != "small@1" || cross.To != "small@2" {
		t.Errorf("%s, %s, %v; crosswalk %s to %s", next.ID(), next.State, next.Valid, cross.From, cross.To)
	}
	again, _ := mustApply(t, next, Words("T1.2", "conviction", "a verdict"))
	if again.ID() != "small@2" {
		t.Errorf("an edited draft is %s, want the same number", again.ID())
	}
}

func TestApplyWords(t *testing.T) {
	v := fixture(t)
	zero, four := 0, 4
	for name, c := range map[string]struct {
		edit Edit
		want string
	}{
		"substitution": {Words("T2", "people know", "children know"), "XX% of children know. They also act."},
		"deletion":     {Words("T2", " They also act.", ""), "XX% of people know."},
		"insertion":    {WordsAt("T2", 4, "", "all "), "XX% all of people know. They also act."},
		"at the start": {Edit{Op: OpWords, Key: "e8", At: &zero, Old: raw("Laws"), New: raw("All laws")}, "All laws are written."},
		"by id":        {Words("e3", "everywhere", "here"), "There is law here."},
		"twice named":  {Edit{Op: OpWords, Key: "O1", At: &four, Old: raw("e is law e"), New: raw("e is law e-")}, "There is law e-verywhere."},
	} {
		t.Run(name, func(t *testing.T) {
			next, cross := mustApply(t, v, c.edit)
			id := v.elementID(c.edit.Key)
			e, _ := next.byID(id)
			if e.Text != c.want {
				t.Errorf("%q, want %q", e.Text, c.want)
			}
			if row := rowOf(t, cross, id); row.Kind == Unchanged {
				t.Error("the crosswalk calls it unchanged")
			}
		})
	}
}

func TestApplyCountsPlacesInCodePoints(t *testing.T) {
	v := fixture(t)
	element(t, v, "O1").Text = "𝔏aw für alle: القانون"
	next, _ := mustApply(t, v, WordsAt("O1", 14, "القانون", "x"), WordsAt("O1", 4, "für", "for"))
	if got := element(t, next, "O1").Text; got != "𝔏aw for alle: x" {
		t.Errorf("%q", got)
	}
}

func TestApplyMarksTranslationsOfChangedWords(t *testing.T) {
	next, _ := mustApply(t, fixture(t), Words("T1", "against it", "against all of it"))
	if fr := element(t, next, "T1").Translations["fr"]; !fr.Outdated || fr.Text != "90 % des pays" || !fr.Reviewed {
		t.Errorf("translation %+v, want it kept and marked", fr)
	}
}

func TestApplyRefusesStaleAndBrokenEdits(t *testing.T) {
	v := fixture(t)
	d := func(s string) *decimal.Decimal { x := decimal.RequireFromString(s); return &x }
	good := TargetRevision{Operator: AtLeast, Value: d("0.8"), GoalDate: 20301231, SetBy: "group", SetOn: 20260101, Reason: "agreed"}
	now := v.Targets[0].Goal()
	other := *now
	other.Value = d("0.7")
	anonymous := good
	anonymous.SetBy = ""
	overOne := good
	overOne.Value = d("80")
	textual := Revise("T1", now, good)
	textual.New = json.RawMessage(`{"operator":">=","value":"80%","goalDate":"2030-12-31","setBy":"g","setOn":"2026-01-01","reason":"r"}`)
	for name, c := range map[string]struct {
		edits []Edit
		kind  fault.Kind
		says  string
	}{
		"words changed since":       {[]Edit{Words("T1.2", "conviction", "x")}, fault.Stale, `does not hold "conviction"`},
		"words at another place":    {[]Edit{WordsAt("T1.2", 5, "Cases", "x")}, fault.Stale, `does not hold "Cases" at 5`},
		"place beyond the text":     {[]Edit{WordsAt("T1.2", 500, "", "x")}, fault.Stale, "at 500"},
		"place before the text":     {[]Edit{WordsAt("T1.2", -1, "", "x")}, fault.Stale, "at -1"},
		"words in two places":       {[]Edit{Words("T1.1", "e", "x")}, fault.Refused, "times in T1.1"},
		"insertion without a place": {[]Edit{Words("T1.1", "", "x")}, fault.Refused, "where to insert"},
		"nothing changes":           {[]Edit{Words("T1.1", "Cases", "Cases")}, fault.Refused, "stay the same"},
		"all words gone":            {[]Edit{Words("O1", "There is law everywhere.", "")}, fault.Refused, "O1 has no words"},
		"explained words gone":      {[]Edit{Words("T1", "laws[1]", "rules[1]")}, fault.Refused, `"laws[1]" are not in its text`},
		"unknown element":           {[]Edit{Words("T9", "a", "b")}, fault.Stale, `no element "T9"`},
		"second edit stale":         {[]Edit{Words("T1.2", "indictment", "conviction"), Words("T1.2", "indictment", "x")}, fault.Stale, "edit 2 (words T1.2)"},
		"field changed since":       {[]Edit{Set(OneSheet, "T1", "unit", "people", "%")}, fault.Stale, "the unit of sheet T1"},
		"unknown field":             {[]Edit{Set(OneSheet, "T1", "colour", nil, "red")}, fault.Refused, "unknown field"},
		"field of another type":     {[]Edit{Set(OneSheet, "T1", "caveats", []string{}, "text")}, fault.Refused, "caveats"},
		"an id":                     {[]Edit{Set(OneElement, "T1", "id", "e4", "e99")}, fault.Refused, "cannot be set"},
		"history of a target":       {[]Edit{Set(OneTarget, "T1", "revisions", v.Targets[0].Revisions, nil)}, fault.Refused, "cannot be set"},
		"meaning of an indicator":   {[]Edit{Set(OneIndicator, "law", "kind", "answer", "number")}, fault.Refused, "cannot be set"},
		"number of the version":     {[]Edit{Set(TheVersion, "", "number", 2, 3)}, fault.Refused, "cannot be set"},
		"unknown thing":             {[]Edit{Set("planet", "x", "y", nil, 1)}, fault.Refused, "nothing a version has"},
		"unknown op":                {[]Edit{{Op: "explode", Key: "T1"}}, fault.Refused, "no kind of edit"},
		"goal changed since":        {[]Edit{Revise("T1", &other, good)}, fault.Stale, ">= 0.7 by 2020-12-31"},
		"goal thought open":         {[]Edit{Revise("T1", nil, good)}, fault.Stale, "still to be set"},
		"goal by nobody":            {[]Edit{Revise("T1", now, anonymous)}, fault.Refused, "who set it, when and why"},
		"goal over one":             {[]Edit{Revise("T1", now, overOne)}, fault.Refused, "a share of 80"},
		"goal as text":              {[]Edit{textual}, fault.Refused, "80%"},
		"delete what has steps":     {[]Edit{{Op: OpDelete, Key: "T1", Old: raw(element(t, v, "T1").Text)}}, fault.Refused, `stands below "T1"`},
		"delete what changed":       {[]Edit{{Op: OpDelete, Key: "T1.2", Old: raw("Cases end in conviction")}}, fault.Stale, "Cases end in conviction"},
		"add a taken id":            {[]Edit{{Op: OpAdd, New: raw(Element{ID: "e1", Code: "N", Kind: KindAim, Text: "x"})}}, fault.Conflict, "already"},
		"add a taken code":          {[]Edit{{Op: OpAdd, New: raw(Element{ID: "n1", Code: "T1", Kind: KindAim, Text: "x"})}}, fault.Refused, "two elements have the code T1"},
		"add after nothing":         {[]Edit{{Op: OpAdd, After: "zz", New: raw(Element{ID: "n1", Code: "N", Kind: KindAim, Text: "x"})}}, fault.Stale, `no element "zz"`},
		"add with unknown fields":   {[]Edit{{Op: OpAdd, New: json.RawMessage(`{"id":"n1","colour":1}`)}}, fault.Refused, "unknown field"},
		"return of the dead": {[]Edit{{Op: OpDelete, Key: "T1.1", Old: raw(element(t, v, "T1.1").Text)}, {Op: OpAdd, New: raw(Element{ID: "e5", Code: "N", Kind: KindAim, Text: "x"})}},
			fault.Conflict, "belonged to an element that is gone"},
		"move to where it stands":    {[]Edit{{Op: OpMove, Key: "T1.2", After: "T1.1"}}, fault.Refused, "there already"},
		"renumber to a taken code":   {[]Edit{{Op: OpRenumber, Old: raw(map[string]string{"e5": "T1.1"}), New: raw(map[string]string{"e5": "T1.2"})}}, fault.Conflict, "the code T1.2"},
		"renumber what changed":      {[]Edit{{Op: OpRenumber, Old: raw(map[string]string{"e5": "T1.7"}), New: raw(map[string]string{"e5": "T1.8"})}}, fault.Stale, "the code of e5"},
		"split that changes words":   {[]Edit{{Op: OpSplit, Key: "T2", Old: raw(element(t, v, "T2").Text), New: raw([]Part{{"n1", "T2", "XX% of people know."}, {"n2", "T2b", "They never act."}})}}, fault.Refused, "do not have its words"},
		"split that leaves the code": {[]Edit{{Op: OpSplit, Key: "T2", Old: raw(element(t, v, "T2").Text), New: raw([]Part{{"n1", "T2a", "XX% of people know."}, {"n2", "T2b", "They also act."}})}}, fault.Refused, "no part keeps the code"},
		"split through open words":   {[]Edit{{Op: OpSplit, Key: "T2", Old: raw(element(t, v, "T2").Text), New: raw([]Part{{"n1", "T2", "X"}, {"n2", "T2b", "X% of people know. They also act."}})}}, fault.Refused, "cuts through words"},
		"split into a taken id":      {[]Edit{{Op: OpSplit, Key: "T2", Old: raw(element(t, v, "T2").Text), New: raw([]Part{{"e1", "T2", "XX% of people know."}, {"n2", "T2b", "They also act."}})}}, fault.Conflict, "the id e1"},
		"merge of unlike things":     {[]Edit{{Op: OpMerge, Old: raw([]Part{{"e5", "", element(t, v, "T1.1").Text}, {"e3", "", element(t, v, "O1").Text}}), New: raw(Part{"n1", "T1.1", "x"})}}, fault.Refused, "not of the same kind"},
		"criterion that divides":     {[]Edit{Set(OneVariant, "T1a", "met", "law", "1.0 / 0.0 > 1.0")}, fault.Refused, "division"},
		"two headlines":              {[]Edit{Set(OneVariant, "T1b", "headline", nil, true)}, fault.Refused, "2 headlines"},
	} {
		t.Run(name, func(t *testing.T) {
			before := mustDigest(t, v)
			next, cross, err := Apply(v, c.edits)
			if err == nil || next != nil || cross != nil {
				t.Fatalf("applied; want a refusal that says %q", c.says)
			}
			if fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v; want %s that says %q", fault.KindOf(err), err, c.kind, c.says)
			}
			if mustDigest(t, v) != before {
				t.Error("the refused edits left a trace")
			}
		})
	}
}

func TestApplyRevisesAGoalAndKeepsTheOldOne(t *testing.T) {
	v := fixture(t)
	value := decimal.RequireFromString("0.95")
	r := TargetRevision{Operator: AtLeast, Value: &value, GoalDate: 20301231, SetBy: "steering group", SetOn: 20260301, Reason: "the first date has passed"}
	first := r
	first.Reason = "first value"
	next, _ := mustApply(t, v, Revise("T1", v.Targets[0].Goal(), r), Revise("T2", nil, first))
	target, _ := next.Target("T1")
	if len(target.Revisions) != 2 || target.Revisions[0].Value.String() != "0.9" || target.Goal().Value.String() != "0.95" {
		t.Errorf("revisions %+v", target.Revisions)
	}
	open, _ := next.Target("T2")
	if open.Goal() == nil || element(t, next, "T2").Text != element(t, v, "T2").Text {
		t.Error("the open value was not set, or setting it changed the printed words")
	}
	if half, _ := next.Target("T2/half"); half.Goal() != nil {
		t.Error("the other open value of T2 is set too")
	}
}

func TestApplyRenumbersAllAtOnce(t *testing.T) {
	v := fixture(t)
	next, cross := mustApply(t, v, Edit{Op: OpRenumber, Old: raw(map[string]string{"e4": "T1", "e7": "T2"}), New: raw(map[string]string{"e4": "T2", "e7": "T1"})})
	if e := element(t, next, "T2"); e.ID != "e4" || element(t, next, "T1.1").Parent != "T2" || element(t, next, "F1").Parent != "T2" {
		t.Error("the two codes did not change places, or what hangs below stayed behind")
	}
	goal, _ := next.Target("T2")
	half, ok := next.Target("T1/half")
	if goal.Goal() == nil || !ok || half.Of != "T1" {
		t.Error("the targets did not follow their elements")
	}
	if w, _ := next.Variant("T2", "T1a"); w == nil {
		t.Error("the variants did not follow")
	}
	if row := rowOf(t, cross, "e4"); row.Kind != Unchanged || !row.Renumbered || !row.Comparable {
		t.Errorf("crosswalk %+v, want unchanged and renumbered", row)
	}
}

func TestApplySplitsAndMerges(t *testing.T) {
	v := fixture(t)
	split := Edit{Op: OpSplit, Key: "T2", Old: raw(element(t, v, "T2").Text), New: raw([]Part{{"n1", "T2", "XX% of people know."}, {"n2", "T2b", "They also act."}})}
	next, cross := mustApply(t, v, split)
	if row := rowOf(t, cross, "e7"); row.Kind != Split || strings.Join(row.To, " ") != "n1 n2" || row.Comparable {
		t.Errorf("crosswalk %+v", row)
	}
	if len(element(t, next, "T2").Open) != 1 || len(element(t, next, "T2b").Open) != 0 || element(t, next, "T2b").Parent != "TOP" {
		t.Error("the open value did not stay with its words, or a part stands elsewhere")
	}
	if _, alive := next.byID("e7"); alive || strings.Join(next.Retired, " ") != "e7" {
		t.Errorf("the id of the whole lives on; retired %v", next.Retired)
	}

	merge := Edit{Op: OpMerge, Old: raw([]Part{{"e5", "", element(t, v, "T1.1").Text}, {"T1.2", "", element(t, v, "T1.2").Text}}),
		New: raw(Part{"n3", "T1.1", element(t, v, "T1.1").Text + " " + element(t, v, "T1.2").Text})}
	next, cross = mustApply(t, v, merge)
	if row := rowOf(t, cross, "e6"); row.Kind != Merged || strings.Join(row.From, " ") != "e5 e6" || strings.Join(row.To, " ") != "n3" || row.Comparable {
		t.Errorf("crosswalk %+v", row)
	}
	if got := next.Contradicts[0].Elements; strings.Join(got, " ") != "T1.1 F1" {
		t.Errorf("what named T1.2 names %v, want T1.1", got)
	}
}

func TestApplyMovesDeletesAndReplaces(t *testing.T) {
	v := fixture(t)
	next, cross := mustApply(t, v,
		Edit{Op: OpMove, Key: "T1.2", After: "T2"}, Set(OneElement, "T1.2", "parent", "T1", "T2"),
		Edit{Op: OpDelete, Key: "T1.1", Old: raw(element(t, v, "T1.1").Text)},
		Edit{Op: OpAdd, After: "T1", New: raw(Element{ID: "n1", Code: "T1.1", Kind: KindStep, Parent: "T1", Text: "Cases are solved", Origins: []string{"e5"}})},
		Edit{Op: OpAdd, After: "n1", New: raw(Element{ID: "n2", Code: "T1.3", Kind: KindStep, Parent: "T1", Text: "New"})},
		Edit{Op: OpDelete, Thing: OneMilestone, Key: "S1", Old: raw(v.Milestones[0])}, Edit{Op: OpDelete, Key: "S1", Old: raw(*element(t, v, "S1"))},
	)
	var codes []string
	for _, e := range next.Elements {
		codes = append(codes, e.Code)
	}
	if got := strings.Join(codes, " "); got != "TOP P1 O1 T1 T1.1 T1.3 T2 T1.2 F1" {
		t.Errorf("order %s", got)
	}
	for id, want := range map[string]CrossKind{"e6": Moved, "e5": Replaced, "e9": Gone, "e4": Unchanged} {
		if row := rowOf(t, cross, id); row.Kind != want || row.Comparable != (want == Moved || want == Unchanged) {
			t.Errorf("%s: %+v, want %s", id, row, want)
		}
	}
	if row := cross.Rows[5]; row.Kind != Added || row.To[0] != "n2" {
		t.Errorf("row of the new element: %+v", row)
	}
}

func TestCrosswalkTellsWhatCompares(t *testing.T) {
	v := fixture(t)
	yes, no := true, false
	said := func(e Edit, comparable *bool, note string) Edit { e.Comparable, e.Note = comparable, note; return e }
	headline, err := MoveHeadline(v, "T1", "T1b")
	if err != nil {
		t.Fatal(err)
	}
	editorial := Words("T1", "against it", "opposing it")
	editorial.Editorial = true
	numbered := Words("T1", "90%", "95%")
	numbered.Editorial = true
	for name, c := range map[string]struct {
		edits      []Edit
		kind       CrossKind
		comparable bool
		says       string
	}{
		"nothing":                 {nil, Unchanged, true, ""},
		"another element":         {[]Edit{Words("T2", "know", "learn")}, Unchanged, true, ""},
		"signs only":              {[]Edit{Words("T1", "against it", "Against it.")}, Editorial, true, ""},
		"a number":                {[]Edit{Words("T1", "90%", "95%")}, Revised, false, "the words changed"},
		"words":                   {[]Edit{Words("T1", "against it", "against all")}, Revised, false, "the words changed"},
		"said to be editorial":    {[]Edit{editorial}, Editorial, true, "mean the same"},
		"a number said the same":  {[]Edit{numbered}, Revised, false, "the words changed"},
		"said to compare":         {[]Edit{said(Words("T1", "against it", "against all"), &yes, "decided by the group")}, Revised, true, "decided by the group"},
		"said not to compare":     {[]Edit{said(Words("T1", "against it", "Against it"), &no, "")}, Editorial, false, ""},
		"the definition":          {[]Edit{Set(OneSheet, "T1", "definition", "what T1 is", "else")}, Unchanged, false, "reference sheet"},
		"a caveat":                {[]Edit{Set(OneSheet, "T1", "caveats", []string{}, []string{"care"})}, Unchanged, true, ""},
		"the headline":            {headline, Unchanged, false, "from T1a to T1b"},
		"the criterion":           {[]Edit{Set(OneVariant, "T1a", "met", "law", "law && good_law")}, Unchanged, false, "criterion of T1a"},
		"enough for partly":       {[]Edit{Set(OneVariant, "T1a", "partly", nil, "law || good_law")}, Unchanged, false, "criterion of T1a"},
		"a variant beside it":     {[]Edit{Set(OneVariant, "T1b", "partly", "law || good_law", nil)}, Unchanged, true, ""},
		"the universe":            {[]Edit{Set(TheVersion, "", "universe", "all", "some")}, Unchanged, false, "criterion of T1a"},
		"the words and the sheet": {[]Edit{editorial, Set(OneSheet, "T1", "unit", "%", "points")}, Editorial, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, cross := mustApply(t, v, c.edits...)
			if row := rowOf(t, cross, "e4"); row.Kind != c.kind || row.Comparable != c.comparable || !strings.Contains(row.Note, c.says) {
				t.Errorf("%+v, want %s, comparable %v, note %q", row, c.kind, c.comparable, c.says)
			}
		})
	}
}

// Codes that change places on the way must not carry a comment to the wrong element.
func TestCrosswalkNamesTheCommentsBehindDespiteRenumbering(t *testing.T) {
	e := Words("T1.1", "indictment", "conviction") // T1.2 until the edit before
	e.Behind = []string{"CM-12"}
	_, cross := mustApply(t, fixture(t), Edit{Op: OpRenumber, Old: raw(map[string]string{"e5": "T1.1", "e6": "T1.2"}), New: raw(map[string]string{"e5": "T1.2", "e6": "T1.1"})}, e)
	if six, five := rowOf(t, cross, "e6"), rowOf(t, cross, "e5"); len(six.Behind) != 1 || len(five.Behind) != 0 {
		t.Errorf("behind %v and %v, want the comment at e6 alone", six.Behind, five.Behind)
	}
}

func TestCrosswalkNamesTheCommentsBehind(t *testing.T) {
	e := Words("T1.2", "indictment", "conviction")
	e.Behind = []string{"CM-12", "TC-1"}
	_, cross := mustApply(t, fixture(t), e)
	if row := rowOf(t, cross, "e6"); strings.Join(row.Behind, " ") != "CM-12 TC-1" {
		t.Errorf("%+v", row)
	}
	if row := rowOf(t, cross, "e5"); len(row.Behind) != 0 {
		t.Errorf("%+v", row)
	}
}

func TestSucceedLeavesOpenWhatIsOpen(t *testing.T) {
	v := shipped(t)
	next, err := Succeed(v)
	if err != nil {
		t.Fatal(err)
	}
	if next.ID() != "cop-2015@2" || next.State != Draft || content(t, next) != content(t, v) {
		t.Errorf("%s (%s) does not hold what %s holds", next.ID(), next.State, v.ID())
	}
	open := 0
	for i := range next.Targets {
		if next.Targets[i].Goal() == nil {
			open++
		}
	}
	if open != 11 {
		t.Errorf("%d open values, want 11", open)
	}
	if _, err := Succeed(next); !fault.Is(err, fault.Refused) {
		t.Errorf("a draft was succeeded: %v", err)
	}
}

func TestAdoptEndsTheVersionBefore(t *testing.T) {
	v := fixture(t)
	draft, _ := mustApply(t, v, Set(OneSheet, "T1", "definition", "what T1 is", "another definition"), Set(OneSheet, "T2", "caveats", []string{}, []string{"care"}))
	ended, adopted, err := Adopt(v, draft, 20260701)
	if err != nil {
		t.Fatal(err)
	}
	if ended.State != Superseded || ended.Valid.End != 20260630 || adopted.State != Adopted || adopted.Valid.Start != 20260701 {
		t.Errorf("%s %v, then %s %v", ended.State, ended.Valid, adopted.State, adopted.Valid)
	}
	if v.State != Adopted || draft.State != Draft {
		t.Error("Adopt changed what it was given")
	}
	one, _ := adopted.Sheet("T1")
	two, _ := adopted.Sheet("T2")
	if one.Version != 2 || two.Version != 1 {
		t.Errorf("sheet versions %d and %d, want 2 for the changed definition and 1 for the added caveat", one.Version, two.Version)
	}
	if _, _, err := Adopt(v, adopted, 20270101); !fault.Is(err, fault.Conflict) {
		t.Errorf("adopted twice: %v", err)
	}
	if _, _, err := Adopt(v, draft, 20150101); !fault.Is(err, fault.Refused) {
		t.Errorf("adopted on the day the other began: %v", err)
	}
}
