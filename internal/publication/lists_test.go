package publication_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
	"waymark/internal/store/storetest"
)

// openBudapest are the States the shipped Budapest list says nothing of.
var openBudapest = strings.Fields("CHE LKA MCO NGA POL SEN SLE SMR SVK SWE TON TUN TUR")

// fullChart is a chart of the Budapest Convention that says how the thirteen stand.
func fullChart(status map[string]string) []byte {
	var b bytes.Buffer
	b.WriteString("iso3,instrument,signed,ratified_or_acceded,binding_act,binding_year,in_force,status,status_as_of,source\n")
	for _, iso3 := range openBudapest {
		st, inForce := "party", "2017-07-01"
		if s, ok := status[iso3]; ok {
			st, inForce = s, ""
		}
		fmt.Fprintf(&b, "%s,Budapest,,,,,%s,%s,2024,\"Treaty Office, full chart\"\n", iso3, inForce, st)
	}
	return b.Bytes()
}

func TestTheFullBudapestChartTurnsTheUnknownIntoFacts(t *testing.T) {
	s := open(t)
	out, err := s.imports.Import(storetest.Context(), monitoring.Import{Name: "budapest.csv", Data: fullChart(nil), Source: "treaties"})
	must(t, err)
	check(t, "rows", out.Tally.Read, 13)
	n := s.snapshot(t)
	f := figure(t, n, "T1", "T1x", publication.FigureQuery{})
	check(t, "T1x", apart(f), "136/15/8/34")
	conflicts, err := n.Conflicts(publication.FigureQuery{Codes: []string{"T1"}})
	must(t, err)
	var queued []string
	for _, c := range conflicts {
		if !c.InScale {
			queued = append(queued, c.Area)
		}
	}
	check(t, "queued", strings.Join(queued, " "), "AZE BIH GHA GRD TON")
	check(t, "the chart again changes nothing", taken(t, s, fullChart(nil)), "0 new 0 changed")
}

func TestTongaAsASignatoryIsNotMet(t *testing.T) {
	s := open(t)
	_, err := s.imports.Import(storetest.Context(), monitoring.Import{Name: "budapest.csv", Data: fullChart(map[string]string{"TON": "signatory"}), Source: "treaties"})
	must(t, err)
	check(t, "T1x", apart(figure(t, s.snapshot(t), "T1", "T1x", publication.FigureQuery{})), "135/15/9/34")
}

func taken(t *testing.T, s *site, chart []byte) string {
	t.Helper()
	out, err := s.imports.Import(storetest.Context(), monitoring.Import{Name: "budapest.csv", Data: chart, Source: "treaties"})
	must(t, err)
	return fmt.Sprintf("%d new %d changed", out.Tally.New, out.Tally.Changed)
}

// A table by country and criterion gives T1a to T1c without a change of code: five countries, of which
// one has all five criteria, one all but provider reporting, one only some law, one none, one a gap.
func TestATableByCountryGivesTheVariantsWithoutData(t *testing.T) {
	s := open(t)
	_, err := s.imports.Import(storetest.Context(), monitoring.Import{Name: "icmec.csv", Source: "csam_legislation", Data: []byte(
		"iso3,edition,edition_year,footnote,source,legislation_specific_to_csam,csam_defined,technology_facilitated_offences,simple_possession,isp_reporting\n" +
			"KEN,9th,2018,,Global review,yes,yes,yes,yes,yes\nTZA,9th,2018,,Global review,✓,✓,✓,✓,✗\nUGA,9th,2018,,Global review,1,0,1,0,0\nRWA,9th,2018,,Global review,No,No,No,No,No\nBDI,9th,2018,,Global review,Y,Y,Y,,N\n")})
	must(t, err)
	n := s.snapshot(t)
	for variant, want := range map[string]string{"T1a": "4/0/1/188", "T1b": "2/1/1/189", "T1c": "1/3/1/188"} {
		check(t, variant, apart(figure(t, n, "T1", variant, publication.FigureQuery{})), want)
	}
	check(t, "before the edition", apart(figure(t, n, "T1", "T1a", publication.FigureQuery{AsOf: reference.Day(2017, 12, 31)})), "0/0/0/193")
	check(t, "the headline stays", figure(t, n, "T1", "", publication.FigureQuery{}).Variant, "T1x")
}

