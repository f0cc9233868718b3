package webcheck

import (
	"strings"
	"testing"
)

const sample = `<main id="m"><p class="a b">One <b>two</b></p><ul><li><a href="/en/x">x</a></li><li><a href="/ar/y" lang=ar>y</a></li></ul></main>`

func TestSelectorsFindWhatTheyName(t *testing.T) {
	page, err := Parse(strings.NewReader(sample))
	if err != nil {
		t.Fatal(err)
	}
	for selector, want := range map[string]int{
		"p": 1, "li": 2, "#m": 1, "main#m > p": 1, "main > li": 0, "main li": 2, "ul > li > a": 2, ".a.b": 1, ".a.c": 0,
		"a[href]": 2, "a[href^=/en/]": 1, `a[href="/ar/y"]`: 1, "[lang=ar]": 1, "*[lang]": 1, "body main a": 2, "b p": 0,
	} {
		found, err := page.All(selector)
		if err != nil {
			t.Errorf("%q: %v", selector, err)
		}
		if len(found) != want {
			t.Errorf("%q found %d elements, want %d", selector, len(found), want)
		}
	}
}

func TestBrokenSelectorsAreRefused(t *testing.T) {
	page, _ := Parse(strings.NewReader(sample))
	for _, selector := range []string{"", "a >", "a[href"} {
		if _, err := page.All(selector); err == nil {
			t.Errorf("%q was taken", selector)
		}
	}
}

func TestTextAndClosest(t *testing.T) {
	page, _ := Parse(strings.NewReader(sample))
	found, err := page.All("b")
	if err != nil || len(found) != 1 {
		t.Fatalf("b: %v, %v", found, err)
	}
	if p := found[0].Closest("p"); p == nil || p.Text() != "One two" {
		t.Errorf("the paragraph around b is %v", p)
	}
	if found[0].Closest("table") != nil {
		t.Error("there is no table around b")
	}
}
