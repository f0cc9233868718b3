package accounts_test

import (
	"testing"

	"waymark/internal/accounts"
)

func TestCallersAreCountedByTheirNetworkAndNotByTheProxys(t *testing.T) {
	for _, c := range []struct {
		remote, forwarded string
		proxy             bool
		want              string
	}{
		{"192.0.2.7:443", "", false, "192.0.2.0/24"},
		{"[2001:db8:1:2::3]:443", "", false, "2001:db8:1::/48"},
		{"[::ffff:192.0.2.7]:443", "", false, "192.0.2.0/24"},
		{"127.0.0.1:5000", "203.0.113.9", true, "203.0.113.0/24"},
		{"127.0.0.1:5000", "203.0.113.9:1234", true, "203.0.113.0/24"},
		{"[::1]:5000", "198.51.100.1, 203.0.113.9", true, "203.0.113.0/24"}, // the first the caller made up
		{"127.0.0.1:5000", "203.0.113.9", false, "127.0.0.0/24"},            // no proxy was named
		{"192.0.2.7:443", "203.0.113.9", true, "192.0.2.0/24"},              // not by way of the proxy
		{"127.0.0.1:5000", "somebody", true, "127.0.0.0/24"},
		{"a pipe", "203.0.113.9", true, "unknown"},
	} {
		if got := accounts.Network(c.remote, c.forwarded, c.proxy); got != c.want {
			t.Errorf("%s by way of %q (proxy %v): %s, want %s", c.remote, c.forwarded, c.proxy, got, c.want)
		}
	}
}
