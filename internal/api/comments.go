package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
)

const commentsPath = "/api/v1/consultations/{n}/comments"

type commentsInput struct {
	Number int    `path:"n" minimum:"1" doc:"Number of the round."`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Cursor string `query:"cursor" doc:"From next of the page before."`
}

// comment is one comment with its answer, as everybody may read it.
type comment struct {
	ID       string         `json:"id"`
	Number   int            `json:"number" doc:"Within the round, as people cite it."`
	Code     string         `json:"code,omitempty"`
	ReplyTo  string         `json:"replyTo,omitempty" doc:"Id of the comment it answers."`
	Kind     string         `json:"kind" doc:"general or specific."`
	Type     string         `json:"type,omitempty" doc:"general, technical or editorial."`
	Language string         `json:"language,omitempty"`
	Text     []string       `json:"text" doc:"Paragraphs; empty where hidden says why."`
	Hidden   string         `json:"hidden,omitempty" doc:"withdrawn, or the ground on which it was removed."`
	Voices   []commentVoice `json:"voices"`
	Places   []commentPlace `json:"places"`
	Answer   *commentAnswer `json:"answer,omitempty" doc:"What was decided; not there: nothing yet."`
}

type commentVoice struct {
	Organisation string `json:"organisation,omitempty" doc:"Code; empty: none that is registered."`
	Label        string `json:"label"`
	Confirmed    bool   `json:"confirmed" doc:"A person confirmed that it spoke."`
}

type commentPlace struct {
	Element string `json:"element"`
	Words   string `json:"words,omitempty"`
	State   string `json:"state,omitempty"`
}

type commentAnswer struct {
	Code     string `json:"code"`
	Reason   string `json:"reason,omitempty"`
	To       string `json:"to,omitempty"`
	Proposed bool   `json:"proposed" doc:"It was read from the document and decided by nobody here."`
	Evidence string `json:"evidence,omitempty"`
}

type sayInput struct {
	Key
	Number  int `path:"n" minimum:"1" doc:"Number of the round."`
	RawBody []byte
	Body    struct {
		Text         []string `json:"text" minItems:"1" maxItems:"200" doc:"Paragraphs, as they are to be kept."`
		Organisation string   `json:"organisation,omitempty" maxLength:"100" doc:"Code of who speaks; default your own."`
		Type         string   `json:"type,omitempty" enum:"general,technical,editorial"`
		Language     string   `json:"language,omitempty" enum:"ar,en,es,fr,ru,zh"`
		ReplyTo      string   `json:"replyTo,omitempty" maxLength:"100" doc:"Id of the comment it answers."`
		Element      string   `json:"element,omitempty" maxLength:"100" doc:"Code of what it stands on; without it the comment is general."`
		Start        int      `json:"start,omitempty" minimum:"0" doc:"With end: the words of the element it stands on, counted in characters."`
		End          int      `json:"end,omitempty" minimum:"0"`
		Field        string   `json:"field,omitempty" maxLength:"100" doc:"A structured field instead of words."`
	}
}

// said is what became of a comment that was sent.
type said struct {
	ID         string `json:"id"`
	Round      int    `json:"round"`
	Number     int    `json:"number" doc:"As people cite it. It is listed once nobody has to look at it first."`
	Submission string `json:"submission"`
}

type sayOutput struct{ Body said }

func (s *service) registerComments(api huma.API) {
	huma.Register(api, huma.Operation{OperationID: "comments", Method: http.MethodGet, Path: commentsPath, Tags: []string{"Consultations"},
		Summary: "The comments of a round and how each was answered"}, s.comments)
	huma.Register(api, huma.Operation{OperationID: "comment", Method: http.MethodPost, Path: commentsPath, Tags: []string{"Consultations"}, MaxBodyBytes: 256 << 10, BodyReadTimeout: 20 * time.Second, Security: byToken,
		Summary: "Comment in a round that is open, for an organisation"}, s.say)
}

func (s *service) record(ctx context.Context, round int) (*consultation.Record, error) {
	if s.config.Consultations == nil {
		return nil, noRound(round)
	}
	rec, err := s.config.Consultations.Record(ctx, round)
	if fault.Is(err, fault.NotFound) || err == nil && rec.Round.State == consultation.Draft {
		return nil, noRound(round)
	}
	return rec, err
}

func noRound(number int) error {
	return fault.Newf(fault.NotFound, "There is no consultation %d.", number).WithFix("The page of consultations lists them.")
}

