package archive

import (
	"errors"
	"fmt"
	"sync"
)

// ErrFull reports that what is pinned or in use fills the archive up to a
// bound.
var ErrFull = errors.New("the snapshot archive is full of snapshots that are pinned or in use: unpin or delete some")

// Hold keeps snapshots from making room for others until release is called,
// such as while they are compared. Each holder counts: a snapshot is held
// until all have released it, and release counts once however often it is
// called. Delete removes a snapshot that is held; ids that lead to none are
// ignored.
func (a *Archive) Hold(ids ...string) (release func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var held []uint64
	for _, id := range ids {
		if i, err := a.lookUpLocked(id); err == nil {
			held = append(held, a.kept[i].id)
			a.held[a.kept[i].id]++
		}
	}
	return sync.OnceFunc(func() { a.release(held) })
}

func (a *Archive) release(held []uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, id := range held {
		if a.held[id]--; a.held[id] == 0 {
			delete(a.held, id)
		}
	}
}

// victimsLocked returns the oldest snapshots, neither pinned nor held, that
// have to go for one more of size bytes to fit. Age is the order of ids: no
// clock can make a snapshot old.
func (a *Archive) victimsLocked(size int64) ([]uint64, error) {
	count, bytes := len(a.kept), a.bytes
	var victims []uint64
	for _, e := range a.kept {
		if count < a.cfg.MaxCount && bytes+size <= a.cfg.MaxBytes {
			break
		}
		if !e.Pinned && a.held[e.id] == 0 {
			victims = append(victims, e.id)
			count--
			bytes -= e.Bytes
		}
	}
	if count >= a.cfg.MaxCount || bytes+size > a.cfg.MaxBytes {
		return nil, ErrFull
	}
	return victims, nil
}

// evictLocked deletes victims. One that will not go is no reason to refuse
// what has just been saved; the next Save tries it again.
func (a *Archive) evictLocked(victims []uint64) {
	if len(victims) == 0 {
		return
	}
	var failed error
	for _, id := range victims {
		failed = errors.Join(failed, a.dropLocked(a.findLocked(id)))
	}
	if err := errors.Join(failed, a.disk.Sync()); err != nil {
		a.cfg.Log.Warn("older snapshots could not make room", "error", err)
	}
}

// Delete removes a snapshot, pinned or not.
func (a *Archive) Delete(id string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	i, err := a.lookUpLocked(id)
	if err != nil {
		return err
	}
	a.sweepLocked()
	if err := a.noteNewestLocked(i); err != nil {
		return err
	}
	if err := a.dropLocked(i); err != nil {
		return err
	}
	if err := a.disk.Sync(); err != nil {
		return fmt.Errorf("making the deletion of snapshot %s durable: %w", id, err)
	}
	return nil
}

// dropLocked removes the description first: a profile without one is not a
// snapshot any more.
func (a *Archive) dropLocked(i int) error {
	id := a.kept[i].id
	if err := a.remove(fileName(id, metaExt)); err != nil {
		return fmt.Errorf("deleting snapshot %d: %w", id, err)
	}
	a.forgetLocked(i)
	if err := a.removeLocked(fileName(id, profileExt)); err != nil {
		return fmt.Errorf("deleting the profile of snapshot %d: %w", id, err)
	}
	return nil
}
