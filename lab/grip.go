package lab

import (
	"sync"

	"github.com/leakline/leakline/profiler/archive"
)

// A grip keeps some snapshots from making room for newer ones, until it closes
// on others. The zero value holds nothing.
type grip struct {
	mu      sync.Mutex
	release func()
}

// closeOn holds these snapshots, and lets go of those it held.
func (g *grip) closeOn(a *archive.Archive, ids ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	before := g.release
	g.release = a.Hold(ids...)
	if before != nil {
		before()
	}
}
