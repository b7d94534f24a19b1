package diff

import (
	"fmt"
	"regexp"

	"github.com/google/pprof/profile"
)

// Options tune Compare. The zero value compares live bytes and learns from the
// profiles what it can.
type Options struct {
	Sample      string         // to rank by, a name of pprof's; default inuse_space, or goroutine
	UserCode    *regexp.Regexp // functions and files of the user's; default by rule
	SameProcess *bool          // whether base and head are of one life; default inferred
	GCCycles    *int64         // that ended between base and head; nil when unknown

	// The window lies between base and head in one process, and is head's
	// life when there are two.
	Seconds  float64  // its length; default from the profiles' times in one process
	Requests *float64 // answered in it; nil when unknown
}

// A MismatchError reports two profiles that cannot be compared.
type MismatchError struct {
	What       string
	Base, Head string
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("base and head differ in %s: %s and %s", e.What, e.Base, e.Head)
}

// Compare returns what changed from base to head. It modifies neither, and the
// profiles must have passed CheckValid, as those from Decode have.
func Compare(base, head *profile.Profile, o Options) (*Report, error) {
	s, err := agree(base, head)
	if err != nil {
		return nil, fmt.Errorf("comparing profiles: %w", err)
	}
	if o.Sample, err = s.resolve(o.Sample); err != nil {
		return nil, fmt.Errorf("comparing profiles: %w", err)
	}
	p, err := newPair(base, head, s, newAttribution(o.UserCode, base, head))
	if err != nil {
		return nil, fmt.Errorf("comparing profiles: %w", err)
	}
	w := newWindow(p, base, head, o)
	r := &Report{
		Kind:        s.kind,
		Sample:      o.Sample,
		Seconds:     w.seconds,
		Requests:    o.Requests,
		Period:      head.Period,
		SameProcess: w.oneProcess,
		Warnings:    w.warnings,
	}
	r.fill(p, w)
	r.Summary = summarise(r, w)
	return r, nil
}

// agree returns the schema that both profiles share.
func agree(base, head *profile.Profile) (schema, error) {
	s, err := schemaOf(head)
	if err != nil {
		return s, err
	}
	if b, h := sampleTypes(base), sampleTypes(head); b != h {
		return s, &MismatchError{"sample types", b, h}
	}
	if base.Period != head.Period && s.kind == KindHeap {
		return s, &MismatchError{"sampling period", fmt.Sprint(base.Period), fmt.Sprint(head.Period)}
	}
	return s, nil
}

// sampleTypes writes types and units, which have to agree in order as well.
func sampleTypes(p *profile.Profile) string {
	var out string
	for i, t := range p.SampleType {
		if i > 0 {
			out += ", "
		}
		out += t.Type + "/" + t.Unit
	}
	if p.PeriodType != nil {
		out += " by " + p.PeriodType.Type + "/" + p.PeriodType.Unit
	}
	return out
}
