package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/publication"
	"waymark/internal/reference"
)

// handler answers a request or gives the error that becomes a page. It has written nothing when it
// returns one.
type handler func(w http.ResponseWriter, r *http.Request) error

// handle is the one place where an error becomes a page.
func (s *Server) handle(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := func() (err error) {
			defer func() {
				if p := recover(); p != nil {
					if p == http.ErrAbortHandler {
						panic(p)
					}
					err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
				}
			}()
			return h(w, r)
		}()
		if err != nil {
			s.fail(w, r, err)
		}
	}
}

// statuses maps the kinds of failure to HTTP. There is no other place that chooses a status.
var statuses = map[fault.Kind]int{
	fault.Refused:     http.StatusBadRequest,
	fault.NotFound:    http.StatusNotFound,
	fault.Conflict:    http.StatusConflict,
	fault.Stale:       http.StatusPreconditionFailed,
	fault.Forbidden:   http.StatusForbidden,
	fault.SignIn:      http.StatusUnauthorized,
	fault.TooLarge:    http.StatusRequestEntityTooLarge,
	fault.TooMany:     http.StatusTooManyRequests,
	fault.Unavailable: http.StatusServiceUnavailable,
	fault.Internal:    http.StatusInternalServerError,
}

// errMethod is a fault of its own, because HTTP has a status for it and the domain no kind.
var errMethod = fault.New(fault.Refused, "This address can only be read.", "Open it with a link or from the address bar.").WithKey("error.method", nil)

// ProblemPage says what went wrong, in the reader's language: the safe sentence and how to mend it.
type ProblemPage struct {
	Page
	Status  int
	Message text
	Fix     text
}

// fail logs the cause and answers with the safe part, as a page or, for a twin, as a small document.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	kind := fault.KindOf(err)
	status, known := statuses[kind]
	if !known {
		status = http.StatusInternalServerError
	}
	if errors.Is(err, errMethod) {
		status = http.StatusMethodNotAllowed
		w.Header().Set("Allow", "GET, HEAD")
	}
	if status >= 500 {
		// The address holds no words of a reader: queries are left out.
		s.config.Log.Error("page", "path", r.URL.Path, "kind", string(kind), "cause", err.Error())
		w.Header().Set("Retry-After", "30")
	}
	tag := languageOf(r)
	words := lang.For(tag)
	message, fix := faultTexts(words, kind, err)
	answer := &answer{status: status, control: noStore, contentType: "text/html; charset=utf-8", language: string(tag)}
	switch _, ending := splitEnding(r.URL.Path); ending {
	case "json":
		answer.contentType, answer.language = "application/problem+json", "en"
		detail, mend := fault.Safe(err)
		answer.body, _ = json.Marshal(map[string]any{ // strings and a number always marshal
			"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": detail, "fix": mend,
		})
	case "csv":
		answer.contentType = "text/plain; charset=utf-8"
		answer.body = []byte(message.Text + "\n" + fix.Text + "\n")
	default:
		page := ProblemPage{Page: s.barePage(r, tag), Status: status, Message: message, Fix: fix}
		page.Title = words.T("error.problem_title", "Title", message.Text)
		body, renderErr := s.templates.render(tag, "problem", page)
		if renderErr != nil { // the template of the last resort is tested with every kind
			s.config.Log.Error("problem page", "cause", renderErr.Error())
			answer.contentType, body = "text/plain; charset=utf-8", []byte(message.Text+"\n"+fix.Text+"\n")
		}
		answer.body = body
	}
	answer.seal("").send(w, r)
}

