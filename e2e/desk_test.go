package e2e

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/framework"
	"waymark/internal/reference"
	"waymark/internal/store"
)

// secretariat fills the database beside the running program: a closed round with comments, and a
// steward who is signed in. It gives the secret of the session.
func secretariat(t *testing.T, p *program, comments int) string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := accounts.With(context.Background(), accounts.Local())
	db, err := store.Open(ctx, p.db, store.Options{})
	must(err)
	defer func() { must(db.Close()) }()
	v, err := db.Version(ctx, "cop-2015", 1)
	must(err)
	must(db.SaveRound(ctx, consultation.Round{Number: 2, Version: v.ID(), Title: "The next version", Kind: consultation.OpenRound, Period: reference.YearPeriod(2026), Zone: "Europe/Zurich",
		Policy: consultation.NamedOrganisations, State: consultation.Over}))
	var list []consultation.Comment
	codes := []string{"BG-2", "T1", "T2", "OP1.2"}
	for i := range comments {
		e, _ := v.Element(codes[i%len(codes)])
		words := strings.Fields(e.Text)[i/len(codes)]
		at := len([]rune(e.Text[:strings.Index(e.Text, words)]))
		anchor, err := framework.NewAnchor(v, e.ID, at, at+len([]rune(words)))
		must(err)
		text := []string{fmt.Sprintf("Remark %d: please say what %q means here.", i+1, words)}
		list = append(list, consultation.Comment{ID: fmt.Sprintf("c%d", i+1), Round: 2, Submission: "s", Kind: consultation.Specific, Body: text, Text: text, Language: "en", Found: consultation.FoundUnknown,
			Voices:  []consultation.Attribution{{Organisation: "usa", Label: "USA", How: consultation.ByPrefix}},
			Targets: []consultation.Target{{Anchor: anchor, Code: e.Code, Said: words, State: framework.Anchored, Method: "id"}}})
	}
	must(db.SaveSubmission(ctx, consultation.Submission{ID: "s", Round: 2, Channel: consultation.ByWord, Report: []consultation.ReportRow{}}, nil, list, nil))
	change := accounts.Change{Act: accounts.ManagePeople, What: "tested"}
	must(db.SaveOrganisation(ctx, accounts.Organisation{Code: "office", Name: "The office", Kind: accounts.NGO}, change))
	must(db.SavePerson(ctx, accounts.Person{ID: "p-steward", Name: "Steward", Email: "steward@example.org", Organisation: "office", State: accounts.Active, TOTP: "JBSWY3DPEHPK3PXP"}, change))
	must(db.SaveGrant(ctx, accounts.Grant{ID: "g-steward", Person: "p-steward", Role: accounts.Steward, From: "2020-01-01"}, change))
	secret, err := accounts.NewSecret(rand.Reader)
	must(err)
	now := time.Now().UnixMicro()
	must(db.StartSession(accounts.With(ctx, accounts.Actor{Person: "p-steward"}), accounts.Session{ID: accounts.HashSecret(secret), Person: "p-steward", Strong: true, Created: now, Seen: now, SteppedUp: now}, ""))
	return secret
}

func (b *tab) signIn(p *program, secret string) {
	b.t.Helper()
	yes := true
	b.do("sign in", command(network.SetCookie, network.SetCookieParams{Name: "waymark", Value: secret, URL: p.url + "/", HTTPOnly: &yes}))
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

func answered(t *testing.T, p *program) (n int) {
	t.Helper()
	ctx := accounts.With(context.Background(), accounts.Local())
	db, err := store.Open(ctx, p.db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rec, err := db.Record(ctx, 2)
	if err != nil {
		t.Fatal(err)
	}
	return len(consultation.Standing(rec.Dispositions))
}

// Secretariat: twenty comments answered with keys alone, one after the other.
func TestSecretariatAnswersTwentyCommentsWithKeys(t *testing.T) {
	p := serve(t)
	secret := secretariat(t, p, 20)
	b := newTab(t, look{width: desk})
	b.signIn(p, secret)
	b.open(p.url + "/en/work/consultations/2")
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
	if n := answered(t, p); n != 20 {
		t.Fatalf("%d of 20 comments are answered", n)
	}
	if !strings.HasSuffix(b.url(), "/work/consultations/2") {
		t.Errorf("after the last answer: %s", b.url())
	}
	b.press("j")
	b.pressTo("o")
	b.pressTo("u")
	if n := answered(t, p); n != 19 {
		t.Errorf("after u %d are answered", n)
	}
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
	w.signIn(p, secretariat(t, p, 20))
	w.open(p.url + "/en/work/consultations/2")
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
	if n := answered(t, p); n != 20 {
		t.Fatalf("%d of 20 comments are answered", n)
	}
	for _, c := range w.complaints() {
		t.Error(c)
	}
}

// Every page of the desk, in the state in which it is full: readable from both sides, at both widths.
func TestTheDeskKeepsTheBars(t *testing.T) {
	p := serve(t)
	secret := secretariat(t, p, 8)
	for _, lang := range languages {
		for _, width := range []int{telephone, desk} {
			for _, path := range []string{"/work/consultations", "/work/consultations/1", "/work/consultations/1/comments/12", "/work/consultations/1/changes", "/work/consultations/2", "/work/consultations/2/comments/1", "/work/consultations/2/adoption"} {
				b := newTab(t, look{width: width})
				b.signIn(p, secret)
				name := fmt.Sprintf("%s%s-%d", lang, strings.ReplaceAll(path, "/", "-"), width)
				if status := b.open(p.url + "/" + lang + path); status != 200 {
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
