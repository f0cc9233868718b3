package publication

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// ReleaseState is where a release stands.
type ReleaseState string

// The states of a release, and who acts next.
const (
	Frozen    ReleaseState = "frozen"    // publishers of two organisations approve
	Embargoed ReleaseState = "embargoed" // approved; the clock of the database opens it
	Published ReleaseState = "published" // nobody: it never changes again
)

// ReasonCode says why a release differs from the one before. The list is closed.
type ReasonCode string

// The reasons for a revision (TRUST.md section 10).
const (
	First         ReasonCode = "first" // there is none before
	NothingNew    ReasonCode = "same"  // no figure differs
	Mistake       ReasonCode = "error"
	LateData      ReasonCode = "lateData"
	SourceRevised ReasonCode = "sourceRevised"
	MethodChange  ReasonCode = "methodChange" // announced before
	StatusChange  ReasonCode = "countryStatus"
	LegalRemoval  ReasonCode = "legalRemoval"
)

// ReasonCodes are those somebody can give.
func ReasonCodes() []ReasonCode {
	return []ReasonCode{Mistake, LateData, SourceRevised, MethodChange, StatusChange, LegalRemoval}
}

// Release is a set of figures, frozen. Its id holds the hash of its content, so that an address names
// exactly these bytes; what people did with it afterwards stands beside the content.
type Release struct {
	ID              string         `json:"id"`
	Title           string         `json:"title"`
	Framework       string         `json:"framework"` // cop-2015@1
	FrameworkSHA256 string         `json:"frameworkSha256"`
	DataVersion     int64          `json:"dataVersion"` // the audit row up to which data count
	AsOf            reference.Date `json:"asOf,omitempty"`
	Code            string         `json:"code"` // version of the program
	Content         string         `json:"content"`
	Previous        string         `json:"previous,omitempty"`
	Reason          ReasonCode     `json:"reason"`
	Note            string         `json:"note,omitempty"` // the reason in words
	Created         int64          `json:"created"`        // microseconds since 1970, UTC
	Author          string         `json:"author"`         // person id
	Organisation    string         `json:"organisation"`

	State     ReleaseState         `json:"state"`
	Opens     int64                `json:"opens,omitempty"` // embargo: not before this moment; 0: at once
	Early     []string             `json:"early,omitempty"` // who may read it before, by person id; public afterwards
	Approval  string               `json:"approval,omitempty"`
	Approvers []accounts.Signature `json:"approvers,omitempty"` // who proposed and who approved
	Opened    int64                `json:"opened,omitempty"`
	Version   int64                `json:"-"`
}

// FrozenFigures is the content of a release: the figures and everything needed to compute them again.
type FrozenFigures struct {
	Framework       string              `json:"framework"`
	FrameworkSHA256 string              `json:"frameworkSha256"`
	DataVersion     int64               `json:"dataVersion"`
	AsOf            reference.Date      `json:"asOf"`
	Judged          reference.Date      `json:"judged"` // the day the figures were judged on
	Method          []string            `json:"method"` // every method the figures name
	Sources         []monitoring.Source `json:"sources"`
	Figures         []FrozenFigure      `json:"figures"`
}

// FrozenFigure is a figure with where each country stands in it.
type FrozenFigure struct {
	monitoring.Figure
	ByCountry map[string]string `json:"statuses"`
}

// Difference is one thing in which a release differs from the one before.
type Difference struct {
	Code, Variant string
	Country       string // empty: of the figure itself
	Was, Is       string
	Reason        ReasonCode
}

// ReleaseStore is what releases need kept.
type ReleaseStore interface {
	SaveRelease(ctx context.Context, r Release, body []byte) error
	Release(ctx context.Context, id string) (Release, error)
	Releases(ctx context.Context) ([]Release, error) // the newest first
	ReleaseBody(ctx context.Context, id string) ([]byte, error)
	// ObservationsAt gives what stood when the audit row with this number was the newest.
	ObservationsAt(ctx context.Context, seq int64, q monitoring.ObservationQuery) ([]monitoring.Observation, error)
	Version(ctx context.Context, framework string, number int) (*framework.Version, error)
}

