package reference

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"waymark/internal/lang"
)

// Mechanism is one entry of the lists of reporting mechanisms: a membership or a launch. It says that
// a mechanism existed, often without its name; how to reach it stands in a Contact, if anywhere.
type Mechanism struct {
	ISO3         string // empty where the place has no code, or where it is open to all
	Territory    string // the part of the area it serves, where it is not the whole
	Organisation string // empty: the list does not name it
	Kind         MechanismKind
	Since        string // 2016, 2016-09 or 2016-09-10; empty where not known
	Status       string // the word of the file, by which InPlace and Dated are decided
	Source       string
}

// MechanismKind is the sort of a mechanism.
type MechanismKind string

// The kinds of the shipped list.
const (
	InhopeHotline MechanismKind = "inhope_hotline" // a hotline of the INHOPE network
	IWFPortal     MechanismKind = "iwf_portal"     // a form of the Internet Watch Foundation for one country
	IWFHotline    MechanismKind = "iwf_hotline"    // the hotline of the Internet Watch Foundation itself
	NationalLine  MechanismKind = "national_line"
	ChildHelpline MechanismKind = "child_helpline" // listens; takes no reports of material
	GlobalPortal  MechanismKind = "global_portal"  // open to all, in place in no country
)

var mechanismKinds = []MechanismKind{InhopeHotline, IWFPortal, IWFHotline, NationalLine, ChildHelpline, GlobalPortal}

// IsNamed tells whether the list says which organisation runs it. One without a name is shown as
// such, never under a name guessed from elsewhere.
func (m Mechanism) IsNamed() bool { return m.Organisation != "" }

// InPlace tells whether the list says that the mechanism works, not only that it was announced or
// that somebody applied for membership.
func (m Mechanism) InPlace() bool {
	return !strings.HasPrefix(m.Status, "prospective") && !strings.HasPrefix(m.Status, "announced")
}

// TakesReports tells whether it takes reports of material in a country: helplines do not, and the
// portal that is open to all is in place in no country.
func (m Mechanism) TakesReports() bool { return m.Kind != ChildHelpline && m.Kind != GlobalPortal }

// Dated is the last day of the time for which the entry speaks: the end of Since, else the date of
// the list it stands in, else none (DOMAIN.md section 10). It is not a check by anybody.
func (m Mechanism) Dated() Date { return EvidenceDate(m.Since, m.Status) }

// listYears finds the year or years of a list in a status such as listed_by_class_c2024.
var listYears = regexp.MustCompile(`_c(?:\d{4}_)?(\d{4})$`)

// EvidenceDate gives the day from which a dated entry counts: the end of since ("2020" →
// 2020-12-31), else the end of the list named by the status ("listed_c2015_2017" → 2017-12-31,
// "launched before 2016-06-01" → that day), else no date.
func EvidenceDate(since, status string) Date {
	if p, err := ParsePeriod(since); err == nil {
		return p.End
	}
	if before, ok := strings.CutPrefix(status, "launched before "); ok {
		if p, err := ParsePeriod(before); err == nil {
			return p.End
		}
	}
	if found := listYears.FindStringSubmatch(status); found != nil {
		if p, err := ParsePeriod(found[1]); err == nil {
			return p.End
		}
	}
	return 0
}

// Mechanisms lists the known mechanisms of a country. None listed means not known, never "has none".
func (w *World) Mechanisms(iso3 string) []Mechanism {
	if iso3 == "" {
		return nil
	}
	return slices.Clone(w.mechanisms[iso3])
}

// Unplaced lists the mechanisms that stand in no country of the universe: the portal open to all,
// places without a code and areas outside countries.csv. They count in no country.
func (w *World) Unplaced() []Mechanism { return slices.Clone(w.mechanisms[""]) }

