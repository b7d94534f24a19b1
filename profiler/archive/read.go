package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"

	"github.com/leakline/leakline/profiler"
)

// List returns the snapshots, oldest first.
func (a *Archive) List() []profiler.Snapshot {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := make([]profiler.Snapshot, len(a.kept))
	for i, e := range a.kept {
		list[i] = e.Snapshot
	}
	return list
}

// Usage says how full the archive is and what its bounds are.
type Usage struct {
	Count, MaxCount int
	Bytes, MaxBytes int64
	Quarantined     int // snapshots set aside because they were not whole; not in Count
}

// Usage returns how full the archive is.
func (a *Archive) Usage() Usage {
	a.mu.Lock()
	defer a.mu.Unlock()
	return Usage{
		Count: len(a.kept), MaxCount: a.cfg.MaxCount,
		Bytes: a.bytes, MaxBytes: a.cfg.MaxBytes,
		Quarantined: len(a.aside),
	}
}

// Get returns one snapshot, or an error that is profiler.ErrNoSnapshot.
func (a *Archive) Get(id string) (profiler.Snapshot, error) {
	e, err := a.entry(id)
	return e.Snapshot, err
}

// Profile returns the profile's bytes as they were captured. Where the file
// has changed since, the snapshot is set aside: it is no longer listed, and
// the error, which is profiler.ErrNoSnapshot, says why.
func (a *Archive) Profile(id string) ([]byte, error) {
	e, err := a.entry(id)
	if err != nil {
		return nil, err
	}
	raw, err := a.read(fileName(e.id, profileExt), e.Bytes+1) // one more would be too many
	if err != nil {
		if _, gone := a.entry(id); gone != nil {
			return nil, gone // in the meantime
		}
		return nil, fmt.Errorf("reading snapshot %s: %w", id, err)
	}
	if sumOf(raw) != e.SHA256 {
		return nil, a.setAsideChanged(e.id)
	}
	return raw, nil
}

func sumOf(profile []byte) string {
	sum := sha256.Sum256(profile)
	return hex.EncodeToString(sum[:])
}

func (a *Archive) entry(id string) (entry, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	i, err := a.lookUpLocked(id)
	if err != nil {
		return entry{}, err
	}
	return a.kept[i], nil
}

// lookUpLocked returns the index in kept of an id that somebody gave.
func (a *Archive) lookUpLocked(id string) (int, error) {
	n, err := strconv.ParseUint(id, 10, 64)
	if err == nil && id == strconv.FormatUint(n, 10) { // one name for each
		if i := a.findLocked(n); i >= 0 {
			return i, nil
		}
	}
	return 0, fmt.Errorf("snapshot %q: %w", id, profiler.ErrNoSnapshot)
}

// read returns the first bytes of a file, up to limit.
func (a *Archive) read(name string, limit int64) ([]byte, error) {
	f, err := a.disk.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}
