package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A server is a child process whose CPU we can read.
type server struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	addr  string
}

func start(ctx context.Context, what string, env ...string) (*server, error) {
	s := &server{cmd: exec.CommandContext(ctx, os.Args[0], "serve", what)}
	s.cmd.Env = append(os.Environ(), env...)
	s.cmd.Stderr = os.Stderr
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("starting the %s server: %w", what, err)
	}
	s.addr = strings.TrimSpace(line)
	return s, nil
}

func (s *server) stop() {
	s.stdin.Close()
	s.cmd.Wait()
}

// cpu returns what the process has used so far. Linux counts it in ticks of
// 10 ms, so measure over seconds.
func (s *server) cpu() (time.Duration, error) {
	fields, err := s.stat()
	if err != nil {
		return 0, err
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond, nil
}

// rss returns the resident bytes of the process.
func (s *server) rss() (int64, error) {
	fields, err := s.stat()
	if err != nil {
		return 0, err
	}
	pages, err := strconv.ParseInt(fields[21], 10, 64)
	return pages * int64(os.Getpagesize()), err
}

// stat returns the fields of /proc/PID/stat from the third on.
func (s *server) stat() ([]string, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return nil, fmt.Errorf("these figures need /proc: %w", err)
	}
	return strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:])), nil
}
