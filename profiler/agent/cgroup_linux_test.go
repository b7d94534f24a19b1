package agent_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/leakline/leakline/profiler/agent"
)

func TestCgroupLimit(t *testing.T) {
	type files map[string]string
	tests := []struct {
		name  string
		self  string // as in /proc/self/cgroup
		mount files
		want  int64
	}{
		{"no cgroup at all", "", nil, 0},
		{"a container with a limit, seen from inside", "0::/\n",
			files{"memory.max": "536870912\n"}, 512 << 20},
		{"a service with a limit of its own", "0::/system.slice/app.service\n",
			files{"system.slice/app.service/memory.max": "1000\n", "system.slice/memory.max": "max\n"}, 1000},
		{"a limit on the slice only", "0::/system.slice/app.service\n",
			files{"system.slice/app.service/memory.max": "max\n", "system.slice/memory.max": "2000\n"}, 2000},
		{"a slice tighter than the service in it", "0::/system.slice/app.service\n",
			files{"system.slice/app.service/memory.max": "9000\n", "system.slice/memory.max": "2000\n"}, 2000},
		{"no limit anywhere", "0::/user.slice\n", files{"user.slice/memory.max": "max\n"}, 0},
		{"version 1", "5:cpu,cpuacct:/x\n4:memory:/docker/abc\n",
			files{"memory/docker/abc/memory.limit_in_bytes": "3000\n"}, 3000},
		{"version 1, mounted with another controller", "4:hugetlb,memory:/docker/abc\n",
			files{"memory/docker/abc/memory.limit_in_bytes": "3000\n"}, 3000},
		{"version 1 writes none as a huge number", "4:memory:/docker/abc\n",
			files{"memory/docker/abc/memory.limit_in_bytes": "9223372036854771712\n"}, 0},
		{"both versions, the limit in the first", "4:memory:/a\n0::/a\n",
			files{"memory/a/memory.limit_in_bytes": "3000\n", "a/memory.max": "max\n"}, 3000},
		{"a path that was renamed away", "0::/gone\n", files{"memory.max": "7000\n"}, 7000},
		{"lines that are none", "garbage\n::\n", files{"memory.max": "x\n"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mount := t.TempDir()
			for name, content := range tt.mount {
				path := filepath.Join(mount, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if got := agent.LimitOf(tt.self, mount); got != tt.want {
				t.Errorf("limit %d, want %d", got, tt.want)
			}
		})
	}
}
