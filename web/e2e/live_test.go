package e2e_test

import (
	"fmt"
	"math"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// smallList keeps the patient quick under the race detector's share of a busy
// machine; parsing is the same, there is less of it.
const smallList = "--risky-users=2000"

func TestFloorIsDrawnWhereHistorySaysItIs(t *testing.T) {
	l := startLab(t, smallList)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/?window=1m", instructorToken)))
	p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
	time.Sleep(8 * time.Second) // something to draw
	p.do(chromedp.KeyEvent("p"))
	p.until(5*time.Second, `document.querySelector('[data-pause]').getAttribute('aria-pressed') === 'true'`)

	h := l.history("1m")
	scale := eval[map[string]float64](p, `Object.fromEntries(Object.entries(document.querySelector('[data-strip=memory]').dataset)
		.filter(([, v]) => v !== '' && Number.isFinite(Number(v))).map(([k, v]) => [k, Number(v)]))`)
	for _, share := range []float64{0.3, 0.6, 0.9} {
		at := float64(h.T[0]) + share*(scale["tTo"]-float64(h.T[0]))
		i := nearest(h.T, calm(h.Values["floor"], scale["yMax"]/100), int64(at))
		if i < 0 {
			t.Fatal("no floor in all of history")
		}
		floor := h.Values["floor"][i]
		x := scale["plotLeft"] + (float64(h.T[i])-scale["tFrom"])/(scale["tTo"]-scale["tFrom"])*(scale["plotRight"]-scale["plotLeft"])
		want := scale["plotBottom"] - *floor/scale["yMax"]*(scale["plotBottom"]-scale["plotTop"])
		got := eval[float64](p, fmt.Sprintf(floorPixel, x))
		if math.Abs(got-want) > 2 {
			t.Errorf("at %.0f %%: floor of %.0f bytes drawn at y = %.1f, want %.1f ± 2", 100*share, *floor, got, want)
		}
	}
}

// floorPixel finds the y, in CSS pixels, of the middle of the pixels that have
// the floor's colour in the columns next to x.
const floorPixel = `(() => {
	const canvas = document.querySelector('[data-strip=memory]');
	const probe = document.createElement('span');
	probe.style.color = 'var(--c-floor)';
	document.body.append(probe);
	const [r, g, b] = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number);
	probe.remove();
	const dpr = canvas.width / canvas.clientWidth;
	const bottom = Number(canvas.dataset.plotBottom);
	const ys = [];
	for (let dx = -1; dx <= 1; dx++) {
		const column = canvas.getContext('2d').getImageData(Math.round((%f + dx) * dpr), 0, 1, Math.round(bottom * dpr)).data;
		for (let y = 0; y * 4 < column.length; y++) {
			const d = Math.abs(column[4 * y] - r) + Math.abs(column[4 * y + 1] - g) + Math.abs(column[4 * y + 2] - b);
			if (d < 60 && column[4 * y + 3] > 200) ys.push(y / dpr);
		}
	}
	ys.sort((a, b) => a - b);
	return ys.length ? ys[Math.floor(ys.length / 2)] : -1;
})()`

// nearest returns the index of the time closest to at of those that have a
// figure, -1 when none has: without a collection in a tenth of a second there is
// no floor.
func nearest(times []int64, figures []*float64, at int64) int {
	best := -1
	for i, t := range times {
		if figures[i] != nil && (best < 0 || abs(t-at) < abs(times[best]-at)) {
			best = i
		}
	}
	return best
}

// calm leaves the points whose neighbours are about as high: beside a spike the
// line's pixels are not the point's.
func calm(figures []*float64, by float64) []*float64 {
	out := make([]*float64, len(figures))
	for i := 1; i < len(figures)-1; i++ {
		before, at, after := figures[i-1], figures[i], figures[i+1]
		if before != nil && at != nil && after != nil && math.Abs(*at-*before) < by && math.Abs(*at-*after) < by {
			out[i] = at
		}
	}
	return out
}

func abs(v int64) int64 { return max(v, -v) }

func TestSwitchByInstructorIsMarkedAtViewer(t *testing.T) {
	t.Parallel() // it waits more than it works
	l := startLab(t, smallList)
	browser := startBrowser(t)
	instructor, viewer := newPage(t, browser), newPage(t, browser)
	instructor.do(chromedp.Navigate(l.link("/", instructorToken)))
	viewer.do(chromedp.Navigate(l.link("/", viewerToken)))
	for _, p := range []*browserPage{instructor, viewer} {
		p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
		if got := eval[string](p, "location.search"); strings.Contains(got, "token") {
			t.Errorf("the address still shows the token: %s", got)
		}
	}

	if n := eval[int](viewer, `document.querySelectorAll('[data-strategy-card], [role=radio], aside button').length`); n != 0 {
		t.Errorf("the viewer's page has %d controls, want none", n)
	}
	status := eval[int](viewer, `fetch('/api/v1/strategy', {method: 'PUT', headers: {'Content-Type': 'application/json'},
		body: JSON.stringify({name: 'list-scan'})}).then((r) => r.status)`)
	if status != http.StatusForbidden {
		t.Errorf("the viewer's switch is answered %d, want 403", status)
	}
	viewer.expect("403")

	instructor.click(`[data-strategy-name="redis-sismember"]`)
	viewer.until(2*time.Second, `[...document.querySelectorAll('[data-lane] button')].some((b) => b.ariaLabel?.includes('redis-sismember'))`)
	if got := l.state().Strategy; got != "redis-sismember" {
		t.Errorf("strategy = %q, want redis-sismember", got)
	}
	found := false
	for _, m := range l.history("1m").Marks {
		found = found || m.Kind == "switch" && m.From == "set-per-request" && m.To == "redis-sismember"
	}
	if !found {
		t.Error("history has no mark of the switch from set-per-request to redis-sismember")
	}
}

func TestPageSurvivesAKilledAndARestartedChecker(t *testing.T) {
	t.Parallel() // it waits more than it works
	l := startLab(t, smallList)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/", instructorToken)))
	p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
	eval[bool](p, `window.sameDocument = true`)
	l.api(http.MethodPut, "strategy", map[string]string{"name": "list-scan"}, nil)

	killChecker(t, l)
	l.eventually(10*time.Second, "generation 2", func() bool { s := l.state(); return s.Status == "running" && s.Generation == 2 })
	p.until(10*time.Second, `document.querySelector('[data-generation]').textContent === '2'`)

	p.click("[data-do=restart]")
	l.eventually(10*time.Second, "generation 3", func() bool { s := l.state(); return s.Status == "running" && s.Generation == 3 })
	p.until(10*time.Second, `document.querySelector('[data-generation]').textContent === '3'`)
	p.until(5*time.Second, `document.querySelector('[data-status]').textContent.includes('running')`)
	if !eval[bool](p, `window.sameDocument === true`) {
		t.Error("the page was reloaded")
	}
	if got := l.state().Strategy; got != "list-scan" {
		t.Errorf("after a kill and a restart %s decides, want list-scan as before", got)
	}

	h := l.history("5m")
	for column, values := range h.Values {
		if !strings.HasSuffix(column, "_per_s") {
			continue
		}
		for i, v := range values {
			if v != nil && *v < 0 {
				t.Errorf("%s is %v at point %d: a restart made a negative rate", column, *v, i)
			}
		}
	}
	kinds := map[string]bool{}
	for _, m := range h.Marks {
		kinds[m.Kind] = true
	}
	for _, want := range []string{"start", "crash", "restart", "stop"} {
		if !kinds[want] {
			t.Errorf("no mark of kind %q among %v", want, kinds)
		}
	}
}

// killChecker kills the checker child as the kernel would.
func killChecker(t *testing.T, l *labProcess) {
	t.Helper()
	for _, pid := range childrenOf(t, l.cmd.Process.Pid) {
		args, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if strings.Contains(string(args), "child\x00checker") {
			if p, err := os.FindProcess(pid); err == nil && p.Kill() == nil {
				return
			}
		}
	}
	t.Fatal("there is no checker child to kill")
}

func TestHaltedCheckerIsSaidAndResumed(t *testing.T) {
	t.Parallel() // it waits more than it works
	l := startLab(t, smallList)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/", instructorToken)))
	p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
	for life := 1; l.state().Status != "halted"; life++ {
		l.eventually(15*time.Second, "the next life, or the end of them", func() bool {
			s := l.state()
			return s.Status == "halted" || s.Status == "running" && s.Generation == life
		})
		if l.state().Status == "running" {
			killChecker(t, l)
		}
		if life > 12 {
			t.Fatal("12 short lives and the supervisor does not give up")
		}
	}
	p.until(5*time.Second, `!document.querySelector('[data-note]').hidden && document.querySelector('[data-note]').textContent.includes('not started again')`)
	p.save("halted-1440x900-light")
	p.click("[data-resume]")
	l.eventually(10*time.Second, "the checker to run again", func() bool { return l.state().Status == "running" })
	p.until(5*time.Second, `document.querySelector('[data-note]').hidden`)
}

func TestCompareNamesNewRiskySetFirst(t *testing.T) {
	l := startLab(t, smallList)
	p := newPage(t, startBrowser(t))
	time.Sleep(4 * time.Second) // some requests between ready and now
	var taken struct{ ID string }
	l.api(http.MethodPost, "snapshots", map[string]string{"label": "head"}, &taken)
	p.do(chromedp.Navigate(l.link("/snapshots", instructorToken)))
	p.until(5*time.Second, `document.querySelectorAll('tbody tr input[type=checkbox]').length >= 2`)
	eval[bool](p, `(() => { const boxes = [...document.querySelectorAll('tbody tr input[type=checkbox]')]; boxes.at(0).click(); boxes.at(-1).click(); return true; })()`)
	p.until(5*time.Second, `!document.querySelector('[data-tray-picked]').hidden`)
	p.click("[data-tray-go]")
	p.until(10*time.Second, `document.querySelector('[data-sites] tbody tr')`)
	first := eval[string](p, `document.querySelector('[data-sites] tbody tr').dataset.site`)
	if !strings.Contains(first, "newRiskySet") {
		t.Errorf("first site is %q, want newRiskySet", first)
	}
	rows := eval[[]string](p, `[...document.querySelectorAll('[data-sites] tbody tr')].map((tr) => tr.dataset.site).filter((s) => s.includes('newRiskySet'))`)
	if len(rows) != 2 {
		t.Errorf("sites of newRiskySet = %q, want two: parsing the list and filling the Set", rows)
	}
}
