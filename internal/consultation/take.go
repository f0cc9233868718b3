package consultation

import (
	"cmp"
	"slices"
	"strings"

	"waymark/internal/format/docx"
	"waymark/internal/framework"
)

// Document is a partner's file as read, with what is needed to place what it says.
type Document struct {
	Content  *docx.Content
	Report   []ReportRow
	Version  *framework.Version
	Registry *Registry
	// Known is what the round has already: the same comment in a later file is no new one.
	Known Known
	// Check refuses text that must never be stored or holds it for a moderator; nil: nothing is checked.
	Check func(text string) (held string)
}

// Known is what a round holds already.
type Known struct {
	Comments   []Comment
	Amendments []Amendment
	// Answers are ids of dispositions and responses: our own files print them as replies.
	Answers []string
}

// Taken is what a file holds, and what of it is new. Nothing is stored before the sender or the
// secretariat confirms.
type Taken struct {
	// Linked tells that the file is our own export returned; Version is what it was made from.
	Linked  bool   `json:"linked"`
	Version string `json:"version,omitempty"`
	Counts  Counts `json:"counts"`
	// Comments and Amendments are all that was read; those the round has already name theirs in Known.
	Comments   []Comment   `json:"comments"`
	Amendments []Amendment `json:"amendments"`
	// Gone lists the comments the round has from this file and the file lacks now: they are never deleted.
	Gone   []string    `json:"gone,omitempty"`
	Report []ReportRow `json:"report"`
	// Earlier is the submission that brought the same file before; then nothing is new.
	Earlier string `json:"earlier,omitempty"`
}

// Counts sums up a file. A joint comment counts once as a comment and once for each organisation.
type Counts struct {
	General      int                    `json:"general"`
	Anchored     int                    `json:"anchored"`
	Replies      int                    `json:"replies"` // among the two above
	Unattributed int                    `json:"unattributed"`
	Voices       int                    `json:"voices"`
	ByVoice      map[string]VoiceCounts `json:"byOrganisation"` // by code, or the label nobody knows
	Amendments   int                    `json:"amendments"`
	Formatting   int                    `json:"formatting"` // changes of looks: no amendments
	// Same counts what the round has already, New what would be added, Unplaced what of it has no place
	// in the text, Held what a moderator must see first.
	Same     int `json:"same"`
	New      int `json:"new"`
	Unplaced int `json:"unplaced"`
	Held     int `json:"held"`
}

// VoiceCounts are the comments of one organisation.
type VoiceCounts struct {
	Anchored int `json:"anchored"`
	General  int `json:"general"`
}

func (t *Taken) count() {
	n := &t.Counts
	n.ByVoice = map[string]VoiceCounts{}
	for i := range t.Comments {
		c := &t.Comments[i]
		unit := VoiceCounts{Anchored: 1}
		if c.Kind == General {
			unit = VoiceCounts{General: 1}
		}
		n.General, n.Anchored = n.General+unit.General, n.Anchored+unit.Anchored
		for _, v := range c.Voices {
			key := cmp.Or(v.Organisation, v.Label)
			n.ByVoice[key] = VoiceCounts{n.ByVoice[key].Anchored + unit.Anchored, n.ByVoice[key].General + unit.General}
			n.Voices++
		}
		if len(c.Voices) == 0 {
			n.Unattributed++
		}
		if c.ReplyTo != "" {
			n.Replies++
		}
		n.add(c.Known, c.Held, slices.ContainsFunc(c.Targets, func(g Target) bool { return g.Element == "" }))
	}
	n.Amendments = len(t.Amendments)
	for i := range t.Amendments {
		a := &t.Amendments[i]
		n.add(a.Known, a.Held, a.State == Unplaced)
	}
}

func (n *Counts) add(known, held string, unplaced bool) {
	if known != "" {
		n.Same++
		return
	}
	n.New++
	if held != "" {
		n.Held++
	}
	if unplaced {
		n.Unplaced++
	}
}

