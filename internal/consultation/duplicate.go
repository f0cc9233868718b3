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
}

// Similarity is how near two texts are: shared shingles over all, and over the shorter one's.
type Similarity struct{ Jaccard, Containment float64 }

// similarity compares two texts by their runs of three words.
func similarity(a, b map[string]bool) Similarity {
	if len(a) == 0 || len(b) == 0 {
		return Similarity{}
	}
	shared := 0
	for s := range a {
		if b[s] {
			shared++
		}
	}
	return Similarity{
		Jaccard:     float64(shared) / float64(len(a)+len(b)-shared),
		Containment: float64(shared) / float64(min(len(a), len(b))),
	}
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
	for i := range comments {
		for j := i + 1; j < len(comments); j++ {
			if min(len(sets[i]), len(sets[j])) < duplicateMinimum {
				continue
			}
			s := similarity(sets[i], sets[j])
			if s.Jaccard < duplicateJaccard && s.Containment < duplicateContained {
				continue
			}
			a, b := find(i), find(j)
			best := max(s.Jaccard, s.Containment)
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
