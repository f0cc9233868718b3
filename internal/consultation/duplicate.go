package consultation

import (
	"slices"
	"strings"

	"waymark/internal/lang"
)

// The thresholds of near-duplicates: our judgement. A group is for reading only; nothing is merged,
// deleted or counted as votes.
const (
	shingleWords       = 3
	duplicateJaccard   = 0.80
	duplicateContained = 0.85
	duplicateMinimum   = 8 // shingles of the shorter text
)

// DuplicateGroup is comments that say nearly the same.
type DuplicateGroup struct {
	ID      string   `json:"id"`
	Members []string `json:"members"` // comment ids, in order of their numbers
	Method  string   `json:"method"`  // shingles or manual
	Score   float64  `json:"score"`   // the least of the pairs that made it
	// Confirmed by a person; empty: proposed.
	ConfirmedBy string `json:"confirmedBy,omitempty"`
	// Dissolved says that a person looked and these comments are no group. It supersedes what was kept
	// of the same members before, and both records stay.
	Dissolved bool `json:"dissolved,omitempty"`
}

// sameMembers tells whether two groups hold the same comments.
func (g *DuplicateGroup) sameMembers(o *DuplicateGroup) bool {
	return slices.Equal(slices.Sorted(slices.Values(g.Members)), slices.Sorted(slices.Values(o.Members)))
}

// StandingGroups gives the groups that hold: of the same members the last record counts, and one that
// was dissolved is none.
func StandingGroups(all []DuplicateGroup) []DuplicateGroup {
	var out []DuplicateGroup
	for _, g := range all {
		out = slices.DeleteFunc(out, func(k DuplicateGroup) bool { return k.sameMembers(&g) })
		if !g.Dissolved {
			out = append(out, g)
		}
	}
	return out
}

// isDissolved tells whether the last word on these members is that they are no group.
func isDissolved(all []DuplicateGroup, g *DuplicateGroup) bool {
	for _, k := range slices.Backward(all) {
		if k.sameMembers(g) {
			return k.Dissolved
		}
	}
	return false
}

// Similarity is how near two texts are: shared runs of three words over all, and over the shorter
// one's.
type Similarity struct{ Jaccard, Containment float64 }

// Similar compares two texts.
func Similar(a, b string) Similarity {
	x, y := shingles(a), shingles(b)
	if len(x) == 0 || len(y) == 0 {
		return Similarity{}
	}
	n := 0
	for run := range x {
		if y[run] {
			n++
		}
	}
	return Similarity{float64(n) / float64(len(x)+len(y)-n), float64(n) / float64(min(len(x), len(y)))}
}

// shingles are the runs of three words of a text without case, accents and punctuation. A shorter
// text is one shingle of what it has.
func shingles(text string) map[string]bool {
	words := strings.Fields(lang.Fold(text))
	out := map[string]bool{}
	if len(words) > 0 && len(words) < shingleWords {
		out[strings.Join(words, " ")] = true
	}
	for i := 0; i+shingleWords <= len(words); i++ {
		out[strings.Join(words[i:i+shingleWords], " ")] = true
	}
	return out
}

// NearDuplicates proposes groups among comments by their text without the prefix.
func NearDuplicates(comments []Comment) []DuplicateGroup {
	sets := make([]map[string]bool, len(comments))
	for i := range comments {
		sets[i] = shingles(strings.Join(comments[i].Text, " "))
	}
	group := make([]int, len(comments)) // union-find
	for i := range group {
		group[i] = i
	}
	find := func(i int) int {
		for group[i] != i {
			i = group[i]
		}
		return i
	}
	score := map[int]float64{}
	having := map[string][]int{} // texts by the runs they hold: only those that share some are compared
	shared := make([]int, len(comments))
	for j := range comments {
		if len(sets[j]) < duplicateMinimum {
			continue
		}
		var near []int
		for run := range sets[j] {
			for _, i := range having[run] {
				if shared[i] == 0 {
					near = append(near, i)
				}
				shared[i]++
			}
			having[run] = append(having[run], j)
		}
		slices.Sort(near)
		for _, i := range near {
			n := float64(shared[i])
			shared[i] = 0
			jaccard, contained := n/(float64(len(sets[i])+len(sets[j]))-n), n/float64(min(len(sets[i]), len(sets[j])))
			if jaccard < duplicateJaccard && contained < duplicateContained {
				continue
			}
			a, b := find(i), find(j)
			best := max(jaccard, contained)
			for _, root := range []int{a, b} {
				if old, ok := score[root]; ok {
					best = min(best, old)
				}
			}
			group[max(a, b)] = min(a, b)
			score[min(a, b)] = best
		}
	}
	members := map[int][]string{}
	var roots []int
	for i := range comments {
		r := find(i)
		if members[r] == nil {
			roots = append(roots, r)
		}
		members[r] = append(members[r], comments[i].ID)
	}
	var out []DuplicateGroup
	for _, r := range roots {
		if len(members[r]) > 1 {
			out = append(out, DuplicateGroup{Members: slices.Clone(members[r]), Method: "shingles", Score: score[r]})
		}
	}
	return out
}
