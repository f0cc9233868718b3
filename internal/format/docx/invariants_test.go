package docx

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/beevik/etree"
)

// checkInvariants is run over every file these tests write with the Builder.
func checkInvariants(t testing.TB, data []byte) *Document {
	t.Helper()
	d, err := Open(data, Limits{})
	if err != nil {
		t.Fatalf("our own file is refused: %v", err)
	}
	for _, problem := range invariants(d) {
		t.Error(problem)
	}
	return d
}

// invariants lists what is wrong with a file in ways no schema says: see the consultation guide, 12.
func invariants(d *Document) []string {
	var out []string
	bad := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	comments := map[string]bool{}
	if d.comments != nil {
		for _, part := range []*tree{d.extended, d.ids, d.extensible, d.people} {
			if part == nil {
				bad("the five comment parts do not stand together")
			}
		}
		for _, c := range children(d.comments.doc.Root()) {
			id, _ := d.comments.attr(c, nsW, "id")
			if comments[id] {
				bad("comment id %s twice", id)
			}
			comments[id] = true
			first := d.comments.find(c, "p")
			if r := d.comments.find(first, "r"); d.comments.find(r, "annotationRef") == nil {
				bad("comment %s does not begin with annotationRef", id)
			}
		}
	}
	referenced := map[string]bool{}
	revisions, bookmarks, notes := map[string]bool{}, map[string]bool{}, map[string]bool{}
	lastNote := 0
	for _, t := range d.stories {
		open, closed := map[string]bool{}, map[string]bool{}
		descend(t.doc.Root(), func(e *etree.Element) bool {
			id, _ := t.attr(e, nsW, "id")
			switch local := t.w(e); local {
			case "commentRangeStart":
				if open[id] || !comments[id] {
					bad("start %s twice or without comment", id)
				}
				open[id] = true
			case "commentRangeEnd":
				if !open[id] || closed[id] {
					bad("end %s before its start or twice", id)
				}
				closed[id] = true
			case "commentReference":
				if !comments[id] || referenced[id] || open[id] && !closed[id] {
					bad("reference %s twice, without comment or before its end", id)
				}
				referenced[id] = true
			case "bookmarkStart":
				if bookmarks[id] {
					bad("bookmark id %s twice", id)
				}
				bookmarks[id] = true
			case "footnote":
				notes[id] = true
			case "footnoteReference":
				n, _ := strconv.Atoi(id)
				if n != lastNote+1 {
					bad("footnote %s after %d", id, lastNote)
				}
				lastNote = n
			case "t", "delText":
				inDel := false
				for p := e.Parent(); p != nil; p = p.Parent() {
					inDel = inDel || t.w(p) == "del"
				}
				if inDel != (local == "delText") {
					bad("%s in the wrong place", local)
				}
				if text := e.Text(); strings.TrimSpace(text) != text && e.SelectAttrValue("xml:space", "") != "preserve" {
					bad("text %q loses its space", text)
				}
			default:
				if author, ok := t.attr(e, nsW, "author"); ok && isChangeWrapper(local) {
					if revisions[id] || id == "" {
						bad("revision id %q of %s twice", id, author)
					}
					revisions[id] = true
				}
			}
			return true
		})
		for id := range open {
			if !closed[id] {
				bad("start %s has no end in its story", id)
			}
		}
	}
	for id := range comments {
		if !referenced[id] {
			bad("comment %s has no reference", id)
		}
	}
	for i := 1; i <= lastNote; i++ {
		if !notes[strconv.Itoa(i)] {
			bad("footnote %d is missing", i)
		}
	}
	out = append(out, threadInvariants(d)...)
	return append(out, packageInvariants(d)...)
}

func threadInvariants(d *Document) []string {
	if d.extended == nil {
		return nil
	}
	var out []string
	bad := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	paras := map[string]bool{}
	descend(d.comments.doc.Root(), func(e *etree.Element) bool {
		if id := paraID(d.comments, e); id != "" {
			n, err := strconv.ParseUint(id, 16, 32)
			if err != nil || n < 1 || n > 0x7FFFFFFE || len(id) != 8 || paras[id] {
				bad("paraId %s out of range or twice", id)
			}
			paras[id] = true
		}
		return true
	})
	parent := map[string]string{}
	for _, e := range children(d.extended.doc.Root()) {
		id, _ := d.extended.attr(e, nsW15, "paraId")
		if !paras[id] {
			bad("commentEx %s has no paragraph", id)
		}
		parent[id], _ = d.extended.attr(e, nsW15, "paraIdParent")
	}
	for id, p := range parent {
		if p != "" {
			if up, ok := parent[p]; !ok || up != "" {
				bad("%s hangs on %s, which is no root", id, p)
			}
		}
	}
	if n := len(children(d.comments.doc.Root())); len(parent) != n || len(children(d.ids.doc.Root())) != n || len(children(d.extensible.doc.Root())) != n {
		bad("the comment parts do not have %d entries each", n)
	}
	return out
}

