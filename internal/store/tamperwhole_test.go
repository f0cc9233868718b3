package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"waymark/internal/accounts"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// tamperings is how many the tests make: 50, or what the battery asks for.
func tamperings() int {
	if n, err := strconv.Atoi(os.Getenv("WAYMARK_TAMPERINGS")); err == nil && n > 0 {
		return n
	}
	return 50
}

// guarded are the tables that the trail vouches for, with the SQL that names a row as verify does. What is not in it
// is bookkeeping: sessions, paces, letters, jobs, drafts, requests.
var guarded = []struct{ table, name string }{
	{"audit", "'audit row ' || seq || ':'"},
	{"area", "'area'"},
	{"framework_version", "'framework/' || framework || '@' || number"},
	{"source", "'source/' || code"},
	{"batch", "'batch/' || id"},
	{"observation", "'audit row ' || seq || ':'"},
	{"observation_history", "'audit row ' || seq || ':|audit row ' || ended_seq || ':'"},
	{"organisation", "'organisation/' || code"},
	{"person", "'person/' || id"},
	{"role_grant", "'grant/' || id"},
	{"mandate", "'mandate/' || id"},
	{"token", "'token/' || id"},
	{"link", "'link/' || id"},
	{"approval", "'approval/' || id"},
	{"release", "'release/' || id"},
	{"consultation_round", "'round/' || number"},
	{"consultation_submission", "'round/' || round"},
	{"consultation_comment", "'round/' || round"},
	{"consultation_amendment", "'round/' || round"},
	{"consultation_attribution", "'round/' || round"},
	{"consultation_disposition", "'round/' || round"},
	{"consultation_group", "'round/' || round"},
	{"consultation_response", "'round/' || round"},
}

// whole makes a database file with rows in every guarded table.
func whole(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "whole.db")
	db, err := store.Open(context.Background(), file, store.Options{})
	must(t, err)
	storetest.Seed(t, db)
	ctx := storetest.Context()
	must(t, db.SaveVersion(ctx, &framework.Version{Framework: "f", Number: 1, State: framework.Draft}))
	for i := range 8 {
		storetest.Save(t, db, fmt.Sprintf("b%d", i), storetest.Row("I1", "KEN", 2000+i, "1"), storetest.Row("I1", "TZA", 2000, fmt.Sprint(i)))
		must(t, db.SaveSource(ctx, monitoring.Source{Code: "list", Edition: fmt.Sprint(i)}))
	}
	must(t, db.WithdrawBatch(ctx, "b7", "wrong"))
	a, _ := storetest.People(t, db)
	c := accounts.Change{Act: accounts.ManagePeople, What: "tested"}
	for _, id := range []string{"m1", "m2"} {
		must(t, db.SaveMandate(ctx, accounts.Mandate{ID: id, Person: a.Person}, c))
		must(t, db.SaveToken(ctx, accounts.Token{ID: id, Person: a.Person}, c))
		must(t, db.SaveLink(ctx, accounts.Link{Hash: id, Person: a.Person}, c))
		must(t, db.OpenApproval(ctx, accounts.Approval{ID: id, Act: accounts.Publish, Object: "x" + id}, func(a *accounts.Approval, _ *accounts.Bench, _ accounts.Setting) error {
			a.State = accounts.Open
			return nil
		}))
		must(t, db.SaveRelease(ctx, publication.Release{ID: id, State: publication.Frozen, Content: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}, []byte("{}")))
	}
	storetest.Round(t, db)
	v, err := db.Verify(ctx)
	must(t, err)
	if len(v.Breaks) > 0 {
		t.Fatal(v.Breaks)
	}
	must(t, db.Close())
	return file
}

// Promise 8, over everything the trail vouches for: rows of any table changed, deleted, inserted and exchanged at random by
// whoever has the file; verify finds each and says where.
func TestRandomTamperingOfAnyTableIsLocated(t *testing.T) {
	original, err := os.ReadFile(whole(t))
	must(t, err)
	file := filepath.Join(t.TempDir(), "tampered.db")
	random := rand.New(rand.NewPCG(3, 4))
	ctx := context.Background()
	done := map[string]int{}
	for made := 0; made < tamperings(); {
		for _, end := range []string{"", "-wal", "-shm"} {
			os.Remove(file + end)
		}
		must(t, os.WriteFile(file, original, 0o600))
		db, err := store.Open(ctx, file, store.Options{})
		must(t, err)
		g := guarded[random.IntN(len(guarded))]
		what, names := tamper(t, db, random, g.table, g.name)
		if what == "" { // a key forbade it, or it changed nothing
			must(t, db.Close())
			continue
		}
		v, err := db.Verify(ctx)
		must(t, err)
		located := false
		for _, b := range v.Breaks {
			for _, n := range names {
				located = located || strings.Contains(b.String(), n)
			}
		}
		if !located {
			t.Errorf("%s: %s (%s) is not located in %v", g.table, what, strings.Join(names, ", "), v.Breaks)
		}
		must(t, db.Close())
		done[strings.Fields(what)[0]]++
		made++
	}
	if !t.Failed() {
		t.Logf("%v: all located", done)
	}
	for _, kind := range []string{"changed", "deleted", "inserted", "exchanged"} {
		if done[kind] == 0 {
			t.Errorf("nothing was %s: the test shows nothing of it", kind)
		}
	}
}

