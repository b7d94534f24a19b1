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
	"path"
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

// An Archive is a folder of snapshots. It is safe for concurrent use.
type Archive struct {
	cfg  Config
	disk disk

	mu     sync.Mutex
	kept   []entry  // by id, oldest first
	bytes  int64    // sum of kept
	lastID uint64   // ever given
	noted  uint64   // lastID as it stands in lastIDFile
	litter []string // files of no use that could not be removed yet, in the order in which they have to go
}

type entry struct {
	id uint64
	profiler.Snapshot
	SHA256 string `json:"sha256"` // of the profile, hex
}

const (
	profileExt = ".pb.gz"
	metaExt    = ".json"
	tmpExt     = ".tmp"
	quarantine = "quarantine"
	lastIDFile = "last-id"
	maxMeta    = 64 << 10 // bytes of a description
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
	a, err := openOn(rootDisk{root}, cfg)
	if err != nil {
		root.Close()
		return nil, err
	}
	return a, nil
}

func openOn(d disk, cfg Config) (*Archive, error) {
	a := &Archive{cfg: cfg.withDefaults(), disk: d}
	if err := a.load(); err != nil {
		return nil, err
	}
	return a, nil
}

// Close releases the folder.
func (a *Archive) Close() error { return a.disk.Close() }

// load indexes what the folder holds. What is not ours stays as it is.
func (a *Archive) load() error {
	files, err := fs.ReadDir(a.disk, ".")
	if err != nil {
		return fmt.Errorf("listing the snapshot folder: %w", err)
	}
	a.readLastID()
	var profiles []uint64
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
			a.index(id)
		case ext == profileExt:
			profiles = append(profiles, id)
		default:
			a.removeLocked(f.Name()) // a save that was cut short and never acknowledged
		}
	}
	for _, id := range profiles {
		if a.find(id) < 0 {
			a.setAside(fileName(id, profileExt), errors.New("there is no whole description beside it"))
		}
	}
	if n := len(a.kept); n == 0 || a.kept[n-1].id < a.lastID {
		if err := a.noteLastID(); err != nil {
			a.cfg.Log.Warn("the last snapshot's id could not be noted", "error", err)
		}
	}
	return nil
}

// readLastID takes in what noteLastID wrote.
func (a *Archive) readLastID() {
	a.removeLocked(lastIDFile + tmpExt)
	raw, err := a.readBounded(lastIDFile, 32)
	if err == nil {
		a.noted, _ = strconv.ParseUint(string(raw), 10, 63)
		a.lastID = a.noted
	}
}

// noteLastID writes down the last id given, for when no file's name tells it
// any more: an id that people have seen must not lead to another snapshot.
func (a *Archive) noteLastID() error {
	if a.noted == a.lastID {
		return nil
	}
	if err := a.writeLocked(lastIDFile, strconv.AppendUint(nil, a.lastID, 10)); err != nil {
		return fmt.Errorf("noting the last snapshot's id: %w", err)
	}
	a.noted = a.lastID
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
	info, err := a.disk.Stat(fileName(e.id, profileExt))
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
	a.disk.Mkdir(quarantine)
	if err := a.disk.Rename(name, path.Join(quarantine, name)); err != nil {
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

// parseName splits the name of one of the archive's files; the id is 0 when it
// is somebody else's.
func parseName(name string) (id uint64, ext string) {
	number, rest, _ := strings.Cut(name, ".")
	ext = "." + rest
	id, err := strconv.ParseUint(number, 10, 63)
	whole := strings.TrimSuffix(ext, tmpExt)
	if err != nil || name != fileName(id, ext) || whole != profileExt && whole != metaExt {
		return 0, ""
	}
	return id, ext
}
