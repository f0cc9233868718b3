package lang

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// made builds words of test messages, so that these tests do not hang on the shipped texts.
func made(t *testing.T, tag Tag, messages map[string]string) *Words {
	t.Helper()
	compiled := func(in map[string]string) map[string]*message {
		out := map[string]*message{}
		for key, source := range in {
			p, err := compile(source)
			if err != nil {
				t.Fatal(err)
			}
			m := &message{}
			m.forms[other], m.has[other] = p, true
			out[key] = m
		}
		return out
	}
	w, english := *For(tag), *For(English)
	english.messages = compiled(map[string]string{
		"answer": "At least {{.Share}} in {{.Year}}.",
		"plain":  "Plain",
	})
	english.english = &english
	w.messages, w.english = compiled(messages), &english
	return &w
}

func TestTextFillsPlaceholdersInTheOrderOfTheLanguage(t *testing.T) {
	w := made(t, Chinese, map[string]string{"answer": "{{.Year}}年至少{{.Share}}，即{{.Share}}。"})
	if got, want := w.T("answer", "Share", "51.5%", "Year", 2020), "2020年至少51.5%，即51.5%。"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTextDoesNotEscape(t *testing.T) {
	w := made(t, French, map[string]string{"answer": "{{.Share}}"})
	if got := w.T("answer", "Share", `<b>"&`); got != `<b>"&` {
		t.Errorf("got %q: escaping belongs to the template", got)
	}
}

func TestTextLeavesHolesVisible(t *testing.T) {
	w := made(t, English, map[string]string{"answer": "At least {{.Share}} in {{.Year}}."})
	for _, args := range [][]any{nil, {"Other", 1}, {"Share"}, {7, 7}} {
		if got := w.T("answer", args...); !strings.Contains(got, "{{.Share}}") || !strings.Contains(got, "{{.Year}}") {
			t.Errorf("T with %v = %q hides that values are missing", args, got)
		}
	}
}

func TestTextFallsBackToEnglishAndSaysSo(t *testing.T) {
	w := made(t, Arabic, map[string]string{})
	if got := w.T("plain"); got != "Plain" {
		t.Errorf("got %q", got)
	}
	if w.Has("plain") || !w.Fallback("plain") {
		t.Error("a text shown in English must be reported as a fallback")
	}
	if got := w.T("nowhere.at_all"); got != "nowhere.at_all" {
		t.Errorf("an unknown key gave %q", got)
	}
	if w.Fallback("nowhere.at_all") {
		t.Error("an unknown key is no English text")
	}
}

func TestFractionsInAFallbackAreWrittenAsInEnglish(t *testing.T) {
	w := made(t, French, map[string]string{"own": "{{.V}}"})
	if got := w.T("own", "V", 1.5); got != "1,5" {
		t.Errorf("French text has %q", got)
	}
	if got := w.T("answer", "Share", 1.5, "Year", 2020); got != "At least 1.5 in 2020." {
		t.Errorf("English text has %q", got)
	}
}

func TestMessageTakesTheArgumentsOfAFault(t *testing.T) {
	w := made(t, English, map[string]string{"row": "Row {{.Row}}: {{.What}}"})
	if got := w.Message("row", map[string]any{"Row": 1042, "What": "two dates"}); got != "Row 1042: two dates" {
		t.Errorf("got %q", got)
	}
	if got := w.Message("row", nil); got != "Row {{.Row}}: {{.What}}" {
		t.Errorf("got %q", got)
	}
	if got := w.Message("nowhere", nil); got != "nowhere" {
		t.Errorf("got %q", got)
	}
}

func TestOnlyTranslationsThatNobodyAcceptedAreDrafts(t *testing.T) {
	w := *For(French)
	l := *w.library
	l.status = status{
		Languages: map[Tag]State{English: Original, French: MachineDrafted},
		Keys:      map[Tag]map[string]State{French: {"shell.home": ReviewedState}},
	}
	w.library = &l
	if w.Drafted("shell.home") {
		t.Error("a key accepted by a person is not a draft")
	}
	if !w.Drafted("shell.search") {
		t.Error("the other keys of the language stay drafts")
	}
	if w.Drafted("nowhere") {
		t.Error("what is not there is not a draft")
	}
	if For(English).Drafted("shell.home") {
		t.Error("the original is not a draft")
	}
}

func TestPluralsFollowEachLanguage(t *testing.T) {
	for _, c := range []struct {
		tag   Tag
		count int
		want  string
	}{
		{English, 0, "0 countries"},
		{English, 1, "1 country"},
		{English, 1234, "1,234 countries"},
		{French, 0, "0 pays"},
		{French, 2, "2 pays"},
		{French, 1_000_000, "1\u202f000\u202f000 de pays"},
		{Spanish, 1, "1 país"},
		{Spanish, 2_000_000, "2\u202f000\u202f000 de países"},
		{Russian, 1, "1 страна"},
		{Russian, 3, "3 страны"},
		{Russian, 11, "11 стран"},
		{Russian, 21, "21 страна"},
		{Russian, 112, "112 стран"},
		{Arabic, 0, "لا بلدان"},
		{Arabic, 1, "بلد واحد"},
		{Arabic, 2, "بلدان اثنان"},
		{Arabic, 3, "3 بلدان"},
		{Arabic, 11, "11 بلدًا"},
		{Arabic, 100, "100 بلد"},
		{Arabic, 103, "103 بلدان"},
		{Chinese, 1, "1 个国家"},
	} {
		if got := For(c.tag).N("count.countries", c.count); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.tag, c.count, got, c.want)
		}
	}
	if got := For(English).N("count.children", 2_366_445_322, "Count", "2.37 billion"); got != "2.37 billion children" {
		t.Errorf("a Count given by the caller is kept: %q", got)
	}
	if got := For(English).N("nowhere", 2); got != "nowhere" {
		t.Errorf("got %q", got)
	}
}

