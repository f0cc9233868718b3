package consultation

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
)

// Dispose answers comments, or amendments that stand alone, by their ids: one disposition for each,
// also where many are answered at once. A later answer supersedes the one that stands.
func (s *Service) Dispose(ctx context.Context, round int, ids []string, d Disposition) error {
	return s.Answer(ctx, round, Answering{IDs: ids, Disposition: d})
}

// Answering is how somebody of the secretariat answers comments, or amendments that stand alone.
type Answering struct {
	IDs []string
	Disposition
	// Draft is the change that the secretariat writes itself; its answers lead to it.
	Draft *Amendment
	// Seen is, for each of IDs, the id of the answer that stood when the person looked, empty for none;
	// nil takes whatever stands now.
	Seen map[string]string
}

// Answer keeps answers with the change written for them, all or nothing. Where somebody else answered
// after the person looked, it is fault.Stale.
func (s *Service) Answer(ctx context.Context, round int, in Answering) error {
	rec, v, err := s.answerable(ctx, round)
	if err != nil {
		return err
	}
	var drafts []Amendment
	if in.Draft != nil {
		d := *in.Draft
		if err := s.draft(v, rec, &d); err != nil {
			return err
		}
		drafts, in.Changes = []Amendment{d}, append(slices.Clone(in.Changes), d.ID)
		rec.Amendments = append(rec.Amendments, d)
	}
	standing := Standing(rec.Dispositions)
	var all []Disposition
	for _, id := range in.IDs {
		one := in.Disposition
		one.ID, one.Comment, one.Proposed, one.Reopens = newID(), id, false, false
		one.Supersedes = standing[id].ID
		if in.Seen != nil {
			one.Supersedes = in.Seen[id]
		}
		if err := s.checkAnswer(rec, standing, &one); err != nil {
			return err
		}
		all = append(all, one)
	}
	return s.Store.SaveAnswers(ctx, round, drafts, all)
}

// answerable reads a round for whoever may answer in it.
func (s *Service) answerable(ctx context.Context, round int) (*Record, *framework.Version, error) {
	if err := accounts.Require(ctx, accounts.Consult, scope(round)); err != nil {
		return nil, nil, err
	}
	rec, v, err := s.load(ctx, round)
	if err == nil && rec.Round.State == Adopted {
		err = ended(round)
	}
	return rec, v, err
}

func (s *Service) checkAnswer(rec *Record, standing map[string]Disposition, d *Disposition) error {
	a, alone := rec.Amendment(d.Comment)
	if _, ok := rec.Comment(d.Comment); !ok && (!alone || a.Comment != "") {
		return noComment(d.Comment)
	}
	if alone && d.Code == Accepted && len(d.Changes) == 0 && !d.NoChange {
		d.Changes = []string{d.Comment}
	}
	if err := d.Check(); err != nil {
		return err
	}
	if d.Code == DuplicateOf {
		other, decided := standing[d.To]
		if !decided || other.Code == DuplicateOf {
			return fault.New(fault.Refused, "The other comment must be answered itself, and not as the same as a third.", "Answer that one first.").WithKey("error.disposition_chain", nil)
		}
	}
	for _, change := range d.Changes {
		b, ok := rec.Amendment(change)
		if ok && b.unfit() != "" {
			return fault.Newf(fault.Refused, "Change %d waits: nobody has said that it was meant, or a moderator has not looked.", b.Number).WithFix("Settle it first; the list of changes leads to it.").WithKey("error.change_unsettled", nil)
		}
		if !ok || b.Edit == nil {
			return fault.Newf(fault.Refused, "The change %q is no amendment of this round that says what it changes.", change).WithFix("Draft the change first, then link it.").WithKey("error.change_empty", nil)
		}
	}
	if finding := s.held(d.Reason + "\n" + d.To); finding != "" {
		return fault.Newf(fault.Refused, "The reason holds what is never stored here (%s).", finding).WithFix("Take it out.").WithKey("error.never_stored", nil)
	}
	return nil
}

// draft fills a change that the secretariat writes and refuses one that does not fit the version.
func (s *Service) draft(v *framework.Version, rec *Record, a *Amendment) error {
	if a.Edit == nil {
		return fault.New(fault.Refused, "The amendment does not say what it changes.", "Mark the words and write the new ones.")
	}
	if _, _, err := framework.Apply(v, []framework.Edit{*a.Edit}); err != nil {
		return fmt.Errorf("the amendment: %w", err)
	}
	if finding := s.held(a.New + "\n" + a.Justification); finding != "" {
		return fault.Newf(fault.Refused, "The new words hold what is never stored here (%s).", finding).WithFix("Take it out.").WithKey("error.never_stored", nil)
	}
	a.ID, a.Round, a.State, a.Drafted, a.Voices = newID(), rec.Round.Number, Proposed, true, []Attribution{}
	return nil
}

