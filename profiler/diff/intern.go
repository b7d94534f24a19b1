package diff

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/pprof/profile"
)

const (
	maxName   = 4096     // bytes of a name that are kept
	maxDepth  = 4096     // frames of one stack, inlined calls too
	maxFrames = 16 << 20 // of all distinct stacks together: 64 MiB
	slabSize  = 4096     // frames that are allocated at a time
)

// An interner numbers functions, frames, locations and buckets by what they
// say, so that those of both profiles meet.
type interner struct {
	pair
	attribution attribution
	functionAt  map[function]int32
	frameAt     map[frame]int32
	locationAt  map[string]int32 // key of frame numbers
	bucketAt    map[string]int32 // key of size and location numbers → bucket
	expansions  [][]int32        // location → frames
	key         []byte           // reused
	depth       int              // of all distinct stacks together
	slab        []int32          // where the next stacks are put
}

// newPair reads both profiles; base is nil when there is one alone.
func newPair(base, head *profile.Profile, s schema, a attribution) (*pair, error) {
	in := &interner{
		pair:        pair{schema: s},
		attribution: a,
		functionAt:  make(map[function]int32, len(head.Function)),
		frameAt:     make(map[frame]int32, len(head.Location)),
		locationAt:  make(map[string]int32, len(head.Location)),
		bucketAt:    make(map[string]int32, len(head.Sample)),
	}
	in.buckets = make([]bucket, 0, len(head.Sample))
	if base != nil {
		if err := in.read(base, func(b *bucket) *values { return &b.base }); err != nil {
			return nil, fmt.Errorf("reading base: %w", err)
		}
	}
	if err := in.read(head, func(b *bucket) *values { return &b.head }); err != nil {
		return nil, fmt.Errorf("reading head: %w", err)
	}
	return &in.pair, nil
}

// A reading is one profile while it is read.
type reading struct {
	*interner
	functionIDs, locationIDs *numbering
}

func (in *interner) read(p *profile.Profile, side func(*bucket) *values) error {
	r := &reading{in, newNumbering(len(p.Function)), newNumbering(len(p.Location))}
	for _, sample := range p.Sample {
		v, err := in.schema.read(sample)
		if err != nil {
			return err
		}
		b, err := r.bucket(sample)
		if err != nil {
			return err
		}
		total := side(b)
		for col := range v {
			total[col] += v[col]
		}
	}
	return nil
}

// bucket returns the bucket of a sample, new or not. It is valid until the
// next call.
func (r *reading) bucket(sample *profile.Sample) (*bucket, error) {
	size := r.objectSize(sample)
	r.key = binary.LittleEndian.AppendUint64(r.key[:0], uint64(size))
	for _, l := range sample.Location {
		id, ok := r.locationIDs.get(l.ID)
		if !ok {
			id = r.location(l)
			r.locationIDs.set(l.ID, id)
		}
		r.key = binary.LittleEndian.AppendUint32(r.key, uint32(id))
	}
	if at, ok := r.bucketAt[string(r.key)]; ok {
		return &r.buckets[at], nil
	}
	depth := r.depthOf(r.key[8:])
	if depth > maxDepth {
		return nil, &LimitError{"frames in one stack", int64(depth), maxDepth}
	}
	if r.depth += depth; r.depth > maxFrames {
		return nil, &LimitError{"frames in all stacks", int64(r.depth), maxFrames}
	}
	r.bucketAt[string(r.key)] = int32(len(r.buckets))
	r.buckets = append(r.buckets, bucket{stack: r.expand(r.key[8:], depth), size: float64(size)})
	return &r.buckets[len(r.buckets)-1], nil
}

// depthOf returns how many frames the location numbers of a key stand for.
func (in *interner) depthOf(key []byte) (depth int) {
	for ; len(key) > 0; key = key[4:] {
		depth += len(in.expansions[binary.LittleEndian.Uint32(key)])
	}
	return depth
}

// objectSize returns the size of each object in a heap sample, 0 when the
// profile does not say.
func (in *interner) objectSize(sample *profile.Sample) int64 {
	if in.schema.kind != KindHeap {
		return 0
	}
	if sizes := sample.NumLabel["bytes"]; len(sizes) == 1 && sizes[0] > 0 {
		return sizes[0]
	}
	// A stack whose objects are not published yet is written as zeros, without
	// a size.
	in.unsized = in.unsized || slices.ContainsFunc(sample.Value, func(v int64) bool { return v != 0 })
	return 0
}

// expand turns the location numbers of a key into frames.
func (in *interner) expand(key []byte, depth int) []int32 {
	if depth == 0 {
		return []int32{in.frame(in.function(function{name: "no stack"}), 0)}
	}
	if len(in.slab) < depth {
		in.slab = make([]int32, max(depth, slabSize))
	}
	stack := in.slab[:0:depth]
	in.slab = in.slab[depth:]
	for ; len(key) > 0; key = key[4:] {
		stack = append(stack, in.expansions[binary.LittleEndian.Uint32(key)]...)
	}
	return stack
}

// location numbers a location by its frames; inlined calls make several.
func (r *reading) location(l *profile.Location) int32 {
	var small [16]int32
	frames := small[:0]
	for _, line := range l.Line {
		frames = append(frames, r.frame(r.functionOfLine(line), line.Line))
	}
	if len(frames) == 0 { // stripped of symbols
		fn := r.function(function{name: "0x" + strconv.FormatUint(l.Address, 16)})
		frames = append(frames, r.frame(fn, 0))
	}
	var short [64]byte
	key := short[:0]
	for _, f := range frames {
		key = binary.LittleEndian.AppendUint32(key, uint32(f))
	}
	if id, ok := r.locationAt[string(key)]; ok {
		return id
	}
	id := int32(len(r.expansions))
	r.locationAt[string(key)] = id
	r.expansions = append(r.expansions, slices.Clone(frames))
	return id
}

func (r *reading) functionOfLine(line profile.Line) int32 {
	id, ok := r.functionIDs.get(line.Function.ID)
	if !ok {
		id = r.function(function{clip(line.Function.Name), clip(line.Function.Filename)})
		r.functionIDs.set(line.Function.ID, id)
	}
	return id
}

func (in *interner) function(f function) int32 {
	id, ok := in.functionAt[f]
	if !ok {
		id = int32(len(in.functions))
		in.functionAt[f] = id
		in.functions = append(in.functions, f)
		in.origins = append(in.origins, in.attribution.origin(f.name, f.file))
	}
	return id
}

func (in *interner) frame(fn int32, line int64) int32 {
	key := frame{fn, line}
	id, ok := in.frameAt[key]
	if !ok {
		id = int32(len(in.frames))
		in.frameAt[key] = id
		in.frames = append(in.frames, key)
	}
	return id
}

func clip(name string) string {
	if len(name) > maxName {
		return name[:maxName]
	}
	return name
}
