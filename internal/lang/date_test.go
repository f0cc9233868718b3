package lang

import (
	"strings"
	"testing"
	"time"
)

func TestDatesAreWrittenAsEachLanguageDoes(t *testing.T) {
	for _, c := range []struct {
		tag              Tag
		last, first, may string // 31 December 2020, 1 January 2021, May 2015
	}{
		{Arabic, "31 ديسمبر 2020", "1 يناير 2021", "مايو 2015"},
		{English, "31 December 2020", "1 January 2021", "May 2015"},
		{Spanish, "31 de diciembre de 2020", "1 de enero de 2021", "mayo de 2015"},
		{French, "31 décembre 2020", "1er janvier 2021", "mai 2015"},
		{Russian, "31 декабря 2020\u00a0г.", "1 января 2021\u00a0г.", "май 2015\u00a0г."},
		{Chinese, "2020年12月31日", "2021年1月1日", "2015年5月"},
	} {
		w := For(c.tag)
		if got := w.Date(2020, 12, 31); got != c.last {
			t.Errorf("%s: %q, want %q", c.tag, got, c.last)
		}
		if got := w.Date(2021, 1, 1); got != c.first {
			t.Errorf("%s: %q, want %q", c.tag, got, c.first)
		}
		if got := w.MonthYear(2015, 5); got != c.may {
			t.Errorf("%s: %q, want %q", c.tag, got, c.may)
		}
		if got := w.Year(2020); got != "2020" {
			t.Errorf("%s: year %q", c.tag, got)
		}
	}
}

func TestDaysThatDoNotExistAreNotMoved(t *testing.T) {
	w := For(French)
	for _, c := range []struct {
		y, m, d int
		want    string
	}{
		{2021, 2, 29, "2021-02-29"},
		{2020, 2, 29, "29 février 2020"},
		{2020, 13, 1, "2020-13-01"},
		{2020, 0, 0, "2020-00-00"},
		{2020, 4, 31, "2020-04-31"},
	} {
		if got := w.Date(c.y, c.m, c.d); got != c.want {
			t.Errorf("%d-%d-%d: %q, want %q", c.y, c.m, c.d, got, c.want)
		}
	}
	if got := w.MonthYear(2020, 13); got != "2020-13" {
		t.Errorf("got %q", got)
	}
}

func TestTimesCarryTheirZone(t *testing.T) {
	moment := time.Date(2020, 12, 31, 18, 5, 0, 0, time.UTC)
	for _, tag := range Tags() {
		w := For(tag)
		got := w.DateTime(moment, w.T("date.geneva"))
		for _, part := range []string{w.Date(2020, 12, 31), "18:05", w.T("date.geneva")} {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %q lacks %q", tag, got, part)
			}
		}
	}
}
