package table

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

const (
	sheetRows    = 1 << 20 // what a sheet can have
	sheetColumns = 1 << 14
)

// sheet reads one worksheet row by row.
func (b *workbook) sheet(s sheetPart, o Options) (*Table, error) {
	t := &Table{Name: b.name, Format: "xlsx", Sheet: s.Name}
	for _, other := range b.sheets {
		t.Sheets = append(t.Sheets, other.SheetInfo)
	}
	r := reader{workbook: b, t: t}
	found, err := b.each(s.part, r.element)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, t.refuse(Problem{What: "the sheet is missing in the package", Fix: damaged})
	}
	if err := r.all.refusal(b.name); err != nil {
		return nil, err
	}
	if len(t.Rows) == 0 {
		return nil, t.refuse(Problem{What: "the sheet holds no cell", Fix: "send a sheet with a header row and at least one row of data"})
	}
	if err := t.laySheet(o); err != nil {
		return nil, err
	}
	r.tell(s)
	t.suspect()
	return t, nil
}

// reader gathers the rows of one sheet.
type reader struct {
	*workbook
	t          *Table
	all        problems
	block      []Cell // a block the rows are cut from
	row        int
	merged     []string
	hiddenRows int
	hiddenCols bool
	noDays     int // cells that show a day that never was
}

func (r *reader) element(x *xmlPart, e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		if isTrue(attr(e, "hidden")) {
			r.hiddenRows++
		}
		return r.readRow(x, e)
	case "col":
		r.hiddenCols = r.hiddenCols || isTrue(attr(e, "hidden"))
	case "mergeCell":
		r.merged = append(r.merged, attr(e, "ref"))
	}
	return nil
}

func (r *reader) readRow(x *xmlPart, e xml.StartElement) error {
	number := r.row + 1
	if a := attr(e, "r"); a != "" {
		n, err := strconv.Atoi(a)
		if err != nil || n <= r.row || n > sheetRows {
			return r.t.refuse(Problem{Row: r.row, Value: a, What: "the row after this one has a wrong number", Fix: damaged})
		}
		number = n
	}
	r.row = number
	start, next := len(r.block), 0
	for until := x.depth - 1; x.depth > until; {
		t, err := x.next()
		if err == io.EOF {
			return x.bad(io.ErrUnexpectedEOF)
		}
		if err != nil {
			return err
		}
		c, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if c.Name.Local != "c" {
			if err := x.skip(); err != nil {
				return err
			}
			continue
		}
		column := next
		if ref := attr(c, "r"); ref != "" {
			if column, ok = columnOf(ref, number); !ok || column < next {
				return r.t.refuse(Problem{Row: number, Value: ref, What: "a cell stands in a wrong place or twice", Fix: damaged})
			}
		}
		next = column + 1
		cell, err := r.readCell(x, c, column)
		if err != nil {
			return err
		}
		if cell.Kind == Empty {
			continue
		}
		if column >= r.lim.Columns {
			return tooLarge(r.name, "row %d has more than %d columns", number, r.lim.Columns)
		}
		if len(cell.Text) > r.lim.CellBytes {
			return tooLarge(r.name, "cell %s%d has more than %s", ColumnName(column), number, size(r.lim.CellBytes))
		}
		if need := start + column + 1; need > cap(r.block) {
			block := make([]Cell, 0, max(4096, 2*(column+1)))
			r.block, start = append(block, r.block[start:]...), 0
		}
		for len(r.block) < start+column {
			r.block = append(r.block, Cell{})
		}
		r.block = append(r.block, cell)
	}
	cells := r.block[start:len(r.block):len(r.block)]
	if len(cells) == 0 {
		return nil
	}
	r.workbook.cells += len(cells)
	switch {
	case r.workbook.cells > r.lim.Cells:
		return tooLarge(r.name, "the workbook has more than %d cells", r.lim.Cells)
	case len(r.t.Rows) == r.lim.Rows:
		return tooLarge(r.name, "the sheet has more than %d rows", r.lim.Rows)
	}
	r.t.Rows = append(r.t.Rows, Row{number, cells})
	return nil
}

// columnOf reads a cell's name, such as AB12, which has to stand in its row.
func columnOf(ref string, row int) (column int, ok bool) {
	i := 0
	for ; i < len(ref) && i < 4 && ref[i] >= 'A' && ref[i] <= 'Z'; i++ {
		column = column*26 + int(ref[i]-'A') + 1
	}
	n, err := strconv.Atoi(ref[i:])
	return column - 1, err == nil && n == row && i > 0 && column <= sheetColumns
}

