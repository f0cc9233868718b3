package cli

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/store"
)

func auditCommand() command {
	return command{name: "audit", summary: "Print who did what, newest first, in plain sentences.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
		var q accounts.TrailQuery
		var person, act, from, to string
		flags.StringVar(&person, "person", "", "only of this person: address or id")
		flags.StringVar(&q.Organisation, "organisation", "", "only of this organisation")
		flags.StringVar(&act, "act", "", "only this act, for example role")
		flags.StringVar(&q.Object, "object", "", "only about this object, for example source/inhope, or source/ for all of a kind")
		flags.StringVar(&from, "from", "", "from this day on")
		flags.StringVar(&to, "to", "", "up to this day")
		flags.Int64Var(&q.Before, "before", 0, "only rows with a smaller number: the next page")
		flags.IntVar(&q.Limit, "limit", 100, "how many rows at most")
		return func(ctx context.Context, e *env, args []string) error {
			if err := exactly(args, 0, "no arguments"); err != nil {
				return err
			}
			var err error
			if q.From, err = accounts.ParseDay(from); err != nil {
				return err
			}
			if q.To, err = accounts.ParseDay(to); err != nil {
				return err
			}
			q.Act = accounts.Act(act)
			return withApp(ctx, e, func(a *app) error {
				if person != "" && person != accounts.Local().Person {
					p, err := whom(ctx, a, person)
					if err != nil {
						return err
					}
					person = p.ID
				}
				q.Person = person
				rows, err := a.people().Trail(ctx, q)
				if err != nil {
					return err
				}
				people, err := a.db.People(ctx)
				if err != nil {
					return err
				}
				names := map[string]string{}
				for _, p := range people {
					if p.Name != "" {
						names[p.ID] = p.Name
					}
				}
				for _, r := range rows {
					fmt.Fprintf(e.Out, "%d  %s  %s\n", r.Seq, r.When().Format(time.DateTime), r.Sentence(func(id string) (string, bool) { n, ok := names[id]; return n, ok }))
				}
				return nil
			})
		}
	}}
}

func checkpointCommand() command {
	return command{name: "checkpoint", summary: "Sign where the audit trail ends, to be kept elsewhere: against it, a rewritten trail is found.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
		var out, key string
		flags.StringVar(&out, "o", "", "file to write; default: print it")
		flags.StringVar(&key, "key", "", "the key to sign with (default: beside the database, made if missing)")
		return func(ctx context.Context, e *env, args []string) error {
			if err := exactly(args, 0, "no arguments"); err != nil {
				return err
			}
			if key == "" {
				key = store.KeyFile(e.db)
			}
			s, err := store.OpenSigner(key)
			if err != nil {
				return err
			}
			return withApp(ctx, e, func(a *app) error {
				text, err := a.db.Sign(ctx, s)
				if err != nil {
					return err
				}
				if out == "" {
					fmt.Fprint(e.Out, text)
					return nil
				}
				if err := os.WriteFile(out, []byte(text), 0o644); err != nil {
					return fault.Newf(fault.Refused, "the file %s cannot be written: %w", out, err).WithFix("Choose another with -o.")
				}
				fmt.Fprintf(e.Out, "written to %s; keep it outside this machine, with the public key %s\n", out, s.Verifier)
				return nil
			})
		}
	}}
}

// openEvery is how often the server looks whether an embargo ended.
const openEvery = time.Second

// keepTrail signs checkpoints of the trail and ends embargoes while ctx lasts.
func (a *app) keepTrail(ctx context.Context, dsn string, log *slog.Logger) error {
	s, err := store.OpenSigner(store.KeyFile(dsn))
	if err != nil {
		return err
	}
	go a.db.KeepSigning(ctx, s, func(err error) { log.Error("checkpoint", "cause", err) })
	go func() {
		tick := time.NewTicker(openEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if _, err := a.db.OpenReleases(ctx); err != nil && ctx.Err() == nil {
					log.Error("embargo", "cause", err)
				}
			}
		}
	}()
	return nil
}

// checkpoint is the newest one that was signed.
func (a *app) checkpoint(ctx context.Context) (string, error) {
	_, _, text, err := a.db.NewestCheckpoint(ctx)
	return text, err
}

// readCheckpoint reads a checkpoint and checks its signature; without a file there is none.
func readCheckpoint(file, key, dsn string) ([]store.SignedCheckpoint, error) {
	if file == "" {
		return nil, nil
	}
	if key == "" {
		key = store.KeyFile(dsn) + ".pub"
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fault.Newf(fault.NotFound, "the checkpoint cannot be read: %w", err).WithFix("Check the path.")
	}
	verifier, err := os.ReadFile(key)
	if err != nil {
		return nil, fault.Newf(fault.NotFound, "the public key cannot be read: %w", err).WithFix("Name it with --key: the file that ends in .pub, as you kept it.")
	}
	c, err := store.ParseCheckpoint(text, string(verifier))
	return []store.SignedCheckpoint{c}, err
}
