package lang

import (
	"encoding/csv"
	"os"
	"slices"
	"testing"
)

func TestListsAreJoinedAsEachLanguageDoes(t *testing.T) {
	for _, c := range []struct {
		tag     Tag
		items   []string
		and, or string
	}{
		{English, nil, "", ""},
		{English, []string{"a"}, "a", "a"},
		{English, []string{"a", "b"}, "a and b", "a or b"},
		{English, []string{"a", "b", "c"}, "a, b and c", "a, b or c"},
		{French, []string{"a", "b", "c"}, "a, b et c", "a, b ou c"},
		{Russian, []string{"а", "б", "в"}, "а, б и в", "а, б или в"},
		{Arabic, []string{"كينيا", "مصر", "تشاد"}, "كينيا ومصر وتشاد", "كينيا أو مصر أو تشاد"},
		{Chinese, []string{"肯尼亚", "埃及", "乍得"}, "肯尼亚、埃及和乍得", "肯尼亚、埃及或乍得"},
		{Spanish, []string{"Kenya", "Egipto"}, "Kenya y Egipto", "Kenya o Egipto"},
		{Spanish, []string{"Francia", "Italia"}, "Francia e Italia", "Francia o Italia"},
		{Spanish, []string{"nieve", "hielo"}, "nieve y hielo", "nieve o hielo"},
		{Spanish, []string{"padres", "hijos"}, "padres e hijos", "padres o hijos"},
		{Spanish, []string{"Qatar", "Omán"}, "Qatar y Omán", "Qatar u Omán"},
		{Spanish, []string{"7", "8"}, "7 y 8", "7 u 8"},
	} {
		if got := For(c.tag).Join(c.items); got != c.and {
			t.Errorf("%s: %q, want %q", c.tag, got, c.and)
		}
		if got := For(c.tag).JoinOr(c.items); got != c.or {
			t.Errorf("%s: %q, want %q", c.tag, got, c.or)
		}
	}
}

func TestSortFollowsTheAlphabetOfTheLanguage(t *testing.T) {
	for _, c := range []struct {
		tag  Tag
		want []string
	}{
		{English, []string{"Åland Islands", "Albania", "Côte d’Ivoire", "Croatia", "Zambia"}},
		{French, []string{"Égypte", "El Salvador", "Émirats arabes unis", "Équateur", "Érythrée", "Espagne"}},
		{Spanish, []string{"Nigeria", "Niue", "Noruega", "Ñandú", "Omán"}},
		{Russian, []string{"Египет", "Ёлка", "Замбия", "Яблоко"}},
		{Arabic, []string{"إثيوبيا", "بلجيكا", "تشاد", "جيبوتي", "كينيا", "مصر", "هايتي", "اليمن"}},
		{Chinese, []string{"阿富汗", "巴西", "德国", "法国", "肯尼亚", "中国"}}, // Ā Bā Dé Fǎ Kěn Zhōng
	} {
		want := c.want
		if c.tag == Arabic { // the article counts as letters, as in the United Nations' own lists
			want = []string{"إثيوبيا", "اليمن", "بلجيكا", "تشاد", "جيبوتي", "كينيا", "مصر", "هايتي"}
		}
		got := slices.Clone(c.want)
		slices.Reverse(got)
		Sort(c.tag, got, func(s string) string { return s })
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", c.tag, got, want)
		}
	}
}

func TestSortKeepsTheOrderOfEqualTexts(t *testing.T) {
	type item struct {
		name string
		n    int
	}
	items := []item{{"b", 1}, {"a", 2}, {"b", 3}, {"a", 4}}
	Sort("de", items, func(i item) string { return i.name })
	if want := []item{{"a", 2}, {"a", 4}, {"b", 1}, {"b", 3}}; !slices.Equal(items, want) {
		t.Errorf("got %v", items)
	}
}

func TestFoldMeetsWhatPeopleType(t *testing.T) {
	for _, c := range []struct{ name, typed string }{
		{"Côte d’Ivoire", "cote d'ivoire"},
		{"CÔTE D'IVOIRE", "cote divoire"},
		{"Guinea-Bissau", "guinea bissau"},
		{"Timor‑Leste", "TIMOR LESTE"}, // a no-break hyphen
		{"São Tomé and Príncipe", "sao tome and principe"},
		{"Türkiye", "turkiye"},
		{"İstanbul", "istanbul"},
		{"Großbritannien", "grossbritannien"},
		{"Åland", "aland"},
		{"Côte\u0302", "cote"}, // two accents on one letter
		{"Корея — Север", "корея север"},
		{"Ёлка", "елка"},
		{"الإمارات العربيّة المتّحدة", "الامارات العربيه المتحده"},
		{"أفغانستان", "افغانستان"},
		{"آيسلندا", "ايسلندا"},
		{"سوريــا", "سوريا"},
		{"مُوسَى", "موسي"},
		{"بنن (٢٠٢٠)", "بنن 2020"},
		{"ایران", "ايران"}, // a Persian keyboard
		{"Ｋｅｎｙａ", "kenya"},
		{"中国", "中国"},
		{"  a   b\u00a0c ", "a b c"},
		{"كينيا\u200f", "كينيا"},
	} {
		if a, b := Fold(c.name), Fold(c.typed); a != b {
			t.Errorf("%q folds to %q, but %q to %q", c.name, a, c.typed, b)
		}
	}
	if Fold("Niger") == Fold("Nigeria") || Fold("مالي") == Fold("مالطة") {
		t.Error("different names must not fold alike")
	}
	if Fold("—") != "" || Fold("") != "" {
		t.Error("signs alone fold to nothing")
	}
}

// No two countries of the shipped list may become one name in any language by folding.
func TestFoldKeepsCountryNamesApart(t *testing.T) {
	f, err := os.Open("../reference/seed/countries.csv")
	if err != nil {
		t.Skipf("the shipped country list is not there: %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for column, head := range rows[0] {
		if len(head) != len("name_en") || head[:5] != "name_" {
			continue
		}
		seen := map[string]string{}
		for _, row := range rows[1:] {
			folded := Fold(row[column])
			if first, ok := seen[folded]; ok && folded != "" {
				t.Errorf("%s: %q and %q fold alike", head, first, row[column])
			}
			seen[folded] = row[column]
		}
	}
}

func BenchmarkSortCountries(b *testing.B) {
	names := []string{"中国", "肯尼亚", "阿富汗", "巴西", "德国", "法国", "乍得", "埃及"}
	var list []string
	for range 24 {
		list = append(list, names...)
	}
	b.ReportAllocs()
	for b.Loop() {
		Sort(Chinese, slices.Clone(list), func(s string) string { return s })
	}
}
