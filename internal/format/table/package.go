package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// parcel is the zip package of a workbook after every part of it was inflated once under the limits.
type parcel struct {
	name  string
	parts map[string]*zip.File // by lower-case name
	lim   Limits
}

const damaged = "open it in a spreadsheet program and save it as .xlsx again"

func (p *parcel) refuse(what, fix string) error {
	return refuse(p.name, Problem{What: what, Fix: fix})
}

// openParcel checks a package before anything of it is used: part names, kinds, sizes as inflated
// (a header may say anything), and no document type declaration in any XML part.
func openParcel(name string, data []byte, lim Limits) (*parcel, error) {
	p := &parcel{name: name, parts: map[string]*zip.File{}, lim: lim}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, p.refuse("the workbook is damaged: its list of parts cannot be read", damaged)
	}
	if len(r.File) > lim.Parts {
		return nil, tooLarge(name, "the workbook has more than %d parts", lim.Parts)
	}
	for _, f := range r.File {
		if err := p.checkName(f); err != nil {
			return nil, err
		}
	}
	if err := p.checkFormat(); err != nil {
		return nil, err
	}
	total := 0
	for _, f := range r.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		n, err := p.inflate(f, len(data), total)
		if err != nil {
			return nil, err
		}
		total += n
	}
	return p, nil
}

