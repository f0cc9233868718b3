package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/lang"
)

// workRoute is an address of the workspace. Every one says which act it asks for; everybody may open
// those with open, because they are how one comes in, or are public.
type workRoute struct {
	path string
	act  accounts.Act
	open bool
	// each: whoever has the right for something opens it, and sees what is theirs.
	each bool
	// change is the act that do asks for, where it is another.
	change accounts.Act
	show   func(*call) (WorkPage, error)
	// do changes something: POST. Where it is refused, show is shown again with what is wrong.
	do func(*call) (outcome, error)
	// files: the form may send a file of this many bytes.
	files int64
	// send answers with something else than a page.
	send func(*call, http.ResponseWriter) error
}

// outcome is what follows a change: another address, or a page that shows something this once.
type outcome struct {
	to   string // without the language
	page *WorkPage
	json []byte // for a script
}

// workRoutes lists every address of the workspace and of the releases.
func (s *Server) workRoutes() []workRoute {
	routes := []workRoute{
		{path: "/work", act: accounts.ReadWork, each: true, show: workHome},
		{path: "/work/sign-in", open: true, show: showSignIn, do: doSignIn},
		{path: "/work/second", open: true, show: showSecond, do: doSecond},
		{path: "/work/passkey", open: true, show: showPasskeyAsk, do: sendPasskey},
		{path: "/work/sign-out", open: true, show: workHome, do: doSignOut},
		{path: "/work/link/invite", open: true, show: showInvite, do: doInvite},
		{path: "/work/link/reset", open: true, show: showReset, do: doReset},
		{path: "/work/link/round", open: true, show: showRound, do: doRound},
		{path: "/work/account", act: accounts.OwnAccount, show: showAccount, do: doAccount},
		{path: "/work/account/data.json", act: accounts.OwnAccount, send: sendOwnData},
		{path: "/work/approvals", act: accounts.ReadWork, each: true, show: showApprovals, do: doApproval},
		{path: "/work/lists/{id}", act: accounts.ReadWork, each: true, show: showList},
		{path: "/work/people", act: accounts.ReadPeople, show: showPeople, do: doPeople},
		{path: "/work/organisations", act: accounts.ReadWork, each: true, change: accounts.ManageOrgs, show: showOrganisations, do: doOrganisation},
		{path: "/work/audit", act: accounts.ReadAudit, show: showAudit},
		{path: "/work/mandates", act: accounts.ReadPeople, show: showMandates, do: doMandate},
		{path: "/work/roles", act: accounts.ReadPeople, show: showRoles, do: doRole},
		{path: "/work/settings", act: accounts.ReadWork, each: true, change: accounts.ReadPeople, show: showSettings, do: doSetting},
		{path: "/work/release", act: accounts.CreateRelease, show: showFreeze, do: doFreeze},
		{path: "/work/elsewhere", open: true, show: showElsewhere, do: doElsewhere},
		{path: "/work/elsewhere/back", open: true, send: backFromElsewhere},
		{path: "/work/quarantine", act: accounts.Quarantine, show: showQuarantine, do: doQuarantine},
		{path: "/work/jobs", act: accounts.ReadAudit, show: showJobs},
		{path: "/work/waiting", open: true, show: showWaiting},
		{path: "/sample", open: true, show: showSample},
		{path: "/reports", open: true, show: showReleases},
		{path: "/reports/{release}", open: true, show: showRelease, do: doRelease},
	}
	return slices.Concat(routes, deskRoutes(), sayRoutes())
}

// call is one request to the workspace.
type call struct {
	s     *Server
	w     http.ResponseWriter
	r     *http.Request
	tag   lang.Tag
	words *lang.Words
	path  string
}

func (c *call) t(key string, args ...any) string { return c.words.T(key, args...) }
func (c *call) to(path string) string            { return "/" + string(c.tag) + path }
func (c *call) me() accounts.Principal           { return accounts.Present(c.r.Context()) }
func (c *call) value(name string) string         { return c.r.FormValue(name) }
func (c *call) people() *accounts.Service        { return c.s.config.Accounts }

// mostForm is the largest form that is read, in bytes.
const mostForm = 128 << 10

// work registers the workspace, where there are accounts.
func (s *Server) work(mux *http.ServeMux) {
	if s.config.Checkpoint != nil {
		mux.Handle("GET /checkpoint.txt", s.handle(s.checkpoint))
	}
	if s.config.Accounts == nil {
		return
	}
	cross := http.NewCrossOriginProtection()
	if s.config.Origin != "" {
		_ = cross.AddTrustedOrigin(s.config.Origin) // one that cannot be read is trusted by nobody
	}
	for _, tag := range lang.Tags() {
		for _, route := range s.workRoutes() {
			pattern := "/" + string(tag) + route.path
			h := s.handle(s.workHandler(tag, route, cross))
			mux.Handle("GET "+pattern, h)
			if route.do != nil {
				mux.Handle("POST "+pattern, h)
			}
		}
	}
}

