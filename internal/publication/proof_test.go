package publication_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"waymark/internal/fault"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
	"waymark/internal/store/storetest"
)

var proofDays = []reference.Date{0, 20151231, 20180630, 20201231, 20221231, 20260101}

func proof(t testing.TB, n *publication.Snapshot, code, variant string, asOf reference.Date) []byte {
	t.Helper()
	body, err := n.Proof(context.Background(), publication.FigureQuery{Codes: []string{code}, Variant: variant, AsOf: asOf})
	must(t, err)
	return body
}

func verify(data []byte) error {
	c, err := monitoring.ReadCapsule(data)
	if err != nil {
		return err
	}
	_, err = c.Verify()
	return err
}

func TestEveryFigureIsProvenByItsFileAlone(t *testing.T) {
	n := open(t).snapshot(t)
	for _, day := range proofDays {
		figures, err := n.Figures(publication.FigureQuery{Variant: publication.AllVariants, AsOf: day})
		must(t, err)
		if len(figures) < 18 {
			t.Fatalf("%d figures", len(figures))
		}
		for _, f := range figures {
			body := proof(t, n, f.Code, f.Variant, day)
			if err := verify(body); err != nil {
				t.Errorf("%s %s as of %s: %v", f.Code, f.Variant, day, err)
			}
			if !bytes.Contains(body, []byte(f.Inputs)) {
				t.Errorf("%s %s as of %s: the file proves another figure than the one shown", f.Code, f.Variant, day)
			}
			if len(body) > 400_000 {
				t.Errorf("%s %s as of %s: %d bytes", f.Code, f.Variant, day, len(body))
			}
		}
	}
}

// spots are the places of all numbers and short words in a document.
func spots(data []byte) [][2]int {
	var out [][2]int
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			j := i + 1
			for ; data[j] != '"'; j++ {
				if data[j] == '\\' {
					j++
				}
			}
			if j+1 < len(data) && data[j+1] != ':' { // a value, not a name
				out = append(out, [2]int{i, j + 1})
			}
			i = j
		case c >= '0' && c <= '9' || c == '-':
			j := i
			for ; strings.IndexByte("0123456789.-", data[j]) >= 0; j++ {
			}
			out = append(out, [2]int{i, j})
			i = j - 1
		case bytes.HasPrefix(data[i:], []byte("null")), bytes.HasPrefix(data[i:], []byte("true")):
			out = append(out, [2]int{i, i + 4})
		case bytes.HasPrefix(data[i:], []byte("false")):
			out = append(out, [2]int{i, i + 5})
		}
	}
	return out
}

// other is another value of the same kind.
func other(old []byte, pick func(n int) int) []byte {
	words := []string{`"yes"`, `"no"`, `"partly"`, `"met"`, `"notMet"`, `"unknown"`, `"2020-12-31"`, `"x"`}
	switch c := old[0]; {
	case c == '"':
		for {
			if w := words[pick(len(words))]; w != string(old) {
				return []byte(w)
			}
		}
	case c == 'n':
		return []byte("1")
	case c == 't':
		return []byte("false")
	case c == 'f':
		return []byte("true")
	}
	at := pick(len(old))
	for old[at] < '0' || old[at] > '9' {
		at = (at + 1) % len(old)
	}
	out := bytes.Clone(old)
	out[at] = '0' + (out[at]-'0'+byte(1+pick(9)))%10
	return out
}

func tampered(data []byte, pick func(n int) int) []byte {
	all := spots(data)
	s := all[pick(len(all))]
	out := append(bytes.Clone(data[:s[0]]), other(data[s[0]:s[1]], pick)...)
	return append(out, data[s[1]:]...)
}

func TestOneChangedNumberOrWordIsFound(t *testing.T) {
	n := open(t).snapshot(t)
	files := [][]byte{proof(t, n, "T1", "T1x", 0), proof(t, n, "IM-1", "half", 20201231), proof(t, n, "T2", "T2c", 20221231), proof(t, n, "IM-1", "online", 0)}
	rapid.Check(t, func(t *rapid.T) {
		file := rapid.SampledFrom(files).Draw(t, "file")
		changed := tampered(file, func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") })
		if bytes.Equal(changed, file) {
			t.Skip("01 for 1")
		}
		err := verify(changed)
		if err == nil {
			t.Fatal("a changed file is verified")
		}
		if text, _ := fault.Safe(err); text == "" || fault.KindOf(err) == fault.Internal {
			t.Fatalf("no plain sentence: %v", err)
		}
	})
}

// rehashed makes the hashes of a file anew, as docs/data.md says.
func rehashed(t testing.TB, file []byte) []byte {
	t.Helper()
	var parts map[string]json.RawMessage
	must(t, json.Unmarshal(file, &parts))
	hashes := map[string]string{}
	all := ""
	for _, name := range []string{"question", "framework", "countries", "sources", "observations", "figure", "statuses"} {
		var b bytes.Buffer
		must(t, json.Compact(&b, parts[name]))
		hashes[name] = fmt.Sprintf("sha256:%x", sha256.Sum256(b.Bytes()))
		all += name + " " + hashes[name] + "\n"
	}
	hashes["all"] = fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(all)))
	var err error
	parts["hashes"], err = json.Marshal(hashes)
	must(t, err)
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	must(t, e.Encode(parts))
	return out.Bytes()
}

