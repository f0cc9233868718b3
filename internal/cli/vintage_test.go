package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
)

// frozenViews is a release in every form it is read in: pages, tables, data, the interface and the proof.
var frozenViews = []string{
	"/en/targets/T1", "/ar/targets/T1", "/en/countries/KEN", "/en/targets.csv", "/en/targets/T1.csv", "/en/targets.json", "/en/countries/KEN.json",
	"/api/v1/figures?variant=all", "/api/v1/countries/KEN", "/api/v1/observations?area=KEN", "/en/targets/T1/proof.json", "/en/targets/T2/proof.json",
}

// laterEdits is how many edits follow the release: few in every check, as promised in the battery.
func laterEdits() int {
	if n, err := strconv.Atoi(os.Getenv("WAYMARK_LATER_EDITS")); err == nil && n > 0 {
		return n
	}
	return 60
}

// Promise 7: whatever is taken in, withdrawn and set after a release, its bytes stay what they were, and
// a program that starts anew computes them again from what is stored.
func TestTheBytesOfAReleaseStayWhateverComesLater(t *testing.T) {
	p := wired(t)
	ctx := accounts.With(t.Context(), accounts.Local())
	m, err := monitoring.ShippedMapping(monitoring.Generic)
	if err != nil {
		t.Fatal(err)
	}
	p.takeIn("lanzarote,KEN,2020/..,yes\n")
	r, err := p.releases().Create(ctx, publication.ReleaseRequest{Title: "First"})
	if err != nil {
		t.Fatal(err)
	}
	read := func(h http.Handler) map[string]string {
		out := map[string]string{}
		was := p.Handler
		p.Handler = h
		defer func() { p.Handler = was }()
		for _, address := range frozenViews {
			w := p.ask("GET", with(address, "release="+r.ID))
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d %.300s", address, w.Code, w.Body)
			}
			out[address] = w.Body.String()
		}
		return out
	}
	before, today := read(p.Handler), p.ask("GET", "/en/countries/KEN.json").Body.String()

	// Two people of two organisations change a setting; lists come in and are withdrawn.
	people := &accounts.Service{Store: p.db, Now: time.Now, Random: rand.Reader, Hasher: accounts.NewHasher(1)}
	who := map[string]context.Context{}
	for _, name := range []string{"one", "two"} {
		change := accounts.Change{Act: accounts.ManagePeople, What: "tested"}
		g := accounts.Grant{ID: name, Person: name, Role: accounts.Administrator, From: "2020-01-01"}
		for _, err := range []error{
			p.db.SaveOrganisation(ctx, accounts.Organisation{Code: name, Name: name, Kind: accounts.NGO}, change),
			p.db.SavePerson(ctx, accounts.Person{ID: name, Name: name, Email: name + "@example.org", Organisation: name, State: accounts.Active}, change),
			p.db.SaveGrant(ctx, g, change),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		who[name] = accounts.Enter(t.Context(), accounts.Principal{Actor: accounts.Actor{Person: name, Organisation: name}, Grants: []accounts.Grant{g}, Strong: true, SteppedUp: true})
	}
	countries, answers := []string{"KEN", "TZA", "UGA", "FRA"}, []string{"no", "yes"}
	kinds := map[string]int{}
	last := ""
	edits := laterEdits()
	for n := range edits {
		var err error
		switch kind := n % 10; {
		case kind == 9:
			kinds["settings"]++
			var a accounts.Approval
			if a, err = people.Change(who["one"], accounts.ReplyDays, strconv.Itoa(31+n/10%50), "tested"); err == nil {
				_, err = people.Decide(who["two"], a.ID, true, "agreed")
			}
		case kind%3 == 2 && last != "":
			kinds["withdrawals"]++
			err = p.db.WithdrawBatch(ctx, last, "tested")
			last = ""
		default:
			kinds["imports"]++
			row := fmt.Sprintf("lanzarote,%s,%d/..,%s\n", countries[n%4], 2015+n%9, answers[n/2%2])
			var done *monitoring.Imported
			done, err = p.monitoring.Import(ctx, monitoring.Import{Name: fmt.Sprintf("list-%d.csv", n), Data: []byte("indicator,area,period,answer,note\n" + strings.TrimSuffix(row, "\n") + fmt.Sprintf(",edit %d\n", n)), Source: "treaties", Mapping: m})
			if err == nil {
				last = done.Batch
			}
		}
		if err != nil {
			t.Fatalf("edit %d: %v", n, err)
		}
	}
	again, err := wire(p.db, p.world, time.Now).handler(ctx, serveConfig{}, "http://127.0.0.1:8080", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for name, h := range map[string]http.Handler{"the running program": p.Handler, "a program started anew": again} {
		after := read(h)
		for _, address := range frozenViews {
			if after[address] != before[address] {
				t.Errorf("%s of %s: the bytes of the release are others after %d edits", address, name, edits)
			}
		}
	}
	if same, err := p.releases().Recompute(ctx, r.ID); !same || err != nil {
		t.Errorf("the release is not computed again: %v, %v", same, err)
	}
	if p.ask("GET", "/en/countries/KEN.json").Body.String() == today {
		t.Error("no later edit shows today: the test shows nothing")
	}
	t.Logf("%d later edits (%d imports, %d withdrawals, %d settings): %d forms of the release byte for byte the same", edits, kinds["imports"], kinds["withdrawals"], kinds["settings"], len(frozenViews))
}
