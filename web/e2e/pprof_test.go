package e2e_test

import (
	"io/fs"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// pprof's own pages work in a browser under their policy, for a viewer, and
// leave nothing in the home folder.
func TestOpenInPprof(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	l := prepare(t, "lab", smallList)
	l.cmd.Env = append(l.cmd.Env, "HOME="+home, "XDG_CONFIG_HOME="+filepath.Join(home, ".config"), "PATH="+t.TempDir())
	l.begin()
	l.ready()
	l.api(http.MethodPost, "snapshots", map[string]any{}, nil)
	l.api(http.MethodPost, "snapshots", map[string]any{}, nil)

	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/snapshots", viewerToken)))
	p.click(`a[href="/pprof/2/flamegraph"]`)
	const drawn = `document.querySelectorAll('#stack-chart .boxbg, #stack-chart .boxtext, #stack-chart .box').length > 5`
	p.until(10*time.Second, drawn)
	p.save("pprof-flamegraph")
	if origin := eval[string](p, `self.origin`); origin != "null" {
		t.Errorf("pprof's page runs as %s, want an origin of its own", origin)
	}
	p.do(chromedp.Navigate(l.base + "/pprof/2/top?si=alloc_space"))
	p.until(10*time.Second, `document.querySelector('#rows, table')?.textContent.includes('newRiskySet') || document.querySelectorAll('tr').length > 5`)
	p.save("pprof-top")

	p.do(chromedp.Navigate(l.base + "/diff?base=1&head=2&sample=alloc_space"))
	if !eval[bool](p, `document.body.textContent.includes("its graph needs Graphviz's dot")`) {
		t.Error("the diff does not say what pprof's graph needs")
	}
	p.click(`a[href^="/pprof/diff/1/2/flamegraph"]`)
	p.until(10*time.Second, drawn)
	p.do(chromedp.Navigate(l.base + "/pprof/diff/1/2/top?si=alloc_space"))
	p.until(10*time.Second, `document.querySelectorAll('tr').length > 5`)
	p.do(chromedp.Navigate(l.base + "/pprof/diff/1/2/graph"))
	p.until(10*time.Second, `document.body.textContent.includes('install its dot')`)
	p.save("pprof-no-graph")
	p.expect("501")

	filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if path != home {
			t.Errorf("%s was made in the home folder (%v)", path, err)
		}
		return nil
	})
}
