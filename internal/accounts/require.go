package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"waymark/internal/fault"
)

// Act is something that needs a right.
type Act string

// The acts. What each one changes or shows stands beside it; every one has a line in rules.
const (
	ImportEvidence Act = "import"     // observations of a source
	WithdrawBatch  Act = "withdraw"   // takes a batch back
	VerifyEvidence Act = "verify"     // says that evidence holds, or does not
	RegisterSource Act = "source"     // what a source is and feeds
	TrustSource    Act = "trust"      // how far a source is believed
	CountryStatus  Act = "status"     // a status of a country that no criterion computes
	Reply          Act = "reply"      // what a State says to a rating of it
	SaveFramework  Act = "framework"  // a version of a framework
	Adopt          Act = "adopt"      // a consulted version comes into force
	Consult        Act = "consult"    // rounds: opening, closing, answering comments
	Comment        Act = "comment"    // a comment in a round, for an organisation
	Moderate       Act = "moderate"   // what of a round is shown
	Quarantine     Act = "quarantine" // takes something out of sight at once
	Settle         Act = "settle"     // puts back what was withheld, or deletes it for good
	Translate      Act = "translate"
	CreateRelease  Act = "freeze"  // a set of figures, frozen
	Publish        Act = "publish" // a release becomes public

	ReadWork      Act = "work"         // the workspace
	ReadAudit     Act = "audit"        // the trail of all acts
	ReadPeople    Act = "people"       // who has an account
	ManagePeople  Act = "person"       // accounts: inviting, disabling, erasing
	GrantRole     Act = "role"         // gives a role
	EndRole       Act = "roleEnd"      // takes a role away
	ManageOrgs    Act = "organisation" // organisations, their parts and their verified mark
	GiveMandate   Act = "mandate"      // who speaks for whom
	ChangeSetting Act = "setting"      // a versioned setting
	ExportPerson  Act = "export"       // what is held about somebody else
	IssueToken    Act = "token"        // API tokens of one's own

	OwnAccount Act = "account" // one's own name, ways to sign in, sessions, data
	SignIn     Act = "signIn"  // begins a session
	SignOut    Act = "signOut" // ends sessions
	Accept     Act = "accept"  // takes an invitation up
	// Invent marks a new database as one of invented data: whoever runs the machine alone may.
	Invent Act = "invent"

	Propose Act = "propose" // opens an approval: its own act is asked for as well
	Decide  Act = "decide"  // closes one: likewise
)

// rule is what an act asks of whoever does it.
type rule struct {
	// roles give the right, each within its scope.
	roles []Role
	// self: everybody who is signed in may, about themselves.
	self bool
	// second: it happens only when a person of a second organisation approved it (approval.go).
	second bool
	// proposed is the act that whoever proposes it has the right to, where that is another than this
	// one: who supplies evidence does not judge it.
	proposed Act
	// stepUp: whoever does it has just shown their second factor again.
	stepUp bool
	// plain: a second factor is not asked for.
	plain bool
}

// rules is the one table of who may do what. An act without a line is refused to everybody.
var rules = map[Act]rule{
	ImportEvidence: {roles: []Role{Contributor, FocalPoint, Steward}},
	WithdrawBatch:  {roles: []Role{Contributor, FocalPoint, Steward}},
	VerifyEvidence: {roles: []Role{Verifier}, second: true, proposed: ImportEvidence},
	RegisterSource: {roles: []Role{Steward}},
	TrustSource:    {roles: []Role{Steward, Verifier}, second: true},
	CountryStatus:  {roles: []Role{Verifier}, second: true},
	Reply:          {roles: []Role{FocalPoint}},
	SaveFramework:  {roles: []Role{Steward}},
	Adopt:          {roles: []Role{Publisher}, second: true, stepUp: true},
	Consult:        {roles: []Role{Steward}},
	Comment:        {roles: []Role{Contributor, FocalPoint}, plain: true},
	Moderate:       {roles: []Role{Moderator}},
	Quarantine:     {roles: []Role{Moderator, Steward, Verifier, Publisher, Administrator}},
	Settle:         {roles: []Role{Moderator, Administrator}, second: true, stepUp: true},
	Translate:      {roles: []Role{Translator}},
	CreateRelease:  {roles: []Role{Publisher}},
	Publish:        {roles: []Role{Publisher}, second: true, stepUp: true},

	ReadWork:      {roles: Roles(), plain: true},
	ReadAudit:     {roles: []Role{Verifier, Steward, Publisher, Administrator}},
	ReadPeople:    {roles: []Role{Administrator}},
	ManagePeople:  {roles: []Role{Administrator}, stepUp: true},
	GrantRole:     {roles: []Role{Administrator}, second: true, stepUp: true},
	EndRole:       {roles: []Role{Administrator}, stepUp: true},
	ManageOrgs:    {roles: []Role{Administrator}},
	GiveMandate:   {roles: []Role{Administrator}, stepUp: true},
	ChangeSetting: {roles: []Role{Administrator}, second: true, stepUp: true},
	ExportPerson:  {roles: []Role{Administrator}, stepUp: true},
	IssueToken:    {roles: []Role{Contributor, FocalPoint, Steward, Verifier, Publisher}, stepUp: true},

	Invent: {}, // the operator

	OwnAccount: {self: true, plain: true},
	SignIn:     {self: true, plain: true},
	SignOut:    {self: true, plain: true},
	Accept:     {self: true, plain: true},
	Propose:    {self: true},
	Decide:     {self: true},
}

