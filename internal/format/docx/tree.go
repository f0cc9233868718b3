package docx

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"

	"github.com/beevik/etree"

	"waymark/internal/fault"
)

// space is a namespace we know. Strict and Transitional names of one thing are the same space.
type space uint8

const (
	nsOther  space = iota // any other namespace
	nsNone                // no namespace
	nsW                   // WordprocessingML
	nsW14                 // Word 2010: paraId
	nsW15                 // Word 2012: threads, people
	nsW15Pre              // the same before its release, as Word 2013 previews wrote it; read, never written
	nsCid                 // Word 2016: durable ids
	nsCex                 // Word 2018: UTC dates
	nsMC                  // markup compatibility
	nsM                   // math
	nsR                   // relationship references
	nsVML
	nsDraw // DrawingML and its relatives: known as pictures, never looked into except for text boxes
)

const (
	uriW      = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	uriStrict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
	uriW14    = "http://schemas.microsoft.com/office/word/2010/wordml"
	uriW15    = "http://schemas.microsoft.com/office/word/2012/wordml"
	uriCid    = "http://schemas.microsoft.com/office/word/2016/wordml/cid"
	uriCex    = "http://schemas.microsoft.com/office/word/2018/wordml/cex"
	uriMC     = "http://schemas.openxmlformats.org/markup-compatibility/2006"
	uriR      = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
)

var spaces = map[string]space{
	"":        nsNone,
	uriW:      nsW,
	uriStrict: nsW,
	uriW14:    nsW14,
	uriW15:    nsW15,
	"http://schemas.microsoft.com/office/word/2010/11/wordml": nsW15Pre,
	uriCid: nsCid,
	uriCex: nsCex,
	uriMC:  nsMC,
	"http://schemas.openxmlformats.org/officeDocument/2006/math": nsM,
	"http://purl.oclc.org/ooxml/officeDocument/math":             nsM,
	uriR: nsR,
	"http://purl.oclc.org/ooxml/officeDocument/relationships":                nsR,
	"urn:schemas-microsoft-com:vml":                                          nsVML,
	"urn:schemas-microsoft-com:office:office":                                nsVML,
	"urn:schemas-microsoft-com:office:word":                                  nsVML,
	"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": nsDraw,
	"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing":             nsDraw,
	"http://schemas.openxmlformats.org/drawingml/2006/main":                  nsDraw,
	"http://purl.oclc.org/ooxml/drawingml/main":                              nsDraw,
	"http://schemas.openxmlformats.org/drawingml/2006/picture":               nsDraw,
	"http://purl.oclc.org/ooxml/drawingml/picture":                           nsDraw,
	"http://schemas.openxmlformats.org/drawingml/2006/chart":                 nsDraw,
	"http://schemas.openxmlformats.org/drawingml/2006/diagram":               nsDraw,
	"http://schemas.openxmlformats.org/drawingml/2006/lockedCanvas":          nsDraw,
	"http://schemas.microsoft.com/office/word/2010/wordprocessingShape":      nsDraw,
	"http://schemas.microsoft.com/office/word/2010/wordprocessingGroup":      nsDraw,
	"http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas":     nsDraw,
	"http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing":    nsDraw,
	"http://schemas.microsoft.com/office/drawing/2010/main":                  nsDraw,
}

// tree is a parsed part. Elements are asked for by namespace and local name; prefixes are looked up
// in a table, because asking each element's ancestors costs more than everything else together.
type tree struct {
	part    *part
	doc     *etree.Document
	prefix  map[string]space // declared on the root
	inner   map[string]bool  // declared again further down: ask the ancestors
	changed bool
}

