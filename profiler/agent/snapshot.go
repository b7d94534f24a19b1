package agent

import (
	"bytes"
	"net/http"
	"runtime"
	"runtime/metrics"
	"runtime/pprof"
	"strconv"
	"time"
)

// The headers that come with a snapshot and say what it stands for.
const (
	HeaderGCCycle        = "Leakline-Gc-Cycle"         // cycles completed before it
	HeaderFloor          = "Leakline-Floor-Bytes"      // live heap after the last of them
	HeaderRequests       = "Leakline-Requests"         // answered before it; absent when unknown
	HeaderCapture        = "Leakline-Capture-Ms"       // what it cost, GC included
	HeaderUptime         = "Leakline-Uptime-S"         // age of the process
	HeaderMemProfileRate = "Leakline-Mem-Profile-Rate" // bytes between samples
)

// snapshot answers with one profile, after a collection when gc=1 is asked
// for: a heap profile describes the last completed cycle and may otherwise be
// two cycles old.
func (a *agent) snapshot(w http.ResponseWriter, r *http.Request) {
	kind := r.FormValue("kind")
	if kind == "" {
		kind = "heap"
	}
	profile := pprof.Lookup(kind)
	if profile == nil {
		http.Error(w, "kind="+strconv.Quote(kind)+": this process has no such profile", http.StatusNotFound)
		return
	}
	begun := time.Now()
	if r.FormValue("gc") == "1" {
		runtime.GC()
	}
	var body bytes.Buffer
	if err := profile.WriteTo(&body, 0); err != nil {
		http.Error(w, "writing the profile: "+err.Error(), http.StatusInternalServerError)
		return
	}
	a.describe(w.Header(), time.Since(begun))
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	w.Write(body.Bytes())
}

func (a *agent) describe(h http.Header, cost time.Duration) {
	samples := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(samples)
	h.Set(HeaderGCCycle, strconv.FormatUint(samples[0].Value.Uint64(), 10))
	h.Set(HeaderFloor, strconv.FormatUint(samples[1].Value.Uint64(), 10))
	if a.cfg.Counters.Requests != nil {
		h.Set(HeaderRequests, strconv.FormatUint(a.cfg.Counters.Requests(), 10))
	}
	h.Set(HeaderCapture, strconv.FormatFloat(float64(cost.Microseconds())/1e3, 'f', 3, 64))
	h.Set(HeaderUptime, strconv.FormatFloat(time.Since(a.started).Seconds(), 'f', 3, 64))
	h.Set(HeaderMemProfileRate, strconv.Itoa(runtime.MemProfileRate))
}

// gc forces a collection and says how long it took.
func (a *agent) gc(w http.ResponseWriter, _ *http.Request) {
	begun := time.Now()
	runtime.GC()
	a.describe(w.Header(), time.Since(begun))
	w.WriteHeader(http.StatusNoContent)
}
