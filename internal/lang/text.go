package lang

import (
	"fmt"
	"strconv"
)

// Words is the catalog bound to one language, with its ways to write numbers, dates and lists.
// It never changes, so all requests may share it.
type Words struct {
	tag      Tag
	messages map[string]*message
	english  *Words // where a missing key is looked up; English's own is itself
	plurals  *pluralTable
	style    style
	library  *library
}

// For gives the words of a language; English for a tag that is none of the six.
func For(t Tag) *Words {
	l := shipped()
	if w, ok := l.words[t]; ok {
		return w
	}
	return l.words[English]
}

// Tag is the language of these words.
func (w *Words) Tag() Tag { return w.tag }

// find gives the message of a key and the words whose language it is in: English where this
// language has none, nil where no language has it.
func (w *Words) find(key string) (*message, *Words) {
	if m, ok := w.messages[key]; ok {
		return m, w
	}
	if m, ok := w.english.messages[key]; ok {
		return m, w.english
	}
	return nil, w
}

// Has tells whether this language itself has the key.
func (w *Words) Has(key string) bool {
	_, ok := w.messages[key]
	return ok
}

// Fallback tells whether the key would be shown in English because this language lacks it. Such
// text carries lang="en" dir="ltr" and the label shell.not_translated.
func (w *Words) Fallback(key string) bool {
	return !w.Has(key) && w.english.Has(key)
}

// Drafted tells whether the key's text in this language is a machine's draft that no person has
// accepted yet. Text shown in English as a fallback is not a draft.
func (w *Words) Drafted(key string) bool {
	return w.Has(key) && w.library.status.of(w.tag, key) == MachineDrafted
}

// T gives the text of a key. args are names and values in turn:
//
//	w.T("figure.answer", "Share", w.Percent(share, 1, lang.Down), "Year", 2020)
//
// Whole numbers are written with plain digits, so that years stay years; pass counts through Int.
// A key that is nowhere comes back as it is; a name without a value stays visible.
func (w *Words) T(key string, args ...any) string {
	m, from := w.find(key)
	if m == nil {
		return key
	}
	if len(args) == 0 || m.forms[other].pieces == nil {
		return m.forms[other].whole
	}
	return m.forms[other].fill(from.pairs(args))
}

// N gives the text of a key in the plural category of count, and fills {{.Count}} with the number
// as this language writes it. A caller may pass its own Count, for example "1.2 million".
func (w *Words) N(key string, count int, args ...any) string {
	m, from := w.find(key)
	if m == nil {
		return key
	}
	given := from.pairs(args)
	return m.form(from.plurals.form(count)).fill(func(name string) (string, bool) {
		if v, ok := given(name); ok || name != "Count" {
			return v, ok
		}
		return from.Int(int64(count)), true
	})
}

// Message is T with the arguments of a fault: the form in which errors carry theirs.
func (w *Words) Message(key string, args map[string]any) string {
	m, from := w.find(key)
	if m == nil {
		return key
	}
	return m.forms[other].fill(func(name string) (string, bool) {
		v, ok := args[name]
		if !ok {
			return "", false
		}
		return from.write(v), true
	})
}

// pairs reads args as names and values in turn. What is not a pair fills nothing.
func (w *Words) pairs(args []any) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i+1 < len(args); i += 2 {
			if args[i] == name {
				return w.write(args[i+1]), true
			}
		}
		return "", false
	}
}

// write makes text of an argument. Only numbers with a fraction are given the language's form:
// a whole number may be a year, a row or a paragraph.
func (w *Words) write(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return w.Decimal(strconv.FormatFloat(v, 'f', -1, 64))
	}
	return fmt.Sprint(v)
}

// Marks of the Unicode bidirectional algorithm, all invisible.
const (
	leftToRightMark = "\u200e"
	firstStrong     = "\u2068"
	endIsolate      = "\u2069"
)

// Isolate keeps a foreign name, code or file name from disturbing the direction of the sentence it
// is put into. HTML uses <bdi> instead; this is for titles, attributes, mails and files.
func Isolate(s string) string { return firstStrong + s + endIsolate }
