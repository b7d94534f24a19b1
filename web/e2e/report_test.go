package e2e_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// downloadsTo has what a tab downloads saved in a folder.
func downloadsTo(dir string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: chromedp.FromContext(ctx).BrowserContextID, DownloadPath: dir,
		})
		return err
	})
}

// A viewer predicts, downloads the report, and opens it where there is no
// leakline any more.
func TestReportIsTakenHome(t *testing.T) {
	t.Parallel()
	l := startLab(t, smallList)
	b := startBrowser(t)
	p, dir := newPage(t, b), t.TempDir()
	p.do(downloadsTo(dir), chromedp.Navigate(l.link("/report", viewerToken)))
	time.Sleep(3 * time.Second)
	l.api(http.MethodPut, "strategy", map[string]string{"name": "list-scan"}, nil)
	l.api(http.MethodPost, "snapshots", map[string]string{"label": "the head"}, nil)
	status := eval[int](p, `fetch('/api/v1/room/me/answers/identify-the-leak/made-again-and-again', {method: 'PUT', headers: {'Content-Type': 'application/json'},
		body: JSON.stringify({answers: ['6000', '2']})}).then((r) => r.status)`)
	if status != http.StatusOK {
		t.Fatalf("a prediction is answered %d", status)
	}
	p.checkFit("report", views[0])
	p.save("report-page-1440x900-light")
	p.click("main .btn.go")
	var saved string
	l.eventually(10*time.Second, "the download", func() bool {
		found, _ := filepath.Glob(filepath.Join(dir, "leakline-report-*.html"))
		if len(found) == 1 {
			saved = found[0]
		}
		return saved != ""
	})
	l.stop()

	for _, theme := range []string{"light", "dark"} {
		home := newPage(t, b)
		for _, v := range views {
			home.do(chromedp.EmulateViewport(v.width, v.height), prefer(theme), chromedp.Navigate("file://"+saved))
			home.checkFit("report "+theme, v)
			home.saveWhole("report-" + v.name + "-" + theme)
		}
		text := eval[string](home, "document.body.innerText")
		for _, want := range []string{"What you predicted", "6000", "list-scan", "go tool pprof -base checker-", "Scoreboard"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: it does not say %q", theme, want)
			}
		}
		if n := eval[int](home, `document.querySelectorAll('a[download]').length`); n != 2 {
			t.Errorf("it holds %d profiles, want 2", n)
		}
		ink := eval[string](home, `getComputedStyle(document.body).backgroundColor`)
		if light := ink == "rgb(255, 255, 255)"; light != (theme == "light") {
			t.Errorf("%s: it stands on %s", theme, ink)
		}
	}
	p.printed(saved)
}

// printed fails when a file does not fit on pages of A4.
func (p *browserPage) printed(file string) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(794, 1123), chromedp.Navigate("file://"+file)) // A4 at 96 dpi
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize(), chromedp.PDFPrintBackground()))
	if err != nil {
		p.t.Fatalf("printing: %v", err)
	}
	if n := strings.Count(string(pdf), "/Type /Page\n"); n < 2 || n > 12 {
		p.t.Errorf("it takes %d pages", n)
	}
	if dir := os.Getenv("LEAKLINE_SCREENSHOTS"); dir != "" {
		os.WriteFile(filepath.Join(dir, "report.pdf"), pdf, 0o644)
	}
}

// saveWhole is save for all of a page that is longer than its window.
func (p *browserPage) saveWhole(name string) {
	p.t.Helper()
	dir := os.Getenv("LEAKLINE_SCREENSHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.t.Fatalf("taking a picture of %s: %v", name, err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
