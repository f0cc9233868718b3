package table

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"waymark/internal/fault"
)

func mustRead(t *testing.T, data string, o Options) *Table {
	t.Helper()
	table, err := Read("file.csv", []byte(data), o)
	if err != nil {
		t.Fatalf("%q: %v", clip(data), err)
	}
	return table
}

// mustRefuse reads what must be refused, with a fix, and gives the sentence.
func mustRefuse(t *testing.T, name string, data []byte, o Options, parts ...string) {
	t.Helper()
	table, err := Read(name, data, o)
	if err == nil {
		t.Fatalf("%s was accepted: %d rows, remarks %v", name, len(table.Rows), table.Remarks)
	}
	text, fix := fault.Safe(err)
	if k := fault.KindOf(err); (k != fault.Refused && k != fault.TooLarge) || fix == "" || !strings.Contains(text, name) {
		t.Errorf("%s: %s, %q, fix %q", name, k, text, fix)
	}
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q does not say %q", text, p)
		}
	}
}

const (
	arabicTable  = "البلد,السنة,عدد الأطفال\nالأردن,2019,1250\nالمغرب,2020,3400\nموريتانيا,2020,870\nالمملكة العربية السعودية,2021,99\n"
	russianTable = "Страна;Год;Число детей\nРоссийская Федерация;2019;1250\nКазахстан;2020;3400\nАрмения;2020;870\n"
	frenchTable  = "Pays;Année;Enfants protégés\nGrèce;2019;1250\nCôte d’Ivoire;2020;3400\nSuède;2020;870\n"
	polishTable  = "Województwo;Rok;Liczba\nŁódzkie;2019;12\nŚląskie;2020;34\nŚwiętokrzyskie;2020;8\nWarmińsko-mazurskie;2021;5\n"
	greekTable   = "Χώρα;Έτος;Παιδιά\nΕλλάδα;2019;12\nΚύπρος;2020;34\nΗνωμένο Βασίλειο;2021;9\n"
	chineseTable = "国家,年份,儿童人数\n中国,2019,12\n南非,2020,34\n大韩民国,2021,9\n"
)

func TestLegacyEncodingsAreReadRightOrAsked(t *testing.T) {
	for _, c := range []struct {
		name, text string
		enc        encoding.Encoding
		asked      bool // too little to tell: refused with the candidates
	}{
		{"windows-1256", arabicTable, charmap.Windows1256, false},
		{"iso-8859-6", arabicTable, charmap.ISO8859_6, false},
		{"windows-1251", russianTable, charmap.Windows1251, false},
		{"koi8-r", russianTable, charmap.KOI8R, false},
		{"ibm866", russianTable, charmap.CodePage866, false},
		{"iso-8859-5", russianTable, charmap.ISO8859_5, false},
		{"windows-1252", frenchTable, charmap.Windows1252, false},
		{"windows-1250", polishTable, charmap.Windows1250, false},
		{"windows-1253", greekTable, charmap.Windows1253, false},
		{"gb18030", chineseTable, simplifiedchinese.GB18030, false},
		{"big5", "國家,年,人數\n中國,2019,12\n南非,2020,34\n大韓民國,2021,9\n", traditionalchinese.Big5, false},
		{"shift_jis", "国,年,人数\nフランスの子ども,2019,12\nイタリアとスペイン,2020,34\n", japanese.ShiftJIS, false},
		{"euc-kr", "국가,연도,아동 수\n대한민국,2019,12\n이탈리아,2020,34\n", korean.EUCKR, false},
	} {
		data, err := c.enc.NewEncoder().Bytes([]byte(c.text))
		if err != nil {
			t.Fatal(c.name, err)
		}
		table, err := Read("file.csv", data, Options{})
		if err != nil {
			if !strings.Contains(err.Error(), "encoding") {
				t.Errorf("%s: %v", c.name, err)
			}
			if !c.asked {
				t.Errorf("%s: asked: %v", c.name, err)
			}
		} else {
			want := mustRead(t, c.text, Options{})
			if d := firstDifference(records(table), records(want)); d != "" {
				t.Errorf("%s: mojibake stored as %s: %s", c.name, table.Encoding, d)
			}
			if !table.Asks() {
				t.Errorf("%s: the guess is not asked", c.name)
			}
		}
		chosen, err := Read("file.csv", data, Options{Encoding: c.name})
		if err != nil {
			t.Errorf("%s chosen: %v", c.name, err)
		} else if d := firstDifference(records(chosen), records(mustRead(t, c.text, Options{}))); d != "" {
			t.Errorf("%s chosen: %s", c.name, d)
		}
	}
}

