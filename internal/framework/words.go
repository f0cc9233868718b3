package framework

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"github.com/sergi/go-diff/diffmatchpatch"
)

// ChangeKind says what happened to a stretch of words.
type ChangeKind string

// The kinds of change between two texts.
const (
	Kept     ChangeKind = "kept"
	Deleted  ChangeKind = "deleted"
	Inserted ChangeKind = "inserted"
)

// Change is a stretch of words of the old text, the new text, or both.
type Change struct {
	Kind ChangeKind `json:"kind"`
	Text string     `json:"text"`
}

// maxWords bounds a comparison: a longer text counts as rewritten (CONSULTATION.md section 3).
const maxWords = 20_000

// DiffWords compares two texts word by word (Unicode word boundaries, UAX #29). What is kept and
// deleted, joined, is the old text; what is kept and inserted is the new one. A replacement is a
// deletion followed by an insertion; spaces between two replaced words belong to the replacement, so
// that "illegal content" becomes "child sexual abuse material" in one piece.
func DiffWords(before, after string) []Change {
	if before == after && before != "" && utf8.ValidString(before) {
		return []Change{{Kept, before}} // most blocks of a next version are as they were
	}
	a, b := tokens(before), tokens(after)
	if !utf8.ValidString(before) || !utf8.ValidString(after) || len(a) > maxWords || len(b) > maxWords {
		return replaced(before, after)
	}
	// Each distinct word becomes one rune, so that the comparison cannot cut a word.
	letter := map[string]rune{}
	var word []string
	encode := func(list []string) []rune {
		out := make([]rune, len(list))
		for i, w := range list {
			r, ok := letter[w]
			if !ok {
				r = runeOf(len(word))
				letter[w] = r
				word = append(word, w)
			}
			out[i] = r
		}
		return out
	}
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = 0 // the default of one second would make results depend on load
	var out []Change
	for _, d := range dmp.DiffMainRunes(encode(a), encode(b), false) {
		var text strings.Builder
		for _, r := range d.Text {
			text.WriteString(word[indexOf(r)])
		}
		kind := map[diffmatchpatch.Operation]ChangeKind{diffmatchpatch.DiffEqual: Kept, diffmatchpatch.DiffDelete: Deleted, diffmatchpatch.DiffInsert: Inserted}[d.Type]
		out = append(out, Change{kind, text.String()})
	}
	return joinReplacements(out)
}

func replaced(before, after string) []Change {
	var out []Change
	if before == after {
		if before != "" {
			out = append(out, Change{Kept, before})
		}
		return out
	}
	if before != "" {
		out = append(out, Change{Deleted, before})
	}
	if after != "" {
		out = append(out, Change{Inserted, after})
	}
	return out
}

// tokens takes a text apart into words, spaces and signs; joined they are the text again.
func tokens(s string) []string {
	var out []string
	for iter := words.FromString(s); iter.Next(); {
		out = append(out, iter.Value())
	}
	return out
}

// firstRune keeps word numbers off control characters; the range of surrogates is skipped, since no
// text can hold them.
const firstRune = 0x100

func runeOf(i int) rune {
	r := rune(firstRune + i)
	if r >= 0xD800 {
		r += 0x800
	}
	return r
}

func indexOf(r rune) int {
	if r >= 0xE000 {
		r -= 0x800
	}
	return int(r) - firstRune
}

// joinReplacements folds kept spaces between two changes into them, and puts deletions before
// insertions.
func joinReplacements(in []Change) []Change {
	var out []Change
	var gone, come strings.Builder
	flush := func() {
		if gone.Len() > 0 {
			out = append(out, Change{Deleted, gone.String()})
		}
		if come.Len() > 0 {
			out = append(out, Change{Inserted, come.String()})
		}
		gone.Reset()
		come.Reset()
	}
	for i, c := range in {
		switch {
		case c.Kind == Deleted:
			gone.WriteString(c.Text)
		case c.Kind == Inserted:
			come.WriteString(c.Text)
		case isSpace(c.Text) && gone.Len() > 0 && come.Len() > 0 && i+1 < len(in):
			gone.WriteString(c.Text)
			come.WriteString(c.Text)
		default:
			flush()
			out = append(out, c)
		}
	}
	flush()
	return out
}

func isSpace(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}

// isEditorial tells whether two texts differ in spaces, signs and capitals only, so that no word of
// them says anything else.
func isEditorial(before, after string) bool {
	return letters(before) == letters(after)
}

// letters keeps words and numbers. "%", ">" and their like change what a sentence says and stay.
func letters(s string) string {
	var b strings.Builder
	for _, t := range tokens(s) {
		for _, r := range t {
			if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || unicode.IsSymbol(r) || r == '%' {
				b.WriteString(strings.ToLower(t))
				b.WriteByte(' ')
				break
			}
		}
	}
	return b.String()
}

// numbers lists the numbers of a text, in order.
func numbers(s string) string {
	var out []string
	for _, t := range tokens(s) {
		if strings.ContainsFunc(t, unicode.IsNumber) {
			out = append(out, t)
		}
	}
	return strings.Join(out, " ")
}
