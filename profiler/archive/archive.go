// Package archive keeps snapshots safe on disk: the profile exactly as it was
// captured in ID.pb.gz, so that go tool pprof opens it where it lies, and what
// is known of it in ID.json, which is written last and makes it count.
package archive

import (
	"cmp"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	kept   []entry             // by id, oldest first
	bytes  int64               // sum of kept
	lastID uint64              // ever given
	noted  uint64              // lastID as it stands in lastIDFile
	held   map[uint64]int      // holders of an id; absent for none
	aside  map[uint64]struct{} // ids of which the quarantine holds files
	litter []string            // files of no use that could not be removed yet, in the order in which they have to go
}

const (
	profileExt = ".pb.gz"
	metaExt    = ".json"
	tmpExt     = ".tmp"
	maxMeta    = 64 << 10 // bytes of a description
)

// Open opens the folder, making it if need be. Files that are not whole are
// moved to a sub-folder with the reason beside them; they never keep the
// archive from opening.
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
	a := &Archive{cfg: cfg.withDefaults(), disk: d, held: map[uint64]int{}, aside: map[uint64]struct{}{}}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.loadLocked(); err != nil {
		return nil, err
	}
	return a, nil
}

// Close releases the folder.
func (a *Archive) Close() error { return a.disk.Close() }

func byID(e entry, id uint64) int { return cmp.Compare(e.id, id) }

// findLocked returns the index of id in kept, -1 when it is not there.
func (a *Archive) findLocked(id uint64) int {
	i, ok := slices.BinarySearchFunc(a.kept, id, byID)
	if !ok {
		return -1
	}
	return i
}

// takeLocked adds e to kept, which is all that makes it a snapshot in memory.
func (a *Archive) takeLocked(e entry) {
	i, _ := slices.BinarySearchFunc(a.kept, e.id, byID)
	a.kept = slices.Insert(a.kept, i, e)
	a.bytes += e.Bytes
}

func (a *Archive) forgetLocked(i int) {
	a.bytes -= a.kept[i].Bytes
	a.kept = slices.Delete(a.kept, i, i+1)
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
