package framework

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"waymark/internal/fault"
)

// on makes the anchor of the first place of some words.
func on(t testing.TB, v *Version, code, words string) Anchor {
	t.Helper()
	e := element(t, v, code)
	before, _, ok := strings.Cut(e.Text, words)
	if !ok {
		t.Fatalf("%s does not hold %q", code, words)
	}
	start := len([]rune(before))
	a, err := NewAnchor(v, code, start, start+len([]rune(words)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The labelled cases: what a person would say became of the marked words.
func TestFindAnchorAfterAnEdit(t *testing.T) {
	const text = "Each partner reports the illegal content it finds to the police within three days."
	for name, c := range map[string]struct {
		mark  string // the words marked; "" marks the point after "reports"
		after string // the text as it then stands
		state AnchorState
		words string
	}{
		"nothing":                     {"illegal content", text, Anchored, "illegal content"},
		"words before":                {"illegal content", "From now on, each small partner always reports the illegal content it finds to the police within three days.", Anchored, "illegal content"},
		"words after":                 {"illegal content", "Each partner reports the illegal content it finds.", Anchored, "illegal content"},
		"inserted at the start":       {"illegal content", "Each partner reports the most illegal content it finds to the police within three days.", Anchored, "illegal content"},
		"inserted at the end":         {"illegal content", "Each partner reports the illegal content online it finds to the police within three days.", Anchored, "illegal content"},
		"inserted within":             {"illegal content", "Each partner reports the illegal online content it finds to the police within three days.", TextChanged, "illegal online content"},
		"replaced":                    {"illegal content", "Each partner reports the child sexual abuse material it finds to the police within three days.", TextChanged, "child sexual abuse material"},
		"one word replaced":           {"illegal content", "Each partner reports the harmful content it finds to the police within three days.", TextChanged, "harmful content"},
		"one word deleted":            {"illegal content", "Each partner reports the content it finds to the police within three days.", TextChanged, "content"},
		"deleted":                     {" illegal content", "Each partner reports the it finds to the police within three days.", Orphaned, ""},
		"rewritten":                   {"illegal content", "Hotlines exist everywhere and answer quickly at night.", Orphaned, ""},
		"a word put before":           {"Each", "Nearly Each partner reports the illegal content it finds to the police within three days.", Anchored, "Each"},
		"the last word":               {"days.", "Each partner reports the illegal content it finds to the police within three working days.", Anchored, "days."},
		"a point":                     {"", "Now each partner always reports the illegal content it finds to the police within three days.", Anchored, ""},
		"the whole text":              {text, "Each partner reports the illegal content it finds to the police within two days.", TextChanged, "Each partner reports the illegal content it finds to the police within two days."},
		"a look-alike stands earlier": {"the police", "Each partner warns the police and reports the illegal content it finds to the police within three days.", Anchored, "the police"},
	} {
		t.Run(name, func(t *testing.T) {
			v := fixture(t)
			element(t, v, "O1").Text = text
			a := on(t, v, "O1", "reports")
			if c.mark != "" {
				a = on(t, v, "O1", c.mark)
			} else {
				var err error
				if a, err = NewAnchor(v, "O1", a.Position.End, a.Position.End); err != nil {
					t.Fatal(err)
				}
			}
			next := v
			if c.after != text {
				next, _ = mustApply(t, v, Set(OneElement, "O1", "text", text, c.after))
			}
			got, err := FindAnchor(v, next, a)
			if err != nil {
				t.Fatal(err)
			}
			if got.State != c.state || got.After != c.words || got.Before != c.mark || got.Method != "id" {
				t.Errorf("%s, %q to %q by %s; want %s, %q", got.State, got.Before, got.After, got.Method, c.state, c.words)
			}
			if (got.State == Orphaned) != (len(got.Places) == 0) {
				t.Errorf("%d places", len(got.Places))
			}
			if name == "a look-alike stands earlier" && got.Places[0].Position.Start < 40 {
				t.Errorf("it went to the look-alike at %d", got.Places[0].Position.Start)
			}
		})
	}
}

func TestFindAnchorFollowsSplitMergerReplacementAndDeletion(t *testing.T) {
	v := fixture(t)
	split := Edit{Op: OpSplit, Key: "T2", Old: raw(element(t, v, "T2").Text), New: raw([]Part{{"n1", "T2", "XX% of people know."}, {"n2", "T2b", "They also act."}})}
	merge := Edit{Op: OpMerge, Old: raw([]Part{{"e5", "", element(t, v, "T1.1").Text}, {"e6", "", element(t, v, "T1.2").Text}}),
		New: raw(Part{"n3", "T1.1", element(t, v, "T1.1").Text + " " + element(t, v, "T1.2").Text})}
	deleted := Edit{Op: OpDelete, Key: "T1.1", Old: raw(element(t, v, "T1.1").Text)}
	replaced := Edit{Op: OpAdd, After: "T1", New: raw(Element{ID: "n4", Code: "T1.4", Kind: KindStep, Parent: "T1", Text: "Cases are investigated and tried", Origins: []string{"e5"}})}
	renumber := Edit{Op: OpRenumber, Old: raw(map[string]string{"e5": "T1.1", "e6": "T1.2"}), New: raw(map[string]string{"e5": "T1.2", "e6": "T1.1"})}
	for name, c := range map[string]struct {
		code, words string
		edits       []Edit
		state       AnchorState
		places      string
		after       string
		method      string
	}{
		"first part":       {"T2", "people know", []Edit{split}, Anchored, "n1", "people know", "crosswalk"},
		"second part":      {"T2", "also act", []Edit{split}, Anchored, "n2", "also act", "crosswalk"},
		"across the cut":   {"T2", "know. They", []Edit{split}, TextChanged, "n1 n2", "know. … They", "crosswalk"},
		"split and worded": {"T2", "also act", []Edit{split, Words("n2", "also", "never")}, TextChanged, "n2", "never act", "crosswalk"},
		"first of merger":  {"T1.1", "investigated", []Edit{merge}, Anchored, "n3", "investigated", "crosswalk"},
		"second of merger": {"T1.2", "in indictment", []Edit{merge}, Anchored, "n3", "in indictment", "crosswalk"},
		"deleted":          {"T1.1", "investigated", []Edit{deleted}, Orphaned, "", "", "crosswalk"},
		"replaced":         {"T1.1", "investigated and prosecuted", []Edit{deleted, replaced}, TextChanged, "n4", "investigated and tried", "crosswalk"},
		"renumbered":       {"T1.1", "investigated", []Edit{renumber}, Anchored, "e5", "investigated", "id"},
	} {
		t.Run(name, func(t *testing.T) {
			next, _ := mustApply(t, v, c.edits...)
			got, err := FindAnchor(v, next, on(t, v, c.code, c.words))
			if err != nil {
				t.Fatal(err)
			}
			var places []string
			for _, p := range got.Places {
				places = append(places, p.Element)
				if p.Version != "small@2" {
					t.Errorf("a place in %s", p.Version)
				}
			}
			if got.State != c.state || strings.Join(places, " ") != c.places || got.After != c.after || got.Method != c.method {
				t.Errorf("%s at %v: %q by %s; want %s at %s: %q by %s", got.State, places, got.After, got.Method, c.state, c.places, c.after, c.method)
			}
		})
	}
}

func TestFindAnchorOnFieldsAndWholeElements(t *testing.T) {
	v := fixture(t)
	next, _ := mustApply(t, v, Set(OneSheet, "T1", "definition", "what T1 is", "else"), Words("T1.2", "indictment", "conviction"))
	for _, c := range []struct {
		code, field string
		state       AnchorState
	}{{"T1", "target", Anchored}, {"T1", "definition", TextChanged}, {"T1", "", Anchored}, {"T1.2", "", TextChanged}} {
		a, err := WholeAnchor(v, c.code, c.field)
		if err != nil {
			t.Fatal(err)
		}
		got, err := FindAnchor(v, next, a)
		if err != nil || got.State != c.state {
			t.Errorf("%s %s: %s (%v), want %s", c.code, c.field, got.State, err, c.state)
		}
	}
	if _, err := WholeAnchor(v, "T1", "colour"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a field nobody has: %v", err)
	}
}

func TestFindAnchorRefusesAPlaceThatIsNotThere(t *testing.T) {
	v := fixture(t)
	a := on(t, v, "T1.2", "indictment")
	wrongWords := a
	wrongWords.Quote = &TextQuoteSelector{Exact: "conviction"}
	beyond := a
	beyond.Position = &TextPositionSelector{10, 9_000}
	elsewhere := a
	elsewhere.Version = "small@7"
	for name, bad := range map[string]Anchor{"other words": wrongWords, "beyond the text": beyond, "another version": elsewhere, "no element": {Version: v.ID(), Element: "zz"}} {
		if _, err := FindAnchor(v, v, bad); err == nil {
			t.Errorf("%s: found", name)
		}
	}
	if _, err := NewAnchor(v, "T1.2", 5, 3); !fault.Is(err, fault.Refused) {
		t.Errorf("end before start: %v", err)
	}
}

func TestFindAnchorCountsCodePoints(t *testing.T) {
	v := fixture(t)
	element(t, v, "O1").Text = "👩‍👧 und für 𝔏aw: القانون هنا"
	a := on(t, v, "O1", "القانون")
	next, _ := mustApply(t, v, Words("O1", "für", "vor"))
	got, err := FindAnchor(v, next, a)
	if err != nil || got.State != Anchored || got.Places[0].Position.Start != a.Position.Start || got.Places[0].Quote.Exact != "القانون" {
		t.Errorf("%+v (%v)", got, err)
	}
}

// Whatever happens to a version, a place is either found on words that stand there, or said to be lost.
func TestFoundPlacesQuoteWhatStandsThere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := fixture(t)
		e := &a.Elements[rapid.IntRange(0, len(a.Elements)-1).Draw(rt, "element")]
		n := len([]rune(e.Text))
		start := rapid.IntRange(0, n).Draw(rt, "start")
		place, err := NewAnchor(a, e.ID, start, rapid.IntRange(start, n).Draw(rt, "end"))
		if err != nil {
			rt.Fatal(err)
		}
		b := a
		for n := range rapid.IntRange(0, 6).Draw(rt, "edits") {
			if next, _, err := Apply(b, []Edit{draw(rt, b, n)}); err == nil {
				b = next
			}
		}
		got, err := FindAnchor(a, b, place)
		if err != nil {
			rt.Fatal(err)
		}
		for _, p := range got.Places {
			block, ok := b.byID(p.Element)
			if !ok {
				rt.Fatalf("a place in %s, which is not there", p.Element)
			}
			if string([]rune(block.Text)[p.Position.Start:p.Position.End]) != p.Quote.Exact {
				rt.Fatalf("%+v does not quote %q", p, block.Text)
			}
		}
		if got.State == Anchored && got.After != got.Before || got.State == Orphaned && len(got.Places) > 0 || got.State == NeedsHuman {
			rt.Fatalf("%+v", got)
		}
	})
}

