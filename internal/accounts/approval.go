package accounts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"waymark/internal/fault"
)

// ApprovalState is where an approval stands.
type ApprovalState string

// The states of an approval, and who acts next.
const (
	Open      ApprovalState = "open"      // somebody of a second organisation decides
	Approved  ApprovalState = "approved"  // nobody: it has happened
	Declined  ApprovalState = "declined"  // nobody; it can be proposed anew
	Withdrawn ApprovalState = "withdrawn" // likewise
)

// Approval is an act that one person proposed and that happens only when a person of a second
// organisation agrees. It counts for exactly what it names: Content is the hash of it.
type Approval struct {
	ID      string        `json:"id"`
	Act     Act           `json:"act"`
	Object  string        `json:"object"` // kind and code: release/…
	Scope   Scope         `json:"scope"`
	Summary string        `json:"summary"` // what would happen, in one sentence, without personal data
	Content string        `json:"content"` // SHA-256 in hex of what would happen
	State   ApprovalState `json:"state"`
	// Claimants are organisations whose own claim this decides on; none of them decides.
	Claimants []string `json:"claimants,omitempty"`
	// Countries are those it speaks about, where they are more than the one of Scope; nobody decides
	// on their own.
	Countries []string `json:"countries,omitempty"`
	// Subject is the person it is about; they do not decide.
	Subject string `json:"subject,omitempty"`

	Proposed Signature   `json:"proposed"`
	Decided  *Signature  `json:"decided,omitempty"`
	Reply    *ReplyRight `json:"reply,omitempty"`
	Grant    *Grant      `json:"grant,omitempty"`   // carried out in the approving transaction
	Setting  *Setting    `json:"setting,omitempty"` // likewise
	From     Day         `json:"from,omitempty"`    // the day from which it holds, where that is a part of it
	// Attached is too long for this record: the store keeps it beside, in the same transaction, until
	// the decision, and carries it out with it. Its kinds are known to the store.
	Attached any   `json:"-"`
	Version  int64 `json:"-"`
}

// Signature is who proposed or decided, and why.
type Signature struct {
	Person       string `json:"person"`
	Organisation string `json:"organisation"`
	Role         Role   `json:"role"`
	At           int64  `json:"at"` // microseconds since 1970, UTC
	Reason       string `json:"reason,omitempty"`
}

// ReplyRight is the time a State has to reply to a rating before it is decided. Its text stands
// beside the figure. Silence never blocks: when the time is over, it is decided without.
type ReplyRight struct {
	Country string `json:"country"`
	Due     int64  `json:"due"` // microseconds since 1970, UTC
	// Setting is the version of the setting that gave the time.
	Setting int64      `json:"setting"`
	Text    string     `json:"text,omitempty"`
	Lang    string     `json:"lang,omitempty"` // language of the text
	By      *Signature `json:"by,omitempty"`
}

// Bench is what is true at the moment of a decision, read inside the transaction that decides.
type Bench struct {
	Principal     Principal
	Organisations map[string]Organisation
	Mandates      []Mandate
	Now           time.Time
}

func (b *Bench) sign(role Role, reason string) Signature {
	return Signature{Person: b.Principal.Person, Organisation: b.Principal.Organisation, Role: role, At: b.Now.UnixMicro(), Reason: reason}
}

// longestReason is how much may be written beside a decision, in bytes.
const longestReason = 2000

