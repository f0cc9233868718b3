package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"waymark/internal/accounts"
	"waymark/internal/publication"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// Somebody with the file in hand gives themselves a role, opens an account, unlocks an approval or
// changes a frozen figure: each is named.
func TestEveryTamperedRowOfAccountsAndReleasesIsNamed(t *testing.T) {
	for _, engine := range []string{"memory", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			db := storetest.Open(t, engine, store.Options{}).DB
			ctx := storetest.Context()
			a, _ := storetest.People(t, db)
			c := accounts.Change{Act: accounts.ManagePeople, What: "tested"}
			must(t, db.SaveMandate(ctx, accounts.Mandate{ID: "m", Person: a.Person}, c))
			must(t, db.SaveToken(ctx, accounts.Token{ID: "t", Person: a.Person}, c))
			must(t, db.SaveLink(ctx, accounts.Link{Hash: "l", Person: a.Person}, c))
			must(t, db.OpenApproval(ctx, accounts.Approval{ID: "ap", Act: accounts.Publish, Object: "x"}, func(a *accounts.Approval, _ *accounts.Bench, _ accounts.Setting) error {
				a.State = accounts.Open
				return nil
			}))
			const body = "{}"
			must(t, db.SaveRelease(ctx, publication.Release{ID: "r", State: publication.Frozen, Content: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}, []byte(body)))
			if v, err := db.Verify(ctx); err != nil || len(v.Breaks) > 0 {
				t.Fatal(v.Breaks, err)
			}
			for _, table := range []struct{ name, key, object string }{
				{"organisation", "code", "organisation/a"}, {"person", "id", "person/person-a"}, {"role_grant", "id", "grant/grant-averifier"},
				{"mandate", "id", "mandate/m"}, {"token", "id", "token/t"}, {"link", "id", "link/l"}, {"approval", "id", "approval/ap"}, {"release", "id", "release/r"},
			} {
				_, id, _ := strings.Cut(table.object, "/")
				where := fmt.Sprintf(" WHERE %s = '%s'", table.key, id)
				columns := map[string]string{"doc": "doc || ' '", "row_version": "row_version + 1"}
				switch table.name {
				case "person":
					columns["email"], columns["salt"] = "'thief@example.org'", "salt || '0'"
				case "role_grant", "mandate", "token", "link":
					columns["person"] = "'person-b'"
				case "approval":
					columns["state"], columns["open_key"] = "'approved'", "NULL"
				case "release":
					columns["state"], columns["body"], columns["opens_at"] = "'published'", "'{} '", "opens_at + 1"
				}
				for column, value := range columns {
					must(t, store.Raw(ctx, db, "CREATE TABLE kept AS SELECT * FROM "+table.name+where))
					must(t, store.Raw(ctx, db, "UPDATE "+table.name+" SET "+column+" = "+value+where))
					named(t, db, table.object, column)
					must(t, store.Raw(ctx, db, "UPDATE "+table.name+" SET "+column+" = (SELECT "+column+" FROM kept)"+where))
					must(t, store.Raw(ctx, db, "DROP TABLE kept"))
				}
				if table.name == "organisation" || table.name == "person" {
					continue // others name them: the database refuses to delete a person that has a role
				}
				must(t, store.Raw(ctx, db, "CREATE TABLE kept AS SELECT * FROM "+table.name+where))
				must(t, store.Raw(ctx, db, "DELETE FROM "+table.name+where))
				named(t, db, table.object, "the whole row")
				must(t, store.Raw(ctx, db, "INSERT INTO "+table.name+" SELECT * FROM kept"))
				must(t, store.Raw(ctx, db, "DROP TABLE kept"))
			}
			must(t, store.Raw(ctx, db, `INSERT INTO role_grant (id, person, row_version, doc) VALUES ('forged', 'person-a', 1, '{"id":"forged","role":"publisher"}')`))
			named(t, db, "grant/forged", "a forged role")
		})
	}
}

func named(t *testing.T, db *store.DB, object, what string) {
	t.Helper()
	v, err := db.Verify(context.Background())
	must(t, err)
	for _, b := range v.Breaks {
		if strings.Contains(b.What, object+" ") {
			return
		}
	}
	t.Errorf("%s of %s: not named in %v", what, object, v.Breaks)
}
