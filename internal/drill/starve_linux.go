package drill

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"unsafe"
)

// Starve leaves a process so many bytes to grow by, as ulimit -d does: beyond
// them its runtime asks the kernel in vain.
func Starve(pid int, bytes uint64) error {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return err
	}
	var kB uint64
	_, data, _ := strings.Cut(string(status), "VmData:")
	if _, err := fmt.Sscan(data, &kB); err != nil {
		return fmt.Errorf("reading VmData of process %d: %w", pid, err)
	}
	most := kB<<10 + bytes
	limit := syscall.Rlimit{Cur: most, Max: most}
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), syscall.RLIMIT_DATA, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	if errno != 0 {
		return fmt.Errorf("setting RLIMIT_DATA of process %d: %w", pid, errno)
	}
	return nil
}
