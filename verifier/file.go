package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	mostBytes    = 8 << 20
	mostDepth    = 16
	mostChildren = 1 << 60
)

// object is a JSON object that was computed.
type object map[string]any

// day is a date as the number yyyymmdd; 0 is none.
type day int

func (d *day) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil || s == "" {
		*d = 0
		return err
	}
	t, err := time.Parse(time.DateOnly, s)
	*d = day(t.Year()*10000 + int(t.Month())*100 + t.Day())
	return err
}

func (d day) String() string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d/10000, d/100%100, d%100)
}

func (d day) months() int { return int(d/10000)*12 + int(d/100%100) }

// number is a decimal that may stand in quotation marks.
type number struct{ *big.Rat }

func (n *number) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	if s == "null" {
		return nil
	}
	if len(s) > 80 || strings.ContainsAny(s, "eE/_xX") {
		return fmt.Errorf("%.20s is no plain number", s)
	}
	var ok bool
	if n.Rat, ok = new(big.Rat).SetString(s); !ok {
		return fmt.Errorf("%q is no number", s)
	}
	return nil
}

// proof is a proof file as read.
type proof struct {
	Question struct {
		Code, Variant string
		AsOf          *day
		Judged        day
	}
	Framework struct {
		ID         string
		Baseline   day
		Direction  string
		Target     target
		Variants   []variant
		Indicators []struct{ Code, Carry string }
		Rules      []struct{ Indicators, Order []string }
		PanelLeast number `json:"panelMinimum"`
		SurveyLife int    `json:"surveyUnknownAfterMonths"`
	}
	Countries struct {
		Universe string
		Year     int `json:"weightsYear"`
		Scale    int64
		Members  []struct {
			ISO3   string
			Weight *int64
		}
	}
	Sources []struct {
		Code, Kind string
		Feeds      []struct {
			Indicator string
			Complete  bool
		}
		Validated bool `json:"validatedByCountries"`
	}
	Observations []statement

	told, statuses, hashes any
	parts                  map[string]json.RawMessage
}

type target struct {
	JudgedOn  string
	Revisions []struct {
		Operator string
		Value    number
		GoalDate day
	}
}

type variant struct {
	Code, Of    string
	Headline    bool
	Met, Partly string
	Voices      []struct{ Code, Source, Met string }
	Compose     *struct {
		Op string
		Of []string
	}
}

type statement struct {
	Indicator, Area, Source, Item, Answer, Status string
	Value                                         number
	From, To, ProvenOn                            day
	RecordedAt                                    int64
}

var order = []string{"question", "framework", "countries", "sources", "observations", "figure", "statuses"}

func read(data []byte) (*proof, error) {
	if len(data) > mostBytes {
		return nil, fmt.Errorf("it is larger than %d MB; a proof file is small", mostBytes>>20)
	}
	if err := plainNames(json.NewDecoder(bytes.NewReader(data))); err != nil {
		return nil, fmt.Errorf("it is no proof file: %w", err)
	}
	p := &proof{}
	if err := json.Unmarshal(data, &p.parts); err != nil {
		return nil, fmt.Errorf("it is no proof file: %w", err)
	}
	into := map[string]any{
		"question": &p.Question, "framework": &p.Framework, "countries": &p.Countries, "sources": &p.Sources,
		"observations": &p.Observations, "figure": &p.told, "statuses": &p.statuses, "hashes": &p.hashes,
	}
	var form string
	if json.Unmarshal(p.parts["capsule"], &form) != nil || form != "waymark-proof@1" {
		return nil, errors.New(`it is no proof file: it does not call itself "waymark-proof@1"`)
	}
	if len(p.parts) != len(into)+1 {
		return nil, errors.New("it is no proof file: it has parts too many or too few")
	}
	for name, part := range into {
		d := json.NewDecoder(bytes.NewReader(p.parts[name]))
		d.UseNumber()
		if err := d.Decode(part); err != nil {
			return nil, fmt.Errorf("its part %q cannot be read: %w", name, err)
		}
	}
	return p, p.sound()
}

