package publication_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"testing"

	"waymark/internal/publication"
	"waymark/internal/reference"
)

// promised is the figure of the interface's description: T1 as of 2022-12-31 from the shipped lists.
// Its evidence and inputs show their shape only.
const promised = `{"code":"T1","variant":"T1x","headline":true,"framework":"cop-2015@1","universe":"un-members","asOf":"2022-12-31","basis":"computed",
 "countries":{"met":131,"partly":15,"notMet":9,"unknown":38,"total":193,"lower":0.678756,"upper":0.953368,"knownOnly":0.845161},
 "children":{"weightsYear":2022,"met":1705320217,"partly":95267209,"notMet":43008708,"unknown":522849188,"statesWithoutWeight":10,"total":2366445322,"lower":0.720625,"upper":0.981826},
 "goal":{"value":0.9,"date":"2020-12-31","operator":">=","judgedOn":"countries"},
 "verdict":"cannotBeJudged","grade":null,"reason":"bounds_straddle_goal","pace":null,"method":"linear-pace@1","methodDependent":false,
 "evidence":{"newest":"2022-12-31","oldest":"2015-11-30","sources":[{"code":"…","countries":75,"childrenShare":0.2066}],"validatedByCountries":0},"inputs":"sha256:…"}`

func TestTheFigureIsAsPromisedFieldByField(t *testing.T) {
	f := figure(t, open(t).snapshot(t), "T1", "", publication.FigureQuery{AsOf: reference.Day(2022, 12, 31)})
	text, err := json.Marshal(f)
	must(t, err)
	var want, got map[string]any
	must(t, json.Unmarshal([]byte(promised), &want))
	must(t, json.Unmarshal(text, &got))
	shapes := []string{"evidence", "inputs"}
	var same func(path string, want, got any)
	same = func(path string, want, got any) {
		object, ok := want.(map[string]any)
		if !ok {
			if want != got {
				t.Errorf("%s: %v, promised %v", path, got, want)
			}
			return
		}
		have, _ := got.(map[string]any)
		for name, value := range object {
			given, ok := have[name]
			if !ok {
				t.Errorf("%s%s is missing", path, name)
			}
			if path != "" || !slices.Contains(shapes, name) {
				same(path+name+".", value, given)
			}
		}
	}
	same("", want, got)

	evidence, _ := got["evidence"].(map[string]any)
	for _, day := range []string{"newest", "oldest"} {
		if s, _ := evidence[day].(string); !regexp.MustCompile(`^\d{4}-\d\d-\d\d$`).MatchString(s) {
			t.Errorf("evidence.%s: %v", day, evidence[day])
		}
	}
	sources, _ := evidence["sources"].([]any)
	if len(sources) == 0 {
		t.Errorf("evidence.sources: %v", evidence["sources"])
	}
	for _, s := range sources {
		o, _ := s.(map[string]any)
		share, ok := o["childrenShare"].(float64)
		if o["code"] == "" || o["countries"] == 0.0 || !ok || share < 0 || share > 1 {
			t.Errorf("a source: %v", o)
		}
	}
	if _, ok := evidence["validatedByCountries"].(float64); !ok {
		t.Errorf("evidence: %v", evidence)
	}
	if !regexp.MustCompile(`^sha256:[0-9a-f]{64}$`).MatchString(f.Inputs) {
		t.Errorf("inputs: %q", f.Inputs)
	}
	if !regexp.MustCompile(`"lower":0\.\d{6,}`).Match(text) {
		t.Errorf("shares have fewer than six decimals: %s", text)
	}
}
