package table

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"waymark/internal/fault"
)

// WhichSheet says that several sheets hold data and none was named. In its chain is the fault a
// person may see.
type WhichSheet struct {
	Sheets []string // those to choose from, in the workbook's order
	fault  error
}

func (w *WhichSheet) Error() string { return w.fault.Error() }

// Unwrap gives the refusal with its sentence.
func (w *WhichSheet) Unwrap() error { return w.fault }

// workbook is what all sheets share.
type workbook struct {
	*parcel
	sheets   []sheetPart
	strings  []string
	formats  []numberFormat // by cell style
	date1904 bool
	cells    int      // read so far, of all its sheets
	external bool     // it has links to other workbooks
	names    []string // defined names that lead to other workbooks
}

type sheetPart struct {
	SheetInfo
	part string // empty for what is no worksheet
}

// readWorkbook reads one sheet, or with every all visible ones that hold data.
func readWorkbook(name string, data []byte, o Options, every bool) ([]*Table, error) {
	p, err := openParcel(name, data, o.Limits)
	if err != nil {
		return nil, err
	}
	b := &workbook{parcel: p}
	if err := b.open(); err != nil {
		return nil, err
	}
	chosen, err := b.choose(o.Sheet, every)
	if err != nil {
		return nil, err
	}
	var tables []*Table
	for _, s := range chosen {
		t, err := b.sheet(s, o)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return tables, nil
}

type relation struct{ kind, target string }

// relations reads the relationships of a part, by id; targets of other files are left out.
func (b *workbook) relations(of string) (map[string]relation, error) {
	dir, file := path.Split(of)
	all := map[string]relation{}
	_, err := b.each(path.Join(dir, "_rels", file+".rels"), func(_ *xmlPart, e xml.StartElement) error {
		if e.Name.Local != "Relationship" || attr(e, "TargetMode") == "External" {
			return nil
		}
		target := attr(e, "Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(dir, target)
		}
		kind := attr(e, "Type")
		all[attr(e, "Id")] = relation{kind[strings.LastIndexByte(kind, '/')+1:], strings.TrimPrefix(target, "/")}
		return nil
	})
	return all, err
}

func (b *workbook) open() error {
	root, err := b.relations("")
	if err != nil {
		return err
	}
	main := ""
	for _, r := range root {
		if r.kind == "officeDocument" {
			main = r.target
		}
	}
	if main == "" || b.parts[strings.ToLower(main)] == nil {
		return b.refuse("the package has no workbook in it", "send a .xlsx or .csv file")
	}
	if _, err := b.each("[Content_Types].xml", func(_ *xmlPart, e xml.StartElement) error {
		kind := strings.ToLower(attr(e, "ContentType"))
		if strings.Contains(kind, "macroenabled") && strings.EqualFold(attr(e, "PartName"), "/"+main) {
			return b.refuse("the workbook has macros", "save it as .xlsx, without macros")
		}
		return nil
	}); err != nil {
		return err
	}
	links, err := b.relations(main)
	if err != nil {
		return err
	}
	for _, l := range links {
		var err error
		switch l.kind {
		case "sharedStrings":
			err = b.readStrings(l.target)
		case "styles":
			err = b.readStyles(l.target)
		case "externalLink":
			b.external = true
		}
		if err != nil {
			return err
		}
	}
	found, err := b.each(main, func(x *xmlPart, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			b.date1904 = isTrue(attr(e, "date1904"))
		case "sheet":
			s := sheetPart{SheetInfo: SheetInfo{Name: attr(e, "name"), Hidden: attr(e, "state") == "hidden" || attr(e, "state") == "veryHidden"}}
			for _, a := range e.Attr {
				if l := links[a.Value]; a.Name.Local == "id" && a.Name.Space != "" && l.kind == "worksheet" {
					s.part = l.target
				}
			}
			for _, o := range b.sheets {
				if strings.EqualFold(o.Name, s.Name) || s.part != "" && strings.EqualFold(o.part, s.part) {
					return refuse(b.name, Problem{Sheet: s.Name, What: "two sheets have the same name or the same part", Fix: damaged})
				}
			}
			if len(b.sheets) == b.lim.Parts {
				return tooLarge(b.name, "the workbook has more than %d sheets", b.lim.Parts)
			}
			b.sheets = append(b.sheets, s)
		case "definedName":
			text, err := x.text()
			if strings.Contains(text, "[") {
				b.names = append(b.names, attr(e, "name"))
			}
			return err
		}
		return nil
	})
	if err == nil && (!found || len(b.sheets) == 0) {
		err = b.refuse("the workbook has no sheets", damaged)
	}
	return err
}

