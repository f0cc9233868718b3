package store_test

import (
	"context"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/monitoring"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// court is a service with people of several organisations who hold every role.
type court struct {
	*accounts.Service
	t  *testing.T
	db *store.DB
	p  map[string]accounts.Principal
}

func as(p accounts.Principal) context.Context { return accounts.Enter(context.Background(), p) }

// hold makes a person of an organisation with every role everywhere but that of a focal point.
func (c *court) hold(name, organisation string) accounts.Principal {
	c.t.Helper()
	change := accounts.Change{Act: accounts.ManagePeople, What: "tested"}
	must(c.t, c.db.SavePerson(storetest.Context(), accounts.Person{ID: name, Name: name, Email: name + "@example.org", Organisation: organisation, State: accounts.Active}, change))
	who := accounts.Principal{Actor: accounts.Actor{Person: name, Organisation: organisation}, Strong: true, SteppedUp: true}
	for _, r := range accounts.Roles() {
		if r == accounts.FocalPoint {
			continue
		}
		g := accounts.Grant{ID: name + "-" + string(r), Person: name, Role: r, From: "2020-01-01"}
		must(c.t, c.db.SaveGrant(storetest.Context(), g, change))
		g.Version = 1
		who.Grants = append(who.Grants, g)
	}
	c.p[name] = who
	return who
}

func convene(t *testing.T, engine string) *court {
	t.Helper()
	db := storetest.Open(t, engine, store.Options{}).DB
	c := &court{Service: &accounts.Service{Store: db, Now: time.Now, Random: rand.Reader, Hasher: accounts.NewHasher(1)}, t: t, db: db, p: map[string]accounts.Principal{}}
	storetest.Seed(t, db)
	for _, o := range []accounts.Organisation{
		{Code: "one", Name: "One", Kind: accounts.NGO}, {Code: "one-part", Name: "A part of one", Kind: accounts.NGO, Parent: "one"},
		{Code: "one-other", Name: "Another part of one", Kind: accounts.NGO, Parent: "one"}, {Code: "two", Name: "Two", Kind: accounts.NGO},
		{Code: "kenya", Name: "Ministry", Kind: accounts.State, Countries: []string{"KEN"}}, {Code: "claims", Name: "Claims", Kind: accounts.NGO},
	} {
		must(t, db.SaveOrganisation(storetest.Context(), o, accounts.Change{Act: accounts.ManageOrgs, What: "tested"}))
	}
	for name, organisation := range map[string]string{"proposer": "one-part", "colleague": "one-part", "parent": "one", "sister": "one-other",
		"subject": "two", "second": "two", "third": "two", "ministry": "kenya", "claimant": "claims", "envoy": "two"} {
		c.hold(name, organisation)
	}
	must(t, db.SaveMandate(storetest.Context(), accounts.Mandate{ID: "m", Person: "envoy", Country: "KEN", From: "2020-01-01", Basis: "note verbale"}, accounts.Change{Act: accounts.GiveMandate, What: "tested"}))
	return c
}

// cases are one proposal of every act that needs a second organisation.
func (c *court) cases() []accounts.Approval {
	grant := accounts.Grant{ID: "new", Person: "subject", Role: accounts.Publisher, From: "2026-01-01"}
	setting := accounts.Setting{Name: accounts.ReplyDays, Value: "45", Version: 1}
	rows := []monitoring.Observation{storetest.Row("I1", "KEN", 2020, "1")}
	hash := func(v any) string { h, err := accounts.ContentHash(v); must(c.t, err); return h }
	return []accounts.Approval{
		{Act: accounts.GrantRole, Object: "grant/new", Subject: "subject", Grant: &grant, Content: hash(grant)},
		{Act: accounts.ChangeSetting, Object: "setting/" + accounts.ReplyDays, Setting: &setting, Content: hash(setting)},
		{Act: accounts.VerifyEvidence, Object: "list/l", Countries: []string{"KEN"}, Content: hash(rows),
			Attached: &monitoring.ProposedBatch{Batch: monitoring.Batch{ID: "l", Source: "list"}, Rows: rows}},
		{Act: accounts.TrustSource, Object: "source/x", Claimants: []string{"claims"}, Content: "c"},
		{Act: accounts.Adopt, Object: "round/1", Content: "c"},
	}
}

// Promise 12: every way around the second person of another organisation, for every act that needs
// one, on each engine. All are refused, nothing has happened, and then the second organisation agrees.
func TestNothingGoesAroundTheSecondOrganisation(t *testing.T) {
	for _, engine := range []string{"memory", "sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			c := convene(t, engine)
			tried := 0
			for _, want := range c.cases() {
				want.Summary = "tested"
				a, err := c.Propose(as(c.p["proposer"]), want, "for the test")
				must(t, err)
				head := version(t, c.db)
				refuse := func(how string, who accounts.Principal) {
					t.Helper()
					tried++
					if _, err := c.Decide(as(who), a.ID, true, "agreed"); err == nil {
						t.Errorf("%s: approved by %s", want.Act, how)
					}
				}
				with := func(name string, change func(*accounts.Principal)) accounts.Principal {
					p := c.p[name]
					change(&p)
					return p
				}
				for _, name := range []string{"proposer", "colleague", "parent", "sister"} {
					refuse(name, c.p[name])
				}
				refuse("nobody", accounts.Principal{})
				refuse("a token", with("second", func(p *accounts.Principal) { p.Token = "t" }))
				refuse("somebody without a second factor", with("second", func(p *accounts.Principal) { p.Strong = false }))
				refuse("the proposer under another organisation's name", with("proposer", func(p *accounts.Principal) { p.Organisation = "two" }))
				refuse("a colleague under another organisation's name", with("colleague", func(p *accounts.Principal) { p.Organisation = "two" }))
				refuse("a person nobody knows", with("second", func(p *accounts.Principal) { p.Person = "forged" }))
				if want.Act != accounts.GrantRole && want.Act != accounts.ChangeSetting {
					refuse("whoever runs the machine", accounts.Principal{Actor: accounts.Local()})
				}
				if want.Subject != "" {
					refuse("the person it is about", c.p["subject"])
				}
				if want.Countries != nil {
					refuse("a body of the country", c.p["ministry"])
					refuse("whoever has a mandate for the country", c.p["envoy"])
				}
				if want.Claimants != nil {
					refuse("the claimant", c.p["claimant"])
				}
				if _, err := c.Propose(as(c.p["second"]), want, "mine now"); !fault.Is(err, fault.Conflict) {
					t.Errorf("%s: proposed twice: %v", want.Act, err)
				}
				if _, yes, err := c.IsApproved(context.Background(), want.Act, want.Object, want.Content); yes || err != nil {
					t.Errorf("%s: counts as approved: %v", want.Act, err)
				}
				if now := version(t, c.db); now != head {
					t.Errorf("%s: what was refused left %d rows in the trail", want.Act, now-head)
				}
				if want.Act == accounts.ChangeSetting || want.Act == accounts.TrustSource { // two agree at the same moment
					var wg sync.WaitGroup
					results := make([]error, 20)
					for i := range results {
						wg.Go(func() { _, results[i] = c.Decide(as(c.p[[]string{"second", "third"}[i%2]]), a.ID, true, "agreed") })
					}
					wg.Wait()
					won := 0
					for _, err := range results {
						if err == nil {
							won++
						} else if !fault.Is(err, fault.Conflict) {
							t.Error(err)
						}
					}
					if won != 1 {
						t.Errorf("%s: %d approvals counted", want.Act, won)
					}
				} else if _, err := c.Decide(as(c.p["third"]), a.ID, true, "agreed"); err != nil {
					t.Errorf("%s: the second organisation is refused: %v", want.Act, err)
				}
				if _, yes, err := c.IsApproved(context.Background(), want.Act, want.Object, want.Content); !yes || err != nil {
					t.Errorf("%s: does not count as approved: %v", want.Act, err)
				}
				if _, yes, _ := c.IsApproved(context.Background(), want.Act, want.Object, want.Content+"0"); yes {
					t.Errorf("%s: counts for another content", want.Act)
				}
			}
			if s, err := c.Store.Setting(context.Background(), accounts.ReplyDays); err != nil || s.Version != 1 || s.Value != "45" {
				t.Errorf("the setting is %+v, %v", s, err)
			}
			t.Logf("%d ways around tried, all refused", tried)
		})
	}
}

