// Package docx reads and writes Word documents with comments and tracked changes.
//
// A document is a zip of XML parts (ECMA-376, ISO/IEC 29500). The parts this package understands are
// kept as trees and changed in place; every other part is copied byte for byte. Parts are found by
// relationship and content type, elements by namespace and local name: never by file name or prefix.
//
// Three ways lead through the package:
//
//	Open -> Document.Inspect                           what a file holds, and what was not understood
//	Open -> Document.AcceptAll, RejectAll -> Bytes     all tracked changes decided one way
//	Open -> Document.Content                           plain values: text, comments, changes
//	NewBuilder -> Builder.Bytes                        plain values to a new document
//
// Nothing is ever fetched, no formula or field is evaluated and no picture is decoded.
//
// What is written is judged by the ISO/IEC 29500-4 schemas, LibreOffice, pandoc and our own
// invariants. It was not tested in Microsoft Word.
package docx

import (
	"strings"
	"time"

	"github.com/beevik/etree"

	"waymark/internal/fault"
)

// Document is an opened Word file. It is not safe for concurrent use.
type Document struct {
	pack   *container
	strict bool // ISO/IEC 29500 Strict namespaces

	main       *tree
	stories    []*tree // main first, then notes, headers and footers: everything a reader sees
	comments   *tree   // nil when there is no comments part
	extended   *tree   // threads and resolved state; nil when the file does not say
	ids        *tree   // paraId to durableId
	extensible *tree   // durableId to UTC date
	people     *tree
	styles     *tree
	numbering  *tree
	settings   *tree
	core       *tree // docProps/core.xml
	custom     *tree // docProps/custom.xml

	external []string // relationships that point outside the file and are never followed
}

// Open reads a Word file under limits. It refuses, naming the cause and the cure, what is no Word
// file, is damaged, encrypted, over a limit, holds macros or a DOCTYPE, or uses part names that
// could mean two things. The document keeps data; do not change it.
func Open(data []byte, limits Limits) (*Document, error) {
	pack, err := openContainer(data, limits)
	if err != nil {
		return nil, err
	}
	d := &Document{pack: pack}
	if err := d.findParts(); err != nil {
		return nil, err
	}
	return d, nil
}

// IsStrict tells whether the file uses the Strict namespaces of ISO/IEC 29500. It stays so when it
// is changed.
func (d *Document) IsStrict() bool { return d.strict }

// findParts walks the relationships from the package root and parses the parts we understand.
func (d *Document) findParts() error {
	if err := d.pack.readContentTypes(); err != nil {
		return err
	}
	roots, err := d.pack.relationships("")
	if err != nil {
		return err
	}
	var main string
	for _, r := range roots {
		switch r.kind {
		case "officeDocument":
			if main == "" && !r.external {
				main = r.target
			}
		case "core-properties", "metadata/core-properties":
			if err := d.optional(&d.core, r); err != nil {
				return err
			}
		case "custom-properties", "customProperties":
			if err := d.optional(&d.custom, r); err != nil {
				return err
			}
		}
		d.noteExternal("", r)
	}
	if main == "" || d.pack.entry(main) == nil {
		return fault.New(fault.Refused, "The file is a zip archive, but holds no Word document.", fixSaveAsDocx)
	}
	if t := d.pack.typeOf(main); !isMainType(t) {
		return fault.Newf(fault.Refused, "The file holds a document of the type %q, which is not a Word document.", t).WithFix(fixSaveAsDocx)
	}
	if d.main, err = d.pack.parse(main); err != nil {
		return err
	}
	root := d.main.doc.Root()
	if !d.main.is(root, nsW, "document") {
		return fault.Newf(fault.Refused, "%s does not begin with a Word document.", main).WithFix(fixSaveAsDocx)
	}
	d.strict = root.NamespaceURI() == uriStrict
	d.stories = []*tree{d.main}
	return d.findStories(main)
}

