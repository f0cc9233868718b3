package monitoring

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"waymark/internal/accounts"
	"waymark/internal/fault"
	"waymark/internal/format/table"
	"waymark/internal/framework"
	"waymark/internal/lang"
	"waymark/internal/reference"
	"waymark/internal/safeguard"
)

// Service takes evidence in. Reading it is publication's task.
type Service struct {
	Store Store
	World *reference.World
	// Framework gives the version whose indicators are asked for.
	Framework func(ctx context.Context) (*framework.Version, error)
	// Propose opens an approval. Without it only whoever runs the machine takes evidence in.
	Propose func(ctx context.Context, a accounts.Approval, reason string) (accounts.Approval, error)
}

// Import says what to take in.
type Import struct {
	Name    string // of the file, for messages and the record
	Data    []byte
	Source  string
	Mapping *Mapping // nil: the source's own, else Generic
	Sheet   string
	Limits  table.Limits
	// AcceptGuesses takes the file although something about it (its encoding, say) had to be guessed.
	AcceptGuesses bool
	DryRun        bool
}

// Imported is what an import did, or with DryRun would do.
type Imported struct {
	*Proposal
	Table *table.Table
	Batch string // id of the stored batch; empty where nothing was stored
	// Waiting is the approval that the batch waits for; nil where it waits for none. Until then no
	// figure knows of it.
	Waiting *accounts.Approval
}

// maxStale bounds how often an import is proposed again because somebody else saved in between.
const maxStale = 5

// Import reads a file by a mapping and stores what is new or changed, whole or not at all. Where a
// row is refused nothing is stored; the proposal then lists the rows and how to mend them, and the
// error is a fault.Refused. The same file twice changes nothing.
//
// What anybody but whoever runs the machine hands over is stored as a proposal: it enters the figures
// when a verifier of a second organisation, of none of the countries it speaks about, approves it.
func (s *Service) Import(ctx context.Context, in Import) (*Imported, error) {
	who := accounts.Present(ctx)
	if err := who.Somewhere(accounts.ImportEvidence); err != nil {
		return nil, err
	}
	if f := safeguard.Text(in.Name, func(string) bool { return false }); f != nil && f.Kind != safeguard.Address {
		return nil, fault.New(fault.Refused, "the name of the file: "+f.What(), "Give the file another name.")
	}
	t, err := table.Read(in.Name, in.Data, table.Options{Sheet: in.Sheet, Limits: in.Limits})
	if err != nil {
		return nil, err
	}
	if t.Asks() && !in.AcceptGuesses && !in.DryRun {
		return nil, guesses(in.Name, t)
	}
	for range maxStale {
		out, err := s.propose(ctx, &in, t)
		if err != nil {
			return nil, err
		}
		if len(out.Problems) > 0 {
			return out, fault.Newf(fault.Refused, "%s: %d rows were refused, so nothing was stored", in.Name, out.Tally.Refused).
				WithFix("Mend the rows named and import the file again; --dry-run shows them without storing anything.")
		}
		rows := out.Rows()
		if in.DryRun || len(rows) == 0 {
			return out, nil
		}
		batch := s.batch(ctx, &in, out, rows)
		if who.Role != accounts.Operator {
			a, err := s.await(ctx, ProposedBatch{batch, rows})
			if err != nil {
				return nil, err
			}
			out.Waiting = &a
			return out, nil
		}
		err = s.Store.SaveBatch(ctx, batch, rows, out.basis)
		if fault.Is(err, fault.Stale) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("storing %s: %w", in.Name, err)
		}
		out.Batch = batch.ID
		return out, nil
	}
	return nil, fault.New(fault.Unavailable, "other changes kept coming in while the file was read; nothing was stored", "Try again in a moment.")
}

func guesses(name string, t *table.Table) error {
	var what []string
	for _, r := range t.Remarks {
		if r.Ask {
			what = append(what, r.Text)
		}
	}
	return fault.Newf(fault.Refused, "%s: something had to be guessed: %s", name, strings.Join(what, " ")).
		WithFix("Look at the result with: waymark table inspect. If it is right, import again with --accept-guesses.")
}

func (s *Service) batch(ctx context.Context, in *Import, out *Imported, rows []Observation) Batch {
	sum := sha256.Sum256(in.Data)
	b := Batch{
		ID: uuid.Must(uuid.NewV7()).String(), Source: in.Source, Mapping: out.mapping.Code, File: in.Name,
		SHA256: hex.EncodeToString(sum[:]), Tally: out.Tally, Problems: out.Remarks, By: accounts.From(ctx).Person,
	}
	for i := range rows {
		if !slices.Contains(b.Indicators, rows[i].Indicator) {
			b.Indicators = append(b.Indicators, rows[i].Indicator)
		}
	}
	slices.Sort(b.Indicators)
	return b
}

