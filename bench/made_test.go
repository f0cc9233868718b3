// Package bench measures Waymark against the bars it keeps (README.md), each beside the plain program
// that does the same work, in one run. Nothing here passes or fails by a time.
package bench

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/shopspring/decimal"

	"waymark/internal/accounts"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
	"waymark/internal/store"
)

const (
	indicators = 60
	firstYear  = 2015
	years      = 10
)

// ctx is one in which the local operator acts.
func ctx() context.Context { return accounts.With(context.Background(), accounts.Local()) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func world(t testing.TB) *reference.World {
	t.Helper()
	w, err := reference.Shipped()
	must(t, err)
	return w
}

// universe is 195 countries: the Member States and the two observers.
func universe(w *reference.World) reference.Universe {
	var codes []string
	for _, c := range w.Countries() {
		if c.Member || c.Observer {
			codes = append(codes, c.ISO3)
		}
	}
	return reference.NewUniverse("bench", "Member and observer States", codes)
}

// isNumber tells which indicators are answered with a number: one in ten, as among those that the
// shipped criteria ask for it is one in nineteen.
func isNumber(i int) bool { return i%10 == 9 }

// isPair tells which variants ask for two indicators, and second which the other one is.
func isPair(i int) bool { return i%3 == 2 && !isNumber(i) }

func second(i int) int {
	if isNumber(i - 1) {
		return i - 2
	}
	return i - 1
}

func code(i int) string { return fmt.Sprintf("ind_%02d", i) }

// made is a framework of 60 indicators with a target and one variant for each: two of three ask for one
// indicator; one of three asks for two and has a partly; one in ten compares a number.
func made() *framework.Version {
	v := &framework.Version{
		Framework: "bench", Number: 1, Title: "Made for measuring", State: framework.Adopted,
		Valid:    reference.Period{Start: reference.Day(firstYear, 1, 1), End: reference.OpenEnd},
		Universe: "bench", WeightsYear: 2022,
		Rules:      []framework.SelectionRule{{Code: "default", Order: []string{"country_verified", "international_list", "other_assessment"}}},
		Parameters: framework.Parameters{MatchedPanelMinimum: "0.70", SurveyMarkedAfterMonths: 24, SurveyUnknownAfterMonths: 36, MechanismStaleMonths: 12},
	}
	goal := decimal.RequireFromString("0.8")
	for i := range indicators {
		of := fmt.Sprintf("B%02d", i)
		ind := framework.Indicator{Code: code(i), Title: code(i), Question: "?", Kind: framework.Answer, Carry: "survey", Elements: []string{of}}
		w := framework.Variant{Code: "V" + of, Of: of, Headline: true, Met: code(i)}
		switch {
		case isNumber(i):
			ind.Kind, w.Met = framework.Number, code(i)+" >= 50.0"
		case isPair(i):
			w.Met, w.Partly = code(i)+" && "+code(second(i)), code(i)
		}
		judged := "countries"
		if i%4 == 0 {
			judged = "children"
		}
		v.Indicators = append(v.Indicators, ind)
		v.Variants = append(v.Variants, w)
		v.Elements = append(v.Elements, framework.Element{Code: of})
		v.Sheets = append(v.Sheets, framework.Sheet{Code: of, Direction: "increase"})
		v.Targets = append(v.Targets, framework.Target{Code: of, Of: of, JudgedOn: judged, Revisions: []framework.TargetRevision{{
			Operator: framework.AtLeast, Value: &goal, GoalDate: reference.Day(2020, 12, 31)}}})
	}
	return v
}

// sources are those that the observations name.
func sources() []monitoring.Source {
	out := make([]monitoring.Source, 4)
	for i := range out {
		out[i] = monitoring.Source{Code: "list-" + strconv.Itoa(i), Kind: monitoring.InternationalList, Redistributed: true}
	}
	return out
}

// world of answers: for each indicator, year and country nothing (a fifth), yes, no or a number.
type columns struct {
	says    [indicators][years][]uint8 // 0 nothing, 1 no, 2 yes
	numbers [indicators][years][]float64
	source  [indicators]uint8
}

func answers(countries int) *columns {
	r := rand.New(rand.NewPCG(1, 2))
	c := &columns{}
	for i := range indicators {
		c.source[i] = uint8(i % 4)
		for y := range years {
			c.says[i][y], c.numbers[i][y] = make([]uint8, countries), make([]float64, countries)
			for k := range countries {
				if r.IntN(5) == 0 {
					continue
				}
				c.says[i][y][k] = uint8(1 + r.IntN(2))
				c.numbers[i][y][k] = float64(r.IntN(1000)) / 10
			}
		}
	}
	return c
}

// observations says the same in rows.
func (c *columns) observations(u reference.Universe) []monitoring.Observation {
	var out []monitoring.Observation
	for i := range indicators {
		for k, area := range u.Members {
			for y := range years {
				o := monitoring.Observation{Status: monitoring.Normal, Conf: monitoring.Free, Nature: monitoring.CountryData, ProvenOn: reference.Day(firstYear+y, 12, 31), RecordedAt: 1}
				o.Key = monitoring.Key{Indicator: code(i), Area: area, Period: reference.YearPeriod(firstYear + y), Source: "list-" + strconv.Itoa(int(c.source[i]))}
				switch said := c.says[i][y][k]; {
				case said == 0:
					o.Status = monitoring.Missing
				case isNumber(i):
					d := decimal.NewFromFloat(c.numbers[i][y][k])
					o.Value = &d
				case said == 2:
					o.Answer = monitoring.AnswerYes
				default:
					o.Answer = monitoring.AnswerNo
				}
				out = append(out, o)
			}
		}
	}
	return out
}

// imported is how many observations the import takes in.
const imported = 228_000

// file is 228,000 observations as a partner would send them: 30 indicators answered with a number, 195
// countries, 10 years, and for each the total and three breakdowns, until the number is reached.
func file(u reference.Universe) []byte {
	var b bytes.Buffer
	b.WriteString("area,indicator,period,sex,age,value,status,numerator,denominator,source_date,comment\r\n")
	n := 0
	for _, part := range [][2]string{{"", ""}, {"F", "Y0T17"}, {"M", "Y0T17"}, {"", "Y0T17"}} {
		for i := range 30 {
			for y := range years {
				for k, area := range u.Members {
					if n == imported {
						return b.Bytes()
					}
					n++
					value, status := fmt.Sprintf("%d.%d", (k*7+i)%100, y), ""
					if (k+i+y)%9 == 0 {
						value, status = "", "O"
					}
					fmt.Fprintf(&b, "%s,%s,%d,%s,%s,%s,%s,%d,%d,%d-12-31,\"table %d, row %d\"\r\n",
						area, number(i), firstYear+y, part[0], part[1], value, status, k*7+i, 1000+k, firstYear+y, i, k)
				}
			}
		}
	}
	return b.Bytes()
}

func number(i int) string { return fmt.Sprintf("num_%02d", i) }

// numbers is a version whose 30 indicators the file speaks of.
func numbers() *framework.Version {
	v := made()
	for i := range 30 {
		v.Indicators = append(v.Indicators, framework.Indicator{Code: number(i), Title: number(i), Question: "?", Kind: framework.Number, Carry: "survey"})
	}
	return v
}

// ready gives an empty database the areas and sources.
func ready(t testing.TB, db *store.DB, w *reference.World) {
	t.Helper()
	var areas []store.Area
	for _, a := range w.Areas() {
		areas = append(areas, store.Area{Code: a.Code, Parent: a.Parent, Kind: string(a.Level)})
	}
	must(t, db.SaveAreas(ctx(), areas))
	for _, s := range sources() {
		must(t, db.SaveSource(ctx(), s))
	}
}