// The table that spares asking go-i18n must never answer differently.
func TestPluralTableAgreesWithTheRules(t *testing.T) {
	for _, tag := range Tags() {
		rule, err := pluralRules(tag)
		if err != nil {
			t.Fatal(err)
		}
		table := For(tag).plurals
		check := func(fail func(string, ...any), n int) {
			want, err := rule(n)
			if err != nil {
				fail("%v", err)
			}
			if got := table.form(n); got != want {
				fail("%s %d: %s, want %s", tag, n, got, want)
			}
		}
		for n := -5; n < 1200; n++ {
			check(t.Fatalf, n)
		}
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.OneOf(rapid.IntRange(0, 3_000_000_000), rapid.Map(rapid.IntRange(0, 9000), func(m int) int { return m * million })).Draw(t, "n")
			check(t.Fatalf, n)
		})
		for f := range formCount {
			used := false
			for n := range 200 {
				used = used || table.form(n) == f
			}
			if used = used || table.million == f; used && !containsForm(tag.forms(), f) {
				t.Errorf("%s: whole numbers use the form %q, which forms() leaves out", tag, f)
			}
		}
	}
}

func containsForm(forms []form, f form) bool {
	for _, g := range forms {
		if f == g {
			return true
		}
	}
	return false
}

func TestPlaceholdersHaveOneShape(t *testing.T) {
	for _, bad := range []string{"{{Name}}", "{{.name}}", "{{ .Name }}", "{{.Name", "Name}}", "{{if .A}}x{{end}}", "{{.A.B}}", "{{}}", "{{.}}", "{{.A}} }}"} {
		if _, err := compile(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	for _, good := range []string{"", "text", "{{.A}}", "a { b } c", "{{.A}}{{.B2}}"} {
		if _, err := compile(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

// Many pages share one Words: habit 13 of the architecture, to be run with -race.
func TestWordsAreSharedByManyRequests(t *testing.T) {
	var wait sync.WaitGroup
	for i := range 24 {
		wait.Go(func() {
			tag := Tags()[i%6]
			for n := range 50 {
				w := For(tag)
				if w.Tag() != tag {
					t.Errorf("asked for %s, got %s", tag, w.Tag())
				}
				if got := w.T("shell.version", "Version", i); !strings.Contains(got, fmt.Sprint(i)) {
					t.Errorf("%s: %q lacks its own argument %d", tag, got, i)
				}
				w.N("count.countries", n)
				Sort(tag, []string{"b", "a"}, func(s string) string { return s })
			}
		})
	}
	wait.Wait()
}

func TestUnknownTagSpeaksEnglish(t *testing.T) {
	if got := For("de").Tag(); got != English {
		t.Errorf("got %s", got)
	}
}

func BenchmarkTextWithoutArguments(b *testing.B) {
	w := For(Arabic)
	b.ReportAllocs()
	for b.Loop() {
		_ = w.T("shell.help_question")
	}
}

func BenchmarkTextWithArguments(b *testing.B) {
	w := For(Arabic)
	b.ReportAllocs()
	for b.Loop() {
		_ = w.T("number.range", "Low", "51.5%", "High", "98.2%")
	}
}

func BenchmarkPlural(b *testing.B) {
	w := For(Russian)
	b.ReportAllocs()
	for b.Loop() {
		_ = w.N("count.countries", 1234)
	}
}

func BenchmarkLoadAllCatalogs(b *testing.B) {
	for b.Loop() {
		if _, err := load(); err != nil {
			b.Fatal(err)
		}
	}
}
