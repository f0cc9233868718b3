package consultation

import (
	"slices"
	"strconv"

	"waymark/internal/lang"
)

// veil gives the record of a pseudonymous round as it may leave the house: a number stands for who
// spoke, the same throughout, and nothing else says who it was. rec itself stays as it is.
func veil(rec *Record, language lang.Tag) *Record {
	words, numbers := lang.For(language), map[string]int{}
	var speakers []Organisation
	alias := func(code string) Organisation {
		if numbers[code] == 0 {
			n := len(numbers) + 1
			numbers[code] = n
			speakers = append(speakers, Organisation{Code: strconv.Itoa(n), Name: words.T("consultation.pseudonym", "Number", words.Int(int64(n)))})
		}
		return speakers[numbers[code]-1]
	}
	voices := func(list []Attribution) []Attribution {
		out := slices.Clone(list)
		for i := range out {
			key := out[i].Organisation
			if key == "" {
				key = out[i].Label // no known organisation: still one speaker
			}
			o := alias(key)
			out[i].Organisation, out[i].Label = o.Code, o.Name
		}
		return out
	}
	out := *rec
	out.Comments = slices.Clone(rec.Comments)
	for i := range out.Comments {
		c := &out.Comments[i]
		c.Voices, c.Body = voices(c.Voices), c.Text // the paragraphs as found may begin with the names
	}
	out.Amendments = slices.Clone(rec.Amendments)
	for i := range out.Amendments {
		out.Amendments[i].Voices = voices(out.Amendments[i].Voices)
	}
	out.Submissions = slices.Clone(rec.Submissions)
	for i := range out.Submissions {
		s := &out.Submissions[i]
		s.File = ""
		if s.Organisation != "" {
			s.Organisation = alias(s.Organisation).Code
		}
	}
	out.Responses = slices.Clone(rec.Responses)
	for i := range out.Responses {
		out.Responses[i].Organisation = alias(out.Responses[i].Organisation).Code
	}
	out.Organisations = speakers
	return &out
}
