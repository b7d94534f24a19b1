package lesson

import "github.com/leakline/leakline/profiler/verdict"

// held wants a strategy's leak judged, and for memory the holder named.
func held(s *Seen, strategy string, word verdict.Word) Outcome {
	if why := s.runs(50, strategy); why != "" {
		return lacks("%s", why)
	}
	switch {
	case s.Verdict.Word != word && (s.Verdict.Word.Fault() || s.Verdict.WindowS > 60):
		return lacks("The verdict is %s, want %s: reset the step and change nothing else.", s.Verdict.Word, word)
	case s.Verdict.Word != word:
		return lacks("It is too early to say: leave it running for half a minute, without a change.")
	case len(s.Verdict.Suspects) == 0:
		return lacks("Something is kept, and no line is named yet: take a snapshot.")
	case word == verdict.Leak && s.Verdict.Suspects[0].Holder == "":
		return lacks("%s allocates what is kept, and nobody knows yet who keeps it: wait for the graph of the heap.", s.Figure("suspect"))
	}
	return holds("%s", s.Verdict.Summary)
}
