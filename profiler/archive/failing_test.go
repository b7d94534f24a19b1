package archive

import (
	"fmt"
	"io"
	"io/fs"
	"syscall"
)

// A failing disk counts the calls made to it, from 1, and fails some of them.
type failing struct {
	*memDisk
	calls []string // such as "rename 4.json.tmp"
	fault fault
}

// A fault says which calls fail and how.
type fault struct {
	at  func(call int) bool // nil for none
	err error
}

// errLost fails a sync whose data is gone: the kernel drops the pages that it
// could not write.
var errLost = fmt.Errorf("syncing: %w", syscall.EIO)

func (d *failing) fails(what, name string) error {
	d.calls = append(d.calls, what+" "+name)
	if d.fault.at != nil && d.fault.at(len(d.calls)) {
		return &fs.PathError{Op: what, Path: name, Err: d.fault.err}
	}
	return nil
}

// arm forgets the calls so far.
func (d *failing) arm(f fault) { d.calls, d.fault = nil, f }

func (d *failing) Open(name string) (fs.File, error) {
	if err := d.fails("open", name); err != nil {
		return nil, err
	}
	f, err := d.memDisk.Open(name)
	return reading{f, d, name}, err
}

func (d *failing) Stat(name string) (fs.FileInfo, error) {
	if err := d.fails("stat", name); err != nil {
		return nil, err
	}
	return d.memDisk.Stat(name)
}

func (d *failing) Create(name string) (file, error) {
	if err := d.fails("create", name); err != nil {
		return nil, err
	}
	f, err := d.memDisk.Create(name)
	return &writing{f, d, name, false}, err
}

func (d *failing) Rename(from, to string) error {
	if err := d.fails("rename", from); err != nil {
		return err
	}
	return d.memDisk.Rename(from, to)
}

func (d *failing) Remove(name string) error {
	if err := d.fails("remove", name); err != nil {
		return err
	}
	return d.memDisk.Remove(name)
}

func (d *failing) Mkdir(name string) error {
	if err := d.fails("mkdir", name); err != nil {
		return err
	}
	return d.memDisk.Mkdir(name)
}

func (d *failing) Sync() error { return d.fails("sync", "the folder") }

type reading struct {
	fs.File
	disk *failing
	name string
}

func (f reading) Read(p []byte) (int, error) {
	if err := f.disk.fails("read", f.name); err != nil {
		return 0, err
	}
	return f.File.Read(p)
}

func (f reading) ReadDir(n int) ([]fs.DirEntry, error) {
	if err := f.disk.fails("readdir", f.name); err != nil {
		return nil, err
	}
	return f.File.(fs.ReadDirFile).ReadDir(n)
}

type writing struct {
	file
	disk   *failing
	name   string
	failed bool // a sync did
}

// Write leaves half behind when it fails short.
func (f *writing) Write(p []byte) (int, error) {
	err := f.disk.fails("write", f.name)
	if err == nil {
		return f.file.Write(p)
	}
	if f.disk.fault.err != io.ErrShortWrite {
		return 0, err
	}
	n, _ := f.file.Write(p[:len(p)/2])
	return n, err
}

func (f *writing) Sync() error {
	if f.failed {
		panic("a sync that failed is tried again on the same file")
	}
	err := f.disk.fails("sync", f.name)
	f.failed = err != nil
	if err != nil && f.disk.fault.err == errLost {
		f.file.(*memFile).node.data = nil
	}
	return err
}

func (f *writing) Close() error {
	err := f.file.Close()
	if failed := f.disk.fails("close", f.name); failed != nil {
		return failed
	}
	return err
}
