package agent

import "syscall"

func setBlocking(fd uintptr) { syscall.SetNonblock(int(fd), false) }

// The types of file systems that keep files in memory, from statfs(2).
const (
	tmpfsMagic = 0x01021994
	ramfsMagic = 0x858458f6
)

// inMemory reports whether files in dir take memory.
func inMemory(dir string) bool {
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil {
		return false
	}
	kind := int64(s.Type)
	return kind == tmpfsMagic || kind == ramfsMagic
}
