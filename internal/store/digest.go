package store

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"waymark/internal/fault"
	"waymark/internal/monitoring"
)

// digest is a SHA-256 over fields in order, each with its length, so that no two sequences of fields
// look alike. The audit trail keeps digests of what each write wrote; Verify makes them again.
type digest struct {
	h     hash.Hash
	count int64
	buf   []byte
}

func newDigest() *digest { return &digest{h: sha256.New()} }

func (d *digest) text(fields ...string) {
	b := d.buf[:0]
	for _, f := range fields {
		b = binary.AppendUvarint(b, uint64(len(f)))
		b = append(b, f...)
	}
	d.buf = b
	d.h.Write(b)
}

func (d *digest) numbers(fields ...int64) {
	b := d.buf[:0]
	for _, f := range fields {
		b = binary.AppendVarint(b, f)
	}
	d.buf = b
	d.h.Write(b)
}

// statement adds what a source said; with written, also how it was recorded.
func (d *digest) statement(o *monitoring.Observation, written bool) {
	d.count++
	d.text(o.Area, o.Indicator, o.Sex, o.Age, o.Item, o.Source, string(o.Answer), number(o.Value), number(o.Numerator), number(o.Denominator),
		string(o.Status), string(o.Conf), string(o.Nature), o.Note, o.Citation)
	d.numbers(int64(o.Period.Start), int64(o.Period.End), int64(o.ProvenOn))
	if written {
		d.text(o.Batch)
		d.numbers(o.RecordedAt, int64(o.RowVersion))
	}
}

// ending adds that a statement ceased to stand.
func (d *digest) ending(e *ended) {
	d.count++
	d.text(e.Area, e.Indicator, e.Sex, e.Age, e.Item, e.Source, e.by)
	d.numbers(int64(e.Period.Start), int64(e.Period.End), int64(e.RowVersion), e.at, e.withdrawn)
}

func (d *digest) sum() string { return hex.EncodeToString(d.h.Sum(nil)) }

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// number writes an exact decimal; none is the empty text, which no number is.
func number(d *decimal.Decimal) string {
	if d == nil {
		return ""
	}
	return d.String()
}

// compareKeys is the order of the primary key of observations: area first, text by its bytes.
func compareKeys(a, b *monitoring.Key) int {
	return cmp.Or(cmp.Compare(a.Area, b.Area), cmp.Compare(a.Indicator, b.Indicator),
		cmp.Compare(a.Period.Start, b.Period.Start), cmp.Compare(a.Period.End, b.Period.End),
		cmp.Compare(a.Sex, b.Sex), cmp.Compare(a.Age, b.Age), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Source, b.Source))
}

func compare[T cmp.Ordered](a, b T) int { return cmp.Compare(a, b) }

// checkText refuses text that one of the engines cannot keep: both then keep the same.
func checkText(fields ...string) error {
	for _, f := range fields {
		if strings.IndexByte(f, 0) >= 0 || !utf8.ValidString(f) {
			return fault.New(fault.Refused, fmt.Sprintf("The text %q holds bytes that are no text.", f), "Save the file as UTF-8 and send it again.")
		}
	}
	return nil
}
