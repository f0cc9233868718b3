package lang

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseTakesTheSixLanguagesAndNothingElse(t *testing.T) {
	for _, tag := range Tags() {
		if got, ok := Parse(string(tag)); !ok || got != tag {
			t.Errorf("Parse(%q) = %q, %v", tag, got, ok)
		}
		if tag.Name() == string(tag) {
			t.Errorf("%s has no name of its own", tag)
		}
	}
	for _, s := range []string{"", "EN", "de", "en-GB", "fr ", "../en"} {
		if got, ok := Parse(s); ok {
			t.Errorf("Parse(%q) = %q, want none", s, got)
		}
	}
}

func TestOnlyArabicIsWrittenFromTheRight(t *testing.T) {
	for _, tag := range Tags() {
		if got := tag.Dir(); (got == "rtl") != (tag == Arabic) {
			t.Errorf("%s: %s", tag, got)
		}
	}
}

func TestMatchGivesTheMostWantedOfTheSix(t *testing.T) {
	for _, c := range []struct {
		header string
		want   Tag
	}{
		{"", English},
		{"*", English},
		{"fr", French},
		{"fr-CA,fr;q=0.9,en;q=0.8", French},
		{"de,es;q=0.7,en;q=0.6", Spanish},
		{"en;q=0.5,ru;q=0.9", Russian},
		{"zh-Hant-TW", Chinese},
		{"cmn-Hans-CN", Chinese},
		{"ar-EG;q=0.8,de", Arabic},
		{"arb", Arabic},
		{"fr;q=0,es;q=0.1", Spanish},                 // q=0 is a refusal
		{"uk,en;q=0.5", English},                     // no guess at a related language
		{"ca", English},                              //
		{"de-AT,nl", English},                        //
		{"not a header;;;q=", English},               //
		{"fr;q=banana,ru", English},                  // unreadable as a whole
		{"und,es", Spanish},                          //
		{strings.Repeat("de,", 400) + "fr", English}, // only the first part of a huge header is read
		{"ru," + strings.Repeat("de;q=0.1,", 400), Russian},
	} {
		if got := Match(c.header); got != c.want {
			t.Errorf("Match(%.40q) = %s, want %s", c.header, got, c.want)
		}
	}
}

func FuzzMatchAlwaysGivesOneOfTheSix(f *testing.F) {
	f.Add("fr-CA,fr;q=0.9,en;q=0.8")
	f.Add("x-------")
	f.Add("zh-Hant-u-co-stroke;q=1.0")
	f.Fuzz(func(t *testing.T, header string) {
		if _, ok := Parse(string(Match(header))); !ok {
			t.Errorf("Match(%q) is none of the six", header)
		}
	})
}

func FuzzFoldIsStableAndValid(f *testing.F) {
	for _, s := range []string{"Côte d’Ivoire", "ÅLAND", "الإمارات العربيّة", "ÇA İ ẞ", "中国　（台）", "e\u0301", "\u1112\u1161\u11ab"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		once := Fold(s)
		if twice := Fold(once); twice != once {
			t.Errorf("Fold(%q) = %q, folded again %q", s, once, twice)
		}
		if strings.Contains(once, "  ") || strings.TrimSpace(once) != once {
			t.Errorf("Fold(%q) = %q has loose spaces", s, once)
		}
	})
}
