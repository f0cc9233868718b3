package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"sync"

	"waymark/internal/draw"
	"waymark/internal/lang"
	"waymark/internal/reference"
)

//go:embed templates
var templateFiles embed.FS

// templates are the pages' templates, one set per page and language. A set is the frame, the shared
// parts and the files of templates/<page>/; its functions speak the one language, so nothing of a
// request is bound and all requests share it.
type templates struct {
	sets    map[lang.Tag]map[string]*template.Template
	buffers sync.Pool
}

func loadTemplates(a *assets) (*templates, error) {
	base := template.New("frame.html").Funcs(functions(lang.For(lang.English), a))
	base, err := base.ParseFS(templateFiles, "templates/frame.html", "templates/shared/*.html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	out := &templates{sets: map[lang.Tag]map[string]*template.Template{}, buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }}}
	for _, tag := range lang.Tags() {
		out.sets[tag] = map[string]*template.Template{}
	}
	folders, err := fs.ReadDir(templateFiles, "templates")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	for _, folder := range folders {
		if !folder.IsDir() || folder.Name() == "shared" {
			continue
		}
		page, err := template.Must(base.Clone()).ParseFS(templateFiles, path.Join("templates", folder.Name(), "*.html"))
		if err != nil {
			return nil, fmt.Errorf("template %q: %w", folder.Name(), err)
		}
		for _, tag := range lang.Tags() {
			clone, err := page.Clone()
			if err != nil {
				return nil, fmt.Errorf("template %q: %w", folder.Name(), err)
			}
			out.sets[tag][folder.Name()] = clone.Funcs(functions(lang.For(tag), a))
		}
	}
	return out, nil
}

// functions are what templates can ask for. Words come from the catalog of one language.
func functions(w *lang.Words, a *assets) template.FuncMap {
	return template.FuncMap{
		"t":   func(key string, args ...any) string { return w.T(key, args...) },
		"n":   func(key string, count int, args ...any) string { return w.N(key, count, args...) },
		"int": func(n int) string { return w.Int(int64(n)) },
		"date": func(d reference.Date) string {
			if d == 0 || d.IsOpen() {
				return ""
			}
			return w.Date(d.Year(), d.Month(), d.DayOfMonth())
		},
		"asset": func(name string) string { return a.address[name] },
		"swatch": func(status string) (template.HTML, error) {
			svg, err := draw.Swatch(drawStatus(status))
			return template.HTML(svg), err
		},
		"drawing": func(s draw.SVG) template.HTML { return template.HTML(s) }, // draw escapes every word of it
		// mark is a text that falls back to English: templates put lang and dir on it.
		"mark": func(key string) text { return text{w.T(key), w.Fallback(key)} },
	}
}

// render makes a page into bytes, all of it or nothing.
func (t *templates) render(tag lang.Tag, name string, page any) ([]byte, error) {
	set, ok := t.sets[tag][name]
	if !ok {
		return nil, fmt.Errorf("template %q in %q: there is none", name, tag)
	}
	b := t.buffers.Get().(*bytes.Buffer)
	defer func() { b.Reset(); t.buffers.Put(b) }()
	if err := set.ExecuteTemplate(b, "frame.html", page); err != nil {
		return nil, fmt.Errorf("template %q in %q: %w", name, tag, err)
	}
	return bytes.Clone(squeezeHTML(b.Bytes())), nil
}

// squeezeHTML takes indentation and empty lines away. No page has preformatted text.
func squeezeHTML(html []byte) []byte {
	out := html[:0]
	for line := range bytes.Lines(html) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			out = append(append(out, line...), '\n')
		}
	}
	return out
}
