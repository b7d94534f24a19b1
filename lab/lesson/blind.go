package lesson

import (
	"slices"

	"github.com/leakline/leakline/profiler/verdict"
)

// open are the verdicts that later ones may still replace.
var open = []verdict.Word{verdict.Insufficient, verdict.Growing, verdict.Warming, verdict.Stale}

// blind wants a patient judged by one of the words. What it says before that
// names neither.
func blind(strategy string, words ...verdict.Word) func(*Seen) Outcome {
	return func(s *Seen) Outcome {
		switch word := s.Verdict.Word; {
		case s.State.Strategy != strategy || s.State.Load.RPS == 0:
			return lacks("It is not this patient that runs: press the first button of this step.")
		case slices.Contains(words, word):
			return holds("%s", s.Verdict.Summary)
		case slices.Contains(open, word) || s.Verdict.WindowS < 30:
			return lacks("Nobody could say yet: leave it running for half a minute, and change nothing.")
		}
		return lacks("What runs does not behave as this patient should: reset the step, and press its first button alone.")
	}
}
