package table

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// decoded is a text file as UTF-8 and how it came to be.
type decoded struct {
	text, encoding string
	remarks        []Remark
}

// decode turns the bytes of a text file into UTF-8: by the chosen encoding, else by the byte order
// mark (UTF-32 LE before UTF-16 LE, which begins with the same two bytes), else UTF-16 or UTF-32 by
// the place of zero bytes, else UTF-8 where it is valid, else by guess among the legacy code pages.
func decode(name string, data []byte, chosen string) (decoded, error) {
	if chosen != "" {
		return decodeAs(name, data, chosen)
	}
	for _, m := range []struct {
		mark, name string
		enc        encoding.Encoding
	}{
		{"\x00\x00\xfe\xff", "utf-32be", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
		{"\xff\xfe\x00\x00", "utf-32le", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
		{"\xef\xbb\xbf", "utf-8", nil},
		{"\xfe\xff", "utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
		{"\xff\xfe", "utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
	} {
		if rest, ok := bytes.CutPrefix(data, []byte(m.mark)); ok {
			if m.enc == nil {
				return asUTF8(name, rest, "utf-8")
			}
			return wide(name, rest, m.name, m.enc)
		}
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return zeros(name, data)
	}
	if utf8.Valid(data) {
		return asUTF8(name, data, "utf-8")
	}
	if line, broken := brokenUTF8(data); broken {
		return decoded{}, refuse(name, Problem{Row: line, What: "the text is UTF-8 but has damaged characters here",
			Fix: "write the damaged word again and save the file as UTF-8"})
	}
	return guessCodePage(name, data)
}

func asUTF8(name string, data []byte, enc string) (decoded, error) {
	if !utf8.Valid(data) {
		line, _ := brokenUTF8(data)
		return decoded{}, refuse(name, Problem{Row: line, What: "the file says it is UTF-8 but has bytes here that are not",
			Fix: "save it as UTF-8, or name its encoding"})
	}
	// Without a copy: a file at the limits would else need its size twice. Read keeps its data.
	return checked(name, unsafe.String(unsafe.SliceData(data), len(data)), enc)
}

// checked refuses text that cannot be a table and remarks on characters that look damaged.
func checked(name, text, enc string) (decoded, error) {
	if i := strings.IndexByte(text, 0); i >= 0 {
		return decoded{}, refuse(name, Problem{Row: lineAt(text, i), What: "the file holds zero bytes (NUL), which no text has: it is cut off, or no CSV file",
			Fix: "save the table as CSV in UTF-8 or as .xlsx and send that"})
	}
	d := decoded{text: text, encoding: enc}
	if i := strings.Index(text, "\uFFFD"); i >= 0 {
		line := lineAt(text, i)
		d.remarks = append(d.remarks, Remark{Row: line, Ask: true,
			Text: fmt.Sprintf("line %d has the sign for a lost character (\uFFFD): letters were damaged before this file was written", line)})
	}
	return d, nil
}

func lineAt(text string, offset int) int {
	return 1 + lineEnds(text[:offset])
}

// lineEnds counts the ends of lines: LF, CR LF and bare CR.
func lineEnds(s string) int {
	n := strings.Count(s, "\n")
	if cr := strings.Count(s, "\r"); cr > 0 {
		n += cr - strings.Count(s, "\r\n")
	}
	return n
}

func wide(name string, data []byte, enc string, e encoding.Encoding) (decoded, error) {
	unit := 2
	if strings.HasPrefix(enc, "utf-32") {
		unit = 4
	}
	bad := func() (decoded, error) {
		return decoded{}, refuse(name, Problem{What: "the text is damaged: it is no valid " + strings.ToUpper(enc), Fix: "save it as UTF-8"})
	}
	if len(data)%unit != 0 {
		return bad()
	}
	lost := []byte{0xFD, 0xFF} // a replacement character that stands in the file itself is no damage
	if strings.HasSuffix(enc, "be") {
		lost = []byte{0xFF, 0xFD}
	}
	out, err := e.NewDecoder().Bytes(data)
	if err != nil || bytes.Contains(out, []byte("\uFFFD")) && !bytes.Contains(data, lost) {
		return bad()
	}
	return checked(name, string(out), enc)
}

// zeros reads text with zero bytes and no byte order mark. ASCII in UTF-16 is valid UTF-8 too, so
// only the place of the zeros tells.
func zeros(name string, data []byte) (decoded, error) {
	var at [4]int
	sample := data[:min(len(data), 64<<10)&^3]
	if len(data) < 4 {
		sample = data
	}
	for i, b := range sample {
		if b == 0 {
			at[i%4]++
		}
	}
	n := len(sample) / 4
	even, odd := at[0]+at[2], at[1]+at[3]
	switch {
	case len(data)%4 == 0 && n > 0 && at[3] == n && at[2]*2 > n && at[0]*4 < n:
		return wide(name, data, "utf-32le", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM))
	case len(data)%4 == 0 && n > 0 && at[0] == n && at[1]*2 > n && at[3]*4 < n:
		return wide(name, data, "utf-32be", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM))
	case odd > 4*even && len(data)%2 == 0:
		return wide(name, data, "utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM))
	case even > 4*odd && len(data)%2 == 0:
		return wide(name, data, "utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM))
	}
	return decoded{}, refuse(name, Problem{What: "the file has zero bytes and is no text", Fix: "send a .csv or .xlsx file"})
}

// brokenUTF8 tells text that is UTF-8 with a few damaged bytes from text of a code page: most of its
// bytes beyond ASCII stand in valid sequences. It gives the line of the first damage.
func brokenUTF8(data []byte) (line int, broken bool) {
	good, bad, first := 0, 0, -1
	for i := 0; i < len(data); {
		if data[i] < utf8.RuneSelf {
			i++
			continue
		}
		_, n := utf8.DecodeRune(data[i:])
		if n == 1 {
			bad++
			if first < 0 {
				first = i
			}
		} else {
			good += n
		}
		i += n
	}
	if first >= 0 {
		line = 1 + lineEnds(string(data[:first]))
	}
	return line, bad > 0 && good > 4*bad
}

func decodeAs(name string, data []byte, chosen string) (decoded, error) {
	low := strings.ToLower(strings.TrimSpace(chosen))
	switch low {
	case "utf-8", "utf8":
		return asUTF8(name, bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), "utf-8")
	case "utf-16le", "utf-16be", "utf-32le", "utf-32be":
		order, order32 := unicode.LittleEndian, utf32.LittleEndian
		mark := []byte("\xff\xfe")
		if strings.HasSuffix(low, "be") {
			order, order32, mark = unicode.BigEndian, utf32.BigEndian, []byte("\xfe\xff")
		}
		if strings.HasPrefix(low, "utf-16") {
			return wide(name, bytes.TrimPrefix(data, mark), low, unicode.UTF16(order, unicode.IgnoreBOM))
		}
		return wide(name, data, low, utf32.UTF32(order32, utf32.UseBOM))
	}
	var enc encoding.Encoding
	for _, c := range codePages {
		if c.name == low {
			enc = c.enc
		}
	}
	if enc == nil {
		e, err := htmlindex.Get(low)
		if err != nil {
			return decoded{}, refuse(name, Problem{Value: chosen, What: "there is no encoding of this name",
				Fix: "name one such as utf-8, windows-1252, windows-1251, windows-1256, iso-8859-6 or gb18030"})
		}
		enc = e
	}
	text, err := enc.NewDecoder().Bytes(data)
	if err != nil || bytes.Contains(text, []byte("\uFFFD")) {
		return decoded{}, refuse(name, Problem{Value: chosen, What: "the file has bytes that do not exist in the chosen encoding",
			Fix: "choose another encoding, or save the file as UTF-8"})
	}
	return checked(name, string(text), low)
}
