package publication

import (
	"context"
	"fmt"

	"waymark/internal/fault"
	"waymark/internal/monitoring"
)

// Proof makes the capsule of one figure: the file that holds all it was computed from, and that
// anybody can compute again without this program (monitoring.Capsule). Where a statement behind the
// figure may not leave the program there is no capsule, rather than one that proves something else.
func (n *Snapshot) Proof(ctx context.Context, q FigureQuery) ([]byte, error) {
	e, err := n.lookUp(q.Version)
	if err != nil {
		return nil, err
	}
	variants, err := chosen(e.version, q)
	if err != nil {
		return nil, err
	}
	if len(variants) != 1 {
		return nil, fault.Newf(fault.NotFound, "%d figures are asked for; a capsule proves one.", len(variants)).WithFix("Name one target and one variant, for example T1 and T1x.").
			WithKey("error.proof_which", nil)
	}
	question, err := n.question(e, variants[0], q)
	if err != nil {
		return nil, err
	}
	rows, err := n.store.Observations(ctx, monitoring.ObservationQuery{Indicators: e.assessor.Needs(variants[0])})
	if err != nil {
		return nil, err
	}
	closed := 0
	for i := range rows {
		if s, _ := n.Source(rows[i].Source); rows[i].Conf != monitoring.Free || !s.Redistributed {
			closed++
		}
	}
	if closed > 0 {
		return nil, fault.Newf(fault.Conflict, "%d statements behind this figure may not be given out, so no file can prove it.", closed).
			WithFix("Ask their source; the list of sources names it.").WithKey("error.proof_withheld", map[string]any{"N": closed})
	}
	f, body, err := e.assessor.Prove(question, rows, n.Sources, e.info.SHA256)
	if err != nil {
		return nil, fmt.Errorf("proof of %s %s: %w", f.Code, f.Variant, err)
	}
	shown, err := n.figure(e, variants[0], q)
	if err != nil {
		return nil, err
	}
	if shown.Inputs != f.Inputs {
		return nil, fault.New(fault.Unavailable, "The data changed while the file was made.", "Ask again.")
	}
	return body, nil
}
