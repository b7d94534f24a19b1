package archive

import (
	"errors"
	"fmt"
	"io/fs"
)

// loadLocked indexes what the folder holds. What is not ours stays as it is.
func (a *Archive) loadLocked() error {
	files, err := fs.ReadDir(a.disk, ".")
	if err != nil {
		return fmt.Errorf("listing the snapshot folder: %w", err)
	}
	known := a.readLastIDLocked()
	a.countAsideLocked()
	var profiles []uint64
	unread := map[uint64]bool{}
	for _, f := range files {
		id, ext := parseName(f.Name())
		if id == 0 {
			continue
		}
		a.lastID = max(a.lastID, id)
		switch {
		case f.IsDir():
			// somebody else's, and its name is taken
		case ext == metaExt:
			unread[id] = a.indexLocked(id) != nil
		case ext == profileExt:
			profiles = append(profiles, id)
		default:
			a.removeLocked(f.Name()) // a save that was cut short and never acknowledged
		}
	}
	for _, id := range profiles {
		if a.findLocked(id) < 0 && !unread[id] {
			a.setAsideLocked(fileName(id, profileExt), errors.New("there is no whole description beside it"))
		}
	}
	if !known {
		a.lastID += idLeap
	}
	if n := len(a.kept); n == 0 || a.kept[n-1].id < a.lastID {
		if err := a.noteLastIDLocked(); err != nil {
			a.cfg.Log.Warn("the last snapshot's id could not be noted", "error", err)
		}
	}
	return nil
}

// indexLocked takes in one description and the profile it describes. The
// error is of a disk that cannot read them: what cannot be read now may be
// whole, so both stay where they are for another start.
func (a *Archive) indexLocked(id uint64) error {
	name := fileName(id, metaExt)
	e, err := a.readMeta(id)
	if err == nil {
		err = a.checkSize(e)
	}
	var failed *fs.PathError
	switch {
	case err == nil:
		a.takeLocked(e)
	case errors.As(err, &failed) && !errors.Is(err, fs.ErrNotExist):
		a.cfg.Log.Warn("snapshot could not be read", "file", name, "error", err)
		return err
	default:
		a.setAsideLocked(name, err)
	}
	return nil
}

// checkSize compares a profile's size with its description. Reading every byte
// of every profile at start-up would make start-up as slow as the archive is
// large: the sum is checked whenever a profile is read.
func (a *Archive) checkSize(e entry) error {
	info, err := a.disk.Stat(fileName(e.id, profileExt))
	if err != nil {
		return fmt.Errorf("looking for its profile: %w", err)
	}
	if info.Size() != e.Bytes {
		return fmt.Errorf("its profile has %d bytes, its description says %d", info.Size(), e.Bytes)
	}
	return nil
}
