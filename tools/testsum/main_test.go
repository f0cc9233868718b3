package main

import (
	"strings"
	"testing"
)

func TestReadCountsAndExplains(t *testing.T) {
	const in = `{"Action":"run","Package":"waymark/a","Test":"TestOne"}
{"Action":"pass","Package":"waymark/a","Test":"TestOne","Elapsed":6}
{"Action":"output","Package":"waymark/a","Test":"TestTwo","Output":"    a_test.go:3: want 1\n"}
{"Action":"fail","Package":"waymark/a","Test":"TestTwo"}
{"Action":"output","Package":"waymark/a","Test":"TestThree","Output":"=== RUN   TestThree\n"}
{"Action":"output","Package":"waymark/a","Test":"TestThree","Output":"    a_test.go:9: no browser here\n"}
{"Action":"output","Package":"waymark/a","Test":"TestThree","Output":"--- SKIP: TestThree (0.00s)\n"}
{"Action":"skip","Package":"waymark/a","Test":"TestThree"}
{"Action":"fail","Package":"waymark/a"}
{"ImportPath":"waymark/b [waymark/b.test]","Action":"build-output","Output":"b.go:1: undefined: x\n"}
{"ImportPath":"waymark/b [waymark/b.test]","Action":"build-fail"}
{"Action":"fail","Package":"waymark/b"}
{"Action":"output","Package":"waymark/c","Output":"panic: oh\n"}
{"Action":"fail","Package":"waymark/c"}
{"Action":"skip","Package":"waymark/d"}
go: a complaint
`
	s, err := read(strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	if s.passed != 1 || s.failed != 3 || s.skipped != 1 {
		t.Errorf("passed, failed, skipped = %d, %d, %d, want 1, 3, 1", s.passed, s.failed, s.skipped)
	}
	var b strings.Builder
	s.print(&b)
	for _, want := range []string{"want 1", "b.go:1: undefined: x", "panic: oh", "go: a complaint",
		"SKIPPED a TestThree: a_test.go:9: no browser here\n", "slow   6.0 s a TestOne", "\n1 passed, 3 failed, 1 skipped\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the summary lacks %q:\n%s", want, b.String())
		}
	}
}

func TestReadOfNothingIsNoPass(t *testing.T) {
	s, err := read(strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	if s.passed != 0 {
		t.Errorf("passed = %d, want 0", s.passed)
	}
}

func TestShortenedKeepsBeginningAndEnd(t *testing.T) {
	var lines []string
	for i := range 500 {
		lines = append(lines, strings.Repeat("x", i))
	}
	got := strings.Split(shortened(strings.Join(lines, "\n")), "\n")
	if len(got) != most+1 || got[0] != lines[0] || got[most] != lines[499] || !strings.Contains(strings.Join(got, ""), "420 lines left out") {
		t.Errorf("500 lines became %d, first %q, last of %d letters", len(got), got[0], len(got[len(got)-1]))
	}
	if got := shortened("a\nb\n"); got != "a\nb" {
		t.Errorf("shortened = %q, want it whole", got)
	}
}
