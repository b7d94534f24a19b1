package lab

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// A cgroup holds one life and its limit, below the cgroup of this process.
type cgroup struct {
	dir string
	v2  bool
}

var cgroups atomic.Int64 // made by this process

const cgroupPrefix = "leakline-" // then our process id, then a number

// newCgroup makes a cgroup with a limit, in the first hierarchy that lets us.
func newCgroup(limit int64) (*cgroup, error) {
	homes, err := memoryHomes()
	if err != nil {
		return nil, err
	}
	err = errors.New("there is no memory controller")
	for _, home := range homes {
		sweep(home.dir)
		g := &cgroup{filepath.Join(home.dir, fmt.Sprintf("%s%d-%d", cgroupPrefix, os.Getpid(), cgroups.Add(1))), home.v2}
		if err = g.make(limit); err == nil {
			return g, nil
		}
	}
	return nil, fmt.Errorf("making a cgroup: %w", err)
}

// memoryHomes lists where a cgroup below our own may be made.
func memoryHomes() ([]cgroup, error) {
	self, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	var homes []cgroup
	for line := range strings.Lines(string(self)) {
		part := strings.SplitN(strings.TrimSpace(line), ":", 3) // hierarchy:controllers:path
		if len(part) != 3 {
			continue
		}
		root, v2 := "", part[1] == ""
		switch {
		case v2:
			root = "/sys/fs/cgroup"
		case part[1] == "memory":
			root = "/sys/fs/cgroup/memory"
		default:
			continue
		}
		for _, dir := range []string{filepath.Join(root, part[2]), root} { // in a container the path may lie outside the mount
			if _, err := os.Stat(filepath.Join(dir, "cgroup.procs")); err == nil {
				homes = append(homes, cgroup{dir, v2})
				break
			}
		}
	}
	return homes, nil
}

func (g *cgroup) make(limit int64) error {
	if g.v2 { // refused where processes stand beside the new group
		os.WriteFile(filepath.Join(filepath.Dir(g.dir), "cgroup.subtree_control"), []byte("+memory"), 0)
	}
	if err := os.Mkdir(g.dir, 0o755); err != nil {
		return err
	}
	file := map[bool]string{true: "memory.max", false: "memory.limit_in_bytes"}[g.v2]
	if err := g.write(file, strconv.FormatInt(limit, 10)); err != nil {
		g.remove()
		return err
	}
	// Without swap, where there is any: else the limit would only make it slow.
	if g.v2 {
		g.write("memory.swap.max", "0")
	} else {
		g.write("memory.memsw.limit_in_bytes", strconv.FormatInt(limit, 10))
	}
	return nil
}

func (g *cgroup) write(file, value string) error {
	f, err := os.OpenFile(filepath.Join(g.dir, file), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}

// procs is the file into which a process writes its id to be inside.
func (g *cgroup) procs() string { return filepath.Join(g.dir, "cgroup.procs") }

// kills counts the processes that the kernel has killed in it.
func (g *cgroup) kills() int {
	n, _ := g.counter()
	return n
}

func (g *cgroup) counter() (kills int, ok bool) {
	file := map[bool]string{true: "memory.events", false: "memory.oom_control"}[g.v2]
	return oomCounter(filepath.Join(g.dir, file), "oom_kill")
}

// full reports whether it was at its own limit. A process in it may also be killed
// for the sake of a cgroup around it, or of the machine.
func (g *cgroup) full() bool {
	if g.v2 {
		n, ok := oomCounter(filepath.Join(g.dir, "memory.events"), "oom")
		return n > 0 || !ok
	}
	const piece = 2 << 20 // in which memory is asked for, at most
	most, ok := g.number("memory.max_usage_in_bytes")
	limit, known := g.number("memory.limit_in_bytes")
	return most > limit-piece || !ok || !known
}

func (g *cgroup) number(file string) (int64, bool) {
	raw, err := os.ReadFile(filepath.Join(g.dir, file))
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
	return n, err == nil
}

func (g *cgroup) remove() { os.Remove(g.dir) }

// sweep removes what a killed observer left behind. A group with a process in it
// cannot be removed, so none is lost.
func sweep(home string) {
	left, _ := filepath.Glob(filepath.Join(home, cgroupPrefix+"*"))
	for _, dir := range left {
		id, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), cgroupPrefix), "-")
		if pid, err := strconv.Atoi(id); err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			os.Remove(dir)
		}
	}
}

// Fenced enters the cgroup whose file procs is and goes on as the child kind. By
// the exec everything that is allocated from the first byte on counts.
func Fenced(procs, kind string) error {
	if filepath.Base(procs) != "cgroup.procs" || !strings.HasPrefix(filepath.Base(filepath.Dir(procs)), cgroupPrefix) {
		return fmt.Errorf("%s is no cgroup of ours", procs)
	}
	g := &cgroup{dir: filepath.Dir(procs)}
	if err := g.write("cgroup.procs", strconv.Itoa(os.Getpid())); err != nil {
		return fmt.Errorf("entering the cgroup: %w", err)
	}
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(executable, []string{os.Args[0], "child", kind}, os.Environ())
}

// residentBytes is the memory resident of a process.
func residentBytes(pid int) (int64, bool) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, false
	}
	fields := strings.Fields(string(raw))
	if len(fields) < 2 {
		return 0, false
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize()), err == nil
}
