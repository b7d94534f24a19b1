package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/service"
	"github.com/leakline/leakline/profiler/agent"
)

// TestMain makes this binary its own children: "child redis" and "child
// checker" are what the lab starts, the others are badly brought up.
func TestMain(m *testing.M) {
	if len(os.Args) < 3 || os.Args[1] != "child" {
		os.Exit(m.Run())
	}
	run, ok := children[os.Args[2]]
	if !ok {
		fmt.Fprintln(os.Stderr, "leakline: no such child:", os.Args[2])
		os.Exit(2)
	}
	code := 0
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "leakline:", err)
		code = 2
	}
	syscall.Exit(code) // on os.Exit the race detector lingers for a second
}

var children map[string]func(context.Context) error

func init() {
	children = map[string]func(context.Context) error{
		"redis":   func(ctx context.Context) error { return RunRedis(ctx, os.Stdin, os.Stdout) },
		"checker": runChecker,

		"fenced": func(context.Context) error { return Fenced(os.Args[3], os.Args[4]) },

		"polite":  runPolite,
		"deaf":    runDeaf,
		"mute":    func(context.Context) error { return linger(time.Minute) },
		"lingers": func(context.Context) error { return linger(30 * time.Second) },
		"exits":   func(context.Context) error { return errors.New("no luck today") },
		"panics":  func(context.Context) error { panic("too bad") },
		"chatty":  runChatty,
		"brief":   runBrief,
		"guarded": runGuarded,
		"parent":  runParent,
		"glutton": func(context.Context) error { obey("grow 8192", io.Discard); return nil },
	}
}

// MoodKey names the environment variable that says how the checker child
// behaves: it "exits" at once, obeys an order "at once: exit 7", "grows", or is
// "slow" to say hello.
const MoodKey = "LAB_TEST_CHECKER"

// runChecker is the lab's patient, as leakline's own command makes it.
func runChecker(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer stop()
	var cfg CheckerConfig
	ctx, err := InChild(ctx, os.Stdin, &cfg)
	if err != nil {
		return err
	}
	if socket := os.Getenv(OrdersKey); socket != "" {
		go takeOrders(socket)
	}
	mood := os.Getenv(MoodKey)
	if order, ok := strings.CutPrefix(mood, "at once: "); ok {
		obey(order, io.Discard)
	}
	switch mood {
	case "exits":
		return errors.New("the disk is on fire")
	case "grows":
		go grow()
	case "slow":
		time.Sleep(500 * time.Millisecond)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	stats := new(checker.Stats)
	svc, err := service.New(service.Config{
		Redis: cfg.Redis, KeyPrefix: cfg.KeyPrefix, Database: cfg.Database, Strategy: cfg.Strategy,
		CheckTimeout: 30 * time.Second, // a busy machine takes 250 ms for nothing
		Updater:      riskyusers.Settings{Kind: riskyusers.Kind(cfg.Updater)}, ControlToken: cfg.Token, Stats: stats,
		Owner: fmt.Sprintf("lab %d", os.Getppid()),
		Debug: agent.Handler(agent.Config{MemoryLimit: cfg.MemoryLimit, Counters: agent.Counters{Requests: stats.Requests, Errors: stats.Errors, InFlight: stats.InFlight}}),
		Log:   slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	if err := sayHello(os.Stdout, CheckerHello{URL: "http://" + ln.Addr().String()}); err != nil {
		return err
	}
	return svc.Serve(ctx, ln)
}

// grow keeps some 50 MB a second until somebody ends it.
func grow() {
	var all [][]byte
	for {
		piece := make([]byte, 1<<20)
		for i := range piece {
			piece[i] = 1
		}
		all = append(all, piece)
		time.Sleep(20 * time.Millisecond)
	}
}

// A politeConfig is what the polite child is told. It calls Phone, if there is
// one, and holds the line while it lives.
type politeConfig struct {
	Word  string
	Phone string
}

// A politeHello is what it answers.
type politeHello struct {
	Word string
	Args []string
	Env  []string
}

func runPolite(ctx context.Context) error {
	var cfg politeConfig
	ctx, err := InChild(ctx, os.Stdin, &cfg)
	if err != nil {
		return err
	}
	if cfg.Phone != "" {
		if _, err := net.Dial("tcp", cfg.Phone); err != nil {
			return err
		}
	}
	if err := sayHello(os.Stdout, politeHello{cfg.Word, os.Args, os.Environ()}); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// runDeaf ends for nothing but a kill.
func runDeaf(ctx context.Context) error {
	signal.Ignore(syscall.SIGTERM, os.Interrupt)
	if err := runPolite(ctx); err != nil {
		return err
	}
	return linger(time.Minute)
}

// linger keeps a process alive for a while.
func linger(d time.Duration) error {
	time.Sleep(d)
	return nil
}

// runChatty logs more than anybody keeps, then panics.
func runChatty(context.Context) error {
	for i := range 500 {
		fmt.Fprintf(os.Stderr, "level=WARN msg=\"nothing happened\" n=%d\n", i)
	}
	deep(50)
	return nil
}

// runBrief says hello and then ends as a chatty one does.
func runBrief(ctx context.Context) error {
	if err := sayHello(os.Stdout, politeHello{}); err != nil {
		return err
	}
	return runChatty(ctx)
}

func deep(n int) {
	if n == 0 {
		panic("out of cheese")
	}
	deep(n - 1)
	fmt.Fprint(os.Stderr) // not a tail call: every frame is in the stack
}

// runGuarded leaves a child of its own behind, which holds stderr open.
func runGuarded(context.Context) error {
	cmd := exec.Command(os.Args[0], "child", "lingers")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	return errors.New("gone before my child")
}

// runParent starts a child of its own as the lab does, and waits to be killed.
func runParent(ctx context.Context) error {
	var grandchild struct{ Kind, Phone string }
	ctx, err := InChild(ctx, os.Stdin, &grandchild)
	if err != nil {
		return err
	}
	c, err := startChild(ctx, childSpec{
		name: "grandchild", path: os.Args[0], args: []string{"child", grandchild.Kind},
		config: politeConfig{Phone: grandchild.Phone}, log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode("ready"); err != nil {
		return err
	}
	<-c.done
	return errors.New("the grandchild ended first")
}
