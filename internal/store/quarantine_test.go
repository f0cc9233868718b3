package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/framework"
	"waymark/internal/reference"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// Promise 14 for what is withheld: no byte of it in a backup, and none anywhere once it is deleted.
func TestWhatIsWithheldIsInNoBackupAndWhatIsDeletedIsNowhere(t *testing.T) {
	e := storetest.Open(t, "sqlite", store.Options{})
	a, b := storetest.People(t, e.DB)
	const canary = "canary-7f3a-withheld"
	ctx := storetest.Context()
	must(t, e.DB.SaveVersion(ctx, &framework.Version{Framework: "f", Number: 1, Title: "First", State: framework.Adopted}))
	must(t, e.DB.SaveRound(ctx, consultation.Round{Number: 1, Version: "f@1", Title: "One", Kind: consultation.OpenRound, Period: reference.YearPeriod(2015), Policy: consultation.NamedOrganisations, State: consultation.Open}))
	comment := consultation.Comment{ID: "c1", Round: 1, Submission: "s1", Kind: consultation.General, Body: []string{canary}, Text: []string{canary}, Found: consultation.FoundUnknown, Voices: []consultation.Attribution{}}
	must(t, e.DB.SaveSubmission(ctx, consultation.Submission{ID: "s1", Round: 1, Channel: consultation.ByWeb, Report: []consultation.ReportRow{}}, nil, []consultation.Comment{comment}, nil))
	who := func(p accounts.Principal) accounts.Signature {
		return accounts.Signature{Person: p.Person, Organisation: p.Organisation}
	}
	must(t, e.DB.Withhold(accounts.Enter(ctx, a), accounts.Withheld{Object: "comment/c1", Round: 1, State: accounts.WithheldNow, By: who(a)}, accounts.Change{Act: accounts.Quarantine, What: "tested"}))
	holds := func(pattern string) bool {
		t.Helper()
		files, err := filepath.Glob(pattern)
		must(t, err)
		if len(files) == 0 {
			t.Fatal("no file ", pattern)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			must(t, err)
			if bytes.Contains(data, []byte(canary)) {
				return true
			}
		}
		return false
	}
	if !holds(e.DSN + "*") {
		t.Fatal("the test looks in the wrong place: what is withheld is kept until two decide")
	}
	backup := filepath.Join(t.TempDir(), "backup.db")
	must(t, e.DB.Backup(ctx, backup)) // which verifies it
	if holds(backup + "*") {
		t.Error("a backup holds what is withheld")
	}
	content, err := accounts.ContentHash([]string{"comment/c1", string(accounts.DeletedGood)})
	must(t, err)
	must(t, e.DB.OpenApproval(accounts.Enter(ctx, a), accounts.Approval{ID: "x", Act: accounts.Settle, Object: "quarantine/comment/c1", Content: content},
		func(p *accounts.Approval, _ *accounts.Bench, _ accounts.Setting) error {
			p.State = accounts.Open
			return nil
		}))
	_, err = e.DB.CloseApproval(accounts.Enter(ctx, b), "x", accounts.Change{Act: accounts.Decide, What: "tested"}, func(p *accounts.Approval, _ *accounts.Bench) error {
		s := who(b)
		p.State, p.Decided = accounts.Approved, &s
		return nil
	})
	must(t, err)
	if holds(e.DSN + "*") {
		t.Error("what was deleted for good is still there")
	}
}
