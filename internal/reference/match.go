package reference

import (
	"fmt"
	"slices"
	"strings"

	"waymark/internal/fault"
	"waymark/internal/lang"
)

// MatchKind says what a text that should name a country turned out to be.
type MatchKind string

// The kinds of answer. Only Matched gives a country; for every other kind the row of the list is
// reported with its number, never dropped and never assigned by guess.
const (
	Matched     MatchKind = "matched"
	NotACountry MatchKind = "not_a_country" // a region, an income group, the world: listed apart, never summed
	Former      MatchKind = "former"        // a State that is no more: named, never split
	Outside     MatchKind = "outside"       // not in M49, so not in our universe
	Ambiguous   MatchKind = "ambiguous"     // several countries bear the name: Candidates
	Unknown     MatchKind = "unknown"       // nothing known; Candidates are the nearest names, if any are near
)

// Match is the answer for one text.
type Match struct {
	Kind    MatchKind
	Country Country // where Kind is Matched
	// Code and Name say what was recognised where it is no country: "419", "SSF", "ANT", "XKX".
	Code       string
	Name       string
	Candidates []Country
}

// maxName bounds what is compared with names; the longest name has 80 letters.
const maxName = 200

// Match finds the country that a list means by a code or a name: ISO alpha-2 and alpha-3 in any case,
// M49 with or without leading zeros, names in six languages and common other names, whatever the
// case, accents, punctuation and order of words ("Tanzania, United Republic of"). "NA" is Namibia.
// It never guesses: what is not known exactly is refused with candidates.
func (w *World) Match(text string) Match {
	x := w.index
	if i, ok := x.exact[text]; ok {
		return x.answer(i)
	}
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxName {
		return Match{Kind: Unknown}
	}
	if i, ok := x.exact[text]; ok {
		return x.answer(i)
	}
	folded := lang.Fold(text)
	if i, ok := x.exact[strings.ToUpper(folded)]; ok {
		return x.answer(i)
	}
	if i, ok := x.bags[bag(text)]; ok {
		return x.answer(i)
	}
	for _, prefix := range []string{"UNICEF_", "UNDEV_", "OWID_"} { // codes these publishers made for groups
		if strings.HasPrefix(text, prefix) {
			return Match{Kind: NotACountry, Code: text, Name: text}
		}
	}
	return Match{Kind: Unknown, Candidates: w.nearest(folded)}
}

func (x *index) answer(i int32) Match {
	m := x.answers[i]
	if m.Candidates != nil {
		m.Candidates = slices.Clone(m.Candidates)
	}
	return m
}

// Fault is why a row whose country is text cannot be taken, and how to mend it; nil where the text
// was matched.
func (m Match) Fault(text string) error {
	shown := []rune(text)
	if len(shown) > 60 {
		shown = append(shown[:60], '…')
	}
	text = string(shown)
	var choices []string
	for _, c := range m.Candidates {
		choices = append(choices, c.ISO3+" ("+c.Name(lang.English)+")")
	}
	var err *fault.Error
	switch m.Kind {
	case Matched:
		return nil
	case NotACountry:
		err = fault.New(fault.Refused, fmt.Sprintf("%q is a group of countries, not a country.", text), "Leave the row out, or give one row for each country.")
	case Former:
		err = fault.New(fault.Refused, fmt.Sprintf("%q is a former State or area (%s), which is not split among others.", text, m.Name), "Give the rows of the present countries, if the source has them.")
	case Outside:
		err = fault.New(fault.Refused, fmt.Sprintf("%q is not in our universe: the standard M49 does not list it.", text), "Leave the row out.")
	case Ambiguous:
		err = fault.New(fault.Refused, fmt.Sprintf("%q may mean more than one place.", text), "Write the code: "+strings.Join(choices, ", ")+".")
	default:
		err = fault.New(fault.Refused, fmt.Sprintf("%q is no country or area known here.", text), "Write its ISO code of three letters.")
		if len(choices) > 0 {
			err = err.WithFix("Write its ISO code of three letters. Nearest names: " + strings.Join(choices, ", ") + ".")
		}
	}
	return err
}

// bag is the words of a name folded, without a bracketed article, "the" and "and", in alphabetical
// order, so that "Korea, Republic of" and "Republic of Korea (the)" are one.
func bag(name string) string {
	words := strings.Fields(lang.Fold(withoutArticle(name)))
	words = slices.DeleteFunc(words, func(s string) bool { return s == "the" || s == "and" })
	for i, s := range words {
		switch s {
		case "st":
			words[i] = "saint"
		case "ste":
			words[i] = "sainte"
		}
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}
