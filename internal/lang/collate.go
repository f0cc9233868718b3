package lang

import (
	"bytes"
	"slices"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// collators keep one pool per language: a collator has working memory and serves one sort at a time.
var collators = func() map[Tag]*sync.Pool {
	pools := make(map[Tag]*sync.Pool, len(tags))
	for _, t := range tags {
		pools[t] = &sync.Pool{New: func() any { return collate.New(language.Make(string(t))) }}
	}
	return pools
}()

// Sort puts items into the alphabetical order of a language by the text key gives for each (Chinese:
// by pinyin). Items with equal texts keep their order. An unknown language sorts as English.
func Sort[E any](t Tag, items []E, key func(E) string) {
	pool, ok := collators[t]
	if !ok {
		pool = collators[English]
	}
	collator := pool.Get().(*collate.Collator)
	defer pool.Put(collator)

	type keyed struct {
		item E
		key  []byte
	}
	var buffer collate.Buffer
	sorted := make([]keyed, len(items))
	for i, item := range items {
		sorted[i] = keyed{item, collator.KeyFromString(&buffer, key(item))}
	}
	slices.SortStableFunc(sorted, func(a, b keyed) int { return bytes.Compare(a.key, b.key) })
	for i := range sorted {
		items[i] = sorted[i].item
	}
}