// sound refuses what no figure has.
func (p *proof) sound() error {
	keys := map[string]bool{}
	for _, o := range p.Observations {
		key := fmt.Sprintf("%q %q %q %q %d %d", o.Indicator, o.Area, o.Source, o.Item, o.From, o.To)
		if keys[key] {
			return fmt.Errorf("%s says two things about %s of %s", o.Source, o.Indicator, o.Area)
		}
		keys[key] = true
	}
	var children int64
	last := ""
	for _, m := range p.Countries.Members {
		if m.ISO3 <= last {
			return fmt.Errorf("its countries are not in order at %q", m.ISO3)
		}
		last = m.ISO3
		if m.Weight != nil {
			if *m.Weight < 0 || *m.Weight > mostChildren-children {
				return fmt.Errorf("%s has a number of children that no country has", m.ISO3)
			}
			children += *m.Weight
		}
	}
	switch {
	case len(p.Countries.Members) == 0 || len(p.Countries.Members) > 400:
		return fmt.Errorf("it has %d countries", len(p.Countries.Members))
	case p.Countries.Scale < 1:
		return fmt.Errorf("its weights have the scale %d", p.Countries.Scale)
	case p.Framework.PanelLeast.Rat == nil:
		return errors.New("it does not say how many countries a comparison needs")
	}
	return nil
}

// plainNames goes through a document and refuses names that stand twice, and what is very deep.
func plainNames(d *json.Decoder) error {
	type level struct {
		names  map[string]bool // nil: a list
		inName bool            // a name comes next
	}
	var stack []level
	for first := true; ; first = false {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && !first {
			return nil
		}
		if err != nil {
			return err
		}
		if len(stack) > 0 {
			top := &stack[len(stack)-1]
			if name, ok := t.(string); ok && top.names != nil && top.inName {
				if key := strings.ToLower(name); top.names[key] {
					return fmt.Errorf("the name %q stands twice", name)
				} else {
					top.names[key] = true
				}
				top.inName = false
				continue
			}
			top.inName = true
		} else if !first {
			return errors.New("something follows its end")
		}
		switch t {
		case json.Delim('{'):
			stack = append(stack, level{map[string]bool{}, true})
		case json.Delim('['):
			stack = append(stack, level{})
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:len(stack)-1]
		}
		if len(stack) > mostDepth+1 {
			return errors.New("it is nested too deeply")
		}
	}
}

// computedHashes are the hashes of the parts as they stand in the file, white space left out.
func (p *proof) computedHashes() object {
	out := object{}
	var lines strings.Builder
	for _, name := range order {
		var b bytes.Buffer
		if err := json.Compact(&b, p.parts[name]); err != nil {
			continue // it was read already
		}
		hash := fmt.Sprintf("sha256:%x", sha256.Sum256(b.Bytes()))
		out[name] = hash
		lines.WriteString(name + " " + hash + "\n")
	}
	out["all"] = fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(lines.String())))
	return out
}

// names lists the names of two objects, each once, sorted.
func names(a object, b map[string]any) []string {
	var out []string
	for n := range a {
		out = append(out, n)
	}
	for n := range b {
		if _, ok := a[n]; !ok {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// text is a value as the file would write it.
func text(v any, there bool) string {
	if !there {
		return "nothing"
	}
	switch x := v.(type) {
	case nil:
		return "null"
	case json.Number:
		return x.String()
	case string:
		return strconv.Quote(x)
	}
	return fmt.Sprint(v)
}

func sameNumber(a, b any) bool {
	x, okA := a.(json.Number)
	y, okB := b.(json.Number)
	if !okA || !okB || len(x) > 40 || strings.ContainsAny(x.String(), "eE") {
		return false
	}
	r, okX := new(big.Rat).SetString(x.String())
	s, okY := new(big.Rat).SetString(y.String())
	return okX && okY && r.Cmp(s) == 0
}
