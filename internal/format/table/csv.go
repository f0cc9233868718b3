package table

import (
	"slices"
	"strconv"
	"strings"
)

// dialect is how records and fields are told apart in a text file.
type dialect struct {
	delim byte // 0 for a file of one column
	// space tells that every delimiter is followed by a space which is no part of the field.
	space bool
	quote byte // '"', '\'' or 0 for none
	// escape is the quote itself where it is doubled (RFC 4180), or '\\'. With quote '\'' it may be
	// '"': text once quoted by " whose inner "" stayed doubled.
	escape byte
}

func (d dialect) delimiter() string {
	switch {
	case d.delim == 0:
		return ""
	case d.space:
		return string(d.delim) + " "
	}
	return string(d.delim)
}

// scanned is the records of a text and what was seen on the way.
type scanned struct {
	rows     []Row // without the blank ones
	blank    []int // lines that hold nothing, or nothing but delimiters
	lf, crlf int   // record ends
	cr       int
	problem  *Problem
	cut      bool // the problem is that the text ends within quotes
}

// scan reads records as RFC 4180 has them in this dialect, with any record end. It stops at the
// first thing it cannot read, and says what. Texts of cells are parts of text, not copies.
func scan(name, text string, d dialect, lim Limits) (scanned, error) {
	s := scanner{text: text, d: d, line: 1, cellBytes: lim.CellBytes}
	s.stop['\n'], s.stop['\r'] = true, true
	if d.delim != 0 {
		s.stop[d.delim] = true
	}
	if d.quote == '"' {
		s.stop['"'] = true
	}
	s.out.rows = make([]Row, 0, min(lim.Rows, 16+len(text)/64))
	total := 0
	for s.pos < len(text) {
		line, start := s.line, len(s.cells)
		if !s.record(&start) {
			break
		}
		cells := s.cells[start:len(s.cells):len(s.cells)]
		if isBlank(cells) {
			s.out.blank = append(s.out.blank, line)
			s.cells = s.cells[:start]
			continue
		}
		total += len(cells)
		switch {
		case len(cells) > lim.Columns:
			return s.out, tooLarge(name, "row %d has more than %d columns", line, lim.Columns)
		case len(s.out.rows) == lim.Rows:
			return s.out, tooLarge(name, "the file has more than %d rows", lim.Rows)
		case total > lim.Cells:
			return s.out, tooLarge(name, "the file has more than %d cells", lim.Cells)
		}
		s.out.rows = append(s.out.rows, Row{line, cells})
	}
	if s.long > 0 {
		return s.out, tooLarge(name, "row %d has a cell of more than %s", s.long, size(lim.CellBytes))
	}
	return s.out, nil
}

func isBlank(cells []Cell) bool {
	return !slices.ContainsFunc(cells, func(c Cell) bool { return strings.TrimSpace(c.Text) != "" })
}

type scanner struct {
	text      string
	d         dialect
	pos, line int
	stop      [256]bool
	cells     []Cell // a block the rows are cut from
	cellBytes int
	long      int // the line of a cell over the limit
	out       scanned
}

// record reads one record with its end. It returns false where it cannot.
func (s *scanner) record(start *int) bool {
	for column := 0; ; column++ {
		if column > 0 && s.d.space {
			if s.pos >= len(s.text) || s.text[s.pos] != ' ' {
				return s.fail(column, "a delimiter without the space that follows it elsewhere", "", false)
			}
			s.pos++
		}
		line := s.line
		field, ok := s.field(column)
		if !ok {
			return false
		}
		if len(field) > s.cellBytes {
			s.long = line
			return false
		}
		s.append(field, start)
		if s.pos >= len(s.text) {
			return true
		}
		switch s.text[s.pos] {
		case '\n':
			s.pos++
			s.out.lf++
		case '\r':
			s.pos++
			if s.pos < len(s.text) && s.text[s.pos] == '\n' {
				s.pos++
				s.out.crlf++
			} else {
				s.out.cr++
			}
		default: // the delimiter
			s.pos++
			continue
		}
		s.line++
		return true
	}
}

