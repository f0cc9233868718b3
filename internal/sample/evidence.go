package sample

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strconv"

	"waymark/internal/monitoring"
)

func invented(code, title string, kind monitoring.SourceKind, feeds ...string) monitoring.Source {
	s := monitoring.Source{
		Code: code, Title: title, Kind: kind, Publisher: title, Edition: "no real edition",
		Licence: "CC0", Attribution: "invented data", Redistributed: true, Cadence: "never", Completeness: "Every row is made up.",
		Caveats: []string{"Nothing in this source is true of any country."},
	}
	for _, f := range feeds {
		s.Feeds = append(s.Feeds, monitoring.Feed{Indicator: f})
	}
	return s
}

// The codes of the sources.
const (
	register    = "sample-treaties"
	review      = "sample-law-review"
	otherReview = "sample-second-review"
	hotlines    = "sample-hotlines"
	states      = "sample-submissions"
	survey      = "sample-survey"
)

func sources() []monitoring.Source {
	out := []monitoring.Source{
		invented(register, "Invented register of treaties", monitoring.InternationalList, "lanzarote", "budapest", "budapest_as_listed", "crc", "opsc"),
		invented(review, "Invented review of laws", monitoring.OtherAssessment, "csec_meets", "csec_partly", "icmec_specific_law", "icmec_defined", "icmec_technology", "icmec_possession", "icmec_provider_reporting"),
		invented(otherReview, "Invented second review of laws", monitoring.OtherAssessment, "csec_meets", "csec_partly"),
		invented(hotlines, "Invented list of hotlines", monitoring.InternationalList, "mechanism_exists", "mechanism_recent", "mechanism_listed_2015_2017", "inhope_hotline", "mechanism_national", "child_helpline"),
		invented(states, "Invented answers of States", monitoring.CountryVerified, "mechanism_exists", "mechanism_recent", "csec_meets", "children_liable_self_images"),
		invented(survey, "Invented survey of hotlines", monitoring.OtherAssessment, "mechanism_public", "mechanism_anonymous", "mechanism_free", "mechanism_national_language", "removed_within_3_days"),
	}
	out[4].ValidatedByCountries = true
	out[1].Viewpoint = "an invented institute's view"
	for i := range out[0].Feeds {
		out[0].Feeds[i].Complete = out[0].Feeds[i].Indicator != "budapest"
	}
	return out
}

// stands says which invented source stands for a real one where the framework names whose word counts.
var stands = map[string]struct{ code, voice string }{
	"treaties":               {register, "Party to a treaty (invented)"},
	"csec_legislation_usdol": {review, "Review of laws (invented)"},
	"reporting_mechanisms":   {hotlines, "List of hotlines (invented)"},
}

// list is a table as a partner would send it.
type list struct {
	source string
	rows   [][]string
}

var header = []string{"area", "indicator", "period", "answer", "value", "source_date", "comment"}

func (l *list) answer(area, indicator string, year int, answer, comment string) {
	y := strconv.Itoa(year)
	l.rows = append(l.rows, []string{area, indicator, y + "/..", answer, "", y, comment})
}

func (l *list) share(area, indicator string, year int, value float64) {
	y := strconv.Itoa(year)
	l.rows = append(l.rows, []string{area, indicator, y, "", strconv.FormatFloat(value, 'f', 2, 64), y, ""})
}

func (l *list) bytes() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(header); err != nil {
		return nil, err
	}
	err := w.WriteAll(l.rows)
	return b.Bytes(), err
}

// take hands a list over as somebody would, and a verifier of another organisation approves it.
func (m *maker) take(ctx context.Context, who, name string, l *list) error {
	id, err := m.handOver(ctx, who, name, l)
	if err != nil {
		return err
	}
	_, err = m.People.Decide(m.as(ctx, "second-verifier"), id, true, "The invented list was compared with its invented source.")
	return err
}

// handOver leaves a list waiting and gives the approval it waits for.
func (m *maker) handOver(ctx context.Context, who, name string, l *list) (string, error) {
	data, err := l.bytes()
	if err != nil {
		return "", err
	}
	out, err := m.Monitoring.Import(m.as(ctx, who), monitoring.Import{Name: "invented-" + name + ".csv", Data: data, Source: l.source})
	if err != nil {
		return "", fmt.Errorf("list %s: %w", name, err)
	}
	if out.Waiting == nil {
		return "", fmt.Errorf("list %s waits for nobody", name)
	}
	return out.Waiting.ID, nil
}

// silent tells the countries about which nothing is invented: that much is not known in the sample too.
func silent(area string) bool { return chance(area, "silent") < 0.12 }

// yes says "yes" with a chance, else "no".
func yes(likely float64, words ...string) string {
	if chance(words...) < likely {
		return "yes"
	}
	return "no"
}

