package table

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"waymark/internal/fault"
)

// Problem is one thing that keeps a file from being read, where it stands and how to mend it.
type Problem struct {
	Sheet  string `json:"sheet,omitempty"`
	Row    int    `json:"row,omitempty"`    // line of a text file or row of the sheet; 0 for the whole file
	Column string `json:"column,omitempty"` // letter, as sheets name it
	Value  string `json:"value,omitempty"`  // the cell's beginning
	What   string `json:"what"`
	Fix    string `json:"fix"`
}

// String is the problem in one clause without the file.
func (p Problem) String() string {
	var where []string
	if p.Sheet != "" {
		where = append(where, "sheet "+strconv.Quote(p.Sheet))
	}
	if p.Row > 0 {
		where = append(where, "row "+strconv.Itoa(p.Row))
	}
	if p.Column != "" {
		where = append(where, "column "+p.Column)
	}
	s := p.What
	if len(where) > 0 {
		s = strings.Join(where, ", ") + ": " + s
	}
	if p.Value != "" {
		s += " (" + strconv.Quote(p.Value) + ")"
	}
	return s
}

// MaxProblems is how many problems a Refusal lists; Total counts them all.
const MaxProblems = 100

// Refusal is a file that was refused for the problems of its rows. errors.As finds in it the
// fault.Error with the first problem's sentence.
type Refusal struct {
	File     string
	Problems []Problem
	Total    int
	fault    *fault.Error
}

func (r *Refusal) Error() string { return r.fault.Error() }

// Unwrap gives the fault a person may see.
func (r *Refusal) Unwrap() error { return r.fault }

// problems collects while reading.
type problems struct {
	list  []Problem
	total int
}

func (p *problems) add(q Problem) {
	p.total++
	if len(p.list) < MaxProblems {
		q.Value = clip(q.Value)
		p.list = append(p.list, q)
	}
}

func (p *problems) refusal(file string) error {
	if p.total == 0 {
		return nil
	}
	first := p.list[0]
	text := first.String()
	if file != "" {
		text = file + ", " + text
		if first.Row == 0 && first.Sheet == "" && first.Column == "" {
			text = file + ": " + first.String()
		}
	}
	if n := p.total - 1; n == 1 {
		text += "; and one more"
	} else if n > 1 {
		text += fmt.Sprintf("; and %d more", n)
	}
	return &Refusal{File: file, Problems: p.list, Total: p.total, fault: fault.New(fault.Refused, text, first.Fix)}
}

// refuse makes a refusal of one problem.
func refuse(file string, p Problem) error {
	var all problems
	all.add(p)
	return all.refusal(file)
}

func (t *Table) refuse(p Problem) error {
	p.Sheet = t.Sheet
	return refuse(t.Name, p)
}

func (t *Table) remark(row int, ask bool, format string, args ...any) {
	t.Remarks = append(t.Remarks, Remark{Row: row, Text: fmt.Sprintf(format, args...), Ask: ask})
}

// clip shortens a value for a message.
func clip(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// rowList writes row numbers for a sentence: "3, 5, 9 and 12 more".
func rowList(rows []int) string {
	const most = 5
	var parts []string
	for _, r := range rows[:min(most, len(rows))] {
		parts = append(parts, strconv.Itoa(r))
	}
	s := strings.Join(parts, ", ")
	if n := len(rows) - most; n > 0 {
		s += fmt.Sprintf(" and %d more", n)
	}
	return s
}
