package table

import (
	"regexp"
	"strings"
)

// shape is what kind of value a cell's text looks like, to tell a header from data. It decides no
// value.
type shape uint8

const (
	shapeBlank shape = iota // nothing, or a mark for a missing value
	shapeWord
	shapeYear    // four digits that may be a year: it stands in headers too
	shapeInteger // stands in headers seldom
	shapeDecimal // with a decimal part, a percent or currency sign: a value
	shapeDate    // a day or a time of day: a value
)

var (
	integerShape = regexp.MustCompile(`^[+-]?[0-9]{1,18}$`)
	decimalShape = regexp.MustCompile(`^[+-]?[$€£¥]? ?[0-9]{1,3}(?:[.,' \x{a0}\x{202f}]?[0-9]{1,3})*(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]{1,3})?(?: ?[%$€£¥])?$`)
	dateShape    = regexp.MustCompile(`^(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[T ][0-9:.Z+-]+)?|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)$`)
)

func shapeOf(c Cell) shape {
	switch c.Kind {
	case Empty, Error:
		return shapeBlank
	case Date, Time:
		return shapeDate
	case Bool:
		return shapeDecimal
	}
	s := strings.TrimSpace(c.Text)
	switch {
	case s == "" || missing(s):
		return shapeBlank
	case len(s) > 40 || !strings.ContainsAny(s, "0123456789"):
		return shapeWord
	case integerShape.MatchString(s):
		if len(s) == 4 && s >= "1800" && s < "2200" {
			return shapeYear
		}
		return shapeInteger
	case dateShape.MatchString(s):
		return shapeDate
	case decimalShape.MatchString(s):
		return shapeDecimal
	}
	return shapeWord
}

// bodyRows is how many rows below a header are looked at.
const bodyRows = 200

// column counts the shapes of a column's first cells: values (numbers and days) and words.
func column(body []Row, i int) (values, words int) {
	for _, r := range body[:min(len(body), bodyRows)] {
		switch shapeOf(r.At(i)) {
		case shapeBlank:
		case shapeWord:
			words++
		default:
			values++
		}
	}
	return values, words
}

// wordsOverValues counts the words of a row that stand over numbers or days.
func wordsOverValues(head Row, body []Row) int {
	n := 0
	for i, c := range head.Cells {
		if shapeOf(c) == shapeWord {
			if values, words := column(body, i); values > 0 && words*10 <= values {
				n++
			}
		}
	}
	return n
}

// headed tells that a row names the columns: a word of it stands over numbers or days.
func headed(head Row, body []Row) bool { return wordsOverValues(head, body) > 0 }

// mostlyHeaded tells that at least half of a row's cells are words over numbers or days.
func mostlyHeaded(head Row, body []Row) bool {
	return wordsOverValues(head, body)*2 >= max(1, filled(head))
}

// looksLikeData tells that a row is no header: in it stand values as in the rows below, and no word
// stands over values.
func looksLikeData(head Row, body []Row) bool {
	for i, c := range head.Cells {
		switch shapeOf(c) {
		case shapeDecimal, shapeDate, shapeInteger:
			if values, words := column(body, i); values > 0 && words*10 <= values || len(body) == 0 {
				return true
			}
		}
	}
	return false
}
