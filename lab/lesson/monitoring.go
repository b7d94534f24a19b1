package lesson

import (
	"time"

	"github.com/leakline/leakline/profiler"
)

// tried is how long an alert has to have been silent to be called so.
const tried = 12 * time.Second

// warnsOfTheLeak wants the floor's alert before that on what is resident.
func warnsOfTheLeak(s *Seen) Outcome {
	if why := s.runs(50, "audit-forever"); why != "" {
		return lacks("%s", why)
	}
	floor, ok := s.fired("floor-rises")
	if !ok {
		return lacks("The alert on the floor needs %d stretches of %d s: %s so far.", rises+1, stretch, s.Figure("rule:floor-rises"))
	}
	if rss, ok := s.fired("rss"); ok && rss < floor {
		return lacks("The process was near its limit before anything could be seen: begin again with a larger limit.")
	}
	return holds("The floor's alert fired after %s; %s is resident of %s.", wholeSeconds(floor), s.Figure("rss"), s.Figure("limit"))
}

// tellsChurn wants the alert on bytes per request, and the other one silent.
func tellsChurn(s *Seen) Outcome {
	if why := s.runs(50, "set-per-request"); why != "" {
		return lacks("%s", why)
	}
	if _, leaks := s.fired("floor-rises"); leaks {
		return lacks("The floor rises: something is kept from before, reset the step.")
	}
	after, ok := s.fired("per-request")
	switch {
	case !ok:
		return lacks("No request is dear enough yet: wait %d seconds.", stretch+2)
	case s.silentFor() < tried:
		return lacks("The alert on the floor has been silent for %s only: give it %s.", wholeSeconds(s.silentFor()), wholeSeconds(tried))
	}
	return holds("Bytes per request fired after %s, and the floor's alert is silent.", wholeSeconds(after))
}

// tellsTheQueue wants requests in flight to warn no later than memory does.
func tellsTheQueue(s *Seen) Outcome {
	if why := s.runs(1, "set-per-request"); why != "" {
		return lacks("%s", why)
	}
	queue, ok := s.fired("in-flight")
	if !ok {
		return lacks("No more than %d requests are in flight: make SETEX slow, take the deadline away, and expire the cache.", tooMany)
	}
	floor, ok := s.fired("floor-rises")
	switch {
	case !ok:
		return lacks("Requests in flight fired after %s, and memory has not yet: wait.", wholeSeconds(queue))
	case floor < queue:
		return lacks("Memory rose before requests piled up: reset the step.")
	}
	return holds("Requests in flight fired after %s, memory after %s.", wholeSeconds(queue), wholeSeconds(floor))
}

// killed wants a death for want of memory, which the state remembers.
func killed(s *Seen) Outcome {
	switch {
	case s.State.Limits.MemoryLimit == 0:
		return lacks("There is no memory limit: set one.")
	case s.State.Death == nil:
		return lacks("Nothing has died yet: %s is resident of %s.", s.Figure("rss"), s.Figure("limit"))
	case !profiler.Known(s.Figures[profiler.FigFloor]):
		return lacks("The last life ended: %s. The next has not collected yet: wait.", s.State.Death.Why)
	}
	return holds("The last life ended: %s. Another has begun since, and %s is alive in it.", s.State.Death.Why, s.Figure("floor"))
}
