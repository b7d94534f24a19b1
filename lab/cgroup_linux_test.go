package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// A kill is the limit's only when the limit was reached: a container around us may
// be smaller.
func TestAKillForTheSakeOfOthers(t *testing.T) {
	for _, tt := range []struct {
		name           string
		around, inside int64
		want           string
	}{
		{"there is room around", 1 << 30, 96 << 20, "killed by the kernel: out of memory at 96\u00a0MiB"},
		{"there is none", 96 << 20, 1 << 30, "killed by the kernel: out of memory around it, below its limit of 1024\u00a0MiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			around, err := newCgroup(tt.around)
			if err != nil {
				t.Skip("no cgroup can be made here: ", err)
			}
			defer around.remove()
			inside := &cgroup{filepath.Join(around.dir, cgroupPrefix+"inside"), around.v2}
			if err := inside.make(tt.inside); err != nil {
				t.Skip("none can be made in it: ", err)
			}
			defer inside.remove()
			f := &fence{limit: tt.inside, group: inside}
			s := spec(t, "glutton", nil)
			s.args = f.args("glutton")
			if c, err := startChild(t.Context(), s); err == nil {
				c.kill()
				t.Fatal("it lives")
			}
			if got := f.killed(); got != tt.want || f.reached() != (tt.inside < tt.around) {
				t.Errorf("%q, at the limit: %v, want %q", got, f.reached(), tt.want)
			}
		})
	}
}

// CgroupsLeft lists those that this process has made and not given back.
func CgroupsLeft() []string {
	var left []string
	homes, _ := memoryHomes()
	for _, home := range homes {
		here, _ := filepath.Glob(filepath.Join(home.dir, fmt.Sprintf("%s%d-*", cgroupPrefix, os.Getpid())))
		left = append(left, here...)
	}
	return left
}
