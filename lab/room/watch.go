package room

import (
	"context"
	"maps"
	"slices"
	"time"
)

// How often changes are told: of the people, and of what is presented.
const (
	crowdEvery = time.Second
	viewEvery  = 100 * time.Millisecond
)

// Watch tells of changes as everybody may see them, until ctx ends or tell
// fails: the first at once, what follows it in one. A change lists the steps
// that are other than they were told last. There is one watcher.
func (r *Room) Watch(ctx context.Context, tell func(Shown) error) error {
	var crowdAt, viewAt time.Time // told last
	for {
		now := time.Now()
		shown, crowd, again := r.take(now, crowdAt.Add(crowdEvery), viewAt.Add(viewEvery))
		if shown != nil {
			viewAt = now
			if crowd {
				crowdAt = now
			}
			if err := tell(*shown); err != nil {
				return err
			}
		}
		var later <-chan time.Time
		if !again.IsZero() {
			later = time.After(again.Sub(now))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-r.changed:
		case <-later:
		}
	}
}

// take returns what is to be told now, nil for nothing, whether the people are
// in it, and when to come again; zero for not before the next change.
func (r *Room) take(now, crowdDue, viewDue time.Time) (shown *Shown, crowd bool, again time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	again = r.abandonedLocked(now)
	later := func(t time.Time) {
		if again.IsZero() || t.Before(again) {
			again = t
		}
	}
	crowd = r.crowd && !now.Before(crowdDue)
	if r.crowd && !crowd {
		later(crowdDue)
	}
	if r.viewMoved && now.Before(viewDue) && !crowd {
		later(viewDue)
		return nil, false, again
	}
	if !crowd && !r.viewMoved {
		return nil, false, again
	}
	var places []Place
	if crowd {
		places = slices.SortedFunc(maps.Keys(r.touched), comparePlaces)
		clear(r.touched)
		r.crowd = false
	}
	r.viewMoved = false
	told := r.shownLocked(places, false)
	return &told, crowd, again
}
