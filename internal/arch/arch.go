// Package arch holds no code: its tests prove how the repository is laid out (docs/design.md).
//
// They parse the files themselves. A test that runs `go list` is answered from go's test cache and
// misses a violation made after the answer was kept.
package arch
