package monitoring

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"waymark/internal/fault"
	"waymark/internal/reference"
)

//go:embed seed/sources.json seed/mappings/*.json
var seed embed.FS

// Generic is the mapping for files in the columns of the templates, whatever their source.
const Generic = "observations"

// shipment is the sources and mappings that ship, read once.
type shipment struct {
	sources  []Source
	mappings []*Mapping
}

var shipped = sync.OnceValues(func() (*shipment, error) {
	world, err := reference.Shipped()
	if err != nil {
		return nil, err
	}
	out := &shipment{}
	data, err := seed.ReadFile("seed/sources.json")
	if err != nil {
		return nil, fmt.Errorf("shipped sources: %w", err)
	}
	if err := json.Unmarshal(data, &out.sources); err != nil {
		return nil, fmt.Errorf("shipped sources: %w", err)
	}
	for i := range out.sources {
		if err := describe(&out.sources[i], world); err != nil {
			return nil, err
		}
	}
	names, err := fs.Glob(seed, "seed/mappings/*.json")
	if err != nil {
		return nil, fmt.Errorf("shipped mappings: %w", err)
	}
	for _, name := range names {
		data, err := seed.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("shipped mapping: %w", err)
		}
		m, err := ParseMapping(data)
		if err != nil {
			return nil, err
		}
		if m.Code != strings.TrimSuffix(path.Base(name), ".json") {
			return nil, fmt.Errorf("shipped mapping %s calls itself %q", name, m.Code)
		}
		out.mappings = append(out.mappings, m)
	}
	return out, nil
})

// describe fills in what the provenance file of a shipped list says about its source.
func describe(s *Source, world *reference.World) error {
	p, ok := world.Provenance(s.Code + ".csv")
	if !ok {
		return fmt.Errorf("source %s has no shipped file", s.Code)
	}
	s.Title, s.Publisher, s.Edition, s.Licence = p.Title, p.Publisher, p.Edition, p.Licence
	s.Attribution, s.Completeness, s.Caveats = p.Attribution, p.Completeness, p.Caveats
	s.Redistributed = p.Exportable()
	s.Shipped = true
	return nil
}

// ShippedSources lists the sources whose lists are in the program.
func ShippedSources() ([]Source, error) {
	s, err := shipped()
	if err != nil {
		return nil, err
	}
	return slices.Clone(s.sources), nil
}

// ShippedMappings lists the mappings that ship, by code.
func ShippedMappings() ([]*Mapping, error) {
	s, err := shipped()
	if err != nil {
		return nil, err
	}
	return slices.Clone(s.mappings), nil
}

// ShippedMapping finds a mapping by its code.
func ShippedMapping(code string) (*Mapping, error) {
	s, err := shipped()
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(s.mappings))
	for i, m := range s.mappings {
		if m.Code == code {
			return m, nil
		}
		codes[i] = m.Code
	}
	return nil, fault.Newf(fault.NotFound, "there is no mapping %q", code).WithFix("Use one of " + strings.Join(codes, ", ") + ", or give a mapping file ending in .json.")
}
