// Command load compares how fast a page is served with how fast a plain file server serves the same
// bytes. Both are processes of their own on this machine, asked in turns, so that a busy machine slows
// both alike.
//
//	go run ./battery/load -url http://127.0.0.1:8080/en/ [-seconds 20] [-clients 32] [-ratio 0.667]
//
// It exits 1 when the page reaches less than the ratio, or when an answer is not 200. It refuses
// every address that is not on this machine.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// rounds is how often the two servers take turns.
const rounds = 4

func main() {
	address := flag.String("url", "", "the page, on this machine")
	seconds := flag.Int("seconds", 20, "how long to ask in all, at most 120")
	clients := flag.Int("clients", 32, "how many ask at once, at most 256")
	ratio := flag.Float64("ratio", 2.0/3, "the least speed beside the file server")
	files := flag.String("files", "", "serve the files of this `folder` instead: what the command starts itself as")
	flag.Parse()
	if *files != "" {
		serve(*files)
	}
	got, err := compare(*address, min(*seconds, 120), min(*clients, 256))
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
	fmt.Println(got)
	if got.page.rate/got.file.rate < *ratio {
		os.Exit(1)
	}
}

// serve is the plain file server: it says its address and serves until it is ended.
func serve(dir string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		fmt.Printf("http://%s\n", l.Addr())
		err = http.Serve(l, http.FileServer(http.Dir(dir)))
	}
	fmt.Fprintln(os.Stderr, "load:", err)
	os.Exit(1)
}

// startFiles starts this command as a file server and gives its address and what ends it.
func startFiles(dir string) (address string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command(self, "-files", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		cmd.Process.Kill()
		cmd.Wait()
	}
	if _, err := fmt.Fscanln(out, &address); err != nil {
		stop()
		return "", nil, fmt.Errorf("the file server did not say where it listens: %w", err)
	}
	return address, stop, nil
}

// result is what one server did.
type result struct {
	rate float64       // answers a second
	p99  time.Duration // of one answer
}

type results struct {
	page, file result
	bytes      int
}

func (r results) String() string {
	return fmt.Sprintf("%.0f/s p99 %s; file server %.0f/s p99 %s; ratio %.2f; %d bytes",
		r.page.rate, r.page.p99.Round(100*time.Microsecond), r.file.rate, r.file.p99.Round(100*time.Microsecond),
		r.page.rate/r.file.rate, r.bytes)
}

func compare(address string, seconds, clients int) (results, error) {
	u, err := url.Parse(address)
	if err != nil {
		return results{}, err
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		return results{}, fmt.Errorf("%q is not an address of this machine: the load goes nowhere else", address)
	}
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: clients, DisableCompression: true}}
	body, err := fetch(client, address)
	if err != nil {
		return results{}, err
	}
	dir, err := os.MkdirTemp("", "waymark-load-")
	if err != nil {
		return results{}, err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "page.html"), body, 0o644); err != nil {
		return results{}, err
	}
	files, stop, err := startFiles(dir)
	if err != nil {
		return results{}, err
	}
	defer stop()

	r := results{bytes: len(body)}
	turn := time.Duration(seconds) * time.Second / (2 * rounds)
	var page, file []time.Duration
	for range rounds {
		for _, s := range []struct {
			address string
			times   *[]time.Duration
		}{{files + "/page.html", &file}, {address, &page}} {
			times, err := ask(client, s.address, clients, turn)
			if err != nil {
				return results{}, err
			}
			*s.times = append(*s.times, times...)
		}
	}
	r.page, r.file = sum(page, rounds*turn), sum(file, rounds*turn)
	return r, nil
}

// ask asks with so many clients for so long and gives the time of each answer.
func ask(client *http.Client, address string, clients int, long time.Duration) ([]time.Duration, error) {
	var (
		mu    sync.Mutex
		all   []time.Duration
		first error
		wait  sync.WaitGroup
	)
	end := time.Now().Add(long)
	for range clients {
		wait.Go(func() {
			var times []time.Duration
			var err error
			for err == nil && time.Now().Before(end) {
				start := time.Now()
				if _, err = fetch(client, address); err == nil {
					times = append(times, time.Since(start))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, times...)
			if first == nil {
				first = err
			}
		})
	}
	wait.Wait()
	return all, first
}

func fetch(client *http.Client, address string) ([]byte, error) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, res.Body); err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", address, res.Status)
	}
	return b.Bytes(), nil
}

func sum(times []time.Duration, long time.Duration) result {
	if len(times) == 0 {
		return result{}
	}
	slices.Sort(times)
	return result{rate: float64(len(times)) / long.Seconds(), p99: times[len(times)*99/100]}
}
