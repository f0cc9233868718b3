package consultation

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/format/docx"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/safeguard"
)

// Service holds the acts of a consultation. Reading is public as far as IsShown allows; every act asks
// accounts.Require first.
type Service struct {
	Store Store
	// Version gives a version by its id: cop-2015@1.
	Version func(ctx context.Context, id string) (*framework.Version, error)
	// Organisations gives who may be named as a speaker.
	Organisations func(ctx context.Context) ([]Organisation, error)
	// Hosts are those of registered sources: their addresses are held in a comment, others refused; nil: none.
	Hosts safeguard.Hosts
	// Approvals keeps the approvals of a second organisation; nil: an adoption asks nobody.
	Approvals Approvals
	// Now is the clock: for the forms of strangers and for what is due. Nil: no stranger writes here.
	Now func() time.Time
	// Letters makes the letter with the link that confirms an address; nil: there is no mail, and the link
	// is shown to moderators, to pass it on.
	Letters func(to, language, secret string) ([]accounts.Letter, error)
}

func scope(round int) accounts.Scope { return accounts.Scope{Round: strconv.Itoa(round)} }

func newID() string {
	id, err := uuid.NewV7()
	if err != nil { // the system has no randomness: nothing works then
		return uuid.NewString()
	}
	return id.String()
}

// Rounds lists the rounds by number.
func (s *Service) Rounds(ctx context.Context) ([]Round, error) { return s.Store.Rounds(ctx) }

// Record gives a round with all it holds. What a reader may see of a comment is IsShown's to say.
func (s *Service) Record(ctx context.Context, round int) (*Record, error) {
	r, err := s.Store.Record(ctx, round)
	if err != nil {
		return nil, err
	}
	r.Organisations, err = s.Organisations(ctx)
	return r, err
}

// Registry gives who can speak, by any name.
func (s *Service) Registry(ctx context.Context) (*Registry, error) {
	list, err := s.Organisations(ctx)
	return NewRegistry(list), err
}

// SaveRound opens, changes or closes a round.
func (s *Service) SaveRound(ctx context.Context, r Round) error {
	if err := accounts.Require(ctx, accounts.Consult, scope(r.Number)); err != nil {
		return err
	}
	if err := r.Check(); err != nil {
		return err
	}
	if _, err := s.Version(ctx, r.Version); err != nil {
		return fmt.Errorf("round %d: %w", r.Number, err)
	}
	return s.Store.SaveRound(ctx, r)
}

// File is a document to take in.
type File struct {
	Round        int
	Name         string
	Data         []byte
	Organisation string  // who sent it, where it was not said in the comments
	Channel      Channel // ByWord where empty
	Sender       string  // private
	Language     string
	Limits       docx.Limits
	// Content and Report are what the file holds, where another process read it; nil: it is read here.
	Content *docx.Content
	Read    []ReportRow
	DryRun  bool // show what would happen and store nothing
}

