package agent

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// cgroupLimit returns the memory limit of this process' cgroup in bytes, 0
// when there is none. It knows v2 (memory.max) and v1 (limit_in_bytes).
func cgroupLimit() int64 {
	self, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return 0
	}
	return limitOf(string(self), "/sys/fs/cgroup")
}

// limitOf reads the limit of the cgroup that self, as in /proc/self/cgroup,
// names below mount.
func limitOf(self, mount string) int64 {
	for line := range strings.Lines(self) {
		// Each line is hierarchy:controllers:path.
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) != 3 {
			continue
		}
		root, file := "", ""
		switch {
		case part[1] == "":
			root, file = mount, "memory.max"
		case slices.Contains(strings.Split(part[1], ","), "memory"):
			root, file = filepath.Join(mount, "memory"), "memory.limit_in_bytes"
		default:
			continue
		}
		if limit := lowestLimit(root, filepath.Clean("/"+part[2]), file); limit > 0 {
			return limit
		}
	}
	return 0
}

// lowestLimit returns the lowest limit of a cgroup and its ancestors, because
// the kernel kills at whichever is reached first; 0 when none is set.
func lowestLimit(root, path, file string) int64 {
	// v1 writes "none" as the largest multiple of the page size below 2⁶³.
	const none = 1 << 62
	lowest := int64(none)
	for ; ; path = filepath.Dir(path) {
		if raw, err := os.ReadFile(filepath.Join(root, path, file)); err == nil {
			limit, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
			if err == nil && limit > 0 {
				lowest = min(lowest, limit)
			}
		}
		if path == "/" {
			break
		}
	}
	if lowest == none {
		return 0
	}
	return lowest
}
