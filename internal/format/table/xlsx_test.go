package table

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"waymark/internal/fault"
)

// pack makes a zip package of parts, in the order of their names and texts.
func pack(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: parts[i], Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// book gives the parts of a workbook: its workbookPr and its sheets, each a name, a state and the
// rows. Style 1 is a date, 2 a date with time, 3 a time, 4 a duration, 5 a percentage, 6 text in
// quotes that looks like a date.
func book(pr string, sheets ...[3]string) []string {
	var list, rels strings.Builder
	var parts []string
	for i, s := range sheets {
		state := ""
		if s[1] != "" {
			state = ` state="` + s[1] + `"`
		}
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>`, s[0], i+1, state, i+1)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, relSpace, i+1)
		parts = append(parts, fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), `<worksheet xmlns="`+mainSpace+`"><sheetData>`+s[2]+`</sheetData></worksheet>`)
	}
	return append([]string{
		"[Content_Types].xml", `<Types xmlns="` + pkgSpace + `content-types"/>`,
		"_rels/.rels", `<Relationships xmlns="` + pkgSpace + `relationships"><Relationship Id="a" Type="` + relSpace + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml", `<workbook xmlns="` + mainSpace + `" xmlns:r="` + relSpace + `">` + pr + `<sheets>` + list.String() + `</sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + pkgSpace + `relationships">` + rels.String() + `<Relationship Id="s" Type="` + relSpace + `/styles" Target="styles.xml"/><Relationship Id="t" Type="` + relSpace + `/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/styles.xml", `<styleSheet xmlns="` + mainSpace + `"><numFmts><numFmt numFmtId="164" formatCode="[h]:mm"/><numFmt numFmtId="165" formatCode="0&quot;days&quot;\d"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="20"/><xf numFmtId="164"/><xf numFmtId="9"/><xf numFmtId="165"/></cellXfs></styleSheet>`,
		"xl/sharedStrings.xml", `<sst xmlns="` + mainSpace + `"><si><t>area</t></si><si><r><t>val</t></r><r><t>ue</t></r><rPh><t>ignored</t></rPh></si><si><t>007</t></si><si><t xml:space="preserve"> a_x000D_b_x_ </t></si></sst>`,
	}, parts...)
}

const (
	headRow = `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>`
	twoRows = headRow + `<row r="3"><c r="A3" t="s"><v>2</v></c><c r="B3"><v>12.50</v></c></row>`
)

func one(rows string) []string { return book("", [3]string{"S", "", rows}) }

func TestWorkbookCellsAreReadAsStored(t *testing.T) {
	table, err := Read("b.xlsx", pack(t, one(twoRows+`<row r="5"><c r="C5" t="s"><v>3</v></c><c t="inlineStr"><is><t>in</t></is></c></row>`)...), Options{})
	if err == nil && table.HeaderRow != 0 {
		t.Errorf("a header without a name for columns C and D: %v", table.Header)
	}
	if err != nil {
		t.Fatal(err)
	}
	table, err = Read("b.xlsx", pack(t, one(twoRows)...), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"area", "value"}, {"007", "12.50"}}
	if d := firstDifference(records(table), want); d != "" || table.Rows[0].Number != 3 || table.Rows[0].Cells[0].Kind != Text || table.Rows[0].Cells[1].Kind != Number {
		t.Errorf("%s: %+v", d, table)
	}
	if got := unescape(" a_x000D_b_x_ _xD83D_"); got != " a\rb_x_ _xD83D_" {
		t.Errorf("unescaped %q", got)
	}
}

