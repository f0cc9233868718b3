package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// fill is what a status looks like on the screen, and how light it must be on grey paper.
type fill struct {
	name    string
	r, g, b int
	light   float64 // L* of CIE 1976, from the measured design
}

// The fills of the statuses as internal/draw paints them. What is not known is a hatch on white, so it
// is found by its lines.
var fills = []fill{
	{"in place", 0x00, 0x46, 0x5a, 27},
	{"partly in place", 0x4f, 0x9f, 0xb0, 61},
	{"not in place", 0xf6, 0xc9, 0x8a, 84},
}

var hatch = fill{"not known, its hatch", 0xaa, 0xb4, 0xbc, 73}

// leastDots is how many dots of a fill a page must hold for its lightness to be measured.
const leastDots = 150

// leastStep is how far apart two fills must be on paper, in L*.
const leastStep = 15

func grey(ctx context.Context, address, path, out string) error {
	ctx, end, err := tab(ctx)
	if err != nil {
		return err
	}
	defer end()
	if _, err := chromedp.Run(ctx, chromedp.NavigateResponse(address)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	var pdf []byte
	err = chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		r, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69}) // A4, no backgrounds: as people print
		pdf = r.Data
		return err
	}))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	name := filepath.Join(out, "print"+strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(strings.TrimSuffix(path, "/")))
	if err := os.WriteFile(name+".pdf", pdf, 0o644); err != nil {
		return err
	}
	for _, args := range [][]string{{"-png", "-r", "110", "-f", "1", "-l", "4", name + ".pdf", name}, {"-png", "-gray", "-r", "110", "-f", "1", "-l", "4", name + ".pdf", name + "-grey"}} {
		if said, err := exec.Command("pdftoppm", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("pdftoppm: %w: %s", err, said)
		}
	}
	return measure(path, name)
}

// measure finds the dots of each fill in the coloured print and looks how light the same dots are in
// the grey one.
func measure(path, name string) error {
	coloured, err := filepath.Glob(name + "-[0-9]*.png")
	if err != nil || len(coloured) == 0 {
		return fmt.Errorf("%s: nothing was printed: %w", path, err)
	}
	var sums [4]float64
	var dots [4]int
	for _, file := range coloured {
		in, err := decoded(file)
		if err != nil {
			return err
		}
		on, err := decoded(name + "-grey" + strings.TrimPrefix(file, name))
		if err != nil {
			return err
		}
		for y := in.Bounds().Min.Y; y < in.Bounds().Max.Y; y++ {
			for x := in.Bounds().Min.X; x < in.Bounds().Max.X; x++ {
				r, g, b, _ := in.At(x, y).RGBA()
				for i, f := range append(fills[:3:3], hatch) {
					if near(r, f.r) && near(g, f.g) && near(b, f.b) {
						v, _, _, _ := on.At(x, y).RGBA()
						sums[i] += lightness(float64(v) / 0xffff)
						dots[i]++
					}
				}
			}
		}
	}
	var wrong []error
	var said []string
	last := -1.0
	for i, f := range append(fills[:3:3], hatch) {
		if dots[i] < leastDots {
			wrong = append(wrong, fmt.Errorf("%s: on paper there is almost nothing of %q: %d dots", path, f.name, dots[i]))
			continue
		}
		l := sums[i] / float64(dots[i])
		said = append(said, fmt.Sprintf("%s L* %.0f (design %.0f)", f.name, l, f.light))
		if math.Abs(l-f.light) > 6 {
			wrong = append(wrong, fmt.Errorf("%s: %s has the lightness %.0f on paper, the design says %.0f", path, f.name, l, f.light))
		}
		if i < 3 {
			if last >= 0 && l-last < leastStep {
				wrong = append(wrong, fmt.Errorf("%s: %s is only %.0f lighter than the status before", path, f.name, l-last))
			}
			last = l
		}
	}
	fmt.Printf("%-22s %d pages; %s\n", path, len(coloured), strings.Join(said, ", "))
	return errors.Join(wrong...)
}

func decoded(file string) (image.Image, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return png.Decode(f)
}

func near(v uint32, want int) bool {
	d := int(v>>8) - want
	return d >= -4 && d <= 4
}

// lightness is L* of a grey of sRGB.
func lightness(v float64) float64 {
	if v <= 0.04045 {
		v /= 12.92
	} else {
		v = math.Pow((v+0.055)/1.055, 2.4)
	}
	if v <= 216.0/24389 {
		return v * 24389 / 27
	}
	return 116*math.Cbrt(v) - 16
}
