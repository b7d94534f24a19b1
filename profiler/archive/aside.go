package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/leakline/leakline/profiler"
)

// The quarantine is a sub-folder of files that are not whole. Nothing in it is
// ever deleted; beside each stands why it is there.
const (
	quarantine = "quarantine"
	reasonExt  = ".reason"
)

// countAsideLocked takes in what the quarantine holds. Its files have had
// their ids.
func (a *Archive) countAsideLocked() {
	files, err := fs.ReadDir(a.disk, quarantine)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.cfg.Log.Warn("the quarantine could not be listed", "error", err)
	}
	for _, f := range files {
		if id, _ := parseName(f.Name()); id != 0 {
			a.aside[id] = struct{}{}
			a.lastID = max(a.lastID, id)
		}
	}
}

// setAsideLocked moves a file that is not whole out of the way.
func (a *Archive) setAsideLocked(name string, why error) error {
	a.disk.Mkdir(quarantine) // or there is one already
	to := path.Join(quarantine, name)
	if err := a.disk.Rename(name, to); err != nil {
		a.cfg.Log.Warn("snapshot could not be set aside", "file", name, "reason", why.Error(), "error", err)
		return fmt.Errorf("setting %s aside: %w", name, err)
	}
	a.cfg.Log.Warn("snapshot set aside", "file", name, "reason", why.Error())
	id, _ := parseName(name)
	a.aside[id] = struct{}{}
	if err := a.leaveReason(to+reasonExt, fmt.Sprintf("%s was set aside: %v.\n", name, why)); err != nil {
		a.cfg.Log.Warn("the reason could not be written beside it", "file", name, "error", err)
	}
	return nil
}

func (a *Archive) leaveReason(name, text string) error {
	a.remove(name) // of a file that was set aside before, and put back
	f, err := a.disk.Create(name)
	if err != nil {
		return err
	}
	_, err = f.Write([]byte(text))
	return errors.Join(err, f.Close())
}

// setAsideChanged takes a snapshot out whose profile is not what was captured,
// and returns the error of whoever wanted to read it.
func (a *Archive) setAsideChanged(id uint64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := a.findLocked(id)
	if i < 0 { // somebody else has read it at the same time, or deleted it
		return fmt.Errorf("snapshot %d: %w", id, profiler.ErrNoSnapshot)
	}
	a.sweepLocked()
	if err := a.noteNewestLocked(i); err != nil {
		a.cfg.Log.Warn("setting a snapshot aside", "id", id, "error", err) // the quarantine's names tell it too
	}
	why := errors.New("its profile is not the one that was captured, by their SHA-256")
	if err := a.setAsideLocked(fileName(id, metaExt), why); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("snapshot %d has changed on disk since it was taken: %w", id, err)
	}
	a.forgetLocked(i)
	a.setAsideLocked(fileName(id, profileExt), why)
	return fmt.Errorf("snapshot %d has changed on disk since it was taken and was set aside: %w", id, profiler.ErrNoSnapshot)
}
