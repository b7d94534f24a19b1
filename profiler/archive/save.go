package archive

import (
	"fmt"

	"github.com/leakline/leakline/profiler"
)

// Save keeps a profile and returns its snapshot with id and size filled in.
// When it returns without an error the snapshot has reached the disk. Older
// snapshots that are neither pinned nor held make room, once it has: for that
// moment the archive is larger than its bounds by one snapshot.
func (a *Archive) Save(s profiler.Snapshot, profile []byte) (profiler.Snapshot, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	victims, err := a.victimsLocked(int64(len(profile)))
	if err != nil {
		return profiler.Snapshot{}, err
	}
	a.lastID++ // an id is never used twice, not even after a failure
	e := entry{id: a.lastID, Snapshot: s, SHA256: sumOf(profile)}
	e.ID, e.Bytes = fmt.Sprint(e.id), int64(len(profile))
	if err := a.storeLocked(e, profile); err != nil {
		return profiler.Snapshot{}, err
	}
	a.takeLocked(e)
	a.evictLocked(victims)
	return e.Snapshot, nil
}

// storeLocked makes both files of a snapshot durable, or takes back what it
// has written.
func (a *Archive) storeLocked(e entry, profile []byte) error {
	about, err := describe(e)
	if err != nil {
		return err
	}
	a.sweepLocked()
	if err = a.writeLocked(fileName(e.id, profileExt), profile); err != nil {
		err = fmt.Errorf("saving the profile: %w", err)
	} else if err = a.writeLocked(fileName(e.id, metaExt), about); err != nil {
		err = fmt.Errorf("saving the snapshot's description: %w", err)
	}
	if err != nil {
		a.removeLocked(fileName(e.id, metaExt), fileName(e.id, profileExt))
	}
	return err
}

// A Change names what is to change of a snapshot; nil leaves it.
type Change struct {
	Label  *string
	Pinned *bool
}

// Update changes a snapshot's label or pin and returns the whole.
func (a *Archive) Update(id string, c Change) (profiler.Snapshot, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	i, err := a.lookUpLocked(id)
	if err != nil {
		return profiler.Snapshot{}, err
	}
	e := a.kept[i]
	if c.Label != nil {
		e.Label = *c.Label
	}
	if c.Pinned != nil {
		e.Pinned = *c.Pinned
	}
	if err := a.describeAnewLocked(i, e); err != nil {
		return profiler.Snapshot{}, err
	}
	return e.Snapshot, nil
}

// describeAnewLocked makes e the description of a.kept[i]. After a failure
// memory says what the disk says: the old one or, when that cannot be put
// back, the new one.
func (a *Archive) describeAnewLocked(i int, e entry) error {
	before, err := describe(a.kept[i])
	if err != nil {
		return err
	}
	about, err := describe(e)
	if err != nil {
		return err
	}
	a.sweepLocked()
	name := fileName(e.id, metaExt)
	if err := a.putLocked(name, about); err != nil {
		return fmt.Errorf("saving the snapshot's description: %w", err)
	}
	if err = a.disk.Sync(); err != nil {
		err = fmt.Errorf("making the snapshot's description durable: %w", err)
		if a.putLocked(name, before) == nil {
			return err
		}
	}
	a.kept[i] = e
	return err
}
