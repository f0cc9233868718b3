package consultation

import (
	"strings"

	"waymark/internal/framework"
)

// Annotation is a comment or an answer as a W3C Web Annotation: for whoever reads them by machine.
// Offsets count code points of the NFC text.
type Annotation struct {
	Context    string             `json:"@context,omitempty"`
	ID         string             `json:"id"`
	Type       string             `json:"type"`
	Motivation string             `json:"motivation"` // commenting, editing, replying or assessing
	Creator    []AnnotationAgent  `json:"creator,omitempty"`
	Body       []AnnotationBody   `json:"body"`
	Target     []AnnotationTarget `json:"target"`
}

// AnnotationAgent is an organisation.
type AnnotationAgent struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

// AnnotationBody is words.
type AnnotationBody struct {
	Type     string `json:"type"`
	Value    string `json:"value"`
	Language string `json:"language,omitempty"`
	Purpose  string `json:"purpose"`
}

// AnnotationTarget is what is annotated: words of an element at its version, or another annotation.
type AnnotationTarget struct {
	Source   string `json:"source"`
	Selector []any  `json:"selector,omitempty"` // both selectors of section 11, or none for the whole
}

// quoteSelector and positionSelector are framework's selectors with the type that JSON-LD needs.
type quoteSelector struct {
	Type string `json:"type"`
	framework.TextQuoteSelector
}

type positionSelector struct {
	Type string `json:"type"`
	framework.TextPositionSelector
}

// Annotations gives every comment that is shown with its standing answer as a reply. source makes the
// address of an element at a version, id that of a comment or an answer.
func (c *Compilation) Annotations(source func(version, code string) string, id func(string) string) []Annotation {
	const anno = "http://www.w3.org/ns/anno.jsonld"
	out := []Annotation{}
	for i := range c.Entries {
		e := &c.Entries[i]
		a := Annotation{Context: anno, ID: id(e.ID()), Type: "Annotation", Motivation: "commenting", Creator: agents(e.voices())}
		if e.Comment != nil {
			a.Body = []AnnotationBody{{Type: "TextualBody", Value: strings.Join(e.Comment.Text, "\n"), Language: e.Comment.Language, Purpose: "commenting"}}
			a.Target = annotated(e.Comment, c.Version, source)
		} else {
			a.Motivation = "editing"
			a.Target = []AnnotationTarget{{Source: source(c.Version.ID(), e.Amendment.Element)}}
		}
		for _, p := range e.Proposes {
			a.Body = append(a.Body, AnnotationBody{Type: "TextualBody", Value: p.New, Purpose: "editing"})
		}
		out = append(out, a)
		for _, r := range e.Replies {
			out = append(out, Annotation{Context: anno, ID: id(r.ID), Type: "Annotation", Motivation: "replying", Creator: agents(r.Voices), Target: []AnnotationTarget{{Source: a.ID}},
				Body: []AnnotationBody{{Type: "TextualBody", Value: strings.Join(r.Text, "\n"), Language: r.Language, Purpose: "replying"}}})
		}
		if d := e.Answer; d != nil {
			out = append(out, Annotation{Context: anno, ID: id(d.ID), Type: "Annotation", Motivation: "assessing", Target: []AnnotationTarget{{Source: a.ID}},
				Body: []AnnotationBody{{Type: "TextualBody", Value: string(d.Code), Purpose: "classifying"}, {Type: "TextualBody", Value: d.Reason, Purpose: "assessing"}}})
		}
	}
	return out
}

func agents(voices []Attribution) []AnnotationAgent {
	var out []AnnotationAgent
	for _, v := range voices {
		out = append(out, AnnotationAgent{Type: "Organization", Name: v.Label})
	}
	return out
}

// annotated gives the places of a comment on a version; a general one is about all of it.
func annotated(c *Comment, v *framework.Version, source func(version, code string) string) []AnnotationTarget {
	var out []AnnotationTarget
	for i := range c.Targets {
		a, ok := c.Targets[i].On(v.ID())
		if !ok {
			continue
		}
		t := AnnotationTarget{Source: source(v.ID(), codeOf(v, a.Element))}
		if a.Position != nil && a.Quote != nil {
			t.Selector = []any{quoteSelector{"TextQuoteSelector", *a.Quote}, positionSelector{"TextPositionSelector", *a.Position}}
		}
		out = append(out, t)
	}
	if out == nil {
		return []AnnotationTarget{{Source: source(v.ID(), "")}}
	}
	return out
}
