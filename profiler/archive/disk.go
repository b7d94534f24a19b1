package archive

import (
	"io"
	"io/fs"
	"os"
)

// A disk is the folder of an archive: all of the archive's I/O is a call of
// one of these. Outside tests it is a rootDisk.
type disk interface {
	fs.StatFS

	Create(name string) (file, error) // fails when there is one already
	Rename(from, to string) error     // in place of what is there
	Remove(name string) error
	Mkdir(name string) error
	Sync() error // makes durable what the four above did in the folder
	Close() error
}

// A file is one that is being written.
type file interface {
	io.WriteCloser
	Sync() error
}

// A rootDisk is a folder that no name leads out of.
type rootDisk struct{ *os.Root }

func (d rootDisk) Open(name string) (fs.File, error) { return d.Root.Open(name) }

func (d rootDisk) Create(name string) (file, error) {
	return d.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}

func (d rootDisk) Mkdir(name string) error { return d.Root.Mkdir(name, 0o700) }
