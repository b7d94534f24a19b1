package e2e_test

import (
	"fmt"
	"math"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// What somebody looks at stands in the address, without the token, and the
// address leads somebody else to the same.
func TestALinkOpensTheSameView(t *testing.T) {
	l := startLab(t, smallList)
	browser := startBrowser(t)
	p := newPage(t, browser)
	p.do(chromedp.Navigate(l.link("/?window=1m", instructorToken)))
	p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
	time.Sleep(6 * time.Second)
	for _, key := range []string{"+", "+", ",", "t"} {
		p.do(chromedp.KeyEvent(key))
	}
	p.do(chromedp.KeyEvent("p"))
	p.until(5*time.Second, `location.search.includes('from=') && location.search.includes('table=1') && location.search.includes('at=')`)
	address := eval[string](p, "location.pathname + location.search")
	if strings.Contains(address, "token") {
		t.Errorf("the address holds the token: %s", address)
	}
	query, err := url.ParseQuery(address[strings.Index(address, "?")+1:])
	if err != nil {
		t.Fatal(err)
	}

	other := newPage(t, browser)
	other.do(chromedp.Navigate(l.link(address, viewerToken)))
	other.until(10*time.Second, `document.querySelector('[data-pause]').getAttribute('aria-pressed') === 'true'
		&& document.querySelector('[data-table-body] tr') && document.querySelector('[data-window="1m"]').getAttribute('aria-pressed') === 'true'`)
	edges := `['tFrom', 'tTo'].map((k) => Math.round(document.querySelector('[data-strip=memory]').dataset[k])).join()`
	other.until(5*time.Second, fmt.Sprintf(`%s === '%s,%s'`, edges, query.Get("from"), query.Get("to")))

	other.do(chromedp.KeyEvent("f"))
	other.until(5*time.Second, `!location.search.includes('from=') && !location.search.includes('at=')`)
}

// The script moves the pieces that the server drew, and they still fill the bar.
func TestMemoryBarIsKeptAndAddsUp(t *testing.T) {
	l := startLab(t, smallList)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/?window=1m", instructorToken)))
	p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
	eval[bool](p, `(document.querySelector('[data-membar]').scrollIntoView(), true)`)
	before := eval[string](p, `document.querySelector('[data-mem-aside]').textContent`)
	p.until(5*time.Second, fmt.Sprintf(`document.querySelector('[data-mem-aside]').textContent !== %q`, before))

	// The limit is out of sight, so the bar ends where the parts do.
	share := eval[float64](p, `['live', 'dead', 'free', 'stacks', 'runtime', 'outside'].reduce((all, key) =>
		all + (document.querySelector('li[data-mem=' + key + ']').hidden ? 0 : Number(document.querySelector('rect[data-mem=' + key + ']').getAttribute('width'))), 0) / 1000`)
	words := eval[string](p, `document.querySelector('[data-mem-bar]').getAttribute('aria-label')`)
	if !strings.HasPrefix(words, "RSS ") || !strings.Contains(words, "limit 512\u00a0MiB") {
		t.Errorf("a reader hears %q", words)
	}
	if math.Abs(share-1) > 0.002 {
		t.Errorf("the parts take %.4f of the bar", share)
	}
	for _, theme := range []string{"light", "dark"} {
		for _, v := range append(views, view{"1920x1080", 1920, 1080}) {
			p.do(chromedp.EmulateViewport(v.width, v.height), prefer(theme))
			eval[bool](p, `(document.querySelector('[data-membar]').scrollIntoView({block: 'center'}), true)`)
			time.Sleep(200 * time.Millisecond)
			p.checkFit("memory bar "+theme, v)
			p.save("membar-" + v.name + "-" + theme)
		}
	}
	if os.Getenv("LEAKLINE_SCREENSHOTS") != "" {
		p.do(chromedp.EmulateViewport(1920, 1080), chromedp.Navigate(l.link("/?window=1m&view=room", viewerToken)))
		time.Sleep(2 * time.Second)
		p.save("room-1920x1080-dark")
	}
}
