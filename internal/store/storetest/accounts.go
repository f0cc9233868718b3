package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/publication"
	"waymark/internal/store"
)

// change is what an act of a test is noted as.
var change = accounts.Change{Act: accounts.ManagePeople, What: "tested", Reason: "because"}

// People registers the organisations "a" and "b" and one active person of each, with every role.
func People(t testing.TB, db *store.DB) (a, b accounts.Principal) {
	t.Helper()
	as := func(org string) accounts.Principal {
		ok(t, db.SaveOrganisation(Context(), accounts.Organisation{Code: org, Name: "Organisation " + org, Kind: accounts.NGO}, change))
		p := accounts.Person{ID: "person-" + org, Name: "Person ünï " + org, Email: org + "@example.org", Organisation: org, State: accounts.Active}
		ok(t, db.SavePerson(Context(), p, change))
		who := accounts.Principal{Actor: accounts.Actor{Person: p.ID, Organisation: org}, Strong: true, SteppedUp: true}
		for _, r := range accounts.Roles() {
			g := accounts.Grant{ID: "grant-" + org + string(r), Person: p.ID, Role: r, From: "2020-01-01"}
			ok(t, db.SaveGrant(Context(), g, change))
			who.Grants = append(who.Grants, g)
		}
		return who
	}
	return as("a"), as("b")
}

func organisations(t *testing.T, db *store.DB) {
	o := accounts.Organisation{Code: "itu", Name: "الاتحاد الدولي", Kind: accounts.International, Aliases: []string{"ITU"}, Countries: []string{"KEN"},
		Memberships: []accounts.Membership{{Coalition: "we-protect", From: "2020-01-01"}}}
	ok(t, db.SaveOrganisation(Context(), o, change))
	got, err := db.Organisation(Context(), "itu")
	ok(t, err)
	o.Version = 1
	equal(t, got, o)
	refused(t, db.SaveOrganisation(Context(), accounts.Organisation{Code: "itu"}, change), fault.Conflict)
	got.Name = "ITU"
	ok(t, db.SaveOrganisation(Context(), got, change))
	unchanged(t, db, func() { refused(t, db.SaveOrganisation(Context(), got, change), fault.Stale) })
	_, err = db.Organisation(Context(), "none")
	refused(t, err, fault.NotFound)
	refused(t, db.SaveOrganisation(Context(), accounts.Organisation{Code: "nul\x00"}, change), fault.Refused)
	refused(t, db.SaveOrganisation(context.Background(), accounts.Organisation{Code: "x"}, change), fault.SignIn)
}

func people(t *testing.T, db *store.DB) {
	a, _ := People(t, db)
	p, err := db.PersonByEmail(Context(), "a@example.org")
	ok(t, err)
	if p.ID != a.Person || p.Version != 1 {
		t.Errorf("%+v", p)
	}
	_, err = db.PersonByEmail(Context(), "nobody@example.org")
	refused(t, err, fault.NotFound)
	refused(t, db.SavePerson(Context(), accounts.Person{ID: "other", Email: "a@example.org", State: accounts.Invited}, change), fault.Conflict)
	grants, err := db.Grants(Context(), a.Person)
	ok(t, err)
	all, err := db.Grants(Context(), "")
	ok(t, err)
	if len(grants) != len(accounts.Roles()) || len(all) != 2*len(grants) {
		t.Errorf("%d of %d roles", len(grants), len(all))
	}
	// The trail holds nothing of a person that could be found out by trying.
	rows, err := db.AuditRows(Context(), 0, 1000)
	ok(t, err)
	for _, r := range rows {
		if strings.Contains(fmt.Sprint(r), "ünï") || strings.Contains(fmt.Sprint(r), "@example") {
			t.Errorf("the trail names a person: %+v", r)
		}
	}
	ok(t, db.SaveToken(Context(), accounts.Token{ID: "t", Person: p.ID, Name: "secret name"}, change))
	ok(t, db.StartSession(Context(), accounts.Session{ID: "s", Person: p.ID, Created: time.Now().UnixMicro()}, ""))
	ok(t, db.ErasePerson(Context(), p.ID, change))
	unchanged(t, db, func() { ok(t, db.ErasePerson(Context(), p.ID, change)) })
	p, err = db.Person(Context(), p.ID)
	ok(t, err)
	equal(t, p, accounts.Person{ID: a.Person, Organisation: "a", State: accounts.Erased, Version: 2})
	_, err = db.Session(Context(), "s")
	refused(t, err, fault.NotFound)
	token, err := db.Token(Context(), "t")
	ok(t, err)
	if token.Name != "" || token.Revoked == 0 {
		t.Errorf("%+v", token)
	}
	ok(t, db.SavePerson(Context(), accounts.Person{ID: "other", Email: "a@example.org", State: accounts.Invited}, change)) // the address is free again
}

