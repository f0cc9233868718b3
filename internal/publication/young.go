package publication

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"waymark/internal/fault"
	"waymark/internal/lang"
	"waymark/internal/reference"
)

//go:embed seed/young/*.json
var shippedYoung embed.FS

// YoungState says whether a person has read a language's texts for young people.
type YoungState string

// The states of the texts. Everything starts as a draft.
const (
	YoungDraft    YoungState = "draft"
	YoungReviewed YoungState = "reviewed"
)

// YoungTexts are the texts of one framework for young people in one language. They are content, kept
// in one file per language, so that a person who reviews them needs no program.
type YoungTexts struct {
	Framework string         `json:"framework"`
	Language  lang.Tag       `json:"language"`
	State     YoungState     `json:"state"`
	Reviewer  string         `json:"reviewer"` // who read them; empty: nobody yet
	Date      reference.Date `json:"date"`     // when; 0: not yet
	Help      []string       `json:"help"`     // where to find help, the same below every text
	Texts     []YoungText    `json:"texts"`
}

// YoungText is one target told to young people, or the whole framework (no code).
type YoungText struct {
	Code   string       `json:"code"`
	Title  string       `json:"title"` // a question a child might ask
	Short  string       `json:"short"` // the same in few words, for links
	What   []string     `json:"what"`
	Why    []string     `json:"why"`
	Rights []YoungRight `json:"rights"`
	Who    []string     `json:"who"`
	Ask    []string     `json:"ask"`
}

// YoungRight is one right of the Convention on the Rights of the Child in plain words.
type YoungRight struct {
	Article int    `json:"article"`
	Text    string `json:"text"`
}

// Sentences lists everything a text says, in the order in which it is read.
func (t *YoungText) Sentences() []string {
	out := append([]string{t.Title}, t.What...)
	out = append(out, t.Why...)
	for _, r := range t.Rights {
		out = append(out, r.Text)
	}
	return append(append(out, t.Who...), t.Ask...)
}

// Young holds the texts of all languages. English is the original.
type Young struct {
	languages map[lang.Tag]*YoungTexts
}

// ShippedYoung gives the texts the program carries.
var ShippedYoung = sync.OnceValues(func() (*Young, error) {
	dir, err := fs.Sub(shippedYoung, "seed/young")
	if err != nil {
		return nil, fmt.Errorf("texts for young people: %w", err)
	}
	return LoadYoung(dir)
})

// LoadYoung reads one file per language. The original must be there; any other may be missing, whole
// or in part.
func LoadYoung(dir fs.FS) (*Young, error) {
	files, err := fs.Glob(dir, "*.json")
	if err != nil {
		return nil, fmt.Errorf("texts for young people: %w", err)
	}
	y := &Young{languages: map[lang.Tag]*YoungTexts{}}
	for _, name := range files {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("texts for young people: %w", err)
		}
		t := &YoungTexts{}
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.DisallowUnknownFields()
		if err := dec.Decode(t); err != nil {
			return nil, fault.Newf(fault.Refused, "%s: %s", name, err).WithFix("Look at the file of another language.")
		}
		if err := t.check(strings.TrimSuffix(path.Base(name), ".json")); err != nil {
			return nil, err
		}
		y.languages[t.Language] = t
	}
	if y.languages[lang.English] == nil {
		return nil, fault.New(fault.NotFound, "the texts for young people have no original", "Add en.json.")
	}
	return y, nil
}

// check wants the file to be of the language it is named for, and a review to say whose it is.
func (t *YoungTexts) check(name string) error {
	tag, ok := lang.Parse(name)
	switch {
	case !ok || tag != t.Language:
		return fault.Newf(fault.Refused, "%s.json says that it is in %q", name, t.Language).WithFix("Name the file after its language.")
	case t.State != YoungDraft && t.State != YoungReviewed:
		return fault.Newf(fault.Refused, "%s.json: the state %q is not known", name, t.State).WithFix("Write draft or reviewed.")
	case t.State == YoungReviewed && (t.Reviewer == "" || t.Date == 0):
		return fault.Newf(fault.Refused, "%s.json is reviewed, but does not say by whom and when", name).WithFix("Fill in reviewer and date, or write draft.")
	}
	return nil
}

// Codes lists what there is a text of, in the order of the original; the whole framework is first.
func (y *Young) Codes() []string {
	var out []string
	for i := range y.languages[lang.English].Texts {
		out = append(out, y.languages[lang.English].Texts[i].Code)
	}
	return out
}

// Framework is the code of the framework that is told.
func (y *Young) Framework() string { return y.languages[lang.English].Framework }

// Text gives the text of a code in a language, and the file it stands in. Where the language lacks it,
// that is the original. False: there is none.
func (y *Young) Text(code string, tag lang.Tag) (*YoungText, *YoungTexts, bool) {
	for _, language := range []lang.Tag{tag, lang.English} {
		of := y.languages[language]
		if of == nil {
			continue
		}
		for i := range of.Texts {
			if of.Texts[i].Code == code {
				return &of.Texts[i], of, true
			}
		}
	}
	return nil, nil, false
}
