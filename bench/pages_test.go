package bench

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/api"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
	"waymark/internal/web"
)

// shippedSite is the website and the interface over the shipped evidence, as serve puts them together.
func shippedSite(t testing.TB) (site, machines http.Handler) {
	t.Helper()
	w := world(t)
	db := storetest.OpenDSN(t, "sqlite", filepath.Join(t.TempDir(), "pages.db"), store.Options{}).DB
	var areas []store.Area
	for _, r := range w.Areas() {
		areas = append(areas, store.Area{Code: r.Code, Parent: r.Parent, Kind: string(r.Level)})
	}
	must(t, db.SaveAreas(ctx(), areas))
	versions, err := framework.Shipped()
	must(t, err)
	for _, v := range versions {
		if v.Framework != publication.DefaultFramework {
			continue
		}
		must(t, db.SaveVersion(ctx(), v))
		s := &monitoring.Service{Store: db, World: w, Framework: func(context.Context) (*framework.Version, error) { return v, nil }}
		must(t, s.RegisterShipped(ctx()))
		must(t, s.LoadShipped(ctx()))
	}
	p := publication.NewService(db, w, today)
	version, err := db.DataVersion(ctx())
	must(t, err)
	quiet := slog.New(slog.DiscardHandler)
	pages, err := web.New(web.Config{Publication: p, DataVersion: func() int64 { return version }, Now: today, Log: quiet})
	must(t, err)
	// Only the pace is lifted, which would stop one caller who asks as often as this.
	return pages, api.New(api.Config{Publication: p, Log: quiet, Now: today, Pace: accounts.Pace{Burst: 1 << 30, Every: time.Nanosecond}})
}

// answered asks a handler once and gives the body; with gzip, as it goes over the line.
func answered(t testing.TB, h http.Handler, path string, packed bool) []byte {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if packed {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%s answers %d: %s", path, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

// BenchmarkPages sets cached pages beside a plain file server with the same bytes, over TCP, 32 callers on
// connections that stay open. The bar is two thirds of its requests a second.
func BenchmarkPages(b *testing.B) {
	site, _ := shippedSite(b)
	for _, path := range []string{"/en/", "/en/targets/T1", "/ar/countries/KEN"} {
		dir := b.TempDir()
		must(b, os.WriteFile(filepath.Join(dir, "page"), answered(b, site, path, true), 0o600))
		b.Run(path+"/waymark", func(b *testing.B) { asked(b, site, path, true) })
		b.Run(path+"/files", func(b *testing.B) { asked(b, http.FileServer(http.Dir(dir)), "/page", true) })
	}
}

// BenchmarkFiguresByHTTP sets the interface beside a plain one that holds the same answers ready as Go values
// and writes them as JSON for each caller, packed like ours. It knows nothing of parameters, tags or paces.
func BenchmarkFiguresByHTTP(b *testing.B) {
	_, machines := shippedSite(b)
	for _, path := range []string{"/api/v1/figures?code=T1", "/api/v1/figures?variant=all"} {
		value := plainly(b, answered(b, machines, path, false))
		plain := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // only a level out of range fails
			_ = json.NewEncoder(z).Encode(value)           // the caller is gone: nobody is left to tell
			_ = z.Close()
		})
		b.Run(path+"/waymark", func(b *testing.B) { asked(b, machines, path, true) })
		b.Run(path+"/plain", func(b *testing.B) { asked(b, plain, "/", true) })
	}
}

// plainly gives an answer of the interface as the Go values a plain program would hold.
func plainly(t testing.TB, body []byte) any {
	t.Helper()
	var typed struct {
		Items []monitoring.Figure `json:"items"`
		Next  *string             `json:"next"`
	}
	if json.Unmarshal(body, &typed) == nil && len(typed.Items) > 0 {
		return typed
	}
	var loose any
	must(t, json.Unmarshal(body, &loose))
	return loose
}

// Both sides give the same figures.
func TestThePlainInterfaceGivesTheSameFigures(t *testing.T) {
	_, machines := shippedSite(t)
	body := answered(t, machines, "/api/v1/figures?code=T1", false)
	again, err := json.Marshal(plainly(t, body))
	must(t, err)
	var a, b map[string]any
	must(t, json.Unmarshal(body, &a))
	must(t, json.Unmarshal(again, &b))
	one, other := a["items"].([]any)[0].(map[string]any), b["items"].([]any)[0].(map[string]any)
	for _, field := range []string{"code", "variant", "countries", "children", "verdict", "inputs"} {
		if fmt.Sprint(one[field]) != fmt.Sprint(other[field]) {
			t.Errorf("%s: %v and %v", field, one[field], other[field])
		}
	}
}

const callers = 32

// asked lets callers ask one address until b.N answers have come, and reports answers a second.
func asked(b *testing.B, h http.Handler, path string, packed bool) {
	server := httptest.NewServer(h)
	defer server.Close()
	coding := ""
	if packed {
		coding = "Accept-Encoding: gzip\r\n"
	}
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + coding + "\r\n")
	var left atomic.Int64
	left.Store(int64(b.N))
	failed := make(chan error, callers)
	before := cpu()
	b.ResetTimer()
	done := make(chan struct{})
	for range callers {
		go func() {
			defer func() { done <- struct{}{} }()
			if err := call(server.Listener.Addr().String(), request, &left); err != nil {
				failed <- err
			}
		}()
	}
	for range callers {
		<-done
	}
	b.StopTimer()
	select {
	case err := <-failed:
		b.Fatal(err)
	default:
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "answers/s")
	b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-µs/op")
	b.ReportMetric(0, "ns/op")
}

// call asks on one connection and throws the answers away.
func call(address string, request []byte, left *atomic.Int64) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 64<<10)
	for left.Add(-1) >= 0 {
		if _, err := io.Copy(conn, bytes.NewReader(request)); err != nil {
			return err
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
			return fmt.Errorf("answer %d: %w", res.StatusCode, err)
		}
		_ = res.Body.Close() // read to its end
	}
	return nil
}
