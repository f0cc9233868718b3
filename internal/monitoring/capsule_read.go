package monitoring

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"

	"waymark/internal/fault"
	"waymark/internal/framework"
)

// What a capsule may hold. A real one has about a thousand statements and 400 KB.
const (
	MaxCapsule           = 8 << 20 // bytes
	maxCapsuleDepth      = 16
	maxCapsuleStatements = 50_000
	maxCapsuleMembers    = 400
	maxCapsuleIndicators = 60
	maxExpression        = 2000
	maxWeight            = int64(1) << 60 // all countries together
	maxCapsuleWays       = 1 << 20        // areas times ways of taking "partly" for yes or no
)

func brokenCapsule(format string, args ...any) error {
	return fault.Newf(fault.Refused, "This is no proof capsule: "+format, args...).WithFix("Download the file again from the page of the figure.")
}

// Check is one thing that was compared: what the file tells, and what comes out of it.
type Check struct{ What, Told, Computed string }

// OK tells whether the two are the same.
func (c Check) OK() bool { return c.Told == c.Computed }

// ReadCapsule reads a capsule and refuses what is none, with a sentence that says why. It verifies
// nothing.
func ReadCapsule(data []byte) (*Capsule, error) {
	if len(data) > MaxCapsule {
		return nil, fault.Newf(fault.TooLarge, "The file is larger than %d MB; a proof capsule is a small file.", MaxCapsule>>20).WithFix("Download it again from the page of the figure.")
	}
	if _, err := leaves(data); err != nil { // before anything else: depth, names that stand twice
		return nil, err
	}
	c := &Capsule{}
	if err := json.Unmarshal(data, &c.raw); err != nil {
		return nil, brokenCapsule("%v.", err)
	}
	var form string
	if json.Unmarshal(c.raw["capsule"], &form) != nil || form != CapsuleForm {
		return nil, brokenCapsule("it does not call itself %q.", CapsuleForm)
	}
	into := map[string]any{
		"capsule": &form, "question": &c.Question, "framework": &c.Framework, "countries": &c.Countries, "sources": &c.Sources,
		"observations": &c.Observations, "figure": &c.figure, "statuses": &c.statuses, "hashes": &c.hashes,
	}
	for name := range c.raw {
		if into[name] == nil {
			return nil, brokenCapsule("it has a part %q that is not known.", name)
		}
	}
	for name, part := range into {
		if c.raw[name] == nil {
			return nil, brokenCapsule("the part %q is missing.", name)
		}
		d := json.NewDecoder(bytes.NewReader(c.raw[name]))
		d.DisallowUnknownFields()
		if err := d.Decode(part); err != nil {
			return nil, brokenCapsule("the part %q cannot be read: %v.", name, err)
		}
	}
	return c, c.bounded()
}

// bounded refuses numbers and lengths that no figure has, and that would take long to work with.
func (c *Capsule) bounded() error {
	f := &c.Framework
	switch {
	case len(c.Observations) > maxCapsuleStatements:
		return brokenCapsule("it has %d statements; the most is %d.", len(c.Observations), maxCapsuleStatements)
	case len(c.Countries.Members) == 0 || len(c.Countries.Members) > maxCapsuleMembers:
		return brokenCapsule("it has %d countries; there are 1 to %d.", len(c.Countries.Members), maxCapsuleMembers)
	case len(f.Indicators) > maxCapsuleIndicators || len(f.Variants) > maxCapsuleIndicators || len(c.Sources) > maxCapsuleMembers:
		return brokenCapsule("it has too many indicators, criteria or sources.")
	case len(f.PanelLeast) > 20 || strings.Trim(f.PanelLeast, "0123456789.") != "":
		return brokenCapsule("the least share of a panel is no plain number.")
	case c.Countries.Scale < 1 || c.Countries.Scale > onlineScale:
		return brokenCapsule("the scale of the weights is %d.", c.Countries.Scale)
	}
	left := maxWeight
	for _, m := range c.Countries.Members {
		if m.Weight == nil {
			continue
		}
		if left -= max(*m.Weight, 0); *m.Weight < 0 || *m.Weight > maxWeight || left < 0 {
			return brokenCapsule("%s has a number of children that no country has.", m.ISO3)
		}
	}
	areas, partly := map[string]bool{}, map[string]bool{}
	keys := map[CapsuleStatement]bool{}
	for _, o := range c.Observations {
		key := CapsuleStatement{Indicator: o.Indicator, Area: o.Area, Source: o.Source, Item: o.Item, From: o.From, To: o.To}
		if keys[key] { // which of them holds would hang on their order
			return brokenCapsule("%s says two things about %s of %s and one time.", o.Source, o.Indicator, o.Area)
		}
		keys[key] = true
		areas[o.Area] = true
		if o.Answer == AnswerPartly {
			partly[o.Indicator] = true
		}
		if len(areas)<<min(len(partly), 30) > maxCapsuleWays {
			return brokenCapsule("it speaks of more areas and of more answers in part than can be worked out.")
		}
		if o.Value != nil && (o.Value.Exponent() > 30 || o.Value.Exponent() < -30 || o.Value.NumDigits() > 60) {
			return brokenCapsule("a statement about %s has a number of too many digits.", o.Area)
		}
	}
	for _, r := range f.Target.Revisions {
		if r.Value != nil && (r.Value.Exponent() > 30 || r.Value.Exponent() < -30 || r.Value.NumDigits() > 60) {
			return brokenCapsule("the goal has too many digits.")
		}
	}
	return boundedVariants(f.Variants)
}