// freeze makes the content of a release of what a snapshot shows: every variant of every target.
func freeze(n *Snapshot, q FigureQuery) (FrozenFigures, error) {
	e, err := n.lookUp(q.Version)
	if err != nil {
		return FrozenFigures{}, err
	}
	q.Version, q.Variant, q.Codes = e.version.ID(), AllVariants, nil
	figures, err := n.Figures(q)
	if err != nil {
		return FrozenFigures{}, err
	}
	f := FrozenFigures{
		Framework: e.version.ID(), FrameworkSHA256: e.info.SHA256, DataVersion: n.DataVersion, AsOf: q.AsOf, Judged: n.Today,
		Sources: n.Sources,
	}
	for _, fig := range figures {
		frozen := FrozenFigure{Figure: fig, ByCountry: map[string]string{}}
		for _, s := range fig.Statuses {
			frozen.ByCountry[s.Area] = s.Status.Word()
		}
		f.Figures = append(f.Figures, frozen)
		if !slices.Contains(f.Method, fig.Method) && fig.Method != "" {
			f.Method = append(f.Method, fig.Method)
		}
	}
	slices.Sort(f.Method)
	return f, nil
}

// body is the content as bytes: the same content is the same bytes.
func (f *FrozenFigures) body() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(f)
	return b.Bytes(), err
}

func contentHash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// ReleaseRequest is what somebody asks to freeze.
type ReleaseRequest struct {
	Title     string
	Framework string         // empty: the newest adopted
	AsOf      reference.Date // zero: every row counts
	Reason    ReasonCode     // why it differs from the one before; needed if it does
	Note      string
	Opens     int64 // embargo until this moment; 0: none
	Early     []string
}

// Releases freezes figures, and tells of frozen ones.
type Releases struct {
	Service *Service
	Store   ReleaseStore
	Program string // version of the program

	past past
}

// Create freezes the figures as they are. A release waits for approval by publishers of two
// organisations before it counts as published; the same content again is the same release.
func (r *Releases) Create(ctx context.Context, q ReleaseRequest) (Release, error) {
	ctx, err := accounts.Acting(ctx, accounts.CreateRelease, accounts.Scope{})
	if err != nil {
		return Release{}, err
	}
	if q.Title = strings.TrimSpace(q.Title); len(q.Title) > 200 || len(q.Note) > 2000 {
		return Release{}, fault.New(fault.Refused, "The title or the note of the release is too long.", "Keep to 200 and 2,000 characters.")
	}
	n, err := r.Service.Snapshot(ctx)
	if err != nil {
		return Release{}, err
	}
	f, err := freeze(n, FigureQuery{Version: q.Framework, AsOf: q.AsOf})
	if err != nil {
		return Release{}, err
	}
	body, err := f.body()
	if err != nil {
		return Release{}, err
	}
	sum := contentHash(body)
	now := r.Service.now()
	out := Release{
		ID: "r" + now.UTC().Format("20060102") + "-" + sum[:16], Title: cmp.Or(q.Title, "Release of "+string(accounts.DayOf(now))),
		Framework: f.Framework, FrameworkSHA256: f.FrameworkSHA256, DataVersion: f.DataVersion, AsOf: f.AsOf, Code: r.Program,
		Content: sum, Created: now.UnixMicro(), Author: accounts.From(ctx).Person, Organisation: accounts.From(ctx).Organisation,
		State: Frozen, Opens: q.Opens, Early: q.Early, Note: q.Note,
	}
	switch known, err := r.Store.Release(ctx, out.ID); {
	case err == nil:
		return known, nil
	case !fault.Is(err, fault.NotFound):
		return out, err
	}
	var read FrozenFigures // as whoever compares will read it
	if err := json.Unmarshal(body, &read); err != nil {
		return out, err
	}
	if known, err := r.same(ctx, out, read); err != nil || known != nil {
		if err != nil {
			return out, err
		}
		return *known, nil
	}
	if err := r.explain(ctx, &out, &read, q.Reason); err != nil {
		return out, err
	}
	if err := r.Store.SaveRelease(ctx, out, body); err != nil {
		return out, err
	}
	return r.Store.Release(ctx, out.ID)
}

