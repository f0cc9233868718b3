package lang

import (
	"fmt"
	"strconv"
	"time"
)

// months are the names of the months as they stand in a date; Russian dates put them into the
// genitive, and a month without a day into the nominative (standaloneRussian).
var months = map[Tag][12]string{
	Arabic:  {"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"},
	English: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	Spanish: {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
	French:  {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
	Russian: {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
}

var standaloneRussian = [12]string{"январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"}

// Date writes a day in words: 31 December 2020. A day that does not exist is written as its numbers,
// 2021-02-30, so that nothing is silently moved to another day.
func (w *Words) Date(year, month, day int) string {
	if !exists(year, month, day) {
		return fmt.Sprintf("%04d-%02d-%02d", year, month, day)
	}
	y, d := strconv.Itoa(year), strconv.Itoa(day)
	switch w.tag {
	case Chinese:
		return y + "年" + strconv.Itoa(month) + "月" + d + "日"
	case Spanish:
		return d + " de " + months[Spanish][month-1] + " de " + y
	case Russian:
		return d + " " + months[Russian][month-1] + " " + y + noBreakSpace + "г."
	case French:
		if day == 1 {
			d = "1er"
		}
	}
	return d + " " + months[w.tag][month-1] + " " + y
}

// MonthYear writes a month in words: December 2020.
func (w *Words) MonthYear(year, month int) string {
	if !exists(year, month, 1) {
		return fmt.Sprintf("%04d-%02d", year, month)
	}
	y := strconv.Itoa(year)
	switch w.tag {
	case Chinese:
		return y + "年" + strconv.Itoa(month) + "月"
	case Spanish:
		return months[Spanish][month-1] + " de " + y
	case Russian:
		return standaloneRussian[month-1] + " " + y + noBreakSpace + "г."
	}
	return months[w.tag][month-1] + " " + y
}

// Year writes a year: digits, without groups. Words such as 年 or год belong to the message around it.
func (w *Words) Year(year int) string { return strconv.Itoa(year) }

// DateTime writes a moment in t's own zone, with the zone's name behind it, because a time without a
// zone is a trap: "31 December 2020, 18:00 (Geneva time)".
func (w *Words) DateTime(t time.Time, zone string) string {
	return w.T("date.time", "Date", w.Date(t.Year(), int(t.Month()), t.Day()), "Time", t.Format("15:04"), "Zone", zone)
}

func exists(year, month, day int) bool {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 {
		return false
	}
	return day <= time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
