package bench

import (
	"syscall"
	"testing"
	"time"
)

// cpu is the processor time this process has used: beside others on a busy machine it tells more than
// the clock.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// timed runs work b.N times after its own preparation, which is not counted, and reports milliseconds
// of the clock and of the processor.
func timed(b *testing.B, prepare func(), work func()) {
	b.Helper()
	var used time.Duration
	b.ResetTimer()
	for range b.N {
		b.StopTimer()
		prepare()
		before := cpu()
		b.StartTimer()
		work()
		b.StopTimer()
		used += cpu() - before
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/op")
	b.ReportMetric(float64(used.Microseconds())/1000/float64(b.N), "cpu-ms/op")
	b.ReportMetric(0, "ns/op")
}
