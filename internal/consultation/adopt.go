package consultation

import (
	"cmp"
	"fmt"
	"slices"

	"waymark/internal/framework"
	"waymark/internal/reference"
)

// Decision is what the answers of a round come to.
type Decision struct {
	Blockers  []Blocker            `json:"blockers"`
	Edits     []framework.Edit     `json:"edits"`
	Crosswalk *framework.Crosswalk `json:"crosswalk,omitempty"`
	Next      *framework.Version   `json:"-"`
	From      reference.Date       `json:"from,omitempty"` // the day the next version holds from
}

// Decide turns the answers of a round into edits of its version, or lists what stands in the way. It
// is pure. Every edit names the comments and amendments behind it.
func Decide(v *framework.Version, r *Record) *Decision {
	d := &Decision{Blockers: Gate(r), Edits: []framework.Edit{}}
	behind := map[string][]string{} // amendment -> what led to it
	var order []string
	standing := Standing(r.Dispositions)
	answered := func(id string) {
		for _, change := range standing[id].Changes {
			if behind[change] == nil {
				order = append(order, change)
				behind[change] = []string{change}
			}
			if id != change {
				behind[change] = append(behind[change], id)
			}
		}
	}
	for i := range r.Comments {
		answered(r.Comments[i].ID)
	}
	for i := range r.Amendments {
		answered(r.Amendments[i].ID)
	}
	type change struct {
		edit framework.Edit
		from *Amendment
	}
	var all []change
	for _, id := range order {
		a, ok := r.Amendment(id)
		if !ok || a.Edit == nil {
			d.Blockers = append(d.Blockers, Blocker{Comment: id, Why: "incomplete", Detail: "the change it names is not there"})
			continue
		}
		if why := a.unfit(); why != "" {
			d.Blockers = append(d.Blockers, Blocker{Comment: id, Kind: "amendment", Number: a.Number, Why: why})
			continue
		}
		e := *a.Edit
		e.Behind = behind[id]
		all = append(all, change{e, a})
	}
	// Words are changed from the end of a text to its beginning, so that places counted on the round's
	// version hold; whatever changes the structure comes after all words.
	slices.SortStableFunc(all, func(a, b change) int {
		if n := rank(a.edit) - rank(b.edit); n != 0 {
			return n
		}
		if rank(a.edit) == 0 && a.edit.Key == b.edit.Key {
			return cmp.Compare(b.from.at(), a.from.at())
		}
		return 0
	})
	for i, c := range all {
		d.Edits = append(d.Edits, c.edit)
		for _, other := range all[:i] {
			if overlap(c.from, other.from) {
				d.Blockers = append(d.Blockers, Blocker{Comment: c.from.ID, Kind: "amendment", Number: c.from.Number, Why: "overlap", Detail: fmt.Sprintf("%s: %q and %q change the same words", c.from.Element, short(c.from.Old), short(other.from.Old))})
			}
		}
	}
	if len(d.Blockers) == 0 && len(d.Edits) > 0 {
		if _, _, err := framework.Apply(v, d.Edits); err != nil {
			d.Blockers = append(d.Blockers, Blocker{Why: "edit", Detail: err.Error()})
		}
	}
	return d
}

// unfit says why an answer cannot lead to a change: it waits for a moderator, or for somebody to say
// whether it was meant. Empty: it can.
func (a *Amendment) unfit() string {
	switch {
	case a.Held != "":
		return "held"
	case a.State == ToConfirm || a.State == NotMeant:
		return "settle"
	}
	return ""
}

func rank(e framework.Edit) int {
	switch e.Op {
	case framework.OpWords:
		return 0
	case framework.OpSet, framework.OpRevise:
		return 1
	}
	return 2
}

// overlap tells whether two amendments change the same words.
func overlap(a, b *Amendment) bool {
	if a == b || a.Edit == nil || b.Edit == nil || a.Edit.Key != b.Edit.Key || a.Edit.Thing != b.Edit.Thing {
		return false
	}
	if a.Edit.Op != framework.OpWords || b.Edit.Op != framework.OpWords {
		return a.Edit.Op == b.Edit.Op && a.Edit.Field == b.Edit.Field || a.Edit.Op == framework.OpDelete || b.Edit.Op == framework.OpDelete
	}
	if a.at() < 0 || b.at() < 0 {
		return true // a whole text, or words without a place
	}
	s, t := a.at(), a.at()+len([]rune(a.Old))
	u, w := b.at(), b.at()+len([]rune(b.Old))
	return s < w && u < t || s == u
}

func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// overtaken are the amendments not adopted whose words an adopted one changed: they become stale, and
// are never dropped.
func overtaken(r *Record, d *Decision) []Amendment {
	adopted := map[string]bool{}
	for _, e := range d.Edits {
		for _, id := range e.Behind {
			adopted[id] = true
		}
	}
	var out []Amendment
	for i := range r.Amendments {
		a := &r.Amendments[i]
		if adopted[a.ID] || a.State != Proposed && a.State != ToConfirm {
			continue
		}
		for j := range r.Amendments {
			if adopted[r.Amendments[j].ID] && overlap(a, &r.Amendments[j]) {
				stale := *a
				stale.State = Stale
				out = append(out, stale)
				break
			}
		}
	}
	return out
}
