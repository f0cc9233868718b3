package table

import (
	"bufio"
	"io"
	"iter"
	"regexp"
	"strings"
)

// CSVOptions say for whom a CSV file is.
type CSVOptions struct {
	// BOM begins the file with the byte order mark by which spreadsheet programs know UTF-8.
	BOM bool
	// Spreadsheet puts an apostrophe before cells a spreadsheet program would take for a formula.
	// Never for a file machines read: there the apostrophe would be part of the value.
	Spreadsheet bool
}

// WriteCSV writes RFC 4180: UTF-8, commas, CR LF, quotes only where they are needed.
func WriteCSV(w io.Writer, rows iter.Seq[[]string], o CSVOptions) error {
	b := bufio.NewWriterSize(w, 64<<10)
	if o.BOM {
		if _, err := b.WriteString("\uFEFF"); err != nil {
			return err
		}
	}
	for row := range rows {
		for i, cell := range row {
			if i > 0 {
				_ = b.WriteByte(',') // a bufio.Writer keeps its error until Flush
			}
			if o.Spreadsheet {
				cell = EscapeFormula(cell)
			}
			writeField(b, cell, len(row) == 1)
		}
		if _, err := b.WriteString("\r\n"); err != nil {
			return err
		}
	}
	return b.Flush()
}

// writeField writes one field; one that stands alone in its line is quoted when empty, so that the
// line is not taken for a blank one.
func writeField(b *bufio.Writer, field string, alone bool) {
	if !strings.ContainsAny(field, "\",\r\n") && strings.TrimSpace(field) == field && !(alone && field == "") {
		_, _ = b.WriteString(field) // kept until Flush
		return
	}
	_ = b.WriteByte('"')
	_, _ = b.WriteString(strings.ReplaceAll(field, `"`, `""`))
	_ = b.WriteByte('"')
}

var plainNumber = regexp.MustCompile(`^[+-]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?%?$`)

// EscapeFormula puts an apostrophe before a text that a spreadsheet program would run as a formula:
// one that begins with = + - @, a tab or a line end, also in their wide forms and after spaces, and
// is no number. A text that begins with an apostrophe before such a sign gets one more, so that
// UnescapeFormula always gives the text back.
func EscapeFormula(s string) string {
	if isFormula(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

// UnescapeFormula takes the apostrophe of EscapeFormula away again.
func UnescapeFormula(s string) string {
	if strings.HasPrefix(s, "'") && isFormula(strings.TrimLeft(s, "'")) {
		return s[1:]
	}
	return s
}

func isFormula(s string) bool {
	t := strings.TrimLeft(s, " \u00a0\u3000\ufeff")
	if t != "" && strings.IndexByte("\t\r\n", t[0]) >= 0 {
		return true
	}
	for _, sign := range [...]string{"=", "+", "-", "@", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(t, sign) {
			return !plainNumber.MatchString(t)
		}
	}
	return false
}

// WriteCells writes the cells as read, as plain RFC 4180: the table from the header on for a text
// file; for a sheet every row that holds anything, titles too, all of one width.
func (t *Table) WriteCells(w io.Writer) error {
	width := t.Width()
	return WriteCSV(w, func(yield func([]string) bool) {
		write := func(r Row) bool {
			row := make([]string, max(width, len(r.Cells)))
			for i, c := range r.Cells {
				row[i] = c.Text
			}
			return yield(row)
		}
		if t.Format == "csv" {
			if t.HeaderRow > 0 && !yield(t.Header) {
				return
			}
			for _, r := range t.Rows {
				if !write(r) {
					return
				}
			}
			return
		}
		for r := range t.All() {
			if !write(r) {
				return
			}
		}
	}, CSVOptions{})
}