// findStories parses what the main part leads to, in the order a reader meets it.
func (d *Document) findStories(main string) error {
	rels, err := d.pack.relationships(main)
	if err != nil {
		return err
	}
	var notes, edges []*tree
	for _, r := range rels {
		d.noteExternal(main, r)
		var where **tree
		switch r.kind {
		case "comments":
			where = &d.comments
		case "commentsExtended":
			where = &d.extended
		case "commentsIds":
			where = &d.ids
		case "commentsExtensible":
			where = &d.extensible
		case "people":
			where = &d.people
		case "styles":
			where = &d.styles
		case "numbering":
			where = &d.numbering
		case "settings":
			where = &d.settings
		case "footnotes", "endnotes", "header", "footer":
			var t *tree
			if err := d.optional(&t, r); err != nil {
				return err
			}
			if t == nil {
				continue
			}
			if strings.HasSuffix(r.kind, "notes") {
				notes = append(notes, t)
			} else {
				edges = append(edges, t)
			}
			continue
		default:
			continue
		}
		if err := d.optional(where, r); err != nil {
			return err
		}
	}
	for _, t := range append(notes, edges...) {
		known := false
		for _, s := range d.stories {
			known = known || s.part == t.part
		}
		if !known { // two relationships may lead to one part
			d.stories = append(d.stories, t)
		}
	}
	for _, t := range d.trees() {
		rels, err := d.pack.relationships(t.part.name)
		if err != nil {
			return err
		}
		for _, r := range rels {
			if t != d.main {
				d.noteExternal(t.part.name, r)
			}
		}
	}
	return nil
}

// optional parses the part a relationship names, if it is there and not yet parsed.
func (d *Document) optional(where **tree, r relationship) error {
	if *where != nil || r.external || d.pack.entry(r.target) == nil {
		return nil
	}
	t, err := d.pack.parse(r.target)
	if err != nil {
		return err
	}
	*where = t
	return nil
}

func (d *Document) noteExternal(part string, r relationship) {
	if r.external {
		d.external = append(d.external, part)
	}
}

// trees lists every parsed part, stories first.
func (d *Document) trees() []*tree {
	out := append([]*tree(nil), d.stories...)
	for _, t := range []*tree{d.comments, d.extended, d.ids, d.extensible, d.people, d.styles, d.numbering, d.settings, d.core, d.custom} {
		if t != nil {
			out = append(out, t)
		}
	}
	return out
}

// Bytes writes the file: changed parts anew, all others as they came, byte for byte. The same
// document gives the same bytes.
func (d *Document) Bytes() ([]byte, error) {
	changed := map[*part]*tree{}
	for _, t := range d.trees() {
		if t.changed {
			changed[t.part] = t
		}
	}
	return d.pack.write(changed)
}

// Limits bound what Open takes from a file nobody vouches for. Zero in a field means its default.
type Limits struct {
	Packed   int64         // bytes of the file
	Unpacked int64         // bytes of all parts inflated, counted while inflating
	Part     int64         // bytes of one XML part inflated
	Ratio    int64         // inflated to packed bytes of one part, beyond its first megabyte
	Parts    int           // parts in the package
	Depth    int           // elements inside each other
	Nodes    int           // tags, attributes and texts of all parts that become trees; a million keep under 256 MB
	Attr     int           // bytes of one attribute value
	Time     time.Duration // for reading; checked between and within parts
}

// DefaultLimits are those of web uploads. The largest of 222 real files had 53 parts, 1.85 MB
// unpacked, a ratio of 27:1, a depth of 21 and 54,311 elements.
func DefaultLimits() Limits {
	return Limits{
		Packed: 20 << 20, Unpacked: 200 << 20, Part: 32 << 20, Ratio: 100, Parts: 500,
		Depth: 64, Nodes: 1_000_000, Attr: 64 << 10, Time: 20 * time.Second,
	}
}

// orDefaults fills the fields left at zero.
func (l Limits) orDefaults() Limits {
	d := DefaultLimits()
	fill(&l.Packed, d.Packed)
	fill(&l.Unpacked, d.Unpacked)
	fill(&l.Part, d.Part)
	fill(&l.Ratio, d.Ratio)
	fill(&l.Parts, d.Parts)
	fill(&l.Depth, d.Depth)
	fill(&l.Nodes, d.Nodes)
	fill(&l.Attr, d.Attr)
	fill(&l.Time, d.Time)
	return l
}

func fill[T ~int | ~int64](p *T, value T) {
	if *p <= 0 {
		*p = value
	}
}

// children lists the elements in e, skipping text.
func children(e *etree.Element) []*etree.Element {
	if e == nil {
		return nil
	}
	return e.ChildElements()
}
