package verdict

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/units"
)

// nameHeap lists the sites that keep memory.
func (j *judgement) nameHeap(all []suspicion) {
	if j.h.report == nil || j.h.report.Seconds == nil {
		return
	}
	window := j.floor.slope.Estimate * *j.h.report.Seconds // bytes the floor grew by
	explained := 0.0
	for i := range all[:min(len(all), maxSuspects)] {
		s := all[i].Site
		suspect := fromSite(s, j.h.report.PerSecond(s.Bytes))
		if j.floor.known() && window > 0 {
			share := min(s.Bytes.Estimate/window, 1)
			suspect.Share = &share
			explained += share
		}
		j.Suspects = append(j.Suspects, suspect)
		j.say("%s: %s more alive, %s of what it allocated, from %s sampled objects.", where(s),
			byteRange(*s.Bytes), units.Percent(min(keep(s), 1)), units.Count(s.Sampled.Grew))
	}
	if explained > 0 {
		j.say("The sites named explain %s of the floor's growth, as far as sampling tells.", units.Percent(min(explained, 1)))
	}
}

// nameChurn lists the sites that allocate most.
func (j *judgement) nameChurn() {
	if j.h.report == nil || j.h.report.Seconds == nil {
		return
	}
	var all []*diff.Site
	for _, sites := range [...][]diff.Site{j.h.report.Sites, j.h.report.Quiet} {
		for i := range sites {
			if iv := sites[i].AllocBytes; iv != nil && !iv.Noise() {
				all = append(all, &sites[i])
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *diff.Site) int { return cmp.Compare(b.AllocBytes.Estimate, a.AllocBytes.Estimate) })
	total := j.rate * *j.h.report.Seconds
	for _, s := range all[:min(len(all), maxSuspects)] {
		suspect := fromSite(s, j.h.report.PerSecond(s.AllocBytes))
		suspect.BytesPerRequest = nil
		if s.AllocBytesPerRequest != nil {
			suspect.BytesPerRequest = &s.AllocBytesPerRequest.Estimate
		}
		share := min(s.AllocBytes.Estimate/total, 1)
		suspect.Share = &share
		j.Suspects = append(j.Suspects, suspect)
		each := ""
		if iv := s.AllocBytesPerRequest; iv != nil {
			each = fmt.Sprintf(", %s a request", byteRange(*iv))
		}
		j.say("%s: %s allocated%s; %s of it is kept.", where(s), rateRange(*j.h.report.PerSecond(s.AllocBytes)), each,
			units.Percent(min(max(keep(s), 0), 1)))
	}
}

func fromSite(s *diff.Site, perSecond *diff.Interval) Suspect {
	return Suspect{
		Function: s.Function, File: s.File, Line: s.Line, Kind: s.Kind,
		BytesPerS: perSecond, ObjectsPerS: s.ObjectsPerS, BytesPerRequest: s.BytesPerRequest,
		Leaf: s.Leaf, Stack: s.Stack, Holder: s.Holder,
	}
}

func where(s *diff.Site) string { return at(s.Function, s.File, s.Line) }

func at(function, file string, line int) string {
	return fmt.Sprintf("%s (%s:%d)", diff.ShortName(function), diff.ShortFile(file), line)
}

func byteRange(iv diff.Interval) string { return units.ByteEstimate(iv.Low, iv.Estimate, iv.High) }

func rateRange(iv diff.Interval) string { return byteRange(iv) + " a second" }
