package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// A view is a window size as people have it.
type view struct {
	name          string
	width, height int64
}

var (
	laptop    = view{"1440x900", 1440, 900}
	phone     = view{"390x844", 390, 844}
	projector = view{"1920x1080", 1920, 1080}

	views = []view{laptop, phone}
)

// TestPagesFitTheirWindow opens every page in every size, each in one theme:
// nothing needs sideways scrolling, nothing is said in the console, and nobody is
// left out who sees little or uses no mouse. With LEAKLINE_SCREENSHOTS=folder it
// tries every size in every theme and leaves a picture of each.
func TestPagesFitTheirWindow(t *testing.T) {
	t.Parallel()                // nothing in it has a deadline that a neighbour could break
	args := []string{smallList} // for a picture, figures as people see them
	if os.Getenv("LEAKLINE_SCREENSHOTS") != "" {
		args = nil
	}
	l := startLab(t, args...)
	browser, script := startBrowser(t), accessScript(t)
	pause := func(long time.Duration) { // charts are filled for a picture; a page fits or does not without
		if os.Getenv("LEAKLINE_SCREENSHOTS") == "" {
			long = time.Second
		}
		time.Sleep(long)
	}
	pause(5 * time.Second)
	l.api(http.MethodPut, "strategy", map[string]string{"name": "list-scan"}, nil)
	pause(4 * time.Second)
	l.api(http.MethodPut, "strategy", map[string]string{"name": "redis-sismember"}, nil)
	pause(3 * time.Second)
	l.api(http.MethodPut, "strategy", map[string]string{"name": "set-per-request"}, nil)
	pause(6 * time.Second)
	l.api(http.MethodPost, "snapshots", map[string]string{"label": "by hand"}, nil)
	l.api(http.MethodPost, "heapgraphs", map[string]any{}, nil)
	l.api(http.MethodPost, "heapgraphs", map[string]any{}, nil)

	pages := []struct{ name, path, token string }{
		{"live", "/?window=1m", instructorToken},
		{"large-live", "/?window=1m&view=room", instructorToken},
		{"live-viewer", "/?window=1m", viewerToken},
		{"scoreboard", "/?window=1m#scoreboard", instructorToken},
		{"snapshots", "/snapshots", instructorToken},
		{"diff", "/diff?base=1&head=2", instructorToken},
		{"diff-pick", "/diff", viewerToken},
		{"holders", "/holders/2", instructorToken},
		{"learn", "/learn", viewerToken},
		{"lesson", "/learn/identify-the-leak", instructorToken},
		{"lesson-2", "/learn/fix-the-monitoring", viewerToken},
		{"lesson-3", "/learn/real-leaks", viewerToken},
		{"lesson-4", "/learn/is-it-a-leak", viewerToken},
		{"report", "/report", viewerToken},
		{"fleet-of-one", "/fleet", viewerToken},
		{"audit", "/audit", instructorToken},
		{"lesson-large", "/learn/identify-the-leak?view=room", instructorToken},
		{"room", "/room", instructorToken},
		{"room-viewer", "/room", viewerToken},
		{"self", "/debug/self", instructorToken},
		{"not-found", "/diff?base=1&head=999", instructorToken},
		{"sign-in", "/", ""},
	}
	for i, page := range pages {
		p := newPage(t, browser)
		for at, theme := range []string{"light", "dark"} {
			sizes := []view{laptop, phone, projector}
			if os.Getenv("LEAKLINE_SCREENSHOTS") == "" { // themes differ in colours alone
				sizes = sizes[at : at+1]
				if at == i%2 {
					sizes = append(slices.Clip(sizes), projector)
				}
			}
			for n, v := range sizes {
				p.do(chromedp.EmulateViewport(v.width, v.height), prefer(theme))
				address := l.base + page.path
				if page.token != "" {
					address = l.link(page.path, page.token)
				}
				if n == 0 || os.Getenv("LEAKLINE_SCREENSHOTS") != "" { // else a window that grows does as well
					p.do(chromedp.Navigate(address))
				}
				if strings.HasPrefix(page.name, "live") {
					p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
				}
				p.checkFit(page.name+" "+theme, v)
				if v == laptop && theme == "light" || v == phone && theme == "dark" { // each theme and each size once
					p.checkAccess(script, page.name+" "+theme, v, page.token == "")
				}
				p.save(page.name + "-" + v.name + "-" + theme)
			}
		}
		p.expect("404") // the browser logs the pages that we ask for and there are not
		p.expect("401")
	}
}

// checkFit fails when the page is wider than its window.
func (p *browserPage) checkFit(name string, v view) {
	p.t.Helper()
	if got := eval[int64](p, "document.documentElement.scrollWidth"); got > v.width {
		wide := eval[string](p, fmt.Sprintf(`[...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > %d
			&& !e.closest('.scroll, .cmd, .nav, .flame')).slice(0, 3).map((e) => e.tagName + '.' + e.className).join(', ')`, v.width))
		p.t.Errorf("%s is %d px wide at %s: %s", name, got, v.name, wide)
	}
}

// save leaves a picture where somebody asked for it.
func (p *browserPage) save(name string) {
	p.t.Helper()
	dir := os.Getenv("LEAKLINE_SCREENSHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatalf("taking a picture of %s: %v", name, err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// prefer emulates the system's theme.
func prefer(theme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
		})
		return err
	})
}
