package accounts

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// TrailRow is one act as the trail keeps it.
type TrailRow struct {
	Seq          int64           `json:"seq"`
	At           int64           `json:"at"` // microseconds since 1970, UTC
	Person       string          `json:"person"`
	Organisation string          `json:"organisation"`
	Role         Role            `json:"role"`
	Act          Act             `json:"act"`
	Object       string          `json:"object"`
	Before       int64           `json:"before"` // version; 0: it was not there
	After        int64           `json:"after"`
	Reason       string          `json:"reason,omitempty"`
	Request      string          `json:"request,omitempty"`
	Detail       json.RawMessage `json:"detail"`
	Hash         string          `json:"hash"`
}

// TrailQuery narrows the trail; an empty field narrows nothing.
type TrailQuery struct {
	Person, Organisation string
	Act                  Act
	Object               string // the whole object, or a kind with its slash: "source/"
	From, To             Day
	Before               int64 // rows with a smaller number: the next page
	Limit                int   // 0: 100
}

// Names gives the name of a person by id; an erased or unknown one is not found.
type Names func(id string) (string, bool)

// did says what an act did, for the sentence: %s is the object.
var did = map[Act]string{
	ImportEvidence: "took in %s", WithdrawBatch: "took back %s", VerifyEvidence: "decided on the evidence %s",
	RegisterSource: "described %s", TrustSource: "changed how far %s is trusted", CountryStatus: "decided on a status: %s",
	Reply: "replied for a State to %s", SaveFramework: "saved %s", Adopt: "adopted %s", Consult: "worked on %s", Comment: "commented: %s",
	Moderate: "moderated %s", Quarantine: "put %s into quarantine", Settle: "settled what was withheld: %s", Translate: "translated %s", CreateRelease: "froze %s",
	Publish: "published %s", ManagePeople: "changed %s", GrantRole: "gave a role: %s", EndRole: "took a role away: %s",
	ManageOrgs: "described %s", GiveMandate: "recorded %s", ChangeSetting: "changed %s", ExportPerson: "took out what is held about %s",
	IssueToken: "changed %s", OwnAccount: "changed their own account, %s", SignIn: "signed in", SignOut: "signed out everywhere",
	Invent: "made invented data: %s",
	Accept: "took up the invitation of %s", Propose: "proposed %s", Decide: "decided on %s",
}

// kinds names the kind of an object in words.
var kinds = map[string]string{
	"batch": "the batch", "source": "the source", "framework": "the framework", "person": "the person", "organisation": "the organisation",
	"mandate": "the mandate", "grant": "the role", "approval": "the proposal", "token": "the token", "link": "the link",
	"setting": "the setting", "release": "the release",
}

// Sentence says in plain English what a row of the trail records. It invents nothing: what the row
// does not hold is not in it.
func (r *TrailRow) Sentence(names Names) string {
	who := r.Person
	if name, ok := names(r.Person); ok {
		who = name
	} else if r.Person == Local().Person {
		who = "Whoever runs the service"
	}
	of := ""
	if r.Organisation != "" && r.Person != Local().Person {
		of = " (" + r.Organisation + ")"
	}
	object := r.Object
	if kind, id, ok := strings.Cut(r.Object, "/"); ok {
		if name, known := names(id); kind == "person" && known {
			id = name
		}
		if kind == "link" {
			id = "" // the hash of a secret says nothing
		}
		if word, known := kinds[kind]; known {
			object = strings.TrimSpace(word + " " + id)
		}
	} else if r.Object == "areas" {
		object = "the list of countries and areas"
	}
	verb, ok := did[r.Act]
	switch {
	case !ok:
		verb = "did " + string(r.Act) + " to " + object
	case strings.Contains(verb, "%s"):
		verb = fmt.Sprintf(verb, object)
	}
	var detail struct {
		What    string `json:"what"`
		Written *struct {
			Rows int `json:"rows"`
		} `json:"written"`
		Ended *struct {
			Rows int `json:"rows"`
		} `json:"ended"`
	}
	_ = json.Unmarshal(r.Detail, &detail) // a row whose detail cannot be read is told without it
	s := fmt.Sprintf("%s%s %s", who, of, verb)
	if detail.What != "" {
		s += ": " + detail.What
	}
	if detail.Written != nil && detail.Ended != nil {
		s += fmt.Sprintf(" (%d observations written, %d ended)", detail.Written.Rows, detail.Ended.Rows)
	}
	if r.Reason != "" {
		s += fmt.Sprintf(", because: “%s”", r.Reason)
	}
	return s + "."
}

// When is the time of the row in UTC.
func (r *TrailRow) When() time.Time { return time.UnixMicro(r.At).UTC() }
