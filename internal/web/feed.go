package web

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"waymark/internal/reference"
)

// base is scheme and host for addresses that must be absolute: the origin where the operator named
// it, else the address the program listens on.
func (s *Server) base() string { return cmp.Or(s.config.Origin, s.config.Address) }

// atomEntry is one entry of the feed.
type atomEntry struct {
	Title   string   `xml:"title"`
	ID      string   `xml:"id"`
	Updated string   `xml:"updated"`
	Link    atomLink `xml:"link"`
	Summary string   `xml:"summary"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Lang string `xml:"hreflang,attr,omitempty"`
	Href string `xml:"href,attr"`
}

// feedEntries bounds the feed: readers keep what they have seen.
const feedEntries = 50

// feed tells what changed: versions of the framework, and lists taken in or taken back. Its ids are
// tag URIs (RFC 4151), which stay the same wherever the site is reached.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) error {
	snap, err := s.config.Publication.Snapshot(r.Context())
	if err != nil {
		return err
	}
	changes, err := snap.Changes(r.Context(), feedEntries)
	if err != nil {
		return err
	}
	var feed struct {
		XMLName xml.Name `xml:"feed"`
		NS      string   `xml:"xmlns,attr"`
		Lang    string   `xml:"xml:lang,attr"`
		Title   string   `xml:"title"`
		ID      string   `xml:"id"`
		Updated string   `xml:"updated"`
		Author  struct {
			Name string `xml:"name"`
		} `xml:"author"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	feed.NS, feed.Lang, feed.Title, feed.ID = "http://www.w3.org/2005/Atom", "en", "Waymark: what changed", "tag:waymark,2026:feed"
	feed.Author.Name = "Waymark"
	if s.config.Sample != nil {
		feed.Title, feed.ID, feed.Author.Name = "Waymark: what changed (invented data)", "tag:waymark,2026:invented:feed", "Waymark (invented data)"
	}
	feed.Links = []atomLink{{Rel: "self", Href: s.base() + "/feed.atom"}, {Rel: "alternate", Lang: "en", Href: s.base() + "/en/"}}
	feed.Updated = atomTime(0)
	for i, c := range changes {
		at := atomTime(c.At)
		if i == 0 {
			feed.Updated = at
		}
		feed.Entries = append(feed.Entries, atomEntry{Title: s.inventedTitle(c.Title), ID: "tag:waymark,2026:" + c.ID, Updated: at, Link: atomLink{Href: s.base() + "/en" + c.Page}, Summary: c.Summary})
	}
	body, err := xml.MarshalIndent(feed, "", " ")
	if err != nil {
		return fmt.Errorf("writing the feed: %w", err)
	}
	(&answer{contentType: "application/atom+xml; charset=utf-8", body: append([]byte(xml.Header), body...)}).seal("").send(w, r)
	return nil
}

func atomTime(microseconds int64) string {
	return time.UnixMicro(microseconds).UTC().Format(time.RFC3339)
}

// milestones is the framework's own process as a calendar (RFC 5545): all-day events with stable
// ids. DTSTAMP is the day the version holds from, so that the same version gives the same bytes.
func (s *Server) milestones(w http.ResponseWriter, r *http.Request) error {
	snap, err := s.config.Publication.Snapshot(r.Context())
	if err != nil {
		return err
	}
	v := snap.Version
	var b strings.Builder
	line := func(text string) { foldLine(&b, text) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//Waymark//Milestones//EN")
	for _, m := range v.Milestones {
		text := m.Title
		if e, ok := v.Element(m.Element); ok {
			text = e.Text
		}
		line("BEGIN:VEVENT")
		line("UID:" + strings.ToLower(m.Element) + "." + v.ID() + "@waymark")
		line("DTSTAMP:" + calendarDay(v.Valid.Start) + "T000000Z")
		line(fmt.Sprintf("SEQUENCE:%d", v.Number-1))
		line("DTSTART;VALUE=DATE:" + calendarDay(m.Period.Start))
		line("DTEND;VALUE=DATE:" + calendarDay(m.Period.End.AddDays(1))) // the end is not included
		line("SUMMARY:" + calendarText(m.Title))
		line("DESCRIPTION:" + calendarText(text))
		line("URL:" + s.base() + "/en/framework#" + m.Element)
		line("END:VEVENT")
	}
	if s.config.Consultations != nil {
		rounds, err := s.config.Consultations.Rounds(r.Context())
		if err != nil {
			return err
		}
		s.roundDays(rounds, line)
	}
	line("END:VCALENDAR")
	(&answer{contentType: "text/calendar; charset=utf-8", body: []byte(b.String()), filename: s.fileName("milestones.ics")}).seal("").send(w, r)
	return nil
}

func calendarDay(d reference.Date) string { return strings.ReplaceAll(d.String(), "-", "") }

var calendarEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`)

func calendarText(s string) string { return calendarEscapes.Replace(s) }

// foldLine writes a line of at most 75 octets, going on in the next after a space, and never inside
// a character.
func foldLine(b *strings.Builder, text string) {
	const most = 75
	room := most
	for text != "" {
		n := min(room, len(text))
		for n > 0 && n < len(text) && !utf8.RuneStart(text[n]) {
			n--
		}
		b.WriteString(text[:n])
		b.WriteString("\r\n")
		if text = text[n:]; text != "" {
			b.WriteByte(' ')
			room = most - 1
		}
	}
}
