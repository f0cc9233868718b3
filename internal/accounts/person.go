package accounts

import (
	"fmt"
	"net/mail"
	"strings"

	"golang.org/x/text/unicode/norm"

	"waymark/internal/fault"
)

// PersonState is where an account stands.
type PersonState string

// The states of an account, and who acts next.
const (
	Invited  PersonState = "invited"  // the person: takes the invitation up
	Active   PersonState = "active"   // nobody
	Guest    PersonState = "guest"    // comments through an e-mailed link, without an account of their own
	Disabled PersonState = "disabled" // an administrator may enable it again
	Erased   PersonState = "erased"   // nobody: nothing is known of the person any more
)

// Person is somebody with an account. All of it is personal data: the trail knows the id alone and
// a salted commitment to the rest, and erasing takes both away (TRUST.md section 10).
type Person struct {
	ID           string      `json:"id"`
	Name         string      `json:"name"`
	Email        string      `json:"email"` // folded: small letters, one form
	Language     string      `json:"language,omitempty"`
	Organisation string      `json:"organisation"` // whom they act for, and count as where two are needed
	State        PersonState `json:"state"`
	// Adult is the day on which they confirmed to be 18 or older; there are no accounts for others.
	Adult    Day      `json:"adult,omitempty"`
	Created  int64    `json:"created"`            // microseconds since 1970, UTC
	Password string   `json:"password,omitempty"` // Argon2id; empty: none was set
	TOTP     string   `json:"totp,omitempty"`     // the secret, base32; empty: not set up
	Recovery []string `json:"recovery,omitempty"` // SHA-256 of the codes not used yet, in hex
	// Passkeys are keys on devices of theirs, each both factors at once.
	Passkeys []Passkey `json:"passkeys,omitempty"`
	Version  int64     `json:"-"`
}

// HasSecond tells whether a second factor is set up.
func (p *Person) HasSecond() bool { return p.TOTP != "" || len(p.Passkeys) > 0 }

// MaySignIn tells whether the account is open.
func (p *Person) MaySignIn() bool { return p.State == Active || p.State == Guest }

// Check refuses a person that breaks a rule.
func (p *Person) Check() error {
	if p.State == Erased {
		return nil
	}
	switch name := strings.TrimSpace(p.Name); {
	case name == "" || len(name) > 200:
		return fault.New(fault.Refused, "A person has a name of at most 200 characters.", "Write the name they are known by at work.")
	case p.Organisation == "":
		return fault.New(fault.Refused, "A person acts for an organisation.", "Choose it; register it first if it is not in the list.")
	}
	email, err := FoldEmail(p.Email)
	if err == nil && email != p.Email {
		err = fmt.Errorf("person %s: the address was not folded", p.ID)
	}
	return err
}

// FoldEmail gives the one form under which an address is kept and looked for.
func FoldEmail(s string) (string, error) {
	s = strings.ToLower(norm.NFKC.String(strings.TrimSpace(s)))
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || strings.ContainsAny(s, " \t\r\n\"") {
		return "", fault.New(fault.Refused, "This e-mail address cannot be read.", "Write it as name@example.org.").WithKey("error.email", nil)
	}
	return s, nil
}