func (s *service) comments(ctx context.Context, in *commentsInput) (*page[comment], error) {
	rec, err := s.record(ctx, in.Number)
	if err != nil {
		return nil, s.refuse(ctx, err)
	}
	after := 0
	if in.Cursor != "" {
		if after, err = strconv.Atoi(in.Cursor); err != nil || after < 0 {
			return nil, s.refuse(ctx, fault.New(fault.Refused, "The cursor cannot be read.", "Use the value of next unchanged, or leave it out to begin again."))
		}
	}
	var out []comment
	var next *string
	for _, c := range listed(rec) { // in the order of the numbers, which never change
		if c.Number <= after {
			continue
		}
		if len(out) == in.Limit {
			text := strconv.Itoa(out[len(out)-1].Number)
			next = &text
			break
		}
		out = append(out, c)
	}
	p := onePage(out)
	p.Body.Next = next
	return p, nil
}

// listed is what everybody may read of a round: held comments are not there, the words of withdrawn and
// removed ones neither.
func listed(rec *consultation.Record) []comment {
	standing, read := consultation.Standing(rec.Dispositions), map[string]consultation.Disposition{}
	for _, d := range rec.Dispositions {
		if d.Proposed {
			read[d.Comment] = d
		}
	}
	held, names := map[string]bool{}, map[string]int{}
	for i := range rec.Comments {
		c := &rec.Comments[i]
		held[c.ID] = c.Held != ""
		for _, v := range c.Voices {
			if _, known := names[v.Organisation]; !known {
				names[v.Organisation] = len(names) + 1
			}
		}
	}
	var out []comment
	for i := range rec.Comments {
		c := &rec.Comments[i]
		if held[c.ID] || held[c.ReplyTo] {
			continue
		}
		x := comment{ID: c.ID, Number: c.Number, Code: c.Code, ReplyTo: c.ReplyTo, Kind: string(c.Kind), Type: string(c.Type), Language: c.Language, Text: orEmpty(c.Body), Voices: []commentVoice{}, Places: []commentPlace{}}
		pseudonymous := rec.Round.Policy == consultation.Pseudonymous
		if pseudonymous {
			x.Text = orEmpty(c.Text) // the prefix names who speaks
		}
		for _, v := range c.Voices {
			say := commentVoice{Organisation: v.Organisation, Label: v.Label, Confirmed: v.ConfirmedBy != ""}
			if pseudonymous {
				say = commentVoice{Label: fmt.Sprintf("Participant %d", names[v.Organisation]), Confirmed: say.Confirmed}
			}
			x.Voices = append(x.Voices, say)
		}
		for j := range c.Targets {
			t := &c.Targets[j]
			x.Places = append(x.Places, commentPlace{Element: t.Code, Words: t.Words(), State: string(t.State)})
		}
		switch {
		case c.Removed != "":
			x.Hidden, x.Voices = "removed: "+string(c.Removed), []commentVoice{}
		case c.Withdrawn:
			x.Hidden = "withdrawn"
		}
		if x.Hidden != "" {
			x.Text, x.Places = []string{}, []commentPlace{}
		}
		d, ok := standing[c.ID]
		if !ok {
			d, ok = read[c.ID]
		}
		if ok {
			x.Answer = &commentAnswer{Code: string(d.Code), Reason: d.Reason, To: d.To, Proposed: d.Proposed, Evidence: d.Evidence}
		}
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b comment) int { return a.Number - b.Number })
	return out
}

func (s *service) say(ctx context.Context, in *sayInput) (*sayOutput, error) {
	if _, err := s.record(ctx, in.Number); err != nil {
		return nil, s.refuse(ctx, err)
	}
	b := &in.Body
	if b.Organisation == "" {
		b.Organisation = accounts.From(ctx).Organisation
	}
	id := ""
	act := func(ctx context.Context, o accounts.Once) (said, bool, error) {
		_, err := s.config.Consultations.Say(ctx, consultation.Said{
			ID: commentID(o), Round: in.Number, Organisation: b.Organisation, Text: b.Text, Type: consultation.CommentType(b.Type), Language: b.Language,
			ReplyTo: b.ReplyTo, Element: strings.TrimSpace(b.Element), Start: b.Start, End: b.End, Field: b.Field,
		})
		return said{}, err == nil, err
	}
	out, err := once(ctx, s, in.Key, [][]byte{[]byte(commentsPath), []byte(strconv.Itoa(in.Number)), in.RawBody}, act, func(ctx context.Context, kept accounts.Kept) (said, error) {
		id = commentID(kept.Once)
		rec, err := s.config.Consultations.Record(ctx, in.Number)
		if err != nil {
			return said{}, err
		}
		c, ok := rec.Comment(id)
		if !ok {
			return said{}, fmt.Errorf("comment %s of round %d is gone", id, in.Number)
		}
		return said{ID: c.ID, Round: in.Number, Number: c.Number, Submission: c.Submission}, nil
	})
	return &sayOutput{out}, s.refuse(ctx, err)
}

// commentID is the id of the comment that a request makes: a UUID of version 8 (RFC 9562) of the request,
// so that the answer to a repeated one finds it.
func commentID(o accounts.Once) string {
	sum := sha256.Sum256([]byte("comment " + o.ID))
	b := sum[:16]
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}
