package table

import (
	"fmt"
	"slices"
	"strings"
)

// lay finds the header, the rows and what stands beside the table in a text file. Cells of a text
// file are placed by counting delimiters only, so a row of another width is refused, never padded.
func (t *Table) lay(s scanned, o Options) error {
	var all problems
	rows := s.rows
	width, head, err := t.findHeader(rows, s.blank, o)
	if err != nil {
		return err
	}
	if head >= 0 {
		t.Aside = append(t.Aside, rows[:head]...)
		t.setHeader(rows[head])
		rows = rows[head+1:]
	}
	kept := rows[:0]
	var comments []int
	for _, r := range rows {
		if len(r.Cells) == width {
			kept = append(kept, r)
			continue
		}
		if len(r.Cells) == 1 && isComment(r) {
			t.Aside = append(t.Aside, r)
			comments = append(comments, r.Number)
			continue
		}
		all.add(Problem{Row: r.Number, Value: r.Cells[0].Text, What: raggedWhat(len(r.Cells), width), Fix: raggedFix(r, s)})
	}
	t.Rows = kept
	if len(comments) > 0 {
		t.remark(comments[0], true, "lines that begin with # were taken as comments: %s", rowList(comments))
	}
	if head >= 0 {
		t.checkHeader(&all)
	}
	if all.total == 0 && len(t.Rows) == 0 {
		all.add(Problem{Row: t.HeaderRow, What: "there are no rows of data", Fix: "send a file with a header row and at least one row of data"})
	}
	if err := all.refusal(t.Name); err != nil {
		return err
	}
	t.suspect()
	return nil
}

func raggedWhat(n, width int) string {
	if width == 1 {
		return cellCount(n) + ", the table has one column"
	}
	return fmt.Sprintf("%s, the table has %d columns", cellCount(n), width)
}

func cellCount(n int) string {
	if n == 1 {
		return "the row has one cell"
	}
	return fmt.Sprintf("the row has %d cells", n)
}

func raggedFix(r Row, s scanned) string {
	if len(r.Cells) == 1 && slices.Contains(s.blank, r.Number-1) {
		return "if it is a note under the table or another table, take it out; else give the row all its cells"
	}
	return "give every row the same number of delimiters, and put quotes around a cell that holds one"
}

func (t *Table) setHeader(r Row) {
	t.HeaderRow, t.header = r.Number, r.Cells
	t.Header = make([]string, len(r.Cells))
	for i, c := range r.Cells {
		t.Header[i] = strings.TrimSpace(c.Text)
	}
}

// findHeader gives the table's width and the index of the header among the rows, -1 where there is
// none. Title lines above it are taken as such only where they cannot be a part of the header.
func (t *Table) findHeader(rows []Row, blank []int, o Options) (width, head int, err error) {
	width = usualWidth(rows)
	switch {
	case o.HeaderRow > 0:
		i := slices.IndexFunc(rows, func(r Row) bool { return r.Number == o.HeaderRow })
		if i < 0 {
			return 0, 0, t.refuse(Problem{Row: o.HeaderRow, What: "there is no header in this line: it is blank or part of another", Fix: "name the line in which the header begins"})
		}
		return len(rows[i].Cells), i, nil
	case o.HeaderRow < 0:
		return width, -1, nil
	}
	head = slices.IndexFunc(rows, func(r Row) bool {
		return len(r.Cells) == width && (width == 1 || filled(r) > 1)
	})
	if head < 0 {
		head = slices.IndexFunc(rows, func(r Row) bool { return len(r.Cells) == width })
	}
	if head > 0 {
		if err := t.titles(rows, head, blank); err != nil {
			return 0, 0, err
		}
	}
	if !headed(rows[head], rows[head+1:]) && looksLikeData(rows[head], rows[head+1:]) {
		t.remark(rows[head].Number, true, "the first row looks like data: no header row was found")
		if head > 0 {
			return width, head, t.askHeader(rows, head)
		}
		return width, -1, nil
	}
	return width, head, nil
}

// titles decides about the lines above what looks like the header. They are titles where each has
// one cell only and a blank line, a # or plain numbers under the header set them apart.
func (t *Table) titles(rows []Row, head int, blank []int) error {
	apart := slices.Contains(blank, rows[head].Number-1)
	for _, r := range rows[:head] {
		if len(r.Cells) == 1 && (apart || isComment(r) || headed(rows[head], rows[head+1:])) {
			continue
		}
		if filled(r) == 1 && len(r.Cells) == len(rows[head].Cells) && apart {
			continue
		}
		return t.askHeader(rows, head)
	}
	var lines []int
	for _, r := range rows[:head] {
		lines = append(lines, r.Number)
	}
	t.remark(lines[0], true, "lines above the header in line %d were taken as titles: %s", rows[head].Number, rowList(lines))
	return nil
}

