package lab

import "syscall"

// dieWithParent has the kernel kill the child when we are gone, however we
// went; the closing of its stdin says the same everywhere. A process group of
// its own keeps a terminal's Ctrl-C for us to pass on in order.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
