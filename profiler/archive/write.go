package archive

import (
	"errors"
	"io/fs"
)

// writeLocked makes name hold data for good.
func (a *Archive) writeLocked(name string, data []byte) error {
	if err := a.putLocked(name, data); err != nil {
		return err
	}
	return a.disk.Sync()
}

// putLocked makes name hold data, or leaves it as it was. Until the folder is
// synced a power cut may still undo it.
func (a *Archive) putLocked(name string, data []byte) error {
	tmp := name + tmpExt
	f, err := a.disk.Create(tmp)
	if err != nil {
		return err
	}
	if err = fill(f, data); err == nil {
		err = a.disk.Rename(tmp, name)
	}
	if err != nil {
		a.removeLocked(tmp)
	}
	return err
}

// fill writes a new file, syncs and closes it. A sync that failed is never
// tried again: the kernel may have dropped what it could not write, and a
// second sync would find nothing to complain of.
func fill(f file, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// removeLocked removes files one after the other. From the first that will not
// go they wait for sweepLocked, since a description must not outlive its
// profile. What somebody else has removed already is no failure.
func (a *Archive) removeLocked(names ...string) error {
	for i, name := range names {
		if err := a.remove(name); err != nil {
			a.litter = append(a.litter, names[i:]...)
			return err
		}
	}
	return nil
}

// sweepLocked removes what could not be removed before. It comes before any
// writing, because a file that is in the way is not written over.
func (a *Archive) sweepLocked() {
	litter := a.litter
	a.litter = nil
	a.removeLocked(litter...)
}

func (a *Archive) remove(name string) error {
	if err := a.disk.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
