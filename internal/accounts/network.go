package accounts

import (
	"net"
	"net/netip"
	"strings"
)

// Network is the part of a caller's address that many share, /24 or /48: what attempts and calls are counted
// by, so that no whole address is kept. remote is where the connection comes from. Behind a proxy of the
// operator every connection comes from this machine, and it is the last address in forwarded, which the proxy
// wrote; what stands before it the caller may have made up.
func Network(remote, forwarded string, behindProxy bool) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return "unknown"
	}
	addr := at.Addr().Unmap()
	if forwarded != "" && behindProxy && addr.IsLoopback() {
		last := strings.TrimSpace(forwarded[strings.LastIndexByte(forwarded, ',')+1:])
		if host, _, err := net.SplitHostPort(last); err == nil {
			last = host
		}
		if a, err := netip.ParseAddr(last); err == nil {
			addr = a.Unmap()
		}
	}
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return "unknown"
	}
	return p.String()
}
