package lang

import (
	"fmt"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
)

// form is a plural category of Unicode CLDR.
type form uint8

// The six categories; no language but Arabic uses them all.
const (
	zero form = iota
	one
	two
	few
	many
	other
	formCount
)

var formNames = [formCount]string{"zero", "one", "two", "few", "many", "other"}

func (f form) String() string { return formNames[f] }

// forms lists the categories each language needs for whole numbers and exact millions (CLDR
// cardinal rules). A plural message has all of them; the catalog test says which one is missing.
func (t Tag) forms() []form {
	switch t {
	case Arabic:
		return []form{zero, one, two, few, many, other}
	case Russian:
		return []form{one, few, many, other}
	case French, Spanish:
		return []form{one, many, other}
	case Chinese:
		return []form{other}
	}
	return []form{one, other}
}

// isOneNumber tells whether a category holds a single number of this language, so that its
// message may say the number in a word and leave {{.Count}} out. Russian "one" holds 1, 21, 31 …
// and French "one" holds 0 and 1: those must print it.
func (t Tag) isOneNumber(f form) bool {
	switch t {
	case Arabic:
		return f == zero || f == one || f == two
	case English, Spanish:
		return f == one
	}
	return false
}

// pluralTable answers for one language which category a whole number belongs to. The rules are
// those of go-i18n (CLDR); the table only spares asking them for every word of a page. It rests on
// a fact the tests check: in these languages the category of a number from 100 on depends on its
// last two digits alone, except for exact millions.
type pluralTable struct {
	small   [200]form
	million form
}

const million = 1_000_000

func (p *pluralTable) form(n int) form {
	u := uint(n)
	if n < 0 {
		u = -u
	}
	switch {
	case u < uint(len(p.small)):
		return p.small[u]
	case u%million == 0:
		return p.million
	}
	return p.small[100+u%100]
}

// pluralRules gives the rule of a language as a function. go-i18n does not show its rules, so they
// are asked through a message whose text in each category is the category's name.
func pluralRules(t Tag) (func(n int) (form, error), error) {
	lang, err := language.Parse(string(t))
	if err != nil {
		return nil, fmt.Errorf("language %q: %w", t, err)
	}
	bundle := i18n.NewBundle(lang)
	probe := &i18n.Message{ID: "form", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other"}
	if err := bundle.AddMessages(lang, probe); err != nil {
		return nil, fmt.Errorf("plural rules of %q: %w", t, err)
	}
	localizer := i18n.NewLocalizer(bundle, string(t))
	return func(n int) (form, error) {
		name, err := localizer.Localize(&i18n.LocalizeConfig{MessageID: "form", PluralCount: n, TemplateParser: template.IdentityParser{}})
		if err != nil {
			return other, fmt.Errorf("plural category of %d in %q: %w", n, t, err)
		}
		for f, known := range formNames {
			if name == known {
				return form(f), nil
			}
		}
		return other, fmt.Errorf("plural category of %d in %q: %q is not a category", n, t, name)
	}, nil
}

func newPluralTable(t Tag) (*pluralTable, error) {
	rule, err := pluralRules(t)
	if err != nil {
		return nil, err
	}
	var table pluralTable
	for n := range table.small {
		if table.small[n], err = rule(n); err != nil {
			return nil, err
		}
	}
	table.million, err = rule(million)
	return &table, err
}
