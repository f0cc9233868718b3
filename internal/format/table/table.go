// Package table reads any CSV file or workbook into plain cells, and writes both safely.
//
// Reading is honest before it is convenient. Everything that had to be guessed (the encoding, the
// delimiter, the quote, the header row, title lines) stands in Table.Remarks; a remark with Ask set
// must be confirmed by a person before the cells are used. What has two possible readings, or one
// that would shift cells, is refused with the line, the column and how to mend it. No cell changes
// on the way: leading zeros stay, text is never trimmed, a workbook's numbers are the decimal text
// of the stored value, its dates are days whatever the workbook's epoch, its error cells are missing
// with their text kept. A formula is never evaluated (one without a stored result is refused),
// nothing is fetched, and no path of an archive is used. Hidden sheets are listed, never chosen
// unasked. Limits are counted while inflating and reading; no header of the file is believed.
//
// Read gives one table; ReadAll every visible sheet. Numbers (NumberColumn) are read by column,
// because one cell cannot tell 1,234 from 1.234. WriteCSV and WriteXLSX write; what they write, Read
// reads back the same when it is told the delimiter and the header row.
package table

import (
	"iter"
	"strconv"
	"strings"
)

// Kind says what a cell is. A text file has only texts and empty cells.
type Kind uint8

// The kinds of cell.
const (
	Empty  Kind = iota
	Text        // as read, to the last space
	Number      // exact decimal text such as -0.125
	Date        // 2006-01-02, or 2006-01-02T15:04:05 where the cell has a time too
	Time        // 15:04:05; more than 24 hours where the cell is a duration
	Bool        // TRUE or FALSE
	Error       // missing: Text keeps what the workbook shows, such as #N/A
)

var kindNames = [...]string{"empty", "text", "number", "date", "time", "bool", "error"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind " + strconv.Itoa(int(k))
}

// MarshalText writes the kind's name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Cell is one cell as read. Its column is its place in the row, 0 for the first (column A).
type Cell struct {
	Text string `json:"text"`
	Kind Kind   `json:"kind"`
	// Percent tells that a workbook shows the number as a percentage: Text is 0.5 where the reader
	// sees 50%.
	Percent bool `json:"percent,omitempty"`
}

// Row is one line of a text file (one record, which may span lines) or one row of a sheet.
type Row struct {
	// Number is where a person finds the row: the line on which the record starts, counted from 1
	// with blank lines and title lines, or the row of the sheet.
	Number int `json:"row"`
	// Cells end with the last one that holds something in a workbook; in a text file every row of
	// the table has the header's width.
	Cells []Cell `json:"cells"`
}

// At gives the cell of a column, counted from 0; beyond the row's end it is empty.
func (r Row) At(column int) Cell {
	if column < 0 || column >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[column]
}

// Remark is one sentence about what was seen or guessed.
type Remark struct {
	Row  int    `json:"row,omitempty"` // 0 where it is about the whole file
	Text string `json:"text"`
	// Ask tells that the reading is a guess which a person should confirm before it is used.
	Ask bool `json:"ask,omitempty"`
}

// SheetInfo names one sheet of a workbook.
type SheetInfo struct {
	Name   string `json:"name"`
	Hidden bool   `json:"hidden,omitempty"`
}

// Table is one sheet or one text file, read whole.
type Table struct {
	Name   string      `json:"file"`
	Format string      `json:"format"` // "csv" for any delimited text, "xlsx" for a workbook
	Sheet  string      `json:"sheet,omitempty"`
	Sheets []SheetInfo `json:"sheets,omitempty"`
	// Encoding, Delimiter and Quote say how a text file was read. Delimiter is the character itself,
	// ", " where every comma is followed by a space, and empty for a file of one column.
	Encoding  string `json:"encoding,omitempty"`
	Delimiter string `json:"delimiter,omitempty"`
	Quote     string `json:"quote,omitempty"`
	// HeaderRow is the Number of the row that names the columns; 0 where none could be told, and
	// then Header is nil and Rows holds everything. Header's names are without outer spaces.
	HeaderRow int      `json:"headerRow"`
	Header    []string `json:"header"`
	Rows      []Row    `json:"rows"`
	// Aside holds what is no part of the table and was not dropped: title lines above the header
	// and comment lines.
	Aside   []Row    `json:"aside,omitempty"`
	Remarks []Remark `json:"remarks,omitempty"`
	header  []Cell
}

