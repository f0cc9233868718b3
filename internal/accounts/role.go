package accounts

import (
	"slices"
	"strings"

	"waymark/internal/fault"
)

// Role is a set of acts a person may do. None includes another: whoever does two things has two.
type Role string

// The roles. What each is there for stands beside it; require.go says which acts it gives.
const (
	Nobody        Role = ""              // not signed in: reads what is public
	Operator      Role = "operator"      // runs the program on its machine: first start, command line
	Reader        Role = "reader"        // reads the workspace
	Contributor   Role = "contributor"   // hands in evidence and comments for an organisation
	FocalPoint    Role = "focalPoint"    // speaks for a State: its evidence, its reply to a rating
	Verifier      Role = "verifier"      // says whether evidence holds
	Steward       Role = "steward"       // keeps a framework, its sources and its consultations in order
	Publisher     Role = "publisher"     // decides what becomes public
	Moderator     Role = "moderator"     // keeps comments within the rules, and quarantines
	Translator    Role = "translator"    // writes the other languages
	Administrator Role = "administrator" // people, organisations, mandates, settings
)

// Roles are those that can be given, in the order they are shown.
func Roles() []Role {
	return []Role{Reader, Contributor, FocalPoint, Verifier, Steward, Publisher, Moderator, Translator, Administrator}
}

// ParseRole reads a role that can be given. "focal-point" is read too: that is how it is typed.
func ParseRole(s string) (Role, error) {
	plain := strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(s))
	for _, r := range Roles() {
		if strings.ToLower(string(r)) == plain {
			return r, nil
		}
	}
	names := make([]string, len(Roles()))
	for i, r := range Roles() {
		names[i] = string(r)
	}
	return "", fault.Newf(fault.Refused, "There is no role %q.", s).WithFix("Choose one of " + strings.Join(names, ", ") + ".")
}

// Scope is what an act is about; empty fields mean all of them.
type Scope struct {
	Country      string `json:"country,omitempty"`      // ISO 3166-1 alpha-3
	Organisation string `json:"organisation,omitempty"` // its code
	Framework    string `json:"framework,omitempty"`    // its name, without the version
	Round        string `json:"round,omitempty"`        // a consultation round
}

// Covers tells whether something given for s holds for an act about other. Given for one country, it
// does not hold for an act about all of them.
func (s Scope) Covers(other Scope) bool {
	covers := func(given, asked string) bool { return given == "" || given == asked }
	return covers(s.Country, other.Country) && covers(s.Organisation, other.Organisation) &&
		covers(s.Framework, other.Framework) && covers(s.Round, other.Round)
}

// String names the scope in an audit sentence: "country KEN", or "everything".
func (s Scope) String() string {
	var parts []string
	for _, p := range [][2]string{{"country", s.Country}, {"organisation", s.Organisation}, {"framework", s.Framework}, {"round", s.Round}} {
		if p[1] != "" {
			parts = append(parts, p[0]+" "+p[1])
		}
	}
	if parts == nil {
		return "everything"
	}
	return strings.Join(parts, ", ")
}

// Grant is a role somebody was given. It begins when a person of a second organisation approved it.
type Grant struct {
	ID     string `json:"id"`
	Person string `json:"person"`
	Role   Role   `json:"role"`
	Scope  Scope  `json:"scope"`
	From   Day    `json:"from"`
	To     Day    `json:"to,omitempty"` // the last day; empty: until further notice
	// Approval is the id of the approval it rests on; empty for the first roles of a new database,
	// which the operator gives because nobody is there yet who could approve.
	Approval string `json:"approval,omitempty"`
	Version  int64  `json:"-"`
}

// Holds tells whether the grant is in force on a day.
func (g *Grant) Holds(on Day) bool { return within(g.From, g.To, on) }

// InForce keeps the grants that hold on a day.
func InForce(grants []Grant, on Day) []Grant {
	return slices.DeleteFunc(slices.Clone(grants), func(g Grant) bool { return !g.Holds(on) })
}

// roleNames joins the roles of grants, for the trail of acts that name no role of their own.
func roleNames(grants []Grant) Role {
	var names []string
	for _, g := range grants {
		if !slices.Contains(names, string(g.Role)) {
			names = append(names, string(g.Role))
		}
	}
	slices.Sort(names)
	return Role(strings.Join(names, "+"))
}
