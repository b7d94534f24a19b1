package lab

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// oomKills counts the processes that the kernel has killed in our cgroup for
// want of memory; the patient lives in it too. It is 0 where nobody counts.
func oomKills() int {
	self, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(self)) {
		part := strings.SplitN(strings.TrimSpace(line), ":", 3) // hierarchy:controllers:path
		if len(part) != 3 {
			continue
		}
		switch part[1] {
		case "": // v2
			if n, ok := oomCounter(filepath.Join("/sys/fs/cgroup", part[2], "memory.events")); ok {
				return n
			}
		case "memory": // v1
			if n, ok := oomCounter(filepath.Join("/sys/fs/cgroup/memory", part[2], "memory.oom_control")); ok {
				return n
			}
		}
	}
	return 0
}

// oomCounter reads the line "oom_kill N".
func oomCounter(file string) (int, bool) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(raw)) {
		if v, ok := strings.CutPrefix(line, "oom_kill "); ok {
			n, err := strconv.Atoi(strings.TrimSpace(v))
			return n, err == nil
		}
	}
	return 0, false
}