// firstEvidence is what is known at first: six sources, some countries by several of them, some old.
func (m *maker) firstEvidence(ctx context.Context) error {
	m.Clock.set(400)
	for _, s := range sources() {
		if err := m.Monitoring.Store.SaveSource(ctx, s); err != nil {
			return err
		}
	}
	year := m.Clock.Now().Year()
	treaties, laws, lines := &list{source: register}, &list{source: review}, &list{source: hotlines}
	for _, c := range m.World.Countries() {
		area := c.ISO3
		if chance(area, "lanzarote") < 0.25 {
			treaties.answer(area, "lanzarote", year-8+int(6*chance(area, "lanzarote year")), "yes", "")
		}
		if chance(area, "budapest") < 0.3 {
			since := year - 9 + int(7*chance(area, "budapest year"))
			treaties.answer(area, "budapest", since, "yes", "")
			treaties.answer(area, "budapest_as_listed", since, "yes", "")
		}
		treaties.answer(area, "crc", 1990, "yes", "")
		treaties.answer(area, "opsc", 2002, yes(0.9, area, "opsc"), "")
		if silent(area) {
			continue
		}
		if chance(area, "law known") < 0.7 {
			meets := yes(0.55, area, "law")
			since := year - 1 - int(8*chance(area, "law year"))
			laws.answer(area, "csec_meets", since, meets, "The invented review says so.")
			if meets == "no" {
				laws.answer(area, "csec_partly", since, yes(0.5, area, "partly"), "")
			} else {
				laws.answer(area, "csec_partly", since, "no", "")
			}
		}
		if chance(area, "criteria known") < 0.5 {
			for _, ind := range []string{"icmec_specific_law", "icmec_defined", "icmec_technology", "icmec_possession", "icmec_provider_reporting"} {
				laws.answer(area, ind, year-3, yes(0.7, area, ind), "")
			}
		}
		switch x := chance(area, "hotline"); {
		case x < 0.5:
			since := year - 1 - int(7*chance(area, "hotline year"))
			lines.answer(area, "mechanism_exists", since, "yes", "")
			if since >= year-4 {
				lines.answer(area, "mechanism_recent", since, "yes", "")
			} else {
				lines.answer(area, "mechanism_listed_2015_2017", since, "yes", "")
			}
			lines.answer(area, "inhope_hotline", since, yes(0.4, area, "network"), "")
			lines.answer(area, "mechanism_national", since, yes(0.8, area, "national"), "")
		case x < 0.6:
			lines.answer(area, "mechanism_exists", year-2, "no", "The invented list looked and found none.")
		}
		lines.answer(area, "child_helpline", year-3, yes(0.7, area, "helpline"), "")
	}
	for _, l := range []struct {
		name string
		list *list
	}{{"treaties", treaties}, {"laws", laws}, {"hotlines", lines}} {
		if err := m.take(ctx, "steward", l.name, l.list); err != nil {
			return err
		}
	}
	return nil
}

// laterEvidence is what comes months later: States answer, a second review disagrees with the first,
// the list of hotlines has a new edition, and a survey brings numbers.
func (m *maker) laterEvidence(ctx context.Context) error {
	m.Clock.set(150)
	year := m.Clock.Now().Year()
	answers, second, lines, numbers := &list{source: states}, &list{source: otherReview}, &list{source: hotlines}, &list{source: survey}
	for _, c := range m.World.Countries() {
		area := c.ISO3
		if silent(area) {
			continue
		}
		if area == "KEN" || chance(area, "answers") < 0.15 {
			answers.answer(area, "csec_meets", year-1, yes(0.8, area, "own word"), "The State's own invented answer.")
			answers.answer(area, "mechanism_exists", year-1, yes(0.85, area, "own line"), "")
			answers.answer(area, "mechanism_recent", year-1, yes(0.85, area, "own line"), "")
			answers.answer(area, "children_liable_self_images", year-1, yes(0.3, area, "liable"), "")
		}
		if chance(area, "law known") < 0.7 && chance(area, "second review") < 0.2 {
			says := "yes"
			if yes(0.55, area, "law") == "yes" && chance(area, "disagrees") < 0.5 {
				says = "no"
			}
			second.answer(area, "csec_meets", year-1, says, "The second invented review.")
			second.answer(area, "csec_partly", year-1, "no", "")
		}
		if x := chance(area, "hotline"); x >= 0.5 && x < 0.56 { // a new edition: where there was none, one opened
			lines.answer(area, "mechanism_exists", year-2, "yes", "Opened since, says the invented list.")
			lines.answer(area, "mechanism_recent", year-2, "yes", "")
		}
		if chance(area, "hotline") < 0.5 && chance(area, "survey") < 0.4 {
			for _, ind := range []string{"mechanism_public", "mechanism_anonymous", "mechanism_free", "mechanism_national_language"} {
				numbers.answer(area, ind, year-1, yes(0.8, area, ind), "")
			}
			for y := year - 4; y < year; y++ {
				if chance(area, "gap", strconv.Itoa(y)) > 0.25 { // some years were not collected
					numbers.share(area, "removed_within_3_days", y, 0.3+0.05*float64(y-year+4)+0.4*chance(area, "speed"))
				}
			}
		}
	}
	for _, l := range []struct {
		who, name string
		list      *list
	}{{"steward", "answers", answers}, {"steward", "second-review", second}, {"steward", "hotlines-new-edition", lines}, {"steward", "survey", numbers}} {
		if err := m.take(ctx, l.who, l.name, l.list); err != nil {
			return err
		}
	}
	return nil
}
