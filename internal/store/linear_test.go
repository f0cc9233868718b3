package store_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

// register is one object as a client sees it: the number of its version, and its text.
type register struct {
	version int64
	text    string
}

// edit is what a client asked of an object: to read it, or to write a text over the version it had read.
type edit struct {
	object string
	write  bool
	over   int64
	text   string
}

// told is the answer: what is there; or whether the text was taken.
type told struct {
	register
	taken bool
}

// versioned is the promise. A text is taken exactly when it was written over the version that stands,
// and whoever reads sees the last text that was taken.
var versioned = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		parts := map[string][]porcupine.Operation{}
		for _, o := range history {
			name := o.Input.(edit).object
			parts[name] = append(parts[name], o)
		}
		var out [][]porcupine.Operation
		for _, p := range parts {
			out = append(out, p)
		}
		return out
	},
	Init: func() any { return register{1, "the first"} },
	Step: func(state, input, output any) (bool, any) {
		now, asked, answer := state.(register), input.(edit), output.(told)
		switch {
		case !asked.write:
			return answer.register == now, now
		case answer.taken:
			return asked.over == now.version, register{now.version + 1, asked.text}
		}
		return asked.over != now.version, now
	},
}

// inOrder decides the same for the numbered versions of one object, in one pass and for histories too long
// to search. A moment is looked for at which each version began: not before its write was sent nor
// before the one before it was read for the last time, and not after it was confirmed, or read, or
// the reason why somebody was too late.
func inOrder(history []porcupine.Operation) error {
	const never = int64(1) << 62
	type span struct {
		text             string
		notBefore, until int64
	}
	all := map[int64]*span{1: {"the first", -1, never}}
	at := func(v int64) *span {
		if all[v] == nil {
			all[v] = &span{"", -1, never}
		}
		return all[v]
	}
	newest := int64(1)
	for _, o := range history { // what was taken
		if asked := o.Input.(edit); asked.write && o.Output.(told).taken {
			s := at(asked.over + 1)
			if s.text != "" {
				return fmt.Errorf("version %d was confirmed twice: %q and %q", asked.over+1, s.text, asked.text)
			}
			*s = span{asked.text, o.Call, o.Return}
			newest = max(newest, asked.over+1)
		}
	}
	for _, o := range history {
		asked, answer := o.Input.(edit), o.Output.(told)
		switch {
		case asked.write && answer.taken:
		case asked.write: // too late: the next one had begun
			at(asked.over + 1).until = min(at(asked.over+1).until, o.Return)
		case at(answer.version).text != answer.text:
			return fmt.Errorf("version %d reads %q and was written as %q", answer.version, answer.text, at(answer.version).text)
		default:
			at(answer.version).until = min(at(answer.version).until, o.Return)
			at(answer.version + 1).notBefore = max(at(answer.version+1).notBefore, o.Call)
		}
	}
	now := int64(-1)
	for v := int64(1); v <= newest; v++ {
		if now = max(now, at(v).notBefore); at(v).text == "" || now > at(v).until {
			return fmt.Errorf("version %d has no place in the order", v)
		}
	}
	if s := all[newest+1]; s != nil && s.until != never {
		return fmt.Errorf("version %d made somebody too late, and nobody wrote it", newest+1)
	}
	return nil
}

// edits is how many clients make how many edits each: few in every check, as promised in the battery.
func edits() (clients, each int) {
	if c, e, ok := strings.Cut(os.Getenv("WAYMARK_EDITS"), "x"); ok {
		clients, _ = strconv.Atoi(c)
		each, _ = strconv.Atoi(e)
	}
	if clients < 1 || each < 1 {
		return 10, 20
	}
	return clients, each
}

