package consultation

import (
	"bytes"
	"fmt"
	"iter"
	"strings"

	"waymark/internal/format/table"
	"waymark/internal/lang"
)

// Workbook writes the compilation as a workbook: a row for each comment and organisation. Every text
// is a text cell, so that none is ever a formula.
func (c *Compilation) Workbook() ([]byte, error) {
	p := &printer{c: c, w: lang.For(c.Language), paper: &paper{}}
	var header []string
	for _, key := range []string{"number", "organisations", "organisation_code", "confirmed", "kind", "element", "quote", "comment", "language", "proposed", "answer", "reason", "change", "decided", "read_column"} {
		header = append(header, p.t(key))
	}
	var b bytes.Buffer
	err := table.WriteXLSX(&b, []table.Sheet{{Name: p.t("comments"), Header: header, Rows: c.rows(p), RightToLeft: c.Language.Dir() == "rtl"}})
	return b.Bytes(), err
}

func (c *Compilation) rows(p *printer) iter.Seq[[]table.Cell] {
	return func(yield func([]table.Cell) bool) {
		for i := range c.Entries {
			e := &c.Entries[i]
			voices := e.voices()
			if len(voices) == 0 {
				voices = []Attribution{{}}
			}
			for _, v := range voices {
				if !yield(c.row(p, e, v)) {
					return
				}
			}
		}
	}
}

func (e *Entry) voices() []Attribution {
	if e.Comment != nil {
		return e.Comment.Voices
	}
	return e.Amendment.Voices
}

func (c *Compilation) row(p *printer, e *Entry, v Attribution) []table.Cell {
	var out []table.Cell
	put := func(s string) {
		cell := table.Cell{Text: s, Kind: table.Text}
		if s == "" {
			cell.Kind = table.Empty
		}
		out = append(out, cell)
	}
	kind, quote, said, language := p.t("kind_amendment"), "", "", ""
	if k := e.Comment; k != nil {
		kind, said, language = p.t("kind_"+string(k.Kind)), strings.Join(k.Text, "\n"), k.Language
		for _, g := range k.Targets {
			quote = strings.TrimSpace(quote + "\n" + g.Words())
		}
	}
	var proposed, changed []string
	for i := range e.Proposes {
		proposed = append(proposed, p.proposes(&e.Proposes[i]))
	}
	for i := range e.Changes {
		a := &e.Changes[i]
		changed = append(changed, fmt.Sprintf("%s: %s → %s", a.Element, orNothing(a.Old, p.t("nothing")), orNothing(a.New, p.t("nothing"))))
	}
	confirmed := p.t("no")
	if v.ConfirmedBy != "" {
		confirmed = p.t("yes")
	}
	if v == (Attribution{}) {
		confirmed = ""
	}
	answer, reason, when, read := p.t("undecided"), "", "", ""
	if d := e.Answer; d != nil {
		answer, reason, when = p.code(d.Code), d.Reason, c.Round.Day(d.DecidedAt).String()
	}
	if e.Read != nil {
		read = p.code(e.Read.Code) + ". " + e.Read.Evidence
	}
	for _, s := range []string{e.Code(), v.Label, v.Organisation, confirmed, kind, e.Where, quote, said, language, strings.Join(proposed, "\n"), answer, reason, strings.Join(changed, "\n"), when, read} {
		put(s)
	}
	return out
}
