package table

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Value is the number a cell of a number column holds, or why it holds none.
type Value struct {
	// Number is exact decimal text such as -1234.50: a sign only where it is negative, a point, no
	// thousands, no exponent. Empty where the cell holds none.
	Number string
	// Percent tells that the number is in hundredths: 50 for "50%", and for 0.5 shown as 50%.
	Percent bool
	// Bound is "<", "≤", ">", "≥" or "~" where the cell tells only a bound: the number is not the
	// value and must not be used as such.
	Bound string
	// Missing tells that the cell holds no value; Mark keeps what stood there ("–", "n/a", "#N/A").
	Missing bool
	Mark    string
}

// Notation is how the numbers of one column are written.
type Notation struct {
	Decimal   rune // '.' or ','
	Thousands rune // ',', '.', '\'', ' ' (any space), or 0 for none
}

// The notations a column may be told to have.
var (
	PointDecimal = Notation{Decimal: '.', Thousands: ','} // 1,234.5
	CommaDecimal = Notation{Decimal: ',', Thousands: '.'} // 1.234,5
)

func (n Notation) String() string {
	s := "decimal point"
	if n.Decimal == ',' {
		s = "decimal comma"
	}
	switch n.Thousands {
	case ',':
		s += ", thousands by comma"
	case '.':
		s += ", thousands by point"
	case '\'':
		s += ", thousands by apostrophe"
	case ' ':
		s += ", thousands by space"
	}
	return s
}

// Numbers is one column read as numbers.
type Numbers struct {
	Notation Notation
	Values   []Value // one for each row
	// Remarks say how the numbers were understood, when anything had to be told from others.
	Remarks []Remark
}

// missingMarks are what tables write for no value, without regard to case. "na" is here because the
// column is one of numbers: in a column of areas it is Namibia.
var missingMarks = []string{"-", "–", "—", "―", "−", "--", ".", "..", "...", "…", ":", "na", "n/a", "n.a.", "n.a", "nd", "n.d.", "n/d", "s/d", "null", "none", "#n/a"}

func missing(s string) bool {
	if len(s) > 6 {
		return false
	}
	for _, m := range missingMarks {
		if strings.EqualFold(s, m) {
			return true
		}
	}
	return false
}

// NumberColumn reads a column, counted from 0, as numbers. How they are written is told from the
// whole column: 1.5 or 0,25 or 1.234,5 decides for the others. A column in which every number may be
// read in two ways (1,234: a thousand, or one and a bit) is refused and asks for the notation, which
// chosen may give. Leading zeros make a code, not a number; currencies and words are refused.
func (t *Table) NumberColumn(column int, chosen *Notation) (*Numbers, error) {
	c := numberReader{t: t, column: column, chosen: chosen}
	for _, r := range t.Rows {
		c.look(r)
	}
	notation, err := c.decide()
	if err != nil {
		return nil, err
	}
	n := &Numbers{Notation: notation, Values: make([]Value, len(t.Rows))}
	var all problems
	share, whole := 0, 0 // the first rows with a % and without
	for i, r := range t.Rows {
		v, why := notation.Value(r.At(column))
		if why != "" {
			all.add(c.problem(r, why, "write the number alone, or leave the cell empty"))
			continue
		}
		n.Values[i] = v
		switch {
		case v.Number == "":
		case v.Percent:
			share = cmp.Or(share, r.Number)
		default:
			whole = cmp.Or(whole, r.Number)
		}
	}
	if share > 0 && whole > 0 {
		all.add(Problem{Sheet: t.Sheet, Row: max(share, whole), Column: ColumnName(column), What: "the column has numbers with % and without",
			Fix: "write all of them in the same way"})
	}
	if err := all.refusal(t.Name); err != nil {
		return nil, err
	}
	if c.evidence() {
		n.Remarks = append(n.Remarks, Remark{Row: c.shownRow, Ask: notation.Decimal == ',',
			Text: fmt.Sprintf("column %s was read with %s (%q is %s)", ColumnName(column), notation, c.shown, c.shownAs(notation))})
	}
	return n, nil
}

// numberReader gathers what the texts of a column say about its notation.
type numberReader struct {
	t            *Table
	column       int
	chosen       *Notation
	point, comma *Row // a row in which it must be the decimal sign
	byPoint      *Row // a row in which it must part thousands
	byComma      *Row
	space, quote bool
	either       *Row // a row whose one sign may be both: 1,234 or 1.234
	eitherSign   byte
	shown        string
	shownRow     int
	mixed        bool // there are such rows with a point and with a comma
}

