package consultation

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/reference"
	"waymark/internal/safeguard"
)

// ChangeKind is what somebody on the web asks to be changed at the words they comment on.
type ChangeKind string

// The kinds; empty: no change is asked for.
const (
	ChangeReplace    ChangeKind = "replace"
	ChangeInsert     ChangeKind = "insert" // behind the words
	ChangeDelete     ChangeKind = "delete"
	ChangeGoal       ChangeKind = "goal"       // the value of a target
	ChangeDefinition ChangeKind = "definition" // of an indicator
)

// ChangeKinds lists them.
var ChangeKinds = []ChangeKind{ChangeReplace, ChangeInsert, ChangeDelete, ChangeGoal, ChangeDefinition}

// Contribution is what somebody writes on the web, until it is sent: a comment, with a change it asks
// for or without. It is its author's alone; nobody else reads it.
type Contribution struct {
	ID            string      `json:"id"` // becomes the id of the comment
	Round         int         `json:"round"`
	Person        string      `json:"-"` // whose it is
	Organisations []string    `json:"organisations"`
	Element       string      `json:"element,omitempty"` // code; empty: a general comment
	Quote         string      `json:"quote,omitempty"`   // the exact words; empty: the whole paragraph
	Type          CommentType `json:"type,omitempty"`
	Text          string      `json:"text"`
	Change        ChangeKind  `json:"change,omitempty"`
	New           string      `json:"new,omitempty"`
	Language      string      `json:"language,omitempty"`
	ReplyTo       string      `json:"replyTo,omitempty"`
	// AgeBand and Country are all that is told of a child: in children's rounds only.
	AgeBand string `json:"ageBand,omitempty"`
	Country string `json:"country,omitempty"`
	// Consent says that guardians consented and the children agreed: the facilitator keeps the record.
	Consent bool  `json:"consent,omitempty"`
	SavedAt int64 `json:"-"`
}

// AgeBands are the bands in which children are counted.
var AgeBands = []string{"under-10", "10-12", "13-15", "16-17"}

// The most that a contribution holds, in code points.
const (
	mostText  = 8000
	mostQuote = 4000
)

func refuse(key, text, fix string, args map[string]any) error {
	return fault.New(fault.Refused, text, fix).WithKey("error."+key, args)
}

// tidy takes off what a browser adds: spaces at the ends and its way of ending lines. The words stay.
func (c *Contribution) tidy() {
	for _, s := range []*string{&c.Text, &c.Quote, &c.New} {
		*s = strings.TrimSpace(norm.NFC.String(strings.ReplaceAll(*s, "\r\n", "\n")))
	}
	slices.Sort(c.Organisations)
	c.Organisations = slices.Compact(c.Organisations)
}

// Check refuses a contribution that breaks a rule, whatever the text it is about.
func (c *Contribution) Check(kind Kind) error {
	long := func(s string, most int) bool { return len([]rune(s)) > most }
	switch {
	case c.Text == "":
		return refuse("comment_empty", "The comment has no words.", "Write what you want to say.", nil)
	case long(c.Text, mostText) || long(c.New, mostText) || long(c.Quote, mostQuote):
		return refuse("comment_long", "The comment is too long.", "Keep it under 8,000 characters, or send it as a Word file.", nil)
	case !slices.Contains([]CommentType{"", TypeGeneral, TypeTechnical, TypeEditorial}, c.Type):
		return refuse("comment_type", "There is no such type of comment.", "Choose general, technical or editorial.", nil)
	case c.Change != "" && !slices.Contains(ChangeKinds, c.Change):
		return refuse("change_kind", "There is no such change.", "Choose one of the list.", nil)
	case c.Change != "" && (c.Element == "" || c.ReplyTo != ""):
		return refuse("change_place", "A change needs a place in the text.", "Comment on the paragraph that it changes.", nil)
	case c.Change != "" && c.Change != ChangeDelete && c.New == "":
		return refuse("change_new", "The new words are missing.", "Write the words or the value you ask for.", nil)
	}
	if _, ok := lang.Parse(c.Language); c.Language != "" && !ok {
		return refuse("comment_language", "This language is not one of the six.", "Choose one of the list.", nil)
	}
	if kind == Children {
		switch {
		case !slices.Contains(AgeBands, c.AgeBand) || len(c.Country) != 3:
			return refuse("child_band", "What children say is shown by age band and country.", "Choose both, and nothing else about the children.", nil)
		case !c.Consent:
			return refuse("child_consent", "Guardians consent and children agree, before they are heard.", "Confirm that you keep the record of both.", nil)
		}
	} else if c.AgeBand != "" || c.Country != "" {
		return refuse("child_round", "Age and country are asked in children's rounds only.", "Leave both out.", nil)
	}
	return nil
}

// Places gives where words stand in a text, as code points, each time they do. Case, line ends and
// the number of spaces between words make no difference if no place has exactly these words.
func Places(text, words string) [][2]int {
	if words == "" {
		return nil
	}
	runes, want := []rune(text), []rune(words)
	var out [][2]int
	for i := 0; i+len(want) <= len(runes); i++ {
		if slices.Equal(runes[i:i+len(want)], want) {
			out = append(out, [2]int{i, i + len(want)})
		}
	}
	if out != nil {
		return out
	}
	s, w := space(text), space(words)
	for from := 0; w.text != "" && from < len(s.text); {
		at := strings.Index(s.text[from:], w.text)
		if at < 0 {
			break
		}
		at += from
		out = append(out, [2]int{s.at[at], s.at[at+len(w.text)-1] + 1})
		from = at + 1
		for from < len(s.text) && s.text[from]&0xC0 == 0x80 { // not inside a character
			from++
		}
	}
	return out
}

