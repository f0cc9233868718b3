// Package sample makes the invented data that `waymark serve --sample` shows: evidence, people,
// organisations, releases and an open consultation. Everything in it is made up, and everything goes
// the way real data go: through the services, by people with roles, so that every rule holds.
//
// The same clock gives the same data. Nothing here reaches a database that was not marked as one of
// invented data first.
package sample

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// Parts are the services the data are made with. All of them read the time from Clock.
type Parts struct {
	World        *reference.World
	People       *accounts.Service
	Monitoring   *monitoring.Service
	Framework    framework.Store
	Consultation *consultation.Service
	Releases     *publication.Releases
	Clock        *Clock
}

// Clock is the time at which the data are made. It goes through the last fourteen months and ends at
// the moment it was made for.
type Clock struct {
	now time.Time
	at  atomic.Int64 // microseconds since 1970
}

// NewClock gives a clock for data that end now.
func NewClock(now time.Time) *Clock {
	c := &Clock{now: now.UTC().Truncate(time.Second)}
	c.set(420)
	return c
}

// Now is where the clock stands.
func (c *Clock) Now() time.Time { return time.UnixMicro(c.at.Load()).UTC() }

// set puts the clock to so many days before its end; it never goes back.
func (c *Clock) set(daysAgo int) {
	c.at.Store(max(c.at.Load(), c.now.AddDate(0, 0, -daysAgo).UnixMicro()))
}

// step lets some minutes pass, so that acts do not all happen at one moment.
func (c *Clock) step() { c.at.Add((7 * time.Minute).Microseconds()) }

// day is a day so many days before the end, for rounds and mandates.
func (c *Clock) day(daysAgo int) reference.Date {
	return reference.DateOf(c.now.AddDate(0, 0, -daysAgo))
}

// Random gives the same secrets every time: they are shown to everybody who tries things out.
func Random() io.Reader {
	return rand.NewChaCha8([32]byte([]byte("waymark: invented data, no more.")))
}

// maker makes the data, one part after the other.
type maker struct {
	Parts
	who map[string]accounts.Principal // by the name in front of the @
}

// Build makes everything. ctx is that of the operator, who alone may begin.
func Build(ctx context.Context, p Parts) error {
	m := &maker{Parts: p, who: map[string]accounts.Principal{}}
	for _, part := range []struct {
		name string
		make func(context.Context) error
	}{
		{"framework", m.framework}, {"people", m.people}, {"first evidence", m.firstEvidence}, {"first release", m.firstRelease},
		{"later evidence", m.laterEvidence}, {"second release", m.secondRelease}, {"consultation", m.round}, {"what waits", m.waiting},
	} {
		if err := part.make(ctx); err != nil {
			return fmt.Errorf("invented data, %s: %w", part.name, err)
		}
	}
	return nil
}

// framework saves the shipped framework. Where it names whose word an answer is, invented bodies
// stand for the real ones: nobody real is made to say what is invented here.
func (m *maker) framework(ctx context.Context) error {
	shipped, err := framework.Shipped()
	if err != nil {
		return err
	}
	for _, v := range shipped {
		if v.Framework != publication.DefaultFramework {
			continue
		}
		if v, err = v.Clone(); err != nil {
			return err
		}
		for i := range v.Variants {
			for j := range v.Variants[i].Voices {
				voice := &v.Variants[i].Voices[j]
				if source, ok := stands[voice.Source]; ok {
					if voice.Code == "recent" { // the two of one list must be told apart
						source.voice = "Newer list or statement (invented)"
					}
					voice.Source, voice.Title, voice.Code = source.code, source.voice, "invented-"+voice.Code
				}
			}
		}
		return m.Framework.SaveVersion(ctx, v)
	}
	return fmt.Errorf("the program holds no framework %s", publication.DefaultFramework)
}

// as is the context in which one of the invented people acts, at a time a little later.
func (m *maker) as(ctx context.Context, who string) context.Context {
	m.Clock.step()
	return accounts.Enter(ctx, m.who[who])
}

// chance is a number from 0 to 1 that the words given decide, and nothing else.
func chance(words ...string) float64 {
	h := fnv.New64a()
	for _, w := range words {
		_, _ = h.Write([]byte(w + "\x00")) // never fails (hash.Hash)
	}
	return rand.New(rand.NewPCG(h.Sum64(), 2015)).Float64()
}
