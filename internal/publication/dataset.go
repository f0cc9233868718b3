package publication

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/shopspring/decimal"

	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// Table is one open data set: the same rows for page, CSV, JSON and API. A nil value is missing; it
// is an empty cell in CSV and null in JSON, never 0.
type Table struct {
	Name    string
	Columns []Column
	Rows    []Row
}

// Column is one column: a stable name, and what it means.
type Column struct {
	Name    string
	Meaning string
}

// Row is the values of one row, in the order of the columns: nil, string, bool, int, int64,
// reference.Date, monitoring.Share or *decimal.Decimal.
type Row []any

// Header gives the names of the columns.
func (t *Table) Header() []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = c.Name
	}
	return out
}

// Texts gives the values as the cells of a CSV file.
func (r Row) Texts() []string {
	out := make([]string, len(r))
	for i, v := range r {
		out[i] = cellText(v)
	}
	return out
}

func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case reference.Date:
		return v.String()
	case monitoring.Share:
		return v.String()
	case *decimal.Decimal:
		if v == nil {
			return ""
		}
		return v.String()
	}
	return fmt.Sprint(v)
}

// CSV writes the table as RFC 4180: UTF-8, commas, CRLF, no byte order mark.
func (t *Table) CSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if err := w.Write(t.Header()); err != nil {
		return nil, err
	}
	for _, r := range t.Rows {
		if err := w.Write(r.Texts()); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// JSON writes the table as {"items":[…]}, an object a row, its fields in the order of the columns.
func (t *Table) JSON() ([]byte, error) {
	names := make([][]byte, len(t.Columns))
	for i, c := range t.Columns {
		names[i], _ = json.Marshal(c.Name) // a string always has a JSON form
	}
	var b bytes.Buffer
	b.WriteString(`{"items":[`)
	for i, r := range t.Rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n{")
		for j, v := range r {
			if j > 0 {
				b.WriteByte(',')
			}
			b.Write(names[j])
			b.WriteByte(':')
			value, err := cellJSON(v)
			if err != nil {
				return nil, fmt.Errorf("column %s: %w", t.Columns[j].Name, err)
			}
			b.Write(value)
		}
		b.WriteByte('}')
	}
	b.WriteString("\n]}\n")
	return b.Bytes(), nil
}

func cellJSON(v any) ([]byte, error) {
	switch d := v.(type) {
	case *decimal.Decimal:
		if d == nil {
			return []byte("null"), nil
		}
		return []byte(d.String()), nil
	case reference.Date:
		if d == 0 {
			return []byte("null"), nil
		}
	}
	return json.Marshal(v)
}

// FigureTable flattens figures.
func FigureTable(figures []monitoring.Figure) *Table {
	t := &Table{Name: "figures", Columns: []Column{
		{"code", "element of the framework"}, {"variant", "way of counting"}, {"headline", "the variant the framework version names"},
		{"framework", "version"}, {"universe", "countries counted over"}, {"as_of", "day; empty: every row counts"}, {"basis", "computed or published"},
		{"countries_met", "number of countries where it is in place"}, {"countries_partly", "number where it is partly in place"}, {"countries_not_met", "number where it is not in place"}, {"countries_unknown", "number of which it is not known"}, {"countries_total", "number of countries asked about"},
		{"countries_lower", "share, at least"}, {"countries_upper", "share, at most"}, {"countries_known_only", "share among known; never alone"},
		{"weights_year", "year of the child population"},
		{"children_met", "children under 18 living where it is in place"}, {"children_partly", "children living where it is partly in place"}, {"children_not_met", "children living where it is not in place"}, {"children_unknown", "children living where it is not known"}, {"states_without_weight", "countries whose children are not counted, for want of a number"}, {"children_total", "children in all countries with a number"},
		{"children_lower", "share, at least"}, {"children_upper", "share, at most"}, {"children_known_only", "share among known; never alone"},
		{"goal_value", "share; empty: to be set"}, {"goal_date", "the day the goal was set for"}, {"goal_operator", "how the figure is held against the goal"}, {"judged_on", "countries or children"},
		{"verdict", "reached, onTrack, behind, movingAway, missed or cannotBeJudged"}, {"grade", "accelerate, insufficient or empty"}, {"reason", "why it cannot be judged, as a code"}, {"pace", "actual change over the change needed"}, {"method", "name and version of the method of judging"}, {"method_dependent", "whether another method would judge otherwise"},
		{"evidence_newest", "date of the newest evidence"}, {"evidence_oldest", "date of the oldest evidence"}, {"validated_by_countries", "countries that confirmed what is said of them"}, {"inputs", "hash of everything it was computed from"},
	}}
	for i := range figures {
		f := &figures[i]
		c, k := f.Countries, f.Children
		var asOf any
		if f.AsOf != nil {
			asOf = *f.AsOf
		}
		t.Rows = append(t.Rows, Row{
			f.Code, f.Variant, f.Headline, f.Framework, f.Universe, asOf, f.Basis,
			orNil(c.Met), orNil(c.Partly), orNil(c.NotMet), orNil(c.Unknown), c.Total, c.Lower, c.Upper, c.KnownOnly,
			k.WeightsYear, orNil(k.Met), orNil(k.Partly), orNil(k.NotMet), orNil(k.Unknown), k.StatesWithoutWeight, k.Total, k.Lower, k.Upper, k.KnownOnly,
			f.Goal.Value, f.Goal.Date, string(f.Goal.Operator), f.Goal.JudgedOn,
			f.Verdict, orNil(f.Grade), orNil(f.Reason), f.Pace, f.Method, f.MethodDependent,
			f.Evidence.Newest, f.Evidence.Oldest, f.Evidence.ValidatedByCountries, f.Inputs,
		})
	}
	return t
}

func orNil[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// ObservationTable flattens observations.
func ObservationTable(rows []monitoring.Observation) *Table {
	t := &Table{Name: "observations", Columns: []Column{
		{"indicator", "code of the question"}, {"area", "ISO 3166-1 alpha-3, or M49 for groups"}, {"period", "when it held; empty: undated"}, {"sex", "whom it is about: M, F or all"}, {"age", "whom it is about: an age group or all"}, {"item", "which of several"},
		{"source", "code of the source"}, {"answer", "yes, partly or no"}, {"value", "exact; empty: there is none"}, {"numerator", "what was counted, of a share"}, {"denominator", "out of how many, of a share"},
		{"status", "SDMX OBS_STATUS"}, {"confidentiality", "SDMX CONF_STATUS"}, {"nature", "how it came about: C, CA, E, M or G"}, {"proven_on", "date of the list or document"}, {"note", "the source's own words"}, {"citation", "where in the source it stands"}, {"row_version", "how often this row was written"},
	}}
	for i := range rows {
		o := &rows[i]
		var period any
		if o.Period != (reference.Period{}) {
			period = o.Period.String()
		}
		t.Rows = append(t.Rows, Row{
			o.Indicator, o.Area, period, text(o.Sex), text(o.Age), text(o.Item), o.Source, text(string(o.Answer)), o.Value, o.Numerator, o.Denominator,
			string(o.Status), string(o.Conf), string(o.Nature), o.ProvenOn, text(o.Note), text(o.Citation), o.RowVersion,
		})
	}
	return t
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// StatusTable lists where every country stands on each figure.
func StatusTable(w *reference.World, figures []monitoring.Figure) *Table {
	t := &Table{Name: "countries", Columns: []Column{
		{"area", "ISO 3166-1 alpha-3"}, {"name", "United Nations name in English"}, {"code", "element"}, {"variant", "way of counting"}, {"status", "met, partly, notMet or unknown"},
		{"lower", "0 not met, 1 partly, 2 met: at least"}, {"upper", "at most"}, {"children", "under 18, weights year"},
	}}
	for i := range figures {
		f := &figures[i]
		for _, s := range f.Statuses {
			c, _ := w.Country(s.Area)
			var children any
			if n, ok := w.Weight(s.Area, f.Children.WeightsYear); ok {
				children = n
			}
			t.Rows = append(t.Rows, Row{s.Area, c.Name("en"), f.Code, f.Variant, s.Status.Word(), int(s.Status.Low), int(s.Status.High), children})
		}
	}
	return t
}

// SourceTable lists the sources.
func SourceTable(sources []monitoring.Source) *Table {
	t := &Table{Name: "sources", Columns: []Column{
		{"code", "its short name"}, {"title", "its title"}, {"kind", "what kind of source it is"}, {"publisher", "who publishes it"}, {"edition", "which edition was read"}, {"licence", "under which licence it may be used"}, {"attribution", "the line to cite it by"}, {"redistributable", "whether its rows may be given on"},
		{"cadence", "how often it comes out"}, {"viewpoint", "whose view of others it is"}, {"completeness", "what it leaves out"}, {"validated_by_countries", "whether the countries described confirmed it"}, {"context", "shown, never counted"},
	}}
	for _, s := range sources {
		t.Rows = append(t.Rows, Row{s.Code, s.Title, string(s.Kind), s.Publisher, s.Edition, s.Licence, s.Attribution, s.Redistributed, s.Cadence, text(s.Viewpoint), text(s.Completeness), s.ValidatedByCountries, s.Context})
	}
	return t
}