// append puts a cell into the block; a full block is left to the rows that have parts of it.
func (s *scanner) append(field string, start *int) {
	if len(s.cells) == cap(s.cells) {
		block := make([]Cell, 0, max(min(16384, 16+len(s.text)/8), 2*(len(s.cells)-*start)))
		s.cells = append(block, s.cells[*start:]...)
		*start = 0
	}
	c := Cell{Text: field, Kind: Text}
	if field == "" {
		c.Kind = Empty
	}
	s.cells = append(s.cells, c)
}

func (s *scanner) field(column int) (string, bool) {
	text, from := s.text, s.pos
	if s.d.quote != 0 && from < len(text) && text[from] == s.d.quote {
		return s.quoted(column)
	}
	i := from
	for i < len(text) && !s.stop[text[i]] {
		i++
	}
	s.pos = i
	if i < len(text) && text[i] == '"' && s.d.quote == '"' {
		return "", s.fail(column, "a quote (\") stands inside a field that does not begin with one", s.around(from), false)
	}
	return text[from:i], true
}

// quoted reads a field within quotes. Only a delimiter or the record's end may follow the closing
// quote; a ' that something else follows is an apostrophe.
func (s *scanner) quoted(column int) (string, bool) {
	text, q, line := s.text, s.d.quote, s.line
	from := s.pos + 1
	var b []byte // what is before an escape, copied
	part := from
	for i := from; ; {
		j := strings.IndexByte(text[i:], q)
		if j < 0 {
			s.line = line
			return "", s.fail(column, "a quote is opened here and never closed", s.around(from-1), true)
		}
		j += i
		switch {
		case s.d.escape == '\\' && j > from && text[j-1] == '\\':
			if j-1 > from && text[j-2] == '\\' {
				return "", s.fail(column, `\\ before a quote has two readings`, s.around(j-2), false)
			}
			b = append(append(b, text[part:j-1]...), q)
			i, part = j+1, j+1
		case s.d.escape == q && j+1 < len(text) && text[j+1] == q:
			b = append(b, text[part:j+1]...)
			i, part = j+2, j+2
		case j+1 == len(text) || text[j+1] == '\n' || text[j+1] == '\r' || s.d.delim != 0 && text[j+1] == s.d.delim:
			s.pos = j + 1
			s.line += lineEnds(text[from:j])
			field := text[part:j]
			if b != nil {
				field = string(append(b, field...))
			}
			if s.d.escape == '"' && q == '\'' {
				field = strings.ReplaceAll(field, `""`, `"`)
			}
			return field, true
		case q == '\'':
			i = j + 1
		default:
			what := "something follows a closing quote, or a quote inside the field is not doubled"
			if n := lineEnds(text[from:j]); n > 0 {
				what += " (seen in line " + strconv.Itoa(line+n) + ": a quote may be missing before)"
			}
			return "", s.fail(column, what, s.around(j), false)
		}
	}
}

// around shows what stands at a place of the text, within its line.
func (s *scanner) around(at int) string {
	from, to := max(0, at-12), min(len(s.text), at+24)
	if i := strings.LastIndexAny(s.text[from:at], "\r\n"); i >= 0 {
		from += i + 1
	}
	if i := strings.IndexAny(s.text[at:to], "\r\n"); i >= 0 {
		to = at + i
	}
	return strings.TrimSpace(strings.ToValidUTF8(s.text[from:to], ""))
}

func (s *scanner) fail(column int, what, value string, cut bool) bool {
	s.out.problem = &Problem{Row: s.line, Column: ColumnName(column), Value: value, What: what,
		Fix: `put the whole field in quotes and write each quote inside it twice ("")`}
	s.out.cut = cut
	return false
}
