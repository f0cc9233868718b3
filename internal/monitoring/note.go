package monitoring

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"

	"waymark/internal/framework"
	"waymark/internal/reference"
)

// bases lists the variants with a criterion that a variant is made of: itself, or what it combines.
func (a *Assessor) bases(v *framework.Variant) []*framework.Variant {
	if v.Compose == nil {
		return []*framework.Variant{v}
	}
	out := make([]*framework.Variant, 0, len(v.Compose.Of))
	for _, code := range v.Compose.Of {
		if b, ok := a.Version.Variant("", code); ok {
			out = append(out, b)
		}
	}
	return out
}

// weighed is how many countries something rests on, and the children in them.
type weighed struct {
	countries int
	children  int64
}

func (w *weighed) add(children int64) {
	w.countries++
	w.children += children
}

// noter gathers an EvidenceNote.
type noter struct {
	EvidenceNote
	question  Question
	view      *view
	places    []int32
	total     int64
	sources   []weighed // by place
	counted   []bool    // by place of the source and country: once for all that is combined
	validated []bool    // by country of the universe
}

// evidenceNote gathers whose word the known statuses rest on, how old it is, and which countries
// counted as met have only one voice behind them.
func (a *Assessor) evidenceNote(q Question, v *view, places []int32) (EvidenceNote, error) {
	total, _ := q.Weights.total()
	n := &noter{
		EvidenceNote: EvidenceNote{Sources: []SourceWeight{}, Alone: []VoiceWeight{}},
		question:     q, view: v, places: places, total: total,
		sources: make([]weighed, len(v.evidence.sources)), counted: make([]bool, len(v.evidence.sources)*len(places)), validated: make([]bool, len(places)),
	}
	for _, base := range a.bases(q.Variant) {
		c := a.criteria[base.Code]
		statuses, err := v.status(c)
		if err != nil {
			return EvidenceNote{}, err
		}
		n.support(c, statuses)
		if err := n.alone(base.Code, statuses, a.voices[base.Code]); err != nil {
			return EvidenceNote{}, err
		}
	}
	for place, w := range n.sources {
		if w.countries > 0 {
			n.Sources = append(n.Sources, SourceWeight{v.evidence.sources[place].Code, w.countries, ShareOf(w.children, total)})
		}
	}
	slices.SortFunc(n.Sources, func(x, y SourceWeight) int {
		return cmp.Or(cmp.Compare(y.Countries, x.Countries), cmp.Compare(x.Code, y.Code))
	})
	slices.SortFunc(n.Alone, func(x, y VoiceWeight) int {
		return cmp.Or(cmp.Compare(y.Countries, x.Countries), cmp.Compare(x.Variant, y.Variant), cmp.Compare(x.Voice, y.Voice))
	})
	for _, yes := range n.validated {
		if yes {
			n.ValidatedByCountries++
		}
	}
	return n.EvidenceNote, nil
}

// children is the weight of the i-th country, 0 where it is not known.
func (n *noter) children(i int) int64 {
	w, _ := n.question.Weights.of(i)
	return max(w, 0)
}

// shownBy is how new a proof is for the day asked about: a list drawn up later says what held on that
// day, and is as new as the day.
func (n *noter) shownBy(proven reference.Date) reference.Date {
	if day := n.question.AsOf; day != 0 {
		return min(proven, day)
	}
	return proven
}

// support adds the sources whose answers carry the known statuses: where a status is met those that do
// not say no, else all that answer. It widens the span of dates.
func (n *noter) support(c *criterion, statuses []framework.Status) {
	names := c.Indicators()
	vectors := make([][]cell, len(names))
	for i, name := range names {
		vectors[i] = n.view.read(name)
	}
	for i, place := range n.places {
		status := statuses[place]
		if !status.Known() {
			continue
		}
		for _, cells := range vectors {
			r := &cells[place]
			if r.says == nothing || r.implied || status == framework.Met && r.says == saysNo {
				continue
			}
			if counted := &n.counted[int(r.source)*len(n.places)+i]; !*counted {
				*counted = true
				n.sources[r.source].add(n.children(i))
				n.validated[i] = n.validated[i] || n.view.evidence.sources[r.source].ValidatedByCountries
			}
			if on := n.shownBy(r.proven); on != 0 {
				n.Newest = max(n.Newest, on)
				if n.Oldest == 0 || on < n.Oldest {
					n.Oldest = on
				}
			}
		}
	}
}

