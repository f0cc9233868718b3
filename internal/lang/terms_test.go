package lang

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// meets tells whether two words are the same to search, in one language.
func meets(t Tag, a, b string) bool {
	x, y := Terms(t, a), Terms(t, b)
	if len(x) != 1 || len(y) != 1 {
		return false
	}
	forms := func(w Term) []string { return []string{w.Fold, w.Stems[0], w.Stems[1]} }
	return slices.ContainsFunc(forms(x[0]), func(s string) bool { return s != "" && slices.Contains(forms(y[0]), s) })
}

func TestTermsFindOneWordByItsOtherForms(t *testing.T) {
	for _, c := range []struct {
		tag  Tag
		a, b string
		want bool
	}{
		{English, "reports", "reporting", true},
		{English, "Protection", "protected", true},
		{English, "law", "lawyer", false},
		{Spanish, "protección", "proteccion", true},
		{Spanish, "denuncias", "denuncia", true},
		{French, "enfants", "enfant", true},
		{French, "législation", "legislation", true},
		{Russian, "закона", "законы", true},
		{Russian, "детский", "детского", true},
		{Russian, "отчёт", "отчет", true},
		{Arabic, "الأطفال", "أطفال", true},
		{Arabic, "القانون", "قانون", true},
		{Arabic, "وللأطفال", "طفولة", false},
		{Arabic, "قَانُون", "قانون", true},
		{Chinese, "儿童", "儿童", true},
	} {
		if got := meets(c.tag, c.a, c.b); got != c.want {
			t.Errorf("%s: %q and %q meet: %v", c.tag, c.a, c.b, got)
		}
	}
}

func TestChineseTermsAreTwoSignsBesideEachOther(t *testing.T) {
	var got []string
	for _, w := range Terms(Chinese, "保护儿童 T1，法") {
		got = append(got, w.Fold)
	}
	if want := []string{"保护", "护儿", "儿童", "t1", "法"}; !slices.Equal(got, want) {
		t.Errorf("the terms are %q, want %q", got, want)
	}
}

// Whatever the text, terms stand where they say, in order, and are folded.
func TestTermsStandWhereTheySay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tag := rapid.SampledFrom(Tags()).Draw(t, "tag")
		s := rapid.StringOf(rapid.RuneFrom([]rune("abé ñ-’1.儿童法国ال قَأт ё\u200dß<>&\"½"))).Draw(t, "text")
		last := -1
		for _, w := range Terms(tag, s) {
			if w.From <= last || w.To <= w.From || w.To > len(s) {
				t.Fatalf("%q: a term from %d to %d after %d", s, w.From, w.To, last)
			}
			last = w.From
			if w.Fold == "" || w.Fold != Fold(s[w.From:w.To]) || strings.TrimSpace(w.Fold) != w.Fold {
				t.Fatalf("%q: the term %q is folded as %q", s, s[w.From:w.To], w.Fold)
			}
		}
	})
}
