package monitoring

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"waymark/internal/fault"
)

// Mapping says how the rows of one kind of list become observations. It is data: a new list needs a
// mapping and no code. The same mappings serve the shipped evidence and a partner's file.
type Mapping struct {
	Code   string `json:"code"`
	Source string `json:"source,omitempty"` // the source it was written for; empty: any
	Title  string `json:"title"`
	// Columns must all be in the file; columns that no rule reads are reported.
	Columns []string `json:"columns"`
	// Optional may be there; a rule reads an absent one as empty.
	Optional []string `json:"optional,omitempty"`
	// Area names the country; a row whose area is empty is refused, or left out for this reason.
	Area      Field  `json:"area"`
	EmptyArea string `json:"emptyArea,omitempty"`
	Rules     []Rule `json:"rules"`
	// Repeats tells that the source itself names an area twice with different values, why, and that
	// each is kept as an item of its own; without it such rows are refused.
	Repeats string `json:"repeats,omitempty"`
	// Left are rows that are known and deliberately not read. A row that no rule takes and that is not
	// among them is refused: nothing is dropped silently.
	Left []Left `json:"left,omitempty"`
	// Ignored columns carry nothing for this mapping; named here so that their absence from the rules
	// is a decision.
	Ignored []string `json:"ignored,omitempty"`
}

// Rule makes one observation of each row it takes.
type Rule struct {
	When      []Condition `json:"when,omitempty"` // all must hold
	Indicator Field       `json:"indicator"`
	// Answer or Value is what is said. A Value cell that is one of Words is no number but that status.
	Answer      Field             `json:"answer,omitzero"`
	Value       Field             `json:"value,omitzero"`
	Words       map[string]Status `json:"words,omitempty"`
	Status      Field             `json:"status,omitzero"`
	Numerator   Field             `json:"numerator,omitzero"`
	Denominator Field             `json:"denominator,omitzero"`
	Nature      Nature            `json:"nature"`
	// The period it holds: Period as written; else from the first of From that is given until further
	// notice, or from ever until the day before Before. None of them given: undated.
	Period Field       `json:"period,omitzero"`
	From   []DateField `json:"from,omitempty"`
	Before *DateField  `json:"before,omitempty"`
	Always bool        `json:"always,omitempty"`
	Proven []DateField `json:"proven,omitempty"`

	Sex      Field    `json:"sex,omitzero"`
	Age      Field    `json:"age,omitzero"`
	Item     []string `json:"item,omitempty"` // columns that tell several of one area apart
	Note     []string `json:"note,omitempty"` // columns kept as the source's own words
	Citation []string `json:"citation,omitempty"`
}

// Field is a cell, perhaps translated, or a constant.
type Field struct {
	Column string            `json:"column,omitempty"`
	Const  string            `json:"const,omitempty"`
	Words  map[string]string `json:"words,omitempty"` // cell → what it means; other cells are refused
}

// IsZero tells whether the field is not used.
func (f Field) IsZero() bool { return f.Column == "" && f.Const == "" }

// DateField is a day read from a cell: the start or the end of the period written there.
type DateField struct {
	Column string            `json:"column,omitempty"`
	Const  string            `json:"const,omitempty"`
	Words  map[string]string `json:"words,omitempty"` // cell → period; other cells count as empty
	End    bool              `json:"end,omitempty"`   // the last day of the period; else the first
	Note   string            `json:"note,omitempty"`  // why this day
}

// Condition is a test of one cell. Exactly one of the tests is set.
type Condition struct {
	Column    string   `json:"column"`
	Is        []string `json:"is,omitempty"`
	IsNot     []string `json:"isNot,omitempty"`
	Starts    []string `json:"starts,omitempty"`
	StartsNot []string `json:"startsNot,omitempty"`
	Empty     *bool    `json:"empty,omitempty"`
}

func (c Condition) holds(cell string) bool {
	starts := func(p string) bool { return strings.HasPrefix(cell, p) }
	switch {
	case c.Empty != nil:
		return (cell == "") == *c.Empty
	case c.Is != nil:
		return slices.Contains(c.Is, cell)
	case c.IsNot != nil:
		return !slices.Contains(c.IsNot, cell)
	case c.Starts != nil:
		return slices.ContainsFunc(c.Starts, starts)
	}
	return !slices.ContainsFunc(c.StartsNot, starts)
}

// Left is rows that are known and not read.
type Left struct {
	When []Condition `json:"when"`
	Why  string      `json:"why"`
}

