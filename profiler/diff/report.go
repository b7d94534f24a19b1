package diff

// A Report says what changed between two profiles. What is not known is nil,
// and null in JSON. A web layer embeds it and adds base and head.
type Report struct {
	Kind    string   `json:"kind"`   // heap or goroutine
	Sample  string   `json:"sample"` // what the sites are ranked by
	Summary string   `json:"summary"`
	Total   Interval `json:"total"`  // change of Sample over all sites, folded ones too
	Sites   []Site   `json:"sites"`  // those that moved, most first; then the busiest that did not
	Folded  int      `json:"folded"` // how many more are in Quiet

	Seconds     *float64 `json:"seconds"`      // length of the window
	Requests    *float64 `json:"requests"`     // answered in the window
	Period      int64    `json:"period"`       // bytes between heap samples
	SameProcess bool     `json:"same_process"` // told or inferred
	Warnings    []string `json:"warnings"`

	Quiet []Site `json:"-"` // sites whose change may be nothing and that allocated little
}

// A Site is a function and line, and what was allocated there. Changes are head
// minus base. Within one process the allocated figures are what the window
// allocated; across two they too are head minus base, except the figure per
// request, which is head's own.
type Site struct {
	Function string `json:"function"` // as pprof prints it
	File     string `json:"file"`     // as in the profile
	Line     int    `json:"line"`
	Kind     string `json:"kind"` // heap or goroutine

	Bytes        *Interval `json:"bytes"` // alive; nil for goroutines
	Objects      *Interval `json:"objects"`
	AllocBytes   *Interval `json:"alloc_bytes"`
	AllocObjects *Interval `json:"alloc_objects"`

	BytesPerS            *Interval `json:"bytes_per_s"`
	ObjectsPerS          *float64  `json:"objects_per_s"`
	BytesPerRequest      *float64  `json:"bytes_per_request"`
	AllocBytesPerRequest *Interval `json:"alloc_bytes_per_request"`

	// Share of all that grew, nil for a site that did not. Kept is the share
	// of its allocated bytes by which its live bytes grew, from 0 (churn) to 1
	// (retention); nil when too little was sampled to tell.
	Share     *float64  `json:"share"`
	Kept      *float64  `json:"kept"`
	KeptRange *Interval `json:"kept_range"`

	Noise  bool     `json:"noise"`  // its change in Sample may be nothing
	Leaf   string   `json:"leaf"`   // the function under the site that allocated most of the change
	Stack  []string `json:"stack"`  // the weightiest path, leaf first
	Holder string   `json:"holder"` // what keeps it alive; a profile cannot know

	// Objects that the runtime sampled, with the profile's scaling undone:
	// allocated in the window, by how many more are alive, and alive in head.
	Sampled struct{ Allocated, Grew, Alive float64 } `json:"-"`
}

// Value returns the site's change in a sample by pprof's name, nil when the
// profile has no such sample.
func (s *Site) Value(sample string) *Interval {
	switch sample {
	case InuseSpace:
		return s.Bytes
	case AllocSpace:
		return s.AllocBytes
	case AllocObjects:
		return s.AllocObjects
	}
	return s.Objects
}

// PerSecond divides a change by the length of the window, nil when unknown.
func (r *Report) PerSecond(iv *Interval) *Interval { return per(iv, r.Seconds) }

// PerRequest divides a change by the requests answered in the window, nil when
// there were none or their number is unknown.
func (r *Report) PerRequest(iv *Interval) *Interval { return per(iv, r.Requests) }

func per(iv *Interval, divisor *float64) *Interval {
	if iv == nil || divisor == nil || *divisor <= 0 {
		return nil
	}
	quotient := iv.Per(*divisor)
	return &quotient
}

func estimateOf(iv *Interval) *float64 {
	if iv == nil {
		return nil
	}
	return &iv.Estimate
}

// InBytes reports whether a sample is measured in bytes rather than counted.
func InBytes(sample string) bool { return sample == InuseSpace || sample == AllocSpace }

// isAlloc reports whether a sample accumulates over the life of the process.
func isAlloc(sample string) bool { return sample == AllocSpace || sample == AllocObjects }
