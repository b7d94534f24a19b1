package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/leakline/leakline/profiler"
)

// An entry is what a description says. Its last field is the profile's sum.
type entry struct {
	id uint64
	profiler.Snapshot
	SHA256 string `json:"sha256"` // of the profile, hex
}

// describe returns the text of a description, which ends in its own sum.
func describe(e entry) ([]byte, error) {
	about, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("describing the snapshot: %w", err)
	}
	about = seal(bytes.TrimSuffix(about, []byte("\n}")))
	if len(about) > maxMeta {
		return nil, fmt.Errorf("the snapshot's description has %d bytes: want at most %d", len(about), maxMeta)
	}
	return about, nil
}

// seal ends a description with the sum of all that stands before.
func seal(about []byte) []byte {
	return fmt.Appendf(slices.Clip(about), ",\n  \"sum\": \"%x\"\n}", sha256.Sum256(about))
}

// checkSeal finds any byte that changed. A description of an earlier version
// has no sum and ends in the profile's.
func checkSeal(about []byte) error {
	end := max(0, bytes.LastIndexByte(about, ',')) // before the last field
	if bytes.HasPrefix(about[end:], []byte(",\n  \"sha256\": ")) {
		return nil
	}
	if !bytes.Equal(seal(about[:end]), about) {
		return errors.New("its description is not what was written, by its sum")
	}
	return nil
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
	if err := checkSeal(about); err != nil {
		return e, err
	}
	if e.ID != strconv.FormatUint(id, 10) {
		return e, fmt.Errorf("its description is of snapshot %q", e.ID)
	}
	e.id = id
	return e, nil
}
