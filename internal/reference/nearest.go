package reference

import (
	"math/bits"
	"slices"
	"strings"
)

// foldedName is a known name as the search for the nearest compares it.
type foldedName struct {
	text    []rune
	joined  string
	letters uint64 // which letters occur, hashed to 64 places
	country int
}

func newFoldedName(folded string, country int) foldedName {
	text := []rune(folded)
	return foldedName{text, " " + folded + " ", lettersOf(text), country}
}

// lettersOf marks the letters of a text. One letter changed, added or left out moves at most two
// marks, so texts that differ in many marks are far apart: most names are passed over by this alone.
func lettersOf(text []rune) uint64 {
	var marks uint64
	for _, r := range text {
		marks |= 1 << (uint32(r) % 64)
	}
	return marks
}

// nearest gives up to three countries whose names are close to a folded text, the closest first;
// where none is close, those of whose names it is a part ("Britain").
func (w *World) nearest(folded string) []Country {
	const most = 3
	text := []rune(folded)
	if len(text) < 2 {
		return nil
	}
	limit := min(3, max(1, len(text)/4))
	marks := lettersOf(text)
	best := map[int]int{} // country → distance
	var measure ruler
	for _, n := range w.index.names {
		if bits.OnesCount64(marks^n.letters) > 2*limit {
			continue
		}
		d := measure.distance(text, n.text, limit)
		if old, seen := best[n.country]; d <= limit && (!seen || d < old) {
			best[n.country] = d
		}
	}
	if len(best) == 0 && len(text) >= 4 {
		part := " " + folded + " "
		for _, n := range w.index.names {
			if marks&^n.letters == 0 && strings.Contains(n.joined, part) {
				best[n.country] = 0
			}
		}
	}
	found := make([]int, 0, len(best))
	for c := range best {
		found = append(found, c)
	}
	slices.SortFunc(found, func(a, b int) int {
		if best[a] != best[b] {
			return best[a] - best[b]
		}
		return a - b
	})
	var out []Country
	for _, c := range found[:min(most, len(found))] {
		out = append(out, w.countries[c])
	}
	return out
}

// ruler measures distances, keeping its three lines between two measurements.
type ruler struct{ before, last, now []int }

// distance counts the letters to change, add, leave out or swap with their neighbour; anything over
// limit is only said to be over it.
func (m *ruler) distance(a, b []rune, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	width := len(b) + 1
	before, last, now := slices.Grow(m.before[:0], width)[:width], slices.Grow(m.last[:0], width)[:width], slices.Grow(m.now[:0], width)[:width]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
			least = min(least, now[j])
		}
		if least > limit {
			m.before, m.last, m.now = before, last, now
			return limit + 1
		}
		before, last, now = last, now, before
	}
	m.before, m.last, m.now = before, last, now
	return min(last[len(b)], limit+1)
}
