package consultation

import (
	"cmp"
	"context"
	"slices"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/framework"
)

// mostAnHour is how many comments a round takes in an hour before a moderator looks at each one first.
const mostAnHour = 200

// byMinutes tells whether what is said in rounds of a kind comes in by the secretariat's minutes.
func (k Kind) byMinutes() bool { return k == Roundtable || k == Bilateral }

// mayWrite refuses whoever may not write for these organisations in a round.
func (s *Service) mayWrite(ctx context.Context, r *Round, organisations []string) error {
	if err := s.mayCome(ctx, r); err != nil {
		return err
	}
	if r.Kind.byMinutes() {
		if err := accounts.Require(ctx, accounts.Consult, scope(r.Number)); err != nil {
			if fault.Is(err, fault.Forbidden) {
				return fault.New(fault.Forbidden, "In this round the secretariat enters the minutes.", "Write to the secretariat if the minutes need a correction.").WithKey("error.by_minutes", nil)
			}
			return err
		}
		return nil
	}
	if len(organisations) == 0 {
		return refuse("no_speaker", "Nobody is named who speaks.", "Choose the organisation you comment for.", nil)
	}
	for _, o := range organisations {
		at := scope(r.Number)
		at.Organisation = o
		if err := accounts.Require(ctx, accounts.Comment, at); err != nil {
			return err
		}
	}
	return nil
}

// Speakers lists the organisations whoever is present may comment for in a round, their own first.
func (s *Service) Speakers(ctx context.Context, round int) ([]Organisation, error) {
	rec, err := s.Record(ctx, round)
	if err != nil {
		return nil, err
	}
	me := accounts.Present(ctx)
	var out []Organisation
	for _, o := range rec.Organisations {
		at := scope(round)
		at.Organisation = o.Code
		act := accounts.Comment
		if rec.Round.Kind.byMinutes() {
			act, at = accounts.Consult, scope(round)
		}
		if accounts.Require(ctx, act, at) == nil {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b Organisation) int {
		own := func(o Organisation) int {
			if o.Code == me.Organisation {
				return 0
			}
			return 1
		}
		return own(a) - own(b)
	})
	return out, nil
}

// Ready is a contribution that was looked at: it can be sent as it is.
type Ready struct {
	Contribution
	*Made
	Held string // why a moderator will look first; empty: it shows at once
}

// examine says what a contribution becomes, or what is wrong with it.
func (s *Service) examine(ctx context.Context, c *Contribution) (*Ready, *Record, error) {
	c.tidy()
	rec, v, err := s.load(ctx, c.Round)
	if err != nil {
		return nil, nil, err
	}
	if err := s.mayWrite(ctx, &rec.Round, c.Organisations); err != nil {
		return nil, nil, err
	}
	out, err := s.weigh(rec, v, c)
	return out, rec, err
}

func (s *Service) weigh(rec *Record, v *framework.Version, c *Contribution) (*Ready, error) {
	if err := c.Check(rec.Round.Kind); err != nil {
		return nil, err
	}
	held, err := Sift(s.Hosts, c.Text, c.New)
	if err != nil {
		return nil, err
	}
	made, err := c.Make(v, rec, NewRegistry(rec.Organisations))
	if err != nil {
		return nil, err
	}
	return &Ready{*c, made, held}, nil
}

// Write keeps what somebody wrote for themselves, to be looked at once more and sent.
func (s *Service) Write(ctx context.Context, c Contribution) (*Ready, error) {
	if c.ID = cmp.Or(c.ID, newID()); !idForm.MatchString(c.ID) {
		return nil, refuse("form_again", "This form cannot be read.", "Open the page again.", nil)
	}
	c.Person = accounts.From(ctx).Person
	out, rec, err := s.examine(ctx, &c)
	if err != nil {
		return nil, err
	}
	if _, sent := rec.Comment(c.ID); sent {
		return out, nil
	}
	return out, s.Store.KeepContribution(ctx, c)
}

// Drafts gives what whoever is present has not sent yet in a round.
func (s *Service) Drafts(ctx context.Context, round int) ([]Contribution, error) {
	if err := s.present(ctx, round); err != nil {
		return nil, err
	}
	return s.Store.Contributions(ctx, round, accounts.From(ctx).Person)
}

// present refuses whoever may comment for nobody in a round.
func (s *Service) present(ctx context.Context, round int) error {
	me := accounts.Present(ctx)
	if me.Round != "" && me.Round != scope(round).Round {
		return accounts.Require(ctx, accounts.Comment, scope(round))
	}
	if me.Somewhere(accounts.Comment) == nil {
		return nil
	}
	return accounts.Require(ctx, accounts.Consult, scope(round))
}

// Draft gives one of them, looked at anew; what is wrong with it meanwhile is the error beside it.
func (s *Service) Draft(ctx context.Context, round int, id string) (Contribution, *Ready, error) {
	all, err := s.Drafts(ctx, round)
	if err != nil {
		return Contribution{}, nil, err
	}
	at := slices.IndexFunc(all, func(c Contribution) bool { return c.ID == id })
	if at < 0 {
		return Contribution{}, nil, fault.New(fault.NotFound, "There is no such draft.", "See your comments: it may be sent already.").WithKey("error.no_draft", nil)
	}
	ready, _, err := s.examine(ctx, &all[at])
	return all[at], ready, err
}

