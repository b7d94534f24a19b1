package e2e_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/color"
	"image/png"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What somebody looks at stands in the address, without the token, and the
// address leads somebody else to the same.
func TestALinkOpensTheSameView(t *testing.T) {
	t.Parallel()
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

	// What is exported is what is shown, to the millisecond.
	rows := eval[[]int64](p, `fetch(document.querySelector('[data-csv]').href).then((r) => r.text()).then((csv) =>
		csv.trim().split('\n').slice(1).map((row) => Date.parse(row.split(',')[0])))`)
	from, to := query.Get("from"), query.Get("to")
	if len(rows) == 0 || fmt.Sprint(rows[0]) < from || fmt.Sprint(rows[len(rows)-1]) > to {
		t.Errorf("%d readings exported: %v, want those from %s to %s", len(rows), rows, from, to)
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

// Who has neither Shift nor a comma moves what is shown by buttons, which a
// thumb can press.
func TestAZoomedRangeIsMovedByButtons(t *testing.T) {
	t.Parallel()
	l := startLab(t, smallList)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/?window=1m", viewerToken)))
	p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
	if eval[bool](p, `document.querySelector('[data-pan]').checkVisibility()`) {
		t.Error("the buttons are there before anybody has zoomed")
	}
	p.do(chromedp.KeyEvent("+"))
	p.until(5*time.Second, `[...document.querySelectorAll('[data-pan]')].every((b) => b.checkVisibility())`)
	const shown = `['tFrom', 'tTo'].map((k) => Number(document.querySelector('[data-strip=memory]').dataset[k]))`
	p.until(5*time.Second, `(([from, to]) => to - from < 40_000)(`+shown+`)`) // the buttons may come a frame before
	was := eval[[]float64](p, shown)
	half := (was[1] - was[0]) / 2
	for _, step := range []struct {
		label string
		by    float64 // halves of the range from where it began
	}{{"Earlier", -1}, {"Earlier", -2}, {"Later", -1}} {
		p.click(`[data-pan][aria-label="` + step.label + `"]`)
		p.until(5*time.Second, fmt.Sprintf(`%s.every((t, i) => Math.abs(t - [%f, %f][i]) < 2)`, shown, was[0]+step.by*half, was[1]+step.by*half))
	}
	p.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
	if least := eval[float64](p, `Math.min(...[...document.querySelectorAll('[data-pan]')].flatMap((b) => [b.offsetWidth, b.offsetHeight]))`); least < 40 {
		t.Errorf("a thumb has %.0f px to press", least)
	}
	p.checkFit("a zoomed range", view{"390x844", 390, 844})
	p.save("zoomed-390x844")
}

// The live page leads to itself in large type and back, what is shown with it.
func TestTheLivePageHasALargeView(t *testing.T) {
	t.Parallel()
	l := startLab(t, smallList)
	browser := startBrowser(t)
	for _, token := range []string{instructorToken, viewerToken} {
		p := newPage(t, browser)
		p.do(chromedp.Navigate(l.link("/", token)))
		p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
		small := eval[float64](p, `parseFloat(getComputedStyle(document.querySelector('[data-other]')).fontSize)`)
		p.click(`[data-window="15m"]`)
		p.until(5*time.Second, `location.search.includes('window=15m')`)
		p.click("[data-other]")
		p.until(10*time.Second, `document.querySelector('[data-other]')?.textContent === 'Normal view'
			&& document.querySelector('[data-window="15m"]').getAttribute('aria-pressed') === 'true'`)
		if large := eval[float64](p, `parseFloat(getComputedStyle(document.querySelector('[data-other]')).fontSize)`); large < 1.2*small {
			t.Errorf("the large view has type of %.1f px, the other %.1f", large, small)
		}
		p.click("[data-other]")
		p.until(10*time.Second, `document.querySelector('[data-other]')?.textContent === 'Large view'`)
	}
}

// Who listens to a chart hears the time and its values by the names beside it,
// from the key as from the focus.
func TestAChartIsSpoken(t *testing.T) {
	t.Parallel()
	l := startLab(t, smallList)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/?window=1m", viewerToken)))
	p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax && document.querySelector('li[data-column=floor] [data-value]').textContent !== '–'`)
	time.Sleep(2 * time.Second) // readings to step through
	for _, chart := range []struct{ strip, about, says string }{
		{"memory", "Memory: live after GC, in use, goal, RSS and limit", `floor [\d.]+\s\w+, in use [\d.]+\s\w+, GC goal [\d.]+\s\w+, RSS `},
		{"alloc", "Allocation rate in bytes and in objects", `bytes [\d.]+\s\w+/s, objects `},
	} {
		canvas := "canvas[data-strip=" + chart.strip + "]"
		says := `\d\d:\d\d:\d\d: ` + chart.says
		p.do(chromedp.Focus(chromedp.CSS(canvas)))
		l.eventually(20*time.Second, "a reading that is whole", func() bool { // a stream that pauses leaves one without values
			p.do(chromedp.KeyEvent(kb.ArrowLeft))
			time.Sleep(600 * time.Millisecond) // it is said once the keys rest
			return eval[bool](p, fmt.Sprintf(`new RegExp(%q).test(document.querySelector('[data-spoken]').textContent)`, "^"+says))
		})
		eval[bool](p, `(document.activeElement.blur(), document.querySelector('`+canvas+`').focus(), true)`)
		p.until(5*time.Second, fmt.Sprintf(`new RegExp(%q).test(document.activeElement.getAttribute('aria-label'))`, "^"+chart.about+`\. `+says))
	}
}

// The script moves the pieces that the server drew, and they still fill the bar.
func TestMemoryBarIsKeptAndAddsUp(t *testing.T) {
	t.Parallel()
	l := startLab(t, smallList)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/?window=1m", instructorToken)))
	p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
	eval[bool](p, `(document.querySelector('[data-membar]').scrollIntoView(), true)`)
	before := eval[string](p, `document.querySelector('[data-mem-aside]').textContent`)
	p.until(5*time.Second, fmt.Sprintf(`document.querySelector('[data-mem-aside]').textContent !== %q`, before))

	// The limit is out of sight, so the bar ends where the parts do.
	share := eval[float64](p, `['live', 'dead', 'free', 'stacks', 'runtime', 'outside'].reduce((all, key) =>
		all + (document.querySelector('li[data-mem=' + key + ']').hidden ? 0 : parseFloat(document.querySelector('rect[data-mem=' + key + ']').getAttribute('width'))), 0) / 100`)
	words := eval[string](p, `document.querySelector('[data-mem-bar]').getAttribute('aria-label')`)
	if !strings.HasPrefix(words, "RSS ") || !strings.Contains(words, "limit 512\u00a0MiB") {
		t.Errorf("a reader hears %q", words)
	}
	if math.Abs(share-1) > 0.002 {
		t.Errorf("the parts take %.4f of the bar", share)
	}
	p.click("[data-sizes] summary")
	p.until(5*time.Second, `document.querySelectorAll('[data-sizes-body] tbody tr').length > 5`)
	for _, theme := range []string{"light", "dark"} {
		for _, v := range append(views, projector) {
			p.do(chromedp.EmulateViewport(v.width, v.height), prefer(theme))
			eval[bool](p, `(document.querySelector('[data-membar]').scrollIntoView({block: 'center'}), true)`)
			time.Sleep(200 * time.Millisecond)
			p.checkFit("memory bar "+theme, v)
			p.save("membar-" + v.name + "-" + theme)
		}
	}
	p.do(chromedp.EmulateViewport(projector.width, projector.height), chromedp.Navigate(l.link("/?window=1m&view=room", viewerToken)))
	p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
	p.checkFit("live in a room", projector)
	p.save("live-large-1920x1080-dark")
}

// A picture of the charts has them all, in the colours of the page.
func TestChartsAreSavedAsAPicture(t *testing.T) {
	t.Parallel()
	l := startLab(t, smallList)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/?window=1m", viewerToken)))
	p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
	time.Sleep(4 * time.Second)
	eval[bool](p, `(() => {
		const address = URL.createObjectURL;
		URL.createObjectURL = (blob) => { window.saved = blob; return address.call(URL, blob); };
		HTMLAnchorElement.prototype.click = function () { window.savedAs = this.download; };
		return true;
	})()`)
	p.click("[data-png]")
	p.until(5*time.Second, `window.savedAs`)
	if got := eval[string](p, `window.savedAs`); !regexp.MustCompile(`^leakline-\d{6}\.png$`).MatchString(got) {
		t.Errorf("it is saved as %q", got)
	}
	picture := eval[struct {
		Type          string
		Width, Height int
		Charts        int // how high they are together
		Base64        string
	}](p, `(async () => {
		const strips = [...document.querySelectorAll('canvas[data-strip]')], image = await createImageBitmap(window.saved);
		const bytes = new Uint8Array(await window.saved.arrayBuffer());
		return { Type: window.saved.type, Width: image.width, Height: image.height, Charts: strips.reduce((all, s) => all + s.clientHeight, 0),
			Base64: btoa([...bytes].map((b) => String.fromCharCode(b)).join('')) };
	})()`)
	raw, err := base64.StdEncoding.DecodeString(picture.Base64)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(raw))
	if err != nil || picture.Type != "image/png" {
		t.Fatalf("what is saved is %s, %v", picture.Type, err)
	}
	if picture.Height <= picture.Charts {
		t.Errorf("it is %d high, the charts alone %d: where are title and time?", picture.Height, picture.Charts)
	}
	seen := map[color.Color]bool{}
	for y := range picture.Height {
		for x := range picture.Width {
			seen[decoded.At(x, y)] = true
		}
	}
	if len(seen) < 20 { // text and lines are smoothed
		t.Errorf("it has %d colours", len(seen))
	}
	if dir := os.Getenv("LEAKLINE_SCREENSHOTS"); dir != "" {
		os.WriteFile(filepath.Join(dir, "saved.png"), raw, 0o644)
	}
}
