package docx

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// vocabulary is what random documents are made of, weighted by repetition.
var vocabulary = strings.Fields(`p p p p p r r r r t t t tab ins ins del del moveFrom moveTo delText pPr rPr rPr tbl tr tr tc tc trPr tcPr
	cellIns cellDel cellMerge sdt sdtContent sdtContent hyperlink commentRangeStart commentRangeEnd commentReference bookmarkStart bookmarkEnd
	moveFromRangeStart moveFromRangeEnd moveToRangeStart moveToRangeEnd customXmlDelRangeStart customXmlDelRangeEnd customXmlInsRangeStart
	customXmlInsRangeEnd pPrChange rPrChange sectPr sectPrChange tblPr tblPrChange numPr fldChar instrText pict txbxContent footnoteReference
	AlternateContent Choice Fallback oMath`)

// markupOf draws elements in any order and nesting, valid or not: files of strangers are.
func markupOf(t *rapid.T, depth int) string {
	var b strings.Builder
	for range rapid.IntRange(0, 4).Draw(t, "children") {
		name := rapid.SampledFrom(vocabulary).Draw(t, "name")
		prefix := "w:"
		switch name {
		case "AlternateContent", "Choice", "Fallback":
			prefix = "mc:"
		case "oMath":
			prefix = "m:"
		}
		b.WriteString("<" + prefix + name)
		b.WriteString(` w:id="` + rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "id") + `" w:author="` + rapid.SampledFrom([]string{"A", "B"}).Draw(t, "author") + `"`)
		switch name {
		case "fldChar":
			b.WriteString(` w:fldCharType="` + rapid.SampledFrom([]string{"begin", "separate", "end"}).Draw(t, "type") + `"`)
		case "Choice":
			b.WriteString(` Requires="` + rapid.SampledFrom([]string{"wps", "zz"}).Draw(t, "requires") + `"`)
		}
		b.WriteString(">")
		switch {
		case name == "t" || name == "delText":
			b.WriteString(rapid.SampledFrom([]string{"a", "b ", "ن", "e\u0301"}).Draw(t, "text"))
		case depth > 0:
			b.WriteString(markupOf(t, depth-1))
		}
		b.WriteString("</" + prefix + name + ">")
	}
	return b.String()
}

func TestAnyMarkupIsReadAndDecided(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		data := smallest(t, markupOf(rt, 5))
		for _, accept := range []bool{true, false} {
			d, err := Open(data, small)
			if err != nil {
				rt.Fatal(err)
			}
			checkReading(rt, d)
			checkDeciding(rt, d, accept)
		}
	})
}

// Accepting twice is accepting once, and a decided document has nothing to reject.
func TestDecidingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d, err := Open(smallest(t, markupOf(rt, 5)), small)
		if err != nil {
			rt.Fatal(err)
		}
		first := rapid.Bool().Draw(rt, "first")
		d.decide(first)
		once, err := d.main.bytes()
		if err != nil {
			rt.Fatal(err)
		}
		d.decide(!first)
		if twice, _ := d.main.bytes(); string(once) != string(twice) {
			rt.Fatalf("%d bytes, then %d", len(once), len(twice))
		}
	})
}
