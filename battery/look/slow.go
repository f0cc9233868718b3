package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// thin is a line of 150 kbit/s on which every answer takes 800 ms to begin.
type thin struct {
	Offline            bool    `json:"offline"`
	Latency            float64 `json:"latency"`
	DownloadThroughput float64 `json:"downloadThroughput"`
	UploadThroughput   float64 `json:"uploadThroughput"`
}

var thinLine = thin{Latency: 800, DownloadThroughput: 150_000 / 8, UploadThroughput: 150_000 / 8}

// emulate is the command that every Chromium knows; its successor is newer than Debian's.
var emulate = cdp.Command[thin, cdp.Empty]{Method: "Network.emulateNetworkConditions"}

// loads is how often a page is loaded; the middle one counts.
const loads = 3

// timing is when the first words stood there and when all was loaded, in seconds.
type timing struct{ First, Whole float64 }

func slow(ctx context.Context, address, path string, bar float64) error {
	var all []timing
	for range loads {
		t, err := load(ctx, address)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b timing) int { return int((a.Whole - b.Whole) * 1000) })
	t := all[loads/2]
	fmt.Printf("%-22s whole after %.2f s (bar %.1f), first words after %.2f s\n", path, t.Whole, bar, t.First)
	if t.Whole > bar {
		return fmt.Errorf("%s takes %.2f s, its bar is %.1f s", path, t.Whole, bar)
	}
	return nil
}

func load(ctx context.Context, address string) (timing, error) {
	ctx, end, err := tab(ctx,
		command(network.Enable, network.EnableParams{}),
		chromedp.EmulateViewport(360, 800),
		command(network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}),
		command(emulate, thinLine),
	)
	if err != nil {
		return timing{}, err
	}
	defer end()
	answer, err := chromedp.Run(ctx, chromedp.NavigateResponse(address))
	if err != nil {
		return timing{}, err
	}
	if answer == nil || answer.Status != 200 {
		return timing{}, fmt.Errorf("it is not answered with 200")
	}
	return chromedp.Run(ctx, chromedp.Evaluate[timing](`new Promise(done => {
		const told = () => {
			const n = performance.getEntriesByType("navigation")[0], p = performance.getEntriesByName("first-contentful-paint")[0];
			n.loadEventEnd > 0 && p ? done({First: p.startTime / 1000, Whole: n.loadEventEnd / 1000}) : setTimeout(told, 50);
		};
		told();
	})`, chromedp.EvalAwaitPromise))
}
