package cli

import (
	"context"
	"path/filepath"
	"testing"

	"waymark/internal/accounts"
	"waymark/internal/monitoring"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// The services are wired before the mail server is known: those who may approve hear of a list all the same.
func TestAListThatIsProposedTellsThoseWhoMayApproveByMail(t *testing.T) {
	for _, mail := range []bool{true, false} {
		ctx := accounts.With(context.Background(), accounts.Local())
		a, err := open(ctx, filepath.Join(t.TempDir(), "waymark.db"), true, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := a.close(); err != nil {
				t.Error(err)
			}
		})
		giver, _ := storetest.People(t, a.db)
		a.mail = mail
		a.proposeBy(a.people())
		mapping, err := monitoring.ShippedMapping("observations")
		if err != nil {
			t.Fatal(err)
		}
		out, err := a.monitoring.Import(accounts.Enter(ctx, giver), monitoring.Import{Name: "list.csv", Source: "treaties", Mapping: mapping,
			Data: []byte("area,indicator,period,answer\nKEN,lanzarote,2020,yes\n")})
		if err != nil || out.Waiting == nil {
			t.Fatalf("%+v %v", out, err)
		}
		letters, err := a.db.Letters(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if (len(letters) > 0) != mail {
			t.Errorf("with mail %v, %d letters wait", mail, len(letters))
		}
	}
}
