package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

const loads = 10

// A load is what one visit to the live page cost.
type load struct {
	Bytes    float64 // compressed bodies: document, styles, modules, icon
	Requests float64
	History  float64 // ms from navigation until the charts have drawn the history
}

// noteHistory runs before the page's own code. A strip has the attribute once
// it has drawn the first readings.
const noteHistory = `new MutationObserver((_, self) => {
	if (!document.querySelector("canvas[data-t-from]")) return;
	globalThis.historyAt = performance.now();
	self.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-t-from"] })`

const weigh = `new Promise((resolve) => {
	const look = () => {
		if (!globalThis.historyAt) return setTimeout(look, 10);
		const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
			.filter((e) => !e.name.includes("/api/"));
		const sent = all.filter((e) => e.transferSize > 0);
		resolve({ Bytes: sent.reduce((n, e) => n + e.encodedBodySize, 0), Requests: sent.length, History: globalThis.historyAt });
	};
	look();
})`

// cold opens the live page of the real lab, with an empty cache and again with
// a full one.
func cold(ctx context.Context) (rows []row, err error) {
	link, stop, err := startLab(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	time.Sleep(20 * time.Second) // so that there is history
	var first, again []load
	err = withBrowser(ctx, func(browser context.Context) error {
		for range loads {
			tab, done, err := openTab(browser)
			if err != nil {
				return err
			}
			f, a, err := visit(tab, link)
			done()
			if err != nil {
				return err
			}
			first, again = append(first, f), append(again, a)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	f, a := median(first), median(again)
	return []row{
		{what: "cold live page, compressed", ours: fmt.Sprintf("%.1f kB in %.0f requests", f.Bytes/1e3, f.Requests), aim: "≤ 60 kB"},
		{what: "the same, reloaded", ours: fmt.Sprintf("%.1f kB in %.0f requests", a.Bytes/1e3, a.Requests), aim: "the document alone"},
		{what: "navigation to first history drawn, cold", ours: fmt.Sprintf("%.0f ms", f.History), aim: "≤ 300 ms"},
		{what: "the same, reloaded", ours: fmt.Sprintf("%.0f ms", a.History)},
	}, nil
}

// visit signs in, which fetches no asset, and loads the page twice.
func visit(tab context.Context, link string) (first, again load, err error) {
	early := chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: noteHistory})
		return err
	})
	if err := chromedp.Do(tab, early, chromedp.Navigate(link)); err != nil {
		return first, again, err
	}
	if first, err = eval[load](tab, 20*time.Second, weigh); err != nil {
		return first, again, err
	}
	if err := chromedp.Do(tab, chromedp.Navigate(link)); err != nil {
		return first, again, err
	}
	again, err = eval[load](tab, 20*time.Second, weigh)
	return first, again, err
}

func median(all []load) load {
	of := func(get func(load) float64) float64 {
		values := make([]float64, len(all))
		for i, l := range all {
			values[i] = get(l)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return load{
		of(func(l load) float64 { return l.Bytes }), of(func(l load) float64 { return l.Requests }), of(func(l load) float64 { return l.History }),
	}
}

// startLab builds and runs the product and returns the instructor's link.
func startLab(ctx context.Context) (link string, stop func(), err error) {
	dir, err := os.MkdirTemp("", "leakline-bench-")
	if err != nil {
		return "", nil, err
	}
	binary, err := buildLeakline(ctx, dir)
	if err != nil {
		os.RemoveAll(dir)
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, binary, "lab", "--listen", "127.0.0.1:0")
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		os.RemoveAll(dir)
		return "", nil, err
	}
	stop = func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		os.RemoveAll(dir)
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if what, rest, _ := strings.Cut(strings.TrimSpace(lines.Text()), " "); what == "instructor" {
			go io.Copy(io.Discard, stdout)
			return strings.TrimSpace(rest), stop, nil
		}
	}
	stop()
	return "", nil, fmt.Errorf("leakline lab printed no link")
}

// buildLeakline builds the product into dir.
func buildLeakline(ctx context.Context, dir string) (binary string, err error) {
	binary = filepath.Join(dir, "leakline")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binary, "./cmd/leakline")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building leakline: %w: %s", err, out)
	}
	return binary, nil
}
