package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"waymark/internal/fault"
)

// A checkpoint is a signed note of where the trail ends, to be kept outside the database: whoever
// rewrites the whole trail afterwards is found against it. Its text is that of a transparency log
// (https://c2sp.org/tlog-checkpoint): origin, number of rows, root of the Merkle tree over the hashes
// of the rows (RFC 6962), and one line more, the hash of the last row.
const (
	checkpointOrigin = "waymark/audit"
	checkpointEvery  = 1000      // rows
	checkpointAfter  = time.Hour // since the last one, if anything changed
)

const (
	selectHashes     = `SELECT seq, hash FROM audit WHERE seq <= $1 ORDER BY seq`
	selectCheckpoint = `SELECT seq, made_at, note FROM checkpoint ORDER BY seq DESC LIMIT 1`
	insertCheckpoint = `INSERT INTO checkpoint (seq, made_at, note) VALUES ($1, $2, $3) ON CONFLICT (seq) DO NOTHING`
)

// Signer signs checkpoints. Its key is made at the first start and lies beside the database; whoever
// has both can sign a forged trail, so what counts is a checkpoint that others kept.
type Signer struct {
	signer note.Signer
	// Verifier is the public key, as whoever checks a checkpoint needs it.
	Verifier string
}

// KeyFile is where the key of a database lies: beside a SQLite file, else in the working folder.
func KeyFile(dsn string) string {
	if IsPostgres(dsn) || dsn == inMemory {
		return "waymark.key"
	}
	return strings.TrimPrefix(dsn, "sqlite:") + ".key"
}

// OpenSigner reads the key in a file, or makes it there, readable for its owner alone; the public
// half is written beside it with the ending .pub.
func OpenSigner(file string) (*Signer, error) {
	doing := fmt.Sprintf("The key %s for signing checkpoints", file)
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		b, err = makeKey(file)
	}
	if err != nil {
		return nil, fault.Newf(fault.Refused, "%s could not be read or made: %w", doing, err).WithFix("Check who owns the file and its folder.")
	}
	if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(file, 0o600); err != nil {
			return nil, fault.Newf(fault.Refused, "%s can be read by others, and that could not be changed: %w", doing, err).WithFix("chmod 600 " + file)
		}
	}
	skey, vkey, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	s, err := note.NewSigner(skey)
	if err != nil {
		return nil, fault.New(fault.Refused, doing+" is damaged.", "Restore the file from a backup. Without it, move it away: a new key is made, and the old checkpoints stay valid with the old public key.")
	}
	return &Signer{s, vkey}, nil
}

func makeKey(file string) ([]byte, error) {
	id := make([]byte, 4)
	_, _ = rand.Read(id) // never fails (crypto/rand)
	skey, vkey, err := note.GenerateKey(rand.Reader, checkpointOrigin+"-"+hex.EncodeToString(id))
	if err != nil {
		return nil, err
	}
	b := []byte(skey + "\n" + vkey + "\n")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return os.ReadFile(file)
	}
	if err != nil {
		return nil, err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	return b, os.WriteFile(file+".pub", []byte(vkey+"\n"), 0o644)
}

// tree is the Merkle tree over the hashes of rows, kept as tlog stores it.
type tree struct {
	hashes []tlog.Hash
	size   int64
}

// ReadHashes gives stored hashes to tlog.
func (t *tree) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, n := range at {
		if n >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("hash %d of the tree is missing", n)
		}
		out[i] = t.hashes[n]
	}
	return out, nil
}

func (t *tree) add(rowHash string) error {
	more, err := tlog.StoredHashes(t.size, []byte(rowHash), t)
	t.hashes = append(t.hashes, more...)
	t.size++
	return err
}

// root computes the root over the rows up to seq, in order and without a gap.
func (db *DB) root(ctx context.Context, seq int64) (root tlog.Hash, head string, err error) {
	t := &tree{}
	err = db.each(ctx, selectHashes, []any{seq}, func(rows *sql.Rows) error {
		var n int64
		if err := rows.Scan(&n, &head); err != nil {
			return err
		}
		if n != t.size+1 {
			return fault.New(fault.Conflict, fmt.Sprintf("The audit row %d is missing.", t.size+1), "See everything that is wrong with waymark verify.")
		}
		return t.add(head)
	})
	if err == nil && t.size != seq {
		err = fault.New(fault.Conflict, fmt.Sprintf("The trail has %d rows and not %d.", t.size, seq), "See everything that is wrong with waymark verify.")
	}
	if err != nil {
		return root, head, db.fault(err, "the audit trail could not be read")
	}
	root, err = tlog.TreeHash(t.size, t)
	return root, head, err
}