func (r *reader) readCell(x *xmlPart, e xml.StartElement, column int) (Cell, error) {
	kind := attr(e, "t")
	style, err := strconv.Atoi(attr(e, "s"))
	if err != nil {
		style = 0
	}
	var v, formula string
	var hasValue, hasFormula bool
	for until := x.depth - 1; x.depth > until; {
		t, err := x.next()
		if err == io.EOF {
			return Cell{}, x.bad(io.ErrUnexpectedEOF)
		}
		if err != nil {
			return Cell{}, err
		}
		c, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		switch c.Name.Local {
		case "v":
			hasValue = true
			v, err = x.text()
		case "f":
			hasFormula = true
			formula, err = x.text()
		case "is":
			hasValue = true
			v, err = x.richText()
			if err == nil && kind == "inlineStr" {
				kind = "inlined" // its escapes are read already
			}
		default:
			err = x.skip()
		}
		if err != nil {
			return Cell{}, err
		}
	}
	problem := func(what, fix, value string) {
		r.all.add(Problem{Sheet: r.t.Sheet, Row: r.row, Column: ColumnName(column), Value: value, What: what, Fix: fix})
	}
	switch {
	case hasFormula && (!hasValue || v == "" && kind != "str" && kind != "inlined"):
		problem("the cell has a formula and no stored result", "open the workbook in a spreadsheet program and save it, or write the value itself", "="+formula)
		return Cell{}, nil
	case hasFormula && r.leadsOut(formula):
		problem("the cell takes its value from another workbook", "write the value itself", "="+formula)
		return Cell{}, nil
	case !hasValue || v == "" && kind != "s":
		return Cell{}, nil
	case kind == "inlined":
		return textCell(v), nil
	}
	cell, err := r.value(kind, style, v)
	if err != nil {
		problem(err.Error(), "write the cell again in a spreadsheet program", v)
	}
	if cell.Kind == Error && strings.HasPrefix(cell.Text, "1900-") {
		r.noDays++
	}
	return cell, nil
}

// tell writes the remarks about the sheet.
func (r *reader) tell(s sheetPart) {
	t := r.t
	var hidden []string
	for _, o := range r.sheets {
		if o.Hidden && o.Name != s.Name {
			hidden = append(hidden, strconv.Quote(o.Name))
		}
	}
	if len(hidden) > 0 {
		t.remark(0, false, "hidden sheets, not read: %s", strings.Join(hidden[:min(len(hidden), 30)], ", "))
	}
	if s.Hidden {
		t.remark(0, false, "sheet %q is hidden", s.Name)
	}
	if r.hiddenRows > 0 || r.hiddenCols {
		t.remark(0, true, "the sheet has hidden rows or columns; they were read too")
	}
	if n := len(r.merged); n > 0 {
		t.remark(0, true, "merged cells (%s): only the first cell of each holds a value", listRefs(r.merged))
	}
	if r.noDays > 0 {
		t.remark(0, true, "%d cells show a day that never was (0 January or 29 February 1900); they are missing", r.noDays)
	}
	if r.external {
		t.remark(0, false, "the workbook has links to other workbooks; nothing was fetched")
	}
	if r.date1904 {
		t.remark(0, false, "the workbook counts its days from 1904")
	}
	errors := 0
	for _, row := range t.Rows {
		for _, c := range row.Cells {
			if c.Kind == Error {
				errors++
			}
		}
	}
	if n := errors - r.noDays; n > 0 {
		t.remark(0, false, "%d cells show an error; they are missing, with their text kept", n)
	}
}

func listRefs(refs []string) string {
	if len(refs) <= 5 {
		return strings.Join(refs, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(refs[:5], ", "), len(refs)-5)
}

// laySheet finds the header of a sheet. The cells of a sheet have their places, so nothing can shift:
// where no header is plain, all rows are kept and the header is asked.
func (t *Table) laySheet(o Options) error {
	if o.HeaderRow < 0 {
		return nil
	}
	head := -1
	if o.HeaderRow > 0 {
		head = slices.IndexFunc(t.Rows, func(r Row) bool { return r.Number == o.HeaderRow })
		if head < 0 {
			return t.refuse(Problem{Row: o.HeaderRow, What: "the row is empty: it cannot be the header", Fix: "name another row"})
		}
	} else {
		width := 0
		for _, r := range t.Rows {
			width = max(width, filled(r))
		}
		for i, r := range t.Rows {
			if width == 1 || filled(r) > 1 {
				head = i
				break
			}
		}
		if why := t.noHeader(head); why != "" {
			t.remark(0, true, "no header row was found: %s", why)
			return nil
		}
		if head > 0 {
			t.remark(t.Rows[0].Number, true, "rows above the header in row %d were taken as titles", t.Rows[head].Number)
		}
	}
	t.Aside = t.Rows[:head:head]
	t.setHeader(t.Rows[head])
	t.Rows = t.Rows[head+1:]
	return nil
}

// noHeader says why a row of a sheet cannot be taken for the header; empty where it can.
func (t *Table) noHeader(head int) string {
	if head < 0 || head+1 >= len(t.Rows) {
		return "there is only one row with more than one cell"
	}
	row, body := t.Rows[head], t.Rows[head+1:]
	seen := map[string]bool{}
	width := 0
	for _, r := range body {
		width = max(width, len(r.Cells))
	}
	for i := range max(width, len(row.Cells)) {
		c := row.At(i)
		name := strings.TrimSpace(c.Text)
		switch {
		case name == "" && slices.ContainsFunc(body, func(r Row) bool { return r.At(i).Kind != Empty }):
			return fmt.Sprintf("row %d has no name for column %s", row.Number, ColumnName(i))
		case name == "":
		case c.Kind != Text && !(c.Kind == Number && shapeOf(c) == shapeYear):
			return fmt.Sprintf("row %d holds a %s in column %s", row.Number, c.Kind, ColumnName(i))
		case seen[name]:
			return fmt.Sprintf("row %d has the name %q twice", row.Number, clip(name))
		}
		seen[name] = name != ""
	}
	if looksLikeData(row, body) && !headed(row, body) {
		return fmt.Sprintf("row %d looks like data", row.Number)
	}
	return ""
}
