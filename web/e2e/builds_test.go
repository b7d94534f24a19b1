package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// startVersion starts a member that says it is of a version. Go takes a main
// module's version from its tag alone, so the agent that tells it is another.
func startVersion(t *testing.T, version string, args ...string) (url string) {
	t.Helper()
	source, err := filepath.Abs("../../profiler/agent/agent.go")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	const told = "info.Main.Version)"
	if strings.Count(string(raw), told) != 1 {
		t.Fatalf("%s does not tell the version by %s", source, told)
	}
	dir := t.TempDir()
	other, overlay, program := filepath.Join(dir, "agent.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "member")
	replaced, err := json.Marshal(map[string]map[string]string{"Replace": {source: other}})
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{other: strings.Replace(string(raw), told, strconv.Quote(version)+")", 1), overlay: string(replaced)} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-overlay", overlay, "-o", program, "./testdata/member")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building version %s: %v\n%s", version, err, out)
	}
	return startProgram(t, program, args...)
}

// Of three builds any two are picked and compared, and what is picked stays so
// while the page is kept current. The line that only the newest keeps is named.
func TestAnyTwoBuildsAreCompared(t *testing.T) {
	t.Parallel()
	one, two, three := startVersion(t, "v1.0.0"), startVersion(t, "v1.1.0"), startVersion(t, "v1.2.0", "leak")
	l := start(t, "attach", one, two, three)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/fleet", instructorToken)))
	p.until(20*time.Second, `document.querySelectorAll('[data-build]').length === 3
		&& [...document.querySelectorAll('[data-build]')].every((row) => row.dataset.build !== '')`)
	time.Sleep(5 * time.Second) // sampling cannot miss what is kept by then
	for _, at := range []string{one, three} {
		l.api(http.MethodPost, "snapshots?target="+url.QueryEscape(host(at)), map[string]string{}, nil)
	}
	p.click(`[data-build$="v1.0.0"] input`)
	p.click(`[data-build$="v1.2.0"] input`)
	eval[bool](p, `(document.querySelector('[data-swap=builds]').firstElementChild.dataset.old = '1', true)`)
	p.until(15*time.Second, `!document.querySelector('[data-swap=builds] [data-old]')`)
	p.until(5*time.Second, `[...document.querySelectorAll('[data-build] input:checked')].map((box) => box.value.split(' ').pop()).join() === 'v1.0.0,v1.2.0'`)
	p.save("builds")
	p.click(`#fleet-compare-builds`)
	p.until(15*time.Second, `location.pathname === '/diff' && document.querySelector('main table')?.textContent.includes('main.remember')`)
	for side, want := range map[string]string{"base": one, "head": three} {
		var kept struct{ Target string }
		l.api(http.MethodGet, "snapshots/"+eval[string](p, `new URLSearchParams(location.search).get('`+side+`')`), nil, &kept)
		if kept.Target != host(want) {
			t.Errorf("the %s is of %s, want %s", side, kept.Target, host(want))
		}
	}
}
