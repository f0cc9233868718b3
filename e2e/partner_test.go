package e2e

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The partner's side of a consultation (journey 3), in the invented data: round 1 is open there.

// talking starts a program with invented data that takes Word files on the web.
func talking(t *testing.T) *program {
	t.Helper()
	return serve(t, "--sample", "--safeguarding", "Ada, ada@example.org")
}

var password = regexp.MustCompile(`same password: (.+)`)

// enters signs in as somebody of the invented data, with the code that the page of the sample shows.
func (b *tab) enters(p *program, role string) {
	b.t.Helper()
	b.open(p.url + "/en/sample")
	secret := password.FindStringSubmatch(b.text("main"))
	code := eval[string](b, fmt.Sprintf(`[...document.querySelectorAll("main tbody tr")].find(r => r.cells[2].textContent === %q).cells[1].textContent`, role+"@waymark.example"))
	if secret == nil {
		b.t.Fatal("no password on the page of the sample")
	}
	b.open(p.url + "/en/work/sign-in")
	b.fill("#in-email", role+"@waymark.example")
	b.fill("#in-password", strings.TrimSpace(secret[1]))
	b.follow(`form:has(#in-password) button`)
	b.fill(`input[name="code"]`, strings.Split(code, ",")[0])
	b.follow(`form:has(input[name="code"]) button`)
}

// invites is the link that a steward is shown for somebody invited to round 1.
func invites(b *tab, p *program) string {
	b.t.Helper()
	b.enters(p, "steward")
	b.open(p.url + "/en/work/rounds")
	const form = `form:has(input[value="invite"]) `
	b.fill(form+`input[name="name"]`, "Officer")
	b.fill(form+`input[name="email"]`, "officer@example.org")
	b.fill(form+`input[name="organisation"]`, "sample-helplines")
	b.follow(form + `button`)
	link := b.text("main code")
	if !strings.Contains(link, "/work/link/round?token=") {
		b.t.Fatalf("no link is shown: %s", b.text("main"))
	}
	return link
}

// Partner: a link, the words, a comment, one look, sent.
func TestPartnerCommentsOnAPhraseByKeyboard(t *testing.T) {
	for _, width := range []int{telephone, desk} {
		p := talking(t)
		w := &walker{tab: newTab(t, look{width: width, noScript: true})}
		w.open(invites(newTab(t, look{width: width, noScript: true}), p))
		w.choose(`main form button`, 40)
		w.tabTo(`main a[href$="/consultations/1/text"]`, 40)
		w.pressTo(kb.Enter)
		w.tabTo("#AIM-2 summary", 60)
		w.press(kb.Enter)
		w.tabTo(`#AIM-2 input[name="quote"]`, 2)
		w.press(strings.Split("promoting", "")...)
		w.tabTo(`#AIM-2 textarea`, 2)
		w.press(strings.Split("Say empowering.", "")...)
		w.choose(`#AIM-2 form button`, 2)
		w.sees("h1", "AIM-2")
		w.tabTo(`select[name="change"]`, 60)
		w.press(kb.ArrowDown) // replace these words
		w.tabTo(`textarea[name="new"]`, 2)
		w.press(strings.Split("empowering", "")...)
		w.choose(`form:has(textarea[name="new"]) button`, 12)
		w.sees("main", "promoting", "Say empowering.", "empowering")
		w.choose(`form:has(input[value="send"]) button`, 60)
		w.sees(`[role="status"]`, "")
		w.sees("main", "Say empowering.")
		w.open(p.url + "/en/consultations/1/text#AIM-2")
		w.sees(".reading", "Say empowering.")
		for _, c := range w.complaints() {
			t.Error(c)
		}
	}
}

// Partner: the draft of the round with twelve comments made in Word comes back, is looked at and taken.
func TestPartnerSendsTwelveCommentsMadeInWord(t *testing.T) {
	p := talking(t)
	file := filepath.Join(t.TempDir(), "returned.docx")
	for _, width := range []int{telephone, desk} {
		w := &walker{tab: newTab(t, look{width: width, noScript: true})}
		if width == desk {
			p = talking(t)
		}
		w.open(invites(newTab(t, look{width: width, noScript: true}), p))
		w.choose(`main form button`, 40)
		w.open(p.url + "/en/work/say/1/word")
		w.tabTo(`main a[href$="/draft.docx"]`, 40)
		draft := get(t, eval[string](w.tab, `document.activeElement.href`))
		if err := os.WriteFile(file, commentedInWord(t, []byte(draft), 12), 0o600); err != nil {
			t.Fatal(err)
		}
		w.do("choose the file", chromedp.SetUploadFiles(chromedp.CSS(`input[type="file"]`), []string{file}))
		w.choose(`form:has(input[type="file"]) button`, 60)
		w.sees("main .lede", "12 comments and 0 changes")
		w.sees("main", "Word comment 1 of ours", "Word comment 12 of ours")
		w.picture(fmt.Sprintf("receipt-%d", width))
		w.choose(`form:has(input[value="confirm"]) button`, 80)
		w.sees(`[role="status"]`, "12")
		w.open(p.url + "/en/work/say/1")
		w.sees("main", "Word comment 1 of ours", "Word comment 12 of ours")
		for _, c := range w.complaints() {
			t.Error(c)
		}
	}
}