func (p *parcel) checkName(f *zip.File) error {
	n := f.Name
	switch {
	case strings.Contains(n, `\`), strings.HasPrefix(n, "/"), strings.Contains(n, ":"), strings.ContainsAny(n, "\x00\n\r"),
		slices.Contains(strings.Split(n, "/"), ".."), !utf8.ValidString(n), n == "":
		return refuse(p.name, Problem{Value: n, What: "the package has a part with a forbidden name", Fix: damaged})
	case f.Flags&1 != 0:
		return p.refuse("the package is encrypted", "save it as .xlsx without a password")
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return refuse(p.name, Problem{Value: n, What: "the package has a part compressed in a way workbooks do not use", Fix: damaged})
	}
	key := strings.ToLower(path.Clean(n))
	if _, twice := p.parts[key]; twice {
		return refuse(p.name, Problem{Value: n, What: "the package has two parts of the same name", Fix: damaged})
	}
	p.parts[key] = f
	return nil
}

// checkFormat refuses by name what is a package but no plain workbook.
func (p *parcel) checkFormat() error {
	has := func(prefix string) bool {
		for n := range p.parts {
			if strings.HasPrefix(n, prefix) {
				return true
			}
		}
		return false
	}
	const asXLSX = "open it in a spreadsheet program and save it as .xlsx"
	switch {
	case has("mimetype") || has("meta-inf/manifest.xml"):
		return p.refuse("this is an OpenDocument file, which is not read", asXLSX)
	case has("xl/workbook.bin"):
		return p.refuse("binary workbooks (.xlsb) are not read", asXLSX)
	case has("xl/vbaproject.bin"), has("xl/macrosheets/"), has("xl/intlmacrosheets/"):
		return p.refuse("the workbook has macros", "save it as .xlsx, without macros")
	case has("word/"):
		return p.refuse("this is a Word document", "send the table itself as .xlsx or .csv")
	case has("ppt/"):
		return p.refuse("this is a presentation", "send the table itself as .xlsx or .csv")
	case has("index/") && has("metadata/"):
		return p.refuse("Numbers documents are not read", "export it as .xlsx")
	case !has("[content_types].xml"):
		return p.refuse("this archive is no workbook", "unpack it and send the .xlsx or .csv file inside")
	}
	return nil
}

// isXML tells whether a part is XML, by its name.
func isXML(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".xml", ".rels", ".vml":
		return true
	}
	return false
}

// inflate reads a part to its end, counting, and looks for declarations in XML.
func (p *parcel) inflate(f *zip.File, packed, before int) (int, error) {
	r, err := f.Open()
	if err != nil {
		return 0, refuse(p.name, Problem{Value: f.Name, What: "a part of the workbook is damaged", Fix: damaged})
	}
	defer func() { _ = r.Close() }() // reading only: the error of reading tells
	buf := make([]byte, 32<<10)
	n, keep, wide := 0, 0, false
	for {
		m, err := r.Read(buf[keep:])
		n += m
		if n == m && m >= 2 && (buf[0] == 0 || buf[1] == 0 || buf[0] >= 0xfe) && isXML(f.Name) {
			wide = true
		}
		switch {
		case n > p.lim.PartBytes:
			return n, tooLarge(p.name, "part %q unpacks to more than %s", f.Name, size(p.lim.PartBytes))
		case before+n > p.lim.UnpackedBytes:
			return n, tooLarge(p.name, "the workbook unpacks to more than %s", size(p.lim.UnpackedBytes))
		case n > p.lim.RatioFrom && uint64(n) > uint64(p.lim.Ratio)*f.CompressedSize64,
			before+n > p.lim.RatioFrom && before+n > p.lim.Ratio*packed:
			return n, tooLarge(p.name, "part %q unpacks to more than %d times its size", f.Name, p.lim.Ratio)
		}
		window := buf[:keep+m]
		if isXML(f.Name) && declares(window) {
			return n, refuse(p.name, Problem{Value: f.Name, What: "a part declares a document type or entities", Fix: damaged})
		}
		keep = copy(buf, window[max(0, len(window)-8):])
		if err == io.EOF {
			break
		}
		if err != nil {
			return n, refuse(p.name, Problem{Value: f.Name, What: "a part of the workbook is damaged", Fix: damaged})
		}
	}
	if wide {
		return n, refuse(p.name, Problem{Value: f.Name, What: "a part is not written in UTF-8", Fix: damaged})
	}
	return n, nil
}

// declares tells whether XML has a declaration: <! that begins neither a comment nor CDATA. A
// window's end that could be either is looked at again with the next one.
func declares(window []byte) bool {
	for {
		i := bytes.Index(window, []byte("<!"))
		if i < 0 || len(window)-i < 4 {
			return false
		}
		window = window[i+2:]
		if !bytes.HasPrefix(window, []byte("--")) && !bytes.HasPrefix(window, []byte("[C")) {
			return true
		}
	}
}

// part opens an XML part for reading; ok is false where there is none.
func (p *parcel) part(name string) (x *xmlPart, ok bool, err error) {
	f, ok := p.parts[strings.ToLower(path.Clean(name))]
	if !ok {
		return nil, false, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, true, refuse(p.name, Problem{Value: name, What: "a part of the workbook is damaged", Fix: damaged})
	}
	limited := io.LimitReader(r, int64(p.lim.PartBytes)+1)
	d := xml.NewDecoder(limited)
	return &xmlPart{parcel: p, name: name, Decoder: d, closer: r}, true, nil
}

// xmlPart reads the elements of one part; names of other namespaces than the spreadsheet's, the
// relationships' and the content types' are passed over.
type xmlPart struct {
	*xml.Decoder
	parcel *parcel
	name   string
	closer io.Closer
	depth  int
}

func (x *xmlPart) bad(err error) error {
	var s *xml.SyntaxError
	if errors.As(err, &s) {
		return refuse(x.parcel.name, Problem{Value: x.name, What: fmt.Sprintf("a part of the workbook is no well-formed XML (line %d)", s.Line), Fix: damaged})
	}
	return refuse(x.parcel.name, Problem{Value: x.name, What: "a part of the workbook is damaged", Fix: damaged})
}

// known are the namespaces that are read, the transitional and the strict ones.
var known = map[string]bool{
	"http://schemas.openxmlformats.org/spreadsheetml/2006/main":    true,
	"http://purl.oclc.org/ooxml/spreadsheetml/main":                true,
	"http://schemas.openxmlformats.org/package/2006/relationships": true,
	"http://schemas.openxmlformats.org/package/2006/content-types": true,
}

// next gives the next token; io.EOF at the well-formed end. Elements of unknown namespaces are
// skipped with what is in them.
func (x *xmlPart) next() (xml.Token, error) {
	for {
		t, err := x.Token()
		if err == io.EOF {
			return nil, io.EOF
		}
		if err != nil {
			return nil, x.bad(err)
		}
		switch e := t.(type) {
		case xml.StartElement:
			x.depth++
			if x.depth > x.parcel.lim.Depth {
				return nil, tooLarge(x.parcel.name, "part %q is nested more than %d deep", x.name, x.parcel.lim.Depth)
			}
			if !known[e.Name.Space] {
				if err := x.skip(); err != nil {
					return nil, err
				}
				continue
			}
		case xml.EndElement:
			x.depth--
		case xml.Directive:
			return nil, x.declared()
		}
		return t, nil
	}
}

// skip passes over the element that was just begun, still counting its depth.
func (x *xmlPart) skip() error {
	for until := x.depth - 1; x.depth > until; {
		t, err := x.Token()
		if err != nil {
			return x.bad(err)
		}
		switch t.(type) {
		case xml.StartElement:
			x.depth++
			if x.depth > x.parcel.lim.Depth {
				return tooLarge(x.parcel.name, "part %q is nested more than %d deep", x.name, x.parcel.lim.Depth)
			}
		case xml.EndElement:
			x.depth--
		case xml.Directive:
			return x.declared()
		}
	}
	return nil
}

func (x *xmlPart) declared() error {
	return refuse(x.parcel.name, Problem{Value: x.name, What: "a part declares a document type or entities", Fix: damaged})
}

// each calls do for every known element of the part, in order.
func (p *parcel) each(part string, do func(x *xmlPart, e xml.StartElement) error) (found bool, err error) {
	x, ok, err := p.part(part)
	if err != nil || !ok {
		return ok, err
	}
	defer func() { _ = x.closer.Close() }()
	for {
		t, err := x.next()
		if err == io.EOF {
			return true, nil
		}
		if err != nil {
			return true, err
		}
		if e, ok := t.(xml.StartElement); ok {
			if err := do(x, e); err != nil {
				return true, err
			}
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func isTrue(s string) bool { return s == "1" || s == "true" || s == "on" }
