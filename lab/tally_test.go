package lab

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
)

func TestStudentT(t *testing.T) {
	// Two-sided 95 % quantiles from any table of the distribution.
	for freedom, want := range map[float64]float64{4: 2.776, 9: 2.262, 29: 2.045, 1000: 1.962} {
		if got := studentT(freedom); math.Abs(got-want) > 0.005*want {
			t.Errorf("t with %v degrees of freedom is %.3f, want %.3f", freedom, got, want)
		}
	}
}

// A cost per request is told with the range that holds the truth 95 times in
// 100, and so is how many times as much another takes.
func TestIntervalsHoldTheTruth(t *testing.T) {
	const runs, batches, perRequest, times = 400, 12, 1000.0, 0.5
	arrivals := rand.New(rand.NewPCG(7, 7))
	draw := func(mean float64) ratio {
		var r ratio
		for range batches {
			requests := math.Round(100 + 10*arrivals.NormFloat64())
			r.add(requests*mean*(1+0.1*arrivals.NormFloat64()), requests)
		}
		return r
	}
	held, heldTimes := 0, 0
	for range runs {
		a, b := draw(perRequest), draw(times*perRequest)
		if iv := a.interval(); iv.Low <= perRequest && perRequest <= iv.High {
			held++
		}
		if iv := b.over(&a); iv.Low <= times && times <= iv.High {
			heldTimes++
		}
	}
	for what, n := range map[string]int{"the cost": held, "how many times": heldTimes} {
		if n < runs*90/100 || n > runs*99/100 {
			t.Errorf("%s is within its interval in %d of %d runs, want 90 to 99 %%", what, n, runs)
		}
	}
}

func TestTooLittleIsNotKnown(t *testing.T) {
	var few, idle ratio
	for range fewestBatches - 1 {
		few.add(10, 1)
	}
	for range fewestBatches {
		idle.add(10, 0)
	}
	few.add(profiler.Unknown, 1)
	if iv := few.interval(); iv != nil {
		t.Errorf("%d batches give %+v, want nothing", fewestBatches-1, *iv)
	}
	if iv := idle.interval(); iv != nil {
		t.Errorf("no request at all costs %+v, want nothing known", *iv)
	}
	if iv := few.over(&idle); iv != nil {
		t.Errorf("nothing is %+v times nothing", *iv)
	}
}

func TestQuantilesComeFromTheBuckets(t *testing.T) {
	bounds := []float64{0.001, 0.002, 0.004}
	tally := tally{latencies: []uint64{900, 90, 9, 1}} // the last beyond every bound
	tests := []struct{ q, low, estimate, high float64 }{
		{0.50, 0.001, 0.001, 0.001},
		{0.90, 0.001, 0.001, 0.002},
		{0.99, 0.002, 0.002, 0.004},
		{0.999, 0.004, 0.004, 0.004},
	}
	for _, tt := range tests {
		iv := tally.quantile(bounds, tt.q)
		if iv == nil || iv.Low != tt.low || iv.Estimate != tt.estimate || iv.High != tt.high {
			t.Errorf("the %v quantile is %+v, want %v (%v to %v)", tt.q, iv, tt.estimate, tt.low, tt.high)
		}
	}
	if iv := tally.quantile(bounds, 0.9999); iv != nil {
		t.Errorf("of a thousand answers one in ten thousand took %+v, want nothing known", *iv)
	}
}

// A performance plays readings to a scoreboard: a process that allocates so
// much for each of 10 requests a tick.
type performance struct {
	board *scoreboard
	at    time.Time
	gen   uint32
	bytes float64
	sent  float64
	count float64
}

func newPerformance() *performance {
	p := &performance{board: newScoreboard(newLoad(10, LoadSettings{RPS: 100, RiskyUsers: 1}, false)), at: time.Now(), gen: 1}
	return p
}

func (p *performance) play(strategy string, seconds int, perRequest float64) {
	p.board.begin(strategy)
	p.board.deaf = p.at.Add(settle) // the readings' clock, not the wall's
	for range seconds * 10 {
		p.at = p.at.Add(100 * time.Millisecond)
		p.count += 10
		p.bytes += 10 * perRequest
		p.sent++
		r := profiler.NewReading(p.at, p.gen)
		for m, v := range map[profiler.Metric]float64{
			profiler.AllocBytes: p.bytes, profiler.AllocObjects: p.count, profiler.Requests: p.count, profiler.ProcessCPU: p.count / 1e3,
			profiler.GCCPU: p.count / 1e4, profiler.TotalCPU: p.count / 1e2, profiler.HeapLive: 5e6,
			profiler.LoadErrors: p.sent, profiler.LoadWrong: 0,
		} {
			r.Set(m, v)
		}
		p.board.reading(&r)
	}
}

func (p *performance) score(t *testing.T, strategy string) Score {
	t.Helper()
	scores, _ := p.board.scores(verdictOf(""))
	for _, s := range scores {
		if s.Strategy == strategy {
			return s
		}
	}
	t.Fatalf("%s has no score among %+v", strategy, scores)
	return Score{}
}

func TestEachStrategyHasItsOwnScore(t *testing.T) {
	p := newPerformance()
	p.play("set-per-request", 10, 2000)
	p.play("list-scan", 10, 1000)
	p.gen++ // a new process counts from the start again
	p.bytes, p.count = 0, 0
	p.board.died(nil)
	p.play("list-scan", 10, 1000)
	for strategy, want := range map[string]float64{"set-per-request": 2000, "list-scan": 1000} {
		s := p.score(t, strategy)
		if iv := s.BytesPerRequest; iv == nil || math.Abs(iv.Estimate-want) > 1e-6 {
			t.Errorf("%s allocates %+v a request, want %v", strategy, iv, want)
		}
		if *s.Floor != 5e6 || *s.Wrong != 0 || math.Abs(s.GCCPU.Estimate-0.01) > 1e-9 {
			t.Errorf("%s: floor %v, wrong %v, GC CPU %v", strategy, *s.Floor, *s.Wrong, s.GCCPU.Estimate)
		}
	}
	a, b := p.score(t, "set-per-request"), p.score(t, "list-scan")
	if a.ActiveS != 9 || b.ActiveS != 18 { // a second settles each time
		t.Errorf("active for %v and %v s, want 9 and 18", a.ActiveS, b.ActiveS)
	}
	if a.Failed != 99 || b.Failed != 200 || b.Deaths != 1 || a.Deaths != 0 { // the first reading has none before it
		t.Errorf("failed %v and %v, deaths %d and %d; want 99, 200, 0 and 1", a.Failed, b.Failed, a.Deaths, b.Deaths)
	}
	if a.Current || !b.Current {
		t.Error("list-scan decides, and is not shown so")
	}
	p.board.clear()
	if scores, _ := p.board.scores(verdictOf("")); len(scores) != 0 {
		t.Errorf("after a clearing there are %+v", scores)
	}
}

func TestAVerdictStaysWithItsStrategy(t *testing.T) {
	p := newPerformance()
	p.play("audit-forever", 3, 1)
	p.board.judge(verdictOf("leak"))
	p.play("list-scan", 3, 1)
	if now := verdictOf("insufficient"); p.score(t, "audit-forever").Verdict != "leak" || p.score(t, "list-scan").Verdict != now.Word {
		t.Errorf("verdicts %s and %s, want leak and insufficient", p.score(t, "audit-forever").Verdict, p.score(t, "list-scan").Verdict)
	}
}