var wordParagraph = regexp.MustCompile(`(?s)<w:p>.*?</w:p>`)

// commentedInWord adds comments to a Word file as Word does: a part of its own, and around the words of
// the n first paragraphs that are no headings where they begin and end.
func commentedInWord(t *testing.T, file []byte, n int) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	const part = `<w:comments xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">`
	comments := &strings.Builder{}
	comments.WriteString(part)
	for i := range n {
		fmt.Fprintf(comments, `<w:comment w:id="%d" w:author="Officer" w:initials="O"><w:p><w:r><w:t>Word comment %d of ours</w:t></w:r></w:p></w:comment>`, i, i+1)
	}
	comments.WriteString(`</w:comments>`)
	var out bytes.Buffer
	zw := zip.NewWriter(&out)
	write := func(name, text string) {
		f, err := zw.Create(name)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		switch f.Name {
		case "[Content_Types].xml":
			text = strings.Replace(text, "</Types>", `<Override PartName="/word/comments.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"/></Types>`, 1)
		case "word/_rels/document.xml.rels":
			text = strings.Replace(text, "</Relationships>", `<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments" Target="comments.xml"/></Relationships>`, 1)
		case "word/document.xml":
			done := 0
			text = wordParagraph.ReplaceAllStringFunc(text, func(p string) string {
				if done == n || strings.Contains(p, "Heading") || !strings.Contains(p, "<w:r>") {
					return p
				}
				p = strings.Replace(p, "<w:r>", fmt.Sprintf(`<w:commentRangeStart w:id="%d"/><w:r>`, done), 1)
				p = strings.Replace(p, "</w:p>", fmt.Sprintf(`<w:commentRangeEnd w:id="%d"/><w:r><w:commentReference w:id="%d"/></w:r></w:p>`, done, done), 1)
				done++
				return p
			})
			if done != n {
				t.Fatalf("the draft has %d paragraphs to comment on, want %d", done, n)
			}
		}
		write(f.Name, text)
	}
	write("word/comments.xml", comments.String())
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Every page of the partner's side keeps the bars, also with something to mend in it.
func TestThePagesOfPartnersKeepTheBars(t *testing.T) {
	p := talking(t)
	b := newTab(t, look{width: desk, noScript: false})
	moderator := newTab(t, look{width: desk})
	moderator.enters(p, "moderator")
	steward := newTab(t, look{width: desk})
	b.open(invites(steward, p))
	b.follow(`main form button`)
	file := filepath.Join(t.TempDir(), "returned.docx")
	draft := get(t, p.url+"/en/work/say/1/draft.docx")
	if err := os.WriteFile(file, commentedInWord(t, []byte(draft), 12), 0o600); err != nil {
		t.Fatal(err)
	}
	held := false
	for _, lang := range languages {
		for _, width := range []int{telephone, desk} {
			size := chromedp.EmulateViewport(int64(width), 800)
			at := func(path string) string { return p.url + "/" + lang + path }
			keeps := func(b *tab, name string) {
				t.Helper()
				complaints := without(b.complaints(), "the server responded with a status of") // what is refused is remarked
				checks := [][]string{speaks(b, lang), translated(b), sideways(b), complaints, accessibility(b)}
				if name == "text" { // what is behind the door is another page to whoever asks from outside
					_, heavy := weight(b, pageBars)
					checks = append(checks, heavy)
				}
				name = fmt.Sprintf("%s-%s-%d", lang, name, width)
				for _, wrong := range checks {
					for _, w := range wrong {
						t.Errorf("%s: %s", name, w)
					}
				}
				b.picture(name)
			}
			b.do("resize", size)
			b.open(at("/consultations/1/text#AIM-2"))
			eval[bool](b, `document.querySelector("#AIM-2 details").open = true`)
			keeps(b, "text")
			b.fill(`#AIM-2 input[name="quote"]`, "words that are not there")
			b.fill(`#AIM-2 textarea`, "See https://www.unicef.org/ for what we ask.")
			b.follow(`#AIM-2 form button`)
			keeps(b, "form")
			b.follow(`form:has(textarea[name="text"]) button`)
			if !b.has(`[role="alert"]`) {
				t.Errorf("what was refused is not told at %s", b.url())
			}
			keeps(b, "refused")
			b.do("mend it", chromedp.SetValue(chromedp.CSS(`input[name="quote"]`), "promoting"), chromedp.SetValue(chromedp.CSS(`textarea[name="text"]`), "Say empowering."))
			b.follow(`form:has(textarea[name="text"]) button`)
			if !b.has(`form:has(input[value="send"])`) {
				t.Errorf("what was mended is not shown once more at %s", b.url())
			}
			keeps(b, "check")
			if b.has(`form:has(input[value="send"])`) && !held {
				b.follow(`form:has(input[value="send"]) button`)
				held = true
			}
			b.open(at("/work/say/1"))
			keeps(b, "mine")
			b.open(at("/work/say/1/word"))
			keeps(b, "word")
			b.do("choose the file", chromedp.SetUploadFiles(chromedp.CSS(`input[type="file"]`), []string{file}))
			b.follow(`form:has(input[type="file"]) button`)
			keeps(b, "receipt")
			for who, page := range map[*tab]string{moderator: "moderation", steward: "rounds"} {
				who.do("resize", size)
				who.open(at("/work/" + page))
				keeps(who, page)
			}
		}
	}
}
