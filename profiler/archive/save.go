package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/leakline/leakline/profiler"
)

// Save keeps a profile and returns its snapshot with id and size filled in.
// When it returns without an error the snapshot has reached the disk. Older
// snapshots that are not pinned make room.
func (a *Archive) Save(s profiler.Snapshot, profile []byte) (profiler.Snapshot, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.makeRoomLocked(int64(len(profile))); err != nil {
		return profiler.Snapshot{}, err
	}
	a.lastID++ // an id is never used twice, not even after a failure
	sum := sha256.Sum256(profile)
	e := entry{id: a.lastID, Snapshot: s, SHA256: hex.EncodeToString(sum[:])}
	e.ID, e.Bytes = fmt.Sprint(e.id), int64(len(profile))
	if err := a.write(fileName(e.id, profileExt), profile); err != nil {
		return profiler.Snapshot{}, fmt.Errorf("saving the profile: %w", err)
	}
	if err := a.writeMeta(e); err != nil {
		a.disk.Remove(fileName(e.id, profileExt))
		return profiler.Snapshot{}, err
	}
	a.kept = append(a.kept, e)
	a.bytes += e.Bytes
	return e.Snapshot, nil
}

func (a *Archive) writeMeta(e entry) error {
	raw, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return fmt.Errorf("describing the snapshot: %w", err)
	}
	if len(raw) > maxMeta {
		return fmt.Errorf("the snapshot's description has %d bytes: want at most %d", len(raw), maxMeta)
	}
	if err := a.write(fileName(e.id, metaExt), raw); err != nil {
		return fmt.Errorf("saving the snapshot's description: %w", err)
	}
	return nil
}

// write makes name hold data, or leaves it as it was: exclusive temporary
// file, sync, rename, sync of the folder.
func (a *Archive) write(name string, data []byte) (err error) {
	tmp := name + tmpExt
	f, err := a.disk.Create(tmp)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			a.disk.Remove(tmp)
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = a.disk.Rename(tmp, name); err != nil {
		return err
	}
	return a.disk.Sync()
}

// makeRoomLocked deletes the oldest unpinned snapshots until one more of size
// bytes fits. It judges before it deletes, so that a refusal loses nothing.
func (a *Archive) makeRoomLocked(size int64) error {
	count, bytes := len(a.kept), a.bytes
	var victims []uint64
	for _, e := range a.kept {
		if count < a.cfg.MaxCount && bytes+size <= a.cfg.MaxBytes {
			break
		}
		if !e.Pinned {
			victims = append(victims, e.id)
			count--
			bytes -= e.Bytes
		}
	}
	if count >= a.cfg.MaxCount || bytes+size > a.cfg.MaxBytes {
		return ErrFull
	}
	for _, id := range victims {
		if err := a.deleteLocked(a.find(id)); err != nil {
			return err
		}
	}
	return nil
}

// deleteLocked removes the description first: a profile without one is not a
// snapshot any more. What somebody else has removed already is no failure.
func (a *Archive) deleteLocked(i int) error {
	e := a.kept[i]
	if i == len(a.kept)-1 {
		if err := a.noteLastID(); err != nil {
			return err
		}
	}
	if err := a.remove(fileName(e.id, metaExt)); err != nil {
		return fmt.Errorf("deleting snapshot %d: %w", e.id, err)
	}
	a.kept = slices.Delete(a.kept, i, i+1)
	a.bytes -= e.Bytes
	if err := a.remove(fileName(e.id, profileExt)); err != nil {
		return fmt.Errorf("deleting the profile of snapshot %d: %w", e.id, err)
	}
	return a.disk.Sync()
}

func (a *Archive) remove(name string) error {
	if err := a.disk.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (a *Archive) readBounded(name string, limit int64) ([]byte, error) {
	f, err := a.disk.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(raw)) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return raw, nil
}
