package lab

import (
	"os/exec"
	"runtime"
)

// startLocked starts a process and waits for it on one locked thread, because
// Linux signals a parent's death when the thread that started the child ends,
// not the process. How the process ended is sent to exited.
func startLocked(cmd *exec.Cmd, exited chan<- error) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			exited <- cmd.Wait()
		}
	}()
	return <-started
}
