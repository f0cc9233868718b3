package api

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

// permissions switches everything off that a page of another site could ask of the reader's machine.
const permissions = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), " +
	"geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), " +
	"publickey-credentials-get=(), screen-wake-lock=(), usb=(), xr-spatial-tracking=()"

// cached adds what every answer carries: an ETag of the data version, the program's version of the
// interface and the address, 304 where the reader has it already, gzip, and open access from any origin.
func (s *service) cached(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("Strict-Transport-Security", "max-age=31536000")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", permissions)
		h.Set("Vary", "Accept-Encoding")
		ctx, ok := s.isWelcome(w, r)
		if !ok {
			return
		}
		r = r.WithContext(ctx)
		if err := joinRepeated(r); err != nil {
			s.writeRefusal(w, r, err)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			s.write(w, r, mux)
			return
		}
		if isSomebody(r) { // what one person sees is nobody else's
			h.Set("Cache-Control", "no-store")
			mux.ServeHTTP(w, r)
			return
		}
		if pair, ok := strings.CutPrefix(r.URL.Path, "/api/v1/frameworks/"); ok && strings.Contains(pair, "..") {
			http.Redirect(w, r, "/api/v1/differences/"+url.PathEscape(pair), http.StatusPermanentRedirect)
			return
		}
		n, err := s.publication.Snapshot(r.Context())
		if err != nil {
			text, fix := fault.Safe(err)
			s.log.ErrorContext(r.Context(), "api", "error", err)
			writeProblem(w, kinds[fault.KindOf(err)], text, fix)
			return
		}
		zip := strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
		sum := sha256.Sum256([]byte(Version + " " + strconv.FormatInt(n.DataVersion, 10) + " " + n.Today.String() + " " + strconv.FormatBool(zip) + " " + r.URL.RequestURI() + " " + r.Header.Get("Accept")))
		tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
		if matches(r.Header.Get("If-None-Match"), tag) {
			h.Set("ETag", tag)
			h.Set("Cache-Control", "no-cache")
			w.WriteHeader(http.StatusNotModified)
			return
		}
		out := &writer{ResponseWriter: w, tag: tag, zip: zip}
		defer out.close()
		mux.ServeHTTP(out, r)
	})
}

// lists are the parameters that take several values.
var lists = []string{"code", "indicator", "area", "source"}

// joinRepeated makes one list of a parameter that is given several times, code=T1&code=T2 as code=T1,T2. A
// parameter with one value is refused then: none of two may win in silence.
func joinRepeated(r *http.Request) error {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fault.New(fault.Refused, "The part of the address behind the question mark cannot be read.", "Write it as name=value&name=value, other signs percent-encoded.")
	}
	repeated := false
	for name, given := range values {
		if slices.Contains(given, "") {
			return fault.New(fault.Refused, "One parameter has no value: "+strconv.Quote(name)+".", "Give it one, or leave it out.")
		}
		if len(given) < 2 {
			continue
		}
		if !slices.Contains(lists, name) || r.Method != http.MethodGet && r.Method != http.MethodHead {
			return fault.New(fault.Refused, "One parameter is given more than once: "+strconv.Quote(name)+".", "Give it once.")
		}
		values[name], repeated = []string{strings.Join(given, ",")}, true
	}
	if repeated {
		u := *r.URL
		u.RawQuery = values.Encode()
		r.URL = &u
	}
	return nil
}

// write passes on what changes something, or only works something out. Everything else is refused before its
// body is read.
func (s *service) write(w http.ResponseWriter, r *http.Request, mux *http.ServeMux) {
	w.Header().Set("Cache-Control", "no-store")
	if _, pattern := mux.Handler(r); !strings.HasPrefix(pattern, r.Method+" ") {
		w.Header().Set("Allow", "GET, HEAD")
		writeProblem(w, http.StatusMethodNotAllowed, "Nothing is changed at this address.", "Read it with GET; /api/v1/openapi.json lists the calls that change something.")
		return
	}
	if r.URL.Path != impactPath && !isSomebody(r) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="waymark"`)
		writeProblem(w, http.StatusUnauthorized, withoutToken, makeToken)
		return
	}
	mux.ServeHTTP(w, r)
}

func isSomebody(r *http.Request) bool {
	p := accounts.Present(r.Context())
	return p.IsSignedIn()
}

// matches tells whether an If-None-Match header names the tag. A weak form of it names it too.
func matches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if part = strings.TrimPrefix(strings.TrimSpace(part), "W/"); part == tag || part == "*" {
			return true
		}
	}
	return false
}

// writer compresses an answer and marks a good one with its tag; an error is never cached.
type writer struct {
	http.ResponseWriter
	tag     string
	zip     bool
	gzip    *gzip.Writer
	started bool
}

func (w *writer) WriteHeader(status int) {
	if w.started {
		return
	}
	w.started = true
	h := w.Header()
	if status == http.StatusOK {
		h.Set("ETag", w.tag)
		h.Set("Cache-Control", "no-cache") // kept by the reader, asked for again each time
	} else {
		h.Set("Cache-Control", "no-store")
	}
	if w.zip {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		w.gzip, _ = gzip.NewWriterLevel(w.ResponseWriter, gzip.BestSpeed) // only a level out of range fails
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.gzip != nil {
		return w.gzip.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

func (w *writer) close() {
	if w.gzip != nil {
		_ = w.gzip.Close() // the reader is gone: nobody is left to tell
	}
}

func writeProblem(w http.ResponseWriter, status int, detail, fix string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	body, err := json.Marshal(map[string]any{"title": http.StatusText(status), "status": status, "detail": detail, "fix": fix})
	if err != nil {
		http.Error(w, detail, status)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader is gone: nobody is left to tell
}
