package consultation

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"waymark/internal/framework"
	"waymark/internal/lang"
)

// Compilation is the "Inputs and Comments" document as a value: DOCX, HTML, XLSX and PDF are made of
// it. It has no clock and no chance of its own.
type Compilation struct {
	Language lang.Tag
	Version  *framework.Version
	Round    Round
	Hash     string // of everything it was made of
	// General are the general comments by organisation, joint ones under their joint name.
	General []Chapter
	// Entries are all comments and all amendments of their own, by number; replies are in their entry.
	Entries    []Entry
	Groups     []GroupView
	Statistics Statistics
	Withdrawn  []Entry // number and organisations only
	Removed    []Count // by ground
	Held       int     // wait for a moderator: counted, not shown
	amendments []Amendment
}

// Chapter is what one organisation, or several together, said in general.
type Chapter struct {
	Voices  string
	Entries []*Entry
}

// Entry is one comment with its answer, or one amendment of its own.
type Entry struct {
	Comment    *Comment   // nil for an amendment of its own
	Amendment  *Amendment // likewise for a comment
	Number     int
	Voices     string // joined by ", "; empty: nobody named
	Confirmed  bool   // every speaker was confirmed by a person
	Where      string // codes of the elements
	Answer     *Disposition
	Read       *Disposition // proposed: read from the document, decided by nobody
	Changes    []Amendment  // what the answer led to
	Proposes   []Amendment  // what the comment proposes
	Replies    []*Comment
	Responses  []Response
	DuplicateN int // number of the comment it is called the same as; 0: none
}

// ID names the entry.
func (e *Entry) ID() string {
	if e.Comment != nil {
		return e.Comment.ID
	}
	return e.Amendment.ID
}

// Code is how the entry is cited: by the document's own name where it has one.
func (e *Entry) Code() string {
	switch {
	case e.Comment == nil:
		return cmp.Or(e.Amendment.Code, fmt.Sprintf("A%d", e.Number))
	case e.Comment.Code != "":
		return e.Comment.Code
	}
	return fmt.Sprint(e.Number)
}

// GroupView is a group of near-duplicates with the differing words.
type GroupView struct {
	Group   DuplicateGroup
	Members []*Entry
	// Differences are from the first member to each other one.
	Differences [][]framework.Change
}

// Compile makes the compilation of a round on its version, in a language. The record stays as it is.
func Compile(v *framework.Version, r *Record, language lang.Tag) *Compilation {
	if r.Round.Policy == Pseudonymous {
		r = veil(r, language)
	}
	c := &Compilation{Language: language, Version: v, Round: r.Round, Hash: hashInputs(v, r), Statistics: Statistic(r)}
	standing := Standing(r.Dispositions)
	read := map[string]*Disposition{}
	for i := range r.Dispositions {
		if d := &r.Dispositions[i]; d.Proposed {
			read[d.Comment] = d
		}
	}
	number := map[string]int{}
	proposes := map[string][]Amendment{}
	byID := map[string]*Amendment{}
	for i := range r.Comments {
		number[r.Comments[i].ID] = r.Comments[i].Number
	}
	for i := range r.Amendments {
		a := &r.Amendments[i]
		byID[a.ID] = a
		if a.Held != "" {
			c.Held++
			continue
		}
		if !a.Drafted {
			proposes[a.Comment] = append(proposes[a.Comment], *a)
			c.amendments = append(c.amendments, *a)
		}
	}
	answer := func(e *Entry, id string) {
		e.Read = read[id]
		if d, ok := standing[id]; ok {
			e.Answer = &d
			e.DuplicateN = number[d.To]
			for _, change := range d.Changes {
				if a := byID[change]; a != nil {
					e.Changes = append(e.Changes, *a)
				}
			}
		}
	}
	at := map[string]int{}
	ground := map[string]int{}
	for i := range r.Comments {
		k := &r.Comments[i]
		e := Entry{Comment: k, Number: k.Number, Voices: labels(k.Voices), Where: where(k), Confirmed: areConfirmed(k.Voices), Proposes: proposes[k.ID]}
		switch {
		case k.Removed != "":
			ground[string(k.Removed)]++
		case k.Withdrawn:
			c.Withdrawn = append(c.Withdrawn, e)
		case k.Held != "":
			c.Held++
		case k.ReplyTo != "": // below
		default:
			answer(&e, k.ID)
			at[k.ID] = len(c.Entries)
			c.Entries = append(c.Entries, e)
		}
	}
	for i := range r.Comments {
		k := &r.Comments[i]
		if root, ok := at[k.ReplyTo]; ok && k.IsShown() {
			c.Entries[root].Replies = append(c.Entries[root].Replies, k)
		}
	}
	for _, p := range r.Responses {
		if root, ok := at[p.Comment]; ok {
			c.Entries[root].Responses = append(c.Entries[root].Responses, p)
		}
	}
	for i := range r.Amendments {
		a := &r.Amendments[i]
		if a.Comment != "" || a.Drafted || a.Held != "" {
			continue
		}
		e := Entry{Amendment: a, Number: a.Number, Voices: labels(a.Voices), Where: a.Element, Confirmed: areConfirmed(a.Voices), Proposes: []Amendment{*a}}
		answer(&e, a.ID)
		c.Entries = append(c.Entries, e)
	}
	c.Removed = counts(ground)
	c.general()
	c.groups(r, at)
	return c
}

