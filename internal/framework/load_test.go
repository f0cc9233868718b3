package framework

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"waymark/internal/fault"
)

// shipped gives a fresh copy of the shipped version.
func shipped(t testing.TB) *Version {
	t.Helper()
	all, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		if v.ID() == "cop-2015@1" {
			return v
		}
	}
	t.Fatal("cop-2015@1 is not shipped")
	return nil
}

// sharedFile finds a file of the material handed to the project; the test is skipped where it is absent.
func sharedFile(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("WAYMARK_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	file := filepath.Join(dir, filepath.FromSlash(name))
	if _, err := os.Stat(file); err != nil {
		t.Skipf("SKIPPED: %s is not here; set WAYMARK_SHARED to the folder that holds it", name)
	}
	return file
}

func readTable(t testing.TB, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(sharedFile(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, column := range rows[0] {
			m[column] = row[i]
		}
		out = append(out, m)
	}
	return out
}

func TestShippedVersionNeverChanges(t *testing.T) {
	v := shipped(t)
	// The words alone, so that they stay checked where the document itself is absent.
	words := sha256.New()
	for _, e := range v.Elements {
		fmt.Fprintf(words, "%s\t%s\t%s\n", e.Code, e.Kind, e.Text)
	}
	if got, want := hex.EncodeToString(words.Sum(nil)), "508fee9511d5a2b2956f00480abcba73b61b7190141e6dbc4c095a16bc85cc6c"; got != want {
		t.Errorf("the words of cop-2015@1 changed: %s, want %s", got, want)
	}
	got, err := Digest(v)
	if err != nil {
		t.Fatal(err)
	}
	if want := "sha256:61a339f9ed92012a01d4338d815fa6c4bd4fbc88d3140fa4f3a9652cdf09b036"; got != want {
		t.Errorf("cop-2015@1 changed: %s, want %s", got, want)
	}
}

func TestShippedHoldsTheDocumentWordForWord(t *testing.T) {
	v := shipped(t)
	type row struct {
		code, kind, parent, text string
		line, place              int
	}
	var rows []row
	opened := map[string]int{}
	for i, r := range readTable(t, "seed/outline.csv") {
		line, err := strconv.Atoi(r["seed_line"])
		if err != nil {
			t.Fatal(err)
		}
		kind, code, parent := r["kind"], r["code"], r["parent"]
		switch {
		case kind == "general_comment", kind == "anchored_comment", kind == "tracked_change":
			continue // they belong to the consultation
		case strings.HasPrefix(kind, "open_"):
			opened[parent]++
			e, _ := v.Element(parent)
			found := false
			for _, q := range e.Open {
				found = found || q.Code == code && q.Text == r["text"]
			}
			if !found {
				t.Errorf("open value %s %q is not at %s", code, r["text"], parent)
			}
			continue
		}
		rows = append(rows, row{code, kind, parent, r["text"], line, i})
	}
	if len(rows) != 105 {
		t.Fatalf("the outline has %d elements of text, want 105", len(rows))
	}
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].line < rows[j].line })
	var elements []Element
	for _, e := range v.Elements {
		if e.Kind != KindTargetGroup {
			elements = append(elements, e)
			if n := len(e.Open); n != opened[e.Code] {
				t.Errorf("%s has %d open values, want %d", e.Code, n, opened[e.Code])
			}
		}
	}
	if len(elements) != len(rows) {
		t.Fatalf("%d elements, want %d", len(elements), len(rows))
	}
	for i, r := range rows {
		e := elements[i]
		if e.Code != r.code || string(e.Kind) != r.kind || e.Text != r.text {
			t.Errorf("place %d holds %s (%s) %q, want %s (%s) %q", i, e.Code, e.Kind, e.Text, r.code, r.kind, r.text)
		}
		parent := e.Parent
		if group, ok := v.Element(parent); ok && group.Kind == KindTargetGroup && e.Kind == KindTargetStatement {
			parent = group.Parent // the outline has no rows for the headings Target 3 to 5
		}
		if parent != r.parent {
			t.Errorf("%s stands below %s, want %s", e.Code, parent, r.parent)
		}
	}
}

func TestShippedCountsPerKind(t *testing.T) {
	want := map[Kind]int{KindTitle: 3, KindHeading: 11, KindHeaderField: 2, KindBackground: 3, KindAim: 6, KindScope: 1, KindPillar: 5,
		KindProcessStep: 7, KindImpactVision: 1, KindImpactTarget: 1, KindOutcome: 5, KindOutcomeContinuation: 1, KindNote: 1, KindTarget: 2,
		KindTargetGroup: 3, KindStep: 5, KindStepHeading: 1, KindTargetStatement: 12, KindOutput: 18, KindOutputSubitem: 3, KindFootnote: 3,
		KindReference: 7, KindReferenceDesc: 7}
	got := map[Kind]int{}
	v := shipped(t)
	for _, e := range v.Elements {
		got[e.Kind]++
	}
	for _, kind := range kinds {
		if got[kind] != want[kind] {
			t.Errorf("%d of kind %s, want %d", got[kind], kind, want[kind])
		}
	}
	if len(v.Elements) != 108 {
		t.Errorf("%d elements, want 105 and the three headings Target 3 to 5", len(v.Elements))
	}
}

