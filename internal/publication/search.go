package publication

import (
	"cmp"
	"slices"
	"strings"

	"waymark/internal/lang"
	"waymark/internal/reference"
)

// SearchKind is what a search can find.
type SearchKind string

// The kinds, in the order in which equal results stand.
const (
	FoundCountry      SearchKind = "country"
	FoundTarget       SearchKind = "target"
	FoundIndicator    SearchKind = "indicator"
	FoundAim          SearchKind = "aim"
	FoundElement      SearchKind = "element"
	FoundOther        SearchKind = "other" // an element of a framework beside ours
	FoundReport       SearchKind = "report"
	FoundSource       SearchKind = "source"
	FoundConsultation SearchKind = "consultation"
	FoundComment      SearchKind = "comment"
	FoundPage         SearchKind = "page"
)

// SearchKinds lists the kinds in their order.
var SearchKinds = []SearchKind{
	FoundCountry, FoundTarget, FoundIndicator, FoundAim, FoundElement, FoundOther, FoundReport, FoundSource, FoundConsultation, FoundComment, FoundPage,
}

// SearchText is words in a known language.
type SearchText struct {
	Language lang.Tag
	Text     string
}

// SearchEntry is one thing that can be found: what it is called, in all its languages, and what it says.
type SearchEntry struct {
	Kind  SearchKind
	Code  string // as printed; empty: it has none
	Path  string // behind the language
	Names []string
	Title []SearchText
	Body  []SearchText
}

// SearchIndex finds entries by their words. It never changes.
type SearchIndex struct {
	entries []SearchEntry
	world   *reference.World
	country map[string]int32   // by ISO alpha-3
	exact   map[string][]int32 // by a whole name or code, folded
	terms   map[string][]posting
	folded  []string // the terms as they are written, sorted, for those that begin alike
}

// posting says that an entry has a term, in its title or only in what it says.
type posting struct {
	entry int32
	title bool
}

// NewSearchIndex makes an index. Entries that come first stand first among equals.
func NewSearchIndex(world *reference.World, entries []SearchEntry) *SearchIndex {
	x := &SearchIndex{entries: entries, world: world, country: map[string]int32{}, exact: map[string][]int32{}, terms: map[string][]posting{}}
	for i := range entries {
		e, at := &entries[i], int32(i)
		if e.Kind == FoundCountry {
			x.country[e.Code] = at
		}
		for _, name := range append([]string{e.Code}, e.Names...) {
			x.enterName(name, at)
		}
		for _, t := range e.Title {
			x.enterName(t.Text, at)
			x.enterText(t, at, true)
		}
		for _, name := range append([]string{e.Code}, e.Names...) {
			x.enterText(SearchText{"", name}, at, true)
		}
		for _, t := range e.Body {
			x.enterText(t, at, false)
		}
	}
	for key := range x.terms {
		if word, ok := strings.CutPrefix(key, asWritten); ok {
			x.folded = append(x.folded, word)
		}
	}
	slices.Sort(x.folded)
	return x
}

// Len is how many entries there are.
func (x *SearchIndex) Len() int { return len(x.entries) }

// Entries lists everything that can be found.
func (x *SearchIndex) Entries() []SearchEntry { return slices.Clone(x.entries) }

func (x *SearchIndex) enterName(name string, at int32) {
	if key := lang.Fold(name); key != "" && !slices.Contains(x.exact[key], at) {
		x.exact[key] = append(x.exact[key], at)
	}
}

func (x *SearchIndex) enterText(t SearchText, at int32, title bool) {
	for _, w := range lang.Terms(t.Language, t.Text) {
		x.enter(asWritten+w.Fold, at, title)
		for _, stem := range w.Stems {
			if stem != "" {
				x.enter(stemKey(t.Language, stem), at, title)
			}
		}
	}
}

// Keys of the terms: as they are written, whatever the language, and without endings, in a language.
const asWritten = "="

func stemKey(t lang.Tag, stem string) string { return string(t) + ":" + stem }

