package diff

// A Total estimates how many objects there are, and their bytes, from those
// that the runtime sampled. The zero value is ready for use.
type Total struct{ bytes, objects tally }

// Add counts one sampled object of size bytes. rate is the average number of
// bytes between samples.
func (t *Total) Add(size, rate int64) {
	s := schema{rate: float64(rate)}
	p := s.chance(float64(size))
	t.bytes.add(1, p, float64(size))
	t.objects.add(1, p, 1)
}

// Bytes returns the estimate of their bytes.
func (t *Total) Bytes() Interval { return total(t.bytes) }

// Objects returns the estimate of their number.
func (t *Total) Objects() Interval { return total(t.objects) }
