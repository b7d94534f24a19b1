package discovery

import "time"

// maxVanished bounds how many services are kept that no source lists any more.
const maxVanished = 100

// vanished keeps services for a while after no source lists them any more. A
// process that was killed and is back, and a Redis that was emptied, are no
// reason to forget what was known.
type vanished struct {
	grace  time.Duration
	listed []Service // last
	kept   []Service // the latest first
}

// after returns what is listed now and, behind it, what was listed lately.
func (v *vanished) after(listed []Service, now time.Time) []Service {
	is := make(map[string]bool, len(listed))
	for _, s := range listed {
		is[s.URL] = true
	}
	var kept []Service
	for _, s := range v.listed {
		if !is[s.URL] {
			s.Since = now
			kept = append(kept, s)
		}
	}
	for _, s := range v.kept {
		if !is[s.URL] && now.Sub(s.Since) < v.grace {
			kept = append(kept, s)
		}
	}
	v.listed, v.kept = listed, kept[:min(len(kept), maxVanished)]
	return append(listed[:len(listed):len(listed)], v.kept...)
}
