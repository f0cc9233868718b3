package table

import (
	"fmt"

	"waymark/internal/fault"
)

// Limits bound what one file may cost. They are counted while reading.
type Limits struct {
	TextBytes     int // size of a text file
	PackedBytes   int // size of a workbook as sent
	UnpackedBytes int // size of all its parts together
	Ratio         int // unpacked to packed, for what unpacks to more than RatioFrom
	RatioFrom     int
	Parts         int // files in the package
	PartBytes     int // size of one part
	Depth         int // nesting of XML
	Rows          int
	Columns       int
	Cells         int // cells with the empty ones between them
	CellBytes     int
}

// DefaultLimits are those of an upload by the web.
func DefaultLimits() Limits {
	return Limits{
		TextBytes: 64 << 20, PackedBytes: 20 << 20, UnpackedBytes: 200 << 20, Ratio: 100, RatioFrom: 1 << 20,
		Parts: 500, PartBytes: 32 << 20, Depth: 64, Rows: 300_000, Columns: 500, Cells: 6_000_000, CellBytes: 32 << 10,
	}
}

// Raised gives ten times the sizes and rows, for the command line and fetchers, which read files
// somebody here chose. Ratio, depth, columns and the size of a cell stay.
func (l Limits) Raised() Limits {
	l = l.filled()
	l.TextBytes *= 10
	l.PackedBytes *= 10
	l.UnpackedBytes *= 10
	l.PartBytes *= 10
	l.Rows *= 10
	l.Cells *= 10
	return l
}

func (l Limits) filled() Limits {
	d := DefaultLimits()
	for _, p := range []struct{ have, def *int }{
		{&l.TextBytes, &d.TextBytes}, {&l.PackedBytes, &d.PackedBytes}, {&l.UnpackedBytes, &d.UnpackedBytes},
		{&l.Ratio, &d.Ratio}, {&l.RatioFrom, &d.RatioFrom}, {&l.Parts, &d.Parts}, {&l.PartBytes, &d.PartBytes},
		{&l.Depth, &d.Depth}, {&l.Rows, &d.Rows}, {&l.Columns, &d.Columns}, {&l.Cells, &d.Cells}, {&l.CellBytes, &d.CellBytes},
	} {
		if *p.have <= 0 {
			*p.have = *p.def
		}
	}
	return l
}

func tooLarge(file, format string, args ...any) error {
	return fault.New(fault.TooLarge, file+": "+fmt.Sprintf(format, args...), "split the file, or leave out what is not needed")
}

// size writes a limit for people.
func size(bytes int) string {
	if bytes >= 1<<20 {
		return fmt.Sprintf("%d MB", bytes>>20)
	}
	return fmt.Sprintf("%d KB", bytes>>10)
}
