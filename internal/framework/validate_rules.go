package framework

import (
	"slices"

	"github.com/shopspring/decimal"
)

// variants checks the ways of counting: every expression compiles, none asks for what is only
// context, and every counted element has exactly one headline.
func (c *check) variants() {
	byCode := map[string]*Variant{}
	headlines := map[string]int{}
	for i := range c.v.Variants {
		w := &c.v.Variants[i]
		c.want(w.Code != "" && byCode[w.Code] == nil, "the variant code %q is empty or there twice", w.Code)
		byCode[w.Code] = w
		c.want(w.Title != "", "variant %s has no title", w.Code)
		c.want(c.elements[w.Of] != nil, "variant %s counts %q, which is not there", w.Code, w.Of)
		headlines[w.Of] += 0
		if w.Headline {
			headlines[w.Of]++
		}
	}
	for i := range c.v.Elements {
		n, counted := headlines[c.v.Elements[i].Code]
		c.want(!counted || n == 1, "%s has %d headlines and needs exactly one", c.v.Elements[i].Code, n)
	}
	for i := range c.v.Variants {
		w := &c.v.Variants[i]
		if w.Compose != nil {
			c.composition(w, byCode)
			continue
		}
		c.expression(w)
		seen := map[string]bool{}
		for _, voice := range w.Voices {
			c.want(voice.Code != "" && !seen[voice.Code], "variant %s: the voice code %q is empty or there twice", w.Code, voice.Code)
			seen[voice.Code] = true
			c.want(voice.Title != "" && voice.Source != "", "variant %s: the voice %s has no title or no source", w.Code, voice.Code)
			c.want(voice.Met+voice.Partly+voice.NotMet != "", "variant %s: the voice %s says nothing", w.Code, voice.Code)
			for _, text := range []string{voice.Met, voice.Partly, voice.NotMet} {
				if text != "" {
					c.expression(&Variant{Code: w.Code + "/" + voice.Code, Met: text})
				}
			}
		}
	}
}

func (c *check) expression(w *Variant) {
	criterion, err := Compile(w, c.v.Indicators)
	if err != nil {
		c.wrong("%v", err)
		return
	}
	for _, code := range criterion.Indicators() {
		c.want(!c.indicators[code].Context, "variant %s asks for %s, which is context and never the value of a figure", w.Code, code)
	}
}

func (c *check) composition(w *Variant, byCode map[string]*Variant) {
	c.want(slices.Contains([]string{"and", "or", "half"}, w.Compose.Op), "variant %s combines by %q, not by and, or, half", w.Code, w.Compose.Op)
	c.want(w.Met == "" && w.Partly == "" && len(w.Voices) == 0, "variant %s combines others and has expressions or voices of its own", w.Code)
	c.want(len(w.Compose.Of) == 2, "variant %s combines %d variants and must combine two", w.Code, len(w.Compose.Of))
	target, _ := c.v.Target(w.Of)
	for i, code := range w.Compose.Of {
		part := byCode[code]
		if part == nil || part.Compose != nil {
			c.wrong("variant %s combines %q, which is not a variant with a criterion", w.Code, code)
			continue
		}
		if target != nil && len(target.Composite) > 0 {
			c.want(i < len(target.Composite) && part.Of == target.Composite[i], "variant %s takes %s for a part of %s, which combines %v", w.Code, code, w.Of, target.Composite)
		}
	}
}

func (c *check) series() {
	seen := map[string]bool{}
	published := func(s *Series, code string) {
		ind := c.indicators[code]
		c.want(ind != nil && ind.Kind == Number && ind.Context, "series %s: %q is no number kept as context", s.Code, code)
	}
	for i := range c.v.Series {
		s := &c.v.Series[i]
		c.want(s.Code != "" && !seen[s.Code], "the series code %q is empty or there twice", s.Code)
		seen[s.Code] = true
		c.want(s.Title != "" && s.Universe != "", "series %s has no title or does not say what it counts over", s.Code)
		_, ok := c.v.Variant(s.Of, s.Variant)
		c.want(ok, "series %s goes with the variant %q of %q, which is not there", s.Code, s.Variant, s.Of)
		published(s, s.Numerator)
		if s.Denominator != "" {
			published(s, s.Denominator)
		}
		c.want(!s.Complement || s.Denominator != "", "series %s counts those without and has nothing to take them from", s.Code)
	}
}

// rest checks the smaller lists and the parameters.
func (c *check) rest() {
	codes, general := map[string]bool{}, 0
	for _, r := range c.v.Rules {
		c.want(r.Code != "" && !codes[r.Code], "the selection rule code %q is empty or there twice", r.Code)
		codes[r.Code] = true
		c.want(len(r.Order) > 0, "the selection rule %s orders nothing", r.Code)
		if len(r.Indicators) == 0 {
			general++
		}
		for _, ind := range r.Indicators {
			c.want(c.indicators[ind] != nil, "the selection rule %s is for %q, which is no indicator", r.Code, ind)
		}
	}
	c.want(general == 1, "there are %d selection rules for every indicator and must be exactly one", general)
	for _, m := range c.v.Milestones {
		e := c.elements[m.Element]
		c.want(e != nil && e.Kind == KindProcessStep, "a milestone stands for %q, which is no step of the process", m.Element)
		c.want(m.Period.Start != 0 && m.Period.Start <= m.Period.End && m.Title != "" && m.Kind != "", "the milestone %s has no title, kind or period", m.Element)
	}
	for i, k := range c.v.Contradicts {
		c.want(k.Note != "" && len(k.Elements) > 0, "contradiction %d names no elements or says nothing", i+1)
		for _, code := range k.Elements {
			c.want(c.elements[code] != nil, "contradiction %d names %q, which is not there", i+1, code)
		}
	}
	for _, j := range c.v.Judgements {
		c.want(j.Subject != "" && j.Text != "", "a judgement has no subject or no text")
	}
	p := c.v.Parameters
	least, err := decimal.NewFromString(p.MatchedPanelMinimum)
	c.want(err == nil && least.IsPositive() && least.LessThanOrEqual(decimal.NewFromInt(1)), "the least matched panel %q is no share above 0, up to 1", p.MatchedPanelMinimum)
	c.want(0 < p.SurveyMarkedAfterMonths && p.SurveyMarkedAfterMonths <= p.SurveyUnknownAfterMonths, "surveys are marked after %d months and unknown after %d: the first must come first", p.SurveyMarkedAfterMonths, p.SurveyUnknownAfterMonths)
	c.want(p.MechanismStaleMonths > 0, "mechanisms have no number of months after which they are marked")
}
