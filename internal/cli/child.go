package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/gob"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/format/docx"
)

// Files that strangers send are read in a process of their own: this program again, with a hidden
// command, bounded by the system and watched by its parent (TRUST.md section 8).

const (
	childCommand = "read-word-from-stdin"
	childTime    = 20 * time.Second
	childMemory  = 256 << 20
)

// childAnswer is what the child writes: what it read, or why not.
type childAnswer struct {
	Content *docx.Content
	Report  []consultation.ReportRow
	Kind    fault.Kind
	Text    string
	Fix     string
	Key     string
}

// readAsChild is the whole of the hidden command.
func readAsChild(in io.Reader, out io.Writer) error {
	if err := limitChild(); err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(in, 20<<20+1))
	if err != nil {
		return err
	}
	var a childAnswer
	a.Content, a.Report, err = consultation.ReadWord(data, docx.Limits{})
	if err != nil {
		a.Text, a.Fix = fault.Safe(err)
		a.Kind = fault.KindOf(err)
		if f := (*fault.Error)(nil); errors.As(err, &f) {
			a.Key = f.Key
		}
	}
	return gob.NewEncoder(out).Encode(a)
}

var (
	errChildTime   = fault.New(fault.TooLarge, "The file takes too long to read, or too much memory.", "Save it anew in Word, without pictures, and send it again.").WithKey("error.word_heavy", nil)
	errChildBroken = fault.New(fault.Refused, "The file could not be read.", "Save it anew in Word and send it again.").WithKey("error.word_broken", nil)
)

// readWord reads a Word file in a child process.
func readWord(ctx context.Context, data []byte) (*docx.Content, []consultation.ReportRow, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, childTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, childCommand)
	cmd.Env = []string{"GOMEMLIMIT=200MiB", "GOMAXPROCS=1"}
	cmd.Stdin = bytes.NewReader(data)
	var out bytes.Buffer
	cmd.Stdout = &limited{&out, 128 << 20}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	heavy := make(chan bool, 1)
	go func() { heavy <- watch(ctx, cmd.Process, cancel) }()
	err = cmd.Wait()
	late := ctx.Err() != nil
	cancel()
	if <-heavy || late {
		return nil, nil, errChildTime
	}
	if err != nil {
		return nil, nil, errChildBroken
	}
	var a childAnswer
	if err := gob.NewDecoder(&out).Decode(&a); err != nil {
		return nil, nil, errChildBroken
	}
	if a.Content == nil {
		f := fault.New(cmp.Or(a.Kind, fault.Refused), a.Text, a.Fix)
		if a.Kind == fault.Internal {
			return nil, nil, errChildBroken
		}
		if a.Key != "" {
			f = f.WithKey(a.Key, nil)
		}
		return nil, nil, f
	}
	return a.Content, a.Report, nil
}

// watch ends a child that takes more memory than it may, and tells whether it did.
func watch(ctx context.Context, p *os.Process, cancel func()) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(20 * time.Millisecond):
			if resident(p.Pid) > childMemory {
				_ = p.Kill() // it may have ended
				cancel()
				return true
			}
		}
	}
}

// resident is the memory of a process; 0 where the system does not tell.
func resident(pid int) int64 {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	fields := strings.Fields(string(b))
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64) // no number: 0
	return pages * int64(os.Getpagesize())
}

// limited refuses to take more than so many bytes.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(b []byte) (int, error) {
	if l.left -= len(b); l.left < 0 {
		return 0, errors.New("the child writes too much")
	}
	return l.w.Write(b)
}
