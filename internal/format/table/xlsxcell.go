package table

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// numberFormat is what a cell style says about its numbers, by section: for positive and other
// numbers, for negative ones, for zero.
type numberFormat struct{ plus, minus, zero meaning }

type meaning uint8

const (
	plain meaning = iota
	percent
	day       // a date
	dayTime   // a date with a time
	timeOfDay // a time without a date
	elapsed   // [h]:mm: a duration
)

// builtin are the formats a workbook does not spell out (ECMA-376 part 1, 18.8.30). Those of the
// range 27 to 36 and 50 to 58 are dates in the East Asian versions of the programs.
var builtin = map[int]string{
	9: "0%", 10: "0.00%", 14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
	20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0",
	27: "yyyy-m", 28: "m-d", 29: "m-d", 30: "m-d-yy", 31: "yyyy-m-d", 32: "h:mm", 33: "h:mm:ss", 34: "h:mm", 35: "h:mm:ss", 36: "yyyy-m",
	50: "yyyy-m", 51: "m-d", 52: "yyyy-m", 53: "m-d", 54: "m-d", 55: "h:mm", 56: "h:mm:ss", 57: "yyyy-m", 58: "m-d",
}

func formatOf(id int, code string) numberFormat {
	if code == "" {
		code = builtin[id]
	}
	sections := splitSections(code)
	f := numberFormat{plus: meaningOf(sections[0])}
	f.minus, f.zero = f.plus, f.plus
	if len(sections) > 1 {
		f.minus = meaningOf(sections[1])
	}
	if len(sections) > 2 {
		f.zero = meaningOf(sections[2])
	}
	return f
}

// splitSections cuts a format code at the semicolons outside quotes, brackets and escapes.
func splitSections(code string) []string {
	var all []string
	from, quoted := 0, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && !quoted:
			i++
		case c == '[' && !quoted:
			if j := strings.IndexByte(code[i:], ']'); j > 0 {
				i += j
			}
		case c == ';' && !quoted:
			all = append(all, code[from:i])
			from = i + 1
		}
	}
	return append(all, code[from:])
}

// meaningOf reads one section: letters of days and times outside quotes, brackets and escapes.
func meaningOf(section string) meaning {
	var date, clock, span, share, month bool
	if strings.EqualFold(strings.TrimSpace(section), "general") {
		return plain
	}
	for i := 0; i < len(section); i++ {
		switch c := section[i]; c {
		case '"':
			if j := strings.IndexByte(section[i+1:], '"'); j >= 0 {
				i += j + 1
			} else {
				i = len(section)
			}
		case '\\', '_', '*':
			i++
		case '[':
			j := strings.IndexByte(section[i:], ']')
			if j < 0 {
				return plain
			}
			if in := strings.ToLower(section[i+1 : i+j]); in != "" && strings.Trim(in, in[:1]) == "" && strings.Contains("hms", in[:1]) {
				span = true
			}
			i += j
		case '%':
			share = true
		case 'y', 'Y', 'd', 'D':
			date = true
		case 'h', 'H', 's', 'S':
			clock = true
		case 'm', 'M':
			month = true
		case 'G', 'g':
			if len(section)-i >= 7 && strings.EqualFold(section[i:i+7], "general") {
				i += 6
			}
		case 'E', 'e':
			if i+1 < len(section) && (section[i+1] == '+' || section[i+1] == '-') {
				i++
			}
		}
	}
	switch {
	case span:
		return elapsed
	case date && clock:
		return dayTime
	case date || month && !clock:
		return day
	case clock:
		return timeOfDay
	case share:
		return percent
	}
	return plain
}

// decimal writes a stored number as plain decimal text. Workbooks store doubles, and programs write
// them with 17 digits (1.1000000000000001 for 1.1): such a text becomes the shortest one that is the
// same double; every other text keeps its digits.
func decimal(stored string) (string, error) {
	s := strings.TrimSpace(stored)
	if s == "" || strings.Trim(s, "+-.0123456789eE") != "" {
		return "", fmt.Errorf("%q is no number", stored)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) {
		return "", fmt.Errorf("%q is no number a workbook can hold", stored)
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(s), "e")
	digits := strings.TrimLeft(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, mantissa), "0")
	if n := len(digits); n == 16 || n == 17 || exponent != "" {
		return strconv.FormatFloat(f, 'f', -1, 64), nil
	}
	return strings.TrimPrefix(s, "+"), nil
}