func areConfirmed(voices []Attribution) bool {
	return !slices.ContainsFunc(voices, func(v Attribution) bool { return v.ConfirmedBy == "" })
}

func where(c *Comment) string {
	var codes []string
	for _, g := range c.Targets {
		if g.Code != "" && !slices.Contains(codes, g.Code) {
			codes = append(codes, g.Code)
		}
	}
	return strings.Join(codes, ", ")
}

// general sorts the general comments under who speaks, in the order of the first comment of each.
func (c *Compilation) general() {
	chapter := map[string]int{}
	for i := range c.Entries {
		e := &c.Entries[i]
		if e.Comment == nil || e.Comment.Kind != General {
			continue
		}
		key := ""
		for _, v := range e.Comment.Voices {
			key += cmp.Or(v.Organisation, v.Label) + "\n"
		}
		n, ok := chapter[key]
		if !ok {
			n = len(c.General)
			chapter[key] = n
			c.General = append(c.General, Chapter{Voices: e.Voices})
		}
		c.General[n].Entries = append(c.General[n].Entries, e)
	}
}

// groups shows the confirmed groups, then those the words propose and nobody looked at.
func (c *Compilation) groups(r *Record, at map[string]int) {
	var shown []Comment
	for i := range c.Entries {
		if k := c.Entries[i].Comment; k != nil {
			shown = append(shown, *k)
		}
	}
	standing := StandingGroups(r.Groups)
	all := slices.Clone(standing)
	for _, g := range NearDuplicates(shown) {
		if !isDissolved(r.Groups, &g) && !slices.ContainsFunc(standing, func(k DuplicateGroup) bool {
			return !slices.ContainsFunc(g.Members, func(id string) bool { return !slices.Contains(k.Members, id) })
		}) {
			all = append(all, g)
		}
	}
	for _, g := range all {
		view := GroupView{Group: g}
		for _, id := range g.Members {
			if i, ok := at[id]; ok {
				view.Members = append(view.Members, &c.Entries[i])
			}
		}
		if len(view.Members) < 2 {
			continue
		}
		for _, m := range view.Members[1:] {
			view.Differences = append(view.Differences, framework.DiffWords(strings.Join(view.Members[0].Comment.Text, "\n"), strings.Join(m.Comment.Text, "\n")))
		}
		c.Groups = append(c.Groups, view)
	}
}

// Lost lists the entries with a place that was lost or waits for a person, and the amendments without
// a place.
func (c *Compilation) Lost() []*Entry {
	var out []*Entry
	for i := range c.Entries {
		e := &c.Entries[i]
		if e.Comment != nil && e.Comment.IsLost() || e.Amendment != nil && (e.Amendment.State == Unplaced || e.Amendment.State == Stale) {
			out = append(out, e)
		}
	}
	return out
}

// hashInputs is the hash of everything a compilation is made of, without what names persons.
func hashInputs(v *framework.Version, r *Record) string {
	h := sha256.New()
	e := json.NewEncoder(h)
	for _, part := range []any{v, r.Round, r.Submissions, r.Comments, r.Amendments, r.Dispositions, r.Groups, r.Responses} {
		if err := e.Encode(part); err != nil { // values of this program's own types can always be written
			return ""
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
