package lang

import (
	"fmt"
	"slices"
	"strings"
)

// A message is text with placeholders of one shape only, {{.Name}}. Conditions and calls are
// refused: a translator must be able to read every message as a sentence.

// piece is either literal text or, when name is set, a placeholder.
type piece struct {
	literal string
	name    string
}

// phrase is one compiled message form: whole when it has no placeholders, else its pieces in order.
type phrase struct {
	whole  string
	pieces []piece
}

// compile takes a message apart at its placeholders.
func compile(source string) (phrase, error) {
	if !strings.Contains(source, "{{") && !strings.Contains(source, "}}") {
		return phrase{whole: source}, nil
	}
	out := phrase{whole: source}
	for rest := source; rest != ""; {
		before, after, found := strings.Cut(rest, "{{")
		if strings.Contains(before, "}}") {
			return phrase{}, fmt.Errorf("%q closes a placeholder that is not open", source)
		}
		if before != "" {
			out.pieces = append(out.pieces, piece{literal: before})
		}
		if !found {
			break
		}
		inside, next, closed := strings.Cut(after, "}}")
		name, dotted := strings.CutPrefix(inside, ".")
		if !closed || !dotted || !isName(name) {
			return phrase{}, fmt.Errorf("%q has a placeholder that is not written {{.Name}}, with a capital letter and no spaces", source)
		}
		out.pieces = append(out.pieces, piece{name: name})
		rest = next
	}
	return out, nil
}

func isName(s string) bool {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	for i := 1; i < len(s); i++ {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// placeholders lists the names in a form, each once, sorted.
func (p phrase) placeholders() []string {
	var names []string
	for _, part := range p.pieces {
		if part.name != "" && !slices.Contains(names, part.name) {
			names = append(names, part.name)
		}
	}
	slices.Sort(names)
	return names
}

// fill puts values in the place of the names. A name without a value stays visible as {{.Name}}:
// a sentence with a hole in it must not read as a whole one.
func (p phrase) fill(value func(name string) (string, bool)) string {
	if p.pieces == nil {
		return p.whole
	}
	var b strings.Builder
	b.Grow(len(p.whole) + 16)
	for _, part := range p.pieces {
		if part.name == "" {
			b.WriteString(part.literal)
		} else if v, ok := value(part.name); ok {
			b.WriteString(v)
		} else {
			b.WriteString("{{." + part.name + "}}")
		}
	}
	return b.String()
}
