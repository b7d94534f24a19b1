package leakline_test

import (
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/leakline/leakline/"

// bans lists what a package may not depend on, however far down, and why. A
// name that ends in /... is a package and everything below it.
var bans = map[string]map[string]string{
	"profiler": {
		"checker/...": "the profiler must diagnose code it has never seen",
		"net/http":    "capture and judgement work without a server",
	},
	"profiler/...": {
		"checker/...": "the profiler must diagnose code it has never seen",
		"lab/...":     "what watches knows nothing of who is watched",
		"web/...":     "imports point down the layers",
	},
	"profiler/heapgraph": {
		"net/http":         "a dump is read wherever it comes from",
		"profiler/target":  "a dump is read wherever it comes from",
		"profiler/archive": "a graph is kept by whoever asked for it",
	},
	"profiler/verdict": {
		"net/http":         "judging is a pure function",
		"profiler/target":  "judging is a pure function",
		"profiler/archive": "judging is a pure function",
	},
	"checker": {
		"net/http":     "deciding needs no server",
		"database/sql": "the checker does no I/O of its own",
		"profiler/...": "the patient does not know the doctor",
	},
	"checker/...": {
		"profiler/...": "the patient does not know the doctor",
		"lab/...":      "imports point down the layers",
		"web/...":      "imports point down the layers",
	},
	"lab": {
		"web/...": "the lab runs without a dashboard",
	},
	"lab/lesson": {
		"web/...":  "a lesson is taught by the lab, whoever shows it",
		"lab/room": "a lesson does not know its class",
	},
	"lab/room": {
		"web/...": "a room is kept by the lab, whoever shows it",
	},
	"templates": {
		"checker/...":  "a component is a function of its view",
		"profiler/...": "a component is a function of its view",
		"lab/...":      "a component is a function of its view",
		"web/...":      "a component is a function of its view",
	},
	"static": {
		"checker/...": "assets are bytes", "profiler/...": "assets are bytes",
		"lab/...": "assets are bytes", "web/...": "assets are bytes",
	},
	"docs": {
		"checker/...": "a document is bytes", "profiler/...": "a document is bytes",
		"lab/...": "a document is bytes", "web/...": "a document is bytes",
	},
	"web/chart": {
		"net/http": "a picture is drawn for whoever asks",
	},
}

// directBans are about the import lines of a package itself.
var directBans = map[string]map[string]string{
	"checker/strategy": {
		"runtime":         "the patient does not know the doctor",
		"runtime/debug":   "the patient does not know the doctor",
		"runtime/pprof":   "the patient does not know the doctor",
		"runtime/metrics": "the patient does not know the doctor",
	},
	"checker/fleet": {
		"net/http":     "a fleet meets in Redis alone",
		"database/sql": "a fleet meets in Redis alone",
	},
	"lab/lesson": {
		"net/http": "a lesson drives the lab, and the lab drives the rest",
	},
	"lab/room": {
		"net/http": "sessions come from whoever knows them",
	},
}

// only lists what the program may import from one place alone.
var only = map[string]struct{ place, why string }{
	"github.com/gorilla/websocket":                 {"web/live", "a connection has one writer and one reader, and both live there"},
	"github.com/spf13/cobra":                       {"cmd/leakline", "only cmd reads flags"},
	"github.com/google/pprof/driver":               {"web/pprofui", "it opens files that a profile names, and one place keeps it from that"},
	"flag":                                         {"cmd/leakline", "only cmd reads flags"},
	"github.com/getkin/kin-openapi/openapi3filter": {"internal/contract", "contracts are held in tests"},
}

// A listed package is what go list says of one.
type listed struct{ path, imports, deps string }

func TestImportsPointDown(t *testing.T) {
	packages := list(t)
	for pattern, banned := range bans {
		for _, p := range packages {
			if matches(p.path, pattern) {
				checkBans(t, p.path, p.deps, banned)
			}
		}
	}
	for pattern, banned := range directBans {
		for _, p := range packages {
			if matches(p.path, pattern) {
				checkBans(t, p.path, p.imports, banned)
			}
		}
	}
	for _, p := range packages {
		for dep := range strings.FieldsSeq(p.imports) {
			if rule, ok := only[dep]; ok && p.path != module+rule.place {
				t.Errorf("%s imports %s, which belongs to %s: %s", p.path, dep, rule.place, rule.why)
			}
		}
	}
}

// list returns every package of this module; a pattern that matches none
// would make its bans void, so that is checked too.
func list(t *testing.T) []listed {
	t.Helper()
	const format = `{{.ImportPath}}|{{join .Imports " "}}|{{join .Deps " "}}`
	out, err := exec.Command("go", "list", "-f", format, "./...").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	var packages []listed
	for line := range strings.Lines(string(out)) {
		part := strings.Split(strings.TrimSpace(line), "|")
		if len(part) == 3 {
			packages = append(packages, listed{part[0], part[1], part[2]})
		}
	}
	for _, rules := range []map[string]map[string]string{bans, directBans} {
		for pattern := range rules {
			found := false
			for _, p := range packages {
				found = found || matches(p.path, pattern)
			}
			if !found {
				t.Errorf("no package matches %s: its bans check nothing", pattern)
			}
		}
	}
	return packages
}

func checkBans(t *testing.T, path, deps string, banned map[string]string) {
	t.Helper()
	for dep := range strings.FieldsSeq(deps) {
		for pattern, why := range banned {
			if matches(dep, pattern) {
				t.Errorf("%s depends on %s: %s", path, dep, why)
			}
		}
	}
}

// matches reports whether path is what pattern names, in this module or out
// of it.
func matches(path, pattern string) bool {
	stem, below := strings.CutSuffix(pattern, "/...")
	for _, name := range []string{stem, module + stem} {
		if path == name || below && strings.HasPrefix(path, name+"/") {
			return true
		}
	}
	return false
}
