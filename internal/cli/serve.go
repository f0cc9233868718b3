package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/api"
	"waymark/internal/consultation"
	"waymark/internal/draw"
	"waymark/internal/fault"
	"waymark/internal/format/docx"
	"waymark/internal/lang"
	"waymark/internal/store"
	"waymark/internal/web"
)

// pollEvery is how often the server looks for changes of other processes: an import beside it shows
// within 100 ms.
const pollEvery = 25 * time.Millisecond

// serveConfig is the settings of the server.
type serveConfig struct {
	listen  string
	origin  string
	contact string
	// safeguarding is who is told of suspected illegal content; empty: files are not taken on the web.
	safeguarding string
	empty        bool
	sample       bool
	world        string
	mail         mailConfig
	secrets      string // folder of the secrets of sign-in providers
}

func serveCommand() command {
	return command{name: "serve", summary: "Serve the site and the API; a database that is missing is made and filled.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
		var c serveConfig
		flags.StringVar(&c.listen, "listen", "127.0.0.1:8080", "host and port; port 0 picks a free one")
		flags.StringVar(&c.origin, "origin", "", "scheme and host the site is reached at, for the sitemap (https://cop.example.org)")
		flags.StringVar(&c.contact, "contact", "", "how readers reach whoever runs this service: an https or mailto address")
		flags.StringVar(&c.safeguarding, "safeguarding", os.Getenv("WAYMARK_SAFEGUARDING"), "who is told of suspected illegal content, a name and how to reach them; without it nobody can send files on the web")
		flags.BoolVar(&c.sample, "sample", false, "serve invented data from a database of their own ("+sampleFile+"), with people to sign in as, to try everything")
		flags.StringVar(&c.world, "geometry", os.Getenv("WAYMARK_GEOMETRY"), "a world map of your own, with its attribution and licence: a file in the form of the shipped world.json (environment WAYMARK_GEOMETRY)")
		flags.BoolVar(&c.empty, "empty", false, "fill a new database with the framework and the sources only, without evidence")
		c.mail.flags(flags)
		flags.StringVar(&c.secrets, "oidc-secrets", os.Getenv("WAYMARK_OIDC_SECRETS"), "folder with one file for each organisation that signs in with its own provider, named by its code: the client secret (environment WAYMARK_OIDC_SECRETS)")
		return func(ctx context.Context, e *env, args []string) error {
			if err := exactly(args, 0, "no arguments"); err != nil {
				return err
			}
			if err := isAddress(c.listen); err != nil {
				return err
			}
			if c.sample {
				if err := prepareSample(ctx, e, &c, flags); err != nil {
					return err
				}
			}
			return serve(ctx, e, c)
		}
	}}
}

// isAddress refuses what cannot be a host and a port before anything is opened.
func isAddress(listen string) error {
	_, port, err := net.SplitHostPort(listen)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return usagef("--listen %s is no host and port. Write it like 127.0.0.1:8080; port 0 picks a free one.", listen)
	}
	return nil
}

// serve runs until ctx ends, then lets requests under way finish.
func serve(ctx context.Context, e *env, c serveConfig) error {
	log := slog.New(slog.NewTextHandler(e.Err, nil))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	unlock, err := claim(e.db)
	if err != nil {
		return err
	}
	defer unlock()
	a, err := open(ctx, e.db, c.empty, store.Options{Log: log, Fatal: func(err error) { cancel(err) }})
	if err != nil {
		return err
	}
	defer a.close()
	if err := notTheOther(e.db, c.sample, a.sample); err != nil {
		return err
	}
	for _, w := range a.db.Warnings() {
		log.Warn(w)
	}
	listener, err := net.Listen("tcp", c.listen)
	if err != nil {
		return fault.Newf(fault.Refused, "the address %s cannot be listened on: %v", c.listen, err).WithFix("Stop what uses it, or choose another with --listen; port 0 picks a free one.")
	}
	defer listener.Close()
	if err := a.keepTrail(ctx, e.db, log); err != nil {
		return err
	}
	address := "http://" + listener.Addr().String()
	if err := a.runJobs(ctx, &c, address, log); err != nil {
		return err
	}
	handler, err := a.handler(ctx, c, address, log)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: handler, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10,
	}
	fmt.Fprintf(e.Out, "listening on http://%s/\n", listener.Addr())
	if a.sample {
		introduce(e.Out, "http://"+listener.Addr().String())
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	stop, done := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer done()
	err = server.Shutdown(stop)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = errors.Join(cause, err)
	}
	return err
}