func TestShortTextOfUnknownEncodingIsNeverMojibake(t *testing.T) {
	for _, word := range []string{"Żuk", "Łódź", "Да", "Рим", "قطر", "مصر", "Grèce", "Sørensen", "Türkiye", "İzmir", "中国", "Ñandú", "Říčany"} {
		for name, enc := range map[string]encoding.Encoding{
			"1250": charmap.Windows1250, "1251": charmap.Windows1251, "1252": charmap.Windows1252, "1254": charmap.Windows1254,
			"1256": charmap.Windows1256, "8859-6": charmap.ISO8859_6, "koi8-r": charmap.KOI8R, "gb18030": simplifiedchinese.GB18030,
		} {
			data, err := enc.NewEncoder().Bytes([]byte("id,name\n1," + word + "\n"))
			if err != nil {
				continue // the code page does not have the letters
			}
			table, err := Read("file.csv", data, Options{})
			if err == nil && table.Rows[0].Cells[1].Text != word && !table.Asks() {
				t.Errorf("%s in %s became %q without a question", word, name, table.Rows[0].Cells[1].Text)
			}
		}
	}
}

func TestWideEncodingsWithAndWithoutMark(t *testing.T) {
	for name, enc := range map[string]encoding.Encoding{
		"utf-16le": unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16be": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
		"utf-32le": utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "utf-32be": utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM),
	} {
		for _, text := range []string{"a,b\n1,2\n", arabicTable, chineseTable, "a,b\n1,😀\n", "a,b\r\n1,\uFFFD\r\n"} {
			for _, mark := range []string{"", "\uFEFF"} {
				data, err := enc.NewEncoder().Bytes([]byte(mark + text))
				if err != nil {
					t.Fatal(err)
				}
				table, err := Read("file.csv", data, Options{})
				if err != nil {
					t.Errorf("%s mark %q %q: %v", name, mark, clip(text), err)
					continue
				}
				if d := firstDifference(records(table), records(mustRead(t, text, Options{}))); d != "" || table.Encoding != name {
					t.Errorf("%s mark %q: read as %s: %s", name, mark, table.Encoding, d)
				}
			}
		}
	}
	mustRefuse(t, "half.csv", []byte("\xff\xfea\x00,\x00b"), Options{}, "damaged")
	mustRefuse(t, "surrogate.csv", []byte("\xff\xfea\x00\x00\xd8\n\x00"), Options{}, "damaged")
}

func TestDamagedTextIsRefusedWithItsLine(t *testing.T) {
	mustRefuse(t, "d.csv", []byte("name,ville\nJosé,Orléans\nZoë,Besan\xc3on\nAnaïs,Nîmes\n"), Options{}, "row 3", "damaged")
	mustRefuse(t, "m.csv", []byte("\xef\xbb\xbfname,ville\nJos\xe9,x\n"), Options{}, "row 2", "not")
	mustRefuse(t, "n.csv", []byte("a,b\x00\x001,2\n"), Options{}, "zero bytes")
}

