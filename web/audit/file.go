package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxSeq is more than anybody does; a larger number is damage.
const maxSeq = 1 << 53

// A file holds entries, one a line of JSON. When it is full it takes the place
// of the one set aside before.
type file struct {
	path  string
	size  int64
	aside int64 // bytes of the one set aside
	torn  bool  // the last line may not have an end
}

// open reads what the run before left.
func (f *file) open() ([]Entry, error) {
	older, errOlder := read(f.path + ".1")
	newer, errNewer := read(f.path)
	f.aside, f.size = int64(len(older)), int64(len(newer))
	f.torn = f.size > 0 && newer[f.size-1] != '\n'
	return append(parse(older), parse(newer)...), errors.Join(errOlder, errNewer)
}

// read reads a file that may not be there, and no more of it than we write.
func read(path string) ([]byte, error) {
	in, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the audit log: %w", err)
	}
	defer in.Close()
	raw, err := io.ReadAll(io.LimitReader(in, 2*maxBytes))
	if err != nil {
		return nil, fmt.Errorf("reading the audit log: %w", err)
	}
	return raw, nil
}

// parse reads the newest entries of a file, in rising order. Lines that cannot
// be read are passed over: the last one may be half there.
func parse(raw []byte) []Entry {
	var entries []Entry
	for line := range bytes.Lines(raw) {
		var e Entry
		if json.Unmarshal(line, &e) != nil || e.Seq == 0 || e.Seq > maxSeq {
			continue
		}
		if len(entries) > 0 && e.Seq <= entries[len(entries)-1].Seq {
			continue
		}
		entries = append(entries, e)
	}
	return entries[max(0, len(entries)-maxKept):]
}

// append writes one entry and waits for no disk: an audit log is worth a line
// or two, not a pause of the lab.
func (f *file) append(e Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encoding an audit entry: %w", err)
	}
	line = append(line, '\n')
	if f.torn {
		line = append([]byte{'\n'}, line...)
	}
	if f.size > 0 && f.size+int64(len(line)) > maxBytes {
		if err := os.Rename(f.path, f.path+".1"); err != nil {
			return fmt.Errorf("setting the full audit log aside: %w", err)
		}
		f.aside, f.size = f.size, 0
	}
	out, err := os.OpenFile(f.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("writing the audit log: %w", err)
	}
	n, err := out.Write(line)
	f.size += int64(n)
	f.torn = err != nil
	if err := errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("writing the audit log: %w", err)
	}
	return nil
}
