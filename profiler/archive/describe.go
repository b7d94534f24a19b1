package archive

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/leakline/leakline/profiler"
)

// An entry is what a description says.
type entry struct {
	id uint64
	profiler.Snapshot
	SHA256 string `json:"sha256"` // of the profile, hex
}

// describe returns the text of a description.
func describe(e entry) ([]byte, error) {
	about, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("describing the snapshot: %w", err)
	}
	if len(about) > maxMeta {
		return nil, fmt.Errorf("the snapshot's description has %d bytes: want at most %d", len(about), maxMeta)
	}
	return about, nil
}

func (a *Archive) readMeta(id uint64) (e entry, err error) {
	about, err := a.read(fileName(id, metaExt), maxMeta+1)
	if err != nil {
		return e, fmt.Errorf("reading its description: %w", err)
	}
	if len(about) > maxMeta {
		return e, fmt.Errorf("its description is larger than %d bytes", maxMeta)
	}
	if err := json.Unmarshal(about, &e); err != nil {
		return e, fmt.Errorf("reading its description: %w", err)
	}
	if e.ID != strconv.FormatUint(id, 10) {
		return e, fmt.Errorf("its description is of snapshot %q", e.ID)
	}
	e.id = id
	return e, nil
}
