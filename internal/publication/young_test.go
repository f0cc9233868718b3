package publication_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
	"unicode/utf8"

	"waymark/internal/fault"
	"waymark/internal/lang"
	"waymark/internal/publication"
)

func shippedYoung(t *testing.T) *publication.Young {
	t.Helper()
	y, err := publication.ShippedYoung()
	if err != nil {
		t.Fatal(err)
	}
	return y
}

var sentenceEnd = regexp.MustCompile(`[.?!。？！؟](\s+|$)|[。？！]`)

// sentences cuts a text into its sentences.
func sentences(s string) []string {
	var out []string
	for _, part := range sentenceEnd.Split(s, -1) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// length is a sentence's length in words, for Chinese in characters.
func length(tag lang.Tag, s string) int {
	if tag == lang.Chinese {
		return utf8.RuneCountInString(s)
	}
	return len(strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune("'’-", r)
	}))
}

func TestYoungTextsAreWholeInSixLanguages(t *testing.T) {
	y := shippedYoung(t)
	if want := []string{"", "T1", "T2", "T3", "T4", "T5"}; !slices.Equal(y.Codes(), want) {
		t.Fatalf("there are texts of %q, want %q", y.Codes(), want)
	}
	for _, tag := range lang.Tags() {
		for _, code := range y.Codes() {
			original, _, _ := y.Text(code, lang.English)
			text, of, ok := y.Text(code, tag)
			if !ok || of.Language != tag {
				t.Errorf("%s %q: there is no text", tag, code)
				continue
			}
			if of.State == publication.YoungReviewed && of.Reviewer == "" {
				t.Errorf("%s: reviewed by nobody", tag)
			}
			if text.Title == "" || text.Short == "" || len(of.Help) != 4 || len(text.What) != len(original.What) || len(text.Why) != len(original.Why) || len(text.Who) != len(original.Who) || len(text.Ask) != len(original.Ask) {
				t.Errorf("%s %q: a part is missing or added", tag, code)
			}
			if tag != lang.English && text.Title == original.Title {
				t.Errorf("%s %q: the title is not translated", tag, code)
			}
			for i, r := range text.Rights {
				if i >= len(original.Rights) || r.Article != original.Rights[i].Article || r.Article < 1 || r.Article > 54 {
					t.Errorf("%s %q: article %d is not where the original has its own", tag, code, r.Article)
				}
			}
		}
	}
}

// TestYoungTextsCanBeReadAtEleven bounds the length of sentences: 12 words on average, 20 at most.
func TestYoungTextsCanBeReadAtEleven(t *testing.T) {
	y := shippedYoung(t)
	for _, tag := range lang.Tags() {
		mean, most := 12, 20
		if tag == lang.Chinese {
			mean, most = 22, 36 // characters
		}
		for _, code := range y.Codes() {
			text, of, _ := y.Text(code, tag)
			total, count := 0, 0
			for _, said := range append(text.Sentences(), of.Help...) {
				for _, s := range sentences(said) {
					n := length(tag, s)
					total, count = total+n, count+1
					if n > most {
						t.Errorf("%s %q: a sentence of %d is longer than %d: %s", tag, code, n, most, s)
					}
				}
			}
			if count < 15 || total > mean*count {
				t.Errorf("%s %q: %d sentences with %d in all; want at most %d a sentence", tag, code, count, total, mean)
			}
		}
	}
}

