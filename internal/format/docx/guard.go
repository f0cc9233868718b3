package docx

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"strings"
	"unicode/utf16"

	"waymark/internal/fault"
)

// fromUTF16 gives the UTF-8 form of a part in UTF-16, which Word may write and OPC allows. The XML
// declaration's encoding is rewritten to match.
func fromUTF16(data []byte) ([]byte, bool) {
	var order binary.ByteOrder
	switch {
	case len(data) < 2 || len(data)%2 != 0:
		return nil, false
	case data[0] == 0xFF && data[1] == 0xFE, data[0] == '<' && data[1] == 0:
		order = binary.LittleEndian
	case data[0] == 0xFE && data[1] == 0xFF, data[0] == 0 && data[1] == '<':
		order = binary.BigEndian
	default:
		return nil, false
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	text := strings.TrimPrefix(string(utf16.Decode(units)), "\uFEFF")
	return []byte(declaredEncoding.ReplaceAllString(text, `${1}UTF-8${3}`)), true
}

var declaredEncoding = regexp.MustCompile(`^(<\?xml[^>]*?encoding\s*=\s*["'])([^"']*)(["'])`)

// checkDirectives refuses a DOCTYPE or any other "<!" directive, in every XML part, before anything
// parses it.
func checkDirectives(p *part) error {
	rest := p.data
	for {
		i := bytes.Index(rest, []byte("<!"))
		if i < 0 {
			return nil
		}
		rest = rest[i+2:]
		end := ""
		switch {
		case bytes.HasPrefix(rest, []byte("--")):
			end = "-->"
		case bytes.HasPrefix(rest, []byte("[CDATA[")):
			end = "]]>"
		default:
			return fault.Newf(fault.Refused, "The part %s holds a DOCTYPE or another directive, which no Word document needs.", clip(p.name)).WithFix(fixSaveAsDocx)
		}
		j := bytes.Index(rest, []byte(end))
		if j < 0 {
			return damaged(p.name, nil)
		}
		rest = rest[j+len(end):]
	}
}

// scan walks over the bytes of an XML part before a tree is made of it, counting depth, nodes and
// attribute sizes. It is no parser: what it lets pass may still be malformed, which the parser says.
func (c *container) scan(p *part) error {
	data, depth := p.data, 0
	for i := 0; i < len(data); {
		if data[i] != '<' {
			j := bytes.IndexByte(data[i:], '<')
			if j < 0 {
				return nil
			}
			c.nodes++
			i += j
			continue
		}
		var skip string
		switch rest := data[i:]; {
		case bytes.HasPrefix(rest, []byte("<!--")):
			skip = "-->"
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			skip = "]]>"
		case bytes.HasPrefix(rest, []byte("<?")):
			skip = "?>"
		case bytes.HasPrefix(rest, []byte("</")):
			skip, depth = ">", depth-1
		}
		if skip != "" {
			j := bytes.Index(data[i:], []byte(skip))
			if j < 0 {
				return damaged(p.name, nil)
			}
			c.nodes++
			i += j + len(skip)
			continue
		}
		end, attrs, err := c.scanTag(p, i)
		if err != nil {
			return err
		}
		c.nodes += 1 + attrs
		if data[end-1] != '/' {
			depth++
		}
		switch {
		case depth > c.limits.Depth:
			return fault.Newf(fault.TooLarge, "The part %s nests elements over %d deep.", clip(p.name), c.limits.Depth).WithFix(fixSaveAsDocx)
		case c.nodes > c.limits.Nodes:
			return fault.Newf(fault.TooLarge, "The file has over %d elements, attributes and texts.", c.limits.Nodes).WithFix(fixSendSmaller)
		}
		i = end + 1
	}
	return nil
}

// scanTag finds the end of the start tag at i and counts its attributes.
func (c *container) scanTag(p *part, i int) (end, attrs int, err error) {
	var quote byte
	from := 0
	for j := i + 1; j < len(p.data); j++ {
		switch b := p.data[j]; {
		case quote != 0:
			if b == quote {
				quote = 0
				if j-from > c.limits.Attr {
					return 0, 0, fault.Newf(fault.TooLarge, "The part %s has an attribute of over %d KB.", clip(p.name), c.limits.Attr>>10).WithFix(fixSaveAsDocx)
				}
			}
		case b == '"' || b == '\'':
			quote, from = b, j
			attrs++
		case b == '>':
			return j, attrs, nil
		}
	}
	return 0, 0, damaged(p.name, nil)
}
