package sample

import (
	"context"

	"waymark/internal/accounts"
	"waymark/internal/publication"
)

func (m *maker) firstRelease(ctx context.Context) error {
	m.Clock.set(330)
	return m.release(ctx, publication.ReleaseRequest{Title: "First invented release"})
}

func (m *maker) secondRelease(ctx context.Context) error {
	m.Clock.set(90)
	return m.release(ctx, publication.ReleaseRequest{Title: "Second invented release", Reason: publication.LateData, Note: "States answered, and a second review came in. All of it is invented."})
}

// release freezes the figures and publishes them, as publishers of two organisations do.
func (m *maker) release(ctx context.Context, q publication.ReleaseRequest) error {
	first := m.as(ctx, "publisher")
	r, err := m.Releases.Create(first, q)
	if err != nil {
		return err
	}
	a, err := m.Releases.Propose(first, m.People, r.ID, "The invented figures were looked at.")
	if err != nil {
		return err
	}
	_, err = m.People.Decide(m.as(ctx, "second-publisher"), a.ID, true, "A second invented organisation looked too.")
	return err
}

// waiting leaves something for each who signs in: a status, a role, a rule and a release to decide on.
func (m *maker) waiting(ctx context.Context) error {
	m.Clock.set(45)
	content, err := accounts.ContentHash("not in place")
	if err != nil {
		return err
	}
	rating, err := m.People.Propose(m.as(ctx, "verifier"), accounts.Approval{
		Act: accounts.CountryStatus, Object: "status/KEN/T2", Scope: accounts.Scope{Country: "KEN"}, Content: content,
		Summary: "Kenya, target 2: not in place (invented)",
	}, "An invented visit found the hotline closed.")
	if err != nil {
		return err
	}
	m.Clock.set(30)
	if err := m.People.ReplyTo(m.as(ctx, "focal-point"), rating.ID, "The invented hotline moved to another number and is open.", "en"); err != nil {
		return err
	}
	m.Clock.set(12)
	reader := m.who["reader"].Person
	if _, _, err := m.People.GiveRole(m.as(ctx, "administrator"), accounts.Grant{Person: reader, Role: accounts.Verifier}, "The reader shall check evidence from now on."); err != nil {
		return err
	}
	m.Clock.set(9)
	if _, err := m.People.Change(m.as(ctx, "second-administrator"), accounts.ReplyDays, "45", "Thirty days were too short for three invented States."); err != nil {
		return err
	}
	m.Clock.set(5)
	first := m.as(ctx, "publisher")
	r, err := m.Releases.Create(first, publication.ReleaseRequest{Title: "Invented release that waits", AsOf: m.Clock.day(60), Reason: publication.LateData, Note: "Figures of an earlier day."})
	if err != nil {
		return err
	}
	if _, err = m.Releases.Propose(first, m.People, r.ID, "Ready for the second look."); err != nil {
		return err
	}
	m.Clock.set(3)
	newest := &list{source: hotlines}
	for _, area := range []string{"MWI", "RWA", "TZA", "UGA", "ZMB"} {
		newest.answer(area, "mechanism_exists", m.Clock.Now().Year(), "yes", "Named by the invented network at its last meeting.")
	}
	_, err = m.handOver(ctx, "contributor", "hotlines-of-the-network", newest)
	return err
}
