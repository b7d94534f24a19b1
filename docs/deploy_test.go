package docs_test

import (
	"os/exec"
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
