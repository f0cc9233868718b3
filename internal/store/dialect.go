package store

import (
	"database/sql"
	"encoding/json"
	"regexp"
	"strings"
	"sync"

	"github.com/pressly/goose/v3"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is everything in which the two engines differ, besides opening (sqlite.go, postgres.go)
// and backup (backup.go). The list is closed: a new difference is added here or avoided.
type dialect struct {
	name  string
	goose goose.Dialect
	// tokens are the types of the migrations, in braces.
	tokens *strings.Replacer
	// rewrite turns the common text of a statement into the engine's own.
	rewrite func(string) string
	// list makes the argument of "= ANY($n)".
	list func([]string) any
	// countTables tells whether there is any schema yet.
	countTables string
	// parameters is how many a statement may have.
	parameters int
	// copies tells that rows are inserted in bulk by the copy protocol.
	copies bool
	// snapshot is the isolation under which several statements read one state.
	snapshot sql.IsolationLevel
	// fault turns a driver's error into a fault.
	fault func(err error, doing string) error
	// isRetryable tells that the engine undid the transaction and that the same again may succeed.
	isRetryable func(error) bool
	// isFull tells that the disk of the database is full.
	isFull func(error) bool
	// isBroken tells that the engine could not make a commit durable.
	isBroken func(error) bool
}

var sqliteDialect = &dialect{
	name:  "sqlite",
	goose: goose.DialectSQLite3,
	tokens: strings.NewReplacer("{int64}", "INTEGER", "{double}", "REAL", "{text}", "TEXT", "{bytes}", "BLOB",
		" {strict}", " STRICT", " {strict, clustered}", " STRICT, WITHOUT ROWID"),
	rewrite:     rewriteForSQLite,
	list:        func(s []string) any { b, _ := json.Marshal(s); return string(b) },
	countTables: `SELECT COUNT(*) FROM sqlite_schema WHERE name = 'goose_db_version'`,
	parameters:  32766,
	fault:       sqliteFault,
	isRetryable: sqliteIsBusy,
	isFull:      func(err error) bool { return sqliteCode(err)&0xff == sqlite3.SQLITE_FULL },
	isBroken:    sqliteIsBroken,
}

// Text sorts by its bytes on both engines, so that keys have one order.
var postgresDialect = &dialect{
	name:  "postgres",
	goose: goose.DialectPostgres,
	tokens: strings.NewReplacer("{int64}", "BIGINT", "{double}", "DOUBLE PRECISION", "{text}", `TEXT COLLATE "C"`, "{bytes}", "BYTEA",
		" {strict}", "", " {strict, clustered}", ""),
	rewrite:     func(s string) string { return s },
	list:        func(s []string) any { return s },
	countTables: `SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'goose_db_version'`,
	parameters:  65535,
	copies:      true,
	snapshot:    sql.LevelRepeatableRead,
	fault:       postgresFault,
	isRetryable: postgresIsRetryable,
	isFull:      func(err error) bool { return postgresCode(err) == "53100" },
	isBroken:    func(error) bool { return false }, // the server ends itself after a failed fsync
}

var (
	anyOf       = regexp.MustCompile(`= ANY\(\$(\d+)\)`)
	placeholder = regexp.MustCompile(`\$(\d+)`)
	rewritten   sync.Map // statement -> the same for SQLite
)

// rewriteForSQLite numbers placeholders in SQLite's way ($2 there is a name, and drivers bind names
// in the order of their appearance) and turns lists into JSON, because SQLite has no arrays.
func rewriteForSQLite(s string) string {
	if t, ok := rewritten.Load(s); ok {
		return t.(string)
	}
	t := anyOf.ReplaceAllString(s, `IN (SELECT value FROM json_each(?$1))`)
	t = placeholder.ReplaceAllString(t, `?$1`)
	if len(s) < 4<<10 { // the long ones are rests of bulk inserts, of many lengths
		rewritten.Store(s, t)
	}
	return t
}
