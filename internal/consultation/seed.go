package consultation

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"waymark/internal/framework"
)

//go:embed seed/*.json
var seed embed.FS

// ShippedRound is a round that comes with the program: read from a document, held elsewhere.
type ShippedRound struct {
	Round         Round
	Organisations []Organisation
	Submission    Submission
	Comments      []Comment
	Amendments    []Amendment
	Dispositions  []Disposition // all of them proposed
}

// seedFile is a shipped round as it is written.
type seedFile struct {
	Round         Round          `json:"round"`
	Organisations []Organisation `json:"organisations"`
	Comments      []struct {
		Code       string        `json:"code"`
		Kind       CommentKind   `json:"kind"`
		Line       int           `json:"line"`
		Voices     []Attribution `json:"voices"`
		Body       []string      `json:"body"`
		Text       []string      `json:"text"`
		EditorFrom int           `json:"editorFrom"`
		Element    string        `json:"element"`
		Further    []string      `json:"further"` // other elements of the same paragraph
		Quote      string        `json:"quote"`   // printed words that name the element and do not state it
	} `json:"comments"`
	Changes []struct {
		Code    string        `json:"code"`
		Comment string        `json:"comment"`
		Element string        `json:"element"`
		Old     string        `json:"old"`
		New     string        `json:"new"`
		Voices  []Attribution `json:"voices"`
	} `json:"changes"`
	Dispositions []struct {
		Comments []string `json:"comments"`
		Code     Code     `json:"code"`
		Evidence string   `json:"evidence"`
		Elements []string `json:"elements"`
	} `json:"dispositions"`
	Touched []struct {
		Comment string `json:"comment"`
		Element string `json:"element"`
		Note    string `json:"note"`
	} `json:"touched"`
	NotJudged []string `json:"notJudged"`
}

// documentAuthor is what the founding document prints as the author of its comments.
const documentAuthor = "Author"

// Shipped gives the rounds that come with the program, on the version they were held on.
func Shipped(v *framework.Version) ([]ShippedRound, error) {
	files, err := seed.ReadDir("seed")
	if err != nil {
		return nil, err
	}
	var out []ShippedRound
	for _, f := range files {
		data, err := seed.ReadFile("seed/" + f.Name())
		if err != nil {
			return nil, err
		}
		var s seedFile
		d := json.NewDecoder(bytes.NewReader(data))
		d.DisallowUnknownFields()
		if err := d.Decode(&s); err != nil {
			return nil, fmt.Errorf("shipped round %s: %w", f.Name(), err)
		}
		if s.Round.Version != v.ID() {
			continue
		}
		r, err := s.round(v)
		if err != nil {
			return nil, fmt.Errorf("shipped round %s: %w", f.Name(), err)
		}
		out = append(out, *r)
	}
	return out, nil
}

// round makes the values. Ids come from the codes, so that they are the same in every database.
func (s *seedFile) round(v *framework.Version) (*ShippedRound, error) {
	id := func(code string) string {
		return fmt.Sprintf("%s-r%d-%s", v.Framework, s.Round.Number, strings.ToLower(code))
	}
	r := &ShippedRound{Round: s.Round, Organisations: s.Organisations}
	r.Submission = Submission{ID: id("document"), Round: s.Round.Number, Channel: ByWord, Language: v.Language, Report: []ReportRow{}}
	for i, c := range s.Comments {
		out := Comment{ID: id(c.Code), Number: i + 1, Round: s.Round.Number, Submission: r.Submission.ID, Kind: c.Kind, Body: c.Body, Text: c.Text,
			Language: v.Language, EditorFrom: c.EditorFrom, Found: FoundUnknown, Voices: c.Voices, Code: c.Code}
		if c.Kind == Specific {
			out.Source.Author = documentAuthor
		}
		if slices.Contains(s.NotJudged, c.Code) {
			out.Remark = "Whether the text answers it was not judged."
		}
		for _, t := range s.Touched {
			if t.Comment == c.Code {
				out.Remark = t.Element + ": " + t.Note + "."
			}
		}
		for _, code := range append([]string{c.Element}, c.Further...) {
			if code == "" {
				continue
			}
			target, err := seedTarget(v, code, c.Quote)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.Code, err)
			}
			out.Targets = append(out.Targets, target)
		}
		r.Comments = append(r.Comments, out)
	}
	for i, c := range s.Changes {
		e, ok := v.Element(c.Element)
		if !ok {
			return nil, fmt.Errorf("%s: no element %q", c.Code, c.Element)
		}
		r.Amendments = append(r.Amendments, Amendment{ID: id(c.Code), Number: i + 1, Round: s.Round.Number, Submission: r.Submission.ID, Comment: id(c.Comment),
			Kind: Substitution, Element: c.Element, Old: c.Old, New: c.New, State: stateOf(e.Text, c.Old, c.New), Voices: c.Voices, Code: c.Code})
	}
	for _, d := range s.Dispositions {
		for _, code := range d.Comments {
			r.Dispositions = append(r.Dispositions, Disposition{ID: id(code + "-read"), Comment: id(code), Code: d.Code, Proposed: true, Evidence: d.Evidence, Elements: d.Elements})
		}
	}
	return r, nil
}

func seedTarget(v *framework.Version, code, quote string) (Target, error) {
	g := Target{Code: code, State: framework.Anchored, Method: "text", Said: quote}
	e, ok := v.Element(code)
	if !ok {
		return g, fmt.Errorf("no element %q", code)
	}
	var err error
	if quote != "" {
		g.Anchor, err = framework.WholeAnchor(v, e.ID, "")
		return g, err
	}
	g.Said = e.Text
	g.Anchor, err = framework.NewAnchor(v, e.ID, 0, len([]rune(e.Text)))
	return g, err
}
