// Package safeguard is the one gate in the one place where text and files enter, before anything is
// logged or written (TRUST.md section 4). It keeps out what Waymark must never hold: pointers to
// child sexual abuse material, and personal data of children, victims, suspects and reporters.
//
// A finding says where the span is and how to mend it. It never repeats the span itself, because
// findings are shown, logged and returned.
package safeguard

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Kind is what was found.
type Kind string

// The kinds of findings.
const (
	Address    Kind = "address"     // a web address whose host is no registered source
	Onion      Kind = "onion"       // a hidden service
	Magnet     Kind = "magnet"      // a file-sharing link
	ChatInvite Kind = "chat_invite" // an invitation to a chat group
	IPAddress  Kind = "ip_address"
	FileHash   Kind = "file_hash" // a checksum that could identify a file
	DataURI    Kind = "data_uri"
	EMail      Kind = "email"
	Phone      Kind = "phone"
	Unseen     Kind = "unseen" // a sign that nobody sees and that shows the text otherwise than it is
)

var what = map[Kind]string{
	Address:    "a web address that belongs to no registered source",
	Onion:      "the address of a hidden service",
	Magnet:     "a file-sharing link",
	ChatInvite: "an invitation to a chat group",
	IPAddress:  "an Internet protocol address",
	FileHash:   "a checksum that could identify a file",
	DataURI:    "a file written as text",
	EMail:      "an e-mail address",
	Phone:      "a telephone number",
	Unseen:     "an invisible sign that turns, hides or cuts the words around it",
}

// Finding is one span that must not be stored.
type Finding struct {
	Kind  Kind
	Start int // the character at which it begins, counted from 1, in the text as normalised for reading
	Len   int
}

// What names the finding in a sentence, without the span.
func (f *Finding) What() string {
	return fmt.Sprintf("the text holds %s (from character %d, %d long)", what[f.Kind], f.Start, f.Len)
}

// Fix says how to mend it.
func (f *Finding) Fix() string {
	switch f.Kind {
	case Address:
		return "Name the publisher, title and date instead, or have the publisher registered as a source; then its address goes into the citation."
	case EMail, Phone:
		return "Take it out: personal data are not kept here."
	case Unseen:
		return "Type the words anew, or paste them as plain text."
	}
	return "Take it out. It is not kept anywhere. If it points to abuse of a child, report it to the hotline of your country."
}

// Hosts tells whether a web host belongs to a registered source.
type Hosts func(host string) bool

// Registered makes Hosts of a list: each host and all below it.
func Registered(lists ...[]string) Hosts {
	known := map[string]bool{}
	for _, l := range lists {
		for _, h := range l {
			known[strings.ToLower(h)] = true
		}
	}
	return func(host string) bool {
		for host != "" {
			if known[host] {
				return true
			}
			_, host, _ = strings.Cut(host, ".")
		}
		return false
	}
}

// The patterns, on text that readable has prepared. Step codes (1.1.2) and version numbers have at
// most three parts and pass.
var (
	onion    = regexp.MustCompile(`(?i)[a-z2-7]{16,56}\.onion\b|\b[a-z0-9-]+\.(?:onion|i2p|loki)\b`)
	magnet   = regexp.MustCompile(`(?i)\b(?:magnet:\?|ed2k://|ipfs://|thunder://)\S*`)
	chat     = regexp.MustCompile(`(?i)\b(?:t\.me/|telegram\.(?:me|dog)/|tg://|discord(?:\.gg|(?:app)?\.com/invite)/|chat\.whatsapp\.com/|wa\.me/|signal\.group/|signal\.me/|join\.skype\.com/|kik\.me/|line\.me/|wickr|threema\.id/|matrix\.to/|element\.io/)\S*`)
	dataURI  = regexp.MustCompile(`(?i)\bdata:[a-z]+/[a-z0-9.+-]+[;,]\S+`)
	fileHash = regexp.MustCompile(`(?i)\b(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})\b`)
	ipv4     = regexp.MustCompile(`\b(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}\b(?:[^.\d]|$)`)
	ipv6     = regexp.MustCompile(`(?i)\b(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}\b|\[[0-9a-f:]*::[0-9a-f:]*\]`)
	email    = regexp.MustCompile(`(?i)[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}\b`)
	phone    = regexp.MustCompile(`\+\d[\d ().-]{7,18}\d`)
	scheme   = regexp.MustCompile(`(?i)\b(?:h(?:tt|xx|\*\*)ps?|ftp|sftp|wss?)://([^\s/?#"'<>]+)[^\s"'<>]*`)
	bare     = regexp.MustCompile(`(?i)((?:[\pL\pN](?:[\pL\pN-]{0,61}[\pL\pN])?\.)+([a-z]{2,24}|xn--[a-z0-9-]{2,59}))\b(/?)`)
)

