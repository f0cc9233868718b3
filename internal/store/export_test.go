package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// BareInsert is what SaveBatch is measured against: the same rows and columns, prepared statements
// of the same size or the copy protocol, one transaction, the same primary key, and nothing else.
func BareInsert(ctx context.Context, db *DB, rows []monitoring.Observation) error {
	columns := strings.Split(observationColumns, ", ")
	types := make([]string, len(columns))
	for i, c := range columns {
		types[i] = c + " {text}"
		switch c {
		case "period_start", "period_end", "proven_on", "recorded_at", "row_version", "seq":
			types[i] = c + " {int64}"
		case "value_number":
			types[i] = c + " {double}"
		}
	}
	create := fmt.Sprintf("CREATE TABLE bare (%s, PRIMARY KEY (%s)) {strict}", strings.Join(types, ", "), keyColumns)
	if _, err := db.w.ExecContext(ctx, db.dialect.tokens.Replace(create)); err != nil {
		return err
	}
	conn, err := db.w.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	values := make([]any, 0, 100*len(columns))
	if db.dialect.copies {
		err = conn.Raw(func(driver any) error {
			_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{"bare"}, columns, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
				return observationValues(values[:0], &rows[i], 1), nil
			}))
			return err
		})
	} else {
		var insert *sql.Stmt
		insert, err = tx.PrepareContext(ctx, db.dialect.insertText("bare", observationColumns, "", 100))
		for i := 0; err == nil && i < len(rows); i += 100 {
			values = values[:0]
			for j := i; j < i+100; j++ {
				values = observationValues(values, &rows[j], 1)
			}
			_, err = insert.ExecContext(ctx, values...)
		}
	}
	if err != nil {
		return err
	}
	return tx.Commit()
}

// SetHook makes every following write stop where hook returns an error.
func SetHook(db *DB, hook func(statement string) error) { db.hook = hook }

// Raw runs SQL behind the program, as somebody with the file in hand could.
func Raw(ctx context.Context, db *DB, statement string, args ...any) error {
	_, err := db.w.ExecContext(ctx, db.dialect.rewrite(statement), args...)
	return err
}

// RawInt reads one number behind the program.
func RawInt(ctx context.Context, db *DB, statement string, args ...any) (n int64, err error) {
	err = db.w.QueryRowContext(ctx, db.dialect.rewrite(statement), args...).Scan(&n)
	return n, err
}

// RawText reads one text behind the program.
func RawText(ctx context.Context, db *DB, statement string, args ...any) (s string, err error) {
	err = db.w.QueryRowContext(ctx, db.dialect.rewrite(statement), args...).Scan(&s)
	return s, err
}

// Migrate brings the tables to the newest of other migrations.
func Migrate(ctx context.Context, db *DB, files fs.FS) error {
	return db.migrateTo(ctx, engineFS{files, db.dialect})
}

// Migrations gives the shipped ones as one engine sees them, with more laid over them.
func Migrations(t *testing.T, more map[string]string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(name)] = &fstest.MapFile{Data: text}
	}
	for name, text := range more {
		out[name] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)}
	}
	return out
}

// TableNames lists what Copy copies.
func TableNames() (names []string) {
	for _, t := range tables {
		names = append(names, t.name)
	}
	return names
}

// Layouts lists the tables Distribute lays out.
func Layouts() (names []string) {
	for _, l := range distribution() {
		names = append(names, l.table)
	}
	return names
}

// Schema gives the tables and indexes as they stand.
func Schema(db *DB) (string, error) {
	var out strings.Builder
	err := db.each(context.Background(), `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite_%' ORDER BY rowid`, nil, func(rows *sql.Rows) error {
		var text string
		err := rows.Scan(&text)
		out.WriteString("\n" + text + ";\n")
		return err
	})
	return out.String(), err
}

