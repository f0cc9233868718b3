package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"waymark/internal/accounts"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
	"waymark/internal/store/storetest"
)

// A contributor hands a list over; nobody of their organisation takes it in; a verifier of another
// one opens it, sees what it says, and approves: then it counts.
func TestAListThatWaitsIsReadAndApprovedByASecondOrganisation(t *testing.T) {
	d := newDesk(t)
	storetest.Seed(t, d.db)
	world, err := reference.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	versions, err := framework.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	lists := &monitoring.Service{Store: d.db, World: world, Propose: d.people.Propose,
		Framework: func(context.Context) (*framework.Version, error) { return versions[0], nil }}
	d.site.config.Lists = lists
	d.hold("giver", accounts.Contributor, accounts.Scope{})
	giver := accounts.Principal{Actor: accounts.Actor{Person: "p-giver", Organisation: "a"}, Strong: true,
		Grants: []accounts.Grant{{Role: accounts.Contributor}}}
	const note = `<b onmouseover="x">noted</b>`
	out, err := lists.Import(accounts.Enter(context.Background(), giver), monitoring.Import{
		Name: "list.csv", Source: "list", AcceptGuesses: true,
		Data: []byte("area,indicator,period,answer,value,status,sex,age,comment\nKEN,lanzarote,2020,yes,,,,,\"" + strings.ReplaceAll(note, `"`, `""`) + "\"\n"),
	})
	if err != nil {
		t.Fatalf("%v %+v", err, out)
	}
	address := "/en/work/lists/" + out.Waiting.ID
	other := d.session("person-b")
	if w := d.ask(http.MethodGet, "/en/work/approvals", other, nil); !strings.Contains(w.Body.String(), address) {
		t.Error("the proposals do not lead to the list")
	}
	w := d.ask(http.MethodGet, address, other, nil)
	body := w.Body.String()
	if w.Code != http.StatusOK || !strings.Contains(body, "KEN") || !strings.Contains(body, "noted&lt;/b&gt;") || strings.Contains(body, "<b onmouseover") {
		t.Fatalf("%d %s", w.Code, body)
	}
	colleague := d.hold("colleague", accounts.Verifier, accounts.Scope{})
	form := url.Values{"what": {"approve"}, "id": {out.Waiting.ID}, "reason": {"Compared with the source."}}
	if w := d.ask(http.MethodPost, "/en/work/approvals", colleague, form); w.Code != http.StatusForbidden {
		t.Errorf("a colleague approves: %d", w.Code)
	}
	if w := d.ask(http.MethodPost, "/en/work/approvals", other, form); w.Code != http.StatusSeeOther {
		t.Fatalf("a second organisation approves: %d %s", w.Code, w.Body)
	}
	rows, err := d.db.Observations(context.Background(), monitoring.ObservationQuery{})
	if err != nil || len(rows) != 1 || rows[0].Note != note {
		t.Errorf("%+v %v", rows, err)
	}
	if w := d.ask(http.MethodGet, address, other, nil); w.Code != http.StatusNotFound {
		t.Errorf("the list after the decision: %d", w.Code)
	}
}
