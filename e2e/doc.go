// Package e2e walks the real program with a real browser.
//
// Its tests build cmd/waymark, start it on a free port with a database of their own, and look at
// every page of the table in routes_test.go as a reader does: in English and Arabic, on a telephone
// and at a desk, with and without JavaScript, by keyboard. They know the program from outside only
// (its command line, its pages, its API) and import none of its packages.
//
// The tests skip, saying why, when there is no Chromium. Settings:
//
//	WAYMARK_CHROMIUM=FILE   the browser to use; else chromium, chromium-browser or google-chrome
//	WAYMARK_SHOTS=DIR       keep a picture of every page there
//
// The checks of a page are in page_test.go, the browser is wrapped once in browser_test.go, and
// selftest_test.go proves on planted faults that each check finds what it is for.
package e2e