// NeedsSecond tells whether an act happens only with the approval of a second organisation.
func NeedsSecond(act Act) bool { return rules[act].second }

// proposing gives what somebody needs a right to who proposes an act for their organisation.
func proposing(act Act, scope Scope, organisation string) (Act, Scope) {
	if first := rules[act].proposed; first != "" {
		scope.Organisation = organisation
		return first, scope
	}
	return act, scope
}

// MayRole tells whether a role gives an act at all, whatever the scope: for menus and for the matrix.
func MayRole(r Role, act Act) bool {
	return r == Operator || slices.Contains(rules[act].roles, r) || rules[act].self && r != Nobody
}

// ErrStepUp is in the chain of the fault that asks for the second factor once more.
var ErrStepUp = errors.New("second factor asked for again")

// ErrSecondFactor is in the chain of the fault that asks for a second factor to be set up or shown.
var ErrSecondFactor = errors.New("second factor needed")

// Require is the only way to ask whether whoever is present in ctx may do act within scope. It refuses with
// SignIn when nobody is signed in and with Forbidden when somebody without the right is; ErrStepUp or
// ErrSecondFactor is in the chain where the right is there and the proof is not.
//
// An act that needs a second organisation is thereby allowed to be proposed or approved, not done.
func Require(ctx context.Context, act Act, scope Scope) error {
	_, err := Acting(ctx, act, scope)
	return err
}

// Acting is Require, and gives a context in which the act is done in the role that allows it: the
// trail then names that role.
func Acting(ctx context.Context, act Act, scope Scope) (context.Context, error) {
	p := Present(ctx)
	role, err := p.May(act, scope)
	if err != nil {
		return nil, err
	}
	p.Role = role
	return Enter(ctx, p), nil
}

// Somewhere asks whether p may do act in any scope at all: for pages that show to each what is theirs.
func (p *Principal) Somewhere(act Act) error {
	_, err := p.May(act, Scope{})
	for _, g := range p.Grants {
		if err == nil {
			break
		}
		_, err = p.May(act, g.Scope)
	}
	return err
}

// May gives the role in which p may do act within scope, or why not. It is pure: the store asks it
// again inside the transaction that approves, with what is true there.
func (p *Principal) May(act Act, scope Scope) (Role, error) {
	if !p.IsSignedIn() {
		return "", fault.Newf(fault.SignIn, "%s: nobody is signed in.", act).
			WithFix("Sign in, or do this on the machine that runs the service, with the waymark command.").WithKey("error.signIn", nil)
	}
	if p.Role == Operator && p.Person == Local().Person {
		return Operator, nil
	}
	r := rules[act]
	role, ok := p.Role, r.self
	for _, g := range p.Grants {
		if slices.Contains(r.roles, g.Role) && g.Scope.Covers(scope) {
			role, ok = g.Role, true
			break
		}
	}
	if p.Round != "" && scope.Round != p.Round && !r.self {
		ok = false // a link for one round opens nothing else
	}
	switch {
	case !ok:
		return "", fault.New(fault.Forbidden, fmt.Sprintf("%s: none of your roles gives this right for %s.", act, scope),
			"Ask the administrator of this service for the right.").WithKey("error.forbidden", nil)
	case !p.Strong && !r.plain:
		return "", &fault.Error{Kind: fault.Forbidden, Text: "Whoever changes something here shows a second factor.", Cause: ErrSecondFactor,
			Fix: "Set up an authenticator app under My account, and sign in with it.", Key: "error.second_factor"}
	case r.stepUp && !p.SteppedUp:
		return "", &fault.Error{Kind: fault.SignIn, Text: "This needs your second factor once more.", Cause: ErrStepUp,
			Fix: "Show it again, then repeat what you did; nothing was changed.", Key: "error.step_up"}
	}
	return role, nil
}