// claim keeps a second server off a SQLite file; several may serve one PostgreSQL.
func claim(dsn string) (func(), error) {
	if store.IsPostgres(dsn) {
		return func() {}, nil
	}
	unlock, err := store.LockServer(dsn)
	if err != nil {
		return nil, err
	}
	return func() { _ = unlock() }, nil // the process ends: the lock goes with it
}

// handler wires site and API to one address.
func (a *app) handler(ctx context.Context, c serveConfig, address string, log *slog.Logger) (http.Handler, error) {
	var version atomic.Int64
	if err := follow(ctx, a.db, &version); err != nil {
		return nil, err
	}
	world, err := a.ownMap(c.world, log)
	if err != nil {
		return nil, err
	}
	releases := a.releases()
	if a.mail {
		a.consultation.Letters = func(to, language, secret string) ([]accounts.Letter, error) {
			letters, err := a.people().LetterTo(accounts.ConfirmLetter, to, language, "")
			for i := range letters {
				letters[i].Secret = secret
			}
			return letters, err
		}
	}
	var reader func(context.Context, []byte) (*docx.Content, []consultation.ReportRow, error)
	if strings.TrimSpace(c.safeguarding) != "" {
		reader = readWord
	}
	site, err := web.New(web.Config{
		ReadWord:    reader,
		Geometry:    world,
		Publication: a.publication, DataVersion: version.Load, Log: log, ProgramVersion: programVersion(),
		Origin: c.origin, Address: address, Contact: c.contact, Ready: a.db.Ready, Metrics: metrics(&version),
		Consultations: a.consultation, Consulting: a.consultation, Compile: a.compile, CompileFormats: compileFormats(),
		Accounts: a.people(), Jobs: a.db.Jobs, ProviderSecret: c.providerSecret, Releases: releases, Lists: a.monitoring, Checkpoint: a.checkpoint, Sample: a.samplePeople(time.Now),
	})
	if err != nil {
		return nil, err
	}
	machines := api.New(api.Config{
		Publication: a.publication, Log: log, Origin: c.origin,
		Accounts: a.people(), Imports: a.monitoring, Consultations: a.consultation, Requests: a.db, Releases: releases,
	})
	// No ServeMux here: it would redirect untidy addresses itself, without the site's headers.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			if a.sample {
				w.Header().Set("X-Waymark-Data", "invented")
			}
			machines.ServeHTTP(w, r)
			return
		}
		site.ServeHTTP(w, r)
	}), nil
}

// ownMap reads the operator's world map; none named is nil: the shipped one.
func (a *app) ownMap(name string, log *slog.Logger) (*draw.Geometry, error) {
	if name == "" {
		return nil, nil
	}
	refuse := func(err error) error {
		return fault.Newf(fault.Refused, "The world map %s cannot be used: %v.", name, err).
			WithFix("Mend the file, or start without --geometry to draw the shipped map.")
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, refuse(err)
	}
	defer file.Close()
	var states []string
	if u, ok := a.world.Universe("un-members"); ok {
		states = u.Members
	}
	g, err := draw.LoadOwnGeometry(file, states)
	if err != nil {
		return nil, refuse(err)
	}
	if weight, heavy := g.Heavy(); heavy {
		log.Warn("the world map is heavy for slow lines", "file", name, "kilobytes compressed", weight>>10)
	}
	return g, nil
}

// compile makes the compiled document of a round for the site.
func (a *app) compile(ctx context.Context, round int, format string, language lang.Tag) ([]byte, error) {
	c, err := a.consultation.Compilation(ctx, round, language)
	if err != nil {
		return nil, err
	}
	return compiled(ctx, c, "."+format, os.Getenv("WAYMARK_PRINTER"))
}

// compileFormats are the forms that can be made here: PDF only where a printer is configured.
func compileFormats() []string {
	formats := []string{"docx", "html", "xlsx"}
	if os.Getenv("WAYMARK_PRINTER") != "" {
		formats = append(formats, "pdf")
	}
	return formats
}

// follow keeps version at the newest data version, for as long as ctx lasts.
func follow(ctx context.Context, db *store.DB, version *atomic.Int64) error {
	read := func() error {
		v, err := db.DataVersion(ctx)
		if err == nil {
			version.Store(v)
		}
		return err
	}
	if err := read(); err != nil {
		return err
	}
	go db.Watch(ctx, pollEvery)
	go func() {
		for {
			changed := db.Changed()
			if err := read(); err != nil && ctx.Err() == nil {
				time.Sleep(pollEvery) // the database does not answer: pages stay as they are until it does
				continue
			}
			select {
			case <-ctx.Done():
				return
			case <-changed:
			}
		}
	}()
	return nil
}
