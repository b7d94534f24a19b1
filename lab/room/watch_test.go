package room_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leakline/leakline/lab/room"
)

// present takes what Present returns.
func present(t testing.TB) func(*room.View, error) {
	return func(_ *room.View, err error) {
		t.Helper()
		must(t, err)
	}
}

// A told change, and when.
type told struct {
	room.Shown
	after time.Duration
}

// watched runs f beside a watcher and returns what that was told.
func watched(t *testing.T, f func(r *room.Room)) (all []told) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := room.New(room.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		start, ended := time.Now(), make(chan error)
		go func() {
			ended <- r.Watch(ctx, func(s room.Shown) error {
				all = append(all, told{s, time.Since(start)})
				return nil
			})
		}()
		synctest.Wait()
		f(r)
		time.Sleep(time.Minute)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return all
}

func TestThePeopleAreToldOfOnceASecond(t *testing.T) {
	all := watched(t, func(r *room.Room) {
		for i := range 300 {
			must(t, r.Lock(viewer(fmt.Sprint(i)), pattern, []string{"0"}))
			time.Sleep(10 * time.Millisecond)
		}
	})
	if len(all) != 4 || all[0].after != 0 || all[1].after != time.Second || all[3].after != 3*time.Second {
		t.Fatalf("3 s of answers are told in %d changes, want 4, a second apart: %+v", len(all), all)
	}
	last := all[3]
	if step := stepOf(t, last.Shown, pattern); step.Answered != 300 || len(last.Steps) != 1 || step.Questions != nil {
		t.Errorf("the last says %+v, want that step alone with 300 answers", last)
	}
}

func TestTheViewIsToldTenTimesASecond(t *testing.T) {
	all := watched(t, func(r *room.Room) {
		defer r.Arrive(guide)()
		on := true
		present(t)(r.Present(guide, room.Showing{Presenting: &on}))
		for i := range 100 {
			at := int64(i)
			present(t)(r.Present(guide, room.Showing{Live: &room.Range{Window: "5m", Cursor: &at}}))
			time.Sleep(10 * time.Millisecond)
		}
	})
	var cursors []int64
	for _, s := range all {
		if s.View != nil && s.View.Live != nil && s.View.Live.Cursor != nil {
			cursors = append(cursors, *s.View.Live.Cursor)
		}
	}
	if n := len(cursors); n < 9 || n > 12 || cursors[n-1] != 99 {
		t.Errorf("a second of moves is told as %v, want about ten and the last", cursors)
	}
}

func TestAPresenterWhoGoesIsWaitedForAndForgotten(t *testing.T) {
	all := watched(t, func(r *room.Room) {
		leave := r.Arrive(guide)
		on := true
		present(t)(r.Present(guide, room.Showing{Presenting: &on, At: &pattern}))
		leave() // for another page
		time.Sleep(10 * time.Second)
		leave = r.Arrive(guide)
		time.Sleep(20 * time.Second)
		if r.Look(viewer("a")).View == nil {
			t.Error("the presentation ended between two pages")
		}
		leave() // for good
		time.Sleep(14 * time.Second)
		if r.Look(viewer("a")).View == nil {
			t.Error("the presentation ended before its time")
		}
	})
	if last := all[len(all)-1]; last.View != nil || last.after != 45*time.Second {
		t.Errorf("the last change comes after %v with view %+v, want none after 45 s", last.after, last.View)
	}
}

func TestOnlyWhoPresentsMovesTheView(t *testing.T) {
	r := room.New(room.Config{})
	on, off := true, false
	other := room.Visitor{Session: "other", Guide: true}
	present(t)(r.Present(guide, room.Showing{At: &pattern}))
	if r.Look(viewer("a")).View != nil {
		t.Error("private browsing is shown to the room")
	}
	present(t)(r.Present(guide, room.Showing{Presenting: &on, At: &pattern}))
	present(t)(r.Present(other, room.Showing{At: &again}))
	present(t)(r.Present(other, room.Showing{Presenting: &off}))
	if v := r.Look(viewer("a")).View; v == nil || *v.At != pattern {
		t.Errorf("view %+v, want that of who presents", v)
	}
	present(t)(r.Present(other, room.Showing{Presenting: &on}))
	if me := r.Look(guide).Me; me.Presenting || !r.Look(other).Me.Presenting {
		t.Error("who begins to present does not take over")
	}
	present(t)(r.Present(other, room.Showing{Presenting: &off}))
	if v := r.Look(viewer("a")).View; v != nil {
		t.Errorf("view %+v after its end", v)
	}
	for _, l := range []room.Range{{Window: "2m"}, {Window: "5m", From: new(int64)}, {Window: "1m", From: new(int64), To: new(int64)}} {
		if _, err := r.Present(guide, room.Showing{Live: &l}); err == nil {
			t.Errorf("range %+v is taken", l)
		}
	}
}
