package monitoring

import "waymark/internal/reference"

// SourceKind orders sources where several speak about one value (framework.SelectionRule).
type SourceKind string

// The kinds, in the default order of trust: DOMAIN.md section 7, by our judgement.
const (
	CountryVerified   SourceKind = "country_verified"   // a country's submission, verified by a second party
	InternationalList SourceKind = "international_list" // a list with a stated method: treaty status, network membership
	OtherAssessment   SourceKind = "other_assessment"   // one body's judgement about others
	PublishedTotal    SourceKind = "published_total"    // a world figure as printed by its publisher
	ReferenceData     SourceKind = "reference"          // population, Internet use
)

// Source is a publisher's list or data set that evidence comes from, and what a reader must know to
// weigh it.
type Source struct {
	Code          string     `json:"code"`
	Title         string     `json:"title"`
	Kind          SourceKind `json:"kind"`
	Publisher     string     `json:"publisher"`
	Edition       string     `json:"edition"`
	Licence       string     `json:"licence"`
	Attribution   string     `json:"attribution"`
	Redistributed bool       `json:"redistributable"` // false: unknown or no; exports leave its rows out
	Cadence       string     `json:"cadence"`
	// Viewpoint says whose view it is when it is one party's view of others; empty: none.
	Viewpoint    string   `json:"viewpoint,omitempty"`
	Completeness string   `json:"completeness"`
	Caveats      []string `json:"caveats,omitempty"`
	Hosts        []string `json:"hosts,omitempty"` // web hosts of the publisher, for citations
	// Feeds lists the indicators it supplies and, for each, whether its list is complete: then an
	// area it does not name is "no"; otherwise it is unknown.
	Feeds []Feed `json:"feeds"`
	// ValidatedByCountries tells whether the countries described have confirmed it.
	ValidatedByCountries bool `json:"validatedByCountries"`
	Context              bool `json:"context,omitempty"` // shown beside figures, never the value of one
	Shipped              bool `json:"shipped"`
}

// Feed is one indicator a source supplies.
type Feed struct {
	Indicator string `json:"indicator"`
	Complete  bool   `json:"complete,omitempty"`
	Note      string `json:"note,omitempty"`
}

// Batch is one file taken in: the unit that is previewed, committed and, if need be, taken back.
type Batch struct {
	ID      string `json:"id"` // UUIDv7, made by the client so that a retry is the same batch
	Source  string `json:"source"`
	Mapping string `json:"mapping"`
	File    string `json:"file"`   // name only, never a path
	SHA256  string `json:"sha256"` // of the bytes
	Tally   Tally  `json:"tally"`
	// Indicators lists what it added to or changed, so that readers know what to read again.
	Indicators []string  `json:"indicators"`
	Problems   []Problem `json:"problems,omitempty"`
	By         string    `json:"by"`
	Approval   string    `json:"approval,omitempty"`  // it rests on; empty: taken in by whoever runs the machine
	At         int64     `json:"at"`                  // microseconds since 1970, UTC
	Withdrawn  int64     `json:"withdrawn,omitempty"` // when it was taken back; 0: it stands
}

// ProposedBatch is a batch that waits for the approval of a second organisation.
type ProposedBatch struct {
	Batch Batch
	Rows  []Observation
}

// Tally counts what an import does. Read counts rows of the file; the others count observations,
// but for Refused, NotCountries and Outside, which count rows.
type Tally struct {
	Read        int `json:"read"`
	New         int `json:"new"`
	Changed     int `json:"changed"`
	Same        int `json:"same"`
	Conflicting int `json:"conflicting"`
	Refused     int `json:"refused"`
	Outside     int `json:"outside"` // named areas that are no country of the list, kept out of every figure
}

// Problem is one row that was not taken, or taken with a remark: where, what, and how to mend it.
type Problem struct {
	Sheet  string `json:"sheet,omitempty"`
	Row    int    `json:"row"`
	Column string `json:"column,omitempty"`
	Value  string `json:"value,omitempty"`
	What   string `json:"what"`
	Fix    string `json:"fix"`
}

// Conflict is two statements that cannot both hold: queued, shown as disputed, never averaged.
type Conflict struct {
	Area    string `json:"area"`
	Of      string `json:"of"` // variant or indicator
	A       Claim  `json:"a"`
	B       Claim  `json:"b"`
	InScale bool   `json:"inScale,omitempty"` // they differ in degree only: shown, not queued
}

// Claim is what one side of a conflict says.
type Claim struct {
	Source string         `json:"source"`
	Voice  string         `json:"voice,omitempty"`
	Says   string         `json:"says"` // met, partly, notMet, yes, no
	On     reference.Date `json:"on"`
}