// ParseMapping reads a mapping and refuses unknown names, so that a misspelt one is not ignored.
func ParseMapping(data []byte) (*Mapping, error) {
	var m Mapping
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // some editors put a byte order mark in front
	if name, err := twice(json.NewDecoder(bytes.NewReader(data))); err == nil && name != "" {
		return nil, fault.Newf(fault.Refused, "the mapping says %q twice in one place", name).WithFix("Keep one of the two: which of them counts cannot be told.")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return nil, fault.Newf(fault.Refused, "the mapping cannot be read: %v", err).WithFix("Compare it with a shipped mapping: waymark import --list.")
	}
	if d.More() {
		return nil, fault.New(fault.Refused, "the mapping cannot be read: something follows its end", "Keep one mapping in a file.")
	}
	if err := m.validate(); err != nil {
		return nil, err
	}
	return &m, nil
}

// twice gives the first name that stands twice in one object; the usual reader keeps the last without a word.
func twice(d *json.Decoder) (string, error) {
	t, err := d.Token()
	if err != nil || t != json.Delim('{') && t != json.Delim('[') {
		return "", err
	}
	seen := map[string]bool{}
	for d.More() {
		if t == json.Delim('{') {
			key, err := d.Token()
			if err != nil {
				return "", err
			}
			name, _ := key.(string)
			if seen[name] {
				return name, nil
			}
			seen[name] = true
		}
		if name, err := twice(d); err != nil || name != "" {
			return name, err
		}
	}
	_, err = d.Token()
	return "", err
}

func (m *Mapping) validate() error {
	refuse := func(format string, args ...any) error {
		return fault.Newf(fault.Refused, "mapping %s: %s", m.Code, fmt.Sprintf(format, args...))
	}
	if m.Code == "" || m.Area.IsZero() || len(m.Rules) == 0 {
		return refuse("it needs a code, an area and at least one rule")
	}
	for _, c := range m.columns() {
		if !slices.Contains(m.Columns, c) && !slices.Contains(m.Optional, c) {
			return refuse("it reads the column %q but does not list it", c)
		}
	}
	for i, l := range m.Left {
		if c, ok := untested(l.When); !ok || len(l.When) == 0 {
			return refuse("the rows left out (%d): the condition on %q needs exactly one test", i+1, c)
		}
	}
	for i := range m.Rules {
		r := &m.Rules[i]
		if r.Indicator.IsZero() {
			return refuse("rule %d names no indicator", i+1)
		}
		if c, ok := untested(r.When); !ok {
			return refuse("rule %d: the condition on %q needs exactly one test", i+1, c)
		}
		if !r.Nature.isKnown() {
			return refuse("rule %d: %q is not a nature; use C, CA, E, M or G", i+1, r.Nature)
		}
		for word, status := range r.Words {
			if !status.HasNoValue() {
				return refuse("rule %d: the word %q stands for the status %q, which is none without a value: O, M, L or Q", i+1, word, status)
			}
		}
	}
	return nil
}

// untested finds a condition that has not exactly one test.
func untested(conditions []Condition) (column string, ok bool) {
	for _, c := range conditions {
		set := 0
		for _, given := range []bool{c.Is != nil, c.IsNot != nil, c.Starts != nil, c.StartsNot != nil, c.Empty != nil} {
			if given {
				set++
			}
		}
		if set != 1 {
			return c.Column, false
		}
	}
	return "", true
}

// columns lists every column that the mapping reads, each once.
func (m *Mapping) columns() []string {
	var out []string
	add := func(names ...string) {
		for _, n := range names {
			if n != "" && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	conditions := func(cs []Condition) {
		for _, c := range cs {
			add(c.Column)
		}
	}
	add(m.Area.Column)
	for i := range m.Rules {
		r := &m.Rules[i]
		conditions(r.When)
		for _, f := range []Field{r.Indicator, r.Answer, r.Value, r.Status, r.Numerator, r.Denominator, r.Period, r.Sex, r.Age} {
			add(f.Column)
		}
		for _, d := range append(slices.Clone(r.From), r.Proven...) {
			add(d.Column)
		}
		if r.Before != nil {
			add(r.Before.Column)
		}
		add(r.Item...)
		add(r.Note...)
		add(r.Citation...)
	}
	for _, l := range m.Left {
		conditions(l.When)
	}
	return out
}

// Indicators lists the indicators the mapping can write, or nil where a column names them.
func (m *Mapping) Indicators() []string {
	var out []string
	for i := range m.Rules {
		f := m.Rules[i].Indicator
		if f.Const == "" {
			return nil
		}
		if !slices.Contains(out, f.Const) {
			out = append(out, f.Const)
		}
	}
	return out
}
