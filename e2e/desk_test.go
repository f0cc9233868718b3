package e2e

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	bits "encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// joins takes an invitation up as a steward of the office, sets up an app and is signed in then. The
// shipped round of 2015 is closed, with 27 comments that nobody has answered.
func (b *tab) joins(p *program) {
	b.t.Helper()
	said := p.command(b.t, "organisation", "add", "office", "--name", "The office", "--kind", "ngo") +
		p.command(b.t, "person", "add", "steward@example.org", "--name", "Steward", "--organisation", "office", "--role", "steward")
	token := regexp.MustCompile(`token=(\S+)`).FindStringSubmatch(said)
	if token == nil {
		b.t.Fatalf("no link in %s", said)
	}
	b.open(p.url + "/en/work/link/invite?token=" + token[1])
	b.fill(`input[name="password"]`, "a boat on the quiet lake")
	b.do("say one is of age", chromedp.Click(chromedp.CSS(`input[name="adult"]`)))
	b.follow(`main form button`)
	b.open(p.url + "/en/work/account")
	b.follow(`form:has(input[value="begin"]) button`)
	b.fill(`input[name="code"]`, codeOf(b.t, b.text("main code")))
	b.follow(`form:has(input[value="confirm"]) button`)
}

// codeOf is what an authenticator app shows for a key now (RFC 6238).
func codeOf(t testing.TB, key string) string {
	t.Helper()
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.TrimSpace(key))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, secret)
	if err := bits.Write(mac, bits.BigEndian, uint64(time.Now().Unix()/30)); err != nil {
		t.Fatal(err)
	}
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", bits.BigEndian.Uint32(sum[at:at+4])&0x7fffffff%1_000_000)
}

// undecided is how many comments of the round nobody has answered.
func undecided(t *testing.T, p *program) int {
	t.Helper()
	fields := strings.Fields(strings.Split(p.command(t, "consultation", "list"), "\n")[1])
	n, err := strconv.Atoi(fields[6])
	if err != nil {
		t.Fatal(fields)
	}
	return n
}

// strike presses a letter as a keyboard does: what it types is kept back where the page acts on the key.
func (b *tab) strike(key string) {
	b.t.Helper()
	raw := func(p *input.DispatchKeyEventParams) {
		if p.Type == kb.KeyDown {
			p.Type = "rawKeyDown"
		}
	}
	b.do("strike "+key, chromedp.KeyEvent(key, raw))
}

// Secretariat: twenty comments answered with keys alone, one after the other.
func TestSecretariatAnswersTwentyCommentsWithKeys(t *testing.T) {
	p := serve(t)
	b := newTab(t, look{width: desk})
	b.joins(p)
	b.open(p.url + "/en/work/consultations/1")
	b.press("j", "j", "k", "j", "k")
	if !eval[bool](b, `document.activeElement.matches("#c-1 a[data-item]")`) {
		t.Fatalf("j and k lead to %s", b.focused())
	}
	b.pressTo("o")
	for i := range 20 {
		if i == 3 { // a key pressed in a text field is a letter
			b.strike("n")
			b.press("j", "k", "n", "?")
			if got := eval[string](b, `document.getElementById("reason").value`); got != "jkn?" {
				t.Fatalf("the field holds %q", got)
			}
			b.press(kb.Escape)
			b.pressTo("j")
			b.pressTo("k")
		}
		key := []string{"n", "r"}[i%2]
		b.strike(key)
		if !eval[bool](b, `document.activeElement.id === "reason" && document.querySelector("input[name=code]:checked").dataset.key === "`+key+`"`) {
			t.Fatalf("%q leads to %s", key, b.focused())
		}
		b.press(strings.Split("It is said elsewhere.", "")...)
		run(b, "send it", chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))))
	}
	if n := undecided(t, p); n != 7 {
		t.Fatalf("%d of 27 comments are undecided, want 7", n)
	}
	if !strings.HasSuffix(b.url(), "/comments/21") {
		t.Errorf("after the last answer: %s", b.url())
	}
	b.pressTo("k")
	b.pressTo("u")
	if n := undecided(t, p); n != 8 {
		t.Errorf("after u %d are undecided", n)
	}
	b.pressTo(kb.Escape)
	if !strings.HasSuffix(b.url(), "/work/consultations/1") {
		t.Errorf("Esc leads to %s", b.url())
	}
	b.press("j")
	b.pressTo("o")
	b.press("?")
	if !eval[bool](b, `document.getElementById("keys").open`) {
		t.Error("? does not show the keys")
	}
	b.do("switch the keys off", chromedp.Click(chromedp.CSS("#keyson")))
	b.open(b.url())
	b.strike("n")
	if eval[bool](b, `document.activeElement.id === "reason"`) {
		t.Error("switched off, the keys still act")
	}
	for _, w := range b.complaints() {
		t.Error(w)
	}
}

// The same without scripts: by Tab, arrows, space and Enter.
func TestSecretariatAnswersTwentyCommentsWithoutScripts(t *testing.T) {
	p := serve(t)
	w := &walker{tab: newTab(t, look{width: telephone, noScript: true})}
	w.joins(p)
	w.acts = 0
	w.open(p.url + "/en/work/consultations/1")
	w.choose(`#c-1 a[data-quick="n"]`, 120)
	for i := range 20 {
		if i > 0 {
			w.tabTo(`main a[href="#answer"]`, 60)
			w.press(kb.Enter) // a link within the page
			w.tabTo(`input[name="code"]`, 5)
			w.press(" ")
			w.press(kb.ArrowDown, kb.ArrowDown, kb.ArrowDown)
		}
		w.tabTo("#reason", 60)
		w.press(strings.Split("It is said elsewhere.", "")...)
		w.choose("#answer > button", 20)
	}
	if n := undecided(t, p); n != 7 {
		t.Fatalf("%d of 27 comments are undecided, want 7", n)
	}
	for _, c := range w.complaints() {
		t.Error(c)
	}
}

// Every page of the desk: readable from both sides, at both widths.
func TestTheDeskKeepsTheBars(t *testing.T) {
	p := serve(t)
	b := newTab(t, look{width: desk})
	b.joins(p)
	for _, lang := range languages {
		for _, width := range []int{telephone, desk} {
			b.do("resize", chromedp.EmulateViewport(int64(width), 800))
			for _, path := range []string{"", "/1", "/1/comments/12", "/1/changes", "/1/adoption"} {
				name := fmt.Sprintf("%s-desk%s-%d", lang, strings.ReplaceAll(path, "/", "-"), width)
				if status := b.open(p.url + "/" + lang + "/work/consultations" + path); status != 200 {
					t.Fatalf("%s: %d", name, status)
				}
				for _, wrong := range [][]string{speaks(b, lang), translated(b), sideways(b), private(b, p.url), b.complaints(), accessibility(b)} {
					for _, w := range wrong {
						t.Errorf("%s: %s", name, w)
					}
				}
				b.picture(name)
			}
		}
	}
}
