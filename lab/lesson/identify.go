package lesson

import (
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/profiler/verdict"
)

// The checks of the lesson that identifies the leak.

func churns(s *Seen) Outcome {
	if why := s.runs(50, "set-per-request"); why != "" {
		return lacks("%s", why)
	}
	switch s.Verdict.Word {
	case verdict.Churn:
		return holds("Churn over %s collections: %s is alive, %s is allocated.",
			s.Figure("cycles"), s.Figure("floor"), s.Figure("allocated"))
	case verdict.Insufficient, verdict.Growing, verdict.Warming, verdict.Stale, verdict.Healthy:
		return lacks("It is too early to say: leave it running for half a minute, without a change.")
	}
	return lacks("The verdict is %s: reset the step and change nothing else.", s.Verdict.Word)
}

func setsCounted(s *Seen) Outcome {
	if why := s.runs(90, "set-per-request"); why != "" {
		return lacks("%s", why)
	}
	sets, want := s.setsPerMinute(), 60*s.State.Load.RPS
	switch {
	case !profiler.Known(sets):
		return lacks("Counting has just begun: wait %d seconds.", countedOver+1)
	case sets < 0.9*want || sets > 1.1*want:
		return lacks("%s Sets a minute are counted for %s payments: wait until the load is steady.", units.Count(sets), units.Count(want))
	case len(s.Verdict.Suspects) == 0:
		return lacks("%s Sets a minute are counted, and no line is named yet: take a snapshot, and wait a moment.", units.Count(sets))
	}
	return holds("%s Sets a minute were counted, one for each payment.", units.Count(sets))
}

func collected(s *Seen) Outcome {
	if why := s.runs(50, "set-per-request"); why != "" {
		return lacks("%s", why)
	}
	if !s.Forced {
		return lacks("Nobody has forced a collection since set-per-request decides: press Force GC.")
	}
	bytes, took := s.over(profiler.AllocBytes, countedOver)
	floor := s.Figures[profiler.FigFloor]
	switch {
	case !profiler.Known(bytes) || !profiler.Known(floor):
		return lacks("Counting has just begun: wait %d seconds.", countedOver+1)
	case floor > bytes/10:
		return lacks("%s is alive of %s that was allocated in %s: something is kept, reset the step.", units.Bytes(floor), units.Bytes(bytes), units.Seconds(took))
	}
	return holds("%s was allocated in %s, and %s is alive.", units.Bytes(bytes), units.Seconds(took), units.Bytes(floor))
}

func pilesUp(s *Seen) Outcome {
	if why := s.runs(1, "set-per-request"); why != "" {
		return lacks("%s", why)
	}
	const enough = 40
	waiting := s.Figures[profiler.FigInFlight]
	switch {
	case s.State.Faults.SetExLatencyMS < 5000:
		return lacks("Redis stores the list at once: make SETEX slow.")
	case s.State.Faults.CheckTimeoutMS != 0:
		return lacks("A check gives up after %d ms: set its deadline to 0, as in the lesson's code.", s.State.Faults.CheckTimeoutMS)
	case !(waiting >= enough):
		return lacks("%s requests are in flight, want %d: expire the cache, so that each of them takes the path of a miss, and wait.", s.Figure("in_flight"), enough)
	case s.Verdict.Word != verdict.Backlog:
		return lacks("%s requests are in flight: wait until the verdict says so too.", s.Figure("in_flight"))
	}
	return holds("%s requests wait for SETEX, and %s is alive for each of them.", s.Figure("in_flight"), s.Figure("per_waiting"))
}

// cheaper wants a strategy measured beside set-per-request, allocating at most
// so much of what that does.
func cheaper(s *Seen, strategy string, most float64) Outcome {
	before, after := s.score("set-per-request"), s.score(strategy)
	if before == nil {
		return lacks("set-per-request has not been measured yet: leave it running for some eight seconds.")
	}
	if why := s.runs(20, strategy); why != "" {
		return lacks("%s", why)
	}
	if after == nil {
		return lacks("%s has not been measured yet: leave it running for some eight seconds.", strategy)
	}
	words := []any{strategy, estimate(after.BytesPerRequest), estimate(before.BytesPerRequest)}
	switch a, b := after.BytesPerRequest, before.BytesPerRequest; {
	case a.High >= b.Low:
		return lacks("%s allocates %s for each request, set-per-request %s, which may be the same: run both for some more seconds.", words...)
	case a.Estimate > most*b.Estimate:
		return lacks("%s allocates %s for each request, set-per-request %s: run both for some more seconds, and change nothing else.", words...)
	}
	return holds("%s allocates %s for each request, set-per-request %s.", words...)
}

func forgets(s *Seen) Outcome {
	if why := s.runs(20, "redis-sismember"); why != "" {
		return lacks("%s", why)
	}
	if s.State.Faults.Updater != "naive" {
		return lacks("The updater is %s, and no decision is wrong: make it naive, as in the lesson.", s.State.Faults.Updater)
	}
	wrong, took := s.over(profiler.LoadWrong, countedOver)
	switch {
	case !profiler.Known(wrong) && took >= 0.8*countedOver:
		return lacks("Nobody can say which decisions are wrong, because the list is somebody's: use the lab's own database.")
	case !profiler.Known(wrong):
		return lacks("Counting has just begun: wait %d seconds.", countedOver+1)
	case wrong < 3:
		return lacks("Wrong decisions in the last %s: %s. Wait, or leave more time between the steps.", units.Seconds(took), units.Count(wrong))
	}
	return holds("Wrong decisions in the last %s: %s.", units.Seconds(took), units.Count(wrong))
}

func sound(s *Seen) Outcome {
	if why := s.runs(20, "redis-sismember", "local-snapshot"); why != "" {
		return lacks("%s", why)
	}
	if s.State.Faults.Updater != "atomic" {
		return lacks("The updater is %s: make it atomic, so that a Set is replaced whole.", s.State.Faults.Updater)
	}
	wrong, _ := s.over(profiler.LoadWrong, countedOver)
	switch {
	case s.Verdict.Word.Fault():
		return lacks("The verdict is %s: reset the step.", s.Verdict.Word)
	case wrong > 0:
		return lacks("Wrong decisions in the last seconds: %s. Wait until the Set is published whole.", units.Count(wrong))
	case len(s.Past) == 0 || s.Past[len(s.Past)-1].At.Sub(s.Past[0].At).Seconds() < 0.8*countedOver:
		return lacks("It has just begun: wait %d seconds.", countedOver+1)
	}
	return holds("%s decides, no decision is wrong, and %s is allocated for each request.", s.State.Strategy, s.Figure("per_request"))
}
