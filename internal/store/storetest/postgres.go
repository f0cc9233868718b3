package storetest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// serverDSN gives the address of the PostgreSQL server of this test program.
var serverDSN = sync.OnceValues(func() (string, error) {
	if dsn := os.Getenv("WAYMARK_TEST_DSN"); dsn != "" {
		return dsn, nil
	}
	return startServer()
})

var schemas atomic.Int64

// freshSchema makes an empty schema and gives an address that sees only that.
func freshSchema(t testing.TB) string {
	t.Helper()
	dsn, err := serverDSN()
	if err != nil {
		t.Skipf("SKIPPED, not shown on PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), schemas.Add(1))
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+name); err != nil {
		t.Fatalf("schema: %v", err)
	}
	t.Cleanup(func() {
		conn, err := pgx.Connect(ctx, dsn)
		if err != nil {
			t.Errorf("connect: %v", err)
			return
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, "DROP SCHEMA "+name+" CASCADE"); err != nil {
			t.Errorf("drop schema: %v", err)
		}
	})
	separator := "?"
	if strings.Contains(dsn, "?") {
		separator = "&"
	}
	return dsn + separator + "search_path=" + name
}

// watch runs the server until the test program ends, however it ends: then the pipe that is its
// standard input closes, and the shell stops the server and removes its folder.
const watch = `"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c max_connections=200 -c max_wal_size=2GB & p=$!
read -r _
kill -INT $p
wait $p
rm -rf "$2"`

// startServer makes and starts a throwaway server that listens on a socket in a temporary folder.
func startServer() (string, error) {
	bin, err := binaries()
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "wmpg")
	if err != nil {
		return "", err
	}
	attributes := &syscall.SysProcAttr{Setpgid: true} // an interrupt from the keyboard is ours, not the server's
	if os.Getuid() == 0 {                             // the server refuses to run as root
		uid, gid, err := otherUser()
		if err != nil {
			return "", err
		}
		if err := os.Chown(folder, uid, gid); err != nil {
			return "", err
		}
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	log, err := os.CreateTemp("", "wmpg*.log")
	if err != nil {
		return "", err
	}
	defer log.Close()
	defer os.Remove(log.Name())
	command := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(name, args...)
		c.Dir, c.Stdout, c.Stderr, c.SysProcAttr = folder, log, log, attributes
		c.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
		return c
	}
	because := func(err error) error {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%w: %s", err, text)
	}
	if err := command(filepath.Join(bin, "initdb"), "-D", filepath.Join(folder, "data"), "-U", "waymark", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-k").Run(); err != nil {
		return "", because(err)
	}
	server := command("/bin/sh", "-c", watch, "sh", bin, folder)
	if _, err := server.StdinPipe(); err != nil { // kept open by this process
		return "", err
	}
	if err := server.Start(); err != nil {
		return "", because(err)
	}
	go func() { _ = server.Wait() }() // holds the pipe until the test program ends, and the server with it
	dsn := "postgres://waymark@/postgres?host=" + url.QueryEscape(folder)
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		conn, err := pgx.Connect(context.Background(), dsn)
		if err == nil {
			return dsn, conn.Close(context.Background())
		}
		if time.Now().After(until) {
			return "", because(err)
		}
	}
}

// binaries finds the folder of initdb, the newest version first.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	if len(found) > 0 {
		return filepath.Dir(found[0]), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errors.New("there is no initdb here; install postgresql, or name a server in WAYMARK_TEST_DSN")
	}
	return filepath.Dir(path), nil
}

func otherUser() (uid, gid int, err error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		return uid, gid, errors.Join(err1, err2)
	}
	return 0, 0, errors.New("run as root, and there is no user postgres or nobody to run the server as")
}
