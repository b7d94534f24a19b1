package api

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Targets are the processes that are watched, in the order in which they came.
// They come and go while others read: the zero value is empty and ready.
type Targets struct {
	mu  sync.Mutex
	all []*Target // replaced, never changed
}

// All returns the targets; the slice is not to be changed.
func (ts *Targets) All() []*Target {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return ts.all
}

// Add has one more watched.
func (ts *Targets) Add(t *Target) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.all = append(slices.Clip(ts.all), t)
}

// Remove forgets one and tells its viewers. What was kept of it stays.
func (ts *Targets) Remove(t *Target) {
	ts.mu.Lock()
	ts.all = slices.DeleteFunc(slices.Clone(ts.all), func(o *Target) bool { return o == t })
	ts.mu.Unlock()
	t.Hub.Close()
}

// find returns the target of an id, nil for none.
func (ts *Targets) find(id string) *Target {
	for _, t := range ts.All() {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// errNoTarget says that there is nothing to look at yet.
var errNoTarget = Refuse(http.StatusServiceUnavailable, "no process is watched yet: the fleet page says which are looked for")

// Find returns the target that a request names, by default the first.
func (a *API) Find(id string) (*Target, error) {
	all := a.Targets.All()
	if len(all) == 0 {
		return nil, errNoTarget
	}
	if id == "" {
		return all[0], nil
	}
	if t := a.Targets.find(id); t != nil {
		return t, nil
	}
	var known []string
	for _, t := range all {
		if len(known) == 5 {
			known = append(known, "…")
			break
		}
		known = append(known, t.ID)
	}
	return nil, Refuse(http.StatusNotFound, "target %q: there is only %s", id, strings.Join(known, ", "))
}
