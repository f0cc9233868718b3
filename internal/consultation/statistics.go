package consultation

import (
	"cmp"
	"maps"
	"slices"
)

// Statistics are the figures of a round, each with what it is a share of. They count comments, never
// votes.
type Statistics struct {
	Submissions int `json:"submissions"`
	// Comments counts each comment once, Replies apart; Distinct counts a confirmed group of
	// near-duplicates once; Voices counts a joint comment once for each organisation.
	Comments     int     `json:"comments"`
	Replies      int     `json:"replies"`
	Distinct     int     `json:"distinct"`
	Voices       int     `json:"voices"`
	Unattributed int     `json:"unattributed"`
	Unconfirmed  int     `json:"unconfirmed"` // attributions nobody confirmed
	Amendments   int     `json:"amendments"`
	ByKind       []Count `json:"byKind"`
	ByType       []Count `json:"byType"`
	ByElement    []Count `json:"byElement"` // in the order of the number, the most first
	ByVoice      []Count `json:"byOrganisation"`
	// ByStakeholder and ByRegion count the organisations that spoke, each once; their denominator is
	// Speakers. Only States' bodies have a region.
	Speakers      int     `json:"speakers"`
	ByStakeholder []Count `json:"byStakeholder"`
	ByRegion      []Count `json:"byRegion"`
	// ByCode is the shares of the answers; their denominator is Comments, Undecided is one of them.
	ByCode    []Count `json:"byDisposition"`
	Answered  int     `json:"answered"`
	Undecided int     `json:"undecided"`
	Proposed  int     `json:"proposed"` // of the undecided: with an answer read from a document
	// Traceable counts answered comments that led to a change of the text.
	Traceable int `json:"traceable"`
	// MedianDays is from the receipt to the answer that stands, over Answered; negative: none.
	MedianDays int `json:"medianDays"`
	Satisfied  int `json:"satisfied"`
	Objecting  int `json:"objecting"` // of those who responded to an answer
}

// Count is how many comments one value has.
type Count struct {
	Value string `json:"value"`
	N     int    `json:"n"`
}

// Statistic sums a round up. Withdrawn and removed comments are not in it: they are counted apart.
func Statistic(r *Record) Statistics {
	s := Statistics{Submissions: len(r.Submissions), MedianDays: -1}
	for i := range r.Amendments {
		if !r.Amendments[i].Drafted {
			s.Amendments++ // what the secretariat wrote for its answers is no input
		}
	}
	standing := Standing(r.Dispositions)
	received := map[string]int64{}
	for _, sub := range r.Submissions {
		received[sub.ID] = sub.ReceivedAt
	}
	proposed := map[string]bool{}
	for _, d := range r.Dispositions {
		proposed[d.Comment] = proposed[d.Comment] || d.Proposed
	}
	kinds, types, elements, voices, codes := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	shown := map[string]bool{}
	var days []int64
	for i := range r.Comments {
		c := &r.Comments[i]
		if c.Withdrawn || c.Removed != "" {
			continue
		}
		if c.ReplyTo != "" {
			s.Replies++
			continue
		}
		s.Comments++
		shown[c.ID] = true
		kinds[string(c.Kind)]++
		types[string(c.Type)]++
		told := map[string]bool{}
		for _, g := range c.Targets {
			if !told[g.Code] {
				told[g.Code] = true
				elements[g.Code]++
			}
		}
		if len(c.Voices) == 0 {
			s.Unattributed++
		}
		for _, v := range c.Voices {
			s.Voices++
			voices[cmp.Or(v.Organisation, v.Label)]++
			if v.ConfirmedBy == "" {
				s.Unconfirmed++
			}
		}
		d, decided := standing[c.ID]
		if !decided {
			s.Undecided++
			if proposed[c.ID] {
				s.Proposed++
			}
			continue
		}
		s.Answered++
		codes[string(d.Code)]++
		if len(d.Changes) > 0 {
			s.Traceable++
		}
		if at := received[c.Submission]; at > 0 && d.DecidedAt >= at {
			days = append(days, r.Round.days(at, d.DecidedAt))
		}
	}
	s.Distinct = s.Comments
	counted := map[string]bool{}
	for _, g := range StandingGroups(r.Groups) {
		if g.ConfirmedBy == "" {
			continue
		}
		n := 0
		for _, id := range g.Members {
			if shown[id] && !counted[id] {
				counted[id] = true
				n++
			}
		}
		s.Distinct -= max(0, n-1)
	}
	slices.Sort(days)
	if len(days) > 0 {
		s.MedianDays = int(days[(len(days)-1)/2])
	}
	last := map[string]bool{} // comment and organisation -> satisfied
	for _, p := range r.Responses {
		last[p.Comment+" "+p.Organisation] = p.Satisfied
	}
	for _, yes := range last {
		if yes {
			s.Satisfied++
		} else {
			s.Objecting++
		}
	}
	s.ByKind, s.ByType, s.ByElement, s.ByVoice = counts(kinds), counts(types), counts(elements), counts(voices)
	s.Speakers = len(voices)
	stakeholders, regions := map[string]int{}, map[string]int{}
	for _, o := range r.Organisations {
		if voices[o.Code] > 0 {
			stakeholders[o.Type]++
			if o.Region != "" {
				regions[o.Region]++
			}
		}
	}
	s.ByStakeholder, s.ByRegion = counts(stakeholders), counts(regions)
	for _, code := range Codes {
		if n := codes[string(code)]; n > 0 {
			s.ByCode = append(s.ByCode, Count{string(code), n})
		}
	}
	return s
}

// counts sorts by number, the most first.
func counts(m map[string]int) []Count {
	out := []Count{}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, Count{key, m[key]})
	}
	slices.SortStableFunc(out, func(a, b Count) int { return b.N - a.N })
	return out
}
