package diff

import (
	"fmt"

	"github.com/google/pprof/profile"
)

// Lines returns what stands in one profile against each line of a source file,
// named as in the profile: what sites of that file hold, by line, so that the
// lines add up to the file. Of the options Sample and UserCode count.
func Lines(p *profile.Profile, file string, o Options) (map[int]Interval, error) {
	s, err := schemaOf(p)
	if err != nil {
		return nil, fmt.Errorf("reading lines: %w", err)
	}
	sample, err := s.resolve(o.Sample)
	if err != nil {
		return nil, fmt.Errorf("reading lines: %w", err)
	}
	one, err := newPair(nil, p, s, newAttribution(o.UserCode, p))
	if err != nil {
		return nil, fmt.Errorf("reading lines: %w", err)
	}
	tallies := make(map[int]tally)
	for i := range one.buckets {
		b := &one.buckets[i]
		site := b.stack[one.site(b)]
		if one.functionOf(site).file != file {
			continue
		}
		line := int(one.frames[site].line)
		t := tallies[line]
		t.addHead(one.counts(b), sample)
		tallies[line] = t
	}
	lines := make(map[int]Interval, len(tallies))
	for line, t := range tallies {
		if t.estimate() > 0 {
			lines[line] = total(t)
		}
	}
	return lines, nil
}

// addHead adds what head has of a sample in one bucket.
func (t *tally) addHead(c counts, sample string) {
	n, weight := c.headLive, 1.0
	if isAlloc(sample) {
		n = c.headAlloc
	}
	if InBytes(sample) {
		weight = c.size
	}
	t.add(n, c.chance, weight)
}
