package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// spec starts this binary as one of its children.
func spec(t *testing.T, kind string, config any) childSpec {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return childSpec{
		name: kind, path: executable, args: []string{"child", kind}, config: config,
		log: slog.New(slog.DiscardHandler),
	}
}

// start starts a child that the test stops or kills, and kills it at the end.
func start(t *testing.T, s childSpec) *child {
	t.Helper()
	c, err := startChild(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.kill()
		<-c.done
	})
	return c
}

// ends fails the test unless c has ended within d.
func ends(t *testing.T, c *child, d time.Duration) {
	t.Helper()
	select {
	case <-c.done:
	case <-time.After(d):
		t.Fatalf("the %s lives after %v", c.spec.name, d)
	}
}

func TestAChildIsToldThroughStdinAlone(t *testing.T) {
	t.Setenv("LEAKLINE_INSTRUCTOR_TOKEN", "whispered-in-env")
	t.Setenv("GOGC", "13")
	s := spec(t, "polite", politeConfig{Word: "whispered-in-config"})
	s.env = []string{"GOMAXPROCS=1"}
	c := start(t, s)
	var hello politeHello
	if err := json.Unmarshal(c.hello, &hello); err != nil {
		t.Fatal(err)
	}
	if hello.Word != "whispered-in-config" {
		t.Errorf("it was told %q", hello.Word)
	}
	if args := strings.Join(hello.Args[1:], " "); args != "child polite" {
		t.Errorf("its arguments are %q, want no more than what it is", args)
	}
	for _, kv := range hello.Env {
		if strings.Contains(kv, "whispered") || strings.HasPrefix(kv, "GOGC=") {
			t.Errorf("its environment holds %s", kv)
		}
	}
	if !slices.Contains(hello.Env, "GOMAXPROCS=1") {
		t.Error("its environment lacks GOMAXPROCS=1, which was set for it")
	}
}

func TestChildEnv(t *testing.T) {
	env := []string{
		"PATH=/bin", "GODEBUG=gctrace=1", "GOGC=off", "GOMEMLIMIT=1GiB", "GOMAXPROCS=9", "GOTRACEBACK=crash",
		"GORACE=halt_on_error=1", "LEAKLINE_LISTEN=:1", "LEAKLINE_", "HOME=/root", "GOPATH=/go", "EMPTY=", "MY_GOGC=1",
	}
	want := []string{"PATH=/bin", "HOME=/root", "GOPATH=/go", "EMPTY=", "MY_GOGC=1"}
	if got := childEnv(env); !slices.Equal(got, want) {
		t.Errorf("kept %q, want %q", got, want)
	}
}

func TestAChildThatDoesNotSayHello(t *testing.T) {
	tests := []struct{ name, kind, want string }{
		{"it ends with an error", "exits", "starting the exits: it ended before it said where it listens: exit 2: leakline: no luck today"},
		{"it panics", "panics", "exit 2: panic: too bad"},
		{"it panics after a long log", "chatty", "exit 2: panic: out of cheese"},
		{"it is no program of ours", "no-such-kind", "no such child"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := startChild(t.Context(), spec(t, tt.kind, politeConfig{}))
			if err == nil {
				c.kill()
				t.Fatal("it was taken for started")
			}
			if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error is %q, want one line with %q", err, tt.want)
			}
		})
	}
}

func TestAProgramThatDoesNotExist(t *testing.T) {
	s := spec(t, "polite", nil)
	s.path = t.TempDir() + "/nothing"
	if _, err := startChild(t.Context(), s); err == nil || !strings.Contains(err.Error(), "starting the polite") {
		t.Errorf("startChild: %v", err)
	}
}

func TestWaitingForAHelloEndsWithTheCaller(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if _, err := startChild(ctx, spec(t, "mute", nil)); err == nil || time.Since(begun) > 10*time.Second {
		t.Errorf("after %v: %v, want an error soon after 300 ms", time.Since(begun), err)
	}
}