func TestWorkbookValues(t *testing.T) {
	for _, c := range []struct{ cell, text, kind string }{
		{`<c r="A1"><v>1.1000000000000001</v></c>`, "1.1", "number"},
		{`<c r="A1"><v>0.30000000000000004</v></c>`, "0.30000000000000004", "number"},
		{`<c r="A1"><v>1E-3</v></c>`, "0.001", "number"},
		{`<c r="A1"><v>123456789012</v></c>`, "123456789012", "number"},
		{`<c r="A1" s="5"><v>0.5</v></c>`, "0.5", "number"},
		{`<c r="A1" s="6"><v>45</v></c>`, "45", "number"},
		{`<c r="A1" s="99"><v>45</v></c>`, "45", "number"},
		{`<c r="A1" s="1"><v>44197</v></c>`, "2021-01-01", "date"},
		{`<c r="A1" s="1"><v>1</v></c>`, "1900-01-01", "date"},
		{`<c r="A1" s="1"><v>59</v></c>`, "1900-02-28", "date"},
		{`<c r="A1" s="1"><v>60</v></c>`, "1900-02-29", "error"},
		{`<c r="A1" s="1"><v>61</v></c>`, "1900-03-01", "date"},
		{`<c r="A1" s="1"><v>0</v></c>`, "1900-01-00", "error"},
		{`<c r="A1" s="1"><v>-3</v></c>`, "-3", "number"},
		{`<c r="A1" s="2"><v>44197.75</v></c>`, "2021-01-01T18:00:00", "date"},
		{`<c r="A1" s="2"><v>44196.999999999</v></c>`, "2021-01-01", "date"},
		{`<c r="A1" s="3"><v>0.25</v></c>`, "06:00:00", "time"},
		{`<c r="A1" s="4"><v>1.5</v></c>`, "36:00:00", "time"},
		{`<c r="A1" t="d"><v>2021-03-04T00:00:00</v></c>`, "2021-03-04", "date"},
		{`<c r="A1" t="b"><v>1</v></c>`, "TRUE", "bool"},
		{`<c r="A1" t="e"><v>#DIV/0!</v></c>`, "#DIV/0!", "error"},
		{`<c r="A1" t="str"><f>A2</f><v>text</v></c>`, "text", "text"},
		{`<c r="A1"><f>1+1</f><v>2</v></c>`, "2", "number"},
	} {
		table, err := Read("b.xlsx", pack(t, one(`<row r="1">`+c.cell+`<c r="B1"><v>1</v></c></row><row r="2"><c r="B2"><v>1</v></c></row>`)...), Options{HeaderRow: NoHeader})
		if err != nil {
			t.Errorf("%s: %v", c.cell, err)
			continue
		}
		if got := table.Rows[0].Cells[0]; got.Text != c.text || got.Kind.String() != c.kind || got.Percent != strings.Contains(c.cell, `s="5"`) {
			t.Errorf("%s: %+v, want %s %s", c.cell, got, c.kind, c.text)
		}
	}
}

func TestTheSameDayInBothEpochs(t *testing.T) {
	for pr, serial := range map[string]string{"": "44197", `<workbookPr date1904="1"/>`: "42735", `<workbookPr date1904="true"/>`: "42735"} {
		table, err := Read("b.xlsx", pack(t, book(pr, [3]string{"S", "", headRow + `<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" s="1"><v>` + serial + `</v></c></row>`})...), Options{})
		if err != nil || table.Rows[0].Cells[1].Text != "2021-01-01" {
			t.Errorf("%s: %v %v", pr, table, err)
		}
	}
}

func TestBadCellsAreRefusedWithTheirPlace(t *testing.T) {
	for cell, says := range map[string]string{
		`<c r="B2"><f>A1</f></c>`:          "no stored result",
		`<c r="B2"><f>A1</f><v></v></c>`:   "no stored result",
		`<c r="B2" t="s"><v>99</v></c>`:    "not in the workbook",
		`<c r="B2" t="s"><v>-1</v></c>`:    "not in the workbook",
		`<c r="B2"><v>1E999</v></c>`:       "no number",
		`<c r="B2"><v>0x1p4</v></c>`:       "no number",
		`<c r="B2"><v>NaN</v></c>`:         "no number",
		`<c r="B2" t="q"><v>1</v></c>`:     "unknown type",
		`<c r="B2" t="d"><v>soon</v></c>`:  "no date",
		`<c r="B2" t="b"><v>maybe</v></c>`: "neither",
	} {
		mustRefuse(t, "b.xlsx", pack(t, one(headRow+`<row r="2">`+cell+`</row>`)...), Options{}, `sheet "S"`, "row 2", "column B", says)
	}
	for rows, says := range map[string]string{
		`<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>`: "twice",
		`<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>1</v></c></row>`: "twice",
		`<row r="2"><c r="A3"><v>1</v></c></row>`:                       "wrong place",
		`<row r="2"><c r="a2"><v>1</v></c></row>`:                       "wrong place",
		`<row r="2"/><row r="2"/>`:                                      "wrong number",
		`<row r="1048577"/>`:                                            "wrong number",
		`<row r="2">`:                                                   "well-formed",
	} {
		mustRefuse(t, "b.xlsx", pack(t, one(headRow+rows)...), Options{}, says)
	}
}

