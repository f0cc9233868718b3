package reference

import (
	"crypto/sha256"
	"embed"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed seed/*.csv seed/*.json names.csv
var shipped embed.FS

// Provenance is what must be said of a shipped data file wherever its rows are shown or exported.
type Provenance struct {
	File   string `json:"file"`
	Rows   int    `json:"rows"`
	SHA256 string `json:"sha256"` // of the bytes of the file, in hexadecimal
	Title  string `json:"title"`
	// Publisher, Edition and Licence are of the source, not of this copy.
	Publisher    string   `json:"publisher"`
	Edition      string   `json:"edition"`
	Licence      string   `json:"licence"`
	Use          string   `json:"use"`         // in words; Exportable and Context read it
	Attribution  string   `json:"attribution"` // the line to print; "-" where each row has its own source
	ReadFrom     []string `json:"read_from"`
	Extraction   string   `json:"extraction"`
	Completeness string   `json:"completeness"`
	Caveats      []string `json:"caveats"`
}

// Exportable tells whether the file's rows may leave the program, with attribution and licence.
// What is neither product nor context (a template, material for tests) may not.
func (p Provenance) Exportable() bool {
	return strings.HasPrefix(p.Use, "product") || strings.HasPrefix(p.Use, "context")
}

// Context tells whether the file is shown beside figures but never gives the value of one.
func (p Provenance) Context() bool { return strings.Contains(p.Use, "context") }

// SeedFiles lists the names of the shipped data files, in alphabetical order.
func SeedFiles() []string {
	found, err := fs.Glob(shipped, "seed/*.csv")
	if err != nil {
		return nil // only a malformed pattern fails
	}
	for i, f := range found {
		found[i] = path.Base(f)
	}
	slices.Sort(found)
	return found
}

// SeedFile gives the bytes of a shipped data file ("treaties.csv"): UTF-8, commas, a header row. An
// empty cell is missing, never zero.
func SeedFile(name string) ([]byte, bool) {
	if !slices.Contains(SeedFiles(), name) {
		return nil, false
	}
	b, err := fs.ReadFile(shipped, "seed/"+name)
	return b, err == nil
}

// readProvenance reads what stands beside a data file and checks that it speaks of these very bytes.
func readProvenance(fsys fs.FS, name string) (Provenance, error) {
	stem := strings.TrimSuffix(name, ".csv")
	text, err := fs.ReadFile(fsys, "seed/"+stem+".provenance.json")
	if err != nil {
		return Provenance{}, fmt.Errorf("where %s comes from: %w", name, err)
	}
	var p Provenance
	if err := json.Unmarshal(text, &p); err != nil {
		return Provenance{}, fmt.Errorf("where %s comes from: %w", name, err)
	}
	data, err := fs.ReadFile(fsys, "seed/"+name)
	if err != nil {
		return Provenance{}, fmt.Errorf("data file %s: %w", name, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != p.SHA256 {
		return Provenance{}, fmt.Errorf("data file %s is not the one its provenance describes: the checksums differ", name)
	}
	return p, nil
}

// row is one line of a data file, its cells by the name of their column.
type row struct {
	file    string
	line    int
	columns map[string]int
	cells   []string
}

// get gives a cell; a column that the file lacks was refused when it was read.
func (r row) get(column string) string { return r.cells[r.columns[column]] }

// fail names the place of what is wrong with a row.
func (r row) fail(column string, err error) error {
	return fmt.Errorf("%s, line %d, column %s: %w", r.file, r.line, column, err)
}

// flag reads a cell of 0 or 1.
func (r row) flag(column string) (bool, error) {
	switch v := r.get(column); v {
	case "0":
		return false, nil
	case "1":
		return true, nil
	default:
		return false, r.fail(column, fmt.Errorf("%q is neither 0 nor 1", v))
	}
}

// readRows reads a data file that has at least the named columns.
func readRows(fsys fs.FS, name string, columns ...string) ([]row, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("data file %s: %w", name, err)
	}
	defer f.Close()
	reader := csv.NewReader(f)
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("data file %s: %w", name, err)
	}
	at := make(map[string]int, len(header))
	for i, h := range header {
		at[h] = i
	}
	for _, c := range columns {
		if _, ok := at[c]; !ok {
			return nil, fmt.Errorf("data file %s has no column %s", name, c)
		}
	}
	var rows []row
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("data file %s: %w", name, err)
		}
		line, _ := reader.FieldPos(0)
		rows = append(rows, row{file: name, line: line, columns: at, cells: cells})
	}
}