// Sign makes a checkpoint of the trail as it is, keeps it, and gives its text.
func (db *DB) Sign(ctx context.Context, s *Signer) (string, error) {
	seq, err := db.DataVersion(ctx)
	if err != nil {
		return "", err
	}
	if seq == 0 {
		return "", fault.New(fault.Refused, "The trail is empty.", "There is nothing to sign yet.")
	}
	root, head, err := db.root(ctx, seq)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n%s\n", checkpointOrigin, seq, base64.StdEncoding.EncodeToString(root[:]), head)
	signed, err := note.Sign(&note.Note{Text: text}, s.signer)
	if err != nil {
		return "", fmt.Errorf("signing a checkpoint: %w", err)
	}
	err = db.bookkeep(ctx, "the checkpoint could not be kept", func(ctx context.Context, tx *Tx) error {
		return tx.exec(ctx, insertCheckpoint, seq, tx.now, string(signed))
	})
	return string(signed), err
}

// NewestCheckpoint gives the newest checkpoint that was made; fault.NotFound if there is none.
func (db *DB) NewestCheckpoint(ctx context.Context) (seq, madeAt int64, text string, err error) {
	err = db.row(ctx, selectCheckpoint, nil, &seq, &madeAt, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, "", fault.New(fault.NotFound, "No checkpoint was made yet.", "One is made every hour while the service runs, if anything changed.")
	}
	return seq, madeAt, text, db.fault(err, "the checkpoint could not be read")
}

// SignIfDue makes a checkpoint when a thousand rows or an hour have gone by since the last one and
// anything changed; otherwise it does nothing.
func (db *DB) SignIfDue(ctx context.Context, s *Signer) error {
	seq, err := db.DataVersion(ctx)
	if err != nil || seq == 0 {
		return err
	}
	last, at, _, err := db.NewestCheckpoint(ctx)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if seq == last || seq-last < checkpointEvery && db.now().Sub(time.UnixMicro(at)) < checkpointAfter {
		return nil
	}
	_, err = db.Sign(ctx, s)
	return err
}

// KeepSigning makes checkpoints when they are due, until ctx ends; failed hears of what went wrong.
func (db *DB) KeepSigning(ctx context.Context, s *Signer, failed func(error)) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		if err := db.SignIfDue(ctx, s); err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// SignedCheckpoint is a checkpoint whose signature was checked.
type SignedCheckpoint struct {
	Checkpoint
	Root tlog.Hash
}

// ParseCheckpoint reads a signed checkpoint and checks its signature against a public key.
func ParseCheckpoint(text []byte, verifier string) (SignedCheckpoint, error) {
	var out SignedCheckpoint
	v, err := note.NewVerifier(strings.TrimSpace(verifier))
	if err != nil {
		return out, fault.New(fault.Refused, "The public key for the checkpoint cannot be read.", "Give the file with the ending .pub that lies beside the key.")
	}
	n, err := note.Open(text, note.VerifierList(v))
	if err != nil {
		return out, fault.New(fault.Conflict, "The checkpoint was not signed with this key, or was changed afterwards.", "Use the checkpoint as it was downloaded, and the public key of that time.")
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 5 || lines[0] != checkpointOrigin {
		return out, fault.New(fault.Refused, "This is a signed note, but no checkpoint of an audit trail.", "Give a file downloaded as a checkpoint.")
	}
	seq, err1 := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	if errors.Join(err1, err2) != nil || seq < 1 || len(root) != tlog.HashSize || len(lines[3]) != 64 {
		return out, fault.New(fault.Refused, "The checkpoint cannot be read.", "Give a file downloaded as a checkpoint.")
	}
	out.Checkpoint = Checkpoint{seq, lines[3]}
	copy(out.Root[:], root)
	return out, nil
}

// VerifyAgainst is Verify, and tells also whether the trail is the one a checkpoint was made of: the
// root of the tree over its rows is compared, which no later trail can have by chance.
func (db *DB) VerifyAgainst(ctx context.Context, checkpoints ...SignedCheckpoint) (*Verification, error) {
	plain := make([]Checkpoint, len(checkpoints))
	for i, c := range checkpoints {
		plain[i] = c.Checkpoint
	}
	v, err := db.Verify(ctx, plain...)
	if err != nil {
		return v, err
	}
	for _, c := range checkpoints {
		root, _, err := db.root(ctx, c.Seq)
		switch {
		case fault.Is(err, fault.Conflict):
			text, _ := fault.Safe(err)
			v.Breaks = append(v.Breaks, Break{c.Seq, "the checkpoint covers rows that are not there: " + text})
		case err != nil:
			return v, err
		case root != c.Root:
			v.Breaks = append(v.Breaks, Break{c.Seq, "the rows up to here are not those of the checkpoint"})
		}
	}
	return v, nil
}
