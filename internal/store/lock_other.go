//go:build !unix

package store

import "waymark/internal/fault"

// LockServer cannot be kept on this system, so that no server runs on a file here.
func LockServer(path string) (unlock func() error, err error) {
	return nil, fault.New(fault.Refused, "This system has no lock that ends with its process, so "+path+" cannot be served safely.",
		"Serve from Linux, or use PostgreSQL: --db postgres://…")
}

func lockFolder(string) (unlock func(), err error) { return func() {}, nil }
