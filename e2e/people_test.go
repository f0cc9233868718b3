package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

var invitation = regexp.MustCompile(`http://\S+/work/link/invite\?token=\S+`)

// invited starts a program, makes an organisation and somebody in it with roles, and gives the
// address under which the browser knows the program and the invitation.
func invited(t *testing.T, roles ...string) (p *program, at, link string) {
	t.Helper()
	p = serve(t)
	at = strings.Replace(p.url, "127.0.0.1", "localhost", 1) // a passkey belongs to a name
	p.command(t, "organisation", "add", "helpers", "--name", "Helpers", "--kind", "ngo")
	out := p.command(t, "person", "add", "zoe@example.org", "--name", "Zoë", "--org", "helpers", "--origin", at)
	for _, role := range roles {
		p.command(t, "person", "role", "zoe@example.org", role)
	}
	link = invitation.FindString(out)
	if link == "" {
		t.Fatalf("no invitation in %q", out)
	}
	return p, at, link
}

// withAuthenticator gives the tab a device that makes and shows passkeys.
func withAuthenticator(b *tab) {
	b.t.Helper()
	b.do("add an authenticator",
		command(webauthn.Enable, webauthn.EnableParams{}),
		command(webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}}))
}

// arrives waits until the page shows something.
func (b *tab) arrives(sel string) {
	b.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if b.has(sel) {
			return
		}
	}
	b.t.Fatalf("%s never came at %s: %s", sel, b.url(), b.text("main"))
}

// take takes the invitation up with a passkey.
func take(b *tab, link string) {
	b.t.Helper()
	withAuthenticator(b)
	b.open(link)
	b.arrives(`form[data-passkey="create"] button`)
	b.do("take the invitation up",
		chromedp.Click(`form[data-passkey="create"] input[type=checkbox]`),
		chromedp.Click(`form[data-passkey="create"] button`))
	b.arrives("main code")
}

func TestSomebodySignsInWithAPasskeyInABrowser(t *testing.T) {
	_, at, link := invited(t, "reader")
	b := newTab(t, look{width: desk})
	take(b, link)
	if codes := eval[int](b, `document.querySelectorAll("main code").length`); codes != 10 {
		t.Errorf("%d recovery codes are shown", codes)
	}
	b.open(at + "/en/work")
	eval[bool](b, `document.querySelector('form[action$="/work/sign-out"]').requestSubmit(), true`)
	b.arrives(`form[data-passkey="get"] button`)
	b.do("sign in", chromedp.Click(`form[data-passkey="get"] button`))
	b.arrives(`form[action$="/work/sign-out"]`)
	b.open(at + "/en/work/account")
	b.arrives(`form[data-passkey="create"] button`)
	for _, w := range b.complaints() {
		t.Error(w)
	}
}

// Without scripts, and with a device that gives nothing, the password serves.
func TestThePasswordServesWithoutScripts(t *testing.T) {
	_, at, link := invited(t)
	b := newTab(t, look{width: desk, noScript: true})
	b.open(link)
	const form = `form:not([data-passkey]) `
	b.do("take the invitation up",
		chromedp.SendKeys(form+`input[type=password]`, "a boat on the quiet lake"),
		chromedp.Click(form+`input[type=checkbox]`),
		chromedp.Click(form+`button`))
	b.arrives(`a[href$="data.json"]`)
	b.open(at + "/en/work/sign-in")
	if eval[bool](b, `getComputedStyle(document.querySelector("form[data-passkey]").parentElement).display !== "none"`) {
		t.Error("a button that does nothing is shown")
	}
}

// Every page of the workspace, in two languages and at two widths, as its rights show it.
func TestEveryPageOfTheWorkspaceIsAccessible(t *testing.T) {
	_, at, link := invited(t, "reader", "verifier", "publisher", "moderator", "steward", "administrator")
	b := newTab(t, look{width: desk})
	take(b, link)
	for _, page := range []string{"/work", "/work/sign-in", "/work/second", "/work/account", "/work/approvals", "/work/people", "/work/organisations",
		"/work/audit", "/work/roles", "/work/mandates", "/work/settings", "/work/release", "/work/elsewhere", "/work/jobs", "/work/quarantine", "/work/moderation", "/work/waiting", "/reports"} {
		for _, lang := range languages {
			for _, width := range []int{telephone, desk} {
				b.do("set the width", chromedp.EmulateViewport(int64(width), 900))
				name := fmt.Sprintf("%s%s at %d", lang, page, width)
				if status := b.open(at + "/" + lang + page); status != 200 {
					t.Errorf("%s answers %d", name, status)
					continue
				}
				for _, wrong := range [][]string{speaks(b, lang), translated(b), sideways(b), b.complaints(), accessibility(b)} {
					for _, w := range wrong {
						t.Errorf("%s: %s", name, w)
					}
				}
				b.picture(fmt.Sprintf("work-%s%s-%d", lang, strings.ReplaceAll(page, "/", "-"), width))
			}
		}
	}
}
