package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"golang.org/x/text/unicode/norm"
)

// Term is one word of a text, in the forms in which search compares words.
type Term struct {
	From, To int       // where it stands in the text, in bytes
	Fold     string    // as it is written, folded
	Stems    [2]string // without its endings: of the word as written, and of its folded form
}

// IsHan tells whether the term is of Chinese signs.
func (t Term) IsHan() bool {
	for _, r := range t.Fold {
		return unicode.Is(unicode.Han, r)
	}
	return false
}

// stemmers take the endings off a word in small letters. Chinese has none.
var stemmers = map[Tag]func(*snowballstem.Env) bool{
	Arabic: arabic.Stem, English: english.Stem, Spanish: spanish.Stem, French: french.Stem, Russian: russian.Stem,
}

// Terms takes a text in a language apart into its words. Chinese does not write the borders of words:
// there a term is two signs that stand beside each other, or a sign that stands alone.
//
// The endings are taken off the word both as written and folded, because people leave out accents
// that an ending is known by: "protección" and "proteccion" are to be found by each other.
func Terms(t Tag, s string) []Term {
	var out []Term
	start, han := -1, false
	end := func(to int) {
		if start >= 0 && start < to {
			out = appendTerms(out, t, s, start, to, han)
		}
		start = -1
	}
	for i, r := range s {
		isHan := unicode.Is(unicode.Han, r)
		inside := isHan || unicode.IsLetter(r) || unicode.IsNumber(r) || start >= 0 && (unicode.IsMark(r) || unicode.Is(unicode.Cf, r) || isDropped(r))
		if !inside || isHan != han {
			end(i)
		}
		if inside && start < 0 {
			start, han = i, isHan
		}
	}
	end(len(s))
	return out
}

func appendTerms(out []Term, t Tag, s string, from, to int, han bool) []Term {
	if !han {
		return appendTerm(out, t, s, from, to)
	}
	var places []int
	for i := range s[from:to] {
		places = append(places, from+i)
	}
	places = append(places, to)
	if len(places) == 2 {
		return appendTerm(out, t, s, from, to)
	}
	for i := 0; i+2 < len(places); i++ {
		out = appendTerm(out, t, s, places[i], places[i+2])
	}
	return out
}

func appendTerm(out []Term, t Tag, s string, from, to int) []Term {
	term := Term{From: from, To: to, Fold: Fold(s[from:to])}
	if term.Fold == "" {
		return out
	}
	if stem, ok := stemmers[t]; ok {
		term.Stems[0] = Fold(stemmed(stem, strings.ToLower(norm.NFC.String(s[from:to]))))
		term.Stems[1] = Fold(stemmed(stem, term.Fold))
		if t == Arabic { // its stemmer takes letters off short words that belong to them
			term.Stems[1] = withoutArticle(term.Fold)
		}
	}
	return append(out, term)
}

// withoutArticle takes the Arabic article and what is written together with it off a folded word.
func withoutArticle(word string) string {
	for _, article := range []string{"وال", "بال", "كال", "فال", "لل", "ال"} {
		if rest, ok := strings.CutPrefix(word, article); ok && utf8.RuneCountInString(rest) >= 3 {
			return rest
		}
	}
	return word
}

func stemmed(stem func(*snowballstem.Env) bool, word string) string {
	if len(word) > 100 { // no word of any language; the stemmers would take their time
		return word
	}
	env := snowballstem.NewEnv(word)
	stem(env)
	return env.Current()
}