// Take reads comments and amendments out of a document. It is pure: ids and numbers are given when
// it is stored. Until then a comment is named by the file's own id: in ReplyTo and Amendment.Comment.
func Take(d Document) *Taken {
	t := &taker{Document: d, out: &Taken{Report: d.Report, Comments: []Comment{}, Amendments: []Amendment{}}, answers: map[string]bool{}, ours: map[string]int{}, index: newIndex(d.Known.Comments)}
	t.places, t.out.Linked = places(d.Version, d.Content)
	compiled := false
	for _, p := range d.Content.Properties {
		switch p.Name {
		case VersionProperty:
			t.out.Version = p.Value
		case CompilationProperty:
			compiled = true
		}
	}
	for i := range d.Known.Comments {
		t.ours[docx.DurableID(d.Known.Comments[i].ID)] = i
	}
	for _, id := range d.Known.Answers {
		t.answers[docx.DurableID(id)] = true
	}
	for i := range d.Known.Amendments { // an amendment over another is printed as a comment
		t.answers[docx.DurableID(d.Known.Amendments[i].ID)] = true
	}
	if !compiled { // our own compilation prints the general comments we have, with their answers
		t.general()
	}
	t.anchored()
	t.changes()
	t.untracked()
	t.out.count()
	return t.out
}

type taker struct {
	Document
	out     *Taken
	places  [][]placed
	ours    map[string]int // known comments by the durable id our own files give them
	index   index
	answers map[string]bool // durable ids of what is no comment of a partner
}

// general reads the general comments that stand as paragraphs below an organisation's name, from the
// heading "General Comments" to the next heading of the text.
func (t *taker) general() {
	var voice *Attribution
	inside := false
	for i := range t.Content.Blocks {
		b := &t.Content.Blocks[i]
		if b.Story != docx.Body {
			continue
		}
		text := strings.TrimSpace(b.Accepted)
		switch {
		case strings.EqualFold(text, "General Comments"):
			inside = true
			continue
		case !inside || text == "":
			continue
		case strings.EqualFold(text, "Specific Comments") || len(t.places[i]) > 0 && t.places[i][0].exact:
			return
		}
		if o, ok := t.Registry.Find(text); ok {
			voice = &Attribution{Organisation: o.Code, Label: text, How: ByHeading}
			continue
		}
		if b.Level > 0 { // another heading: an organisation we do not know
			voice = &Attribution{Label: text, How: ByHeading}
			continue
		}
		body := strings.TrimSpace(marker.ReplaceAllString(text, ""))
		c := Comment{Kind: General, Body: []string{text}, Text: []string{body}, Found: FoundUnknown, Voices: []Attribution{}}
		if voice != nil {
			c.Voices = []Attribution{*voice}
		}
		t.add(c, "")
	}
}

// anchored reads the comments of the comments part.
func (t *taker) anchored() {
	root := map[string]string{} // of each comment of the file, the id of its root
	for _, w := range t.Content.Comments {
		root[w.ID] = w.Parent
	}
	for i := range t.Content.Comments {
		w := &t.Content.Comments[i]
		if t.answers[w.DurableID] {
			t.out.Counts.Same++
			continue
		}
		c := Comment{
			Kind: Specific, Body: slices.Clone(w.Body), Text: slices.Clone(w.Body), Found: found(w), Targets: t.targets(w), Voices: []Attribution{},
			Source: SourceIDs{WID: w.ID, ParaID: w.ParaID, DurableID: w.DurableID, Author: w.Author, Date: w.Date},
		}
		for parent := root[w.ID]; parent != ""; parent = root[parent] { // threads are one level deep
			if _, there := root[parent]; !there || parent == c.ReplyTo {
				break
			}
			c.ReplyTo = parent
		}
		if len(c.Text) > 0 {
			if voices, rest := t.Registry.Prefix(c.Text[0]); voices != nil {
				c.Voices, c.Text[0] = voices, rest
			} else if voices := t.Registry.authors(w.Author); voices != nil {
				c.Voices = voices
			}
		}
		if len(c.Targets) == 0 {
			c.Kind = General
			if w.Anchor != docx.AnchorNone {
				c.Kind = Specific
				c.Targets = []Target{t.findQuote(w)}
			}
		}
		t.add(c, w.DurableID)
		t.recorded(&t.out.Comments[len(t.out.Comments)-1])
	}
	t.gone()
}

// authors reads the organisations of a document's author: one, or several joined by commas as our own
// compilation writes them. A person's name is none.
func (r *Registry) authors(author string) []Attribution {
	if o, ok := r.Find(author); ok {
		return []Attribution{{Organisation: o.Code, Label: author, How: ByAccount}}
	}
	voices, _ := r.Prefix(author + ":")
	for i := range voices {
		voices[i].How = ByAccount
	}
	return voices
}