func links(t *testing.T, db *store.DB) {
	a, _ := People(t, db)
	l := accounts.Link{Hash: "h", Kind: accounts.InviteLink, Person: a.Person, Expires: 1}
	ok(t, db.SaveLink(Context(), l, change))
	l, err := db.Link(Context(), "h")
	ok(t, err)
	p, err := db.Person(Context(), a.Person)
	ok(t, err)
	l.Used, p.Name = 5, "New name"
	stale := p
	stale.Version = 7
	unchanged(t, db, func() { refused(t, db.UseLink(Context(), l, stale, change), fault.Stale) }) // both or neither
	ok(t, db.UseLink(Context(), l, p, change))
	refused(t, db.UseLink(Context(), l, p, change), fault.NotFound)
	m := accounts.Mandate{ID: "m", Person: a.Person, Country: "KEN", From: "2026-01-01", Basis: "letter"}
	ok(t, db.SaveMandate(Context(), m, change))
	got, err := db.Mandates(Context(), a.Person)
	ok(t, err)
	m.Version = 1
	equal(t, got, []accounts.Mandate{m})
}

func sessions(t *testing.T, db *store.DB) {
	a, _ := People(t, db)
	now := time.Now().UnixMicro()
	s := accounts.Session{ID: "one", Person: a.Person, Half: true, Created: now, Seen: now, Pending: "p"}
	unchanged(t, db, func() {
		ok(t, db.StartSession(Context(), s, ""))
		s.Seen, s.Pending = now+1, "q"
		ok(t, db.KeepSession(Context(), s))
		got, err := db.Session(Context(), "one")
		ok(t, err)
		equal(t, got, s)
	})
	whole := accounts.Session{ID: "two", Person: a.Person, Strong: true, Created: now, Seen: now, SteppedUp: now}
	ok(t, db.StartSession(Context(), whole, "one"))
	rows, err := db.Trail(Context(), accounts.TrailQuery{Act: accounts.SignIn})
	ok(t, err)
	if len(rows) != 1 || rows[0].Object != "session" {
		t.Errorf("the beginning of a session in the trail: %+v", rows)
	}
	list, err := db.Sessions(Context(), a.Person)
	ok(t, err)
	equal(t, list, []accounts.Session{whole})
	unchanged(t, db, func() { ok(t, db.EndSessions(Context(), "person-b", "two")) }) // of another person: nothing
	ok(t, db.StartSession(Context(), accounts.Session{ID: "old", Person: a.Person, Created: 1, Seen: 1}, ""))
	ok(t, db.StartSession(Context(), accounts.Session{ID: "three", Person: a.Person, Created: now + 1, Seen: now}, ""))
	if list, _ = db.Sessions(Context(), a.Person); len(list) != 2 { // two and three; what is old went
		t.Errorf("%+v", list)
	}
	ok(t, db.EndSessions(Context(), a.Person, ""))
	if list, _ = db.Sessions(Context(), a.Person); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

func bookkeeping(t *testing.T, db *store.DB) {
	unchanged(t, db, func() {
		for _, c := range []struct {
			step  int64
			fresh bool
		}{{5, true}, {5, false}, {4, false}, {6, true}} {
			got, err := db.SpendStep(Context(), "totp x", c.step)
			ok(t, err)
			if got != c.fresh {
				t.Errorf("step %d: %v", c.step, got)
			}
		}
		pace := accounts.Pace{Burst: 3, Every: time.Hour}
		waits := make(chan time.Duration, 10)
		for range 10 { // at the same moment
			go func() {
				wait, err := db.Take(Context(), "key", pace)
				if err != nil {
					t.Error(err)
				}
				waits <- wait
			}()
		}
		free := 0
		for range 10 {
			if w := <-waits; w == 0 {
				free++
			} else if w > time.Hour {
				t.Errorf("told to wait %s", w)
			}
		}
		if free != 3 {
			t.Errorf("%d of 10 attempts were let through, want 3", free)
		}
	})
}

func approvals(t *testing.T, db *store.DB) {
	a, b := People(t, db)
	people := &accounts.Service{Store: db, Now: time.Now, Random: random{}, Hasher: accounts.NewHasher(1)}
	as := func(p accounts.Principal) context.Context { return accounts.Enter(context.Background(), p) }
	_, waiting, err := people.GiveRole(as(a), accounts.Grant{Person: b.Person, Role: accounts.Translator, Scope: accounts.Scope{Framework: "f"}}, "translates")
	ok(t, err)
	// The right that was taken away a moment ago does not decide, whatever the session still says.
	g, err := db.Grants(Context(), b.Person)
	ok(t, err)
	for _, x := range g {
		if x.Role == accounts.Administrator {
			x.To = "2020-01-02"
			ok(t, db.SaveGrant(Context(), x, change))
		}
	}
	_, err = people.Decide(as(b), waiting.ID, true, "yes")
	refused(t, err, fault.Forbidden)
	setting, err := people.Change(as(a), accounts.ReplyDays, "40", "asked for")
	ok(t, err)
	third := accounts.Person{ID: "person-c", Name: "C", Email: "c@example.org", Organisation: "b", State: accounts.Active}
	ok(t, db.SavePerson(Context(), third, change))
	admin := accounts.Grant{ID: "grant-c", Person: third.ID, Role: accounts.Administrator, From: "2020-01-01"}
	ok(t, db.SaveGrant(Context(), admin, change))
	c := accounts.Principal{Actor: accounts.Actor{Person: third.ID, Organisation: "b"}, Grants: []accounts.Grant{admin}, Strong: true, SteppedUp: true}
	before := version(t, db)
	_, err = people.Decide(as(c), waiting.ID, true, "yes")
	ok(t, err)
	if after := version(t, db); after != before+2 {
		t.Errorf("approval and role left %d rows in the trail, want 2", after-before)
	}
	_, err = people.Decide(as(c), setting.ID, true, "yes")
	ok(t, err)
	s, err := db.Setting(Context(), accounts.ReplyDays)
	ok(t, err)
	if s.Value != "40" || s.Version != 1 {
		t.Errorf("%+v", s)
	}
	open, err := db.Approvals(Context(), accounts.Open)
	ok(t, err)
	all, err := db.Approvals(Context(), "")
	ok(t, err)
	if len(open) != 0 || len(all) != 2 {
		t.Errorf("%d open of %d", len(open), len(all))
	}
}

// random is bytes that differ each time, for ids of tests.
type random struct{}

func (random) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(time.Now().UnixNano() >> (i % 8))
	}
	return len(b), nil
}