// same finds the newest release if it says all the same, apart from when: freezing again what did not
// change makes no other release.
func (r *Releases) same(ctx context.Context, out Release, f FrozenFigures) (*Release, error) {
	all, err := r.Store.Releases(ctx)
	if err != nil || len(all) == 0 || all[0].Opens != out.Opens || all[0].Framework != out.Framework {
		return nil, err
	}
	old, err := r.frozen(ctx, all[0].ID)
	if err != nil {
		return nil, err
	}
	f.DataVersion, f.Judged = old.DataVersion, old.Judged
	body, err := f.body()
	if err != nil || contentHash(body) != all[0].Content {
		return nil, err
	}
	return &all[0], nil
}

// explain sets the release before and the reason, which is asked for where figures differ from it.
func (r *Releases) explain(ctx context.Context, out *Release, f *FrozenFigures, reason ReasonCode) error {
	before, err := r.published(ctx, out.Framework)
	if err != nil {
		return err
	}
	if before == nil {
		out.Reason = First
		return nil
	}
	out.Previous = before.ID
	old, err := r.frozen(ctx, before.ID)
	if err != nil {
		return err
	}
	switch changes := differences(old, f, ""); {
	case len(changes) == 0:
		out.Reason = NothingNew
	case slices.Contains(ReasonCodes(), reason):
		out.Reason = reason
	default:
		return fault.New(fault.Refused, fmt.Sprintf("%d figures or countries differ from the release %s, and a change is never silent.", len(changes), before.ID),
			fmt.Sprintf("Give the reason: one of %v.", ReasonCodes()))
	}
	return nil
}

// published gives the newest published release of a framework, whatever its version; nil: none.
func (r *Releases) published(ctx context.Context, id string) (*Release, error) {
	name, _, _ := strings.Cut(id, "@")
	all, err := r.Store.Releases(ctx)
	for i := range all {
		if other, _, _ := strings.Cut(all[i].Framework, "@"); other == name && all[i].State == Published {
			return &all[i], err
		}
	}
	return nil, err
}

// frozen reads the content of a release, checked against its hash.
func (r *Releases) frozen(ctx context.Context, id string) (*FrozenFigures, error) {
	release, err := r.Store.Release(ctx, id)
	if err != nil {
		return nil, err
	}
	body, err := r.Store.ReleaseBody(ctx, id)
	if err != nil {
		return nil, err
	}
	if contentHash(body) != release.Content {
		return nil, fault.Newf(fault.Conflict, "The release %s is not as it was frozen.", id).WithFix("See with waymark verify what was changed, and restore it from a backup.")
	}
	var f FrozenFigures
	if err := json.Unmarshal(body, &f); err != nil {
		return nil, fmt.Errorf("content of release %s: %w", id, err)
	}
	return &f, nil
}

