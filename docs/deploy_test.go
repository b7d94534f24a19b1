package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leakline/leakline/internal/promtest"
)

// Churn calls nobody, a leak somebody within a stated time, and a restart does
// not silence it: alerts_test.yml says it all.
func TestAlertsSpeakUpInTimeAndKeepQuiet(t *testing.T) {
	promtool := promtest.Tool(t, "promtool")
	for _, args := range [][]string{{"check", "rules", "--lint-fatal", "alerts.yml"}, {"test", "rules", "alerts_test.yml"}} {
		cmd := exec.Command(promtool, args...)
		cmd.Dir = "deploy"
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}

// systemd reads the units, and finds little that they could do beside their
// work. It looks whether the program is there, so they are shown another.
func TestUnitsAreReadBySystemd(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Fatal("this test needs systemd-analyze: run make tools, or install systemd 252 or newer")
	}
	units, err := filepath.Glob("deploy/*.service")
	if err != nil || len(units) != 2 {
		t.Fatalf("found the units %v, %v; want leakline's and the checker's", units, err)
	}
	for _, unit := range units {
		raw, err := os.ReadFile(unit)
		if err != nil {
			t.Fatal(err)
		}
		const program = "ExecStart=/usr/local/bin/leakline "
		if strings.Count(string(raw), program) != 1 {
			t.Errorf("%s does not say %q once", unit, program)
		}
		// Alerts go by process_start_time_seconds, which takes /proc/stat.
		if strings.Contains(string(raw), "ProcSubset=pid") {
			t.Errorf("%s hides /proc/stat: CheckerRestartsOften and others could never speak up", unit)
		}
		shown := filepath.Join(t.TempDir(), filepath.Base(unit))
		if err := os.WriteFile(shown, []byte(strings.Replace(string(raw), program, "ExecStart=/bin/true ", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{
			{"verify", "--man=no", shown},
			{"security", "--offline=true", "--threshold=20", shown}, // tenths of what systemd calls exposure
		} {
			out, err := exec.Command(analyze, args...).CombinedOutput()
			if err != nil || args[0] == "verify" && len(out) > 0 {
				t.Errorf("systemd-analyze %v: %v\n%s", args, err, out)
			}
		}
	}
}
