// Package archive keeps snapshots safe on disk: the profile exactly as it was
// captured in ID.pb.gz, so that go tool pprof opens it where it lies, and what
// is known of it in ID.json, which is written last and makes it count.
package archive

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/leakline/leakline/profiler"
)

// Config bounds an archive. The zero value is ready for use.
type Config struct {
	MaxCount int   // snapshots kept; default 1000
	MaxBytes int64 // bytes of profiles kept; default 256 MB
	Log      *slog.Logger
}

func (c Config) withDefaults() Config {
	c.MaxCount = cmp.Or(c.MaxCount, 1000)
	c.MaxBytes = cmp.Or(c.MaxBytes, 256_000_000)
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	return c
}

// ErrFull reports that the archive holds pinned snapshots only, up to a bound.
var ErrFull = errors.New("the snapshot archive is full of pinned snapshots: unpin or delete some")

// An Archive is a folder of snapshots. It is safe for concurrent use.
type Archive struct {
	cfg  Config
	root *os.Root

	mu     sync.Mutex
	kept   []entry // by id, oldest first
	bytes  int64   // sum of kept
	lastID uint64
}

type entry struct {
	id uint64
	profiler.Snapshot
	SHA256 string `json:"sha256"` // of the profile, hex
}

const (
	profileExt = ".pb.gz"
	metaExt    = ".json"
	quarantine = "quarantine"
	// Snapshots found at start-up are at most this long, as are new ones.
	maxMeta = 64 << 10
)

// Open opens the folder, making it if need be. Files that are not whole are
// moved to a sub-folder and logged; they never keep the archive from opening.
func Open(dir string, cfg Config) (*Archive, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the snapshot folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the snapshot folder: %w", err)
	}
	a := &Archive{cfg: cfg.withDefaults(), root: root}
	if err := a.load(); err != nil {
		root.Close()
		return nil, err
	}
	return a, nil
}

// Close releases the folder.
func (a *Archive) Close() error { return a.root.Close() }

// load indexes what the folder holds.
func (a *Archive) load() error {
	files, err := fs.ReadDir(a.root.FS(), ".")
	if err != nil {
		return fmt.Errorf("listing the snapshot folder: %w", err)
	}
	for _, f := range files {
		name := f.Name()
		if f.IsDir() {
			continue
		}
		id := idOf(name)
		a.lastID = max(a.lastID, id)
		switch {
		case strings.HasSuffix(name, tmpExt):
			a.root.Remove(name) // a save that was cut short and never acknowledged
		case id == 0:
			// not ours
		case strings.HasSuffix(name, metaExt):
			a.index(id)
		}
	}
	for _, f := range files {
		if id := idOf(f.Name()); id != 0 && strings.HasSuffix(f.Name(), profileExt) && a.find(id) < 0 {
			a.setAside(f.Name(), errors.New("there is no description beside it"))
		}
	}
	return nil
}

// index takes in one description and the profile it describes.
func (a *Archive) index(id uint64) {
	name := fileName(id, metaExt)
	e, err := a.readMeta(id)
	if err == nil {
		err = a.checkProfile(e)
	}
	if err != nil {
		a.setAside(name, err)
		return
	}
	i, _ := slices.BinarySearchFunc(a.kept, id, byID)
	a.kept = slices.Insert(a.kept, i, e)
	a.bytes += e.Bytes
}

func (a *Archive) readMeta(id uint64) (e entry, err error) {
	raw, err := a.readBounded(fileName(id, metaExt), maxMeta)
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		return e, fmt.Errorf("reading its description: %w", err)
	}
	if e.ID != strconv.FormatUint(id, 10) {
		return e, fmt.Errorf("its description is of snapshot %q", e.ID)
	}
	e.id = id
	return e, nil
}

// checkProfile compares the size only: reading every byte of every profile at
// start-up would make start-up as slow as the archive is large. The sum is
// checked whenever a profile is read.
func (a *Archive) checkProfile(e entry) error {
	info, err := a.root.Stat(fileName(e.id, profileExt))
	if err != nil {
		return err
	}
	if info.Size() != e.Bytes {
		return fmt.Errorf("its profile has %d bytes, its description says %d", info.Size(), e.Bytes)
	}
	return nil
}

// setAside moves a file that is not whole out of the way.
func (a *Archive) setAside(name string, why error) {
	a.cfg.Log.Warn("snapshot set aside", "file", name, "reason", why.Error())
	a.root.Mkdir(quarantine, 0o700)
	if err := a.root.Rename(name, filepath.Join(quarantine, name)); err != nil {
		a.cfg.Log.Warn("snapshot could not be set aside", "file", name, "error", err)
	}
}

func byID(e entry, id uint64) int { return cmp.Compare(e.id, id) }

// find returns the index of id in kept, -1 when it is not there. a.mu must be
// held, except in Open.
func (a *Archive) find(id uint64) int {
	i, ok := slices.BinarySearchFunc(a.kept, id, byID)
	if !ok {
		return -1
	}
	return i
}

func fileName(id uint64, ext string) string { return strconv.FormatUint(id, 10) + ext }

// idOf returns the number a file name begins with, 0 when it is not one of
// the archive's.
func idOf(name string) uint64 {
	number, _, _ := strings.Cut(name, ".")
	id, err := strconv.ParseUint(number, 10, 64)
	if err != nil || number != strconv.FormatUint(id, 10) {
		return 0
	}
	return id
}
