package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leakline/leakline/profiler"
)

// A desk stands for the checker: it decides without a network, so that a load
// can be timed to the arrival.
type desk struct {
	takes time.Duration
	risky atomic.Int64 // users below it are risky
	says  func(id string, risky bool) (status int, body string)
	asked atomic.Int64
}

func (d *desk) RoundTrip(r *http.Request) (*http.Response, error) {
	d.asked.Add(1)
	var payment struct {
		PaymentID string `json:"payment_id"`
		UserID    string `json:"user_id"`
		Amount    int64  `json:"amount_cents"`
		Currency  string
	}
	if err := json.NewDecoder(r.Body).Decode(&payment); err != nil {
		return nil, err
	}
	var user int64
	if _, err := fmt.Sscanf(payment.UserID, "u%d", &user); err != nil || payment.Amount <= 0 || payment.Currency != "EUR" {
		return nil, fmt.Errorf("not a payment: %+v", payment)
	}
	select {
	case <-time.After(d.takes):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	says := d.says
	if says == nil {
		says = decides
	}
	status, body := says(payment.PaymentID, user < d.risky.Load())
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func decides(id string, risky bool) (int, string) {
	return http.StatusOK, fmt.Sprintf(`{"payment_id":%q,"risky":%v}`, id, risky)
}

const riskyUsers, allUsers = 100, 1000

func newDesk(takes time.Duration) *desk {
	d := &desk{takes: takes}
	d.risky.Store(riskyUsers)
	return d
}

// runLoad runs a load against d inside a bubble until during returns.
func runLoad(t *testing.T, d *desk, s LoadSettings, foreign bool, during func(*load)) LoadCounts {
	t.Helper()
	var counts LoadCounts
	synctest.Test(t, func(t *testing.T) {
		if s.RiskyUsers == 0 {
			s.RiskyUsers = riskyUsers
		}
		l := newLoad(allUsers, s, foreign)
		l.client.Transport = d
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- l.run(ctx) }()
		l.aim("http://patient")
		during(l)
		synctest.Wait() // every arrival that is due now has arrived
		counts = l.counts()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
		if after := l.counts(); after.Errors != counts.Errors {
			t.Errorf("ending counts %d errors that nobody had", after.Errors-counts.Errors)
		}
	})
	return counts
}

// wait lets time pass in a bubble.
func wait(d time.Duration) func(*load) { return func(*load) { time.Sleep(d) } }

func about(t *testing.T, what string, got uint64, want, tolerance float64) {
	t.Helper()
	if math.Abs(float64(got)-want) > tolerance {
		t.Errorf("%s: %d, want %v ± %v", what, got, want, tolerance)
	}
}

func TestArrivalsKeepTheirRate(t *testing.T) {
	tests := []struct {
		name  string
		rps   float64
		takes time.Duration
		want  float64 // sent in ten seconds
	}{
		{"a hundred a second", 100, time.Millisecond, 1000},
		{"three a second", 3, time.Millisecond, 30},
		{"one in four seconds", 0.25, time.Millisecond, 2},
		{"as many when answers take five seconds", 100, 5 * time.Second, 1000},
		{"thousands a second", 2000, time.Millisecond, 20000},
		{"none", 0, time.Millisecond, 0},
		{"next to none", 1e-300, time.Millisecond, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(tt.takes)
			c := runLoad(t, d, LoadSettings{RPS: tt.rps}, false, wait(10*time.Second))
			about(t, "sent", c.Sent, tt.want, 1)
			if c.Skipped != 0 || c.Errors != 0 || c.Wrong != 0 {
				t.Errorf("%+v, want no skipped, failed or wrong one", c)
			}
			if sent := d.asked.Load(); uint64(sent) != c.Sent {
				t.Errorf("%d reached the checker, %d are counted as sent", sent, c.Sent)
			}
		})
	}
}

func TestTheRateChangesAtOnce(t *testing.T) {
	c := runLoad(t, newDesk(0), LoadSettings{RPS: 10}, false, func(l *load) {
		for _, rps := range []float64{200, 0, 0.001, 50} {
			time.Sleep(5 * time.Second)
			l.set(LoadSettings{RPS: rps, RiskyUsers: riskyUsers})
		}
		time.Sleep(5 * time.Second)
	})
	about(t, "sent", c.Sent, 5*(10+200+0+0+50), 5)
}

func TestNothingIsSentBeforeThereIsAPatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLoad(allUsers, LoadSettings{RPS: 100, RiskyUsers: 1}, false)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- l.run(ctx) }()
		time.Sleep(time.Minute)
		cancel()
		if err := <-ended; err != nil || l.counts() != (LoadCounts{}) {
			t.Errorf("%+v, %v, want nothing sent and no error", l.counts(), err)
		}
	})
}

// Between two lives payments still arrive, and fail: that is an outage.
func TestADeadPatientMakesErrors(t *testing.T) {
	d := newDesk(0)
	c := runLoad(t, d, LoadSettings{RPS: 100}, false, func(l *load) {
		time.Sleep(2 * time.Second)
		l.aim("")
		time.Sleep(3 * time.Second)
		l.aim("http://patient")
		time.Sleep(time.Second)
	})
	about(t, "answered", c.Answered, 300, 2)
	about(t, "errors", c.Errors, 300, 2)
	about(t, "asked", uint64(d.asked.Load()), 300, 2)
}

