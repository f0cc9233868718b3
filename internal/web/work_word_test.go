package web

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/format/docx"
)

// sends a file as the form of the upload page does.
func (d *desk) sends(secret, name string, data []byte) *httptest.ResponseRecorder {
	d.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for k, v := range map[string]string{"what": "read", "org": "a", "language": "en"} {
		if err := form.WriteField(k, v); err != nil {
			d.t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := part.Write(data); err != nil {
		d.t.Fatal(err)
	}
	_ = form.Close() // into memory
	r := httptest.NewRequest(http.MethodPost, "/en/work/say/1/word", &body)
	r.Host, r.RemoteAddr = "127.0.0.1:8080", "127.0.0.1:55555"
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: cookieLocal, Value: secret})
	w := httptest.NewRecorder()
	d.site.ServeHTTP(w, r)
	return w
}

func TestFilesAreTakenOnlyWhenSomebodyIsNamedForSafeguarding(t *testing.T) {
	d := talkDesk(t, consultation.Closed)
	secret := d.partner("officer", "a")
	page := d.ask(http.MethodGet, "/en/work/say/1/word", secret, nil).Body.String()
	if strings.Contains(page, `type="file"`) || !strings.Contains(page, "not taken here yet") {
		t.Error("the form of files shows")
	}
	if w := d.sends(secret, "x.docx", []byte("PK\x03\x04")); w.Code != http.StatusForbidden {
		t.Errorf("a file is taken: %d", w.Code)
	}
}

func readHere(_ context.Context, data []byte) (*docx.Content, []consultation.ReportRow, error) {
	return consultation.ReadWord(data, docx.Limits{})
}

// Nothing is kept before the sender confirms; the same file again adds nothing.
func TestAWordFileIsReadShownConfirmedAndTakenOnce(t *testing.T) {
	d := talkDesk(t, consultation.Closed)
	d.site.config.ReadWord = readHere
	secret := d.partner("officer", "a")
	data := commented(t, d, 12)
	w := d.sends(secret, "back.docx", data)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "12 comments and 0 changes were read") || !strings.Contains(w.Body.String(), "Nothing is kept yet") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if n := len(d.talk().Comments); n != 0 {
		t.Fatalf("%d comments before anybody confirmed", n)
	}
	other := d.partner("other", "b")
	if w := d.ask(http.MethodPost, "/en/work/say/1/word", other, url.Values{"what": {"confirm"}}); w.Code != http.StatusNotFound {
		t.Errorf("somebody else confirms: %d", w.Code)
	}
	confirm := url.Values{"what": {"confirm"}}
	if w := d.ask(http.MethodPost, "/en/work/say/1/word", secret, confirm); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if n := len(d.talk().Comments); n != 12 {
		t.Errorf("%d comments", n)
	}
	d.ask(http.MethodPost, "/en/work/say/1/word", secret, confirm)
	if w := d.sends(secret, "again.docx", data); !strings.Contains(w.Body.String(), "taken already") {
		t.Error("the same file is not known again")
	}
	d.ask(http.MethodPost, "/en/work/say/1/word", secret, confirm)
	if n := len(d.talk().Comments); n != 12 {
		t.Errorf("%d comments after the same file twice", n)
	}
}

