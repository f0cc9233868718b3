package e2e

import (
	"net/http"
	"os"
	"testing"
)

// The program makes its database, says where it listens, runs commands beside the server, and ends
// when it is asked to.
func TestProgramServesADatabaseOfItsOwn(t *testing.T) {
	p := serve(t)
	if _, err := os.Stat(p.db); err != nil {
		t.Errorf("the database: %v", err)
	}
	for _, path := range []string{"/healthz", "/readyz", "/en/"} {
		res, err := http.Get(p.url + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("GET %s = %d, want 200", path, res.StatusCode)
		}
	}
	if out := p.command(t, "progress", "--format", "json"); len(out) < 100 {
		t.Errorf("progress beside the server says only %q", out)
	}
}
