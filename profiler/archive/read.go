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
}

// Usage returns how full the archive is.
func (a *Archive) Usage() Usage {
	a.mu.Lock()
	defer a.mu.Unlock()
	return Usage{len(a.kept), a.cfg.MaxCount, a.bytes, a.cfg.MaxBytes}
}

// Get returns one snapshot, or an error that is profiler.ErrNoSnapshot.
func (a *Archive) Get(id string) (profiler.Snapshot, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	i, err := a.indexLocked(id)
	if err != nil {
		return profiler.Snapshot{}, err
	}
	return a.kept[i].Snapshot, nil
}

// Profile returns the profile's bytes as they were captured. A file that has
// changed since is an error, never wrong data.
func (a *Archive) Profile(id string) ([]byte, error) {
	a.mu.Lock()
	i, err := a.indexLocked(id)
	if err != nil {
		a.mu.Unlock()
		return nil, err
	}
	e := a.kept[i]
	a.mu.Unlock()
	raw, err := a.readBounded(fileName(e.id, profileExt), e.Bytes)
	if err != nil {
		return nil, fmt.Errorf("reading snapshot %s: %w", id, err)
	}
	if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != e.SHA256 {
		return nil, fmt.Errorf("snapshot %s has changed on disk since it was taken", id)
	}
	return raw, nil
}

func (a *Archive) indexLocked(id string) (int, error) {
	n, err := strconv.ParseUint(id, 10, 64)
	if err == nil && id == strconv.FormatUint(n, 10) { // one name for each
		if i := a.find(n); i >= 0 {
			return i, nil
		}
	}
	return 0, fmt.Errorf("snapshot %q: %w", id, profiler.ErrNoSnapshot)
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