func (x *SearchIndex) enter(key string, at int32, title bool) {
	list := x.terms[key]
	if n := len(list); n > 0 && list[n-1].entry == at { // titles come first
		return
	}
	x.terms[key] = append(list, posting{at, title})
}

// maxSearchTerms is how many words of a query count.
const maxSearchTerms = 12

// SearchQuery is what somebody looks for, understood.
type SearchQuery struct {
	Text  string
	Words []string // folded, each once
	// Cut tells that the query had more words than count.
	Cut   bool
	forms []map[string]bool // of each word: the keys it is found by
}

// NewSearchQuery takes a query apart. Its language is not known: each word is read in all of them.
func NewSearchQuery(text string) SearchQuery {
	q := SearchQuery{Text: strings.TrimSpace(text)}
	for _, t := range lang.Tags() {
		for _, w := range lang.Terms(t, q.Text) {
			i := slices.Index(q.Words, w.Fold)
			if i < 0 {
				if len(q.Words) == maxSearchTerms {
					q.Cut = true
					continue
				}
				i = len(q.Words)
				q.Words = append(q.Words, w.Fold)
				q.forms = append(q.forms, map[string]bool{asWritten + w.Fold: true})
			}
			for _, stem := range w.Stems {
				if stem != "" {
					q.forms[i][stemKey(t, stem)] = true
				}
			}
		}
	}
	return q
}

// has tells whether a word of a text is one of the query's, or begins with it.
func (q *SearchQuery) has(t lang.Tag, w lang.Term) bool {
	for i, forms := range q.forms {
		if forms[asWritten+w.Fold] || isBeginning(q.Words[i]) && strings.HasPrefix(w.Fold, q.Words[i]) {
			return true
		}
		for _, stem := range w.Stems {
			if stem != "" && forms[stemKey(t, stem)] {
				return true
			}
		}
	}
	return false
}

// isBeginning tells whether a word is long enough to look for words that begin with it: three letters,
// or one Chinese sign.
func isBeginning(word string) bool {
	return len([]rune(word)) >= 3 || lang.Term{Fold: word}.IsHan()
}

// SearchHit is one result.
type SearchHit struct {
	Entry *SearchEntry
	Exact bool // its code or a whole name of it is what was looked for
	Score int
}

// SearchResult is what was found, the best first. The order depends on nothing but the query and the
// index.
type SearchResult struct {
	Hits []SearchHit
	// Partial: nothing has all of the words, and the hits have most of them.
	Partial bool
}

// Weights of a match. A whole name outweighs whatever words can add up to.
const (
	exactName     = 10000
	titleWord     = 30
	titleStem     = 24
	titleBegins   = 14
	bodyWord      = 8
	bodyStem      = 6
	bodyBegins    = 3
	maxBeginnings = 400 // words that begin alike and are looked at
)

// Search finds what has every word of the query, and where nothing has, what has most of them.
func (x *SearchIndex) Search(q SearchQuery) SearchResult {
	exact := map[int32]bool{}
	for _, at := range x.exact[lang.Fold(q.Text)] {
		exact[at] = true
	}
	m := x.world.Match(q.Text)
	if at, ok := x.country[m.Country.ISO3]; ok && m.Kind == reference.Matched {
		exact[at] = true
	}
	if m.Kind == reference.Ambiguous {
		for _, c := range m.Candidates {
			if at, ok := x.country[c.ISO3]; ok {
				exact[at] = true
			}
		}
	}
	score, words := map[int32]int{}, map[int32]int{}
	for i := range q.Words {
		for at, weight := range x.weigh(&q, i) {
			score[at] += weight
			words[at]++
		}
	}
	for at := range exact {
		score[at] += exactName
		words[at] = len(q.Words)
	}
	most := 0
	for _, n := range words {
		most = max(most, n)
	}
	r := SearchResult{Partial: most > 0 && most < len(q.Words)}
	var found []int32
	for at, n := range words {
		if n == most {
			found = append(found, at)
		}
	}
	slices.SortFunc(found, func(a, b int32) int {
		return cmp.Or(cmp.Compare(score[b], score[a]), cmp.Compare(slices.Index(SearchKinds, x.entries[a].Kind), slices.Index(SearchKinds, x.entries[b].Kind)), cmp.Compare(a, b))
	})
	for _, at := range found {
		r.Hits = append(r.Hits, SearchHit{&x.entries[at], exact[at], score[at]})
	}
	return r
}