// Made is what a contribution becomes.
type Made struct {
	Comment Comment
	Asks    *Amendment
	Said    string // the words it stands on, as the text has them
}

// Make turns a contribution into a comment and the change it asks for. It is pure; ids of changes
// derive from that of the comment, so that sending twice makes nothing twice.
func (c *Contribution) Make(v *framework.Version, rec *Record, registry *Registry) (*Made, error) {
	m := &Made{Comment: Comment{ID: c.ID, Round: c.Round, Kind: General, Type: c.Type, Body: paragraphs(c.Text), Text: paragraphs(c.Text), Language: c.Language,
		Found: FoundUnknown, Voices: []Attribution{}, AgeBand: c.AgeBand, Country: c.Country}}
	for _, code := range c.Organisations {
		o, ok := registry.Find(code)
		if !ok {
			return nil, refuse("no_organisation", "There is no such organisation here.", "Choose one of the list.", nil)
		}
		m.Comment.Voices = append(m.Comment.Voices, Attribution{Organisation: o.Code, Label: o.Name, How: ByAccount})
	}
	if c.ReplyTo != "" {
		root, ok := rec.Comment(c.ReplyTo)
		if !ok || !root.IsShown() {
			return nil, noComment(c.ReplyTo)
		}
		m.Comment.ReplyTo = root.ID
		if root.ReplyTo != "" { // threads are one level deep
			m.Comment.ReplyTo = root.ReplyTo
		}
		m.Comment.Kind, m.Comment.Targets = root.Kind, root.Targets
		return m, nil
	}
	if c.Element == "" {
		return m, nil
	}
	e, ok := v.Element(c.Element)
	if !ok {
		return nil, noElement(c.Element)
	}
	start, end, err := c.at(e)
	if err != nil {
		return nil, err
	}
	g, err := place(v, e.Code, "", start, end)
	if err != nil {
		return nil, err
	}
	m.Comment.Kind, m.Comment.Targets, m.Said = Specific, []Target{g}, string([]rune(e.Text)[start:end])
	if c.Change == "" {
		return m, nil
	}
	a, err := c.amendment(v, e, start, end, rec.Round.Period.Start)
	if err != nil {
		return nil, err
	}
	if _, _, err := framework.Apply(v, []framework.Edit{*a.Edit}); err != nil {
		return nil, fault.Newf(fault.Refused, "This change does not fit the text: %w", err).WithFix("Compare your words with the paragraph.").WithKey("error.change_fits", nil)
	}
	a.ID, a.Round, a.Comment, a.State, a.Voices = c.ID+"-change", c.Round, c.ID, Proposed, m.Comment.Voices
	m.Asks = &a
	return m, nil
}

// at finds the words in a paragraph: both zero for all of it.
func (c *Contribution) at(e *framework.Element) (start, end int, err error) {
	if c.Quote == "" {
		return 0, 0, nil
	}
	switch places := Places(e.Text, c.Quote); len(places) {
	case 0:
		return 0, 0, refuse("quote_absent", "These words do not stand in this paragraph.", "Copy them from the paragraph, or leave the field empty for all of it.", nil)
	case 1:
		return places[0][0], places[0][1], nil
	default:
		return 0, 0, refuse("quote_several", "These words stand in this paragraph more than once.", "Add the word before or after them.", nil)
	}
}

func (c *Contribution) amendment(v *framework.Version, e *framework.Element, start, end int, on reference.Date) (Amendment, error) {
	text := []rune(e.Text)
	if end == 0 && (c.Change == ChangeReplace || c.Change == ChangeDelete) {
		end = len(text)
	}
	old := string(text[start:end])
	switch c.Change {
	case ChangeReplace:
		return DraftWords(v, e.Code, start, old, c.New)
	case ChangeDelete:
		return DraftWords(v, e.Code, start, old, "")
	case ChangeInsert:
		at := end
		if c.Quote == "" {
			at = len(text)
		}
		words := c.New
		if at > 0 && text[at-1] != ' ' && !strings.HasPrefix(words, " ") && !strings.ContainsAny(words[:1], ",.;:)") {
			words = " " + words
		}
		return DraftWords(v, e.Code, at, "", words)
	case ChangeGoal:
		code := e.Code
		for i := range v.Targets {
			if v.Targets[i].Of == e.Code {
				code = v.Targets[i].Code
			}
		}
		return DraftGoal(v, code, c.New, strings.Join(c.Organisations, ", "), "proposed in the consultation", on)
	}
	return DraftDefinition(v, e.Code, c.New)
}

func paragraphs(text string) []string {
	var out []string
	for p := range strings.SplitSeq(text, "\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// Sift says what of a contribution must not be stored, as an error; or why a moderator looks first.
// An address of a registered source is held; any other address, and all that is never stored, is refused.
func Sift(hosts safeguard.Hosts, texts ...string) (held string, err error) {
	if hosts == nil {
		hosts = func(string) bool { return false }
	}
	all := strings.Join(texts, "\n")
	if f := safeguard.Text(all, hosts); f != nil {
		return "", fault.New(fault.Refused, "Not kept: "+f.What()+".", f.Fix()).WithKey("error.gate_"+string(f.Kind), map[string]any{"At": f.Start, "Length": f.Len})
	}
	if f := safeguard.Text(all, func(string) bool { return false }); f != nil {
		return string(f.Kind), nil
	}
	return "", nil
}
