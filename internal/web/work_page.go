package web

import (
	"waymark/internal/accounts"
)

// WorkPage is a page of the workspace: what it is about, what is wrong, forms and tables.
type WorkPage struct {
	Page
	Lede    string
	Problem text // what was refused; empty: nothing
	Fix     text
	Notice  string   // what was done, or is to be kept
	Keep    []string // shown this once: codes, a link, a token
	Menu    []Link
	Ways    []Link // where one can go from here
	Quoted  said   // the words that the page is about
	Tables  []WorkTable
	Forms   []WorkForm
	Desk    *Desk // of a consultation; nil: another page
	Go      Link  // where to go on, on another site; without an address nowhere
}

// WorkTable is a table with forms in its rows where something can be done.
type WorkTable struct {
	Title string
	Empty string // said where there are no rows
	Head  []string
	Rows  []WorkRow
}

// WorkRow is one row. Cells are words of people or codes, so that each has its own direction.
type WorkRow struct {
	Cells []string
	Link  *Link // where more of it is to be seen
	Forms []WorkForm
}

// WorkForm is a form that changes something.
type WorkForm struct {
	Title  string
	Lede   string
	Action string
	Fields []WorkField
	Button string
	Files  bool // it sends files
	Alone  bool // a form of its own, not one in a row of a table
	// Passkey is get or create where a script asks the browser for one; without scripts it is not shown.
	Passkey string
	// Ask is where the script asks what the browser needs.
	Ask string
}

// WorkField is one field. Kind is that of an input, or select or textarea.
type WorkField struct {
	ID, Name, Label, Hint, Kind, Value, Fill string
	Options                                  []WorkOption
	Required, Checked                        bool
}

// WorkOption is one choice of a select.
type WorkOption struct{ Value, Text string }

func hiddenField(name, value string) WorkField {
	return WorkField{Name: name, Kind: "hidden", Value: value}
}

// page is a page of the workspace with its menu.
func (c *call) page(titleKey string) WorkPage {
	p := WorkPage{Page: c.s.barePage(c.r, c.tag)}
	p.Title = c.t(titleKey)
	p.Languages = nil
	for _, l := range c.s.barePage(c.r, c.tag).Languages {
		l.Href = "/" + string(l.Tag) + c.r.URL.Path[len("/xx"):]
		p.Languages = append(p.Languages, l)
	}
	me := c.me()
	if !me.IsSignedIn() {
		return p
	}
	for _, m := range []struct {
		key, path string
		act       accounts.Act
	}{
		{"work.home", "/work", accounts.ReadWork}, {"work.account", "/work/account", accounts.OwnAccount},
		{"work.approvals", "/work/approvals", accounts.ReadWork}, {"work.consultations", "/work/consultations", accounts.ReadWork}, {"rounds.title", "/work/rounds", accounts.Consult}, {"mod.title", "/work/moderation", accounts.Moderate}, {"work.people", "/work/people", accounts.ReadPeople},
		{"work.roles", "/work/roles", accounts.ReadPeople}, {"work.mandates", "/work/mandates", accounts.ReadPeople},
		{"work.organisations", "/work/organisations", accounts.ReadWork}, {"work.settings", "/work/settings", accounts.ReadWork},
		{"work.freeze", "/work/release", accounts.CreateRelease}, {"work.audit", "/work/audit", accounts.ReadAudit},
		{"work.quarantine", "/work/quarantine", accounts.Quarantine}, {"work.jobs", "/work/jobs", accounts.ReadAudit},
	} {
		if (m.path == "/work/consultations" || m.path == "/work/rounds" || m.path == "/work/moderation") && c.consulting() == nil {
			continue
		}
		if _, err := me.May(m.act, accounts.Scope{}); err == nil || m.act == accounts.ReadWork && me.Somewhere(m.act) == nil {
			p.Menu = append(p.Menu, Link{Text: plain(c.t(m.key)), Href: c.to(m.path), Current: m.path == c.path})
		}
	}
	return p
}

// form begins a form of this page; what names the act for do.
func (c *call) form(what, button string, fields ...WorkField) WorkForm {
	if what != "" {
		fields = append([]WorkField{hiddenField("what", what)}, fields...)
	}
	for i := range fields {
		if fields[i].Kind == "" {
			fields[i].Kind = "text"
		}
		if fields[i].Kind != "hidden" {
			fields[i].ID = what + "-" + fields[i].Name
			fields[i].Label = c.t(fields[i].Label)
		}
	}
	return WorkForm{Action: c.r.URL.Path, Button: c.t(button), Fields: fields, Alone: true}
}

func (c *call) inRow(what, button, id string, fields ...WorkField) WorkForm {
	f := c.form(what, button, append([]WorkField{hiddenField("id", id)}, fields...)...)
	f.Alone = false
	for i := range f.Fields {
		if f.Fields[i].ID != "" {
			f.Fields[i].ID += "-" + id
		}
	}
	return f
}