func found(w *docx.Comment) FoundState {
	switch {
	case w.Done == nil:
		return FoundUnknown
	case *w.Done:
		return FoundResolved
	}
	return FoundOpen
}

// add keeps a comment and says which it is if the round has it already. durable is its durable id in
// the file.
func (t *taker) add(c Comment, durable string) {
	if i, ok := t.ours[durable]; ok && durable != "" && sameWords(&t.Known.Comments[i], &c) {
		c.Known = t.Known.Comments[i].ID
	} else if i := t.index.find(&c); i >= 0 {
		c.Known = t.Known.Comments[i].ID
	} else if t.Check != nil {
		c.Held = t.Check(strings.Join(c.Body, "\n"))
	}
	t.out.Comments = append(t.out.Comments, c)
}

// index finds known comments by their first words, so that a long round is not compared pair by pair.
type index struct {
	byWords map[string][]int
	all     []Comment
}

func newIndex(all []Comment) index {
	x := index{map[string][]int{}, all}
	for i := range all {
		for _, key := range all[i].keys() {
			x.byWords[key] = append(x.byWords[key], i)
		}
	}
	return x
}

// keys are what two states of one comment share at least one of.
func (c *Comment) keys() []string {
	out := []string{strings.Join(c.Body, "\n")}
	for _, id := range []string{c.Source.ParaID, c.Source.DurableID} {
		if id != "" {
			out = append(out, "id "+id)
		}
	}
	return out
}

func (x *index) find(c *Comment) int {
	for _, key := range c.keys() {
		for _, i := range x.byWords[key] {
			if same(&x.all[i], c) {
				return i
			}
		}
	}
	return -1
}

func sameWords(a, b *Comment) bool {
	return slices.Equal(a.Body, b.Body) || slices.Equal(a.Text, b.Text)
}

// same tells whether two comments are one: by the ids Word keeps, else by author, date, words and
// place. Other programs number the comments of every file alike, so that an id counts only with the
// author and the date, or the words.
func same(a, b *Comment) bool {
	if a.Kind != b.Kind || a.Source.Author != b.Source.Author {
		return false
	}
	dated := a.Source.Date != "" && a.Source.Date == b.Source.Date
	for _, ids := range [][2]string{{a.Source.DurableID, b.Source.DurableID}, {a.Source.ParaID, b.Source.ParaID}} {
		if ids[0] != "" && ids[0] == ids[1] && (dated || slices.Equal(a.Body, b.Body)) {
			return true
		}
	}
	return a.Source.Date == b.Source.Date && slices.Equal(a.Body, b.Body) && a.place() == b.place() && a.voices() == b.voices()
}

// place names where a comment stood when it came.
func (c *Comment) place() string {
	if len(c.Targets) == 0 {
		return ""
	}
	was := c.Targets[0].Anchor
	if m := c.Targets[0].Moves; len(m) > 0 {
		was = m[0].Was
	}
	if was.Position == nil {
		return was.Element + " " + c.Targets[0].Said
	}
	return was.Element + " " + was.Quote.Prefix + "|" + was.Quote.Exact
}

func (c *Comment) voices() string { return labels(c.Voices) }

// labels names the speakers as they are printed: "SRSG VAC, Disney".
func labels(voices []Attribution) string {
	var out []string
	for _, v := range voices {
		out = append(out, v.Label)
	}
	return strings.Join(out, ", ")
}

// gone lists comments that came with an earlier state of the file and are not in this one: the file
// holds at least one other comment of the same submission.
func (t *taker) gone() {
	there := map[string]bool{}
	for _, w := range t.Content.Comments {
		there[w.ParaID], there[w.DurableID] = true, true
	}
	delete(there, "")
	here := func(c *Comment) bool {
		return there[c.Source.ParaID] || there[c.Source.DurableID] || there[docx.DurableID(c.ID)]
	}
	again := map[string]bool{}
	for i := range t.Known.Comments {
		if c := &t.Known.Comments[i]; here(c) {
			again[c.Submission] = true
		}
	}
	for i := range t.Known.Comments {
		c := &t.Known.Comments[i]
		if c.Source.ParaID+c.Source.DurableID != "" && again[c.Submission] && !here(c) {
			t.out.Gone = append(t.out.Gone, c.ID)
		}
	}
}
