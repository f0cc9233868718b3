package consultation

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
)

// Code is how a comment was answered. Undecided is the absence of a disposition, not a code.
type Code string

// The codes, modelled on the dispositions of standards bodies (CONSULTATION.md section 5).
const (
	Accepted            Code = "accepted"              // exactly as proposed
	AcceptedInPrinciple Code = "accepted-in-principle" // with other words
	PartiallyAccepted   Code = "partially-accepted"
	Noted               Code = "noted"
	Deferred            Code = "deferred" // referred to a later round or another body
	NotAccepted         Code = "not-accepted"
	OutOfScope          Code = "out-of-scope"
	DuplicateOf         Code = "duplicate-of"
	Withdrawn           Code = "withdrawn" // by the commenter
)

// Codes lists every code in the order in which they are offered.
var Codes = []Code{Accepted, AcceptedInPrinciple, PartiallyAccepted, Noted, Deferred, NotAccepted, OutOfScope, DuplicateOf, Withdrawn}

// rule is what a code must have besides.
type rule struct{ reason, change, to bool }

var rules = map[Code]rule{
	Accepted:            {change: true},
	AcceptedInPrinciple: {reason: true, change: true},
	PartiallyAccepted:   {reason: true, change: true},
	Noted:               {reason: true},
	Deferred:            {reason: true, to: true},
	NotAccepted:         {reason: true},
	OutOfScope:          {reason: true},
	DuplicateOf:         {reason: true, to: true},
	Withdrawn:           {to: true},
}

// Disposition is the answer to one comment. They are only ever added: a later one supersedes.
type Disposition struct {
	ID      string `json:"id"`
	Comment string `json:"comment"`
	Code    Code   `json:"code"`
	Reason  string `json:"reason,omitempty"`
	// To is the other comment (duplicate-of), whom or when (deferred), or who withdrew it.
	To string `json:"to,omitempty"`
	// Changes are ids of the edits that answer it; NoChange says that none is needed.
	Changes  []string `json:"changes,omitempty"`
	NoChange bool     `json:"noChange,omitempty"`
	// Proposed marks an answer that was read from a document and never decided by anybody here.
	Proposed bool `json:"proposed,omitempty"`
	// Elements are codes of the text the evidence, or the answer, points to.
	Elements   []string `json:"elements,omitempty"`
	Evidence   string   `json:"evidence,omitempty"` // what a proposed one rests on
	DecidedBy  string   `json:"decidedBy,omitempty"`
	DecidedAt  int64    `json:"decidedAt,omitempty"`
	Supersedes string   `json:"supersedes,omitempty"`
	// Reopens takes the answer that stands back: the comment is undecided again, and both stay readable.
	Reopens bool `json:"reopens,omitempty"`
}

// Check refuses a disposition that lacks what its code must have.
func (d *Disposition) Check() error {
	r, known := rules[d.Code]
	if !known {
		return fault.Newf(fault.Refused, "%q is no way to answer a comment", d.Code).WithKey("error.disposition_code", map[string]any{"Code": string(d.Code)})
	}
	if r.reason && !isReason(d.Reason) {
		return fault.Newf(fault.Refused, "the answer %q needs a reason", d.Code).WithFix("Write at least one sentence that says why.").WithKey("error.disposition_reason", nil)
	}
	if r.change && len(d.Changes) == 0 && !d.NoChange {
		return fault.Newf(fault.Refused, "the answer %q needs the change that follows from it", d.Code).WithFix("Link the change to the text, or say that no change is needed.").WithKey("error.disposition_change", nil)
	}
	if r.to && strings.TrimSpace(d.To) == "" {
		return fault.Newf(fault.Refused, "the answer %q needs its object", d.Code).WithFix("Name the other comment, the body or the round it is referred to, or who withdrew it.").WithKey("error.disposition_to", nil)
	}
	if d.Code == DuplicateOf && d.To == d.Comment {
		return fault.New(fault.Refused, "a comment cannot be the same as itself", "Name the other comment.").WithKey("error.disposition_self", nil)
	}
	return nil
}

