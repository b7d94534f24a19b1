package diff

// A bucket is what one stack allocated in one size, in both profiles. Keyed
// like the runtime's own buckets, except that equal lines at different
// addresses are one: addresses say nothing across builds.
type bucket struct {
	stack      []int32 // frames, leaf first
	size       float64 // bytes of one object; 0 when the profile does not say
	base, head values
}

// A pair is two profiles brought onto common functions, frames and buckets.
type pair struct {
	schema    schema
	functions []function
	origins   []origin // of functions
	frames    []frame
	buckets   []bucket
	unsized   bool // a bucket does not say its size
}

// A function is named as pprof prints it; the file is as in the profile.
type function struct{ name, file string }

// A frame is a call at a line of one of a pair's functions.
type frame struct {
	fn   int32
	line int64
}

func (p *pair) functionOf(frame int32) function { return p.functions[p.frames[frame].fn] }

func (p *pair) originOf(frame int32) origin { return p.origins[p.frames[frame].fn] }

// site returns which frame of the bucket's stack stands for it. A goroutine
// that never touches the user's code is named by the function it was started
// with, which is as near to its creator as a profile comes.
func (p *pair) site(b *bucket) int {
	fallback := 0
	if p.schema.kind == KindGoroutine {
		fallback = len(b.stack) - 1
		if fallback > 0 && p.functionOf(b.stack[fallback]).name == "runtime.goexit" {
			fallback--
		}
	}
	return siteFrame(b.stack, p.originOf, fallback)
}
