package table

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"waymark/internal/fault"
)

// corpusDir is the folder of real and hostile tables nobody here wrote. Its files are read where
// they lie and never copied.
func corpusDir(t testing.TB) string {
	shared := os.Getenv("WAYMARK_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "..", "shared")
	}
	dir := filepath.Join(shared, "corpus", "tables")
	if _, err := os.Stat(filepath.Join(dir, "manifest.tsv")); err != nil {
		t.Skipf("SKIPPED: the corpus of tables is not at %s; set WAYMARK_SHARED", dir)
	}
	return dir
}

type corpusFile struct {
	file, why, expected, detail, truth string
	data                               []byte
}

func corpus(t testing.TB) []corpusFile {
	dir := corpusDir(t)
	manifest, err := os.ReadFile(filepath.Join(dir, "manifest.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var files []corpusFile
	for _, line := range strings.Split(strings.TrimSpace(string(manifest)), "\n")[1:] {
		f := strings.Split(line, "\t")
		if len(f) < 6 {
			t.Fatalf("manifest line %q", line)
		}
		f = append(f, "")
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f[0])))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, corpusFile{file: f[0], why: f[3], expected: f[4], detail: f[5], truth: strings.TrimSpace(f[6]), data: data})
	}
	return files
}

// corrected are the expectations of the manifest that were found wrong, and why.
var corrected = map[string]correction{
	"xlsx/calamine__picture.xlsx": {expected: "error",
		why: "its two sheets have pictures and not one cell (<sheetData/>): reading nothing with success is what calamine__empty_sheet.xlsx is refused for"},
	"xlsx/messytables__libreoffice.xlsx": {expected: "error",
		why: "its only sheet has one row without a cell: the same case as calamine__empty_sheet.xlsx"},
	"csv/pollock__O18_air.csv": {expected: "accept", differs: `record 20: got ["1.8" "0.0"], want ["1.8" "0.\\"]`,
		why: `the truth file is damaged: line 20 of the file says "1.8, 0.0", the truth says "0.\"; all other 1,001 records are equal`},
}

type correction struct{ expected, differs, why string }

// TestCorpusIsReadRightOrRefused reads every file of the corpus: what must be accepted is and equals
// the truth where there is one, what must be refused is with a sentence and a fix, and nothing is
// read wrong without a word.
func TestCorpusIsReadRightOrRefused(t *testing.T) {
	files := corpus(t)
	accepted, accept, refusedOf, refuse, wrong := 0, 0, 0, 0, 0
	for _, f := range files {
		want := f.expected
		if c, ok := corrected[f.file]; ok {
			t.Logf("%s: expected %s, not %s: %s", f.file, c.expected, want, c.why)
			want = c.expected
		}
		start := time.Now()
		table, err := readNamed(t, filepath.Base(f.file), f.data)
		if took := time.Since(start); took > 2*time.Second {
			t.Logf("%s took %v", f.file, took)
		}
		if err != nil {
			text, fix := fault.Safe(err)
			if k := fault.KindOf(err); k != fault.Refused && k != fault.TooLarge || text == "" || fix == "" {
				t.Errorf("%s: refused as %s without a sentence or a fix: %v", f.file, k, err)
			}
		}
		differs := ""
		if err == nil && f.truth != "" {
			differs = compareTruth(t, table, f)
			if c, ok := corrected[f.file]; ok && differs == c.differs {
				differs = ""
			}
		}
		if differs != "" {
			wrong++
			t.Errorf("%s (%s): read otherwise than the truth: %s; remarks %v", f.file, f.why, differs, table.Remarks)
		}
		switch want {
		case "accept":
			accept++
			if err == nil && differs == "" {
				accepted++
			} else if err != nil {
				t.Errorf("%s (%s): must be accepted: %v", f.file, f.why, err)
			}
		case "error":
			refuse++
			if err != nil {
				refusedOf++
			} else {
				t.Errorf("%s (%s): must be refused, read %d rows", f.file, f.why, len(table.Rows))
			}
		}
		if testing.Verbose() {
			if err != nil {
				t.Logf("%-7s %s\n\t\t%v", want, f.file, err)
			} else {
				t.Logf("%-7s %s\n\t\t%d rows, header %d %.60q, %s %q %v", want, f.file, len(table.Rows), table.HeaderRow, table.Header, table.Encoding, table.Delimiter, table.Remarks)
			}
		}
	}
	t.Logf("%d files: %d of %d accepted and right, %d of %d refused, %d silently wrong", len(files), accepted, accept, refusedOf, refuse, wrong)
	runtime.KeepAlive(files)
}

// readNamed reads as a person does: where the file has several sheets and the answer names them, all
// of them are read, and the first is given back.
func readNamed(t *testing.T, name string, data []byte) (*Table, error) {
	table, err := Read(name, data, Options{})
	var which *WhichSheet
	if !errors.As(err, &which) {
		return table, err
	}
	if len(which.Sheets) < 2 {
		t.Errorf("%s: asked which sheet and named %v", name, which.Sheets)
	}
	for i, sheet := range which.Sheets {
		one, err := Read(name, data, Options{Sheet: sheet})
		if err != nil {
			return nil, err
		}
		if i == 0 {
			table = one
		}
	}
	return table, nil
}

// compareTruth compares what was read from the header row on with the truth, and says where they
// differ.
func compareTruth(t *testing.T, table *Table, f corpusFile) string {
	data, err := os.ReadFile(filepath.Join(corpusDir(t), filepath.FromSlash(f.truth)))
	if err != nil {
		t.Fatal(err)
	}
	var want [][]string
	got := records(table)
	if strings.HasSuffix(f.truth, ".json") {
		if err := json.Unmarshal(data, &want); err != nil {
			var objects []map[string]string
			if err := json.Unmarshal(data, &objects); err != nil {
				t.Fatal(err)
			}
			want = nil
			for _, o := range objects {
				var row []string
				for _, h := range table.Header {
					row = append(row, o[h])
				}
				want = append(want, row)
			}
			got = got[1:]
		}
	} else {
		q := dialect{delim: ',', quote: '"', escape: '"'}
		s, err := scan("truth", string(data), q, DefaultLimits())
		if err != nil || s.problem != nil {
			t.Fatal(f.truth, err, s.problem)
		}
		for _, r := range s.rows {
			want = append(want, texts(r.Cells))
		}
	}
	return firstDifference(got, want)
}
