package target

import (
	"slices"
	"time"

	"github.com/leakline/leakline/profiler/verdict"
)

// A Turn is when the verdict became another, or the first on something new.
type Turn struct {
	At      time.Time
	Word    verdict.Word
	Summary string // as it was then
}

// maxTurns bounds the turns that are remembered; the oldest go first.
const maxTurns = 200

func (j *judge) turnLocked(v verdict.Verdict) {
	n := len(j.turns)
	if v.Word == verdict.Insufficient || n > 0 && j.turns[n-1].Word == v.Word && j.turnIn == j.judged {
		return
	}
	if n == maxTurns {
		j.turns = slices.Delete(j.turns, 0, 1)
	}
	j.turns, j.turnIn = append(j.turns, Turn{time.Now(), v.Word, v.Summary}), j.judged
}

// Turns returns when the verdict became which, oldest first.
func (w *Watch) Turns() []Turn {
	w.judge.mu.Lock()
	defer w.judge.mu.Unlock()
	return slices.Clone(w.judge.turns)
}
