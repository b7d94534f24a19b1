package checker_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leakline/leakline/checker"
)

// fake is a strategy that takes d to decide and knows whether it was treated
// according to the contract.
type fake struct {
	d        time.Duration
	risky    bool
	err      error
	closeErr error

	inside atomic.Int64
	closed atomic.Int64
	late   atomic.Int64 // checks that ran into or after Close
}

func (f *fake) Check(context.Context, checker.Payment) (bool, error) {
	f.inside.Add(1)
	defer f.inside.Add(-1)
	if f.d > 0 {
		time.Sleep(f.d)
	}
	if f.closed.Load() != 0 {
		f.late.Add(1)
	}
	return f.risky, f.err
}

func (f *fake) Close() error {
	f.closed.Add(1)
	f.late.Add(f.inside.Load())
	return f.closeErr
}

// shelf builds the strategies it holds, each at most once.
type shelf map[string]*fake

func (s shelf) build(name string) (checker.Strategy, error) {
	f, ok := s[name]
	if !ok {
		return nil, fmt.Errorf("%w: %q", checker.ErrUnknownStrategy, name)
	}
	if f == nil {
		return nil, errors.New("no such luck")
	}
	return f, nil
}

func newChecker(t *testing.T, s shelf, start string) (*checker.Checker, *checker.Stats) {
	t.Helper()
	stats := new(checker.Stats)
	c, err := checker.New(s.build, start, stats)
	if err != nil {
		t.Fatal(err)
	}
	return c, stats
}

func TestADecisionNamesItsMaker(t *testing.T) {
	c, stats := newChecker(t, shelf{"a": {risky: true}, "b": {}}, "a")
	got, err := c.Check(t.Context(), checker.Payment{ID: "p1"})
	if err != nil {
		t.Fatal(err)
	}
	if got.PaymentID != "p1" || !got.Risky || got.Strategy != "a" || got.Generation != 1 {
		t.Errorf("first decision is %+v, want p1 risky by a, generation 1", got)
	}
	if gen, err := c.Use(t.Context(), "b"); gen != 2 || err != nil {
		t.Fatalf("Use(b) = %d, %v, want generation 2", gen, err)
	}
	if got, _ = c.Check(t.Context(), checker.Payment{}); got.Risky || got.Strategy != "b" || got.Generation != 2 {
		t.Errorf("decision after the switch is %+v, want innocent by b, generation 2", got)
	}
	if stats.Requests() != 2 || stats.Errors() != 0 || stats.InFlight() != 0 {
		t.Errorf("counted %d requests, %d errors, %d in flight, want 2, 0, 0", stats.Requests(), stats.Errors(), stats.InFlight())
	}
}

func TestAFailedCheckIsNoDecision(t *testing.T) {
	c, stats := newChecker(t, shelf{"a": {risky: true, err: checker.ErrUnavailable}}, "a")
	got, err := c.Check(t.Context(), checker.Payment{})
	if !errors.Is(err, checker.ErrUnavailable) || got != (checker.Decision{}) {
		t.Errorf("Check = %+v, %v, want no decision and ErrUnavailable", got, err)
	}
	if stats.Requests() != 1 || stats.Errors() != 1 {
		t.Errorf("counted %d requests, %d errors, want 1 and 1", stats.Requests(), stats.Errors())
	}
}

func TestASwitchThatCannotStartChangesNothing(t *testing.T) {
	a := &fake{}
	c, _ := newChecker(t, shelf{"a": a, "broken": nil}, "a")
	for _, name := range []string{"broken", "nobody"} {
		gen, err := c.Use(t.Context(), name)
		if gen != 0 || err == nil {
			t.Errorf("Use(%s) = %d, %v, want 0 and an error", name, gen, err)
		}
		if unknown := errors.Is(err, checker.ErrUnknownStrategy); unknown != (name == "nobody") {
			t.Errorf("Use(%s) says unknown: %v (%v)", name, unknown, err)
		}
	}
	if name, gen := c.Current(); name != "a" || gen != 1 || a.closed.Load() != 0 {
		t.Errorf("now using %s, generation %d, closed %d times, want a, 1, 0", name, gen, a.closed.Load())
	}
}

func TestUsingWhatIsInUseChangesNothing(t *testing.T) {
	a := &fake{}
	c, _ := newChecker(t, shelf{"a": a}, "a")
	if gen, err := c.Use(t.Context(), "a"); gen != 1 || err != nil {
		t.Errorf("Use = %d, %v, want generation 1 again", gen, err)
	}
	if n := a.closed.Load(); n != 0 {
		t.Errorf("the strategy in use was closed %d times", n)
	}
}

func TestUseWaitsForChecksInsideAndHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &fake{d: time.Minute}
		c, _ := newChecker(t, shelf{"slow": slow, "fast": {}}, "slow")
		start := time.Now()
		old := make(chan checker.Decision)
		go func() {
			d, _ := c.Check(t.Context(), checker.Payment{})
			old <- d
		}()
		synctest.Wait() // the check now sleeps inside slow
		go func() {
			if _, err := c.Use(t.Context(), "fast"); err != nil {
				t.Error(err)
			}
			if waited := time.Since(start); waited != time.Minute || slow.closed.Load() != 1 {
				t.Errorf("Use returned after %v with slow closed %d times, want after its check's minute and once", waited, slow.closed.Load())
			}
		}()
		synctest.Wait() // fast is published, slow drains
		if d, err := c.Check(t.Context(), checker.Payment{}); err != nil || d.Strategy != "fast" || time.Since(start) != 0 {
			t.Errorf("a new check got %+v, %v after %v, want fast's answer at once", d, err, time.Since(start))
		}
		if d := <-old; d.Strategy != "slow" || d.Generation != 1 {
			t.Errorf("the old check was decided by %s, generation %d, want slow, 1", d.Strategy, d.Generation)
		}
		synctest.Wait()
		if slow.late.Load() != 0 {
			t.Error("slow was closed with a check inside")
		}
	})
}

func TestASwitchOutlivesTheWaitForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &fake{d: time.Hour, closeErr: errors.New("stuck")}
		c, _ := newChecker(t, shelf{"slow": slow, "fast": {}}, "slow")
		go c.Check(t.Context(), checker.Payment{})
		synctest.Wait()

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		gen, err := c.Use(ctx, "fast")
		if gen != 2 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Use = %d, %v, want generation 2 and the end of its context", gen, err)
		}
		if slow.closed.Load() != 0 {
			t.Error("slow was closed with a check inside")
		}
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if slow.closed.Load() != 1 {
			t.Errorf("after Close the drained strategy was closed %d times, want once", slow.closed.Load())
		}
	})
}

func TestCloseEndsChecking(t *testing.T) {
	a := &fake{}
	c, _ := newChecker(t, shelf{"a": a, "b": {}}, "a")
	for range 2 {
		if err := c.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if a.closed.Load() != 1 {
		t.Errorf("closed %d times, want once", a.closed.Load())
	}
	if _, err := c.Check(t.Context(), checker.Payment{}); !errors.Is(err, checker.ErrClosed) {
		t.Errorf("Check after Close: %v, want ErrClosed", err)
	}
	if _, err := c.Use(t.Context(), "b"); !errors.Is(err, checker.ErrClosed) {
		t.Errorf("Use after Close: %v, want ErrClosed", err)
	}
}

// Sixty-four callers never stop while strategies are replaced under them.
func TestSwitchingUnderTraffic(t *testing.T) {
	const callers, switches = 64, 200
	var (
		mu    sync.Mutex
		built []*fake
	)
	build := func(string) (checker.Strategy, error) {
		mu.Lock()
		defer mu.Unlock()
		f := &fake{risky: len(built)%2 == 0} // odd generations say risky
		built = append(built, f)
		return f, nil
	}
	stats := new(checker.Stats)
	c, err := checker.New(build, "0", stats)
	if err != nil {
		t.Fatal(err)
	}

	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var done atomic.Uint64
	for range callers {
		wg.Go(func() {
			for last := uint64(0); ctx.Err() == nil; done.Add(1) {
				d, err := c.Check(t.Context(), checker.Payment{})
				if err != nil {
					t.Errorf("a check failed: %v", err)
					return
				}
				if d.Generation < last || d.Risky != (d.Generation%2 == 1) || d.Strategy != fmt.Sprint(d.Generation-1) {
					t.Errorf("after generation %d came %+v, which no single strategy can have said", last, d)
					return
				}
				last = d.Generation
				runtime.Gosched() // else a switch waits for 64 time slices
			}
		})
	}
	for i := range switches {
		if gen, err := c.Use(t.Context(), fmt.Sprint(i+1)); err != nil || gen != uint64(i+2) {
			t.Fatalf("switch %d: generation %d, %v", i+1, gen, err)
		}
	}
	stop()
	wg.Wait()
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, f := range built {
		if f.closed.Load() != 1 || f.late.Load() != 0 {
			t.Errorf("generation %d was closed %d times, with %d checks too late", i+1, f.closed.Load(), f.late.Load())
		}
	}
	if stats.Requests() != done.Load() || stats.InFlight() != 0 {
		t.Errorf("counted %d requests and %d in flight, want %d and 0", stats.Requests(), stats.InFlight(), done.Load())
	}
}

func TestCheckDoesNotAllocate(t *testing.T) {
	c, _ := newChecker(t, shelf{"a": {}}, "a")
	ctx, p := t.Context(), checker.Payment{ID: "p"}
	if got := testing.AllocsPerRun(100, func() { c.Check(ctx, p) }); got != 0 {
		t.Errorf("a check allocates %v objects beyond its strategy's, want 0", got)
	}
}
