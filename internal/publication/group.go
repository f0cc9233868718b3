package publication

import (
	"cmp"
	"slices"
	"strings"

	"waymark/internal/fault"
	"waymark/internal/monitoring"
	"waymark/internal/reference"
)

// GroupFigure is a headline figure over one group of countries: a region, or the least developed,
// landlocked developing or small island developing countries. It has bounds and no verdict, because
// the goal is set for all countries together. Groups overlap and must not be added up; they are in
// the order of their codes and never ranked.
type GroupFigure struct {
	Group  reference.Group
	Figure monitoring.Figure
}

// ByGroup gives the headline figure of one code for every group of the universe.
func (n *Snapshot) ByGroup(code string, q FigureQuery) ([]GroupFigure, error) {
	e, err := n.lookUp(q.Version)
	if err != nil {
		return nil, err
	}
	of := cmp.Or(q.Universe, e.version.Universe)
	u, part, err := n.universe(of)
	if err != nil {
		return nil, err
	}
	if part {
		return nil, fault.Newf(fault.Refused, "%q is a group already", of).WithFix("Ask for the groups of a universe, for example " + e.version.Universe + ".")
	}
	var out []GroupFigure
	for _, g := range n.World.Groups(u) {
		q.Universe = groupOf(u, g)
		f, err := n.Headline(code, q)
		if err != nil {
			return nil, err
		}
		out = append(out, GroupFigure{g, f})
	}
	return out, nil
}

// groupOf names a group of a universe, as FigureQuery.Universe takes it and Figure.Universe gives it.
func groupOf(u reference.Universe, g reference.Group) string { return u.Code + "/" + g.Code }

// universe finds a universe, or a group of one; part tells the latter.
func (n *Snapshot) universe(code string) (u reference.Universe, part bool, err error) {
	name, group, part := strings.Cut(code, "/")
	u, ok := n.World.Universe(name)
	if !ok {
		return u, part, fault.Newf(fault.NotFound, "there is no universe %q", name).WithFix("Use " + reference.UNMembers + ", or a group of it such as " + reference.UNMembers + "/ldc.")
	}
	if !part {
		return u, false, nil
	}
	groups := n.World.Groups(u)
	i := slices.IndexFunc(groups, func(g reference.Group) bool { return g.Code == group })
	if i < 0 {
		codes := make([]string, len(groups))
		for i, g := range groups {
			codes[i] = g.Code
		}
		return u, part, fault.Newf(fault.NotFound, "the universe %s has no group %q", name, group).WithFix("Its groups are " + strings.Join(codes, ", ") + ".")
	}
	return reference.NewUniverse(groupOf(u, groups[i]), groups[i].Name, groups[i].Members), true, nil
}

// Certificates says how few unknown countries would settle the headline figure of one code, either
// way. Where the code has no goal, or countries have no status, it is fault.NotFound.
func (n *Snapshot) Certificates(code string, q FigureQuery) (monitoring.Certificates, error) {
	e, err := n.lookUp(q.Version)
	if err != nil {
		return monitoring.Certificates{}, err
	}
	q.Codes, q.Variant = []string{code}, ""
	variants, err := chosen(e.version, q)
	if err != nil {
		return monitoring.Certificates{}, err
	}
	for _, v := range variants {
		f, err := n.figure(e, v, q)
		if err != nil {
			return monitoring.Certificates{}, err
		}
		question, err := n.question(e, v, q)
		if err != nil {
			return monitoring.Certificates{}, err
		}
		if c, ok := monitoring.SmallestCertificates(&f, question.Weights); ok {
			return c, nil
		}
	}
	return monitoring.Certificates{}, fault.Newf(fault.NotFound, "nothing can settle %s: it has no goal, or no figure yet", code)
}
