package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience bounds one step of the browser. It is generous: a machine may be busy.
const patience = 60 * time.Second

// The widths every page is looked at: a telephone and a desk.
const (
	telephone = 360
	desk      = 1200
)

// look is how a page is opened.
type look struct {
	width    int  // CSS pixels
	noScript bool // JavaScript switched off
}

// browser is the one Chromium of the test run; each test opens tabs of its own in it.
var browser struct {
	once   sync.Once
	ctx    context.Context
	close  func()
	err    error
	absent bool
}

func TestMain(m *testing.M) {
	code := m.Run()
	if browser.close != nil {
		browser.close()
	}
	stopPrograms()
	os.Exit(code)
}

// findChromium gives the browser's path, or "".
func findChromium() string {
	if p := os.Getenv("WAYMARK_CHROMIUM"); p != "" {
		return p
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

func startBrowser() {
	path := findChromium()
	if path == "" {
		browser.absent = true
		return
	}
	profile, err := os.MkdirTemp("", "waymark-e2e-")
	if err != nil {
		browser.err = err
		return
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(profile),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("force-prefers-reduced-motion", true),
		chromedp.Flag("lang", "en"),
	)
	if os.Getuid() == 0 { // Chromium refuses its sandbox to root
		opts = append(opts, chromedp.NoSandbox)
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	browser.close = func() {
		cancel()
		stop()
		os.RemoveAll(profile)
	}
	browser.ctx = ctx
	if err := chromedp.Do(ctx); err != nil {
		browser.err = fmt.Errorf("start %s: %w", path, err)
	}
}

// tab is one page in the browser, opened with one look. Its methods fail the test on trouble.
type tab struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	problems []string // what the console, the network and the content policy complained about
	requests []string // every address the page asked for
}

// newTab opens an empty tab without cookies or cache of other tabs. It skips the test, loudly, when
// there is no browser.
func newTab(t testing.TB, l look) *tab {
	t.Helper()
	browser.once.Do(startBrowser)
	if browser.absent {
		t.Skip("no Chromium found: install the package chromium, or name the browser in WAYMARK_CHROMIUM")
	}
	if browser.err != nil {
		t.Fatal(browser.err)
	}
	ctx, cancel := chromedp.NewContext(browser.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx}
	b.must("listen", chromedp.Listen(ctx, b.heard))
	b.do("prepare the tab",
		command(log.Enable, cdp.Empty{}),
		command(network.Enable, network.EnableParams{}),
		chromedp.EmulateViewport(int64(l.width), 800),
		command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: l.noScript}),
	)
	return b
}

// heard notes what a reader's browser would complain about.
func (b *tab) heard(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		text := ev.ExceptionDetails.Text
		if e := ev.ExceptionDetails.Exception; e != nil {
			text += " " + e.Description
		}
		b.problems = append(b.problems, "script: "+text)
	case *runtime.EventConsoleAPICalled:
		if ev.Type == "error" || ev.Type == "warning" || ev.Type == "assert" {
			var said []string
			for _, a := range ev.Args {
				said = append(said, string(a.Value)+a.Description)
			}
			b.problems = append(b.problems, "console: "+strings.Join(said, " "))
		}
	case *log.EventEntryAdded:
		if e := ev.Entry; e.Level == "error" || e.Level == "warning" {
			b.problems = append(b.problems, fmt.Sprintf("%s: %s %s", e.Source, e.Text, e.URL))
		}
	case *network.EventRequestWillBeSent:
		if u := ev.Request.URL; !strings.HasPrefix(u, "data:") {
			b.requests = append(b.requests, u)
		}
	}
}

// open goes to an address and gives the status it was answered with.
func (b *tab) open(url string) int {
	b.t.Helper()
	b.mu.Lock()
	b.problems, b.requests = nil, nil
	b.mu.Unlock()
	r := run(b, "open "+url, chromedp.NavigateResponse(url))
	if r == nil {
		b.t.Fatalf("open %s: no answer", url)
	}
	return int(r.Status)
}

// follow clicks on what sel finds and waits for the page it leads to.
func (b *tab) follow(sel string) {
	b.t.Helper()
	run(b, "follow "+sel, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Click(chromedp.CSS(sel))))
}

// pressTo presses a key and waits for the page it leads to.
func (b *tab) pressTo(key string) {
	b.t.Helper()
	run(b, fmt.Sprintf("press %q", key), chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.KeyEvent(key)))
}

// press presses keys one after the other (kb.Tab, kb.Enter, kb.ArrowDown, letters).
func (b *tab) press(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.do(fmt.Sprintf("press %q", k), chromedp.KeyEvent(k))
	}
}

// tabTo presses Tab until what sel finds has the focus, at most limit times, and fails otherwise.
func (b *tab) tabTo(sel string, limit int) {
	b.t.Helper()
	for range limit {
		b.press(kb.Tab)
		if eval[bool](b, fmt.Sprintf("document.activeElement !== null && document.activeElement.matches(%q)", sel)) {
			return
		}
	}
	b.t.Fatalf("%d times Tab did not reach %s; the focus is on %s", limit, sel, b.focused())
}

// focused describes what has the focus.
func (b *tab) focused() string {
	return eval[string](b, `(e => e ? e.outerHTML.slice(0, 160) : "nothing")(document.activeElement)`)
}

// fill writes into a field as a person would.
func (b *tab) fill(sel, text string) {
	b.t.Helper()
	b.do("fill "+sel, chromedp.SendKeys(chromedp.CSS(sel), text))
}

// text gives what a reader sees of the first element that sel finds.
func (b *tab) text(sel string) string {
	b.t.Helper()
	return run(b, "read "+sel, chromedp.Text(chromedp.CSS(sel)))
}

// has says whether the page holds an element.
func (b *tab) has(sel string) bool {
	b.t.Helper()
	return eval[bool](b, fmt.Sprintf("document.querySelector(%q) !== null", sel))
}

// url gives the address shown.
func (b *tab) url() string {
	b.t.Helper()
	return run(b, "read the address", chromedp.Location())
}

// complaints gives what the browser complained about since the last open.
func (b *tab) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.problems...)
}

// asked gives every address asked for since the last open, redirects included.
func (b *tab) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.requests...)
}

// picture keeps a picture of the whole page as name.png, where WAYMARK_SHOTS names a folder.
func (b *tab) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("WAYMARK_SHOTS")
	if dir == "" {
		return
	}
	png := run(b, "take a picture", chromedp.FullScreenshot(100))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// eval evaluates an expression in the page, also when the page's own scripts are switched off.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	return run(b, "evaluate", chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// run does one step within patience.
func run[T any](b *tab, what string, a chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	b.must(what, err)
	return v
}

func (b *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	b.must(what, chromedp.Do(ctx, steps...))
}

func (b *tab) must(what string, err error) {
	b.t.Helper()
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("nothing happened within %s", patience)
	}
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// command makes a step of a protocol command whose answer does not matter.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}