// frightening are beginnings of words that frighten, blame, or tell what is done to children.
var frightening = map[lang.Tag][]string{
	lang.English: {"danger", "fear", "afraid", "scar", "threat", "victim", "predator", "criminal", "groom", "porn", "naked", "nude", "rape", "terrible", "horr", "monster", "stranger", "warn", "evil", "attack", "blackmail", "sextort", "stream"},
	lang.French:  {"danger", "peur", "effray", "menac", "victime", "prédateur", "criminel", "porn", "nu", "nue", "viol", "terrible", "horr", "monstre", "chantage"},
	lang.Spanish: {"peligr", "miedo", "asust", "amenaz", "víctima", "depredador", "criminal", "porn", "desnud", "viola", "terrible", "horr", "monstruo", "chantaje"},
	lang.Russian: {"опасн", "страх", "страшн", "бойся", "угроз", "жертв", "хищник", "преступ", "порн", "гол", "изнасил", "ужас", "чудовищ", "шантаж"},
	lang.Arabic:  {"خطر", "خوف", "تهديد", "ضحية", "ضحايا", "مجرم", "إباحي", "عار", "اغتصاب", "رعب", "وحش", "ابتزاز"},
	lang.Chinese: {"危险", "害怕", "恐", "威胁", "受害者", "罪犯", "色情", "裸", "强奸", "可怕", "怪物", "勒索"},
}

func TestYoungTextsNeverFrightenAndTellNoDetail(t *testing.T) {
	y := shippedYoung(t)
	for _, tag := range lang.Tags() {
		if len(frightening[tag]) < 10 {
			t.Errorf("%s: no list of words", tag)
		}
		for _, code := range y.Codes() {
			text, of, _ := y.Text(code, tag)
			for _, said := range append(text.Sentences(), of.Help...) {
				if w := frightens(tag, said); w != "" {
					t.Errorf("%s %q: %q stands in %q", tag, code, w, said)
				}
			}
		}
	}
	if frightens(lang.English, "The internet is dangerous.") == "" || frightens(lang.Chinese, "网上很危险。") == "" || frightens(lang.English, "You can share an idea.") != "" {
		t.Error("the words are not found where they stand, or where they do not")
	}
}

func frightens(tag lang.Tag, s string) string {
	s = strings.ToLower(s)
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	for _, bad := range frightening[tag] {
		for _, w := range words {
			switch {
			case tag == lang.Chinese && strings.Contains(s, bad), len([]rune(bad)) <= 3 && w == bad, len([]rune(bad)) > 3 && strings.HasPrefix(w, bad):
				return bad
			}
		}
	}
	return ""
}

func TestAYoungTextThatIsMissingIsShownInTheOriginal(t *testing.T) {
	en := `{"framework":"x","language":"en","state":"draft","reviewer":"","date":null,"help":[],"texts":[{"code":"","title":"A"},{"code":"T1","title":"B"}]}`
	fr := `{"framework":"x","language":"fr","state":"reviewed","reviewer":"A. Person","date":"2016-01-02","help":[],"texts":[{"code":"","title":"C"}]}`
	y, err := publication.LoadYoung(fstest.MapFS{"en.json": {Data: []byte(en)}, "fr.json": {Data: []byte(fr)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		code  string
		tag   lang.Tag
		title string
		in    lang.Tag
	}{{"", lang.French, "C", lang.French}, {"T1", lang.French, "B", lang.English}, {"T1", lang.Arabic, "B", lang.English}} {
		text, of, ok := y.Text(want.code, want.tag)
		if !ok || text.Title != want.title || of.Language != want.in {
			t.Errorf("%q in %s: %v, want %q in %s", want.code, want.tag, text, want.title, want.in)
		}
	}
	if _, _, ok := y.Text("T9", lang.English); ok {
		t.Error("a text that is not there was found")
	}
}

func TestYoungTextsThatDoNotSayWhoReviewedThemAreRefused(t *testing.T) {
	for name, body := range map[string]string{
		"en.json": `{"language":"en","state":"reviewed","texts":[]}`,
		"fr.json": `{"language":"es","state":"draft","texts":[]}`,
		"es.json": `{"language":"es","state":"finished","texts":[]}`,
		"ru.json": `{"language":"ru","state":"draft","author":"x"}`,
	} {
		if _, err := publication.LoadYoung(fstest.MapFS{name: {Data: []byte(body)}}); !fault.Is(err, fault.Refused) {
			t.Errorf("%s %s: %v", name, body, err)
		}
	}
	if _, err := publication.LoadYoung(fstest.MapFS{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("no original: %v", err)
	}
}
