package table

import (
	"bytes"
	stdcsv "encoding/csv"
	"html"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

var anyText = rapid.OneOf(
	rapid.String(),
	rapid.StringMatching(`[ ,;"'\n\r\t=+@#\\|a-z0-9_x%<-]{0,12}`),
	rapid.SampledFrom([]string{"=1+1", "007", "+49", "-5", "_x000D_", "_x_x0041_", "الأردن", "中国", "a\r\nb", "\x01\x1f", "\uFFFE", "'=x", " x "}),
)

// TestWrittenCSVComesBackTheSame holds for every text but zero bytes, with the delimiter named: what
// is written as a comma-separated file of unusual cells may look like another one.
func TestWrittenCSVComesBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 5).Draw(t, "width")
		rows := [][]string{make([]string, width)}
		for i := range rows[0] {
			rows[0][i] = "h" + ColumnName(i)
		}
		for range rapid.IntRange(1, 5).Draw(t, "rows") {
			row := []string{"x"}
			for len(row) < width {
				row = append(row, strings.ReplaceAll(anyText.Draw(t, "cell"), "\x00", ""))
			}
			rows = append(rows, row)
		}
		for _, o := range []CSVOptions{{}, {BOM: true}, {Spreadsheet: true}} {
			var b bytes.Buffer
			if err := WriteCSV(&b, slices.Values(rows), o); err != nil {
				t.Fatal(err)
			}
			if !bytes.HasSuffix(b.Bytes(), []byte("\r\n")) || bytes.HasPrefix(b.Bytes(), []byte("\xef\xbb\xbf")) != o.BOM {
				t.Fatalf("%q", b.String())
			}
			table, err := Read("f.csv", b.Bytes(), Options{Delimiter: ",", Quote: `"`, HeaderRow: 1, Encoding: "utf-8"})
			if err != nil {
				if strings.Contains(err.Error(), "header stands here again") {
					t.Skip("a row equals the header")
				}
				t.Fatalf("%q: %v", b.String(), err)
			}
			got := records(table)
			if o.Spreadsheet {
				for _, row := range got {
					for i := range row {
						row[i] = UnescapeFormula(row[i])
					}
				}
			}
			if d := firstDifference(got, rows); d != "" {
				t.Fatalf("%s", d)
			}
		}
	})
}

func sampleSheets(rows [][]Cell) []Sheet {
	return []Sheet{
		{Name: "Read me", Rows: slices.Values([][]Cell{{{Text: "Fill in the second sheet", Kind: Text}}})},
		{Name: "Data & more", Header: []string{"area", "value", "day"}, Rows: slices.Values(rows), RightToLeft: true, Choices: []Choice{{Column: 0, Sheet: "Co'des", From: 0, First: 2, Last: 3}}},
		{Name: "Co'des", Header: []string{"code"}, Rows: slices.Values([][]Cell{{{Text: "KEN", Kind: Text}}, {{Text: "NAM", Kind: Text}}}), Hidden: true},
	}
}

func TestWrittenWorkbookComesBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows [][]Cell
		for range rapid.IntRange(1, 4).Draw(t, "rows") {
			rows = append(rows, []Cell{
				textCell("x" + anyText.Draw(t, "text")), textCell(anyText.Draw(t, "free")),
				{Text: rapid.StringMatching(`-?[1-9][0-9]{0,9}(\.[0-9]{1,4})?`).Draw(t, "number"), Kind: Number, Percent: rapid.Bool().Draw(t, "percent")},
				rapid.SampledFrom([]Cell{{}, {"2021-02-03", Date, false}, {"2021-02-03T04:05:06", Date, false}, {"1900-03-01", Date, false}, {"36:10:00", Time, false}, {"TRUE", Bool, false}, {"FALSE", Bool, false}, {"#N/A", Error, false}}).Draw(t, "typed"),
			})
		}
		var a, b bytes.Buffer
		if err := WriteXLSX(&a, sampleSheets(rows)); err != nil {
			t.Fatal(err)
		}
		if err := WriteXLSX(&b, sampleSheets(rows)); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Fatalf("the same sheets gave other bytes: %v", err)
		}
		table, err := Read("f.xlsx", a.Bytes(), Options{Sheet: "Data & more", HeaderRow: 1})
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			for j, want := range row {
				if got := table.Rows[i].At(j); got != want {
					t.Fatalf("row %d column %d: %+v, want %+v", i, j, got, want)
				}
			}
		}
		if len(table.Sheets) != 3 || !table.Sheets[2].Hidden {
			t.Fatalf("%+v", table.Sheets)
		}
	})
}

