package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/leakline/leakline/profiler/target"
)

// CheckerConfig is what the checker child is told.
type CheckerConfig struct {
	Token     string `json:"token"` // asked for control and /debug/
	Redis     string `json:"redis"` // URL
	KeyPrefix string `json:"key_prefix"`
	Database  string `json:"database"` // as riskyusers.Open takes it
	Strategy  string `json:"strategy"`
	Updater   string `json:"updater"`

	MemoryLimit int64 `json:"memory_limit"` // bytes at which somebody kills it, 0 for none
	DumpTo      int   `json:"dump_to"`      // descriptor of a pipe for its heap dumps, 0 for none
}

// CheckerHello is what the checker child answers.
type CheckerHello struct {
	URL string `json:"url"`
}

const (
	memProfileRate = 64 << 10 // bytes; see docs/adr/0004
	readyTimeout   = 20 * time.Second
	controlTimeout = 10 * time.Second // a switch waits for the old strategy to drain
	maxControl     = 16 << 10         // bytes of a control answer
	firstExtraFile = 3                // where os/exec puts it
)

// ErrNoPatient reports that there is no checker process at the moment.
var ErrNoPatient = errors.New("there is no checker process at the moment")

// A patient is one life of the checker.
type patient struct {
	*child
	url   string
	token string
	fence *fence
	dump  *target.Drain // of its heap dumps; nil where it was given no pipe
}

// startPatient spawns a checker and waits until it is ready to decide. One that
// is killed for want of memory first is a *tooSmallError.
func (l *Lab) startPatient(ctx context.Context, strategy string) (_ *patient, err error) {
	cfg := l.checkerConfig(strategy)
	limits := l.State().Limits
	read, write, err := dumpPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the checker: %w", err)
	}
	var dump *target.Drain
	if write != nil {
		defer write.Close() // the child has its own, and its end ends the drain
		cfg.DumpTo, dump = firstExtraFile, target.NewDrain(read)
	}
	f := l.newFence(limits.MemoryLimit)
	defer func() {
		if err == nil {
			return
		}
		if by := f.killed(); by != "" {
			err = &tooSmallError{by}
		}
		f.remove()
	}()
	c, err := startChild(ctx, childSpec{
		name: "checker", path: l.cfg.Executable, args: f.args("checker"),
		// Read before any package initialises, so that no allocation is sampled
		// at another rate.
		env:    append(limits.env(), "GODEBUG=memprofilerate="+strconv.Itoa(memProfileRate)),
		config: cfg, file: write, log: l.cfg.Log,
	})
	if err != nil {
		return nil, err
	}
	p := &patient{child: c, token: cfg.Token, fence: f, dump: dump}
	var hello CheckerHello
	if err := json.Unmarshal(c.hello, &hello); err != nil {
		p.stop()
		return nil, fmt.Errorf("reading the checker's hello: %w", err)
	}
	p.url = hello.URL
	if err := p.awaitReady(ctx); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// A tooSmallError reports that a limit leaves no room to start in.
type tooSmallError struct{ killed string } // by whom, in words

func (e *tooSmallError) Error() string { return e.killed + ", before the checker was ready" }

// newFence says in the state how the limit is enforced.
func (l *Lab) newFence(limit int64) *fence {
	f, why := newFence(limit, l.cfg.SoftLimit)
	how := "a cgroup"
	switch {
	case limit == 0:
		how = ""
	case f.group == nil:
		how = "watching and killing"
		l.cfg.Log.Info("no cgroup for the checker: its limit is enforced by watching", "why", why)
	}
	l.change(func(s *State) { s.Fence = how })
	return f
}

// end stops the process and gives back what bounded it.
func (p *patient) end() {
	p.stop()
	p.fence.remove()
}

// awaitReady waits until the checker can decide.
func (p *patient) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	for {
		err := p.control(ctx, http.MethodGet, "/readyz", nil, nil)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("the checker ended before it was ready: %s", describeExit(p.child))
		case <-ctx.Done():
			return fmt.Errorf("the checker does not become ready: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// use switches the strategy.
func (p *patient) use(ctx context.Context, name string) (done Switched, err error) {
	if err := p.control(ctx, http.MethodPut, "/control/strategy", map[string]string{"name": name}, &done); err != nil {
		return Switched{}, fmt.Errorf("switching to %s: %w", name, err)
	}
	return done, nil
}

// A controlError is the checker's refusal of a command.
type controlError struct {
	Status int
	Detail string
}

func (e *controlError) Error() string { return e.Detail }

// control sends one command and reads its answer into out, if out is not nil.
func (p *patient) control(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, controlTimeout)
	defer cancel()
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.url+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := controlClient.Do(req)
	if err != nil {
		return fmt.Errorf("asking the checker: %w", err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxControl))
	if err != nil {
		return fmt.Errorf("reading the checker's answer: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		var problem struct{ Detail string }
		json.Unmarshal(raw, &problem)
		if problem.Detail == "" {
			problem.Detail = fmt.Sprintf("the checker answered %d", resp.StatusCode)
		}
		return &controlError{resp.StatusCode, problem.Detail}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("reading the checker's answer: %w", err)
	}
	return nil
}

// controlClient keeps no connection: commands are rare, and a connection kept
// would show as a goroutine of the patient.
var controlClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