// domains are the endings that make a bare name an address where no path follows: a full stop
// without a space behind it ("sector.In addition") must not be taken for one.
var domains = func() map[string]bool {
	m := map[string]bool{}
	for _, d := range strings.Fields("com org net info biz edu gov int mil io co app dev xyz top site online club shop live link click ru cn su ws cc tv me to gg pw tk ml ga cf gq eu uk de fr nl pl br jp kr ua vip icu cam porn sex xxx zip mov") {
		m[d] = true
	}
	return m
}()

// Text looks for what must not be stored; nil where there is nothing. Personal contacts are looked
// for too.
func Text(text string, hosts Hosts) *Finding {
	if at := unseen(text); at >= 0 {
		return found(Unseen, text, []int{at, at + len(string([]rune(text[at:])[0]))})
	}
	if !strings.ContainsAny(text, ".:+@[\u3002\uff0e\uff1a\uff20\u2024") && len(text) < 32 && !strings.Contains(text, "dot") {
		return nil // nothing that any pattern could match: most cells of a list
	}
	s := readable(text)
	for _, p := range []struct {
		kind    Kind
		pattern *regexp.Regexp
	}{
		{Onion, onion}, {Magnet, magnet}, {ChatInvite, chat}, {DataURI, dataURI}, {EMail, email},
		{IPAddress, ipv4}, {IPAddress, ipv6}, {FileHash, fileHash}, {Phone, phone},
	} {
		if at := p.pattern.FindStringIndex(s); at != nil {
			return found(p.kind, s, at)
		}
	}
	for _, m := range scheme.FindAllStringSubmatchIndex(s, -1) {
		if !hosts(hostOf(s[m[2]:m[3]])) {
			return found(Address, s, m[:2])
		}
	}
	disguised := hidden.MatchString(text) // nobody writes "[.]" but in an address, whatever its ending
	for _, m := range bare.FindAllStringSubmatchIndex(s, -1) {
		path := m[6] != m[7]
		if (path || disguised || domains[s[m[4]:m[5]]]) && !hosts(strings.ToLower(s[m[2]:m[3]])) {
			return found(Address, s, m[2:4])
		}
	}
	return nil
}

// unseen finds the first sign that text must not hold, -1 where there is none: control characters but tabs and
// line ends, the overrides and isolates of writing direction, and tags. The marks that Arabic, Hebrew and
// Persian need (left-to-right and right-to-left mark, joiner and non-joiner) pass.
func unseen(text string) int {
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case b < ' ' && b != '\t' && b != '\n' && b != '\r', b == 0x7f:
			return i
		case b == 0xc2 && i+1 < len(text) && text[i+1] < 0xa0 && text[i+1] != 0x85: // U+0080–U+009F but next line
			return i
		case b == 0xe2 && i+2 < len(text) && (text[i+1] == 0x80 && text[i+2] >= 0xaa && text[i+2] <= 0xae || text[i+1] == 0x81 && text[i+2] >= 0xa6 && text[i+2] <= 0xa9):
			return i // U+202A–U+202E, U+2066–U+2069
		case b == 0xef && i+2 < len(text) && text[i+1] == 0xbf && text[i+2] >= 0xb9 && text[i+2] <= 0xbb: // U+FFF9–U+FFFB
			return i
		case b == 0xf3 && i+1 < len(text) && text[i+1] == 0xa0: // tags
			return i
		}
	}
	return -1
}

func found(kind Kind, s string, at []int) *Finding {
	return &Finding{kind, len([]rune(s[:at[0]])) + 1, len([]rune(s[at[0]:at[1]]))}
}

// hostOf takes user, password and port off.
func hostOf(authority string) string {
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	host, _, _ := strings.Cut(authority, ":")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// readable undoes the usual ways of hiding an address from a filter: compatibility forms, invisible
// characters, and dots in brackets or words.
func readable(text string) string {
	s := norm.NFKC.String(text)
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u3002' || r == '\u2024':
			return '.'
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	return hidden.ReplaceAllString(s, ".")
}

var hidden = regexp.MustCompile(`(?i)\s?(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\})\s?`)

// personal are headers of columns that hold data about a person.
var personal = regexp.MustCompile(`(?i)^(?:(?:first|last|full|given|family|middle|victim|child|suspect|offender|reporter)[ _-]?names?|names?|surname|birth.*|.*date[ _-]of[ _-]birth|dob|e-?mails?(?:[ _-]address)?|(?:tele)?phones?(?:[ _-]?(?:no|number))?|mobile(?:[ _-]?(?:no|number))?|passport.*|national[ _-]?id.*|id[ _-]?(?:no|number)|social[ _-]security.*|case[ _-]?(?:no|number|id)|home[ _-]address)$`)

// PersonalColumn tells whether a column's header says that it holds data about persons.
func PersonalColumn(header string) bool { return personal.MatchString(strings.TrimSpace(header)) }