// Drop deletes a draft.
func (s *Service) Drop(ctx context.Context, round int, id string) error {
	if err := s.present(ctx, round); err != nil {
		return err
	}
	return s.Store.DropContribution(ctx, accounts.From(ctx).Person, id)
}

// Send gives drafts to the secretariat, all or none: they become comments for everybody to read, or
// wait for a moderator. What was sent already is not sent again.
func (s *Service) Send(ctx context.Context, round int, ids []string) ([]Comment, error) {
	drafts, err := s.Drafts(ctx, round)
	if err != nil {
		return nil, err
	}
	rec, v, err := s.load(ctx, round)
	if err != nil {
		return nil, err
	}
	var comments []Comment
	var amendments []Amendment
	sub := Submission{ID: newID(), Round: round, Channel: ByWeb, Sender: accounts.From(ctx).Person, Report: []ReportRow{}}
	if rec.Round.Kind.byMinutes() {
		sub.Channel = Minute
	}
	flood := s.flood(rec)
	for _, id := range ids {
		if _, sent := rec.Comment(id); sent {
			continue
		}
		at := slices.IndexFunc(drafts, func(c Contribution) bool { return c.ID == id })
		if at < 0 {
			return nil, fault.New(fault.NotFound, "There is no such draft.", "See your comments: it may be sent already.").WithKey("error.no_draft", nil)
		}
		c := drafts[at]
		if err := s.mayWrite(ctx, &rec.Round, c.Organisations); err != nil {
			return nil, err
		}
		ready, err := s.weigh(rec, v, &c)
		if err != nil {
			return nil, err
		}
		ready.Comment.Submission, ready.Comment.Held = sub.ID, cmp.Or(ready.Held, flood)
		comments = append(comments, ready.Comment)
		if a := ready.Asks; a != nil {
			a.Submission, a.Held = sub.ID, ready.Comment.Held
			amendments = append(amendments, *a)
		}
		sub.Language = c.Language
		if len(c.Organisations) == 1 {
			sub.Organisation = c.Organisations[0]
		}
	}
	if comments == nil {
		return nil, nil
	}
	return comments, s.Store.SaveSent(ctx, sub, comments, amendments)
}

// HeldFlood says that a round got more comments within an hour than anybody can read.
const HeldFlood = "flood"

// flood tells whether the newest submission is the last of too many within an hour.
func (s *Service) flood(rec *Record) string {
	n := len(rec.Submissions)
	if n < mostAnHour || s.Now == nil {
		return ""
	}
	if s.Now().UnixMicro()-rec.Submissions[n-mostAnHour].ReceivedAt < 3600*1e6 {
		return HeldFlood
	}
	return ""
}

// Sent lists the comments of a round that whoever is present sent, or may speak for.
func (s *Service) Sent(ctx context.Context, round int) ([]Comment, error) {
	if err := s.present(ctx, round); err != nil {
		return nil, err
	}
	rec, err := s.Record(ctx, round)
	if err != nil {
		return nil, err
	}
	me := accounts.From(ctx).Person
	mine := map[string]bool{}
	for _, sub := range rec.Submissions {
		mine[sub.ID] = sub.Sender != "" && sub.Sender == me
	}
	var out []Comment
	for i := range rec.Comments {
		if c := &rec.Comments[i]; mine[c.Submission] || s.speaksFor(ctx, c) == nil {
			out = append(out, *c)
		}
	}
	return out, nil
}

// speaksFor refuses whoever may not act for every organisation that speaks in a comment.
func (s *Service) speaksFor(ctx context.Context, c *Comment) error {
	if len(c.Voices) == 0 {
		return accounts.Require(ctx, accounts.Consult, scope(c.Round))
	}
	for _, v := range c.Voices {
		at := scope(c.Round)
		at.Organisation = v.Organisation
		if err := accounts.Require(ctx, accounts.Comment, at); err != nil || v.Organisation == "" {
			return fault.New(fault.Forbidden, "Only who may speak for all of its organisations takes a comment back.", "For a joint comment, write to the secretariat together.").WithKey("error.joint", nil)
		}
	}
	return nil
}

// TakeBack withdraws a comment that was sent, with the changes it asks for: the words are not shown any
// more, the number stays.
func (s *Service) TakeBack(ctx context.Context, round int, id string) error {
	rec, err := s.Record(ctx, round)
	if err != nil {
		return err
	}
	c, ok := rec.Comment(id)
	switch {
	case !ok:
		return noComment(id)
	case rec.Round.State == Adopted:
		return ended(round)
	case c.Withdrawn:
		return nil
	}
	if err := s.speaksFor(ctx, c); err != nil {
		return err
	}
	c.Withdrawn = true
	return s.Store.SaveBoth(ctx, *c, changesOf(rec, id, func(a *Amendment) { a.State = NotMeant }), "withdrawn")
}

// changesOf gives the changes that a comment asks for, after do.
func changesOf(rec *Record, comment string, do func(*Amendment)) []Amendment {
	var out []Amendment
	for i := range rec.Amendments {
		if a := rec.Amendments[i]; a.Comment == comment && !a.Drafted {
			do(&a)
			out = append(out, a)
		}
	}
	return out
}