// parse makes the tree of a part, after its bytes were counted against the limits.
func (c *container) parse(name string) (*tree, error) {
	p := c.entry(name)
	if p == nil {
		return nil, fault.Newf(fault.Refused, "The part %s is missing.", clip(name)).WithFix(fixSendAgain)
	}
	if p.data == nil {
		if err := c.inflate(p, true); err != nil {
			return nil, err
		}
	}
	if err := c.inTime(); err != nil {
		return nil, err
	}
	if err := c.scan(p); err != nil {
		return nil, err
	}
	if enc := declaredEncoding.FindSubmatch(p.data); enc != nil && !bytes.EqualFold(enc[2], []byte("utf-8")) && !isASCII(p.data) {
		return nil, fault.Newf(fault.Refused, "The part %s is in the encoding %q; Word files are UTF-8 or UTF-16.", clip(p.name), clip(string(enc[2]))).WithFix(fixSaveAsDocx)
	}
	t := &tree{part: p, doc: etree.NewDocument(), prefix: map[string]space{}, inner: map[string]bool{}}
	t.doc.ReadSettings.MaxDepth = c.limits.Depth + 1
	t.doc.WriteSettings.CanonicalText = true
	t.doc.WriteSettings.CanonicalAttrVal = true
	if err := t.doc.ReadFromBytes(bytes.TrimPrefix(p.data, []byte("\uFEFF"))); err != nil {
		return nil, damaged(p.name, err)
	}
	root := t.doc.Root()
	if root == nil {
		return nil, damaged(p.name, nil)
	}
	for _, a := range root.Attr {
		if p, ok := declares(a); ok {
			t.prefix[p] = spaces[a.Value]
		}
	}
	if _, ok := t.prefix[""]; !ok {
		t.prefix[""] = nsNone
	}
	t.prefix["xml"] = nsOther
	descend(root, func(e *etree.Element) bool {
		if e != root {
			for _, a := range e.Attr {
				if p, ok := declares(a); ok {
					t.inner[p] = true
				}
			}
		}
		return true
	})
	return t, nil
}

// declares gives the prefix an attribute declares, "" for the default namespace.
func declares(a etree.Attr) (string, bool) {
	switch {
	case a.Space == "xmlns":
		return a.Key, true
	case a.Space == "" && a.Key == "xmlns":
		return "", true
	}
	return "", false
}

func isASCII(data []byte) bool {
	for _, b := range data {
		if b >= 0x80 {
			return false
		}
	}
	return true
}

// descend calls visit on e and everything in it, in document order; false skips what is inside.
func descend(e *etree.Element, visit func(*etree.Element) bool) {
	if !visit(e) {
		return
	}
	for _, t := range e.Child {
		if c, ok := t.(*etree.Element); ok {
			descend(c, visit)
		}
	}
}

// space gives the namespace of an element.
func (t *tree) space(e *etree.Element) space {
	if t.inner[e.Space] {
		if e.Space == "" {
			return spaces[e.NamespaceURI()]
		}
		if uri := e.NamespaceURI(); uri != "" {
			return spaces[uri]
		}
	}
	return t.prefix[e.Space]
}

func (t *tree) is(e *etree.Element, s space, local string) bool {
	return e != nil && e.Tag == local && t.space(e) == s
}

// w gives the local name of a WordprocessingML element, "" for any other.
func (t *tree) w(e *etree.Element) string {
	if e == nil || t.space(e) != nsW {
		return ""
	}
	return e.Tag
}

// find gives the first child of a WordprocessingML name, or nil.
func (t *tree) find(e *etree.Element, local string) *etree.Element {
	if e == nil {
		return nil
	}
	for _, tok := range e.Child {
		if c, ok := tok.(*etree.Element); ok && c.Tag == local && t.space(c) == nsW {
			return c
		}
	}
	return nil
}

// path follows find along several names.
func (t *tree) path(e *etree.Element, locals ...string) *etree.Element {
	for _, l := range locals {
		e = t.find(e, l)
	}
	return e
}

// attr gives an attribute of the namespace s. A few producers leave the prefix out; that is read
// the same.
func (t *tree) attr(e *etree.Element, s space, local string) (string, bool) {
	if e == nil {
		return "", false
	}
	for i := range e.Attr {
		a := &e.Attr[i]
		if a.Key != local || a.Space == "xmlns" {
			continue
		}
		if a.Space == "" || t.attrSpace(e, a) == s {
			return a.Value, true
		}
	}
	return "", false
}

func (t *tree) attrSpace(e *etree.Element, a *etree.Attr) space {
	if t.inner[a.Space] {
		for at := e; at != nil; at = at.Parent() {
			for _, d := range at.Attr {
				if d.Space == "xmlns" && d.Key == a.Space {
					return spaces[d.Value]
				}
			}
		}
	}
	return t.prefix[a.Space]
}

// val gives w:val of a child, "" when either is absent.
func (t *tree) val(e *etree.Element, local string) string {
	v, _ := t.attr(t.find(e, local), nsW, "val")
	return v
}

// on tells whether a switch such as w:vanish is there and not turned off.
func (t *tree) on(e *etree.Element, local string) bool {
	c := t.find(e, local)
	if c == nil {
		return false
	}
	v, ok := t.attr(c, nsW, "val")
	return !ok || isTrue(v)
}

