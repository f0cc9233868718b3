package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// rowsPerInsert is how many rows one statement inserts: by measurement on SQLite, 20 to 50 are alike
// and more are slower.
const rowsPerInsert = 40

// insertText is the engine's own statement that inserts n rows; tail may say what to do with a row
// that is there. SQLite gets bare question marks: it looks numbered ones up one by one, so that a
// statement with many takes the square of the time (measured: ten times slower at 2,300).
func (d *dialect) insertText(table, columns, tail string, n int) string {
	width := strings.Count(columns, ",") + 1
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES ", table, columns)
	for i := range n * width {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%width == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		if d.copies {
			fmt.Fprintf(&b, "$%d", i+1)
		} else {
			b.WriteByte('?')
		}
	}
	b.WriteByte(')')
	b.WriteString(tail)
	return b.String()
}

// insert writes n rows; row appends the values of the i-th.
func (tx *Tx) insert(ctx context.Context, table, columns, tail string, n int, row func(i int, values []any) []any) error {
	if n == 0 {
		return nil
	}
	if tx.db.dialect.copies && n > rowsPerInsert {
		return tx.copyWith(ctx, table, columns, tail, n, row)
	}
	width := strings.Count(columns, ",") + 1
	each := min(rowsPerInsert, tx.db.dialect.parameters/width)
	values := make([]any, 0, each*width)
	full, err := tx.tx.PrepareContext(ctx, tx.db.dialect.insertText(table, columns, tail, each))
	if err != nil {
		return err
	}
	defer full.Close()
	for i := 0; i < n; {
		values = values[:0]
		size := min(each, n-i)
		for range size {
			values = row(i, values)
			i++
		}
		if size < each {
			if err := tx.exec(ctx, tx.db.dialect.insertText(table, columns, tail, size), values...); err != nil {
				return err
			}
			continue
		}
		if err := tx.halt("INSERT INTO " + table); err != nil {
			return err
		}
		if _, err := full.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
	return nil
}

// copyWith is copy; where rows may be there already, it goes through a table of this transaction.
func (tx *Tx) copyWith(ctx context.Context, table, columns, tail string, n int, row func(i int, values []any) []any) error {
	if tail == "" {
		return tx.copy(ctx, table, columns, n, row)
	}
	if err := tx.exec(ctx, "CREATE TEMPORARY TABLE incoming (LIKE "+table+") ON COMMIT DROP"); err != nil {
		return err
	}
	if err := tx.copy(ctx, "incoming", columns, n, row); err != nil {
		return err
	}
	if err := tx.exec(ctx, "INSERT INTO "+table+" ("+columns+") SELECT "+columns+" FROM incoming"+tail); err != nil {
		return err
	}
	return tx.exec(ctx, "DROP TABLE incoming")
}

// copy inserts rows by PostgreSQL's copy protocol, inside the same transaction.
func (tx *Tx) copy(ctx context.Context, table, columns string, n int, row func(i int, values []any) []any) error {
	if err := tx.halt("COPY " + table); err != nil {
		return err
	}
	values := make([]any, 0, 32)
	return tx.conn.Raw(func(driver any) error {
		_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, strings.Split(columns, ", "),
			pgx.CopyFromSlice(n, func(i int) ([]any, error) {
				values = row(i, values[:0])
				return values, nil
			}))
		return err
	})
}
