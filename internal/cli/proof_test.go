package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestAProofFileIsVerifiedWithoutADatabaseAndAChangedOneIsRefused(t *testing.T) {
	dir := t.TempDir()
	d := desk{t, filepath.Join(dir, "w.db")}
	file := filepath.Join(dir, "t1.json")
	d.run(0, "proof", "T1", "--variant", "T1x", "--as-of", "2022-12-31", "-o", file)
	nowhere := desk{t, filepath.Join(dir, "no", "such", "folder.db")}
	nowhere.says(nowhere.run(0, "verify-figure", file), `figure countries.met +131 +same`, `status KEN +"met" +same`, `hash of all .* same`, `all the same\n$`)

	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(data, []byte(`"met":131`), []byte(`"met":132`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	nowhere.says(nowhere.run(1, "verify-figure", file), `countries.met +132 +DIFFERS: 131`, `it tells 132 for figure countries.met, and what it holds gives 131\.`)

	nowhere.says(nowhere.run(1, "verify-figure", filepath.Join(dir, "none.json")), "cannot be read")
	if err := os.WriteFile(file, make([]byte, 9<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	nowhere.says(nowhere.run(1, "verify-figure", file), "more than 8 MB")
	d.says(d.run(1, "proof", "T9", "-o", file), "no element")
	d.says(d.run(2, "proof", "T1"), "-o")
}
