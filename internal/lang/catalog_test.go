package lang

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryKeyIsInAllSixLanguages names what is missing where, with the English text to translate.
func TestEveryKeyIsInAllSixLanguages(t *testing.T) {
	english := For(English)
	for _, tag := range Tags() {
		t.Run(string(tag), func(t *testing.T) {
			var missing, unknown []string
			for _, key := range Keys() {
				if !For(tag).Has(key) {
					missing = append(missing, fmt.Sprintf("  %q: %q", key, english.messages[key].forms[other].whole))
				}
			}
			for _, key := range slices.Sorted(maps.Keys(For(tag).messages)) {
				if !english.Has(key) {
					unknown = append(unknown, "  "+key)
				}
			}
			if missing != nil {
				t.Errorf("messages/%s.json lacks %d keys; their English text:\n%s", tag, len(missing), strings.Join(missing, "\n"))
			}
			if unknown != nil {
				t.Errorf("messages/%s.json has %d keys that en.json has not:\n%s", tag, len(unknown), strings.Join(unknown, "\n"))
			}
		})
	}
}

func TestPluralMessagesHaveTheFormsTheirLanguageNeeds(t *testing.T) {
	for _, tag := range Tags() {
		for key, m := range For(tag).messages {
			source, ok := For(English).messages[key]
			if !ok {
				continue // named by the test above
			}
			if !source.plural {
				if m.plural {
					t.Errorf("%s: %s has plural forms, but English has one text", tag, key)
				}
				continue
			}
			for f := range formCount {
				switch needed := slices.Contains(tag.forms(), f); {
				case needed && !m.has[f]:
					t.Errorf("%s: %s lacks the plural form %q", tag, key, f)
				case !needed && m.has[f]:
					t.Errorf("%s: %s has the plural form %q, which the language does not use", tag, key, f)
				}
			}
		}
	}
}

// A placeholder that a translation drops would hide a figure; one it adds would stay a hole.
func TestPlaceholdersAreThoseOfTheEnglishMessage(t *testing.T) {
	for _, tag := range Tags() {
		for key, m := range For(tag).messages {
			if !For(English).Has(key) {
				continue
			}
			want := Placeholders(key)
			for f := range formCount {
				if !m.has[f] {
					continue
				}
				got := m.forms[f].placeholders()
				if tag.isOneNumber(f) && slices.Contains(want, "Count") && !slices.Contains(got, "Count") {
					got = append(got, "Count") // the word says the number
					slices.Sort(got)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s: %s (%s) has the placeholders %v, English has %v", tag, key, f, got, want)
				}
			}
			if m.plural && !slices.Contains(want, "Count") {
				t.Errorf("%s: %s has plural forms but no {{.Count}}", tag, key)
			}
		}
	}
}

var markup = regexp.MustCompile(`[<>]|&[A-Za-z#][A-Za-z0-9]*;`)

func TestMessagesHaveNoMarkupAndNoLooseSpaces(t *testing.T) {
	for _, tag := range Tags() {
		eachForm(tag, func(key, form, text string) {
			if markup.MatchString(text) {
				t.Errorf("%s: %s (%s) has markup, which belongs to the template: %q", tag, key, form, text)
			}
			if text != strings.TrimSpace(text) || strings.Contains(text, "  ") {
				t.Errorf("%s: %s (%s) has spaces at an end or twice in a row: %q", tag, key, form, text)
			}
		})
	}
}

func TestKeysAreWrittenAsPageDotThing(t *testing.T) {
	shape := regexp.MustCompile(`^[a-z][A-Za-z0-9_]*(\.[A-Za-z0-9_-]+)+$`)
	for _, key := range Keys() {
		if !shape.MatchString(key) {
			t.Errorf("key %q is not of the shape page.thing", key)
		}
	}
}

