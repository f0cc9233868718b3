package table

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"waymark/internal/fault"
)

// Sheet is one sheet to write.
type Sheet struct {
	Name string
	// Header is written in bold and stays in sight; nil for none.
	Header []string
	Rows   iter.Seq[[]Cell]
	Hidden bool
	// RightToLeft puts the first column on the right, for Arabic.
	RightToLeft bool
	Choices     []Choice
}

// Choice makes the cells of a column below the header a choice from a list on another sheet.
type Choice struct {
	Column int // counted from 0
	// The list: a sheet, its column, and its first and last row, counted from 1.
	Sheet       string
	From        int
	First, Last int
}

// WriteXLSX writes a workbook. The same sheets give the same bytes. Texts are text cells, so that
// none is ever a formula, numbers keep their decimal text, and nothing is computed.
func WriteXLSX(w io.Writer, sheets []Sheet) error {
	if err := checkSheets(sheets); err != nil {
		return err
	}
	z := zip.NewWriter(w)
	for _, p := range fixedParts(sheets) {
		f, err := create(z, p.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(f, p.text); err != nil {
			return err
		}
	}
	for i, s := range sheets {
		f, err := create(z, fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1))
		if err != nil {
			return err
		}
		x := sheetWriter{b: bufio.NewWriterSize(f, 64<<10), sheet: s}
		if err := x.write(); err != nil {
			return err
		}
	}
	return z.Close()
}

// create begins a part without a time of its own: the bytes depend on the sheets alone.
func create(z *zip.Writer, name string) (io.Writer, error) {
	return z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
}

