// Package webcheck asks questions of an HTML page by selectors, for tests: is it there, how often,
// what does it say? It knows the part of CSS that such questions need: names, #ids, .classes,
// [attribute], [attribute=value] and [attribute^=value], descendants and children (a > b).
package webcheck

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Page is a parsed page.
type Page struct{ root *html.Node }

// Parse reads a page. HTML has no syntax errors, so only reading can go wrong.
func Parse(r io.Reader) (*Page, error) {
	root, err := html.Parse(r)
	if err != nil {
		return nil, fmt.Errorf("reading a page: %w", err)
	}
	return &Page{root}, nil
}

// All finds every element a selector means, in the order of the page.
func (p *Page) All(selector string) ([]*Element, error) {
	steps, err := compile(selector)
	if err != nil {
		return nil, err
	}
	var out []*Element
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && matches(n, steps) {
			out = append(out, &Element{n})
		}
	}
	return out, nil
}

// Element is one element of a page.
type Element struct{ node *html.Node }

// Name is the element's name in small letters.
func (e *Element) Name() string { return e.node.Data }

// Attr gives an attribute; false where the element has none of the name.
func (e *Element) Attr(name string) (string, bool) {
	for _, a := range e.node.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// Text is everything the element says, with single spaces.
func (e *Element) Text() string {
	var b strings.Builder
	for n := range e.node.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Closest finds the nearest element of a name around this one, itself included; nil where there is none.
func (e *Element) Closest(name string) *Element {
	for n := e.node; n != nil; n = n.Parent {
		if n.Type == html.ElementNode && n.Data == name {
			return &Element{n}
		}
	}
	return nil
}

// step is one compound of a selector and how it hangs on the one before.
type step struct {
	child   bool // directly below the one before, not just somewhere
	name    string
	id      string
	classes []string
	attrs   []attr
}

type attr struct {
	name, value string
	op          byte // 0: is there, '=': is, '^': begins with
}

func compile(selector string) ([]step, error) {
	var steps []step
	child := false
	for _, word := range split(selector) {
		if word == ">" {
			child = true
			continue
		}
		s, err := compound(word)
		if err != nil {
			return nil, fmt.Errorf("selector %q: %w", selector, err)
		}
		s.child, child = child, false
		steps = append(steps, s)
	}
	if len(steps) == 0 || child {
		return nil, fmt.Errorf("selector %q: nothing is selected", selector)
	}
	return steps, nil
}

// split cuts a selector at spaces outside brackets.
func split(selector string) []string {
	var words []string
	depth, start := 0, 0
	for i := 0; i <= len(selector); i++ {
		if i == len(selector) || selector[i] == ' ' && depth == 0 {
			if i > start {
				words = append(words, selector[start:i])
			}
			start = i + 1
			continue
		}
		switch selector[i] {
		case '[':
			depth++
		case ']':
			depth--
		}
	}
	return words
}

func compound(word string) (step, error) {
	var s step
	rest := word
	take := func() string {
		end := strings.IndexAny(rest, ".#[")
		if end < 0 {
			end = len(rest)
		}
		out := rest[:end]
		rest = rest[end:]
		return out
	}
	s.name = take()
	if s.name == "*" {
		s.name = ""
	}
	for rest != "" {
		sign := rest[0]
		rest = rest[1:]
		switch sign {
		case '.':
			s.classes = append(s.classes, take())
		case '#':
			s.id = take()
		case '[':
			inside, after, closed := strings.Cut(rest, "]")
			if !closed {
				return s, fmt.Errorf("%q lacks a closing bracket", word)
			}
			rest = after
			a := attr{name: inside}
			if name, value, found := strings.Cut(inside, "="); found {
				a = attr{strings.TrimSuffix(name, "^"), strings.Trim(value, `"'`), '='}
				if strings.HasSuffix(name, "^") {
					a.op = '^'
				}
			}
			s.attrs = append(s.attrs, a)
		}
	}
	return s, nil
}

func matches(n *html.Node, steps []step) bool {
	last := len(steps) - 1
	if !steps[last].is(n) {
		return false
	}
	if last == 0 {
		return true
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Type == html.ElementNode && matches(p, steps[:last]) {
			return true
		}
		if steps[last].child {
			break
		}
	}
	return false
}

func (s *step) is(n *html.Node) bool {
	e := Element{n}
	if s.name != "" && n.Data != s.name {
		return false
	}
	if id, _ := e.Attr("id"); s.id != "" && id != s.id {
		return false
	}
	class, _ := e.Attr("class")
	for _, c := range s.classes {
		if !slices.Contains(strings.Fields(class), c) {
			return false
		}
	}
	for _, a := range s.attrs {
		v, ok := e.Attr(a.name)
		if !ok || a.op == '=' && v != a.value || a.op == '^' && !strings.HasPrefix(v, a.value) {
			return false
		}
	}
	return true
}
