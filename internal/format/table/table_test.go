package table

import (
	"fmt"
	"slices"
)

func texts(cells []Cell) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = c.Text
	}
	return out
}

// records is the header, where there is one, and the rows.
func records(t *Table) [][]string {
	var out [][]string
	if t.HeaderRow > 0 {
		out = append(out, t.Header)
	}
	for _, r := range t.Rows {
		out = append(out, texts(r.Cells))
	}
	return out
}

func firstDifference(got, want [][]string) string {
	for i := range min(len(got), len(want)) {
		if !slices.Equal(got[i], want[i]) {
			return fmt.Sprintf("record %d: got %q, want %q", i+1, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		return fmt.Sprintf("got %d records, want %d", len(got), len(want))
	}
	return ""
}
