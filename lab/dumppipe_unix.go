//go:build unix

package lab

import "os"

// dumpPipe is a pipe for a child's heap dumps.
func dumpPipe() (read, write *os.File, err error) { return os.Pipe() }