func (c *numberReader) problem(r Row, what, fix string) Problem {
	return Problem{Sheet: c.t.Sheet, Row: r.Number, Column: ColumnName(c.column), Value: r.At(c.column).Text, What: what, Fix: fix}
}

// look notes what one cell tells.
func (c *numberReader) look(r Row) {
	cell := r.At(c.column)
	if cell.Kind != Text {
		return
	}
	body, _, _ := undress(cell.Text)
	if missing(body) {
		return
	}
	body = strings.TrimLeft(body, "+-")
	if i := strings.IndexAny(body, "eE"); i > 0 {
		body = body[:i]
	}
	if strings.ContainsAny(body, " ") {
		c.space = true
	}
	if strings.Contains(body, "'") {
		c.quote = true
	}
	points, commas := strings.Count(body, "."), strings.Count(body, ",")
	switch {
	case points == 0 && commas == 0:
		return
	case points > 0 && commas > 0:
		if strings.LastIndexByte(body, '.') > strings.LastIndexByte(body, ',') {
			c.point, c.byComma = first(c.point, r), first(c.byComma, r)
		} else {
			c.comma, c.byPoint = first(c.comma, r), first(c.byPoint, r)
		}
	case points > 1:
		c.byPoint = first(c.byPoint, r)
	case commas > 1:
		c.byComma = first(c.byComma, r)
	default:
		sign := byte('.')
		if commas == 1 {
			sign = ','
		}
		whole, part, _ := strings.Cut(body, string(sign))
		switch {
		case len(part) == 3 && len(whole) >= 1 && len(whole) <= 3 && whole[0] != '0' && !strings.ContainsAny(body, " '"):
			if c.either != nil && c.eitherSign != sign {
				c.mixed = true
			}
			if c.either == nil {
				c.either, c.eitherSign = first(nil, r), sign
			}
		case sign == '.':
			c.point = first(c.point, r)
		default:
			c.comma = first(c.comma, r)
		}
	}
	if c.shown == "" || c.either != nil && len(body) > len(c.shown) {
		c.shown, c.shownRow = cell.Text, r.Number
	}
}

// first keeps the first row that shows something.
func first(have *Row, r Row) *Row {
	if have == nil {
		c := r // a copy, so that only the kept row goes to the heap
		have = &c
	}
	return have
}

func (c *numberReader) evidence() bool { return c.shown != "" }

func (c *numberReader) shownAs(n Notation) string {
	v, _ := n.Value(Cell{Text: c.shown, Kind: Text})
	if v.Number == "" {
		return "no number"
	}
	return v.Number
}

// decide settles the notation, or says why it cannot be.
func (c *numberReader) decide() (Notation, error) {
	if c.chosen != nil {
		return *c.chosen, nil
	}
	byPoint, byComma := c.point != nil || c.byComma != nil, c.comma != nil || c.byPoint != nil
	if c.either != nil && c.mixed && !byPoint && !byComma {
		return Notation{}, c.refuse(*c.either, "the column has numbers with a point and with a comma, and each may be read in two ways")
	}
	var n Notation
	switch {
	case byPoint && byComma:
		r := c.comma
		if r == nil {
			r = c.byPoint
		}
		return Notation{}, c.refuse(*r, "the number is written in another way than others of its column: decimal point and decimal comma are mixed")
	case byPoint:
		n = PointDecimal
	case byComma:
		n = CommaDecimal
	case c.either != nil:
		body := strings.TrimSpace(c.either.At(c.column).Text)
		sign := string(c.eitherSign)
		return Notation{}, c.refuse(*c.either, fmt.Sprintf("the number may be read in two ways: %s or %s",
			strings.ReplaceAll(body, sign, ""), strings.ReplaceAll(body, sign, ".")))
	default:
		n = PointDecimal
	}
	switch {
	case c.space:
		n.Thousands = ' '
	case c.quote:
		n.Thousands = '\''
	}
	return n, nil
}

func (c *numberReader) refuse(r Row, what string) error {
	return refuse(c.t.Name, c.problem(r, what, "say whether the column has a decimal point or a decimal comma"))
}

