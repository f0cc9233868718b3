package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/api"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// What a caller writes into the header of the proxy itself changes nothing: the last address counts, which the
// proxy wrote, and from anywhere but the proxy's machine none does.
func TestACallerCannotChooseTheNetworkItIsCountedBy(t *testing.T) {
	d := openDesk(t, storetest.Open(t, "memory", store.Options{}).DB, func(c *api.Config) {
		c.Origin, c.Pace = "https://cop.example.org", accounts.Pace{Burst: 3, Every: 10 * time.Second}
	})
	call := func(from, via string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/sources", http.NoBody)
		r.RemoteAddr = from
		r.Header.Set("X-Forwarded-For", via)
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		return w.Code
	}
	for name, c := range map[string]struct {
		from string
		via  []string
	}{
		"behind the proxy": {"127.0.0.1:4711", []string{"192.0.2.1, 203.0.113.7", "192.0.3.1, 203.0.113.7", "192.0.4.1,203.0.113.7", "203.0.113.7"}},
		"past the proxy":   {"198.51.100.9:4711", []string{"192.0.2.1", "192.0.3.1", "192.0.4.1", "192.0.5.1"}},
	} {
		for n, via := range c.via {
			want := http.StatusOK
			if n == 3 {
				want = http.StatusTooManyRequests
			}
			if got := call(c.from, via); got != want {
				t.Errorf("%s, call %d as %q: %d, want %d", name, n, via, got, want)
			}
		}
	}
	if got := call("127.0.0.1:4711", "203.0.113.7, 192.0.99.1"); got != http.StatusOK {
		t.Errorf("another reader behind the same proxy: %d", got)
	}
}