// Statements lists every statement the package can run, in common text.
func Statements(db *DB) []string {
	out := []string{
		selectVersion, lockHead, insertAudit, moveHead, selectAudit, selectAreas, upsertArea,
		selectVersions, selectDocument, selectNewest, selectStanding, upsertVersion,
		selectSources, selectSource, upsertSource, selectBatch, selectBatches,
		insertBatch, selectCodes, selectPlaces, selectThere, selectLast,
		closeBatch, selectWithin, selectEnded, selectReplaced, deleteRest,
		selectHistory, selectChain, selectHead, selectEverything, selectKnown, selectDocuments, selectVersionOfTables,
		selectOrganisations, selectOrganisation, selectAllGrants, selectGrants, selectAllMandates, selectMandates, selectLink, selectToken, selectTokens,
		selectPeople, selectPerson, selectPersonByEmail, selectPersonVersion, selectSalt, insertPerson, updatePerson, forgetUse,
		insertSession, updateSession, selectSession, selectSessions, deleteSession, deleteSessions, deleteOld,
		selectUse, upsertUse, selectPace, upsertPace, deletePace, lockPace, lockStep,
		selectAllApprovals, selectApprovals, selectApproval, selectOpen, selectSetting, insertSetting, selectTrail,
		selectReleases, selectRelease, selectReleaseBody, selectReleaseVersion, selectReleasesDue, insertRelease, updateRelease,
		selectAccounts, selectApprovalRows, selectWaitingRows, insertProposed, selectProposed, deleteProposed, selectReleaseRows, selectHashes, selectCheckpoint, insertCheckpoint,
		selectDrafts, selectDraft, upsertDraft, deleteDraft, deleteSent, deleteDrafts, countDrafts, selectWaiting, selectWaiter, insertWaiting, deleteWaiting,
		forgetWaiting, selectFormKey, insertFormKey,
		selectRounds, selectRound, insertRound, updateRound, countRoundWrite, selectOriginal, selectSubmission, selectSubmissions, selectComments,
		selectAmendments, selectDispositions, selectGroups, selectResponses, selectAttributions, insertSubmission, insertComment, insertAmendment,
		insertAttribution, insertDisposition, insertGroup, insertResponse, countSubmissions, countComments, countAmendments, countDispositions,
		countGroups, countResponses, selectCommentVersion, selectAmendmentVersion, updateComment, updateAmendment, deleteAttributions,
		forgetSenders, forgetCommenters, forgetAmenders,
		selectVersionColumns, selectBatchColumns, selectOrphans, selectSealedRounds, selectOriginals, selectRequest, insertRequest, deleteRequests, selectFirst, countObject,
		insertLetter, selectLetters, delayLetter, deleteLetter, deleteLettersTo, insertChallenge, takeChallenge, deleteChallenges,
		selectWithheld, selectWithheldI, selectHeld, holdObject, lookComment, lookAmendment, lookSubmission, swapComment, swapAmendment, swapSubmission, stripHeld,
		insertJob, claimJob, finishJob, selectJobs, selectJob, selectNamed,
		db.dialect.countTables,
		db.dialect.insertText("observation", observationColumns, "", 1),
		db.dialect.insertText("observation", observationColumns, onKeyConflict, rowsPerInsert),
		db.dialect.insertText("observation_history", historyColumns, "", rowsPerInsert),
	}
	for _, a := range []account{organisationRows, grantRows, mandateRows, linkRows, tokenRows, approvalRows, quarantineRows} {
		out = append(out, a.one, a.insert, a.update)
	}
	for _, q := range everyQuery() {
		statement, _ := db.observationQuery(q, 0)
		out = append(out, statement)
	}
	for _, table := range tables {
		if table.order != "" {
			out = append(out, copyText(table.name, table.columns, table.order))
		}
	}
	return out
}

// everyQuery has each combination of what an ObservationQuery may narrow.
func everyQuery() []monitoring.ObservationQuery {
	var out []monitoring.ObservationQuery
	for bits := range 64 {
		var q monitoring.ObservationQuery
		for i, list := range []*[]string{&q.Indicators, &q.Areas, &q.Sources} {
			if bits&(1<<i) != 0 {
				*list = []string{"a"}
			}
		}
		if bits&8 != 0 {
			q.Period = reference.YearPeriod(2020)
		}
		if bits&16 != 0 {
			q.After = &monitoring.Key{}
		}
		if bits&32 != 0 {
			q.Limit = 10
		}
		out = append(out, q)
	}
	return out
}

// HotStatements are those of pages and of each write; reading everything is meant to scan.
func HotStatements() map[string]string {
	db := &DB{dialect: postgresDialect} // lists have the same text on both
	query := func(q monitoring.ObservationQuery) string { s, _ := db.observationQuery(q, 0); return s }
	one := []string{"a"}
	return map[string]string{
		"selectRequest": selectRequest, "deleteRequests": deleteRequests,
		"selectLetters": selectLetters, "takeChallenge": takeChallenge, "claimJob": claimJob, "selectJob": selectJob,
		"selectVersion": selectVersion, "selectAudit": selectAudit, "lockHead": lockHead,
		"selectDocument": selectDocument, "selectNewest": selectNewest, "selectSource": selectSource,
		"selectBatch": selectBatch, "selectBatches": selectBatches, "selectHistory": selectHistory,
		"selectThere": selectThere, "selectLast": selectLast, "selectWithin": selectWithin,
		"selectEnded": selectEnded, "selectReplaced": selectReplaced, "deleteRest": deleteRest, "closeBatch": closeBatch,
		"selectRound": selectRound, "selectOriginal": selectOriginal, "selectSubmission": selectSubmission, "selectComments": selectComments,
		"selectDispositions": selectDispositions, "selectAttributions": selectAttributions, "countComments": countComments,
		"selectCommentVersion": selectCommentVersion, "updateComment": updateComment, "deleteAttributions": deleteAttributions,
		"indicators":       query(monitoring.ObservationQuery{Indicators: one}),
		"areas":            query(monitoring.ObservationQuery{Areas: one}),
		"areas+indicators": query(monitoring.ObservationQuery{Areas: one, Indicators: one}),
		"page":             query(monitoring.ObservationQuery{After: &monitoring.Key{}, Limit: 10}),
		"indicators page":  query(monitoring.ObservationQuery{Indicators: one, After: &monitoring.Key{}, Limit: 10}),
	}
}

