package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// part is one variant with an expression, worked out for every country at one moment.
type part struct {
	*variant
	criterion *criterion
	answers   []map[string]said
	statuses  []status
}

func (w *work) variant(code string) (*variant, error) {
	for i := range w.Framework.Variants {
		if v := &w.Framework.Variants[i]; v.Code == code {
			return v, nil
		}
	}
	return nil, fmt.Errorf("it has no criterion %q", code)
}

// parts are what the variant asked for is made of.
func (w *work) parts(v *variant, at moment) ([]*part, error) {
	codes := []string{v.Code}
	if v.Compose != nil {
		codes = v.Compose.Of
	}
	var out []*part
	for _, code := range codes {
		of, err := w.variant(code)
		if err != nil {
			return nil, err
		}
		if of.Compose != nil {
			return nil, fmt.Errorf("%s combines what is combined itself", v.Code)
		}
		p := &part{variant: of}
		if p.criterion, err = w.criterion(of.Met, of.Partly); err != nil {
			return nil, err
		}
		for _, m := range w.Countries.Members {
			a := map[string]said{}
			for _, name := range p.criterion.uses {
				a[name] = w.ask(name, m.ISO3, at)
			}
			s, err := p.criterion.of(a)
			if err != nil {
				return nil, err
			}
			p.answers, p.statuses = append(p.answers, a), append(p.statuses, s)
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		return nil, errors.New("its criterion is made of nothing")
	}
	return out, nil
}

// lists are the statuses that are counted: one list, or two of which each counts half.
func lists(v *variant, parts []*part) [][]status {
	if v.Compose != nil && v.Compose.Op == "half" {
		var out [][]status
		for _, p := range parts {
			out = append(out, p.statuses)
		}
		return out
	}
	joined := slices.Clone(parts[0].statuses)
	for _, p := range parts[1:] {
		for i, s := range p.statuses {
			if v.Compose.Op == "or" {
				joined[i] = status{max(joined[i].low, s.low), max(joined[i].high, s.high)}
			} else {
				joined[i] = status{min(joined[i].low, s.low), min(joined[i].high, s.high)}
			}
		}
	}
	return [][]status{joined}
}

// tally is how a universe divides, each country counted as 1 or by its children.
type tally struct {
	by                       map[string]int64
	possible, total, without int64
}

func (w *work) tally(list []status, children bool) tally {
	t := tally{by: map[string]int64{}}
	for i, s := range list {
		weight := int64(1)
		if children {
			if w.Countries.Members[i].Weight == nil {
				t.without++
				continue
			}
			weight = *w.Countries.Members[i].Weight
		}
		t.by[s.word()] += weight
		t.total += weight
		if s.high >= 1 {
			t.possible += weight
		}
	}
	return t
}

func fraction(a, b int64) *big.Rat {
	if b == 0 {
		return nil
	}
	return big.NewRat(a, b)
}

// bounds is at least, at most, and of those known.
func (w *work) bounds(all [][]status, children bool) (lower, upper, known *big.Rat) {
	var met, possible, total int64
	var last tally
	for _, list := range all {
		last = w.tally(list, children)
		met, possible, total = met+last.by["met"], possible+last.possible, total+last.total
	}
	if len(all) == 1 {
		known = fraction(met, total-last.by["unknown"])
	}
	return fraction(met, total), fraction(possible, total), known
}

func six(r *big.Rat) any {
	if r == nil {
		return nil
	}
	return json.Number(r.FloatString(6))
}

func whole(n int64) any { return json.Number(fmt.Sprint(n)) }

// figure computes everything the file tells.
func (w *work) figure() (figure, statuses object, err error) {
	v, err := w.variant(w.Question.Variant)
	if err != nil {
		return nil, nil, err
	}
	if v.Of != w.Question.Code {
		return nil, nil, fmt.Errorf("%s counts %s, not %s", v.Code, v.Of, w.Question.Code)
	}
	at := moment{}
	var asOf any
	if w.Question.AsOf != nil {
		at.day, asOf = *w.Question.AsOf, w.Question.AsOf.String()
	}
	parts, err := w.parts(v, at)
	if err != nil {
		return nil, nil, err
	}
	all := lists(v, parts)
	statuses = object{}
	if len(all) == 1 && (v.Compose == nil || v.Compose.Op != "half") {
		for i, s := range all[0] {
			statuses[w.Countries.Members[i].ISO3] = s.word()
		}
	}
	figure = object{
		"code": v.Of, "variant": v.Code, "headline": v.Headline, "framework": w.Framework.ID, "universe": w.Countries.Universe, "asOf": asOf,
		"basis": "computed", "method": "linear-pace@1", "countries": w.group(all, false), "children": w.group(all, true),
		"inputs": w.inputs(v, parts, all, at),
	}
	if figure["evidence"], err = w.evidence(parts, at); err != nil {
		return nil, nil, err
	}
	return figure, statuses, w.judge(figure, v)
}

func (w *work) group(all [][]status, children bool) object {
	t := w.tally(all[0], children)
	lower, upper, known := w.bounds(all, children)
	round := func(n int64) any {
		if s := w.Countries.Scale; children && s > 1 {
			return whole((n + s/2) / s)
		}
		return whole(n)
	}
	out := object{"total": round(t.total), "lower": six(lower), "upper": six(upper), "knownOnly": six(known)}
	for _, word := range []string{"met", "partly", "notMet", "unknown"} {
		out[word] = nil
		if len(all) == 1 {
			out[word] = round(t.by[word])
		}
	}
	if children {
		out["weightsYear"], out["statesWithoutWeight"] = whole(int64(w.Countries.Year)), whole(t.without)
	}
	return out
}

func (w *work) children(i int) int64 {
	if c := w.Countries.Members[i].Weight; c != nil {
		return *c
	}
	return 0
}

// asNewAs is how new a proof is for the day asked about: one of later is as new as that day.
func (w *work) asNewAs(proven day) day {
	if w.Question.AsOf != nil {
		return min(proven, *w.Question.AsOf)
	}
	return proven
}

// evidence says on whose word the known statuses rest.
func (w *work) evidence(parts []*part, at moment) (object, error) {
	var newest, oldest day
	type weight struct{ countries, children int64 }
	sources := map[string]weight{}
	seen := map[string]bool{}
	validated := map[int]bool{}
	var alone []any
	var total int64
	for i := range w.Countries.Members {
		total += w.children(i)
	}
	for _, p := range parts {
		for i, s := range p.statuses {
			for _, name := range p.criterion.uses {
				a := p.answers[i][name]
				if !s.known() || a.what == 0 || a.implied || s.low == 2 && a.what == 'n' {
					continue
				}
				if on := w.asNewAs(a.proven); on != 0 {
					newest = max(newest, on)
					if oldest == 0 || on < oldest {
						oldest = on
					}
				}
				if key := fmt.Sprint(i, " ", a.source); !seen[key] {
					seen[key] = true
					sources[a.source] = weight{sources[a.source].countries + 1, sources[a.source].children + w.children(i)}
					for _, src := range w.Sources {
						validated[i] = validated[i] || src.Code == a.source && src.Validated
					}
				}
			}
		}
		found, err := w.alone(p, at, total)
		if err != nil {
			return nil, err
		}
		alone = append(alone, found...)
	}
	var list []any
	for code, s := range sources {
		list = append(list, object{"code": code, "countries": whole(s.countries), "childrenShare": six(fraction(s.children, total))})
	}
	most := func(x any) int { // more countries come first
		var n int
		_, _ = fmt.Sscan(string(x.(object)["countries"].(json.Number)), &n)
		return -n
	}
	slices.SortFunc(list, func(a, b any) int {
		return cmp.Or(cmp.Compare(most(a), most(b)), cmp.Compare(a.(object)["code"].(string), b.(object)["code"].(string)))
	})
	slices.SortFunc(alone, func(a, b any) int {
		x, y := a.(object), b.(object)
		return cmp.Or(cmp.Compare(most(a), most(b)), cmp.Compare(x["variant"].(string), y["variant"].(string)), cmp.Compare(x["voice"].(string), y["voice"].(string)))
	})
	confirmed := int64(0)
	for _, yes := range validated {
		confirmed += int64(bit(yes))
	}
	return object{"newest": newest.String(), "oldest": oldest.String(), "sources": list, "alone": alone, "validatedByCountries": whole(confirmed)}, nil
}

// alone counts, for each voice, the countries in place that no other voice puts there.
func (w *work) alone(p *part, at moment, total int64) ([]any, error) {
	type heard struct {
		countries, children int64
		newest              day
	}
	found := make([]heard, len(p.Voices))
	for i, s := range p.statuses {
		if s != (status{2, 2}) {
			continue
		}
		only, met := 0, 0
		var proven day
		for j, voice := range p.Voices {
			if voice.Met == "" {
				continue
			}
			c, err := w.criterion(voice.Met, "")
			if err != nil {
				return nil, err
			}
			answers := map[string]said{}
			var latest day
			for _, name := range c.uses {
				answers[name] = w.ask(name, w.Countries.Members[i].ISO3, at)
				latest = max(latest, w.asNewAs(answers[name].proven))
			}
			says, err := c.of(answers)
			if err != nil {
				return nil, err
			}
			if says == (status{2, 2}) {
				only, met, proven = j, met+1, latest
			}
		}
		if met == 1 {
			f := &found[only]
			f.countries, f.children, f.newest = f.countries+1, f.children+w.children(i), max(f.newest, proven)
		}
	}
	var out []any
	for j, f := range found {
		if f.countries > 0 {
			out = append(out, object{"variant": p.Code, "voice": p.Voices[j].Code, "source": p.Voices[j].Source, "newest": f.newest.String(),
				"countries": whole(f.countries), "childrenShare": six(fraction(f.children, total))})
		}
	}
	return out, nil
}

// inputs is the hash over all that the figure rests on (docs/data.md).
func (w *work) inputs(v *variant, parts []*part, all [][]status, at moment) string {
	var b []byte
	b = fmt.Appendf(b, "%s %s %s %s %d/%d\n", w.Framework.ID, v.Code, w.Countries.Universe, at.day, w.Countries.Year, w.Countries.Scale)
	for i, m := range w.Countries.Members {
		b = append(b, m.ISO3+"\x00"...)
		weight := int64(-1)
		if m.Weight != nil {
			weight = *m.Weight
		}
		b = binary.AppendVarint(b, weight)
		for _, list := range all {
			b = append(b, byte(list[i].low*16+list[i].high))
		}
	}
	numbered := map[string]uint64{}
	for _, p := range parts {
		for _, name := range p.criterion.uses {
			b = append(b, name+"\x00"...)
			for i := range w.Countries.Members {
				a := p.answers[i][name]
				if a.what == 0 {
					b = append(b, 0)
					continue
				}
				sign := map[byte]byte{'n': 1, 'p': 2, 'y': 3, '#': 4}[a.what]
				if a.implied {
					sign += 128
				}
				b = append(b, sign)
				if a.what == '#' {
					b = binary.BigEndian.AppendUint64(b, bits(a.n))
				}
				b = binary.AppendVarint(b, int64(a.proven))
				if n := numbered[a.source]; n > 0 {
					b = binary.AppendUvarint(b, n)
				} else {
					numbered[a.source] = uint64(len(numbered) + 1)
					b = append(b, "\x00"+a.source+"\x00"...)
				}
			}
		}
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256(b))
}
