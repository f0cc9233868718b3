package sample

import (
	"context"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// roundNumber is the number of the open round.
const roundNumber = 1

// draft makes the second version that the round asks about: other words, a stricter goal, and a value
// for a target that was left open.
func (m *maker) draft(ctx context.Context) (*framework.Version, error) {
	v, err := m.Framework.Version(ctx, publication.DefaultFramework, 0)
	if err != nil {
		return nil, err
	}
	goal := v.Valid.Start.AddDays(20 * 365).Year()
	end := reference.Day(goal, 12, 31)
	revise := func(code, value, reason string) (framework.Edit, error) {
		for i := range v.Targets {
			t := &v.Targets[i]
			if t.Code != code {
				continue
			}
			var before *framework.TargetRevision
			after := framework.TargetRevision{Operator: framework.AtLeast}
			if n := len(t.Revisions); n > 0 {
				before = &t.Revisions[n-1]
			}
			number := decimal.RequireFromString(value)
			after.Value, after.GoalDate, after.SetBy, after.SetOn, after.Reason = &number, end, "Invented Secretariat", m.Clock.day(70), reason
			return framework.Revise(code, before, after), nil
		}
		return framework.Edit{}, fmt.Errorf("the framework has no target %s", code)
	}
	stricter, err := revise("T1", "0.95", "An invented proposal: a later and higher goal.")
	if err != nil {
		return nil, err
	}
	set, err := revise("T3.1", "0.5", "An invented proposal for the value left open.")
	if err != nil {
		return nil, err
	}
	against := framework.Words(element(v, "T1"), "addressing child", "against child")
	against.Editorial = true
	next, _, err := framework.Apply(v, []framework.Edit{
		against,
		framework.Words(element(v, "T1.1"), "child online sexual exploitation", "sexual exploitation of children online"),
		stricter, set,
	})
	if err != nil {
		return nil, err
	}
	next.State = framework.Consultation
	return next, nil
}

// element gives the id of an element by its code.
func element(v *framework.Version, code string) string {
	for i := range v.Elements {
		if v.Elements[i].Code == code {
			return v.Elements[i].ID
		}
	}
	return code
}

// said is an invented comment.
type said struct {
	organisation, element string
	words                 string // of the element it stands on; empty: all of it
	text                  string
	answer                consultation.Code // empty: not answered yet
	reason                string
	kind                  consultation.CommentType
}

var comments = []said{
	{helplines, "T3.3", "helpline", "Please say whether a helpline by chat counts. In our invented network two of three children write.", consultation.AcceptedInPrinciple, "The definition will name chat and text messages.", consultation.TypeTechnical},
	{helplines, "T2", "effectively and efficiently", "What is effective? Name a number of days.", consultation.Deferred, "The indicator group meets in spring and will propose a number.", consultation.TypeTechnical},
	{foundation, "T1", "against child sexual abuse material", "We welcome the better word.", consultation.Noted, "Thank you for your support of the change.", consultation.TypeEditorial},
	{foundation, "T1", "90%", "Ninety-five percent is out of reach for young administrations. Keep ninety.", consultation.NotAccepted, "The figures of the last release show that ninety is within sight.", consultation.TypeTechnical},
	{telecom, "T2.1", "", "Blocking is one measure of several. Please add removal at the source.", consultation.PartiallyAccepted, "Removal is measured under target 2 already; a footnote will say so.", consultation.TypeTechnical},
	{telecom, "T2.1", "ISPs", "Not only providers of access: name hosting as well.", "", "", consultation.TypeTechnical},
	{platforms, "T2", "reporting", "Reports from automatic detection should be told apart from reports by people.", "", "", consultation.TypeTechnical},
	{platforms, "", "", "The draft is clear and much shorter than we feared.", consultation.Noted, "Thank you; the next draft keeps to this length.", consultation.TypeGeneral},
	{council, "T4.1", "curricula", "Small islands share curricula. Count the States that use one, not the books.", "", "", consultation.TypeTechnical},
	{council, "T1", "", "For small States a regional law should count.", "", "", consultation.TypeTechnical},
	{youth, "IM-V", "empowered", "We asked forty young people. They want to be asked before rules are made, not after.", "", "", consultation.TypeGeneral},
	{youth, "T4.2", "people targeted", "Ask the young people themselves what they learned. More at https://panel.waymark.example/results", "", "", consultation.TypeTechnical},
}

// round opens a consultation on the draft, lets organisations comment and answers some of it.
func (m *maker) round(ctx context.Context) error {
	m.Clock.set(62)
	v, err := m.draft(ctx)
	if err != nil {
		return err
	}
	steward := m.as(ctx, "steward")
	if err := m.Framework.SaveVersion(steward, v); err != nil {
		return err
	}
	err = m.Consultation.SaveRound(steward, consultation.Round{
		Number: roundNumber, Version: v.ID(), Title: "Second draft of the framework (invented)", Kind: consultation.OpenRound,
		Period: reference.Period{Start: m.Clock.day(60), End: m.Clock.day(-30)}, Zone: "Europe/Zurich", Languages: lang.Tags(),
		Policy: consultation.NamedOrganisations, State: consultation.Open,
	})
	if err != nil {
		return err
	}
	m.Clock.set(58)
	for _, o := range []string{foundation, telecom, platforms, council, youth} {
		if err := m.guest(ctx, o); err != nil {
			return fmt.Errorf("%s: %w", o, err)
		}
	}
	m.who[helplines] = m.who["contributor"]
	ids := make([]string, len(comments))
	for i, c := range comments {
		if ids[i], err = m.say(ctx, v, c); err != nil {
			return fmt.Errorf("comment %d: %w", i+1, err)
		}
	}
	if err := m.reply(ctx, ids[3]); err != nil {
		return err
	}
	changes, err := m.amend(ctx, v, ids)
	if err != nil {
		return err
	}
	return m.dispose(ctx, ids, changes)
}

// guest invites somebody of an organisation to the round, without an account of their own.
func (m *maker) guest(ctx context.Context, organisation string) error {
	until := accounts.Day(m.Clock.day(-30).String())
	name := "Invented guest of " + strings.TrimPrefix(organisation, "sample-")
	_, secret, err := m.People.InviteToRound(m.as(ctx, "steward"), accounts.Person{
		Name: name, Email: strings.TrimPrefix(organisation, "sample-") + "@" + Host, Organisation: organisation, Language: "en",
	}, fmt.Sprint(roundNumber), until)
	if err != nil {
		return err
	}
	entry, err := m.People.OpenRound(ctx, secret)
	if err != nil {
		return err
	}
	m.who[organisation], err = m.People.Present(ctx, entry.Secret)
	return err
}

func (m *maker) say(ctx context.Context, v *framework.Version, c said) (string, error) {
	in := consultation.Said{Round: roundNumber, Organisation: c.organisation, Text: []string{c.text}, Type: c.kind, Language: "en", Element: c.element}
	if c.words != "" {
		var err error
		if in.Start, in.End, err = find(v, c.element, c.words); err != nil {
			return "", err
		}
	}
	return m.Consultation.Say(m.as(ctx, c.organisation), in)
}

// find gives where words stand in an element, in code points.
func find(v *framework.Version, code, words string) (start, end int, err error) {
	for i := range v.Elements {
		if e := &v.Elements[i]; e.Code == code {
			if before, _, ok := strings.Cut(e.Text, words); ok {
				start = len([]rune(before))
				return start, start + len([]rune(words)), nil
			}
		}
	}
	return 0, 0, fmt.Errorf("%s does not say %q", code, words)
}

func (m *maker) reply(ctx context.Context, to string) error {
	_, err := m.Consultation.Say(m.as(ctx, council), consultation.Said{
		Round: roundNumber, Organisation: council, Text: []string{"We agree: for our nine invented States ninety is high already."}, Language: "en", ReplyTo: to,
	})
	return err
}

// amend proposes changes of the words: one by a partner, one by the secretariat as an answer, one alone.
func (m *maker) amend(ctx context.Context, v *framework.Version, ids []string) (map[int]string, error) {
	out := map[int]string{}
	words := func(code, before, after string) (*framework.Edit, error) {
		at, _, err := find(v, code, before)
		if err != nil {
			return nil, err
		}
		e := framework.WordsAt(element(v, code), at, before, after)
		return &e, nil
	}
	for _, a := range []struct {
		who, organisation, code, before, after, why string
		to                                          int // number of the comment it belongs to; -1: it stands alone
	}{
		{telecom, telecom, "T2.1", "blocking access to", "removing and blocking access to", "Removal at the source comes first.", 4},
		{"steward", "", "T3.3", "a helpline", "a helpline, by voice or by writing,", "Follows the comment of the helplines.", 0},
		{foundation, foundation, "T5.5", "The number of best practices", "The number of reviewed best practices", "A number alone says little.", -1},
	} {
		edit, err := words(a.code, a.before, a.after)
		if err != nil {
			return nil, err
		}
		change := consultation.Amendment{Round: roundNumber, Kind: consultation.Substitution, Element: a.code, Old: a.before, New: a.after, Edit: edit, Justification: a.why}
		if a.to >= 0 {
			change.Comment = ids[a.to]
		}
		id, err := m.Consultation.Amend(m.as(ctx, a.who), change, a.organisation)
		if err != nil {
			return nil, fmt.Errorf("amendment of %s: %w", a.code, err)
		}
		out[a.to] = id
	}
	return out, nil
}

// dispose answers the comments that have an answer, and confirms who speaks in them.
func (m *maker) dispose(ctx context.Context, ids []string, changes map[int]string) error {
	m.Clock.set(50)
	for i, c := range comments {
		if c.answer == "" {
			continue
		}
		d := consultation.Disposition{Code: c.answer, Reason: c.reason}
		if c.answer == consultation.Deferred {
			d.To = "the indicator group"
		}
		if change, ok := changes[i]; ok {
			d.Changes = []string{change}
		}
		if err := m.Consultation.Dispose(m.as(ctx, "steward"), roundNumber, []string{ids[i]}, d); err != nil {
			return fmt.Errorf("answer to comment %d: %w", i+1, err)
		}
		if err := m.Consultation.Attribute(m.as(ctx, "steward"), roundNumber, ids[i], 0, []string{c.organisation}); err != nil {
			return fmt.Errorf("speaker of comment %d: %w", i+1, err)
		}
	}
	return m.Consultation.Respond(m.as(ctx, foundation), roundNumber, consultation.Response{
		Comment: ids[3], Organisation: foundation, Satisfied: false, Text: "We keep to ninety and ask for our reasons to be printed.",
	})
}
