package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A fleet is found in a file while the observer runs: the line that grows on
// some of its processes comes first, processes come and go with the file, and a
// file that is broken for a moment loses nothing.
func TestAFleetIsWatchedOnOnePage(t *testing.T) {
	t.Parallel() // it waits more than it works
	leaking, _ := startService(t, "member", "leak")
	second, _ := startService(t, "member", "leak")
	sound, _ := startService(t, "member")
	hosts := []string{host(leaking), host(sound), host(second)}
	file := filepath.Join(t.TempDir(), "fleet.json")
	write := func(hosts ...string) {
		raw, err := json.Marshal([]map[string]any{{"targets": hosts, "labels": map[string]string{"env": "prod"}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(hosts[:2]...)
	l := start(t, "attach", "--file-sd", file)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/fleet", instructorToken)))
	rows := func(n string) {
		t.Helper()
		p.until(15*time.Second, `document.querySelectorAll('[data-instance]').length === `+n)
	}
	rows("2")
	write(hosts...)
	rows("3")
	if err := os.WriteFile(file, []byte("- not JSON"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.until(15*time.Second, `document.querySelector('[data-swap=sources]').textContent.includes('What it said before stands')`)
	rows("3")
	write(hosts...)

	// Which line, on how many, and where.
	p.until(90*time.Second, `document.querySelector('[data-swap=lead]').textContent.includes('2 of 3 processes have a fault. main.remember grows on 2 of 3.')`)
	first := eval[string](p, `document.querySelector('[data-swap=sites] tbody tr').textContent`)
	if !strings.Contains(first, "main.remember") || !strings.Contains(first, hosts[0]) || !strings.Contains(first, hosts[2]) || strings.Contains(first, hosts[1]) {
		t.Errorf("the line that grows most widely is told as %q", first)
	}
	if top := eval[string](p, `document.querySelector('[data-instance]').dataset.instance`); top == hosts[1] {
		t.Error("the process without a fault comes first")
	}
	script := accessScript(t)
	for _, theme := range []string{"light", "dark"} {
		for _, v := range views {
			p.do(chromedp.EmulateViewport(v.width, v.height), prefer(theme))
			p.checkFit("fleet "+theme, v)
			if (theme == "light") == (v.width > 600) {
				p.checkAccess(script, "fleet "+theme, v, false)
			}
			p.save("fleet-" + v.name + "-" + theme)
		}
	}

	// Two processes are compared by their newest heaps, taken now: by itself the
	// observer keeps one every half minute at most.
	for _, h := range hosts[:2] {
		l.api(http.MethodPost, "snapshots?target="+url.QueryEscape(h), map[string]string{}, nil)
	}
	p.click(`input[value="` + hosts[1] + `"]`)
	p.click(`input[value="` + hosts[0] + `"]`)
	p.click(`[data-swap=processes] form button`)
	p.until(15*time.Second, `location.pathname === '/diff' && document.body?.textContent.includes('main.remember')`)

	p.do(chromedp.Navigate(l.base + "/fleet"))
	write(hosts[1])
	p.until(15*time.Second, `[...document.querySelectorAll('[data-instance]')].filter((row) => row.textContent.includes('Not listed any more')).length === 2`)
	write(hosts...)
	p.until(15*time.Second, `!document.querySelector('[data-swap=processes]').textContent.includes('Not listed any more')`)
	p.do(chromedp.Navigate(l.base + "/?target=none"))
	p.until(5*time.Second, `document.body?.textContent.includes('there is only ')`)
	p.expect("404")
}

func host(url string) string { return strings.TrimPrefix(url, "http://") }
