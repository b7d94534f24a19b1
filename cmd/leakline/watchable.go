package main

import (
	"fmt"
	"path"
	"strings"

	"github.com/leakline/leakline/profiler/discovery"
	"github.com/leakline/leakline/profiler/target"
)

// choose returns whom to watch, and how many there are beyond: those that are
// listed first, and of the others those that have been watched.
func (w *watcher) choose(found []discovery.Service) (services []discovery.Service, over int) {
	for _, s := range found {
		switch {
		case !s.Since.IsZero() && (w.watched[s.URL] == nil || len(services) == maxAttached):
		case len(services) == maxAttached:
			over++
		default:
			services = append(services, s)
		}
	}
	return services, over
}

// mayTell reports whether a service may be told the secret. Else whoever writes
// to Redis or answers for a service record would only have to name an address of
// theirs to be sent what opens every service.
func (w *watcher) mayTell(s discovery.Service) bool {
	return w.auth == target.Auth{} || s.Named || w.hosts.Allow(s.URL)
}

// newTargetID names a service by its host and port, or its socket, and tells
// equal ones apart. It goes into URLs and JSON as it is.
func newTargetID(given, shown string, taken map[string]bool) string {
	_, name, _ := strings.Cut(shown, "://")
	if strings.HasPrefix(given, "unix:") {
		socket, _, _ := strings.Cut(given, ":/debug")
		name = path.Base(socket)
	}
	name = strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f && !strings.ContainsRune(`"\<>&`, r) {
			return r
		}
		return '-'
	}, strings.TrimSuffix(name, "/"))
	id := name
	for n := 2; taken[id]; n++ {
		id = fmt.Sprintf("%s-%d", name, n)
	}
	taken[id] = true
	return id
}
