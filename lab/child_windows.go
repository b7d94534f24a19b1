package lab

import (
	"os"
	"syscall"
)

func dieWithParent() *syscall.SysProcAttr { return nil }

// interrupt does nothing: Windows has no signal to send, the closing of stdin
// asks the child to end.
func interrupt(*os.Process) {}
