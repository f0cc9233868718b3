package lang

import "strings"

// Join writes a list as part of a sentence: "a, b and c". The items keep their order.
func (w *Words) Join(items []string) string { return w.join(items, conjunctions) }

// JoinOr is Join for alternatives: "a, b or c".
func (w *Words) JoinOr(items []string) string { return w.join(items, alternatives) }

// joint is what stands between the items of a list and before the last one. Arabic joins every
// item with the conjunction, Chinese lists with its own comma.
type joint struct{ between, last string }

var conjunctions = map[Tag]joint{
	Arabic:  {" و", " و"},
	English: {", ", " and "},
	Spanish: {", ", " y "},
	French:  {", ", " et "},
	Russian: {", ", " и "},
	Chinese: {"、", "和"},
}

var alternatives = map[Tag]joint{
	Arabic:  {" أو ", " أو "},
	English: {", ", " or "},
	Spanish: {", ", " o "},
	French:  {", ", " ou "},
	Russian: {", ", " или "},
	Chinese: {"、", "或"},
}

func (w *Words) join(items []string, joints map[Tag]joint) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	j, last := joints[w.tag], items[len(items)-1]
	if w.tag == Spanish {
		j.last = spanishLast(j.last, last)
	}
	return strings.Join(items[:len(items)-1], j.between) + j.last + last
}

// spanishLast changes "y" to "e" before the sound i (Francia e Italia, but nieve y hielo) and "o" to
// "u" before the sound o (siete u ocho), as Spanish does so that the two sounds do not merge.
func spanishLast(joint, next string) string {
	s := Fold(next)
	switch joint {
	case " y ":
		if strings.HasPrefix(s, "i") || strings.HasPrefix(s, "hi") && !strings.HasPrefix(s, "hia") && !strings.HasPrefix(s, "hie") {
			return " e "
		}
	case " o ":
		if strings.HasPrefix(s, "o") || strings.HasPrefix(s, "ho") || strings.HasPrefix(s, "8") || s == "11" {
			return " u "
		}
	}
	return joint
}
