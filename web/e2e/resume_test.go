package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// lastPoint is the time, in ms, up to which the memory chart reaches.
const lastPoint = `Number(document.querySelector('[data-strip=memory]').dataset.tTo)`

func TestPageGoesOnAfterTheObserverWasRestarted(t *testing.T) {
	t.Parallel() // it waits more than it works
	first := startLab(t, smallList)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(first.link("/?window=1m", instructorToken)))
	p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
	eval[bool](p, `window.sameDocument = true`)

	first.stop()
	p.until(10*time.Second, `!document.querySelector('[data-note]').hidden`)
	second := startLab(t, smallList, "--listen", strings.TrimPrefix(first.base, "http://"))
	restarted := time.Now().UnixMilli()
	p.until(20*time.Second, fmt.Sprintf(`%s > %d`, lastPoint, restarted+1000))
	p.until(5*time.Second, `document.querySelector('[data-note]').hidden`)
	p.until(5*time.Second, `document.querySelector('[data-status]').textContent.includes('running')`)
	if !eval[bool](p, `window.sameDocument === true`) {
		t.Error("the page was reloaded")
	}
	if got := second.state().Generation; got != 1 {
		t.Errorf("the new observer's patient is generation %d, want 1", got)
	}
	// The browser logs what it could not reach while there was no observer.
	p.expect("net::ERR_")
	p.expect("WebSocket")
	p.expect("503")
}
