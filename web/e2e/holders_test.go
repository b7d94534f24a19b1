package e2e_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// From the banner to the holder in two clicks: of memory that a global keeps,
// and of goroutines that nobody wakes. The verdict on the memory names its
// holder soon after the leak was found; its limit is far enough away for that.
func TestFromTheBannerToTheHolder(t *testing.T) {
	t.Parallel() // it waits more than it works
	l := startLab(t, "--memory-limit", "2GiB")
	p := newPage(t, startBrowser(t))
	for _, leak := range []struct{ strategy, word, holder string }{
		{"audit-forever", "leak", "strategy.auditLog"},
		{"stranded-lookup", "goroutine-leak", "strategy.(*strandedLookup)"},
	} {
		l.api(http.MethodPut, "strategy", map[string]string{"name": leak.strategy}, nil)
		p.do(chromedp.Navigate(l.link("/", instructorToken)))
		p.until(60*time.Second, `document.querySelector('[data-verdict-word]').textContent.trim() === '`+leak.word+`'`)
		p.until(30*time.Second, `!document.querySelector('[data-who]').hidden`)
		if leak.word == "leak" {
			l.namedByTheVerdict(leak.holder)
		}
		p.click("[data-who]")
		p.until(10*time.Second, `document.querySelector('[data-holders]')`)
		if eval[bool](p, `!document.querySelector('.chain')`) { // nobody has taken a graph of this strategy
			p.click("[data-take-graph]:not([disabled])")
		}
		p.until(40*time.Second, `document.querySelector('.chain .root')`)
		if got := eval[string](p, `document.querySelector('.chain .root b').textContent`); !strings.Contains(got, leak.holder) {
			t.Errorf("%s: the path begins at %q, want %s", leak.strategy, got, leak.holder)
		}
		if n := eval[int](p, `document.querySelectorAll('[data-tree] tr').length`); n == 0 {
			t.Errorf("%s: nothing would be freed with it", leak.strategy)
		}
		if leak.word == "leak" { // what a goroutine holds is often one small object
			p.click("[data-tree] [data-open][role=button]")
			p.until(10*time.Second, `document.querySelector('[data-tree] tr[data-level="1"]')`)
		}
	}
	p.do(chromedp.Navigate(l.base + "/holders"))
	p.until(10*time.Second, `document.querySelector('.chain')`)

	viewer := newPage(t, p.ctx)
	viewer.do(chromedp.Navigate(l.link("/holders", viewerToken)))
	if got := eval[string](viewer, `document.body.textContent`); strings.Contains(got, "strandedLookup") {
		t.Error("a viewer is shown the heap graph")
	}
	viewer.expect("403")
}

// namedByTheVerdict waits until the verdict itself says who holds the leak.
func (l *labProcess) namedByTheVerdict(holder string) {
	l.t.Helper()
	l.eventually(60*time.Second, "the holder named", func() bool {
		var v struct {
			Summary  string
			Suspects []struct{ Holder string }
		}
		l.api(http.MethodGet, "verdict", nil, &v)
		return len(v.Suspects) > 0 && strings.HasSuffix(v.Suspects[0].Holder, holder) && strings.Contains(v.Summary, "kept by the global "+holder)
	})
}

// startHoarder starts a service that mounts the agent; the tests' own process is
// built with the race detector, whose heap is not the program's.
func startHoarder(t *testing.T) (url, program, dump string) {
	t.Helper()
	dump = filepath.Join(t.TempDir(), "dump")
	url, program = startService(t, "hoarder", dump)
	return url, program, dump
}

// startService builds and starts a service of testdata, which prints where it is.
func startService(t *testing.T, name string, args ...string) (url, program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), name)
	build := exec.Command("go", "build", "-o", program, "./testdata/"+name)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the %s: %v\n%s", name, err, out)
	}
	return startProgram(t, program, args...), program
}

// startProgram starts what prints where it is.
func startProgram(t *testing.T, program string, args ...string) (url string) {
	t.Helper()
	service := exec.Command(program, args...)
	out, err := service.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := service.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { service.Process.Kill(); service.Wait() })
	if url, err = bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("%s does not say where it is: %v", program, err)
	}
	return strings.TrimSpace(url)
}

func TestHoldersOnTheCommandLine(t *testing.T) {
	url, program, dump := startHoarder(t)
	graph := filepath.Join(t.TempDir(), "graph")
	for _, tt := range []struct {
		name string
		args []string
	}{
		{"a service", []string{url, "--save", graph}},
		{"a graph that was kept", []string{graph}},
		{"a dump and its program", []string{dump, "--binary", program}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := exec.Command(binary, append([]string{"holders", "--json", "--site", `openSession:\d+$`}, tt.args...)...).Output()
			if err != nil {
				t.Fatalf("leakline holders: %v", err)
			}
			var report struct {
				Summary string
				PauseMS *float64 `json:"pause_ms"`
				Holders []struct {
					Root, Kind    string
					Entries       int
					RetainedBytes int64 `json:"retained_bytes"`
					Path          []struct{ Label, Type string }
				}
			}
			if err := json.Unmarshal(out, &report); err != nil {
				t.Fatalf("%v in %s", err, out)
			}
			if len(report.Holders) == 0 {
				t.Fatalf("nobody holds anything: %s", out)
			}
			h := report.Holders[0]
			if h.Root != "main.sessions" || h.Kind != "global" || h.Entries != 1000 || h.RetainedBytes < 1000*16<<10 {
				t.Errorf("%s %s holds %d entries, %d bytes first; want the global main.sessions with 1000 and 16 MB", h.Kind, h.Root, h.Entries, h.RetainedBytes)
			}
			if want := "kept by the global main.sessions: 1"; !strings.Contains(report.Summary, want) {
				t.Errorf("summary %q, want %q in it", report.Summary, want)
			}
			if len(h.Path) < 2 || h.Path[1].Label != ".byUser" || h.Path[1].Type != "map[string]*main.session" {
				t.Errorf("path %+v, want through .byUser", h.Path)
			}
			if asked := strings.HasPrefix(tt.args[0], "http"); (report.PauseMS != nil) != asked {
				t.Errorf("pause %v", report.PauseMS)
			}
		})
	}
}

// What cannot be done is said in one sentence that says what would help.
func TestHoldersSayWhatIsMissing(t *testing.T) {
	_, program, dump := startHoarder(t)
	whole, err := os.ReadFile(dump)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut")
	if err := os.WriteFile(cut, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{serveStranger(t)}, `mount it with mux.Handle("/debug/", agent.Handler(agent.Config{}))`},
		{[]string{"no-such-file"}, "no-such-file"},
		{[]string{program}, program},
		{[]string{cut, "--binary", program}, "before its end record"},
		{[]string{dump, "--binary", binary}, "not the one that was dumped"},
		{[]string{dump, "--site", "("}, "--site"},
	} {
		cmd := exec.Command(binary, append([]string{"holders"}, tt.args...)...)
		out, err := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != 2 || !strings.Contains(string(out), tt.says) || strings.Count(string(out), "\n") != 1 {
			t.Errorf("holders %v: exit code %d (%v), %q; want 2 and one line with %q", tt.args, code, err, out, tt.says)
		}
	}
}