func (t *Table) askHeader(rows []Row, head int) error {
	r := rows[0]
	p := Problem{Row: r.Number, Value: r.Cells[0].Text,
		What: fmt.Sprintf("this line and the next ones do not show which row is the header; line %d may be it", rows[head].Number),
		Fix:  "name the header row, or take out what stands above it"}
	if len(r.Cells) != len(rows[head].Cells) {
		p.What = fmt.Sprintf("%s; line %d has %d cells: it is not plain which one is the header", cellCount(len(r.Cells)), rows[head].Number, len(rows[head].Cells))
	}
	return t.refuse(p)
}

// usualWidth is the width most rows have; where two are equally frequent, that of the first row.
func usualWidth(rows []Row) int {
	counts := map[int]int{}
	for _, r := range rows {
		counts[len(r.Cells)]++
	}
	best := len(rows[0].Cells)
	for w, n := range counts {
		if n > counts[best] || n == counts[best] && w > best && best != len(rows[0].Cells) {
			best = w
		}
	}
	return best
}

func filled(r Row) int {
	n := 0
	for _, c := range r.Cells {
		if strings.TrimSpace(c.Text) != "" {
			n++
		}
	}
	return n
}

// checkHeader refuses names that are blank or stand twice. A blank name over a blank column is only
// remarked: it is the delimiter some programs write at the end of each line.
func (t *Table) checkHeader(all *problems) {
	first := map[string]int{}
	for i, h := range t.Header {
		key := strings.TrimSpace(h)
		if key == "" {
			if r, ok := t.columnHolds(i); ok {
				all.add(Problem{Row: t.HeaderRow, Column: ColumnName(i), What: fmt.Sprintf("the column has no name but row %d holds something in it", r),
					Fix: "write a name for the column in the header row"})
			} else {
				t.remark(t.HeaderRow, false, "column %s has neither a name nor a value", ColumnName(i))
			}
			continue
		}
		if j, ok := first[key]; ok {
			all.add(Problem{Row: t.HeaderRow, Column: ColumnName(i), Value: h, What: "column " + ColumnName(j) + " has the same name",
				Fix: "give each column its own name"})
			continue
		}
		first[key] = i
	}
	for _, r := range t.Rows {
		if len(t.header) > 1 && sameTexts(r.Cells, t.header) {
			all.add(Problem{Row: r.Number, Value: r.Cells[0].Text, What: "the header stands here again: two header rows, or several tables in one file",
				Fix: "send one table with one header row per file"})
		}
	}
}

func (t *Table) columnHolds(column int) (row int, ok bool) {
	for _, r := range t.Rows {
		if strings.TrimSpace(r.At(column).Text) != "" {
			return r.Number, true
		}
	}
	return 0, false
}

func sameTexts(a, b []Cell) bool {
	return len(a) == len(b) && a[0].Text == b[0].Text && slices.EqualFunc(a, b, func(x, y Cell) bool { return x.Text == y.Text })
}

// totals are the first cells of rows that add up the others, in the six languages and German.
var totals = []string{"total", "totals", "grand total", "subtotal", "sum", "all", "gesamt", "insgesamt", "ensemble", "suma", "итого", "всего", "المجموع", "الإجمالي", "الاجمالي", "合计", "总计", "合計"}

// suspect remarks on rows that may be no data: a second header row, totals, notes.
func (t *Table) suspect() {
	if t.HeaderRow > 0 && len(t.Rows) > 3 && len(t.header) > 1 && mostlyHeaded(t.Rows[0], t.Rows[1:]) {
		t.remark(t.Rows[0].Number, true, "row %d looks like a second header row", t.Rows[0].Number)
	}
	var sums []int
	for _, r := range t.Rows {
		for _, c := range r.Cells {
			if c.Kind == Empty {
				continue
			}
			if len(c.Text) < 40 && slices.Contains(totals, strings.ToLower(strings.Trim(c.Text, " :\u00a0"))) {
				sums = append(sums, r.Number)
			}
			break
		}
	}
	if len(sums) > 0 && len(sums)*4 < len(t.Rows)+4 {
		t.remark(sums[0], true, "rows look like totals of others: %s", rowList(sums))
	}
	if t.Width() < 3 {
		return
	}
	first := len(t.Rows)
	for first > 1 && filled(t.Rows[first-1]) == 1 {
		first--
	}
	var notes []int
	for _, r := range t.Rows[first:] {
		notes = append(notes, r.Number)
	}
	if len(notes) > 0 {
		t.remark(notes[0], true, "rows at the end look like notes: %s", rowList(notes))
	}
}