func checkSheets(sheets []Sheet) error {
	seen, visible := map[string]bool{}, false
	for _, s := range sheets {
		key := strings.ToLower(s.Name)
		n := len(utf16.Encode([]rune(s.Name)))
		switch {
		case strings.TrimSpace(s.Name) == "" || n > 31 || strings.ContainsAny(s.Name, `[]:*?/\`) || strings.HasPrefix(s.Name, "'") || strings.HasSuffix(s.Name, "'") || escapeText(s.Name) != s.Name:
			return fault.New(fault.Refused, fmt.Sprintf("%q cannot be the name of a sheet", s.Name), `use at most 31 characters, without [ ] : * ? / \`)
		case seen[key]:
			return fault.New(fault.Refused, fmt.Sprintf("two sheets have the name %q", s.Name), "give each sheet its own name")
		}
		seen[key] = true
		visible = visible || !s.Hidden
	}
	if !visible {
		return fault.New(fault.Refused, "a workbook needs a sheet that is not hidden", "show one of the sheets")
	}
	return nil
}

type fixedPart struct{ name, text string }

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainSpace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relSpace  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	pkgSpace  = "http://schemas.openxmlformats.org/package/2006/"
	typeSpace = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// The cell styles of the workbook, by their place in cellXfs.
const (
	styleText    = iota + 1 // shown and edited as text, so that 007 typed over stays 007
	styleGuarded            // the same with the apostrophe: it stays text when edited
	styleHeader
	stylePercent
	styleDate
	styleDateTime
	styleTime
)

const styles = xmlHead + `<styleSheet xmlns="` + mainSpace + `"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/><numFmt numFmtId="166" formatCode="[h]:mm:ss"/></numFmts>` +
	`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
	`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
	`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
	`<cellXfs count="8"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>` +
	`<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1" applyFont="1"/>` +
	`<xf numFmtId="10" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="166" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>` +
	`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

func fixedParts(sheets []Sheet) []fixedPart {
	var kinds, links, list strings.Builder
	active := slices.IndexFunc(sheets, func(s Sheet) bool { return !s.Hidden })
	for i, s := range sheets {
		state := ""
		if s.Hidden {
			state = ` state="hidden"`
		}
		fmt.Fprintf(&kinds, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, i+1, typeSpace)
		fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, relSpace, i+1)
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>`, escapeXML(s.Name), i+1, state, i+1)
	}
	return []fixedPart{
		{"[Content_Types].xml", xmlHead + `<Types xmlns="` + pkgSpace + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + typeSpace + `sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="` + typeSpace + `styles+xml"/>` + kinds.String() + `</Types>`},
		{"_rels/.rels", xmlHead + `<Relationships xmlns="` + pkgSpace + `relationships"><Relationship Id="rId1" Type="` + relSpace + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", xmlHead + `<workbook xmlns="` + mainSpace + `" xmlns:r="` + relSpace + `"><bookViews><workbookView activeTab="` + strconv.Itoa(active) + `"/></bookViews><sheets>` + list.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", xmlHead + `<Relationships xmlns="` + pkgSpace + `relationships">` + links.String() +
			fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/></Relationships>`, len(sheets)+1, relSpace)},
		{"xl/styles.xml", styles},
	}
}

// sheetWriter writes one worksheet. The bufio.Writer keeps its first error until Flush.
type sheetWriter struct {
	b     *bufio.Writer
	sheet Sheet
	row   int
}

func (x *sheetWriter) put(s string) { _, _ = x.b.WriteString(s) }

func (x *sheetWriter) write() error {
	view := ""
	if x.sheet.RightToLeft {
		view = ` rightToLeft="1"`
	}
	x.put(xmlHead + `<worksheet xmlns="` + mainSpace + `"><sheetViews><sheetView workbookViewId="0"` + view)
	if x.sheet.Header != nil {
		x.put(`><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`)
		header := make([]Cell, len(x.sheet.Header))
		for i, h := range x.sheet.Header {
			header[i] = textCell(h)
		}
		if err := x.line(header, styleHeader); err != nil {
			return err
		}
	} else {
		x.put(`/></sheetViews><sheetData>`)
	}
	if x.sheet.Rows != nil {
		for row := range x.sheet.Rows {
			if err := x.line(row, 0); err != nil {
				return err
			}
		}
	}
	x.put(`</sheetData>`)
	if n := len(x.sheet.Choices); n > 0 {
		x.put(fmt.Sprintf(`<dataValidations count="%d">`, n))
		for _, c := range x.sheet.Choices {
			column, from := ColumnName(c.Column), ColumnName(c.From)
			x.put(fmt.Sprintf(`<dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="%s2:%s%d"><formula1>%s!$%s$%d:$%s$%d</formula1></dataValidation>`,
				column, column, sheetRows, escapeXML("'"+strings.ReplaceAll(c.Sheet, "'", "''")+"'"), from, c.First, from, c.Last))
		}
		x.put(`</dataValidations>`)
	}
	x.put(`</worksheet>`)
	return x.b.Flush()
}

func (x *sheetWriter) line(cells []Cell, style int) error {
	x.row++
	if x.row > sheetRows || len(cells) > sheetColumns {
		return fault.New(fault.TooLarge, fmt.Sprintf("sheet %q has more rows or columns than a workbook can hold", x.sheet.Name), "write it as CSV")
	}
	row := strconv.Itoa(x.row)
	x.put(`<row r="` + row + `">`)
	for i, c := range cells {
		if c.Kind == Empty {
			continue
		}
		if len(c.Text) > 32767 && len(utf16.Encode([]rune(c.Text))) > 32767 {
			return fault.New(fault.TooLarge, fmt.Sprintf("sheet %q, cell %s%d: the text has more than 32,767 characters", x.sheet.Name, ColumnName(i), x.row), "write it as CSV")
		}
		x.put(`<c r="` + ColumnName(i) + row + `"`)
		if err := x.cell(c, style); err != nil {
			return fmt.Errorf("sheet %q, cell %s%d: %w", x.sheet.Name, ColumnName(i), x.row, err)
		}
	}
	x.put(`</row>`)
	return nil
}

func (x *sheetWriter) cell(c Cell, style int) error {
	value := func(style int, v string) { x.put(fmt.Sprintf(` s="%d"><v>%s</v></c>`, style, v)) }
	switch c.Kind {
	case Number:
		if _, err := decimal(c.Text); err != nil {
			return fault.New(fault.Refused, err.Error(), "give the number as decimal text")
		}
		if c.Percent {
			style = stylePercent
		}
		value(style, c.Text)
	case Date, Time:
		serial, style, ok := serialOf(c)
		if !ok { // before March 1900 the programs count days that never were
			return x.cell(Cell{Text: c.Text, Kind: Text}, style)
		}
		value(style, serial)
	case Bool:
		if c.Text != "TRUE" && c.Text != "FALSE" {
			return fault.New(fault.Refused, strconv.Quote(c.Text)+" is neither TRUE nor FALSE", "write TRUE or FALSE")
		}
		x.put(fmt.Sprintf(` s="%d" t="b"><v>%d</v></c>`, style, strings.Index("FALSETRUE", c.Text)/5))
	case Error:
		x.put(fmt.Sprintf(` s="%d" t="e"><v>%s</v></c>`, style, escapeXML(c.Text)))
	default:
		if style == 0 {
			style = styleText
			if isFormula(c.Text) || strings.HasPrefix(c.Text, "'") {
				style = styleGuarded
			}
		}
		x.put(fmt.Sprintf(` s="%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, style, escapeXML(escapeText(c.Text))))
	}
	return nil
}

// serialOf turns the text of a day or time into a serial number of the 1900 system and its style.
func serialOf(c Cell) (serial string, style int, ok bool) {
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	for layout, style := range map[string]int{"2006-01-02": styleDate, "2006-01-02T15:04:05": styleDateTime} {
		at, err := time.Parse(layout, c.Text)
		if err != nil || c.Kind != Date {
			continue
		}
		days := at.Sub(epoch).Hours() / 24
		return strconv.FormatFloat(days, 'f', -1, 64), style, days >= 61
	}
	var h, m, s int
	if n, err := fmt.Sscanf(c.Text, "%d:%d:%d", &h, &m, &s); c.Kind == Time && n == 3 && err == nil && h >= 0 && m >= 0 && m < 60 && s >= 0 && s < 60 {
		return strconv.FormatFloat(float64(h*3600+m*60+s)/86400, 'f', -1, 64), styleTime, true
	}
	return "", 0, false
}

// escapeText writes _xHHHH_ for the characters XML cannot hold, and for a text that looks like it.
func escapeText(s string) string {
	if strings.IndexFunc(s, unwritable) < 0 && !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case unwritable(r):
			fmt.Fprintf(&b, "_x%04X_", r)
		case r == '_' && unescape(s[i:min(len(s), i+7)]) != s[i:min(len(s), i+7)]:
			b.WriteString("_x005F_")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// unwritable tells what XML 1.0 cannot hold, and CR, which every XML reader turns into LF.
func unwritable(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF
}

func escapeXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder takes everything
	return b.String()
}
