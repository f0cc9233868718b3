package consultation

import (
	"strings"

	"waymark/internal/lang"
)

// Attribution is one organisation speaking in one comment. A joint comment has several. Until a
// person confirms it, it is a proposal and shown as one.
type Attribution struct {
	Organisation string `json:"organisation"` // code; empty: the label is no known organisation
	Label        string `json:"label"`        // as printed
	How          How    `json:"how"`
	ConfirmedBy  string `json:"confirmedBy,omitempty"`
	ConfirmedAt  int64  `json:"confirmedAt,omitempty"`
}

// How says where an attribution comes from.
type How string

// The ways.
const (
	ByPrefix  How = "prefix"  // "SRSG VAC, Disney, USA: Define …"
	ByHeading How = "heading" // the comment stands below the organisation's name
	ByAccount How = "account" // whoever was signed in
	ByHand    How = "manual"
)

// Organisation is who can speak, with the names it goes by.
type Organisation struct {
	Code string `json:"code"`
	Name string `json:"name"`
	Type string `json:"type"` // state, international, ngo, academia, private, regional
	// Region is the UN region (M49) of a State's body; empty for others and where it is unknown.
	Region  string   `json:"region,omitempty"`
	Aliases []string `json:"aliases,omitempty"`
}

// Registry finds organisations by any name they go by.
type Registry struct {
	byName map[string]Organisation
	all    []Organisation
}

// NewRegistry indexes organisations by name and alias, without regard to case and signs: "U.S.A" and
// "USA" are one.
func NewRegistry(list []Organisation) *Registry {
	r := &Registry{byName: map[string]Organisation{}, all: list}
	for _, o := range list {
		for _, name := range append([]string{o.Name, o.Code}, o.Aliases...) {
			r.byName[nameKey(name)] = o
		}
	}
	return r
}

func nameKey(name string) string { return strings.ReplaceAll(lang.Fold(name), " ", "") }

// Find gives the organisation of a label.
func (r *Registry) Find(label string) (Organisation, bool) {
	key := nameKey(label)
	if key == "" {
		return Organisation{}, false
	}
	o, ok := r.byName[key]
	return o, ok
}

// All lists the organisations.
func (r *Registry) All() []Organisation { return r.all }

// Prefix reads the organisations at the head of a comment, up to the first colon: only if every part
// between commas is a known name. "(Original: Indictment; …)" has no prefix. rest is the text
// without it.
func (r *Registry) Prefix(text string) (voices []Attribution, rest string) {
	head, tail, ok := strings.Cut(text, ":")
	if !ok || strings.ContainsAny(head, "\n") {
		return nil, text
	}
	for label := range strings.SplitSeq(head, ",") {
		label = strings.TrimSpace(label)
		o, known := r.Find(label)
		if !known {
			return nil, text
		}
		voices = append(voices, Attribution{Organisation: o.Code, Label: label, How: ByPrefix})
	}
	return voices, strings.TrimSpace(tail)
}