// PlacedMechanism is a mechanism with what a page must say beside it.
type PlacedMechanism struct {
	Mechanism
	// Contacts are how to reach it: the contacts of the same country and sort that bear its name. An
	// unnamed mechanism has none, even where the country has one contact only.
	Contacts []Contact
	// Checked is when somebody last looked at one of them; mostly not known.
	Checked   Date
	Freshness Freshness
}

// ReportingPlaces is everything known of where to report in one country, and what serves all.
type ReportingPlaces struct {
	Country       Country
	Situations    []SituationContacts // always the four, empty where nothing is known
	Mechanisms    []PlacedMechanism   // none: nothing is known
	International []SituationContacts
	// ContactsKnown is false where no contact of the country itself is known: the page says so and
	// shows the international places.
	ContactsKnown bool
}

// ReportingPlaces gives what is known of where to report in a country, judged on a day; false for a
// code that is no country of countries.csv.
func (w *World) ReportingPlaces(iso3 string, today Date) (ReportingPlaces, bool) {
	c, ok := w.Country(iso3)
	if !ok {
		return ReportingPlaces{}, false
	}
	out := ReportingPlaces{
		Country: c, Situations: w.Contacts(iso3), International: w.International(), ContactsKnown: len(w.contacts[iso3]) > 0,
	}
	for _, m := range w.mechanisms[iso3] {
		p := PlacedMechanism{Mechanism: m, Contacts: m.contacts(w.contacts[iso3])}
		for _, known := range p.Contacts {
			p.Checked = max(p.Checked, known.Checked)
		}
		p.Freshness = FreshnessOn(p.Checked, today)
		out.Mechanisms = append(out.Mechanisms, p)
	}
	return out, true
}

// contacts finds the contacts that are the mechanism.
func (m Mechanism) contacts(all []Contact) []Contact {
	var found []Contact
	for _, c := range all {
		if m.IsNamed() && m.fits(c) {
			found = append(found, c)
		}
	}
	return found
}

// fits tells whether a contact is of the mechanism's sort and bears its name, up to spelling.
func (m Mechanism) fits(c Contact) bool {
	switch m.Kind {
	case ChildHelpline:
		if c.Kind != Helpline {
			return false
		}
	case NationalLine:
		if c.Kind == Emergency || c.Kind == Directory {
			return false
		}
	default:
		if c.Kind != Hotline {
			return false
		}
	}
	if m.Kind == IWFPortal {
		return strings.Contains(c.Organisation, "Internet Watch Foundation")
	}
	name := lang.Fold(m.Organisation)
	for _, other := range []string{lang.Fold(c.Name), lang.Fold(c.Organisation)} {
		if other != "" && (name == other || holdsWords(name, other) || holdsWords(other, name)) {
			return true
		}
	}
	return false
}

// holdsWords tells whether whole words of text read as part.
func holdsWords(text, part string) bool { return strings.Contains(" "+text+" ", " "+part+" ") }

func (w *World) readMechanisms(fsys fs.FS) error {
	rows, err := readRows(fsys, "seed/reporting_mechanisms.csv", "iso3", "territory_note", "organisation", "kind", "since", "status", "source")
	if err != nil {
		return err
	}
	w.mechanisms = map[string][]Mechanism{}
	for _, r := range rows {
		m := Mechanism{
			ISO3: r.get("iso3"), Territory: r.get("territory_note"), Organisation: r.get("organisation"),
			Kind: MechanismKind(r.get("kind")), Since: r.get("since"), Status: r.get("status"), Source: r.get("source"),
		}
		if !slices.Contains(mechanismKinds, m.Kind) {
			return r.fail("kind", fmt.Errorf("%q is no kind of mechanism", m.Kind))
		}
		if m.Since != "" {
			if _, err := ParsePeriod(m.Since); err != nil {
				return r.fail("since", err)
			}
		}
		place := m.ISO3
		if _, known := w.byISO3[place]; !known {
			place = "" // no code, or outside countries.csv: kept, counted nowhere
		}
		w.mechanisms[place] = append(w.mechanisms[place], m)
	}
	return nil
}