// weigh gives the entries that have one word of a query, each with the weight of its best match.
func (x *SearchIndex) weigh(q *SearchQuery, word int) map[int32]int {
	out := map[int32]int{}
	take := func(key string, title, body int) {
		for _, p := range x.terms[key] {
			weight := body
			if p.title {
				weight = title
			}
			out[p.entry] = max(out[p.entry], weight)
		}
	}
	for key := range q.forms[word] {
		if strings.HasPrefix(key, asWritten) {
			take(key, titleWord, bodyWord)
		} else {
			take(key, titleStem, bodyStem)
		}
	}
	if prefix := q.Words[word]; isBeginning(prefix) {
		from, _ := slices.BinarySearch(x.folded, prefix)
		for i := from; i < len(x.folded) && i < from+maxBeginnings && strings.HasPrefix(x.folded[i], prefix); i++ {
			take(asWritten+x.folded[i], titleBegins, bodyBegins)
		}
	}
	return out
}

// SearchSpan is a stretch of a text: words that were looked for, or others.
type SearchSpan struct {
	Text   string
	Marked bool
}

// Mark takes a text apart at the words that were looked for.
func (q *SearchQuery) Mark(t SearchText) []SearchSpan {
	var out []SearchSpan
	done := 0
	for _, w := range lang.Terms(t.Language, t.Text) {
		if !q.has(t.Language, w) {
			continue
		}
		from := max(w.From, done) // Chinese terms overlap
		if from > done || len(out) == 0 && from > 0 {
			out = append(out, SearchSpan{Text: t.Text[done:from]})
		}
		if n := len(out); n > 0 && out[n-1].Marked && from == done {
			out[n-1].Text += t.Text[from:w.To]
		} else {
			out = append(out, SearchSpan{Text: t.Text[from:w.To], Marked: true})
		}
		done = w.To
	}
	if done < len(t.Text) {
		out = append(out, SearchSpan{Text: t.Text[done:]})
	}
	return out
}

// excerptRunes is about how long an excerpt is.
const excerptRunes = 180

// Excerpt is the part of the texts that has most to do with the query, marked: the first text that has
// one of its words, in the language asked for where there is one. nil where none has.
func (q *SearchQuery) Excerpt(prefer lang.Tag, texts []SearchText) ([]SearchSpan, lang.Tag) {
	ordered := slices.Clone(texts)
	slices.SortStableFunc(ordered, func(a, b SearchText) int {
		rank := func(t SearchText) int {
			if t.Language == prefer {
				return 0
			}
			return 1
		}
		return rank(a) - rank(b)
	})
	for _, t := range ordered {
		for _, w := range lang.Terms(t.Language, t.Text) {
			if q.has(t.Language, w) {
				return q.Mark(SearchText{t.Language, around(t.Text, w.From)}), t.Language
			}
		}
	}
	return nil, ""
}

// around cuts a text at spaces to about excerptRunes signs with the place in it.
func around(s string, at int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= excerptRunes {
		return string(r)
	}
	place := len([]rune(strings.Join(strings.Fields(s[:at]), " ")))
	from := max(0, min(place-excerptRunes/3, len(r)-excerptRunes))
	to := min(len(r), from+excerptRunes)
	isBorder := func(i int) bool { return r[i] == ' ' }
	for n := 0; from > 0 && n < 20 && !isBorder(from-1); n++ {
		from--
	}
	for n := 0; to < len(r) && n < 20 && !isBorder(to); n++ {
		to++
	}
	out := strings.TrimSpace(string(r[from:to]))
	if from > 0 {
		out = "… " + out
	}
	if to < len(r) {
		out += " …"
	}
	return out
}