// isReason tells a sentence of its own from blanks, dots and the label repeated.
func isReason(s string) bool {
	folded := lang.Fold(s)
	for _, c := range Codes {
		if folded == lang.Fold(string(c)) {
			return false
		}
	}
	letters := 0
	for _, r := range folded {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	han := strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0
	return letters >= 10 && strings.Contains(folded, " ") || han && letters >= 4
}

// Standing gives the disposition that holds for each comment: the last one that nothing supersedes or
// takes back. Proposed ones never hold.
func Standing(all []Disposition) map[string]Disposition {
	out := map[string]Disposition{}
	for _, d := range all {
		switch {
		case d.Proposed:
		case d.Reopens:
			delete(out, d.Comment)
		default:
			out[d.Comment] = d
		}
	}
	return out
}

// Blocker is one thing that keeps a round from being adopted.
type Blocker struct {
	Comment string `json:"comment,omitempty"` // or the amendment
	Kind    string `json:"kind,omitempty"`    // comment or amendment
	Number  int    `json:"number,omitempty"`
	Why     string `json:"why"` // undecided, attribution, anchor, incomplete, duplicate_chain, held, settle, overlap, edit
	Detail  string `json:"detail,omitempty"`
}

// String names a blocker in a few words.
func (b Blocker) String() string {
	words := map[string]string{"undecided": "has no answer", "attribution": "has a speaker nobody confirmed", "anchor": "waits for its place", "incomplete": "has an incomplete answer",
		"duplicate_chain": "is called the same as one that is not answered itself", "settle": "waits for a word on whether it was meant", "overlap": "overlaps another accepted change", "edit": "does not fit the text", "held": "waits for a moderator"}[b.Why]
	if b.Number == 0 {
		return strings.TrimSpace(words + " " + b.Detail)
	}
	out := fmt.Sprintf("%s %d %s", cmp.Or(b.Kind, "comment"), b.Number, words)
	if b.Detail != "" {
		out += " (" + b.Detail + ")"
	}
	return out
}

// Gate lists everything that keeps the next version from becoming final. There is no override:
// deferred with a reason is the honest way out.
func Gate(r *Record) []Blocker {
	standing := Standing(r.Dispositions)
	out := []Blocker{}
	decide := func(id, kind string, number int) {
		block := func(why, detail string) {
			out = append(out, Blocker{Comment: id, Kind: kind, Number: number, Why: why, Detail: detail})
		}
		d, decided := standing[id]
		if !decided {
			block("undecided", "")
			return
		}
		if err := d.Check(); err != nil {
			block("incomplete", err.Error())
		}
		if other, ok := standing[d.To]; d.Code == DuplicateOf && (!ok || other.Code == DuplicateOf) {
			block("duplicate_chain", d.To)
		}
	}
	for i := range r.Comments {
		c := &r.Comments[i]
		block := func(why, detail string) {
			out = append(out, Blocker{Comment: c.ID, Number: c.Number, Why: why, Detail: detail})
		}
		if c.Removed != "" || c.Withdrawn {
			continue
		}
		if c.Held != "" {
			block("held", "")
		}
		if c.ReplyTo == "" { // a reply is answered with its thread
			decide(c.ID, "comment", c.Number)
		}
		for _, v := range c.Voices {
			if v.ConfirmedBy == "" {
				block("attribution", v.Label)
			}
		}
		for _, t := range c.Targets {
			if t.State == framework.NeedsHuman && c.ReplyTo == "" { // a reply stands where its thread does
				block("anchor", short(t.Said))
			}
		}
	}
	for i := range r.Amendments {
		a := &r.Amendments[i]
		if a.Comment != "" || a.Drafted || a.State == NotMeant {
			continue
		}
		block := func(why, detail string) {
			out = append(out, Blocker{Comment: a.ID, Kind: "amendment", Number: a.Number, Why: why, Detail: detail})
		}
		if a.Held != "" {
			block("held", "")
		}
		decide(a.ID, "amendment", a.Number)
		for _, v := range a.Voices {
			if v.ConfirmedBy == "" {
				block("attribution", v.Label)
			}
		}
	}
	return out
}
