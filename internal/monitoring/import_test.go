package monitoring_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"waymark/internal/format/table"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
	"waymark/internal/store/storetest"
)

const columns = "area,indicator,period,answer,value,status,sex,age,comment"

func TestImportRefusesTheWholeFileAndNamesRowAndColumn(t *testing.T) {
	for name, c := range map[string]struct{ line, column, says string }{
		"decimal comma":        {`KEN,removed_within_3_days,2020,,"12,5",,,,`, "value", "12,5"},
		"word for nothing":     {"KEN,removed_within_3_days,2020,,n/a,,,,", "value", "not a number"},
		"a value to be set":    {"KEN,removed_within_3_days,2020,,XX%,,,,", "value", "XX%"},
		"percent sign":         {"KEN,removed_within_3_days,2020,,50%,,,,", "value", "not a number"},
		"exponent":             {"KEN,removed_within_3_days,2020,,1e3,,,,", "value", "not a number"},
		"below a limit":        {"KEN,removed_within_3_days,2020,,<5,,,,", "value", "not a number"},
		"grouped digits":       {"KEN,removed_within_3_days,2020,,1 000,,,,", "value", "not a number"},
		"unknown area":         {"Kenia Republic of,lanzarote,2020,yes,,,,,", "area", "Kenia Republic of"},
		"ambiguous area":       {"Guinea Bisau,lanzarote,2020,yes,,,,,", "area", "not a country we know"},
		"no area":              {",lanzarote,2020,yes,,,,,", "area", "missing"},
		"unknown indicator":    {"KEN,T9,2020,yes,,,,,", "indicator", "T9"},
		"no period":            {"KEN,lanzarote,,yes,,,,,", "period", "missing"},
		"no such period":       {"KEN,lanzarote,2020-13,yes,,,,,", "period", "2020-13"},
		"no such answer":       {"KEN,lanzarote,2020,maybe,,,,,", "answer", "maybe"},
		"number for an answer": {"KEN,lanzarote,2020,,1,,,,", "value", "answered with yes"},
		"answer for a number":  {"KEN,removed_within_3_days,2020,yes,,,,,", "answer", "answered with a number"},
		"no such status":       {"KEN,lanzarote,2020,yes,,Z,,,", "status", "not an observation status"},
		"value that is none":   {"KEN,lanzarote,2020,yes,,O,,,", "status", "there is one"},
		"none that is a value": {"KEN,lanzarote,2020,,,A,,,", "status", "there is none"},
		"sex":                  {"KEN,lanzarote,2020,yes,,,female,,", "sex", "not a code of sex"},
		"age":                  {"KEN,lanzarote,2020,yes,,,,0-17,", "age", "not a code of age"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTaking(t, "memory")
			out, err := s.take("network", columns, "TZA,lanzarote,2020,yes,,,,,", c.line)
			refused(t, err)
			if out == nil || len(out.Problems) != 1 {
				t.Fatalf("%+v", out)
			}
			p := out.Problems[0]
			if p.Row != 3 || p.Column != c.column || !strings.Contains(p.What, c.says) || p.Fix == "" {
				t.Errorf("%+v", p)
			}
			check(t, "stored", s.stored(t), 0)
			check(t, "refused", out.Tally.Refused, 1)
		})
	}
}

func TestImportSuggestsTheNearestCountry(t *testing.T) {
	s := newTaking(t, "memory")
	out, _ := s.take("network", columns, "Tanzanja,lanzarote,2020,yes,,,,,")
	if len(out.Problems) != 1 || !strings.Contains(out.Problems[0].Fix, "TZA") {
		t.Errorf("%+v", out.Problems)
	}
}

func TestImportKnowsCountriesByAnyOfTheirNames(t *testing.T) {
	for text, want := range map[string]string{
		"NA": "NAM", "Ivory Coast": "CIV", "Côte d'Ivoire": "CIV", "CIV": "CIV", "ci": "CIV", "384": "CIV", "4": "AFG", "004": "AFG", "Кения": "KEN",
	} {
		s := newTaking(t, "memory")
		out, err := s.take("network", columns, text+",lanzarote,2020,yes,,,,,")
		must(t, err)
		if len(out.New) != 1 || out.New[0].Area != want {
			t.Errorf("%q: %+v", text, out.New)
		}
	}
	s := newTaking(t, "memory")
	_, err := s.take("network", columns, "Ivory Coast,lanzarote,2020,yes,,,,,", "CIV,lanzarote,2020,no,,,,,")
	refused(t, err) // two names of one country are one key
}

func TestImportKeepsWhatIsNoCountryApart(t *testing.T) {
	s := newTaking(t, "memory")
	out, err := s.take("network", columns, "KEN,lanzarote,2020,yes,,,,,", "World,lanzarote,2020,yes,,,,,", "XKX,lanzarote,2020,yes,,,,,", "ANT,lanzarote,2020,yes,,,,,")
	must(t, err)
	check(t, "outside", out.Tally.Outside, 3)
	check(t, "remarks", len(out.Remarks), 3)
	check(t, "stored", s.stored(t), 1)
}

