// Package lang is how Waymark speaks its six languages: the catalogs of words with their plurals,
// numbers, dates, lists, alphabetical order and the folding of text for search.
//
// A page takes the Words of its language once (For) and asks them for everything a person reads.
// Words never make HTML and never escape: that is the template's task. Digits are Latin in every
// language, Arabic too, because browsers and servers disagree about them and the two must not mix.
package lang

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Tag is one of the six languages, as written in addresses and in the lang attribute of HTML.
type Tag string

// The six official languages of the United Nations.
const (
	Arabic  Tag = "ar"
	English Tag = "en"
	Spanish Tag = "es"
	French  Tag = "fr"
	Russian Tag = "ru"
	Chinese Tag = "zh"
)

// tags is in the order in which languages are offered: by code, which favours nobody.
var tags = []Tag{Arabic, English, Spanish, French, Russian, Chinese}

// Tags lists the languages in the order in which they are offered to a reader.
func Tags() []Tag { return slices.Clone(tags) }

// Parse reads a language as it stands in an address: exactly two small letters.
func Parse(s string) (Tag, bool) {
	if t := Tag(s); slices.Contains(tags, t) {
		return t, true
	}
	return "", false
}

// Dir is the direction of the language's writing, for the dir attribute: "rtl" or "ltr".
func (t Tag) Dir() string {
	if t == Arabic {
		return "rtl"
	}
	return "ltr"
}

// Name is the language's own name for itself. It must be shown with its own lang and dir.
func (t Tag) Name() string {
	switch t {
	case Arabic:
		return "العربية"
	case English:
		return "English"
	case Spanish:
		return "Español"
	case French:
		return "Français"
	case Russian:
		return "Русский"
	case Chinese:
		return "中文"
	}
	return string(t)
}

// maxAcceptLanguage bounds what is read of a header that anybody may send; browsers send under 200.
const maxAcceptLanguage = 1000

// Match chooses the language of a reader from an Accept-Language header: the most wanted of the six
// the header names, in any of its regional forms, else English. It does not guess a related
// language: a reader who asks for Ukrainian is not given Russian, nor one who asks for Catalan Spanish.
func Match(acceptLanguage string) Tag {
	if len(acceptLanguage) > maxAcceptLanguage {
		acceptLanguage = acceptLanguage[:maxAcceptLanguage]
		if i := strings.LastIndexByte(acceptLanguage, ','); i >= 0 {
			acceptLanguage = acceptLanguage[:i]
		}
	}
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return English // what nobody can read asks for nothing
	}
	for _, w := range wanted {
		if c, err := language.All.Canonicalize(w); err == nil {
			w = c // "cmn" and "arb" are ways to write zh and ar
		}
		base, sure := w.Base()
		if sure != language.Exact {
			continue // "und" names no language, and its likeliest one is a guess
		}
		if t, ok := Parse(base.String()); ok {
			return t
		}
	}
	return English
}
