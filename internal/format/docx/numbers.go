package docx

import (
	"strconv"

	"github.com/beevik/etree"
)

func itoa(n int) string { return strconv.Itoa(n) }

// span gives the grid columns of a cell, at least one and at most what Word allows.
func span(t *tree, tc *etree.Element) int {
	n, err := strconv.Atoi(t.val(t.find(tc, "tcPr"), "gridSpan"))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, 63)
}
