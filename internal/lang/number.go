package lang

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Rounding says which way a figure may move when it is shortened for display.
type Rounding int

// "At least 41 %" must not be rounded up and "at most 41 %" must not be rounded down: that would
// state more than is known. Plain figures go to the nearest, and a tie to the even digit.
const (
	HalfEven Rounding = iota
	Down              // towards minus infinity: for a lower bound, "at least"
	Up                // towards plus infinity: for an upper bound, "at most"
)

// maxDecimals bounds the digits after the sign; nothing published here has more than ten.
const maxDecimals = 20

const (
	noBreakSpace       = "\u00a0"
	narrowNoBreakSpace = "\u202f"
	minusSign          = "\u2212" // the mathematical one: it does not break from its number
)

// style is how a language writes numbers (CLDR, with Latin digits). Where Spanish CLDR differs
// between Spain and Latin America the Royal Academy's rule is taken: narrow space, decimal comma,
// and no group in a number of four digits.
type style struct {
	group    string
	minGroup int // digits from which groups are set
	decimal  string
	minus    string
	percent  string // what follows the number, with the space before it
}

var styles = map[Tag]style{
	English: {group: ",", minGroup: 4, decimal: ".", minus: minusSign, percent: "%"},
	Chinese: {group: ",", minGroup: 4, decimal: ".", minus: minusSign, percent: "%"},
	French:  {group: narrowNoBreakSpace, minGroup: 4, decimal: ",", minus: minusSign, percent: noBreakSpace + "%"},
	Spanish: {group: narrowNoBreakSpace, minGroup: 5, decimal: ",", minus: minusSign, percent: noBreakSpace + "%"},
	Russian: {group: noBreakSpace, minGroup: 4, decimal: ",", minus: minusSign, percent: noBreakSpace + "%"},
	// After an Arabic letter the bidirectional algorithm takes Latin digits for Arabic numbers and
	// would move the percent and minus signs to their other side. The marks hold them (as in CLDR).
	Arabic: {group: ",", minGroup: 4, decimal: ".", minus: leftToRightMark + minusSign, percent: leftToRightMark + "%" + leftToRightMark},
}

// Int writes a whole number with the language's groups: 1,234 or 1 234.
func (w *Words) Int(n int64) string {
	s := strconv.FormatInt(n, 10)
	if digits, negative := strings.CutPrefix(s, "-"); negative {
		return w.style.minus + w.style.grouped(digits)
	}
	return w.style.grouped(s)
}

// Decimal writes an exact decimal ("-1234.50") as the language does, keeping every digit: it never
// passes through a binary fraction. What is no plain decimal comes back unchanged.
func (w *Words) Decimal(text string) string {
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction, dotted := strings.Cut(digits, ".")
	if !allDigits(whole) || (dotted && !allDigits(fraction)) {
		return text
	}
	out := w.style.grouped(whole)
	if dotted {
		out += w.style.decimal + fraction
	}
	if negative && strings.Trim(digits, "0.") != "" {
		out = w.style.minus + out
	}
	return out
}

// Number writes a value with a fixed number of decimals. A value that is not there (nil) is written
// "Not known", never 0.
func (w *Words) Number(value *big.Rat, decimals int, r Rounding) string {
	if value == nil {
		return w.T("status.unknown")
	}
	return w.Decimal(round(value, decimals, r))
}

// Percent writes a share from 0 to 1 as a percentage with a fixed number of decimals. Pass Down for
// "at least" and Up for "at most". A share that is not there (nil) is written "Not known", never 0.
func (w *Words) Percent(share *big.Rat, decimals int, r Rounding) string {
	if share == nil {
		return w.T("status.unknown")
	}
	hundredfold := new(big.Rat).Mul(share, big.NewRat(100, 1))
	return w.Decimal(round(hundredfold, decimals, r)) + w.style.percent
}

// PercentFloat is Percent for a share kept as a double. It is read as the shortest decimal that
// gives this double, so that 0.29 is 29 % and not 28.999…; prefer Percent where the exact parts are
// known. NaN and infinities are written "Not known".
func (w *Words) PercentFloat(share float64, decimals int, r Rounding) string {
	if math.IsNaN(share) || math.IsInf(share, 0) {
		return w.Percent(nil, decimals, r)
	}
	exact, _ := new(big.Rat).SetString(strconv.FormatFloat(share, 'g', -1, 64))
	return w.Percent(exact, decimals, r)
}

// PercentRange writes an interval of shares, "51.5% to 98.2%": the lower end is rounded down and the
// upper end up, so that the interval shown always holds the one computed.
func (w *Words) PercentRange(lower, upper *big.Rat, decimals int) string {
	return w.T("number.range", "Low", w.Percent(lower, decimals, Down), "High", w.Percent(upper, decimals, Up))
}

// grouped sets the group signs into a run of digits.
func (s *style) grouped(digits string) string {
	if len(digits) < s.minGroup {
		return digits
	}
	var b strings.Builder
	b.Grow(len(digits) + len(digits)/3*len(s.group))
	head := (len(digits)-1)%3 + 1
	b.WriteString(digits[:head])
	for i := head; i < len(digits); i += 3 {
		b.WriteString(s.group)
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}

// round shortens an exact value to a decimal text.
func round(value *big.Rat, decimals int, r Rounding) string {
	decimals = max(0, min(decimals, maxDecimals))
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	numerator := new(big.Int).Mul(value.Num(), scale)
	// Euclidean division: the quotient is the floor, because a Rat's denominator is positive.
	quotient, rest := new(big.Int).DivMod(numerator, value.Denom(), new(big.Int))
	switch r {
	case Up:
		if rest.Sign() != 0 {
			quotient.Add(quotient, big.NewInt(1))
		}
	case HalfEven:
		half := new(big.Int).Lsh(rest, 1).Cmp(value.Denom())
		if half > 0 || (half == 0 && quotient.Bit(0) == 1) {
			quotient.Add(quotient, big.NewInt(1))
		}
	}
	digits := new(big.Int).Abs(quotient).String()
	if pad := decimals + 1 - len(digits); pad > 0 {
		digits = strings.Repeat("0", pad) + digits
	}
	out := digits[:len(digits)-decimals]
	if decimals > 0 {
		out += "." + digits[len(digits)-decimals:]
	}
	if quotient.Sign() < 0 {
		out = "-" + out
	}
	return out
}

func allDigits(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
