package publication

import (
	"fmt"
	"slices"

	"waymark/internal/fault"
	"waymark/internal/framework"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// History is one number as it was and as it could be: by framework version, by year, and by what each
// body alone would say. Nothing in it is interpolated.
type History struct {
	Versions []VersionFigure     // oldest first
	Years    []monitoring.Figure // as of the end of each year, oldest first
	Voices   []VoiceFigure       // in the order of the criterion
}

// VersionFigure is the headline of one framework version.
type VersionFigure struct {
	Version framework.VersionInfo
	Figure  *monitoring.Figure // nil: this version computes none
	// Comparable tells whether it may be held against the version before; Note why not. The first one has
	// nothing before it.
	First, Comparable bool
	Note              string
}

// VoiceFigure is how a universe divides where one body alone is believed. A country it says nothing of
// is unknown.
type VoiceFigure struct {
	Variant                      string
	Voice                        framework.Voice
	Met, Partly, NotMet, Unknown int
	Bounds                       monitoring.Bounds
}

// NumberHistory gives the history of the headline of one code.
func (n *Snapshot) NumberHistory(code string, q FigureQuery) (History, error) {
	e, err := n.lookUp(q.Version)
	if err != nil {
		return History{}, err
	}
	head := slices.IndexFunc(e.version.Variants, func(v framework.Variant) bool { return v.Of == code && v.Headline })
	if head < 0 {
		return History{}, fault.Newf(fault.NotFound, "no figure is computed for %s yet", code)
	}
	var h History
	if h.Versions, err = n.byFrameworkVersion(e, code, q); err != nil {
		return h, err
	}
	last := n.Today
	if q.AsOf != 0 {
		last = q.AsOf
	}
	for year := e.version.Valid.Start.Year(); ; year++ {
		end := reference.YearPeriod(year).End
		if end > last || year > 2100 {
			break
		}
		f, err := n.Headline(code, FigureQuery{Version: q.Version, AsOf: end, WeightsYear: q.WeightsYear})
		if err != nil {
			return h, err
		}
		h.Years = append(h.Years, f)
	}
	h.Voices, err = n.byVoice(e, &e.version.Variants[head], q)
	return h, err
}

func (n *Snapshot) byFrameworkVersion(e *edition, code string, q FigureQuery) ([]VersionFigure, error) {
	var out []VersionFigure
	var before *edition
	infos := slices.Clone(n.Versions)
	slices.SortFunc(infos, func(a, b framework.VersionInfo) int { return a.Number - b.Number })
	for _, info := range infos {
		if info.Framework != e.version.Framework || info.State == framework.Draft || info.State == framework.Consultation {
			continue
		}
		id := fmt.Sprintf("%s@%d", info.Framework, info.Number)
		v := VersionFigure{Version: info, First: before == nil}
		now := n.editions[id]
		f, err := n.Headline(code, FigureQuery{Version: id, AsOf: q.AsOf, WeightsYear: q.WeightsYear})
		switch {
		case err == nil:
			v.Figure = &f
		case !fault.Is(err, fault.NotFound):
			return nil, err
		}
		if before != nil {
			v.Comparable, v.Note = compares(before.version, now.version, code)
		}
		out = append(out, v)
		before = now
	}
	return out, nil
}

// compares asks the crosswalk whether figures of an element compare between two versions.
func compares(a, b *framework.Version, code string) (bool, string) {
	e, ok := a.Element(code)
	if !ok {
		return false, "it was not there before"
	}
	row, ok := framework.Cross(a, b).Of(e.ID)
	if !ok {
		return false, "it is there no more"
	}
	return row.Comparable, row.Note
}

func (n *Snapshot) byVoice(e *edition, v *framework.Variant, q FigureQuery) ([]VoiceFigure, error) {
	question, err := n.question(e, v, q)
	if err != nil {
		return nil, err
	}
	bases := []string{v.Code}
	if v.Compose != nil {
		bases = v.Compose.Of
	}
	var out []VoiceFigure
	for _, base := range bases {
		w, ok := e.version.Variant("", base)
		if !ok {
			continue
		}
		first := len(out)
		for _, voice := range w.Voices {
			out = append(out, VoiceFigure{Variant: base, Voice: voice, Unknown: len(question.Universe.Members)})
		}
		for _, area := range question.Universe.Members {
			said, err := e.assessor.Sayings(base, e.evidence, area, monitoring.On(q.AsOf))
			if err != nil {
				return nil, err
			}
			for _, s := range said {
				for i := first; i < len(out); i++ {
					if out[i].Voice.Code == s.Voice.Code {
						out[i].add(s.Status)
					}
				}
			}
		}
	}
	for i := range out {
		f, total := &out[i], int64(len(question.Universe.Members))
		f.Bounds = monitoring.Bounds{
			Lower: monitoring.ShareOf(int64(f.Met), total), Upper: monitoring.ShareOf(total-int64(f.NotMet), total), KnownOnly: monitoring.ShareOf(int64(f.Met), total-int64(f.Unknown)),
		}
	}
	return out, nil
}

func (f *VoiceFigure) add(s framework.Status) {
	f.Unknown--
	switch s {
	case framework.Met:
		f.Met++
	case framework.Partly:
		f.Partly++
	case framework.NotMet:
		f.NotMet++
	default:
		f.Unknown++
	}
}
