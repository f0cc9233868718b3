package table

import (
	"slices"
	"strings"
)

// readText reads a delimited text file: encoding, dialect, records, then where the table lies.
func readText(name string, data []byte, o Options) (*Table, error) {
	d, err := decode(name, data, o.Encoding)
	if err != nil {
		return nil, err
	}
	t := &Table{Name: name, Format: "csv", Encoding: d.encoding, Remarks: d.remarks}
	text, line := d.text, 0
	if end := strings.IndexAny(text, "\r\n"); end >= 0 && len(text) > 5 && strings.HasPrefix(text, "sep=") && end <= 6 {
		// the line by which some programs tell their own delimiter
		if o.Delimiter == "" && end == 5 {
			o.Delimiter = text[4:5]
		}
		t.remark(1, false, "line 1 names the delimiter %q", text[4:end])
		text = strings.TrimPrefix(strings.TrimPrefix(text[end:], "\r"), "\n")
		line = 1
	}
	q, err := detect(name, text, o)
	if err != nil {
		return nil, err
	}
	s, q, err := scanAll(name, text, q, o)
	if err != nil {
		return nil, err
	}
	for i := range s.rows {
		s.rows[i].Number += line
	}
	for i := range s.blank {
		s.blank[i] += line
	}
	if p := s.problem; p != nil {
		p.Row += line
		return nil, t.refuse(*p)
	}
	if len(s.rows) == 0 {
		return nil, t.refuse(Problem{What: "the file holds no cell", Fix: "send a file with a header row and at least one row of data"})
	}
	t.Delimiter, t.Quote = q.delimiter(), strings.Trim(string(rune(q.quote)), "\x00")
	if err := t.lay(s, o); err != nil {
		return nil, err
	}
	t.tell(s, q)
	return t, nil
}

// scanAll reads the whole text. Where the sample's dialect does not hold to the end, another one is
// taken only if it reads everything without a fault and with one width.
func scanAll(name, text string, q dialect, o Options) (scanned, dialect, error) {
	s, err := scan(name, text, q, o.Limits)
	if err != nil || s.problem == nil {
		return s, q, err
	}
	others := quotings(text, o.Quote)
	if q.space {
		others = append([]dialect{{quote: q.quote, escape: q.escape}}, others...)
	}
	for _, other := range others {
		if other.quote == 0 && q.delim != '\t' {
			continue
		}
		other.delim = q.delim
		if other == q {
			continue
		}
		alt, err := scan(name, text, other, o.Limits)
		if err != nil {
			return s, q, err
		}
		if _, share := agreement(alt, false); share == 1 && alt.problem == nil {
			return alt, other, nil
		}
	}
	return s, q, nil
}

// tell writes the remarks about how the text was read.
func (t *Table) tell(s scanned, q dialect) {
	switch {
	case q.delim == 0:
		t.remark(0, false, "no delimiter was found: one column")
	case q.delim == ' ':
		t.remark(0, true, "the cells are separated by spaces")
	}
	if q.quote == 0 {
		t.remark(0, true, `no field begins with a quote: every " was read as a part of the text`)
	}
	if q.quote == '\'' {
		t.remark(0, true, "the fields are quoted by apostrophes")
		if q.escape == '"' {
			t.remark(0, true, `inside the fields every "" was read as one "`)
		}
	}
	if q.escape == '\\' {
		t.remark(0, true, `quotes inside the fields are written \"`)
	}
	kinds := 0
	for _, n := range []int{s.lf, s.crlf, s.cr} {
		if n > 0 {
			kinds++
		}
	}
	if kinds > 1 {
		t.remark(0, false, "the lines end in different ways (%d LF, %d CR LF, %d CR); each was taken as an end", s.lf, s.crlf, s.cr)
	}
	blank := s.blank
	if n := len(t.Rows); n > 0 {
		last := t.Rows[n-1].Number
		blank = slices.DeleteFunc(slices.Clone(blank), func(n int) bool { return n > last })
		if trailing := len(s.blank) - len(blank); trailing > 0 {
			t.remark(last+1, false, "%d blank lines at the end were left out", trailing)
		}
	}
	blank = slices.DeleteFunc(blank, func(n int) bool { return n < t.HeaderRow })
	if len(blank) > 0 {
		t.remark(blank[0], t.Width() == 1, "blank lines were left out: %s", rowList(blank))
	}
}
