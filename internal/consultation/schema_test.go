package consultation_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"waymark/internal/consultation"
	"waymark/internal/framework"
	"waymark/internal/lang"
)

// written is every Word file that the program makes of the shipped framework and round: the clean
// draft, and the compilation in languages from both sides, undecided and with answers, responses and changes.
func written(t *testing.T) map[string][]byte {
	t.Helper()
	v := shipped(t)
	out := map[string][]byte{}
	draft, err := consultation.ExportWord(v)
	if err != nil {
		t.Fatal(err)
	}
	out["draft"] = draft
	r := record(t)
	answered := record(t)
	answered.Round.Zone = "Asia/Kolkata"
	edit := framework.Words(elementOf(t, v, "T2").ID, "countries", "States")
	answered.Amendments = append(answered.Amendments, consultation.Amendment{ID: "drafted", Number: 90, Kind: consultation.Substitution, Element: "T2", Old: "countries", New: "States", Edit: &edit, State: consultation.Proposed, Drafted: true})
	for i, c := range answered.Comments {
		d := consultation.Disposition{ID: fmt.Sprint("d", i), Comment: c.ID, Code: consultation.Noted, Reason: "It is < known & said \"elsewhere\".", DecidedBy: "p", DecidedAt: 1_780_000_000_000_000}
		if i == 0 {
			d.Code, d.Changes = consultation.AcceptedInPrinciple, []string{"drafted"}
		}
		answered.Dispositions = append(answered.Dispositions, d)
		answered.Responses = append(answered.Responses, consultation.Response{ID: fmt.Sprint("p", i), Comment: c.ID, Organisation: "usa", Text: "Not enough.", At: 1_780_100_000_000_000})
	}
	for _, tag := range []lang.Tag{"en", "ar", "zh"} {
		out["undecided-"+string(tag)] = word1(t, consultation.Compile(v, r, tag))
		out["answered-"+string(tag)] = word1(t, consultation.Compile(v, answered, tag))
	}
	return out
}

func elementOf(t *testing.T, v *framework.Version, code string) *framework.Element {
	t.Helper()
	e, ok := v.Element(code)
	if !ok {
		t.Fatal(code)
	}
	return e
}

func partsOf(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(text)
	}
	return out
}

// The schemas of ISO/IEC 29500-4 judge every file we write; extension parts have none.
func TestWrittenWordFilesHoldToTheSchema(t *testing.T) {
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("SKIPPED, NOT TESTED: xmllint is not installed (libxml2-utils)")
	}
	shared := os.Getenv("WAYMARK_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	xsd := filepath.Join(shared, "corpus", "docx", "xsd")
	if _, err := os.Stat(filepath.Join(xsd, "wml.xsd")); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: the schemas are not here: %v", err)
	}
	dir := t.TempDir()
	for _, name := range []string{"wml", "mce"} { // wml.xsd looks for mc.xsd beside its own folder
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(xsd)); err != nil {
			t.Fatal(err)
		}
	}
	schema := filepath.Join(dir, "wml", "wml.xsd")
	for name, data := range written(t) {
		for part, text := range partsOf(t, data) {
			switch path.Base(part) {
			case "document.xml", "comments.xml", "styles.xml", "footnotes.xml", "settings.xml", "numbering.xml", "header1.xml", "footer1.xml":
			default:
				continue
			}
			file := filepath.Join(dir, name+"-"+path.Base(part))
			if err := os.WriteFile(file, []byte(withoutIgnorable(text)), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(xmllint, "--nonet", "--noout", "--schema", schema, file).CombinedOutput(); err != nil {
				t.Errorf("%s, %s: %v\n%.800s", name, part, err, out)
			}
		}
	}
}

var ignorable = regexp.MustCompile(`mc:Ignorable="([^"]*)"`)

// withoutIgnorable takes out the attributes that mc:Ignorable names; we write no such elements there.
func withoutIgnorable(text string) string {
	prefixes := []string{"mc"}
	if m := ignorable.FindStringSubmatch(text); m != nil {
		prefixes = append(prefixes, strings.Fields(m[1])...)
	}
	return regexp.MustCompile(`\s(?:`+strings.Join(prefixes, "|")+`):\w+="[^"]*"`).ReplaceAllString(text, "")
}

