package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"waymark/internal/accounts"
)

func TestFormsOfTheAdministratorDoWhatTheySay(t *testing.T) {
	d := newDesk(t)
	admin := d.hold("admin", accounts.Administrator, accounts.Scope{})
	ctx := context.Background()
	send := func(address string, form url.Values, want int) string {
		t.Helper()
		w := d.ask(http.MethodPost, address, admin, form)
		if w.Code != want {
			t.Fatalf("%s %v: %d %s", address, form, w.Code, w.Body)
		}
		return w.Header().Get("Location")
	}
	send("/en/work/organisations", url.Values{"what": {"join"}, "id": {"a"}, "coalition": {"we-protect"}, "from": {"2020-01-01"}}, http.StatusSeeOther)
	send("/en/work/organisations", url.Values{"what": {"leave"}, "id": {"a"}, "coalition": {"we-protect"}, "to": {"2024-12-31"}}, http.StatusSeeOther)
	o, err := d.db.Organisation(ctx, "a")
	if err != nil || !o.MemberOf("we-protect", "2023-01-01") || o.MemberOf("we-protect", "2025-01-01") {
		t.Errorf("%+v %v", o.Memberships, err)
	}
	send("/en/work/organisations", url.Values{"what": {"provider"}, "id": {"a"}, "issuer": {"https://login.example.org"}, "client": {"waymark"}, "reason": {"asked for"}}, http.StatusSeeOther)
	send("/en/work/organisations", url.Values{"what": {"join"}, "id": {"a"}, "coalition": {"other"}}, http.StatusSeeOther)
	if o, err = d.db.Organisation(ctx, "a"); err != nil || o.Provider.Client != "waymark" {
		t.Errorf("the provider fell away: %+v %v", o, err)
	}
	send("/en/work/mandates", url.Values{"what": {"give"}, "person": {"p-admin"}, "organisation": {"a"}, "from": {"2020-01-01"}, "basis": {"letter of 3 March 2020"}}, http.StatusSeeOther)
	m, err := d.db.Mandates(ctx, "p-admin")
	if err != nil || len(m) != 1 {
		t.Fatal(m, err)
	}
	page := d.ask(http.MethodGet, "/en/work/mandates", admin, nil)
	if !strings.Contains(page.Body.String(), "letter of 3 March 2020") {
		t.Error("the mandate is not listed")
	}
	send("/en/work/mandates", url.Values{"what": {"end"}, "id": {m[0].ID}, "to": {"2021-01-01"}, "reason": {"left"}}, http.StatusSeeOther)
	if m, err = d.db.Mandates(ctx, "p-admin"); err != nil || m[0].To != "2021-01-01" {
		t.Error(m, err)
	}
	d.hold("other", accounts.Nobody, accounts.Scope{})
	// A role is proposed, not given, and whoever proposed it does not approve it.
	if to := send("/en/work/roles", url.Values{"what": {"give"}, "person": {"p-other"}, "role": {"verifier"}, "country": {"ken"}, "reason": {"needed"}}, http.StatusSeeOther); to != "/en/work/approvals" {
		t.Error(to)
	}
	open, err := d.db.Approvals(ctx, accounts.Open)
	if err != nil || len(open) != 1 || open[0].Grant.Scope.Country != "KEN" {
		t.Fatal(open, err)
	}
	send("/en/work/approvals", url.Values{"what": {"approve"}, "id": {open[0].ID}, "reason": {"me"}}, http.StatusForbidden)
	send("/en/work/settings", url.Values{"what": {"change"}, "id": {accounts.ReplyDays}, "value": {"45"}, "reason": {"asked for"}}, http.StatusSeeOther)
	send("/en/work/settings", url.Values{"what": {"change"}, "id": {accounts.ReplyDays}, "value": {"1"}, "reason": {"asked for"}}, http.StatusBadRequest)
	send("/en/work/roles", url.Values{"what": {"end"}, "id": {"g-admin"}, "reason": {"enough"}}, http.StatusSeeOther)
	if w := d.ask(http.MethodGet, "/en/work/roles", admin, nil); w.Code != http.StatusForbidden {
		t.Errorf("a role that ended opens a page: %d", w.Code)
	}
}

func TestASessionIsEndedSinglyAndNobodyEndsAnothers(t *testing.T) {
	d := newDesk(t)
	one := d.hold("one", accounts.Reader, accounts.Scope{})
	two, other := d.session("p-one"), d.hold("other", accounts.Reader, accounts.Scope{})
	end := func(with, what string) {
		t.Helper()
		if w := d.ask(http.MethodPost, "/en/work/account", with, url.Values{"what": {"end-session"}, "id": {accounts.HashSecret(what)}}); w.Code != http.StatusSeeOther {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	end(one, other)
	end(one, two)
	for secret, want := range map[string]int{one: http.StatusOK, two: http.StatusSeeOther, other: http.StatusOK} {
		if w := d.ask(http.MethodGet, "/en/work/account", secret, nil); w.Code != want {
			t.Errorf("%d, want %d", w.Code, want)
		}
	}
}
