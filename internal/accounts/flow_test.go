package accounts_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// house is a service on a real database, with a clock that the test moves.
type house struct {
	*accounts.Service
	t   *testing.T
	db  *store.DB
	dsn string
	mu  sync.Mutex
	now time.Time
}

func (h *house) clock() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.now }

func (h *house) pass(d time.Duration) { h.mu.Lock(); defer h.mu.Unlock(); h.now = h.now.Add(d) }

const password = "a boat on the quiet lake"

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	e := storetest.Open(t, "sqlite", store.Options{Now: h.clock})
	h.db, h.dsn = e.DB, e.DSN
	h.Service = &accounts.Service{Store: h.db, Now: h.clock, Random: rand.Reader, Hasher: accounts.NewHasher(2), Name: "Waymark"}
	t.Cleanup(func() {
		v, err := h.db.Verify(context.Background())
		if err != nil || len(v.Breaks) > 0 {
			t.Errorf("the trail does not verify: %v, %v", v.Breaks, err)
		}
	})
	for _, o := range []accounts.Organisation{
		{Code: "itu", Name: "International Telecommunication Union", Kind: accounts.International},
		{Code: "unicef", Name: "UNICEF", Kind: accounts.International},
		{Code: "unicef-kenya", Name: "UNICEF Kenya", Kind: accounts.International, Parent: "unicef"},
		{Code: "kenya-ict", Name: "Ministry of ICT, Kenya", Kind: accounts.State, Countries: []string{"KEN"}},
	} {
		h.ok(h.SaveOrganisation(operator(), o, "first ones"))
	}
	return h
}

func operator() context.Context { return accounts.With(context.Background(), accounts.Local()) }

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) refused(err error, kind fault.Kind) {
	h.t.Helper()
	if !fault.Is(err, kind) {
		h.t.Fatalf("got %v, want a fault of the kind %s", err, kind)
	}
	if text, fix := fault.Safe(err); text == "" || fix == "" {
		h.t.Errorf("the fault says %q, and how to mend it: %q", text, fix)
	}
}

// somebody is a person with an account, signed in with a second factor.
type somebody struct {
	h      *house
	id     string
	email  string
	secret string // of the session
	key    string // of the authenticator app
}

// code is the newest code of the app; the clock moves on, so that each is a new one.
func (s *somebody) code() string {
	s.h.pass(90 * time.Second)
	return accounts.CodeAt(s.key, s.h.clock())
}

func (s *somebody) ctx() context.Context {
	s.h.t.Helper()
	p, err := s.h.Present(context.Background(), s.secret)
	s.h.ok(err)
	if !p.IsSignedIn() {
		s.h.t.Fatalf("%s is not signed in", s.email)
	}
	return accounts.Enter(context.Background(), p)
}

// fresh is ctx just after the second factor was shown again.
func (s *somebody) fresh() context.Context {
	s.h.t.Helper()
	e, err := s.h.StepUp(context.Background(), s.secret, s.code())
	s.h.ok(err)
	s.secret = e.Secret
	return s.ctx()
}

func (h *house) join(org, email string, roles ...accounts.Role) *somebody {
	h.t.Helper()
	p, link, err := h.Invite(operator(), accounts.Person{Name: "Person " + email, Email: email, Organisation: org})
	h.ok(err)
	e, err := h.TakeUp(context.Background(), link, "", password, true)
	h.ok(err)
	s := &somebody{h: h, id: p.ID, email: email, secret: e.Secret}
	s.key, _, err = h.BeginTOTP(s.ctx(), s.secret)
	h.ok(err)
	e, codes, err := h.ConfirmTOTP(s.ctx(), s.secret, s.code())
	h.ok(err)
	if len(codes) != 10 || e.Secret == s.secret {
		h.t.Fatalf("%d recovery codes; the session has a new secret: %v", len(codes), e.Secret != s.secret)
	}
	s.secret = e.Secret
	for _, r := range roles {
		scope := accounts.Scope{}
		if r == accounts.FocalPoint {
			scope.Country = "KEN"
		}
		_, waiting, err := h.GiveRole(operator(), accounts.Grant{Person: p.ID, Role: r, Scope: scope}, "first roles")
		h.ok(err)
		if waiting != nil {
			h.t.Fatalf("the role %s waits: give the first administrators last", r)
		}
	}
	return s
}

