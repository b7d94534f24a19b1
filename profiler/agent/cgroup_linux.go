package agent

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cgroupLimit returns the memory limit of this process' cgroup in bytes, 0
// when there is none. It knows v2 (memory.max) and v1 (limit_in_bytes); the
// nearest ancestor that sets a limit counts.
func cgroupLimit() int64 {
	self, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(self)) {
		// Each line is hierarchy:controllers:path.
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) != 3 {
			continue
		}
		root, file := "", ""
		switch {
		case part[1] == "":
			root, file = "/sys/fs/cgroup", "memory.max"
		case part[1] == "memory":
			root, file = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		if limit := nearestLimit(root, part[2], file); limit > 0 {
			return limit
		}
	}
	return 0
}

func nearestLimit(root, path, file string) int64 {
	// v1 writes "none" as the largest multiple of the page size below 2⁶³.
	const none = 1 << 62
	for {
		if raw, err := os.ReadFile(filepath.Join(root, path, file)); err == nil {
			limit, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
			if err == nil && limit < none {
				return limit
			}
		}
		if path == "/" || path == "." || path == "" {
			return 0
		}
		path = filepath.Dir(path)
	}
}
