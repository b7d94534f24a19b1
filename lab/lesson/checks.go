package lesson

import (
	"fmt"
	"strings"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler/verdict"
)

// An Outcome is what a check found. Says is one sentence: what holds, or what
// is missing.
type Outcome struct {
	OK   bool
	Says string
}

func holds(format string, args ...any) Outcome { return Outcome{true, fmt.Sprintf(format, args...)} }
func lacks(format string, args ...any) Outcome { return Outcome{false, fmt.Sprintf(format, args...)} }

// checks are what steps may name.
var checks = map[string]func(*Seen) Outcome{
	"churn":         churns,
	"sets-counted":  setsCounted,
	"collected":     collected,
	"pile-up":       pilesUp,
	"list-cheaper":  func(s *Seen) Outcome { return cheaper(s, "list-scan", 0.8) },
	"redis-cheaper": func(s *Seen) Outcome { return cheaper(s, "redis-sismember", 0.1) },
	"forgets":       forgets,
	"sound":         sound,

	"alert-leak":    warnsOfTheLeak,
	"alert-churn":   tellsChurn,
	"alert-queue":   tellsTheQueue,
	"alert-restart": killed,

	"held-globally": func(s *Seen) Outcome { return held(s, "audit-forever", verdict.Leak) },
	"pinned":        func(s *Seen) Outcome { return held(s, "pinned-json", verdict.Leak) },
	"stranded":      func(s *Seen) Outcome { return held(s, "stranded-lookup", verdict.GoroutineLeak) },

	"blind-churn":    blind("set-per-request", verdict.Churn),
	"blind-leak":     blind("audit-forever", verdict.Leak),
	"blind-backlog":  blind("set-per-request", verdict.Backlog),
	"blind-innocent": blind("warm-cache", verdict.Healthy, verdict.Step),
}

// Hold holds a step against the lab.
func (s Step) Hold(seen *Seen) Outcome {
	if seen.State.Status != lab.Running {
		return lacks("The checker is %s: wait until it runs.", seen.State.Status)
	}
	return checks[s.Check](seen)
}

// runs says what is missing where one of the strategies should decide, under
// at least so many payments a second; "" for nothing.
func (s *Seen) runs(rps float64, strategies ...string) string {
	now := s.State.Strategy
	for _, want := range strategies {
		if now != want {
			continue
		}
		if s.State.Load.RPS < rps {
			return fmt.Sprintf("Only %v payments a second arrive: set the load to 100.", s.State.Load.RPS)
		}
		return ""
	}
	return fmt.Sprintf("%s decides: switch to %s.", now, strings.Join(strategies, " or to "))
}
