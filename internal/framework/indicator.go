package framework

// Measure is what a sheet's figure is.
type Measure string

// The measures of the reference sheets.
const (
	ShareOfCountries Measure = "share_of_countries"
	ShareOfChildren  Measure = "share_of_children"
	Count            Measure = "count"
	ShareOfCases     Measure = "share" // of investigations, ISPs, reports, people, services, frameworks, reviews
)

// Sheet is the reference sheet of one measurable statement: what is counted, over what, and how.
// Texts are English; empty means not stated. DOMAIN.md section 2.
type Sheet struct {
	Code           string   `json:"code"` // the element's code: T1, T1.1 …
	Version        int      `json:"version"`
	Title          string   `json:"title"` // short name for lists, own words
	Definition     string   `json:"definition"`
	Numerator      string   `json:"numerator"`
	Denominator    string   `json:"denominator"`
	Unit           string   `json:"unit"`
	Measure        Measure  `json:"measure"`
	Direction      string   `json:"direction"`    // "increase" or "decrease": never assumed
	Accumulation   string   `json:"accumulation"` // none, within_year, cumulative
	Disaggregation []string `json:"disaggregation"`
	Method         string   `json:"method"`
	Sources        []string `json:"sources"`
	Frequency      string   `json:"frequency"`
	Caveats        []string `json:"caveats"`
	ProgressRule   string   `json:"progressRule"` // method id, linear-pace@1, or why there is none
	OpenQuestions  []string `json:"openQuestions"`
	// Sets names the indicator sets this sheet answers to, e.g. "icmec-5", "mnr-21".
	Sets []string `json:"sets,omitempty"`
	// History tells what changed between indicator versions and whether they compare.
	History []string `json:"history,omitempty"`
	// NotComputed says why no figure is computed yet; empty when variants exist.
	NotComputed string `json:"notComputed,omitempty"`
}

// ValueKind is the type a criterion sees.
type ValueKind string

// The kinds of answers an indicator can have.
const (
	Answer ValueKind = "answer" // yes, no, partly, unknown; in a criterion a bool
	Number ValueKind = "number" // an exact decimal; in a criterion a double
)

// Indicator is one thing asked about an area, the variable a criterion is written in. It is
// immutable once observations exist; a changed meaning is a new code.
type Indicator struct {
	Code     string    `json:"code"` // a CEL identifier: lanzarote, csec_meets
	Title    string    `json:"title"`
	Question string    `json:"question"` // answerable with yes, no or a number
	Kind     ValueKind `json:"kind"`
	Unit     string    `json:"unit,omitempty"`
	Elements []string  `json:"elements,omitempty"` // the elements it speaks to; empty: context only
	// Context marks what is shown beside figures and never is the value of one.
	Context bool `json:"context,omitempty"`
	// Carry says how long an answer holds: "until_changed" (laws, treaties) or "survey".
	Carry string `json:"carry"`
	Note  string `json:"note,omitempty"`
}

// Variant is one way of counting a target. Several stand side by side; the headline is one of
// them, named by the version (an import never moves it).
type Variant struct {
	Code     string `json:"code"` // T1x
	Of       string `json:"of"`   // T1
	Title    string `json:"title"`
	Headline bool   `json:"headline,omitempty"`
	Note     string `json:"note,omitempty"`

	// Met and Partly are CEL expressions over indicators; empty Partly means the same as Met.
	Met    string `json:"met,omitempty"`
	Partly string `json:"partly,omitempty"`
	// Voices say what one body's evidence alone says, so that two that differ become a conflict.
	Voices []Voice `json:"voices,omitempty"`

	// Compose combines other variants instead (the impact target).
	Compose *Composition `json:"compose,omitempty"`
}

// Voice is one body's own view of a criterion: the first expression that is true is its status,
// none true means it is silent. Two voices that say met and not met are a conflict, queued and shown
// as disputed; met and partly are shown beside each other (DOMAIN.md section 7).
type Voice struct {
	Code   string `json:"code"`
	Title  string `json:"title"`
	Source string `json:"source"` // source code
	Met    string `json:"met,omitempty"`
	Partly string `json:"partly,omitempty"`
	NotMet string `json:"notMet,omitempty"`
}

// Composition makes a figure of two others.
type Composition struct {
	Op string   `json:"op"` // and, or, half
	Of []string `json:"of"` // variant codes
	// Online weights by children who use the Internet instead of all children.
	Online bool `json:"online,omitempty"`
}

// Series is a published world total shown beside a computed figure, never as its value.
type Series struct {
	Code        string `json:"code"`
	Of          string `json:"of"`      // element
	Variant     string `json:"variant"` // the variant it would correspond to
	Title       string `json:"title"`
	Numerator   string `json:"numerator"`             // indicator code of the published count
	Complement  bool   `json:"complement,omitempty"`  // the count is of those without: figure = (denominator - count)
	Denominator string `json:"denominator,omitempty"` // indicator code of the published universe; empty: a plain count
	Universe    string `json:"universe"`              // in words
	Note        string `json:"note,omitempty"`
}

// Subject is whose number an indicator is, where somebody could be recognised in it.
type Subject string

// The subjects.
const (
	Nobody      Subject = "" // countries, laws, web pages
	People      Subject = "people"
	Proceedings Subject = "proceedings"
)

var subjects = map[string]Subject{
	"children": People, "people": People, "persons": People, "users": People, "victims": People, "suspects": People, "offenders": People, "reporters": People,
	"cases": Proceedings, "investigations": Proceedings, "prosecutions": Proceedings, "convictions": Proceedings, "arrests": Proceedings, "proceedings": Proceedings,
}

// CountsOf tells by its unit whether an indicator counts people or proceedings.
func (i *Indicator) CountsOf() Subject { return subjects[i.Unit] }
