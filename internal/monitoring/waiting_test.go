package monitoring_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/monitoring"
	"waymark/internal/store/storetest"
)

// A list of somebody who is not the operator counts when somebody of another organisation, of no
// country in it, has looked at it.
func TestAListHandedOverWaitsForASecondOrganisation(t *testing.T) {
	s := newTaking(t, "memory")
	a, b := storetest.People(t, s.db)
	people := &accounts.Service{Store: s.db, Now: time.Now, Random: rand.Reader, Hasher: accounts.NewHasher(1)}
	s.Propose = people.Propose
	as := func(p accounts.Principal) context.Context { return accounts.Enter(context.Background(), p) }
	list := func(lines string) monitoring.Import {
		return monitoring.Import{Name: "list.csv", Data: []byte(columns + "\n" + lines), Source: "network"}
	}
	_, err := s.take("network", columns, "KEN,lanzarote,2020,no,,,,,first edition")
	must(t, err)
	_, err = s.take("rival", columns, "TZA,lanzarote,2021,no,,,,,")
	must(t, err)

	in := list("KEN,lanzarote,2020,yes,,,,,second edition\nTZA,lanzarote,2021,yes,,,,,\n")
	out, err := s.Import(as(a), in)
	must(t, err)
	if out.Waiting == nil || out.Batch != "" {
		t.Fatalf("not waiting: %+v", out)
	}
	check(t, "countries", len(out.Waiting.Countries), 2)
	check(t, "stored before the decision", s.stored(t), 2)
	_, err = s.Import(as(a), in)
	check(t, "the same list again", fault.KindOf(err), fault.Conflict)

	reader := accounts.Principal{Actor: accounts.Actor{Person: "r", Organisation: "c"}, Grants: []accounts.Grant{{Role: accounts.Reader}}}
	_, err = s.Waiting(as(reader), out.Waiting.ID)
	check(t, "a reader looks", fault.KindOf(err), fault.Forbidden)
	_, err = s.Import(as(reader), in)
	check(t, "a reader hands over", fault.KindOf(err), fault.Forbidden)
	seen, err := s.Waiting(as(b), out.Waiting.ID)
	must(t, err)
	check(t, "new", len(seen.New), 1)
	check(t, "changed", len(seen.Changed), 1)
	check(t, "was", seen.Changed[0].Old.Answer, monitoring.AnswerNo)
	check(t, "contradicts", len(seen.Conflicts), 1)

	_, err = people.Decide(as(b), out.Waiting.ID, true, "looked at both editions")
	must(t, err)
	check(t, "stored", s.stored(t), 3)
	past, err := s.db.History(storetest.Context(), seen.Changed[0].New.Key)
	must(t, err)
	check(t, "history", len(past), 2)
}

// A focal point hands over for their own country, and for no other.
func TestARightForOneCountryHandsOverThatCountryOnly(t *testing.T) {
	s := newTaking(t, "memory")
	a, _ := storetest.People(t, s.db)
	people := &accounts.Service{Store: s.db, Now: time.Now, Random: rand.Reader, Hasher: accounts.NewHasher(1)}
	s.Propose = people.Propose
	held, err := s.db.Grants(context.Background(), a.Person)
	must(t, err)
	a.Grants = nil
	for _, g := range held { // what is held, not what the session says, counts inside the transaction
		g.Scope = accounts.Scope{Country: "KEN"}
		if g.Role != accounts.Contributor {
			g.To = "2020-01-02"
		}
		must(t, s.db.SaveGrant(storetest.Context(), g, accounts.Change{Act: accounts.GrantRole, What: "narrowed"}))
		if g.Role == accounts.Contributor {
			a.Grants = append(a.Grants, g)
		}
	}
	for lines, want := range map[string]fault.Kind{
		"KEN,lanzarote,2020,no,,,,,\n":                             "",
		"TZA,lanzarote,2020,no,,,,,\n":                             fault.Forbidden,
		"KEN,lanzarote,2019,no,,,,,\nTZA,lanzarote,2019,no,,,,,\n": fault.Forbidden,
	} {
		_, err := s.Import(accounts.Enter(context.Background(), a), monitoring.Import{Name: "list.csv", Data: []byte(columns + "\n" + lines), Source: "network"})
		if got := fault.KindOf(err); err != nil && got != want || err == nil && want != "" {
			t.Errorf("%q: %v, want %q", lines, err, want)
		}
	}
}