func TestFindQuoteInTheShippedText(t *testing.T) {
	v := shipped(t)
	for name, c := range map[string]struct {
		quote  TextQuoteSelector
		state  AnchorState
		places string
		method string
	}{
		"a whole paragraph":              {TextQuoteSelector{Exact: "ISPs that have protocols in place for blocking access to reported child sexual abuse material"}, Anchored, "T2.1", "text"},
		"as it read before TC-2":         {TextQuoteSelector{Exact: "70% of countries that have in place clearly defined mechanisms for reporting illegal content online effectively and efficiently."}, TextChanged, "T2", "approximate"},
		"as it read before TC-1":         {TextQuoteSelector{Exact: "1.2 % of investigations that proceed to indictment."}, TextChanged, "T1.2", "approximate"},
		"words that stand in many":       {TextQuoteSelector{Exact: "child sexual abuse material"}, NeedsHuman, "", "text"},
		"the same with its context":      {TextQuoteSelector{Exact: "child sexual abuse material", Prefix: "blocking access to reported "}, Anchored, "T2.1", "text"},
		"short words that are not there": {TextQuoteSelector{Exact: "indictment."}, Orphaned, "", "text"},
		"words like those of two places": {TextQuoteSelector{Exact: "What international standards?"}, NeedsHuman, "OP3.1 REF-INTERPOL-D", "approximate"},
		"one space for two":              {TextQuoteSelector{Exact: "XX% of services that ensure victim integration and rehabilitation"}, TextChanged, "T3.4", "approximate"},
		"nothing":                        {TextQuoteSelector{Exact: "  "}, Orphaned, "", "text"},
		"something else":                 {TextQuoteSelector{Exact: "The committee shall meet twice a year in Geneva."}, Orphaned, "", "text"},
		"the end of a sentence":          {TextQuoteSelector{Exact: "stakeholders’ input"}, Anchored, "T5.6", "text"},
	} {
		t.Run(name, func(t *testing.T) {
			got := FindQuote(v, c.quote)
			var codes []string
			for _, p := range got.Places {
				e, _ := v.byID(p.Element)
				codes = append(codes, e.Code)
			}
			if got.State != c.state || got.Method != c.method || c.places != "" && strings.Join(codes, " ") != c.places {
				t.Errorf("%s at %v by %s, score %.3f; want %s at %s by %s", got.State, codes, got.Method, got.Score, c.state, c.places, c.method)
			}
			if c.state == NeedsHuman && len(codes) < 2 {
				t.Errorf("a person is to choose between %v", codes)
			}
		})
	}
}

