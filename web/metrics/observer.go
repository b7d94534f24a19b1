package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/web/live"
)

// ofObserver is this process: every buffer beside its bound.
var ofObserver = []metric{
	gauge("viewers", "Viewers connected.", stream(func(u live.Usage) int { return u.Viewers })),
	gauge("viewers_max", "Viewers that may be connected at a time.",
		stream(func(u live.Usage) int { return u.MaxViewers })),
	counter("viewers_cut_total", "Viewers cut because they fell behind.",
		stream(func(u live.Usage) uint64 { return u.Cut })),
	counter("frames_total", "Frames published to viewers.", func(n *instant) float64 { return float64(n.frames) }),
	gauge("frames_kept", "Frames kept for viewers that come back.", stream(func(u live.Usage) int { return u.Frames })),
	gauge("frames_kept_max", "Frames that are kept at most.", stream(func(u live.Usage) int { return u.MaxFrames })),
	gauge("history_max_bytes", "Bound of the memory that readings and marks take.",
		func(n *instant) float64 { return float64(n.history) }),
	gauge("snapshots", "Snapshots kept.", kept(func(u archive.Usage) int { return u.Count })),
	gauge("snapshots_max", "Snapshots that are kept at most.", kept(func(u archive.Usage) int { return u.MaxCount })),
	gauge("snapshots_bytes", "Size of the snapshots kept.", kept(func(u archive.Usage) int64 { return u.Bytes })),
	gauge("snapshots_max_bytes", "Size of the snapshots that are kept at most.",
		kept(func(u archive.Usage) int64 { return u.MaxBytes })),
}

func gauge(name, help string, read func(*instant) float64) metric {
	return metric{name, help, prometheus.GaugeValue, read}
}

func counter(name, help string, read func(*instant) float64) metric {
	return metric{name, help, prometheus.CounterValue, read}
}

func stream[T int | uint64](read func(live.Usage) T) func(*instant) float64 {
	return func(n *instant) float64 { return float64(read(n.stream)) }
}

func kept[T int | int64](read func(archive.Usage) T) func(*instant) float64 {
	return func(n *instant) float64 { return float64(read(n.archive)) }
}
