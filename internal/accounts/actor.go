// Package accounts is who acts and what they may do: organisations, people, mandates and roles; how
// somebody proves who they are; and the acts that one person never does alone.
//
// Everything that needs a right asks Require, and one table (require.go) answers. The package has no
// clock and no chance of its own: Service is given both.
package accounts

import "context"

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

// Principal is whoever is present: who they are, what they were given, and how surely we know.
type Principal struct {
	Actor
	// Grants are the roles that are in force now.
	Grants []Grant
	// Strong: a second factor was shown in this session.
	Strong bool
	// SteppedUp: and shown again within the last minutes.
	SteppedUp bool
	// Session is the id of the session; empty for a token and for the local operator.
	Session string
	// Token is the id of the API token they come with; empty: none.
	Token string
	// Round is the one consultation round that an e-mailed link opens; empty: not bound to one.
	Round string
}

// IsSignedIn tells whether anybody is there.
func (p *Principal) IsSignedIn() bool { return p.Person != "" }

type principalKey struct{}

// With returns a context in which a acts without any grants: the local operator, or a test.
func With(ctx context.Context, a Actor) context.Context { return Enter(ctx, Principal{Actor: a}) }

// Enter returns a context in which p acts.
func Enter(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// From gives who acts in this context; the zero Actor is nobody.
func From(ctx context.Context) Actor { return Present(ctx).Actor }

// Present gives who is present in this context; the zero Principal is nobody.
func Present(ctx context.Context) Principal {
	p, _ := ctx.Value(principalKey{}).(Principal)
	return p
}

// Again gives who is present with what is true now: their account, what they hold, and the token they
// came with, if any. The store asks for it inside the transactions that must not rest on older facts.
func (p Principal) Again(person Person, held []Grant, token *Token, on Day) Principal {
	if p.Role == Operator && p.Person == Local().Person {
		return p
	}
	p.Organisation = person.Organisation
	switch {
	case !person.MaySignIn():
		p.Grants = nil
	case p.Round != "": // given by the link, not by a role
	case token != nil:
		p.Grants = token.Narrow(InForce(held, on))
	default:
		p.Grants = InForce(held, on)
	}
	p.Role = roleNames(p.Grants)
	return p
}