func TestWhatCannotWaitIsSkippedAndCounted(t *testing.T) {
	d := newDesk(time.Hour)
	c := runLoad(t, d, LoadSettings{RPS: 1000}, false, wait(5*time.Second))
	if c.Sent != maxWaiting {
		t.Errorf("%d are waiting, want %d", c.Sent, maxWaiting)
	}
	about(t, "skipped", c.Skipped, 5000-maxWaiting, 1)
	if c.Answered != 0 || c.Errors != 0 {
		t.Errorf("%+v, want nothing answered yet", c)
	}
}

func TestAnAnswerAfterTenSecondsIsNone(t *testing.T) {
	c := runLoad(t, newDesk(time.Hour), LoadSettings{RPS: 10}, false, wait(answerTimeout+5*time.Second+time.Millisecond))
	about(t, "errors", c.Errors, 50, 1)
	if c.Answered != 0 {
		t.Errorf("%d are answered", c.Answered)
	}
}

func TestOnlyADecisionIsAnAnswer(t *testing.T) {
	reply := func(status int, format string) func(string, bool) (int, string) {
		return func(id string, _ bool) (int, string) { return status, strings.ReplaceAll(format, "ID", id) }
	}
	tests := []struct {
		name string
		says func(string, bool) (int, string)
		ok   bool
	}{
		{"a decision", decides, true},
		{"an error that looks like one", reply(503, `{"payment_id":"ID","risky":false}`), false},
		{"a page", reply(200, "<html>"), false},
		{"nothing", reply(200, ""), false},
		{"a decision on another payment", reply(200, `{"payment_id":"p0","risky":false}`), false},
		{"an answer that decides nothing", reply(200, `{"payment_id":"ID"}`), false},
		{"an answer that never ends", reply(200, `{"payment_id":"ID",`+strings.Repeat(" ", 5<<10)+`"risky":false}`), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(0)
			d.says = tt.says
			c := runLoad(t, d, LoadSettings{RPS: 10}, false, wait(5*time.Second+time.Millisecond))
			answered, failed := c.Answered, c.Errors
			if !tt.ok {
				answered, failed = failed, answered
			}
			if answered != 50 || failed != 0 {
				t.Errorf("%+v, want 50 on one side alone", c)
			}
		})
	}
}

func TestLoadSettings(t *testing.T) {
	fine := LoadSettings{RPS: 100, RiskyShare: 0.1, RiskyUsers: 10}
	tests := []struct {
		name   string
		change func(*LoadSettings)
		want   string // in the error; empty when there is none
	}{
		{"as they come", func(*LoadSettings) {}, ""},
		{"paused", func(s *LoadSettings) { s.RPS = 0 }, ""},
		{"as fast as it goes", func(s *LoadSettings) { s.RPS = 20_000 }, ""},
		{"too fast", func(s *LoadSettings) { s.RPS = 20_001 }, "rps 20001: want 0 to 20000"},
		{"backwards", func(s *LoadSettings) { s.RPS = -1 }, "rps -1: want 0 to 20000"},
		{"no number", func(s *LoadSettings) { s.RPS = math.NaN() }, "rps NaN: want 0 to 20000"},
		{"everybody risky", func(s *LoadSettings) { s.RiskyShare = 1 }, ""},
		{"more than everybody", func(s *LoadSettings) { s.RiskyShare = 1.1 }, "risky_share 1.1: want 0 to 1"},
		{"a share that is no number", func(s *LoadSettings) { s.RiskyShare = math.NaN() }, "risky_share NaN: want 0 to 1"},
		{"nobody on the list", func(s *LoadSettings) { s.RiskyUsers = 0 }, "risky_users 0: want 1 to 999"},
		{"nobody off the list", func(s *LoadSettings) { s.RiskyUsers = 1000 }, "risky_users 1000: want 1 to 999"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := fine
			tt.change(&s)
			err := s.check(allUsers)
			if got := fmt.Sprint(err); (err == nil) != (tt.want == "") || err != nil && got != tt.want {
				t.Errorf("check: %v, want %q", err, tt.want)
			}
		})
	}
}

func TestAugmentTellsWhatTheLoadSaw(t *testing.T) {
	var foreign, own profiler.Reading
	for _, tt := range []struct {
		foreign bool
		into    *profiler.Reading
	}{{true, &foreign}, {false, &own}} {
		runLoad(t, newDesk(20*time.Millisecond), LoadSettings{RPS: 100}, tt.foreign, func(l *load) {
			reader := newLoadReader(l)
			for range 20 {
				time.Sleep(100 * time.Millisecond)
				*tt.into = profiler.NewReading(time.Now(), 1)
				reader.augment(tt.into)
			}
		})
	}
	if sent := own.Get(profiler.LoadSent); sent < 198 || sent > 200 || own.Get(profiler.LoadErrors) != 0 {
		t.Errorf("%v sent, %v failed in two seconds, want 200 and 0", sent, own.Get(profiler.LoadErrors))
	}
	if p50 := own.Get(profiler.LoadP50); p50 < 0.020 || p50 > 0.0241 {
		t.Errorf("the median answer takes %v s, want 0.020, at most a fifth more", p50)
	}
	if own.Get(profiler.LoadWrong) != 0 || profiler.Known(foreign.Get(profiler.LoadWrong)) {
		t.Errorf("wrong decisions: %v on our list, %v on somebody's, want 0 and unknown",
			own.Get(profiler.LoadWrong), foreign.Get(profiler.LoadWrong))
	}
}