func TestImportRefusesColumnsItCannotPlace(t *testing.T) {
	for name, header := range map[string]string{
		"missing":  "area,indicator,answer",
		"none":     "iso3,instrument,in_force,status,status_as_of,source",
		"personal": columns + ",victim name",
		"birth":    columns + ",Date of birth",
		"gate":     columns + ",see example.onion",
	} {
		t.Run(name, func(t *testing.T) {
			s := newTaking(t, "memory")
			cells := strings.Repeat(",x", strings.Count(header, ","))
			out, err := s.take("network", header, "KEN"+cells)
			refused(t, err)
			if out == nil || len(out.Problems) == 0 || out.Problems[0].Row != 1 {
				t.Fatalf("%+v", out)
			}
			if text := fmt.Sprint(out.Problems, out.Remarks, err); strings.Contains(text, "example.onion") {
				t.Errorf("it repeats the text: %s", text)
			}
			check(t, "stored", s.stored(t), 0)
		})
	}
	// A mapping that names such a column has been looked at by a person.
	m, err := monitoring.ParseMapping([]byte(`{"code":"m","columns":["iso3","name"],"ignored":["name"],"area":{"column":"iso3"},"rules":[{"indicator":{"const":"lanzarote"},"answer":{"const":"yes"},"nature":"G","always":true}]}`))
	must(t, err)
	s := newTaking(t, "memory")
	_, err = s.Import(storetest.Context(), monitoring.Import{Name: "l.csv", Data: []byte("iso3,name\nKEN,Kenya\nTZA,Tanzania\n"), Source: "network", Mapping: m})
	must(t, err)
	check(t, "stored", s.stored(t), 2)
}

func TestImportRefusesOneThingSaidTwice(t *testing.T) {
	s := newTaking(t, "memory")
	out, err := s.take("network", columns, "KEN,lanzarote,2020,yes,,,,,", "KEN,lanzarote,2020,yes,,,,,")
	refused(t, err)
	if !strings.Contains(out.Problems[0].What, "rows 2 and 3") {
		t.Errorf("%+v", out.Problems)
	}
}

// canaries must be found nowhere once an import that holds them was refused.
var canaries = []string{
	"abcdefghij234567canaryabcd234567abcdefghij234567canaryab.onion", "https://canary-host.example/x", "canary.person@mail.example",
	"magnet:?xt=urn:btih:canary", "t.me/+canary", "192.168.77.201", "d41d8cd98f00b204e9800998ecf8427e", "+41 22 730 51 99", "canary-host[.]com",
}

func TestImportKeepsNothingOfWhatMustNeverBeStored(t *testing.T) {
	for _, canary := range canaries {
		for _, column := range []string{"area", "comment", "value"} {
			s := newTaking(t, "sqlite")
			cells := map[string]string{"area": "KEN", "comment": "", "value": "1"}
			cells[column] = "see " + canary
			line := fmt.Sprintf("%s,removed_within_3_days,2020,,%s,,,,%s", cells["area"], cells["value"], cells["comment"])
			for _, dry := range []bool{true, false} {
				out, err := s.Import(storetest.Context(), monitoring.Import{Name: "list.csv", Data: []byte(columns + "\n" + line + "\n"), Source: "network", DryRun: dry})
				refused(t, err)
				p := out.Problems[0]
				if len(out.Problems) != 1 || p.Row != 2 || p.Column != column || p.Fix == "" {
					t.Errorf("%q in %s: %+v", canary, column, out.Problems)
				}
				told, _ := json.Marshal(out.Problems)
				for _, text := range []string{string(told), fmt.Sprint(out.Remarks), fmt.Sprintf("%+v", err)} {
					if strings.Contains(text, canary) {
						t.Errorf("%q is repeated in %s", canary, text)
					}
				}
			}
			// Nor does a neighbouring row that is fine carry it in.
			_, err := s.take("network", columns, "KEN,removed_within_3_days,2020,,1,,,,"+"first round")
			must(t, err)
			path := s.db.Path()
			for _, file := range []string{path, path + "-wal"} {
				data, err := os.ReadFile(file)
				if err != nil && !os.IsNotExist(err) {
					t.Fatal(err)
				}
				if strings.Contains(string(data), canary) {
					t.Errorf("%q is in %s", canary, filepath.Base(file))
				}
			}
		}
	}
	s := newTaking(t, "memory")
	_, err := s.Import(storetest.Context(), monitoring.Import{Name: "to t.me/+canary.csv", Data: []byte(columns + "\nKEN,lanzarote,2020,yes,,,,,\n"), Source: "network"})
	refused(t, err)
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("the name of the file is repeated: %v", err)
	}
}

