package server

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"kanzei/api"
)

// A metricSet counts what one server does, in the form of Prometheus.
type metricSet struct {
	set    *metrics.Set
	server *server
	flying atomic.Int64
	rated  *metrics.Counter
	reject *metrics.Counter
}

func newMetrics(s *server) *metricSet {
	metrics.ExposeMetadata(true) // the kind of each figure
	m := &metricSet{set: metrics.NewSet(), server: s}
	gauge := func(name string, f func() float64) { m.set.NewGauge(name, f) }
	gauge("kanzei_http_requests_in_flight", func() float64 { return float64(m.flying.Load()) })
	desk := func(f func(st api.Stats) int64) func() float64 {
		return func() float64 { return float64(f(s.Desk.Stats())) }
	}
	gauge("kanzei_solves_running", desk(func(st api.Stats) int64 { return st.Running }))
	gauge("kanzei_solves_waiting", desk(func(st api.Stats) int64 { return st.Waiting }))
	gauge("kanzei_answers_kept_bytes", desk(func(st api.Stats) int64 { return st.KeptBytes }))
	gauge("kanzei_answers_from_memory", desk(func(st api.Stats) int64 { return st.Hits }))
	gauge("kanzei_answers_worked_out", desk(func(st api.Stats) int64 { return st.Misses }))
	gauge("kanzei_ready", func() float64 {
		if s.loaded.Load() && !s.draining.Load() {
			return 1
		}
		return 0
	})
	gauge(fmt.Sprintf("kanzei_build_info{version=%q}", s.Desk.Version()), func() float64 { return 1 })
	m.rated = m.set.NewCounter(`kanzei_stream_rows_total{result="rated"}`)
	m.reject = m.set.NewCounter(`kanzei_stream_rows_total{result="rejected"}`)
	return m
}

func (m *metricSet) count(route string, r *recorder, took time.Duration) {
	label := "route=" + strconv.Quote(route)
	m.set.GetOrCreateCounter(fmt.Sprintf(`kanzei_http_requests_total{%s,code="%d"}`, label, r.code())).Inc()
	m.set.GetOrCreateCounter(fmt.Sprintf(`kanzei_http_response_bytes_total{%s}`, label)).AddInt64(r.bytes)
	m.set.GetOrCreatePrometheusHistogram(fmt.Sprintf(`kanzei_http_request_duration_seconds{%s}`, label)).Update(took.Seconds())
}

func (m *metricSet) serve(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	m.set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
}