// Read gives a release and its content to whoever may see it now. One under embargo is not there for
// anybody who is not named to read it early: the answer is that of an id nobody ever gave.
func (r *Releases) Read(ctx context.Context, id string) (Release, *FrozenFigures, error) {
	release, err := r.Store.Release(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && !release.visible(accounts.Present(ctx)) {
		return Release{}, nil, fault.Newf(fault.NotFound, "There is no release %q.", id).WithFix("Look at the list of releases.")
	}
	if err != nil {
		return Release{}, nil, err
	}
	f, err := r.frozen(ctx, id)
	return release, f, err
}

// visible decides for page, API, feed and list alike. It compares no clocks: the state says all.
func (r *Release) visible(p accounts.Principal) bool {
	switch {
	case r.State == Published, r.State == Frozen && r.Opens == 0:
		return true
	case p.Role == accounts.Operator && p.Person == accounts.Local().Person:
		return true
	}
	if !p.IsSignedIn() {
		return false
	}
	_, err := p.May(accounts.CreateRelease, accounts.Scope{}) // those who work on releases
	return err == nil || slices.Contains(r.Early, p.Person)
}

// List gives the releases that may be seen now, the newest first.
func (r *Releases) List(ctx context.Context) ([]Release, error) {
	all, err := r.Store.Releases(ctx)
	p := accounts.Present(ctx)
	return slices.DeleteFunc(all, func(x Release) bool { return !x.visible(p) }), err
}

// Differences lists in what a release differs from the one before it.
func (r *Releases) Differences(ctx context.Context, id string) ([]Difference, error) {
	release, f, err := r.Read(ctx, id)
	if err != nil || release.Previous == "" {
		return nil, err
	}
	old, err := r.frozen(ctx, release.Previous)
	if err != nil {
		return nil, err
	}
	return differences(old, f, release.Reason), nil
}

func differences(old, next *FrozenFigures, reason ReasonCode) []Difference {
	var out []Difference
	before := map[string]*FrozenFigure{}
	for i := range old.Figures {
		f := &old.Figures[i]
		before[f.Code+" "+f.Variant] = f
	}
	for i := range next.Figures {
		f := &next.Figures[i]
		key := f.Code + " " + f.Variant
		was, ok := before[key]
		delete(before, key)
		if !ok {
			out = append(out, Difference{f.Code, f.Variant, "", "", told(f), reason})
			continue
		}
		if told(was) != told(f) {
			out = append(out, Difference{f.Code, f.Variant, "", told(was), told(f), reason})
		}
		var areas []string
		for a := range f.ByCountry {
			areas = append(areas, a)
		}
		for a := range was.ByCountry {
			if _, ok := f.ByCountry[a]; !ok {
				areas = append(areas, a)
			}
		}
		slices.Sort(areas)
		for _, a := range areas {
			if was.ByCountry[a] != f.ByCountry[a] {
				out = append(out, Difference{f.Code, f.Variant, a, was.ByCountry[a], f.ByCountry[a], reason})
			}
		}
	}
	for _, f := range old.Figures {
		if before[f.Code+" "+f.Variant] != nil {
			out = append(out, Difference{f.Code, f.Variant, "", told(&f), "", reason})
		}
	}
	return out
}

// told is a figure in one line, for telling two apart.
func told(f *FrozenFigure) string {
	c := f.Figure.Countries
	if c.Met == nil {
		return fmt.Sprintf("%s, %s to %s of children", f.Verdict, f.Children.Lower, f.Children.Upper)
	}
	return fmt.Sprintf("%s; met %d, partly %d, not met %d, unknown %d of %d; children %s to %s", f.Verdict, *c.Met, *c.Partly, *c.NotMet, *c.Unknown, c.Total, f.Children.Lower, f.Children.Upper)
}

// Propose asks for the approval of a second organisation. What is approved is this content.
func (r *Releases) Propose(ctx context.Context, people *accounts.Service, id, reason string) (accounts.Approval, error) {
	release, err := r.Store.Release(ctx, id)
	if err != nil {
		return accounts.Approval{}, err
	}
	if release.State != Frozen {
		return accounts.Approval{}, fault.Newf(fault.Conflict, "The release %s is %s already.", id, release.State).WithFix("Nothing is left to propose.")
	}
	return people.Propose(ctx, accounts.Approval{
		Act: accounts.Publish, Object: "release/" + id, Content: release.Content,
		Summary: fmt.Sprintf("the release %s (%s, data up to change %d)", id, release.Framework, release.DataVersion),
	}, reason)
}
