package monitoring

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"waymark/internal/framework"
	"waymark/internal/reference"
	"waymark/internal/safeguard"
)

// List is the rows of a file as a mapping reads them.
type List struct {
	File   string
	Sheet  string
	Header []string
	Rows   []ListRow
}

// ListRow is one row: its number in the file, counted as a person would, and its cells as text.
type ListRow struct {
	Number int
	Cells  []string
}

// AreaMatch is what an area cell was recognised as.
type AreaMatch struct {
	Area string // ISO 3166-1 alpha-3 or M49; empty: not recognised
	// Outside says why a recognised area is no country of the list (Taiwan, a region, a former state).
	Outside string
	Nearest []string // what may have been meant
}

// Known is what a proposal is compared with.
type Known struct {
	Mapping    *Mapping
	Source     Source
	Indicators map[string]framework.Indicator
	// Match recognises an area cell.
	Match func(string) AreaMatch
	// Check refuses text that must never be stored; it says what and how to mend, or nothing.
	Check func(text string) (what, fix string)
	// Current are the observations of the mapping's indicators that stand now, of every source.
	Current []Observation
}

// Proposal is what taking a list in would do. Nothing is stored yet.
type Proposal struct {
	New     []Observation
	Changed []Change
	// Conflicts are statements that contradict another source's; both are kept.
	Conflicts []Conflict
	// Problems are refused rows: while there is one, nothing of the list is stored.
	Problems []Problem
	// Remarks are rows that were understood and deliberately not counted, with the reason.
	Remarks []Problem
	Tally   Tally

	basis   int64 // the data version it was compared with
	mapping *Mapping
}

// Change is an observation that says something else than before.
type Change struct{ Old, New Observation }

// Rows lists the observations to be stored.
func (p *Proposal) Rows() []Observation {
	out := make([]Observation, 0, len(p.New)+len(p.Changed))
	out = append(out, p.New...)
	for _, c := range p.Changed {
		out = append(out, c.New)
	}
	return out
}

// Propose reads a list by a mapping and compares it with what is known. It is pure; it never guesses:
// what is not recognised is refused with its row, what it says and how to mend it.
func Propose(list List, known Known) *Proposal {
	p := &proposer{list: list, known: known, out: &Proposal{}, column: map[string]int{}, seen: map[Key]int{}}
	if !p.names() || !p.bindColumns() {
		return p.out
	}
	p.index()
	for i := range list.Rows {
		p.row(&list.Rows[i])
	}
	p.out.Tally.Read = len(list.Rows)
	p.out.Tally.New = len(p.out.New)
	p.out.Tally.Changed = len(p.out.Changed)
	p.out.Tally.Conflicting = len(p.out.Conflicts)
	if p.out.Tally.New+p.out.Tally.Changed+p.out.Tally.Same == 0 && len(p.out.Problems) == 0 {
		p.problem(Problem{What: "the file holds no observation", Fix: "Check that it is the right file and sheet, and that its rows are of the kinds this mapping reads."})
	}
	return p.out
}

type proposer struct {
	list    List
	known   Known
	out     *Proposal
	column  map[string]int
	current map[Key]*Observation
	// others are the standing answers of other sources by indicator and area.
	others map[[2]string][]*Observation
	seen   map[Key]int // key → row of this file
	// refused is the last row counted as refused.
	refused int
	areas   map[string]AreaMatch
}

func (p *proposer) problem(q Problem) {
	q.Sheet = p.list.Sheet
	if q.Row != p.refused || q.Row == 0 { // the tally counts rows, of which one may have several faults
		p.refused = q.Row
		p.out.Tally.Refused++
	}
	if len(p.out.Problems) < maxProblems && !slices.Contains(p.out.Problems[max(0, len(p.out.Problems)-5):], q) {
		p.out.Problems = append(p.out.Problems, q)
	}
}

// maxProblems bounds what is told of one file; the tally counts on.
const maxProblems = 1000