func (s *Service) propose(ctx context.Context, in *Import, t *table.Table) (*Imported, error) {
	basis, err := s.Store.DataVersion(ctx)
	if err != nil {
		return nil, err
	}
	source, hosts, err := s.source(ctx, in.Source)
	if err != nil {
		return nil, err
	}
	mapping, err := mappingFor(in)
	if err != nil {
		return nil, err
	}
	if mapping.Source != "" && mapping.Source != in.Source {
		return nil, fault.Newf(fault.Refused, "the mapping %s reads lists of the source %s, not of %s", mapping.Code, mapping.Source, in.Source).
			WithFix("Name the source the list comes from, or a mapping that is for any source.")
	}
	version, err := s.Framework(ctx)
	if err != nil {
		return nil, err
	}
	known := Known{
		Mapping: mapping, Source: source, Indicators: map[string]framework.Indicator{},
		Match: s.match, Check: check(hosts),
	}
	for _, ind := range version.Indicators {
		known.Indicators[ind.Code] = ind
	}
	list := listOf(in.Name, t)
	known.Current, err = s.Store.Observations(ctx, ObservationQuery{Indicators: indicatorsIn(mapping, list)})
	if err != nil {
		return nil, err
	}
	p := Propose(list, known)
	p.basis, p.mapping = basis, mapping
	return &Imported{Proposal: p, Table: t}, nil
}

func (s *Service) source(ctx context.Context, code string) (Source, safeguard.Hosts, error) {
	sources, err := s.Store.Sources(ctx)
	if err != nil {
		return Source{}, nil, err
	}
	var hosts [][]string
	var codes []string
	found := -1
	for i, src := range sources {
		hosts = append(hosts, src.Hosts)
		codes = append(codes, src.Code)
		if src.Code == code {
			found = i
		}
	}
	if found < 0 {
		return Source{}, nil, fault.Newf(fault.NotFound, "there is no source %q", code).WithFix("Use one of " + strings.Join(codes, ", ") + ", or register it first.")
	}
	return sources[found], safeguard.Registered(hosts...), nil
}

func mappingFor(in *Import) (*Mapping, error) {
	if in.Mapping != nil {
		return in.Mapping, nil
	}
	m, err := ShippedMapping(in.Source)
	if fault.Is(err, fault.NotFound) {
		return ShippedMapping(Generic)
	}
	return m, err
}

// indicatorsIn lists the indicators a list may write: those of the mapping, or of its column.
func indicatorsIn(m *Mapping, l List) []string {
	if fixed := m.Indicators(); fixed != nil {
		return fixed
	}
	var out []string
	for _, r := range m.Rules {
		if r.Indicator.Const != "" {
			out = append(out, r.Indicator.Const)
			continue
		}
		at := slices.IndexFunc(l.Header, func(h string) bool { return strings.TrimSpace(h) == r.Indicator.Column })
		seen := map[string]bool{}
		for i := range l.Rows {
			if at >= 0 && at < len(l.Rows[i].Cells) {
				seen[strings.TrimSpace(l.Rows[i].Cells[at])] = true
			}
		}
		for code := range seen {
			out = append(out, code)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// listOf takes the cells of a table as text. An error cell of a workbook (#N/A) is a missing value.
func listOf(name string, t *table.Table) List {
	l := List{File: name, Sheet: t.Sheet, Header: t.Header, Rows: make([]ListRow, len(t.Rows))}
	width := len(t.Header)
	cells := make([]string, width*len(t.Rows)) // one array for all rows: lists are long
	for i, row := range t.Rows {
		c := cells[i*width : (i+1)*width : (i+1)*width]
		for j := range min(width, len(row.Cells)) {
			if row.Cells[j].Kind != table.Error {
				c[j] = row.Cells[j].Text
			}
		}
		l.Rows[i] = ListRow{row.Number, c}
	}
	return l
}

// match recognises an area for a proposal: a country, or an aggregate of the area tree by its code.
func (s *Service) match(text string) AreaMatch {
	m := s.World.Match(text)
	switch m.Kind {
	case reference.Matched:
		return AreaMatch{Area: m.Country.ISO3}
	case reference.NotACountry, reference.Former:
		return AreaMatch{Outside: fmt.Sprintf("%s is no country of the list", m.Name)}
	case reference.Outside:
		return AreaMatch{Outside: fmt.Sprintf("%s is not in the standard list of countries (M49)", m.Name)}
	}
	out := AreaMatch{}
	for _, c := range m.Candidates {
		out.Nearest = append(out.Nearest, fmt.Sprintf("%s (%s)", c.ISO3, c.Name(lang.English)))
	}
	return out
}

// check is the never-store gate over one cell.
func check(hosts safeguard.Hosts) func(string) (string, string) {
	return func(text string) (string, string) {
		f := safeguard.Text(text, hosts)
		if f == nil {
			return "", ""
		}
		return f.What(), f.Fix()
	}
}

// RegisterShipped makes the shipped sources known.
func (s *Service) RegisterShipped(ctx context.Context) error {
	sources, err := ShippedSources()
	if err != nil {
		return err
	}
	for _, src := range sources {
		if err := s.Store.SaveSource(ctx, src); err != nil {
			return fmt.Errorf("source %s: %w", src.Code, err)
		}
	}
	return nil
}

// LoadShipped takes the shipped lists in, by the same way as any other file. What is there already
// stays untouched.
func (s *Service) LoadShipped(ctx context.Context) error {
	mappings, err := ShippedMappings()
	if err != nil {
		return err
	}
	for _, m := range mappings {
		name := m.Code + ".csv"
		data, ok := reference.SeedFile(name)
		if p, _ := s.World.Provenance(name); !ok || p.Rows == 0 { // a mapping that waits for its list
			continue
		}
		if _, err := s.Import(ctx, Import{Name: name, Data: data, Source: m.Source, Mapping: m}); err != nil {
			return fmt.Errorf("shipped list %s: %w", m.Code, err)
		}
	}
	return nil
}
