package diff

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/google/pprof/profile"
)

// The samples a heap profile has, by pprof's names.
const (
	InuseSpace   = "inuse_space"
	InuseObjects = "inuse_objects"
	AllocSpace   = "alloc_space"
	AllocObjects = "alloc_objects"
)

// The kinds of profile that can be compared.
const (
	KindHeap      = "heap"
	KindGoroutine = "goroutine"
)

// ErrDelta reports a profile that is itself the difference of two.
var ErrDelta = errors.New("the profile holds negative values: it is a difference already")

// A KindError reports a profile that is neither of the heap nor of goroutines.
type KindError struct {
	Found []string // its sample types
}

func (e *KindError) Error() string {
	return fmt.Sprintf("samples are %v: only heap and goroutine profiles can be compared", e.Found)
}

// A SampleError reports a sample that the profiles do not have.
type SampleError struct {
	Want string
	Have []string
}

func (e *SampleError) Error() string {
	return fmt.Sprintf("no sample %q, only %v", e.Want, e.Have)
}

// heapOrder is the order of a schema's columns, and of values below.
var heapOrder = []string{AllocObjects, AllocSpace, InuseObjects, InuseSpace}

const (
	colAllocObjects = iota
	colAllocSpace
	colInuseObjects
	colInuseSpace
)

// values are a bucket's figures as the profile states them, already scaled up.
// A goroutine profile has its count in colInuseObjects alone.
type values [4]float64

// A schema says where in a profile's samples the values are.
type schema struct {
	kind    string
	names   []string // of the samples one can ask for, the default first
	columns [4]int   // index of each value in a sample, -1 when there is none
	rate    float64  // bytes between samples; 1 or less when all are seen
}

func schemaOf(p *profile.Profile) (schema, error) {
	names := make([]string, len(p.SampleType))
	for i, t := range p.SampleType {
		names[i] = t.Type
	}
	if len(names) == 1 && (names[0] == "goroutine" || names[0] == "goroutineleak") {
		return schema{KindGoroutine, names, [4]int{-1, -1, 0, -1}, 1}, nil
	}
	s := schema{kind: KindHeap, names: []string{InuseSpace, InuseObjects, AllocSpace, AllocObjects}, rate: float64(p.Period)}
	for col, name := range heapOrder {
		if s.columns[col] = slices.Index(names, name); s.columns[col] < 0 {
			return schema{}, &KindError{names}
		}
	}
	return s, nil
}

// read returns the values of one sample.
func (s *schema) read(sample *profile.Sample) (values, error) {
	var v values
	for col, at := range s.columns {
		if at < 0 {
			continue
		}
		if sample.Value[at] < 0 {
			return v, ErrDelta
		}
		v[col] = float64(sample.Value[at])
	}
	return v, nil
}

// chances returns the probability that the runtime sampled an object of this
// size.
func (s *schema) chance(size float64) float64 {
	if s.rate <= 1 || size <= 0 {
		return 1
	}
	return -math.Expm1(-size / s.rate)
}

// resolve turns the name of a sample, empty for the default, into the one to
// rank by.
func (s *schema) resolve(name string) (string, error) {
	if name == "" {
		return s.names[0], nil
	}
	if !slices.Contains(s.names, name) {
		return "", &SampleError{name, s.names}
	}
	return name, nil
}
