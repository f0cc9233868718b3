package accounts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"waymark/internal/fault"
)

// WithheldState is where something stands that was suspected to be illegal.
type WithheldState string

// The states, and who acts next.
const (
	WithheldNow WithheldState = "withheld" // the safeguarding contact; two organisations decide
	PutBack     WithheldState = "back"     // nobody: it was no such thing
	DeletedGood WithheldState = "deleted"  // nobody: nothing is left of it
)

// Withheld is a text or file from outside that somebody marked as suspected illegal content. It was taken
// out of where it stood at once, so that no page, export or program reads it, nor any backup.
type Withheld struct {
	Object  string        `json:"object"` // comment/…, amendment/… or submission/…
	Round   int           `json:"round"`
	State   WithheldState `json:"state"`
	By      Signature     `json:"by"`
	Decided *Signature    `json:"decided,omitempty"`
	Version int64         `json:"-"`
}

// WithheldKinds are the kinds of objects that hold what came from outside.
func WithheldKinds() []string { return []string{"comment", "amendment", "submission"} }

// Withhold takes an object out of sight at once. Anybody with the right does it alone: quarantine first,
// decide later. The safeguarding contact is told.
func (s *Service) Withhold(ctx context.Context, object string, round int, reason string) error {
	ctx, err := Acting(ctx, Quarantine, Scope{Round: fmt.Sprint(round)})
	if err != nil {
		return err
	}
	kind, id, ok := strings.Cut(object, "/")
	if !ok || id == "" || !slices.Contains(WithheldKinds(), kind) {
		return fault.New(fault.Refused, "Only a comment, an amendment or a file that came in can be withheld.", "Choose one of them.")
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	if err := s.gate("The reason", reason); err != nil {
		return err
	}
	var letters []Letter
	if s.Safeguarding != "" {
		if letters, err = s.LetterTo(QuarantineLetter, s.Safeguarding, "en", object); err != nil {
			return err
		}
	}
	w := Withheld{Object: object, Round: round, State: WithheldNow, By: Signature{Person: From(ctx).Person, Organisation: From(ctx).Organisation, Role: From(ctx).Role, At: s.Now().UnixMicro()}}
	return s.Store.Withhold(ctx, w, Change{Quarantine, "withheld: suspected illegal content", reason}, letters...)
}

// SettleWithheld proposes to put something back, or to delete it for good; a person of a second
// organisation approves.
func (s *Service) SettleWithheld(ctx context.Context, object string, back bool, reason string) (Approval, error) {
	list, err := s.Withheld(ctx)
	if err != nil {
		return Approval{}, err
	}
	i := slices.IndexFunc(list, func(w Withheld) bool { return w.Object == object && w.State == WithheldNow })
	if i < 0 {
		return Approval{}, fault.New(fault.NotFound, "Nothing of this name is withheld.", "Look at the list of what is withheld.")
	}
	outcome, what := DeletedGood, "delete for good what is withheld: "
	if back {
		outcome, what = PutBack, "put back what is withheld: "
	}
	content, err := ContentHash([]string{object, string(outcome)})
	if err != nil {
		return Approval{}, err
	}
	return s.Propose(ctx, Approval{Act: Settle, Object: "quarantine/" + object, Scope: Scope{Round: fmt.Sprint(list[i].Round)}, Summary: what + object, Content: content}, reason)
}

// Outcome tells what an approved proposal about something withheld makes of it; false: its content is
// neither.
func (a *Approval) Outcome() (WithheldState, bool) {
	for _, state := range []WithheldState{PutBack, DeletedGood} {
		content, err := ContentHash([]string{strings.TrimPrefix(a.Object, "quarantine/"), string(state)})
		if err == nil && content == a.Content {
			return state, true
		}
	}
	return "", false
}

// Withheld lists everything that was ever withheld, the newest last. It holds nothing of the content.
func (s *Service) Withheld(ctx context.Context) ([]Withheld, error) {
	if err := Require(ctx, Quarantine, Scope{}); err != nil {
		return nil, err
	}
	return s.Store.WithheldObjects(ctx)
}

// WithheldCounts is how often what was done, for everybody to read.
func (s *Service) WithheldCounts(ctx context.Context) (map[WithheldState]int, error) {
	list, err := s.Store.WithheldObjects(ctx)
	out := map[WithheldState]int{}
	for _, w := range list {
		out[w.State]++
	}
	return out, err
}
