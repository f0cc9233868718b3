package docx

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"regexp"
	"strings"
	"time"

	"waymark/internal/fault"
)

const (
	fixSaveAsDocx  = "Open it in Word or LibreOffice, save it again as .docx and send that."
	fixSendAgain   = "Send the file again; if it is refused again, open it in Word, save it anew and send that."
	fixSendSmaller = "Remove pictures and embedded files, or send the document in several files."
)

// oleMagic begins the old compound files: encrypted .docx and .doc from before 2007.
var oleMagic = []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}

// container is the zip package: its entries in their order, and what was inflated of them.
type container struct {
	limits   Limits
	deadline time.Time
	zip      *zip.Reader
	parts    []*part
	byName   map[string]*part // by lower case name
	defaults map[string]string
	override map[string]string
	unpacked int64 // inflated so far, of all parts
	nodes    int   // counted so far, of the parts that became trees
}

// part is one entry of the package. name has no leading slash.
type part struct {
	name string
	file *zip.File
	data []byte // inflated; kept only for parts that are XML
}

// openContainer checks names and sizes of all parts, inflates them once to count, and keeps the XML.
func openContainer(data []byte, limits Limits) (*container, error) {
	c := &container{limits: limits.orDefaults(), byName: map[string]*part{}}
	c.deadline = time.Now().Add(c.limits.Time)
	switch {
	case len(data) == 0:
		return nil, fault.New(fault.Refused, "The file is empty.", fixSendAgain)
	case bytes.HasPrefix(data, oleMagic):
		return nil, fault.New(fault.Refused, "The file is password-protected, or an old .doc file.", "Remove the password, or save it as .docx, and send that.")
	case int64(len(data)) > c.limits.Packed:
		return nil, fault.Newf(fault.TooLarge, "The file has %d MB; at most %d MB are taken.", len(data)>>20, c.limits.Packed>>20).WithFix(fixSendSmaller)
	case !bytes.HasPrefix(data, []byte("PK")):
		return nil, fault.New(fault.Refused, "The file is not a Word document (.docx): it does not begin as one.", fixSaveAsDocx)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, damaged("the file", err)
	}
	c.zip = z
	if len(z.File) > c.limits.Parts {
		return nil, fault.Newf(fault.TooLarge, "The file has %d parts; at most %d are taken.", len(z.File), c.limits.Parts).WithFix(fixSendSmaller)
	}
	var packed uint64
	for _, f := range z.File {
		packed += f.CompressedSize64
		if f.CompressedSize64 > uint64(len(data)) || packed > uint64(len(data)) {
			return nil, damaged("the file", errors.New("parts lie over each other"))
		}
		if err := c.add(f); err != nil {
			return nil, err
		}
	}
	for _, p := range c.parts {
		if err := c.inflate(p, p.isXML()); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func damaged(what string, cause error) error {
	f := fault.Newf(fault.Refused, "The file is incomplete or damaged (%s cannot be read).", what).WithFix(fixSendAgain)
	f.Cause = cause
	return f
}

var driveLetter = regexp.MustCompile(`^[A-Za-z]:`)

// add enters one entry, refusing names that could lead outside the package or mean two parts.
func (c *container) add(f *zip.File) error {
	name := f.Name
	refuse := func(why string) error {
		return fault.Newf(fault.Refused, "The file holds a part named %q, which %s.", clip(name), why).WithFix(fixSaveAsDocx)
	}
	switch {
	case name == "" || strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 || r == 0xFFFD }):
		return refuse("is no part name")
	case strings.HasPrefix(name, "/") || driveLetter.MatchString(name):
		return refuse("is an absolute path")
	case strings.Contains(name, `\`):
		return refuse(`uses "\"`)
	}
	for seg := range strings.SplitSeq(strings.TrimSuffix(name, "/"), "/") {
		if seg == ".." || seg == "." || seg == "" {
			return refuse("leads outside its folder")
		}
	}
	if strings.HasSuffix(name, "/") {
		return nil // a folder: some tools write them, they hold nothing
	}
	low := strings.ToLower(name)
	switch {
	case c.byName[low] != nil:
		return refuse("stands there twice")
	case strings.HasSuffix(low, "vbaproject.bin"):
		return fault.Newf(fault.Refused, "The file holds macros (%s).", clip(name)).WithFix("Save it as .docx, which keeps no macros, and send that.")
	case f.Flags&1 != 0:
		return fault.Newf(fault.Refused, "The part %s is encrypted.", clip(name)).WithFix("Remove the password and send the file again.")
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return fault.Newf(fault.Refused, "The part %s is packed in a way Word does not use.", clip(name)).WithFix(fixSaveAsDocx)
	}
	p := &part{name: name, file: f}
	c.parts = append(c.parts, p)
	c.byName[low] = p
	return nil
}

func clip(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}

// isXML tells the parts that are kept inflated and checked for a DOCTYPE from the start; parse does
// the same for a part that is XML under another name.
func (p *part) isXML() bool {
	low := strings.ToLower(p.name)
	return strings.HasSuffix(low, ".xml") || strings.HasSuffix(low, ".rels") || strings.HasSuffix(low, ".vml")
}

// inflate counts a part while inflating it: headers are not trusted. XML is kept; of other parts
// only the size matters, and a wrong checksum there is none of our business.
func (c *container) inflate(p *part, xml bool) error {
	raw, err := p.file.OpenRaw()
	if err != nil {
		return damaged(p.name, err)
	}
	packed := &counter{r: raw}
	var r io.Reader = packed
	if p.file.Method == zip.Deflate {
		r = flate.NewReader(packed)
	}
	var keep bytes.Buffer
	sum := crc32.NewIEEE()
	buf := make([]byte, 64<<10)
	var size int64
	for {
		n, err := r.Read(buf)
		size += int64(n)
		c.unpacked += int64(n)
		switch {
		case xml && size > c.limits.Part:
			return fault.Newf(fault.TooLarge, "The part %s is over %d MB.", clip(p.name), c.limits.Part>>20).WithFix(fixSendSmaller)
		case c.unpacked > c.limits.Unpacked:
			return fault.Newf(fault.TooLarge, "The file unpacks to over %d MB.", c.limits.Unpacked>>20).WithFix(fixSendSmaller)
		case size > 1<<20 && size > c.limits.Ratio*packed.n:
			return fault.Newf(fault.TooLarge, "The part %s unpacks to over %d times its size, as no Word document does.", clip(p.name), c.limits.Ratio).WithFix(fixSaveAsDocx)
		}
		if xml {
			keep.Write(buf[:n])
			sum.Write(buf[:n])
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			if xml {
				return damaged(p.name, err)
			}
			break
		}
		if err := c.inTime(); err != nil {
			return err
		}
	}
	if xml {
		if sum.Sum32() != p.file.CRC32 {
			return damaged(p.name, zip.ErrChecksum)
		}
		p.data = keep.Bytes()
		if utf8Data, ok := fromUTF16(p.data); ok {
			p.data = utf8Data
		}
		return checkDirectives(p)
	}
	return nil
}

// counter counts the packed bytes the inflater has taken.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

func (c *container) inTime() error {
	if time.Now().After(c.deadline) {
		return fault.Newf(fault.TooLarge, "Reading the file took over %v.", c.limits.Time).WithFix(fixSendSmaller)
	}
	return nil
}

// entry gives the part of a name, whatever its case, or nil.
func (c *container) entry(name string) *part { return c.byName[strings.ToLower(name)] }

// epoch is the time of every part we write, so that the same values give the same bytes.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// write makes the package anew: changed parts from their trees, all others copied raw.
func (c *container) write(changed map[*part]*tree) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, p := range c.parts {
		t := changed[p]
		if t == nil {
			if err := w.Copy(p.file); err != nil {
				return nil, fmt.Errorf("copying part %s: %w", p.name, err)
			}
			continue
		}
		data, err := t.bytes()
		if err != nil {
			return nil, fmt.Errorf("writing part %s: %w", p.name, err)
		}
		if err := writePart(w, p.name, data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("closing the package: %w", err)
	}
	return out.Bytes(), nil
}

func writePart(w *zip.Writer, name string, data []byte) error {
	f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: epoch})
	if err == nil {
		_, err = f.Write(data)
	}
	if err != nil {
		return fmt.Errorf("writing part %s: %w", name, err)
	}
	return nil
}
