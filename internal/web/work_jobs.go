package web

import "waymark/internal/accounts"

// showJobs tells what runs by the clock: when it ran last, what it did, and what did not work.
func showJobs(c *call) (WorkPage, error) {
	p := c.page("work.jobs")
	p.Lede = c.t("work.jobs_lede")
	var list []accounts.Run
	if c.s.config.Jobs != nil {
		var err error
		if list, err = c.s.config.Jobs(c.r.Context()); err != nil {
			return p, err
		}
	}
	table := WorkTable{Title: c.t("work.jobs"), Empty: c.t("work.none"), Head: []string{c.t("work.what"), c.t("work.job_last"), c.t("work.job_next"), c.t("work.job_outcome")}}
	for _, j := range list {
		said := j.Outcome
		if j.Failed != "" {
			said = c.t("work.job_trouble", "Why", j.Failed)
		}
		table.Rows = append(table.Rows, WorkRow{Cells: []string{j.Name, c.moment(j.Ended), c.moment(j.Next), said}})
	}
	p.Tables = []WorkTable{table}
	return p, nil
}
