package cli

import (
	"context"
	"flag"
	"fmt"

	"waymark/internal/fault"
	"waymark/internal/store"
)

func migrateCommand() command {
	return command{name: "migrate", summary: "Bring the tables of the database up to date; a backup is made first.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
		var distribute bool
		flags.BoolVar(&distribute, "distribute", false, "also spread the big tables over the machines of a Citus server")
		return func(ctx context.Context, e *env, args []string) error {
			if err := exactly(args, 0, "no arguments"); err != nil {
				return err
			}
			return withDB(ctx, e.db, store.Options{}, func(db *store.DB) error {
				fmt.Fprintln(e.Out, "the tables are up to date")
				if !distribute {
					return nil
				}
				if err := db.Distribute(ctx); err != nil {
					return err
				}
				fmt.Fprintln(e.Out, "the tables are spread over the machines of the server")
				return nil
			})
		}
	}}
}

func backupCommand() command {
	return command{name: "backup", args: "FILE", summary: "Write everything to a new file while others go on working, and check it.", setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
		return func(ctx context.Context, e *env, args []string) error {
			if err := exactly(args, 1, "the file to write"); err != nil {
				return err
			}
			return withDB(ctx, e.db, store.Options{}, func(db *store.DB) error {
				if err := db.Backup(ctx, args[0]); err != nil {
					return err
				}
				fmt.Fprintln(e.Out, "written and checked:", args[0])
				return nil
			})
		}
	}}
}

func restoreCommand() command {
	return command{name: "restore", args: "FILE", summary: "Put a backup in the place of the database; what was there is kept under another name.", setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
		return func(ctx context.Context, e *env, args []string) error {
			if err := exactly(args, 1, "the backup"); err != nil {
				return err
			}
			if store.IsPostgres(e.db) {
				return fault.New(fault.Refused, "A backup file is restored to a SQLite file.", "Copy it into an empty PostgreSQL database: waymark copy FILE postgres://…")
			}
			if err := sameKind(ctx, args[0], e.db); err != nil {
				return err
			}
			kept, err := store.Restore(ctx, args[0], e.db)
			if kept != "" {
				fmt.Fprintln(e.Out, "what was there is kept as", kept)
			}
			if err == nil {
				fmt.Fprintln(e.Out, "restored to", e.db)
			}
			return err
		}
	}}
}

func verifyCommand() command {
	return command{name: "verify", summary: "Compare everything stored with what the audit trail says was written.", setup: func(flags *flag.FlagSet) func(context.Context, *env, []string) error {
		var checkpoint, key string
		flags.StringVar(&checkpoint, "checkpoint", "", "a signed checkpoint kept elsewhere: finds a trail that was rewritten as a whole")
		flags.StringVar(&key, "key", "", "the public key of the checkpoint (default: beside the database)")
		return func(ctx context.Context, e *env, args []string) error {
			if err := exactly(args, 0, "no arguments"); err != nil {
				return err
			}
			return withDB(ctx, e.db, store.Options{ReadOnly: true}, func(db *store.DB) error {
				noted, err := readCheckpoint(checkpoint, key, e.db)
				if err != nil {
					return err
				}
				v, err := db.VerifyAgainst(ctx, noted...)
				if err != nil {
					return err
				}
				for _, b := range v.Breaks {
					fmt.Fprintln(e.Out, b)
				}
				fmt.Fprintf(e.Out, "audit rows %d, observations %d, newest hash %s\n", v.Head.Seq, v.Observations, v.Head.Hash)
				if len(v.Breaks) > 0 {
					return fault.Newf(fault.Conflict, "%d things are not as they were written", len(v.Breaks)).WithFix("Compare with a backup made before; the lines above say where.")
				}
				fmt.Fprintln(e.Out, "everything is as it was written")
				return nil
			})
		}
	}}
}

func copyCommand() command {
	return command{name: "copy", args: "FROM TO", summary: "Copy everything into an empty database of either engine, audit trail and all.", setup: func(*flag.FlagSet) func(context.Context, *env, []string) error {
		return func(ctx context.Context, e *env, args []string) error {
			if err := exactly(args, 2, "the database to copy from and the one to copy to"); err != nil {
				return err
			}
			return withDB(ctx, args[0], store.Options{ReadOnly: true}, func(from *store.DB) error {
				return withDB(ctx, args[1], store.Options{}, func(to *store.DB) error {
					if err := store.Copy(ctx, from, to); err != nil {
						return err
					}
					fmt.Fprintln(e.Out, "copied and verified")
					return nil
				})
			})
		}
	}}
}

// withDB opens a database as it is, without filling a new one.
func withDB(ctx context.Context, dsn string, o store.Options, do func(*store.DB) error) error {
	db, err := store.Open(ctx, dsn, o)
	if err != nil {
		return err
	}
	defer db.Close()
	return do(db)
}
