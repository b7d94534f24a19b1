package diff

import "math"

// counts are the objects that the runtime really sampled in one bucket: what
// the profile states, with its scaling undone.
type counts struct {
	size   float64 // bytes of one object
	chance float64 // that one is sampled

	baseAlloc, headAlloc float64 // ever, by each process
	baseLive, headLive   float64
}

func (p *pair) counts(b *bucket) counts {
	if p.schema.kind == KindGoroutine {
		return counts{size: 1, chance: 1, baseLive: b.base[colInuseObjects], headLive: b.head[colInuseObjects]}
	}
	c := counts{size: b.size}
	whole := math.Round
	if c.size == 0 { // the mean over all allocations is the next best
		c.size = meanSize(b)
		whole = func(n float64) float64 { return n }
	}
	if c.size == 0 {
		c.chance = 1
		return c
	}
	c.chance = p.schema.chance(c.size)
	each := c.chance / c.size
	c.baseAlloc, c.headAlloc = whole(b.base[colAllocSpace]*each), whole(b.head[colAllocSpace]*each)
	c.baseLive, c.headLive = whole(b.base[colInuseSpace]*each), whole(b.head[colInuseSpace]*each)
	return c
}

func meanSize(b *bucket) float64 {
	objects := b.base[colAllocObjects] + b.head[colAllocObjects]
	if objects == 0 {
		return 0
	}
	return (b.base[colAllocSpace] + b.head[colAllocSpace]) / objects
}

// swap exchanges base and head.
func (c counts) swap() counts {
	c.baseAlloc, c.headAlloc = c.headAlloc, c.baseAlloc
	c.baseLive, c.headLive = c.headLive, c.baseLive
	return c
}

// A change tells what a bucket's counts rose and fell by, as far as they can
// carry error: what is the same in both profiles of a process cancels.
type change struct {
	born, died        float64 // of the live objects; no fewer than really were
	allocated, before float64 // before is what base had allocated, 0 within one process
	kept              float64 // of allocated, so many more are alive; may be negative
}

// withinProcess compares two moments of one process. An object that is sampled
// stays so until it is freed, so the survivors of base are in both counts and
// cancel. With a allocated and f freed in the window at most min(a, head) were
// born into head and min(f, base) died out of base, and the difference of these
// bounds is exactly that of the live counts.
func (c counts) withinProcess() change {
	grown := c.headLive - c.baseLive
	a := math.Max(0, c.headAlloc-c.baseAlloc)
	return change{
		born:      math.Max(0, math.Min(a, c.headLive)),
		died:      math.Max(0, math.Min(a-grown, c.baseLive)),
		allocated: a,
		kept:      grown,
	}
}

// acrossProcesses compares two processes, whose samples have nothing in
// common: the errors of all counts add.
func (c counts) acrossProcesses() change {
	return change{
		born:      c.headLive,
		died:      c.baseLive,
		allocated: c.headAlloc,
		before:    c.baseAlloc,
		kept:      c.headLive,
	}
}

// fell reports whether the process of base had allocated more here than that
// of head, which one process cannot undo.
func (c counts) fell() bool { return c.headAlloc < c.baseAlloc-0.5 }
