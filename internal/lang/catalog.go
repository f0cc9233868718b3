package lang

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// The catalogs, one per language, in the JSON format of go-i18n: a key of the shape "page.thing"
// with its text, or with one text per plural category.
//
//go:embed messages/*.json
var files embed.FS

// State says who wrote a translation and whether a person has read it.
type State string

// The states of a translation. Everything starts machine-drafted and becomes reviewed by a person.
const (
	Original       State = "original"        // the language the words were written in
	MachineDrafted State = "machine-drafted" // waits for a person who reads the language well
	ReviewedState  State = "reviewed"        // a person has read and accepted it
)

// message is one key in one language. A plain message has only its other form.
type message struct {
	forms  [formCount]phrase
	has    [formCount]bool
	plural bool
}

func (m *message) form(f form) phrase {
	if m.has[f] {
		return m.forms[f]
	}
	return m.forms[other]
}

// placeholders lists the names in all forms, each once, sorted.
func (m *message) placeholders() []string {
	names := map[string]bool{}
	for f := range m.forms {
		for _, name := range m.forms[f].placeholders() {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// library is everything shipped, read once and never changed after.
type library struct {
	words  map[Tag]*Words
	keys   []string // of the English catalog, sorted
	status status
}

// status is messages/status.json: the state of each language, and of single keys that differ.
type status struct {
	Languages map[Tag]State            `json:"languages"`
	Keys      map[Tag]map[string]State `json:"keys"`
}

func (s *status) of(t Tag, key string) State {
	if state, ok := s.Keys[t][key]; ok {
		return state
	}
	return s.Languages[t]
}

// shipped reads the catalogs on first use. They are part of the program, so a fault in them is a
// fault of the build, which the tests find: it stops the program like a template that does not parse.
var shipped = sync.OnceValue(func() *library {
	l, err := load()
	if err != nil {
		panic(fmt.Sprintf("lang: the shipped catalogs cannot be read: %v", err))
	}
	return l
})

func load() (*library, error) {
	l := &library{words: make(map[Tag]*Words, len(tags))}
	for _, t := range tags {
		messages, err := loadMessages(t)
		if err != nil {
			return nil, err
		}
		plurals, err := newPluralTable(t)
		if err != nil {
			return nil, err
		}
		l.words[t] = &Words{tag: t, messages: messages, plurals: plurals, style: styles[t], library: l}
	}
	for _, t := range tags {
		l.words[t].english = l.words[English]
	}
	l.keys = slices.Sorted(maps.Keys(l.words[English].messages))

	data, err := files.ReadFile("messages/status.json")
	if err != nil {
		return nil, fmt.Errorf("review states: %w", err)
	}
	if err := json.Unmarshal(data, &l.status); err != nil {
		return nil, fmt.Errorf("messages/status.json: %w", err)
	}
	return l, nil
}

func loadMessages(t Tag) (map[string]*message, error) {
	name := "messages/" + string(t) + ".json"
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("catalog %q: %w", t, err)
	}
	read, err := i18n.ParseMessageFileBytes(data, name, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	out := make(map[string]*message, len(read.Messages))
	for _, m := range read.Messages {
		compiled := &message{}
		for f, source := range [formCount]string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other} {
			if source == "" {
				continue
			}
			if compiled.forms[f], err = compile(source); err != nil {
				return nil, fmt.Errorf("%s: key %q: %w", name, m.ID, err)
			}
			compiled.has[f] = true
			compiled.plural = compiled.plural || form(f) != other
		}
		if !compiled.has[other] {
			return nil, fmt.Errorf("%s: key %q has no text (plural messages need at least \"other\")", name, m.ID)
		}
		out[m.ID] = compiled
	}
	return out, nil
}

// Keys lists every key of the English catalog, which is the full one, sorted.
func Keys() []string { return slices.Clone(shipped().keys) }

// Placeholders lists the names a key's English message wants filled, sorted; nil for an unknown key.
// A plural message's Count is among them, although N fills it by itself.
func Placeholders(key string) []string {
	m, ok := shipped().words[English].messages[key]
	if !ok {
		return nil
	}
	return m.placeholders()
}

// Reviewed tells whether a language's words may be shown without the mark "machine-drafted":
// they are the original, or a person has accepted them.
func Reviewed(t Tag) bool {
	s := shipped().status.Languages[t]
	return s == Original || s == ReviewedState
}
