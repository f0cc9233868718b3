// Package fault has the few kinds of failure of Waymark and the message a person may see.
//
// A fault carries two different things: a message key with arguments, which is translated at the
// edge and safe to show to anybody, and a cause, which is logged and never shown. Each kind maps to
// one HTTP status (web, api) and one exit code (cli); the tables live at those edges.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what went wrong in the only terms an edge needs to answer.
type Kind string

// The closed list of kinds. What the caller should do about each stands beside it.
const (
	Refused     Kind = "refused"     // the input breaks a rule: mend it and send it again
	NotFound    Kind = "notFound"    // there is no such thing: check the name
	Conflict    Kind = "conflict"    // it contradicts what is there: look at both and decide
	Stale       Kind = "stale"       // somebody changed it since you read it: read it again
	Forbidden   Kind = "forbidden"   // known person, missing right: ask whoever gives rights
	SignIn      Kind = "signIn"      // nobody is signed in: sign in
	TooLarge    Kind = "tooLarge"    // over a stated limit: send less at a time
	TooMany     Kind = "tooMany"     // too often: wait and try again
	Unavailable Kind = "unavailable" // passing trouble (lock, disk full, failover): try again
	Internal    Kind = "internal"    // our mistake: nothing the caller can mend
)

// Error is a failure with a message that is safe to show.
type Error struct {
	Kind Kind
	// Key is a message key of the catalogs (internal/lang); Args fill its placeholders.
	Key  string
	Args map[string]any
	// Text is the plain English sentence (what, where). It is what logs, the command line and the
	// API show; pages show Key in the reader's language and fall back to Text.
	Text string
	// Fix says in one sentence how to mend it; empty when nothing can be done.
	Fix string
	// Cause is logged, never shown.
	Cause error
}

func (e *Error) Error() string {
	switch {
	case e.Cause != nil && e.Text != "" && !strings.Contains(e.Text, e.Cause.Error()): // Newf wrote it there
		return e.Text + ": " + e.Cause.Error()
	case e.Cause != nil && e.Text == "":
		return e.Cause.Error()
	case e.Text != "":
		return e.Text
	}
	return string(e.Kind) + " " + e.Key
}

// Unwrap gives the cause, so that errors.Is and errors.As look through.
func (e *Error) Unwrap() error { return e.Cause }

// New makes a fault with a plain sentence and, in fix, how to mend it.
func New(kind Kind, text, fix string) *Error { return &Error{Kind: kind, Text: text, Fix: fix} }

// Newf is New with a formatted sentence; %w keeps a cause that is not shown apart from the text.
func Newf(kind Kind, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Text: err.Error(), Cause: errors.Unwrap(err)}
}

// WithFix returns the same fault with the sentence that says how to mend it.
func (e *Error) WithFix(fix string) *Error { c := *e; c.Fix = fix; return &c }

// WithKey returns the same fault with its catalog key and arguments.
func (e *Error) WithKey(key string, args map[string]any) *Error {
	c := *e
	c.Key, c.Args = key, args
	return &c
}

// KindOf gives the kind of the first fault in err's chain; an error of no kind is Internal.
func KindOf(err error) Kind {
	var f *Error
	if errors.As(err, &f) {
		return f.Kind
	}
	return Internal
}

// Is tells whether err is a fault of this kind.
func Is(err error, kind Kind) bool {
	var f *Error
	return errors.As(err, &f) && f.Kind == kind
}

// Safe gives the sentence a person may see and how to mend it. The cause of an error without a
// fault in its chain never shows.
func Safe(err error) (text, fix string) {
	var f *Error
	if !errors.As(err, &f) {
		return "Something went wrong on our side. Nothing was changed.", "Try again; if it happens again, tell whoever runs this service."
	}
	if f.Text != "" { // Newf keeps a cause inside the text only when its caller wrote it there
		return f.Text, f.Fix
	}
	return string(f.Kind), f.Fix
}