// What no schema says (consultation guide, section 12): numbers agree, nothing leads nowhere.
func TestWrittenWordFilesKeepTheirInvariants(t *testing.T) {
	ids := func(text, pattern string) []string {
		var out []string
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			out = append(out, m[1])
		}
		return out
	}
	sorted := func(list []string) []string { return slices.Sorted(slices.Values(list)) }
	for name, data := range written(t) {
		parts := partsOf(t, data)
		doc := parts["word/document.xml"]
		comments := sorted(ids(parts["word/comments.xml"], `<w:comment [^>]*w:id="(\d+)"`))
		for _, mark := range []string{"commentReference", "commentRangeStart", "commentRangeEnd"} {
			if got := sorted(ids(doc, `<w:`+mark+` w:id="(\d+)"`)); !slices.Equal(got, comments) {
				t.Errorf("%s: %s %v, comments %v", name, mark, got, comments)
			}
		}
		if len(slices.Compact(slices.Clone(comments))) != len(comments) || name != "draft" && len(comments) < 18 {
			t.Errorf("%s: comments %v", name, comments)
		}
		for _, id := range comments {
			start, end, ref := strings.Index(doc, `<w:commentRangeStart w:id="`+id+`"`), strings.Index(doc, `<w:commentRangeEnd w:id="`+id+`"`), strings.Index(doc, `<w:commentReference w:id="`+id+`"`)
			if start > end || end > ref {
				t.Errorf("%s: the marks of comment %s are out of order", name, id)
			}
		}
		paras := map[string]bool{}
		for _, id := range ids(parts["word/comments.xml"], `w14:paraId="([^"]*)"`) {
			if paras[id] || len(id) != 8 || id > "7FFFFFFE" || id == "00000000" {
				t.Errorf("%s: paraId %s", name, id)
			}
			paras[id] = true
		}
		extended := parts["word/commentsExtended.xml"]
		roots := map[string]bool{}
		for _, ex := range ids(extended, `(<w15:commentEx [^>]*>)`) {
			id := ids(ex, `w15:paraId="([^"]*)"`)[0]
			if !paras[id] {
				t.Errorf("%s: %s has no paragraph", name, ex)
			}
			if !strings.Contains(ex, "paraIdParent") {
				roots[id] = true
			}
		}
		for _, parent := range ids(extended, `paraIdParent="([^"]*)"`) {
			if !roots[parent] {
				t.Errorf("%s: %s is no root", name, parent)
			}
		}
		types := parts["[Content_Types].xml"]
		for part, text := range parts {
			if base, ok := strings.CutSuffix(part, ".rels"); ok {
				for _, target := range ids(text, `Target="([^"]*)"`) {
					full := path.Join(path.Dir(path.Dir(base)), target)
					if strings.HasPrefix(target, "/") {
						full = target[1:]
					}
					if _, there := parts[full]; !there {
						t.Errorf("%s: %s leads nowhere: %s", name, part, target)
					}
				}
			} else if part != "[Content_Types].xml" && !strings.Contains(types, `"/`+part+`"`) && !strings.Contains(types, `Extension="`+strings.TrimPrefix(path.Ext(part), ".")+`"`) {
				t.Errorf("%s: %s has no content type", name, part)
			}
		}
		revisions := sorted(ids(doc, `<w:(?:ins|del) [^>]*w:id="(\d+)"`))
		if len(slices.Compact(slices.Clone(revisions))) != len(revisions) {
			t.Errorf("%s: a revision id stands twice", name)
		}
		if strings.HasPrefix(name, "answered") && (!strings.Contains(parts["word/comments.xml"], `w:date="2026-05-29T01:56:40Z"`) || !strings.Contains(parts["word/commentsExtensible.xml"], `dateUtc="2026-05-28T20:26:40Z"`)) {
			t.Errorf("%s: the day of a decision is not in the round's zone and UTC: %v, %v", name, ids(parts["word/comments.xml"], `w:date="([^"]*)"`), ids(parts["word/commentsExtensible.xml"], `dateUtc="([^"]*)"`))
		}
	}
	if again := written(t); !maps.EqualFunc(again, written(t), bytes.Equal) {
		t.Error("the same round gives other bytes")
	}
}