func sha(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func releases(t *testing.T, db *store.DB) {
	a, b := People(t, db)
	people := &accounts.Service{Store: db, Now: time.Now, Random: random{}, Hasher: accounts.NewHasher(1)}
	book := &publication.Releases{Store: db}
	now := time.Now()
	for i, opens := range []int64{0, now.Add(-time.Second).UnixMicro(), now.Add(time.Hour).UnixMicro()} {
		body := fmt.Sprintf(`{"n":%d}`, i)
		r := publication.Release{ID: fmt.Sprint("r", i), State: publication.Frozen, Created: int64(i + 1), Opens: opens, Content: sha(body)}
		ok(t, db.SaveRelease(Context(), r, []byte(body)))
		refused(t, db.SaveRelease(Context(), r, []byte(body)), fault.Conflict)
		p, err := book.Propose(accounts.Enter(context.Background(), a), people, r.ID, "the yearly report")
		ok(t, err)
		_, err = people.Decide(accounts.Enter(context.Background(), b), p.ID, true, "read and agreed")
		ok(t, err)
		got, err := db.Release(Context(), r.ID)
		ok(t, err)
		want := publication.Published
		if i == 2 {
			want = publication.Embargoed
		}
		if got.State != want || len(got.Approvers) != 2 || got.Approvers[0].Organisation == got.Approvers[1].Organisation {
			t.Errorf("release %d: %+v", i, got)
		}
	}
	list, err := db.Releases(Context())
	ok(t, err)
	if len(list) != 3 || list[0].ID != "r2" {
		t.Errorf("%+v", list)
	}
	unchanged(t, db, func() {
		n, err := db.OpenReleases(Context())
		ok(t, err)
		if n != 0 {
			t.Errorf("%d embargoes ended early", n)
		}
	})
}
