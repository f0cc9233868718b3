package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// small is a proof file that the program wrote.
func small(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "proof.json"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAProofFileIsVerified(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run([]string{filepath.Join("testdata", "proof.json")}, &out, &errs); code != 0 || !strings.Contains(out.String(), "all the same") {
		t.Errorf("exit %d: %s%s", code, &out, &errs)
	}
}

func TestWhatIsNoProofFileIsRefusedWithASentence(t *testing.T) {
	file := small(t)
	put := func(a, b string) []byte {
		if !bytes.Contains(file, []byte(a)) {
			t.Fatalf("the file holds no %s", a)
		}
		return bytes.Replace(file, []byte(a), []byte(b), 1)
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":          {nil, "no proof file"},
		"a list":           {[]byte("[]"), "no proof file"},
		"deep":             {[]byte(strings.Repeat("[", 50_000)), "nested too deeply"},
		"two documents":    {[]byte("{}{}"), "follows its end"},
		"too large":        {make([]byte, mostBytes+1), "larger than 8 MB"},
		"a name twice":     {put(`"question":`, `"capsule":"x","question":`), "stands twice"},
		"another part":     {put(`"question":`, `"more":1,"question":`), "too many"},
		"a huge number":    {put(`"value":"0.7"`, `"value":"1e999999999"`), "no plain number"},
		"countless people": {put(`"weight":`, `"weight":1234567890123456789,"w":`), "children"},
		"a wrong count":    {put(`"countries":{"met":`, `"countries":{"met":1`), "figure.countries.met"},
		"a wrong word":     {put(`"verdict":"`, `"verdict":"un`), "figure.verdict"},
		"a wrong hash":     {put(`"all":"sha256:`, `"all":"sha256:0`), "hashes.all"},
		"a wrong place":    {put(`"publisher":"`, `"publisher":"not `), "hashes"},
		"a silly rule":     {put(`"met":"`, `"met":"1.0 / `), "criterion"},
	} {
		if _, err := verify(c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestRulesAreReadAsTheCommonExpressionLanguageDoes(t *testing.T) {
	answers := map[string]value{"y": truth(true), "n": truth(false), "five": {kind: 'n', n: 5}} // u is not known
	for expression, want := range map[string]string{
		"y": "yes", "n": "no", "u": "unknown", "!u": "unknown", "!n": "yes",
		"y || n && n": "yes", "(y || n) && n": "no", "u || y": "yes", "u && n": "no", "u || n": "unknown", "u && y": "unknown",
		"u ? y : y": "unknown", "y ? n : u": "no", "n ? u : y ? n : y": "no", "u == u": "unknown", "y == y": "yes", "n < y": "yes",
		"five > 4": "yes", "five * 2.0 - 1.0 == 9": "yes", "five - 1.0 - 1.0 == 3.0": "yes", "-five < 0.0": "yes", "five >= 5.5": "no",
		"y &&": "refused", "(y": "refused", "y n": "refused", "y / n": "refused", "'y'": "refused", "y ? n": "refused", "five && y": "refused",
		"y.n": "refused", "size(y)": "refused", "": "refused", "y + y": "refused", "five": "number", strings.Repeat("(", 5000): "refused",
		strings.Repeat("!", 500) + "y": "refused",
	} {
		got := "refused"
		if r, err := parseRule(expression); err == nil {
			if v, err := r.ask(answers); err == nil {
				switch {
				case v.kind == 0:
					got = "unknown"
				case v.kind == 'n':
					got = "number"
				case v.yes:
					got = "yes"
				default:
					got = "no"
				}
			}
		}
		if got != want {
			t.Errorf("%q comes to %s, want %s", expression, got, want)
		}
	}
}

func FuzzVerify(f *testing.F) {
	file := small(f)
	f.Add(file)
	f.Add([]byte(`{"capsule":"waymark-proof@1"}`))
	f.Add(bytes.Replace(file, []byte(`"answer":"yes"`), []byte(`"answer":"partly"`), 3))
	f.Fuzz(func(t *testing.T, data []byte) {
		if n, err := verify(data); err == nil && n < 100 {
			t.Errorf("verified after %d comparisons", n)
		}
	})
}