func packageInvariants(d *Document) []string {
	var out []string
	for _, p := range d.pack.parts {
		if p.name != "[Content_Types].xml" && d.pack.typeOf(p.name) == "" {
			out = append(out, p.name+" has no content type")
		}
		rels, err := d.pack.relationships(p.name)
		if err != nil {
			out = append(out, err.Error())
		}
		for _, r := range rels {
			if r.external || d.pack.entry(r.target) == nil {
				out = append(out, p.name+" leads nowhere: "+r.target)
			}
		}
		if !p.file.Modified.Equal(epoch) {
			out = append(out, p.name+" has a time")
		}
	}
	for _, t := range d.trees() {
		root := t.doc.Root()
		ignorable := strings.Fields(root.SelectAttrValue("mc:Ignorable", ""))
		listed := map[string]bool{}
		for _, prefix := range ignorable {
			listed[prefix] = true
			if root.SelectAttr("xmlns:"+prefix) == nil {
				out = append(out, t.part.name+": ignorable "+prefix+" is not declared")
			}
		}
		for _, a := range root.Attr {
			if a.Space == "xmlns" && (a.Key == "w14" || strings.HasPrefix(a.Key, "w15") || strings.HasPrefix(a.Key, "w16")) && !listed[a.Key] {
				out = append(out, t.part.name+": "+a.Key+" is not ignorable")
			}
		}
	}
	if n := d.pack.parts; len(n) < 2 || n[0].name != "[Content_Types].xml" || n[1].name != "_rels/.rels" {
		out = append(out, "the package does not begin with its types and relationships")
	}
	return out
}

// tool gives the path of a program, or skips loudly.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("SKIPPED, NOT TESTED: %s is not installed", name)
	}
	return path
}

// checkSchema judges the parts of our own output by the ISO/IEC 29500-4 schemas.
func checkSchema(t *testing.T, data []byte) {
	t.Helper()
	xmllint := tool(t, "xmllint")
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "wml"), os.DirFS(filepath.Join(corpus(t), "xsd"))); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "mce"), os.DirFS(filepath.Join(corpus(t), "xsd"))); err != nil { // where wml.xsd looks for mc.xsd
		t.Fatal(err)
	}
	schema := filepath.Join(dir, "wml", "wml.xsd")
	checked := 0
	for name, text := range inflated(t, data) {
		if !strings.HasPrefix(name, "word/") || strings.HasSuffix(name, ".rels") || strings.Contains(name, "commentsE") || strings.Contains(name, "commentsIds") || strings.Contains(name, "people") {
			continue
		}
		file := filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
		if err := os.WriteFile(file, stripIgnorable(t, text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(xmllint, "--nonet", "--noout", "--schema", schema, file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		checked++
	}
	if checked < 5 {
		t.Errorf("only %d parts checked", checked)
	}
}

// stripIgnorable takes out what mc:Ignorable names, as a reader that does not know it would.
func stripIgnorable(t *testing.T, text string) []byte {
	doc := etree.NewDocument()
	if err := doc.ReadFromString(text); err != nil {
		t.Fatal(err)
	}
	ignored := map[string]bool{"mc": true}
	for _, p := range strings.Fields(doc.Root().SelectAttrValue("mc:Ignorable", "")) {
		ignored[p] = true
	}
	descend(doc.Root(), func(e *etree.Element) bool {
		var keep []etree.Attr
		for _, a := range e.Attr {
			if !ignored[a.Space] {
				keep = append(keep, a)
			}
		}
		e.Attr = keep
		return true
	})
	out, err := doc.WriteToBytes()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// broken gives our file with one part changed by edit.
func broken(t testing.TB, data []byte, name string, edit func(string) string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	found := false
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if f.Name == name {
			found = true
			if text = edit(text); text == b.String() {
				t.Fatalf("the edit of %s changes nothing", name)
			}
		}
		if err := writePart(w, f.Name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if !found {
		t.Fatalf("no part %s", name)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func canonicalXML(t *testing.T, xmllint, file string) []byte {
	t.Helper()
	out, err := exec.Command(xmllint, "--nonet", "--c14n", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}
