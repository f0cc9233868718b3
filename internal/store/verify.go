package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Verification is what a walk along the audit chain found.
type Verification struct {
	Head         Checkpoint `json:"head"` // the newest audit row: note it elsewhere to find a cut tail
	Observations int64      `json:"observations"`
	Breaks       []Break    `json:"breaks"` // empty: everything is as it was written
}

// Break is one place where what is stored is not what was written.
type Break struct {
	Seq  int64  `json:"seq"` // the audit row it concerns; 0: none
	What string `json:"what"`
}

func (b Break) String() string {
	if b.Seq == 0 {
		return b.What
	}
	return fmt.Sprintf("audit row %d: %s", b.Seq, b.What)
}

// Checkpoint is an audit row noted down outside the database. Only against one can a whole end of the
// chain that was cut off together with the data be found.
type Checkpoint struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

// promised is what the detail of an audit row says was written.
type promised struct {
	SHA256  string   `json:"sha256"`
	Content string   `json:"content"`
	Written *promise `json:"written"`
	Ended   *promise `json:"ended"`
}

type promise struct {
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

// object is the newest that the trail says of an object.
type object struct {
	seq     int64
	after   int64
	at      int64
	sha256  string
	content string
	written bool // found in its table
}

type verifier struct {
	tx       *sql.Tx
	db       *DB
	out      *Verification
	promises map[int64]promised
	objects  map[string]*object
}

// Verify walks the whole audit chain and compares what is stored with what it says was written:
// changed, missing, added and moved audit rows are named, and so are observations, sources, batches,
// areas and frameworks changed behind the program. It reads one state of the data while others write.
func (db *DB) Verify(ctx context.Context, checkpoints ...Checkpoint) (*Verification, error) {
	tx, err := db.r.BeginTx(ctx, &sql.TxOptions{Isolation: db.dialect.snapshot})
	if err != nil {
		return nil, db.fault(err, "the data could not be verified")
	}
	v := &verifier{tx: tx, db: db, out: &Verification{}, promises: map[int64]promised{}, objects: map[string]*object{}}
	err = v.chain(ctx, checkpoints)
	for _, step := range []func(context.Context) error{v.observations, v.accounts, v.rounds, v.documents, v.columns, v.areas} {
		if err == nil {
			err = step(ctx)
		}
	}
	return v.out, db.fault(errors.Join(err, tx.Rollback()), "the data could not be verified")
}

func (v *verifier) broken(seq int64, format string, args ...any) {
	v.out.Breaks = append(v.out.Breaks, Break{seq, fmt.Sprintf(format, args...)})
}

func (v *verifier) each(ctx context.Context, statement string, scan func(*sql.Rows) error) error {
	rows, err := v.tx.QueryContext(ctx, v.db.dialect.rewrite(statement))
	return drain(rows, err, scan)
}

const (
	selectChain = `SELECT ` + auditColumns + ` FROM audit ORDER BY seq`
	selectHead  = `SELECT seq, hash FROM audit_head WHERE id = 1`
)

// chain checks that the rows follow one another and that each is as it was sealed. After a break it
// goes on from the row as it is, so that every break is named and not only the first.
func (v *verifier) chain(ctx context.Context, checkpoints []Checkpoint) error {
	noted := map[int64]string{}
	for _, c := range checkpoints {
		noted[c.Seq] = c.Hash
	}
	var last Checkpoint
	err := v.each(ctx, selectChain, func(rows *sql.Rows) error {
		a, err := scanAudit(rows)
		if err != nil {
			return err
		}
		sum, err := a.Sum()
		switch {
		case err != nil:
			return err
		case a.Seq > last.Seq+1:
			v.broken(a.Seq, "the rows %d to %d before it are missing", last.Seq+1, a.Seq-1)
		case a.Prev != last.Hash:
			v.broken(a.Seq, "it does not follow the row before it")
		}
		if sum != a.Hash {
			v.broken(a.Seq, "it was changed (%s of %s)", a.Act, a.Object)
		}
		if h, ok := noted[a.Seq]; ok && h != a.Hash {
			v.broken(a.Seq, "it is not the row of the checkpoint")
		}
		delete(noted, a.Seq)
		last = Checkpoint{a.Seq, a.Hash}
		v.note(&a)
		return nil
	})
	if err != nil {
		return err
	}
	for _, seq := range slices.Sorted(maps.Keys(noted)) {
		v.broken(seq, "it stood in the checkpoint and is missing")
	}
	head := &v.out.Head
	if err := v.tx.QueryRowContext(ctx, selectHead).Scan(&head.Seq, &head.Hash); err != nil {
		return err
	}
	if *head != last {
		v.broken(max(head.Seq, last.Seq), "the trail ends with row %d, but the last one written was %d", last.Seq, head.Seq)
	}
	return nil
}

// note remembers what a row says was written.
func (v *verifier) note(a *AuditRow) {
	var p promised
	if json.Unmarshal([]byte(a.Detail), &p) != nil {
		return // then the row was changed, which is already said
	}
	if p.Written != nil || p.Ended != nil {
		v.promises[a.Seq] = p
	}
	o := v.objects[a.Object]
	if o == nil {
		o = &object{}
		v.objects[a.Object] = o
	}
	o.seq, o.after = a.Seq, a.After
	o.at = a.At
	if p.SHA256 != "" {
		o.sha256 = p.SHA256
	}
	if p.Content != "" {
		o.content = p.Content
	}
}

const selectEverything = `SELECT ` + readColumns + `, value_number, ended_at, ended_by, ended_seq, withdrawn FROM observation_history
	UNION ALL SELECT ` + readColumns + `, value_number, 0, '', 0, 0 FROM observation ORDER BY ` + keyColumns

const selectKnown = `SELECT 'area/' || code FROM area UNION ALL SELECT 'source/' || code FROM source`

// observations makes the digests of every write again from what is stored.
func (v *verifier) observations(ctx context.Context) error {
	written, endings := map[int64]*digest{}, map[int64]*digest{}
	of := func(m map[int64]*digest, seq int64) *digest {
		if m[seq] == nil {
			m[seq] = newDigest()
		}
		return m[seq]
	}
	known := map[string]bool{}
	err := v.each(ctx, selectKnown, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		known[name] = true
		return err
	})
	if err != nil {
		return err
	}
	r := newReader()
	err = v.each(ctx, selectEverything, func(rows *sql.Rows) error {
		var e ended
		var double sql.NullFloat64
		if err := r.scan(rows, &e.stored, &double, &e.at, &e.by, &e.seqEnd, &e.withdrawn); err != nil {
			if e.seq == 0 {
				return err
			}
			v.broken(e.seq, "an observation it wrote can no longer be read: %v", err)
			return nil
		}
		v.out.Observations++
		of(written, e.seq).statement(&e.Observation, true)
		if e.seqEnd != 0 {
			of(endings, e.seqEnd).ending(&e)
		}
		if !known["area/"+e.Area] || !known["source/"+e.Source] {
			v.broken(e.seq, "an observation of %s names the area %s or the source %s, which is gone", e.Indicator, e.Area, e.Source)
		}
		if double.Valid != (e.Value != nil) || double.Valid && math.Float64bits(double.Float64) != math.Float64bits(e.Value.InexactFloat64()) {
			v.broken(e.seq, "the rounded value of %s in %s for %s is not that of the exact one", e.Indicator, e.Area, e.Period)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, seq := range slices.Sorted(maps.Keys(v.promises)) {
		p := v.promises[seq]
		v.compare(seq, "wrote", p.Written, written[seq])
		v.compare(seq, "ended", p.Ended, endings[seq])
		delete(written, seq)
		delete(endings, seq)
	}
	for _, m := range []map[int64]*digest{written, endings} {
		for _, seq := range slices.Sorted(maps.Keys(m)) {
			v.broken(seq, "%d observations name it that it never wrote or ended", m[seq].count)
		}
	}
	return nil
}

func (v *verifier) compare(seq int64, did string, p *promise, d *digest) {
	if p == nil {
		p = &promise{}
	}
	if d == nil {
		d = newDigest()
	}
	switch {
	case p.Rows != d.count:
		v.broken(seq, "it %s %d observations, and %d are there", did, p.Rows, d.count)
	case p.Rows > 0 && p.SHA256 != d.sum():
		v.broken(seq, "observations it %s were changed", did)
	}
}

const selectDocuments = `SELECT 'source/' || code, doc, row_version FROM source
	UNION ALL SELECT 'framework/' || framework || '@' || number, doc, row_version FROM framework_version
	UNION ALL SELECT 'batch/' || id, doc, CASE withdrawn_at WHEN 0 THEN 1 ELSE 2 END FROM batch`

// documents compares everything kept as one document with the hash in the newest row about it.
func (v *verifier) documents(ctx context.Context) error {
	err := v.each(ctx, selectDocuments, func(rows *sql.Rows) error {
		var name, doc string
		var version int64
		if err := rows.Scan(&name, &doc, &version); err != nil {
			return err
		}
		o := v.objects[name]
		if o == nil {
			v.broken(0, "%s is there, and the trail does not know it", name)
			return nil
		}
		o.written = true
		if o.after != version || o.sha256 != hashOf(doc) {
			v.broken(o.seq, "%s is not as it was written", name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(v.objects)) {
		if o := v.objects[name]; !o.written && strings.Contains(name, "/") {
			v.broken(o.seq, "%s is gone", name)
		}
	}
	return nil
}

func (v *verifier) areas(ctx context.Context) error {
	var all []Area
	if err := v.each(ctx, selectAreas, scanAreas(&all)); err != nil {
		return err
	}
	o := v.objects["areas"]
	switch {
	case o == nil && len(all) > 0:
		v.broken(0, "there are areas, and the trail does not know them")
	case o != nil && o.sha256 != areasHash(all):
		v.broken(o.seq, "the areas are not as they were written")
	}
	return nil
}