// The words of DESIGN.md section 10: an error says what, where and how, and blames nobody.
func TestEnglishAvoidsTheWordsThatBlameTheReader(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)\b(invalid|failed|failure|users?)\b`)
	eachForm(English, func(key, form, text string) {
		if word := forbidden.FindString(text); word != "" {
			t.Errorf("en: %s says %q: %q", key, word, text)
		}
	})
}

func TestTranslationsDifferFromEnglishUnlessListed(t *testing.T) {
	const file = "testdata/same_as_english.txt"
	list, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{}
	for line := range strings.Lines(string(list)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			allowed[line] = false
		}
	}
	for _, tag := range Tags() {
		if tag == English {
			continue
		}
		eachForm(tag, func(key, form, text string) {
			source, ok := For(English).messages[key]
			if !ok || !slices.ContainsFunc(source.forms[:], func(e phrase) bool { return e.whole == text }) {
				return
			}
			for _, line := range []string{"* " + key, string(tag) + " " + key} {
				if _, ok := allowed[line]; ok {
					allowed[line] = true
					return
				}
			}
			t.Errorf("%s: %s is still English: %q (if it is right so, add %q to %s)", tag, key, text, string(tag)+" "+key, file)
		})
	}
	for line, used := range allowed {
		if !used {
			t.Errorf("%s: %q allows what no longer is the same: delete the line", file, line)
		}
	}
}

// encoding/json takes the last of two equal keys without a word, so that one would be lost.
func TestCatalogsHaveEachKeyOnce(t *testing.T) {
	for _, tag := range Tags() {
		data, err := files.ReadFile("messages/" + string(tag) + ".json")
		if err != nil {
			t.Fatal(err)
		}
		decoder := json.NewDecoder(bytes.NewReader(data))
		seen, depth, isKey := map[string]bool{}, 0, true
		for {
			token, err := decoder.Token()
			if err != nil {
				break // the loader has read the whole file before
			}
			switch v := token.(type) {
			case json.Delim:
				if v == '{' {
					depth++
				} else {
					depth--
				}
				isKey = true
			case string:
				if depth == 1 && isKey {
					if seen[v] {
						t.Errorf("messages/%s.json has %q twice", tag, v)
					}
					seen[v] = true
				}
				isKey = !isKey
			}
		}
		if len(seen) != len(For(tag).messages) {
			t.Errorf("messages/%s.json: %d keys counted, %d loaded: keys stand on the first level only", tag, len(seen), len(For(tag).messages))
		}
	}
}

func TestReviewStatesCoverAllLanguagesAndKnownKeys(t *testing.T) {
	s := shipped().status
	states := []State{Original, MachineDrafted, ReviewedState}
	for _, tag := range Tags() {
		if !slices.Contains(states, s.Languages[tag]) {
			t.Errorf("status.json: %s has the state %q", tag, s.Languages[tag])
		}
	}
	for tag, keys := range s.Keys {
		for key, state := range keys {
			if _, ok := Parse(string(tag)); !ok || !For(English).Has(key) || !slices.Contains(states, state) {
				t.Errorf("status.json: %s %s %q is not a language, a key and a state", tag, key, state)
			}
		}
	}
	if !Reviewed(English) {
		t.Error("English is the original and needs no review")
	}
}

func TestWordsForTheCodesOfTheDomainAreThere(t *testing.T) {
	groups := map[string][]string{
		"status":  {"met", "partly", "notMet", "unknown"},
		"verdict": {"reached", "onTrack", "behind", "movingAway", "missed", "cannotBeJudged"},
		"grade":   {"accelerate", "insufficient"},
		"reason": {
			"no_target_value", "no_data", "confidential", "bounds_straddle_goal", "no_baseline", "one_point",
			"series_break", "definition_changed", "coverage_below_threshold", "zero_denominator",
		},
		"error": {"refused", "notFound", "conflict", "stale", "forbidden", "signIn", "tooLarge", "tooMany", "unavailable", "internal"},
		"group": {"ldc", "lldc", "sids"},
	}
	for group, codes := range groups {
		for _, code := range codes {
			if key := group + "." + code; !For(English).Has(key) {
				t.Errorf("en.json lacks %s", key)
			}
		}
	}
}

func eachForm(tag Tag, do func(key, form, text string)) {
	for key, m := range For(tag).messages {
		for f := range formCount {
			if m.has[f] {
				do(key, f.String(), m.forms[f].whole)
			}
		}
	}
}
