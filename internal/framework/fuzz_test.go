package framework

import (
	"encoding/json"
	"testing"

	"waymark/internal/fault"
)

// Whatever comes in as a framework is refused with a sentence, or is whole and comes back unchanged.
func FuzzParse(f *testing.F) {
	data, err := Canonical(fixture(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	for _, s := range []string{"", "{}", "[]", "null", `{"framework":"x"}`, `{"a":1,"a":2}`, `{"elements":[{"id":"e"}]}`, "[[[[", `{"targets":[{"revisions":[{"value":"1e999999999"}]}]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Parse(data)
		if err != nil {
			if !fault.Is(err, fault.Refused) {
				t.Fatalf("not a plain refusal: %v", err)
			}
			return
		}
		out, err := Canonical(v)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(out)
		if err != nil {
			t.Fatal(err)
		}
		if mustDigest(t, again) != mustDigest(t, v) {
			t.Fatal("it does not come back as it was")
		}
	})
}

// Whatever comes in as edits, the version stays as it is, and what comes out is whole.
func FuzzEdits(f *testing.F) {
	v := fixture(f)
	for _, edits := range [][]Edit{
		{Words("T1.2", "indictment", "conviction")},
		{WordsAt("e3", 2, "", "x"), Set(OneSheet, "T1", "unit", "%", "x"), Set(TheVersion, "", "title", "A small framework", "x")},
		{{Op: OpDelete, Key: "T1.1", Old: raw("Cases are investigated and prosecuted quickly")}, {Op: OpAdd, After: "e1", New: raw(Element{ID: "n1", Code: "N", Kind: KindAim, Text: "x"})}},
		{{Op: OpRenumber, Old: raw(map[string]string{"e5": "T1.1"}), New: raw(map[string]string{"e5": "T1.9"})}, {Op: OpMove, Key: "e5", After: "e9"}},
		{{Op: OpSplit, Key: "T2", Old: raw("XX% of people know. They also act."), New: raw([]Part{{"n1", "T2", "XX% of people know."}, {"n2", "T2b", "They also act."}})}},
		{{Op: OpMerge, Old: raw([]Part{{"e5", "", "Cases are investigated and prosecuted quickly"}, {"e6", "", "Cases end in indictment"}}), New: raw(Part{"n3", "T1.1", "Cases are investigated and prosecuted quickly Cases end in indictment"})}},
		{Revise("T2", nil, TargetRevision{Operator: AtLeast, SetBy: "a", SetOn: 20260101, Reason: "b"})},
	} {
		if _, _, err := Apply(v, edits); err != nil {
			f.Fatalf("%+v: %v", edits, err)
		}
		data, err := json.Marshal(edits)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	before := mustDigest(f, v)
	f.Fuzz(func(t *testing.T, data []byte) {
		edits, err := ParseEdits(data)
		if err != nil {
			if !fault.Is(err, fault.Refused) {
				t.Fatalf("not a plain refusal: %v", err)
			}
			return
		}
		next, cross, err := Apply(v, edits)
		if mustDigest(t, v) != before {
			t.Fatal("the version changed")
		}
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Fatalf("an error without a kind: %v", err)
			}
			return
		}
		if err := Validate(next); err != nil || len(cross.Rows) == 0 {
			t.Fatalf("not whole: %v", err)
		}
		d, err := Diff(v, next)
		if err != nil {
			return // an id or an indicator that means something else now
		}
		again, _, err := Apply(v, d.Edits)
		if err != nil || content(t, again) != content(t, next) {
			t.Fatalf("the difference does not lead there: %v", err)
		}
	})
}
