package web

import (
	"bytes"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/lang"
)

// mostWord is the largest Word file that is taken (TRUST.md section 8).
const mostWord = 20 << 20

// uploads are files that were read and wait for their sender to confirm: one for each person, in
// memory, for half an hour. Nothing of them is written anywhere before.
type uploads struct {
	mu   sync.Mutex
	of   map[string]upload
	busy map[string]bool
}

type upload struct {
	file consultation.File
	at   time.Time
}

// mostUploads is how much waits at most, in bytes.
const mostUploads = 160 << 20

var (
	errBusy = fault.New(fault.TooMany, "Your last file is still being read.", "Wait a moment: one file at a time.").WithKey("error.word_busy", nil)
	errRoom = fault.New(fault.TooMany, "Many files wait to be confirmed just now.", "Try again in half an hour, or send it by mail.").WithKey("error.word_room", nil)
	errGone = fault.New(fault.NotFound, "This file does not wait here any more.", "Send it again; nothing was kept.").WithKey("error.word_gone", nil)
)

// begin lets a person have one file read at a time.
func (u *uploads) begin(person string, size int, now time.Time) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.of == nil {
		u.of, u.busy = map[string]upload{}, map[string]bool{}
	}
	all := size
	for who, f := range u.of {
		if now.Sub(f.at) > 30*time.Minute || who == person {
			delete(u.of, who)
			continue
		}
		all += len(f.file.Data)
	}
	switch {
	case u.busy[person]:
		return errBusy
	case all > mostUploads || len(u.busy) >= 4:
		return errRoom
	}
	u.busy[person] = true
	return nil
}

func (u *uploads) end(person string, f *upload) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.busy, person)
	if f != nil {
		u.of[person] = *f
	}
}

func (u *uploads) get(person string, now time.Time) (consultation.File, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	f, ok := u.of[person]
	return f.file, ok && now.Sub(f.at) <= 30*time.Minute
}

func (u *uploads) drop(person string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.of, person)
}