// Who lost the right, or the account, after they came in decides on nothing: both are read again in
// the transaction that approves. What is carried out is exactly what was proposed.
func TestARightThatEndedMeanwhileApprovesNothing(t *testing.T) {
	for _, engine := range []string{"memory", "sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			c := convene(t, engine)
			a, err := c.Propose(as(c.p["proposer"]), accounts.Approval{Act: accounts.TrustSource, Object: "source/x", Summary: "tested", Content: "c"}, "for the test")
			must(t, err)
			change := accounts.Change{Act: accounts.EndRole, What: "tested"}
			for _, g := range c.p["second"].Grants {
				g.To = "2021-01-01"
				must(t, c.db.SaveGrant(storetest.Context(), g, change))
			}
			third, err := c.Store.Person(context.Background(), "third")
			must(t, err)
			third.State = accounts.Disabled
			must(t, c.db.SavePerson(storetest.Context(), third, change))
			subject, err := c.Store.Person(context.Background(), "subject")
			must(t, err)
			subject.Organisation = "one"
			must(t, c.db.SavePerson(storetest.Context(), subject, change))
			for name, why := range map[string]string{"second": "whose roles ended", "third": "whose account was closed", "subject": "who moved to the proposer's organisation"} {
				if _, err := c.Decide(as(c.p[name]), a.ID, true, "agreed"); !fault.Is(err, fault.Forbidden) {
					t.Errorf("approved by somebody %s: %v", why, err)
				}
			}
			grant := accounts.Grant{ID: "forged", Person: "subject", Role: accounts.Administrator, From: "2026-01-01"}
			a, err = c.Propose(as(c.p["proposer"]), accounts.Approval{Act: accounts.GrantRole, Object: "grant/forged", Summary: "a reader", Content: "c", Grant: &grant}, "another content than it names")
			must(t, err)
			if _, err := c.Decide(as(c.p["envoy"]), a.ID, true, "agreed"); !fault.Is(err, fault.Conflict) {
				t.Errorf("a role whose hash is another was given: %v", err)
			}
			if held, err := c.Store.Grants(context.Background(), "subject"); err != nil || len(held) != len(c.p["subject"].Grants) {
				t.Errorf("%d roles, %v", len(held), err)
			}
		})
	}
}

func version(t *testing.T, db *store.DB) int64 {
	t.Helper()
	v, err := db.DataVersion(context.Background())
	must(t, err)
	return v
}
