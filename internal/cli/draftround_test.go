package cli

import (
	"context"
	"path/filepath"
	"testing"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/framework"
	"waymark/internal/reference"
	"waymark/internal/store"
)

// A round on a draft makes the version after it: what was read and commented on stays as it was.
func TestARoundOnADraftIsAdoptedAsTheVersionAfterIt(t *testing.T) {
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
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	first, err := a.db.Version(ctx, "cop-2015", 1)
	must(err)
	draft, _, err := framework.Apply(first, []framework.Edit{framework.Set(framework.TheVersion, "", "title", first.Title, "The second draft")})
	must(err)
	draft.State = framework.Consultation
	must(a.db.SaveVersion(ctx, draft))
	must(a.consultation.SaveRound(ctx, consultation.Round{Number: 9, Version: draft.ID(), Title: "On the draft", Kind: consultation.Closed,
		Period: reference.YearPeriod(2026), Policy: consultation.NamedOrganisations, State: consultation.Over}))
	a.consultation.Approvals = nil // who approves is another test's matter
	d, err := a.consultation.Adopt(ctx, 9, reference.Day(2027, 1, 1))
	must(err)
	if d.Next == nil || d.Next.ID() != "cop-2015@3" || d.Next.Title != "The second draft" || d.Crosswalk.From != "cop-2015@2" || d.Crosswalk.To != "cop-2015@3" {
		t.Fatalf("%+v", d)
	}
	for number, want := range map[int]framework.State{1: framework.Superseded, 2: framework.Consultation, 3: framework.Adopted, 0: framework.Adopted} {
		v, err := a.db.Version(ctx, "cop-2015", number)
		must(err)
		if v.State != want {
			t.Errorf("version %d is %s, want %s", number, v.State, want)
		}
	}
}