func (p *proposer) bindColumns() bool {
	for i, name := range p.list.Header {
		p.column[strings.TrimSpace(name)] = i
	}
	var missing []string
	for _, name := range p.known.Mapping.Columns {
		if _, ok := p.column[name]; !ok {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		p.problem(Problem{Row: 1, What: "the file has no column " + quoteAll(missing), Fix: "Its columns are " + quoteAll(p.list.Header) + ". Use the mapping " + p.known.Mapping.Code + " only for files with the columns " + quoteAll(p.known.Mapping.Columns) + "."})
	}
	read := append(p.known.Mapping.columns(), p.known.Mapping.Ignored...)
	for _, name := range p.list.Header {
		switch name = strings.TrimSpace(name); {
		case slices.Contains(read, name):
		case safeguard.PersonalColumn(name):
			p.problem(Problem{Row: 1, Column: name, What: fmt.Sprintf("the column %q looks as if it held data about persons, which are not kept here", name), Fix: "Take the column out of the file. If it holds nothing of the kind, have the mapping name it."})
			missing = append(missing, name)
		default:
			p.out.Remarks = append(p.out.Remarks, Problem{Sheet: p.list.Sheet, Row: 1, Column: name, What: "this column is not read"})
		}
	}
	return missing == nil
}

// names looks over what a file says outside its rows, its sheet and its columns, for text that must
// never be stored: it is not repeated, and the rows are not looked at.
func (p *proposer) names() bool {
	if what, fix := p.known.Check(p.list.Sheet); what != "" {
		p.list.Sheet = ""
		p.problem(Problem{What: "the name of the sheet: " + what, Fix: fix})
		return false
	}
	for i, name := range p.list.Header {
		if what, fix := p.known.Check(name); what != "" {
			p.problem(Problem{Row: 1, What: fmt.Sprintf("the header of column %d: %s", i+1, what), Fix: fix})
			return false
		}
	}
	return true
}

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(quoted, ", ")
}

func (p *proposer) index() {
	p.current = make(map[Key]*Observation, len(p.known.Current))
	p.others = map[[2]string][]*Observation{}
	p.areas = map[string]AreaMatch{}
	for i := range p.known.Current {
		o := &p.known.Current[i]
		if o.Source == p.known.Source.Code {
			p.current[o.Key] = o
		} else {
			k := [2]string{o.Indicator, o.Area}
			p.others[k] = append(p.others[k], o)
		}
	}
}

// reader reads the cells of one row and remembers what is wrong with them.
type reader struct {
	*proposer
	row *ListRow
	bad bool
}

func (r *reader) cell(column string) string {
	i, ok := r.column[column]
	if !ok || i >= len(r.row.Cells) {
		return ""
	}
	return strings.TrimSpace(r.row.Cells[i])
}

func (r *reader) refuse(column, value, what, fix string) {
	r.bad = true
	r.problem(Problem{Row: r.row.Number, Column: column, Value: value, What: what, Fix: fix})
}

func (r *reader) remark(column, value, what string) {
	r.out.Remarks = append(r.out.Remarks, Problem{Sheet: r.list.Sheet, Row: r.row.Number, Column: column, Value: value, What: what})
}

func (r *reader) field(f Field) string {
	if f.Const != "" {
		return f.Const
	}
	cell := r.cell(f.Column)
	if f.Words == nil || cell == "" {
		return cell
	}
	word, ok := f.Words[cell]
	if !ok {
		known := make([]string, 0, len(f.Words))
		for w := range f.Words {
			known = append(known, w)
		}
		slices.Sort(known)
		r.refuse(f.Column, cell, fmt.Sprintf("%q is not one of the words this column has", cell), "Write one of "+quoteAll(known)+".")
	}
	return word
}

func (r *reader) all(conditions []Condition) bool {
	for _, c := range conditions {
		if !c.holds(r.cell(c.Column)) {
			return false
		}
	}
	return true
}

