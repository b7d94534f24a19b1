package lab_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/leakline/leakline/internal/drill"
)

// An ending is one way in which a life ends: by an order, or a signal while it is
// being obeyed.
type ending struct {
	name    string
	order   string
	starved bool // of address space to write to, as under ulimit -d
	signal  syscall.Signal
	want    string // the label; one that ends in … goes on in words of the runtime's choice
	or      string // the label where Go's runtime can tell nothing, as in the middle of a signal handler
	memory  bool   // for want of it
	killed  bool   // for that, by somebody
	often   [4]int // in CI and in full where the kernel enforces the limit, the same where we do
}

// endings are all there are below a limit that is enforced as byLimit says. The
// words of some are chosen to be taken for the reason of others.
func endings(byLimit string) []ending {
	all := []ending{
		{name: "SIGKILL", order: "wait", signal: syscall.SIGKILL, want: "signal: killed", often: [4]int{3, 50, 1, 10}},
		{name: "SIGKILL while it grows", order: "grow 64", signal: syscall.SIGKILL, want: "signal: killed", often: [4]int{1, 10, 1, 10}},
		{name: "SIGHUP", order: "wait", signal: syscall.SIGHUP, want: "signal: hangup", often: [4]int{1, 10}},
		{name: "SIGTERM", order: "wait", signal: syscall.SIGTERM, want: "exit 0", often: [4]int{1, 10}},
		{name: "SIGSEGV", order: "wait", signal: syscall.SIGSEGV, want: "exit 2: SIGSEGV: segmentation violation", or: "signal: segmentation fault", often: [4]int{1, 10}},
		{name: "exit 0", order: "exit 0", want: "exit 0", often: [4]int{1, 10}},
		{name: "exit 1", order: "exit 1", want: "exit 1", often: [4]int{1, 10}},
		{name: "exit 7", order: "exit 7", want: "exit 7", often: [4]int{1, 10}},
		{name: "an error", order: "fail the cache is out of memory", want: "exit 2: leakline: the cache is out of memory", often: [4]int{1, 10}},
		{name: "a panic", order: "panic out of cheese", want: "exit 2: panic: out of cheese", often: [4]int{1, 10}},
		{name: "a panic that speaks of memory", order: "panic out of memory", want: "exit 2: panic: out of memory", often: [4]int{1, 10, 1, 10}},
		{name: "the limit", order: "grow 8192", want: byLimit, memory: true, killed: true, often: [4]int{2, 20, 2, 20}},
	}
	if !drill.Race() { // the race detector gives up before the runtime does, with words of its own
		all = append(all, ending{
			name: "Go's own out of memory", order: "grow 8192", starved: true, memory: true,
			want: "Go's runtime got no more memory (exit 2: fatal error: …", often: [4]int{2, 20, 1, 10},
		})
	}
	return all
}

// kill ends the life. It returns the last instant of which it is known that the
// life was not over, just before a signal or as it told itself, and the instant at
// which the kernel closed the line to it: that comes after its memory was freed
// and before anybody can be told of its end.
func (d *checkerDrill) kill(t *testing.T, e ending) (alive, gone time.Time) {
	t.Helper()
	pid := d.Watch().Process().PID
	if e.starved {
		if err := drill.Starve(pid, 32<<20); err != nil {
			t.Fatal(err)
		}
	}
	line, err := net.Dial("unix", d.socket)
	if err == nil {
		defer line.Close()
		_, err = fmt.Fprintln(line, e.order)
	}
	if err != nil {
		t.Fatal(err)
	}
	if e.signal != 0 {
		time.Sleep(drill.Up(d.random, 150*time.Millisecond))
		begun := time.Now()
		if err := syscall.Kill(pid, e.signal); err != nil {
			t.Fatal(err)
		}
		lastSign(t, line)
		return begun, time.Now()
	}
	alive = lastSign(t, line)
	return alive, time.Now()
}

// says reports whether a label is the one that this end wants.
func (e *ending) says(label string) bool {
	if start, more := strings.CutSuffix(e.want, "…"); more {
		return strings.HasPrefix(label, start)
	}
	return label == e.want || e.or != "" && label == e.or
}

// lastSign listens until the line is closed and returns when who obeys last told
// that they lived.
func lastSign(t *testing.T, line net.Conn) (alive time.Time) {
	t.Helper()
	line.SetReadDeadline(time.Now().Add(patience))
	var sign [8]byte
	for {
		if _, err := io.ReadFull(line, sign[:]); os.IsTimeout(err) {
			t.Fatalf("it lives after %v", patience)
		} else if err != nil {
			return alive
		}
		alive = time.Unix(0, int64(binary.BigEndian.Uint64(sign[:])))
	}
}
