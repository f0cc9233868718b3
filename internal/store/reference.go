package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"waymark/internal/accounts"
	"waymark/internal/fault"
)

// Area is one node of the tree of places.
type Area struct {
	Code   string `json:"code"`   // ISO 3166-1 alpha-3, or a three-digit M49 code of a region or the world
	Parent string `json:"parent"` // empty: the top
	Kind   string `json:"kind"`   // world, region, country …
}

// SeedAreas is the act of laying down the shipped tree of areas.
const SeedAreas accounts.Act = "areas"

const (
	selectAreas = `SELECT code, COALESCE(parent, ''), kind FROM area ORDER BY code`
	upsertArea  = `INSERT INTO area (code, parent, kind) VALUES ($1, $2, $3)
		ON CONFLICT (code) DO UPDATE SET parent = excluded.parent, kind = excluded.kind`
)

func scanAreas(out *[]Area) func(*sql.Rows) error {
	return func(rows *sql.Rows) error {
		var a Area
		err := rows.Scan(&a.Code, &a.Parent, &a.Kind)
		*out = append(*out, a)
		return err
	}
}

// Areas gives the tree of places in the order of the codes.
func (db *DB) Areas(ctx context.Context) ([]Area, error) {
	var out []Area
	err := db.each(ctx, selectAreas, nil, scanAreas(&out))
	return out, db.fault(err, "the areas could not be read")
}

// SaveAreas adds areas and moves those that have a new parent or kind; it removes none, and the same
// again changes nothing. A parent is among areas or already there.
func (db *DB) SaveAreas(ctx context.Context, areas []Area) error {
	return db.write(ctx, "the areas could not be saved", func(ctx context.Context, tx *Tx) (*entry, error) {
		var standing []Area
		if err := tx.each(ctx, selectAreas, nil, scanAreas(&standing)); err != nil {
			return nil, err
		}
		known := make(map[string]Area, len(standing)+len(areas))
		for _, a := range standing {
			known[a.Code] = a
		}
		var changed []Area
		for _, a := range areas {
			if err := checkText(a.Code, a.Parent, a.Kind); err != nil {
				return nil, err
			}
			if a.Code == "" {
				return nil, fault.New(fault.Refused, "An area has no code.", "Give it the ISO 3166-1 alpha-3 or M49 code.")
			}
			if was, ok := known[a.Code]; !ok || was != a {
				changed = append(changed, a)
			}
			known[a.Code] = a
		}
		if len(changed) == 0 {
			return nil, nil
		}
		changed, err := parentsFirst(changed, known)
		if err != nil {
			return nil, err
		}
		for _, a := range changed {
			if err := tx.exec(ctx, upsertArea, a.Code, sql.NullString{String: a.Parent, Valid: a.Parent != ""}, a.Kind); err != nil {
				return nil, err
			}
		}
		all := make([]Area, 0, len(known))
		for _, a := range known {
			all = append(all, a)
		}
		return &entry{act: SeedAreas, object: "areas", before: int64(len(standing)), after: int64(len(all)),
			detail: map[string]any{"saved": len(changed), "sha256": areasHash(all)}}, nil
	})
}

// areasHash is the hash of the whole tree, for the audit trail.
func areasHash(all []Area) string {
	slices.SortFunc(all, func(a, b Area) int { return compare(a.Code, b.Code) })
	d := newDigest()
	for _, a := range all {
		d.text(a.Code, a.Parent, a.Kind)
	}
	return d.sum()
}

// parentsFirst orders areas so that each comes after its parent, and refuses a tree that is none.
func parentsFirst(areas []Area, known map[string]Area) ([]Area, error) {
	depth := make(map[string]int, len(areas))
	for _, a := range areas {
		n := 0
		for at := a; at.Parent != ""; n++ {
			up, ok := known[at.Parent]
			if !ok {
				return nil, fault.New(fault.Refused, fmt.Sprintf("The area %s lies in %s, which is not known.", at.Code, at.Parent), "Add that one too, or mend the code.")
			}
			if n > len(known) {
				return nil, fault.New(fault.Refused, fmt.Sprintf("The area %s lies in itself.", a.Code), "Mend the parents of the areas above it.")
			}
			at = up
		}
		depth[a.Code] = n
	}
	slices.SortStableFunc(areas, func(a, b Area) int { return compare(depth[a.Code], depth[b.Code]) })
	return areas, nil
}
