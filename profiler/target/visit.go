package target

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/verdict"
)

// A visitor is one uninterrupted time with a service. Its looks run beside its
// readings.
type visitor struct {
	a       *Attachment
	ctx     context.Context // of the visit
	looking sync.WaitGroup

	generation uint32
	process    *profiler.Process // nil without an agent
	running    atomic.Int64      // goroutines at the last look, 0 while unknown
}

// Hello is called by an agent's stream, first.
func (v *visitor) Hello(p profiler.Process) {
	a, last := v.a, v.a.process
	isNew := p.PID != last.PID || !p.Start.Equal(last.Start)
	a.process, v.process = p, &p
	a.cfg.Watch.Hello(p)
	v.generation = a.met(a.agent, true, isNew, "its agent")
	v.startLooking()
}

// Reading is called by an agent's stream.
func (v *visitor) Reading(r profiler.Reading) {
	r.Generation = v.generation
	v.a.cfg.Watch.Reading(r)
}

// poll reads what a service without an agent states, at a pace that costs it
// little.
func (v *visitor) poll() error {
	s := v.a.cfg.Stranger
	src, err := s.findSource(v.ctx)
	if err != nil {
		return err
	}
	var thrift thrift
	for met := false; ; met = true {
		began := time.Now()
		m, took, err := s.figures(v.ctx, src)
		if err != nil {
			return err
		}
		_, every := thrift.pause(readsEvery, took)
		isNew := v.a.fell(m)
		switch {
		case !met:
			how := fmt.Sprintf("%s, every %v at most", src.name, every.Round(time.Second))
			v.generation = v.a.met(s, false, isNew, how)
			v.startLooking()
		case isNew:
			return errRestarted
		}
		v.a.counted = m
		s.ratio.learn(m, false)
		v.a.cfg.Watch.Reading(v.reading(m, began, every))
		select {
		case <-v.ctx.Done():
			return v.ctx.Err()
		case <-time.After(every - time.Since(began)):
		}
	}
}

// fell reports whether only a new process can state these figures: counters do
// not fall in one life.
func (a *Attachment) fell(m MemStats) bool {
	return m.TotalAlloc < a.counted.TotalAlloc || m.NumGC < a.counted.NumGC
}

func (v *visitor) reading(m MemStats, at time.Time, every time.Duration) profiler.Reading {
	r := profiler.NewReading(at, v.generation)
	r.Every = every
	r.Set(profiler.HeapLive, v.a.cfg.Stranger.floor(m))
	r.Set(profiler.HeapInUse, m.HeapAlloc)
	r.Set(profiler.HeapGoal, m.NextGC)
	r.Set(profiler.RuntimeTotal, m.Sys-m.HeapReleased)
	r.Set(profiler.RSS, m.RSS)
	r.Set(profiler.AllocBytes, m.TotalAlloc)
	r.Set(profiler.AllocObjects, m.Mallocs)
	r.Set(profiler.GCCycles, m.NumGC)
	r.Set(profiler.Goroutines, m.Goroutines)
	if n := v.running.Load(); n > 0 && !profiler.Known(m.Goroutines) {
		r.Set(profiler.Goroutines, float64(n))
	}
	return r
}

func (v *visitor) startLooking() {
	v.looking.Go(func() {
		if err := v.look(); v.ctx.Err() == nil {
			v.a.cfg.Log.Warn("looking ended", "target", v.a.cfg.Watch.ID(), "error", err)
		}
	})
}

// look looks at the heap and the goroutines until the visit ends. The first
// look is not judged: being looked at allocates, once.
func (v *visitor) look() error {
	a := v.a
	var kept time.Time
	var rhythm verdict.Rhythm
	var thrift thrift
	reason := profiler.ReasonReady
	for first := true; ; first = false {
		sight, err := v.lookOnce()
		least := a.cfg.Pace.looks(looksEvery)
		pause := least
		if err == nil {
			v.running.Store(int64(sight.Running))
			var cost time.Duration
			cost, pause = thrift.pause(least, sight.Took)
			a.mu.Lock()
			a.cost = Cost{cost, pause}
			a.mu.Unlock()
			if !first {
				a.cfg.Watch.seen(sight.Look)
			}
			if time.Since(kept) >= a.cfg.Pace.snapshots(a.cfg.SnapshotEvery) {
				c := sight.Raw.capture()
				c.Generation = v.generation
				if _, err = a.cfg.Watch.keep(c, Request{Reason: reason, By: "observer"}, ""); err == nil {
					kept, reason = time.Now(), profiler.ReasonInterval
				}
			}
		}
		if err != nil && v.ctx.Err() == nil {
			a.cfg.Log.Warn("a look failed", "target", a.cfg.Watch.ID(), "error", err)
		}
		select {
		case <-v.ctx.Done():
			return v.ctx.Err()
		case <-time.After(rhythm.Next(pause)):
		}
	}
}

// lookOnce looks while nobody takes a snapshot, nor looks at another service.
func (v *visitor) lookOnce() (Sight, error) {
	done, err := v.a.cfg.Pace.await(v.ctx)
	if err != nil {
		return Sight{}, err
	}
	defer done()
	w := v.a.cfg.Watch
	w.capture.Lock()
	defer w.capture.Unlock()
	return v.a.cfg.Stranger.Look(v.ctx, LookOptions{GC: v.a.cfg.GC, UserCode: w.cfg.UserCode})
}

// seen has the judge take a look. A floor that the process states itself is
// better than what the look tells.
func (w *Watch) seen(l verdict.Look) {
	w.order.Lock()
	defer w.order.Unlock()
	if w.FloorExact() {
		if w.last.At.Before(w.judge.from.Add(settleFor)) {
			return // what is set up now is no trend
		}
		stated := lookOf(&w.last)
		stated.Heap, stated.Goroutines, stated.Running = l.Heap, l.Goroutines, l.Running
		l = stated
	}
	w.judge.offer(sight{look: l})
}
