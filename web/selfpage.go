package web

import (
	"net/http"
	"runtime"
	"runtime/metrics"
	"strconv"
	"sync"
	"time"

	"github.com/leakline/leakline/internal/cputime"
	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/pprofui"
)

// A selfMeter says what this process costs. It keeps the reading before, to
// take rates from.
type selfMeter struct {
	mu   sync.Mutex
	at   time.Time
	cpu  float64 // seconds
	used cputime.Meter
	last float64 // share of one core, negative while unknown
}

// cpuShare returns the observer's use of one core since it was last asked, at
// most once a second.
func (m *selfMeter) cpuShare() (share float64, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	if since := now.Sub(m.at); since >= time.Second {
		cpu, known := m.used.Seconds()
		m.last = -1
		if !m.at.IsZero() && known {
			m.last = (cpu - m.cpu) / since.Seconds()
		}
		m.at, m.cpu = now, cpu
	}
	return m.last, m.last >= 0
}

func heapInUse() float64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	metrics.Read(sample)
	return float64(sample[0].Value.Uint64())
}

// costs is this dashboard's own cost, on the page it watches others with.
func (s *Server) costs() []templates.Cost {
	hub, history := s.cfg.API.StreamUsage(), s.cfg.API.HistoryMaxBytes()
	mem := split(units.Bytes(heapInUse()))
	most := split(units.Bytes(float64(history)))
	items := []templates.Cost{
		{Name: "observer", Value: mem.Value, Unit: mem.Unit},
		{Name: "history at most", Value: most.Value, Unit: most.Unit},
		{Name: "tick", Value: units.Count(hub.MeanReadingBytes), Unit: "B"},
		{Name: "cut for falling behind", Value: units.Count(float64(hub.Cut))},
		{Name: "goroutines", Value: units.Count(float64(runtime.NumGoroutine()))},
	}
	if share, ok := s.self.cpuShare(); ok {
		cpu := split(units.Percent(share))
		items = append([]templates.Cost{{Name: "observer", Value: cpu.Value, Unit: cpu.Unit + " of a core"}}, items...)
	}
	return items
}

// selfPage shows every buffer of this process beside its bound.
func (s *Server) selfPage(w http.ResponseWriter, r *http.Request) error {
	hub, history, crowd := s.cfg.API.StreamUsage(), s.cfg.API.HistoryMaxBytes(), s.crowd.usage()
	count := func(n int) string { return units.Count(float64(n)) }
	view := templates.DebugSelfView{Page: s.page(r, s.targetOr(r, ""), "This dashboard", "")}
	reports, reportBytes := s.reports.usage()
	view.Groups = []templates.DebugGroup{
		{Title: "Process", Rows: []templates.DebugRow{
			{Name: "uptime", Value: uptime(time.Since(s.cfg.API.Started))},
			{Name: "memory of the Go runtime", Value: units.Bytes(heapInUse())},
			{Name: "goroutines", Value: count(runtime.NumGoroutine())},
			{Name: "epoch", Value: s.cfg.API.Epoch},
		}},
		{Title: "Connections", Rows: []templates.DebugRow{
			{Name: "open, without the live streams", Value: count(crowd.connections), Bound: count(maxConnections)},
			{Name: "that have shown no token yet", Value: count(crowd.strangers), Bound: count(maxStrangers)},
			{Name: "turned out to make room", Value: strconv.FormatUint(crowd.turnedOut, 10)},
		}},
		{Title: "Audit log", Rows: auditRows(s.cfg.Audit.Usage()), More: templates.Link{Text: "Who did what", Href: "/audit"}},
		{Title: "Live stream", Rows: []templates.DebugRow{
			{Name: "viewers", Value: count(hub.Viewers), Bound: count(hub.MaxViewers)},
			{Name: "frames kept for those who come back", Value: count(hub.Frames), Bound: count(hub.MaxFrames)},
			{Name: "viewers cut for falling behind", Value: strconv.FormatUint(hub.Cut, 10)},
			{Name: "mean reading frame", Value: units.Bytes(hub.MeanReadingBytes)},
		}},
		{Title: "Room", Rows: roomRows(s.cfg.API)},
		{Title: "Fleet", Rows: fleetSelfRows(&s.cfg.API.Fleet)},
		{Title: "History", Rows: []templates.DebugRow{
			{Name: "series and marks", Bound: units.Bytes(float64(history))},
		}},
		{Title: "Reports", Rows: []templates.DebugRow{
			{Name: "kept for a moment", Value: count(reports), Bound: count(maxReports)},
			{Name: "bytes", Value: units.Bytes(float64(reportBytes)), Bound: units.Bytes(maxReports * maxReportBytes)},
		}},
		{Title: "Snapshots", Rows: keptRows(s.cfg.API.Archive.Usage())},
		{Title: "Open in pprof", Rows: []templates.DebugRow{
			{Name: "ready to be shown", Value: count(s.pages.Kept()), Bound: count(pprofui.MaxKept)},
		}},
		{Title: "Heap graphs", Rows: append(keptRows(s.cfg.API.Graphs.Usage()), templates.DebugRow{
			Name: "ready to be asked", Value: count(s.cfg.API.AnalysesKept()), Bound: count(api.MaxAnalyses),
		})},
	}
	return s.render(w, r, http.StatusOK, templates.DebugSelf(view))
}

// fleetSelfRows show how looking at many keeps its turns; empty without a fleet.
func fleetSelfRows(f *api.Fleet) []templates.DebugRow {
	if f.Late == nil {
		return nil
	}
	return []templates.DebugRow{{Name: "looks that outlasted their turn", Value: strconv.FormatUint(f.Late(), 10)}}
}

// roomRows show how full the room of the lab is; empty without one.
func roomRows(a *api.API) (rows []templates.DebugRow) {
	for _, t := range a.Targets.All() {
		if t.Room != nil {
			u := t.Room.Usage()
			rows = append(rows, templates.DebugRow{
				Name: "members", Value: units.Count(float64(u.Members)), Bound: units.Count(float64(u.MaxMembers)),
			})
		}
	}
	return rows
}

// keptRows show how full an archive is.
func keptRows(u archive.Usage) []templates.DebugRow {
	rows := []templates.DebugRow{
		{Name: "kept", Value: units.Count(float64(u.Count)), Bound: units.Count(float64(u.MaxCount))},
		{Name: "bytes on disk", Value: units.Bytes(float64(u.Bytes)), Bound: units.Bytes(float64(u.MaxBytes))},
	}
	if u.Quarantined > 0 {
		rows = append(rows, templates.DebugRow{Name: "set aside, not whole", Value: units.Count(float64(u.Quarantined))})
	}
	return rows
}
