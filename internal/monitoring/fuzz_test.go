package monitoring_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"waymark/internal/framework"
	"waymark/internal/monitoring"
)

func TestParseMappingRefusesWhatItCannotMean(t *testing.T) {
	const rest = `"columns":["c"],"area":{"column":"c"},`
	const rule = `{"indicator":{"const":"lanzarote"},"answer":{"const":"yes"},"nature":"G"`
	for name, text := range map[string]string{
		"no JSON":                 `code`,
		"empty":                   ``,
		"a misspelt name":         `{"code":"m",` + rest + `"rule":[]}`,
		"no code":                 `{` + rest + `"rules":[` + rule + `}]}`,
		"no rules":                `{"code":"m",` + rest + `"rules":[]}`,
		"no area":                 `{"code":"m","columns":["c"],"rules":[` + rule + `}]}`,
		"a column not listed":     `{"code":"m",` + rest + `"rules":[` + rule + `,"note":["d"]}]}`,
		"no indicator":            `{"code":"m",` + rest + `"rules":[{"nature":"G"}]}`,
		"no nature":               `{"code":"m",` + rest + `"rules":[{"indicator":{"const":"lanzarote"}}]}`,
		"a condition without one": `{"code":"m",` + rest + `"rules":[` + rule + `,"when":[{"column":"c"}]}]}`,
		"a condition with two":    `{"code":"m",` + rest + `"rules":[` + rule + `,"when":[{"column":"c","is":["x"],"empty":true}]}]}`,
		"rows left untested":      `{"code":"m",` + rest + `"rules":[` + rule + `}],"left":[{"when":[],"why":"all"}]}`,
		"a word for a value":      `{"code":"m",` + rest + `"rules":[` + rule + `,"words":{"x":"A"}}]}`,
		"something behind":        `{"code":"m",` + rest + `"rules":[` + rule + `}]}{}`,
	} {
		m, err := monitoring.ParseMapping([]byte(text))
		if m != nil || err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
	if _, err := monitoring.ParseMapping([]byte(`{"code":"m",` + rest + `"rules":[` + rule + `}]}`)); err != nil {
		t.Errorf("the mapping that each of these spoils is refused too: %v", err)
	}
}

func FuzzMapping(f *testing.F) {
	shipped, err := filepath.Glob(filepath.Join("seed", "mappings", "*.json"))
	if err != nil || len(shipped) == 0 {
		f.Fatalf("no mappings: %v", err)
	}
	for _, name := range shipped {
		data, err := os.ReadFile(name)
		must(f, err)
		if len(data) < 3000 { // the long ones only repeat themselves
			f.Add(string(data))
		}
	}
	f.Add(`{"code":"m","columns":["c","d"],"optional":["e"],"area":{"column":"c"},"emptyArea":"x","rules":[{"when":[{"column":"d","is":["a"]},{"column":"e","empty":true}],"indicator":{"const":"i"},"value":{"column":"d"},"words":{"-":"O"},"nature":"G","from":[{"column":"d","end":true}],"before":{"column":"e"}}],"left":[{"when":[{"column":"d","startsNot":["b"]}],"why":"y"}],"ignored":["z"]}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := monitoring.ParseMapping([]byte(text))
		if err != nil {
			return
		}
		m.Indicators()
		again, err := json.Marshal(m)
		must(t, err)
		n, err := monitoring.ParseMapping(again)
		must(t, err)
		if twice, _ := json.Marshal(n); string(twice) != string(again) {
			t.Errorf("written and read again: %s, then %s", again, twice)
		}
	})
}

// FuzzPropose reads any rows by any shipped mapping: it never panics, never takes a row silently, and
// what it proposes is whole.
func FuzzPropose(f *testing.F) {
	versions, err := framework.Shipped()
	must(f, err)
	indicators := map[string]framework.Indicator{}
	for _, ind := range versions[0].Indicators {
		indicators[ind.Code] = ind
	}
	mappings, err := monitoring.ShippedMappings()
	must(f, err)
	for i, m := range mappings {
		f.Add(uint8(i), strings.Join(m.Columns, "\t"), "KEN\t2020\tyes\t0\tO\t2020-01-01")
	}
	f.Add(uint8(0), "area\tindicator\tperiod\tanswer\tvalue", "KEN\tlanzarote\t2020\tyes\t\nTZA\tlanzarote\t1e9\t\t-0.0")
	f.Fuzz(func(t *testing.T, which uint8, header, body string) {
		m := mappings[int(which)%len(mappings)]
		list := monitoring.List{File: "f", Header: strings.Split(header, "\t")}
		for i, line := range strings.Split(body, "\n") {
			list.Rows = append(list.Rows, monitoring.ListRow{Number: i + 2, Cells: strings.Split(line, "\t")})
		}
		p := monitoring.Propose(list, monitoring.Known{Mapping: m, Source: monitoring.Source{Code: "s"}, Indicators: indicators,
			Match: func(s string) monitoring.AreaMatch {
				if len(s) == 3 {
					return monitoring.AreaMatch{Area: s}
				}
				return monitoring.AreaMatch{Outside: "?"}
			},
			Check: func(string) (string, string) { return "", "" },
		})
		if len(p.Rows())+len(p.Problems)+len(p.Remarks) == 0 {
			t.Error("every row vanished without a word")
		}
		seen := map[monitoring.Key]bool{}
		for _, o := range p.Rows() {
			empty := o.Value == nil && o.Answer == ""
			if seen[o.Key] || o.Indicator == "" || o.Area == "" || o.Source != "s" || !o.Status.IsKnown() || empty != o.Status.HasNoValue() || o.Period.Start > o.Period.End {
				t.Errorf("%+v", o)
			}
			seen[o.Key] = true
		}
		for _, q := range p.Problems {
			if q.What == "" || q.Fix == "" {
				t.Errorf("a problem without a sentence or a fix: %+v", q)
			}
		}
	})
}
