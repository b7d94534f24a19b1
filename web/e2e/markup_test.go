package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/pprof/profile"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/agent"
)

// hostile is what the outside may put into any name. Each would leave a trace
// if a page took it for more than text.
var hostile = []string{
	`<img src=x onerror=trace('img')>`,
	`"><script>trace('script')</script>`,
	`'><svg onload=trace('svg')>`,
	`</title></textarea></style></script><script>trace('closed')</script>`,
	`javascript:trace('url')`,
	`{{constructor.constructor('trace(1)')()}}`,
	"${trace('template')}`;trace('tick')//",
	`" onmouseover="trace('attribute')" autofocus onfocus="trace('focus')" x="`,
	"\u202egnp.exe\u2066\u2028<b>bidi</b>",
	"nul\x00bell\x07escape\x1b[31m<i>\r\n</i>",
	strings.Repeat("W", 4000) + "<u>",
	`\" \\" &lt;u&gt; &#60;u&#62; %3Cu%3E`,
}

// hostileProfile is a heap profile whose every string is hostile, one function
// for each.
func hostileProfile(t testing.TB, scale int64) []byte {
	t.Helper()
	p := &profile.Profile{
		SampleType: []*profile.ValueType{
			{Type: "alloc_objects", Unit: "count"}, {Type: "alloc_space", Unit: "bytes"},
			{Type: "inuse_objects", Unit: "count"}, {Type: "inuse_space", Unit: "bytes"},
			{Type: hostile[0], Unit: hostile[1]},
		},
		DefaultSampleType: hostile[2],
		PeriodType:        &profile.ValueType{Type: "space", Unit: "bytes"}, Period: 1,
		Comments: hostile, DropFrames: hostile[3], KeepFrames: hostile[0], TimeNanos: time.Now().UnixNano(),
	}
	for i, name := range hostile {
		m := &profile.Mapping{ID: uint64(i + 1), File: "/" + name, BuildID: name, Start: uint64(i+1) << 20, Limit: uint64(i+2) << 20, HasFunctions: true}
		f := &profile.Function{ID: uint64(i + 1), Name: "main." + name, SystemName: name, Filename: "/app/" + name, StartLine: 1}
		l := &profile.Location{ID: uint64(i + 1), Mapping: m, Address: m.Start + 1, Line: []profile.Line{{Function: f, Line: int64(i + 1)}}}
		p.Mapping, p.Function, p.Location = append(p.Mapping, m), append(p.Function, f), append(p.Location, l)
		n := scale * int64(len(hostile)-i)
		p.Sample = append(p.Sample, &profile.Sample{
			Location: p.Location[max(0, i-3):], Value: []int64{n, n << 20, n, n << 20, 1},
			Label: map[string][]string{name: {name}}, NumLabel: map[string][]int64{"bytes": {1 << 20}, name: {1}}, NumUnit: map[string][]string{"bytes": {"bytes"}, name: {name}},
		})
		p.Sample[i].Location = []*profile.Location{l, p.Location[0]}
	}
	return written(t, p)
}