// A matcher that takes the best score lands on look-alikes: two sentences alike but for one word.
func TestFindQuoteLeavesLookAlikesToAPerson(t *testing.T) {
	v := fixture(t)
	element(t, v, "O1").Text = "Hotlines are established for the reporting of cases in the north."
	element(t, v, "TOP").Text = "Hotlines are established for the reporting of cases in the south."
	got := FindQuote(v, TextQuoteSelector{Exact: "Hotlines are established for the reporting of cases in the west."})
	if got.State != NeedsHuman || len(got.Places) != 2 {
		t.Errorf("%+v, want both places and no choice", got)
	}
	element(t, v, "TOP").Text = "Something else altogether stands in this place now, of no concern."
	if got = FindQuote(v, TextQuoteSelector{Exact: "Hotlines are established for the reporting of cases in the west."}); got.State != TextChanged || got.Places[0].Element != "e3" {
		t.Errorf("%+v, want the one place left", got)
	}
}

// The cut-off of the search leaves nothing out: it finds what the whole table finds.
func TestNearestFindsWhatTheWholeTableFinds(t *testing.T) {
	letters := rapid.SliceOfN(rapid.SampledFrom([]rune("abc ")), 0, 60)
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.SliceOfN(rapid.SampledFrom([]rune("abc ")), 1, 24).Draw(t, "pattern")
		text := letters.Draw(t, "text")
		if rapid.Bool().Draw(t, "holds it") {
			text = append(append(text, pattern...), letters.Draw(t, "more")...)
			if k := rapid.IntRange(0, len(text)-1).Draw(t, "spoilt"); true {
				text[k] = 'z'
			}
		}
		best := len(pattern) + 1
		row := make([]int, len(pattern)+1)
		for i := range row {
			row[i] = i
		}
		for _, r := range text {
			diagonal := row[0]
			row[0] = 0
			for i := 1; i < len(row); i++ {
				cost := diagonal
				if pattern[i-1] != r {
					cost++
				}
				diagonal = row[i]
				row[i] = min(cost, row[i]+1, row[i-1]+1)
			}
			best = min(best, row[len(pattern)])
		}
		found := nearest(pattern, text)
		limit := int(float64(len(pattern)) * (1 - approximateFrom + leadOverSecond))
		switch {
		case best > limit && len(found) > 0:
			t.Fatalf("found %v over the limit %d; the best costs %d", found, limit, best)
		case best <= limit && (len(found) == 0 || found[0].cost != best):
			t.Fatalf("found %v; the best costs %d", found, best)
		}
		for _, m := range found {
			if m.start < 0 || m.end > len(text) || m.start > m.end {
				t.Fatalf("%v is no part of %d characters", m, len(text))
			}
		}
	})
}