func TestDialects(t *testing.T) {
	want := [][]string{{"a", "b", "c"}, {"1", "x, y", "3"}, {"2", `say "hi"`, ""}, {"3", "two\nlines", "z"}}
	for name, text := range map[string]string{
		"comma":           "a,b,c\n1,\"x, y\",3\n2,\"say \"\"hi\"\"\",\n3,\"two\nlines\",z\n",
		"semicolon":       "a;b;c\r\n1;x, y;3\r\n2;\"say \"\"hi\"\"\";\r\n3;\"two\nlines\";z",
		"tab":             "a\tb\tc\r1\tx, y\t3\r2\t\"say \"\"hi\"\"\"\t\r3\t\"two\nlines\"\tz\r",
		"pipe":            "a|b|c\n1|x, y|3\n2|\"say \"\"hi\"\"\"|\n3|\"two\nlines\"|z\n\n\n",
		"comma and space": "a, b, c\n1, \"x, y\", 3\n2, \"say \"\"hi\"\"\", \n3, \"two\nlines\", z\n",
		"apostrophe":      "a,'b',c\n1,'x, y',3\n2,'say \"hi\"',\n3,'two\nlines',z\n",
		"backslash":       "a,b,c\n1,\"x, y\",3\n2,\"say \\\"hi\\\"\",\n3,\"two\nlines\",z\n",
		"space":           "a b c\n1 \"x, y\" 3\n2 \"say \"\"hi\"\"\" \n3 \"two\nlines\" z\n",
		"sep line":        "sep=;\na;b;c\n1;x, y;3\n2;\"say \"\"hi\"\"\";\n3;\"two\nlines\";z\n",
		"mixed ends":      "a,b,c\r\n1,\"x, y\",3\n2,\"say \"\"hi\"\"\",\r3,\"two\nlines\",z",
	} {
		table, err := Read("file.csv", []byte(text), Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := firstDifference(records(table), want); d != "" {
			t.Errorf("%s, delimiter %q quote %q: %s", name, table.Delimiter, table.Quote, d)
		}
	}
}

func TestQuotesInTabSeparatedTextAreText(t *testing.T) {
	long := strings.Repeat("x\ty\n", 200<<10)
	for _, text := range []string{"a\tb\n1\tsay \"hi\" now\n", "a\tb\n" + long + "5\" pipe\tz\n"} {
		table := mustRead(t, text, Options{})
		last := table.Rows[len(table.Rows)-1]
		if !table.Asks() || strings.Count(last.Cells[0].Text+last.Cells[1].Text, "\"") == 0 {
			t.Errorf("%v %v", last, table.Remarks)
		}
	}
	mustRefuse(t, "q.tsv", []byte("a\tb\n\"1\"\tsay \"hi\" now\n"), Options{}, "row 2")
}

func TestRowNumbersAreLinesOfTheFile(t *testing.T) {
	table := mustRead(t, "# note\n\na,b\r\n\r\n1,\"x\r\ny\"\r\n2,z\n,\n3,w", Options{})
	var lines []int
	for _, r := range table.Rows {
		lines = append(lines, r.Number)
	}
	if got := fmt.Sprint(table.HeaderRow, lines, table.Aside[0].Number); got != "3 [5 7 9] 1" {
		t.Errorf("header, rows, note: %s", got)
	}
	mustRefuse(t, "r.csv", []byte("sep=,\na,b\n1,2\n1,2,3\n"), Options{}, "row 4", "3 cells")
	mustRefuse(t, "q.csv", []byte("a,b\n1,\"2\n1,\"x\"\n"), Options{}, "row 2")
}

func TestStructureThatCannotBeToldIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"short":       {"a,b\n1\n2,3\n", "row 2"},
		"long":        {"a,b\n1,2,3\n2,3\n", "row 2"},
		"headShort":   {"a,b\n1,2,3\n4,5,6\n", "row 1"},
		"blank":       {"a,,c\n1,2,3\n", "column B"},
		"duplicate":   {"a,b, a\n1,2,3\n", "column C"},
		"again":       {"a,b\n1,2\na,b\n3,4\n", "row 3"},
		"two delims":  {"a,b;c,d\n1,5;2,3\n", "delimiter"},
		"title":       {"Water,,\nTotal,Part,Share\n1,2,3\n", "row 1"},
		"name or not": {"name\nSmith, John\nDoe, Jane\n", "row 1"},
		"stray quote": {"a,b\n1,a \"b\" c\n", "row 2"},
		"open quote":  {"a,b\n1,\"b\n2,c\n", "row 2"},
		"no rows":     {"a,b\n\n,\n", "no rows"},
		"empty":       {"\n \n", "no cell"},
		"nothing":     {"", "empty"},
	} {
		t.Run(name, func(t *testing.T) { mustRefuse(t, "file.csv", []byte(c.text), Options{}, c.says) })
	}
}

func TestAllRowErrorsAreListedUpToAHundred(t *testing.T) {
	_, err := Read("f.csv", []byte("a,b\n"+strings.Repeat("1,2\n", 500)+strings.Repeat("1,2,3\n", 250)), Options{})
	var r *Refusal
	if !errors.As(err, &r) || r.Total != 250 || len(r.Problems) != MaxProblems || r.Problems[0].Row != 502 || r.Problems[0].Fix == "" {
		t.Fatalf("%+v", err)
	}
}

func TestGuessesAreAsked(t *testing.T) {
	for name, c := range map[string]struct {
		text, says string
		header     int
	}{
		"titles":    {"Children in care\nby year\n\nyear,n\n2019,1\n2020,2\n", "titles", 4},
		"no header": {"2019-01-01,1.5\n2020-01-01,2.5\n", "no header", 0},
		"comment":   {"a,b\n#x\n1,2\n", "comments", 1},
		"total":     {"area,n\nA,1\nB,2\nTotal,3\n", "total", 1},
		"notes":     {"area,n,m\nA,1,2\nB,2,2\n,,\nSource: us,,\n", "notes", 1},
		"two heads": {"area,n,m\n,children,%\nA,1,2\nB,2,2\nC,3,3\n", "second header", 1},
	} {
		table := mustRead(t, c.text, Options{})
		found := false
		for _, r := range table.Remarks {
			found = found || r.Ask && strings.Contains(r.Text, c.says)
		}
		if !found || table.HeaderRow != c.header {
			t.Errorf("%s: header %d, remarks %v", name, table.HeaderRow, table.Remarks)
		}
	}
	if clean := mustRead(t, "area,n\nNA,1\n007,..\n", Options{}); clean.Asks() || clean.Rows[1].Cells[0].Text != "007" || clean.Rows[0].Cells[0].Text != "NA" {
		t.Errorf("a clean file asks: %v %v", clean.Remarks, records(clean))
	}
}

