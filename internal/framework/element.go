package framework

// Kind is what a line of the framework is.
type Kind string

// The kinds of the 2015 document. Comments, tracked changes and open values are not kinds of the
// framework's text: comments belong to a consultation, open values to their target.
const (
	KindTitle               Kind = "title"
	KindHeading             Kind = "heading"
	KindHeaderField         Kind = "header_field"
	KindBackground          Kind = "background_paragraph"
	KindAim                 Kind = "aim"
	KindScope               Kind = "scope_paragraph"
	KindPillar              Kind = "pillar"
	KindProcessStep         Kind = "process_step"
	KindImpactVision        Kind = "impact_vision"
	KindImpactTarget        Kind = "impact_target"
	KindNote                Kind = "note"
	KindOutcome             Kind = "outcome"
	KindOutcomeContinuation Kind = "outcome_continuation"
	KindTarget              Kind = "target"
	KindTargetGroup         Kind = "target_group" // T3, T4, T5: a heading with statements below it
	KindStepHeading         Kind = "step_heading"
	KindStep                Kind = "step"
	KindTargetStatement     Kind = "target_statement"
	KindOutput              Kind = "output"
	KindOutputSubitem       Kind = "output_subitem"
	KindFootnote            Kind = "footnote_definition"
	KindReference           Kind = "reference"
	KindReferenceDesc       Kind = "reference_description"
)

// Phase says whether an element is worked on now.
type Phase string

// The phases: the document sets targets 1 and 2 for five years and the rest when data exist.
const (
	PhaseActive Phase = "active"
	PhaseLater  Phase = "later"
)

// Element is one line of the framework, addressable for ever by its ID.
type Element struct {
	// ID never changes its meaning, in no later version; Code is the printed name and may be renumbered.
	ID     string `json:"id"`
	Code   string `json:"code"`
	Kind   Kind   `json:"kind"`
	Parent string `json:"parent,omitempty"` // code of the element above, empty for a root
	// Text is the words as adopted, spelling kept, in the version's language.
	Text string `json:"text"`
	// Translations by language; each says whether a person has reviewed it.
	Translations map[string]Translation `json:"translations,omitempty"`
	// Mentions link words of Text to the definition, footnote or reference that explains them.
	Mentions []Mention `json:"mentions,omitempty"`
	// Feeds lists, for a reference, the elements it informs.
	Feeds []string `json:"feeds,omitempty"`

	Pillars []string `json:"pillars,omitempty"` // PIL-1 …; empty: not stated
	Phase   Phase    `json:"phase,omitempty"`
	// ActivatedBy says, for a later phase, what has to exist first.
	ActivatedBy string `json:"activatedBy,omitempty"`
	// Mandate says whose task it is and by which resolution; nil: unknown, and shown as such.
	Mandate *Mandate `json:"mandate,omitempty"`
	// MeasuredBy names mechanisms that measure it today; nil: unknown; empty: nobody known.
	MeasuredBy []string `json:"measuredBy,omitzero"` // omitzero keeps the empty list apart from nil
	// Feasibility says whether it can be credibly assessed today, in a sentence; empty: unknown.
	Feasibility string `json:"feasibility,omitempty"`
	// Open lists what the words leave open, each shown beside them.
	Open []OpenQuestion `json:"open,omitempty"`
	// Origins lists the ids of elements of an earlier version this one was made of, by a split, a
	// merger or in their place. Those ids are retired.
	Origins []string `json:"origins,omitempty"`
}

// Translation is the text of an element in another language.
type Translation struct {
	Text     string `json:"text"`
	Reviewed bool   `json:"reviewed"`           // false: drafted by machine, shown with that mark
	Outdated bool   `json:"outdated,omitempty"` // the text changed after this was written
}

// Mention is a stretch of an element's text that another element explains.
type Mention struct {
	Quote  string `json:"quote"`            // the exact words, e.g. "basic level of online protection"
	Marker string `json:"marker,omitempty"` // as printed, e.g. "[1]"
	To     string `json:"to"`               // code of the footnote, definition or reference
}

// Mandate is whose task an element is.
type Mandate struct {
	Holder string `json:"holder"`
	Source string `json:"source"` // the resolution or text it rests on
}

// OpenQuestion is a value or meaning the document leaves open.
type OpenQuestion struct {
	Code string `json:"code"` // OQ-01 …
	Kind string `json:"kind"` // open_value, bare_percent, orphan_mark, question
	Text string `json:"text"` // as printed
	Note string `json:"note"`
}