// tamper does one thing to one row and says what, and how verify may name it.
func tamper(t *testing.T, db *store.DB, random *rand.Rand, table, name string) (what string, names []string) {
	t.Helper()
	ctx := context.Background()
	raw := func(statement string, args ...any) bool { return store.Raw(ctx, db, statement, args...) == nil }
	if !raw("PRAGMA foreign_keys = 0") || !raw("PRAGMA ignore_check_constraints = 1") {
		t.Fatal("the tools of whoever has the file are missing")
	}
	columns, err := store.RawText(ctx, db, "SELECT group_concat(name) FROM pragma_table_info('"+table+"')")
	must(t, err)
	rows, err := store.RawInt(ctx, db, "SELECT COUNT(*) FROM "+table)
	must(t, err)
	if rows == 0 {
		t.Fatalf("%s is empty: nothing of it is shown", table)
	}
	list := strings.Split(columns, ",")
	pick := func() string {
		return fmt.Sprintf("(SELECT rowid FROM %s ORDER BY rowid LIMIT 1 OFFSET %d)", table, random.Int64N(rows))
	}
	at, other := pick(), pick()
	if one, err := store.RawInt(ctx, db, "SELECT rowid FROM "+table+" WHERE rowid = "+at); err == nil {
		at = fmt.Sprint(one)
	} else {
		at = "" // a table without rowid
	}
	two, err := store.RawInt(ctx, db, "SELECT rowid FROM "+table+" WHERE rowid = "+other)
	if err != nil || at == "" {
		return tamperKeyed(t, db, random, table, name, list, rows)
	}
	named, err := store.RawText(ctx, db, "SELECT "+name+" FROM "+table+" WHERE rowid = "+at)
	must(t, err)
	return act(t, db, random, table, named, list, "rowid = "+at, fmt.Sprintf("rowid = %d", two))
}

// tamperKeyed is tamper for tables without rowid: a row is found by its first column.
func tamperKeyed(t *testing.T, db *store.DB, random *rand.Rand, table, name string, list []string, rows int64) (string, []string) {
	t.Helper()
	ctx := context.Background()
	where := func() string {
		parts := make([]string, len(list))
		for i, c := range list {
			parts[i] = "'" + c + " IS ' || quote(" + c + ")"
		}
		row, err := store.RawText(ctx, db, fmt.Sprintf("SELECT %s FROM %s LIMIT 1 OFFSET %d", strings.Join(parts, " || ' AND ' || "), table, random.Int64N(rows)))
		must(t, err)
		return row
	}
	at, other := where(), where()
	named, err := store.RawText(ctx, db, "SELECT "+name+" FROM "+table+" WHERE "+at)
	must(t, err)
	return act(t, db, random, table, named, list, at, other)
}

func act(t *testing.T, db *store.DB, random *rand.Rand, table, named string, list []string, at, other string) (string, []string) {
	t.Helper()
	ctx := context.Background()
	raw := func(statement string) bool { return store.Raw(ctx, db, statement) == nil }
	count := func(where string) int64 {
		n, err := store.RawInt(ctx, db, "SELECT COUNT(*) FROM "+table+" WHERE "+where)
		must(t, err)
		return n
	}
	names := append(strings.Split(named, "|"), "never wrote", "does not know it", "areas are not", "the original file")
	if seq, ok := strings.CutPrefix(named, "audit row "); ok && table == "audit" {
		n, _ := strconv.Atoi(strings.TrimSuffix(seq, ":"))
		names = []string{named, fmt.Sprintf("audit row %d:", n+1), fmt.Sprintf("audit row %d:", n+100_000)}
	}
	column := list[random.IntN(len(list))]
	if column == "private" || column == "position" { // who sent it is erased on demand and in no chain; a gap in an order changes nothing
		return "", nil
	}
	switch random.IntN(4) {
	case 0:
		if !raw("UPDATE " + table + " SET " + column + " = CASE typeof(" + column + ") WHEN 'integer' THEN " + column + " + 1 WHEN 'real' THEN " + column + " + 1 WHEN 'null' THEN CASE WHEN '" + column + "' LIKE '%_at' THEN 1 ELSE 'x' END WHEN 'blob' THEN x'00' ELSE " + column + " || ' ' END WHERE " + at) {
			return "", nil
		}
		return "changed " + column, names
	case 1:
		if !raw("DELETE FROM " + table + " WHERE " + at) {
			return "", nil
		}
		return "deleted", names
	case 2:
		values := make([]string, len(list))
		for i, c := range list {
			if values[i] = c; i == random.IntN(2) || i == 0 {
				values[i] = "CASE typeof(" + c + ") WHEN 'integer' THEN " + c + " + 100000 ELSE " + c + " || 'z' END"
			}
		}
		before := count("1 = 1")
		if !raw("INSERT INTO "+table+" ("+strings.Join(list, ", ")+") SELECT "+strings.Join(values, ", ")+" FROM "+table+" WHERE "+at) || count("1 = 1") == before {
			return "", nil
		}
		return "inserted", append(names, "which the trail does not know")
	}
	a, err := store.RawText(ctx, db, "SELECT quote("+column+") FROM "+table+" WHERE "+at)
	must(t, err)
	b, err := store.RawText(ctx, db, "SELECT quote("+column+") FROM "+table+" WHERE "+other)
	must(t, err)
	if a == b || !raw("UPDATE "+table+" SET "+column+" = "+b+" WHERE "+at) {
		return "", nil
	}
	return "exchanged " + column, names
}
