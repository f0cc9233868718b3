package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// value is what an expression comes to: not known, yes or no, or a number.
type value struct {
	kind byte // 0 not known, 'b' yes or no, 'n' number
	yes  bool
	n    float64
}

func truth(yes bool) value { return value{kind: 'b', yes: yes} }

// rule is an expression over indicators, as a function of their values.
type rule struct {
	uses []string // indicators, sorted
	ask  func(map[string]value) (value, error)
}

// parser reads the part of the Common Expression Language that criteria use.
type parser struct {
	words []string
	at    int
	depth int
	uses  map[string]bool
}

type node func(map[string]value) (value, error)

func parseRule(s string) (*rule, error) {
	if len(s) > 2000 {
		return nil, errors.New("a criterion is longer than 2000 characters")
	}
	words, err := split(s)
	if err != nil {
		return nil, err
	}
	p := &parser{words: words, uses: map[string]bool{}}
	n, err := p.choice()
	if err == nil && p.at < len(p.words) {
		err = fmt.Errorf("the criterion %q cannot be read at %q", s, p.words[p.at])
	}
	if err != nil {
		return nil, err
	}
	r := &rule{ask: n}
	for name := range p.uses {
		r.uses = append(r.uses, name)
	}
	slices.Sort(r.uses)
	return r, nil
}

func split(s string) ([]string, error) {
	var out []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		n := 1
		switch c := rune(s[0]); {
		case len(s) > 1 && slices.Contains([]string{"&&", "||", "==", "!=", "<=", ">="}, s[:2]):
			n = 2
		case unicode.IsLetter(c) || c == '_' || unicode.IsDigit(c) || c == '.':
			for n < len(s) && (unicode.IsLetter(rune(s[n])) || unicode.IsDigit(rune(s[n])) || s[n] == '_' || s[n] == '.') {
				n++
			}
		case !strings.ContainsRune("!<>+-*()?:", c):
			return nil, fmt.Errorf("the criterion holds %q", c)
		}
		out = append(out, s[:n])
		s = s[n:]
	}
	return out, nil
}

func (p *parser) next(words ...string) string {
	if p.at < len(p.words) && slices.Contains(words, p.words[p.at]) {
		p.at++
		return p.words[p.at-1]
	}
	return ""
}

func (p *parser) choice() (node, error) {
	if p.depth++; p.depth > 200 {
		return nil, errors.New("a criterion is nested too deeply")
	}
	defer func() { p.depth-- }()
	test, err := p.chain(0)
	if err != nil || p.next("?") == "" {
		return test, err
	}
	yes, err := p.chain(0)
	if err != nil {
		return nil, err
	}
	if p.next(":") == "" {
		return nil, errors.New("a choice in a criterion has one way only")
	}
	no, err := p.choice()
	if err != nil {
		return nil, err
	}
	return func(v map[string]value) (value, error) {
		t, err := test(v)
		if err != nil || t.kind == 0 {
			return value{}, err
		}
		if t.kind != 'b' {
			return value{}, errors.New("a choice hangs on a number")
		}
		if t.yes {
			return yes(v)
		}
		return no(v)
	}, nil
}

// levels are the signs between two parts, the loosest first.
var levels = [][]string{{"||"}, {"&&"}, {"==", "!=", "<", "<=", ">", ">="}, {"+", "-"}, {"*"}}

func (p *parser) chain(level int) (node, error) {
	if level == len(levels) {
		return p.single()
	}
	left, err := p.chain(level + 1)
	if err != nil {
		return nil, err
	}
	for {
		sign := p.next(levels[level]...)
		if sign == "" {
			return left, nil
		}
		right, err := p.chain(level + 1)
		if err != nil {
			return nil, err
		}
		a := left
		left = func(v map[string]value) (value, error) {
			x, err := a(v)
			if err != nil {
				return value{}, err
			}
			y, err := right(v)
			if err != nil {
				return value{}, err
			}
			return join(sign, x, y)
		}
	}
}

// join puts two values together. What is not known stays so, unless the other side decides alone.
func join(sign string, x, y value) (value, error) {
	if sign == "&&" || sign == "||" {
		decides := sign == "||" // yes decides an or, no decides an and
		switch {
		case x.kind == 'n' || y.kind == 'n':
			return value{}, errors.New("a number stands where yes or no belongs")
		case x.kind == 'b' && x.yes == decides, y.kind == 'b' && y.yes == decides:
			return truth(decides), nil
		case x.kind == 0 || y.kind == 0:
			return value{}, nil
		}
		return truth(!decides), nil
	}
	if x.kind == 0 || y.kind == 0 {
		return value{}, nil
	}
	if x.kind != y.kind {
		return value{}, errors.New("yes or no is compared with a number")
	}
	a, b := x.n, y.n
	if x.kind == 'b' {
		a, b = float64(bit(x.yes)), float64(bit(y.yes))
	}
	switch sign {
	case "==":
		return truth(a == b), nil
	case "!=":
		return truth(a != b), nil
	case "<":
		return truth(a < b), nil
	case "<=":
		return truth(a <= b), nil
	case ">":
		return truth(a > b), nil
	case ">=":
		return truth(a >= b), nil
	}
	if x.kind == 'b' {
		return value{}, errors.New("yes or no is counted with")
	}
	switch sign {
	case "+":
		return value{kind: 'n', n: a + b}, nil
	case "-":
		return value{kind: 'n', n: a - b}, nil
	}
	return value{kind: 'n', n: a * b}, nil
}

func bit(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func (p *parser) single() (node, error) {
	if p.depth++; p.depth > 200 {
		return nil, errors.New("a criterion is nested too deeply")
	}
	defer func() { p.depth-- }()
	if sign := p.next("!", "-"); sign != "" {
		of, err := p.single()
		if err != nil {
			return nil, err
		}
		return func(v map[string]value) (value, error) {
			x, err := of(v)
			if err != nil || x.kind == 0 {
				return value{}, err
			}
			if (sign == "!") != (x.kind == 'b') {
				return value{}, errors.New("a sign stands before what it does not fit")
			}
			return value{kind: x.kind, yes: !x.yes && x.kind == 'b', n: -x.n}, nil
		}, nil
	}
	if p.next("(") != "" {
		inner, err := p.choice()
		if err == nil && p.next(")") == "" {
			err = errors.New("a bracket is not closed")
		}
		return inner, err
	}
	if p.at == len(p.words) {
		return nil, errors.New("a criterion ends too early")
	}
	word := p.words[p.at]
	p.at++
	if n, err := strconv.ParseFloat(word, 64); err == nil && unicode.IsDigit(rune(word[0])) {
		return func(map[string]value) (value, error) { return value{kind: 'n', n: n}, nil }, nil
	}
	if word == "true" || word == "false" {
		return func(map[string]value) (value, error) { return truth(word == "true"), nil }, nil
	}
	if !unicode.IsLetter(rune(word[0])) && word[0] != '_' || strings.Contains(word, ".") {
		return nil, fmt.Errorf("a criterion holds %q", word)
	}
	p.uses[word] = true
	return func(v map[string]value) (value, error) { return v[word], nil }, nil
}