// Prepare asks the engine whether it understands a statement.
func Prepare(db *DB, statement string) error {
	s, err := db.w.PrepareContext(context.Background(), db.dialect.rewrite(statement))
	if err != nil {
		return err
	}
	return s.Close()
}

var argument = regexp.MustCompile(`\$\d+`)

// Explain gives the plan of a statement. PostgreSQL is told that a scan is dear, because on the few
// rows of a test it would choose one even where an index serves.
func Explain(db *DB, statement string) (string, error) {
	ctx := context.Background()
	var out strings.Builder
	if db.dialect == sqliteDialect {
		args := make([]any, len(argument.FindAllString(statement, -1)))
		for i := range args {
			args[i] = "[]"
		}
		err := db.each(ctx, "EXPLAIN QUERY PLAN "+statement, args[:maxArgument(statement)], func(rows *sql.Rows) error {
			var id, parent, unused int
			var detail string
			err := rows.Scan(&id, &parent, &unused, &detail)
			fmt.Fprintln(&out, detail)
			return err
		})
		return out.String(), err
	}
	tx, err := db.w.BeginTx(ctx, nil)
	if err != nil {
		return "", err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "SET LOCAL enable_seqscan = off"); err != nil {
		return "", err
	}
	if _, err := tx.ExecContext(ctx, "SET LOCAL plan_cache_mode = force_generic_plan"); err != nil {
		return "", err
	}
	if _, err := tx.ExecContext(ctx, "PREPARE hot AS "+statement); err != nil {
		return "", err
	}
	defer db.w.ExecContext(ctx, "DEALLOCATE ALL")
	nulls := strings.Repeat(", NULL", maxArgument(statement))
	if nulls != "" {
		nulls = "(" + nulls[2:] + ")"
	}
	rows, err := tx.QueryContext(ctx, "EXPLAIN EXECUTE hot"+nulls)
	err = drain(rows, err, func(rows *sql.Rows) error {
		var line string
		err := rows.Scan(&line)
		fmt.Fprintln(&out, line)
		return err
	})
	_, e := tx.ExecContext(ctx, "DEALLOCATE hot")
	return out.String(), errors.Join(err, e)
}

func maxArgument(statement string) int {
	most := 0
	for _, a := range argument.FindAllString(statement, -1) {
		n, _ := strconv.Atoi(a[1:])
		most = max(most, n)
	}
	return most
}

// ConstantStatements reads the package's own source for constants that are whole statements.
func ConstantStatements(t *testing.T) map[string]string {
	t.Helper()
	files := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var parsed []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
	}
	// Only constants are evaluated, so that what the files import need not be there.
	constants := map[string]ast.Expr{}
	for _, f := range parsed {
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				for i, n := range v.Names {
					if i < len(v.Values) {
						constants[n.Name] = v.Values[i]
					}
				}
			}
		}
	}
	var text func(ast.Expr) (string, bool)
	text = func(e ast.Expr) (string, bool) {
		switch e := e.(type) {
		case *ast.BasicLit:
			s, err := strconv.Unquote(e.Value)
			return s, err == nil && e.Kind == token.STRING
		case *ast.Ident:
			if c, ok := constants[e.Name]; ok {
				return text(c)
			}
		case *ast.BinaryExpr:
			x, ok1 := text(e.X)
			y, ok2 := text(e.Y)
			return x + y, ok1 && ok2
		}
		return "", false
	}
	out := map[string]string{}
	for name, e := range constants {
		if s, ok := text(e); ok {
			for _, verb := range []string{"SELECT ", "INSERT ", "UPDATE ", "DELETE "} {
				if strings.HasPrefix(s, verb) {
					out[name] = s
				}
			}
		}
	}
	if len(out) < 20 {
		t.Fatalf("only %d statements found in the source", len(out))
	}
	return out
}