// The words of a child that went are worth a second, not more: what it left
// behind may hold its stderr open for as long as it likes.
func TestAGrandchildDoesNotDelayTheNews(t *testing.T) {
	begun := time.Now()
	_, err := startChild(t.Context(), spec(t, "guarded", nil))
	if took := time.Since(begun); took > 15*time.Second {
		t.Errorf("the news took %v, want the grace of a second", took)
	}
	if err == nil || !strings.Contains(err.Error(), "gone before my child") {
		t.Errorf("startChild: %v", err)
	}
}

func TestStoppingAChild(t *testing.T) {
	tests := []struct {
		name        string
		kind        string
		least, most time.Duration
	}{
		{"it ends when asked", "polite", 0, stopGrace},
		{"it does not listen and is killed", "deaf", stopGrace, 2 * stopGrace},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := start(t, spec(t, tt.kind, politeConfig{}))
			begun := time.Now()
			c.stop()
			if took := time.Since(begun); took < tt.least || took > tt.most {
				t.Errorf("it took %v, want %v to %v", took, tt.least, tt.most)
			}
			if got := describeExit(c); got != "stopped" {
				t.Errorf("its end is called %q, want stopped", got)
			}
		})
	}
}

func TestAChildEndsWhenItsStdinDoes(t *testing.T) {
	c := start(t, spec(t, "polite", politeConfig{}))
	c.stdin.Close()
	ends(t, c, 5*time.Second)
	if got := describeExit(c); got != "exit 0" {
		t.Errorf("its end is called %q, want exit 0", got)
	}
}

func TestAKilledChildSaysSo(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals: a killed process exits with 1")
	}
	c := start(t, spec(t, "polite", politeConfig{}))
	c.kill()
	ends(t, c, 5*time.Second)
	if got := describeExit(c); got != "signal: killed" {
		t.Errorf("its end is called %q, want signal: killed", got)
	}
}

// The line that says why stands between a long log and a long stack.
func TestACrashIsToldInItsOwnWords(t *testing.T) {
	c := start(t, spec(t, "brief", nil))
	ends(t, c, 5*time.Second)
	if got := describeExit(c); got != "exit 2: panic: out of cheese" {
		t.Errorf("its end is called %q, want exit 2 and the panic", got)
	}
}

// Nothing of ours may be left behind when we are killed: a polite child sees
// its stdin close, and Linux kills even a deaf one.
func TestAChildDiesWithItsParent(t *testing.T) {
	kinds := []string{"polite"}
	if runtime.GOOS == "linux" {
		kinds = append(kinds, "deaf")
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			phone, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer phone.Close()
			parent := start(t, spec(t, "parent", map[string]string{"Kind": kind, "Phone": phone.Addr().String()}))
			call, err := phone.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer call.Close()
			parent.kill()
			// The line goes dead with the grandchild, whoever reaps it.
			call.SetReadDeadline(time.Now().Add(2 * time.Second))
			if _, err := call.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
				t.Errorf("two seconds after its parent was killed the %s grandchild holds its line: %v", kind, err)
			}
		})
	}
}

func TestInChild(t *testing.T) {
	for _, tt := range []struct{ name, stdin string }{
		{"nothing", ""},
		{"half a line", `{"Word":"x"`},
		{"no JSON", "Word\n"},
		{"another type", "[1]\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var cfg politeConfig
			if _, err := InChild(t.Context(), strings.NewReader(tt.stdin), &cfg); err == nil ||
				!strings.Contains(err.Error(), "configuration from stdin") {
				t.Errorf("InChild: %v, want an error that says where it was read", err)
			}
		})
	}
	var cfg politeConfig
	ctx, err := InChild(t.Context(), bytes.NewBufferString(`{"Word":"x"}`+"\n"), &cfg)
	if err != nil || cfg.Word != "x" {
		t.Fatalf("InChild read %+v, %v", cfg, err)
	}
	<-ctx.Done() // stdin is at its end
	if context.Cause(ctx) != errParentGone {
		t.Errorf("the context ended with %v", context.Cause(ctx))
	}
}
