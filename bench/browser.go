package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"
)

// withBrowser runs work with a headless Chromium of a fresh profile.
func withBrowser(ctx context.Context, work func(context.Context) error) error {
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		return errors.New("these figures need Chromium")
	}
	dir, err := os.MkdirTemp("", "leakline-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx, cancel := chromedp.NewExecAllocator(ctx,
		chromedp.ExecPath(path), chromedp.UserDataDir(filepath.Join(dir, "profile")), chromedp.Headless, chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	defer cancel()
	browser, cancel := chromedp.NewContext(ctx)
	defer cancel()
	if err := chromedp.Do(browser); err != nil {
		return fmt.Errorf("starting Chromium: %w", err)
	}
	return work(browser)
}

// openTab opens a tab with a cache of its own.
func openTab(browser context.Context) (tab context.Context, done func(), err error) {
	tab, done = chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	if err := chromedp.Do(tab, chromedp.EmulateViewport(1440, 900)); err != nil {
		done()
		return nil, nil, fmt.Errorf("opening a tab: %w", err)
	}
	return tab, done, nil
}

// eval waits for the promise of an expression in the page.
func eval[T any](tab context.Context, within time.Duration, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(tab, within)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		err = fmt.Errorf("evaluating %s: %w", expression, err)
	}
	return v, err
}
