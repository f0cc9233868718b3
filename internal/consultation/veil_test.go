package consultation_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"waymark/internal/consultation"
)

func TestTheCompiledDocumentOfAPseudonymousRoundNamesNobody(t *testing.T) {
	for _, policy := range []consultation.Policy{consultation.Pseudonymous, consultation.NamedOrganisations} {
		r := record(t)
		r.Round.Policy = policy
		before := r.Comments[0].Voices[0]
		c := consultation.Compile(shipped(t), r, "en")
		book, err := c.Workbook()
		if err != nil {
			t.Fatal(err)
		}
		for form, text := range map[string]string{"html": string(c.HTML()), "docx": unzipped(t, word1(t, c)), "xlsx": unzipped(t, book)} {
			for _, name := range []string{"Disney", "disney", "SRSG VAC", "srsg-vac", "Oxford", "oxford"} {
				i := strings.Index(text, name)
				if (policy == consultation.Pseudonymous) == (i >= 0) && !(i < 0 && name != "Disney") {
					t.Errorf("%s, %s: %s stands there: %v, in %q", policy, form, name, i >= 0, text[max(0, i-80):max(0, min(len(text), i+40))])
				}
			}
		}
		if r.Comments[0].Voices[0] != before {
			t.Error("the round itself was changed")
		}
	}
}

// unzipped is all parts of a package behind each other.
func unzipped(t *testing.T, data []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}
