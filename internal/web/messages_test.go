package web

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A request that tells its length twice would let two machines on its way take it for two different ones.
func TestAMessageOfTwoLengthsIsNeverTwoMessages(t *testing.T) {
	server := httptest.NewServer(newSite(t))
	defer server.Close()
	const hidden = "GET /en/method HTTP/1.1\r\nHost: x\r\n\r\n"
	for name, message := range map[string]string{
		"two lengths":          "POST /en/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 38\r\n\r\n" + hidden,
		"a length that is not": "POST /en/ HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n" + hidden,
		"an unknown coding":    "POST /en/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n" + hidden,
		// In chunks, whatever the length says: all of it is the body of the first message.
		"chunks and a length": "POST /en/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n26\r\n" + hidden + "\r\n0\r\n\r\n",
	} {
		c, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, message); err != nil {
			t.Fatal(err)
		}
		_ = c.(*net.TCPConn).CloseWrite() // nothing more is sent
		said, _ := io.ReadAll(c)
		c.Close()
		first, err := http.ReadResponse(bufio.NewReader(strings.NewReader(string(said))), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n := strings.Count(string(said), "HTTP/1.1 "); n != 1 || first.StatusCode < 400 {
			t.Errorf("%s: %d answers, the first %d", name, n, first.StatusCode)
		}
	}
}

func TestNoFolderIsListedAndNothingOfTheRepositoryIsThere(t *testing.T) {
	site := newSite(t)
	for _, address := range []string{"/static/", "/static", "/.git/config", "/.git/", "/.env", "/go.mod", "/internal/web/", "/debug/pprof/", "/debug/vars", "/templates/"} {
		if w := get(t, site, address); w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", address, w.Code)
		}
	}
	w := ask(t, site, http.MethodTrace, "/en/", "Authorization", "Bearer canary")
	if w.Code != http.StatusMethodNotAllowed || strings.Contains(w.Body.String(), "canary") {
		t.Errorf("TRACE answers %d %s", w.Code, w.Body)
	}
}

func TestEveryTextSaysItsKindAndItsCharacters(t *testing.T) {
	site := newSite(t)
	addresses := []string{"/robots.txt", "/sitemap.xml", "/feed.atom", "/milestones.ics", "/nothing", "/healthz", "/readyz", site.assets.address["app.css"], site.assets.address["exit.js"], "/en/targets.csv", "/en/targets/T1.json", "/en/nothing.csv", "/en/nothing.json"}
	for _, path := range samplePaths {
		addresses = append(addresses, "/en"+path)
	}
	for _, address := range addresses {
		w := get(t, site, address)
		kind := w.Header().Get("Content-Type")
		if w.Body.Len() > 0 && kind == "" || strings.HasPrefix(kind, "text/") && !strings.Contains(kind, "charset=utf-8") {
			t.Errorf("%s is of the kind %q", address, kind)
		}
	}
}

func TestATextThatASpreadsheetWouldRunIsGuarded(t *testing.T) {
	for in, want := range map[string]string{"=1+1": "'=1+1", "+x": "'+x", "-x": "'-x", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "-5": "-5", "+1.5": "+1.5", "x=1": "x=1", "": ""} {
		if got := guardFormula(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