func TestSheetsAreAskedAndHiddenOnesNeverChosen(t *testing.T) {
	hidden, very, shown, other := [3]string{"First", "hidden", twoRows}, [3]string{"Very", "veryHidden", twoRows}, [3]string{"Shown", "", twoRows}, [3]string{"Other", "", twoRows}
	empty := [3]string{"Empty", "", `<row r="1"><c r="A1" s="1"/></row>`}
	table, err := Read("b.xlsx", pack(t, book("", hidden, empty, shown, very)...), Options{})
	if err != nil || table.Sheet != "Shown" || len(table.Sheets) != 4 || !table.Sheets[0].Hidden || !table.Sheets[3].Hidden {
		t.Errorf("%+v %v", table, err)
	}
	mustRefuse(t, "b.xlsx", pack(t, book("", hidden, empty)...), Options{}, "hidden", `"First"`)
	mustRefuse(t, "b.xlsx", pack(t, book("", empty)...), Options{}, "no sheet holds data")
	mustRefuse(t, "b.xlsx", pack(t, book("", shown, other)...), Options{}, `"Shown"`, `"Other"`)
	mustRefuse(t, "b.xlsx", pack(t, book("", shown)...), Options{Sheet: "Absent"}, "Absent")
	_, err = Read("b.xlsx", pack(t, book("", shown, hidden, other)...), Options{})
	var which *WhichSheet
	if !errors.As(err, &which) || !slices.Equal(which.Sheets, []string{"Shown", "Other"}) || !fault.Is(err, fault.Refused) {
		t.Errorf("%v", err)
	}
	for _, s := range []string{"First", "Other", "Very"} {
		table, err := Read("b.xlsx", pack(t, book("", hidden, shown, other, very)...), Options{Sheet: s})
		if err != nil || table.Sheet != s {
			t.Errorf("%s: %v", s, err)
		}
	}
	all, err := ReadAll("b.xlsx", pack(t, book("", hidden, shown, other)...), Options{})
	if err != nil || len(all) != 2 || all[1].Sheet != "Other" {
		t.Errorf("%v %v", all, err)
	}
}

func TestWorkbooksWithoutPlainHeaderKeepEveryRow(t *testing.T) {
	cells := func(n int, texts ...string) string {
		var b strings.Builder
		fmt.Fprintf(&b, `<row r="%d">`, n)
		for i, s := range texts {
			if s != "" {
				fmt.Fprintf(&b, `<c r="%s%d" t="inlineStr"><is><t>%s</t></is></c>`, ColumnName(i), n, s)
			}
		}
		return b.String() + `</row>`
	}
	for name, c := range map[string]struct {
		rows         string
		header, left int
	}{
		"title":     {cells(1, "Report 2021") + cells(3, "area", "n") + cells(4, "KEN", "x"), 3, 1},
		"duplicate": {cells(1, "area", "area") + cells(2, "KEN", "x"), 0, 2},
		"blank":     {cells(1, "area", "", "n") + cells(2, "KEN", "x", "y"), 0, 2},
		"one row":   {cells(1, "area", "n"), 0, 1},
		"one cell":  {cells(7, "", "", "x"), 0, 1},
	} {
		table, err := Read("b.xlsx", pack(t, one(c.rows)...), Options{})
		if err != nil || table.HeaderRow != c.header || len(table.Rows) != c.left || c.header == 0 && !table.Asks() {
			t.Errorf("%s: %+v %v", name, table, err)
			continue
		}
		n := 0
		for range table.All() {
			n++
		}
		if n != strings.Count(c.rows, "<row") {
			t.Errorf("%s: All gives %d rows", name, n)
		}
	}
}