// Four kinds go in, and the same four kinds come out of every path. (One row with three numbers is of
// Kosovo, which the standard list of countries does not have: it is told and not stored.)
func TestZeroUnknownNotApplicableAndEmptyStayApart(t *testing.T) {
	want := map[string]map[string]int{
		"enforcement_criminal_investigations": {"zero": 9, "L": 54, "M": 14, "O": 2, "number": 51},
		"enforcement_criminal_prosecutions":   {"zero": 15, "L": 57, "M": 15, "O": 2, "number": 41},
		"enforcement_criminal_convictions":    {"zero": 23, "L": 58, "M": 16, "O": 2, "number": 31},
	}
	for _, e := range storetest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) {
			s := fill(t, e.DB)
			n := s.snapshot(t)
			for indicator, kinds := range want {
				rows, err := n.PublicObservations(storetest.Context(), monitoring.ObservationQuery{Indicators: []string{indicator}})
				must(t, err)
				table := publication.ObservationTable(rows)
				text, err := table.CSV()
				must(t, err)
				records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
				must(t, err)
				at := func(name string) int { return slices.Index(records[0], name) }
				data, err := table.JSON()
				must(t, err)
				var items struct {
					Items []struct {
						Value  *json.Number `json:"value"`
						Status string       `json:"status"`
					} `json:"items"`
				}
				must(t, json.Unmarshal(data, &items))
				fromRows, fromCSV, fromJSON := map[string]int{}, map[string]int{}, map[string]int{}
				for i, o := range rows {
					fromRows[kind(o.Value != nil, o.Value != nil && o.Value.IsZero(), string(o.Status))]++
					cell := records[i+1][at("value")]
					fromCSV[kind(cell != "", cell == "0", records[i+1][at("status")])]++
					v := items.Items[i].Value
					fromJSON[kind(v != nil, v != nil && *v == "0", items.Items[i].Status)]++
				}
				for path, got := range map[string]map[string]int{"store": fromRows, "CSV": fromCSV, "JSON": fromJSON} {
					check(t, indicator+" by "+path, fmt.Sprint(got), fmt.Sprint(kinds))
				}
			}
		})
	}
}

func kind(known, zero bool, status string) string {
	switch {
	case zero:
		return "zero"
	case known:
		return "number"
	}
	return status
}

// Figures too write nothing as null and never as nought.
func TestAFigureWritesNothingAsNull(t *testing.T) {
	n := open(t).snapshot(t)
	half := figure(t, n, "IM-1", "half", publication.FigureQuery{})
	data, err := json.Marshal(half)
	must(t, err)
	for _, field := range []string{`"met":null`, `"partly":null`, `"notMet":null`, `"unknown":null`, `"knownOnly":null`, `"grade":null`, `"pace":null`, `"asOf":null`} {
		if !strings.Contains(string(data), field) {
			t.Errorf("no %s in %s", field, data)
		}
	}
	text, err := publication.FigureTable([]monitoring.Figure{half}).CSV()
	must(t, err)
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	must(t, err)
	for _, column := range []string{"as_of", "countries_met", "children_unknown", "countries_known_only", "grade", "pace"} {
		check(t, column, records[1][slices.Index(records[0], column)], "")
	}
	none := figure(t, n, "T1", "T1a", publication.FigureQuery{})
	data, err = json.Marshal(none)
	must(t, err)
	for _, field := range []string{`"met":0`, `"lower":0.000000`, `"knownOnly":null`, `"unknown":193`} {
		if !strings.Contains(string(data), field) {
			t.Errorf("no %s in %s", field, data)
		}
	}
}