func TestShippedTargetsAreNumbersOrOpen(t *testing.T) {
	v := shipped(t)
	set := map[string]string{"IM-1": "0.8", "T1": "0.9", "T2": "0.7"}
	open := 0
	for i := range v.Targets {
		target := &v.Targets[i]
		goal := target.Goal()
		want, isSet := set[target.Code]
		switch {
		case isSet && (goal == nil || goal.Value.String() != want || goal.Operator != AtLeast || goal.GoalDate != 20201231):
			t.Errorf("goal of %s is %+v, want >= %s by 2020-12-31", target.Code, goal, want)
		case !isSet && goal != nil:
			t.Errorf("%s has the goal %s; the document sets none", target.Code, goal.Value)
		case !isSet:
			open++
		}
	}
	if open != 11 { // twelve open values, of which one is the mark after 2020
		t.Errorf("%d targets are still to be set, want 11", open)
	}
	if _, ok := v.Target("T3.2/officials"); !ok {
		t.Error("the second open value of T3.2 is missing")
	}
}

func TestShippedVariantsAreThoseOfTheContract(t *testing.T) {
	v := shipped(t)
	for of, want := range map[string]string{
		"T1":   "T1x T1a T1b T1c T1t T1x-strict",
		"T2":   "T2a T2a-recent T2b T2c T2d",
		"IM-1": "both both-T1t both-T2c both-T2a-recent either half online",
	} {
		var got []string
		for _, w := range v.VariantsOf(of) {
			got = append(got, w.Code)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("variants of %s: %v, want %s", of, got, want)
		}
	}
	if len(v.Sheets) != 20 {
		t.Errorf("%d sheets, want 20 measurable statements", len(v.Sheets))
	}
}

func TestCanonicalBytesComeBackUnchanged(t *testing.T) {
	v := shipped(t)
	data, err := Canonical(v)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := Digest(v)
	b, err := Digest(again)
	if err != nil || a != b {
		t.Errorf("digest %s after a round trip, want %s (%v)", b, a, err)
	}
	none, _ := again.Element("T3.3")
	unknown, _ := again.Element("T5.2")
	if none.MeasuredBy == nil || unknown.MeasuredBy != nil {
		t.Error("nobody known and unknown have become the same in the round trip")
	}
}

func TestParseRefusesWhatItDoesNotKnow(t *testing.T) {
	data, err := Canonical(shipped(t))
	if err != nil {
		t.Fatal(err)
	}
	good := string(data)
	for name, doc := range map[string]string{
		"unknown field":      strings.Replace(good, `{"framework"`, `{"colour":"red","framework"`, 1),
		"field given twice":  strings.Replace(good, `{"framework":"cop-2015"`, `{"framework":"other","framework":"cop-2015"`, 1),
		"text after the end": good + "{}",
		"cut short":          good[:len(good)-1],
		"empty":              "",
		"a list":             "[]",
		"value as text":      strings.Replace(good, `"value":"0.9"`, `"value":"XX%"`, 1),
		"a day that is none": strings.Replace(good, `"goalDate":"2020-12-31"`, `"goalDate":"2020-02-30"`, 1),
		"number for a text":  strings.Replace(good, `"framework":"cop-2015"`, `"framework":7`, 1),
		"endless number":     strings.Replace(good, `"value":"0.9"`, `"value":"1e999999999"`, 1),
		"endless bare":       strings.Replace(good, `"value":"0.9"`, `"value":1e999999999`, 1),
		"long number":        strings.Replace(good, `"value":"0.9"`, `"value":"0.`+strings.Repeat("9", 50)+`"`, 1),
		"endless parameter":  strings.Replace(good, `"matchedPanelMinimum":"0.70"`, `"matchedPanelMinimum":"1E+999999999"`, 1),
		"deep nesting":       strings.Repeat("[", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			if doc == good {
				t.Fatal("the case changes nothing")
			}
			_, err := Parse([]byte(doc))
			if err == nil || fault.KindOf(err) != fault.Refused {
				t.Errorf("got %v, want a refusal", err)
			}
			if name == "deep nesting" && !strings.Contains(err.Error(), "deeper than") {
				t.Errorf("got %v, want the depth named", err)
			}
		})
	}
}

func TestLoadTakesAnotherFrameworkBesideTheShippedOne(t *testing.T) {
	v := shipped(t)
	v.Framework = "other"
	data, err := Canonical(v)
	if err != nil {
		t.Fatal(err)
	}
	dir := fstest.MapFS{"other-1/all.json": {Data: data}, "notes.txt": {Data: []byte("x")}}
	for _, name := range []string{"elements", "indicators", "sheets", "targets", "variants", "version"} {
		f, err := seed.Open("seed/cop-2015-1/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		part, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		dir["cop-2015-1/"+name+".json"] = &fstest.MapFile{Data: part}
	}
	all, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].ID() != "cop-2015@1" || all[1].ID() != "other@1" {
		t.Fatalf("loaded %d versions", len(all))
	}
	dir["zz/all.json"] = &fstest.MapFile{Data: data}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "both hold other@1") {
		t.Errorf("two folders of one version: %v", err)
	}
	delete(dir, "zz/all.json")
	dir["other-1/more.json"] = &fstest.MapFile{Data: []byte(`{"title":"again"}`)}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "title") {
		t.Errorf("a field in two files: %v", err)
	}
}

func BenchmarkShipped(b *testing.B) {
	for b.Loop() {
		if _, err := Shipped(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApplyToShipped(b *testing.B) {
	v := shipped(b)
	for b.Loop() {
		if _, _, err := Apply(v, []Edit{Words("T1.2", "conviction", "a verdict")}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDiffOfShipped(b *testing.B) {
	v := shipped(b)
	next, _, err := Apply(v, []Edit{Words("T1.2", "conviction", "a verdict")})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Diff(v, next); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFindQuoteInShipped(b *testing.B) {
	v := shipped(b)
	q := TextQuoteSelector{Exact: "70% of countries that have in place clearly defined mechanisms for reporting illegal content online effectively and efficiently."}
	for b.Loop() {
		FindQuote(v, q)
	}
}
