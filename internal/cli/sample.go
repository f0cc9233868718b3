package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"

	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/reference"
	"waymark/internal/sample"
	"waymark/internal/store"
	"waymark/internal/web"
)

// sampleFile is where the invented data go when no database is named.
const sampleFile = "waymark-sample.db"

// prepareSample makes the invented data before they are served, unless they are there.
func prepareSample(ctx context.Context, e *env, c *serveConfig, flags *flag.FlagSet) error {
	if c.empty {
		return usagef("--empty and --sample exclude each other.")
	}
	named := os.Getenv("WAYMARK_DB") != ""
	flags.Visit(func(f *flag.Flag) { named = named || f.Name == "db" })
	if !named {
		e.db = sampleFile
	}
	if err := onlyHere(c.listen); err != nil {
		return err
	}
	unlock, err := claim(e.db)
	if err != nil {
		return err
	}
	defer unlock()
	return makeSample(ctx, e.db, time.Now())
}

// isSample tells whether a database is one of invented data, and refuses one that was cut off while
// it was made.
func isSample(ctx context.Context, db *store.DB, dsn string) (bool, error) {
	what, err := db.Invented(ctx)
	if err == nil && what == store.HalfMade {
		err = fault.Newf(fault.Refused, "The invented data in %s are not whole: making them was cut off.", dsn).
			WithFix("Delete that database; waymark serve --sample makes a new one.")
	}
	return what == store.WholeSample, err
}

// makeSample fills a new database with invented data. One that is there already stays as it is, and
// is refused if what it holds is real.
func makeSample(ctx context.Context, dsn string, now time.Time) error {
	clock := sample.NewClock(now)
	db, err := store.Open(ctx, dsn, store.Options{Now: clock.Now})
	if err != nil {
		return err
	}
	return closing(db, fillSample(ctx, db, dsn, clock))
}

func fillSample(ctx context.Context, db *store.DB, dsn string, clock *sample.Clock) error {
	if there, err := isSample(ctx, db, dsn); err != nil || there {
		return err
	}
	if version, err := db.DataVersion(ctx); err != nil || version > 0 {
		if err == nil {
			err = fault.Newf(fault.Refused, "The database %s holds real data, so it is never opened with --sample.", dsn).
				WithFix("Leave --db away, or name another file: invented data have a database of their own.")
		}
		return err
	}
	if err := db.BeginInvented(ctx); err != nil {
		return err
	}
	world, err := reference.Shipped()
	if err != nil {
		return err
	}
	a := wire(db, world, clock.Now)
	a.sample = true
	if err := a.fillEvidence(ctx, true); err != nil {
		return err
	}
	people := &accounts.Service{Store: db, Now: clock.Now, Random: sample.Random(), Hasher: hasher(), Name: "Waymark (invented data)"}
	a.proposeBy(people)
	err = sample.Build(ctx, sample.Parts{
		World: world, People: people, Monitoring: a.monitoring, Framework: db, Consultation: a.consultation, Releases: a.releases(), Clock: clock,
	})
	if err != nil {
		return err
	}
	return db.EndInvented(ctx)
}

// onlyHere refuses an address that others can reach: passwords that everybody knows are for one's own machine.
func onlyHere(listen string) error {
	host, _, err := net.SplitHostPort(listen)
	at, errAt := netip.ParseAddr(host)
	if err == nil && (host == "localhost" || errAt == nil && at.IsLoopback()) {
		return nil
	}
	return fault.Newf(fault.Refused, "Invented data are served to this machine alone, and %q can be reached by others.", listen).
		WithFix("Listen on 127.0.0.1: the passwords of the invented people are known to everybody.")
}

// notTheOther refuses to serve a database as what it is not.
func notTheOther(dsn string, wanted, is bool) error {
	switch {
	case is && !wanted:
		return fault.Newf(fault.Refused, "The database %s holds invented data, so it is never served as if they were real.", dsn).
			WithFix("Start with --sample, or name another database with --db.")
	case !is && wanted:
		return fault.Newf(fault.Refused, "The database %s holds real data, so it is never opened with --sample.", dsn).
			WithFix("Leave --db away, or name another file: invented data have a database of their own.")
	}
	return nil
}

// sameKind refuses to put invented data where real ones are, or the other way round. What cannot be
// read is left to whoever restores it.
func sameKind(ctx context.Context, backup, place string) error {
	if _, err := os.Stat(place); err != nil {
		return nil // a new place takes either
	}
	var kinds [2]store.Invented
	for i, dsn := range []string{backup, place} {
		db, err := store.Open(ctx, dsn, store.Options{ReadOnly: true})
		if err != nil {
			return nil
		}
		kinds[i], err = db.Invented(ctx)
		if err = closing(db, err); err != nil {
			return err
		}
	}
	if kinds[0] == kinds[1] {
		return nil
	}
	return fault.New(fault.Refused, "One of the two holds invented data and the other real ones, so neither takes the other's place.", "Name another file with --db.")
}

// introduce prints whom one can sign in as.
func introduce(w io.Writer, address string) {
	fmt.Fprintf(w, "\nEverything here is invented. Sign in at %s/en/work/sign-in as one of these; the password of all is: %s\n", address, sample.Password)
	for _, p := range sample.People() {
		fmt.Fprintf(w, "  %-40s %s\n", p.Email, p.Role)
	}
	fmt.Fprintf(w, "The code that is asked for next stands on %s/en/sample\n\n", address)
}

// open opens the database of a command, filling a new one, and says on standard error where what it
// holds is invented.
func (e *env) open(ctx context.Context) (*app, error) {
	a, err := open(ctx, e.db, false, store.Options{})
	if err == nil && a.sample {
		fmt.Fprintln(e.Err, "This database holds invented data; nothing in it is real.")
	}
	return a, err
}

// samplePeople tells the site whom one can sign in as; nil where the data are real.
func (a *app) samplePeople(now func() time.Time) *web.Sample {
	if !a.sample {
		return nil
	}
	return &web.Sample{Password: sample.Password, People: func(ctx context.Context) ([]web.SamplePerson, error) {
		var out []web.SamplePerson
		for _, who := range sample.People() {
			p, err := a.db.PersonByEmail(ctx, who.Email)
			if fault.Is(err, fault.NotFound) || err == nil && p.State != accounts.Active {
				continue // erased or disabled by somebody who tried that
			}
			if err != nil {
				return nil, err
			}
			shown := web.SamplePerson{Name: p.Name, Email: p.Email, Role: string(who.Role), Scope: who.Scope.String()}
			if p.HasSecond() {
				one, err := accounts.TOTPCode(p.TOTP, now())
				if err != nil {
					return nil, err
				}
				two, err := accounts.TOTPCode(p.TOTP, now().Add(30*time.Second))
				if err != nil {
					return nil, err
				}
				shown.Code = one + ", " + two
			}
			out = append(out, shown)
		}
		return out, nil
	}}
}
