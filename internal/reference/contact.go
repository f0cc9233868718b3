package reference

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Situation is what brings somebody to the page of places to report to.
type Situation string

// The four situations, in the order in which they are offered: the most urgent first.
const (
	InDanger     Situation = "in_danger"     // a child is in danger now
	Blackmail    Situation = "blackmail"     // somebody threatens or blackmails a child
	ImageShared  Situation = "image_shared"  // an image of a child was shared
	SawSomething Situation = "saw_something" // somebody came upon abuse and wants to report it
)

var situations = []Situation{InDanger, Blackmail, ImageShared, SawSomething}

// Situations lists the four situations, the most urgent first.
func Situations() []Situation { return slices.Clone(situations) }

// ContactKind is what a place does. A helpline listens and advises; a hotline takes reports of
// material; they are never shown as the same thing.
type ContactKind string

// The kinds, in the order in which they are shown within a situation.
const (
	Emergency ContactKind = "emergency"
	Helpline  ContactKind = "helpline"
	TakeDown  ContactKind = "takedown_service"
	Hotline   ContactKind = "hotline"
	Police    ContactKind = "police"
	Directory ContactKind = "directory" // a list of such places in other countries
)

var contactKinds = []ContactKind{Emergency, Helpline, TakeDown, Hotline, Police, Directory}

// Stated is what a source says about a yes-or-no question. Not stated is not "no".
type Stated string

// The three answers.
const (
	StatedYes Stated = "yes"
	StatedNo  Stated = "no"
	NotStated Stated = ""
)

// Contact is one place to turn to, as a page that was read describes it. Every empty field means
// "not known", and no number or address is ever filled in from elsewhere.
type Contact struct {
	ISO3         string // empty: open to all countries
	Organisation string
	Kind         ContactKind
	Situations   []Situation
	Name         string
	Phone        string   // as printed by the source, to be dialled within the country
	URL          string   // https
	Languages    []string // language codes
	Hours        string   // English
	Free         Stated
	Anonymous    Stated
	SourceTitle  string
	SourceURL    string
	SourceDate   string // the date the source's page shows: 2020, 2020-06 or 2020-06-01; not a check
	Checked      Date   // when somebody last looked; none for most
	Note         string // English
}

// Freshness is how far a checked date can be trusted.
type Freshness string

// The three states of a checked date. The last two are marked on the page; neither hides the place.
const (
	Fresh      Freshness = "fresh"       // checked within the last 12 months
	Old        Freshness = "old"         // checked, but longer ago
	NeverDated Freshness = "never_dated" // not known when last checked
)

// checkMonths is how long a check holds (TRUST.md section 4).
const checkMonths = 12

// FreshnessOn tells how a checked date stands on a day.
func FreshnessOn(checked, today Date) Freshness {
	switch {
	case checked == 0:
		return NeverDated
	case checked.AddMonths(checkMonths) < today:
		return Old
	}
	return Fresh
}

// KindContacts is the contacts of one kind within a situation.
type KindContacts struct {
	Kind     ContactKind
	Contacts []Contact
}

// SituationContacts is what helps in one situation: helplines apart from hotlines.
type SituationContacts struct {
	Situation Situation
	Kinds     []KindContacts // in the order of the kinds; kinds without a contact are left out
}

// bySituation sorts contacts into all four situations; one without a contact stays, empty, so that
// the page can say that none is known.
func bySituation(contacts []Contact) []SituationContacts {
	out := make([]SituationContacts, len(situations))
	for i, s := range situations {
		out[i].Situation = s
		for _, k := range contactKinds {
			var some []Contact
			for _, c := range contacts {
				if c.Kind == k && slices.Contains(c.Situations, s) {
					some = append(some, c)
				}
			}
			if some != nil {
				out[i].Kinds = append(out[i].Kinds, KindContacts{k, some})
			}
		}
	}
	return out
}

// Contacts gives the places of one country by situation. Places of another country are never put in
// for missing ones, nor those of the State a territory belongs to: see International.
func (w *World) Contacts(iso3 string) []SituationContacts {
	if iso3 == "" {
		return bySituation(nil)
	}
	return bySituation(w.contacts[iso3])
}

// International gives the places and directories that serve all countries, by situation.
func (w *World) International() []SituationContacts { return bySituation(w.contacts[""]) }

// AllContacts lists every contact, by country and then in the order of the file; those open to all
// countries come last.
func (w *World) AllContacts() []Contact {
	var all []Contact
	for _, c := range w.countries {
		all = append(all, w.contacts[c.ISO3]...)
	}
	return append(all, w.contacts[""]...)
}

func (w *World) readContacts(fsys fs.FS) error {
	rows, err := readRows(fsys, "seed/reporting_contacts.csv", "iso3", "organisation", "kind", "situations", "name", "phone",
		"url", "languages", "hours", "free", "anonymous", "source_title", "source_url", "source_date", "checked", "note")
	if err != nil {
		return err
	}
	w.contacts = map[string][]Contact{}
	for _, r := range rows {
		c := Contact{
			ISO3: r.get("iso3"), Organisation: r.get("organisation"), Kind: ContactKind(r.get("kind")), Name: r.get("name"),
			Phone: r.get("phone"), URL: r.get("url"), Hours: r.get("hours"), Free: Stated(r.get("free")),
			Anonymous: Stated(r.get("anonymous")), SourceTitle: r.get("source_title"), SourceURL: r.get("source_url"),
			SourceDate: r.get("source_date"), Note: r.get("note"), Languages: splitList(r.get("languages")),
		}
		if _, known := w.byISO3[c.ISO3]; !known && c.ISO3 != "" {
			return r.fail("iso3", fmt.Errorf("%q is no country of countries.csv", c.ISO3))
		}
		if !slices.Contains(contactKinds, c.Kind) {
			return r.fail("kind", fmt.Errorf("%q is no kind of contact", c.Kind))
		}
		for _, s := range splitList(r.get("situations")) {
			if !slices.Contains(situations, Situation(s)) {
				return r.fail("situations", fmt.Errorf("%q is no situation", s))
			}
			c.Situations = append(c.Situations, Situation(s))
		}
		for _, column := range []string{"free", "anonymous"} {
			if v := r.get(column); v != "yes" && v != "no" && v != "" {
				return r.fail(column, fmt.Errorf("%q is not yes, no or empty", v))
			}
		}
		if c.URL != "" && !strings.HasPrefix(c.URL, "https://") {
			return r.fail("url", fmt.Errorf("%q is not an https address", c.URL))
		}
		if v := r.get("checked"); v != "" {
			if c.Checked, err = ParseDate(v); err != nil {
				return r.fail("checked", err)
			}
		}
		if c.SourceDate != "" {
			if _, err := ParsePeriod(c.SourceDate); err != nil {
				return r.fail("source_date", err)
			}
		}
		if c.Name == "" || c.SourceTitle == "" || len(c.Situations) == 0 {
			return r.fail("name", fmt.Errorf("a contact has a name, a situation and a source"))
		}
		w.contacts[c.ISO3] = append(w.contacts[c.ISO3], c)
	}
	return nil
}

// splitList takes apart a cell of several entries; an empty cell has none.
func splitList(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, ";")
}
