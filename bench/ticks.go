package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/leakline/leakline/static"
)

//go:embed page
var tickPage embed.FS

const uplotVersion = "1.6.32"

// ticks compares drawing four charts with uPlot's, in one page.
func ticks(ctx context.Context) (rows []row, err error) {
	uplot, remove, err := fetchUplot(ctx)
	if err != nil {
		return nil, err
	}
	defer remove()
	own, err := fs.Sub(tickPage, "page")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/static/", http.StripPrefix("/static/", http.FileServerFS(static.FS)))
	mux.Handle("/uplot/", http.StripPrefix("/uplot/", http.FileServer(http.Dir(uplot))))
	mux.Handle("/", http.FileServerFS(own))
	server := httptest.NewServer(mux)
	defer server.Close()

	type took struct{ Median, P95 float64 } // ms
	best := map[string]took{}
	err = withBrowser(ctx, func(browser context.Context) error {
		tab, done, err := openTab(browser)
		if err != nil {
			return err
		}
		defer done()
		if err := chromedp.Do(tab, chromedp.Navigate(server.URL)); err != nil {
			return err
		}
		for range 3 {
			for _, which := range []string{"ours", "uplot"} {
				t, err := eval[took](tab, time.Minute, "measure('"+which+"')")
				if err != nil {
					return err
				}
				if b, ok := best[which]; !ok || t.Median < b.Median {
					best[which] = t
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	say := func(t took) string { return fmt.Sprintf("%.2f ms (p95 %.2f)", t.Median, t.P95) }
	return []row{{
		what: "chart tick, 4 charts × 2 series × 36 000 points", ours: say(best["ours"]), peer: "uPlot " + uplotVersion,
		theirs: say(best["uplot"]), ratio: fmt.Sprintf("%.2f", best["ours"].Median/best["uplot"].Median), aim: "≤ 6 ms",
	}}, nil
}

// fetchUplot unpacks the peer's distribution into a temporary folder.
func fetchUplot(ctx context.Context) (dist string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "leakline-bench-")
	if err != nil {
		return "", nil, err
	}
	for _, args := range [][]string{
		{"npm", "pack", "--silent", "uplot@" + uplotVersion},
		{"tar", "-xzf", "uplot-" + uplotVersion + ".tgz"},
	} {
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			os.RemoveAll(dir)
			return "", nil, fmt.Errorf("fetching uPlot with %s: %w: %s", args[0], err, out)
		}
	}
	return filepath.Join(dir, "package", "dist"), func() { os.RemoveAll(dir) }, nil
}
