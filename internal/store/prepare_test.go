package store_test

import (
	"strings"
	"testing"

	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

func TestEveryStatementIsPreparedOnEveryEngine(t *testing.T) {
	storetest.Each(t, func(t *testing.T, e storetest.Engine) {
		statements := store.Statements(e.DB)
		if len(statements) < 60 { // 32 ways to query, twice, and the rest
			t.Fatalf("only %d statements found", len(statements))
		}
		for _, s := range statements {
			if err := store.Prepare(e.DB, s); err != nil {
				t.Errorf("%v\n%s", err, s)
			}
		}
	})
}

func TestEveryStatementOfThePackageIsListed(t *testing.T) {
	listed := map[string]bool{}
	for _, s := range store.Statements(storetest.Open(t, "memory", store.Options{}).DB) {
		listed[s] = true
	}
	for name, text := range store.ConstantStatements(t) {
		if !listed[text] {
			t.Errorf("the statement %s is not among those that are prepared", name)
		}
	}
}

// A full scan of a table that grows is what makes a page slow years later.
func TestHotStatementsScanNoWholeTable(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			db := storetest.Open(t, engine, store.Options{}).DB
			storetest.Seed(t, db)
			for name, statement := range store.HotStatements() {
				plan, err := store.Explain(db, statement)
				must(t, err)
				if strings.Count(plan, "Index Scan") > strings.Count(plan, "Index Cond") { // PostgreSQL: a whole index
					t.Errorf("%s reads a whole index:\n%s", name, plan)
				}
				for line := range strings.SplitSeq(plan, "\n") {
					line = strings.TrimSpace(line)
					scan := strings.HasPrefix(line, "SCAN ") && !strings.HasPrefix(line, "SCAN json_each") || strings.Contains(line, "Seq Scan on ")
					if scan && !strings.Contains(line, "audit_head") { // one row
						t.Errorf("%s scans a whole table:\n%s", name, plan)
					}
				}
			}
		})
	}
}