// commented is the draft of the round with n comments, as a partner sends it back: made by the
// compilation, which writes native comments.
func commented(t *testing.T, d *desk, n int) []byte {
	t.Helper()
	rec := *d.talk()
	v, err := d.site.config.Consulting.Version(context.Background(), rec.Round.Version)
	if err != nil {
		t.Fatal(err)
	}
	e, ok := v.Element("AIM-2")
	if !ok {
		t.Fatal("no AIM-2")
	}
	for i := range n {
		in := consultation.Contribution{ID: fmt.Sprintf("00000000-0000-0000-0000-%012d", i), Round: 1, Organisations: []string{"a"}, Element: e.Code, Text: fmt.Sprintf("Comment %d of ours", i)}
		made, err := in.Make(v, &rec, consultation.NewRegistry(rec.Organisations))
		if err != nil {
			t.Fatal(err)
		}
		made.Comment.Number = i + 1
		rec.Comments = append(rec.Comments, made.Comment)
	}
	data, err := consultation.Compile(v, &rec, "en").Word()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestHostileFilesGetAClearRefusal(t *testing.T) {
	shared := os.Getenv("WAYMARK_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	files, _ := filepath.Glob(filepath.Join(shared, "corpus/docx/hostile/*"))
	if len(files) == 0 {
		t.Skip("SKIPPED: no hostile files: set WAYMARK_SHARED")
	}
	d := talkDesk(t, consultation.Closed)
	d.site.config.ReadWord = readHere
	secret := d.partner("officer", "a")
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		w := d.sends(secret, filepath.Base(f), data)
		if w.Code >= 500 || w.Code >= 400 && !strings.Contains(w.Body.String(), `role="alert"`) {
			t.Errorf("%s: %d", filepath.Base(f), w.Code)
		}
	}
	for name, data := range map[string][]byte{"text": []byte("hello"), "old": []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1xxxx"), "torn": []byte("PK\x03\x04xxxx"), "large": append([]byte("PK\x03\x04"), make([]byte, mostWord)...)} {
		if w := d.sends(secret, name+".docx", data); w.Code < 400 || w.Code >= 500 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if n := len(d.talk().Comments); n != 0 {
		t.Errorf("%d comments", n)
	}
}

// The secretariat makes a round, opens it and closes it by forms.
func TestARoundIsMadeAndOpenedByForm(t *testing.T) {
	d := talkDesk(t, consultation.Closed)
	steward := d.hold("steward", accounts.Steward, accounts.Scope{})
	v := d.talk().Round.Version
	form := url.Values{"what": {"new"}, "number": {"2"}, "title": {"Third draft"}, "version": {v}, "kind": {"children"}, "start": {"2026-01-01"}, "end": {"2026-02-01"}, "zone": {"UTC"}, "policy": {"organisations"}, "lang": {"en", "ar"}}
	if w := d.ask(http.MethodPost, "/en/work/rounds", steward, form); w.Code < 400 || !strings.Contains(w.Body.String(), `value="Third draft"`) {
		t.Errorf("a children's round without a contact: %d", w.Code)
	}
	form.Set("contact", "The facilitator")
	if w := d.ask(http.MethodPost, "/en/work/rounds", steward, form); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := d.ask(http.MethodGet, "/en/consultations/2", "", nil); w.Code != http.StatusNotFound {
		t.Errorf("a draft shows: %d", w.Code)
	}
	open := url.Values{"what": {"state"}, "id": {"2"}, "seen": {"1"}, "state": {"open"}, "end": {"2026-02-01"}}
	for i, want := range []int{http.StatusSeeOther, http.StatusConflict} { // the second saw an older row
		if w := d.ask(http.MethodPost, "/en/work/rounds", steward, open); w.Code != want && !(i == 1 && w.Code == http.StatusPreconditionFailed) {
			t.Errorf("opened: %d", w.Code)
		}
		open.Set("state", "closed")
	}
	invite := url.Values{"what": {"invite"}, "id": {"1"}, "name": {"Officer"}, "email": {"officer@example.org"}, "organisation": {"a"}}
	if w := d.ask(http.MethodPost, "/en/work/rounds", steward, invite); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "/en/work/link/round?token=") {
		t.Errorf("invited: %d %s", w.Code, w.Body)
	}
	d.site.cache = newCache(1 << 20)
	if body := d.ask(http.MethodGet, "/en/consultations/2", "", nil).Body.String(); !strings.Contains(body, "have not been told yet") {
		t.Error("that feedback is owed is not said")
	}
}

// One text sent many times is one row with its number; a moderator who hands it on does not see it again.
func TestTheQueueShowsOneTextOnce(t *testing.T) {
	d := talkDesk(t, consultation.Closed)
	moderator := d.hold("moderator", accounts.Moderator, accounts.Scope{})
	secret := d.partner("officer", "a")
	for i := range 3 {
		id, w := d.writes(secret, url.Values{"what": {"keep"}, "text": {"See https://www.unicef.example for what we ask"}, "org": {"a"}})
		if id == "" {
			t.Fatal(i, w.Code)
		}
		d.ask(http.MethodPost, "/en/work/say/1/check", secret, url.Values{"what": {"send"}, "id": {id}})
	}
	page := d.ask(http.MethodGet, "/en/work/moderation", moderator, nil).Body.String()
	if strings.Count(page, "for what we ask") != 1 || !strings.Contains(page, "× 3") || !strings.Contains(page, "Holds a web address") {
		t.Fatal(page)
	}
	var ids []string
	for _, c := range d.talk().Comments {
		ids = append(ids, c.ID)
	}
	all := "1 " + strings.Join(ids, " ")
	if w := d.ask(http.MethodPost, "/en/work/moderation", moderator, url.Values{"what": {"pass"}, "id": {all}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code, w.Body)
	}
	if page := d.ask(http.MethodGet, "/en/work/moderation", moderator, nil).Body.String(); strings.Contains(page, "for what we ask") {
		t.Error("it is shown again to whoever handed it on")
	}
	if w := d.ask(http.MethodPost, "/en/work/moderation", moderator, url.Values{"what": {"remove"}, "id": {all}, "ground": {"dislike"}}); w.Code < 400 {
		t.Errorf("removed on no ground of the list: %d", w.Code)
	}
	d.ask(http.MethodPost, "/en/work/moderation", moderator, url.Values{"what": {"remove"}, "id": {all}, "ground": {"spam"}})
	d.site.cache = newCache(1 << 20)
	if body := d.ask(http.MethodGet, "/en/consultations/1.csv", "", nil).Body.String(); !strings.Contains(body, "removed,spam,3") {
		t.Errorf("removals are not counted in public: %s", body)
	}
}
