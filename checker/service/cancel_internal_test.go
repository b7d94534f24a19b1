package service

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leakline/leakline/checker/redisurl"
	"github.com/leakline/leakline/internal/redistest"
)

// A command that was cancelled leaves its reply in the connection. Whoever asks
// next must not take it for an answer to another question.
func TestACancelledQuestionNeverAnswersAnother(t *testing.T) {
	const callers, each, risky = 50, 2000, 1000
	server := redistest.Start(t)
	opts, err := clientOptions(Config{Redis: server.Addr}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	plain := redisurl.NewClient(opts)
	for i := range risky {
		plain.SAdd(t.Context(), "set", fmt.Sprint(i))
	}
	m, err := newMembers(opts, newBreaker(), "")
	if err != nil {
		t.Fatal(err)
	}
	var answered, cancelled atomic.Int64
	var asking sync.WaitGroup
	for range callers {
		asking.Go(func() {
			for range each {
				user := rand.IntN(2 * risky)
				ctx, cancel := context.WithCancel(t.Context())
				end := time.AfterFunc(time.Duration(1<<rand.IntN(15))*time.Microsecond, cancel) // up to 16 ms
				in, err := m.AreMembers(ctx, "set", fmt.Sprint(user), "0")
				end.Stop()
				cancel()
				switch {
				case err != nil:
					cancelled.Add(1)
				case in[0] != (user < risky) || !in[1]:
					t.Errorf("user %d: %v is somebody else's answer", user, in)
				default:
					answered.Add(1)
				}
			}
		})
	}
	asking.Wait()
	t.Logf("%d answered, %d cancelled", answered.Load(), cancelled.Load())
	if answered.Load() < callers*each/1000 || cancelled.Load() < callers*each/1000 {
		t.Errorf("of %d commands %d answered, %d cancelled: want both", callers*each, answered.Load(), cancelled.Load())
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if err := plain.Close(); err != nil {
		t.Error(err)
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}