// Take takes a Word document in: what it holds, and which submission it became. With DryRun, for a
// file the round has already, and for one with nothing new, nothing is stored and the id is empty.
func (s *Service) Take(ctx context.Context, f File) (*Taken, string, error) {
	if err := accounts.Require(ctx, accounts.Comment, accounts.Scope{Round: strconv.Itoa(f.Round), Organisation: f.Organisation}); err != nil {
		return nil, "", err
	}
	rec, v, err := s.load(ctx, f.Round)
	if err != nil {
		return nil, "", err
	}
	if err := s.mayCome(ctx, &rec.Round); err != nil {
		return nil, "", err
	}
	if f.Content == nil {
		if f.Content, f.Read, err = ReadWord(f.Data, f.Limits); err != nil {
			return nil, "", fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	registry, err := s.Registry(ctx)
	if err != nil {
		return nil, "", err
	}
	taken := Take(Document{Content: f.Content, Report: f.Read, Version: v, Registry: registry, Known: rec.known(), Check: s.held})
	sum := sha256.Sum256(f.Data)
	hash := hex.EncodeToString(sum[:])
	for _, old := range rec.Submissions {
		if old.SHA256 == hash {
			taken.Earlier = old.ID
		}
	}
	if f.DryRun || taken.Earlier != "" || taken.Counts.New == 0 {
		return taken, "", nil
	}
	sub := Submission{ID: newID(), Round: f.Round, Organisation: f.Organisation, Channel: f.Channel, File: f.Name, SHA256: hash,
		Language: f.Language, Sender: f.Sender, Report: taken.Report}
	if sub.Channel == "" {
		sub.Channel = ByWord
	}
	comments, amendments := taken.fresh(f.Round, sub.ID, f.Language, byAccount(rec.Organisations, f.Organisation))
	return taken, sub.ID, s.Store.SaveSubmission(ctx, sub, f.Data, comments, amendments)
}

// byAccount is the attribution of what somebody signed in for an organisation says, under the name it is
// registered with; none where nobody is named.
func byAccount(known []Organisation, code string) []Attribution {
	if code == "" {
		return nil
	}
	a := Attribution{Organisation: code, Label: code, How: ByAccount}
	if i := slices.IndexFunc(known, func(o Organisation) bool { return o.Code == code && o.Name != "" }); i >= 0 {
		a.Label = known[i].Name
	}
	return []Attribution{a}
}

// fresh gives ids to what is new and ties it together.
func (t *Taken) fresh(round int, submission, language string, speaker []Attribution) ([]Comment, []Amendment) {
	ids := map[string]string{} // by the file's own id
	for i := range t.Comments {
		c := &t.Comments[i]
		if c.ID = c.Known; c.ID == "" {
			c.ID = newID()
		}
		if c.Source.WID != "" {
			ids[c.Source.WID] = c.ID
		}
	}
	var comments []Comment
	for _, c := range t.Comments {
		if c.Known != "" {
			continue
		}
		c.Round, c.Submission, c.Language = round, submission, language
		c.ReplyTo = ids[c.ReplyTo]
		if len(c.Voices) == 0 && speaker != nil {
			c.Voices = speaker
		}
		comments = append(comments, c)
	}
	var amendments []Amendment
	for _, a := range t.Amendments {
		if a.Known != "" {
			continue
		}
		a.ID, a.Round, a.Submission, a.Comment = newID(), round, submission, ids[a.Comment]
		if len(a.Voices) == 0 && a.Comment == "" && speaker != nil {
			a.Voices = speaker
		}
		amendments = append(amendments, a)
	}
	return comments, amendments
}

// ReadWord reads a Word file: what it holds, and what became of each part of it.
func ReadWord(data []byte, limits docx.Limits) (*docx.Content, []ReportRow, error) {
	d, err := docx.Open(data, limits)
	if err != nil {
		return nil, nil, err
	}
	content := d.Content()
	return &content, report(d), nil
}

// report turns what the file's reader says of every element into rows.
func report(d *docx.Document) []ReportRow {
	rows := []ReportRow{}
	for _, l := range d.Inspect().Lines {
		rows = append(rows, ReportRow{Part: l.Part, Element: l.Element, Count: l.Count, Action: string(l.Action), Note: strings.Join(l.Places, ", ")})
	}
	return rows
}

// held says why a moderator must see a text first; what it says never repeats the text.
func (s *Service) held(text string) string {
	if f := safeguard.Text(text, func(string) bool { return false }); f != nil { // any link in a comment is looked at
		return string(f.Kind)
	}
	return ""
}

// mayCome refuses comments that come too early or too late. The secretariat may still enter what
// reached it otherwise, until the round is adopted.
func (s *Service) mayCome(ctx context.Context, r *Round) error {
	if r.State == Open || r.State == Over && accounts.Require(ctx, accounts.Consult, scope(r.Number)) == nil {
		return nil
	}
	return fault.New(fault.Conflict, fmt.Sprintf("Round %d takes no comments: it is %s.", r.Number, r.State), "See the list of consultations for one that is open.").
		WithKey("error.round_closed", map[string]any{"Number": r.Number})
}

// load reads a round and the version it is held on.
func (s *Service) load(ctx context.Context, round int) (*Record, *framework.Version, error) {
	rec, err := s.Record(ctx, round)
	if err != nil {
		return nil, nil, err
	}
	v, err := s.Version(ctx, rec.Round.Version)
	if err != nil {
		return nil, nil, fmt.Errorf("round %d: %w", round, err)
	}
	return rec, v, nil
}

// Said is a comment made on the web.
type Said struct {
	ID           string // of the comment, where whoever sends it has one; empty: one is made
	Round        int
	Organisation string // empty: nobody is named
	Text         []string
	Type         CommentType
	Language     string
	ReplyTo      string
	// Element is the code of what it stands on, empty for a general comment; Start and End mark words of
	// it, both zero for all of it. Field names a structured field instead.
	Element    string
	Start, End int
	Field      string
}

// Say keeps a comment made on the web and gives its id. What comes from nobody verified is held for a
// moderator.
func (s *Service) Say(ctx context.Context, in Said) (string, error) {
	if err := accounts.Require(ctx, accounts.Comment, accounts.Scope{Round: strconv.Itoa(in.Round), Organisation: in.Organisation}); err != nil {
		return "", err
	}
	rec, v, err := s.load(ctx, in.Round)
	if err != nil {
		return "", err
	}
	if err := s.mayCome(ctx, &rec.Round); err != nil {
		return "", err
	}
	c := Comment{ID: cmp.Or(in.ID, newID()), Round: in.Round, Kind: General, Type: in.Type, Body: in.Text, Text: in.Text, Language: in.Language, Found: FoundUnknown, Voices: []Attribution{}}
	if strings.TrimSpace(strings.Join(in.Text, "")) == "" {
		return "", fault.New(fault.Refused, "The comment has no words.", "Write what you want to say.").WithKey("error.comment_empty", nil)
	}
	if f := safeguard.Text(strings.Join(in.Text, "\n"), func(string) bool { return true }); f != nil && f.Kind == safeguard.Unseen {
		return "", fault.New(fault.Refused, "The comment: "+f.What()+".", f.Fix()).WithKey("error.comment_unseen", nil)
	}
	if in.Organisation != "" {
		c.Voices = byAccount(rec.Organisations, in.Organisation)
	}
	if in.ReplyTo != "" {
		root, ok := rec.Comment(in.ReplyTo)
		if !ok {
			return "", noComment(in.ReplyTo)
		}
		c.ReplyTo = root.ID
		if root.ReplyTo != "" { // threads are one level deep
			c.ReplyTo = root.ReplyTo
		}
		c.Kind, c.Targets = root.Kind, root.Targets
	} else if in.Element != "" {
		g, err := place(v, in.Element, in.Field, in.Start, in.End)
		if err != nil {
			return "", err
		}
		c.Kind, c.Targets = Specific, []Target{g}
	}
	c.Held = s.held(strings.Join(in.Text, "\n"))
	sub := Submission{ID: newID(), Round: in.Round, Organisation: in.Organisation, Channel: ByWeb, Language: in.Language, Report: []ReportRow{}}
	c.Submission = sub.ID
	return c.ID, s.Store.SaveSubmission(ctx, sub, nil, []Comment{c}, nil)
}

func place(v *framework.Version, element, field string, start, end int) (Target, error) {
	g := Target{Code: element, State: framework.Anchored, Method: "manual"}
	var err error
	if start == 0 && end == 0 {
		g.Anchor, err = framework.WholeAnchor(v, element, field)
	} else {
		g.Anchor, err = framework.NewAnchor(v, element, start, end)
	}
	g.Said = g.Words()
	g.Code = codeOf(v, g.Anchor.Element)
	return g, err
}

func noComment(id string) error {
	return fault.New(fault.NotFound, fmt.Sprintf("There is no comment %q in this round.", id), "See the list of comments.")
}

// Amend proposes a change and gives its id: words of an element or a structured value, as an edit of
// the version. One that does not fit the version is refused as stale. By the secretariat it stands
// for what an answer changes; else it needs a comment to belong to, or stands alone.
func (s *Service) Amend(ctx context.Context, a Amendment, organisation string) (string, error) {
	act := accounts.Comment
	if organisation == "" {
		act = accounts.Consult
	}
	if err := accounts.Require(ctx, act, accounts.Scope{Round: strconv.Itoa(a.Round), Organisation: organisation}); err != nil {
		return "", err
	}
	rec, v, err := s.load(ctx, a.Round)
	if err != nil {
		return "", err
	}
	if err := s.mayCome(ctx, &rec.Round); err != nil {
		return "", err
	}
	if a.Edit == nil {
		return "", fault.New(fault.Refused, "The amendment does not say what it changes.", "Mark the words and write the new ones.")
	}
	if _, ok := rec.Comment(a.Comment); a.Comment != "" && !ok {
		return "", noComment(a.Comment)
	}
	if _, _, err := framework.Apply(v, []framework.Edit{*a.Edit}); err != nil {
		return "", fmt.Errorf("the amendment: %w", err)
	}
	if organisation == "" {
		if err := s.draft(v, rec, &a); err != nil {
			return "", err
		}
		return a.ID, s.Store.SaveAnswers(ctx, a.Round, []Amendment{a}, nil)
	}
	a.ID, a.State, a.Held = newID(), Proposed, s.held(a.New+"\n"+a.Justification)
	a.Voices = byAccount(rec.Organisations, organisation)
	sub := Submission{ID: newID(), Round: a.Round, Organisation: organisation, Channel: ByWeb, Report: []ReportRow{}}
	a.Submission = sub.ID
	return a.ID, s.Store.SaveSubmission(ctx, sub, nil, nil, []Amendment{a})
}

// change reads one comment, changes it and saves it under the row version the person saw.
func (s *Service) change(ctx context.Context, act accounts.Act, round int, id string, row int, what string, do func(*Record, *framework.Version, *Comment) error) error {
	if act != accounts.Comment { // for an organisation: asked for by do
		if err := accounts.Require(ctx, act, scope(round)); err != nil {
			return err
		}
	}
	rec, v, err := s.load(ctx, round)
	if err != nil {
		return err
	}
	if rec.Round.State == Adopted {
		return ended(round)
	}
	c, ok := rec.Comment(id)
	if !ok {
		return noComment(id)
	}
	if err := do(rec, v, c); err != nil {
		return err
	}
	if row != 0 {
		c.RowVersion = row
	}
	return s.Store.SaveComment(ctx, *c, what)
}

func ended(round int) error {
	return fault.New(fault.Conflict, fmt.Sprintf("Round %d is adopted: nothing in it changes any more.", round), "Use the next round.")
}

// Attribute confirms who speaks in a comment, as a person sees it: codes of known organisations, none
// for a comment without author. row is the row version the person saw; 0 takes the newest.
//
// The changes that the comment asks for go with it where they had the same speakers.
func (s *Service) Attribute(ctx context.Context, round int, comment string, row int, organisations []string) error {
	rec, _, err := s.answerable(ctx, round)
	if err != nil {
		return err
	}
	c, ok := rec.Comment(comment)
	if !ok {
		return noComment(comment)
	}
	was := c.Voices
	if c.Voices, err = confirmed(ctx, rec, was, organisations); err != nil {
		return err
	}
	if row != 0 {
		c.RowVersion = row
	}
	var follow []Amendment
	for _, a := range changesOf(rec, comment, func(*Amendment) {}) {
		if len(a.Voices) > 0 && slices.Equal(a.Voices, was) {
			a.Voices = c.Voices
			follow = append(follow, a)
		}
	}
	return s.Store.SaveBoth(ctx, *c, follow, "attribution confirmed")
}

// AttributeChange confirms who proposes a change that stands alone.
func (s *Service) AttributeChange(ctx context.Context, round int, amendment string, row int, organisations []string) error {
	rec, _, err := s.answerable(ctx, round)
	if err != nil {
		return err
	}
	return s.settle(ctx, round, amendment, row, "attribution confirmed", func(_ *framework.Version, a *Amendment) error {
		a.Voices, err = confirmed(ctx, rec, a.Voices, organisations)
		return err
	})
}

// confirmed are speakers as a person says them: how each was found stays with those that were known.
func confirmed(ctx context.Context, rec *Record, was []Attribution, organisations []string) ([]Attribution, error) {
	registry := NewRegistry(rec.Organisations)
	var voices []Attribution
	for _, code := range organisations {
		o, ok := registry.Find(code)
		if !ok {
			return nil, fault.Newf(fault.NotFound, "There is no organisation %q.", code).WithFix("Have it registered first: none is made from a label.").
				WithKey("error.no_organisation", map[string]any{"Name": lang.Isolate(code)})
		}
		if slices.ContainsFunc(voices, func(v Attribution) bool { return v.Organisation == o.Code }) {
			continue
		}
		a := Attribution{Organisation: o.Code, Label: o.Name, How: ByHand}
		if i := slices.IndexFunc(was, func(v Attribution) bool { return v.Organisation == o.Code }); i >= 0 {
			a = was[i]
		}
		a.ConfirmedBy = accounts.From(ctx).Person
		voices = append(voices, a)
	}
	return voices, nil
}

// MarkEditor says from which paragraph of a comment, counted from 1, the secretariat answers in it; 0
// takes the mark away.
func (s *Service) MarkEditor(ctx context.Context, round int, comment string, row, paragraph int) error {
	return s.change(ctx, accounts.Consult, round, comment, row, "editor's paragraph marked", func(_ *Record, _ *framework.Version, c *Comment) error {
		if paragraph < 0 || paragraph == 1 || paragraph > len(c.Body) {
			return fault.Newf(fault.Refused, "The comment has %d paragraphs; %d cannot be where the answer begins.", len(c.Body), paragraph).WithFix("Name a paragraph after the first.")
		}
		c.EditorFrom = paragraph
		return nil
	})
}

// Classify gives a comment its type.
func (s *Service) Classify(ctx context.Context, round int, comment string, row int, kind CommentType) error {
	return s.change(ctx, accounts.Consult, round, comment, row, "classified", func(_ *Record, _ *framework.Version, c *Comment) error {
		c.Type = kind
		return nil
	})
}

// Release shows a comment that was held; Remove takes one away on a ground of the closed list.
func (s *Service) Release(ctx context.Context, round int, comment string, row int) error {
	return s.change(ctx, accounts.Moderate, round, comment, row, "released", func(_ *Record, _ *framework.Version, c *Comment) error {
		c.Held = ""
		return nil
	})
}

// Remove takes a comment out of sight on a ground of the closed list; that it was is counted in public.
func (s *Service) Remove(ctx context.Context, round int, comment string, row int, ground Removal) error {
	return s.change(ctx, accounts.Moderate, round, comment, row, "removed: "+string(ground), func(_ *Record, _ *framework.Version, c *Comment) error {
		if !slices.Contains(Removals, ground) {
			return fault.Newf(fault.Refused, "%q is no ground for a removal.", ground).WithFix(fmt.Sprintf("Choose one of %v.", Removals))
		}
		c.Removed = ground
		return nil
	})
}

// Withdraw takes a comment back for an organisation that speaks in it alone: its words are not shown
// any more, its number stays.
func (s *Service) Withdraw(ctx context.Context, round int, comment string, row int, organisation string) error {
	return s.change(ctx, accounts.Comment, round, comment, row, "withdrawn", func(_ *Record, _ *framework.Version, c *Comment) error {
		if err := accounts.Require(ctx, accounts.Comment, accounts.Scope{Round: strconv.Itoa(round), Organisation: organisation}); err != nil {
			return err
		}
		if len(c.Voices) != 1 || !c.HasVoice(organisation) {
			return fault.New(fault.Refused, "Only who speaks alone in a comment takes it back.", "For a joint comment, write to the secretariat together.")
		}
		c.Withdrawn = true
		return nil
	})
}

// ForgetPersons takes the names of persons out of a round, as is due twelve months after it closed.
func (s *Service) ForgetPersons(ctx context.Context, round int) error {
	if err := accounts.Require(ctx, accounts.Consult, scope(round)); err != nil {
		return err
	}
	return s.Store.ForgetPersons(ctx, round)
}
