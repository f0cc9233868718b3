package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/reference"
	"waymark/internal/safeguard"
	"waymark/internal/store/storetest"
)

// talkDesk is a desk with an open round on the shipped version; kind says of which kind.
func talkDesk(t *testing.T, kind consultation.Kind) *desk {
	t.Helper()
	d := newDesk(t)
	versions, err := framework.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	v := versions[0]
	if err := d.db.SaveVersion(storetest.Context(), v); err != nil {
		t.Fatal(err)
	}
	service := &consultation.Service{Store: d.db, Now: time.Now, Hosts: safeguard.Registered([]string{"unicef.example"}),
		Version: func(context.Context, string) (*framework.Version, error) { return v, nil },
		Organisations: func(context.Context) ([]consultation.Organisation, error) {
			return []consultation.Organisation{{Code: "a", Name: "Organisation A", Type: "ngo"}, {Code: "b", Name: "Organisation B", Type: "ngo"}}, nil
		}}
	r := consultation.Round{Number: 1, Version: v.ID(), Title: "Second draft", Kind: kind, Period: reference.YearPeriod(time.Now().Year()), Zone: "UTC", Languages: []lang.Tag{"en"},
		Policy: consultation.NamedOrganisations, State: consultation.Open}
	if kind == consultation.Children {
		r.Safeguarding, r.Policy = "The facilitator", consultation.Pseudonymous
	}
	if err := d.db.SaveRound(storetest.Context(), r); err != nil {
		t.Fatal(err)
	}
	d.site.config.Consultations, d.site.config.Consulting = service, service
	return d
}

// partner opens a link to the round and gives the session.
func (d *desk) partner(name, organisation string) string {
	d.t.Helper()
	until := accounts.DayOf(time.Now().AddDate(0, 1, 0))
	_, link, err := d.people.InviteToRound(storetest.Context(), accounts.Person{Name: name, Email: name + "@example.org", Organisation: organisation}, "1", until)
	if err != nil {
		d.t.Fatal(err)
	}
	w := d.ask(http.MethodPost, "/en/work/link/round", "", url.Values{"token": {link}})
	return cookieOf(d.t, w)
}

func (d *desk) talk() *consultation.Record {
	d.t.Helper()
	rec, err := d.site.config.Consulting.Record(context.Background(), 1)
	if err != nil {
		d.t.Fatal(err)
	}
	return rec
}

var draftAt = regexp.MustCompile(`check\?id=([0-9a-f-]{36})`)

// writes sends the form of a comment and gives the id of the draft; "" where it was refused.
func (d *desk) writes(secret string, form url.Values) (id string, w *httptest.ResponseRecorder) {
	w = d.ask(http.MethodPost, "/en/work/say/1/comment", secret, form)
	if m := draftAt.FindStringSubmatch(w.Header().Get("Location")); m != nil {
		return m[1], w
	}
	return "", w
}