// dated turns a serial number into the text of a day or time by the meaning of its format. The 1900
// system counts a 29 February 1900 that never was (60) and a day 0; such a cell is an Error, which
// keeps the text the programs show.
func dated(text string, m meaning, date1904 bool) Cell {
	serial, err := strconv.ParseFloat(text, 64)
	number := Cell{Text: text, Kind: Number}
	if err != nil || serial < 0 || serial >= 2958466 { // 31 December 9999
		return number
	}
	days := math.Floor(serial)
	seconds := math.Round((serial - days) * 86400)
	if m == elapsed {
		all := int64(math.Round(serial * 86400))
		return Cell{Text: fmt.Sprintf("%02d:%02d:%02d", all/3600, all/60%60, all%60), Kind: Time}
	}
	if seconds == 86400 {
		days, seconds = days+1, 0
	}
	clock := fmt.Sprintf("%02d:%02d:%02d", int(seconds)/3600, int(seconds)/60%60, int(seconds)%60)
	if m == timeOfDay && days == 0 {
		return Cell{Text: clock, Kind: Time}
	}
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	never := ""
	switch {
	case date1904:
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days == 60:
		never = "1900-02-29"
	case days == 0:
		never = "1900-01-00"
	case days < 60:
		base = base.AddDate(0, 0, 1)
	}
	kind := Date
	if never == "" {
		never = base.AddDate(0, 0, int(days)).Format("2006-01-02")
	} else {
		kind = Error
	}
	if seconds != 0 {
		never += "T" + clock
	}
	return Cell{Text: never, Kind: kind}
}

// isoDate reads a date that is stored as text in the ISO form.
func isoDate(s string) (Cell, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04", "2006-01-02 15:04:05"} {
		if at, err := time.Parse(layout, s); err == nil {
			if at.Hour() == 0 && at.Minute() == 0 && at.Second() == 0 {
				return Cell{Text: at.Format("2006-01-02"), Kind: Date}, true
			}
			return Cell{Text: at.Format("2006-01-02T15:04:05"), Kind: Date}, true
		}
	}
	if _, err := time.Parse("2006-01-02", s); err == nil {
		return Cell{Text: s, Kind: Date}, true
	}
	if at, err := time.Parse("15:04:05.999999999", s); err == nil {
		return Cell{Text: at.Format("15:04:05"), Kind: Time}, true
	}
	return Cell{}, false
}

// value makes a cell of what is stored: its type, its style and the text of its value.
func (b *workbook) value(kind string, style int, v string) (Cell, error) {
	switch kind {
	case "", "n":
		text, err := decimal(v)
		if err != nil {
			return Cell{}, err
		}
		m := plain
		if style > 0 && style < len(b.formats) || style == 0 && len(b.formats) > 0 {
			f := b.formats[style]
			switch {
			case strings.HasPrefix(text, "-"):
				m = f.minus
			case strings.Trim(text, "0.") == "":
				m = f.zero
			default:
				m = f.plus
			}
		}
		if m >= day {
			return dated(text, m, b.date1904), nil
		}
		return Cell{Text: text, Kind: Number, Percent: m == percent}, nil
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(v))
		if err != nil || i < 0 || i >= len(b.strings) {
			return Cell{}, fmt.Errorf("the cell points to a text that is not in the workbook")
		}
		return textCell(b.strings[i]), nil
	case "str", "inlineStr":
		return textCell(unescape(v)), nil
	case "b":
		switch strings.TrimSpace(v) {
		case "1", "true":
			return Cell{Text: "TRUE", Kind: Bool}, nil
		case "0", "false":
			return Cell{Text: "FALSE", Kind: Bool}, nil
		}
		return Cell{}, fmt.Errorf("%q is neither true nor false", v)
	case "e":
		return Cell{Text: strings.TrimSpace(v), Kind: Error}, nil
	case "d":
		if c, ok := isoDate(v); ok {
			return c, nil
		}
		return Cell{}, fmt.Errorf("%q is no date", v)
	}
	return Cell{}, fmt.Errorf("the cell has the unknown type %q", kind)
}

func textCell(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{Text: s, Kind: Text}
}
