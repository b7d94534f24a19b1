package lab

import (
	"context"
	"fmt"
	"runtime"
	"strconv"

	"github.com/leakline/leakline/profiler"
)

// Limits are what a life of the patient may have.
type Limits struct {
	MemoryLimit int64 `json:"memory_limit"` // bytes at which it is killed, 0 for none
	GoMemLimit  int64 `json:"gomemlimit"`   // bytes the collector tries to stay below, 0 when off
	CheckerCPUs int   `json:"checker_cpus"` // GOMAXPROCS
}

func (l Limits) check() error {
	switch {
	case l.MemoryLimit != 0 && (l.MemoryLimit < minMemoryLimit || l.MemoryLimit > maxLimit):
		return fmt.Errorf("%w: memory limit of %s: want 0 for none, or 64 MiB to 1 TiB", ErrInvalid, mebibytes(l.MemoryLimit))
	case l.GoMemLimit != 0 && (l.GoMemLimit < minGoMemLimit || l.GoMemLimit > maxLimit):
		return fmt.Errorf("%w: GOMEMLIMIT of %s: want 0 for off, or 16 MiB to 1 TiB", ErrInvalid, mebibytes(l.GoMemLimit))
	case l.CheckerCPUs < 1 || l.CheckerCPUs > max(16, runtime.NumCPU()):
		return fmt.Errorf("%w: %d CPUs: want 1 to %d", ErrInvalid, l.CheckerCPUs, max(16, runtime.NumCPU()))
	}
	return nil
}

// env is how a child is told.
func (l Limits) env() []string {
	env := []string{"GOMAXPROCS=" + strconv.Itoa(l.CheckerCPUs)}
	if l.GoMemLimit > 0 {
		env = append(env, "GOMEMLIMIT="+strconv.FormatInt(l.GoMemLimit, 10))
	}
	return env
}

func (l Limits) String() string {
	memory, gomemlimit := "no memory limit", "GOMEMLIMIT off"
	if l.MemoryLimit > 0 {
		memory = "memory limit " + mebibytes(l.MemoryLimit)
	}
	if l.GoMemLimit > 0 {
		gomemlimit = "GOMEMLIMIT " + mebibytes(l.GoMemLimit)
	}
	return fmt.Sprintf("%s, %s, GOMAXPROCS %d", memory, gomemlimit, l.CheckerCPUs)
}

// A LimitsChange names what is to change; nil leaves it.
type LimitsChange struct {
	MemoryLimit *int64 `json:"memory_limit"`
	GoMemLimit  *int64 `json:"gomemlimit"`
	CheckerCPUs *int   `json:"checker_cpus"`
}

// SetLimits changes the limits and returns the whole of them. A process cannot
// be given others, so another life begins.
func (l *Lab) SetLimits(_ context.Context, c LimitsChange, by string) (Limits, error) {
	l.command.Lock()
	defer l.command.Unlock()
	old := l.State().Limits
	if err := l.trials.running(); err != nil {
		return old, err
	}
	s := old
	if c.MemoryLimit != nil {
		s.MemoryLimit = *c.MemoryLimit
	}
	if c.GoMemLimit != nil {
		s.GoMemLimit = *c.GoMemLimit
	}
	if c.CheckerCPUs != nil {
		s.CheckerCPUs = *c.CheckerCPUs
	}
	if err := s.check(); err != nil {
		return old, err
	}
	if s == old {
		return s, nil
	}
	l.change(func(state *State) { state.Limits, state.Capacity = s, nil })
	l.mark(profiler.Mark{Kind: profiler.MarkRestart, By: by, Text: "restart with " + s.String()})
	l.again()
	return s, nil
}
