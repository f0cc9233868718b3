package lang

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold makes the form of a text in which searching compares: without case, accents and vowel marks,
// with one spelling for letters that people write in several ways, with Latin digits, without
// apostrophes, and with single spaces in the place of other signs. "Côte d’Ivoire" and "cote
// divoire" fold to the same text. It is for comparing, never for showing, and not for telling names
// apart: different names may fold alike.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := false // a space is owed before the next letter
	for _, r := range norm.NFKD.String(s) {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) || isDropped(r) {
			continue // accents, harakat, hamza on its carrier, direction marks, apostrophes, tatweel
		}
		folded, ok := spellings[r]
		if !ok {
			r = unicode.ToLower(r)
			if folded, ok = spellings[r]; !ok {
				folded = string(r)
			}
		}
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Mc, r) {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteString(folded)
	}
	return norm.NFC.String(b.String())
}

// isDropped tells the signs that people leave out when they type a name.
func isDropped(r rune) bool {
	switch r {
	case '\'', '’', '‘', 'ʼ', 'ʻ', 'ʹ', '`', '´', 'ـ': // the last is tatweel
		return true
	}
	return false
}

// spellings maps letters that no decomposition reaches to what people type instead. Small letters
// only: capitals are lowered before the second look.
var spellings = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ħ': "h", 'ı': "i", 'ł': "l", 'þ': "th", 'ŧ': "t",
	// Arabic: wasla and dagger forms of alef, final yeh and teh marbuta, and Persian and Urdu letters
	// that keyboards put in their place. Alef and waw and yeh with hamza are taken apart by NFKD.
	'ٱ': "ا", 'ى': "ي", 'ة': "ه", 'ی': "ي", 'ک': "ك", 'ہ': "ه", 'ھ': "ه",
	'٠': "0", '١': "1", '٢': "2", '٣': "3", '٤': "4", '٥': "5", '٦': "6", '٧': "7", '٨': "8", '٩': "9",
	'۰': "0", '۱': "1", '۲': "2", '۳': "3", '۴': "4", '۵': "5", '۶': "6", '۷': "7", '۸': "8", '۹': "9",
}