func TestChosenOptionsOverrideTheGuess(t *testing.T) {
	table := mustRead(t, "Water,,\nTotal,Part,Share\n1,2,3\n", Options{HeaderRow: 2})
	if table.Header[0] != "Total" || len(table.Aside) != 1 || len(table.Rows) != 1 {
		t.Errorf("%+v", table)
	}
	table = mustRead(t, "1,2\n3,4\n", Options{HeaderRow: NoHeader})
	if table.Header != nil || len(table.Rows) != 2 {
		t.Errorf("%+v", table)
	}
	table = mustRead(t, "a,b;c,d\n1,5;2,3\n", Options{Delimiter: ";"})
	if table.Header[0] != "a,b" {
		t.Errorf("%+v", table)
	}
	table = mustRead(t, "name\nSmith, John\n", Options{Delimiter: "none"})
	if table.Rows[0].Cells[0].Text != "Smith, John" {
		t.Errorf("%+v", table)
	}
	mustRefuse(t, "e.csv", []byte("a,b\n1,2\n"), Options{Encoding: "klingon"}, "klingon")
	mustRefuse(t, "h.csv", []byte("a,b\n1,2\n"), Options{HeaderRow: 9}, "row 9")
}

func TestTextLimits(t *testing.T) {
	many := func(n int) []byte { return []byte("a,b\n" + strings.Repeat("1,2\n", n)) }
	for name, c := range map[string]struct {
		data []byte
		lim  Limits
	}{
		"rows":    {many(100), Limits{Rows: 100}},
		"cells":   {many(100), Limits{Cells: 200}},
		"columns": {[]byte(strings.Repeat("a,", 501) + "b\n" + strings.Repeat("1,", 501) + "2\n"), Limits{}},
		"cell":    {[]byte("a,b\n1," + strings.Repeat("x", 33<<10) + "\n"), Limits{}},
		"quoted":  {[]byte("a,b\n1,\"" + strings.Repeat("x", 33<<10) + "\"\n"), Limits{}},
		"bytes":   {many(100), Limits{TextBytes: 400}},
	} {
		_, err := Read("f.csv", c.data, Options{Limits: c.lim})
		if !fault.Is(err, fault.TooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read("f.csv", many(100), Options{Limits: Limits{Rows: 101}}); err != nil {
		t.Error(err)
	}
	if r := DefaultLimits().Raised(); r.Rows != 3_000_000 || r.Columns != 500 || r.TextBytes != 640<<20 {
		t.Errorf("%+v", r)
	}
}

func TestAFileOfTwentyMegabytesIsReadWhole(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("area,year,indicator,value,comment\n")
	n := 0
	for b.Len() < 20<<20 {
		n++
		fmt.Fprintf(&b, "A%d,%d,WM_T2,%d.5,\"%s, and a comma\"\n", n, 1990+n%40, n, strings.Repeat("word ", 20))
	}
	table, err := Read("big.csv", b.Bytes(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	last := table.Rows[len(table.Rows)-1]
	if len(table.Rows) != n || last.Cells[3].Text != fmt.Sprintf("%d.5", n) || last.Number != n+1 {
		t.Errorf("%d of %d rows, last %v", len(table.Rows), n, last)
	}
	b.WriteString("one,two\n")
	mustRefuse(t, "big.csv", b.Bytes(), Options{}, fmt.Sprintf("row %d", n+2))
}

func TestWhatIsNoTableIsRefusedByName(t *testing.T) {
	for name, c := range map[string]struct{ data, says string }{
		"a.pdf":  {"%PDF-1.7\n", "PDF"},
		"a.csv":  {"<!DOCTYPE html><html>", "web page"},
		"b.csv":  {"<?xml version=\"1.0\"?><a/>", "XML"},
		"c.json": {`[{"a":1}]`, "JSON"},
		"d.gz":   {"\x1f\x8b\x08", "archive"},
		"e.xls":  {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password-protected workbook or an old .xls"},
		"f.xls":  {"a\tb\n1\t2\n", ".xls"},
		"g.xlsx": {"a,b\n1,2\n", "not a workbook"},
		"h.ods":  {"PK\x03\x04", "OpenDocument"},
		"i.xlsb": {"PK\x03\x04", "binary"},
		"j.rtf":  {`{\rtf1`, "rich text"},
	} {
		mustRefuse(t, name, []byte(c.data), Options{}, c.says)
	}
}