func TestHostilePackagesAreRefused(t *testing.T) {
	with := func(more ...string) []byte { return pack(t, append(one(twoRows), more...)...) }
	zeros := strings.Repeat("0", 3<<20)
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"bomb in the sheet":     {pack(t, one(twoRows+"<!--"+zeros+"-->")...), "times its size"},
		"bomb in a picture":     {with("xl/media/image1.png", zeros), "times its size"},
		"backslash":             {with(`xl\evil.xml`, "<a/>"), "forbidden name"},
		"parent":                {with("../evil.xml", "<a/>"), "forbidden name"},
		"absolute":              {with("/evil.xml", "<a/>"), "forbidden name"},
		"drive":                 {with("C:evil.xml", "<a/>"), "forbidden name"},
		"duplicate":             {with("xl/workbook.xml", "<a/>"), "same name"},
		"duplicate in case":     {with("XL/Workbook.xml", "<a/>"), "same name"},
		"duplicate by dot":      {with("xl/./workbook.xml", "<a/>"), "same name"},
		"macros":                {with("xl/vbaProject.bin", "x"), "macros"},
		"old macros":            {with("xl/macrosheets/sheet1.xml", "<a/>"), "macros"},
		"DTD in unused part":    {with("docProps/custom.xml", `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`), "document type"},
		"entity after 64 KB":    {with("docProps/custom.xml", "<a>"+random(64<<10)+"<!ENTITY b 'c'></a>"), "document type"},
		"DTD at a window's end": {with("docProps/custom.xml", "<a>"+strings.Repeat("xy", (32<<10-5)/2)+"<!DOCTYPE b></a>"), "document type"},
		"UTF-16 part":           {with("docProps/custom.xml", "\xff\xfe<\x00a\x00/\x00>\x00"), "UTF-8"},
		"deep":                  {pack(t, one(headRow+strings.Repeat("<extLst>", 70)+strings.Repeat("</extLst>", 70))...), "deep"},
		"many parts":            {with(manyParts(500)...), "500 parts"},
		"no content types":      {pack(t, "a.csv", "a,b\n1,2\n"), "no workbook"},
		"word":                  {pack(t, "[Content_Types].xml", "<Types/>", "word/document.xml", "<a/>"), "Word"},
		"xlsb":                  {pack(t, "[Content_Types].xml", "<Types/>", "xl/workbook.bin", "x"), "xlsb"},
		"ods":                   {pack(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument"},
		"one part twice":        {pack(t, replaced(book("", [3]string{"A", "", twoRows}, [3]string{"B", "", twoRows}), "worksheets/sheet2.xml", "worksheets/sheet1.xml")...), "same part"},
		"one name twice":        {pack(t, book("", [3]string{"A", "", twoRows}, [3]string{"a", "", twoRows})...), "same name"},
		"cut":                   {with()[:900], "damaged"},
		"sheet missing":         {pack(t, one(twoRows)[:12]...), "missing"},
	} {
		t.Run(name, func(t *testing.T) { mustRefuse(t, "b.xlsx", c.data, Options{}, c.says) })
	}
	// a header that lies about the size does not help
	lie := pack(t, one(twoRows+"<!--"+zeros+"-->")...)
	r, err := zip.NewReader(bytes.NewReader(lie), int64(len(lie)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.File {
		size := make([]byte, 4)
		binary.LittleEndian.PutUint32(size, uint32(f.UncompressedSize64))
		if f.UncompressedSize64 > 1<<20 {
			lie = bytes.ReplaceAll(lie, size, []byte{10, 0, 0, 0})
		}
	}
	mustRefuse(t, "b.xlsx", lie, Options{})
	if comment, err := Read("b.xlsx", with("docProps/custom.xml", "<a><!-- <x> --><![CDATA[<y>]]></a>"), Options{}); err != nil || len(comment.Rows) != 1 {
		t.Errorf("a comment and CDATA are no declarations: %v", err)
	}
}

// random gives text that does not compress well.
func random(n int) string {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-"[x%64]
	}
	return string(b)
}

// replaced changes the texts of parts, not their names.
func replaced(parts []string, from, to string) []string {
	for i := 1; i < len(parts); i += 2 {
		parts[i] = strings.ReplaceAll(parts[i], from, to)
	}
	return parts
}

func manyParts(n int) (parts []string) {
	for i := range n {
		parts = append(parts, fmt.Sprintf("x/%d.bin", i), "")
	}
	return parts
}

func TestLinksToOtherWorkbooks(t *testing.T) {
	parts := one(headRow + `<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2"><f>%s</f><v>5</v></c></row>`)
	link := `<Relationship Id="x" Type="` + relSpace + `/externalLink" Target="externalLinks/externalLink1.xml"/></Relationships>`
	for formula, says := range map[string]string{"[1]Sheet1!A1": "another workbook", "Far*2": "another workbook", "A1+1": ""} {
		p := slices.Clone(parts)
		for i := 1; i < len(p); i += 2 {
			p[i] = strings.Replace(p[i], "%s", formula, 1)
			if p[i-1] == "xl/_rels/workbook.xml.rels" {
				p[i] = strings.Replace(p[i], "</Relationships>", link, 1)
			}
			if p[i-1] == "xl/workbook.xml" {
				p[i] = strings.Replace(p[i], "</workbook>", `<definedNames><definedName name="Far">[1]Sheet1!$A$1</definedName></definedNames></workbook>`, 1)
			}
		}
		if says != "" {
			mustRefuse(t, "b.xlsx", pack(t, p...), Options{}, "row 2", "column B", says)
		} else if _, err := Read("b.xlsx", pack(t, p...), Options{}); err != nil {
			t.Error(err)
		}
	}
}

func TestWorkbookLimits(t *testing.T) {
	far := headRow + `<row r="1048576"><c r="A1048576"><v>1</v></c></row>`
	table, err := Read("b.xlsx", pack(t, one(far)...), Options{})
	if err != nil || len(table.Rows) != 1 || table.Rows[0].Number != 1048576 {
		t.Errorf("one far cell is one row: %v", err)
	}
	for name, c := range map[string]struct {
		rows string
		lim  Limits
	}{
		"rows":    {twoRows, Limits{Rows: 1}},
		"cells":   {twoRows, Limits{Cells: 3}},
		"part":    {headRow + "<!--" + random(65<<10) + "-->", Limits{PartBytes: 64 << 10}},
		"total":   {headRow + "<!--" + random(65<<10) + "-->", Limits{UnpackedBytes: 64 << 10}},
		"columns": {headRow + `<row r="2"><c r="SG2"><v>1</v></c></row>`, Limits{}},
		"cell":    {headRow + `<row r="2"><c r="A2" t="inlineStr"><is><t>` + random(33<<10) + `</t></is></c></row>`, Limits{}},
	} {
		if _, err := Read("b.xlsx", pack(t, one(c.rows)...), Options{Limits: c.lim}); !fault.Is(err, fault.TooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	two := pack(t, book("", [3]string{"A", "", twoRows}, [3]string{"B", "", twoRows})...)
	if _, err := ReadAll("b.xlsx", two, Options{Limits: Limits{Cells: 7}}); !fault.Is(err, fault.TooLarge) {
		t.Errorf("the cells of all sheets count together: %v", err)
	}
	if _, err := ReadAll("b.xlsx", two, Options{Limits: Limits{Cells: 8}}); err != nil {
		t.Error(err)
	}
	big := append(pack(t, one(twoRows)...), make([]byte, 20<<20)...)
	if _, err := Read("b.xlsx", big, Options{}); !fault.Is(err, fault.TooLarge) {
		t.Errorf("packed: %v", err)
	}
}
