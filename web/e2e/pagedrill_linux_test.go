package e2e_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/leakline/leakline/internal/drill"
)

// crashes are the rows that tell of ends, newest first.
const crashes = `[...document.querySelectorAll('[data-happened] tr')].filter((row) => row.textContent.includes('the checker ended: '))`

// One page is open while the checker, as it is shipped, ends time and again: each
// end stands on it with its label, and it is never loaded anew.
func TestDrillOfThePage(t *testing.T) {
	random := drill.Rand(t)
	drill.HearHangups(t)
	l := startLab(t, smallList, "--strategy", "audit-forever")
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/?window=1m", instructorToken)))
	p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
	eval[bool](p, `window.sameDocument = true`)
	shown := drill.NewDelays("from an end to its row on the page")
	ended := 0
	for range drill.Count(1, 5) {
		signals := []syscall.Signal{syscall.SIGKILL, syscall.SIGKILL, syscall.SIGSEGV, syscall.SIGHUP, 0}
		random.Shuffle(len(signals), func(i, j int) { signals[i], signals[j] = signals[j], signals[i] })
		for _, signal := range signals {
			l.watchedAgain(ended + 1)
			time.Sleep(drill.Up(random, 300*time.Millisecond))
			pid := l.checker()
			var err error
			begun := time.Now()
			if signal == 0 { // it grows by itself
				err = drill.Starve(pid, 1<<20)
			} else {
				err = syscall.Kill(pid, signal)
			}
			if err != nil {
				t.Fatal(err)
			}
			ended++
			p.until(20*time.Second, fmt.Sprintf(`%s.length === %d`, crashes, ended))
			if signal != 0 {
				shown.Add(signal.String(), time.Since(begun), 0)
			}
			if text := eval[string](p, crashes+`[0].textContent`); !containsOne(text, labels[signal]) {
				t.Errorf("after %v the page says %q, want %q", signal, text, labels[signal])
			}
		}
	}
	l.watchedAgain(ended + 1)
	p.until(10*time.Second, fmt.Sprintf(`document.querySelector('[data-generation]').textContent === '%d'`, ended+1))
	if !eval[bool](p, `window.sameDocument === true`) {
		t.Error("the page was reloaded")
	}
	shown.Tell(t)
}

// labels are what the checker's end is called, by the signal; 0 is hunger. Go's
// runtime tells of a fault unless it strikes where nothing can be told.
var labels = map[syscall.Signal][]string{
	syscall.SIGKILL: {"the checker ended: signal: killed"},
	syscall.SIGHUP:  {"the checker ended: signal: hangup"},
	syscall.SIGSEGV: {"the checker ended: exit 2: SIGSEGV: segmentation violation", "the checker ended: signal: segmentation fault"},
	0:               {"the checker ended: Go's runtime got no more memory (exit 2: fatal error: "},
}

func containsOne(text string, of []string) bool {
	return slices.ContainsFunc(of, func(s string) bool { return strings.Contains(text, s) })
}

// watchedAgain waits until life n runs, and resumes where too many were short.
func (l *labProcess) watchedAgain(n int) {
	l.t.Helper()
	l.eventually(20*time.Second, "life "+strconv.Itoa(n), func() bool {
		s := l.state()
		if s.Status == "halted" {
			l.api(http.MethodPost, "resume", nil, nil)
		}
		return s.Status == "running" && s.Generation == n
	})
}

// checker is the process id of the checker.
func (l *labProcess) checker() int {
	l.t.Helper()
	for _, pid := range childrenOf(l.t, l.cmd.Process.Pid) {
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err == nil && bytes.HasSuffix(line, []byte("child\x00checker\x00")) {
			return pid
		}
	}
	l.t.Fatal("there is no checker process")
	return 0
}
