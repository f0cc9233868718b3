// Package accounts is who acts and what they may do. Until people sign in there is one local actor,
// whoever runs the program on its machine; every act already asks Require, so that roles can be added
// without touching a caller.
package accounts

import (
	"context"

	"waymark/internal/fault"
)

// Role is a set of acts a person may do.
type Role string

// The roles. None includes another (TRUST.md section 9).
const (
	Operator Role = "operator" // runs the program on its machine: first start, command line
	Nobody   Role = ""         // not signed in: reads what is public
)

// Actor is who does something, as the audit trail names them. Codes only: personal data never
// enter the trail.
type Actor struct {
	Person       string `json:"person"`
	Organisation string `json:"organisation"`
	Role         Role   `json:"role"`
	Request      string `json:"request,omitempty"` // id that ties the rows of one request together
}

// Local is whoever runs a command on the machine itself.
func Local() Actor { return Actor{Person: "local", Organisation: "operator", Role: Operator} }

// Act is something that needs a right.
type Act string

// The acts. What each one changes stands beside it.
const (
	ImportEvidence Act = "import"    // observations of a source
	WithdrawBatch  Act = "withdraw"  // takes a batch back
	RegisterSource Act = "source"    // what a source is and feeds
	SaveFramework  Act = "framework" // a version of a framework
)

// Scope is what an act is about; empty fields mean all of them.
type Scope struct{ Country, Organisation, Framework string }

type actorKey struct{}

// With returns a context in which a acts.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, actorKey{}, a) }

// From gives who acts in this context; the zero Actor is nobody.
func From(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}

// Require is the only way to ask whether the actor of ctx may do act within scope. It refuses with
// SignIn when nobody is signed in and with Forbidden when somebody without the right is.
func Require(ctx context.Context, act Act, _ Scope) error {
	switch a := From(ctx); a.Role {
	case Operator:
		return nil
	case Nobody:
		return fault.Newf(fault.SignIn, "%s: nobody is signed in", act).WithFix("Do this on the machine that runs the service, with the waymark command.")
	default:
		return fault.Newf(fault.Forbidden, "%s: the role %q does not give this right", act, a.Role).WithFix("Ask the administrator of this service for the right.")
	}
}
