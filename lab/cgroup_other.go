//go:build !linux

package lab

import "errors"

// A cgroup is something that Linux has.
type cgroup struct{}

var errNoCgroups = errors.New("this system has no cgroups")

func newCgroup(int64) (*cgroup, error) { return nil, errNoCgroups }

func (*cgroup) procs() string { return "" }

func (*cgroup) kills() int { return 0 }

func (*cgroup) full() bool { return false }

func (*cgroup) remove() {}

// Fenced is never called here: nobody makes a cgroup.
func Fenced(string, string) error { return errNoCgroups }

func residentBytes(int) (int64, bool) { return 0, false }