// Reopen takes the answer back that stands: the comment is undecided again. seen is the id of the
// answer the person saw.
func (s *Service) Reopen(ctx context.Context, round int, id, seen string) error {
	rec, _, err := s.answerable(ctx, round)
	if err != nil {
		return err
	}
	if d, ok := Standing(rec.Dispositions)[id]; !ok || seen == "" {
		return fault.New(fault.Conflict, "There is no answer to take back.", "Nothing is left to do.").WithKey("error.not_answered", nil)
	} else if d.ID != seen {
		return fault.New(fault.Stale, "Somebody answered after you looked.", "Look at the newer answer first.").WithKey("error.stale", nil)
	}
	return s.Store.SaveAnswers(ctx, round, nil, []Disposition{{ID: newID(), Comment: id, Supersedes: seen, Reopens: true}})
}

// GroupByHand puts comments together that ask for the same; GroupConfirm says that a proposed group is
// one. A group is for reading only.
func (s *Service) GroupByHand(ctx context.Context, round int, members []string) (string, error) {
	return s.group(ctx, round, DuplicateGroup{Members: members, Method: "manual"})
}

// ConfirmGroup keeps a proposed group that a person looked at.
func (s *Service) ConfirmGroup(ctx context.Context, round int, g DuplicateGroup) (string, error) {
	return s.group(ctx, round, g)
}

// DissolveGroup says that comments are no group, whether a person made it or the program proposes it:
// a later record supersedes, and none is deleted.
func (s *Service) DissolveGroup(ctx context.Context, round int, g DuplicateGroup) error {
	g.Dissolved = true
	_, err := s.group(ctx, round, g)
	return err
}

func (s *Service) group(ctx context.Context, round int, g DuplicateGroup) (string, error) {
	rec, _, err := s.answerable(ctx, round)
	if err != nil {
		return "", err
	}
	if len(g.Members) < 2 {
		return "", fault.New(fault.Refused, "A group has at least two comments.", "Choose two or more.").WithKey("error.group_small", nil)
	}
	for _, id := range g.Members {
		if _, ok := rec.Comment(id); !ok {
			return "", noComment(id)
		}
	}
	slices.SortFunc(g.Members, func(a, b string) int { x, _ := rec.Comment(a); y, _ := rec.Comment(b); return x.Number - y.Number })
	g.ID, g.ConfirmedBy = newID(), accounts.From(ctx).Person
	return g.ID, s.Store.SaveGroup(ctx, round, g)
}

// Respond keeps what a commenter says to the answer.
func (s *Service) Respond(ctx context.Context, round int, r Response) error {
	if err := accounts.Require(ctx, accounts.Comment, accounts.Scope{Round: strconv.Itoa(round), Organisation: r.Organisation}); err != nil {
		return err
	}
	rec, err := s.Store.Record(ctx, round)
	if err != nil {
		return err
	}
	c, ok := rec.Comment(r.Comment)
	if !ok || !c.HasVoice(r.Organisation) {
		return fault.New(fault.Refused, "Only an organisation that speaks in a comment says whether its answer satisfies it.", "Respond to a comment of your own.")
	}
	d, decided := Standing(rec.Dispositions)[c.ID]
	if !decided {
		return fault.New(fault.Refused, fmt.Sprintf("Comment %d has no answer yet.", c.Number), "Wait for the answer.")
	}
	if finding := s.held(r.Text); finding != "" {
		return fault.Newf(fault.Refused, "The text holds what is never stored here (%s).", finding).WithFix("Take it out.")
	}
	r.ID, r.Disposition = newID(), d.ID
	return s.Store.SaveResponse(ctx, round, r)
}

func refusal(round int, blockers []Blocker) error {
	var list []string
	for _, b := range blockers {
		list = append(list, b.String())
	}
	return fault.New(fault.Conflict, fmt.Sprintf("Round %d cannot be adopted, because of %d things: %s.", round, len(blockers), strings.Join(list, "; ")),
		"Answer, confirm or place each; deferred with a reason is the honest way out.")
}

// Compilation makes the compilation of a round. Everybody may read it: what is held, withdrawn or
// removed is not in it.
func (s *Service) Compilation(ctx context.Context, round int, language lang.Tag) (*Compilation, error) {
	rec, v, err := s.load(ctx, round)
	if err != nil {
		return nil, err
	}
	return Compile(v, rec, language), nil
}
