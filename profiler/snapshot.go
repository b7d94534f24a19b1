package profiler

import (
	"errors"
	"time"
)

// Reason says why a snapshot was taken. The words are wire format.
type Reason string

// The reasons for taking a snapshot.
const (
	ReasonReady        Reason = "ready"
	ReasonManual       Reason = "manual"
	ReasonInterval     Reason = "interval"
	ReasonBeforeSwitch Reason = "before-switch"
	ReasonAfterSwitch  Reason = "after-switch"
	ReasonLimit50      Reason = "limit-50" // memory crossed half of the limit
	ReasonLimit80      Reason = "limit-80"
	ReasonLimit95      Reason = "limit-95"
	ReasonUpload       Reason = "upload" // somebody brought it along
)

// ErrNoSnapshot reports that there is no snapshot of the asked id.
var ErrNoSnapshot = errors.New("no such snapshot")

// A Snapshot says when, why and from whom a profile was taken. The profile
// itself is kept byte for byte as it was captured; see package archive.
type Snapshot struct {
	ID             string    `json:"id"`
	Target         string    `json:"target"`
	Kind           string    `json:"kind"` // pprof's name: heap, goroutine, …
	Label          string    `json:"label"`
	Reason         Reason    `json:"reason"`
	Time           time.Time `json:"time"`
	Generation     uint32    `json:"generation"`
	Epoch          string    `json:"epoch"` // the observer run that took it; generations count from 1 in each
	Strategy       string    `json:"strategy"`
	GCCycle        *int64    `json:"gc_cycle"`    // cycles completed before it, null when unknown
	Requests       *int64    `json:"requests"`    // answered by this life before it, null when unknown
	FloorBytes     *int64    `json:"floor_bytes"` // live heap after the last GC, null when unknown
	UptimeS        *float64  `json:"uptime_s"`    // age of the process, null when unknown
	Bytes          int64     `json:"bytes"`       // size of the profile as captured
	Pinned         bool      `json:"pinned"`
	CaptureMS      float64   `json:"capture_ms"`
	MemProfileRate int       `json:"mem_profile_rate"` // bytes between samples, 0 when unknown

	PauseMS *float64 `json:"pause_ms,omitempty"` // for which a heap graph had the process stand still
}

// KindHeapGraph is the kind of what is no profile: who holds what.
const KindHeapGraph = "heapgraph"

// SameLife reports whether two snapshots are of one life of one process.
func (s *Snapshot) SameLife(o *Snapshot) bool {
	return s.Target == o.Target && s.Epoch == o.Epoch && s.Generation == o.Generation
}