func boundedVariants(variants []framework.Variant) error {
	for _, v := range variants {
		texts := []string{v.Met, v.Partly}
		for _, w := range v.Voices {
			texts = append(texts, w.Met, w.Partly, w.NotMet)
		}
		for _, s := range texts {
			if len(s) > maxExpression {
				return brokenCapsule("a criterion of %s is longer than %d characters.", v.Code, maxExpression)
			}
		}
		if v.Compose != nil && len(v.Compose.Of) > 8 {
			return brokenCapsule("%s combines too many variants.", v.Code)
		}
	}
	return nil
}

// Verify computes the figure again from what the capsule holds and compares it with what the capsule
// tells: every number and word of the figure, where each country stands, and the hashes. It gives
// all that was compared; the error says in what they differ first.
func (c *Capsule) Verify() ([]Check, error) {
	figure, err := c.compute()
	if err != nil {
		text, fix := fault.Safe(err)
		return nil, fault.Newf(fault.Conflict, "The figure cannot be computed from this capsule: %s", text).WithFix(fix)
	}
	var out []Check
	body, err := plainJSON(figure)
	if err != nil {
		return nil, err
	}
	if out, err = compare(out, "figure", c.figure, body); err != nil {
		return nil, err
	}
	if body, err = plainJSON(figure.statusWords()); err != nil {
		return nil, err
	}
	if out, err = compare(out, "status", c.statuses, body); err != nil {
		return nil, err
	}
	hashes := capsuleHashes(c.raw)
	for _, name := range append(capsuleSections, "all") {
		out = append(out, Check{"hash of " + name, c.hashes[name], hashes[name]})
	}
	if len(c.hashes) != len(hashes) {
		out = append(out, Check{"number of hashes", fmt.Sprint(len(c.hashes)), fmt.Sprint(len(hashes))})
	}
	for _, check := range out {
		if !check.OK() {
			return out, fault.Newf(fault.Conflict, "This file was changed: it tells %s for %s, and what it holds gives %s.", told(check.Told), check.What, told(check.Computed)).
				WithFix("Do not rely on it. Download it again from the page of the figure.")
		}
	}
	return out, nil
}

func told(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// compare puts what is told beside what was computed, in the computed order.
func compare(out []Check, what string, given, computed []byte) ([]Check, error) {
	a, err := leaves(given)
	if err != nil {
		return nil, err
	}
	b, err := leaves(computed)
	if err != nil {
		return nil, err
	}
	have := map[string]string{}
	for _, l := range a {
		have[l.path] = l.value
	}
	for _, l := range b {
		value := have[l.path]
		if sameNumber(value, l.value) {
			value = l.value
		}
		out = append(out, Check{what + " " + l.path, value, l.value})
		delete(have, l.path)
	}
	for _, l := range a {
		if value, ok := have[l.path]; ok {
			out = append(out, Check{what + " " + l.path, value, ""})
		}
	}
	return out, nil
}

func sameNumber(a, b string) bool {
	if a == b || len(a) > 40 || len(b) > 40 || strings.ContainsAny(a+b, "eE\"") {
		return a == b
	}
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	return okX && okY && x.Cmp(y) == 0
}

// leaf is one number, word or absence of a JSON document, with the way to it.
type leaf struct{ path, value string }

// leaves takes a JSON document apart. It refuses what is too deep and names that stand twice, of
// which two readers might believe different ones.
func leaves(data []byte) ([]leaf, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var out []leaf
	if err := walk(d, "", 0, &out); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, brokenCapsule("something follows its end.")
	}
	return out, nil
}

func walk(d *json.Decoder, path string, depth int, out *[]leaf) error {
	token, err := d.Token()
	if err != nil {
		return brokenCapsule("it is not JSON (%v).", err)
	}
	if depth > maxCapsuleDepth {
		return brokenCapsule("it is nested too deeply.")
	}
	join := func(name string) string {
		if path == "" {
			return name
		}
		return path + "." + name
	}
	switch token {
	case json.Delim('{'):
		seen := map[string]bool{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return brokenCapsule("it is not JSON (%v).", err)
			}
			name := fmt.Sprint(key)
			if seen[strings.ToLower(name)] {
				return brokenCapsule("the name %q stands twice.", name)
			}
			seen[strings.ToLower(name)] = true
			if err := walk(d, join(name), depth+1, out); err != nil {
				return err
			}
		}
	case json.Delim('['):
		n := 0
		for ; d.More(); n++ {
			if err := walk(d, join(fmt.Sprint(n)), depth+1, out); err != nil {
				return err
			}
		}
	default:
		value, err := plainJSON(token)
		if err != nil {
			return brokenCapsule("%v.", err)
		}
		*out = append(*out, leaf{path, string(value)})
		return nil
	}
	if _, err := d.Token(); err != nil { // the end of the list or object
		return brokenCapsule("it is not JSON (%v).", err)
	}
	return nil
}
