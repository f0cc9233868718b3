package consultation

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

// Strangers are those who comment in an open round without an account. Nothing they write shows before
// a moderator saw it; before that, they confirm an e-mail address.

// Waiting is what a stranger wrote, until they confirm their address. It is kept for seven days.
type Waiting struct {
	Contribution
	Name  string `json:"name,omitempty"`
	Email string `json:"email"`
	For   string `json:"for,omitempty"` // the organisation they name; nobody has verified it
}

const (
	// HeldUnverified says that nobody knows who the author is.
	HeldUnverified = "unverified"
	formLeast      = 5 * time.Second
	formMost       = 24 * time.Hour
)

// The paces of strangers from one network: 5 in an hour and 30 in a day (TRUST.md section 5).
var (
	paceHour = accounts.Pace{Burst: 5, Every: 12 * time.Minute}
	paceDay  = accounts.Pace{Burst: 30, Every: 48 * time.Minute}
)

// idForm is that of the ids that forms carry.
var idForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func sign(key []byte, text string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text)) // never fails
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// NewForm makes what the form of a stranger carries: its time and an id, signed. It can be sent once.
func (s *Service) NewForm(ctx context.Context) (string, error) {
	if s.Now == nil {
		return "", errNoStrangers
	}
	key, err := s.Store.FormKey(ctx)
	if err != nil {
		return "", err
	}
	head := newID() + "." + strconv.FormatInt(s.Now().Unix(), 10)
	return head + "." + sign(key, "form "+head), nil
}

// NewContribution gives the id that a form carries, so that sending it twice makes one.
func NewContribution() string { return newID() }

var errNoStrangers = fault.New(fault.Forbidden, "This round takes comments of invited organisations only.", "Ask the secretariat for an invitation.").WithKey("error.invited_only", nil)

// readForm gives the id of a form that is neither forged, nor too fast, nor too old.
func readForm(key []byte, token string, now time.Time) (id string, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || !hmac.Equal([]byte(parts[2]), []byte(sign(key, "form "+parts[0]+"."+parts[1]))) {
		return "", refuse("form_again", "This form cannot be read.", "Open the page again.", nil)
	}
	seconds, _ := strconv.ParseInt(parts[1], 10, 64) // we signed it
	switch age := now.Sub(time.Unix(seconds, 0)); {
	case age < formLeast:
		return "", refuse("form_fast", "This form was sent within five seconds.", "Read your comment once more, then send it.", nil)
	case age > formMost:
		return "", refuse("form_old", "This form is older than a day.", "Open the page again; your words are still here.", nil)
	}
	return parts[0], nil
}

// TakesStrangers tells whether everybody may comment in a round now.
func (s *Service) TakesStrangers(r *Round) bool {
	return s.Now != nil && r.Kind == OpenRound && r.State == Open
}

// Offer keeps what a stranger wrote until they confirm their address. network is the shared part of
// their address: it is counted by, hashed, and forgotten within days. trap is a field nobody sees.
func (s *Service) Offer(ctx context.Context, token, trap, network string, w Waiting) error {
	rec, v, err := s.load(ctx, w.Round)
	if err != nil {
		return err
	}
	if !s.TakesStrangers(&rec.Round) {
		if err := s.mayCome(ctx, &rec.Round); err != nil {
			return err
		}
		return errNoStrangers
	}
	key, err := s.Store.FormKey(ctx)
	if err != nil {
		return err
	}
	if w.ID, err = readForm(key, token, s.Now()); err != nil {
		return err
	}
	if trap != "" {
		return refuse("form_again", "This form cannot be read.", "Open the page again.", nil)
	}
	w.tidy()
	w.Organisations, w.Person = []string{}, ""
	if w.Email, err = accounts.FoldEmail(w.Email); err != nil {
		return err
	}
	w.Name, w.For = strings.TrimSpace(w.Name), strings.TrimSpace(w.For)
	if len(w.Name)+len(w.For) > 400 {
		return refuse("comment_long", "The comment is too long.", "Shorten it.", nil)
	}
	if _, err := s.weigh(rec, v, &w.Contribution); err != nil {
		return err
	}
	if _, err := Sift(s.Hosts, w.Name, w.For); err != nil {
		return err
	}
	for name, pace := range map[string]accounts.Pace{"comment hour ": paceHour, "comment day ": paceDay} {
		wait, err := s.Store.Take(ctx, accounts.HashSecret(name+network), pace)
		if err != nil {
			return err
		}
		if wait > 0 {
			minutes := int(wait/time.Minute) + 1
			return fault.Newf(fault.TooMany, "Too many comments from your network; the next one is taken in about %d minutes.", minutes).
				WithFix("Wait, then send it again.").WithKey("error.comment_pace", map[string]any{"Minutes": minutes})
		}
	}
	var letters []accounts.Letter
	if s.Letters != nil {
		if letters, err = s.Letters(w.Email, w.Language, confirmation(key, w.ID)); err != nil {
			return err
		}
	}
	return s.Store.KeepWaiting(ctx, w, letters...)
}