func TestWrittenWorkbookIsReadByAnotherProgram(t *testing.T) {
	rows := [][]Cell{{{"=HYPERLINK(\"http://x\")", Text, false}, {"12.50", Number, false}, {"2021-02-03", Date, false}}, {{"007", Text, false}, {"0.5", Number, true}, {}}}
	var b bytes.Buffer
	if err := WriteXLSX(&b, sampleSheets(rows)); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // a reader of bytes
	for cell, want := range map[string]string{"A1": "area", "A2": "=HYPERLINK(\"http://x\")", "B2": "12.50", "A3": "007", "B3": "50.00%", "C2": "2021-02-03"} {
		got, err := f.GetCellValue("Data & more", cell)
		if err != nil || got != want && !(cell == "B2" && got == "12.5") {
			t.Errorf("%s: %q %v, want %q", cell, got, err, want)
		}
		if formula, err := f.GetCellFormula("Data & more", cell); formula != "" || err != nil {
			t.Errorf("%s is a formula: %q %v", cell, formula, err)
		}
	}
	if visible, err := f.GetSheetVisible("Co'des"); visible || err != nil {
		t.Errorf("the hidden sheet is seen: %v", err)
	}
	valid, err := f.GetDataValidations("Data & more")
	if err != nil || len(valid) != 1 || valid[0].Type != "list" || valid[0].Sqref != "A2:A1048576" || html.UnescapeString(valid[0].Formula1) != "'Co''des'!$A$2:$A$3" {
		t.Errorf("choices: %+v %v", valid[0], err)
	}
}

func TestSheetsThatCannotBeWrittenAreRefused(t *testing.T) {
	ok := Sheet{Name: "ok"}
	for _, sheets := range [][]Sheet{nil, {{Name: ""}}, {{Name: "a/b"}}, {{Name: strings.Repeat("x", 32)}}, {ok, {Name: "OK"}}, {{Name: "h", Hidden: true}}, {{Name: "'a"}}, {{Name: "a\x01"}},
		{{Name: "n", Rows: slices.Values([][]Cell{{{"x", Number, false}}})}}, {{Name: "n", Rows: slices.Values([][]Cell{{{strings.Repeat("x", 32768), Text, false}}})}}} {
		if err := WriteXLSX(&bytes.Buffer{}, sheets); err == nil {
			t.Errorf("%.80v was written", sheets)
		}
	}
}

func TestFormulasAreEscapedOnlyForSpreadsheets(t *testing.T) {
	for in, want := range map[string]string{"=1": "'=1", "+cmd|x": "'+cmd|x", "-5": "-5", "-5,5": "-5,5", "-5%": "-5%", "+1e3": "+1e3", "-1-1": "'-1-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx",
		" =1": "' =1", "＝1": "'＝1", "'=1": "''=1", "'tis": "'tis", "x=1": "x=1", "": "", "-": "'-"} {
		if got := EscapeFormula(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	var b bytes.Buffer
	if err := WriteCSV(&b, slices.Values([][]string{{"=1", "a,b", ""}, {""}}), CSVOptions{}); err != nil || b.String() != "=1,\"a,b\",\r\n\"\"\r\n" {
		t.Errorf("%q %v", b.String(), err)
	}
}

// FuzzCSVExportEscape: no cell of a file for spreadsheets is a formula for whoever reads it, and every
// cell can be had back.
func FuzzCSVExportEscape(f *testing.F) {
	for _, s := range []string{"=1+1", "+1", "-x", "@SUM", "\t=1", "\r=1", "'=1", " =1", "＝1", "\"=1", "a\n=b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		if err := WriteCSV(&b, slices.Values([][]string{{"x", s}}), CSVOptions{Spreadsheet: true}); err != nil {
			t.Fatal(err)
		}
		rows, err := stdcsv.NewReader(&b).ReadAll()
		if err != nil || len(rows) != 1 || len(rows[0]) != 2 {
			t.Fatalf("%q: %v %v", s, rows, err)
		}
		got := rows[0][1]
		first := strings.TrimLeft(got, " ")
		if first != "" && strings.ContainsAny(first[:1], "=+-@\t\r\n") && !plainNumber.MatchString(strings.TrimLeft(first, " \u00a0")) {
			t.Fatalf("%q stays a formula: %q", s, got)
		}
		// encoding/csv turns CR LF within quotes into LF
		if want := strings.ReplaceAll(EscapeFormula(s), "\r\n", "\n"); got != want || UnescapeFormula(EscapeFormula(s)) != s {
			t.Fatalf("%q became %q", s, got)
		}
	})
}
