package sample

import (
	"context"
	"fmt"
	"strings"

	"waymark/internal/accounts"
)

// Password is that of every invented person. It protects nothing: it is shown on the site, which
// serves the machine it runs on alone.
const Password = "everything here is made up"

// Host is that of every invented address.
const Host = "waymark.example"

// Person is somebody who can be signed in as.
type Person struct {
	Email        string
	Name         string
	Role         accounts.Role
	Scope        accounts.Scope
	Organisation string
}

// The codes of the invented organisations.
const (
	secretariat = "sample-secretariat"
	office      = "sample-data-office"
	institute   = "sample-institute"
	helplines   = "sample-helplines"
	foundation  = "sample-foundation"
	telecom     = "sample-telecom"
	platforms   = "sample-platforms"
	council     = "sample-council"
	ministry    = "sample-ministry"
	youth       = "sample-youth"
)

// organisations are all that are registered. The names say what they are: invented.
var organisations = []accounts.Organisation{
	{Code: secretariat, Name: "Invented Secretariat", Kind: accounts.International},
	{Code: office, Name: "Invented Data Office", Kind: accounts.International},
	{Code: institute, Name: "Invented Institute for Child Rights Research", Kind: accounts.Academia},
	{Code: helplines, Name: "Invented Network of Helplines", Kind: accounts.NGO, Aliases: []string{"INH"}},
	{Code: foundation, Name: "Invented Foundation for Children Online", Kind: accounts.NGO, Countries: []string{"KEN", "TZA", "UGA"}},
	{Code: telecom, Name: "Invented Telecom Group", Kind: accounts.PrivateSector},
	{Code: platforms, Name: "Invented Platforms Alliance", Kind: accounts.PrivateSector},
	{Code: council, Name: "Invented Council of the Islands", Kind: accounts.RegionalBody},
	{Code: ministry, Name: "Invented Ministry of Communication", Kind: accounts.State, Countries: []string{"KEN"}},
	{Code: youth, Name: "Invented Youth Panel", Kind: accounts.NGO, Parent: foundation},
}

// People are one for each role, and a second where an act needs two organisations. The second
// administrator comes last: until then, the first roles count at once.
func People() []Person {
	everywhere := accounts.Scope{}
	var out []Person
	for _, p := range []struct {
		who, organisation string
		role              accounts.Role
		scope             accounts.Scope
	}{
		{"reader", institute, accounts.Reader, everywhere},
		{"contributor", helplines, accounts.Contributor, accounts.Scope{Organisation: helplines}},
		{"focal-point", ministry, accounts.FocalPoint, accounts.Scope{Country: "KEN"}},
		{"verifier", institute, accounts.Verifier, everywhere},
		{"second-verifier", office, accounts.Verifier, everywhere},
		{"steward", secretariat, accounts.Steward, everywhere},
		{"publisher", secretariat, accounts.Publisher, everywhere},
		{"second-publisher", office, accounts.Publisher, everywhere},
		{"moderator", secretariat, accounts.Moderator, everywhere},
		{"translator", council, accounts.Translator, everywhere},
		{"administrator", secretariat, accounts.Administrator, everywhere},
		{"second-administrator", office, accounts.Administrator, everywhere},
	} {
		name := "Invented " + strings.ReplaceAll(p.who, "-", " ")
		out = append(out, Person{Email: p.who + "@" + Host, Name: name, Role: p.role, Scope: p.scope, Organisation: p.organisation})
	}
	return out
}

// people registers the organisations and everybody, each with a password and an authenticator app.
func (m *maker) people(ctx context.Context) error {
	for _, o := range organisations {
		if err := m.People.SaveOrganisation(ctx, o, ""); err != nil {
			return err
		}
		if o.Code != platforms && o.Code != youth { // two that nobody has checked yet
			if err := m.People.VerifyOrganisation(ctx, o.Code, "an invented letter was looked at"); err != nil {
				return err
			}
		}
	}
	for _, p := range People() {
		if err := m.person(ctx, p); err != nil {
			return fmt.Errorf("%s: %w", p.Email, err)
		}
	}
	who, _, _ := strings.Cut(People()[2].Email, "@")
	_, err := m.People.Give(m.as(ctx, "administrator"), accounts.Mandate{
		Person: m.who[who].Person, Country: "KEN", From: accounts.DayOf(m.Clock.Now()), Basis: "an invented letter of an invented ministry",
	})
	return err
}

func (m *maker) person(ctx context.Context, p Person) error {
	m.Clock.step()
	made, link, err := m.People.Invite(ctx, accounts.Person{Name: p.Name, Email: p.Email, Organisation: p.Organisation, Language: "en"})
	if err != nil {
		return err
	}
	if _, _, err := m.People.GiveRole(ctx, accounts.Grant{Person: made.ID, Role: p.Role, Scope: p.Scope}, "one invented person for each role"); err != nil {
		return err
	}
	entry, err := m.People.TakeUp(ctx, link, p.Name, Password, true)
	if err != nil {
		return err
	}
	here, err := m.People.Present(ctx, entry.Secret)
	if err != nil {
		return err
	}
	own := accounts.Enter(ctx, here)
	key, _, err := m.People.BeginTOTP(own, entry.Secret)
	if err != nil {
		return err
	}
	code, err := accounts.TOTPCode(key, m.Clock.Now())
	if err != nil {
		return err
	}
	strong, _, err := m.People.ConfirmTOTP(own, entry.Secret, code)
	if err != nil {
		return err
	}
	if here, err = m.People.Present(ctx, strong.Secret); err != nil {
		return err
	}
	if err := m.People.SignOut(accounts.Enter(ctx, here), true); err != nil {
		return err
	}
	// While the data are made nobody has to show a code again: the clock runs through months.
	here.Session, here.Strong, here.SteppedUp = "", true, true
	who, _, _ := strings.Cut(p.Email, "@")
	m.who[who] = here
	return nil
}
