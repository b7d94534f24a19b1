//go:build unix && !linux

package lab

import "syscall"

// dieWithParent only separates the child from the terminal's Ctrl-C: here the
// closing of its stdin tells it that we are gone.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
