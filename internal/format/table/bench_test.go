package table

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
)

// longCSV is a long table of observations as statistical offices publish them.
func longCSV(rows int) []byte {
	var b bytes.Buffer
	b.WriteString("area,area_name,indicator,period,sex,age,value,status,source_title,comment\r\n")
	for i := range rows {
		fmt.Fprintf(&b, "A%03d,\"Area, the %d\",WM_T%d_I1,%d,_T,_T,%d.%02d,A,Survey of households,\r\n", i%240, i%240, i%30, 2000+i%25, i, i%100)
	}
	return b.Bytes()
}

func BenchmarkReadCSV228000Rows(b *testing.B) {
	data := longCSV(228_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		table, err := Read("long.csv", data, Options{})
		if err != nil || len(table.Rows) != 228_000 {
			b.Fatal(err)
		}
	}
}

func BenchmarkNumberColumn228000Rows(b *testing.B) {
	table, err := Read("long.csv", longCSV(228_000), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := table.NumberColumn(6, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadXLSX20000Rows(b *testing.B) {
	row := []Cell{{"KEN", Text, false}, {"12.5", Number, false}, {"2021-02-03", Date, false}, {"a comment of some length", Text, false}}
	rows := slices.Repeat([][]Cell{row}, 20_000)
	for i := range rows {
		rows[i] = slices.Clone(row)
		rows[i][3].Text = fmt.Sprintf("comment %d of %d", i, i*7919%10007)
	}
	var w bytes.Buffer
	if err := WriteXLSX(&w, []Sheet{{Name: "S", Header: []string{"a", "b", "c", "d"}, Rows: slices.Values(rows)}}); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(w.Len()))
	b.ReportAllocs()
	for b.Loop() {
		table, err := Read("b.xlsx", w.Bytes(), Options{})
		if err != nil || len(table.Rows) != 20_000 {
			b.Fatal(err)
		}
	}
}
