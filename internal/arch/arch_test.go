package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the repository, seen from this package.
const root = "../.."

// file is one Go file of the repository.
type file struct {
	name    string // from the root, with slashes
	pkg     string // its folder from the root
	test    bool
	imports []string
	syntax  *ast.File
}

// goFiles parses every Go file of the product's module (tools/ is a module of its own).
func goFiles(t *testing.T) []file {
	t.Helper()
	var files []file
	walk(t, func(name string) {
		if path.Ext(name) != ".go" || strings.HasPrefix(name, "tools/") {
			return
		}
		set := token.NewFileSet()
		syntax, err := parser.ParseFile(set, filepath.Join(root, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		f := file{name: name, pkg: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), syntax: syntax}
		for _, i := range syntax.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Errorf("%s: import %s: %v", name, i.Path.Value, err)
				continue
			}
			f.imports = append(f.imports, p)
		}
		files = append(files, f)
	})
	if len(files) < 20 {
		t.Fatalf("only %d Go files found: this test looks in the wrong place", len(files))
	}
	return files
}

// walk calls visit with every file of the repository, named from the root with slashes. It leaves
// out testdata, which holds other people's files and planted faults.
func walk(t *testing.T, visit func(name string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if !d.IsDir() {
			if rel != ".git" { // in a linked work tree it is a file
				visit(rel)
			}
			return nil
		}
		switch d.Name() {
		case ".git", "testdata", "node_modules", "dist":
			return filepath.SkipDir
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// internal gives the name of a package below internal/, from an import path or a folder.
func internal(p string) (string, bool) {
	return strings.CutPrefix(strings.TrimPrefix(p, "waymark/"), "internal/")
}

func TestEveryPackageHasItsPlace(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range goFiles(t) {
		pkg, ok := internal(f.pkg)
		if !ok || seen[pkg] {
			continue
		}
		seen[pkg] = true
		if !known(pkg) {
			t.Errorf("internal/%s has no place: a new package is a decision; write it in docs/decisions and enter it in internal/arch/rules_test.go", pkg)
		}
	}
	for _, f := range goFiles(t) {
		if top, _, _ := strings.Cut(f.pkg, "/"); !slices.Contains([]string{"cmd", "internal", "e2e", "bench", "battery", "verifier"}, top) {
			t.Errorf("%s lies outside cmd, internal, e2e, bench, battery and verifier", f.name)
		}
	}
}

func TestArrowsNeverTurnBack(t *testing.T) {
	for _, f := range goFiles(t) {
		for _, p := range f.imports {
			if !strings.HasPrefix(p, "waymark/") {
				continue
			}
			to, ok := internal(p)
			if !ok {
				t.Errorf("%s imports %s: nothing imports a package outside internal", f.name, p)
				continue
			}
			from, inside := internal(f.pkg)
			switch {
			case inside:
				if wrong := mayImport(from, to, f.test); wrong != "" {
					t.Errorf("%s imports %s: %s", f.name, p, wrong)
				}
			case strings.HasPrefix(f.pkg, "cmd/") && to != "cli":
				t.Errorf("%s imports %s: a command imports cli and nothing else", f.name, p)
			case f.pkg == "e2e":
				t.Errorf("%s imports %s: e2e knows the program from outside only", f.name, p)
			}
		}
	}
}

// The verifier proves something because it shares nothing with the program: it imports the standard
// library only, not even for its tests.
func TestTheVerifierSharesNothingWithTheProgram(t *testing.T) {
	found := 0
	for _, f := range goFiles(t) {
		if f.pkg != "verifier" && !strings.HasPrefix(f.pkg, "verifier/") {
			continue
		}
		found++
		for _, p := range f.imports {
			if first, _, _ := strings.Cut(p, "/"); strings.Contains(first, ".") || first == "waymark" || p == "C" || p == "os/exec" || p == "net" || strings.HasPrefix(p, "net/") {
				t.Errorf("%s imports %s: it needs Go's standard library only, and asks nobody", f.name, p)
			}
		}
	}
	if found < 2 {
		t.Errorf("%d files of the verifier", found)
	}
}

func TestOutsidePackagesStayWhereTheyBelong(t *testing.T) {
	for _, f := range goFiles(t) {
		pkg, inside := internal(f.pkg)
		if !inside || f.pkg == "internal/arch" {
			continue
		}
		top, _, _ := strings.Cut(pkg, "/")
		for _, p := range f.imports {
			for _, rule := range onlyIn {
				if (p == rule.imported || strings.HasPrefix(p, rule.imported+"/")) && !slices.Contains(rule.in, top) {
					t.Errorf("%s imports %s: %s (%s)", f.name, p, rule.why, strings.Join(rule.in, ", "))
				}
			}
		}
	}
}

func TestDomainHasNoClockAndNoChance(t *testing.T) {
	for _, f := range goFiles(t) {
		pkg, _ := internal(f.pkg)
		if f.test || !slices.Contains(pure, pkg) {
			continue
		}
		for _, p := range f.imports {
			if slices.Contains(pureForbidsImport, p) {
				t.Errorf("%s imports %s: the domain is given what it needs", f.name, p)
			}
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && slices.Contains(pureForbidsCall, x.Name+"."+sel.Sel.Name) {
				t.Errorf("%s uses %s.%s: the domain is given the time", f.name, x.Name, sel.Sel.Name)
			}
			return true
		})
	}
}

func TestPackageNamesSayWhatIsInside(t *testing.T) {
	for _, f := range goFiles(t) {
		if name := strings.TrimSuffix(f.syntax.Name.Name, "_test"); slices.Contains(vague, name) {
			t.Errorf("%s: package %s says nothing about what is inside", f.name, name)
		}
		if last := path.Base(f.pkg); slices.Contains(vague, last) {
			t.Errorf("%s: the folder name %s says nothing about what is inside", f.name, last)
		}
	}
}

// The rules are tested too: a rule that forbids nothing proves nothing.
func TestMayImportForbidsWhatItShould(t *testing.T) {
	tests := []struct {
		from, to string
		inTest   bool
		ok       bool
	}{
		{"monitoring", "framework", false, true},
		{"monitoring", "fault", false, true},
		{"format/docx", "fault", false, true},
		{"publication", "monitoring", false, true},
		{"web", "publication", false, true},
		{"cli", "store", false, true},
		{"framework", "monitoring", false, false},     // back
		{"monitoring", "consultation", false, false},  // sideways
		{"web", "store", false, false},                // sideways at the edge
		{"api", "web", false, false},                  //
		{"store", "api", false, false},                //
		{"store", "cli", false, false},                // back
		{"format/docx", "format/table", false, false}, // sideways
		{"format/docx", "framework", false, false},    // formats know nothing of child protection
		{"fault", "lang", false, false},               // back
		{"monitoring", "sample", false, false},        // tests only
		{"monitoring", "sample", true, true},          //
		{"publication", "store", true, true},          // a real database in a test
		{"publication", "store", false, false},        //
		{"store", "store/storetest", true, true},      //
		{"store/storetest", "store", false, true},     //
		{"store/storetest", "web", false, false},      //
		{"sample", "monitoring", false, true},         //
		{"sample", "store", false, false},             //
		{"monitoring", "weather", false, false},       // no place
		{"format/docx/inner", "fault", false, false},  // no place either
	}
	for _, tt := range tests {
		wrong := mayImport(tt.from, tt.to, tt.inTest)
		if !known(tt.from) {
			wrong = "no place"
		}
		if (wrong == "") != tt.ok {
			t.Errorf("mayImport(%s, %s, inTest %v) = %q, want allowed %v", tt.from, tt.to, tt.inTest, wrong, tt.ok)
		}
	}
}
