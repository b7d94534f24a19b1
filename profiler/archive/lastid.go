package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

const (
	lastIDFile = "last-id"

	// idLeap is how far ids go on from those of the files when lastIDFile
	// cannot be read: further than anybody deletes at the newest end.
	idLeap = 1000
)

// readLastIDLocked takes in what noteLastIDLocked wrote, and reports whether
// what it knows is to be trusted.
func (a *Archive) readLastIDLocked() (known bool) {
	a.removeLocked(lastIDFile + tmpExt)
	raw, err := a.read(lastIDFile, 64)
	if errors.Is(err, fs.ErrNotExist) {
		return true // it was never needed
	}
	if err == nil {
		a.noted, err = parseLastID(string(raw))
	}
	if err != nil {
		a.cfg.Log.Warn("the last snapshot's id is not known", "file", lastIDFile, "error", err)
		return false
	}
	a.lastID = a.noted
	return true
}

// parseLastID reads the id, which stands there twice so that a flipped bit is
// seen. It stood there once in earlier versions.
func parseLastID(s string) (uint64, error) {
	once, twice, _ := strings.Cut(strings.TrimSuffix(s, "\n"), "\n")
	if twice != "" && twice != once {
		return 0, fmt.Errorf("it says %q", s)
	}
	return strconv.ParseUint(once, 10, 63)
}

// noteLastIDLocked writes down the last id given, for when no file's name
// tells it any more: an id that people have seen must not lead to another
// snapshot.
func (a *Archive) noteLastIDLocked() error {
	if a.noted == a.lastID {
		return nil
	}
	if err := a.writeLocked(lastIDFile, fmt.Appendf(nil, "%d\n%[1]d\n", a.lastID)); err != nil {
		return fmt.Errorf("noting the last snapshot's id: %w", err)
	}
	a.noted = a.lastID
	return nil
}

// noteNewestLocked does so before a.kept[i] goes whose files tell it so far.
func (a *Archive) noteNewestLocked(i int) error {
	if i < len(a.kept)-1 {
		return nil
	}
	return a.noteLastIDLocked()
}