func isTrue(v string) bool {
	switch strings.ToLower(v) {
	case "1", "true", "on":
		return true
	}
	return false
}

// bytes writes the tree. A part that came in UTF-16 leaves in UTF-8; its declaration was rewritten.
func (t *tree) bytes() ([]byte, error) {
	var out bytes.Buffer
	if _, err := t.doc.WriteTo(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// relationship is one line of a .rels part. kind is what follows ".../relationships/" in its type,
// the same for Strict and Transitional.
type relationship struct {
	id, kind, target string
	external         bool
}

// readContentTypes reads [Content_Types].xml.
func (c *container) readContentTypes() error {
	c.defaults, c.override = map[string]string{}, map[string]string{}
	p := c.entry("[Content_Types].xml")
	if p == nil {
		return fault.New(fault.Refused, "The file is a zip archive, but no Word document: it does not say what its parts are.", fixSaveAsDocx)
	}
	var types struct {
		Default []struct {
			Extension   string `xml:"Extension,attr"`
			ContentType string `xml:"ContentType,attr"`
		}
		Override []struct {
			PartName    string `xml:"PartName,attr"`
			ContentType string `xml:"ContentType,attr"`
		}
	}
	if err := c.decode(p, &types); err != nil {
		return err
	}
	for _, d := range types.Default {
		c.defaults[strings.ToLower(d.Extension)] = d.ContentType
	}
	for _, o := range types.Override {
		c.override[strings.ToLower(strings.TrimPrefix(o.PartName, "/"))] = o.ContentType
		if strings.Contains(strings.ToLower(o.ContentType), "vbaproject") && c.entry(strings.TrimPrefix(o.PartName, "/")) != nil {
			return fault.Newf(fault.Refused, "The file holds macros (%s).", clip(o.PartName)).WithFix("Save it as .docx, which keeps no macros, and send that.")
		}
	}
	return nil
}

// decode reads one of the small package parts.
func (c *container) decode(p *part, into any) error {
	if err := c.scan(p); err != nil {
		return err
	}
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(p.data, []byte("\uFEFF"))))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // UTF-8 by now, or an error below
	if err := d.Decode(into); err != nil {
		return damaged(p.name, err)
	}
	return nil
}

// typeOf gives the content type of a part.
func (c *container) typeOf(name string) string {
	low := strings.ToLower(name)
	if t, ok := c.override[low]; ok {
		return t
	}
	return c.defaults[low[strings.LastIndex(low, ".")+1:]]
}

// isMainType tells the content types a Word document or template may have.
func isMainType(t string) bool {
	switch strings.ToLower(t) {
	case "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
		"application/vnd.ms-word.document.macroenabled.main+xml",
		"application/vnd.ms-word.template.macroenabledtemplate.main+xml":
		return true
	}
	return false
}

// relationships reads what a part leads to; "" is the package itself. Targets are part names without
// a leading slash.
func (c *container) relationships(of string) ([]relationship, error) {
	dir, base := "", of
	if i := strings.LastIndex(of, "/"); i >= 0 {
		dir, base = of[:i+1], of[i+1:]
	}
	p := c.entry(dir + "_rels/" + base + ".rels")
	if p == nil {
		return nil, nil
	}
	var rels struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
			Mode   string `xml:"TargetMode,attr"`
		}
	}
	if err := c.decode(p, &rels); err != nil {
		return nil, err
	}
	out := make([]relationship, 0, len(rels.Relationship))
	for _, r := range rels.Relationship {
		kind := r.Type
		if i := strings.LastIndex(kind, "/relationships/"); i >= 0 {
			kind = kind[i+len("/relationships/"):]
		}
		rel := relationship{id: r.ID, kind: kind, target: r.Target, external: strings.EqualFold(r.Mode, "External")}
		if !rel.external {
			rel.target = resolve(dir, r.Target)
		}
		out = append(out, rel)
	}
	return out, nil
}

// resolve makes the part name of a target: absolute, or relative to the folder of its source.
func resolve(dir, target string) string {
	if strings.HasPrefix(target, "/") {
		dir, target = "", target[1:]
	}
	var out []string
	for seg := range strings.SplitSeq(dir+target, "/") {
		switch seg {
		case "", ".":
		case "..":
			if len(out) > 0 {
				out = out[:len(out)-1]
			}
		default:
			out = append(out, seg)
		}
	}
	return strings.Join(out, "/")
}