// choose picks the sheets to read; a hidden one only by its name.
func (b *workbook) choose(name string, every bool) ([]sheetPart, error) {
	if name != "" {
		for _, s := range b.sheets {
			if s.Name == name {
				if s.part == "" {
					return nil, refuse(b.name, Problem{Sheet: name, What: "this is a chart or dialog, no table", Fix: "name another sheet"})
				}
				return []sheetPart{s}, nil
			}
		}
		return nil, refuse(b.name, Problem{Value: name, What: "there is no sheet of this name", Fix: "name one of these: " + b.listed(b.sheets)})
	}
	var full, hidden []sheetPart
	for _, s := range b.sheets {
		if s.part == "" {
			continue
		}
		if s.Hidden {
			hidden = append(hidden, s)
			continue
		}
		holds, err := b.holdsData(s)
		if err != nil {
			return nil, err
		}
		if holds {
			full = append(full, s)
		}
	}
	switch {
	case len(full) == 1 || len(full) > 1 && every:
		return full, nil
	case len(full) > 1:
		w := &WhichSheet{fault: fault.New(fault.Refused, fmt.Sprintf("%s: %d sheets hold data: %s", b.name, len(full), b.listed(full)), "name the sheet to read")}
		for _, s := range full {
			w.Sheets = append(w.Sheets, s.Name)
		}
		return nil, w
	case len(hidden) > 0:
		return nil, b.refuse("no visible sheet holds data; hidden: "+b.listed(hidden), "name the sheet to read, or show it and take the others out")
	}
	return nil, b.refuse("no sheet holds data", "send a workbook with a header row and at least one row of data")
}

func (b *workbook) listed(sheets []sheetPart) string {
	var names []string
	for _, s := range sheets[:min(len(sheets), 30)] {
		n := strconv.Quote(s.Name)
		if s.Hidden {
			n += " (hidden)"
		}
		names = append(names, n)
	}
	if n := len(sheets) - 30; n > 0 {
		names = append(names, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(names, ", ")
}

var errFound = errors.New("found")

// holdsData tells whether a sheet has a value or formula in any cell.
func (b *workbook) holdsData(s sheetPart) (bool, error) {
	found, err := b.each(s.part, func(_ *xmlPart, e xml.StartElement) error {
		switch e.Name.Local {
		case "v", "is", "f":
			return errFound
		}
		return nil
	})
	if err == errFound {
		return true, nil
	}
	if err == nil && !found {
		err = refuse(b.name, Problem{Sheet: s.Name, What: "the sheet is missing in the package", Fix: damaged})
	}
	return false, err
}

// text reads the characters of the element that was just begun, to its end.
func (x *xmlPart) text() (string, error) {
	var b strings.Builder
	one, n := "", 0
	for until := x.depth - 1; x.depth > until; {
		t, err := x.next()
		if err == io.EOF {
			return "", x.bad(io.ErrUnexpectedEOF)
		}
		if err != nil {
			return "", err
		}
		if c, ok := t.(xml.CharData); ok {
			if n == 0 {
				one = string(c)
			} else {
				if n == 1 {
					b.WriteString(one)
				}
				b.Write(c)
			}
			n++
		}
	}
	if n < 2 {
		return one, nil
	}
	return b.String(), nil
}

// richText reads a string item (si, is): its own text and that of its runs, without the phonetic
// guides (rPh), which only tell how to pronounce it.
func (x *xmlPart) richText() (string, error) {
	var text strings.Builder
	for until := x.depth - 1; x.depth > until; {
		t, err := x.next()
		if err == io.EOF {
			return "", x.bad(io.ErrUnexpectedEOF)
		}
		if err != nil {
			return "", err
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "rPh":
			err = x.skip()
		case "t":
			var s string
			s, err = x.text()
			text.WriteString(s)
		}
		if err != nil {
			return "", err
		}
	}
	return unescape(text.String()), nil
}

// unescape reads the _xHHHH_ by which workbooks write characters XML cannot hold.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 || i+7 > len(s) {
			break
		}
		code, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
		if s[i+6] != '_' || err != nil || code >= 0xD800 && code < 0xE000 {
			b.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		b.WriteString(s[:i])
		b.WriteRune(rune(code))
		s = s[i+7:]
	}
	return b.String() + s
}

func (b *workbook) readStrings(part string) error {
	_, err := b.each(part, func(x *xmlPart, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		s, err := x.richText()
		b.strings = append(b.strings, s)
		return err
	})
	return err
}

func (b *workbook) readStyles(part string) error {
	codes, formats := map[int]string{}, map[int]numberFormat{}
	within := ""
	_, err := b.each(part, func(_ *xmlPart, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			if id, err := strconv.Atoi(attr(e, "numFmtId")); err == nil && within != "dxfs" {
				codes[id] = attr(e, "formatCode")
			}
		case "cellStyleXfs", "cellXfs", "cellStyles", "dxfs":
			within = e.Name.Local
		case "xf":
			if within == "cellXfs" {
				id, _ := strconv.Atoi(attr(e, "numFmtId")) // 0, General, where it is missing
				f, ok := formats[id]
				if !ok {
					f = formatOf(id, codes[id])
					formats[id] = f
				}
				b.formats = append(b.formats, f)
			}
		}
		return nil
	})
	return err
}

// leadsOut tells whether a formula takes a value from another workbook.
func (b *workbook) leadsOut(formula string) bool {
	if !b.external {
		return false
	}
	for i := 0; i+2 < len(formula); i++ {
		if formula[i] == '[' && formula[i+1] >= '0' && formula[i+1] <= '9' {
			return true
		}
	}
	if len(b.names) > 1000 { // no honest workbook has so many; looking for each would take long
		return true
	}
	return slices.ContainsFunc(b.names, func(n string) bool { return strings.Contains(formula, n) })
}
