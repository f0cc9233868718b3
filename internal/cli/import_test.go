package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFileWithoutEndIsRefusedAndNotReadIntoMemory(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("no /dev/zero here: the refusal of devices is not shown")
	}
	if _, err := readFile("/dev/zero"); err == nil || !strings.Contains(err.Error(), "device") {
		t.Errorf("reading /dev/zero: %v", err)
	}
}

func TestAFileIsReadUpToTheLimitAndNotBeyond(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := readBounded(path, 5); err != nil || string(data) != "12345" {
		t.Errorf("at the limit: %q, %v", data, err)
	}
	if data, err := readBounded(path, 4); err == nil {
		t.Errorf("beyond the limit it was read: %q", data)
	}
}