// undress takes from a text what stands around a number: spaces, % and a bound. Digits of other
// scripts, spaces and minus signs become the plain ones.
func undress(text string) (body, bound string, percent bool) {
	s := strings.Map(func(r rune) rune {
		switch {
		case r < 0x80 && r != '\t':
			return r
		case r == '\t', r == 0xA0, r == 0x202F, r == 0x2009, r == 0x2007:
			return ' '
		case r >= 0x660 && r <= 0x669:
			return '0' + r - 0x660
		case r >= 0x6F0 && r <= 0x6F9:
			return '0' + r - 0x6F0
		case r >= 0xFF10 && r <= 0xFF19:
			return '0' + r - 0xFF10
		case r == 0x66B: // Arabic decimal sign
			return ','
		case r == 0x66C, r == 0x2019: // Arabic thousands sign, typographic apostrophe
			return '\''
		case r == 0x66A, r == 0xFF05:
			return '%'
		case r == 0x200E, r == 0x200F, r == 0x61C: // direction marks
			return -1
		}
		return r
	}, text)
	s = strings.TrimSpace(s)
	if rest, found := strings.CutPrefix(s, "−"); found && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
		s = "-" + rest
	}
	for _, b := range [...]string{"<=", ">=", "<", ">", "≤", "≥", "~", "≈"} {
		if rest, found := strings.CutPrefix(s, b); found {
			s = strings.TrimSpace(rest)
			bound = strings.NewReplacer("<=", "≤", ">=", "≥", "≈", "~").Replace(b)
			break
		}
	}
	if rest, found := strings.CutSuffix(s, "%"); found {
		s, percent = strings.TrimSpace(rest), true
	}
	return s, bound, percent
}

// Value reads one cell in this notation. why says what keeps it from being a number.
func (n Notation) Value(c Cell) (v Value, why string) {
	switch c.Kind {
	case Empty:
		return Value{Missing: true}, ""
	case Error:
		return Value{Missing: true, Mark: c.Text}, ""
	case Number:
		if c.Percent {
			return Value{Number: canonical(shift(c.Text, 2)), Percent: true}, ""
		}
		return Value{Number: canonical(c.Text)}, ""
	case Date, Time, Bool:
		return Value{}, "the cell is a " + c.Kind.String() + ", not a number"
	}
	body, bound, percent := undress(c.Text)
	if bound == "" && !percent && (body == "" || missing(body)) {
		return Value{Missing: true, Mark: strings.TrimSpace(c.Text)}, ""
	}
	number, why := n.parse(body)
	if why != "" {
		return Value{}, why
	}
	return Value{Number: number, Percent: percent, Bound: bound}, ""
}

// parse reads [sign] digits [decimal digits] [exponent], with thousands in whole groups of three.
func (n Notation) parse(s string) (number, why string) {
	const none = "the cell is no number"
	body, negative := s, false
	if body != "" && (body[0] == '-' || body[0] == '+') {
		negative = body[0] == '-'
		body = body[1:]
	}
	exponent := 0
	if i := strings.IndexAny(body, "eE"); i > 0 {
		e, err := strconv.Atoi(body[i+1:])
		if err != nil || e > 300 || e < -300 {
			return "", none
		}
		body, exponent = body[:i], e
	}
	whole, part, decimal := strings.Cut(body, string(n.Decimal))
	if decimal && part == "" || strings.IndexFunc(part, notDigit) >= 0 {
		return "", none
	}
	if n.Thousands != 0 && strings.ContainsRune(whole, n.Thousands) {
		groups := strings.Split(whole, string(n.Thousands))
		for i, g := range groups {
			if i == 0 && (len(g) == 0 || len(g) > 3) || i > 0 && len(g) != 3 {
				return "", "the digits are not parted in groups of three"
			}
		}
		whole = strings.Join(groups, "")
	}
	switch {
	case whole == "" && part == "", strings.IndexFunc(whole, notDigit) >= 0:
		return "", none
	case len(whole) > 1 && whole[0] == '0':
		return "", "the cell begins with a zero: that is a code, not a number"
	case len(whole)+len(part) > 400:
		return "", none
	}
	out := whole
	if decimal {
		out += "." + part
	}
	if exponent != 0 {
		out = shift(out, exponent)
	}
	if negative {
		out = "-" + out
	}
	return canonical(out), ""
}

func notDigit(r rune) bool { return r > unicode.MaxASCII || r < '0' || r > '9' }

// shift moves the decimal point of plain decimal text by places to the right, exactly.
func shift(s string, places int) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, part, _ := strings.Cut(s, ".")
	for ; places > 0; places-- {
		if part == "" {
			whole += "0"
			continue
		}
		whole, part = whole+part[:1], part[1:]
	}
	for ; places < 0; places++ {
		if whole == "" {
			part = "0" + part
			continue
		}
		whole, part = whole[:len(whole)-1], whole[len(whole)-1:]+part
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if part == "" {
		return sign + whole
	}
	return sign + whole + "." + part
}

// canonical gives -0.50 for -.50, and no sign to a zero.
func canonical(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	if s == "" || s[0] == '.' {
		s = "0" + s
	}
	if strings.Trim(s, "0.") == "" {
		sign = ""
	}
	return sign + s
}