func (s *Server) workHandler(tag lang.Tag, route workRoute, cross *http.CrossOriginProtection) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", noStore)
		if err := cross.Check(r); err != nil {
			return fault.Newf(fault.Forbidden, "This request came from another site: %w", err).WithFix("Open the page here and repeat it.").WithKey("error.cross_site", nil)
		}
		r.Body = http.MaxBytesReader(w, r.Body, mostForm+route.files)
		read := r.ParseForm
		if route.files > 0 && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			read = func() error { return r.ParseMultipartForm(mostForm + route.files) } // in memory: nothing of it is written
		}
		if err := read(); err != nil {
			return fault.New(fault.TooLarge, "The form could not be read.", "Send less at a time.").WithKey("error.tooLarge", nil)
		}
		ctx, err := s.entered(r)
		if err != nil {
			return err
		}
		c := &call{s: s, w: w, r: r.WithContext(ctx), tag: tag, words: lang.For(tag), path: route.path}
		if !route.open {
			me, act, each := c.me(), route.act, route.each
			if r.Method == http.MethodPost && route.change != "" {
				act, each = route.change, false
			}
			err := accounts.Require(ctx, act, accounts.Scope{})
			if each {
				err = me.Somewhere(act)
			}
			if err != nil {
				return c.turn(err)
			}
		}
		if route.send != nil {
			return route.send(c, w)
		}
		if r.Method != http.MethodPost {
			page, err := route.show(c)
			if err != nil {
				return c.turn(err)
			}
			return c.send(page, http.StatusOK)
		}
		return c.change(route)
	}
}

// change does what a form asks, and shows its page again with what is wrong if it is refused.
func (c *call) change(route workRoute) error {
	out, err := route.do(c)
	switch {
	case err == nil && out.json != nil:
		writeJSON(c.w, c.r, out.json)
		return nil
	case err == nil && out.page != nil:
		return c.send(*out.page, http.StatusOK)
	case err == nil:
		c.leave(out.to)
		return nil
	case errors.Is(err, accounts.ErrStepUp), errors.Is(err, accounts.ErrSecondFactor), fault.Is(err, fault.SignIn), fault.Is(err, fault.Internal):
		return c.turn(err)
	}
	page, showErr := route.show(c)
	if showErr != nil {
		return err
	}
	page.Problem, page.Fix = faultTexts(c.words, fault.KindOf(err), err)
	page.Title = c.t("error.problem_title", "Title", page.Title)
	return c.send(page, statuses[fault.KindOf(err)])
}

// turn sends whoever has to show something first to where they can, and else gives the error.
func (c *call) turn(err error) error {
	next, me := url.QueryEscape(c.r.URL.Path), c.me()
	switch {
	case errors.Is(err, accounts.ErrStepUp):
		c.leave("/work/second?next=" + next)
	case errors.Is(err, accounts.ErrSecondFactor) && c.path != "/work/account":
		c.leave("/work/account")
	case fault.Is(err, fault.SignIn) && !me.IsSignedIn() && c.path != "/work/sign-in":
		c.leave("/work/sign-in?next=" + next)
	default:
		return err
	}
	return nil
}

func (c *call) leave(path string) {
	http.Redirect(c.w, c.r, c.to(path), http.StatusSeeOther)
}

// next is where to go after signing in: an address of this workspace in this language, nothing else.
func (c *call) next() string {
	const start = "/work"
	n := strings.TrimPrefix(c.value("next"), "/"+string(c.tag))
	if u, err := url.Parse(n); err != nil || u.Scheme != "" || u.Host != "" || u.RawQuery != "" ||
		u.Path != n || n != start && !strings.HasPrefix(n, start+"/") || strings.ContainsAny(n, "\\\r\n") || strings.Contains(n, "..") {
		return start
	}
	return n
}

func (c *call) send(p WorkPage, status int) error {
	body, err := c.s.templates.render(c.tag, "work", p)
	if err != nil {
		return err
	}
	a := &answer{status: status, contentType: "text/html; charset=utf-8", body: body, language: string(c.tag), control: noStore}
	a.seal(c.s.config.ProgramVersion).send(c.w, c.r)
	return nil
}

// checkpoint is the newest signed note of where the trail ends, for everybody to keep.
func (s *Server) checkpoint(w http.ResponseWriter, r *http.Request) error {
	text, err := s.config.Checkpoint(r.Context())
	if err != nil {
		return err
	}
	a := &answer{contentType: "text/plain; charset=utf-8", body: []byte(text), filename: s.fileName("waymark-checkpoint.txt")}
	a.seal("").send(w, r)
	return nil
}
