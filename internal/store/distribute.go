package store

import (
	"context"
	"fmt"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

// layout is one table and the statement that lays it out.
type layout struct{ table, statement string }

// distribution is how the tables are laid out over several PostgreSQL machines with the extension
// Citus: the two big ones in parts by area, so that all about one area lies together, the small ones
// whole on every machine.
func distribution() []layout {
	var out []layout
	small := []string{"audit_head"}
	for _, t := range tables { // in their order: what is named before what names it
		if t.name != "observation" && t.name != "observation_history" {
			small = append(small, t.name)
		}
	}
	for _, t := range small {
		out = append(out, layout{t, fmt.Sprintf("SELECT create_reference_table('%s')", t)})
	}
	return append(out,
		layout{"observation", "SELECT create_distributed_table('observation', 'area')"},
		layout{"observation_history", "SELECT create_distributed_table('observation_history', 'area', colocate_with => 'observation')"})
}

// Distribute lays the tables out over the machines of a Citus server, once; again changes nothing. It refuses, in a plain
// sentence, where the extension is missing.
func (db *DB) Distribute(ctx context.Context) error {
	if db.dialect != postgresDialect {
		return fault.New(fault.Refused, "A SQLite file cannot be spread over several machines.", "Copy it to PostgreSQL first: waymark copy FROM TO")
	}
	if err := accounts.Require(ctx, "distribute", accounts.Scope{}); err != nil {
		return err
	}
	if db.w == nil {
		return fault.New(fault.Refused, "This database is open for reading only.", "Open it for writing.")
	}
	var there int
	if err := db.w.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_extension WHERE extname = 'citus'`).Scan(&there); err != nil {
		return db.fault(err, "the extensions of the server could not be read")
	}
	if there == 0 {
		return fault.New(fault.Refused, "This PostgreSQL server has no extension Citus, so that its tables stay on one machine. Everything works there.",
			"To spread them, install Citus on the server, run CREATE EXTENSION citus, and repeat this command.")
	}
	for _, l := range distribution() {
		var done int
		if err := db.w.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_dist_partition WHERE logicalrelid = $1::regclass`, l.table).Scan(&done); err != nil {
			return db.fault(err, "the layout of the tables could not be read")
		}
		if done > 0 {
			continue
		}
		if _, err := db.w.ExecContext(ctx, l.statement); err != nil {
			return db.fault(err, "the tables could not be spread")
		}
	}
	return nil
}
