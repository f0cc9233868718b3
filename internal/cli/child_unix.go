//go:build unix

package cli

import "syscall"

// limitChild bounds this process: 20 s of processor, no file written.
func limitChild() error {
	for _, l := range []struct {
		what int
		most uint64
	}{{syscall.RLIMIT_CPU, 20}, {syscall.RLIMIT_FSIZE, 0}, {syscall.RLIMIT_CORE, 0}, {syscall.RLIMIT_NOFILE, 32}} {
		if err := syscall.Setrlimit(l.what, &syscall.Rlimit{Cur: l.most, Max: l.most}); err != nil {
			return err
		}
	}
	return nil
}
