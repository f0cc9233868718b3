package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"waymark/internal/fault"
	"waymark/internal/monitoring"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

func signer(t *testing.T) (*store.Signer, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "waymark.db.key")
	s, err := store.OpenSigner(file)
	must(t, err)
	return s, file
}

func TestTheKeyIsMadeOnceForItsOwnerAlone(t *testing.T) {
	s, file := signer(t)
	info, err := os.Stat(file)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the key has the mode %o", info.Mode().Perm())
	}
	must(t, os.Chmod(file, 0o644))
	again, err := store.OpenSigner(file)
	must(t, err)
	if info, _ = os.Stat(file); again.Verifier != s.Verifier || info.Mode().Perm() != 0o600 {
		t.Errorf("opened again: another key, or the mode %o", info.Mode().Perm())
	}
	public, err := os.ReadFile(file + ".pub")
	must(t, err)
	if strings.TrimSpace(string(public)) != s.Verifier || strings.Contains(string(public), "PRIVATE") {
		t.Errorf("the public key is %q", public)
	}
	must(t, os.WriteFile(file, []byte("nonsense"), 0o600))
	if _, err := store.OpenSigner(file); !fault.Is(err, fault.Refused) {
		t.Errorf("a damaged key: %v", err)
	}
}

// Promise 8, against a checkpoint: whoever rewrites the whole trail consistently, or cuts its tail
// together with the data, is found.
func TestARewrittenTrailIsFoundAgainstASignedCheckpoint(t *testing.T) {
	for _, engine := range []string{"memory", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			ctx := context.Background()
			s, _ := signer(t)
			fill := func(edition string) *store.DB {
				db := storetest.Open(t, engine, store.Options{Now: func() time.Time { return time.Unix(1_800_000_000, 0) }}).DB
				for i := range 11 {
					must(t, db.SaveSource(storetest.Context(), monitoring.Source{Code: fmt.Sprint("s", i), Edition: edition}))
				}
				return db
			}
			honest := fill("first")
			text, err := honest.Sign(ctx, s)
			must(t, err)
			c, err := store.ParseCheckpoint([]byte(text), s.Verifier)
			must(t, err)
			must(t, honest.SaveSource(storetest.Context(), monitoring.Source{Code: "later"}))
			if v, err := honest.VerifyAgainst(ctx, c); err != nil || len(v.Breaks) > 0 || c.Seq != 11 {
				t.Fatalf("an honest trail that went on: %v, %v", v.Breaks, err)
			}
			forged := fill("changed and sealed again") // consistent in itself
			if v, err := forged.VerifyAgainst(ctx, c); err != nil || !names(v, 11) {
				t.Errorf("a trail written anew: %v, %v", v.Breaks, err)
			}
			short := storetest.Open(t, engine, store.Options{}).DB
			must(t, short.SaveSource(storetest.Context(), monitoring.Source{Code: "s0", Edition: "first"}))
			if v, err := short.VerifyAgainst(ctx, c); err != nil || !names(v, 11) {
				t.Errorf("a cut trail: %v, %v", v.Breaks, err)
			}
			for _, wrong := range []string{strings.Replace(text, "\n11\n", "\n10\n", 1), text[:len(text)-10], "", "waymark/audit\n11\n"} {
				if _, err := store.ParseCheckpoint([]byte(wrong), s.Verifier); err == nil {
					t.Errorf("taken: %q", wrong)
				}
			}
			other, _ := signer(t)
			if _, err := store.ParseCheckpoint([]byte(text), other.Verifier); !fault.Is(err, fault.Conflict) {
				t.Errorf("signed by another: %v", err)
			}
		})
	}
}

func TestACheckpointIsMadeEveryHourAndOnlyIfSomethingChanged(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	db := storetest.Open(t, "memory", store.Options{Now: func() time.Time { return now }}).DB
	s, _ := signer(t)
	ctx := context.Background()
	seqOf := func() int64 {
		must(t, db.SignIfDue(ctx, s))
		seq, _, _, err := db.NewestCheckpoint(ctx)
		if err != nil && !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		return seq
	}
	save := func(code string) { must(t, db.SaveSource(storetest.Context(), monitoring.Source{Code: code})) }
	got := []int64{seqOf()}
	save("a")
	got = append(got, seqOf())
	save("b")
	got = append(got, seqOf())
	now = now.Add(time.Hour)
	got = append(got, seqOf(), seqOf())
	now = now.Add(time.Hour)
	got = append(got, seqOf())
	if fmt.Sprint(got) != "[0 1 1 2 2 2]" {
		t.Errorf("the newest checkpoints were of %v", got)
	}
}