func (p *proposer) row(row *ListRow) {
	r := &reader{proposer: p, row: row}
	for i, text := range row.Cells {
		if what, fix := p.known.Check(text); what != "" {
			r.refuse(p.header(i), "", what, fix) // the text itself is not repeated: it must not be stored anywhere
			return
		}
	}
	var taken []*Rule
	for i := range p.known.Mapping.Rules {
		if r.all(p.known.Mapping.Rules[i].When) {
			taken = append(taken, &p.known.Mapping.Rules[i])
		}
	}
	if taken == nil {
		for _, l := range p.known.Mapping.Left {
			if r.all(l.When) {
				r.remark("", "", "not counted: "+l.Why)
				return
			}
		}
		r.refuse("", "", "this mapping has no rule for such a row", "Check the row, or use a mapping that reads it.")
		return
	}
	area, ok := r.area()
	if !ok {
		return
	}
	for _, rule := range taken {
		o := r.observation(rule)
		o.Area = area
		if r.bad {
			return
		}
		p.place(o, row.Number)
	}
}

func (p *proposer) header(column int) string {
	if column < len(p.list.Header) {
		return strings.TrimSpace(p.list.Header[column])
	}
	return ""
}

// area recognises the country of the row; ok is false where the row ends here.
func (r *reader) area() (string, bool) {
	f := r.known.Mapping.Area
	if f.Const != "" {
		return f.Const, true
	}
	text := r.cell(f.Column)
	if text == "" {
		if r.known.Mapping.EmptyArea != "" {
			r.out.Tally.Outside++
			r.remark(f.Column, "", "not counted: "+r.known.Mapping.EmptyArea)
			return "", false
		}
		r.refuse(f.Column, "", "the country is missing", "Write its ISO code or its name.")
		return "", false
	}
	m, ok := r.areas[text]
	if !ok {
		m = r.known.Match(text)
		r.areas[text] = m
	}
	switch {
	case m.Area != "":
		return m.Area, true
	case m.Outside != "":
		r.out.Tally.Outside++
		r.remark(f.Column, text, "not counted: "+m.Outside)
	case len(m.Nearest) > 0:
		r.refuse(f.Column, text, fmt.Sprintf("%q is not a country we know", text), "Did you mean "+strings.Join(m.Nearest, ", or ")+"? Write the ISO code to be sure.")
	default:
		r.refuse(f.Column, text, fmt.Sprintf("%q is not a country we know", text), "Write the ISO code or the United Nations name.")
	}
	return "", false
}

func (r *reader) observation(rule *Rule) Observation {
	o := Observation{Nature: rule.Nature, Conf: Free}
	o.Indicator = r.field(rule.Indicator)
	o.Source = r.known.Source.Code
	ind, declared := r.known.Indicators[o.Indicator]
	if !declared && !r.bad {
		r.refuse(rule.Indicator.Column, o.Indicator, fmt.Sprintf("%q is not an indicator of the framework", o.Indicator), "Use a code of the framework's indicators.")
		return o
	}
	o.Sex, o.Age = r.breakdown(rule.Sex, "sex", sexes), r.breakdown(rule.Age, "age", ages)
	o.Period = r.period(rule)
	o.ProvenOn = r.firstDay(rule.Proven)
	o.Item = r.join(rule.Item, " / ")
	o.Note = r.join(rule.Note, " · ")
	o.Citation = r.join(rule.Citation, " · ")
	r.value(rule, ind, &o)
	return o
}

// The codes of breakdowns: SDMX CL_SEX, and its pattern for ages (Y0T17 is 0 to 17 years).
var (
	sexes = regexp.MustCompile(`^[FMO]$`)
	ages  = regexp.MustCompile(`^[YM](?:\d{1,3}(?:T\d{1,3})?|_(?:GE|LT)\d{1,3})$`)
)