// A forger who makes the hashes anew is found by the numbers: the figure no longer follows.
func TestNewHashesDoNotHideAChange(t *testing.T) {
	n := open(t).snapshot(t)
	file := proof(t, n, "T1", "T1x", 20221231)
	for what, change := range map[string][2]string{
		"a count":      {`"met":131`, `"met":141`},
		"a bound":      {`"lower":0.678756`, `"lower":0.778756`},
		"a verdict":    {`"verdict":"cannotBeJudged"`, `"verdict":"reached"`},
		"a status":     {`"AFG":"partly"`, `"AFG":"met"`},
		"a goal":       {`"value":"0.9"`, `"value":"0.6"`},
		"a statement":  {`{"indicator":"csec_meets","area":"AFG","source":"csec_legislation_usdol","answer":"no"`, `{"indicator":"csec_meets","area":"AFG","source":"csec_legislation_usdol","answer":"yes"`},
		"a criterion":  {`"met":"lanzarote || budapest_as_listed || csec_meets"`, `"met":"lanzarote || csec_meets"`},
		"the children": {`{"iso3":"CHN","weight":3`, `{"iso3":"CHN","weight":9`},
		"the inputs":   {`"inputs":"sha256:`, `"inputs":"sha256:0`},
	} {
		if !bytes.Contains(file, []byte(change[0])) {
			t.Errorf("%s: the file holds no %s", what, change[0])
			continue
		}
		err := verify(rehashed(t, bytes.Replace(file, []byte(change[0]), []byte(change[1]), 1)))
		if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "gives") {
			t.Errorf("%s changed and hashed anew: %v", what, err)
		}
	}
	if err := verify(rehashed(t, file)); err != nil {
		t.Errorf("unchanged and hashed anew: %v", err)
	}
}

func TestAFigureOfWithheldStatementsHasNoProof(t *testing.T) {
	s := open(t)
	must(t, s.db.SaveSource(storetest.Context(), monitoring.Source{Code: "closed", Kind: monitoring.CountryVerified}))
	s.take(t, "closed", "KEN,mechanism_exists,2015/2030,yes,,")
	_, err := s.snapshot(t).Proof(context.Background(), publication.FigureQuery{Codes: []string{"T2"}, Variant: "T2a"})
	if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "1 statements") {
		t.Error(err)
	}
}

func TestReadCapsuleRefusesWhatIsNone(t *testing.T) {
	file := proof(t, open(t).snapshot(t), "T2", "T2c", 0)
	statement := `{"indicator":"i","area":"a","source":"s","status":"A","from":"","to":"","provenOn":"","recordedAt":0}`
	put := func(a, b string) []byte { return bytes.Replace(file, []byte(a), []byte(b), 1) }
	for name, data := range map[string][]byte{
		"nothing":                       {},
		"a list":                        []byte("[]"),
		"another form":                  put("waymark-proof@1", "waymark-proof@2"),
		"a name twice":                  put(`"question":`, `"capsule": "waymark-proof@1", "question":`),
		"a name twice in other letters": put(`"code":"T2"`, `"code":"T2","Code":"T1"`),
		"a part too many":               put(`"question":`, `"more": 1, "question":`),
		"a field too many":              put(`{"code":"T2"`, `{"more":1,"code":"T2"`),
		"a part missing":                put(`"statuses":`, `"statutes":`),
		"something behind":              append(bytes.Clone(file), '{'),
		"deep":                          []byte(strings.Repeat("[", 100_000)),
		"too large":                     append(bytes.Clone(file), make([]byte, monitoring.MaxCapsule)...),
		"a number without end":          put(`"value":"0.7"`, `"value":"1e999999999"`),
		"more children than fit":        put(`"weight":`, `"weight":9223372036854775807,"weigh":`),
		"children below nought":         put(`"weight":`, `"weight":-`),
		"a long criterion":              put(`"met":"`, `"met":"`+strings.Repeat("!", 3000)),
		"one thing said twice":          put(`"observations": [`, `"observations": [`+statement+","+statement+","),
		"a long panel":                  put(`"panelMinimum":"0.70"`, `"panelMinimum":"1e9"`),
	} {
		if bytes.Equal(data, file) {
			t.Errorf("%s: the file was not changed", name)
		}
		_, err := monitoring.ReadCapsule(data)
		if k := fault.KindOf(err); err == nil || k != fault.Refused && k != fault.TooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
	var areas []string
	for i := range 30_000 {
		areas = append(areas, fmt.Sprintf(`{"indicator":"i%d","area":"a%d","source":"s","answer":"partly","status":"A","from":"","to":"","provenOn":"","recordedAt":0}`, i%40, i))
	}
	if _, err := monitoring.ReadCapsule(put(`"observations": [`, `"observations": [`+strings.Join(areas, ",")+",")); !fault.Is(err, fault.Refused) {
		t.Errorf("more than can be worked out: %v", err)
	}
}

func FuzzCapsule(f *testing.F) {
	n := open(f).snapshot(f)
	file := proof(f, n, "T2", "T2c", 20201231)
	f.Add(file)
	chance := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		f.Add(tampered(file, chance.IntN))
	}
	f.Add([]byte(`{"capsule":"waymark-proof@1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := monitoring.ReadCapsule(data)
		if err != nil {
			return
		}
		if _, err := c.Verify(); err == nil && !json.Valid(data) {
			t.Error("what is no JSON is verified")
		}
	})
}