// Promise 5: many clients edit ten objects at once, each until every edit of theirs is taken. The
// history is that of clients who came one after the other, and whoever was too late reads what the
// other wrote beside what they wrote themselves.
func TestEditsOfManyAreAsIfOneCameAfterTheOther(t *testing.T) {
	clients, each := edits()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			db := storetest.Open(t, engine, store.Options{}).DB
			people := &accounts.Service{Store: db, Now: time.Now}
			ctx := storetest.Context()
			const objects = 10
			object := func(n int) string { return fmt.Sprintf("organisation-%d", n%objects) }
			for n := range objects {
				must(t, people.SaveOrganisation(ctx, accounts.Organisation{Code: object(n), Name: "the first", Kind: accounts.NGO}, "made"))
			}
			began := time.Now()
			histories := make([][]porcupine.Operation, clients)
			conflicts := make([]int, clients)
			var wg sync.WaitGroup
			for c := range clients {
				note := func(asked edit, call int64, answer told) {
					histories[c] = append(histories[c], porcupine.Operation{ClientId: c, Input: asked, Call: call, Output: answer, Return: int64(time.Since(began))})
				}
				wg.Go(func() {
					for n := range each {
						name, mine, last := object(n), fmt.Sprintf("client %d, edit %d", c, n), int64(0)
						for taken := false; !taken; {
							call := int64(time.Since(began))
							o, err := people.Store.Organisation(ctx, name)
							if err != nil {
								t.Error(err)
								return
							}
							note(edit{object: name}, call, told{register: register{o.Version, o.Name}})
							if last != 0 && (o.Version <= last || o.Name == mine) {
								t.Errorf("%s was too late for %s at version %d, and then reads %q at version %d", mine, name, last, o.Name, o.Version)
								return
							}
							last, o.Name = o.Version, mine
							call = int64(time.Since(began))
							err = people.SaveOrganisation(ctx, o, "edited")
							if taken = err == nil; !taken && !fault.Is(err, fault.Stale) {
								t.Error(err)
								return
							}
							if !taken {
								conflicts[c]++
							}
							note(edit{name, true, o.Version, mine}, call, told{taken: taken})
						}
					}
				})
			}
			wg.Wait()
			took := time.Since(began)
			for n := range objects { // what stands at the end is the last that was taken
				call := int64(time.Since(began))
				o, err := people.Store.Organisation(ctx, object(n))
				must(t, err)
				histories[0] = append(histories[0], porcupine.Operation{Input: edit{object: o.Code}, Call: call, Output: told{register: register{o.Version, o.Name}}, Return: int64(time.Since(began))})
			}
			history := slices.Concat(histories...)
			for _, part := range versioned.Partition(history) {
				if err := inOrder(part); err != nil {
					t.Fatalf("the history of %d steps is not that of one after the other: %v", len(history), err)
				}
			}
			if clients*each <= 1000 { // beyond, the search needs more memory than a machine has
				if answer := porcupine.CheckOperationsTimeout(versioned, history, time.Minute); answer != porcupine.Ok {
					t.Fatalf("the history of %d steps is not that of one after the other: %s", len(history), answer)
				}
			}
			v, err := db.Verify(ctx)
			must(t, err)
			if len(v.Breaks) > 0 {
				t.Errorf("the trail does not verify: %v", v.Breaks)
			}
			sum := 0
			for _, n := range conflicts {
				sum += n
			}
			if sum == 0 {
				t.Error("no client was ever too late: the test shows nothing")
			}
			t.Logf("%d edits by %d clients, %d too late, %d steps linearizable, none lost, %.1f s", clients*each, clients, sum, len(history), took.Seconds())
		})
	}
}

// The check itself finds a lost update: both clients were told that their text was taken.
func TestALostUpdateIsNotLinearizable(t *testing.T) {
	step := func(call int64, asked edit, answer told) porcupine.Operation {
		return porcupine.Operation{Input: asked, Output: answer, Call: call, Return: call + 1}
	}
	first, second := edit{"o", true, 1, "ours"}, edit{"o", true, 1, "theirs"}
	for name, c := range map[string]struct {
		history []porcupine.Operation
		fine    bool
	}{
		"the second is refused": {[]porcupine.Operation{step(0, first, told{taken: true}), step(2, second, told{}), step(4, edit{object: "o"}, told{register: register{2, "ours"}})}, true},
		"both are taken":        {[]porcupine.Operation{step(0, first, told{taken: true}), step(2, second, told{taken: true})}, false},
		"an old text is read":   {[]porcupine.Operation{step(0, first, told{taken: true}), step(2, edit{object: "o"}, told{register: register{1, "the first"}})}, false},
		"refused for nothing":   {[]porcupine.Operation{step(0, first, told{})}, false},
	} {
		if got := porcupine.CheckOperations(versioned, c.history); got != c.fine {
			t.Errorf("%s: %v", name, got)
		}
		if err := inOrder(c.history); (err == nil) != c.fine {
			t.Errorf("%s, in one pass: %v", name, err)
		}
	}
}
