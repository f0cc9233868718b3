package web

import (
	"bytes"
	"compress/gzip"
	"container/list"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"waymark/internal/reference"
)

// answer is a finished response as it goes out: what a view makes and what the cache keeps. It never
// changes after it was sealed.
type answer struct {
	status      int
	contentType string
	body        []byte // as it is
	zipped      []byte // gzip of body; nil where that does not pay
	etag        string
	control     string // Cache-Control
	open        bool   // open data: other sites may read it
	filename    string // offered for saving; empty for pages
	language    string // Content-Language; empty for data
	location    string // where a redirect leads
	unkept      bool   // made for one reader's words, and not kept in memory

	head http.Header // the header lines, made once
}

// Cache-Control of the kinds of answers. A page may be kept anywhere but is asked about each time,
// so that a changed observation shows at once.
const (
	revalidate = "public, max-age=0, must-revalidate"
	immutable  = "public, max-age=31536000, immutable"
	noStore    = "no-store"
)

// seal makes everything that sending needs. salt enters the ETag: two programs may render one page
// from the same bytes with different headers.
func (a *answer) seal(salt string) *answer {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if a.control == "" {
		a.control = revalidate
	}
	hash := sha256.New()
	hash.Write([]byte(salt))
	hash.Write([]byte(a.contentType + a.location))
	hash.Write(a.body)
	// Weak: the compressed and the plain form are the same page in different bytes.
	a.etag = `W/"` + base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:12]) + `"`
	if len(a.body) > 512 {
		if z := zip(a.body); len(z) < len(a.body) {
			a.zipped = z
		}
	}
	a.head = http.Header{
		"Content-Type":  {a.contentType},
		"Cache-Control": {a.control},
		"Vary":          {"Accept-Encoding"},
	}
	if a.control != noStore { // what may not be kept is not asked for again
		a.head["Etag"] = []string{a.etag}
	}
	if a.language != "" {
		a.head["Content-Language"] = []string{a.language}
	}
	if a.open {
		a.head["Access-Control-Allow-Origin"] = []string{"*"}
		a.head["Cross-Origin-Resource-Policy"] = []string{"cross-origin"}
	}
	if a.location != "" {
		a.head["Location"] = []string{a.location}
	}
	if a.filename != "" {
		a.head["Content-Disposition"] = []string{`attachment; filename="` + a.filename + `"`}
	}
	return a
}

func zip(body []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a constant of the package: no error
	_, _ = z.Write(body)                                  // a bytes.Buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// send writes the answer, or 304 to a reader that has it already.
func (a *answer) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, values := range a.head {
		h[name] = values // shared and never changed in place
	}
	if a.status == http.StatusOK && a.control != noStore && matches(r.Header.Get("If-None-Match"), a.etag) {
		delete(h, "Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.body
	if a.zipped != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		h["Content-Encoding"] = gzipEncoding
		body = a.zipped
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a reader that went away is not our failure
	}
}

var gzipEncoding = []string{"gzip"}

// matches compares an If-None-Match header with an ETag, weakly, as RFC 9110 wants it for GET.
func matches(header, etag string) bool {
	if header == "" {
		return false
	}
	opaque := strings.TrimPrefix(etag, "W/")
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == opaque {
			return true
		}
	}
	return false
}

// acceptsGzip reads Accept-Encoding: gzip or *, unless its weight is 0.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(part, ";")
		coding = strings.TrimSpace(coding)
		if !strings.EqualFold(coding, "gzip") && coding != "*" {
			continue
		}
		q, found := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		if !found {
			return true
		}
		weight, err := strconv.ParseFloat(q, 64)
		return err == nil && weight > 0
	}
	return false
}

// cacheKey names one finished answer: address, version of the data, day. The catalogs and the
// program are the same as long as the process lives.
type cacheKey struct {
	uri     string
	version int64
	day     reference.Date
}

// cache keeps finished answers up to a number of bytes; the one longest unused goes first. Answers
// of an older version of the data or an earlier day go as soon as a newer one comes.
type cache struct {
	mu       sync.Mutex
	limit    int64
	bytes    int64
	version  int64
	day      reference.Date
	answers  map[cacheKey]*list.Element
	recently *list.List // of *cached, the last used in front
}

type cached struct {
	key    cacheKey
	answer *answer
}

func newCache(limit int64) *cache {
	return &cache{limit: limit, answers: map[cacheKey]*list.Element{}, recently: list.New()}
}

func (c *cache) get(k cacheKey) *answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.answers[k]
	if !ok {
		return nil
	}
	c.recently.MoveToFront(e)
	return e.Value.(*cached).answer
}

func (c *cache) put(k cacheKey, a *answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k.version < c.version || k.day < c.day {
		return // made before the change that is known by now
	}
	if k.version > c.version || k.day > c.day {
		clear(c.answers)
		c.recently.Init()
		c.bytes, c.version, c.day = 0, k.version, k.day
	}
	if _, ok := c.answers[k]; ok || a.size(k) > c.limit/4 {
		return
	}
	c.answers[k] = c.recently.PushFront(&cached{k, a})
	c.bytes += a.size(k)
	for c.bytes > c.limit {
		oldest := c.recently.Back()
		gone := c.recently.Remove(oldest).(*cached)
		delete(c.answers, gone.key)
		c.bytes -= gone.answer.size(gone.key)
	}
}

// size is what an answer takes in the cache, its small parts estimated.
func (a *answer) size(k cacheKey) int64 { return int64(len(a.body)+len(a.zipped)+len(k.uri)) + 1200 }