// breakdown reads a code; empty and _T are the total.
func (r *reader) breakdown(f Field, what string, codes *regexp.Regexp) string {
	text := r.field(f)
	if text == "" || text == "_T" {
		return ""
	}
	if !codes.MatchString(text) {
		r.refuse(f.Column, text, fmt.Sprintf("%q is not a code of %s", text, what), "Leave it empty for the total, or write F or M for sex, and for age its years, for example Y0T17.")
	}
	return text
}

// value reads what is said: an answer, a number, or that there is none.
func (r *reader) value(rule *Rule, ind framework.Indicator, o *Observation) {
	if s := r.field(rule.Status); s != "" {
		o.Status = Status(s)
		if !o.Status.IsKnown() {
			r.refuse(rule.Status.Column, s, fmt.Sprintf("%q is not an observation status", s), "Use a code of the SDMX list: A, E, P, B, F, O, M, L or Q.")
			return
		}
	}
	text := ""
	if !rule.Value.IsZero() {
		text = r.field(rule.Value)
		if status, ok := rule.Words[text]; ok {
			o.Status = status
			o.Note = strings.TrimPrefix(o.Note+" · "+text, " · ") // the source's own word stays
		} else if text != "" {
			o.Value = r.number(rule.Value.Column, text)
		}
	}
	o.Numerator = r.number(rule.Numerator.Column, r.field(rule.Numerator))
	o.Denominator = r.number(rule.Denominator.Column, r.field(rule.Denominator))
	if a := r.field(rule.Answer); a != "" {
		o.Answer = Answer(strings.ToLower(a))
		if o.Answer == "unknown" {
			o.Answer = ""
		} else if o.Answer != AnswerYes && o.Answer != AnswerNo && o.Answer != AnswerPartly {
			r.refuse(rule.Answer.Column, a, fmt.Sprintf("%q is not an answer", a), "Write yes, partly, no or unknown.")
			return
		}
	}
	r.settle(ind, rule, o)
}

// settle makes value, answer and status agree with each other and with the kind of indicator.
func (r *reader) settle(ind framework.Indicator, rule *Rule, o *Observation) {
	if r.bad {
		return
	}
	empty := o.Value == nil && o.Answer == ""
	switch {
	case ind.Kind == framework.Number && o.Answer != "":
		r.refuse(rule.Answer.Column, string(o.Answer), ind.Code+" is answered with a number", "Leave the answer empty and fill in the value.")
	case ind.Kind == framework.Answer && o.Value != nil:
		r.refuse(rule.Value.Column, o.Value.String(), ind.Code+" is answered with yes, partly or no", "Leave the value empty and fill in the answer.")
	case o.Status == "" && empty:
		o.Status = Missing
	case o.Status == "":
		o.Status = Normal
	case empty && !o.Status.HasNoValue():
		r.refuse(rule.Status.Column, string(o.Status), fmt.Sprintf("the status %s says there is a value, and there is none", o.Status), "Fill in the value, or use status O (asked, no answer), M, L or Q.")
	case !empty && o.Status.HasNoValue():
		r.refuse(rule.Status.Column, string(o.Status), fmt.Sprintf("the status %s says there is no value, and there is one", o.Status), "Clear the value, or use status A, E, P, B or F.")
	}
}

func (r *reader) number(column, text string) *decimal.Decimal {
	if text == "" {
		return nil
	}
	if !isPlainNumber(text) {
		r.refuse(column, text, fmt.Sprintf("%q is not a number", text), "Write digits with a point before the decimals, for example 12.5; leave the cell empty where there is no value.")
		return nil
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		r.refuse(column, text, fmt.Sprintf("%q is not a number", text), "Write digits with a point before the decimals.")
		return nil
	}
	return &d
}

// isPlainNumber takes an optional minus, digits, and a point with digits: no exponent, no group
// signs, no comma, because each of those can be read two ways.
func isPlainNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, fraction, pointed := strings.Cut(s, ".")
	digits := func(s string) bool {
		return s != "" && strings.Trim(s, "0123456789") == ""
	}
	return len(s) <= 60 && digits(whole) && (!pointed || digits(fraction))
}

