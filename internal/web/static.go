package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"waymark/internal/fault"
)

//go:embed static
var staticFiles embed.FS

// assets are the files pages refer to. Their address holds a hash of their bytes, so that browsers
// may keep them for ever and a new version never meets an old page.
type assets struct {
	address map[string]string  // "app.css" -> "/static/app.0123456789.css"
	answers map[string]*answer // "app.0123456789.css" -> its bytes
}

var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

func loadAssets() (*assets, error) {
	out := &assets{address: map[string]string{}, answers: map[string]*answer{}}
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		return nil, fmt.Errorf("static files: %w", err)
	}
	for _, e := range entries {
		body, err := fs.ReadFile(staticFiles, "static/"+e.Name())
		if err != nil {
			return nil, fmt.Errorf("static file %q: %w", e.Name(), err)
		}
		ending := path.Ext(e.Name())
		contentType, known := contentTypes[ending]
		if !known {
			return nil, fmt.Errorf("static file %q: no content type is known for %q", e.Name(), ending)
		}
		if ending == ".css" {
			body = squeeze(body)
		}
		sum := sha256.Sum256(body)
		name := strings.TrimSuffix(e.Name(), ending) + "." + hex.EncodeToString(sum[:5]) + ending
		out.address[e.Name()] = "/static/" + name
		out.answers[name] = (&answer{contentType: contentType, body: body, control: immutable}).seal("")
	}
	return out, nil
}

// squeeze leaves comments, indentation and spaces that say nothing out of a style sheet; a reader of the
// source keeps them. No text of ours in a sheet has such a space.
func squeeze(css []byte) []byte {
	text := string(css)
	for {
		start := strings.Index(text, "/*")
		if start < 0 {
			break
		}
		end := strings.Index(text[start:], "*/")
		if end < 0 {
			break
		}
		text = text[:start] + text[start+end+2:]
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	text = b.String()
	for _, gone := range [][2]string{{" {", "{"}, {"{ ", "{"}, {": ", ":"}, {"; ", ";"}, {", ", ","}, {" }", "}"}, {";}", "}"}, {"\n", ""}} {
		text = strings.ReplaceAll(text, gone[0], gone[1])
	}
	return []byte(text)
}

func (s *Server) static(w http.ResponseWriter, r *http.Request) error {
	a, ok := s.assets.answers[r.PathValue("file")]
	if !ok {
		return fault.New(fault.NotFound, "There is no such file.", "Open the page again: its files may have changed.").WithKey("error.notFound", nil)
	}
	a.send(w, r)
	return nil
}
