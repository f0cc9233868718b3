package web

import "net/http"

// securityHeaders stand on every response of the site (TRUST.md section 9). Nothing comes from
// another host, nothing runs that is not a file of ours, and no page can be framed.
var securityHeaders = http.Header{
	"Content-Security-Policy": {"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
	"Strict-Transport-Security":    {"max-age=31536000"},
	"X-Content-Type-Options":       {"nosniff"},
	"X-Frame-Options":              {"DENY"}, // for browsers that know no frame-ancestors
	"Referrer-Policy":              {"no-referrer"},
	"Cross-Origin-Opener-Policy":   {"same-origin"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Permissions-Policy": {"accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), " +
		"geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), " +
		"publickey-credentials-get=(self), publickey-credentials-create=(self), screen-wake-lock=(), usb=(), xr-spatial-tracking=()"},
}

// secure puts the security headers in place. The lists of values are shared: nobody adds to them.
func secure(h http.Header) {
	for name, values := range securityHeaders {
		h[name] = values
	}
}
