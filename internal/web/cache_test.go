package web

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

func made(n int) *answer { return (&answer{contentType: "text/plain", body: make([]byte, n)}).seal("") }

func TestCacheForgetsOlderVersionsAndDays(t *testing.T) {
	c := newCache(1 << 20)
	c.put(cacheKey{"/a", 1, 20260101}, made(10))
	c.put(cacheKey{"/a", 2, 20260101}, made(20))
	if c.get(cacheKey{"/a", 1, 20260101}) != nil {
		t.Error("an answer made from older data is still there")
	}
	c.put(cacheKey{"/b", 1, 20260101}, made(10)) // a slow rendering that ends after the change
	if c.get(cacheKey{"/b", 1, 20260101}) != nil || c.get(cacheKey{"/a", 2, 20260101}) == nil {
		t.Error("a late answer of older data came in or drove the new one out")
	}
	c.put(cacheKey{"/a", 2, 20260102}, made(10))
	if c.get(cacheKey{"/a", 2, 20260101}) != nil {
		t.Error("yesterday's answer is still there")
	}
}

func TestCacheDropsWhatWasLongestUnused(t *testing.T) {
	c := newCache(5 * 1300)
	for _, uri := range []string{"/1", "/2", "/3"} {
		c.put(cacheKey{uri, 1, 1}, made(40))
	}
	c.get(cacheKey{"/1", 1, 1})
	for _, uri := range []string{"/4", "/5", "/6"} {
		c.put(cacheKey{uri, 1, 1}, made(40))
	}
	if c.get(cacheKey{"/1", 1, 1}) == nil || c.get(cacheKey{"/2", 1, 1}) != nil {
		t.Error("the page that was used last went before the one that was not")
	}
}

func TestCacheStaysWithinItsBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.Int64Range(0, 60000).Draw(t, "limit")
		c := newCache(limit)
		for range rapid.IntRange(0, 60).Draw(t, "puts") {
			k := cacheKey{fmt.Sprint("/", rapid.IntRange(0, 20).Draw(t, "page")), rapid.Int64Range(1, 3).Draw(t, "version"), 1}
			c.put(k, made(rapid.IntRange(0, 4000).Draw(t, "size")))
			var sum int64
			for e := c.recently.Front(); e != nil; e = e.Next() {
				sum += e.Value.(*cached).answer.size(e.Value.(*cached).key)
			}
			if c.bytes > limit || c.bytes != sum || len(c.answers) != c.recently.Len() {
				t.Fatalf("%d bytes counted, %d kept of at most %d; %d answers, %d in order", c.bytes, sum, limit, len(c.answers), c.recently.Len())
			}
		}
	})
}

// The two benchmarks serve the same bytes over the same kind of connection: a page from the cache,
// and a file by net/http. The first must reach two thirds of the second's rate; compare them of one
// run: go test ./internal/web -run - -bench 'Serve' -cpu 2
func BenchmarkServeCachedPage(b *testing.B) {
	site := newSite(b, func(c *Config) {
		version := snapshot(b).DataVersion
		c.DataVersion = func() int64 { return version }
	})
	page200(b, site, "/en/")
	benchmarkServe(b, site, "/en/")
}

func BenchmarkServeStaticFile(b *testing.B) {
	site := newSite(b)
	w := get(b, site, "/en/", "Accept-Encoding", "gzip") // the bytes that readers get
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "page.gz"), w.Body.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	benchmarkServe(b, http.FileServer(http.Dir(dir)), "/page.gz")
}

func benchmarkServe(b *testing.B, h http.Handler, path string) {
	server := httptest.NewServer(h)
	defer server.Close()
	transport := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	b.SetParallelism(16)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, err := http.NewRequest(http.MethodGet, server.URL+path, nil)
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("Accept-Encoding", "gzip")
			resp, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
				b.Errorf("status %d, %v", resp.StatusCode, err)
			}
			resp.Body.Close()
		}
	})
}
