package monitoring_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"waymark/internal/monitoring"
	"waymark/internal/store/storetest"
)

// workbook is a workbook of sheets, each given as its rows of ready cells; a name that begins with "-"
// is a hidden sheet.
func workbook(t *testing.T, sheets ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	add := func(name, text string) {
		f, err := w.Create(name)
		must(t, err)
		_, err = f.Write([]byte(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + text))
		must(t, err)
	}
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	var types, list, relations strings.Builder
	for i, s := range sheets {
		name, state := strings.TrimPrefix(s[0], "-"), ""
		if name != s[0] {
			state = ` state="hidden"`
		}
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, i+1)
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>`, name, i+1, state, i+1)
		fmt.Fprintf(&relations, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, office, i+1)
		add(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), `<worksheet xmlns="`+main+`"><sheetData>`+s[1]+`</sheetData></worksheet>`)
	}
	add("[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>`+types.String()+`</Types>`)
	add("_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="`+office+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`)
	add("xl/workbook.xml", `<workbook xmlns="`+main+`" xmlns:r="`+office+`"><sheets>`+list.String()+`</sheets></workbook>`)
	add("xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`+relations.String()+`</Relationships>`)
	must(t, w.Close())
	return b.Bytes()
}

// cells makes rows: "=a|b" is the formula a with the stored result b, "#N/A" an error, digits a number.
func cells(rows ...string) string {
	var b strings.Builder
	for r, row := range rows {
		fmt.Fprintf(&b, `<row r="%d">`, r+1)
		for c, text := range strings.Split(row, ";") {
			at := fmt.Sprintf("%c%d", 'A'+c, r+1)
			formula, result, _ := strings.Cut(strings.TrimPrefix(text, "="), "|")
			switch {
			case text == "":
			case text[0] == '=' && result == "":
				fmt.Fprintf(&b, `<c r="%s"><f>%s</f></c>`, at, formula)
			case text[0] == '=':
				fmt.Fprintf(&b, `<c r="%s"><f>%s</f><v>%s</v></c>`, at, formula, result)
			case text[0] == '#':
				fmt.Fprintf(&b, `<c r="%s" t="e"><v>%s</v></c>`, at, text)
			case strings.Trim(text, "0123456789.") == "":
				fmt.Fprintf(&b, `<c r="%s"><v>%s</v></c>`, at, text)
			default:
				fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, at, text)
			}
		}
		b.WriteString("</row>")
	}
	return b.String()
}

const sheetHeader = "area;indicator;period;value;comment"

func (s *taking) takeBook(data []byte, sheet string) (*monitoring.Imported, error) {
	return s.Import(storetest.Context(), monitoring.Import{Name: "list.xlsx", Data: data, Source: "network", Sheet: sheet, AcceptGuesses: true})
}

func TestWorkbookCellsBecomeWhatTheySay(t *testing.T) {
	s := newTaking(t, "memory")
	_, err := s.takeBook(workbook(t, [2]string{"Data", cells(sheetHeader,
		"KEN;removed_within_3_days;2020;0;", "TZA;removed_within_3_days;2020;#N/A;", "UGA;removed_within_3_days;2020;;", "RWA;removed_within_3_days;2020;=1/4|0.25;")}), "")
	must(t, err)
	want := map[string]string{"KEN": "0 A", "TZA": "none O", "UGA": "none O", "RWA": "0.25 A"}
	for _, o := range s.all(t, "removed_within_3_days") {
		value := "none"
		if o.Value != nil {
			value = o.Value.String()
		}
		check(t, o.Area, value+" "+string(o.Status), want[o.Area])
	}
	check(t, "stored", s.stored(t), 4)
}

func TestWorkbookFormulaWithoutAResultIsRefused(t *testing.T) {
	s := newTaking(t, "memory")
	_, err := s.takeBook(workbook(t, [2]string{"Data", cells(sheetHeader, "KEN;removed_within_3_days;2020;=1/4;")}), "")
	refused(t, err)
	if !strings.Contains(err.Error(), "D2") && !strings.Contains(err.Error(), "row 2") {
		t.Errorf("it does not say where: %v", err)
	}
	check(t, "stored", s.stored(t), 0)
}

func TestWorkbookHiddenSheetIsNeverChosenUnasked(t *testing.T) {
	row := func(area string) string { return cells(sheetHeader, area+";removed_within_3_days;2020;1;") }
	book := workbook(t, [2]string{"-Old", row("KEN")}, [2]string{"New", row("TZA")})
	s := newTaking(t, "memory")
	_, err := s.takeBook(book, "")
	must(t, err)
	rows := s.all(t)
	check(t, "stored", len(rows), 1)
	check(t, "from the visible sheet", rows[0].Area, "TZA")

	_, err = newTaking(t, "memory").takeBook(workbook(t, [2]string{"-Old", row("KEN")}), "")
	refused(t, err)
}
