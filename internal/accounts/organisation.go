package accounts

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"waymark/internal/fault"
)

// OrganisationKind is what sort of body an organisation is.
type OrganisationKind string

// The kinds of organisations.
const (
	State          OrganisationKind = "state"         // a ministry, agency or police of one State
	International  OrganisationKind = "international" // the UN, its agencies, and others made by States
	NGO            OrganisationKind = "ngo"
	Academia       OrganisationKind = "academia"
	PrivateSector  OrganisationKind = "private"
	RegionalBody   OrganisationKind = "regional" // made by the States of one region
	OperatingParty OrganisationKind = "operator" // whoever runs this service
)

// OrganisationKinds are those that can be chosen.
func OrganisationKinds() []OrganisationKind {
	return []OrganisationKind{State, International, NGO, Academia, PrivateSector, RegionalBody}
}

// Organisation is a body that people act for. It is not personal data.
type Organisation struct {
	Code    string           `json:"code"` // short, lower case, never changes
	Name    string           `json:"name"`
	Kind    OrganisationKind `json:"kind"`
	Aliases []string         `json:"aliases,omitempty"` // other names it is met under
	// Countries are where it works; for a State, the one it belongs to.
	Countries []string `json:"countries,omitempty"` // ISO 3166-1 alpha-3
	// Parent is the organisation it is a part of. Two parts of one organisation are not two.
	Parent      string       `json:"parent,omitempty"`
	Memberships []Membership `json:"memberships,omitempty"`
	// Verified is the day on which an administrator checked that it is what it says; empty: nobody
	// did. The mark is shown beside its name, never inside a text it could write itself.
	Verified Day `json:"verified,omitempty"`
	// Provider is where its people sign in instead of with a password.
	Provider Provider `json:"provider,omitzero"`
	Version  int64    `json:"-"`
}

// Membership is the time an organisation belongs to a coalition.
type Membership struct {
	Coalition string `json:"coalition"` // code of the coalition
	From      Day    `json:"from,omitempty"`
	To        Day    `json:"to,omitempty"`
}

// MemberOf tells whether the organisation belonged to a coalition on a day.
func (o *Organisation) MemberOf(coalition string, on Day) bool {
	return slices.ContainsFunc(o.Memberships, func(m Membership) bool { return m.Coalition == coalition && within(m.From, m.To, on) })
}

// IsOf tells whether the organisation is a body of the State of this country.
func (o *Organisation) IsOf(country string) bool {
	return o.Kind == State && slices.Contains(o.Countries, country)
}

var (
	codeForm    = regexp.MustCompile(`^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$`)
	countryForm = regexp.MustCompile(`^[A-Z]{3}$`)
)

// Check refuses an organisation that breaks a rule, naming the field.
func (o *Organisation) Check() error {
	wrong := func(fix, text string, args ...any) error {
		return fault.New(fault.Refused, fmt.Sprintf(text, args...), fix)
	}
	switch {
	case !codeForm.MatchString(o.Code) || len(o.Code) > 40:
		return wrong("Use small letters, digits and hyphens, for example child-helpline-kenya.", "The code %q of the organisation cannot be used.", o.Code)
	case o.Code == Local().Organisation:
		return wrong("Choose another code.", "The code %q stands for whoever runs this service.", o.Code)
	case strings.TrimSpace(o.Name) == "" || len(o.Name) > 300:
		return wrong("Write its full name, in at most 300 characters.", "The organisation %s has no name that can be used.", o.Code)
	case !slices.Contains(OrganisationKinds(), o.Kind):
		return wrong(fmt.Sprintf("Choose one of %v.", OrganisationKinds()), "The kind %q of the organisation %s is unknown.", o.Kind, o.Code)
	case o.Kind == State && len(o.Countries) != 1:
		return wrong("Name the one country it belongs to.", "A body of a State belongs to exactly one country; %s names %d.", o.Code, len(o.Countries))
	case o.Parent == o.Code:
		return wrong("Leave the field empty.", "The organisation %s cannot be a part of itself.", o.Code)
	}
	for _, c := range o.Countries {
		if !countryForm.MatchString(c) {
			return wrong("Use the three-letter code of ISO 3166, for example KEN.", "The country %q of the organisation %s cannot be read.", c, o.Code)
		}
	}
	for _, m := range o.Memberships {
		if m.Coalition == "" || m.From != "" && m.To != "" && m.From > m.To {
			return wrong("Name the coalition, and a first day before the last.", "A membership of the organisation %s is not complete.", o.Code)
		}
	}
	return nil
}

// Mandate says who may speak for whom, and from when to when. With Country it is for a State, else
// for the organisation. Without one, nobody speaks for anybody but themselves.
type Mandate struct {
	ID           string `json:"id"`
	Person       string `json:"person"`
	Organisation string `json:"organisation,omitempty"` // spoken for
	Country      string `json:"country,omitempty"`      // spoken for
	From         Day    `json:"from"`
	To           Day    `json:"to,omitempty"`
	// Basis names the letter or decision it rests on, without personal data.
	Basis   string `json:"basis"`
	Version int64  `json:"-"`
}

// Holds tells whether the mandate is in force on a day.
func (m *Mandate) Holds(on Day) bool { return within(m.From, m.To, on) }

// Check refuses a mandate that breaks a rule.
func (m *Mandate) Check() error {
	switch {
	case m.Person == "":
		return fault.New(fault.Refused, "A mandate names the person who holds it.", "Choose the person.")
	case (m.Organisation == "") == (m.Country == ""):
		return fault.New(fault.Refused, "A mandate is for one organisation or for one country.", "Name one of the two.")
	case m.Country != "" && !countryForm.MatchString(m.Country):
		return fault.Newf(fault.Refused, "The country %q of the mandate cannot be read.", m.Country).WithFix("Use the three-letter code of ISO 3166, for example KEN.")
	case m.From == "" || m.To != "" && m.To < m.From:
		return fault.New(fault.Refused, "A mandate has a first day, and its last is not before it.", "Mend the days.")
	case strings.TrimSpace(m.Basis) == "" || len(m.Basis) > 500:
		return fault.New(fault.Refused, "A mandate names the letter or decision it rests on, in at most 500 characters.", "Write for example: note verbale of 3 March 2026.")
	}
	return nil
}

// SpeaksFor tells whether mandates of a person, in force on a day, let them speak for a State.
func SpeaksFor(mandates []Mandate, person, country string, on Day) bool {
	return slices.ContainsFunc(mandates, func(m Mandate) bool { return m.Person == person && m.Country == country && m.Holds(on) })
}

// root gives the topmost organisation that code is a part of. A circle, which saving refuses, ends at
// the smallest code in it, so that its parts still count as one.
func root(all map[string]Organisation, code string) string {
	seen := []string{code}
	for {
		parent := all[code].Parent
		if parent == "" {
			return code
		}
		if i := slices.Index(seen, parent); i >= 0 {
			return slices.Min(seen[i:])
		}
		seen, code = append(seen, parent), parent
	}
}

// Independent tells whether two organisations are two: neither the same nor parts of one.
func Independent(all map[string]Organisation, a, b string) bool { return root(all, a) != root(all, b) }
