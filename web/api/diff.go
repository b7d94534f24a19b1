package api

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net/http"
	"sync"

	"github.com/google/pprof/profile"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/diff"
)

// A Comparison is two snapshots and what changed between them.
type Comparison struct {
	Base profiler.Snapshot `json:"base"`
	Head profiler.Snapshot `json:"head"`
	*diff.Report
	Flame *diff.Node `json:"flame,omitempty"`

	FloorGrowth *int64   `json:"floor_growth_bytes"` // exact; null when a floor is unknown, or of two processes
	Explained   *float64 `json:"explained_share"`    // of it, by the sites that grew; null when it hardly grew

	BaseProfile, HeadProfile *profile.Profile `json:"-"`
	Options                  diff.Options     `json:"-"`
}

// maxFlame bounds the nodes of a flame graph sent to a browser.
const maxFlame = 8192

// A comparer decodes one pair of profiles at a time: decoding is what costs
// memory here, and a class that opens the same link must not multiply it. It
// keeps the last few profiles decoded.
type comparer struct {
	mu   sync.Mutex
	kept []decoded // newest last
}

type decoded struct {
	id      string
	profile *profile.Profile
}

// keptProfiles is two pairs: the one on the projector and the one before.
const keptProfiles = 4

// Compare compares two snapshots by id, ranked by sample ("" for the default).
func (a *API) Compare(ctx context.Context, baseID, headID, sample string) (*Comparison, error) {
	defer a.Archive.Hold(baseID, headID)()
	c := &Comparison{}
	var err error
	if c.Base, err = a.Snapshot(baseID); err != nil {
		return nil, err
	}
	if c.Head, err = a.Snapshot(headID); err != nil {
		return nil, err
	}
	a.compare.mu.Lock()
	defer a.compare.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.BaseProfile, err = a.decodeLocked(baseID); err != nil {
		return nil, err
	}
	if c.HeadProfile, err = a.decodeLocked(headID); err != nil {
		return nil, err
	}
	c.Options = compareOptions(c.Base, c.Head, sample)
	if c.Report, err = diff.Compare(c.BaseProfile, c.HeadProfile, c.Options); err != nil {
		return nil, err
	}
	c.explain()
	return c, nil
}

// explain says how much of the floor's growth the named sites stand for.
func (c *Comparison) explain() {
	b, h := c.Base.FloorBytes, c.Head.FloorBytes
	if b == nil || h == nil || !c.SameProcess || c.Kind != diff.KindHeap {
		return
	}
	growth := *h - *b
	c.FloorGrowth = &growth
	if float64(growth) < stirred {
		return
	}
	sum := 0.0
	for i := range c.Sites {
		if s := &c.Sites[i]; s.Bytes != nil && !s.Noise && s.Bytes.Estimate > 0 {
			sum += s.Bytes.Estimate
		}
	}
	share := sum / float64(growth)
	c.Explained = &share
}

// stirred is how much live memory has to move for it to be the interesting
// thing about two snapshots: less is lost in what any service holds by chance.
const stirred = 1e6 // bytes

// CompareForPeople is Compare for somebody who names no sample: what is alive,
// or, where that hardly moved within one life, what was allocated.
func (a *API) CompareForPeople(ctx context.Context, baseID, headID, sample string) (*Comparison, error) {
	if err := checkSample(sample); err != nil {
		return nil, err
	}
	defer a.Archive.Hold(baseID, headID)() // from the first look to the second
	c, err := a.Compare(ctx, baseID, headID, sample)
	if err != nil || sample != "" || c.Kind != diff.KindHeap || !c.SameProcess {
		return c, err
	}
	for i := range c.Sites {
		if b := c.Sites[i].Bytes; b != nil && !c.Sites[i].Noise && math.Abs(b.Estimate) >= stirred {
			return c, nil
		}
	}
	return a.Compare(ctx, baseID, headID, diff.AllocSpace)
}

// decodeLocked returns a snapshot's profile; a.compare.mu must be held.
func (a *API) decodeLocked(id string) (*profile.Profile, error) {
	for _, d := range a.compare.kept {
		if d.id == id {
			return d.profile, nil
		}
	}
	raw, err := a.Archive.Profile(id)
	if err != nil {
		return nil, err
	}
	p, err := diff.Decode(bytes.NewReader(raw), diff.Limits{})
	if err != nil {
		return nil, fmt.Errorf("reading snapshot %s: %w", id, err)
	}
	if len(a.compare.kept) == keptProfiles {
		a.compare.kept = a.compare.kept[1:]
	}
	a.compare.kept = append(a.compare.kept, decoded{id, p})
	return p, nil
}

// Profile decodes the profile of a snapshot that may be seen. It is the
// caller's alone.
func (a *API) Profile(id string) (*profile.Profile, error) {
	if _, err := a.Snapshot(id); err != nil {
		return nil, err
	}
	raw, err := a.Archive.Profile(id)
	if err != nil {
		return nil, err
	}
	a.compare.mu.Lock()
	defer a.compare.mu.Unlock()
	p, err := diff.Decode(bytes.NewReader(raw), diff.Limits{})
	if err != nil {
		return nil, fmt.Errorf("reading snapshot %s: %w", id, err)
	}
	return p, nil
}

// compareOptions says what we know of the two beside their profiles.
func compareOptions(base, head profiler.Snapshot, sample string) diff.Options {
	if base.Target == UploadTarget || head.Target == UploadTarget {
		return diff.Options{Sample: sample} // the profiles themselves have to tell
	}
	same := base.SameLife(&head)
	o := diff.Options{Sample: sample, SameProcess: &same}
	if !same {
		// The window of two lives is the life of the head.
		if head.UptimeS != nil {
			o.Seconds = *head.UptimeS
		}
		o.Requests = asFloat(head.Requests)
		return o
	}
	o.Seconds = head.Time.Sub(base.Time).Abs().Seconds()
	if base.Requests != nil && head.Requests != nil {
		requests := float64(*head.Requests - *base.Requests)
		o.Requests = &requests
	}
	if base.GCCycle != nil && head.GCCycle != nil {
		cycles := *head.GCCycle - *base.GCCycle
		o.GCCycles = &cycles
	}
	return o
}

func asFloat(n *int64) *float64 {
	if n == nil {
		return nil
	}
	f := float64(*n)
	return &f
}

// checkSample refuses what no profile of ours has.
func checkSample(sample string) error {
	switch sample {
	case "", diff.InuseSpace, diff.InuseObjects, diff.AllocSpace, diff.AllocObjects, "goroutine":
		return nil
	}
	return refuse("sample %q: want inuse_space, inuse_objects, alloc_space or alloc_objects", sample)
}

func (a *API) diff(w http.ResponseWriter, r *http.Request) error {
	base, head, sample := r.FormValue("base"), r.FormValue("head"), r.FormValue("sample")
	if base == "" || head == "" {
		return refuse("base and head are missing: name two snapshots, such as ?base=1&head=2")
	}
	if err := checkSample(sample); err != nil {
		return err
	}
	c, err := a.Compare(r.Context(), base, head, sample)
	if err != nil {
		return err
	}
	if r.FormValue("flame") == "1" {
		if c.Flame, err = diff.Flame(c.BaseProfile, c.HeadProfile, c.Options, maxFlame); err != nil {
			return err
		}
	}
	return answer(w, http.StatusOK, c)
}
