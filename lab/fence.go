package lab

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// A fence bounds the memory of one life: a cgroup whose counter tells of a kill,
// else a watch over the resident memory that kills by itself.
type fence struct {
	limit   int64       // bytes, 0 for none
	group   *cgroup     // nil where none could be made
	crossed atomic.Bool // by the watch, which then killed
}

const (
	rssEvery = 20 * time.Millisecond // a patient allocates some 10 MB meanwhile

	minMemoryLimit = 64 << 20
	minGoMemLimit  = 16 << 20
	maxLimit       = 1 << 40
)

// newFence returns a fence; why is why there is no cgroup though there is a
// limit.
func newFence(limit int64, soft bool) (f *fence, why error) {
	f = &fence{limit: limit}
	if limit > 0 && !soft {
		f.group, why = newCgroup(limit)
	}
	return f, why
}

// args are those that start a child inside the fence.
func (f *fence) args(kind string) []string {
	if f.group == nil {
		return []string{"child", kind}
	}
	return []string{"child", "fenced", f.group.procs(), kind}
}

// guard kills p when it is larger than the limit, where no kernel does, until
// ctx ends. resident is for systems that do not tell of other processes.
func (f *fence) guard(ctx context.Context, p *patient, resident func() (int64, bool)) {
	if f.limit == 0 || f.group != nil {
		return
	}
	tick := time.NewTicker(rssEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		size, ok := residentBytes(p.cmd.Process.Pid)
		if !ok {
			size, ok = resident()
		}
		if ok && size > f.limit {
			f.crossed.Store(true)
			p.kill()
			return
		}
	}
}

// killed says who killed the process for want of memory; empty for nobody.
func (f *fence) killed() string {
	switch {
	case f.group != nil && f.group.kills() > 0 && !f.group.full():
		return fmt.Sprintf("killed by the kernel: out of memory around it, below its limit of %s", mebibytes(f.limit))
	case f.group != nil && f.group.kills() > 0:
		return fmt.Sprintf("killed by the kernel: out of memory at %s", mebibytes(f.limit))
	case f.crossed.Load():
		return fmt.Sprintf("killed by the supervisor at its limit of %s", mebibytes(f.limit))
	}
	return ""
}

// reached reports whether the process was at the limit.
func (f *fence) reached() bool { return f.crossed.Load() || f.group != nil && f.group.full() }

// remove gives the cgroup back; the process must have ended.
func (f *fence) remove() {
	if f.group != nil {
		f.group.remove()
	}
}

// mebibytes writes a limit as it is set.
func mebibytes(bytes int64) string { return fmt.Sprintf("%g\u00a0MiB", float64(bytes)/(1<<20)) }