// Journey 3: the words of a paragraph, a comment, one look, sent.
func TestAPartnerWithALinkCommentsOnAPhrase(t *testing.T) {
	d := talkDesk(t, consultation.Closed)
	secret := d.partner("officer", "a")
	page := d.ask(http.MethodGet, "/en/consultations/1/text", "", nil).Body.String()
	if n := strings.Count(page, "Comment on this paragraph"); n < 50 {
		t.Fatalf("%d paragraphs can be commented on", n)
	}
	full := d.ask(http.MethodPost, "/en/work/say/1/comment", secret, url.Values{"what": {"begin"}, "on": {"AIM-2"}, "quote": {"promoting"}, "text": {"Say empowering."}}).Body.String()
	for _, want := range []string{`value="promoting"`, ">Say empowering.</textarea>", "On behalf of", "checked"} {
		if !strings.Contains(full, want) {
			t.Errorf("the whole form lacks %s", want)
		}
	}
	id, w := d.writes(secret, url.Values{"what": {"keep"}, "on": {"AIM-2"}, "quote": {"promoting"}, "text": {"Say empowering."}, "change": {"replace"}, "new": {"empowering"}, "type": {"technical"}, "language": {"en"}, "org": {"a"}})
	if id == "" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if n := len(d.talk().Comments); n != 0 {
		t.Fatalf("%d comments before anything was sent", n)
	}
	if own := d.ask(http.MethodGet, "/en/work/account/data.json", secret, nil); own.Code != http.StatusOK || !strings.Contains(own.Body.String(), "Say empowering.") {
		t.Errorf("what is held about the partner lacks the draft: %d", own.Code)
	}
	check := d.ask(http.MethodGet, "/en/work/say/1/check?id="+id, secret, nil).Body.String()
	if !strings.Contains(check, "Send to the secretariat") || !strings.Contains(check, "Say empowering.") {
		t.Errorf("the check page: %s", check)
	}
	for range 2 { // pressed twice
		if w := d.ask(http.MethodPost, "/en/work/say/1/check", secret, url.Values{"what": {"send"}, "id": {id}}); w.Header().Get("Location") != "/en/work/say/1?done=sent" {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	rec := d.talk()
	if len(rec.Comments) != 1 || len(rec.Amendments) != 1 || rec.Comments[0].Targets[0].Words() != "promoting" || rec.Amendments[0].New != "empowering" || rec.Comments[0].Type != consultation.TypeTechnical {
		t.Fatalf("%+v %+v", rec.Comments, rec.Amendments)
	}
	d.site.cache = newCache(1 << 20)
	text := d.ask(http.MethodGet, "/en/consultations/1/text", "", nil).Body.String()
	if !strings.Contains(text, "Say empowering.") || !strings.Contains(text, "<ins>empowering</ins>") || !strings.Contains(text, "Organisation A") {
		t.Error("the comment does not show beside its paragraph")
	}
	reply, w := d.writes(d.partner("other", "b"), url.Values{"what": {"keep"}, "reply": {rec.Comments[0].ID}, "text": {"We agree."}, "org": {"b"}})
	if reply == "" {
		t.Fatalf("a reply: %d %s", w.Code, w.Body)
	}
	w = d.ask(http.MethodPost, "/en/work/say/1", secret, url.Values{"what": {"back"}, "id": {rec.Comments[0].ID}})
	if rec = d.talk(); w.Code != http.StatusSeeOther || !rec.Comments[0].Withdrawn || rec.Amendments[0].State != consultation.NotMeant {
		t.Errorf("withdrawn: %d %+v", w.Code, rec.Comments[0])
	}
}

// What is refused comes back filled, with a plain sentence; nothing is kept of it.
func TestARefusedCommentComesBackFilled(t *testing.T) {
	d := talkDesk(t, consultation.Closed)
	secret := d.partner("officer", "a")
	with := func(pairs ...string) url.Values {
		v := url.Values{"what": {"keep"}, "on": {"AIM-2"}, "text": {"Some words of mine"}, "org": {"a"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	for name, c := range map[string]struct {
		form url.Values
		says string
	}{
		"words that are not there":     {with("quote", "unheard-of"), "do not stand in this paragraph"},
		"words that stand there twice": {with("quote", "e"), "more than once"},
		"no words":                     {with("text", "  "), "has no words"},
		"an address":                   {with("text", "see http://evil.example/x"), "web address of no registered source"},
		"a hidden service":             {with("new", "abcdefghij234567.onion", "change", "insert"), "hidden service"},
		"signs that turn the text":     {with("text", "\u202eabc"), "cannot be seen"},
		"another organisation":         {with("org", "b"), ""},
		"nobody":                       {with("org", ""), ""},
		"a change without new words":   {with("change", "replace"), "new words are missing"},
		"a place that is none":         {with("on", "NONE"), ""},
		"a share that is none":         {with("on", "T1", "change", "goal", "new", "lots"), ""},
	} {
		id, w := d.writes(secret, c.form)
		body := w.Body.String()
		if id != "" || w.Code < 400 || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %q", name, w.Code, w.Header().Get("Location"))
		}
		if c.says != "" && c.form.Get("text") == "Some words of mine" && !strings.Contains(body, ">Some words of mine</textarea>") {
			t.Errorf("%s: the words are lost", name)
		}
	}
	for _, text := range []string{"Step 1.1.2 and version 2.0.1 hold.", "See https://www.unicef.example/report"} {
		if id, w := d.writes(secret, with("text", text)); id == "" {
			t.Errorf("%q is refused: %d", text, w.Code)
		}
	}
	if drafts, err := d.db.Contributions(context.Background(), 1, "nobody"); err != nil || len(drafts) != 0 {
		t.Error(drafts, err)
	}
}

// Strings that attack a page come back as they were written, in every field (TRUST.md promise 16).
func TestWhatIsWrittenComesBackAsItWas(t *testing.T) {
	d := talkDesk(t, consultation.Closed)
	secret := d.partner("officer", "a")
	for _, s := range []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `{{.}} ${7*7} %00`, `javascript:alert(1)`, "=1+1", "مرحبا", "a'b\"c&amp;d", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢"} {
		id, w := d.writes(secret, url.Values{"what": {"keep"}, "on": {"AIM-2"}, "text": {s}, "change": {"insert"}, "new": {s}, "org": {"a"}})
		if id == "" {
			t.Errorf("%q: %d %s", s, w.Code, w.Body)
			continue
		}
		for _, address := range []string{"/en/work/say/1/check?id=" + id, "/en/work/say/1/comment?on=AIM-2&id=" + id, "/en/work/say/1"} {
			body := d.ask(http.MethodGet, address, secret, nil).Body.String()
			if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
				t.Errorf("%s runs %q", address, s)
			}
		}
		if w := d.ask(http.MethodPost, "/en/work/say/1/check", secret, url.Values{"what": {"send"}, "id": {id}}); w.Code != http.StatusSeeOther {
			t.Fatalf("%q: %d", s, w.Code)
		}
		rec := d.talk()
		if last := rec.Comments[len(rec.Comments)-1]; strings.Join(last.Body, "\n") != s || strings.TrimSpace(rec.Amendments[len(rec.Amendments)-1].New) != s {
			t.Errorf("%q became %q and %q", s, last.Body, rec.Amendments[len(rec.Amendments)-1].New)
		}
	}
}

// Who may comment follows from the kind of the round; a link opens its round and no other.
func TestWhoMayCommentFollowsFromTheRound(t *testing.T) {
	form := url.Values{"what": {"keep"}, "text": {"Words"}, "org": {"a"}}
	for kind, may := range map[consultation.Kind]bool{consultation.OpenRound: true, consultation.Closed: true, consultation.Roundtable: false, consultation.Bilateral: false, consultation.Children: false} {
		d := talkDesk(t, kind)
		if id, w := d.writes(d.partner("officer", "a"), form); (id != "") != may {
			t.Errorf("%s: %d, and may: %v", kind, w.Code, may)
		}
		if w := d.ask(http.MethodPost, "/en/work/say/1/comment", "", form); w.Code >= 400 && w.Code != http.StatusForbidden || w.Header().Get("Location") != "" {
			t.Errorf("%s, a stranger: %d", kind, w.Code)
		}
		if n := len(d.talk().Comments); n != 0 {
			t.Errorf("%s: %d comments", kind, n)
		}
	}
	d := talkDesk(t, consultation.Children)
	child := url.Values{"what": {"keep"}, "text": {"We want to be asked."}, "org": {"a"}, "age": {"13-15"}, "country": {"ken"}}
	facilitator := d.partner("facilitator", "a")
	if id, _ := d.writes(facilitator, child); id != "" {
		t.Error("children are heard without consent")
	}
	child.Set("consent", "yes")
	id, w := d.writes(facilitator, child)
	if id == "" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	d.ask(http.MethodPost, "/en/work/say/1/check", facilitator, url.Values{"what": {"send"}, "id": {id}})
	if c := d.talk().Comments; len(c) != 1 || c[0].AgeBand != "13-15" || c[0].Country != "KEN" {
		t.Errorf("%+v", c)
	}
}

// A stranger's words wait for their address, then for a moderator, and are counted when removed.
func TestAStrangerIsModeratedBeforeAnythingShows(t *testing.T) {
	d := talkDesk(t, consultation.OpenRound)
	now := time.Now()
	service := d.site.config.Consulting
	service.Now = func() time.Time { return now }
	page := d.ask(http.MethodGet, "/en/work/say/1/comment?on=AIM-2", "", nil).Body.String()
	token := regexp.MustCompile(`name="form" value="([^"]+)"`).FindStringSubmatch(page)
	if token == nil {
		t.Fatal(page)
	}
	form := url.Values{"what": {"offer"}, "form": {token[1]}, "on": {"AIM-2"}, "text": {"A stranger's words"}, "email": {"x@example.org"}, "name": {"X"}}
	send := func() int { return d.ask(http.MethodPost, "/en/work/say/1/comment", "", form).Code }
	if send() < 400 {
		t.Error("a form is taken within five seconds")
	}
	now = now.Add(25 * time.Hour)
	if send() < 400 {
		t.Error("a form is taken after a day")
	}
	now = now.Add(-24 * time.Hour)
	form.Set("website", "spam")
	if send() < 400 {
		t.Error("the field that nobody sees is filled, and the form is taken")
	}
	form.Set("website", "")
	form.Set("form", token[1][:len(token[1])-2]+"xx")
	if send() < 400 {
		t.Error("a forged form is taken")
	}
	form.Set("form", token[1])
	if code := send(); code != 200 {
		t.Fatalf("the form: %d", code)
	}
	if send() < 400 {
		t.Error("a form is taken twice")
	}
	ctx := storetest.Context()
	waiting, err := service.Unconfirmed(ctx)
	if err != nil || len(waiting) != 1 || len(d.talk().Comments) != 0 {
		t.Fatal(waiting, err)
	}
	if w := d.ask(http.MethodPost, "/en/work/link/confirm", "", url.Values{"token": {waiting[0].Link + "x"}}); w.Code != http.StatusNotFound {
		t.Errorf("a forged link: %d", w.Code)
	}
	if w := d.ask(http.MethodPost, "/en/work/link/confirm", "", url.Values{"token": {waiting[0].Link}}); w.Code != 200 {
		t.Fatalf("the link: %d %s", w.Code, w.Body)
	}
	if w := d.ask(http.MethodPost, "/en/work/link/confirm", "", url.Values{"token": {waiting[0].Link}}); w.Code != http.StatusNotFound {
		t.Errorf("the link again: %d", w.Code)
	}
	shows := func() bool {
		d.site.cache = newCache(1 << 20)
		body := d.ask(http.MethodGet, "/en/consultations/1/text", "", nil).Body.String() + d.ask(http.MethodGet, "/en/consultations/1/comments.csv", "", nil).Body.String()
		if strings.Contains(body, "x@example.org") {
			t.Error("the address shows")
		}
		return strings.Contains(body, "stranger") && strings.Contains(body, "words")
	}
	if shows() {
		t.Error("it shows before a moderator saw it")
	}
	queue, err := service.Queue(ctx)
	if err != nil || len(queue) != 1 || queue[0].Comments[0].Held != consultation.HeldUnverified {
		t.Fatal(queue, err)
	}
	if err := service.Show(ctx, 1, []string{queue[0].Comments[0].ID}); err != nil || !shows() {
		t.Error("it does not show once a moderator let it", err)
	}
	if err := service.TakeAway(ctx, 1, []string{queue[0].Comments[0].ID}, consultation.RemovedSpam); err != nil || shows() {
		t.Error("it shows after it was removed", err)
	}
	if err := service.ForgetPersons(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if rec := d.talk(); rec.Submissions[0].Sender != "" || rec.Comments[0].Source.Author != "" {
		t.Error("who it was is kept")
	}
}
