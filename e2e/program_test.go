package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is one running `waymark serve` with a database of its own.
type program struct {
	url string // http://127.0.0.1:PORT, without a slash at the end
	db  string // the database file
	dir string // its folder, removed in the end

	cmd    *exec.Cmd
	log    *bytes.Buffer // what it wrote on stderr
	exited chan error
}

var binary struct {
	once sync.Once
	path string
	dir  string
	err  error
	none bool
}

// waymark builds the program once and gives its path. It skips the test, loudly, where there is
// nothing to build yet.
func waymark(t testing.TB) string {
	t.Helper()
	binary.once.Do(func() {
		if _, err := os.Stat("../cmd/waymark"); err != nil {
			binary.none = true
			return
		}
		if binary.dir, binary.err = os.MkdirTemp("", "waymark-bin-"); binary.err != nil {
			return
		}
		binary.path = filepath.Join(binary.dir, "waymark")
		build := exec.Command("go", "build", "-o", binary.path, "./cmd/waymark")
		build.Dir = ".."
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			binary.err = fmt.Errorf("build cmd/waymark: %w\n%s", err, out)
		}
	})
	if binary.none {
		t.Skip("cmd/waymark is not there yet: nothing to start")
	}
	if binary.err != nil {
		t.Fatal(binary.err)
	}
	return binary.path
}

// command runs one command of the program on its database (running or not) and gives what it wrote
// on stdout. It fails the test when the command fails.
func (p *program) command(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command(waymark(t), args...)
	cmd.Env = p.environment()
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("waymark %s: %v\n%s", strings.Join(args, " "), err, said.String())
	}
	return out.String()
}

// environment names the database and hides every WAYMARK_ setting of whoever runs the tests.
func (p *program) environment() []string {
	var env []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "WAYMARK_") {
			env = append(env, e)
		}
	}
	return append(env, "WAYMARK_DB="+p.db)
}

var listening = regexp.MustCompile(`^listening on (http://[^/\s]+)/\s*$`)

// startProgram starts `waymark serve` with more arguments and waits until it listens.
func startProgram(bin string, args ...string) (*program, error) {
	dir, err := os.MkdirTemp("", "waymark-e2e-db-")
	if err != nil {
		return nil, err
	}
	p := &program{db: filepath.Join(dir, "waymark.db"), dir: dir, log: new(bytes.Buffer), exited: make(chan error, 1)}
	p.cmd = exec.Command(bin, append([]string{"serve", "--db", p.db, "--listen", "127.0.0.1:0"}, args...)...)
	p.cmd.Env = p.environment()
	p.cmd.Dir = dir
	p.cmd.Stderr = p.log
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start waymark: %w", err)
	}
	first := make(chan string, 1)
	go func() {
		r := bufio.NewReader(stdout)
		line, _ := r.ReadString('\n')
		first <- line
		io.Copy(io.Discard, r) // a full pipe would stop the program
		p.exited <- p.cmd.Wait()
	}()
	select {
	case line := <-first:
		m := listening.FindStringSubmatch(line)
		if m == nil {
			p.stop()
			return nil, fmt.Errorf("the first line of waymark serve is %q, want listening on http://HOST:PORT/\n%s", line, p.log)
		}
		p.url = m[1]
		return p, nil
	case <-time.After(patience):
		p.stop()
		return nil, fmt.Errorf("waymark serve said nothing within %s\n%s", patience, p.log)
	}
}

// stop asks the program to end, waits, and removes its database. It gives the error of the exit.
func (p *program) stop() error {
	p.cmd.Process.Signal(syscall.SIGTERM)
	var err error
	select {
	case err = <-p.exited:
	case <-time.After(20 * time.Second):
		p.cmd.Process.Kill()
		err = fmt.Errorf("waymark serve did not end within 20 s of being asked to: %w", <-p.exited)
	}
	os.RemoveAll(p.dir)
	return err
}

// shared is the program that all tests read from; a test that writes starts its own with serve.
var shared struct {
	once sync.Once
	p    *program
	err  error
}

// site gives the program shared by the tests that only read.
func site(t testing.TB) *program {
	t.Helper()
	bin := waymark(t)
	shared.once.Do(func() { shared.p, shared.err = startProgram(bin) })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.p
}

// serve starts a program for one test and stops it when the test ends.
func serve(t testing.TB, args ...string) *program {
	t.Helper()
	p, err := startProgram(waymark(t), args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.stop(); err != nil {
			t.Errorf("waymark serve ended badly: %v\n%s", err, p.log)
		}
	})
	return p
}

// stopPrograms is called once, after all tests.
func stopPrograms() {
	if shared.p != nil {
		if err := shared.p.stop(); err != nil {
			fmt.Fprintf(os.Stderr, "waymark serve ended badly: %v\n%s", err, shared.p.log)
		}
	}
	if binary.dir != "" {
		os.RemoveAll(binary.dir)
	}
}