func confirmation(key []byte, id string) string { return id + "." + sign(key, "confirm "+id) }

// Confirm takes the link that a stranger was sent: what they wrote goes to the moderators. Again is no error.
func (s *Service) Confirm(ctx context.Context, token string) (round int, err error) {
	key, err := s.Store.FormKey(ctx)
	if err != nil {
		return 0, err
	}
	id, _, _ := strings.Cut(token, ".")
	if !hmac.Equal([]byte(token), []byte(confirmation(key, id))) {
		return 0, errConfirm
	}
	all, err := s.Store.Waiting(ctx)
	if err != nil {
		return 0, err
	}
	at := slices.IndexFunc(all, func(w Waiting) bool { return w.ID == id })
	if at < 0 {
		return 0, errConfirm
	}
	w := all[at]
	rec, v, err := s.load(ctx, w.Round)
	if err != nil {
		return 0, err
	}
	if !s.TakesStrangers(&rec.Round) {
		return 0, s.mayCome(ctx, &rec.Round)
	}
	ready, err := s.weigh(rec, v, &w.Contribution)
	if err != nil {
		return 0, err
	}
	sub := Submission{ID: newID(), Round: w.Round, Channel: ByWeb, Language: w.Language, Sender: w.Email, Report: []ReportRow{}}
	c := ready.Comment
	c.Submission, c.Held, c.Source.Author = sub.ID, cmp.Or(ready.Held, s.flood(rec), HeldUnverified), strings.Join(slices.DeleteFunc([]string{w.Name, w.For}, func(s string) bool { return s == "" }), ", ")
	var amendments []Amendment
	if a := ready.Asks; a != nil {
		a.Submission, a.Held = sub.ID, c.Held
		amendments = []Amendment{*a}
	}
	visitor := accounts.With(ctx, accounts.Actor{Person: "visitor", Request: accounts.From(ctx).Request})
	return w.Round, s.Store.SaveSent(visitor, sub, []Comment{c}, amendments)
}

var errConfirm = fault.New(fault.NotFound, "This link does not work any more.", "It works once, for seven days. Write the comment again.").WithKey("error.confirm_link", nil)

// Unconfirmed is what waits for its author, with the link that confirms it: for moderators, to pass
// it on where there is no mail.
type Unconfirmed struct {
	Waiting
	Link string
}

// Unconfirmed lists it. With mail, nobody needs it: there is none.
func (s *Service) Unconfirmed(ctx context.Context) ([]Unconfirmed, error) {
	if err := accounts.Require(ctx, accounts.Moderate, accounts.Scope{}); err != nil {
		return nil, err
	}
	if s.Letters != nil {
		return nil, nil
	}
	key, err := s.Store.FormKey(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.Store.Waiting(ctx)
	var out []Unconfirmed
	for _, w := range all {
		out = append(out, Unconfirmed{w, confirmation(key, w.ID)})
	}
	return out, err
}