func TestImportTakesAddressesOfRegisteredSources(t *testing.T) {
	s := newTaking(t, "memory")
	_, err := s.take("ministry", columns, "KEN,lanzarote,2020,yes,,,,,https://www.ministry.example/law/7")
	must(t, err)
}

// Most tables of the corpus hold no observations. Whatever can be read of them must be refused.
func TestImportTakesNothingFromTheCorpus(t *testing.T) {
	root := shared(t, "corpus", "tables")
	s := newTaking(t, "memory")
	mappings, err := monitoring.ShippedMappings()
	must(t, err)
	files := 0
	must(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(path) == "manifest.tsv" || strings.Contains(path, string(filepath.Separator)+"truth"+string(filepath.Separator)) {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, m := range append([]*monitoring.Mapping{nil}, mappings...) {
			in := monitoring.Import{Name: filepath.Base(path), Data: data, Source: "network", Mapping: m, AcceptGuesses: true}
			_, err := s.Import(storetest.Context(), in)
			if err == nil {
				t.Errorf("%s was taken in", in.Name)
				break
			}
			refused(t, err)
			if m == nil {
				if _, err := table.Read(in.Name, data, table.Options{}); err != nil {
					break // not readable at all: no mapping changes that
				}
			}
		}
		return nil
	}))
	if files < 100 {
		t.Errorf("only %d files", files)
	}
	check(t, "stored", s.stored(t), 0)
}

func TestImportTwiceChangesNothing(t *testing.T) {
	for _, engine := range storetest.Names {
		t.Run(engine, func(t *testing.T) {
			s := newTaking(t, engine)
			ctx := storetest.Context()
			must(t, s.LoadShipped(ctx))
			before, err := s.db.DataVersion(ctx)
			must(t, err)
			rows := s.all(t)
			must(t, s.LoadShipped(ctx))
			after, err := s.db.DataVersion(ctx)
			must(t, err)
			check(t, "data version", after, before)
			check(t, "observations", s.stored(t), len(rows))
		})
	}
}

func TestImportKeepsWhatWasSaidBefore(t *testing.T) {
	s := newTaking(t, "memory")
	_, err := s.take("network", columns, "KEN,lanzarote,2020,no,,,,,first edition", "TZA,lanzarote,2020,no,,,,,")
	must(t, err)
	out, err := s.take("network", columns, "KEN,lanzarote,2020,yes,,,,,second edition", "TZA,lanzarote,2020,no,,,,,")
	must(t, err)
	check(t, "tally", fmt.Sprintf("%d new %d changed %d same", out.Tally.New, out.Tally.Changed, out.Tally.Same), "0 new 1 changed 1 same")
	check(t, "was", out.Changed[0].Old.Answer, monitoring.AnswerNo)
	past, err := s.db.History(storetest.Context(), out.Changed[0].New.Key)
	must(t, err)
	if len(past) != 2 || past[0].Answer != monitoring.AnswerYes || past[1].Answer != monitoring.AnswerNo || past[1].Note != "first edition" {
		t.Errorf("%+v", past)
	}
	must(t, s.db.WithdrawBatch(storetest.Context(), out.Batch, "wrong edition"))
	if rows := s.all(t); len(rows) != 2 || rows[0].Answer != monitoring.AnswerNo {
		t.Errorf("%+v", rows)
	}
}

func TestImportTellsWhereSourcesContradictEachOther(t *testing.T) {
	s := newTaking(t, "memory")
	_, err := s.take("network", columns, "KEN,lanzarote,2020,yes,,,,,", "TZA,lanzarote,2020,yes,,,,,", "UGA,lanzarote,2018,yes,,,,,", "RWA,lanzarote,2020,,,O,,,", "KEN,removed_within_3_days,2020,,0.5,,,,")
	must(t, err)
	out, err := s.take("rival", columns, "KEN,lanzarote,2020,no,,,,,", "TZA,lanzarote,2020,partly,,,,,", "UGA,lanzarote,2020,no,,,,,", "RWA,lanzarote,2020,yes,,,,,", "KEN,removed_within_3_days,2020,,0.50,,,,")
	must(t, err)
	check(t, "conflicts", len(out.Conflicts), 2)
	check(t, "tally", out.Tally.Conflicting, 2)
	for _, c := range out.Conflicts {
		check(t, c.Area+" in degree", c.InScale, c.Area == "TZA")
		check(t, c.Area, c.A.Source+" against "+c.B.Source, "rival against network")
	}
	check(t, "both are kept", s.stored(t), 10)
	r := s.evidence(t).Read("lanzarote", "KEN", monitoring.On(reference.Day(2020, 6, 1)))
	if r.Source != "network" && r.Source != "rival" || r.Against == "" {
		t.Errorf("%+v", r)
	}
}
