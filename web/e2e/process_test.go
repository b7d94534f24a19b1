package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A process is what /proc says of one that has not ended.
type process struct{ parent, session int }

// processes lists them all.
func processes(t *testing.T) map[int]process {
	t.Helper()
	all := map[int]process{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		t.Fatal("this test needs /proc")
	}
	for _, file := range stats {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended meanwhile
		}
		// pid (name) state ppid pgrp session …, and a name may hold anything.
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
		if len(fields) > 3 && fields[0] != "Z" {
			parent, _ := strconv.Atoi(fields[1])
			session, _ := strconv.Atoi(fields[3])
			all[id] = process{parent, session}
		}
	}
	return all
}

// childrenOf lists the processes below pid.
func childrenOf(t *testing.T, pid int) []int {
	t.Helper()
	all := processes(t)
	var below []int
	for id := range all {
		for up := all[id].parent; up != 0; up = all[up].parent {
			if up == pid {
				below = append(below, id)
				break
			}
		}
	}
	return below
}

func alive(pid int) bool {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(raw), ") Z ")
}

func TestKilledObserverLeavesNoOrphan(t *testing.T) {
	l := startLab(t, smallList)
	children := childrenOf(t, l.cmd.Process.Pid)
	if len(children) < 3 { // checker, Redis child, redis-server
		t.Fatalf("the lab has children %v, want the checker, the Redis child and redis-server", children)
	}
	if err := l.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	l.eventually(time.Second, "every child to end", func() bool {
		for _, pid := range children {
			if alive(pid) {
				return false
			}
		}
		return true
	})
}

func TestInterruptEndsEverythingAndRemovesTheDataFolder(t *testing.T) {
	tmp := t.TempDir()
	l := prepare(t, "lab", smallList)
	l.cmd.Env = append(l.cmd.Env, "TMPDIR="+tmp)
	l.begin()
	l.ready()
	if made, _ := filepath.Glob(filepath.Join(tmp, "leakline-*")); len(made) == 0 {
		t.Fatal("there is no data folder to remove")
	}
	children := childrenOf(t, l.cmd.Process.Pid)
	if err := l.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	l.eventually(8*time.Second, "everything to end", func() bool {
		for _, pid := range append(children, l.cmd.Process.Pid) {
			if alive(pid) {
				return false
			}
		}
		return true
	})
	if left, _ := filepath.Glob(filepath.Join(tmp, "leakline-*")); len(left) > 0 {
		t.Errorf("temporary data folders left: %v", left)
	}
}

func TestBadStartsAreOneSentenceAndExitTwo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		env  string
		want string // part of the sentence
	}{
		{name: "unknown flag", args: []string{"lab", "--nonsense"}, want: "nonsense"},
		{name: "unknown command", args: []string{"nonsense"}, want: "nonsense"},
		{name: "address without a port", args: []string{"lab", "--listen", "localhost"}, want: "host:port"},
		{name: "address that is not loopback", args: []string{"lab", "--listen", "0.0.0.0:0"}, want: "loopback"},
		{name: "share without a port", args: []string{"lab", "--share", "nonsense"}, want: "--share"},
		{name: "data folder that is a file", args: []string{"lab", "--data-dir", file}, want: "data-dir"},
		{name: "Redis URL of another scheme", args: []string{"lab", "--redis", "http://x:1"}, want: "address of Redis"},
		{name: "Redis that refuses", args: []string{"lab", "--redis", "redis://127.0.0.1:1"}, want: "127.0.0.1:1"},
		{name: "database URL of no kind", args: []string{"lab", "--database", "mysql://x"}, want: "mysql"},
		{name: "database without the table", args: []string{"lab", "--database", filepath.Join(t.TempDir(), "empty.db")}, want: "--seed"},
		{name: "unknown strategy", args: []string{"lab", "--strategy", "magic"}, want: "magic"},
		{name: "negative load", args: []string{"lab", "--rps", "-1"}, want: "rps"},
		{name: "token too short", args: []string{"lab"}, env: "LEAKLINE_VIEWER_TOKEN=short", want: "16 to 256"},
		{name: "number that is none, by environment", args: []string{"lab"}, env: "LEAKLINE_RPS=many", want: "LEAKLINE_RPS"},
		{name: "profile that is not there", args: []string{"diff", "a.pb.gz", "b.pb.gz"}, want: "a.pb.gz"},
		{name: "limit that is no amount", args: []string{"lab", "--memory-limit", "much"}, want: "--memory-limit"},
		{name: "limit too small to start in", args: []string{"lab", "--memory-limit", "1MiB"}, want: "64 MiB to 1 TiB"},
		{name: "amount that is none", args: []string{"diff", "--fail-over", "much", file, file}, want: "--fail-over"},
		{name: "service that is not there", args: []string{"diagnose", "http://u:hidden@127.0.0.1:1"}, want: "refused"},
		{name: "address that is no URL", args: []string{"diagnose", "localhost:6060"}, want: "http://host:port"},
		{name: "window too short for a trend", args: []string{"diagnose", "--for", "5s", "http://127.0.0.1:1"}, want: "--every"},
		{name: "expression that is none", args: []string{"diagnose", "--user-code", "(", "http://127.0.0.1:1"}, want: "--user-code"},
		{name: "service without a scheme", args: []string{"attach", "localhost:6060"}, want: "http://host:port"},
		{name: "attach to nothing", args: []string{"attach"}, want: "no service is named"},
		{name: "profile that is none", args: []string{"diff", file, file}, want: file},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.Command(binary, tt.args...)
			cmd.Dir = t.TempDir()
			cmd.Env = append(os.Environ(), tt.env)
			var stderr, stdout strings.Builder
			cmd.Stderr, cmd.Stdout = &stderr, &stdout
			err := cmd.Run()
			if code := cmd.ProcessState.ExitCode(); code != 2 {
				t.Errorf("exit code = %d (%v), want 2", code, err)
			}
			said := strings.TrimSpace(stderr.String())
			last := said[strings.LastIndexByte(said, '\n')+1:]
			if !strings.Contains(last, tt.want) || !strings.HasPrefix(last, "leakline: ") {
				t.Errorf("stderr ends with %q, want one sentence of leakline with %q", last, tt.want)
			}
			if stdout.Len() > 0 {
				t.Errorf("stdout = %q, want nothing", stdout.String())
			}
		})
	}
}