// faultTexts gives the sentence and the mending of an error in the reader's language where the
// catalog has them, and else the plain English of the fault, marked as such.
func faultTexts(words *lang.Words, kind fault.Kind, err error) (message, fix text) {
	safe, mend := fault.Safe(err)
	var f *fault.Error
	if !errors.As(err, &f) {
		f = &fault.Error{Kind: fault.Internal}
	}
	key := f.Key
	if key == "" && (f.Text == "" || words.Tag() != lang.English) {
		key = "error." + string(kind) // the general sentence: in the reader's language, if less exact
	}
	if key == "" {
		return plain(safe), plain(mend)
	}
	message = plain(words.Message(key, f.Args))
	switch {
	case lang.For(lang.English).Has(key + "_fix"):
		fix = plain(words.Message(key+"_fix", f.Args))
	case words.Tag() == lang.English && mend != "":
		fix = plain(mend)
	default:
		fix = plain(words.T("error." + string(kind) + "_fix"))
	}
	return message, fix
}

// languageOf is the language of an address, else the one the reader's browser asks for.
func languageOf(r *http.Request) lang.Tag {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	first, _ = splitEnding(first)
	if tag, ok := lang.Parse(first); ok {
		return tag
	}
	return lang.Match(r.Header.Get("Accept-Language"))
}

// splitEnding takes the ending of a data twin off a path: "csv", "json" or none.
func splitEnding(path string) (rest, ending string) {
	for _, e := range []string{"csv", "json"} {
		if rest, ok := strings.CutSuffix(path, "."+e); ok {
			return rest, e
		}
	}
	return path, ""
}

// view makes one public page or its twin. What it makes depends only on what is in its request: the
// address, the snapshot, the language and the day. So it can be kept.
type view func(q *request) (*answer, error)

// request is what a view may know.
type request struct {
	ctx    context.Context
	server *Server
	http   *http.Request
	tag    lang.Tag
	words  *lang.Words
	snap   *publication.Snapshot
	v      *framework.Version // the one asked for, else the one that holds
	today  reference.Date
	ending string     // of a twin: csv, json, or empty for the page
	params url.Values // the known ones only
	asked  asked
	key    cacheKey // of the answer, if it is kept
}

// asked is the part of the address that every page understands: one URL per view.
type asked struct {
	version string         // ?v=: framework version, empty for the one that holds
	asOf    reference.Date // ?asof=: only what held on that day counts
	release string         // ?release=, or ?asof= with the id of one: as it was known then
	weights int            // ?weights=: year of the child population
}

// standing are the parameters that follow a reader from page to page.
var standing = []string{"v", "asof", "release", "weights"}

const maxParameter = 200

// view serves a public GET page: it reads the request, renders once however many ask, and keeps the
// answer. An address with parameters the page does not know is answered and not kept, so that nobody
// can fill the memory with variations of one page.
func (s *Server) view(tag lang.Tag, v view, params []string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		q, clean, err := s.newRequest(tag, r, params)
		if err != nil {
			return err
		}
		if !clean {
			a, err := v(q)
			if err != nil {
				return err
			}
			a.seal(s.config.ProgramVersion).send(w, r)
			return nil
		}
		key := q.key
		flight := strconv.FormatInt(key.version, 10) + " " + key.uri
		made, err, _ := s.flight.Do(flight, func() (_ any, err error) {
			defer func() { // singleflight would end the process
				if p := recover(); p != nil {
					err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
				}
			}()
			a, err := v(q)
			if err != nil {
				return nil, err
			}
			if a.seal(s.config.ProgramVersion); !a.unkept {
				s.cache.put(key, a)
			}
			return a, nil
		})
		if err != nil {
			return err
		}
		made.(*answer).send(w, r)
		return nil
	}
}

