package cli

import (
	"net/http"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics answers /metrics: the process, the Go runtime and the version of the data. Nothing of a
// reader is counted.
func metrics(version *atomic.Int64) http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "waymark_data_version", Help: "Number of the newest audit row."}, func() float64 { return float64(version.Load()) }),
	)
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}
