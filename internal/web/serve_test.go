package web

import (
	"flag"
	"log/slog"
	"net"
	"net/http"
	"os"
	"testing"
)

var serveAt = flag.String("serve", "", "address to serve the site at, for looking at it: go test ./internal/web -run TestServe -serve 127.0.0.1:8080")

// TestServe serves the site over the shipped evidence until it is stopped, for a person to look at.
func TestServe(t *testing.T) {
	if *serveAt == "" {
		t.Skip("serves only with -serve HOST:PORT")
	}
	listener, err := net.Listen("tcp", *serveAt)
	if err != nil {
		t.Fatal(err)
	}
	site := newSite(t, func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
		c.Origin = "http://" + listener.Addr().String()
	})
	t.Logf("serving at http://%s/", listener.Addr())
	t.Log(http.Serve(listener, site))
}