// newRequest reads a request. clean tells whether every parameter of its address is known.
func (s *Server) newRequest(tag lang.Tag, r *http.Request, params []string) (q *request, clean bool, err error) {
	ctx := context.WithoutCancel(r.Context()) // others may wait for the same page
	snap, err := s.config.Publication.Snapshot(ctx)
	if err != nil {
		return nil, false, err
	}
	q = &request{ctx: ctx, server: s, http: r, tag: tag, words: lang.For(tag), snap: snap, today: s.today(), params: url.Values{}}
	q.key = cacheKey{addressOf(r), snap.DataVersion, q.today} // of the data that hold now, whichever are shown
	_, q.ending = splitEnding(r.URL.Path)
	given, err := url.ParseQuery(r.URL.RawQuery)
	clean = err == nil
	for name, values := range given {
		if !slices.Contains(standing, name) && !slices.Contains(params, name) {
			clean = false
			continue
		}
		if len(values) > 1 {
			clean = false
		}
		if len(values[0]) > maxParameter {
			return nil, false, fault.New(fault.Refused, "A part of this address is too long.", "Shorten it, or start from the home page.").WithKey("error.address", nil)
		}
		if values[0] != "" {
			q.params.Set(name, values[0])
		}
	}
	if err := q.readStanding(); err != nil {
		return nil, false, err
	}
	return q, clean, nil
}

func (q *request) readStanding() error {
	var err error
	if err := q.readRelease(); err != nil {
		return err
	}
	q.asked.version = q.params.Get("v")
	if q.v, err = q.snap.FrameworkVersion(q.asked.version); err != nil || q.v.Framework != publication.DefaultFramework { // the others have no figures
		return noVersion(q.asked.version)
	}
	if v := q.params.Get("asof"); v != "" && v != q.asked.release {
		day, err := reference.ParseDate(v)
		if err != nil || day.Year() < 1990 || day.Year() > 2100 {
			return fault.Newf(fault.Refused, "The date %q in the address cannot be read.", v).WithFix("Write it as 2022-12-31.").
				WithKey("error.date", map[string]any{"Value": lang.Isolate(v)})
		}
		q.asked.asOf = day
	}
	if v := q.params.Get("weights"); v != "" {
		first, last := q.snap.World.PopulationYears()
		year, err := strconv.Atoi(v)
		if err != nil || year < first || year > last {
			return fault.Newf(fault.Refused, "There is no child population for the year %q.", v).WithFix(fmt.Sprintf("Choose a year from %d to %d.", first, last)).
				WithKey("error.weights", map[string]any{"Value": lang.Isolate(v), "First": first, "Last": last})
		}
		q.asked.weights = year
	}
	return nil
}

// readRelease puts the data as they were known at a release in the place of those that hold now. The one
// function that decides who may see a release decides here too, and here nobody is signed in.
func (q *request) readRelease() error {
	id, asOf := q.params.Get("release"), q.params.Get("asof")
	switch {
	case publication.IsReleaseID(asOf) && id != "" && id != asOf:
		return noRelease(asOf)
	case publication.IsReleaseID(asOf):
		id = asOf
	case id == "":
		return nil
	}
	if q.server.config.Releases == nil {
		return noRelease(id)
	}
	snap, day, err := q.server.config.Releases.Snapshot(accounts.Enter(q.ctx, accounts.Principal{}), id)
	if fault.Is(err, fault.NotFound) {
		return noRelease(id)
	}
	if err != nil {
		return err
	}
	q.snap, q.today, q.asked.release, q.asked.asOf = snap, snap.Today, id, day
	return nil
}

// noRelease says that an address names a release that is not there, whether it never was or is not public yet.
func noRelease(id string) error {
	return fault.Newf(fault.NotFound, "There is no release %q.", id).WithFix("Choose one of the list of releases.").
		WithKey("error.no_release", map[string]any{"Release": lang.Isolate(id)})
}

// noVersion says that an address names a framework version that is not there.
func noVersion(id string) error {
	return fault.Newf(fault.NotFound, "There is no framework version %q.", id).WithFix("Choose one of the list of versions.").
		WithKey("error.no_version", map[string]any{"Version": lang.Isolate(id)})
}

// figures is the question of this address about some codes.
func (q *request) figures(variant string, codes ...string) publication.FigureQuery {
	return publication.FigureQuery{Version: q.asked.version, Codes: codes, Variant: variant, AsOf: q.asked.asOf, WeightsYear: q.asked.weights}
}