// Open checks a proposal and signs it: whoever proposes has the right to the act itself.
func (a *Approval) open(b *Bench, replyDays Setting, reason string) error {
	if !NeedsSecond(a.Act) {
		return fault.Newf(fault.Refused, "The act %q needs no second organisation.", a.Act).WithFix("Do it directly.")
	}
	role, err := b.Principal.May(proposing(a.Act, a.Scope, b.Principal.Organisation))
	if err != nil {
		return err
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	a.State, a.Decided, a.Reply = Open, nil, nil
	a.Proposed = b.sign(role, reason)
	if a.Act == CountryStatus {
		if a.Scope.Country == "" {
			return fault.New(fault.Refused, "A status names its country.", "Choose the country.")
		}
		a.Reply = &ReplyRight{Country: a.Scope.Country, Due: b.Now.Add(replyDays.days()).UnixMicro(), Setting: replyDays.Version}
	}
	return nil
}

func checkReason(reason string) error {
	if strings.TrimSpace(reason) == "" || len(reason) > longestReason {
		return fault.New(fault.Refused, "A reason is asked for, in at most 2,000 characters.", "Write in one sentence why.").WithKey("error.reason", nil)
	}
	return nil
}

// decide closes an approval. It is the rule of two organisations:
// the same person never decides, nor anybody of the same organisation or a part of it; nobody decides
// on their own claim, on their own country, or on a role of their own. Whoever runs the machine counts as an
// organisation for roles and settings only.
func (a *Approval) decide(b *Bench, yes bool, reason string) error {
	if a.State != Open {
		return fault.Newf(fault.Conflict, "This was %s already.", a.State).WithFix("Look at what was decided; propose it anew if it should change.").
			WithKey("error.decided", nil)
	}
	role, err := b.Principal.May(a.Act, a.Scope)
	if err != nil {
		return err
	}
	p := &b.Principal
	forbidden := func(key, text string) error {
		return fault.New(fault.Forbidden, text, "Somebody of another organisation with the right decides.").WithKey(key, nil)
	}
	on, own := DayOf(b.Now), b.Organisations[p.Organisation]
	isOwn := func(country string) bool {
		return country != "" && (own.IsOf(country) || SpeaksFor(b.Mandates, p.Person, country, on) || p.isFocalPointOf(country))
	}
	switch {
	case role == Operator && a.Act != GrantRole && a.Act != ChangeSetting:
		return forbidden("error.four_eyes", "Whoever runs the machine does not decide on what is said in public.")
	case p.Person == a.Proposed.Person:
		return forbidden("error.four_eyes", "Whoever proposed something does not decide on it.")
	case !Independent(b.Organisations, p.Organisation, a.Proposed.Organisation):
		return forbidden("error.four_eyes", "Somebody of the organisation that proposed something does not decide on it.")
	case a.Subject != "" && p.Person == a.Subject:
		return forbidden("error.own_claim", "Nobody decides on a role of their own.")
	case slices.ContainsFunc(a.Claimants, func(c string) bool { return !Independent(b.Organisations, p.Organisation, c) }):
		return forbidden("error.own_claim", "Nobody decides on the claim of their own organisation.")
	case isOwn(a.Scope.Country) || slices.ContainsFunc(a.Countries, isOwn):
		return forbidden("error.own_country", "Nobody decides on their own country.")
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	if yes && a.Reply != nil && a.Reply.By == nil && b.Now.UnixMicro() < a.Reply.Due {
		due := DayOf(time.UnixMicro(a.Reply.Due))
		return fault.Newf(fault.Conflict, "The State has until %s to reply, and has not yet.", due).
			WithFix("Decide when it has replied, or after that day.").WithKey("error.reply_open", map[string]any{"Day": string(due)})
	}
	s := b.sign(role, reason)
	a.Decided, a.State = &s, Declined
	if yes {
		a.State = Approved
	}
	return nil
}

func (p *Principal) isFocalPointOf(country string) bool {
	return slices.ContainsFunc(p.Grants, func(g Grant) bool { return g.Role == FocalPoint && g.Scope.Country == country })
}

// withdraw takes a proposal back: whoever proposed it, while it is open.
func (a *Approval) withdraw(b *Bench, reason string) error {
	switch {
	case a.State != Open:
		return fault.Newf(fault.Conflict, "This was %s already.", a.State).WithFix("Nothing is left to withdraw.").WithKey("error.decided", nil)
	case b.Principal.Person != a.Proposed.Person || a.Proposed.Person == "":
		return fault.New(fault.Forbidden, "Only whoever proposed something takes it back.", "Decline it instead, with the reason.").WithKey("error.forbidden", nil)
	}
	s := b.sign(a.Proposed.Role, reason)
	a.State, a.Decided = Withdrawn, &s
	return nil
}

// longestReply is how long a State's text may be, in bytes.
const longestReply = 20_000

// reply keeps what a State says to a rating of it. It may be said until the decision, and again: the
// last text counts, the trail knows of all.
func (a *Approval) reply(b *Bench, text, lang string) error {
	if a.Reply == nil {
		return fault.New(fault.Refused, "This asks no State for a reply.", "Write to whoever proposed it.")
	}
	if a.State != Open {
		return fault.Newf(fault.Conflict, "This was %s already.", a.State).WithFix("Ask for a new rating, and say why.").WithKey("error.decided", nil)
	}
	role, err := b.Principal.May(Reply, Scope{Country: a.Reply.Country})
	if err != nil {
		return err
	}
	if !SpeaksFor(b.Mandates, b.Principal.Person, a.Reply.Country, DayOf(b.Now)) {
		return fault.New(fault.Forbidden, fmt.Sprintf("You have no mandate to speak for %s.", a.Reply.Country), "Ask the administrator to enter the mandate.").WithKey("error.mandate", nil)
	}
	if text = strings.TrimSpace(text); text == "" || len(text) > longestReply {
		return fault.New(fault.Refused, "A reply has a text of at most 20,000 characters.", "Write it, or shorten it.")
	}
	s := b.sign(role, "")
	a.Reply.Text, a.Reply.Lang, a.Reply.By = text, lang, &s
	return nil
}

// Age is how long an approval has been waiting.
func (a *Approval) Age(now time.Time) time.Duration { return now.Sub(time.UnixMicro(a.Proposed.At)) }