// sendDraft gives the clean draft of a round as a Word file that is recognised when it comes back.
func sendDraft(c *call, w http.ResponseWriter) error {
	t, err := c.talk()
	if err != nil {
		return err
	}
	data, err := consultation.ExportWord(t.v)
	if err != nil {
		return err
	}
	a := &answer{contentType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", body: data, filename: c.s.fileName("waymark-" + strings.ReplaceAll(t.v.ID(), "@", "-") + ".docx"), control: noStore}
	a.seal("").send(w, c.r)
	return nil
}

// showWord is how one comments in Word: take the draft, send it back, look, confirm.
func showWord(c *call) (WorkPage, error) {
	t, err := c.talk()
	if err != nil {
		return WorkPage{}, err
	}
	p := t.head("say.word")
	p.Ways = append(t.ways(), Link{Text: plain(c.t("word.draft")), Href: c.to(t.at("/draft.docx"))})
	if c.s.config.ReadWord == nil {
		p.Notice = c.t("word.off")
		return p, nil
	}
	if t.rec.Round.State != consultation.Open {
		p.Notice = c.t("say.closed")
		return p, nil
	}
	speakers, err := t.s.Speakers(c.r.Context(), t.number)
	if err != nil {
		return p, err
	}
	if len(speakers) == 0 {
		p.Notice = c.t("say.no_speakers")
		return p, nil
	}
	var orgs, languages []WorkOption
	for _, o := range speakers {
		orgs = append(orgs, WorkOption{o.Code, o.Name})
	}
	for _, tag := range lang.Tags() {
		languages = append(languages, WorkOption{string(tag), c.t("language." + string(tag))})
	}
	f := c.form("read", "word.read", WorkField{Name: "file", Label: "word.file", Kind: "file", Hint: c.t("word.file_hint"), Required: true},
		WorkField{Name: "org", Label: "word.for", Kind: "select", Options: orgs, Value: c.value("org")},
		WorkField{Name: "language", Label: "say.language", Kind: "select", Options: languages, Value: firstOf(c.value("language"), string(c.tag))})
	f.Files, f.Lede = true, c.t("word.lede")
	p.Forms = []WorkForm{f}
	return p, nil
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func doWord(c *call) (outcome, error) {
	t, err := c.talk()
	if err != nil {
		return outcome{}, err
	}
	if c.s.config.ReadWord == nil {
		return outcome{}, fault.New(fault.Forbidden, "Files are not taken here yet.", "Comment on the page, or write to the secretariat.").WithKey("error.word_off", nil)
	}
	ctx, me := c.r.Context(), c.me().Person
	if err := accounts.Require(ctx, accounts.Comment, accounts.Scope{Round: strconv.Itoa(t.number), Organisation: c.value("org")}); err != nil && c.value("what") == "read" {
		return outcome{}, err
	}
	switch c.value("what") {
	case "read":
		return t.readFile(me)
	case "confirm":
		f, ok := c.s.uploads.get(me, c.s.config.Now())
		if !ok || f.Round != t.number {
			return outcome{}, errGone
		}
		taken, _, err := t.s.Take(ctx, f)
		if err != nil {
			return outcome{}, err
		}
		c.s.uploads.drop(me)
		p := t.head("word.done")
		p.Ways = t.ways()
		p.Notice = c.t("word.kept", "New", c.words.Int(int64(taken.Counts.New)))
		if taken.Earlier != "" || taken.Counts.New == 0 {
			p.Notice = c.t("word.nothing_new")
		}
		return outcome{page: &p}, nil
	case "leave":
		c.s.uploads.drop(me)
		return outcome{to: t.at("/word")}, nil
	}
	return outcome{}, errNoAct
}

// readFile reads what was sent, in a process of its own, and shows what would be taken.
func (t *talk) readFile(me string) (outcome, error) {
	c := t.call
	file, header, err := c.r.FormFile("file")
	if err != nil {
		return outcome{}, fault.New(fault.Refused, "No file came with the form.", "Choose the Word file you commented in.").WithKey("error.word_none", nil)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, mostWord+1))
	if err != nil {
		return outcome{}, err
	}
	switch {
	case len(data) > mostWord:
		return outcome{}, fault.New(fault.TooLarge, "The file is larger than 20 MB.", "Take pictures out of it, then send it again.").WithKey("error.word_large", nil)
	case bytes.HasPrefix(data, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		return outcome{}, fault.New(fault.Refused, "This is an old .doc, or protected by a password.", "Save it as .docx without a password.").WithKey("error.word_old", nil)
	case !bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return outcome{}, fault.New(fault.Refused, "This is no Word file.", "Send a file that ends in .docx.").WithKey("error.word_kind", nil)
	}
	now := c.s.config.Now()
	if err := c.s.uploads.begin(me, len(data), now); err != nil {
		return outcome{}, err
	}
	var kept *upload
	defer func() { c.s.uploads.end(me, kept) }()
	content, report, err := c.s.config.ReadWord(c.r.Context(), data)
	if err != nil {
		return outcome{}, err
	}
	f := consultation.File{Round: t.number, Name: filepath.Base(header.Filename), Data: data, Organisation: c.value("org"), Sender: me, Language: c.value("language"), Content: content, Read: report, DryRun: true}
	taken, _, err := t.s.Take(c.r.Context(), f)
	if err != nil {
		return outcome{}, err
	}
	f.DryRun = false
	kept = &upload{f, now}
	p := t.receipt(&f, taken)
	return outcome{page: &p}, nil
}

// receipt says what a file holds and what would be taken of it.
func (t *talk) receipt(f *consultation.File, taken *consultation.Taken) WorkPage {
	c, n := t.call, &taken.Counts
	p := t.head("word.receipt")
	num := func(i int) string { return c.words.Int(int64(i)) }
	p.Lede = c.t("word.sum", "Comments", num(n.General+n.Anchored), "Changes", num(n.Amendments), "Unplaced", num(n.Unplaced))
	switch {
	case taken.Earlier != "":
		p.Notice = c.t("word.same_file")
	case n.New == 0:
		p.Notice = c.t("word.nothing_new")
	default:
		p.Notice = c.t("word.before", "New", num(n.New), "Same", num(n.Same), "Held", num(n.Held))
	}
	if core := &f.Content.Core; core.Creator != "" || core.LastModifiedBy != "" {
		p.Keep = []string{c.t("word.names", "Names", lang.Isolate(strings.Join([]string{core.Creator, core.LastModifiedBy}, ", ")))}
	}
	text := c.to("/consultations/" + strconv.Itoa(t.number) + "/text")
	link := func(code string) *Link {
		if code == "" {
			return nil
		}
		return &Link{Text: plain(code), Href: text + "#" + code}
	}
	state := func(known, held string, unplaced bool) string {
		switch {
		case known != "":
			return c.t("word.known")
		case held != "":
			return c.t("say.held")
		case unplaced:
			return c.t("word.unplaced")
		}
		return c.t("word.new")
	}
	comments := WorkTable{Title: c.t("word.comments"), Empty: c.t("work.none"), Head: []string{c.t("compile.comment"), c.t("say.quote"), c.t("consultation.state"), c.t("say.where")}}
	for i := range taken.Comments {
		k := &taken.Comments[i]
		code, said, lost := "", "", false
		for j := range k.Targets {
			code, said = k.Targets[j].Code, k.Targets[j].Words()
			lost = lost || k.Targets[j].Element == ""
		}
		comments.Rows = append(comments.Rows, WorkRow{Cells: []string{excerpt(strings.Join(k.Body, "\n")), excerpt(said), state(k.Known, k.Held, lost)}, Link: link(code)})
	}
	changes := WorkTable{Title: c.t("word.changes"), Empty: c.t("work.none"), Head: []string{c.t("say.old"), c.t("say.new"), c.t("consultation.state"), c.t("say.where")}}
	for i := range taken.Amendments {
		a := &taken.Amendments[i]
		changes.Rows = append(changes.Rows, WorkRow{Cells: []string{excerpt(a.Old), excerpt(a.New), state(a.Known, a.Held, a.State == consultation.Unplaced)}, Link: link(a.Element)})
	}
	report := WorkTable{Title: c.t("word.report"), Empty: c.t("work.none"), Head: []string{c.t("word.part"), c.t("word.element"), c.t("word.count"), c.t("word.action")}}
	for _, r := range taken.Report {
		report.Rows = append(report.Rows, WorkRow{Cells: []string{r.Part, r.Element, num(r.Count), c.t("word.action_" + strings.ReplaceAll(r.Action, " ", "_"))}})
	}
	p.Tables = []WorkTable{comments, changes, report}
	leave := c.form("leave", "word.leave")
	if taken.Earlier == "" && n.New > 0 {
		p.Forms = append(p.Forms, c.form("confirm", "word.confirm"))
	}
	p.Forms = append(p.Forms, leave)
	return p
}