// heard is one voice at the view's moment.
type heard struct {
	meets []framework.Status // met where the voice says that the criterion is met; nil: it never does
	cells [][]cell           // the answers it says so by
}

func (v *view) hear(w voice) (heard, error) {
	if len(w.says) == 0 || w.says[0].status != framework.Met { // the expression for met comes first
		return heard{}, nil
	}
	c := w.says[0].criterion
	meets, err := v.status(c)
	if err != nil {
		return heard{}, err
	}
	h := heard{meets: meets}
	for _, name := range c.Indicators() {
		h.cells = append(h.cells, v.read(name))
	}
	return h, nil
}

// alone adds the countries counted as met that have only one voice behind them.
func (n *noter) alone(variant string, statuses []framework.Status, voices []voice) error {
	all := make([]heard, len(voices))
	for i, w := range voices {
		var err error
		if all[i], err = n.view.hear(w); err != nil {
			return err
		}
	}
	found := make([]VoiceWeight, len(voices))
	children := make([]int64, len(voices))
	for i, place := range n.places {
		if statuses[place] != framework.Met {
			continue
		}
		only, met := 0, 0
		for j := range all {
			if all[j].meets != nil && all[j].meets[place] == framework.Met {
				only, met = j, met+1
			}
		}
		if met != 1 {
			continue
		}
		w := &found[only]
		w.Countries++
		children[only] += n.children(i)
		for _, cells := range all[only].cells {
			w.Newest = max(w.Newest, n.shownBy(cells[place].proven))
		}
	}
	for j, w := range found {
		if w.Countries > 0 {
			w.Variant, w.Voice, w.Source, w.ChildrenShare = variant, voices[j].Code, voices[j].Source, ShareOf(children[j], n.total)
			n.Alone = append(n.Alone, w)
		}
	}
	return nil
}

// inputs hashes everything the figure was computed from, so that two figures can be told to rest on
// the same facts: the version, the variant, each country's weight, status and answers with source.
func (a *Assessor) inputs(q Question, v *view, places []int32, parts [][]framework.Status) string {
	b := make([]byte, 0, 8192)
	b = fmt.Appendf(b, "%s %s %s %s %d/%d\n", a.Version.ID(), q.Variant.Code, q.Universe.Code, q.AsOf, q.Weights.Year, q.Weights.Scale)
	for i, area := range q.Universe.Members {
		b = append(append(b, area...), 0)
		b = binary.AppendVarint(b, q.Weights.Values[i])
		for _, p := range parts {
			b = append(b, p[i].Low<<4|p[i].High)
		}
	}
	named := make([]int, len(v.evidence.sources)) // a source is named where it first occurs, and numbered
	count := 0
	for _, base := range a.bases(q.Variant) {
		for _, indicator := range a.criteria[base.Code].Indicators() {
			b = append(append(b, indicator...), 0)
			cells := v.read(indicator)
			for _, place := range places {
				c := &cells[place]
				if c.says == nothing {
					b = append(b, 0)
					continue
				}
				said := byte(c.says)
				if c.implied {
					said |= 0x80
				}
				b = append(b, said)
				if c.says == saysNumber {
					b = binary.BigEndian.AppendUint64(b, math.Float64bits(c.number))
				}
				b = binary.AppendVarint(b, int64(c.proven))
				if named[c.source] == 0 {
					count++
					named[c.source] = count
					b = append(append(append(b, 0), v.evidence.sources[c.source].Code...), 0)
				} else {
					b = binary.AppendUvarint(b, uint64(named[c.source]))
				}
			}
		}
	}
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}
