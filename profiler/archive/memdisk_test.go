package archive

import (
	"bytes"
	"io/fs"
	"maps"
	"strings"
	"testing/fstest"
)

// A memDisk is a folder in memory. It remembers what was done to it, so that a
// test can tell what a power cut would have left; see powercut_test.go.
type memDisk struct {
	names map[string]*node // as programs see it
	start map[string]*node // names as they were at the beginning, on stable storage
	log   []effect         // since then
}

// A node is a file, by whatever name, or a folder.
type node struct {
	data   []byte
	start  []byte // data as it was at the beginning
	folder bool
}

// An effect is what a call changed.
type effect struct {
	what     what
	from, to string // names: a node is taken from the one and put to the other
	node     *node
	data     []byte // of node, from here on
}

type what int

const (
	renamed      what = iota // or created, when from is empty, or removed, when to is
	written                  // node has data
	synced                   // and keeps it
	folderSynced             // and every name so far is kept
)

func newMemDisk() *memDisk { return &memDisk{names: map[string]*node{}} }

// copy returns a disk of the same names and data, where nothing was done yet.
func (d *memDisk) copy() *memDisk {
	c := newMemDisk()
	for name, n := range d.names {
		c.names[name] = &node{bytes.Clone(n.data), bytes.Clone(n.data), n.folder}
	}
	c.start = maps.Clone(c.names)
	return c
}

// at returns a file system of one file, or of the folder it is not.
func (d *memDisk) at(name string) fstest.MapFS {
	if n := d.names[name]; n != nil && !n.folder {
		return fstest.MapFS{name: {Data: n.data, Mode: 0o600}}
	}
	m := fstest.MapFS{}
	for name, n := range d.names {
		m[name] = &fstest.MapFile{Mode: 0o600}
		if n.folder {
			m[name].Mode = fs.ModeDir | 0o700
		}
	}
	return m
}

func (d *memDisk) Open(name string) (fs.File, error)     { return d.at(name).Open(name) }
func (d *memDisk) Stat(name string) (fs.FileInfo, error) { return d.at(name).Stat(name) }
func (d *memDisk) Close() error                          { return nil }

func (d *memDisk) make(op, name string, n *node) error {
	if d.names[name] != nil {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrExist}
	}
	d.names[name] = n
	d.log = append(d.log, effect{what: renamed, to: name, node: n})
	return nil
}

func (d *memDisk) Mkdir(name string) error { return d.make("mkdir", name, &node{folder: true}) }

func (d *memDisk) Create(name string) (file, error) {
	n := &node{}
	return &memFile{d, n}, d.make("create", name, n)
}

func (d *memDisk) Rename(from, to string) error { return d.move("rename", from, to) }
func (d *memDisk) Remove(name string) error     { return d.move("remove", name, "") }

func (d *memDisk) move(op, from, to string) error {
	n := d.names[from]
	if n == nil {
		return &fs.PathError{Op: op, Path: from, Err: fs.ErrNotExist}
	}
	e := effect{what: renamed, from: from, to: to, node: n}
	e.apply(d.names)
	d.log = append(d.log, e)
	return nil
}

// apply does to names what was done to them.
func (e effect) apply(names map[string]*node) {
	if e.from != "" {
		delete(names, e.from)
	}
	if e.to != "" {
		names[e.to] = e.node
	}
}

func (d *memDisk) Sync() error {
	d.log = append(d.log, effect{what: folderSynced})
	return nil
}

// tmpFiles lists the temporary files that there are.
func (d *memDisk) tmpFiles() []string {
	var list []string
	for name := range maps.Keys(d.names) {
		if strings.HasSuffix(name, tmpExt) {
			list = append(list, name)
		}
	}
	return list
}

type memFile struct {
	disk *memDisk
	node *node
}

func (f *memFile) Write(p []byte) (int, error) {
	f.node.data = append(f.node.data, p...)
	f.disk.log = append(f.disk.log, effect{what: written, node: f.node, data: bytes.Clone(f.node.data)})
	return len(p), nil
}

func (f *memFile) Sync() error {
	f.disk.log = append(f.disk.log, effect{what: synced, node: f.node})
	return nil
}

func (f *memFile) Close() error { return nil }
