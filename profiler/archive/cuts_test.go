package archive

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

// cuts returns every folder that a power cut after the first n effects may
// leave: of the names that changed since the folder was last synced any
// subset, and of each file that was not synced since it was written nothing
// new, half, zeros or all.
func (d *memDisk) cuts(n int) iter.Seq[*memDisk] {
	names := maps.Clone(d.start)
	if names == nil {
		names = map[string]*node{}
	}
	latest, safe := map[*node][]byte{}, map[*node][]byte{}
	for _, n := range names {
		latest[n], safe[n] = n.start, n.start
	}
	var loose []effect
	for _, e := range d.log[:n] {
		switch e.what {
		case renamed:
			loose = append(loose, e)
		case written:
			latest[e.node] = e.data
		case synced:
			safe[e.node] = latest[e.node]
		case folderSynced:
			for _, e := range loose {
				e.apply(names)
			}
			loose = nil
		}
	}
	if len(loose) > 12 {
		panic("too much is left unsynced to try every subset of it")
	}
	return func(yield func(*memDisk) bool) {
		for subset := range 1 << len(loose) {
			left := maps.Clone(names)
			for i, e := range loose {
				if subset>>i&1 == 1 {
					e.apply(left)
				}
			}
			for data := range torn(left, latest, safe) {
				if !yield(data) {
					return
				}
			}
		}
	}
}

// torn returns the folder with every state of the files that were not synced.
func torn(names map[string]*node, latest, safe map[*node][]byte) iter.Seq[*memDisk] {
	var dirty []*node
	for _, n := range names {
		if string(latest[n]) != string(safe[n]) && !slices.Contains(dirty, n) {
			dirty = append(dirty, n)
		}
	}
	states := 1
	for range dirty {
		states *= 4
	}
	return func(yield func(*memDisk) bool) {
		for state := range states {
			data := maps.Clone(safe)
			for _, n := range dirty {
				all := latest[n]
				data[n] = [][]byte{safe[n], all[:len(all)/2], make([]byte, len(all)), all}[state%4]
				state /= 4
			}
			d := newMemDisk()
			for name, n := range names {
				d.names[name] = &node{data: data[n], folder: n.folder}
			}
			if !yield(d.copy()) {
				return
			}
		}
	}
}

// key tells folders apart.
func (d *memDisk) key() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(d.names)) {
		b.WriteString(name + ": " + string(d.names[name].data) + "\n")
	}
	return b.String()
}