// hostileGoroutines is the same of goroutines.
func hostileGoroutines(t testing.TB) []byte {
	t.Helper()
	p, err := profile.ParseData(hostileProfile(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	p.SampleType = []*profile.ValueType{{Type: "goroutine", Unit: "count"}}
	p.PeriodType, p.DefaultSampleType = p.SampleType[0], ""
	for _, s := range p.Sample {
		s.Value = s.Value[:1]
	}
	return written(t, p)
}

func written(t testing.TB, p *profile.Profile) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// watchForTraces has every page of a tab note what ran and what its policy
// refused.
func (p *browserPage) watchForTraces() {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
			window.traces = [];
			window.trace = window.alert = window.confirm = window.prompt = (what) => { window.traces.push('ran ' + what); };
			document.addEventListener('securitypolicyviolation', (e) => window.traces.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample));`})
		return err
	}))
}

// checkMarkup fails when something in the page ran, or came to be an element,
// that no template of ours has.
func (p *browserPage) checkMarkup(where string) {
	p.t.Helper()
	if got := eval[[]string](p, `window.traces`); len(got) > 0 {
		p.t.Errorf("%s: %v", where, got)
	}
	const odd = `[...document.querySelectorAll('*')].filter((e) =>
		['IMG', 'IFRAME', 'OBJECT', 'EMBED', 'BASE', 'U', 'I', 'STYLE', 'FOREIGNOBJECT'].includes(e.tagName.toUpperCase())
		|| (e.tagName === 'SCRIPT' && !(e.getAttribute('src') ?? '').startsWith('/static/'))
		|| (e.tagName === 'META' && e.httpEquiv)
		|| [...e.attributes].some((a) => a.name.startsWith('on') || /^\s*(javascript|data|vbscript):/i.test(a.value) && ['href', 'src', 'action', 'formaction', 'xlink:href'].includes(a.name)))
		.map((e) => e.outerHTML.slice(0, 120))`
	if got := eval[[]string](p, odd); len(got) > 0 {
		p.t.Errorf("%s has elements that no template has: %q", where, got)
	}
}

// says fails unless the page shows a text as it is, in what it says or in a
// field.
func (p *browserPage) says(where, text string) {
	p.t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		p.t.Fatal(err)
	}
	if !eval[bool](p, `document.body.textContent.includes(`+string(quoted)+`)
		|| [...document.querySelectorAll('input')].some((e) => e.value.includes(`+string(quoted)+`))`) {
		p.t.Errorf("%s does not say %q", where, text)
	}
}

// Names that come from outside are text, whatever they say: in a profile that
// somebody uploads, in labels, in what people call themselves.
func TestMarkupInNamesIsText(t *testing.T) {
	t.Parallel()
	l := startLab(t, smallList)
	dir := t.TempDir()
	var files []string
	for i, scale := range []int64{1, 5} {
		name := filepath.Join(dir, strconv.Itoa(i)+`<img src=x onerror=trace('file')>".pb.gz`)
		if err := os.WriteFile(name, hostileProfile(t, scale), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	p := newPage(t, startBrowser(t))
	p.watchForTraces()
	p.do(chromedp.Navigate(l.link("/diff", instructorToken)))
	p.do(chromedp.SetUploadFiles(chromedp.CSS("input[name=base]"), files[:1]), chromedp.SetUploadFiles(chromedp.CSS("input[name=head]"), files[1:]))
	p.do(chromedp.Click(chromedp.CSS("form[action='/api/v1/snapshots/upload'] button")))
	p.until(15*time.Second, `location.pathname === '/diff' && location.search.includes('head=')`)
	compared := eval[string](p, `location.pathname + location.search`)
	base := eval[string](p, `new URLSearchParams(location.search).get('base')`)
	for _, sample := range []string{"inuse_space", "alloc_space"} {
		p.do(chromedp.Navigate(l.base + compared + "&sample=" + sample))
		p.until(15*time.Second, `document.querySelectorAll('[data-icicle-graph] [role=treeitem]').length > 3`)
		for _, text := range []string{hostile[0], hostile[1], hostile[4], "main." + hostile[5]} {
			p.says("the diff", text)
		}
		eval[bool](p, `(document.querySelectorAll('details').forEach((d) => { d.open = true; }), true)`)
		for i := range 4 {
			eval[bool](p, fmt.Sprintf(`(() => {
				const all = document.querySelectorAll('[data-icicle-graph] [role=treeitem]');
				const it = all[%d %% all.length];
				it.focus();
				it.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
				it.dispatchEvent(new PointerEvent('pointermove', { bubbles: true }));
				return true;
			})()`, i))
			p.checkMarkup("the call tree, item " + strconv.Itoa(i))
		}
		eval[bool](p, `(() => { const f = document.querySelector('[data-icicle-find]'); f.value = '<img'; f.dispatchEvent(new Event('input', { bubbles: true })); return true; })()`)
		p.checkMarkup("the diff of " + sample)
	}
	p.save("markup-diff")

	for i, label := range hostile {
		if len(label) > 70 || strings.ContainsAny(label, "\x00\u2028") {
			continue
		}
		l.api(http.MethodPost, "snapshots", map[string]string{"label": strconv.Itoa(i) + label}, nil)
	}
	l.api(http.MethodPatch, "snapshots/"+base, map[string]string{"label": hostile[1]}, nil)
	for _, path := range []string{"/snapshots", "/diff", "/?window=5m", "/learn", "/debug/self", "/audit", "/report"} {
		p.do(chromedp.Navigate(l.base + path))
		switch path {
		case "/snapshots":
			for _, text := range []string{hostile[0], hostile[1], hostile[2], hostile[4]} {
				p.says(path, text)
			}
			eval[bool](p, `(document.querySelector('[data-delete]')?.click(), true)`)
		case "/?window=5m":
			p.until(15*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
			marks := eval[int](p, `document.querySelectorAll('[data-mark]').length`)
			l.api(http.MethodPost, "snapshots", map[string]string{"label": "late" + hostile[0]}, nil)
			p.until(10*time.Second, `document.querySelectorAll('[data-mark]').length > `+strconv.Itoa(marks))
		}
		p.checkMarkup(path)
	}

	member := eval[int](p, `fetch('/api/v1/room/me', { method: 'PUT', headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ name: "<img src=x onerror=trace('name')>", lesson: 'identify-the-leak', step: 'the-pattern' }) }).then((r) => r.status)`)
	if member/100 != 2 {
		t.Errorf("joining the room: status %d", member)
	}
	for _, path := range []string{"/learn/identify-the-leak", "/room"} {
		p.do(chromedp.Navigate(l.base + path))
		p.checkMarkup(path)
	}
	p.expect("404") // the browser logs the pages that we ask for and there are not

	// pprof's pages are not ours: what runs there runs without our origin.
	for _, view := range []string{"flamegraph", "top", "peek?f=."} {
		p.do(chromedp.Navigate(l.base + "/pprof/" + base + "/" + view))
		p.until(10*time.Second, `document.readyState === 'complete'`)
		if got := eval[string](p, `self.origin + ' ' + window.traces.filter((what) => what.startsWith('ran')).join()`); got != "null " {
			t.Errorf("pprof's %s: origin and what ran: %q, want null and nothing", view, got)
		}
	}

	p.do(chromedp.Navigate(l.base + "/diff?base=" + strings.ReplaceAll(`<script>trace(1)</script>`, " ", "%20") + "&head=%22%3E%3Cimg src=x onerror=trace(2)%3E"))
	p.checkMarkup("a diff of what there is not")
	p.do(chromedp.Navigate(l.base + "/nothing/%3Cimg src=x onerror=trace(3)%3E"))
	p.says("a page that is not there", "<img src=x onerror=trace(3)>")
	p.checkMarkup("a page that is not there")
	p.expect("404")
}

// A service that is watched may say anything of itself.
func TestAHostileServiceIsText(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/leakline/readings", func(w http.ResponseWriter, r *http.Request) {
		hello := agent.Hello{Process: profiler.Process{
			PID: 7, Start: time.Now(), GoVersion: hostile[0], Build: hostile[1], GOMAXPROCS: 1, MemProfileRate: 1, GOGC: 100,
		}, EveryMS: 100, Metrics: append([]string{hostile[2]}, "live", "in_use")}
		out := json.NewEncoder(w)
		out.Encode(hello)
		for tick := time.NewTicker(100 * time.Millisecond); ; {
			fmt.Fprintf(w, "{\"t\":%d,\"v\":[1,1e6,2e6]}\n", time.Now().UnixMilli())
			http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-tick.C:
			}
		}
	})
	scale := int64(0)
	mux.HandleFunc("/debug/pprof/heap", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("debug") == "1" {
			fmt.Fprintf(w, "heap profile: 1: 1 [1: 1] @ heap/1\n\n# runtime.MemStats\n# Alloc = %s\n# HeapAlloc = 1000\n", hostile[0])
			return
		}
		scale++
		w.Write(hostileProfile(t, scale))
	})
	mux.HandleFunc("/debug/leakline/snapshot", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(agent.HeaderGCCycle, hostile[0])
		w.Write(hostileProfile(t, 100))
	})
	mux.HandleFunc("/debug/pprof/goroutine", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("debug") == "" {
			w.Write(hostileGoroutines(t))
			return
		}
		if r.FormValue("debug") == "2" {
			for i, name := range hostile[:2] {
				fmt.Fprintf(w, "goroutine %d [chan receive, 9 minutes]:\nmain.%s(0x1)\n\t/app/%s:%d +0x1\n\n", i+1, name, name, i+1)
			}
			return
		}
		fmt.Fprint(w, "goroutine profile: total 2\n")
		for i, name := range hostile[:2] {
			fmt.Fprintf(w, "1 @ 0x%d\n#\t0x%d\tmain.%s+0x1\t/app/%s:%d\n\n", i+1, i+1, name, name, i+1)
		}
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Odd", hostile[0])
		http.Error(w, hostile[1], http.StatusTeapot)
	})
	service := httptest.NewServer(mux)
	t.Cleanup(service.Close)
	t.Cleanup(service.CloseClientConnections)

	l := prepare(t, "attach", service.URL, service.URL+"/%3Cimg%20src=x%20onerror=trace('url')%3E")
	l.begin()
	p := newPage(t, startBrowser(t))
	p.watchForTraces()
	p.do(chromedp.Navigate(l.link("/", instructorToken)))
	p.until(20*time.Second, `document.querySelectorAll('[data-target-link]').length === 2`)
	l.eventually(30*time.Second, "snapshots of it", func() bool {
		var kept struct{ Snapshots []struct{ ID string } }
		l.api("GET", "snapshots", nil, &kept)
		return len(kept.Snapshots) > 0
	})
	p.click("[data-do=snapshot]")
	p.until(10*time.Second, `/^Snapshot \d+ taken/.test(document.querySelector('[data-control-status]').textContent)`)
	p.checkMarkup("the live page")
	second := eval[string](p, `document.querySelectorAll('[data-target-link]')[1].getAttribute('href')`)
	for _, path := range []string{second, "/fleet", "/fleet/compare", "/snapshots", "/diff?base=1&head=2", "/report", "/debug/self", "/holders"} {
		p.do(chromedp.Navigate(l.base + path))
		p.checkMarkup(path)
	}
	p.do(chromedp.Navigate(l.base + "/diff?base=1&head=2"))
	p.until(15*time.Second, `document.querySelectorAll('[data-icicle-graph] [role=treeitem]').length > 3`)
	p.says("the diff", hostile[1])
	p.checkMarkup("the diff")
	for _, status := range []string{"400", "404", "418", "501", "502", "503"} {
		p.expect(status)
	}
}
