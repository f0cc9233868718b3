package web

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"waymark/internal/publication"
)

// orNothing is a cell that is empty, not an empty text, where there is nothing.
func orNothing(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// twin makes the twin of a page's table that was asked for. beside is what the JSON says next to
// the rows, such as the figure they belong to.
func (q *request) twin(t *publication.Table, beside map[string]any) (*answer, error) {
	if q.ending == "json" {
		return q.dataJSON(t, beside)
	}
	return q.dataCSV(t)
}

// dataCSV is RFC 4180: UTF-8, commas, CRLF, a header of stable names; ?bom=1 puts a byte order mark
// in front for old spreadsheets. It is meant for spreadsheets as well, so a text that one would take
// for a formula gets an apostrophe in front.
func (q *request) dataCSV(t *publication.Table) (*answer, error) {
	var b bytes.Buffer
	if q.params.Get("bom") == "1" {
		b.WriteString("\ufeff")
	}
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	first := func(cells []string, word string) []string { return cells }
	if q.server.config.Sample != nil { // every row says so, wherever it is copied to
		first = func(cells []string, word string) []string { return append([]string{word}, cells...) }
	}
	if err := w.Write(first(t.Header(), "invented_data")); err != nil {
		return nil, fmt.Errorf("csv of %s: %w", t.Name, err)
	}
	for _, row := range t.Rows {
		cells := row.Texts()
		for i, cell := range cells {
			cells[i] = guardFormula(cell)
		}
		if err := w.Write(first(cells, "invented")); err != nil {
			return nil, fmt.Errorf("csv of %s: %w", t.Name, err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("csv of %s: %w", t.Name, err)
	}
	return &answer{contentType: "text/csv; charset=utf-8", body: b.Bytes(), open: true, filename: q.server.fileName("waymark-" + t.Name + ".csv")}, nil
}

// guardFormula keeps a spreadsheet from running a text.
func guardFormula(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		if _, err := strconv.ParseFloat(s, 64); err != nil {
			return "'" + s
		}
	}
	return s
}

// dataJSON is the table's own JSON with what must be said of it in front of the rows.
func (q *request) dataJSON(t *publication.Table, beside map[string]any) (*answer, error) {
	type column struct {
		Name    string `json:"name"`
		Meaning string `json:"meaning,omitempty"`
	}
	columns := make([]column, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = column(c)
	}
	head := map[string]any{
		"table": t.Name, "framework": q.v.ID(), "dataVersion": q.snap.DataVersion, "asOf": nil, "release": orNothing(q.asked.release), "columns": columns,
		"licence": "each source keeps its own", "sources": q.server.base() + "/" + string(q.tag) + "/data.json",
	}
	if q.asked.asOf != 0 {
		head["asOf"] = q.asked.asOf.String()
	}
	if q.server.config.Sample != nil {
		head["invented"] = true
	}
	for name, value := range beside {
		head[name] = value
	}
	front, err := json.Marshal(head)
	if err != nil {
		return nil, fmt.Errorf("json of %s: %w", t.Name, err)
	}
	rows, err := t.JSON()
	if err != nil {
		return nil, fmt.Errorf("json of %s: %w", t.Name, err)
	}
	// Both are objects: the second one's fields follow the first one's.
	body := append(append(bytes.TrimSuffix(front, []byte("}")), ','), bytes.TrimPrefix(rows, []byte("{"))...)
	return &answer{contentType: "application/json", body: body, open: true}, nil
}