func TestSignInAsksForTheSecondFactorAndGivesANewSecretEachTime(t *testing.T) {
	h := open(t)
	s := h.join("itu", "a@itu.example", accounts.Verifier)
	ctx := context.Background()
	e, err := h.SignIn(ctx, " A@ITU.example ", password, "net")
	h.ok(err)
	if p, _ := h.Present(ctx, e.Secret); !e.NeedsSecond || p.IsSignedIn() {
		t.Fatal("the password alone signs in")
	}
	_, err = h.SecondFactor(ctx, e.Secret, "000000")
	h.refused(err, fault.Refused)
	code := s.code()
	e2, err := h.SecondFactor(ctx, e.Secret, code)
	h.ok(err)
	if e2.Secret == e.Secret {
		t.Error("the secret stayed the same when rights were raised")
	}
	if p, _ := h.Present(ctx, e2.Secret); !p.Strong || p.Person != s.id {
		t.Errorf("signed in as %+v", p)
	}
	if h.IsHalf(ctx, e.Secret) {
		t.Error("the half session goes on")
	}
	e3, err := h.SignIn(ctx, s.email, password, "net")
	h.ok(err)
	_, err = h.SecondFactor(ctx, e3.Secret, code)
	h.refused(err, fault.Refused) // a code seen is a code spent
	h.pass(31 * time.Minute)
	if p, _ := h.Present(ctx, e2.Secret); p.IsSignedIn() {
		t.Error("a writer's session outlives 30 idle minutes")
	}
}

func TestAnUnknownAddressAWrongPasswordAndAClosedAccountAreAnsweredAlike(t *testing.T) {
	h := open(t)
	s := h.join("itu", "a@itu.example")
	gone := h.join("itu", "b@itu.example")
	h.ok(h.Disable(operator(), gone.id, "left"))
	var said []string
	for _, c := range [][2]string{{"nobody@itu.example", password}, {s.email, "wrong password here"}, {gone.email, password}, {"no address", password}} {
		_, err := h.SignIn(context.Background(), c[0], c[1], "net "+c[0])
		text, fix := fault.Safe(err)
		said = append(said, text+fix)
	}
	for _, x := range said {
		if x != said[0] || x == "" {
			t.Errorf("answers differ: %q", said)
		}
	}
	h.ok(h.AskReset(context.Background(), "nobody@itu.example", "net"))
	h.ok(h.AskReset(context.Background(), s.email, "net"))
	if p, _ := h.Present(context.Background(), gone.secret); p.IsSignedIn() {
		t.Error("a disabled person is still signed in")
	}
}

func TestGuessingIsDelayedForTheGuesserAndNotForThePersonElsewhere(t *testing.T) {
	h := open(t)
	s := h.join("itu", "a@itu.example")
	tooMany := 0
	for range 12 {
		if _, err := h.SignIn(context.Background(), s.email, "wrong password here", "guesser"); fault.Is(err, fault.TooMany) {
			tooMany++
		}
	}
	if tooMany != 7 {
		t.Errorf("%d of 12 guesses were sent away, want 7", tooMany)
	}
	_, err := h.SignIn(context.Background(), s.email, password, "home")
	h.ok(err)
	h.pass(13 * time.Minute)
	_, err = h.SignIn(context.Background(), s.email, password, "guesser")
	h.ok(err)
}

func TestAResetKeepsTheSecondFactorAndEndsAllSessions(t *testing.T) {
	h := open(t)
	s := h.join("itu", "a@itu.example")
	link, err := h.ResetLink(operator(), s.id)
	h.ok(err)
	h.refused(h.Reset(context.Background(), link, "baseball"), fault.Refused)
	h.ok(h.Reset(context.Background(), link, "another long password"))
	h.refused(h.Reset(context.Background(), link, "yet another password"), fault.NotFound)
	if p, _ := h.Present(context.Background(), s.secret); p.IsSignedIn() {
		t.Error("a session outlived the reset")
	}
	e, err := h.SignIn(context.Background(), s.email, "another long password", "net")
	h.ok(err)
	if p, _ := h.Present(context.Background(), e.Secret); !e.NeedsSecond || p.IsSignedIn() {
		t.Error("the reset went around the second factor")
	}
}