func (r *reader) period(rule *Rule) reference.Period {
	switch {
	case rule.Always:
		return reference.Always
	case !rule.Period.IsZero():
		text := r.field(rule.Period)
		if text == "" {
			r.refuse(rule.Period.Column, "", "the period is missing", "Write a year (2020), a month (2020-06), a day or a range (2015/2020).")
			return reference.Period{}
		}
		p, err := reference.ParsePeriod(text)
		if err != nil {
			r.refuse(rule.Period.Column, text, err.Error(), "Write it in one of those forms.")
		}
		return p
	case rule.Before != nil:
		if day := r.day(*rule.Before); day != 0 {
			return reference.Period{Start: reference.OpenStart, End: day.AddDays(-1)}
		}
	default:
		if day := r.firstDay(rule.From); day != 0 {
			return reference.Period{Start: day, End: reference.OpenEnd}
		}
	}
	return reference.Period{} // undated
}

func (r *reader) firstDay(fields []DateField) reference.Date {
	for _, f := range fields {
		if d := r.day(f); d != 0 {
			return d
		}
	}
	return 0
}

func (r *reader) day(f DateField) reference.Date {
	text := f.Const
	if text == "" {
		text = r.cell(f.Column)
	}
	if f.Words != nil {
		text = f.Words[text]
	}
	if text == "" {
		return 0
	}
	p, err := reference.ParsePeriod(text)
	if err != nil {
		r.refuse(f.Column, text, err.Error(), "Write it in one of those forms.")
		return 0
	}
	if f.End {
		return p.End
	}
	return p.Start
}

func (r *reader) join(columns []string, with string) string {
	var parts []string
	for _, c := range columns {
		if s := r.cell(c); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, with)
}

// place compares an observation with the file so far and with what stands.
func (p *proposer) place(o Observation, row int) {
	for n := 2; p.known.Mapping.Repeats != ""; n++ {
		if _, ok := p.seen[o.Key]; !ok {
			break
		}
		o.Item = strconv.Itoa(n)
	}
	if earlier, ok := p.seen[o.Key]; ok {
		p.problem(Problem{Row: row, What: fmt.Sprintf("rows %d and %d speak of the same thing (%s, %s, %s)", earlier, row, o.Indicator, o.Area, o.Period), Fix: "Keep one of them."})
		return
	}
	p.seen[o.Key] = row
	for _, other := range p.others[[2]string{o.Indicator, o.Area}] {
		if c, ok := contradiction(&o, other); ok {
			p.out.Conflicts = append(p.out.Conflicts, c)
		}
	}
	standing, ok := p.current[o.Key]
	switch {
	case !ok:
		p.out.New = append(p.out.New, o)
	case standing.Same(&o):
		p.out.Tally.Same++
	default:
		p.out.Changed = append(p.out.Changed, Change{*standing, o})
	}
}

// contradiction tells whether two sources say different things about one indicator of one area and
// breakdown in periods that share a day; a statement without a date is about any time.
func contradiction(a, b *Observation) (Conflict, bool) {
	if a.Status.HasNoValue() || b.Status.HasNoValue() || a.Sex != b.Sex || a.Age != b.Age || !sameTime(a.Period, b.Period) {
		return Conflict{}, false
	}
	if a.Answer == b.Answer && sameDecimal(a.Value, b.Value) {
		return Conflict{}, false
	}
	return Conflict{
		Area: a.Area, Of: a.Indicator,
		A:       Claim{Source: a.Source, Says: a.Says(), On: a.ProvenOn},
		B:       Claim{Source: b.Source, Says: b.Says(), On: b.ProvenOn},
		InScale: a.Answer == AnswerPartly || b.Answer == AnswerPartly,
	}, true
}
