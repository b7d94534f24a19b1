package lab

import (
	"os"
	"path/filepath"
	"testing"
)

func TestOOMCounter(t *testing.T) {
	tests := []struct {
		name, content string
		want          int
		ok            bool
	}{
		{"version 2", "low 0\nhigh 0\nmax 31\noom 2\noom_kill 2\noom_group_kill 0\n", 2, true},
		{"version 1", "oom_kill_disable 0\nunder_oom 0\noom_kill 7\n", 7, true},
		{"a kernel that does not count kills", "oom_kill_disable 0\nunder_oom 0\n", 0, false},
		{"a count that is none", "oom_kill many\n", 0, false},
		{"nothing", "", 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "memory.events")
			if err := os.WriteFile(file, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if got, ok := oomCounter(file, "oom_kill"); got != tt.want || ok != tt.ok {
				t.Errorf("oomCounter = %d, %v, want %d, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
	if _, ok := oomCounter(filepath.Join(t.TempDir(), "absent"), "oom_kill"); ok {
		t.Error("a file that is not there counts")
	}
}
