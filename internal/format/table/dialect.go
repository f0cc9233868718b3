package table

import (
	"fmt"
	"math"
	"strings"
)

// sampleBytes is how much of a long text decides its dialect; the whole text then has to agree.
const sampleBytes = 256 << 10

// unlimited is for the sample, which is bounded itself; the limits are those of the whole scan.
var unlimited = Limits{Rows: math.MaxInt, Columns: math.MaxInt, Cells: math.MaxInt, CellBytes: math.MaxInt}

// detect finds the dialect: the one in which every record of the sample has the same width. Where
// two different delimiters both do, it is asked; where none does, the one in which most records
// agree is taken, and the others will be refused by line.
func detect(name, text string, o Options) (dialect, error) {
	sample, cut := text, false
	if len(text) > sampleBytes {
		sample, cut = text[:sampleBytes], true
		if i := strings.LastIndexAny(sample, "\r\n"); i > 0 {
			sample = sample[:i+1]
		}
	}
	quotings := quotings(sample, o.Quote)
	delims, err := delimiters(name, o.Delimiter)
	if err != nil {
		return dialect{}, err
	}
	var best dialect
	bestShare := 0.0
	for _, q := range quotings {
		var perfect []dialect
		for _, d := range delims {
			if q.quote == 0 && d.delim != '\t' {
				continue
			}
			q.delim, q.space = d.delim, d.space
			s, _ := scan(name, sample, q, unlimited)
			w, share := agreement(s, cut)
			if o.Delimiter != "" && w >= 1 && (s.problem == nil || s.cut && cut) {
				return q, nil
			}
			if w < 2 {
				continue
			}
			if share == 1 && (s.problem == nil || s.cut && cut) {
				if n := len(perfect); n > 0 && perfect[n-1].delim == d.delim {
					continue // ", " was perfect before ","
				}
				perfect = append(perfect, q)
			} else if share > bestShare && !d.space {
				best, bestShare = q, share
			}
		}
		if len(perfect) == 1 {
			return perfect[0], nil
		}
		if len(perfect) > 1 {
			return dialect{}, refuse(name, Problem{What: fmt.Sprintf("the delimiter cannot be told: %q and %q both give whole columns",
				perfect[0].delimiter(), perfect[1].delimiter()), Fix: "name the delimiter"})
		}
	}
	if o.Delimiter != "" {
		q := quotings[0]
		q.delim, q.space = delims[0].delim, delims[0].space
		return q, nil
	}
	if bestShare > 0 && !(bestShare < 0.5 && oneColumn(name, sample, quotings[0])) {
		return best, nil
	}
	if d, ok := spaced(name, sample, cut, quotings[0]); ok {
		return d, nil
	}
	one := quotings[0]
	if !oneColumn(name, sample, one) { // a few lines have commas: they will be refused by line
		one.delim = ','
		return one, nil
	}
	one.delim = 0
	return one, nil
}

// quotings gives the ways of quoting worth trying, the most usual first. Quotes by ' need every
// field that begins with one to end with one, and none to begin with ". Text separated by tabs may
// have none, and then a quote is a sign like any other.
func quotings(sample, chosen string) []dialect {
	double, single := edges(sample, '"'), edges(sample, '\'')
	apostrophe := dialect{quote: '\'', escape: '\''}
	if n := strings.Count(sample, `"`); n > 0 && strings.Count(sample, `""`)*2 == n {
		apostrophe.escape = '"'
	}
	if chosen == "'" || chosen == "" && double.opens == 0 && single.opens > 1 && single.opens == single.closes {
		return []dialect{apostrophe}
	}
	all := []dialect{{quote: '"', escape: '"'}}
	if strings.Contains(sample, `\"`) {
		all = append(all, dialect{quote: '"', escape: '\\'})
	}
	if chosen == "" && double.opens == 0 && strings.Contains(sample, "\t") {
		all = append(all, dialect{delim: '\t'}) // tab-separated text as such has no quotes
	}
	return all
}

// edges counts the quotes that stand where a field may begin and where one may end.
func edges(text string, quote byte) (n struct{ opens, closes int }) {
	edge := func(c byte) bool { return strings.IndexByte(",;\t|\r\n", c) >= 0 }
	for i := 0; i < len(text); i++ {
		j := strings.IndexByte(text[i:], quote)
		if j < 0 {
			break
		}
		i += j
		before := i == 0 || edge(text[i-1]) || text[i-1] == ' ' && i > 1 && edge(text[i-2])
		after := i+1 == len(text) || edge(text[i+1])
		switch {
		case before:
			n.opens++
		case after:
			n.closes++
		}
	}
	return n
}

// delimiters gives those to try; ", " before "," so that its spaces are not taken for text.
func delimiters(name, chosen string) ([]dialect, error) {
	switch {
	case chosen == "none":
		return []dialect{{}}, nil
	case len(chosen) == 1 && chosen[0] < 0x80 && chosen != `"` && chosen != "\n" && chosen != "\r":
		return []dialect{{delim: chosen[0]}}, nil
	case len(chosen) == 2 && chosen[1] == ' ':
		return []dialect{{delim: chosen[0], space: true}}, nil
	case chosen != "":
		return nil, refuse(name, Problem{Value: chosen, What: "this cannot be a delimiter", Fix: "name one character, such as ; or |"})
	}
	var all []dialect
	for _, c := range []byte(",;\t|") {
		all = append(all, dialect{delim: c, space: true}, dialect{delim: c})
	}
	return all, nil
}

// agreement gives the most frequent width of the records and the share of records that have it.
// Comment lines do not count.
func agreement(s scanned, cut bool) (width int, share float64) {
	rows := s.rows
	if cut && s.problem == nil && len(rows) > 1 {
		rows = rows[:len(rows)-1]
	}
	counts, n := map[int]int{}, 0
	for _, r := range rows {
		if len(r.Cells) == 1 && isComment(r) {
			continue
		}
		counts[len(r.Cells)]++
		n++
	}
	for w, c := range counts {
		if c > counts[width] || c == counts[width] && w > width {
			width = w
		}
	}
	if n == 0 {
		return 0, 0
	}
	return width, float64(counts[width]) / float64(n)
}

// isComment tells a line that begins with # from a row.
func isComment(r Row) bool { return strings.HasPrefix(r.Cells[0].Text, "#") }

// oneColumn tells whether the text is one column when the comma is the delimiter.
func oneColumn(name, sample string, q dialect) bool {
	q.delim = ','
	s, _ := scan(name, sample, q, unlimited)
	w, share := agreement(s, false)
	return s.problem == nil && w == 1 && share == 1
}

// spaced tries the space as delimiter. Words are separated by it too, so it takes three columns, or
// two of which one holds numbers below its header.
func spaced(name, sample string, cut bool, q dialect) (dialect, bool) {
	if strings.ContainsAny(sample, ",;\t|") && !strings.Contains(sample, `"`) {
		return q, false
	}
	q.delim = ' '
	s, _ := scan(name, sample, q, unlimited)
	w, share := agreement(s, cut)
	if w < 2 || share < 1 || len(s.rows) < 2 || s.problem != nil && !(s.cut && cut) {
		return q, false
	}
	return q, w > 2 || headed(s.rows[0], s.rows[1:])
}
