// Command look opens pages of a server on this machine in a real browser, in a way that takes too
// long or needs too much for the tests.
//
//	go run ./battery/look -base http://127.0.0.1:8080 slow PATH=SECONDS …   loads over a thin line
//	go run ./battery/look -base http://127.0.0.1:8080 -out FOLDER grey PATH …  prints in grey
//
// slow loads each page on 150 kbit/s with 800 ms from request to answer, nothing kept from before,
// and exits 1 where the page takes longer than its bar. grey prints each page, turns the print grey with
// pdftoppm, measures how light the fills of the statuses are on paper, keeps the pictures, and exits 1
// where they cannot be told apart.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

func main() {
	base := flag.String("base", "", "scheme, host and port of the server, on this machine")
	out := flag.String("out", ".", "the `folder` for pictures")
	flag.Parse()
	if err := look(*base, *out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "look:", err)
		os.Exit(1)
	}
}

func look(base, out string, args []string) error {
	u, err := url.Parse(base)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%q is not an address of this machine", base)
	}
	if len(args) < 2 {
		return errors.New("name slow or grey, and pages")
	}
	ctx, stop, err := browser()
	if err != nil {
		return err
	}
	defer stop()
	var wrong []error
	for _, arg := range args[1:] {
		switch args[0] {
		case "slow":
			at := strings.LastIndex(arg, "=") // a path may hold others
			seconds, err := strconv.ParseFloat(arg[at+1:], 64)
			if err != nil || at < 0 {
				return fmt.Errorf("%q is no PATH=SECONDS", arg)
			}
			path := arg[:at]
			wrong = append(wrong, slow(ctx, base+path, path, seconds))
		case "grey":
			wrong = append(wrong, grey(ctx, base+arg, arg, out))
		default:
			return fmt.Errorf("there is nothing named %q", args[0])
		}
	}
	return errors.Join(wrong...)
}

// browser starts Chromium and gives a context for tabs.
func browser() (context.Context, func(), error) {
	path := os.Getenv("WAYMARK_CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if p, err := exec.LookPath(name); err == nil && path == "" {
			path = p
		}
	}
	if path == "" {
		return nil, nil, errors.New("it needs chromium")
	}
	profile, err := os.MkdirTemp("", "waymark-look-")
	if err != nil {
		return nil, nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	if os.Getuid() == 0 { // Chromium refuses its sandbox to root
		options = append(options, chromedp.NoSandbox)
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(alloc)
	end := func() {
		cancel()
		stop()
		_ = os.RemoveAll(profile) // a temporary folder
	}
	if err := chromedp.Do(ctx); err != nil {
		end()
		return nil, nil, fmt.Errorf("start %s: %w", path, err)
	}
	return ctx, end, nil
}

// tab opens an empty tab that shares nothing with others.
func tab(ctx context.Context, steps ...chromedp.Action[chromedp.Void]) (context.Context, func(), error) {
	ctx, cancel := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	ctx, late := context.WithTimeout(ctx, 2*time.Minute)
	end := func() {
		late()
		cancel()
	}
	if err := chromedp.Do(ctx, steps...); err != nil {
		end()
		return nil, nil, err
	}
	return ctx, end, nil
}

// command makes a step of a protocol command whose answer does not matter.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}
