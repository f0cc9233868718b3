package jobs

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/lang"
)

// Outbox keeps letters that wait.
type Outbox interface {
	Letters(ctx context.Context) ([]accounts.Letter, error)
	LetterGone(ctx context.Context, id string) error
	LetterLater(ctx context.Context, id string, at time.Time, why string) error
	Person(ctx context.Context, id string) (accounts.Person, error)
	Organisation(ctx context.Context, code string) (accounts.Organisation, error)
}

// Post is the job that sends letters.
type Post struct {
	Outbox Outbox
	Mail   *Mail
	Origin string // where the site is reached: https://cop.example.org
	Now    func() time.Time
}

// The n-th try after one that did not work waits 1, 2, 4, … minutes, at most an hour.
const longestWait = time.Hour

// Job is the post as a job.
func (p *Post) Job() Job { return Job{Name: "post", Every: 5 * time.Second, Do: p.deliver} }

func (p *Post) deliver(ctx context.Context) (string, error) {
	letters, err := p.Outbox.Letters(ctx)
	if err != nil {
		return "", err
	}
	sent := 0
	var last error
	for _, l := range letters {
		err := p.send(ctx, &l)
		switch {
		case err == nil:
			sent++
			err = p.Outbox.LetterGone(ctx, l.ID)
		case ctx.Err() != nil:
			return "", ctx.Err()
		default:
			last = fault.Newf(fault.Unavailable, "A letter waits: %s.", reason(err)).WithFix("Look at the mail server.")
			wait := min(time.Minute<<min(l.Tries, 10), longestWait)
			err = p.Outbox.LetterLater(ctx, l.ID, p.Now().Add(wait), reason(err))
		}
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("letters sent: %d of %d", sent, len(letters)), last
}

// send sends one letter, or gives nil if nobody waits for it any more.
func (p *Post) send(ctx context.Context, l *accounts.Letter) error {
	if p.Now().UnixMicro() >= l.Expires {
		return nil
	}
	to, language, organisation := l.Address, l.Language, ""
	if l.Person != "" {
		person, err := p.Outbox.Person(ctx, l.Person)
		switch {
		case fault.Is(err, fault.NotFound) || err == nil && (person.State == accounts.Erased || person.State == accounts.Disabled):
			return nil
		case err != nil:
			return err
		}
		to, language, organisation = person.Email, person.Language, person.Organisation
		if o, err := p.Outbox.Organisation(ctx, person.Organisation); err == nil {
			organisation = o.Name
		}
	}
	subject, text := p.compose(l, language, organisation)
	return p.Mail.Send(ctx, to, subject, text, p.Now())
}

// compose writes a letter in the language of whoever gets it.
func (p *Post) compose(l *accounts.Letter, language, organisation string) (subject, text string) {
	tag, ok := lang.Parse(language)
	if !ok {
		tag = lang.English
	}
	w := lang.For(tag)
	address := p.Origin + "/" + string(tag)
	switch l.Kind {
	case accounts.WaitingLetter:
		address += "/work/approvals"
	case accounts.QuarantineLetter:
		address += "/work/quarantine"
	default:
		address += "/work/link/" + string(l.Kind) + "?token=" + l.Secret
	}
	key := "letter." + string(l.Kind)
	args := []any{"Organisation", oneLine(organisation), "About", oneLine(l.About)}
	lines := []string{w.T(key+"_body", args...), "", address, ""}
	if l.Secret != "" {
		lines = append(lines, w.T("letter.until", "Time", time.UnixMicro(l.Expires).UTC().Format("2006-01-02 15:04")))
	}
	lines = append(lines, w.T("letter.not_you"), "", "Waymark", p.Origin)
	return w.T(key + "_subject"), strings.Join(lines, "\n") + "\n"
}

func asNet(err error, op **net.OpError) bool { return errors.As(err, op) }