func TestAnInvitationWorksOnceForAdultsAndForAWeek(t *testing.T) {
	h := open(t)
	_, link, err := h.Invite(operator(), accounts.Person{Name: "B", Email: "b@itu.example", Organisation: "itu"})
	h.ok(err)
	_, err = h.TakeUp(context.Background(), link, "", password, false)
	h.refused(err, fault.Refused)
	_, _, err = h.Invitation(context.Background(), accounts.ResetLink, link)
	h.refused(err, fault.NotFound)
	h.pass(8 * 24 * time.Hour)
	_, err = h.TakeUp(context.Background(), link, "", password, true)
	h.refused(err, fault.NotFound)
	_, _, err = h.Invite(operator(), accounts.Person{Name: "B", Email: "B@itu.example", Organisation: "itu"})
	h.refused(err, fault.Conflict)
}

// Promise 12: two people of one organisation, or one person twice, never decide together.
func TestNoRoleIsGivenWithoutASecondOrganisation(t *testing.T) {
	h := open(t)
	someone := h.join("unicef", "someone@unicef.example")
	a := h.join("itu", "a@itu.example", accounts.Administrator)
	same := h.join("itu", "same@itu.example", accounts.Administrator)
	part := h.join("unicef-kenya", "part@unicef.example", accounts.Administrator)
	b := h.join2("unicef", "b@unicef.example", a, part)

	want := accounts.Grant{Person: someone.id, Role: accounts.Publisher}
	_, waiting, err := h.GiveRole(b.fresh(), want, "publishes the yearly report")
	h.ok(err)
	if waiting == nil {
		t.Fatal("a role was given by one person")
	}
	_, _, err = h.GiveRole(a.fresh(), accounts.Grant{Person: someone.id, Role: "king"}, "x")
	h.refused(err, fault.Refused)
	for name, who := range map[string]*somebody{"themselves": b, "somebody of a part of the same organisation": part} {
		if _, err := h.Decide(who.fresh(), waiting.ID, true, "yes"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("decided by %s: %v", name, err)
		}
	}
	h.pass(11 * time.Minute)
	if _, err := h.Decide(a.ctx(), waiting.ID, true, "yes"); !errors.Is(err, accounts.ErrStepUp) {
		t.Errorf("decided long after the second factor was shown: %v", err)
	}
	if g, err := h.Store.Grants(context.Background(), someone.id); err != nil || len(g) != 0 {
		t.Fatalf("the role is there already: %v, %v", g, err)
	}
	_, err = h.Decide(a.fresh(), waiting.ID, true, "")
	h.refused(err, fault.Refused)
	done, err := h.Decide(a.fresh(), waiting.ID, true, "agreed with the bureau")
	h.ok(err)
	g, err := h.Store.Grants(context.Background(), someone.id)
	h.ok(err)
	if len(g) != 1 || g[0].Approval != done.ID || done.State != accounts.Approved {
		t.Errorf("%+v, %+v", g, done)
	}
	_, err = h.Decide(same.fresh(), waiting.ID, false, "no")
	h.refused(err, fault.Conflict)
	h.ok(h.EndGrant(a.fresh(), g[0].ID, "left the team"))
	if err := accounts.Require(someone.ctx(), accounts.CreateRelease, accounts.Scope{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a role that was taken away still counts: %v", err)
	}
}

// join2 makes an administrator through the rule itself, once the first ones are there.
func (h *house) join2(org, email string, proposer, approver *somebody) *somebody {
	h.t.Helper()
	s := h.join(org, email)
	_, waiting, err := h.GiveRole(proposer.fresh(), accounts.Grant{Person: s.id, Role: accounts.Administrator}, "second administrator")
	h.ok(err)
	_, err = h.Decide(approver.fresh(), waiting.ID, true, "agreed")
	h.ok(err)
	return s
}

func TestTheOperatorGivesTheFirstRolesAndThenNoMoreAlone(t *testing.T) {
	h := open(t)
	a := h.join("itu", "a@itu.example", accounts.Administrator)
	h.join("kenya-ict", "k@kenya.example", accounts.Administrator)
	_, waiting, err := h.GiveRole(operator(), accounts.Grant{Person: a.id, Role: accounts.Publisher}, "x")
	h.ok(err)
	if waiting == nil {
		t.Fatal("the operator gave a role alone although two organisations have administrators")
	}
	_, err = h.Decide(operator(), waiting.ID, true, "myself")
	h.refused(err, fault.Forbidden)
	_, err = h.Decide(a.fresh(), waiting.ID, true, "for me")
	h.refused(err, fault.Forbidden)
}

func TestTwoApprovalsAtTheSameMomentAreOne(t *testing.T) {
	h := open(t)
	k := h.join("kenya-ict", "k@kenya.example", accounts.Verifier)
	u := h.join("unicef", "u@unicef.example", accounts.Verifier)
	w := h.join("unicef", "w@unicef.example", accounts.Verifier)
	a, err := h.Propose(k.ctx(), accounts.Approval{Act: accounts.TrustSource, Object: "source/x", Summary: "trust x", Content: "c"}, "well made")
	h.ok(err)
	_, err = h.Propose(u.ctx(), accounts.Approval{Act: accounts.TrustSource, Object: "source/x", Summary: "trust x", Content: "d"}, "well made")
	h.refused(err, fault.Conflict)
	contexts := []context.Context{u.ctx(), w.ctx()}
	results := make(chan error, 20)
	for i := range 20 {
		go func() { _, err := h.Decide(contexts[i%2], a.ID, true, "yes"); results <- err }()
	}
	won := 0
	for range 20 {
		if err := <-results; err == nil {
			won++
		} else if !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d approvals counted", won)
	}
	if _, yes, err := h.IsApproved(context.Background(), accounts.TrustSource, "source/x", "c"); !yes || err != nil {
		t.Error("the approval is not found", err)
	}
	if _, yes, _ := h.IsApproved(context.Background(), accounts.TrustSource, "source/x", "other content"); yes {
		t.Error("the approval counts for another content")
	}
}

func TestNobodyDecidesOnTheirOwnCountryAndTheStateHasItsSay(t *testing.T) {
	h := open(t)
	kenya := h.join("kenya-ict", "k@kenya.example", accounts.Verifier, accounts.FocalPoint)
	kenya2 := h.join("kenya-ict", "k2@kenya.example", accounts.Verifier)
	u := h.join("unicef", "u@unicef.example", accounts.Verifier)
	i := h.join("itu", "i@itu.example", accounts.Verifier)
	status := accounts.Approval{Act: accounts.CountryStatus, Object: "status/T3/KEN", Scope: accounts.Scope{Country: "KEN"}, Summary: "KEN does not meet T3", Content: "c"}
	a, err := h.Propose(u.ctx(), status, "no rule was found")
	h.ok(err)
	if a.Reply == nil || a.Reply.Due != h.clock().Add(30*24*time.Hour).UnixMicro() {
		t.Fatalf("the right of reply is %+v", a.Reply)
	}
	_, err = h.Decide(kenya2.ctx(), a.ID, true, "we do not think so")
	h.refused(err, fault.Forbidden)
	_, err = h.Decide(i.ctx(), a.ID, true, "yes")
	h.refused(err, fault.Conflict) // not before the State replied or the time is over
	h.refused(h.ReplyTo(kenya.ctx(), a.ID, "A rule was adopted in 2025.", "en"), fault.Forbidden)
	_, err = h.Give(operator(), accounts.Mandate{Person: u.id, Country: "KEN", From: "2026-01-01", Basis: "none"})
	h.refused(err, fault.Refused) // UNICEF is no body of the State
	m, err := h.Give(operator(), accounts.Mandate{Person: kenya.id, Country: "KEN", From: "2026-01-01", Basis: "note verbale of 3 January 2026"})
	h.ok(err)
	h.refused(h.ReplyTo(kenya.ctx(), a.ID, "See http://unregistered.example/x", "en"), fault.Refused)
	h.ok(h.ReplyTo(kenya.ctx(), a.ID, "A rule was adopted in 2025.", "en"))
	waiting, err := h.Waiting(context.Background())
	h.ok(err)
	if len(waiting) != 1 || waiting[0].Proposed.Person != "" || waiting[0].Reply.Text == "" || waiting[0].Reply.By.Person != "" {
		t.Errorf("what is listed in public: %+v", waiting)
	}
	if waiting[0].Summary == status.Summary || waiting[0].Content != "" || !strings.Contains(waiting[0].Summary, "KEN") {
		t.Errorf("what one organisation says of a country is public before a second one agrees: %+v", waiting[0])
	}
	_, err = h.Decide(i.ctx(), a.ID, true, "the rule covers less")
	h.ok(err)

	// Silence never blocks.
	status.Object = "status/T4/KEN"
	a, err = h.Propose(u.ctx(), status, "no rule was found")
	h.ok(err)
	h.ok(h.EndMandate(operator(), m.ID, "2026-03-01", "new focal point"))
	h.pass(29 * 24 * time.Hour)
	i.signInAgain()
	_, err = h.Decide(i.ctx(), a.ID, true, "yes")
	h.refused(err, fault.Conflict)
	h.pass(2 * 24 * time.Hour)
	i.signInAgain()
	kenya.signInAgain()
	h.refused(h.ReplyTo(kenya.ctx(), a.ID, "late", "en"), fault.Forbidden) // the mandate ended
	done, err := h.Decide(i.ctx(), a.ID, true, "nothing was said")
	h.ok(err)
	if done.State != accounts.Approved || done.Reply.By != nil {
		t.Errorf("%+v", done)
	}
}

func (s *somebody) signInAgain() {
	s.h.t.Helper()
	e, err := s.h.SignIn(context.Background(), s.email, password, "net")
	s.h.ok(err)
	e, err = s.h.SecondFactor(context.Background(), e.Secret, s.code())
	s.h.ok(err)
	s.secret = e.Secret
}

func TestASettingChangesWithTwoOrganisationsAndKeepsItsVersions(t *testing.T) {
	h := open(t)
	a := h.join("itu", "a@itu.example", accounts.Administrator)
	b := h.join("unicef", "b@unicef.example", accounts.Administrator)
	_, err := h.Change(a.fresh(), accounts.ReplyDays, "3", "faster")
	h.refused(err, fault.Refused)
	p, err := h.Change(a.fresh(), accounts.ReplyDays, "45", "asked for by the States")
	h.ok(err)
	if s, _ := h.Store.Setting(context.Background(), accounts.ReplyDays); s.Value != "30" {
		t.Errorf("the setting is %+v before it was approved", s)
	}
	_, err = h.Decide(b.fresh(), p.ID, true, "agreed")
	h.ok(err)
	if s, _ := h.Store.Setting(context.Background(), accounts.ReplyDays); s.Value != "45" || s.Version != 1 || s.Since == 0 {
		t.Errorf("the setting is %+v", s)
	}
}

func TestATokenActsWithinItsScopeUntilItEnds(t *testing.T) {
	h := open(t)
	s := h.join("itu", "a@itu.example", accounts.Verifier, accounts.Steward)
	ctx := context.Background()
	_, _, err := h.IssueToken(s.fresh(), "too long", accounts.Verifier, accounts.Scope{}, "2028-01-01")
	h.refused(err, fault.Refused)
	_, _, err = h.IssueToken(s.fresh(), "not mine", accounts.Publisher, accounts.Scope{}, "")
	h.refused(err, fault.Refused)
	tok, text, err := h.IssueToken(s.fresh(), "imports", accounts.Steward, accounts.Scope{Country: "KEN"}, "2026-12-31")
	h.ok(err)
	p, err := h.PresentToken(ctx, text)
	h.ok(err)
	as := accounts.Enter(ctx, p)
	h.ok(accounts.Require(as, accounts.ImportEvidence, accounts.Scope{Country: "KEN"}))
	for act, scope := range map[accounts.Act]accounts.Scope{accounts.ImportEvidence: {}, accounts.VerifyEvidence: {Country: "KEN"}, accounts.IssueToken: {Country: "KEN"}} {
		if accounts.Require(as, act, scope) == nil {
			t.Errorf("the token allows %s for %v", act, scope)
		}
	}
	if list, err := h.Store.Tokens(ctx, s.id); err != nil || len(list) != 1 || list[0].Used == 0 || strings.Contains(fmt.Sprint(list), text) {
		t.Errorf("%+v, %v", list, err)
	}
	_, err = h.PresentToken(ctx, text[:len(text)-1]+"x")
	h.refused(err, fault.SignIn)
	h.ok(h.RevokeToken(s.ctx(), tok.ID, "lost"))
	_, err = h.PresentToken(ctx, text)
	h.refused(err, fault.SignIn)
}

func TestALinkToARoundCommentsThereAndNowhereElse(t *testing.T) {
	h := open(t)
	steward := h.join("itu", "s@itu.example", accounts.Steward)
	_, link, err := h.InviteToRound(steward.ctx(), accounts.Person{Name: "Partner", Email: "p@unicef.example", Organisation: "unicef"}, "r1", "2026-04-01")
	h.ok(err)
	for range 2 { // the link goes on working until the round ends
		e, err := h.OpenRound(context.Background(), link)
		h.ok(err)
		p, err := h.Present(context.Background(), e.Secret)
		h.ok(err)
		ctx := accounts.Enter(context.Background(), p)
		h.ok(accounts.Require(ctx, accounts.Comment, accounts.Scope{Organisation: "unicef", Round: "r1"}))
		h.refused(accounts.Require(ctx, accounts.Comment, accounts.Scope{Organisation: "unicef", Round: "r2"}), fault.Forbidden)
		_, _, err = h.BeginTOTP(ctx, e.Secret)
		h.refused(err, fault.SignIn)
	}
	h.pass(32 * 24 * time.Hour)
	_, err = h.OpenRound(context.Background(), link)
	h.refused(err, fault.NotFound)
}

// Promise 15, for one person: nothing of them is in the bytes of the database, and the chain holds.
func TestErasingAPersonLeavesNoByteOfThemAndTheChainWhole(t *testing.T) {
	h := open(t)
	s := h.join("itu", "wanjiru.canary@itu.example", accounts.Verifier)
	h.ok(h.ChangeName(s.ctx(), s.secret, "Wanjirũ Canary Kamau"))
	_, _, err := h.IssueToken(s.fresh(), "canary token name", accounts.Verifier, accounts.Scope{}, "")
	h.ok(err)
	held, err := h.Export(s.ctx(), s.id)
	h.ok(err)
	b, err := json.Marshal(held)
	h.ok(err)
	for _, want := range []string{"wanjiru.canary@itu.example", "Wanjirũ Canary Kamau", "canary token name", `"verifier"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("what is held does not name %q", want)
		}
	}
	for _, secret := range []string{s.key, "argon2id", s.secret} {
		if strings.Contains(string(b), secret) {
			t.Errorf("what is held shows the secret %q", secret)
		}
	}
	if !strings.Contains(h.bytes(), "canary") {
		t.Fatal("the bytes are not those of the database")
	}
	h.ok(h.Erase(s.ctx(), s.id, "asked for it"))
	for _, gone := range []string{"canary", "Canary", "Wanjir", s.key} {
		if strings.Contains(h.bytes(), gone) {
			t.Errorf("%q is still in the bytes of the database", gone)
		}
	}
	if p, _ := h.Present(context.Background(), s.secret); p.IsSignedIn() {
		t.Error("an erased person is signed in")
	}
	rows, err := h.Trail(operator(), accounts.TrailQuery{Person: s.id})
	h.ok(err)
	if len(rows) == 0 {
		t.Error("what they did is gone from the trail")
	}
	_, err = h.SignIn(context.Background(), s.email, password, "net")
	h.refused(err, fault.Refused)
}

func (h *house) bytes() string {
	h.t.Helper()
	files, err := filepath.Glob(h.dsn + "*")
	h.ok(err)
	var all strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		h.ok(err)
		all.Write(b)
	}
	return all.String()
}

func TestTheTrailIsReadableByThoseEntitledAndByEverybodyAboutThemselves(t *testing.T) {
	h := open(t)
	s := h.join("itu", "a@itu.example", accounts.Contributor)
	_, err := h.Trail(s.ctx(), accounts.TrailQuery{})
	h.refused(err, fault.Forbidden)
	own, err := h.Trail(s.ctx(), accounts.TrailQuery{Person: s.id})
	h.ok(err)
	all, err := h.Trail(operator(), accounts.TrailQuery{Limit: 1000})
	h.ok(err)
	if len(own) == 0 || len(own) >= len(all) {
		t.Errorf("%d rows of their own, %d in all", len(own), len(all))
	}
	names := func(id string) (string, bool) { return "Amina", id == s.id }
	var told []string
	for i := range all {
		told = append(told, all[i].Sentence(names))
	}
	text := strings.Join(told, "\n")
	for _, want := range []string{
		"Amina (itu) signed in: with a second factor.",
		"Amina (itu) changed their own account, the person Amina: authenticator app set up.",
		"Whoever runs the service described the organisation unicef: registered, because: “first ones”.",
		"Whoever runs the service gave a role: the role ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no row says %q in\n%s", want, text)
		}
	}
	for _, q := range []accounts.TrailQuery{{Act: accounts.ManageOrgs}, {Object: "organisation/"}, {Organisation: "itu"}, {From: "2026-03-02"}, {To: "2026-02-28"}, {Object: "organisation/itu"}} {
		some, err := h.Trail(operator(), q)
		h.ok(err)
		if len(some) >= len(all) || len(some) == 0 && q.From+q.To == "" {
			t.Errorf("%+v gives %d of %d rows", q, len(some), len(all))
		}
	}
}

func TestStartingAgainTakesEveryRightWithIt(t *testing.T) {
	h := open(t)
	s := h.join("itu", "a@itu.example", accounts.Verifier)
	h.ok(h.Restart(operator(), s.id, "lost the phone and the codes"))
	link, err := h.InviteAgain(operator(), s.id)
	h.ok(err)
	e, err := h.TakeUp(context.Background(), link, "", "a new long password", true)
	h.ok(err)
	p, err := h.Present(context.Background(), e.Secret)
	h.ok(err)
	if len(p.Grants) != 0 || p.Strong {
		t.Errorf("after starting again: %+v", p)
	}
}

func TestTwoEditorsOfOneOrganisationNeverOverwriteEachOther(t *testing.T) {
	h := open(t)
	results := make(chan error, 40)
	for i := range 40 {
		go func() {
			o, err := h.Store.Organisation(operator(), "itu")
			if err == nil {
				o.Aliases = append(o.Aliases, fmt.Sprint("alias ", i))
				err = h.SaveOrganisation(operator(), o, "alias")
			}
			results <- err
		}()
	}
	saved := 0
	for range 40 {
		if err := <-results; err == nil {
			saved++
		} else if !fault.Is(err, fault.Stale) {
			t.Error(err)
		}
	}
	o, err := h.Store.Organisation(operator(), "itu")
	h.ok(err)
	if len(o.Aliases) != saved || saved == 0 {
		t.Errorf("%d were told that they were saved, %d are there", saved, len(o.Aliases))
	}
}

func TestChangingThePasswordAsksForTheOldOneAndEndsOtherSessions(t *testing.T) {
	h := open(t)
	s := h.join("itu", "a@itu.example")
	other, err := h.SignIn(context.Background(), s.email, password, "net")
	h.ok(err)
	other, err = h.SecondFactor(context.Background(), other.Secret, s.code())
	h.ok(err)
	h.pass(11 * time.Minute)
	if _, err := h.ChangePassword(s.ctx(), s.secret, password, "another long password"); !errors.Is(err, accounts.ErrStepUp) {
		t.Errorf("without the second factor shown again: %v", err)
	}
	ctx := s.fresh()
	_, err = h.ChangePassword(ctx, s.secret, "not the old password", "another long password")
	h.refused(err, fault.Refused)
	before := s.secret
	e, err := h.ChangePassword(ctx, s.secret, password, "another long password")
	h.ok(err)
	for name, secret := range map[string]string{"another session": other.Secret, "the session as it was": before} {
		if p, _ := h.Present(context.Background(), secret); p.IsSignedIn() {
			t.Errorf("%s goes on", name)
		}
	}
	if p, _ := h.Present(context.Background(), e.Secret); !p.IsSignedIn() {
		t.Error("whoever changed it is signed out")
	}
	_, err = h.SignIn(context.Background(), s.email, password, "net2")
	h.refused(err, fault.Refused)
}
