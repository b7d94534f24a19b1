package heapgraph

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// sampleRate is low enough that a small heap has some hundred samples.
const sampleRate = 4096

// programs builds heapcases once for each way to build it.
var programs = struct {
	sync.Mutex
	dir   string
	built map[string]string
	open  map[string]*Binary
}{built: make(map[string]string), open: make(map[string]*Binary)}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, b := range programs.open {
		b.Close()
	}
	if programs.dir != "" {
		os.RemoveAll(programs.dir)
	}
	os.Exit(code)
}

// program returns the path of heapcases, built with some flags.
func program(tb testing.TB, flags ...string) string {
	tb.Helper()
	programs.Lock()
	defer programs.Unlock()
	key := strings.Join(flags, " ")
	if path, ok := programs.built[key]; ok {
		return path
	}
	if programs.dir == "" {
		dir, err := os.MkdirTemp("", "heapcases")
		if err != nil {
			tb.Fatal(err)
		}
		programs.dir = dir
	}
	path := filepath.Join(programs.dir, fmt.Sprintf("cases%d.exe", len(programs.built)))
	args := append(append([]string{"build", "-o", path}, flags...), "./internal/heapcases")
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		tb.Fatalf("building heapcases: %v\n%s", err, out)
	}
	programs.built[key] = path
	return path
}

// dumpCase runs one case and returns its dump, and how many bytes the
// runtime's own collector found to be live.
func dumpCase(tb testing.TB, path, name string) (dump string, live int64) {
	tb.Helper()
	dump = filepath.Join(tb.TempDir(), name+".dump")
	cmd := exec.Command(path, name, dump)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", fmt.Sprintf("GODEBUG=memprofilerate=%d", sampleRate))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("running case %s: %v\n%s", name, err, stderr.Bytes())
	}
	if _, err := fmt.Sscanf(string(out), "live=%d", &live); err != nil {
		tb.Fatalf("reading %q: %v", out, err)
	}
	return dump, live
}

func readDump(tb testing.TB, dump string, o Options) *Graph {
	tb.Helper()
	f, err := os.Open(dump)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	o.SampleRate = sampleRate
	g, err := Read(f, o)
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

func openBinary(tb testing.TB, path string) *Binary {
	tb.Helper()
	programs.Lock()
	defer programs.Unlock()
	b := programs.open[path]
	if b == nil {
		var err error
		if b, err = OpenBinary(path); err != nil {
			tb.Fatal(err)
		}
		programs.open[path] = b
	}
	return b
}
