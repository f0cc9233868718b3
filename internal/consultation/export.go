package consultation

import (
	"waymark/internal/format/docx"
	"waymark/internal/framework"
	"waymark/internal/lang"
)

// maker is who our files say made them: a service, no person.
const maker = "Waymark"

// draft lays a version out as the clean draft that partners comment on. It carries its version and a
// hidden mark for each element, so that a copy that comes back is recognised; Word records changes.
func draft(v *framework.Version) *paper {
	p := &paper{settings: docx.Settings{Title: v.Title, Creator: maker, Lang: v.Language, RTL: direction(v.Language) == docx.RightToLeft, Track: v.State != framework.Adopted && v.State != framework.Superseded,
		Properties: []docx.Property{{Name: VersionProperty, Value: v.ID()}}}}
	p.lay(v, nil, 1)
	return p
}

// ExportWord writes a version as a Word document to comment on.
func ExportWord(v *framework.Version) ([]byte, error) { return draft(v).word() }

// ExportHTML writes a version as one page that needs nothing else.
func ExportHTML(v *framework.Version) []byte {
	t, ok := lang.Parse(v.Language)
	if !ok {
		t = lang.English
	}
	return draft(v).html(t)
}
