package target

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestLooksDoNotCoincide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPace()
		p.Share(100)
		var at, most atomic.Int64
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				done, err := p.await(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				most.Store(max(most.Load(), at.Add(1)))
				time.Sleep(30 * time.Millisecond)
				at.Add(-1)
				done()
			})
		}
		all.Wait()
		if most.Load() != 1 || p.Late() != 0 {
			t.Errorf("%d looks at once, %d late", most.Load(), p.Late())
		}
	})
}

func TestAHangingServiceHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, began := NewPace(), time.Now()
		hung, err := p.await(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		next, err := p.await(t.Context())
		if waited := time.Since(began); err != nil || waited != turnAtMost {
			t.Errorf("the next waited %v, %v", waited, err)
		}
		hung() // returns at last, and ends no turn but its own
		ctx, cancel := context.WithTimeout(t.Context(), turnAtMost/2)
		defer cancel()
		if _, err := p.await(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a third looks beside the second: %v", err)
		}
		next()
		if done, err := p.await(t.Context()); err != nil {
			t.Error(err)
		} else {
			done()
		}
		if p.Late() != 1 {
			t.Errorf("%d looks were late, want 1", p.Late())
		}
	})
}

func TestPaceOfMany(t *testing.T) {
	var alone *Pace
	p := NewPace()
	for _, tt := range []struct {
		services                   int
		readings, looks, snapshots time.Duration
	}{
		{1, 100 * time.Millisecond, 5 * time.Second, 30 * time.Second},
		{10, 100 * time.Millisecond, 5 * time.Second, 30 * time.Second},
		{40, time.Second, 6 * time.Second, 2 * time.Minute},
		{100, time.Second, 15 * time.Second, 5 * time.Minute},
	} {
		p.Share(tt.services)
		if r, l, s := p.readings(), p.looks(looksEvery), p.snapshots(30*time.Second); r != tt.readings || l != tt.looks || s != tt.snapshots {
			t.Errorf("%d services: readings every %v, looks every %v, snapshots every %v", tt.services, r, l, s)
		}
	}
	if alone.readings() != 100*time.Millisecond || alone.looks(looksEvery) != looksEvery {
		t.Error("a single service has a pace of its own")
	}
}
