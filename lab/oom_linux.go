package lab

import (
	"os"
	"strconv"
	"strings"
)

// oomKills counts the processes that the kernel has killed in our cgroup for
// want of memory; the patient lives in it too. It is 0 where nobody counts.
func oomKills() int {
	homes, _ := memoryHomes()
	for _, home := range homes {
		if n, ok := home.counter(); ok {
			return n
		}
	}
	return 0
}

// oomCounter reads the line "oom_kill N", or of another name.
func oomCounter(file, name string) (int, bool) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(raw)) {
		if v, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.Atoi(strings.TrimSpace(v))
			return n, err == nil
		}
	}
	return 0, false
}
