package safeguard_test

import (
	"strings"
	"testing"

	"waymark/internal/safeguard"
)

var hosts = safeguard.Registered([]string{"icmec.org", "coe.int"})

func TestTextRefusesWhatMustNeverBeStored(t *testing.T) {
	for text, want := range map[string]safeguard.Kind{
		"see http://example.com/x":                            safeguard.Address,
		"see hxxps://example[.]com/a":                         safeguard.Address,
		"see host[.]example":                                  safeguard.Address,
		"see example (dot) com":                               safeguard.Address,
		"ｅｘａｍｐｌｅ．ｃｏｍ":                                         safeguard.Address,
		"ex\u200bample.com":                                   safeguard.Address,
		"https://icmec.org@evil.example/x":                    safeguard.EMail,
		"https://icmec.org.evil.example/x":                    safeguard.Address,
		"some.unknown/path":                                   safeguard.Address,
		"abcdefghij234567.onion":                              safeguard.Onion,
		"magnet:?xt=urn:btih:x":                               safeguard.Magnet,
		"join t.me/+abc":                                      safeguard.ChatInvite,
		"discord.gg/abc":                                      safeguard.ChatInvite,
		"server 192.168.10.20, port 80":                       safeguard.IPAddress,
		"[2001:db8::1]":                                       safeguard.IPAddress,
		"d41d8cd98f00b204e9800998ecf8427e":                    safeguard.FileHash,
		"data:image/png;base64,AAAA":                          safeguard.DataURI,
		"write to anna@example.org":                           safeguard.EMail,
		"call +41 22 730 51 11 now":                           safeguard.Phone,
		"https://www.icmec.org/a and http://other.example/b?": safeguard.Address,
	} {
		if f := safeguard.Text(text, hosts); f == nil || f.Kind != want {
			t.Errorf("Text(%q) = %+v, want %s", text, f, want)
		}
	}
}

func TestTextPassesOrdinaryWords(t *testing.T) {
	for _, text := range []string{
		"", "Step 1.1.2 of the framework", "version 2.03", "cop-2015@1", "T3.2 and OP4.2.a",
		"80% of children by 2020* (combination of Target 1 and Target 2)", "the sector.In addition, we", "U.S.A", "e.g. this; i.e. that",
		"icmec.org/education-portal/reporting-mechanisms/ (edition c. 2015-2017)", "https://www.coe.int/en/web/x?y=1#z",
		"12.5", "1,234.56", "2020-12-31", "12:30:45", "Kinderschutz z.B. durch Schulen", "ISO 8601-2:2019", "+4.5 points",
		"保护儿童。国家", "١٢٫٥", "3.2.1", "Art. 9, para. 2.b",
	} {
		if f := safeguard.Text(text, hosts); f != nil {
			t.Errorf("Text(%q) = %+v, want nothing", text, f)
		}
	}
}

func TestPersonalColumnsAreRecognisedByTheirHeader(t *testing.T) {
	for header, want := range map[string]bool{
		"name": true, "First name": true, "victim_name": true, "Date of birth": true, "dob": true, "E-mail": true, "phone number": true, "case_no": true, "national id": true,
		"area_name": false, "name_en": false, "organisation": false, "indicator": false, "source_title": false, "value": false, "country": false,
	} {
		if got := safeguard.PersonalColumn(header); got != want {
			t.Errorf("PersonalColumn(%q) = %v", header, got)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("see http://example.com/x and 1.2.3")
	f.Fuzz(func(t *testing.T, s string) {
		if x := safeguard.Text(s, hosts); x != nil && (x.Start < 1 || x.Len < 1 || x.What() == "" || x.Fix() == "") {
			t.Errorf("Text(%q) = %+v", s, x)
		}
	})
}

func TestSignsThatNobodySeesAreRefusedAndThoseThatScriptsNeedPass(t *testing.T) {
	for _, bad := range []string{
		"a\x00b", "bell\x07", "\x1b[31mred", "del\x7f", "c1\u0090", "\u202edesrever", "left\u202a", "isolate\u2066", "pop\u2069", "note\ufff9", "tag\U000E0041",
	} {
		f := safeguard.Text(bad, func(string) bool { return true })
		if f == nil || f.Kind != safeguard.Unseen || f.Fix() == "" || strings.Contains(f.What(), "\u202e") {
			t.Errorf("%q: %+v", bad, f)
		}
	}
	for _, good := range []string{"two\nlines\r\nand\ttab", "می\u200cخواهم", "العربية\u200f (ITU\u200e)", "👨\u200d👩\u200d👧", "café", "日本語", "\ufeffstart", "soft\u00adhyphen", "next\u0085line"} {
		if f := safeguard.Text(good, func(string) bool { return true }); f != nil {
			t.Errorf("%q: %+v", good, f)
		}
	}
}
