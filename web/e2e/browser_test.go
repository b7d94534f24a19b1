package e2e_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// startBrowser starts a Chromium with a fresh profile; its tabs are made by
// newPage.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{os.Getenv("CHROME"), "chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); name != "" && err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Fatal("no Chromium: install Debian's chromium, or set CHROME to a browser's path")
	}
	profile := filepath.Join(t.TempDir(), "profile")
	ctx, cancel := chromedp.NewExecAllocator(t.Context(),
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-background-timer-throttling", true), chromedp.Flag("disable-renderer-backgrounding", true),
		chromedp.Flag("disable-backgrounding-occluded-windows", true), chromedp.Flag("force-color-profile", "srgb"),
	)
	t.Cleanup(cancel)
	browser, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return browser
}

// A browserPage is a tab with cookies of its own. What goes wrong in it fails
// the test that opened it.
type browserPage struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	troubles []string
}

func newPage(t *testing.T, browser context.Context) *browserPage {
	t.Helper()
	p := &browserPage{t: t}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.hear))
	t.Cleanup(cancel)
	p.ctx = ctx
	// The tab lives as long as the context of its first action.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900)); err != nil {
		t.Fatalf("opening a tab: %v", err)
	}
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, trouble := range p.troubles {
			t.Errorf("in the browser: %s", trouble)
		}
	})
	return p
}

// hear notes console errors, exceptions and refusals by the content security
// policy, which the browser logs as errors.
func (p *browserPage) hear(ev any) {
	trouble := ""
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		trouble = "exception: " + ev.ExceptionDetails.Text
		if ev.ExceptionDetails.Exception != nil {
			trouble += " " + ev.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeWarning {
			var args []string
			for _, a := range ev.Args {
				args = append(args, fmt.Sprint(a.Description, string(a.Value)))
			}
			trouble = "console: " + strings.Join(args, " ")
		}
	case *log.EventEntryAdded:
		if ev.Entry.Level == log.EntryLevelError {
			trouble = "log: " + ev.Entry.Text + " " + ev.Entry.URL
		}
	}
	if trouble != "" {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.troubles = append(p.troubles, trouble)
	}
}

// expect takes back troubles that a test has provoked.
func (p *browserPage) expect(part string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var rest []string
	for _, trouble := range p.troubles {
		if !strings.Contains(trouble, part) {
			rest = append(rest, trouble)
		}
	}
	p.troubles = rest
}

func (p *browserPage) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("in the browser: %v", err)
	}
}

// eval evaluates an expression in the page.
func eval[T any](p *browserPage, expression string) T {
	p.t.Helper()
	v, err := try[T](p, expression)
	if err != nil {
		p.t.Fatalf("evaluating %s: %v", expression, err)
	}
	return v
}

func try[T any](p *browserPage, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, 15*time.Second)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// patient is how long something may take among all the other tests that takes so
// long on a machine of its own.
func patient(alone time.Duration) time.Duration { return min(4*alone, alone+time.Minute) }

// until polls an expression until it is true. An error is no answer: between two
// pages there is none to ask, and of one that has half arrived parts are missing.
func (p *browserPage) until(within time.Duration, expression string) {
	p.t.Helper()
	within = patient(within)
	deadline := time.Now().Add(within)
	for {
		ok, err := try[bool](p, "Boolean("+expression+")")
		if ok {
			return
		}
		if gone := p.ctx.Err(); gone != nil {
			p.t.Fatalf("waiting for %s: the tab is gone: %v", expression, gone)
		}
		if time.Now().After(deadline) {
			at, _ := try[string](p, "location.pathname + location.search + ': ' + document.querySelector('main')?.innerText.slice(0, 1000)")
			p.t.Fatalf("waited %v for %s at %s (%v)", within, expression, at, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// click presses what a selector finds, once more where it was rendered anew
// between being found and being pressed.
func (p *browserPage) click(selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	for {
		err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector)))
		if err == nil {
			return
		}
		gone := func(said string) bool { return strings.Contains(err.Error(), said) }
		if !slices.ContainsFunc([]string{"detached", "content quads", "find node"}, gone) {
			p.t.Fatalf("pressing %s: %v", selector, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
