// Package consultation is how a version of a framework is asked about: rounds, what partners say in
// them, how every comment is answered, and how the answers make the next version and the compiled
// document. The organisation speaks, not the person; every comment keeps its words as they came.
package consultation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/reference"
)

// Kind is how a round is held.
type Kind string

// The kinds the document's own process had, and children's rounds.
const (
	OpenRound  Kind = "open"       // everybody may comment
	Closed     Kind = "closed"     // invited organisations
	Roundtable Kind = "roundtable" // a meeting: its minutes are the submissions
	Bilateral  Kind = "bilateral"  // talks with one partner: likewise
	Children   Kind = "children"   // through an accredited facilitator; age band and country only
)

// State is where a round stands and who acts next.
type State string

// The states, in order.
const (
	Draft   State = "draft"   // the secretariat prepares it
	Open    State = "open"    // partners comment
	Over    State = "closed"  // the secretariat answers every comment
	Adopted State = "adopted" // nobody: the next version holds
)

// Policy says under which name comments are shown.
type Policy string

// The policies. An e-mail address is never shown.
const (
	NamedOrganisations Policy = "organisations"
	NamedPeople        Policy = "people"
	Pseudonymous       Policy = "pseudonymous"
)

// Round is one consultation on one version.
type Round struct {
	Number  int              `json:"number"`
	Version string           `json:"version"` // cop-2015@1
	Title   string           `json:"title"`
	Kind    Kind             `json:"kind"`
	Period  reference.Period `json:"period"` // from the day it opens to the day it closes, both included
	// Zone is what local times without a zone in documents are taken to be in.
	Zone      string     `json:"zone"`
	Languages []lang.Tag `json:"languages"`
	Policy    Policy     `json:"policy"`
	State     State      `json:"state"`
	// Origin tells the reader where a round comes from that was not held here.
	Origin string `json:"origin,omitempty"`
	// Steps lists the framework's own process steps (PRC-5) that the round stands for.
	Steps []string `json:"steps,omitempty"`
	// Safeguarding is the contact every children's round must name.
	Safeguarding string `json:"safeguarding,omitempty"`
	// Feedback is what the children of a children's round were told came of it. It is owed: while it is
	// empty, the round's page says so.
	Feedback string `json:"feedback,omitempty"`
	// Result is the version that came of it, Edits the changes with the comments behind each, and
	// Crosswalk what became of every element; once it is adopted.
	Result     string               `json:"result,omitempty"`
	Edits      []framework.Edit     `json:"edits,omitempty"`
	Crosswalk  *framework.Crosswalk `json:"crosswalk,omitempty"`
	RowVersion int                  `json:"-"`
}

// Check refuses a round that breaks a rule.
func (r *Round) Check() error {
	wrong := func(text, fix string) error { return fault.New(fault.Refused, text, fix) }
	switch {
	case r.Number < 1 || r.Version == "" || strings.TrimSpace(r.Title) == "":
		return wrong("A round has a number from 1, a version and a title.", "Give it all three.")
	case !slices.Contains([]Kind{OpenRound, Closed, Roundtable, Bilateral, Children}, r.Kind):
		return wrong(fmt.Sprintf("%q is no kind of round.", r.Kind), "Choose open, closed, roundtable, bilateral or children.")
	case !slices.Contains([]State{Draft, Open, Over}, r.State):
		return wrong(fmt.Sprintf("A round cannot be put into the state %q by hand.", r.State), "Choose draft, open or closed; adoption is an act of its own.")
	case !slices.Contains([]Policy{NamedOrganisations, NamedPeople, Pseudonymous}, r.Policy):
		return wrong(fmt.Sprintf("%q is no policy of publication.", r.Policy), "Choose organisations, people or pseudonymous.")
	case r.Zone != "" && !isZone(r.Zone):
		return wrong(fmt.Sprintf("%q is no time zone.", r.Zone), "Name it as Europe/Zurich, or UTC.")
	case r.Period.End < r.Period.Start:
		return wrong("The round closes before it opens.", "Mend the days.")
	case r.Kind == Children && strings.TrimSpace(r.Safeguarding) == "":
		return wrong("A children's round names its safeguarding contact.", "Name the accredited facilitator's contact.")
	case r.Kind == Children && r.Policy != Pseudonymous: // the facilitator's name would say which children spoke
		return wrong("A children's round names nobody: age band and country stand alone.", "Choose the policy pseudonymous.")
	}
	return nil
}

func isZone(name string) bool { _, err := time.LoadLocation(name); return err == nil }

// Channel is how a submission came.
type Channel string

// The channels.
const (
	ByWeb  Channel = "web"
	ByWord Channel = "docx"
	ByMail Channel = "email"
	Minute Channel = "minutes"
)

// Submission is what one organisation sent at one time.
type Submission struct {
	ID           string  `json:"id"`
	Round        int     `json:"round"`
	Organisation string  `json:"organisation,omitempty"` // code; empty: the comments name theirs
	Channel      Channel `json:"channel"`
	File         string  `json:"file,omitempty"`   // name only
	SHA256       string  `json:"sha256,omitempty"` // of the original
	Language     string  `json:"language,omitempty"`
	Sender       string  `json:"-"` // private: who sent it
	ReceivedAt   int64   `json:"receivedAt"`
	// Report says what the file held and what became of each part of it.
	Report []ReportRow `json:"report,omitempty"`
}

// ReportRow is one line of the import report: nothing a file holds is lost without a word.
type ReportRow struct {
	Part    string `json:"part"`
	Element string `json:"element"`
	Count   int    `json:"count"`
	Action  string `json:"action"` // read, kept untouched, not read, dropped for safety, refused
	Note    string `json:"note,omitempty"`
}
