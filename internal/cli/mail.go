package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"flag"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/jobs"
)

// mailConfig is the settings of the mail server. Its password is never an argument: what a command is
// called with, others on the machine can read.
type mailConfig struct {
	host, tls, user, from, passwordFile string
	port                                int
}

func (m *mailConfig) flags(flags *flag.FlagSet) {
	env := func(name, otherwise string) string { return cmp.Or(os.Getenv("WAYMARK_MAIL_"+name), otherwise) }
	port, _ := strconv.Atoi(env("PORT", "0")) // what is no number is the standing one
	flags.StringVar(&m.host, "mail-host", env("HOST", ""), "the SMTP server letters go through; none: links are shown instead (environment WAYMARK_MAIL_HOST; the others likewise)")
	flags.IntVar(&m.port, "mail-port", port, "its port; 0: 587 for starttls, 465 for tls, 25 for none")
	flags.StringVar(&m.tls, "mail-tls", env("TLS", "starttls"), "how the line is kept private: starttls, tls, or none for a server on this machine")
	flags.StringVar(&m.user, "mail-user", env("USER", ""), "name to sign in with there; its password comes from WAYMARK_MAIL_PASSWORD or a file")
	flags.StringVar(&m.from, "mail-from", env("FROM", ""), "address that letters come from")
	flags.StringVar(&m.passwordFile, "mail-password-file", env("PASSWORD_FILE", ""), "file with the password")
}

// server reads the settings; nil: there is no mail.
func (m *mailConfig) server() (*jobs.Mail, error) {
	if m.host == "" {
		return nil, nil
	}
	out := &jobs.Mail{Host: m.host, Port: m.port, TLS: jobs.TLSMode(m.tls), User: m.user, From: m.from, Password: os.Getenv("WAYMARK_MAIL_PASSWORD")}
	if m.passwordFile != "" {
		b, err := os.ReadFile(m.passwordFile)
		if err != nil {
			return nil, fault.Newf(fault.NotFound, "the password of the mail server cannot be read: %w", err).WithFix("Check the path given with --mail-password-file.")
		}
		out.Password = strings.TrimRight(string(b), "\r\n")
	}
	return out, out.Check()
}

// jobsEvery is how often the server looks for jobs that are due.
const jobsEvery = 2 * time.Second

// runJobs starts what runs by the clock, for as long as ctx lasts.
func (a *app) runJobs(ctx context.Context, c *serveConfig, address string, log *slog.Logger) error {
	server, err := c.mail.server()
	if err != nil {
		return err
	}
	owner := make([]byte, 8)
	_, _ = rand.Read(owner) // never fails (crypto/rand)
	r := &jobs.Runner{Store: a.db, Now: time.Now, Log: log, Owner: hex.EncodeToString(owner), Jobs: []jobs.Job{jobs.Tidy(a.db), jobs.Forget(a.db, time.Now)}}
	if a.mail = server != nil; a.mail {
		post := &jobs.Post{Outbox: a.db, Mail: server, Origin: cmp.Or(strings.TrimSuffix(c.origin, "/"), address), Now: time.Now}
		r.Jobs = append(r.Jobs, post.Job())
	}
	if address, err := accounts.FoldEmail(strings.TrimPrefix(c.safeguarding, "mailto:")); err == nil {
		a.contact = address
	}
	a.proposeBy(a.people()) // which now knows whether letters go out
	go r.Keep(ctx, jobsEvery)
	return nil
}