// Width is the number of columns.
func (t *Table) Width() int {
	w := len(t.header)
	for _, r := range t.Rows {
		w = max(w, len(r.Cells))
	}
	return w
}

// Asks tells whether a person should confirm something before the cells are used.
func (t *Table) Asks() bool {
	for _, r := range t.Remarks {
		if r.Ask {
			return true
		}
	}
	return false
}

// Column finds a column by its header, without regard to case and outer spaces, counted from 0. A
// name that stands twice, or not at all, is a fault.
func (t *Table) Column(name string) (int, error) {
	found, want := -1, strings.TrimSpace(name)
	for i, h := range t.Header {
		if !strings.EqualFold(strings.TrimSpace(h), want) {
			continue
		}
		if found >= 0 {
			return 0, t.refuse(Problem{Row: t.HeaderRow, Column: ColumnName(i), Value: h,
				What: "the header names this column twice", Fix: "give each column its own name"})
		}
		found = i
	}
	if found < 0 {
		return 0, t.refuse(Problem{Row: t.HeaderRow, Value: name, What: "there is no column of this name",
			Fix: "name the column " + strconv.Quote(name) + " in the header row"})
	}
	return found, nil
}

// All gives every row that holds anything, in the order of the file: title lines, comments, the
// header and the rows.
func (t *Table) All() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		aside, head := t.Aside, t.HeaderRow
		for _, r := range t.Rows {
			for head > 0 || len(aside) > 0 {
				if len(aside) > 0 && aside[0].Number < r.Number && (head == 0 || aside[0].Number < head) {
					if !yield(aside[0]) {
						return
					}
					aside = aside[1:]
				} else if head > 0 {
					if !yield(Row{head, t.header}) {
						return
					}
					head = 0
				} else {
					break
				}
			}
			if !yield(r) {
				return
			}
		}
		for _, r := range aside {
			if !yield(r) {
				return
			}
		}
	}
}

// Options say what the caller knows better than a guess. The zero value guesses everything under
// DefaultLimits.
type Options struct {
	// Sheet names the sheet of a workbook; a hidden sheet is read when it is named.
	Sheet string
	// Encoding is a name such as "windows-1256" or "iso-8859-6"; Delimiter is a character, ", " or
	// "none" for one column; Quote is `"` or `'`.
	Encoding, Delimiter, Quote string
	// HeaderRow is the Number of the header row, or NoHeader; 0 guesses.
	HeaderRow int
	// Limits that are 0 take the default.
	Limits Limits
}

// NoHeader as Options.HeaderRow says that the first row holds data already.
const NoHeader = -1

// Read reads the table of a text file or of one sheet of a workbook. name is the file's name as the
// person knows it; it is used in messages, and to refuse what its ending says. A workbook with data
// on several visible sheets, none of them named, is refused with their names. The cells of a text file
// are parts of data, which must not be changed afterwards.
func Read(name string, data []byte, o Options) (*Table, error) {
	o.Limits = o.Limits.filled()
	workbook, err := sniff(name, data, o.Limits)
	if err != nil {
		return nil, err
	}
	if !workbook {
		return readText(name, data, o)
	}
	tables, err := readWorkbook(name, data, o, false)
	if err != nil {
		return nil, err
	}
	return tables[0], nil
}

// ReadAll is Read for every visible sheet that holds data, in the workbook's order, to be looked at.
// With Options.Sheet, and for a text file, it gives one table.
func ReadAll(name string, data []byte, o Options) ([]*Table, error) {
	o.Limits = o.Limits.filled()
	workbook, err := sniff(name, data, o.Limits)
	if err != nil {
		return nil, err
	}
	if workbook {
		return readWorkbook(name, data, o, true)
	}
	t, err := readText(name, data, o)
	if err != nil {
		return nil, err
	}
	return []*Table{t}, nil
}

// ColumnName writes a column counted from 0 as sheets do: A, B, … Z, AA.
func ColumnName(column int) string {
	if column < 0 {
		return ""
	}
	var b [8]byte
	i := len(b)
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		i--
		b[i] = byte('A' + (n-1)%26)
	}
	return string(b[i:])
}
