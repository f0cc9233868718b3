package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"waymark/internal/accounts"
	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/publication"
	"waymark/internal/reference"
	"waymark/internal/store"
)

// app is every part, wired.
type app struct {
	db          *store.DB
	world       *reference.World
	monitoring  *monitoring.Service
	publication *publication.Service

	consultation *consultation.Service

	sample  bool   // everything in the database is invented
	mail    bool   // letters are sent
	contact string // address that hears when something is withheld; empty: none
}

// open opens the database, fills a new one with what ships, and wires the parts. With empty, a new
// database gets the framework and the sources and no evidence.
func open(ctx context.Context, dsn string, empty bool, o store.Options) (*app, error) {
	world, err := reference.Shipped()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, dsn, o)
	if err != nil {
		return nil, err
	}
	a := wire(db, world, time.Now)
	if a.sample, err = isSample(ctx, db, dsn); err != nil {
		return nil, closing(db, err)
	}
	if err := a.fill(ctx, empty); err != nil {
		return nil, fmt.Errorf("filling the new database: %w", closing(db, err))
	}
	return a, nil
}

// wire puts the parts together on an open database.
func wire(db *store.DB, world *reference.World, now func() time.Time) *app {
	a := &app{db: db, world: world, publication: publication.NewService(db, world, now)}
	a.monitoring = &monitoring.Service{Store: db, World: world, Framework: a.framework}
	a.consultation = &consultation.Service{Store: db, Version: a.version, Organisations: a.speakers, Now: now}
	a.proposeBy(a.people())
	return a
}

// proposeBy says with whom lists and adoptions are proposed to a second organisation.
func (a *app) proposeBy(people *accounts.Service) {
	a.monitoring.Propose, a.consultation.Approvals = people.Propose, people
}

func closing(db *store.DB, err error) error {
	if e := db.Close(); e != nil {
		return fmt.Errorf("%w (and closing: %w)", err, e)
	}
	return err
}

func (a *app) close() error { return a.db.Close() }

// framework gives the version whose indicators evidence may speak to: the adopted one, or while a new
// database is being filled the shipped one.
func (a *app) framework(ctx context.Context) (*framework.Version, error) {
	v, err := a.db.Version(ctx, publication.DefaultFramework, 0)
	if !fault.Is(err, fault.NotFound) {
		return v, err
	}
	shipped, err := framework.Shipped()
	if err != nil {
		return nil, err
	}
	for _, v := range shipped {
		if v.Framework == publication.DefaultFramework {
			return v, nil
		}
	}
	return nil, fault.New(fault.Internal, "the program holds no framework", "")
}

// fill gives a new database what ships, and any database the shipped frameworks and rounds that it
// does not hold yet. The default framework is saved last: a database that holds it is complete, and
// one that was cut off while being filled is filled again at the next start.
func (a *app) fill(ctx context.Context, empty bool) error {
	there, err := a.db.Versions(ctx)
	if err != nil {
		return err
	}
	shipped, err := framework.Shipped()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(there, func(v framework.VersionInfo) bool { return v.Framework == publication.DefaultFramework }) {
		if err := a.fillEvidence(ctx, empty); err != nil {
			return err
		}
	}
	if !a.sample { // the shipped rounds are real
		if err := a.fillRounds(ctx); err != nil {
			return err
		}
	}
	return a.fillFrameworks(ctx, shipped, there)
}

// fillEvidence gives a new database areas and sources and, unless it is to stay empty, evidence.
func (a *app) fillEvidence(ctx context.Context, empty bool) error {
	var areas []store.Area
	for _, r := range a.world.Areas() {
		areas = append(areas, store.Area{Code: r.Code, Parent: r.Parent, Kind: string(r.Level)})
	}
	if err := a.db.SaveAreas(ctx, areas); err != nil || a.sample {
		return err
	}
	if err := a.monitoring.RegisterShipped(ctx); err != nil || empty {
		return err
	}
	return a.monitoring.LoadShipped(ctx)
}

// fillFrameworks adds the shipped frameworks that are missing, the default one last. A database that
// holds the default one never gets a shipped version of it again.
func (a *app) fillFrameworks(ctx context.Context, shipped []*framework.Version, there []framework.VersionInfo) error {
	missing := slices.DeleteFunc(slices.Clone(shipped), func(v *framework.Version) bool {
		return slices.ContainsFunc(there, func(i framework.VersionInfo) bool {
			return i.Framework == v.Framework && (i.Number == v.Number || v.Framework == publication.DefaultFramework)
		})
	})
	slices.SortStableFunc(missing, func(v, w *framework.Version) int {
		last := func(x *framework.Version) int {
			if x.Framework == publication.DefaultFramework {
				return 1
			}
			return 0
		}
		return last(v) - last(w)
	})
	for _, v := range missing {
		if err := a.db.SaveVersion(ctx, v); err != nil {
			return fmt.Errorf("framework %s: %w", v.ID(), err)
		}
	}
	return nil
}

// fillRounds adds the shipped consultation rounds that the database does not hold yet.
func (a *app) fillRounds(ctx context.Context) error {
	there, err := a.db.Rounds(ctx)
	if err != nil {
		return err
	}
	shipped, err := shippedRounds()
	if err != nil {
		return err
	}
	for _, round := range shipped {
		if slices.ContainsFunc(there, func(r consultation.Round) bool { return r.Number == round.Round.Number }) {
			continue
		}
		if err := a.db.SaveShipped(ctx, &round); err != nil {
			return fmt.Errorf("consultation round %d: %w", round.Round.Number, err)
		}
	}
	return nil
}

// shippedRounds gives the rounds on every shipped version. They are read once, because speakers asks
// for them with every page of a round; nobody changes them.
var shippedRounds = sync.OnceValues(func() ([]consultation.ShippedRound, error) {
	versions, err := framework.Shipped()
	if err != nil {
		return nil, err
	}
	var out []consultation.ShippedRound
	for _, v := range versions {
		rounds, err := consultation.Shipped(v)
		if err != nil {
			return nil, err
		}
		out = append(out, rounds...)
	}
	return out, nil
})

// version gives a version of a framework by its id.
func (a *app) version(ctx context.Context, id string) (*framework.Version, error) {
	name, number, err := framework.ParseID(id, publication.DefaultFramework)
	if err != nil {
		return nil, err
	}
	return a.db.Version(ctx, name, number)
}

// speakers gives the organisations that may be named in a consultation: those of the shipped rounds
// and those that are registered, which go before.
func (a *app) speakers(ctx context.Context) ([]consultation.Organisation, error) {
	var shipped []consultation.ShippedRound
	if !a.sample {
		var err error
		if shipped, err = shippedRounds(); err != nil {
			return nil, err
		}
	}
	registered, err := a.db.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	byCode := map[string]consultation.Organisation{}
	for _, r := range shipped {
		for _, o := range r.Organisations {
			byCode[o.Code] = o
		}
	}
	for _, o := range registered {
		byCode[o.Code] = consultation.Organisation{Code: o.Code, Name: o.Name, Type: string(o.Kind), Region: a.regionOf(o), Aliases: append(o.Aliases, byCode[o.Code].Aliases...)}
	}
	out := slices.Collect(maps.Values(byCode))
	slices.SortFunc(out, func(a, b consultation.Organisation) int { return strings.Compare(a.Code, b.Code) })
	return out, nil
}

// regionOf gives the UN region of a State's body.
func (a *app) regionOf(o accounts.Organisation) string {
	if o.Kind != accounts.State || len(o.Countries) != 1 {
		return ""
	}
	c, _ := a.world.Country(o.Countries[0])
	return c.Region
}
