package lab

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/profiler/archive"
)

const password = "open-sesame"

// redisServer is where redis-server is; tests of the real thing need it.
func redisServer(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal("this test needs redis-server on the PATH: install Redis 6.2 or newer")
	}
	return path
}

// dial returns a client that gives up at once.
func dial(t *testing.T, addr, password string) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: addr, Password: password, MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { c.Close() })
	return c
}

func TestRunRedis(t *testing.T) {
	tests := []struct {
		name   string
		server string
		says   string
	}{
		{"a redis-server", redisServer(t), "redis-server "},
		{"the one that is built in", "", "miniredis"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			stdin, parent := io.Pipe()
			out, stdout := io.Pipe()
			ended := make(chan error, 1)
			go func() { ended <- RunRedis(t.Context(), stdin, stdout) }()
			fmt.Fprintf(parent, `{"Password":%q,"Server":%q}`+"\n", password, tt.server)
			var hello redisHello
			line, err := bufio.NewReader(out).ReadBytes('\n')
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(line, &hello); err != nil || !strings.HasPrefix(hello.Name, tt.says) {
				t.Fatalf("hello %q, %v, want one of %s", line, err, tt.says)
			}
			checkGuarded(t, hello.Addr)

			parent.Close()
			select {
			case err := <-ended:
				if err != nil {
					t.Errorf("RunRedis ended with %v, want nothing: its parent left", err)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("RunRedis goes on without its parent")
			}
			if conn, err := net.Dial("tcp", hello.Addr); err == nil {
				conn.Close()
				t.Error("somebody still listens at its address")
			}
		})
	}
}

// checkGuarded fails unless the Redis at addr serves those who know the
// password, on the loopback interface.
func checkGuarded(t *testing.T, addr string) {
	t.Helper()
	if host, _, _ := net.SplitHostPort(addr); host != "127.0.0.1" {
		t.Errorf("it listens at %s", addr)
	}
	known := dial(t, addr, password)
	if err := known.Ping(t.Context()).Err(); err != nil {
		t.Errorf("PING with the password: %v", err)
	}
	if err := known.SetEx(t.Context(), "k", "v", time.Minute).Err(); err != nil {
		t.Errorf("SETEX with the password: %v", err)
	}
	for _, wrong := range []string{"", "open-barley"} {
		if err := dial(t, addr, wrong).Get(t.Context(), "k").Err(); err == nil || err == redis.Nil {
			t.Errorf("GET with the password %q: %v, want a refusal", wrong, err)
		}
	}
}

func TestRunRedisSaysWhyItCannot(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	tests := []struct {
		name string
		cfg  RedisConfig
		want string
	}{
		{"no such program", RedisConfig{Server: filepath.Join(t.TempDir(), "nothing")}, "starting redis-server"},
		{"the port is taken, redis-server", RedisConfig{Server: redisServer(t), Port: port}, "starting redis-server"},
		{"the port is taken, built in", RedisConfig{Port: port}, "starting miniredis"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.cfg.Password = password
			line, err := json.Marshal(tt.cfg)
			if err != nil {
				t.Fatal(err)
			}
			stdin, parent := io.Pipe()
			defer parent.Close()
			go parent.Write(append(line, '\n'))
			err = RunRedis(t.Context(), stdin, io.Discard)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), password) {
				t.Errorf("RunRedis: %v, want %q and no password", err, tt.want)
			}
		})
	}
}

func TestMiniredisTakesThePlaceOfABrokenRedis(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the broken redis-server is a shell script")
	}
	for _, tt := range []struct {
		name   string
		script string // of redis-server; empty for none
	}{
		{"there is none", ""},
		{"it does not start", "#!/bin/sh\nexit 1\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if tt.script != "" {
				if err := os.WriteFile(filepath.Join(dir, "redis-server"), []byte(tt.script), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("PATH", dir)
			executable, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			c, err := startRedis(t.Context(), executable, 0, password, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer c.stop()
			var hello redisHello
			if err := json.Unmarshal(c.hello, &hello); err != nil || hello.Name != "miniredis (built in)" {
				t.Fatalf("hello %q, %v", c.hello, err)
			}
			checkGuarded(t, hello.Addr)
		})
	}
}

func TestSomebodysRedisIsAskedWhoItIs(t *testing.T) {
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c, err := startRedis(t.Context(), executable, 0, password, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer c.stop()
	var hello redisHello
	if err := json.Unmarshal(c.hello, &hello); err != nil {
		t.Fatal(err)
	}
	name, err := pingRedis(t.Context(), "redis://:"+password+"@"+hello.Addr)
	if err != nil || !strings.HasPrefix(name, "Redis ") || !strings.HasSuffix(name, " at "+hello.Addr) {
		t.Errorf("pingRedis = %q, %v", name, err)
	}
	for _, url := range []string{
		"redis://:wrong-" + password + "@" + hello.Addr,
		"redis://:" + password + "@127.0.0.1:1",
		"redis://:" + password + "@127.0.0.1:port",
		"http://:" + password + "@" + hello.Addr,
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if name, err := pingRedis(ctx, url); err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("pingRedis(%s) = %q, %v, want an error without the password", url, name, err)
		}
		cancel()
	}
}

// Without its private Redis a lab shows nothing but outages: it ends and says
// why.
func TestTheLabEndsWithItsRedis(t *testing.T) {
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := archive.Open(t.TempDir(), archive.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	l, err := New(t.Context(), Config{Executable: executable, DataDir: t.TempDir(), Archive: kept, Users: 200, RiskyUsers: 10})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ended := make(chan error, 1)
	go func() { ended <- l.Run(t.Context()) }()
	l.private.kill()
	select {
	case err := <-ended:
		if err == nil || !strings.Contains(err.Error(), "the private Redis ended") {
			t.Errorf("Run: %v, want the end of Redis", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the lab goes on without Redis")
	}
}
